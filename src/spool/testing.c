/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spool/testing.h"
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct test_dir test_dir_new(void)
{
    struct test_dir d;
    const char *where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(d.path, sizeof d.path, "%s/baton-spool-XXXXXX", where);
    assert_non_null(mkdtemp(d.path));
    return d;
}

static int remove_it(const char *path, const struct stat *st UNUSED, int type UNUSED,
                     struct FTW *ftw UNUSED)
{
    return remove(path);
}

void test_dir_done(struct test_dir *d)
{
    nftw(d->path, remove_it, 16, FTW_DEPTH | FTW_PHYS);
}

struct spool *test_open(const struct test_dir *d, const struct spool_io *io)
{
    struct err e;
    struct spool *s = spool_open(
        &(struct spool_options){ .dir = d->path, .segment_octets = 1 << 20, .io = io }, &e);
    if (!s)
        fail_msg("%s", e.why);
    return s;
}

/* ---- waiting ---- */

struct wait {
    pthread_mutex_t lock;
    pthread_cond_t bell;
    bool done;
    struct test_kept kept;
    struct test_taken *taken;
    size_t changed, changed_in_hand;
};
#define WAIT                                                                                       \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER, .bell = PTHREAD_COND_INITIALIZER                        \
    }

static void wait_for(struct wait *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->done)
        pthread_cond_wait(&w->bell, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

static void ring(struct wait *w)
{
    pthread_mutex_lock(&w->lock);
    w->done = true;
    pthread_cond_signal(&w->bell);
    pthread_mutex_unlock(&w->lock);
}

static void kept(void *user, uint64_t id, enum spool_result result)
{
    struct wait *w = user;
    w->kept = (struct test_kept){ id, result };
    ring(w);
}

/* ---- messages ---- */

void test_octets(uint64_t seed, uint64_t offset, char *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t x = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) + (offset + i) / 8;
        x = (x ^ x >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
        out[i] = (char)(x >> 8 * ((offset + i) % 8));
    }
}

struct spool_draft *test_draft(struct spool *s, uint64_t seed, size_t octets, enum spool_result *r)
{
    char piece[7000];
    struct spool_draft *d = spool_draft_new(s);
    *r = SPOOL_KEPT;
    for (size_t at = 0; at < octets && *r == SPOOL_KEPT;) {
        size_t n = octets - at < sizeof piece ? octets - at : sizeof piece;
        test_octets(seed, at, piece, n);
        *r = spool_draft_add(d, (str){ piece, n });
        at += n;
    }
    return d;
}

const struct queue_message *test_message(uint64_t seed, size_t octets, uint64_t due_ms)
{
    static _Thread_local struct queue_message m;
    static _Thread_local struct queue_recipient r;
    static _Thread_local char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)seed);
    r = (struct queue_recipient){ .forward_path = STR("ann@one.example"),
                                  .reply = STR("450 4.2.1 later") };
    m = (struct queue_message){ .reverse_path = STR("carl@three.example"),
                                .envid = str_from(text),
                                .due_ms = due_ms,
                                .size_octets = octets,
                                .recipients = &r,
                                .recipient_count = 1 };
    return &m;
}

uint64_t test_seed(const struct queue_message *m)
{
    uint64_t seed = UINT64_MAX;
    return str_to_u64(m->envid, UINT64_MAX, &seed) ? seed : UINT64_MAX;
}

struct test_kept test_keep(struct spool *s, uint64_t seed, size_t octets, uint64_t due_ms,
                           bool take)
{
    struct wait w = WAIT;
    enum spool_result r;
    struct spool_draft *d = test_draft(s, seed, octets, &r);
    if (r != SPOOL_KEPT) {
        spool_draft_free(d);
        return (struct test_kept){ 0, r };
    }
    spool_keep(s, d, test_message(seed, octets, due_ms), take, kept, &w);
    wait_for(&w);
    return w.kept;
}

static void row(struct test_taken *t, const struct queue_message *m, bool in_hand)
{
    assert_true(t->count < TEST_TAKEN_MAX);
    t->all[t->count++] = (struct test_row){ m->id,   m->due_ms, test_seed(m), m->size_octets,
                                            m->held, in_hand,   m->dropped };
}

static void took(void *user, const struct queue_message *all, size_t count, uint64_t next_due_ms)
{
    struct wait *w = user;
    w->taken->next_due_ms = next_due_ms;
    for (size_t i = 0; i < count; i++)
        row(w->taken, &all[i], true);
    ring(w);
}

struct test_taken test_take(struct spool *s, uint64_t now_ms, size_t max)
{
    struct test_taken t = { .count = 0 };
    struct wait w = WAIT;
    w.taken = &t;
    spool_take(s, now_ms, max, took, &w);
    wait_for(&w);
    return t;
}

static void listed_one(void *user, const struct queue_message *m, bool in_hand)
{
    row(((struct wait *)user)->taken, m, in_hand);
}

static void listed(void *user, size_t count, size_t left_out)
{
    struct wait *w = user;
    assert_int_equal(count, w->taken->count);
    w->taken->next_due_ms = left_out;
    ring(w);
}

struct test_taken test_list(struct spool *s, const struct spool_filter *f)
{
    struct test_taken t = { .count = 0 };
    struct wait w = WAIT;
    w.taken = &t;
    spool_list(s, f, listed_one, listed, &w);
    wait_for(&w);
    return t;
}

static void changed(void *user, size_t count, size_t in_hand, enum spool_result result)
{
    struct wait *w = user;
    assert_int_equal(result, SPOOL_KEPT);
    w->changed = count;
    w->changed_in_hand = in_hand;
    ring(w);
}

size_t test_change_of(struct spool *s, enum spool_change what, const struct spool_filter *f,
                      uint64_t now_ms, size_t *in_hand)
{
    struct wait w = WAIT;
    spool_change(s, what, f, now_ms, changed, &w);
    wait_for(&w);
    if (in_hand)
        *in_hand = w.changed_in_hand;
    return w.changed;
}

size_t test_change(struct spool *s, enum spool_change what, const struct spool_filter *f,
                   uint64_t now_ms)
{
    return test_change_of(s, what, f, now_ms, NULL);
}

bool test_is_whole(struct spool *s, uint64_t id, uint64_t seed, size_t octets, struct err *e)
{
    char got[50000], want[50000];
    size_t n = 1;
    for (uint64_t at = 0; n > 0; at += n) {
        if (!spool_read(s, id, at, got, sizeof got, &n, e))
            return false;
        test_octets(seed, at, want, n);
        if (memcmp(got, want, n) != 0)
            return err_set(e, ERR_SYNTAX, "other octets behind %llu", (unsigned long long)at);
        if (n == 0 && at != octets)
            return err_set(e, ERR_SYNTAX, "%llu octets of %zu", (unsigned long long)at, octets);
    }
    return true;
}

void test_reads(struct spool *s, uint64_t id, uint64_t seed, size_t octets)
{
    struct err e;
    if (!test_is_whole(s, id, seed, octets, &e))
        fail_msg("message %llu: %s", (unsigned long long)seed, e.why);
}

static const struct queue_message *settled(uint64_t id, uint64_t due_ms)
{
    const struct queue_message *m = test_message(0, 0, due_ms);
    static _Thread_local struct queue_message copy;
    copy = *m;
    copy.id = id;
    copy.recipients[0].state = due_ms ? QUEUE_WAITING : QUEUE_DELIVERED;
    return &copy;
}

enum spool_result test_settle(struct spool *s, uint64_t id, uint64_t due_ms)
{
    struct wait w = WAIT;
    spool_settle(s, settled(id, due_ms), NULL, NULL, kept, &w);
    wait_for(&w);
    return w.kept.result;
}

void test_note(struct spool *s, uint64_t id, uint64_t seed)
{
    struct queue_message m = *test_message(seed, 0, 777);
    m.id = id;
    assert_true(spool_note(s, &m));
}

struct test_kept test_settle_bounce(struct spool *s, uint64_t id, uint64_t seed, size_t octets)
{
    struct wait w = WAIT;
    enum spool_result r;
    struct spool_draft *d = test_draft(s, seed, octets, &r);
    struct queue_message bounce = *test_message(seed, octets, 1);
    struct queue_recipient to = bounce.recipients[0];
    bounce.recipients = &to;
    char envid[24];
    memcpy(envid, bounce.envid.p, bounce.envid.n);
    bounce.envid.p = envid;
    spool_settle(s, settled(id, 0), d, &bounce, kept, &w);
    wait_for(&w);
    return w.kept;
}
