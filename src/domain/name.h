/* SPDX-License-Identifier: ISC */
/*
 * domain/name.h - names in the tree of DNS: what lies above and below
 * Speaks  RFC 1035 section 5.1: a dot behind a backslash is part of a label.
 */
#ifndef BATON_DOMAIN_NAME_H
#define BATON_DOMAIN_NAME_H
#include "dns/dns.h"

/* Without its first label; empty: that was the last one. A part of name. */
str domain_above(str name);
unsigned domain_labels(str name);
/* The name itself counts; so does everything below the root (an empty zone). */
bool domain_is_within(str name, str zone);
/* The part before the zone, without the dot between; empty when the two are the same. name lies within zone. */
str domain_before(str name, str zone);
/* Letters, digits, hyphens in labels, as a host has it (RFC 1123 section 2.1); underscores are let through. */
bool domain_is_host(str name);
/* Set aside for tests, examples or one's own network, and never asked of public DNS unasked for: .example,
 * .invalid, .localhost, .test (RFC 6761), .local (RFC 6762), .internal, .home.arpa (RFC 8375), .onion (RFC 7686),
 * and example.com and its like (RFC 2606 section 3). */
bool domain_is_reserved(str name);
#endif
