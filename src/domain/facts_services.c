/* SPDX-License-Identifier: ISC */
/* domain/facts_services.c - where mail programs find the servers of the domain's users */
#include "domain/facts_inside.h"

static void say_service(struct facts *f, const struct domain_service *s)
{
    struct domain_fact *fact = fact_add(f, "service", s->label, DOMAIN_OK,
                                        "Mail programs are told where to go (SRV).");
    for (size_t i = 0; i < s->count; i++) {
        const struct domain_service_host *h = &s->hosts[i];
        if (h->no_address) {
            fact->verdict = DOMAIN_WRONG;
            fact_say(f, fact, "The host %.*s does not exist, or has no address.",
                     STR_ARG(h->target));
        } else if (h->failed && fact->verdict == DOMAIN_OK) {
            fact->verdict = DOMAIN_NOT_KNOWN;
            fact->minor = true;
            fact_say(f, fact, "The address of %.*s could not be looked up.", STR_ARG(h->target));
        }
    }
    fact_answer(f, fact, s->answer);
}

void facts_services(struct facts *f)
{
    size_t refused = 0, there = 0;
    const struct domain_look *l = f->look;
    for (size_t i = 0; i < DOMAIN_SERVICES; i++) {
        if (l->services[i].state == DOMAIN_SERVICE_OFFERED)
            say_service(f, &l->services[i]);
        refused += l->services[i].state == DOMAIN_SERVICE_NOT_OFFERED;
        there += l->services[i].state != DOMAIN_SERVICE_NONE;
    }
    if (refused > 0) {
        struct domain_fact *fact = fact_add(
            f, "service", l->domain, DOMAIN_OK,
            "The domain says that it does not offer some services to mail programs (SRV \".\").");
        for (size_t i = 0; i < DOMAIN_SERVICES; i++)
            if (l->services[i].state == DOMAIN_SERVICE_NOT_OFFERED)
                fact_evidence(f, fact, "%.*s.%.*s", STR_ARG(l->services[i].label),
                              STR_ARG(l->domain));
    }
    if (there > 0 || l->mx.state != DOMAIN_MX_HOSTS)
        return;
    str d = l->domain;
    struct domain_fact *fact = fact_add(
        f, "service", d, DOMAIN_OK,
        "No SRV records for mail programs. With them a program needs only "
        "the address to set itself up (RFC 6186, RFC 8314).");
    fact->wished = true;
    fact_paste(f, fact, "; mail.%.*s stands for the host that your mail programs use", STR_ARG(d));
    fact_paste(f, fact, "_submissions._tcp.%.*s. 3600 IN SRV 0 1 465 mail.%.*s.", STR_ARG(d),
               STR_ARG(d));
    fact_paste(f, fact, "_imaps._tcp.%.*s. 3600 IN SRV 0 1 993 mail.%.*s.", STR_ARG(d), STR_ARG(d));
}
