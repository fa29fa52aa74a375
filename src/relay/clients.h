/* SPDX-License-Identifier: ISC */
/*
 * relay/clients.h - how many sessions are open, in all and of each client
 * Owns    the counts, shared by all workers. A client is an IPv4 address, or the /64 of an IPv6 one: who has one of its
 *         addresses has them all.
 * Threads Any thread; the lock is held for a few instructions.
 */
#ifndef BATON_RELAY_CLIENTS_H
#define BATON_RELAY_CLIENTS_H
#include "base/err.h"
#include "base/ip.h"

struct relay_clients;
struct relay_clients *relay_clients_new(struct err *e) MUST_CHECK;
void relay_clients_free(struct relay_clients *c);
enum relay_clients_answer { RELAY_CLIENT_IN, RELAY_CLIENT_TOO_MANY, RELAY_CLIENTS_FULL };
/* The session of an address begins, unless it is one too many. Who is in leaves by relay_clients_leave(). */
enum relay_clients_answer relay_clients_enter(struct relay_clients *c, const struct ip *client,
                                              unsigned most_in_all, unsigned most_of_one);
void relay_clients_leave(struct relay_clients *c, const struct ip *client);
#endif
