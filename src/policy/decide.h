/* SPDX-License-Identifier: ISC */
/*
 * policy/decide.h - between the files that decide and those that explain
 */
#ifndef BATON_POLICY_DECIDE_H
#define BATON_POLICY_DECIDE_H
#include "policy/rule.h"

/* All conditions of a rule together; bits of what is missing are added. A condition that is not met settles it. */
enum policy_truth policy_rule_truth(const struct policy *p, const struct policy_rule *r,
                                    const struct policy_facts *f, unsigned *missing);

/* Permits that differ only in whom they name: the condition that the index keeps them under. Where no permit stands
 * under what is known of a client, one of each group tells how far all of them are from being met. */
struct policy_group {
    const struct policy_rule *first;     /* in file order */
    const struct policy_condition *whom; /* of first; NULL: it stands under nothing */
};
/* Of permits, in file order. False: no memory. */
bool policy_group_permits(struct policy *p, struct arena *a) MUST_CHECK;

/* Nothing permits: the cause is that of the permit with the fewest conditions that are not met. */
struct policy_decision policy_refusal(const struct policy *p, const struct policy_facts *f);
/* Of the conditions of a forbid the one that its cause is about: that which is the easiest to undo; a rate before all, for
 * it needs only time. */
const struct policy_condition *policy_main_of_forbid(const struct policy_rule *r);
enum cause_id policy_cause_of_forbid(const struct policy *p, const struct policy_rule *r,
                                     const struct policy_facts *f);

/* How many changes a permit is away from being met: a login that is missing, and a sender that it would own, are one.
 * *main is the unmet condition that comes first in enum policy_kind; but where he came in comes behind who he is, and a
 * rate, which only needs time, behind all. assume_unmet counts as such, unlooked at. */
unsigned policy_distance(const struct policy *p, const struct policy_rule *r,
                         const struct policy_facts *f, const struct policy_condition *assume_unmet,
                         const struct policy_condition **main);
#endif
