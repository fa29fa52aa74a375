/* SPDX-License-Identifier: ISC */
/* domain/facts_tls.c - what the domain says of TLS: DANE, MTA-STS, reports */
#include "domain/facts_inside.h"
#include <stdio.h>

enum { TTL_S = 3600, WEEK_S = 7 * 86400, DAY_S = 86400 };

/* ---- DANE ---- */

static void list_tlsa(struct facts *f, struct domain_fact *fact, const struct domain_dane *d)
{
    for (size_t i = 0; i < d->count; i++)
        fact_evidence(f, fact, "TLSA %u %u %u of %zu octets: %.*s", d->records[i].usage,
                      d->records[i].selector, d->records[i].matching, d->records[i].data.n,
                      STR_ARG(names_of(&TLSA_FAULT_NAMES, (int)d->records[i].fault)));
}

static void say_dane(struct facts *f, const struct domain_dane *d)
{
    struct domain_fact *fact = NULL;
    switch (d->state) {
    case DOMAIN_DANE_NONE: return;
    case DOMAIN_DANE_NOT_CHECKED:
        if (d->answer->count == 0)
            return;
        fact = fact_add(
            f, "dane", d->host, DOMAIN_NOT_KNOWN,
            "There are TLSA records; whether they are signed cannot be checked from here.");
        fact->minor = true;
        break;
    case DOMAIN_DANE_USED:
        fact = fact_add(f, "dane", d->host, DOMAIN_OK,
                        "Senders that know DANE hold this host to its TLSA records.");
        break;
    case DOMAIN_DANE_UNUSABLE:
        fact = fact_add(
            f, "dane", d->host, DOMAIN_WARNING,
            "None of the TLSA records can be used for mail (RFC 7672 section 3.1 takes usages 2 "
            "and 3): senders encrypt and check nothing.");
        fact_paste(f, fact, "; the SHA-256 of the host's own public key, in hex, in place of KEY:");
        fact_paste(f, fact, "; _25._tcp.%.*s. %d IN TLSA 3 1 1 KEY", STR_ARG(d->host), TTL_S);
        break;
    case DOMAIN_DANE_UNSIGNED:
        fact = fact_add(
            f, "dane", d->host, DOMAIN_WARNING,
            "There are TLSA records, and nobody heeds them: they, or the MX record, are not "
            "signed (DNSSEC).");
        break;
    case DOMAIN_DANE_BOGUS:
        fact = fact_add(
            f, "dane", d->host, DOMAIN_WRONG,
            "The signatures at the TLSA records are broken: senders that know DANE hold their "
            "mail back (RFC 7672 section 2.1).");
        fact_evidence(f, fact, "%.*s", STR_ARG(d->answer->why_bogus));
        break;
    }
    list_tlsa(f, fact, d);
}

/* ---- MTA-STS ---- */

static void paste_sts_record(struct facts *f, struct domain_fact *fact)
{
    fact_paste(f, fact, "_mta-sts.%.*s. %d IN TXT \"v=STSv1; id=%llu\"", STR_ARG(f->look->domain),
               TTL_S, (unsigned long long)f->now_s);
}

static void paste_sts_policy(struct facts *f, struct domain_fact *fact)
{
    const struct domain_mx *mx = &f->look->mx;
    fact_paste(f, fact, "; the file https://mta-sts.%.*s/.well-known/mta-sts.txt :",
               STR_ARG(f->look->domain));
    fact_paste(f, fact, ";   version: STSv1");
    fact_paste(f, fact, ";   mode: testing");
    fact_paste(f, fact, ";   max_age: %d", WEEK_S);
    for (size_t i = 0; i < mx->count; i++)
        if (mx->targets[i].faults == 0)
            fact_paste(f, fact, ";   mx: %.*s", STR_ARG(mx->targets[i].name));
}

static const struct policy_row {
    enum mta_sts_fault fault;
    const char *text;
} POLICIES[] = {
    { MTA_STS_TOO_LONG, "it is longer than 64 KiB" },
    { MTA_STS_BAD_LINE, "a line is no \"key: value\"" },
    { MTA_STS_BAD_VERSION, "the version is not STSv1" },
    { MTA_STS_BAD_MODE, "the mode is none of enforce, testing and none" },
    { MTA_STS_BAD_MX, "what stands behind mx: is no host name" },
    { MTA_STS_BAD_AGE, "max_age is no number from 0 to 31557600" },
    { MTA_STS_NO_VERSION, "there is no version" },
    { MTA_STS_NO_MODE, "there is no mode" },
    { MTA_STS_NO_MX, "there is no mx, and the mode is not none" },
    { MTA_STS_NO_AGE, "there is no max_age" },
    { MTA_STS_TOO_MANY_MX, "there are more hosts than are read here" },
};

static const char *policy_fault(enum mta_sts_fault fault)
{
    for (size_t i = 0; i < COUNT_OF(POLICIES); i++)
        if (POLICIES[i].fault == fault)
            return POLICIES[i].text;
    return "";
}

/* Hosts that the policy lacks get no mail from those who heed it. */
static void compare_hosts(struct facts *f, struct domain_fact *fact)
{
    const struct mta_sts_policy *p = &f->look->mta_sts.policy;
    const struct domain_mx *mx = &f->look->mx;
    if (mx->state != DOMAIN_MX_HOSTS || p->mode == MTA_STS_MODE_NONE)
        return;
    for (size_t i = 0; i < mx->count; i++) {
        str host = mx->targets[i].name;
        if (host.n == 0 || mta_sts_policy_has(p, host))
            continue;
        fact->verdict = p->mode == MTA_STS_ENFORCE ? DOMAIN_WRONG : DOMAIN_WARNING;
        fact_say(f, fact, "The mail host %.*s is not in the policy%s.", STR_ARG(host),
                 p->mode == MTA_STS_ENFORCE ? ": senders that heed it send nothing there" : "");
    }
}

static void say_policy(struct facts *f)
{
    const struct domain_mta_sts *m = &f->look->mta_sts;
    const struct mta_sts_policy *p = &m->policy;
    struct domain_fact *fact;
    if (p->fault != MTA_STS_FINE) {
        char where[32] = "";
        if (p->line > 0)
            (void)snprintf(where, sizeof where, " (line %u)", p->line);
        fact = fact_add(
            f, "mta-sts", f->look->domain, DOMAIN_WRONG,
            "The policy file is broken, so that senders act as if there were none: %s%s.",
            policy_fault(p->fault), where);
        paste_sts_policy(f, fact);
    } else {
        fact = fact_add(f, "mta-sts", f->look->domain, DOMAIN_OK,
                        "There is an MTA-STS policy: %.*s.",
                        STR_ARG(names_of(&MTA_STS_MODE_NAMES, (int)p->mode)));
        compare_hosts(f, fact);
        if (p->max_age_s < DAY_S && p->mode != MTA_STS_MODE_NONE)
            fact_say(f, fact,
                     "It is kept for %u seconds only (max_age): a week or more protects better.",
                     p->max_age_s);
    }
    fact_answer(f, fact, m->record.answer);
    for (size_t i = 0; i < p->mx_count; i++)
        fact_evidence(f, fact, "policy: mx %.*s", STR_ARG(p->mx[i]));
}

/* The record is there; the file is not, or not yet. */
static void say_no_policy(struct facts *f)
{
    const struct domain_mta_sts *m = &f->look->mta_sts;
    struct domain_fact *fact;
    if (!m->page) {
        fact = fact_add(f, "mta-sts", f->look->domain, DOMAIN_NOT_KNOWN,
                        "There is an MTA-STS record; the policy file was not fetched.");
        fact->minor = true;
    } else if (m->page->outcome == WEB_UNABLE || m->page->outcome == WEB_LOOKUP_FAILED ||
               m->page->outcome == WEB_TIMEOUT || m->page->outcome == WEB_PRIVATE) {
        fact = fact_add(f, "mta-sts", f->look->domain, DOMAIN_NOT_KNOWN,
                        "There is an MTA-STS record; the policy file could not be fetched: %s.",
                        m->page->why);
        fact->minor = true;
    } else {
        fact = fact_add(
            f, "mta-sts", f->look->domain, DOMAIN_WRONG,
            "There is an MTA-STS record, and no policy file that senders would take: %s.",
            m->page->why);
        paste_sts_policy(f, fact);
    }
    fact_evidence(f, fact, "%s", m->url);
    fact_answer(f, fact, m->record.answer);
}

static void say_mta_sts(struct facts *f)
{
    const struct domain_txt *t = &f->look->mta_sts.record;
    struct domain_fact *fact = NULL;
    switch (t->state) {
    case DOMAIN_TXT_UNKNOWN:
        fact = fact_add(f, "mta-sts", f->look->domain, DOMAIN_NOT_KNOWN,
                        "Whether there is an MTA-STS record could not be looked up: %s.",
                        fact_failure(t->answer->code));
        fact->minor = true;
        break;
    case DOMAIN_TXT_NONE:
        if (f->look->mx.state != DOMAIN_MX_HOSTS)
            return;
        fact = fact_add(
            f, "mta-sts", f->look->domain, DOMAIN_OK,
            "No MTA-STS policy. That is allowed; with one senders insist on verified TLS.");
        fact->wished = true;
        paste_sts_record(f, fact);
        paste_sts_policy(f, fact);
        return;
    case DOMAIN_TXT_FINE:
        if (f->look->mta_sts.read)
            say_policy(f);
        else
            say_no_policy(f);
        return;
    case DOMAIN_TXT_SEVERAL:
    case DOMAIN_TXT_MALFORMED:
        fact = fact_add(f, "mta-sts", f->look->domain, DOMAIN_WRONG,
                        "%s, so that senders act as if there were none (RFC 8461 section 3.1).",
                        t->state == DOMAIN_TXT_SEVERAL ? "There is more than one MTA-STS record"
                                                       : "The MTA-STS record is malformed");
        paste_sts_record(f, fact);
        break;
    }
    fact_answer(f, fact, t->answer);
}

/* ---- reports ---- */

static void paste_reports(struct facts *f, struct domain_fact *fact)
{
    fact_paste(f, fact, "_smtp._tls.%.*s. %d IN TXT \"v=TLSRPTv1; rua=mailto:postmaster@%.*s\"",
               STR_ARG(f->look->domain), TTL_S, STR_ARG(f->look->domain));
}

static void say_tls_rpt(struct facts *f)
{
    const struct domain_txt *t = &f->look->tls_rpt;
    struct domain_fact *fact = NULL;
    switch (t->state) {
    case DOMAIN_TXT_UNKNOWN:
        fact = fact_add(f, "tls-rpt", f->look->domain, DOMAIN_NOT_KNOWN,
                        "Whether TLS failures are to be reported could not be looked up: %s.",
                        fact_failure(t->answer->code));
        fact->minor = true;
        break;
    case DOMAIN_TXT_NONE:
        /* Worth a line only where somebody asked for verified TLS. */
        if (f->look->mta_sts.record.state != DOMAIN_TXT_FINE)
            return;
        fact = fact_add(f, "tls-rpt", f->look->domain, DOMAIN_OK,
                        "No reports of TLS failures are asked for (TLS-RPT).");
        fact->wished = true;
        paste_reports(f, fact);
        return;
    case DOMAIN_TXT_FINE:
        fact = fact_add(f, "tls-rpt", f->look->domain, DOMAIN_OK,
                        "Reports of TLS failures are asked for (TLS-RPT).");
        break;
    case DOMAIN_TXT_SEVERAL:
    case DOMAIN_TXT_MALFORMED:
        fact = fact_add(f, "tls-rpt", f->look->domain, DOMAIN_WARNING,
                        "%s, so that nobody reports (RFC 8460).",
                        t->state == DOMAIN_TXT_SEVERAL ? "There is more than one TLS-RPT record"
                                                       : "The TLS-RPT record is malformed");
        paste_reports(f, fact);
        break;
    }
    fact_answer(f, fact, t->answer);
}

void facts_tls(struct facts *f)
{
    if (f->look->mx.state == DOMAIN_MX_NO_DOMAIN)
        return;
    for (size_t i = 0; i < f->look->dane_count; i++)
        say_dane(f, &f->look->dane[i]);
    say_mta_sts(f);
    say_tls_rpt(f);
}
