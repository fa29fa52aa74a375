/* SPDX-License-Identifier: ISC */
/*
 * net/pool.h - a bounded pool of threads for slow crypto and what else would hold up a loop
 * Owns    its threads and the line before them.
 */
#ifndef BATON_NET_POOL_H
#define BATON_NET_POOL_H
#include "net/loop.h"

struct net_pool;
struct net_pool *net_pool_new(unsigned threads, unsigned waiting_max, struct err *e) MUST_CHECK;
/* work runs on a thread of the pool, then done on the loop of back, with the stream of id or NULL (net_post). user is
 * theirs. False: too many wait already, or no memory; neither will run. */
bool net_pool_run(struct net_pool *p, void (*work)(void *user), struct net_loop *back, net_id id,
                  void (*done)(struct net_stream *s, void *user), void *user) MUST_CHECK;
void net_pool_free(struct net_pool *p); /* what waits runs first */
#endif
