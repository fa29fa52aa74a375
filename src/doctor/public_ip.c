/* SPDX-License-Identifier: ISC */
#include "doctor/public_ip.h"
#include "doctor/client_address.h"
#include "doctor/dns_wants.h"

/* Could a server on the internet see it? */
static bool is_public(const struct doctor_asked *asked, const struct ip *ip)
{
    return doctor_dns_may_ask_of(asked, ip);
}

/* The family over which servers were met. */
static enum ip_family family_met(const struct doctor_record *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].outcome.stage > SMTP_STAGE_CONNECT)
            return r->rows[i].attempt.address.family;
    return IP_NONE;
}

static bool said_in(const struct doctor_evidence *ev, struct ip *out)
{
    const struct smtp_outcome *o = &ev->outcome;
    if (o->end != SMTP_END_REPLY)
        return false;
    if (doctor_evidence_good(ev))
        return ev->probe == PROBE_CAPABILITIES &&
               client_address_in_greeting(o->text, &ev->attempt.address, out);
    return o->code >= 400 && client_address_in_refusal(o->text, &ev->attempt.address, out);
}

/* What servers say; where they do not agree, nothing is known. */
static bool find_said(const struct doctor_asked *asked, const struct doctor_record *r,
                      struct public_ip *out)
{
    enum ip_family family = family_met(r);
    for (unsigned round = 0; round < 2; round++) { /* what was said in EHLO is worth more */
        struct public_ip found = { .source = PUBLIC_IP_UNKNOWN };
        bool several = false;
        for (size_t i = 0; i < r->count; i++) {
            const struct doctor_evidence *ev = &r->rows[i];
            struct ip ip;
            if (doctor_evidence_good(ev) != (round == 0) || !said_in(ev, &ip) ||
                ip.family != family || !is_public(asked, &ip))
                continue;
            several |= found.source != PUBLIC_IP_UNKNOWN && !ip_eq(&found.ip, &ip);
            if (found.source == PUBLIC_IP_UNKNOWN)
                found = (struct public_ip){ ip, PUBLIC_IP_SERVER, ev->id };
        }
        if (found.source != PUBLIC_IP_UNKNOWN && !several) {
            *out = found;
            return true;
        }
    }
    return false;
}

/* Names that answer with the asker's address do so by A and AAAA; some by TXT. */
static bool find_whoami(const struct doctor_asked *asked, const struct doctor_record *r,
                        struct public_ip *out)
{
    enum dns_type type = family_met(r) == IP_V6 ? DNS_AAAA : DNS_A;
    const struct dns_answer *a = dns_known_ask(r->dns, asked->whoami, type);
    const struct dns_answer *txt = dns_known_ask(r->dns, asked->whoami, DNS_TXT);
    if (!a || !txt)
        return false;
    if (a->count == 1)
        *out = (struct public_ip){ a->records[0].ip, PUBLIC_IP_WHOAMI,
                                   doctor_record_answer_id(r, a) };
    else if (txt->count == 1 && ip_parse(str_trim(txt->records[0].data), &out->ip))
        *out = (struct public_ip){ out->ip, PUBLIC_IP_WHOAMI, doctor_record_answer_id(r, txt) };
    return true;
}

static void find_own(const struct doctor_asked *asked, const struct doctor_record *r,
                     struct public_ip *out)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct ip *local = &r->rows[i].outcome.local;
        if (is_public(asked, local) && !ip_is_private(local) && !ip_is_loopback(local)) {
            *out = (struct public_ip){ *local, PUBLIC_IP_OWN, r->rows[i].id };
            return;
        }
    }
}

bool public_ip_find(const struct doctor_asked *asked, const struct doctor_record *r,
                    struct public_ip *out)
{
    *out = (struct public_ip){ .source = PUBLIC_IP_UNKNOWN };
    if (asked->public_ip.family != IP_NONE) {
        *out = (struct public_ip){ asked->public_ip, PUBLIC_IP_GIVEN, 0 };
        return true;
    }
    if (find_said(asked, r, out))
        return true;
    if (asked->whoami.n && r->dns) {
        if (!find_whoami(asked, r, out))
            return false;
        if (out->source != PUBLIC_IP_UNKNOWN)
            return true;
    }
    find_own(asked, r, out);
    return true;
}
