/* SPDX-License-Identifier: ISC */
#include "doctor/dns_wants.h"
#include "doctor/dns_facts.h"
#include "doctor/dns_nearest.h"
#include "doctor/words.h"
#include "domain/name.h"
#include "net/idn.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    return address->family != IP_NONE && (asked->dns_private || !ip_is_near(address));
}

/* Was a step refused for that reason, by its words? */
static bool refused_for(const struct doctor_record *r, enum cause_id cause)
{
    for (size_t i = 0; i < r->count; i++)
        if (!doctor_evidence_good(&r->rows[i]) && words_cause(&r->rows[i].outcome) == cause)
            return true;
    return false;
}

static bool reverse_dns_blamed(const struct doctor_record *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (!doctor_evidence_good(&r->rows[i]) && words_about_reverse_dns(&r->rows[i].outcome))
            return true;
    return false;
}

/* The first answers of what a refusal may call for: it comes late in the dialogue, and they are few. */
static void foresee(const struct doctor_asked *asked, const struct doctor_record *r)
{
    char name[DNS_NAME_MAX], policy[sizeof "_dmarc." + DNS_NAME_MAX];
    str domain = doctor_dns_domain(asked, asked->attempt.from, name);
    if (!domain.n)
        return;
    dns_known_want(r->dns, domain, DNS_TXT);
    snprintf(policy, sizeof policy, "_dmarc.%s", name);
    if (strlen(policy) < DNS_NAME_MAX)
        dns_known_want(r->dns, str_from(policy), DNS_TXT);
}

static bool author_is_another(const struct doctor_asked *asked)
{
    const struct smtp_attempt *a = &asked->attempt;
    return a->header_from.n && !str_eq_nocase(words_domain(a->header_from), words_domain(a->from));
}

/* Facts are asked for what they have to tell, and what they lack is noted: their values are the judge's. */
struct facts {
    struct dns_fact_sender sender;
    struct dns_fact_host host;
    struct dns_fact_reverse reverse;
    struct dns_fact_spf spf;
    struct dns_fact_dmarc dmarc;
    struct dns_fact_listed listed;
};

static void want_facts(const struct doctor_asked *asked, const struct doctor_record *r,
                       struct facts *f)
{
    if (dns_fact_sender(asked, r, &f->sender) && f->sender.mx.state == DOMAIN_MX_NO_DOMAIN)
        doctor_want_nearest(asked, r, str_from(f->sender.domain), NEAREST_DOMAIN);
    if (dns_fact_host(asked, r, &f->host) && f->host.dns.no_name)
        doctor_want_nearest(asked, r, str_from(f->host.name), NEAREST_HOST);
    if (reverse_dns_blamed(r))
        (void)dns_fact_reverse(asked, r, &f->reverse);
    if (refused_for(r, CAUSE_SPF_FAIL)) {
        (void)dns_fact_spf(asked, r, false, &f->spf);
        (void)dns_fact_spf(asked, r, true, &f->spf);
    }
    if (refused_for(r, CAUSE_DKIM_DMARC_FAIL) || author_is_another(asked))
        (void)dns_fact_dmarc(asked, r, &f->dmarc);
    if (refused_for(r, CAUSE_IP_BLOCKLISTED) || asked->public_ip.family != IP_NONE)
        (void)dns_fact_listed(asked, r, &f->listed);
}

void doctor_dns_want(const struct doctor_asked *asked, const struct doctor_record *r)
{
    struct facts *f = r->dns ? malloc(sizeof *f) : NULL;
    if (!f)
        return;
    foresee(asked, r);
    want_facts(asked, r, f);
    free(f);
}
