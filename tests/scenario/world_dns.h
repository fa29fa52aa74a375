/* SPDX-License-Identifier: ISC */
/*
 * scenario/world_dns.h - the DNS of a world: example.org as its resolver and its name servers have it
 * Owns    the zone's servers (ns1, which the parent names, and ns2, which only the zone itself names), the parent's
 *         server, and the resolver: all as one table.
 */
#ifndef BATON_SCENARIO_WORLD_DNS_H
#define BATON_SCENARIO_WORLD_DNS_H
#include "dns/known.h"

/* Lists of mail hosts, blanks between; "" is none. */
struct world_dns {
    const char *mx;     /* what the resolver says; NULL: SERVFAIL */
    const char *parent; /* what ns1 says; NULL: it does not answer, and neither does the parent */
    const char *zone;   /* what ns2 says; NULL: there is no such server */
    const char *hosts;  /* "name=address name=address"; others do not exist */
    bool old_list; /* ns2 is an old one, that only the resolver's copy of the zone's list names */
    bool own_view; /* the resolver serves the domain itself */
    bool dead;     /* nobody answers at all */
};
/* Answers all that is wanted. False: nothing was. */
bool world_dns_answer(const struct world_dns *w, struct dns_known *k);
#endif
