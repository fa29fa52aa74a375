/* SPDX-License-Identifier: ISC */
/*
 * smtp/proxy.h - who the client is, as a proxy in front of us says it
 * Owns    the reader of a PROXY header, version 2, from pieces of any size.
 * Speaks  "The PROXY protocol", HAProxy, sections 2.2 to 2.2.7: TCP over IPv4 and IPv6, LOCAL, UNSPEC. What follows
 *         the addresses (TLVs) is passed over, its form checked. Sockets of other kinds and version 1 are refused.
 * Leaves  who may send one to the owner: whoever may says what it likes about the client.
 */
#ifndef BATON_SMTP_PROXY_H
#define BATON_SMTP_PROXY_H
#include "base/err.h"
#include "base/ip.h"

enum { SMTP_PROXY_MAX = 4096 }; /* octets behind the first 16 that we take */

struct smtp_proxy_header {
    bool known; /* false: LOCAL or UNSPEC: the connection is the proxy's own, or it does not tell */
    struct ip client, server; /* an IPv4-mapped IPv6 address is IPv4, as everywhere */
    uint16_t client_port, server_port;
};

enum smtp_proxy_read {
    SMTP_PROXY_MORE,
    SMTP_PROXY_DONE,
    SMTP_PROXY_BROKEN /* close: nothing that follows can be told apart */
};

struct smtp_proxy; /* fields are in proxy.c */
struct smtp_proxy *smtp_proxy_new(void) MUST_CHECK;
void smtp_proxy_free(struct smtp_proxy *p);
AUTO_FREE(smtp_proxy_freep, struct smtp_proxy, smtp_proxy_free)
/* *used: how many octets were the header's; those behind it are the client's. Broken: e says why, and so does
 * every further call. */
enum smtp_proxy_read smtp_proxy_feed(struct smtp_proxy *p, str octets, size_t *used,
                                     struct err *e) MUST_CHECK;
const struct smtp_proxy_header *
smtp_proxy_header(const struct smtp_proxy *p); /* NULL before DONE */
#endif
