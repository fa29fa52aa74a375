/* SPDX-License-Identifier: ISC */
/*
 * policy/reply.h - what a refusal says on the wire
 * Owns    code, enhanced code and words, of the decision and its facts: what was wrong, and what would have passed, for
 *         whoever sends. They tell a client nothing of the rules but what it needs: no name of a rule, no network, no
 *         address but those that it gave itself.
 * Speaks  RFC 5321 section 4.2.3, RFC 3463 section 3.8, RFC 4954 section 6 (530), RFC 7372 (SPF).
 */
#ifndef BATON_POLICY_REPLY_H
#define BATON_POLICY_REPLY_H
#include "policy/policy.h"
#include "smtp/reply.h"

enum { POLICY_WORDS_MAX = 200 }; /* octets, all printable ASCII, with the NUL behind them */

/* Mail programs act on codes: 530 makes them ask for a login, 4yz makes them try again. */
struct policy_reply {
    unsigned code;
    struct smtp_enhanced enhanced;
    char words[POLICY_WORDS_MAX];
};
/* Of a decision that is neither permit nor ask, by these rules and facts. What is for good is never said as if it were for
 * a while. */
struct policy_reply policy_reply_of(const struct policy *p, const struct policy_decision *d,
                                    const struct policy_facts *f);
#endif
