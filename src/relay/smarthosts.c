/* SPDX-License-Identifier: ISC */
#include "relay/smarthosts.h"
#include "base/escape.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Each octet of a name may become eight: \\x1b. */
enum { LABELS_MAX = 8 * (RELAY_SMARTHOST_ROUTE_MAX + RELAY_SMARTHOST_HOST_MAX) + 64 };

struct relay_smarthost {
    char *labels;  /* route="..",smarthost=".."; NULL: the place is free */
    unsigned held; /* with the lock, and so is shown */
    bool shown;
    atomic_uint_fast64_t of[RELAY_SMARTHOST_COUNTER_COUNT];
    atomic_int_fast64_t connections;
    atomic_uint breaker;
};
struct relay_smarthosts {
    pthread_mutex_t lock;
    struct relay_smarthost one[RELAY_SMARTHOSTS_MAX], beyond;
};

static const struct {
    const char *name, *help;
} COUNTERS[] = {
#define X(name, text, help) { text, help },
    RELAY_SMARTHOST_COUNTERS(X)
#undef X
};

struct relay_smarthosts *relay_smarthosts_new(struct err *e)
{
    struct relay_smarthosts *all = calloc(1, sizeof *all);
    if (all)
        pthread_mutex_init(&all->lock, NULL);
    else
        err_memory(e, "the metrics of smarthosts");
    return all;
}

void relay_smarthosts_free(struct relay_smarthosts *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < RELAY_SMARTHOSTS_MAX; i++)
        free(all->one[i].labels);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

/* ---- names ---- */

/* A label's value: first fit for people, then the escapes of the form (backslash, quote, line feed). */
static void add_value(struct buf *out, str name, size_t most, const char *behind)
{
    struct buf plain;
    buf_init(&plain, 4 * most);
    escape_line(str_take(name, most), &plain);
    for (size_t i = 0; i < plain.n; i++) {
        if (plain.p[i] == '\\' || plain.p[i] == '"')
            buf_addc(out, '\\');
        buf_addc(out, plain.p[i]);
    }
    buf_add(out, str_from(behind));
    buf_done(&plain);
}

static void labels_of(const struct site_route *r, const struct site_smarthost *s,
                      char out[LABELS_MAX])
{
    char port[16];
    struct buf b;
    buf_init(&b, LABELS_MAX - 1);
    snprintf(port, sizeof port, ":%u\"", s->port);
    buf_add(&b, STR("route=\""));
    add_value(&b, r->name, RELAY_SMARTHOST_ROUTE_MAX, "\",smarthost=\"");
    add_value(&b, s->host, RELAY_SMARTHOST_HOST_MAX, port);
    snprintf(out, LABELS_MAX, "%.*s", STR_ARG(buf_str(&b)));
    buf_done(&b);
}

/* ---- which there are ---- */

static void maybe_forget(struct relay_smarthost *one)
{
    if (one->shown || one->held > 0)
        return;
    free(one->labels);
    *one = (struct relay_smarthost){ .labels = NULL };
}

/* With the lock held. NULL: there is no room. */
static struct relay_smarthost *place_of(struct relay_smarthosts *all, const struct site_route *r,
                                        const struct site_smarthost *s)
{
    char labels[LABELS_MAX];
    struct relay_smarthost *room = NULL;
    labels_of(r, s, labels);
    for (size_t i = 0; i < RELAY_SMARTHOSTS_MAX; i++) {
        struct relay_smarthost *one = &all->one[i];
        if (one->labels && strcmp(one->labels, labels) == 0)
            return one;
        if (!room && !one->labels)
            room = one;
    }
    if (room)
        room->labels = strdup(labels);
    return room && room->labels ? room : NULL;
}

void relay_smarthosts_are(struct relay_smarthosts *all, const struct site *s)
{
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < RELAY_SMARTHOSTS_MAX; i++)
        all->one[i].shown = false;
    for (size_t i = 0; i < s->route_count; i++)
        for (size_t k = 0; k < s->routes[i].smarthost_count; k++) {
            struct relay_smarthost *one = place_of(all, &s->routes[i], &s->routes[i].smarthosts[k]);
            if (one)
                one->shown = true;
        }
    for (size_t i = 0; i < RELAY_SMARTHOSTS_MAX; i++)
        maybe_forget(&all->one[i]);
    pthread_mutex_unlock(&all->lock);
}

struct relay_smarthost *relay_smarthosts_hold(struct relay_smarthosts *all,
                                              const struct site_route *r,
                                              const struct site_smarthost *s)
{
    pthread_mutex_lock(&all->lock);
    struct relay_smarthost *one = place_of(all, r, s);
    one = one ? one : &all->beyond;
    one->held++;
    pthread_mutex_unlock(&all->lock);
    return one;
}

void relay_smarthosts_drop(struct relay_smarthosts *all, struct relay_smarthost *one)
{
    pthread_mutex_lock(&all->lock);
    one->held--;
    if (one != &all->beyond)
        maybe_forget(one);
    pthread_mutex_unlock(&all->lock);
}

/* ---- numbers ---- */

void relay_smarthost_count(struct relay_smarthost *one, enum relay_smarthost_counter which,
                           uint64_t n)
{
    atomic_fetch_add_explicit(&one->of[which], n, memory_order_relaxed);
}

void relay_smarthost_connections(struct relay_smarthost *one, int more)
{
    atomic_fetch_add_explicit(&one->connections, more, memory_order_relaxed);
}

void relay_smarthost_breaker(struct relay_smarthost *one, unsigned state)
{
    atomic_store_explicit(&one->breaker, state, memory_order_relaxed);
}

static uint64_t counter(const struct relay_smarthost *one, unsigned which)
{
    return atomic_load_explicit(&one->of[which], memory_order_relaxed);
}

static uint64_t connections(const struct relay_smarthost *one, unsigned which UNUSED)
{
    int64_t n = atomic_load_explicit(&one->connections, memory_order_relaxed);
    return n > 0 ? (uint64_t)n : 0;
}

static uint64_t breaker(const struct relay_smarthost *one, unsigned which UNUSED)
{
    return atomic_load_explicit(&one->breaker, memory_order_relaxed);
}

static void family(const struct relay_smarthosts *all, struct buf *out, const char *name,
                   const char *help, const char *type,
                   uint64_t (*value)(const struct relay_smarthost *one, unsigned which),
                   unsigned which)
{
    buf_addf(out, "# HELP baton_smarthost_%s %s\n# TYPE baton_smarthost_%s %s\n", name, help, name,
             type);
    for (size_t i = 0; i < RELAY_SMARTHOSTS_MAX; i++)
        if (all->one[i].shown)
            buf_addf(out, "baton_smarthost_%s{%s} %" PRIu64 "\n", name, all->one[i].labels,
                     value(&all->one[i], which));
}

void relay_smarthosts_text(struct relay_smarthosts *all, struct buf *out)
{
    pthread_mutex_lock(&all->lock);
    for (unsigned i = 0; i < RELAY_SMARTHOST_COUNTER_COUNT; i++)
        family(all, out, COUNTERS[i].name, COUNTERS[i].help, "counter", counter, i);
    family(all, out, "connections", "connections to the smarthost that are open", "gauge",
           connections, 0);
    family(all, out, "breaker",
           "0: the smarthost works, as far as is known; 1: one connection tries it; 2: it failed "
           "and is "
           "left alone for a while",
           "gauge", breaker, 0);
    pthread_mutex_unlock(&all->lock);
}
