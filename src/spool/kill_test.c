/* SPDX-License-Identifier: ISC */
/*
 * A process that keeps and settles is killed at a moment of no choosing: what it had acknowledged, through a pipe, is there
 * afterwards, once and whole. BATON_KILLS says how often; all on one queue, so that each start recovers from the last.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spool/testing.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    KILLS = 30,
    WRITERS = 20,
    LARGEST = 40000,
    SEEDS = 1 << 22,
    MANY =
        3000, /* messages in the queue: then it is emptied, so that a thousand kills do not read them all each time */
    TOLD_EACH = 50
};

/* What the child says: one line is 16 octets, and so comes whole or not at all. */
enum said { ASKED_KEEP, KEPT, ASKED_GONE, GONE };
struct line {
    uint64_t what, seed;
};

static size_t octets_of(uint64_t seed)
{
    return seed % 50 == 0 ? (size_t)(seed * 7919 % LARGEST) : (size_t)(seed * 31 % 3000);
}

/* ---- the child ---- */

struct writer {
    struct child *child;
    uint64_t seed, id;
};
struct child {
    struct spool *spool;
    int say;
    _Atomic uint64_t next;
    pthread_mutex_t lock;
    pthread_cond_t bell;
    struct writer *free[WRITERS];
    unsigned free_count;
};

static void say(struct child *c, enum said what, uint64_t seed)
{
    struct line l = { what, seed };
    if (write(c->say, &l, sizeof l) != sizeof l)
        _exit(3);
}

static void give_back(struct writer *w)
{
    struct child *c = w->child;
    pthread_mutex_lock(&c->lock);
    c->free[c->free_count++] = w;
    pthread_cond_signal(&c->bell);
    pthread_mutex_unlock(&c->lock);
}

static void kept(void *user, uint64_t id, enum spool_result result)
{
    struct writer *w = user;
    if (result != SPOOL_KEPT)
        _exit(4);
    w->id = id;
    say(w->child, KEPT, w->seed);
    give_back(w);
}

static void settled(void *user, uint64_t id UNUSED, enum spool_result result)
{
    struct writer *w = user;
    if (result != SPOOL_KEPT)
        _exit(5);
    w->id = 0;
    say(w->child, GONE, w->seed);
    give_back(w);
}

static void next_step(struct writer *w)
{
    struct child *c = w->child;
    if (w->id && w->seed % 4) {
        struct queue_message m = *test_message(w->seed, 0, 0);
        m.id = w->id;
        m.recipients[0].state = QUEUE_DELIVERED;
        say(c, ASKED_GONE, w->seed);
        spool_settle(c->spool, &m, NULL, NULL, settled, w);
        return;
    }
    enum spool_result r;
    w->seed = c->next++;
    say(c, ASKED_KEEP, w->seed);
    struct spool_draft *d = test_draft(c->spool, w->seed, octets_of(w->seed), &r);
    spool_keep(c->spool, d, test_message(w->seed, octets_of(w->seed), 1), true, kept, w);
}

static _Noreturn void child(const char *dir, int say_fd, uint64_t first)
{
    struct err e;
    struct child c = { .say = say_fd,
                       .next = first,
                       .lock = PTHREAD_MUTEX_INITIALIZER,
                       .bell = PTHREAD_COND_INITIALIZER };
    struct writer writers[WRITERS];
    c.spool = spool_open(&(struct spool_options){ .dir = dir, .segment_octets = 256 << 10 }, &e);
    if (!c.spool) {
        fprintf(stderr, "%s\n", e.why);
        _exit(2);
    }
    for (unsigned i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){ .child = &c };
        give_back(&writers[i]);
    }
    for (;;) {
        pthread_mutex_lock(&c.lock);
        while (c.free_count == 0)
            pthread_cond_wait(&c.bell, &c.lock);
        struct writer *w = c.free[--c.free_count];
        pthread_mutex_unlock(&c.lock);
        next_step(w);
    }
}

/* ---- the parent ---- */

static unsigned char *heard; /* a bit for each enum said, by seed */
static uint64_t last_seed;

static void hear(int fd)
{
    struct line l;
    while (read(fd, &l, sizeof l) == sizeof l) {
        assert_true(l.seed < SEEDS);
        heard[l.seed] |= (unsigned char)(1U << l.what);
        last_seed = l.seed > last_seed ? l.seed : last_seed;
    }
}

struct look {
    struct test_taken t;
    unsigned char *found;
    size_t lost, twice, back, broken, seen;
};

/* None of them may come back. */
static void empty(struct spool *s, const struct test_taken *t)
{
    for (size_t i = 0; i < t->count; i++) {
        struct queue_message m = *test_message(t->all[i].seed, 0, 0);
        m.id = t->all[i].id;
        m.recipients[0].state = QUEUE_DELIVERED;
        heard[t->all[i].seed] |= 1U << ASKED_GONE | 1U << GONE;
        spool_settle(s, &m, NULL, NULL, NULL, NULL); /* spool_close() commits it */
    }
}

static void look_at(struct spool *s, struct look *k, bool emptied)
{
    do {
        k->t = test_take(s, UINT64_MAX, TEST_TAKEN_MAX);
        for (size_t i = 0; i < k->t.count; i++) {
            uint64_t seed = k->t.all[i].seed;
            assert_true(seed < SEEDS);
            k->seen++;
            k->twice += k->found[seed]++ > 0;
            k->back += heard[seed] >> GONE & 1;
            k->broken += !test_is_whole(s, k->t.all[i].id, seed, octets_of(seed), NULL);
        }
        if (emptied)
            empty(s, &k->t);
    } while (k->t.count > 0);
    for (uint64_t seed = 0; seed <= last_seed; seed++)
        k->lost += (heard[seed] >> KEPT & 1) && !(heard[seed] >> ASKED_GONE & 1) && !k->found[seed];
}

/* How many messages there are. */
static size_t look_again(const char *dir, bool emptied)
{
    static struct look k;
    struct err e;
    k = (struct look){ .found = calloc(SEEDS, 1) };
    assert_non_null(k.found);
    struct spool *s = spool_open(&(struct spool_options){ .dir = dir, .segment_octets = 256 << 10 },
                                 &e);
    if (!s)
        fail_msg("%s", e.why);
    look_at(s, &k, emptied);
    spool_close(s);
    free(k.found);
    if (k.lost || k.twice || k.back || k.broken)
        fail_msg("%zu lost, %zu twice, %zu back again, %zu broken, of %zu", k.lost, k.twice, k.back,
                 k.broken, k.seen);
    return emptied ? 0 : k.seen;
}

static void kill_once(const char *dir, unsigned random)
{
    int fds[2], status;
    assert_int_equal(pipe(fds), 0);
    uint64_t first = last_seed + 1;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(fds[0]);
        child(dir, fds[1], first);
    }
    close(fds[1]);
    struct timespec wait = { 0, (long)(random % 60) * 1000000 + 200000 };
    nanosleep(&wait, NULL); /* what is said meanwhile fits into the pipe, or holds the child up */
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    hear(fds[0]);
    close(fds[0]);
}

static void nothing_acknowledged_is_lost(void **state UNUSED)
{
    const char *wanted = getenv("BATON_KILLS");
    unsigned kills = wanted ? (unsigned)atol(wanted) : KILLS, random = 11;
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    heard = calloc(SEEDS, 1);
    assert_non_null(heard);
    size_t acknowledged = 0, there = 0;
    for (unsigned i = 0; i < kills; i++) {
        random = random * 1103515245U + 12345U;
        kill_once(d.path, random >> 16);
        there = look_again(d.path, there > MANY);
        if (wanted && (i + 1) % TOLD_EACH == 0)
            fprintf(stderr, "%u of %u kills, %zu messages in the queue\n", i + 1, kills, there);
    }
    for (uint64_t seed = 0; seed <= last_seed; seed++)
        acknowledged += heard[seed] >> KEPT & 1;
    print_message("%u kills, %zu messages acknowledged\n", kills, acknowledged);
    assert_true(acknowledged > 0);
    free(heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(nothing_acknowledged_is_lost) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
