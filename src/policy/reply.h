/* SPDX-License-Identifier: ISC */
/*
 * policy/reply.h - what a refusal says on the wire
 * Speaks  RFC 5321 section 4.2.3, RFC 3463 section 3.8, RFC 4954 section 6 (530), RFC 7372 (SPF).
 */
#ifndef BATON_POLICY_REPLY_H
#define BATON_POLICY_REPLY_H
#include "policy/policy.h"
#include "smtp/reply.h"

/* Mail programs act on codes: 530 makes them ask for a login, 4yz makes them try again. words are constant. */
struct policy_reply {
    unsigned code;
    struct smtp_enhanced enhanced;
    str words;
};
/* Of a decision that is neither permit nor ask. What is for good is never said as if it were for a while. */
struct policy_reply policy_reply_of(const struct policy_decision *d);
#endif
