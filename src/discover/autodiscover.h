/* SPDX-License-Identifier: ISC */
/*
 * discover/autodiscover.h - the settings file of Exchange and of those who answer like it
 * Owns    the reader of Autodiscover's plain old XML: the servers for outgoing mail, in the order of the file,
 *         or where to ask instead.
 * Speaks  MS-OXDSCLI section 2.2.4 (the response of Outlook's schema).
 * Leaves  fetching it to others: what can be had without a password, and nothing else, is asked for.
 */
#ifndef BATON_DISCOVER_AUTODISCOVER_H
#define BATON_DISCOVER_AUTODISCOVER_H
#include "discover/server.h"

enum { AUTODISCOVER_SERVERS_MAX = 8 };

struct autodiscover {
    struct discover_server outgoing[AUTODISCOVER_SERVERS_MAX];
    size_t count;
    unsigned other;       /* protocols that send no mail by SMTP */
    unsigned skipped;     /* SMTP, without a host or with a port that is none */
    str redirect_url;     /* ask there; empty: no */
    str redirect_address; /* ask for that address; empty: no */
    bool error;           /* the document says that it knows nothing */
};

/* Text of the result lives in the arena. False: the document cannot be read, or is no Autodiscover. */
bool autodiscover_read(str document, const struct dns_idn *idn, struct arena *a,
                       struct autodiscover *out, struct err *e) MUST_CHECK;
#endif
