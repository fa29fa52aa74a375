/* SPDX-License-Identifier: ISC */
/*
 * net/acceptor.h - a port that several loops listen at, each with a socket of its own (SO_REUSEPORT)
 * Owns    the socket; connections are taken in bursts, and handed over as they are: who has enough of a peer says so by
 *         one call to the system, and no stream is made for it.
 * Threads Made before the threads start, or on its loop's; then on its loop's alone.
 */
#ifndef BATON_NET_ACCEPTOR_H
#define BATON_NET_ACCEPTOR_H
#include "base/err.h"
#include "base/ip.h"
#include "net/loop.h"

struct net_acceptor;
/* fd is the callee's, not blocking: net_stream_adopt() or close(). */
typedef void net_acceptor_call(void *user, int fd, const struct ip *peer, uint16_t port);

/* Listens from here on: connections wait with the system until net_acceptor_start(). address: all zeros for any of its
 * family; an IPv6 socket takes IPv6 alone. port 0: any, see net_acceptor_port(). */
struct net_acceptor *net_acceptor_new(struct net_loop *l, const struct ip *address, uint16_t port,
                                      net_acceptor_call *accepted, void *user,
                                      struct err *e) MUST_CHECK;
/* Over a socket that listens already and does not block, of any family: a local one's peers have no address. fd is the
 * acceptor's, and closed where this fails. */
struct net_acceptor *net_acceptor_over(struct net_loop *l, int fd, net_acceptor_call *accepted,
                                       void *user, struct err *e) MUST_CHECK;
/* Over a copy of a socket that others listen at too, and that outlives us (net/handed.h). */
struct net_acceptor *net_acceptor_share(struct net_loop *l, int fd, net_acceptor_call *accepted,
                                        void *user, struct err *e) MUST_CHECK;
/* False: somebody listens there already. Sockets of ours share a port, and so would those of another process of the same
 * user, which would take some of what comes: ask before the first of ours is opened. */
bool net_acceptor_free_port(const struct ip *address, uint16_t port, struct err *e) MUST_CHECK;
void net_acceptor_start(struct net_acceptor *a);
uint16_t net_acceptor_port(const struct net_acceptor *a);
/* Those that wait are still handed over, during the call: closing a socket resets what waits at it. At one that is shared
 * they go on waiting. */
void net_acceptor_free(struct net_acceptor *a);
#endif
