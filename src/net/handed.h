/* SPDX-License-Identifier: ISC */
/*
 * net/handed.h - sockets that a service manager has opened for us
 * Speaks  the protocol of sd_listen_fds(3), without its library: LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES, descriptors from 3 on.
 * Owns    the descriptors, for as long as the process lives: who listens at one takes a copy (net_acceptor_share()). The
 *         service manager keeps its own, so that who connects while nobody is here waits.
 */
#ifndef BATON_NET_HANDED_H
#define BATON_NET_HANDED_H
#include "base/err.h"
#include "base/ip.h"
#include "base/str.h"

enum { NET_HANDED_FIRST = 3, NET_HANDED_MAX = 64 };

struct net_handed_socket {
    int fd;            /* listens, by TCP, and does not block */
    str name;          /* FileDescriptorName= of the .socket unit; "unknown" where none was said */
    struct ip address; /* all zeros: any; of family IP_V6 it may take IPv4 too */
    uint16_t port;
};
struct net_handed {
    struct net_handed_socket sockets[NET_HANDED_MAX];
    size_t count;
    char *names;
};
/* Takes the variables out of the environment. NULL with ERR_NONE in e: nothing was handed over, or not to this process.
 * NULL else: something that is no listening TCP socket was, and e says which, and what to do. */
struct net_handed *net_handed_new(struct err *e) MUST_CHECK;
void net_handed_free(struct net_handed *h);
#endif
