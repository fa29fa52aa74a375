/* SPDX-License-Identifier: ISC */
/*
 * relay/brake.h - how fast logins may be tried
 * Owns    buckets of wrong logins by address and by login, in tables that never grow; and who logged in right from where.
 * Leaves  the reply to relay/login.h. Time is an argument: milliseconds that never go back (net_loop_now_ms).
 * Threads Any; it locks itself.
 *
 * A wrong login costs a token of the address (IPv4 alone; IPv6 its /64, and its /48 besides) and one of the login. Without
 * tokens nothing is checked any more until they come back. Whoever logged in right from an address within the last
 * week has tokens of his own for the pair of both: so what strangers try at his login does not lock him out, and what
 * his neighbours try does not either. Names that nobody has are braked like others.
 */
#ifndef BATON_RELAY_BRAKE_H
#define BATON_RELAY_BRAKE_H
#include "base/err.h"
#include "base/ip.h"
#include "base/str.h"
#include "relay/login_cache.h"

/* Tokens at most, and how long one takes to come back: what a rule file that says nothing else comes to. */
enum {
    RELAY_BRAKE_ADDRESS_TOKENS = 10,
    RELAY_BRAKE_ADDRESS_MS = 30000,
    RELAY_BRAKE_WIDE_TOKENS = 40, /* of a /48: four times those of an address */
    RELAY_BRAKE_WIDE_MS = 7500,
    RELAY_BRAKE_LOGIN_TOKENS = 30,
    RELAY_BRAKE_LOGIN_MS = 20000,
    RELAY_BRAKE_PAIR_TOKENS = 20, /* twice those of an address */
    RELAY_BRAKE_PAIR_MS = 30000,
    RELAY_BRAKE_AT_ONCE = 64 /* checks under way for one address, or one login */
};

struct relay_brake;
struct relay_brake *relay_brake_new(struct err *e) MUST_CHECK;
void relay_brake_free(struct relay_brake *b);
/* So many wrong ones of an address, or of a login, in so many seconds; 1 of each at least. What was counted before
 * stays, as the time that it takes to pass. */
struct relay_brake_pace {
    unsigned count, in_s;
};
void relay_brake_set(struct relay_brake *b, struct relay_brake_pace address,
                     struct relay_brake_pace login);
struct login_cache *relay_brake_cache(struct relay_brake *b); /* lives as long as b */

enum relay_brake_say {
    RELAY_BRAKE_GO,
    RELAY_BRAKE_ADDRESS, /* too many wrong ones from there */
    RELAY_BRAKE_LOGIN,   /* too many wrong ones for that name */
    RELAY_BRAKE_BUSY     /* too many at once */
};
/* One try under way. All zero: none. */
struct relay_try {
    uint64_t address, wide, login, pair; /* keyed hashes; 0: none of it is held */
    bool own;                            /* on the pair's own tokens */
};
/* GO: *out is to be ended. Else *wait_s says when to come again. name empty: only the address is looked at. */
enum relay_brake_say relay_brake_begin(struct relay_brake *b, const struct ip *client, str name,
                                       uint64_t now_ms, struct relay_try *out, unsigned *wait_s);
enum relay_try_end { RELAY_TRY_RIGHT, RELAY_TRY_WRONG, RELAY_TRY_NEITHER };
void relay_brake_end(struct relay_brake *b, struct relay_try *t, enum relay_try_end how,
                     uint64_t now_ms);
#endif
