/* SPDX-License-Identifier: ISC */
/*
 * relay/metrics.h - counters, one set a worker, summed when they are asked for
 * Owns    the rows (name, help) and Prometheus' text form. A new counter is a row.
 */
#ifndef BATON_RELAY_METRICS_H
#define BATON_RELAY_METRICS_H
#include "base/buf.h"
#include <stdatomic.h>

#define RELAY_COUNTERS(X)                                                                          \
    X(CONNECTIONS, "connections_total", "connections that came in")                                \
    X(SESSIONS_REFUSED, "sessions_refused_total",                                                  \
      "connections turned away for want of room or by the brake")                                  \
    X(TLS, "tls_sessions_total", "sessions that were secured")                                     \
    X(LOGINS, "logins_total", "logins that were right")                                            \
    X(LOGINS_REFUSED, "logins_refused_total", "logins that were refused")                          \
    X(LOGINS_CACHED, "logins_cached_total",                                                        \
      "logins that were right a moment ago and not checked again")                                 \
    X(PERMITTED, "recipients_permitted_total", "recipients that were permitted")                   \
    X(REFUSED, "recipients_refused_total", "recipients that were refused for good")                \
    X(DEFERRED, "recipients_deferred_total", "recipients that were refused for now")               \
    X(MESSAGES, "messages_kept_total", "messages that were kept and acknowledged")                 \
    X(MESSAGES_REFUSED, "messages_refused_total", "messages that were refused at the end of data") \
    X(OCTETS_IN, "message_octets_total", "octets of messages that were kept")                      \
    X(DELIVERED, "recipients_delivered_total", "recipients that a smarthost took")                 \
    X(RETRIED, "recipients_retried_total", "recipients that a smarthost refused for now")          \
    X(FAILED, "recipients_failed_total", "recipients that failed for good")                        \
    X(MAYBE_TWICE, "messages_maybe_twice_total",                                                   \
      "messages whose connection ended before the answer to the end of data")                      \
    X(BOUNCES, "bounces_total", "notifications of non-delivery that were made")                    \
    X(PEER_FAULTS, "peer_faults_total", "what peers should not have sent")

enum relay_counter {
#define X(name, text, help) RELAY_##name,
    RELAY_COUNTERS(X)
#undef X
        RELAY_COUNTER_COUNT
};
enum { RELAY_BUCKETS = 24 }; /* of a histogram: each twice the one before, from 16 microseconds */
struct relay_counters {
    atomic_uint_fast64_t of[RELAY_COUNTER_COUNT];
    atomic_uint_fast64_t
        data_us[RELAY_BUCKETS]; /* from the last octet of mail data to its answer */
    atomic_uint_fast64_t data_us_sum;
    atomic_int_fast64_t sessions, sessions_tls; /* open now */
};
static inline void relay_count(struct relay_counters *c, enum relay_counter which, uint64_t n)
{
    atomic_fetch_add_explicit(&c->of[which], n, memory_order_relaxed);
}
/* One answer to DATA, and how long it took. */
void relay_counters_data(struct relay_counters *c, uint64_t microseconds);
struct relay;
bool relay_metrics_text(struct relay *r, struct buf *out); /* Prometheus' text form 0.0.4 */
#endif
