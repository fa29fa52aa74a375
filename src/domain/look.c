/* SPDX-License-Identifier: ISC */
#include "domain/look.h"
#include "base/arena.h"
#include "domain/name.h"
#include <stdio.h>

static const struct name_row TXT_ROWS[] = {
    { DOMAIN_TXT_UNKNOWN, STR_INIT("unknown") },     { DOMAIN_TXT_NONE, STR_INIT("none") },
    { DOMAIN_TXT_FINE, STR_INIT("fine") },           { DOMAIN_TXT_SEVERAL, STR_INIT("several") },
    { DOMAIN_TXT_MALFORMED, STR_INIT("malformed") },
};
const struct names DOMAIN_TXT_STATE_NAMES = NAMES(TXT_ROWS);

static const struct name_row SERVICE_ROWS[] = {
    { DOMAIN_SERVICE_UNKNOWN, STR_INIT("unknown") },
    { DOMAIN_SERVICE_NONE, STR_INIT("none") },
    { DOMAIN_SERVICE_NOT_OFFERED, STR_INIT("not-offered") },
    { DOMAIN_SERVICE_OFFERED, STR_INIT("offered") },
};
const struct names DOMAIN_SERVICE_STATE_NAMES = NAMES(SERVICE_ROWS);

static const struct name_row DNSSEC_ROWS[] = {
    { DOMAIN_DNSSEC_NOT_CHECKED, STR_INIT("not-checked") },
    { DOMAIN_DNSSEC_UNSIGNED, STR_INIT("unsigned") },
    { DOMAIN_DNSSEC_SECURE, STR_INIT("secure") },
    { DOMAIN_DNSSEC_BOGUS, STR_INIT("bogus") },
};
const struct names DOMAIN_DNSSEC_STATE_NAMES = NAMES(DNSSEC_ROWS);

static const struct name_row DANE_ROWS[] = {
    { DOMAIN_DANE_NOT_CHECKED, STR_INIT("not-checked") },
    { DOMAIN_DANE_NONE, STR_INIT("none") },
    { DOMAIN_DANE_USED, STR_INIT("used") },
    { DOMAIN_DANE_UNUSABLE, STR_INIT("unusable") },
    { DOMAIN_DANE_UNSIGNED, STR_INIT("unsigned") },
    { DOMAIN_DANE_BOGUS, STR_INIT("bogus") },
};
const struct names DOMAIN_DANE_STATE_NAMES = NAMES(DANE_ROWS);

/* Room for a label or two before the domain. A name that does not fit is asked for as it is, and DNS has none. */
enum { NAME_ROOM = DNS_NAME_MAX + 64 };

static str join(const char *before, str domain, char room[NAME_ROOM])
{
    int n = snprintf(room, NAME_ROOM, "%s.%.*s", before, STR_ARG(domain));
    return (str){ room, n > 0 && n < NAME_ROOM ? (size_t)n : 0 };
}

static bool is_definite(const struct dns_answer *a)
{
    return a->code == DNS_OK || a->code == DNS_NXDOMAIN;
}

/* ---- TXT records ---- */

/* False: not yet. Records that do not claim to be one are others' business. */
static bool look_txt(struct dns_known *k, str name, bool (*claims)(str txt), struct domain_txt *out)
{
    *out = (struct domain_txt){ .answer = dns_known_ask(k, name, DNS_TXT) };
    const struct dns_answer *a = out->answer;
    if (!a)
        return false;
    if (!is_definite(a))
        return true;
    out->state = DOMAIN_TXT_NONE;
    for (size_t i = 0; a->code == DNS_OK && i < a->count; i++) {
        if (!claims(a->records[i].data))
            continue;
        out->state = out->state == DOMAIN_TXT_NONE ? DOMAIN_TXT_FINE : DOMAIN_TXT_SEVERAL;
        out->text = a->records[i].data;
    }
    return true;
}

static bool look_records(struct dns_known *k, const struct domain_input *in,
                         struct domain_look *out)
{
    char room[NAME_ROOM];
    str domain = in->domain;
    out->dmarc_question = (struct dmarc_question){ .author = domain, .suffixes = in->suffixes };
    bool known = look_txt(k, domain, spf_is_record, &out->spf);
    known &= dmarc_check(k, &out->dmarc_question, &out->dmarc);
    known &= look_txt(k, join("_smtp._tls", domain, room), tls_rpt_is_record, &out->tls_rpt);
    if (out->tls_rpt.state == DOMAIN_TXT_FINE &&
        !tls_rpt_read(out->tls_rpt.text, out->reports, &out->report_count))
        out->tls_rpt.state = DOMAIN_TXT_MALFORMED;
    return known;
}

/* The record as an address of nobody's meets it (RFC 5737): so all of it is read, unless it lets everybody pass. */
static bool look_spf(struct dns_known *k, const struct domain_input *in, struct domain_look *out)
{
    const struct spf_input who = { .ip = { .family = IP_V4, .octets = { 192, 0, 2, 1 } },
                                   .helo = in->domain,
                                   .now_s = in->now_s };
    if (!in->spf_memory || out->spf.state != DOMAIN_TXT_FINE)
        return true;
    return out->spf_checked = spf_check(k, &who, in->spf_memory, &out->spf_check);
}

static bool look_dkim(struct dns_known *k, const struct domain_input *in, struct domain_look *out)
{
    const struct dkim_options o = { .now_s = in->now_s, .idn = in->idn, .suffixes = in->suffixes };
    bool known = true;
    if (!in->dkim_memory)
        return true;
    arena_done(in->dkim_memory); /* what the last call left there */
    for (size_t i = 0; i < in->selector_count && i < DOMAIN_SELECTORS_MAX; i++) {
        out->selectors[i] = in->selectors[i];
        known &= dkim_key_look(k, in->selectors[i], in->domain, &o, in->dkim_memory, &out->dkim[i]);
        out->dkim_count++;
    }
    return known;
}

static bool look_mta_sts(struct dns_known *k, const struct domain_input *in,
                         struct domain_mta_sts *m)
{
    char room[NAME_ROOM];
    *m = (struct domain_mta_sts){ .page = in->policy };
    bool known = look_txt(k, join("_mta-sts", in->domain, room), mta_sts_is_record, &m->record);
    if (!known || m->record.state != DOMAIN_TXT_FINE)
        return known;
    if (!mta_sts_record_read(m->record.text, &m->id)) {
        m->record.state = DOMAIN_TXT_MALFORMED;
        return known;
    }
    (void)snprintf(m->url, sizeof(m->url), "https://mta-sts.%.*s/.well-known/mta-sts.txt",
                   STR_ARG(in->domain));
    m->wanted = m->page == NULL;
    if (m->page && m->page->outcome == WEB_OK) {
        m->read = true;
        mta_sts_policy_read(m->page->body, &m->policy);
    }
    return known;
}

/* ---- services ---- */

static const char *const SERVICES[DOMAIN_SERVICES] = { "_submissions._tcp", "_submission._tcp",
                                                       "_imaps._tcp",       "_imap._tcp",
                                                       "_pop3s._tcp",       "_pop3._tcp" };

static void add_host(struct domain_service *s, const struct dns_record *r)
{
    if (s->count == DOMAIN_SERVICE_HOSTS)
        return;
    size_t at = s->count++;
    for (; at > 0 && s->hosts[at - 1].priority > r->priority; at--)
        s->hosts[at] = s->hosts[at - 1];
    s->hosts[at] = (struct domain_service_host){
        .target = r->name, .priority = r->priority, .weight = r->weight, .port = r->port
    };
}

static bool look_service(struct dns_known *k, const char *label, str domain,
                         struct domain_service *s)
{
    char room[NAME_ROOM];
    *s = (struct domain_service){ .label = str_from(label),
                                  .answer = dns_known_ask(k, join(label, domain, room), DNS_SRV) };
    const struct dns_answer *a = s->answer;
    if (!a)
        return false;
    if (!is_definite(a))
        return true;
    s->state = a->count == 0                                ? DOMAIN_SERVICE_NONE
               : a->count == 1 && a->records[0].name.n == 0 ? DOMAIN_SERVICE_NOT_OFFERED
                                                            : DOMAIN_SERVICE_OFFERED;
    if (s->state != DOMAIN_SERVICE_OFFERED)
        return true;
    bool known = true;
    for (size_t i = 0; i < a->count; i++)
        add_host(s, &a->records[i]);
    for (size_t i = 0; i < s->count; i++) {
        struct domain_addresses found;
        bool there = domain_addresses_look(k, s->hosts[i].target, &found);
        known &= there;
        s->hosts[i].no_address = there && found.count == 0 && !found.failed;
        s->hosts[i].failed = there && found.count == 0 && found.failed;
    }
    return known;
}

/* ---- signatures ---- */

static const struct dns_answer *ask_validator(struct dns_known *k, str name, enum dns_type type)
{
    return dns_known_get(
        k, &(struct dns_question){ .name = name, .type = type, .way = DNS_BY_VALIDATOR });
}

static enum domain_dnssec_state dnssec_of(const struct dns_answer *a)
{
    switch (a->trust) {
    case DNS_SECURE: return DOMAIN_DNSSEC_SECURE;
    case DNS_UNSIGNED: return DOMAIN_DNSSEC_UNSIGNED;
    case DNS_BOGUS: return DOMAIN_DNSSEC_BOGUS;
    case DNS_UNCHECKED: break;
    }
    return DOMAIN_DNSSEC_NOT_CHECKED;
}

static void judge_tlsa(struct domain_dane *d, enum dns_trust mx)
{
    const struct dns_answer *a = d->answer;
    size_t usable = 0;
    for (size_t i = 0; i < a->count && d->count < DOMAIN_TLSA_MAX; i++) {
        tlsa_read(a->records[i].data, &d->records[d->count]);
        usable += d->records[d->count++].fault == TLSA_FINE;
    }
    bool unsigned_somewhere = a->trust == DNS_UNSIGNED || mx == DNS_UNSIGNED;
    d->state = a->trust == DNS_BOGUS                        ? DOMAIN_DANE_BOGUS
               : !is_definite(a)                            ? DOMAIN_DANE_NOT_CHECKED
               : a->count == 0                              ? DOMAIN_DANE_NONE
               : unsigned_somewhere                         ? DOMAIN_DANE_UNSIGNED
               : a->trust != DNS_SECURE || mx != DNS_SECURE ? DOMAIN_DANE_NOT_CHECKED
               : usable == 0                                ? DOMAIN_DANE_UNUSABLE
                                                            : DOMAIN_DANE_USED;
}

/* RFC 7672 section 2.2: the records of a host count when the MX is signed as well as the host's address. The
 * address' signatures are those of the zone that the TLSA records lie in, in all but strange cases. */
static bool look_signatures(struct dns_known *k, struct domain_look *out)
{
    const struct dns_answer *soa = ask_validator(k, out->domain, DNS_SOA);
    const struct dns_answer *mx = ask_validator(k, out->domain, DNS_MX);
    bool known = soa && mx;
    if (known) {
        /* The worse of the two: a zone may be broken in one set only. */
        out->dnssec_answer = mx->trust == DNS_BOGUS ? mx : soa;
        out->dnssec = dnssec_of(out->dnssec_answer);
        out->dnssec_why = out->dnssec_answer->why_bogus;
    }
    for (size_t i = 0; i < out->mx.count; i++) {
        char room[NAME_ROOM];
        const struct domain_target *t = &out->mx.targets[i];
        if (t->faults & (DOMAIN_TARGET_IS_IP | DOMAIN_TARGET_MALFORMED) || t->name.n == 0)
            continue;
        struct domain_dane *d = &out->dane[out->dane_count++];
        *d = (struct domain_dane){ .host = t->name };
        d->answer = ask_validator(k, join("_25._tcp", t->name, room), DNS_TLSA);
        if (d->answer && mx)
            judge_tlsa(d, mx->trust);
        known &= d->answer != NULL;
    }
    return known;
}

/* ---- names of addresses ---- */

static bool look_reverse(struct dns_known *k, const struct domain_input *in,
                         struct domain_look *out)
{
    bool known = true;
    for (size_t i = 0; i < out->mx.count; i++) {
        const struct domain_target *t = &out->mx.targets[i];
        for (size_t n = 0; n < t->address_count && out->reverse_count < DOMAIN_REVERSES_MAX; n++) {
            struct domain_reverse *r = &out->reverse[out->reverse_count];
            known &= domain_reverse_look(k, &t->addresses[n], in->private_too, r);
            out->reverse_count++;
        }
    }
    return known;
}

bool domain_look(struct dns_known *k, const struct domain_input *in, struct domain_look *out)
{
    *out = (struct domain_look){ .domain = in->domain, .straight = in->straight };
    out->reserved = !in->private_too && domain_is_reserved(in->domain);
    if (out->reserved)
        return true;
    bool known = domain_mx_look(k, in->domain, &out->mx);
    known &= look_records(k, in, out);
    known &= look_spf(k, in, out);
    known &= look_dkim(k, in, out);
    known &= look_mta_sts(k, in, &out->mta_sts);
    for (size_t i = 0; i < DOMAIN_SERVICES; i++)
        known &= look_service(k, SERVICES[i], in->domain, &out->services[i]);
    if (in->straight)
        known &= domain_change_look(k, in->domain, DNS_MX, in->now_s, in->private_too,
                                    &out->change);
    if (in->validate)
        known &= look_signatures(k, out);
    known &= look_reverse(k, in, out);
    return known;
}
