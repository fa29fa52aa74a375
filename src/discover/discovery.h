/* SPDX-License-Identifier: ISC */
/*
 * discover/discovery.h - all that was found for one address, and how
 * Owns    the servers, the best first, and a row of evidence for everything that was asked.
 */
#ifndef BATON_DISCOVER_DISCOVERY_H
#define BATON_DISCOVER_DISCOVERY_H
#include "discover/server.h"

enum { DISCOVERY_SERVERS_MAX = 32, DISCOVERY_EVIDENCE_MAX = 64 };

enum discovery_came {
    DISCOVERY_FOUND,   /* it names a server, or helps to one */
    DISCOVERY_NOTHING, /* it is not there, and says so */
    DISCOVERY_FAILED, /* whether there is something is not known: timeout, SERVFAIL, a broken answer */
    DISCOVERY_REFUSED, /* there is something, which is not taken: a redirect elsewhere, a broken file */
    DISCOVERY_PENDING /* a better answer stood before it came */
};
extern const struct names DISCOVERY_CAME_NAMES; /* "found" "nothing" "failed" "refused" "pending" */

struct discovery_evidence {
    enum discover_source source;
    enum discovery_came came;
    str asked; /* a URL, or a DNS name and type; not escaped */
    str said;  /* a sentence without a full stop; escaped */
};

struct discovery {
    struct discover_server servers[DISCOVERY_SERVERS_MAX];
    size_t count;
    struct discovery_evidence evidence[DISCOVERY_EVIDENCE_MAX];
    size_t evidence_count;
    bool no_such_domain; /* DNS says that the address' domain does not exist */
    str nearest;         /* and this one does, and is a slip of the finger away; empty: none */
};

/* A row is left out where there is no room for it. said is copied. */
void discovery_note(struct discovery *d, struct arena *a, enum discover_source source,
                    enum discovery_came came, str asked, const char *fmt, ...) PRINTF_LIKE(6, 7);
/* A server that stands already, by a better source, is not added again. */
void discovery_add(struct discovery *d, const struct discover_server *s);

/* The servers of a file that the user has, autoconfig or Autodiscover. False: it cannot be read. */
struct dns_suffixes;
bool discovery_of_file(str document, const struct discover_address *who, const struct dns_idn *idn,
                       const struct dns_suffixes *suffixes, struct arena *a, struct discovery *out,
                       struct err *e) MUST_CHECK;
#endif
