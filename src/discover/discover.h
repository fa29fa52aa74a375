/* SPDX-License-Identifier: ISC */
/*
 * discover/discover.h - from a mail address to the servers that take mail from its user
 * Owns    whom to ask, all at once, and whose answer goes before whose. Nobody who is silent is waited for once a
 *         better answer stands.
 * Speaks  RFC 6186 and 8314 section 5.1 (SRV), draft-bucksch-autoconfig (HTTPS), MS-OXDSCLI (what of Autodiscover
 *         can be had without a password).
 * Leaves  asking to whoever fills the two tables; no password is ever part of a question.
 */
#ifndef BATON_DISCOVER_DISCOVER_H
#define BATON_DISCOVER_DISCOVER_H
#include "discover/discovery.h"
#include "discover/fetched.h"
#include "dns/known.h"
#include "dns/org_domain.h"

struct discover_question {
    struct discover_address who;
    const struct dns_idn *idn; /* for host names in files; NULL: only ASCII is read */
    const struct dns_suffixes *suffixes;
    str ispdb; /* a database of providers, the URL that stands before a domain; empty: not asked */
    struct ip public_ip; /* of the line the user is on, for its ISP; IP_NONE: not asked */
    bool all;            /* wait for everybody, also behind a good answer */
};

/* A core over both tables: called again, from its beginning, when answers have come. Strings of out live in the
 * arena and the tables. False: not yet; out says what stands so far. */
bool discover_look(struct dns_known *dns, struct fetched *web, const struct discover_question *q,
                   struct arena *a, struct discovery *out) MUST_CHECK;

/* For whoever fetches: may a redirect be followed from one host to another? Within an organisational domain. */
bool discover_may_follow(str from, str to, const struct dns_suffixes *suffixes);
#endif
