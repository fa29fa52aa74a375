/* SPDX-License-Identifier: ISC */
#include "spool/beside.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct beside {
    int (*sync)(void *user, int fd);
    void *user;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work, done;
    int fd, why;
    bool busy, closing;
};

static void *run(void *beside)
{
    struct beside *b = beside;
    pthread_mutex_lock(&b->lock);
    while (!b->closing || b->busy) {
        if (!b->busy) {
            pthread_cond_wait(&b->work, &b->lock);
            continue;
        }
        int fd = b->fd;
        pthread_mutex_unlock(&b->lock);
        int why = b->sync(b->user, fd);
        pthread_mutex_lock(&b->lock);
        b->why = why;
        b->busy = false;
        pthread_cond_signal(&b->done);
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

static int start(struct beside *b)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for others */
    int rc = pthread_create(&b->thread, NULL, run, b);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static void destroy(struct beside *b)
{
    pthread_cond_destroy(&b->done);
    pthread_cond_destroy(&b->work);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

struct beside *beside_new(int (*sync)(void *user, int fd), void *user)
{
    struct beside *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    b->sync = sync;
    b->user = user;
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->work, NULL);
    pthread_cond_init(&b->done, NULL);
    int rc = start(b);
    if (rc == 0) {
        pthread_setname_np(b->thread, "syncer");
        return b;
    }
    destroy(b);
    errno = rc;
    return NULL;
}

void beside_free(struct beside *b)
{
    if (!b)
        return;
    pthread_mutex_lock(&b->lock);
    b->closing = true;
    pthread_cond_signal(&b->work);
    pthread_mutex_unlock(&b->lock);
    pthread_join(b->thread, NULL);
    destroy(b);
}

void beside_begin(struct beside *b, int fd)
{
    pthread_mutex_lock(&b->lock);
    b->fd = fd;
    b->why = 0;
    b->busy = true;
    pthread_cond_signal(&b->work);
    pthread_mutex_unlock(&b->lock);
}

int beside_end(struct beside *b)
{
    pthread_mutex_lock(&b->lock);
    while (b->busy)
        pthread_cond_wait(&b->done, &b->lock);
    int why = b->why;
    pthread_mutex_unlock(&b->lock);
    return why;
}
