/* SPDX-License-Identifier: ISC */
#include "discover/trust.h"
#include "settings/providers.h"

static bool lies_in(str host, str domain)
{
    return str_ends_nocase(host, domain) &&
           (host.n == domain.n || host.p[host.n - domain.n - 1] == '.');
}

bool discover_is_own(str host, str own_domain, const struct dns_suffixes *suffixes)
{
    size_t at;
    bool listed = suffixes && suffixes->look("example.com", &at) != DNS_NO_LIST;
    if (str_eq_nocase(host, own_domain))
        return true;
    return dns_org_same(host, own_domain, suffixes) && (listed || lies_in(host, own_domain));
}

enum discover_why discover_trust(str host, str own_domain, const struct discover_proof *proof,
                                 const struct dns_suffixes *suffixes)
{
    if (discover_is_own(host, own_domain, suffixes))
        return DISCOVER_OWN_DOMAIN;
    if (provider_of_host(host))
        return DISCOVER_IN_TABLE;
    if (proof->https)
        return DISCOVER_HTTPS;
    return proof->dnssec ? DISCOVER_DNSSEC : DISCOVER_UNTRUSTED;
}
