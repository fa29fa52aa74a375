/* SPDX-License-Identifier: ISC */
/*
 * doctor/dns_facts.h - what DNS says on the matters of a run
 * Owns    one function a matter: of whom it is asked, and which of the cores left of here it is asked through.
 * Leaves  what follows from it to the judge. Each is called before and after answers have come: false is "not
 *         known", be it that it may not be asked, that an answer is missing (the question is noted then), or that
 *         the run has nothing to ask about.
 */
#ifndef BATON_DOCTOR_DNS_FACTS_H
#define BATON_DOCTOR_DNS_FACTS_H
#include "dns/dnsbl.h"
#include "doctor/evidence.h"
#include "doctor/public_ip.h"
#include "domain/mx.h"
#include "domain/reverse.h"
#include "mailauth/dmarc.h"
#include "mailauth/spf.h"
#include "settings/providers.h"

/* Slices point into the value itself and into the record's table: it is not copied. */
struct dns_fact_sender {
    char domain[DNS_NAME_MAX];
    struct domain_mx mx;
    const struct dns_answer *a, *aaaa; /* of the domain itself */
};
/* The domain of the reverse-path that was asked for. */
bool dns_fact_sender(const struct doctor_asked *asked, const struct doctor_record *r,
                     struct dns_fact_sender *out);
/* The domain of the user's own address; a and aaaa are NULL. */
bool dns_fact_own_domain(const struct doctor_asked *asked, const struct doctor_record *r,
                         struct dns_fact_sender *out);
/* No mail can be answered to it: no such domain, a null MX, or neither MX nor address. */
bool dns_fact_sender_is_dead(const struct dns_fact_sender *s);
bool dns_fact_sender_is_alive(const struct dns_fact_sender *s);

struct dns_fact_host {
    char name[DNS_NAME_MAX];
    struct domain_addresses dns;
    const struct dns_answer
        *system; /* as a program of this machine gets it; NULL: that was not asked */
    const struct dns_answer *checked; /* by signatures; NULL: that was not asked */
    bool differs; /* both give addresses, and none in common of a family that both have */
};
bool dns_fact_host(const struct doctor_asked *asked, const struct doctor_record *r,
                   struct dns_fact_host *out);

struct dns_fact_reverse {
    struct public_ip client;
    struct domain_reverse reverse;
    const struct dns_answer *ptr;
};
bool dns_fact_reverse(const struct doctor_asked *asked, const struct doctor_record *r,
                      struct dns_fact_reverse *out);

/* SPF of the domain of the reverse-path, for mail that leaves from here (direct), or by the provider whose
 * server was asked: what it is then allowed by is whether the provider's own record is included. */
struct dns_fact_spf {
    char domain[DNS_NAME_MAX];
    struct public_ip client;         /* direct */
    const struct provider *provider; /* else */
    enum auth_result result;
    bool included;                   /* the provider's record is looked at, in what was evaluated */
    const struct dns_answer *record; /* TXT of the domain */
    str text;                        /* the record itself; empty: none */
};
bool dns_fact_spf(const struct doctor_asked *asked, const struct doctor_record *r, bool direct,
                  struct dns_fact_spf *out);

struct dns_fact_dmarc {
    char author[DNS_NAME_MAX], sender[DNS_NAME_MAX];
    struct dmarc_result dmarc;
};
/* Of the author's domain, and whether the reverse-path's is aligned with it. */
bool dns_fact_dmarc(const struct doctor_asked *asked, const struct doctor_record *r,
                    struct dns_fact_dmarc *out);

/* Blocklists: those that refusals name, and all of the table where they name none. */
enum { DNS_FACT_ZONES = 4 };
struct dns_fact_listed {
    struct public_ip client;
    str zones[DNS_FACT_ZONES]; /* that are named */
    size_t zone_count;
    struct dnsbl_result lists;
    const struct dns_answer
        *by[DNSBL_ASKED_MAX]; /* what lists.answers[i] rests on; NULL: nothing */
};
bool dns_fact_listed(const struct doctor_asked *asked, const struct doctor_record *r,
                     struct dns_fact_listed *out);
#endif
