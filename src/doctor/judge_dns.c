/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_dns.c - what DNS makes of the causes: it bears them out, or speaks against them
 *
 * A look-up that failed changes nothing. What DNS says beside a refusal in words is never more than likely; it
 * proves only together with an accepted attempt that differs in nothing else.
 */
#include "doctor/dns_facts.h"
#include "doctor/judge_inside.h"
#include <string.h>

static struct finding *found(struct bench *b, enum cause_id cause)
{
    for (size_t i = 0; i < b->j->cause_count; i++)
        if (b->j->causes[i].cause == cause)
            return &b->j->causes[i];
    return NULL;
}

static void answer_for(const struct bench *b, struct finding *f, const struct dns_answer *a)
{
    finding_for(f, doctor_record_answer_id(b->r, a));
}

/* DNS says otherwise than the words: they may rest on what was so an hour ago, or on another view. */
static void speaks_against(const struct bench *b, struct finding *f, const struct dns_answer *a)
{
    finding_against(f, doctor_record_answer_id(b->r, a));
    if (f->strength > STRENGTH_POSSIBLE)
        finding_set_strength(f, STRENGTH_POSSIBLE);
}

/* ------------------------------------------------------------------------------------------------
 * from-invalid
 */
bool judge_from_is_dead(const struct bench *b)
{
    struct dns_fact_sender s;
    return dns_fact_sender(b->asked, b->r, &s) && dns_fact_sender_is_dead(&s);
}

static void add_sender(const struct bench *b, struct finding *f, const struct dns_fact_sender *s)
{
    answer_for(b, f, s->mx.answer);
    if (s->mx.state == DOMAIN_MX_NOTHING) {
        answer_for(b, f, s->a);
        answer_for(b, f, s->aaaa);
    }
}

/* The reverse-path that was asked for, refused in words about the sender that do not say why. */
static const struct doctor_evidence *sender_refused(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe == PROBE_TRIAL && judge_is_refusal(ev) &&
            str_eq(ev->attempt.from, b->asked->attempt.from) &&
            words_cause(&ev->outcome) == CAUSE_NONE && words_refuse_sender(&ev->outcome))
            return ev;
    }
    return NULL;
}

static void dns_of_sender(struct bench *b)
{
    struct dns_fact_sender s;
    struct finding *f = found(b, CAUSE_FROM_INVALID);
    if (!dns_fact_sender(b->asked, b->r, &s))
        return;
    const struct doctor_evidence *refused = f ? NULL : sender_refused(b);
    if (dns_fact_sender_is_dead(&s) && refused) {
        f = judge_add(b, CAUSE_FROM_INVALID, HOP_SUBMISSION, STRENGTH_LIKELY);
        finding_for(f, refused->id);
    }
    if (!f)
        return;
    const struct doctor_evidence *by = doctor_record_row(b->r, f->for_it[0]);
    if (dns_fact_sender_is_dead(&s))
        add_sender(b, f, &s);
    else if (dns_fact_sender_is_alive(&s) && by && words_miss_domain(&by->outcome))
        speaks_against(b, f, s.mx.answer);
}

/* ------------------------------------------------------------------------------------------------
 * dns-failure, wrong-server
 */
static void dns_of_host(struct bench *b)
{
    struct dns_fact_host h;
    struct finding *f = found(b, CAUSE_DNS_FAILURE);
    if (!f || !dns_fact_host(b->asked, b->r, &h))
        return;
    answer_for(b, f, h.system);
    answer_for(b, f, h.dns.a);
    answer_for(b, f, h.checked);
}

/* No server was named, and none was found, because the domain of the address does not exist. It may still be
 * another than the one that the user's program has: likely. */
static void dns_of_no_server(struct bench *b)
{
    struct dns_fact_sender s;
    if (!judge_is_nowhere(b->asked, b->r) || !dns_fact_own_domain(b->asked, b->r, &s) ||
        s.mx.state != DOMAIN_MX_NO_DOMAIN)
        return;
    answer_for(b, judge_add(b, CAUSE_DNS_FAILURE, HOP_CLIENT, STRENGTH_LIKELY), s.mx.answer);
}

/* A certificate that verifies for the name says that it is the right one, by whatever way it was found. */
static bool is_the_one_meant(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++)
        if (b->r->rows[i].probe == PROBE_TLS && b->r->rows[i].outcome.tls.verified)
            return true;
    return false;
}

/* One inside, the other out in the world: no balancing of load makes that. */
static bool is_other_side(const struct dns_fact_host *h)
{
    for (size_t i = 0; i < h->system->count; i++) {
        const struct ip *ip = &h->system->records[i].ip;
        bool inside = ip_is_private(ip) || ip_is_loopback(ip);
        for (size_t k = 0; k < h->dns.count; k++)
            if (inside == (ip_is_private(&h->dns.ips[k]) || ip_is_loopback(&h->dns.ips[k])))
                return false;
    }
    return true;
}

/* Addresses of one neighbourhood: many names have a house of servers, and give another of them each time. */
static bool are_neighbours(const struct dns_fact_host *h)
{
    for (size_t i = 0; i < h->system->count; i++) {
        const struct ip *ip = &h->system->records[i].ip;
        size_t same = ip->family == IP_V4 ? 2 : 4;
        for (size_t k = 0; k < h->dns.count; k++)
            if (h->dns.ips[k].family == ip->family && !ip_is_private(ip) && !ip_is_loopback(ip) &&
                memcmp(h->dns.ips[k].octets, ip->octets, same) == 0)
                return true;
    }
    return false;
}

/* The addresses that this machine's programs get and those of DNS have nothing in common: its hosts file, or
 * something else of its own, decides. Which one is right is not seen here; and a name may have other
 * addresses for everybody who asks, so that it is never sure. */
static void dns_of_way(struct bench *b)
{
    struct dns_fact_host h;
    struct finding *f = found(b, CAUSE_WRONG_SERVER);
    if (!dns_fact_host(b->asked, b->r, &h) || !h.differs || is_the_one_meant(b))
        return;
    bool same_view = !b->asked->dns_private; /* the same resolver: it would have said the same */
    bool told = f || found(b, CAUSE_CERTIFICATE_WRONG_NAME) ||
                (b->j->no_octet && is_other_side(&h));
    f = judge_add(b, CAUSE_WRONG_SERVER, HOP_CLIENT,
                  told && same_view && !are_neighbours(&h) ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    answer_for(b, f, h.system);
    answer_for(b, f, h.dns.a);
    if (h.dns.aaaa && h.dns.aaaa->count)
        answer_for(b, f, h.dns.aaaa);
}

/* ------------------------------------------------------------------------------------------------
 * reverse-dns-missing
 */
static void dns_of_reverse(struct bench *b)
{
    struct dns_fact_reverse v;
    struct finding *f = found(b, CAUSE_REVERSE_DNS_MISSING);
    if (!f || !dns_fact_reverse(b->asked, b->r, &v))
        return;
    switch (v.reverse.state) {
    case DOMAIN_REVERSE_NONE:
    case DOMAIN_REVERSE_NOT_CONFIRMED:
        answer_for(b, f, v.ptr);
        finding_for(f, v.client.evidence);
        break;
    case DOMAIN_REVERSE_CONFIRMED:
        if (v.reverse.count && v.reverse.names[0].generic)
            finding_against(f, doctor_record_answer_id(b->r, v.ptr)); /* many refuse such names */
        else
            speaks_against(b, f, v.ptr);
        break;
    default: break;
    }
}

/* ------------------------------------------------------------------------------------------------
 * spf-fail, dkim-dmarc-fail
 */
/* Handed over without a login on the port between servers: the address that SPF is asked about is ours. */
bool judge_is_direct(const struct doctor_evidence *ev)
{
    return ev && ev->attempt.port == 25 && !smtp_attempt_logs_in(&ev->attempt);
}

static void dns_of_spf(struct bench *b)
{
    struct dns_fact_spf s;
    struct finding *f = found(b, CAUSE_SPF_FAIL);
    bool direct = f && judge_is_direct(doctor_record_row(b->r, f->for_it[0]));
    if (!f || !dns_fact_spf(b->asked, b->r, direct, &s))
        return;
    if (s.result == AUTH_TEMPERROR)
        return;
    if (direct ? s.result == AUTH_PASS : s.included) {
        speaks_against(b, f, s.record);
        return;
    }
    answer_for(b, f, s.record);
    finding_for(f, s.client.evidence);
}

static void dns_of_dmarc(struct bench *b)
{
    struct dns_fact_dmarc d;
    struct finding *f = found(b, CAUSE_DKIM_DMARC_FAIL);
    if (!dns_fact_dmarc(b->asked, b->r, &d))
        return;
    const struct dmarc_step *by = d.dmarc.found;
    if (f && by)
        answer_for(b, f, by->answer);
    bool strict = d.dmarc.policy == DMARC_QUARANTINE || d.dmarc.policy == DMARC_REJECT;
    if (by && strict && d.dmarc.spf == DMARC_NOT_ALIGNED)
        judge_note(b, NOTE_DMARC_NOT_ALIGNED);
}

/* ------------------------------------------------------------------------------------------------
 * ip-blocklisted
 */
static void add_listing(const struct bench *b, struct finding *f, const struct dns_fact_listed *l)
{
    for (size_t i = 0; i < l->lists.count; i++)
        if (l->lists.answers[i].state == DNSBL_LISTED)
            answer_for(b, f, l->by[i]);
    finding_for(f, l->client.evidence);
}

/* Words name a list, and that list, asked now, does not have the address. */
static void dns_of_lists(struct bench *b)
{
    struct dns_fact_listed l;
    struct finding *f = found(b, CAUSE_IP_BLOCKLISTED);
    if ((!f && b->asked->public_ip.family == IP_NONE) || !dns_fact_listed(b->asked, b->r, &l))
        return;
    bool clean = l.zone_count > 0 && l.lists.state == DNSBL_CLEAN;
    for (size_t i = 0; i < l.lists.count; i++)
        clean &= l.lists.answers[i].state == DNSBL_CLEAN;
    if (f && l.lists.state == DNSBL_LISTED)
        add_listing(b, f, &l);
    else if (f && clean)
        speaks_against(b, f, l.by[0]);
    else if (!f && l.lists.state == DNSBL_LISTED)
        judge_note(b, NOTE_ADDRESS_LISTED);
}

void judge_dns(struct bench *b)
{
    if (!b->r->dns)
        return;
    dns_of_sender(b);
    dns_of_no_server(b);
    dns_of_host(b);
    dns_of_way(b);
    dns_of_reverse(b);
    dns_of_spf(b);
    dns_of_dmarc(b);
    dns_of_lists(b);
}

void judge_dns_notes(struct bench *b)
{
    if (!b->r->dns)
        return;
    dns_of_dmarc(b);
    dns_of_lists(b);
}
