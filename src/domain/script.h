/* SPDX-License-Identifier: ISC */
/*
 * domain/script.h - a world of DNS written as lines, for tests
 * Owns    the answers to what a core asks, given round by round, and the count of rounds. A fixture: only tests
 *         link it.
 *
 * A line:  [@IP] NAME TYPE [-FLAG]... RECORD | RECORD ...
 * @IP is the server that is asked straight; "@validator" asks by that way; without either it is the resolver.
 * FLAG: aa, secure, unsigned, bogus, nxdomain, servfail, refused, timeout, broken, ttl=N, chain=NAME.
 * RECORD: the data ("10 mx.a.example"), or "auth OWNER TYPE DATA" and "add OWNER TYPE DATA" for the other
 * sections. "." is the root. What no line answers: the resolver says NXDOMAIN, or no such type where the name
 * or one below it is on a line; the validator says the same, unchecked; a server is silent.
 */
#ifndef BATON_DOMAIN_SCRIPT_H
#define BATON_DOMAIN_SCRIPT_H
#include "base/arena.h"
#include "dns/known.h"

struct script_rounds {
    unsigned resolver, straight; /* a round with a question of that kind */
    unsigned questions;
};

/* Calls core until it can tell; fails the test when it is stuck. lines end with NULL. */
struct script_rounds script_run(struct dns_known *k, const char *const *lines,
                                bool (*core)(struct dns_known *k, void *user), void *user);
#endif
