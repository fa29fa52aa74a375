/* SPDX-License-Identifier: ISC */
/* relay/metrics.c - counters summed over the workers, in the text form 0.0.4 of Prometheus */
#include "relay/metrics.h"
#include "relay/relay.h"
#include "relay/smarthosts.h"
#include <inttypes.h>

enum { FIRST_BUCKET_US = 16 };

static const struct {
    const char *name, *help;
} COUNTERS[] = {
#define X(name, text, help) { text, help },
    RELAY_COUNTERS(X)
#undef X
};

/* The first whose end is not below it; the last has no end. */
static unsigned bucket_of(uint64_t microseconds)
{
    unsigned i = 0;
    for (uint64_t end = FIRST_BUCKET_US; i < RELAY_BUCKETS - 1 && microseconds > end; end *= 2)
        i++;
    return i;
}

void relay_counters_data(struct relay_counters *c, uint64_t microseconds)
{
    atomic_fetch_add_explicit(&c->data_us[bucket_of(microseconds)], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&c->data_us_sum, microseconds, memory_order_relaxed);
}

static void head(struct buf *out, const char *name, const char *help, const char *type)
{
    buf_addf(out, "# HELP baton_%s %s\n# TYPE baton_%s %s\n", name, help, name, type);
}

static void one(struct buf *out, const char *name, const char *help, const char *type,
                uint64_t value)
{
    head(out, name, help, type);
    buf_addf(out, "baton_%s %" PRIu64 "\n", name, value);
}

static void counters(const struct relay *r, struct buf *out)
{
    for (size_t i = 0; i < RELAY_COUNTER_COUNT; i++) {
        uint64_t sum = 0;
        for (unsigned w = 0; w < r->worker_count; w++)
            sum += atomic_load_explicit(&r->workers[w].counters.of[i], memory_order_relaxed);
        one(out, COUNTERS[i].name, COUNTERS[i].help, "counter", sum);
    }
}

/* Cumulative, as the form wants it; the count is that of the last, read once, so that they agree. */
static void data_answers(const struct relay *r, struct buf *out)
{
    uint64_t count = 0, sum_us = 0, end_us = FIRST_BUCKET_US;
    head(out, "data_answer_seconds", "from the last octet of mail data to its answer", "histogram");
    for (unsigned i = 0; i < RELAY_BUCKETS; i++, end_us *= 2) {
        for (unsigned w = 0; w < r->worker_count; w++)
            count += atomic_load_explicit(&r->workers[w].counters.data_us[i], memory_order_relaxed);
        if (i < RELAY_BUCKETS - 1)
            buf_addf(out,
                     "baton_data_answer_seconds_bucket{le=\"%" PRIu64 ".%06" PRIu64 "\"} %" PRIu64
                     "\n",
                     end_us / 1000000, end_us % 1000000, count);
    }
    for (unsigned w = 0; w < r->worker_count; w++)
        sum_us += atomic_load_explicit(&r->workers[w].counters.data_us_sum, memory_order_relaxed);
    buf_addf(out,
             "baton_data_answer_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n"
             "baton_data_answer_seconds_sum %" PRIu64 ".%06" PRIu64 "\n"
             "baton_data_answer_seconds_count %" PRIu64 "\n",
             count, sum_us / 1000000, sum_us % 1000000, count);
}

static void sessions(const struct relay *r, struct buf *out)
{
    int64_t all = 0, tls = 0;
    for (unsigned w = 0; w < r->worker_count; w++) {
        all += atomic_load_explicit(&r->workers[w].counters.sessions, memory_order_relaxed);
        tls += atomic_load_explicit(&r->workers[w].counters.sessions_tls, memory_order_relaxed);
    }
    one(out, "sessions", "sessions that are open", "gauge", all > 0 ? (uint64_t)all : 0);
    one(out, "sessions_tls", "sessions that are open and secured", "gauge",
        tls > 0 ? (uint64_t)tls : 0);
}

/* Of the queue: since the start, and now. */
static void queue(struct relay *r, struct buf *out)
{
    struct spool_numbers n;
    if (!r->spool)
        return;
    spool_numbers(r->spool, &n);
    const struct {
        const char *name, *help, *type;
        uint64_t value;
    } ROWS[] = {
        { "queue_messages", "messages that wait or are in hand", "gauge", n.messages },
        { "queue_held", "messages that are held", "gauge", n.held },
        { "queue_in_hand", "messages that are being handed on", "gauge", n.in_hand },
        { "queue_segments", "files that hold messages", "gauge", n.segments },
        { "queue_segment_octets", "octets of these files", "gauge", n.segment_octets },
        { "queue_live_octets", "octets in them that are still needed", "gauge", n.live_octets },
        { "queue_removed_total", "messages that have left the queue", "counter", n.removed },
        { "queue_commits_total", "commits of the state of the queue", "counter", n.commits },
        { "queue_syncs_total", "syncs of the disk", "counter", n.syncs },
        { "queue_sync_failures_total", "syncs of the disk that failed", "counter",
          n.sync_failures },
        { "queue_refused_full_total", "messages refused for want of room on the disk", "counter",
          n.refused_full },
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        one(out, ROWS[i].name, ROWS[i].help, ROWS[i].type, ROWS[i].value);
    head(out, "queue_commit_seconds_max", "the longest commit since the start", "gauge");
    buf_addf(out, "baton_queue_commit_seconds_max %u.%06u\n", n.commit_us_most / 1000000,
             n.commit_us_most % 1000000);
}

bool relay_metrics_text(struct relay *r, struct buf *out)
{
    head(out, "build_info", "the version, as a label", "gauge");
    buf_addf(out, "baton_build_info{version=\"%s\"} 1\n", BATON_VERSION);
    head(out, "start_time_seconds", "when the relay started, since 1970", "gauge");
    buf_addf(out, "baton_start_time_seconds %" PRIu64 ".%03" PRIu64 "\n", r->started_ms / 1000,
             r->started_ms % 1000);
    counters(r, out);
    sessions(r, out);
    data_answers(r, out);
    queue(r, out);
    if (r->smarthosts)
        relay_smarthosts_text(r->smarthosts, out);
    one(out, "log_lines_dropped_total", "lines of the log that could not be written", "counter",
        net_log_dropped(r->log));
    return buf_ok(out);
}
