/* SPDX-License-Identifier: ISC */
/*
 * domain/facts_inside.h - how the files of facts build them
 */
#ifndef BATON_DOMAIN_FACTS_INSIDE_H
#define BATON_DOMAIN_FACTS_INSIDE_H
#include "domain/facts.h"

struct facts {
    struct domain_facts *out;
    struct arena *memory;
    const struct domain_look *look;
    uint64_t now_s;
    int32_t utc_offset_s;
    struct domain_fact spare; /* taken, and dropped, when there is no room */
    bool failed;              /* memory is short */
};

/* Never NULL. id and about outlive the facts. */
struct domain_fact *fact_add(struct facts *f, const char *id, str about,
                             enum domain_verdict verdict, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* Another sentence behind those there are. */
void fact_say(struct facts *f, struct domain_fact *fact, const char *fmt, ...) PRINTF_LIKE(3, 4);
void fact_evidence(struct facts *f, struct domain_fact *fact, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
void fact_paste(struct facts *f, struct domain_fact *fact, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* "MX of a.example: 10 mx.a.example (TTL 300, from 192.0.2.53)"; NULL: nothing. */
void fact_answer(struct facts *f, struct domain_fact *fact, const struct dns_answer *a);
/* "10 mx.a.example, 20 mx2.a.example", or "nothing", or "no such name", or how it failed. */
str fact_records(struct facts *f, const struct dns_answer *a);
/* "SERVFAIL", in words that say what it means. */
const char *fact_failure(enum dns_code code);
/* "14:32, in 22 minutes" */
str fact_time(struct facts *f, uint64_t at_s);
str fact_ip(struct facts *f, const struct ip *ip);

void facts_mx(struct facts *f);
void facts_servers(struct facts *f);
void facts_tls(struct facts *f);
void facts_auth(struct facts *f);
void facts_services(struct facts *f);
#endif
