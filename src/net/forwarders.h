/* SPDX-License-Identifier: ISC */
/*
 * net/forwarders.h - addresses that stand for others: behind them clients all look alike
 * Owns    the default gateways, and this machine's ends of container and machine bridges: Docker's proxy, and a router that
 *         translates addresses, show everybody who comes through them as themselves.
 */
#ifndef BATON_NET_FORWARDERS_H
#define BATON_NET_FORWARDERS_H
#include "base/ip.h"

enum { NET_FORWARDERS_MAX = 1024 };
struct net_forwarder {
    struct ip ip;
    char why[48]; /* "the default gateway", "the bridge docker0 of this machine" */
};

/* Looked for at the first call, which comes before the process gives up its rights. What is in *all stays as long as the
 * program runs; any thread. */
size_t net_forwarders(const struct net_forwarder **all);
/* The same with the bridges that have come up since: a reload does not miss a container network that is younger than the
 * relay. One that has gone stays. */
size_t net_forwarders_now(const struct net_forwarder **all);

/* The gateway of a line of /proc/net/route or /proc/net/ipv6_route that is a default route. */
bool net_gateway_ipv4(str line, struct ip *out) MUST_CHECK;
bool net_gateway_ipv6(str line, struct ip *out) MUST_CHECK;
#endif
