/* SPDX-License-Identifier: ISC */
/*
 * discover/autoconfig.h - the settings file that mail programs fetch from a provider
 * Owns    the reader of clientConfig documents: the servers for outgoing mail, in the order of the file.
 * Speaks  clientConfig 1.0 and 1.1 (no RFC; draft-bucksch-autoconfig), and how real files stray from it.
 * Leaves  fetching it, and whether a password may go there, to others.
 */
#ifndef BATON_DISCOVER_AUTOCONFIG_H
#define BATON_DISCOVER_AUTOCONFIG_H
#include "discover/server.h"

enum { AUTOCONFIG_SERVERS_MAX = 16 };

struct autoconfig {
    struct discover_server outgoing[AUTOCONFIG_SERVERS_MAX];
    size_t count;
    unsigned incoming; /* servers that mail is fetched from: counted, not read */
    unsigned
        skipped; /* outgoing ones that cannot be used: another protocol, no host, a port that is none */
    bool more;         /* than AUTOCONFIG_SERVERS_MAX */
    bool lists_domain; /* the file says that it is for the domain of the address */
};

/* Text of the result lives in the arena. False: the document cannot be read, or is no clientConfig. */
bool autoconfig_read(str document, const struct discover_address *who, const struct dns_idn *idn,
                     struct arena *a, struct autoconfig *out, struct err *e) MUST_CHECK;
#endif
