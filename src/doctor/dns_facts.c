/* SPDX-License-Identifier: ISC */
#include "doctor/dns_facts.h"
#include "doctor/dns_wants.h"
#include <stdio.h>
#include <string.h>

enum { SPF_MEMORY = 1 << 20 };

static const struct dns_answer *peek(const struct doctor_record *r, str name, enum dns_type type)
{
    return dns_known_peek(r->dns, &(struct dns_question){ .name = name, .type = type });
}

/* ------------------------------------------------------------------------------------------------
 * The sender's domain
 */
bool dns_fact_sender(const struct doctor_asked *asked, const struct doctor_record *r,
                     struct dns_fact_sender *out)
{
    str domain = doctor_dns_domain(asked, asked->attempt.from, out->domain);
    if (!r->dns || !domain.n || !domain_mx_look(r->dns, domain, &out->mx))
        return false;
    out->a = peek(r, domain, DNS_A);
    out->aaaa = peek(r, domain, DNS_AAAA);
    return true;
}

bool dns_fact_own_domain(const struct doctor_asked *asked, const struct doctor_record *r,
                         struct dns_fact_sender *out)
{
    str domain = doctor_dns_domain(asked, asked->own_address, out->domain);
    out->a = out->aaaa = NULL;
    return r->dns && domain.n && domain_mx_look(r->dns, domain, &out->mx);
}

bool dns_fact_sender_is_dead(const struct dns_fact_sender *s)
{
    return s->mx.state == DOMAIN_MX_NO_DOMAIN || s->mx.state == DOMAIN_MX_NULL ||
           s->mx.state == DOMAIN_MX_NOTHING;
}

bool dns_fact_sender_is_alive(const struct dns_fact_sender *s)
{
    return s->mx.state == DOMAIN_MX_HOSTS || s->mx.state == DOMAIN_MX_IMPLICIT;
}

/* ------------------------------------------------------------------------------------------------
 * The server's addresses
 */
static bool is_address(const struct dns_record *r)
{
    return r->type == DNS_A || r->type == DNS_AAAA;
}

/* Of the families that both give: none in common? */
static bool are_strangers(const struct dns_answer *system, const struct domain_addresses *dns)
{
    bool comparable = false;
    for (size_t i = 0; i < system->count; i++) {
        for (size_t k = 0; is_address(&system->records[i]) && k < dns->count; k++) {
            if (ip_eq(&system->records[i].ip, &dns->ips[k]))
                return false;
            comparable |= system->records[i].ip.family == dns->ips[k].family;
        }
    }
    return comparable;
}

/* Why a look-up failed, where signatures may be what it failed by. */
static void look_at_signatures(const struct doctor_record *r, str name, struct dns_fact_host *out)
{
    bool failed = out->dns.a && out->dns.a->code == DNS_SERVFAIL;
    out->checked = failed ? dns_known_get(r->dns, &(struct dns_question){ .name = name,
                                                                          .type = DNS_A,
                                                                          .way = DNS_BY_VALIDATOR })
                          : NULL;
}

bool dns_fact_host(const struct doctor_asked *asked, const struct doctor_record *r,
                   struct dns_fact_host *out)
{
    str name = doctor_dns_name(asked, asked->attempt.host, out->name);
    if (!r->dns || !name.n || !domain_addresses_look(r->dns, name, &out->dns))
        return false;
    out->system = dns_known_peek(
        r->dns, &(struct dns_question){ .name = name, .type = DNS_A, .way = DNS_BY_SYSTEM });
    out->differs = out->system && out->system->code == DNS_OK && !out->dns.failed &&
                   are_strangers(out->system, &out->dns);
    look_at_signatures(r, name, out);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * The name of the address that we come from
 */
bool dns_fact_reverse(const struct doctor_asked *asked, const struct doctor_record *r,
                      struct dns_fact_reverse *out)
{
    char name[DOMAIN_REVERSE_NAME_MAX];
    if (!r->dns || !public_ip_find(asked, r, &out->client) ||
        out->client.source == PUBLIC_IP_UNKNOWN ||
        !domain_reverse_look(r->dns, &out->client.ip, asked->dns_private, &out->reverse))
        return false;
    out->ptr = peek(r, domain_reverse_name_of(&out->client.ip, name), DNS_PTR);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * SPF
 */
/* An address that stands for none, of documentation (RFC 5737): every mechanism of a record is looked at until one
 * fits, and that fits none. */
static struct ip nobodys_address(void)
{
    return (struct ip){ .family = IP_V4, .octets = { 192, 0, 2, 255 } };
}

static bool is_looked_at(const struct spf_check *check, str name)
{
    for (size_t i = 0; i < check->step_count; i++)
        if (str_eq_nocase(check->steps[i].domain, name) ||
            str_eq_nocase(check->steps[i].target, name))
            return true;
    return false;
}

/* The local-part of a reverse-path is nobody's business: SPF can put it into a question (RFC 7208 section 7). */
static bool evaluate(const struct doctor_record *r, const struct smtp_attempt *a,
                     struct arena *memory, struct dns_fact_spf *out)
{
    char from[sizeof "postmaster@" + DNS_NAME_MAX] = "postmaster@";
    struct spf_check check;
    memcpy(from + strlen(from), out->domain, strlen(out->domain) + 1);
    const struct spf_input in = { .ip = out->provider ? nobodys_address() : out->client.ip,
                                  .helo = a->helo,
                                  .from = str_from(from) };
    if (!spf_check(r->dns, &in, memory, &check))
        return false;
    out->result = check.result;
    out->included = out->provider && is_looked_at(&check, out->provider->spf);
    out->record = peek(r, str_from(out->domain), DNS_TXT);
    for (size_t i = 0; out->record && i < out->record->count; i++)
        if (spf_is_record(out->record->records[i].data))
            out->text = out->record->records[i].data; /* of several any: the result says so */
    return true;
}

bool dns_fact_spf(const struct doctor_asked *asked, const struct doctor_record *r, bool direct,
                  struct dns_fact_spf *out)
{
    struct arena memory;
    *out = (struct dns_fact_spf){ .result = AUTH_NONE };
    str domain = doctor_dns_domain(asked, asked->attempt.from, out->domain);
    if (!r->dns || !domain.n)
        return false;
    out->provider = direct ? NULL : provider_of_host(asked->attempt.host);
    if (direct ? !public_ip_find(asked, r, &out->client) || !out->client.ip.family
               : !out->provider || !out->provider->spf.n)
        return false;
    arena_init(&memory, SPF_MEMORY);
    bool known = evaluate(r, &asked->attempt, &memory, out);
    arena_done(&memory);
    return known;
}

/* ------------------------------------------------------------------------------------------------
 * DMARC
 */
bool dns_fact_dmarc(const struct doctor_asked *asked, const struct doctor_record *r,
                    struct dns_fact_dmarc *out)
{
    const struct smtp_attempt *a = &asked->attempt;
    str author = doctor_dns_domain(asked, a->header_from.n ? a->header_from : a->from, out->author);
    str sender = doctor_dns_domain(asked, a->from, out->sender);
    const struct dmarc_question q = {
        .standard = DMARC_RFC_9989, .author = author, .spf = sender, .suffixes = asked->suffixes
    };
    return r->dns && author.n && dmarc_check(r->dns, &q, &out->dmarc);
}

/* ------------------------------------------------------------------------------------------------
 * Blocklists
 */
/* Is the list, or the house that it is of ("spamhaus.org" of "zen.spamhaus.org"), named in the words? */
static bool names_zone(str words, str zone, const struct dns_suffixes *suffixes)
{
    str house = dns_org_domain(zone, suffixes);
    return str_find_nocase(words, zone) != STR_NOT_FOUND ||
           (house.n && str_find_nocase(words, house) != STR_NOT_FOUND);
}

static size_t zones_named(const struct doctor_asked *asked, const struct doctor_record *r,
                          str zones[DNS_FACT_ZONES])
{
    size_t n = 0;
    for (size_t i = 0; i < DNSBL_LIST_COUNT; i++) {
        str zone = str_from(DNSBL_LISTS[i].zone);
        bool named = false;
        for (size_t k = 0; !named && k < r->count; k++)
            named = !doctor_evidence_good(&r->rows[k]) &&
                    names_zone(r->rows[k].outcome.text, zone, asked->suffixes);
        if (named && n < DNS_FACT_ZONES)
            zones[n++] = zone;
    }
    return n;
}

static const struct dns_answer *listing(const struct doctor_record *r, const struct ip *ip,
                                        str zone)
{
    char reversed[DNSBL_NAME_MAX], name[DNSBL_NAME_MAX + DNS_NAME_MAX];
    str front = dnsbl_name_of(ip, reversed);
    snprintf(name, sizeof name, "%.*s.%.*s", STR_ARG(front), STR_ARG(zone));
    return peek(r, str_from(name), DNS_A);
}

bool dns_fact_listed(const struct doctor_asked *asked, const struct doctor_record *r,
                     struct dns_fact_listed *out)
{
    *out = (struct dns_fact_listed){ .zone_count = 0 };
    if (!r->dns || !public_ip_find(asked, r, &out->client) ||
        out->client.source == PUBLIC_IP_UNKNOWN ||
        (!asked->dns_private && dnsbl_out_of_reach(&out->client.ip)))
        return false;
    out->zone_count = zones_named(asked, r, out->zones);
    const struct dnsbl_question q = { out->client.ip, out->zones, out->zone_count };
    if (!dnsbl_check(r->dns, &q, &out->lists))
        return false;
    for (size_t i = 0; i < out->lists.count; i++)
        out->by[i] = listing(r, &out->client.ip, out->lists.answers[i].zone);
    return true;
}
