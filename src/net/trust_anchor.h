/* SPDX-License-Identifier: ISC */
/*
 * net/trust_anchor.h - whose keys a file of trust anchors holds
 */
#ifndef BATON_NET_TRUST_ANCHOR_H
#define BATON_NET_TRUST_ANCHOR_H
#include "dns/dns.h"

enum { NET_TRUST_ANCHORS_MAX = 16 };
struct net_trust_anchors {
    char names[NET_TRUST_ANCHORS_MAX][DNS_NAME_MAX]; /* lower case, no dot behind; "": the root */
    size_t count;                                    /* each name once */
};
/* A file of DS and DNSKEY records as in a zone file. False: it cannot be read, or holds none. */
bool net_trust_anchors_read(const char *file, struct net_trust_anchors *out,
                            struct err *e) MUST_CHECK;
#endif
