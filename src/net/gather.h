/* SPDX-License-Identifier: ISC */
/*
 * net/gather.h - ask what a table of known answers wants
 * Owns    the questions of one table that are under way.
 * Leaves  what to ask to the cores over dns/known.h. Questions that are noted together go out together.
 */
#ifndef BATON_NET_GATHER_H
#define BATON_NET_GATHER_H
#include "dns/known.h"
#include "net/asker.h"
#include "net/loop.h"

struct net_gather;
/* answered is called after every answer that reached the table, never inside a call from outside; it may
 * free the gatherer. NULL: failed. The strings of o and the table outlive the gatherer. */
struct net_gather *net_gather_new(struct net_loop *l, const struct net_gather_options *o,
                                  struct dns_known *k, void (*answered)(void *user), void *user,
                                  struct err *e) MUST_CHECK;
/* The same by an asker that serves others too, and outlives it. */
struct net_gather *net_gather_of(struct net_asker *a, struct dns_known *k,
                                 void (*answered)(void *user), void *user,
                                 struct err *e) MUST_CHECK;
void net_gather_free(struct net_gather *g);
/* Asks all that is noted and was not asked. A question that cannot be asked is answered DNS_BROKEN. */
void net_gather_go(struct net_gather *g);
/* Everything open is DNS_TIMEOUT from now on, and so is what is asked later. */
void net_gather_stop(struct net_gather *g);

/* A core run to its end, on a loop of its own: core returns true when it can tell, and must be able to when
 * every question is answered. deadline_ms: of it all; what is open then is DNS_TIMEOUT. */
bool net_gather_run(const struct net_gather_options *o, struct dns_known *k, uint32_t deadline_ms,
                    bool (*core)(void *user), void *user, struct err *e);
#endif
