/* SPDX-License-Identifier: ISC */
/*
 * net/fetch.h - one HTTPS GET on the loop
 * Owns    the look-up of the host, the transfer by libcurl (loaded when the first is made), its redirects,
 *         and one deadline over all of it.
 * Speaks  HTTP/1.1 over TLS 1.2 or later, the certificate checked for the host (RFC 9110, RFC 9525). No
 *         cookies, no proxy and no .netrc of the environment, no decompression.
 * Leaves  what the page means to its cores.
 */
#ifndef BATON_NET_FETCH_H
#define BATON_NET_FETCH_H
#include "base/web.h"
#include "net/loop.h"

/* A host that is not looked up. */
struct net_fetch_pin {
    str host; /* empty: every host */
    struct ip address;
    uint16_t port; /* connected to in place of the URL's; 0: the URL's */
};

enum { NET_FETCH_REDIRECTS_MAX = 3 };
struct net_fetch_options {
    uint32_t timeout_ms; /* of all: look-ups, redirects, body; 0: 10000 */
    size_t body_max;     /* octets; 0: 256 KiB */
    const char *ca_file; /* PEM, trusted beside the system's; NULL: none */
    bool plain; /* http:// may be asked for too. A redirect from https:// to it is never followed */
    bool near;  /* hosts may have private and loopback addresses; pins always may */
    /* May a redirect be followed from one host to another (lower case)? NULL: none is followed, as RFC 8461
     * section 3.3 wants it. Even then only to the port that the scheme has, or that was asked. */
    bool (*may_follow)(void *user, str from, str to);
    void *user;         /* of may_follow */
    struct ip resolver; /* IP_NONE: getaddrinfo */
    uint16_t resolver_port;
    const struct net_fetch_pin *pins;
    size_t pin_count;
};
/* For may_follow: the same host, and nothing else. */
bool net_fetch_same_host(void *user, str from, str to);

struct net_fetch;
/* o, what it points to and url are copied or read during the call, but pins, ca_file and user, which outlive
 * f. done is called once, later, and may free f. NULL: memory is short; everything else is an outcome. */
struct net_fetch *net_fetch_new(struct net_loop *l, const struct net_fetch_options *o, str url,
                                void (*done)(void *user, struct net_fetch *f), void *user,
                                struct err *e) MUST_CHECK;
void net_fetch_free(struct net_fetch *f); /* also before done */
/* After done; good until f is freed. */
const struct web_page *net_fetch_page(const struct net_fetch *f);

/* One page on a loop of its own; what page points to is the arena's. False: memory is short. */
struct arena;
bool net_fetch_run(const struct net_fetch_options *o, str url, struct arena *memory,
                   struct web_page *page, struct err *e) MUST_CHECK;
#endif
