/* SPDX-License-Identifier: ISC */
/*
 * net/resolv_conf.h - the resolvers that the system is told to ask
 * Speaks  resolv.conf(5): nameserver, and of options timeout and attempts, with glibc's limits.
 */
#ifndef BATON_NET_RESOLV_CONF_H
#define BATON_NET_RESOLV_CONF_H
#include "base/err.h"
#include "base/ip.h"

enum { NET_RESOLVERS_MAX = 3 };
struct net_resolv_conf {
    struct ip servers[NET_RESOLVERS_MAX];
    size_t count;       /* at least one: without a line for any, 127.0.0.1 */
    unsigned timeout_s; /* of one server, before the next is asked: 5 */
    unsigned attempts;  /* rounds over all of them: 2 */
};
void net_resolv_conf_read(str text, struct net_resolv_conf *out);
/* file NULL: /etc/resolv.conf. One that is not there is as an empty one. False: it cannot be read. */
bool net_resolv_conf(const char *file, struct net_resolv_conf *out, struct err *e) MUST_CHECK;
#endif
