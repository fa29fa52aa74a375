/* SPDX-License-Identifier: ISC */
#include "doctor/dns_wants.h"
#include "doctor/words.h"
#include "domain/name.h"
#include "net/idn.h"

str doctor_dns_name(const struct doctor_asked *asked, str typed, char out[DNS_NAME_MAX])
{
    struct ip ip;
    struct err e;
    if (!typed.n || ip_parse(typed, &ip) || !dns_name_from_text(typed, net_idn(typed), out, &e))
        return STR_NONE;
    str name = str_from(out);
    bool dotted = str_find_octet(name, '.') !=
                  STR_NOT_FOUND; /* else the system's search list decides */
    return dotted && (asked->dns_private || !domain_is_reserved(name)) ? name : STR_NONE;
}

str doctor_dns_domain(const struct doctor_asked *asked, str mailbox, char out[DNS_NAME_MAX])
{
    return doctor_dns_name(asked, words_domain(mailbox), out);
}

bool doctor_dns_may_ask_of(const struct doctor_asked *asked, const struct ip *address)
{
    return address->family != IP_NONE &&
           (asked->dns_private || (!ip_is_private(address) && !ip_is_loopback(address)));
}

/* Can mail be answered to it? (RFC 5321 section 5.1: the MX, else the address.) */
static void want_domain(struct dns_known *k, str domain)
{
    if (!domain.n)
        return;
    dns_known_want(k, domain, DNS_MX);
    dns_known_want(k, domain, DNS_A);
    dns_known_want(k, domain, DNS_AAAA);
}

/* What DNS gives, beside what the system gave: hosts file and caches are in that. */
static void want_server(struct dns_known *k, str host)
{
    if (!host.n)
        return;
    dns_known_want(k, host, DNS_A);
    dns_known_want(k, host, DNS_AAAA);
}

void doctor_dns_want(const struct doctor_asked *asked, const struct doctor_record *r)
{
    char name[DNS_NAME_MAX];
    if (!r->dns)
        return;
    want_domain(r->dns, doctor_dns_domain(asked, asked->attempt.from, name));
    want_domain(r->dns, doctor_dns_domain(asked, asked->own_address, name));
    want_domain(r->dns, doctor_dns_domain(asked, asked->attempt.to, name));
    want_server(r->dns, doctor_dns_name(asked, asked->attempt.host, name));
}
