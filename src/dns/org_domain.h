/* SPDX-License-Identifier: ISC */
/*
 * dns/org_domain.h - the part of a domain that somebody registered
 * Owns    what "the same organisation" means, wherever two names are compared by it.
 * Speaks  RFC 7489 section 3.2 (by a public suffix list).
 * Leaves  the list itself to whoever hands it in: net/psl.h. The tree walk of RFC 9989 is mailauth/dmarc.h's.
 */
#ifndef BATON_DNS_ORG_DOMAIN_H
#define BATON_DNS_ORG_DOMAIN_H
#include "dns/dns.h"

enum dns_suffix_answer {
    DNS_REGISTRABLE,   /* *at is where the registrable part of the name begins */
    DNS_PUBLIC_SUFFIX, /* the name itself is a suffix that others register names below */
    DNS_NO_LIST        /* the list cannot be had */
};

/* A public suffix list. name: A-labels in lower case, no dot at its end, NUL-terminated. */
struct dns_suffixes {
    enum dns_suffix_answer (*look)(const char *name, size_t *at);
};

/* The organisational domain: the end of domain that begins where its registrable part does, as it is
 * written there, without a dot at the end. Empty: it has none, because it is a public suffix itself
 * ("com", "co.uk"), an address, or no domain name at all.
 * Without a list (suffixes NULL, or DNS_NO_LIST) the last two labels are taken, or three where the second
 * is a word that registries sell names below ("co.uk"): a guess, and a caller who rests on it says so. */
str dns_org_domain(str domain, const struct dns_suffixes *suffixes);

/* Do both have an organisational domain, and is it the same? */
bool dns_org_same(str a, str b, const struct dns_suffixes *suffixes);
/* Do both have one, and is it not the same? False also where it cannot be told. */
bool dns_org_differs(str a, str b, const struct dns_suffixes *suffixes);
#endif
