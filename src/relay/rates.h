/* SPDX-License-Identifier: ISC */
/*
 * relay/rates.h - how much each login or address has sent in the time of a rule
 * Owns    the counts, in memory alone; bounded: at most 2^19 logins and as many addresses, each kind in a place of its own, so
 *         that no number of addresses pushes out a login. Where a place is full, what is nearly empty and old goes first.
 * Counts  in a window that slides by sixteenths of the time: never more than the limit in any such time; what was sent
 *         counts for at most a sixteenth longer. An IPv6 address of the Internet counts by its /64, which one customer has.
 * Threads any.
 */
#ifndef BATON_RELAY_RATES_H
#define BATON_RELAY_RATES_H
#include "base/err.h"
#include "base/ip.h"
#include "base/str.h"

struct relay_rates;
struct relay_rates *relay_rates_new(struct err *e) MUST_CHECK;
void relay_rates_free(struct relay_rates *r);

/* The name of a rule tells it apart across reloads; another time begins anew, another limit does not. */
struct relay_rate_key {
    str rule, login; /* empty login: by client */
    const struct ip *client;
    uint32_t limit, per_s;
};
/* *again_in_s: how long until less than the limit is used; 0: it is. */
void relay_rates_used(struct relay_rates *r, const struct relay_rate_key *k, uint64_t now_ms,
                      uint32_t *used, uint32_t *again_in_s);
/* Counts, where less than the limit is used; false: it is not, and nothing was counted. */
bool relay_rates_take(struct relay_rates *r, const struct relay_rate_key *k, uint64_t now_ms,
                      uint32_t count);
/* Gives back what was taken for something that was refused after all. */
void relay_rates_give_back(struct relay_rates *r, const struct relay_rate_key *k, uint64_t now_ms,
                           uint32_t count);
#endif
