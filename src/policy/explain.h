/* SPDX-License-Identifier: ISC */
/*
 * policy/explain.h - why a decision is what it is, and what the smallest change of it would be
 * Owns    the whole trace, made by evaluating again, so that what is stored of a decision is its facts and
 *         policy_digest(); the nearest change, proved by policy_decide() before it is told.
 */
#ifndef BATON_POLICY_EXPLAIN_H
#define BATON_POLICY_EXPLAIN_H
#include "policy/rule.h"

struct policy_rule_trace {
    const struct policy_rule *rule;
    enum policy_truth truth;
    const enum policy_truth *conditions; /* one a condition of the rule, in its order */
    unsigned distance;                   /* changes that it is away from being met */
    enum cause_id cause;                 /* of what is not met first; CAUSE_NONE: it is met */
};
struct policy_trace {
    struct policy_decision decision;
    const struct policy_rule_trace *rules; /* every permit and forbid, in file order */
    size_t count;
};
/* Lives in the arena. False: no memory. */
bool policy_explain(const struct policy *p, const struct policy_facts *f, struct arena *a,
                    struct policy_trace *out, struct err *e) MUST_CHECK;

/* What a client can change about itself and its mail. Where the mail goes, and what others say of the client, it
 * cannot. Author and reverse-path are one: From. */
enum policy_fact {
    POLICY_FACT_LOGIN,
    POLICY_FACT_TLS,
    POLICY_FACT_FROM,
    POLICY_FACT_LISTENER,
    POLICY_FACT_CERTIFICATE,
    POLICY_FACT_POP,
    POLICY_FACT_CLIENT,
    POLICY_FACT_RATE, /* wait */
    POLICY_FACTS
};
extern const struct names POLICY_FACT_NAMES; /* "login" "tls" "from" ... */

struct policy_nearest {
    unsigned changed; /* bits 1 << enum policy_fact */
    unsigned count;
    struct policy_facts facts; /* with the changes: policy_decide() permits them */
    const struct policy_rule *permit;
    bool gave_up; /* too much to try: not found, and not known that there is none */
};
/* The fewest facts to change for a permit, of as many the first in the order of enum policy_fact (a lower bit first; another login last where there is one).
 * Look-ups that are not made count as if they came out well. listeners are all there are. *found is false where
 * nothing that the client does would help. False: no memory. The result lives in the arena. */
bool policy_nearest(const struct policy *p, const struct policy_facts *f, const str *listeners,
                    size_t listener_count, struct arena *a, struct policy_nearest *out, bool *found,
                    struct err *e) MUST_CHECK;
#endif
