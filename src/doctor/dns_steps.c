/* SPDX-License-Identifier: ISC */
#include "doctor/dns_steps.h"
#include "base/escape.h"
#include "dns/record_text.h"
#include "doctor/dns_facts.h"
#include "doctor/dns_nearest.h"
#include "doctor/judge_inside.h"
#include "doctor/served_steps.h"
#include <stdio.h>
#include <time.h>

static str step(const struct doctor_report *r, const struct buf *b)
{
    return b->n ? arena_dup(r->record->arena, buf_str(b)) : STR_NONE;
}

/* "smtp.corp.example exists: is that what you mean?" */
static void add_nearest(const struct doctor_report *r, const char *name, enum nearest_of what,
                        struct buf *b)
{
    str near = doctor_nearest(r->asked, r->record, str_from(name), what);
    if (near.n)
        buf_addf(b, " %.*s exists: did you mean that?", STR_ARG(near));
}

static void domain_step(const struct doctor_report *r, const char *domain, struct buf *b)
{
    buf_addf(b, "DNS knows no domain %s: look for a slip in what stands behind the @.", domain);
    add_nearest(r, domain, NEAREST_DOMAIN, b);
}

static void sender_step(const struct doctor_report *r, struct buf *b)
{
    struct dns_fact_sender s;
    if (!dns_fact_sender(r->asked, r->record, &s))
        return;
    if (s.mx.state == DOMAIN_MX_NO_DOMAIN)
        domain_step(r, s.domain, b);
    else if (s.mx.state == DOMAIN_MX_NULL)
        buf_addf(b,
                 "%s says in DNS that it takes no mail (null MX): give a sender address of a "
                 "domain that does.",
                 s.domain);
    else if (s.mx.state == DOMAIN_MX_NOTHING)
        buf_addf(b,
                 "%s has neither a mail server (MX) nor an address in DNS: give a sender address "
                 "of a domain that takes mail.",
                 s.domain);
    else if (dns_fact_sender_is_alive(&s) && words_miss_domain(&r->judgement->asked->outcome))
        buf_addf(b,
                 "DNS knows %s from here, so that the server's own look-up failed, or the entry is "
                 "new: try again in an hour, then tell whoever runs the server.",
                 s.domain);
}

static void host_step(const struct doctor_report *r, struct buf *b)
{
    struct dns_fact_host h;
    struct dns_fact_sender own;
    if (judge_is_nowhere(r->asked, r->record) && dns_fact_own_domain(r->asked, r->record, &own))
        domain_step(r, own.domain, b);
    if (!dns_fact_host(r->asked, r->record, &h))
        return;
    const struct dns_answer *a = h.dns.a;
    if (h.checked && h.checked->trust == DNS_BOGUS)
        buf_addf(
            b,
            "The DNSSEC signatures of %s are not valid: only the owner of that domain can mend "
            "it; tell him.",
            h.name);
    else if (h.dns.no_name) {
        buf_addf(b,
                 "DNS knows no name %s: compare it letter by letter with the one that the "
                 "provider's help page gives.",
                 h.name);
        add_nearest(r, h.name, NEAREST_HOST, b);
    } else if (h.dns.count)
        buf_addf(b,
                 "DNS has addresses for %s, and this machine's programs do not get them: look at "
                 "its hosts file and its settings for name resolution.",
                 h.name);
    else if (a && a->code != DNS_OK && a->code != DNS_NXDOMAIN)
        buf_addf(b,
                 "The resolver itself does not say: try another network, or give another resolver "
                 "with --resolver (%.*s came for %s).",
                 STR_ARG(names_of(&DNS_CODE_NAMES, (int)a->code)), h.name);
}

static void add_addresses(const struct dns_record *records, size_t count, struct buf *b)
{
    for (size_t i = 0; i < count && i < 4; i++) {
        buf_add(b, i ? STR(", ") : STR(""));
        dns_record_value_text(&records[i], b);
    }
}

static void way_step(const struct doctor_report *r, struct buf *b)
{
    struct dns_fact_host h;
    char ip[IP_TEXT_MAX];
    if (!dns_fact_host(r->asked, r->record, &h) || !h.differs)
        return;
    buf_addf(b, "This machine goes to ");
    add_addresses(h.system->records, h.system->count, b);
    buf_addf(b, " for %s, and DNS says ", h.name);
    for (size_t i = 0; i < h.dns.count && i < 4; i++)
        buf_addf(b, "%s%s", i ? ", " : "", ip_text(&h.dns.ips[i], ip));
    buf_add(b, STR(": look for a line with that name in its hosts file (/etc/hosts), and take it "
                   "out if nobody knows what it is for."));
}

static void reverse_step(const struct doctor_report *r, struct buf *b)
{
    struct dns_fact_reverse v;
    char ip[IP_TEXT_MAX];
    if (!dns_fact_reverse(r->asked, r->record, &v))
        return;
    ip_text(&v.client.ip, ip);
    if (v.reverse.state == DOMAIN_REVERSE_NONE)
        buf_addf(b, "%s has no name in reverse DNS: only whoever gave you that address can set it.",
                 ip);
    if (v.reverse.state == DOMAIN_REVERSE_NOT_CONFIRMED && v.reverse.count) {
        buf_addf(b, "%s is called ", ip);
        escape_line(v.reverse.names[0].name, b);
        buf_add(b, STR(" in reverse DNS, and that name does not have the address: give it an A or "
                       "AAAA entry that leads back."));
    }
}

/* "v=spf1 MORE rest of the record". */
static void add_record(str text, str more, struct buf *b)
{
    str rest = text;
    (void)str_cut(&rest, ' ');
    buf_addf(b, "v=spf1 %.*s ", STR_ARG(more));
    escape_line(rest.n ? str_trim(rest) : STR("~all"), b);
}

static void spf_step(const struct doctor_report *r, const struct finding *f, struct buf *b)
{
    struct dns_fact_spf s;
    char ip[IP_TEXT_MAX], more[DNS_NAME_MAX + 16];
    bool direct = judge_is_direct(doctor_record_row(r->record, f->for_it[0]));
    if (!dns_fact_spf(r->asked, r->record, direct, &s) || s.result == AUTH_TEMPERROR)
        return;
    if (direct ? s.result == AUTH_PASS : s.included)
        return;
    if (s.result == AUTH_PERMERROR) {
        buf_addf(b, "The SPF entry of %s has a fault: 'baton spf' says which.", s.domain);
        return;
    }
    if (direct)
        snprintf(more, sizeof more, "%s:%s", s.client.ip.family == IP_V6 ? "ip6" : "ip4",
                 ip_text(&s.client.ip, ip));
    else
        snprintf(more, sizeof more, "include:%.*s", STR_ARG(s.provider->spf));
    buf_addf(b, "If you run the DNS of %s, its SPF entry (TXT) would read: ", s.domain);
    add_record(s.text, str_from(more), b);
}

static void list_step(const struct doctor_report *r, struct buf *b)
{
    struct dns_fact_listed l;
    char ip[IP_TEXT_MAX];
    if (!dns_fact_listed(r->asked, r->record, &l))
        return;
    for (size_t i = 0; i < l.lists.count && !b->n; i++) {
        const struct dnsbl_answer *a = &l.lists.answers[i];
        if (a->state != DNSBL_LISTED)
            continue;
        buf_addf(b, "%s is on the list %.*s.", ip_text(&l.client.ip, ip), STR_ARG(a->zone));
        if (a->list && a->list->delist)
            buf_addf(b, " Read about it, and ask for removal, at %s.", a->list->delist);
        if (!a->matters_for_login)
            buf_add(b, STR(" It lists addresses that should not send to servers themselves: with a "
                           "login at your provider's server it does not matter."));
    }
}

str doctor_dns_step(const struct doctor_report *r)
{
    const struct doctor_judgement *j = r->judgement;
    struct buf b;
    if (!r->record->dns || !j->cause_count)
        return STR_NONE;
    buf_init(&b, 1 << 16);
    switch (j->causes[0].cause) {
    case CAUSE_FROM_INVALID: sender_step(r, &b); break;
    case CAUSE_DNS_FAILURE: host_step(r, &b); break;
    case CAUSE_WRONG_SERVER: way_step(r, &b); break;
    case CAUSE_REVERSE_DNS_MISSING: reverse_step(r, &b); break;
    case CAUSE_SPF_FAIL: spf_step(r, &j->causes[0], &b); break;
    case CAUSE_IP_BLOCKLISTED: list_step(r, &b); break;
    default: doctor_served_step(r, (uint64_t)time(NULL), &b); break;
    }
    str words = step(r, &b);
    buf_done(&b);
    return words;
}
