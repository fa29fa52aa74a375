/* SPDX-License-Identifier: ISC */
/*
 * net/pool.c - a ring of jobs behind one lock, and threads that take from it
 * The ring has its full size from birth: a job costs no allocation, and a flood of them no memory. A thread sleeps on a
 * condition, and goes when the line is empty and the pool ends.
 */
#include "net/pool.h"
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <uv.h>

enum { THREADS_MAX = 256, WAITING_MAX = 1 << 16, STACK_OCTETS = 1 << 20 };

struct job {
    void (*work)(void *user);
    struct net_loop *back;
    net_id id;
    void (*done)(struct net_stream *s, void *user);
    void *user;
};

struct net_pool {
    uv_mutex_t lock; /* of what stands below */
    uv_cond_t bell;
    struct job *ring; /* waiting_max of them */
    unsigned first, waiting, idle, waiting_max;
    bool ending;
    unsigned thread_count; /* those that run; the rest is set once */
    uv_thread_t threads[];
};

/* False: the pool ends, and nothing waits any more. */
static bool take(struct net_pool *p, struct job *out)
{
    bool got;

    uv_mutex_lock(&p->lock);
    p->idle++;
    while (p->waiting == 0 && !p->ending)
        uv_cond_wait(&p->bell, &p->lock);
    p->idle--;
    got = p->waiting > 0;
    if (got) {
        *out = p->ring[p->first];
        p->first = (p->first + 1) % p->waiting_max;
        p->waiting--;
    }
    uv_mutex_unlock(&p->lock);
    return got;
}

/* Somebody waits for this answer and has nothing else to wake him: where memory is short it is said later. */
static void tell(const struct job *j)
{
    while (!net_post(j->back, j->id, j->done, j->user))
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

static void run(void *user)
{
    struct net_pool *p = user;
    struct job j;

    while (take(p, &j)) {
        j.work(j.user);
        tell(&j);
    }
}

/* With all signals blocked: they belong to who asked for them. */
static bool start_threads(struct net_pool *p, unsigned threads, struct err *e)
{
    const uv_thread_options_t options = { .flags = UV_THREAD_HAS_STACK_SIZE,
                                          .stack_size = STACK_OCTETS };
    sigset_t all, before;
    int rc = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (p->thread_count < threads && rc == 0) {
        rc = uv_thread_create_ex(&p->threads[p->thread_count], &options, run, p);
        if (rc == 0)
            p->thread_count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 || err_set(e, ERR_SYSTEM, "starting thread %u of the pool: %s",
                              p->thread_count + 1, uv_strerror(rc));
}

struct net_pool *net_pool_new(unsigned threads, unsigned waiting_max, struct err *e)
{
    struct net_pool *p;

    if (threads == 0 || threads > THREADS_MAX || waiting_max == 0 || waiting_max > WAITING_MAX) {
        err_set(e, ERR_LIMIT, "a pool has 1 to %d threads and a line of 1 to %d", THREADS_MAX,
                WAITING_MAX);
        return NULL;
    }
    p = calloc(1, sizeof(*p) + threads * sizeof(p->threads[0]));
    if (p)
        p->ring = calloc(waiting_max, sizeof(*p->ring));
    if (!p || !p->ring || uv_mutex_init(&p->lock) != 0) {
        err_memory(e, "a pool of threads");
        goto no_lock;
    }
    if (uv_cond_init(&p->bell) != 0) {
        err_memory(e, "a pool of threads");
        goto no_bell;
    }
    p->waiting_max = waiting_max;
    if (start_threads(p, threads, e))
        return p;
    net_pool_free(p);
    return NULL;
no_bell:
    uv_mutex_destroy(&p->lock);
no_lock:
    if (p)
        free(p->ring);
    free(p);
    return NULL;
}

bool net_pool_run(struct net_pool *p, void (*work)(void *user), struct net_loop *back, net_id id,
                  void (*done)(struct net_stream *s, void *user), void *user)
{
    bool room;

    uv_mutex_lock(&p->lock);
    room = p->waiting < p->waiting_max && !p->ending;
    if (room) {
        p->ring[(p->first + p->waiting) % p->waiting_max] = (struct job){ work, back, id, done,
                                                                          user };
        p->waiting++;
        if (p->idle > 0)
            uv_cond_signal(&p->bell);
    }
    uv_mutex_unlock(&p->lock);
    return room;
}

void net_pool_free(struct net_pool *p)
{
    if (!p)
        return;
    uv_mutex_lock(&p->lock);
    p->ending = true;
    uv_cond_broadcast(&p->bell);
    uv_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->thread_count; i++)
        uv_thread_join(&p->threads[i]);
    uv_cond_destroy(&p->bell);
    uv_mutex_destroy(&p->lock);
    free(p->ring);
    free(p);
}
