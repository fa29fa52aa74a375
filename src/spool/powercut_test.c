/* SPDX-License-Identifier: ISC */
/*
 * The power goes at every moment of recorded runs, and the disk is in every state that it may then be in: recovery must
 * find each acknowledged message once and whole, and none that was refused or settled.
 *
 * BATON_POWERCUTS=all plays every moment of every run back, with all choices of up to 10 pending changes; a number
 * plays back so many states a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spool/map.h"
#include "spool/record.h"
#include "spool/testing.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEEDS = 600, SEGMENT = 64 << 10, STATES = 1000, EXHAUSTIVE = 10, PART_MOMENTS = 16 };
enum heard { ASK_KEEP, KEPT, REFUSED, ASK_SETTLE, ASK_BOUNCE, SETTLED, NOT_SETTLED };
#define NOBODY_WAITS 0 /* a due time that means: it is done with */

/* What the world was told of a message. */
struct told {
    size_t octets;
    bool asked, kept, refused, asked_gone, gone;
    uint64_t due_ms, asked_due_ms; /* acknowledged; asked for since, or the same */
    unsigned bounce_of;            /* its seed and 1; 0: it is none */
};

/* ---- a run that is recorded ---- */

struct run {
    const char *name;
    unsigned rounds, keeps; /* messages a round */
    size_t least, most;     /* octets of one */
    unsigned done_percent;  /* of those in hand, each round */
    unsigned bounces;       /* of those done with one in so many has a bounce; 0: none */
    unsigned drops;         /* of those in hand one in so many is dropped by a person; 0: none */
    bool reopen;            /* once in the middle */
    bool moves;             /* it must have come to that */
    enum record_call fail;
    unsigned fail_nth; /* in the second round; 0: nothing fails */
    int fail_why;
};
static const struct run RUNS[] = {
    { .name = "small", .rounds = 5, .keeps = 12, .least = 100, .most = 3000, .done_percent = 50 },
    { .name = "rotate",
      .rounds = 6,
      .keeps = 10,
      .least = 6000,
      .most = 15000,
      .done_percent = 60,
      .reopen = true },
    { .name = "bounces",
      .rounds = 5,
      .keeps = 8,
      .least = 100,
      .most = 5000,
      .done_percent = 50,
      .bounces = 2 },
    { .name = "bounce-sync-fails",
      .rounds = 4,
      .keeps = 6,
      .least = 100,
      .most = 5000,
      .done_percent = 60,
      .bounces = 1,
      .fail = RECORD_SYNC,
      .fail_nth = 2,
      .fail_why = EIO },
    { .name = "drops",
      .rounds = 5,
      .keeps = 8,
      .least = 100,
      .most = 5000,
      .done_percent = 70,
      .drops = 2,
      .reopen = true },
    { .name = "large",
      .rounds = 3,
      .keeps = 4,
      .least = 10000,
      .most = 60000,
      .done_percent = 60,
      .reopen = true },
    { .name = "compact",
      .rounds = 9,
      .keeps = 8,
      .least = 8000,
      .most = 15000,
      .done_percent = 85,
      .moves = true },
    { .name = "sync-fails",
      .rounds = 4,
      .keeps = 6,
      .least = 100,
      .most = 3000,
      .done_percent = 40,
      .fail = RECORD_SYNC,
      .fail_nth = 1,
      .fail_why = EIO },
    { .name = "state-sync-fails",
      .rounds = 4,
      .keeps = 6,
      .least = 100,
      .most = 3000,
      .done_percent = 40,
      .fail = RECORD_DB_SYNC,
      .fail_nth = 1,
      .fail_why = EIO },
    { .name = "state-write-fails",
      .rounds = 4,
      .keeps = 6,
      .least = 100,
      .most = 3000,
      .done_percent = 40,
      .fail = RECORD_DB_WRITE,
      .fail_nth = 4,
      .fail_why = ENOSPC },
    { .name = "write-fails",
      .rounds = 4,
      .keeps = 6,
      .least = 100,
      .most = 20000,
      .done_percent = 40,
      .fail = RECORD_WRITE,
      .fail_nth = 1,
      .fail_why = EIO },
};

struct world {
    struct record *record;
    struct spool *spool;
    pthread_mutex_t lock;
    pthread_cond_t bell;
    unsigned open; /* calls that are not done */
    unsigned seed, random;
    size_t octets[SEEDS];
    uint64_t ids[SEEDS];
    bool in_hand[SEEDS];
};
struct call {
    struct world *w;
    unsigned seed;
    uint64_t due_ms;
    bool take;
    unsigned bounce; /* its seed; 0: none */
};

static unsigned chance(unsigned *random, unsigned below)
{
    *random = *random * 1103515245U + 12345U;
    return (*random >> 12) % below;
}

static struct call *call_new(struct world *w, unsigned seed, uint64_t due_ms, bool take)
{
    struct call *c = malloc(sizeof *c);
    assert_non_null(c);
    *c = (struct call){ w, seed, due_ms, take, 0 };
    pthread_mutex_lock(&w->lock);
    w->open++;
    pthread_mutex_unlock(&w->lock);
    return c;
}

static void call_done(struct call *c)
{
    struct world *w = c->w;
    pthread_mutex_lock(&w->lock);
    if (--w->open == 0)
        pthread_cond_signal(&w->bell);
    pthread_mutex_unlock(&w->lock);
    free(c);
}

static void wait_all(struct world *w)
{
    pthread_mutex_lock(&w->lock);
    while (w->open > 0)
        pthread_cond_wait(&w->bell, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

static void kept(void *user, uint64_t id, enum spool_result result)
{
    struct call *c = user;
    pthread_mutex_lock(&c->w->lock);
    c->w->ids[c->seed] = id;
    c->w->in_hand[c->seed] = c->take && result == SPOOL_KEPT;
    pthread_mutex_unlock(&c->w->lock);
    record_note(c->w->record, result == SPOOL_KEPT ? KEPT : REFUSED, c->seed, c->due_ms);
    call_done(c);
}

static void settled(void *user, uint64_t bounce, enum spool_result result)
{
    struct call *c = user;
    record_note(c->w->record, result == SPOOL_KEPT ? SETTLED : NOT_SETTLED, c->seed, c->due_ms);
    if (c->bounce && result == SPOOL_KEPT) {
        assert_true(bounce > 0);
        record_note(c->w->record, KEPT, c->bounce, c->bounce + 1);
    }
    call_done(c);
}

static void keep_some(struct world *w, const struct run *run)
{
    for (unsigned i = 0; i < run->keeps; i++) {
        unsigned seed = w->seed++;
        enum spool_result r;
        assert_true(seed < SEEDS);
        size_t octets = run->least + chance(&w->random, (unsigned)(run->most - run->least));
        w->octets[seed] = octets;
        bool take = chance(&w->random, 2);
        record_note(w->record, ASK_KEEP, seed, octets);
        struct spool_draft *d = test_draft(w->spool, seed, octets, &r);
        if (r != SPOOL_KEPT) {
            spool_draft_free(d);
            record_note(w->record, REFUSED, seed, 0);
            continue;
        }
        spool_keep(w->spool, d, test_message(seed, octets, seed + 1), take, kept,
                   call_new(w, seed, seed + 1, take));
    }
}

static bool out_of_hand(struct world *w, unsigned seed)
{
    pthread_mutex_lock(&w->lock);
    bool had = w->in_hand[seed];
    w->in_hand[seed] = false;
    pthread_mutex_unlock(&w->lock);
    return had;
}

/* Settles with a bounce in its place. */
static void bounce(struct world *w, const struct run *run, const struct queue_message *m,
                   struct call *c)
{
    enum spool_result r;
    char envid[24];
    c->bounce = w->seed++;
    assert_true(c->bounce < SEEDS);
    size_t octets = run->least + chance(&w->random, (unsigned)(run->most - run->least));
    w->octets[c->bounce] = octets;
    record_note(w->record, ASK_KEEP, c->bounce, octets);
    record_note(w->record, ASK_BOUNCE, c->bounce, c->seed);
    struct spool_draft *d = test_draft(w->spool, c->bounce, octets, &r);
    assert_int_equal(r, SPOOL_KEPT);
    struct queue_recipient settled_one = m->recipients[0];
    struct queue_message first = *m;
    first.recipients = &settled_one;
    snprintf(envid, sizeof envid, "%u", c->seed);
    first.envid = str_from(envid);
    spool_settle(w->spool, &first, d, test_message(c->bounce, octets, c->bounce + 1), settled, c);
}

static void dropped(void *user, size_t count, size_t in_hand, enum spool_result result)
{
    struct call *c = user;
    assert_int_equal(count, 1);
    assert_int_equal(in_hand, 1);
    record_note(c->w->record, result == SPOOL_KEPT ? SETTLED : NOT_SETTLED, c->seed, c->due_ms);
    call_done(c);
}

/* It stays in hand, until the run ends or it is settled as if it would wait. */
static void drop(struct world *w, unsigned seed)
{
    struct queue_message m = *test_message(seed, w->octets[seed], 1000 + seed);
    m.id = w->ids[seed];
    record_note(w->record, ASK_SETTLE, seed, NOBODY_WAITS);
    spool_change(w->spool, SPOOL_DROP, &(struct spool_filter){ .id = m.id }, 0, dropped,
                 call_new(w, seed, NOBODY_WAITS, false));
    if (chance(&w->random, 2))
        return;
    wait_all(w);
    spool_settle(w->spool, &m, NULL, NULL, NULL, NULL);
}

static void settle_some(struct world *w, const struct run *run)
{
    for (unsigned seed = 0; seed < w->seed; seed++) {
        if (chance(&w->random, 100) >= run->done_percent || !out_of_hand(w, seed))
            continue;
        if (run->drops && chance(&w->random, run->drops) == 0) {
            drop(w, seed);
            continue;
        }
        uint64_t due_ms = chance(&w->random, 5) == 0 ? 1000 + seed : NOBODY_WAITS;
        struct queue_message m = *test_message(seed, w->octets[seed], due_ms);
        m.id = w->ids[seed];
        m.recipients[0].state = due_ms ? QUEUE_WAITING : QUEUE_DELIVERED;
        record_note(w->record, ASK_SETTLE, seed, due_ms);
        struct call *c = call_new(w, seed, due_ms, false);
        if (seed % 3 == 0)
            spool_note(w->spool, &m);
        if (due_ms == NOBODY_WAITS && run->bounces && chance(&w->random, run->bounces) == 0)
            bounce(w, run, &m, c);
        else
            spool_settle(w->spool, &m, NULL, NULL, settled, c);
    }
}

static void take_some(struct world *w)
{
    struct test_taken t = test_take(w->spool, 1000, 7);
    for (size_t i = 0; i < t.count; i++) {
        w->in_hand[t.all[i].seed] = true; /* all calls are done: nobody else looks */
        w->ids[t.all[i].seed] = t.all[i].id;
    }
}

static struct spool *open_spool(const char *dir, const struct spool_io *io, struct err *e)
{
    return spool_open(&(struct spool_options){ .dir = dir, .segment_octets = SEGMENT, .io = io },
                      e);
}

/* octets: of each message. */
static struct record *record_run(const struct run *run, const struct test_dir *d, unsigned skip,
                                 size_t octets[SEEDS])
{
    struct world w = { .lock = PTHREAD_MUTEX_INITIALIZER,
                       .bell = PTHREAD_COND_INITIALIZER,
                       .random = 7 };
    struct err e;
    w.record = record_new(d->path);
    record_skip(w.record, skip);
    record_lag(w.record);
    w.spool = open_spool(d->path, record_io(w.record), &e);
    if (!w.spool)
        fail_msg("%s", e.why);
    for (unsigned round = 0; round < run->rounds; round++) {
        if (round == 1 && run->fail_nth)
            record_fail(w.record, run->fail, run->fail_nth, run->fail_why);
        keep_some(&w, run);
        settle_some(&w, run);
        wait_all(&w);
        take_some(&w);
        if (run->reopen && round == run->rounds / 2) {
            spool_close(w.spool);
            memset(w.in_hand, 0, sizeof w.in_hand);
            w.spool = open_spool(d->path, record_io(w.record), &e);
            assert_non_null(w.spool);
        }
    }
    struct spool_numbers n;
    spool_numbers(w.spool, &n);
    assert_true(!run->moves || n.moved > 0);
    spool_close(w.spool);
    if (run->fail_nth)
        assert_true(record_failed(w.record));
    memcpy(octets, w.octets, sizeof w.octets);
    return w.record;
}

/* ---- what the world knows after so many events ---- */

static void hear(struct told *all, int kind, uint64_t seed, uint64_t value)
{
    struct told *t = &all[seed];
    switch ((enum heard)kind) {
    case ASK_KEEP:
        t->asked = true;
        t->octets = (size_t)value;
        t->due_ms = t->asked_due_ms = seed + 1;
        break;
    case KEPT: t->kept = true; break;
    case REFUSED: t->refused = true; break;
    case ASK_SETTLE:
        t->asked_gone |= value == NOBODY_WAITS;
        t->asked_due_ms = value == NOBODY_WAITS ? t->due_ms : value;
        break;
    case ASK_BOUNCE: t->bounce_of = (unsigned)value + 1; break;
    case SETTLED:
        t->gone |= value == NOBODY_WAITS;
        t->due_ms = t->asked_due_ms;
        break;
    case NOT_SETTLED: break;
    }
}

/* ---- recovery, looked at ---- */

static int no_fallocate(void *user UNUSED, int fd UNUSED, off_t offset UNUSED, off_t n UNUSED)
{
    return 0;
}

/* Where cmocka's own would leave a process that it does not know of. */
static void must(bool true_)
{
    if (!true_)
        abort();
}

static bool wrong(struct err *e, const char *what, uint64_t seed)
{
    return err_set(e, ERR_SYNTAX, "message %llu %s", (unsigned long long)seed, what);
}

/* What recovery made of a disk. The same disk comes up again and again, and what is right follows from what was told. */
struct outcome {
    char broken[sizeof(
        ((struct err *)0)->why)]; /* it did not start, or takes nothing more; empty: all is well */
    uint64_t counted;             /* by the spool's own numbers */
    size_t count;
    struct found {
        uint64_t seed, due_ms;
        bool whole;
    } found[];
};

static bool message_is_right(const struct found *f, const struct told *t, struct err *e)
{
    if (!t->asked)
        return wrong(e, "was never sent", f->seed);
    if (t->refused)
        return wrong(e, "was refused and is there", f->seed);
    if (t->gone)
        return wrong(e, "was settled and is there again", f->seed);
    if (f->due_ms != t->due_ms && f->due_ms != t->asked_due_ms)
        return wrong(e, "is due at another time than said", f->seed);
    return f->whole || wrong(e, "is not what was written", f->seed);
}

static bool is_right(const struct outcome *o, const struct told *all, struct err *e)
{
    bool found[SEEDS] = { false };
    if (o->broken[0])
        return err_set(e, ERR_SYNTAX, "%s", o->broken);
    for (size_t i = 0; i < o->count; i++) {
        const struct found *f = &o->found[i];
        if (f->seed >= SEEDS || found[f->seed])
            return wrong(e, "is there twice", f->seed);
        found[f->seed] = true;
        if (!message_is_right(f, &all[f->seed], e))
            return false;
    }
    for (unsigned seed = 0; seed < SEEDS; seed++)
        if (all[seed].kept && !all[seed].asked_gone && !found[seed])
            return wrong(e, "was acknowledged and is lost", seed);
    for (unsigned seed = 0; seed < SEEDS; seed++)
        if (all[seed].bounce_of && !all[seed].asked_gone &&
            found[seed] == found[all[seed].bounce_of - 1])
            return wrong(e, "is a bounce, and is not there exactly if its message is gone", seed);
    return o->counted == o->count || err_set(e, ERR_SYNTAX, "%zu messages, %llu counted", o->count,
                                             (unsigned long long)o->counted);
}

static struct outcome *look(struct spool *s, const size_t *octets)
{
    static struct test_taken t;
    struct spool_numbers n;
    struct err e;
    t = test_take(s, UINT64_MAX, TEST_TAKEN_MAX);
    struct outcome *o = calloc(1, sizeof *o + t.count * sizeof *o->found);
    must(o != NULL);
    o->count = t.count;
    for (size_t i = 0; i < t.count; i++) {
        const struct test_row *row = &t.all[i];
        o->found[i] = (struct found){ row->seed, row->due_ms, false };
        if (row->seed < SEEDS)
            o->found[i].whole = test_is_whole(s, row->id, row->seed, octets[row->seed], &e);
    }
    spool_numbers(s, &n);
    o->counted = n.messages;
    return o;
}

static bool takes_more(struct spool *s, struct err *e)
{
    struct test_kept k = test_keep(s, SEEDS - 1, 3000, 1, true);
    return k.result == SPOOL_KEPT ? test_is_whole(s, k.id, SEEDS - 1, 3000, e)
                                  : err_set(e, ERR_SYSTEM, "a new message is refused");
}

static struct outcome *recover(const struct test_dir *d, const size_t *octets)
{
    struct err e = { .kind = ERR_NONE };
    struct spool_io io = SPOOL_IO_SYSTEM;
    io.fallocate = no_fallocate;
    struct spool *s = open_spool(d->path, &io, &e);
    struct outcome *o = s ? look(s, octets) : calloc(1, sizeof *o);
    must(o != NULL);
    if (!s || !takes_more(s, &e))
        snprintf(o->broken, sizeof o->broken, "%s", e.why);
    spool_close(s);
    return o;
}

/* ---- states of the disk ---- */

enum way { NONE, ALL, LAST, ALL_BUT_LAST, FIRST, ALL_BUT_FIRST, WAYS };
struct choice {
    size_t pending;
    bool counted; /* bits say which; else by `way`, and from WAYS on at random */
    uint64_t bits;
    unsigned way, random;
};

static unsigned choose(void *user, size_t i)
{
    struct choice *c = user;
    if (c->counted)
        return c->bits >> i & 1;
    switch (c->way) {
    case NONE: return 0;
    case ALL: return 1;
    case LAST: return i + 1 == c->pending;
    case ALL_BUT_LAST: return i + 1 < c->pending;
    case FIRST: return i == 0;
    case ALL_BUT_FIRST: return i > 0;
    default: return chance(&c->random, 3) ? chance(&c->random, 2) : 2 + chance(&c->random, 1000);
    }
}

struct tally {
    const struct run *run;
    const size_t *octets; /* of each seed */
    struct map known;     /* outcomes by the sum of the disk */
    unsigned part, parts; /* which moments, in blocks of PART_MOMENTS */
    size_t states, disks, wrong, moments;
    char first[300];
};

static const struct outcome *outcome_of(struct tally *y, const struct disk *disk)
{
    uint64_t sum = disk_sum(disk) | 1;
    struct outcome *o = map_get(&y->known, sum);
    if (o)
        return o;
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    char bodies[100];
    snprintf(bodies, sizeof bodies, "%s/bodies", d.path);
    must(mkdir(bodies, 0700) == 0 && disk_write(disk, d.path));
    o = recover(&d, y->octets);
    must(map_put(&y->known, sum, o));
    y->disks++;
    return o;
}

static void try_state(struct tally *y, const struct replay *p, const struct told *all,
                      struct choice c)
{
    struct err e = { .kind = ERR_NONE };
    c.pending = replay_pending(p);
    struct disk *disk = replay_build(p, choose, &c);
    y->states++;
    if (!is_right(outcome_of(y, disk), all, &e) && y->wrong++ == 0)
        snprintf(y->first, sizeof y->first, "after event %zu: %s", y->moments, e.why);
    disk_done(disk);
}

static void try_moment(struct tally *y, const struct replay *p, const struct told *all,
                       unsigned random_states, bool everything)
{
    size_t pending = replay_pending(p);
    if (everything && pending <= EXHAUSTIVE)
        for (uint64_t bits = 0; bits < UINT64_C(1) << pending; bits++)
            try_state(y, p, all, (struct choice){ .counted = true, .bits = bits });
    else if (everything)
        for (unsigned way = NONE; way < WAYS; way++)
            try_state(y, p, all, (struct choice){ .way = way });
    for (unsigned n = 0; n < random_states; n++)
        try_state(y, p, all,
                  (struct choice){ .way = WAYS, .random = (unsigned)y->moments * 977 + n * 31 });
}

/* states 0: all of them. */
static void play_back(struct tally *y, const struct record *r, size_t states, unsigned seed)
{
    static struct told all[SEEDS];
    size_t events = record_events(r);
    struct replay *p = replay_new(r, seed);
    unsigned random = 3 + seed;
    bool is_note;
    int kind;
    uint64_t a, b;
    memset(all, 0, sizeof all);
    y->moments = 0;
    while (replay_step(p, &is_note, &kind, &a, &b)) {
        y->moments++;
        if (is_note)
            hear(all, kind, a, b);
        if (y->moments / PART_MOMENTS % y->parts != y->part)
            continue;
        if (states == 0) {
            try_moment(y, p, all, 8, true);
            continue;
        }
        /* So that all moments have their turn, each with one extreme or one random choice. */
        for (size_t n = chance(&random, (unsigned)events) >= states % events;
             n < states / events + 1; n++)
            try_state(y, p, all,
                      (struct choice){ .way = chance(&random, 2 * WAYS), .random = random });
    }
    replay_free(p);
}

static void forget(struct tally *y)
{
    for (size_t i = 0; i < y->known.room; i++)
        free(y->known.rows[i].value);
    map_done(&y->known);
}

/* Where a sync failed there are three ways in which the disk may have taken it. */
static void play_all(struct tally *y, const struct record *r, size_t states)
{
    for (unsigned seed = 0, ways = y->run->fail_nth ? 3 : 1; seed < ways; seed++)
        play_back(y, r, states / ways, seed);
    forget(y);
}

static void add_part(struct tally *y, const struct tally *part)
{
    y->states += part->states;
    y->disks += part->disks;
    if (y->wrong == 0)
        memcpy(y->first, part->first, sizeof y->first);
    y->wrong += part->wrong;
}

/* Each moment is for itself: a process for some of them on each processor. */
static void play_in_parts(struct tally *y, const struct record *r)
{
    enum { PARTS_MAX = 64 };
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned parts = processors < 1 ? 1 : processors > PARTS_MAX ? PARTS_MAX : (unsigned)processors;
    struct tally *all = mmap(NULL, PARTS_MAX * sizeof *all, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t processes[PARTS_MAX];
    assert_ptr_not_equal(all, MAP_FAILED);
    for (unsigned i = 0; i < parts; i++) {
        all[i] = (struct tally){ .run = y->run, .octets = y->octets, .part = i, .parts = parts };
        processes[i] = fork();
        assert_true(processes[i] >= 0);
        if (processes[i] > 0)
            continue;
        play_all(&all[i], r, 0);
        _exit(0);
    }
    for (unsigned i = 0; i < parts; i++) {
        int status = -1;
        assert_int_equal(waitpid(processes[i], &status, 0), processes[i]);
        assert_int_equal(status, 0);
        add_part(y, &all[i]);
    }
    munmap(all, PARTS_MAX * sizeof *all);
}

/* states 0: all there are. */
static struct tally tally_of(const struct run *run, unsigned skip, size_t states)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    static size_t octets[SEEDS];
    struct tally y = { .run = run, .octets = octets, .parts = 1 };
    struct record *r = record_run(run, &d, skip, octets);
    if (states > 0)
        play_all(&y, r, states);
    else
        play_in_parts(&y, r);
    print_message("%s: %zu events, %zu states, %zu disks, %zu wrong\n", run->name, record_events(r),
                  y.states, y.disks, y.wrong);
    record_free(r);
    return y;
}

static void power_cuts(void **state)
{
    const char *wanted = getenv("BATON_POWERCUTS");
    size_t states = !wanted ? STATES : strcmp(wanted, "all") == 0 ? 0 : (size_t)atol(wanted);
    struct tally y = tally_of(*state, 0, states);
    if (y.wrong)
        fail_msg("%s: %s", y.run->name, y.first);
}

/* The test is tested: without any one of the syncs, messages are lost. */
static void a_sync_left_out_is_seen(void **state UNUSED)
{
    static const unsigned SKIPS[] = { RECORD_SKIP_SYNC, RECORD_SKIP_DB_SYNC, RECORD_SKIP_SYNC_DIR };
    for (size_t i = 0; i < COUNT_OF(SKIPS); i++)
        assert_true(tally_of(&RUNS[0], SKIPS[i], 100).wrong > 0);
}

int main(void)
{
    struct CMUnitTest tests[COUNT_OF(RUNS) + 1];
    for (size_t i = 0; i < COUNT_OF(RUNS); i++)
        tests[i] = (struct CMUnitTest){ .name = RUNS[i].name,
                                        .test_func = power_cuts,
                                        .initial_state = (void *)(uintptr_t)&RUNS[i] };
    tests[COUNT_OF(RUNS)] = (struct CMUnitTest)cmocka_unit_test(a_sync_left_out_is_seen);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
