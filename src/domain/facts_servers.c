/* SPDX-License-Identifier: ISC */
/* domain/facts_servers.c - the zone's name servers, changes on their way, signatures */
#include "domain/facts_inside.h"
#include <stdio.h>

/* ---- name servers ---- */

static void list_servers(struct facts *f, struct domain_fact *fact)
{
    const struct domain_delegation *d = &f->look->change.delegation;
    if (d->parent_known)
        fact_evidence(f, fact, "the list of the zone above (%.*s) comes from %.*s",
                      STR_ARG(d->parent), STR_ARG(fact_ip(f, &d->parent_server)));
    for (size_t i = 0; i < d->count; i++) {
        const struct domain_server *s = &d->servers[i];
        char serial[32] = "";
        if (s->state == DOMAIN_SERVER_OK)
            (void)snprintf(serial, sizeof serial, ", serial %u", s->serial);
        fact_evidence(f, fact, "%.*s %.*s: %.*s%s%s", STR_ARG(s->name),
                      STR_ARG(fact_ip(f, &s->address)),
                      STR_ARG(names_of(&DOMAIN_SERVER_STATE_NAMES, (int)s->state)), serial,
                      s->at_parent && s->in_zone ? ""
                      : s->at_parent             ? "; only the zone above names it"
                                                 : "; the zone above does not name it");
    }
}

static const struct server_row {
    enum domain_server_state state;
    const char *text;
} SERVERS[] = {
    { DOMAIN_SERVER_NOT_AUTHORITATIVE,
      "This name server answers, and does not serve the zone: it is not set up for it." },
    { DOMAIN_SERVER_NO_ZONE, "This name server has no such zone: it is not set up for it." },
    { DOMAIN_SERVER_REFUSED,
      "This name server refuses to answer for the zone: it is not set up for it." },
    { DOMAIN_SERVER_SERVFAIL, "This name server fails when asked for the zone (SERVFAIL): it could "
                              "not load it, or its copy is too "
                              "old." },
    { DOMAIN_SERVER_NO_ADDRESS, "This name server has no address." },
};

static void say_lame(struct facts *f)
{
    const struct domain_delegation *d = &f->look->change.delegation;
    for (size_t i = 0; i < d->count; i++) {
        const struct domain_server *s = &d->servers[i];
        for (size_t r = 0; r < COUNT_OF(SERVERS); r++) {
            if (SERVERS[r].state != s->state)
                continue;
            struct domain_fact *fact = fact_add(f, "name-server", s->name, DOMAIN_WRONG, "%s",
                                                SERVERS[r].text);
            fact_say(f, fact, "Whoever asks it by chance cannot find your mail hosts.");
            fact_answer(f, fact, s->soa);
        }
    }
}

/* The lists of the two zones, as records. */
static void paste_list(struct facts *f, struct domain_fact *fact)
{
    const struct domain_delegation *d = &f->look->change.delegation;
    fact_paste(f, fact,
               "; at your registrar, and in the zone itself, the same list; of these take those "
               "that serve the zone:");
    for (size_t i = 0; i < d->count; i++)
        if (!domain_server_is_lame(&d->servers[i]) &&
            d->servers[i].state != DOMAIN_SERVER_NO_ADDRESS)
            fact_paste(f, fact, "%.*s. 86400 IN NS %.*s.", STR_ARG(d->zone),
                       STR_ARG(d->servers[i].name));
}

static const struct list_row {
    unsigned fault;
    enum domain_verdict verdict;
    const char *text;
} LISTS[] = {
    { DOMAIN_DELEGATION_ALL_LAME, DOMAIN_WRONG,
      "No name server that the zone above names serves the zone: for most of the world the domain "
      "cannot "
      "be looked up." },
    { DOMAIN_DELEGATION_DISJOINT, DOMAIN_WRONG,
      "The zone above names other servers than the zone itself, and none in common." },
    { DOMAIN_DELEGATION_MISSING, DOMAIN_WARNING,
      "The zone names a server that the zone above does not name." },
    { DOMAIN_DELEGATION_EXTRA, DOMAIN_WARNING,
      "The zone above names a server that the zone itself does not name." },
    { DOMAIN_DELEGATION_GLUE, DOMAIN_WARNING,
      "The zone above gives a server another address than the server's own name has: tell your "
      "registrar "
      "the right one." },
    { DOMAIN_DELEGATION_SERIALS, DOMAIN_WARNING,
      "The servers have different versions of the zone. That passes within minutes after a change; "
      "if it "
      "stays, the transfer between them is broken." },
    { DOMAIN_DELEGATION_SILENT, DOMAIN_WARNING, "A name server did not answer from here." },
    { DOMAIN_DELEGATION_ONE_SERVER, DOMAIN_WARNING,
      "There is only one name server; there should be two at least (RFC 1034 section 4.1)." },
};

static void say_lists(struct facts *f)
{
    const struct domain_delegation *d = &f->look->change.delegation;
    struct domain_fact *fact = NULL;
    unsigned lists = DOMAIN_DELEGATION_DISJOINT | DOMAIN_DELEGATION_MISSING |
                     DOMAIN_DELEGATION_EXTRA | DOMAIN_DELEGATION_ALL_LAME;
    for (size_t i = 0; i < COUNT_OF(LISTS); i++) {
        if (!(d->faults & LISTS[i].fault))
            continue;
        if (!fact)
            fact = fact_add(f, "delegation", d->zone, LISTS[i].verdict, "%s", LISTS[i].text);
        else if (LISTS[i].fault &
                     ~(unsigned)(DOMAIN_DELEGATION_MISSING | DOMAIN_DELEGATION_EXTRA) ||
                 !(d->faults & DOMAIN_DELEGATION_DISJOINT))
            fact_say(f, fact, "%s", LISTS[i].text);
        if (LISTS[i].verdict > fact->verdict)
            fact->verdict = LISTS[i].verdict;
    }
    if (!fact)
        return;
    list_servers(f, fact);
    if (d->faults & lists)
        paste_list(f, fact);
}

static const char *why_unknown(const struct domain_delegation *d)
{
    switch (d->why) {
    case DOMAIN_DELEGATION_WHY_SILENCE:
        return "No name server answers from here when it is asked straight. Many networks let "
               "nobody but "
               "their own DNS server ask; try from elsewhere.";
    case DOMAIN_DELEGATION_WHY_INTERCEPTED:
        return "Something in this network answers in the place of the name servers, so they cannot "
               "be "
               "asked straight; try from elsewhere.";
    case DOMAIN_DELEGATION_WHY_NO_PARENT:
        return "The name servers of the zone above could not be asked, so the delegation is not "
               "known.";
    case DOMAIN_DELEGATION_WHY_NONE: break;
    }
    return "The name servers have private addresses, or could not be asked, so the delegation is "
           "not known.";
}

static void say_delegation(struct facts *f)
{
    const struct domain_delegation *d = &f->look->change.delegation;
    struct domain_fact *fact = NULL;
    switch (d->state) {
    case DOMAIN_DELEGATION_FAULTY:
        say_lists(f);
        say_lame(f);
        return;
    case DOMAIN_DELEGATION_FINE:
        fact = fact_add(
            f, "delegation", d->zone, DOMAIN_OK,
            "The zone above and the zone itself name the same servers, and all of them serve "
            "the zone.");
        break;
    case DOMAIN_DELEGATION_NONE:
        fact = fact_add(
            f, "delegation", d->zone, DOMAIN_WRONG,
            "The zone above (%.*s) does not delegate this domain: it is not registered, no "
            "longer registered, or its name servers were never set.",
            STR_ARG(d->parent));
        break;
    case DOMAIN_DELEGATION_UNKNOWN:
    default:
        fact = fact_add(f, "delegation", d->zone, DOMAIN_NOT_KNOWN, "%s", why_unknown(d));
        fact->minor = true;
    }
    list_servers(f, fact);
}

/* ---- changes ---- */

static void list_views(struct facts *f, struct domain_fact *fact)
{
    const struct domain_change *c = &f->look->change;
    fact_answer(f, fact, c->resolver);
    for (size_t i = 0; i < c->count; i++)
        if (c->answers[i].answer)
            fact_evidence(f, fact, "%.*s (%.*s) says: %.*s%s",
                          STR_ARG(c->delegation.servers[i].name),
                          STR_ARG(fact_ip(f, &c->delegation.servers[i].address)),
                          STR_ARG(fact_records(f, c->answers[i].answer)),
                          c->answers[i].is_old ? " (old)" : "");
}

static void say_change(struct facts *f)
{
    const struct domain_change *c = &f->look->change;
    str type = names_of(&DNS_TYPE_NAMES, (int)c->type);
    struct domain_fact *fact = NULL;
    switch (c->state) {
    case DOMAIN_CHANGE_UNKNOWN:
    case DOMAIN_CHANGE_MAYBE:
    case DOMAIN_CHANGE_BALANCED: return;
    case DOMAIN_CHANGE_NONE:
        fact = fact_add(
            f, "change", c->name, DOMAIN_OK,
            "No change is on its way: your DNS server says of %.*s what the name servers say.",
            STR_ARG(type));
        break;
    case DOMAIN_CHANGE_PENDING:
        fact = fact_add(
            f, "change", c->name, DOMAIN_WARNING,
            "The %.*s record was changed. Your DNS server keeps the old one until about %.*s.",
            STR_ARG(type), STR_ARG(fact_time(f, c->ends_at_s)));
        if (c->moved)
            fact_say(
                f, fact,
                "The domain has moved to other name servers, and yours still asks the old ones.");
        break;
    case DOMAIN_CHANGE_SERVERS:
        fact = fact_add(
            f, "change", c->name, DOMAIN_WARNING,
            "The name servers do not agree: some have not taken over the newest version of the "
            "zone. Who sends you mail sees the one or the other.");
        break;
    case DOMAIN_CHANGE_CONFLICT:
        fact = fact_add(
            f, "change", c->name, DOMAIN_WARNING,
            "The name servers give different answers, and which is right cannot be told from "
            "them. Who sends you mail sees the one or the other.");
        break;
    case DOMAIN_CHANGE_OWN_VIEW:
        fact = fact_add(
            f, "change", c->name, DOMAIN_WARNING,
            "Your DNS server has an answer of its own for this name, other than what the rest "
            "of the world gets. Waiting does not change that.");
        break;
    }
    list_views(f, fact);
}

/* ---- signatures ---- */

static void say_dnssec(struct facts *f)
{
    const struct domain_look *l = f->look;
    struct domain_fact *fact;
    if (!l->dnssec_answer)
        return;
    switch (l->dnssec) {
    case DOMAIN_DNSSEC_SECURE:
        (void)fact_add(f, "dnssec", l->domain, DOMAIN_OK,
                       "Signed, and the signatures are good (DNSSEC).");
        return;
    case DOMAIN_DNSSEC_UNSIGNED:
        (void)fact_add(f, "dnssec", l->domain, DOMAIN_OK,
                       "Not signed (DNSSEC). That is allowed; DANE needs it.");
        return;
    case DOMAIN_DNSSEC_BOGUS:
        fact = fact_add(
            f, "dnssec", l->domain, DOMAIN_WRONG,
            "The signatures are broken (DNSSEC bogus): whoever checks them cannot look the "
            "domain up at all, and mail to it and from it fails there.");
        break;
    case DOMAIN_DNSSEC_NOT_CHECKED:
    default:
        fact = fact_add(f, "dnssec", l->domain, DOMAIN_NOT_KNOWN,
                        "Whether the signatures are good (DNSSEC) cannot be checked from here.");
        fact->minor = true;
    }
    if (l->dnssec_why.n > 0)
        fact_evidence(f, fact, "%.*s", STR_ARG(l->dnssec_why));
}

void facts_servers(struct facts *f)
{
    if (f->look->straight) {
        say_delegation(f);
        say_change(f);
    }
    say_dnssec(f);
}
