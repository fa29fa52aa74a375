/* SPDX-License-Identifier: ISC */
/*
 * net/dns_ask.h - one question to one DNS server, until it is answered or time is up
 * Owns    the socket, the tries (three, a second apart, the last without EDNS0) and the way over TCP.
 * Speaks  RFC 1035 section 4.2 (UDP and TCP), RFC 5452 section 9 (what an answer must match).
 */
#ifndef BATON_NET_DNS_ASK_H
#define BATON_NET_DNS_ASK_H
#include "base/ip.h"
#include "dns/dns.h"
#include "net/loop.h"

struct net_dns_ask;

/* q is copied. done is called once, later, and may free a. */
struct net_dns_ask *net_dns_ask_new(struct net_loop *l, const struct ip *server, uint16_t port,
                                    uint32_t timeout_ms, const struct dns_question *q,
                                    void (*done)(void *user, struct net_dns_ask *a), void *user,
                                    struct err *e) MUST_CHECK;
void net_dns_ask_free(struct net_dns_ask *a); /* also before done */
/* After done; good until a is freed. */
const struct dns_answer *net_dns_ask_answer(const struct net_dns_ask *a);
#endif
