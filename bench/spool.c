/* SPDX-License-Identifier: ISC */
/*
 * bench/spool.c - messages a second into the queue on disk, beside a file and a sync for each of them
 * Owns    writers that have one message on its way each, driven by two threads as loops drive sessions; the same with a
 *         file per message; and the table that it prints.
 * Leaves  the directory, which should lie on the disk that is asked about, to its argument.
 *
 * What is kept is settled at once, in its turn, when `settle` is asked for: then a message is a row made and a row removed.
 */
#include "spool/spool.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOOPS = 2, OCTETS_MAX = 1 << 20, SAMPLES = 1 << 20 };

struct writer {
    struct writer *next;
    struct loop *loop;
    uint64_t id;
    double since;
};
struct loop {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t bell;
    struct writer *done;
    struct bench *bench;
    struct writer *writers;
    unsigned count;
};
struct bench {
    struct spool *spool;
    const char *dir;
    str octets;
    double end;
    bool settle;
    atomic_ulong messages, failed;
    atomic_ulong sample_count;
    float samples[SAMPLES];
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double processor_s(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static const struct queue_message *message(struct queue_recipient *r, struct queue_message *m,
                                           size_t octets)
{
    *r = (struct queue_recipient){ .forward_path = STR("ann@next.example") };
    *m = (struct queue_message){ .reverse_path = STR("carl@bench.example"),
                                 .login = STR("carl@bench.example"),
                                 .listener = STR("submission"),
                                 .helo = STR("client.bench.example"),
                                 .route = STR("provider"),
                                 .arrived_ms = UINT64_C(1764163037123),
                                 .due_ms = UINT64_C(1764163037123),
                                 .size_octets = octets,
                                 .recipients = r,
                                 .recipient_count = 1 };
    return m;
}

/* ---- the spool ---- */

static void back_to_loop(struct writer *w)
{
    struct loop *l = w->loop;
    pthread_mutex_lock(&l->lock);
    bool ring = !l->done;
    w->next = l->done;
    l->done = w;
    pthread_mutex_unlock(&l->lock);
    if (ring)
        pthread_cond_signal(&l->bell);
}

static void kept(void *user, uint64_t id, enum spool_result result)
{
    struct writer *w = user;
    struct bench *b = w->loop->bench;
    atomic_fetch_add(result == SPOOL_KEPT ? &b->messages : &b->failed, 1);
    unsigned long at = atomic_fetch_add(&b->sample_count, 1);
    if (at < SAMPLES)
        b->samples[at] = (float)(now_s() - w->since);
    w->id = id;
    back_to_loop(w);
}

static void send_one(struct bench *b, struct writer *w)
{
    struct queue_recipient r;
    struct queue_message m;
    if (b->settle && w->id) {
        message(&r, &m, b->octets.n);
        m.id = w->id;
        r.state = QUEUE_DELIVERED;
        spool_settle(b->spool, &m, NULL, NULL, NULL, NULL);
    }
    struct spool_draft *d = spool_draft_new(b->spool);
    if (!d || spool_draft_add(d, b->octets) != SPOOL_KEPT) {
        spool_draft_free(d);
        atomic_fetch_add(&b->failed, 1);
        return;
    }
    w->since = now_s();
    spool_keep(b->spool, d, message(&r, &m, b->octets.n), b->settle, kept, w);
}

static void *loop_run(void *user)
{
    struct loop *l = user;
    unsigned out = l->count;
    for (unsigned i = 0; i < l->count; i++)
        send_one(l->bench, &l->writers[i]);
    while (out > 0) {
        pthread_mutex_lock(&l->lock);
        while (!l->done)
            pthread_cond_wait(&l->bell, &l->lock);
        struct writer *w = l->done;
        l->done = NULL;
        pthread_mutex_unlock(&l->lock);
        bool over = now_s() > l->bench->end;
        while (w) {
            struct writer *next = w->next;
            if (over)
                out--;
            else
                send_one(l->bench, w);
            w = next;
        }
    }
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double p99_ms(struct bench *b)
{
    size_t n = atomic_load(&b->sample_count);
    n = n < SAMPLES ? n : SAMPLES;
    if (n == 0)
        return 0;
    qsort(b->samples, n, sizeof *b->samples, by_size);
    return (double)b->samples[n * 99 / 100] * 1e3;
}

static int run_spool(struct bench *b, unsigned writers, double seconds, double *rate)
{
    char dir[300];
    struct err e;
    struct loop loops[LOOPS] = { 0 };
    snprintf(dir, sizeof dir, "%s/spool-%u", b->dir, writers);
    b->spool = spool_open(&(struct spool_options){ .dir = dir }, &e);
    if (!b->spool) {
        fprintf(stderr, "spool: %s\n", e.why);
        return 1;
    }
    double began = now_s(), used = processor_s();
    b->end = began + seconds;
    for (unsigned i = 0; i < LOOPS; i++) {
        struct loop *l = &loops[i];
        l->bench = b;
        l->count = writers / LOOPS + (i < writers % LOOPS);
        l->writers = calloc(l->count + 1, sizeof *l->writers);
        for (unsigned w = 0; w < l->count; w++)
            l->writers[w].loop = l;
        pthread_mutex_init(&l->lock, NULL);
        pthread_cond_init(&l->bell, NULL);
        pthread_create(&l->thread, NULL, loop_run, l);
    }
    for (unsigned i = 0; i < LOOPS; i++)
        pthread_join(loops[i].thread, NULL);
    double took = now_s() - began;
    used = processor_s() - used;
    struct spool_numbers n;
    spool_numbers(b->spool, &n);
    spool_close(b->spool);
    *rate = (double)n.kept / took;
    for (unsigned i = 0; i < LOOPS; i++)
        free(loops[i].writers);
    printf("spool%s      %4u writers: %7.0f messages/s, %6.1f a commit, %.3f syncs a message, "
           "%5.1f us of "
           "processor a message, p99 %.2f ms, longest commit %.1f ms, %lu failed\n",
           b->settle ? "+settle" : "", writers, *rate,
           n.commits ? (double)n.kept / (double)n.commits : 0.0,
           n.kept ? (double)n.syncs / (double)n.kept : 0.0, used * 1e6 / (double)(n.kept + !n.kept),
           p99_ms(b), (double)n.commit_us_most / 1e3, atomic_load(&b->failed));
    return atomic_load(&b->failed) > 0;
}

/* ---- a file for each message, synced, as most servers do it ---- */

struct filer {
    pthread_t thread;
    struct bench *bench;
    unsigned number;
};

static void *filer_run(void *user)
{
    struct filer *f = user;
    struct bench *b = f->bench;
    char name[340];
    for (unsigned i = 0; now_s() < b->end; i++) {
        snprintf(name, sizeof name, "%s/file-%u-%u", b->dir, f->number, i);
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        bool ok = fd >= 0 && write(fd, b->octets.p, b->octets.n) == (ssize_t)b->octets.n &&
                  fsync(fd) == 0;
        if (fd >= 0)
            close(fd);
        unlink(name);
        atomic_fetch_add(ok ? &b->messages : &b->failed, 1);
    }
    return NULL;
}

static int run_files(struct bench *b, unsigned writers, double seconds, double *rate)
{
    struct filer *all = calloc(writers, sizeof *all);
    double began = now_s(), used = processor_s();
    b->end = began + seconds;
    for (unsigned i = 0; i < writers; i++) {
        all[i] = (struct filer){ .bench = b, .number = i };
        pthread_create(&all[i].thread, NULL, filer_run, &all[i]);
    }
    for (unsigned i = 0; i < writers; i++)
        pthread_join(all[i].thread, NULL);
    double n = (double)atomic_load(&b->messages);
    *rate = n / (now_s() - began);
    printf("a file each %4u writers: %7.0f messages/s, 1 sync a message, %5.1f us of processor a "
           "message, "
           "%lu failed\n",
           writers, *rate, (processor_s() - used) * 1e6 / (n + (n < 1)), atomic_load(&b->failed));
    free(all);
    return atomic_load(&b->failed) > 0;
}

static void clear(struct bench *b)
{
    atomic_store(&b->messages, 0);
    atomic_store(&b->failed, 0);
    atomic_store(&b->sample_count, 0);
}

static int by_rate(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Both in turn, since others use the disk too; of a lone writer, which has no batch to share, more often. */
static int both(struct bench *b, unsigned writers, double seconds)
{
    enum { ROUNDS = 5 };
    double spool[ROUNDS] = { 0 }, files[ROUNDS] = { 0 };
    size_t rounds = writers == 1 ? ROUNDS : 1;
    int rc = 0;
    for (size_t i = 0; i < rounds; i++) {
        clear(b);
        rc |= run_spool(b, writers, seconds / (double)rounds, &spool[i]);
        clear(b);
        rc |= run_files(b, writers, seconds / (double)rounds, &files[i]);
    }
    qsort(spool, rounds, sizeof *spool, by_rate);
    qsort(files, rounds, sizeof *files, by_rate);
    printf("the spool beside a file each, %u writers: %.2f times (medians of %zu)\n", writers,
           spool[rounds / 2] / files[rounds / 2], rounds);
    return rc;
}

int main(int argc, char **argv)
{
    static char text[OCTETS_MAX];
    static struct bench b;
    static const unsigned WRITERS[] = { 1, 32, 100, 500 };
    if (argc < 4) {
        fputs("usage: spool DIR SECONDS OCTETS [settle]\n", stderr);
        return 2;
    }
    size_t octets = strtoul(argv[3], NULL, 10);
    double seconds = strtod(argv[2], NULL);
    if (octets == 0 || octets > OCTETS_MAX || seconds <= 0) {
        fputs("spool: at least one octet and at most 1048576, for some seconds\n", stderr);
        return 2;
    }
    memset(text, 'x', sizeof text);
    b.dir = argv[1];
    b.octets = (str){ text, octets };
    b.settle = argc > 4;
    int rc = 0;
    for (size_t i = 0; i < sizeof WRITERS / sizeof *WRITERS; i++)
        rc |= both(&b, WRITERS[i], seconds);
    return rc;
}
