/* SPDX-License-Identifier: ISC */
/*
 * net/loop.h - one event loop on one thread
 * Owns    the libuv loop, its clock, and the list of streams that live on it.
 * Threads All calls on the loop's own thread, but net_post(), which any thread may call.
 */
#ifndef BATON_NET_LOOP_H
#define BATON_NET_LOOP_H
#include "base/err.h"
#include <stdint.h>

struct net_loop;
struct net_stream;

/* A name that outlives the stream. Pool work, DNS answers and the committer carry this and never a
 * pointer: if the stream is gone, net_stream_find() answers NULL and the late result is dropped. */
typedef struct net_id {
    uint32_t slot, generation;
} net_id;

/* SIGPIPE is ignored from here on. */
struct net_loop *net_loop_new(struct err *e) MUST_CHECK;
/* Streams still open are closed without flushing, their closed() called. Timers, listeners and
 * resolvers are freed by their owners before. A look-up of the system's that is under way cannot be
 * called off: it is left behind, with the loop it would come back to. */
void net_loop_free(struct net_loop *l);
AUTO_FREE(net_loop_freep, struct net_loop, net_loop_free)
/* Was a look-up left behind? exit() would wait for it, so the program flushes and calls _exit(). */
bool net_loop_left_behind(void);

/* Runs until net_loop_stop(), or until nothing is open. */
void net_loop_run(struct net_loop *l);
void net_loop_stop(struct net_loop *l);
uint64_t net_loop_now_ms(struct net_loop *l); /* monotonic; refreshed once a turn of the loop */
void *net_loop_uv(struct net_loop *l);        /* uv_loop_t, for the other files of net */

/* A timer: fires once; set again to move it. Free needs no unset. */
struct net_timer;
struct net_timer *net_timer_new(struct net_loop *l, void (*due)(void *user), void *user) MUST_CHECK;
void net_timer_at(struct net_timer *t, uint64_t at_ms); /* UINT64_MAX: unset */
void net_timer_free(struct net_timer *t); /* asynchronous close; due never fires after */

/* From any thread: run call(user) with the stream of that id, or NULL, on its loop. Order is kept.
 * False: no memory, call will not run. */
bool net_post(struct net_loop *l, net_id id, void (*call)(struct net_stream *, void *), void *user);
#endif
