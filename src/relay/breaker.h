/* SPDX-License-Identifier: ISC */
/*
 * relay/breaker.h - whether a smarthost may be troubled now
 * Owns    the state: closed (it works, as far as is known), open (it failed, and is left alone for a pause), half open (one
 *         connection tries it). Each failure of a probe doubles the pause.
 * Leaves  the clock to the caller.
 */
#ifndef BATON_RELAY_BREAKER_H
#define BATON_RELAY_BREAKER_H
#include <stdbool.h>
#include <stdint.h>

enum {
    BREAKER_PAUSE_MS = 1000,         /* after the first failure */
    BREAKER_PAUSE_MAX_MS = 120000,   /* after many */
    BREAKER_LOGIN_PAUSE_MS = 300000, /* after a refused login: providers lock who tries often */
    BREAKER_LOSSES = 3               /* transactions in a row that broke off: it opens */
};
struct breaker {
    uint64_t open_until_ms; /* 0: closed */
    uint64_t opened_ms;     /* the last time */
    uint64_t down_since_ms; /* of the first failure since it worked; good while failures > 0 */
    unsigned failures;      /* in a row */
    unsigned losses;        /* in a row */
    bool probing;           /* half open, and the one connection is under way */
};
enum breaker_say {
    BREAKER_GO,
    BREAKER_PROBE, /* one connection, by breaker_probe() */
    BREAKER_STOP
};
enum breaker_say breaker_ask(const struct breaker *b, uint64_t now_ms);
void breaker_probe(struct breaker *b);
void breaker_probe_off(struct breaker *b); /* called off by us: it tells nothing of the server */
/* Somebody says that it is to be tried: a probe may go at once. The pause after a refused login stays. */
void breaker_urge(struct breaker *b, uint64_t now_ms);
/* It can be talked to. True: it was down until now. */
bool breaker_up(struct breaker *b);
/* A connection that began at began_ms failed. What began before it opened tells nothing new. True: this opened it, or
 * kept it open. chance spreads the pause. */
bool breaker_failed(struct breaker *b, uint64_t began_ms, uint64_t now_ms, uint64_t least_ms,
                    uint32_t chance);
/* A transaction broke off, or came to an answer. True: this opened it. */
bool breaker_lost(struct breaker *b, uint64_t now_ms, uint32_t chance);
void breaker_answered(struct breaker *b);
#endif
