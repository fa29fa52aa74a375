/* SPDX-License-Identifier: ISC */
/*
 * net/dns_wire.h - DNS messages to and from the values of dns/dns.h, over ldns
 * Speaks  RFC 1035 section 4 (messages), RFC 6891 (EDNS0), RFC 4035 section 3.2, RFC 2308 section 5 (negative answers).
 * Leaves  asking, waiting and asking again to net/dns_ask.c.
 */
#ifndef BATON_NET_DNS_WIRE_H
#define BATON_NET_DNS_WIRE_H
#include "base/arena.h"
#include "base/buf.h"
#include "dns/dns.h"

/* What we say we can take over UDP: never fragmented on any usual path. */
#define NET_DNS_UDP_OCTETS 1232

/* Appends the query. Recursion is desired, but of a server that is asked straight. DNS_BY_VALIDATOR: with
 * signatures, and without the resolver's own checks (RFC 4035 sections 3.2.1 and 3.2.2). */
bool net_dns_query(const struct dns_question *q, uint16_t id, bool edns, struct buf *out,
                   struct err *e) MUST_CHECK;

/* Has it our id, and is it an answer? More is not looked at. */
bool net_dns_is_ours(str message, uint16_t id);

enum net_dns_read {
    NET_DNS_ANSWER,    /* out is filled; its memory is the arena's */
    NET_DNS_NOT_OURS,  /* another id, or no answer at all: as if it had never come */
    NET_DNS_TRUNCATED, /* ask again over TCP */
    NET_DNS_NO_EDNS,   /* the server does not know EDNS: ask again without */
    NET_DNS_STRANGE    /* our id, but no message, or the answer to another question */
};
/* CNAMEs are followed inside the message; an answer whose chain goes round is DNS_BROKEN. */
enum net_dns_read net_dns_answer(str message, const struct dns_question *q, uint16_t id,
                                 struct arena *memory, struct dns_answer *out) MUST_CHECK;
#endif
