/* SPDX-License-Identifier: ISC */
/*
 * discover/trust.h - may the password go to a host that discovery found?
 * Owns    the guard rail: only inside the user's own organisational domain, to a provider of the table, or where
 *         a record says so that came over verified HTTPS, or that DNSSEC proves.
 */
#ifndef BATON_DISCOVER_TRUST_H
#define BATON_DISCOVER_TRUST_H
#include "discover/server.h"
#include "dns/org_domain.h"

/* What is known of the way from the address to the host. */
struct discover_proof {
    bool
        https; /* a page says it that a host of the own organisational domain proved to be its own */
    bool dnssec; /* every record on the way is secure */
};
/* Is the host of the own organisation? Without a list of suffixes nobody knows where that begins: only what lies in
 * the domain itself is its own then. Nothing below a suffix that others register names below ("github.io") is
 * its own, but that name itself. */
bool discover_is_own(str host, str own_domain, const struct dns_suffixes *suffixes);
enum discover_why discover_trust(str host, str own_domain, const struct discover_proof *proof,
                                 const struct dns_suffixes *suffixes);
#endif
