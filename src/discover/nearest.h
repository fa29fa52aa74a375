/* SPDX-License-Identifier: ISC */
/*
 * discover/nearest.h - a name that does not exist, and the nearest one that does
 * Owns    which slips of the finger are thought of: one or two letters beside a provider's name, endings that
 *         are none (.con), two letters swapped, one too many or too few.
 * Leaves  asking to whoever fills the table. Only a name that DNS says does not exist gets a neighbour: a look-up
 *         that failed is no reason for one.
 */
#ifndef BATON_DISCOVER_NEAREST_H
#define BATON_DISCOVER_NEAREST_H
#include "base/arena.h"
#include "dns/known.h"
#include "dns/org_domain.h"

enum nearest_of {
    NEAREST_DOMAIN, /* of mail addresses: the neighbour takes mail (an MX that is not null, or an address) */
    NEAREST_HOST /* a server: the neighbour has an address */
};
struct nearest {
    bool missing; /* DNS says that the name does not exist */
    str name;     /* the nearest that does; empty: none is near, or it is not known */
};

enum { NEAREST_ASKED_MAX = 60 };
/* name: A-labels in lower case. Two rounds; the second, of NEAREST_ASKED_MAX names at most, only where the name
 * is missing. Strings live in the arena. False: not yet. */
bool nearest_look(struct dns_known *k, str name, enum nearest_of what,
                  const struct dns_suffixes *suffixes, struct arena *a,
                  struct nearest *out) MUST_CHECK;

/* The names that would be asked, the likeliest first. domain_missing: of a host, that its organisational domain
 * does not exist either. Returns how many. */
size_t nearest_candidates(str name, enum nearest_of what, bool domain_missing,
                          const struct dns_suffixes *suffixes, struct arena *a,
                          str out[NEAREST_ASKED_MAX]);
#endif
