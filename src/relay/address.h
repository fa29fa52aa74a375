/* SPDX-License-Identifier: ISC */
/*
 * relay/address.h - one form for each mailbox, so that rules, logins, routes and next hops mean the same by it
 * Speaks  RFC 5321 section 4.1.2 (quoted local-parts), RFC 5890 section 2.3.2.1 (A-labels).
 */
#ifndef BATON_RELAY_ADDRESS_H
#define BATON_RELAY_ADDRESS_H
#include "base/arena.h"

/* Without quotes that it does not need, and with a domain outside of ASCII as its A-labels; else as it is. In address, or in
 * the arena. p NULL: no memory. */
str relay_plain_address(struct arena *a, str address);
#endif
