/* SPDX-License-Identifier: ISC */
/*
 * relay/smarthosts.h - the metrics of each smarthost of each route
 * Owns    the rows (name, help) and one set of numbers for each pair of route and smarthost: of the rule file in force, and of
 *         an older one while its last connections end.
 * Bounds  256 pairs in the order of the rule file; what is beyond is counted by none. A route's name is cut to 64 octets;
 *         pairs that are alike then share one set.
 * Threads Any; holding and dropping lock, counting does not.
 */
#ifndef BATON_RELAY_SMARTHOSTS_H
#define BATON_RELAY_SMARTHOSTS_H
#include "base/buf.h"
#include "policy/site.h"
#include <stdatomic.h>

#define RELAY_SMARTHOST_COUNTERS(X)                                                                \
    X(TRIED, "recipients_tried_total", "recipients that the smarthost was asked to take")          \
    X(ACCEPTED, "recipients_accepted_total", "recipients whose message the smarthost took")        \
    X(PUT_OFF, "recipients_put_off_total", "recipients that the smarthost refused for now")        \
    X(REFUSED, "recipients_refused_total", "recipients that the smarthost refused for good")       \
    X(UNREACHABLE, "unreachable_total",                                                            \
      "times that the smarthost had no address, could not be connected to, or let nobody in: "     \
      "greeting, TLS, login")

enum relay_smarthost_counter {
#define X(name, text, help) RELAY_SMARTHOST_##name,
    RELAY_SMARTHOST_COUNTERS(X)
#undef X
        RELAY_SMARTHOST_COUNTER_COUNT
};
enum { RELAY_SMARTHOSTS_MAX = 256, RELAY_SMARTHOST_ROUTE_MAX = 64, RELAY_SMARTHOST_HOST_MAX = 255 };

struct relay_smarthost;
struct relay_smarthosts;
struct relay_smarthosts *relay_smarthosts_new(struct err *e) MUST_CHECK;
void relay_smarthosts_free(struct relay_smarthosts *all); /* none is held any more */
/* These are the ones of the rule file in force: they are shown from now on, and no others. */
void relay_smarthosts_are(struct relay_smarthosts *all, const struct site *s);

/* The numbers of one, good until they are dropped; never NULL: one too many counts where nobody looks. */
struct relay_smarthost *relay_smarthosts_hold(struct relay_smarthosts *all,
                                              const struct site_route *r,
                                              const struct site_smarthost *s);
void relay_smarthosts_drop(struct relay_smarthosts *all, struct relay_smarthost *one);

void relay_smarthost_count(struct relay_smarthost *one, enum relay_smarthost_counter which,
                           uint64_t n);
void relay_smarthost_connections(struct relay_smarthost *one, int more); /* open: 1 more, or -1 */
/* 0: it works, as far as is known. 1: one connection tries it. 2: it is left alone. */
void relay_smarthost_breaker(struct relay_smarthost *one, unsigned state);

/* Appends in Prometheus' text form 0.0.4. */
void relay_smarthosts_text(struct relay_smarthosts *all, struct buf *out);
#endif
