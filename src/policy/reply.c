/* SPDX-License-Identifier: ISC */
#include "policy/reply.h"

static const struct {
    enum cause_id cause;
    struct policy_reply reply;
} ROWS[] = {
    { CAUSE_CLIENT_NEVER_AUTHENTICATES,
      { 530, { 5, 7, 0 }, STR_INIT("Log in first: relaying is for those who do") } },
    { CAUSE_MAIL_ONLY_UNDER_TLS, { 530, { 5, 7, 0 }, STR_INIT("STARTTLS first") } },
    { CAUSE_FROM_NOT_LOGIN,
      { 553, { 5, 7, 1 }, STR_INIT("The sender's address does not belong to this login") } },
    { CAUSE_RATE_LIMITED, { 451, { 4, 7, 1 }, STR_INIT("Too many recipients for now") } },
    { CAUSE_DNS_FAILURE, { 451, { 4, 4, 3 }, STR_INIT("A look-up failed, try again") } },
    { CAUSE_RECIPIENT_UNKNOWN, { 550, { 5, 1, 1 }, STR_INIT("No such recipient here") } },
    { CAUSE_IP_BLOCKLISTED, { 554, { 5, 7, 1 }, STR_INIT("Your address is on a blocklist") } },
    { CAUSE_IP_BANNED, { 554, { 5, 7, 1 }, STR_INIT("Your address is not let in") } },
    { CAUSE_SPF_FAIL,
      { 550, { 5, 7, 23 }, STR_INIT("SPF says that you may not send for this domain") } },
    { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, { 550, { 5, 7, 1 }, STR_INIT("This login may not send") } },
};

struct policy_reply policy_reply_of(const struct policy_decision *d)
{
    static const struct policy_reply RELAY = { 550,
                                               { 5, 7, 1 },
                                               STR_INIT("Relaying is not permitted") };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (ROWS[i].cause == d->cause)
            return ROWS[i].reply;
    return RELAY;
}
