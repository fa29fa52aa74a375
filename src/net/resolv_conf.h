/* SPDX-License-Identifier: ISC */
/*
 * net/resolv_conf.h - the resolvers that the system is told to ask
 */
#ifndef BATON_NET_RESOLV_CONF_H
#define BATON_NET_RESOLV_CONF_H
#include "base/err.h"
#include "base/ip.h"

/* The first nameserver of /etc/resolv.conf; without that file, or one in it, 127.0.0.1, as resolv.conf(5)
 * says. False: the file cannot be read. */
bool net_resolv_conf_first(struct ip *out, struct err *e) MUST_CHECK;
#endif
