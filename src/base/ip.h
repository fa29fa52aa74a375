/* SPDX-License-Identifier: ISC */
/*
 * base/ip.h - IP addresses and networks as values
 * Speaks  RFC 4291 section 2.2 (text of IPv6), RFC 5952 (how we print it), RFC 5321 section 4.1.3.
 */
#ifndef BATON_BASE_IP_H
#define BATON_BASE_IP_H
#include "base/err.h"
#include "base/str.h"

enum ip_family { IP_NONE, IP_V4, IP_V6 };

struct ip {
    enum ip_family family;
    uint8_t octets[16]; /* IPv4 uses the first four; IPv4-mapped IPv6 is stored as IPv4 */
    uint32_t scope;     /* index of the interface of a link-local IPv6 address, else 0 */
};

#define IP_TEXT_MAX 64
/* Without or with brackets, also the address literals "[192.0.2.1]" and "[IPv6:2001:db8::1]". A zone
 * is a number ("fe80::1%2"): names of interfaces are the system's to know. */
bool ip_parse(str text, struct ip *out) MUST_CHECK;
const char *ip_text(const struct ip *ip, char out[IP_TEXT_MAX]); /* without brackets; "" for none */
bool ip_eq(const struct ip *a, const struct ip *b);
bool ip_is_loopback(const struct ip *ip);
bool ip_is_private(const struct ip *ip); /* RFC 1918, 6598, 4193, link-local */
/* Not on the public net, or a way around that: private, loopback, the host itself ("0.0.0.0" reaches it),
 * multicast, and addresses that stand for others. Where foreign data must not send us. */
bool ip_is_near(const struct ip *ip);

struct ip_net {
    struct ip base;
    unsigned bits;
};
/* "192.0.2.0/24", or one address; bits set behind the prefix are an error. */
bool ip_net_parse(str text, struct ip_net *out, struct err *e) MUST_CHECK;
bool ip_net_has(const struct ip_net *net, const struct ip *ip);
#endif
