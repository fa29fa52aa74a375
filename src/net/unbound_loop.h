/* SPDX-License-Identifier: ISC */
/*
 * net/unbound_loop.h - libunbound on the loop, and nothing made of what it says
 * Owns    one context with its cache and its thread, and the questions it is at.
 */
#ifndef BATON_NET_UNBOUND_LOOP_H
#define BATON_NET_UNBOUND_LOOP_H
#include "base/ip.h"
#include "dns/dns.h"
#include "net/loop.h"
#include "net/resolv_conf.h"

struct net_unbound;
/* Forwards all to the resolvers. NULL: the library is missing or will not have it; e says which. */
struct net_unbound *net_unbound_new(struct net_loop *l, const struct net_resolv_conf *resolvers,
                                    uint16_t port, const char *trust_anchor,
                                    struct err *e) MUST_CHECK;
/* Questions still open are dropped. */
void net_unbound_free(struct net_unbound *u);

/* What libunbound found; good during the call. */
struct net_unbound_result {
    bool secure, bogus;
    int rcode;
    str packet;      /* the answer as a message; may be empty */
    const char *why; /* it is bogus */
};
struct net_unbound_ask;
/* name: as in dns_question. done is called once, later; the ask is gone by then. */
struct net_unbound_ask *net_unbound_ask(struct net_unbound *u, str name, enum dns_type type,
                                        void (*done)(void *user,
                                                     const struct net_unbound_result *r),
                                        void *user) MUST_CHECK;
void net_unbound_cancel(struct net_unbound_ask *a); /* before done */
/* Asks so that the cache has it: nobody waits for it, nor does the loop. */
void net_unbound_prime(struct net_unbound *u, str name, enum dns_type type);
#endif
