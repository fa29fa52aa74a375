/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_relay.c - relaying refused, a login wanted, mail to be fetched first
 */
#include "explain/rows.h"

#define LOGIN   CAUSE_CLIENT_NEVER_AUTHENTICATES
#define ADDRESS CAUSE_IP_NOT_TRUSTED
#define DOMAIN  CAUSE_DOMAIN_NOT_CONFIGURED
#define POP     CAUSE_POP_BEFORE_SMTP

/* What a bare refusal to relay leaves open. */
#define BARE                                                                                       \
    { LOGIN, 34 }, { DOMAIN, 33 }, { ADDRESS, 28 },                                                \
    {                                                                                              \
        POP, 8                                                                                     \
    }

static const struct explain_row ROWS[] = {
    { .key = "relay access denied", .speaks = { BARE } },
    { .key = "relay", .pattern = "relay(ing)? (is )?not (permitted|allowed)", .speaks = { BARE } },
    { .key = "relaying denied|unable to relay|do not relay", .speaks = { BARE } },
    { .key = "authentication required|authentication is required", .speaks = { { LOGIN, 45 } } },
};
const struct explain_rows ROWS_RELAY = EXPLAIN_ROWS(ROWS);
