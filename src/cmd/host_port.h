/* SPDX-License-Identifier: ISC */
/*
 * cmd/host_port.h - "HOST[:PORT]", as several flags take it
 */
#ifndef BATON_CMD_HOST_PORT_H
#define BATON_CMD_HOST_PORT_H
#include "base/err.h"
#include "base/ip.h"

/* "host", "host:port", "[IPv6]:port"; a bare IPv6 address has no port. port keeps its value when none is
 * written. False: malformed, or port 0. */
bool split_host_port(str text, str *host, uint64_t *port) MUST_CHECK;
/* What was typed, for an error; "[hidden]" where it is a URL with a password in it. */
str host_port_shown(str text);
/* IP[:PORT] of a DNS server. The error names the flag. */
bool take_dns_server(const char *flag, const char *value, struct ip *ip, uint16_t *port,
                     struct err *e) MUST_CHECK;
#endif
