/* SPDX-License-Identifier: ISC */
/*
 * net/asker.h - whom a DNS question goes to, and how many are under way
 * Owns    the list of resolvers and which of them answers, the validator, and the queue: one asker serves any
 *         number of gatherers (net/gather.h) on its loop.
 */
#ifndef BATON_NET_ASKER_H
#define BATON_NET_ASKER_H
#include "dns/dns.h"
#include "net/loop.h"

struct net_gather_options {
    struct ip resolver;                     /* IP_NONE: those of resolv_conf */
    const char *resolv_conf;                /* NULL: /etc/resolv.conf */
    uint16_t resolver_port, authority_port; /* 0: 53; the second is that of DNS_BY_SERVER */
    uint32_t timeout_ms;      /* of one question, all tries, from when it is sent; 0: 5000 */
    const char *trust_anchor; /* a file of DS or DNSKEY records; NULL: the system's of the root */
    /* Questions under way at a time; the others wait. 0: 256 of all, 64 to one server asked straight. */
    unsigned open_max, open_per_server_max;
};

struct net_asker;
/* The strings of o outlive it. NULL: failed. */
struct net_asker *net_asker_new(struct net_loop *l, const struct net_gather_options *o,
                                struct err *e) MUST_CHECK;
struct net_loop *net_asker_loop(const struct net_asker *a);
void net_asker_free(struct net_asker *a); /* its questions are freed before */
AUTO_FREE(net_asker_freep, struct net_asker, net_asker_free)

struct net_asked;
/* q is copied. done is called once, later, the answer good during the call; it may free everything but the
 * loop, and x is gone behind it. The next resolver is asked where one is silent or fails, as glibc does it, and
 * one that answered is asked first from then on. NULL: memory is short. */
struct net_asked *net_asker_ask(struct net_asker *a, const struct dns_question *q,
                                void (*done)(void *user, const struct dns_answer *answer),
                                void *user) MUST_CHECK;
void net_asked_free(struct net_asked *x); /* before done: calls it off */
#endif
