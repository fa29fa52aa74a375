/* SPDX-License-Identifier: ISC */
/*
 * policy/index.h - the rules that can match, without walking them all
 * Owns    a table in which each rule stands under one of its conditions of identity: a login, a certificate, a
 *         recipient domain, or a network; the few that have none of these stand under nothing.
 */
#ifndef BATON_POLICY_INDEX_H
#define BATON_POLICY_INDEX_H
#include "policy/rule.h"

struct policy_index;
/* rules are those of one sort; NULL when memory is short. */
struct policy_index *policy_index_new(const struct policy_rule *const *rules, size_t count,
                                      struct arena *a) MUST_CHECK;
/* The condition that a rule stands under, which the fewest clients meet; NULL: none. */
const struct policy_condition *policy_index_whom(const struct policy_rule *r);
/* Calls for each rule that may match, in no order and perhaps twice, until the answer is false. */
void policy_index_each(const struct policy_index *x, const struct policy_facts *f,
                       bool (*each)(const struct policy_rule *rule, void *context), void *context);
#endif
