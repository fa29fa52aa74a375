/* SPDX-License-Identifier: ISC */
/*
 * policy/protocol.h - refusals that no rule file decides: the rule of the protocol that does, and what would be right
 * Owns    a row for each refusal of the session core (smtp/server.h), known by its words, with the section that has the
 *         rule. Of a session that is turned away too.
 * Leaves  saying them to smtp and relay, telling of them to baton why.
 */
#ifndef BATON_POLICY_PROTOCOL_H
#define BATON_POLICY_PROTOCOL_H
#include "base/str.h"
#include "cause/cause.h"

struct policy_protocol {
    str enhanced, text; /* how the words begin; one of the two may be empty: any */
    str section;        /* "RFC 5321 section 4.1.4" */
    str rule, remedy;   /* a sentence each, or two */
    enum cause_id cause;
};
/* Of a reply's enhanced code and text; NULL: it is none of these. */
const struct policy_protocol *policy_protocol_of(str enhanced, str text);
extern const struct policy_protocol POLICY_PROTOCOL[];
extern const size_t POLICY_PROTOCOL_COUNT;
#endif
