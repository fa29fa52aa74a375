/* SPDX-License-Identifier: ISC */
#include "discover/trust.h"
#include "settings/providers.h"

enum discover_why discover_trust(str host, str own_domain, const struct discover_proof *proof,
                                 const struct dns_suffixes *suffixes)
{
    if (dns_org_same(host, own_domain, suffixes))
        return DISCOVER_OWN_DOMAIN;
    if (provider_of_host(host))
        return DISCOVER_IN_TABLE;
    if (proof->https)
        return DISCOVER_HTTPS;
    return proof->dnssec ? DISCOVER_DNSSEC : DISCOVER_UNTRUSTED;
}
