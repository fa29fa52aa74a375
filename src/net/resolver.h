/* SPDX-License-Identifier: ISC */
/*
 * net/resolver.h - look-ups, on a loop
 * Owns    two ways to ask: as the user's program does (getaddrinfo, with hosts file and nsswitch), and
 *         one server straight (--resolver), over UDP and, when truncated, TCP.
 * Leaves  what an answer means to its cores. Answers carry the one value of dns/dns.h.
 */
#ifndef BATON_NET_RESOLVER_H
#define BATON_NET_RESOLVER_H
#include "base/err.h"
#include "base/ip.h"
#include "dns/dns.h"
#include "net/loop.h"

struct net_resolver;
struct net_resolver_options {
    struct ip server;    /* IP_NONE: the system's own way */
    uint16_t port;       /* 0: 53 */
    uint32_t timeout_ms; /* of one question, all tries; 0: 5000 */
};
struct net_resolver *net_resolver_new(struct net_loop *l, const struct net_resolver_options *o,
                                      struct err *e) MUST_CHECK;
/* Questions still open are dropped: their calls never come. */
void net_resolver_free(struct net_resolver *r);

/* Addresses of a host (A-labels), in the order in which a program would try them: getaddrinfo's, or
 * AAAA and A asked side by side of the one server (IPv4 first). done is called once, later. An
 * address literal answers itself. False: nothing was begun. */
bool net_resolver_addresses(struct net_resolver *r, str host,
                            void (*done)(void *user, const struct dns_answer *answer), void *user,
                            struct err *e) MUST_CHECK;
/* One question to the one server; only with options.server. */
bool net_resolver_ask(struct net_resolver *r, const struct dns_question *q,
                      void (*done)(void *user, const struct dns_answer *answer), void *user,
                      struct err *e) MUST_CHECK;
#endif
