/* SPDX-License-Identifier: ISC */
/* domain/facts_mx.c - the hosts that take the mail, and the names of their addresses */
#include "domain/facts_inside.h"

enum { TTL_S = 3600 };

/* ---- the domain ---- */

static void paste_mx(struct facts *f, struct domain_fact *fact)
{
    str d = f->look->domain;
    fact_paste(f, fact, "; mail.%.*s stands for the host that takes your mail", STR_ARG(d));
    fact_paste(f, fact, "%.*s. %d IN MX 10 mail.%.*s.", STR_ARG(d), TTL_S, STR_ARG(d));
}

static void say_hosts(struct facts *f)
{
    const struct domain_mx *mx = &f->look->mx;
    struct domain_fact *fact = fact_add(
        f, "mx", mx->domain, DOMAIN_OK, "%s takes the mail%s.",
        mx->count == 1 ? "One host" : "More than one host",
        mx->count == 1 ? "" : "; the one with the lowest number is tried first");
    fact_answer(f, fact, mx->answer);
    if (mx->null_among_others) {
        fact->verdict = DOMAIN_WRONG;
        fact_say(f, fact,
                 "A null MX (\".\") stands among other MX records: it must stand alone (RFC 7505 "
                 "section 3). Take it out, or all the others.");
        for (size_t i = 0; i < mx->count; i++)
            if (mx->targets[i].name.n > 0)
                fact_paste(f, fact, "%.*s. %d IN MX %u %.*s.", STR_ARG(mx->domain), TTL_S,
                           mx->targets[i].preference, STR_ARG(mx->targets[i].name));
    }
    if (mx->more) {
        fact->verdict = fact->verdict == DOMAIN_OK ? DOMAIN_WARNING : fact->verdict;
        fact_say(f, fact, "There are more than %d records; only these were looked at.",
                 DOMAIN_MX_MAX);
    }
}

static void say_unknown(struct facts *f)
{
    const struct domain_mx *mx = &f->look->mx;
    struct domain_fact *fact;
    if (mx->contradicts)
        fact = fact_add(
            f, "mx", mx->domain, DOMAIN_NOT_KNOWN,
            "DNS contradicts itself: no such name when asked for MX, and an address when "
            "asked for that. Some providers' DNS servers invent addresses for names that do "
            "not exist; ask another one with --resolver.");
    else
        fact = fact_add(f, "mx", mx->domain, DOMAIN_NOT_KNOWN,
                        "Which hosts take the mail could not be looked up: %s.",
                        fact_failure(mx->code));
    fact_answer(f, fact, mx->answer);
    for (size_t i = 0; i < mx->count; i++)
        fact_answer(f, fact, mx->targets[i].a);
}

static void say_domain(struct facts *f)
{
    const struct domain_mx *mx = &f->look->mx;
    struct domain_fact *fact = NULL;
    switch (mx->state) {
    case DOMAIN_MX_UNKNOWN: say_unknown(f); return;
    case DOMAIN_MX_HOSTS: say_hosts(f); return;
    case DOMAIN_MX_IMPLICIT:
        fact = fact_add(f, "mx", mx->domain, DOMAIN_WARNING,
                        "There is no MX record, so mail goes to the domain's own address (RFC 5321 "
                        "section 5.1). An MX record says outright what is meant.");
        fact_answer(f, fact, mx->answer);
        fact_answer(f, fact, mx->targets[0].a);
        fact_paste(f, fact, "%.*s. %d IN MX 10 %.*s.", STR_ARG(mx->domain), TTL_S,
                   STR_ARG(mx->domain));
        fact_paste(f, fact, "; or, if the domain takes no mail (RFC 7505):");
        fact_paste(f, fact, "; %.*s. %d IN MX 0 .", STR_ARG(mx->domain), TTL_S);
        return;
    case DOMAIN_MX_NULL:
        fact = fact_add(f, "mx", mx->domain, DOMAIN_OK,
                        "The domain says that it takes no mail (null MX, RFC 7505).");
        break;
    case DOMAIN_MX_NOTHING:
        fact = fact_add(
            f, "mx", mx->domain, DOMAIN_WRONG,
            "The domain exists, and nobody can send mail to it: it has neither an MX record "
            "nor an address.");
        paste_mx(f, fact);
        break;
    case DOMAIN_MX_NO_DOMAIN:
        fact = fact_add(f, "mx", mx->domain, DOMAIN_WRONG,
                        "The domain does not exist: DNS has no such name.");
        break;
    }
    fact_answer(f, fact, mx->answer);
}

/* ---- the hosts ---- */

/* What is wrong with a target, in the order in which one is told before another. */
static const struct fault_row {
    unsigned fault;
    enum domain_verdict verdict;
    const char *text;
} FAULTS[] = {
    { DOMAIN_TARGET_IS_IP, DOMAIN_WRONG,
      "An MX record must name a host; here is an IP address, and senders that keep to the rules "
      "find "
      "nothing (RFC 5321 section 5.1)." },
    { DOMAIN_TARGET_MALFORMED, DOMAIN_WRONG, "This is no host name." },
    { DOMAIN_TARGET_DOUBLED, DOMAIN_WRONG,
      "The domain stands twice at the end of this name: in the zone file the dot behind it is "
      "missing." },
    { DOMAIN_TARGET_NO_DOT, DOMAIN_WRONG,
      "This host does not exist. Without the domain behind it it would: in the zone file the dot "
      "at its "
      "end is missing." },
    { DOMAIN_TARGET_NO_NAME, DOMAIN_WRONG, "This host does not exist." },
    { DOMAIN_TARGET_NO_ADDRESS, DOMAIN_WRONG,
      "This host has no address, so no mail can reach it." },
    { DOMAIN_TARGET_FAILED, DOMAIN_NOT_KNOWN, "The address of this host could not be looked up." },
    { DOMAIN_TARGET_LOCAL, DOMAIN_WRONG,
      "This address is private or the sender's own machine: nobody outside can reach it." },
    { DOMAIN_TARGET_ALIAS, DOMAIN_WARNING,
      "This host is an alias (CNAME). An MX record may not name one (RFC 2181 section 10.3); most "
      "senders follow it, and some refuse." },
};

static void paste_target(struct facts *f, struct domain_fact *fact, const struct domain_target *t)
{
    str d = f->look->mx.domain;
    str better = t->faults & DOMAIN_TARGET_ALIAS ? t->alias_of : t->meant;
    if (better.n > 0)
        fact_paste(f, fact, "%.*s. %d IN MX %u %.*s.", STR_ARG(d), TTL_S, t->preference,
                   STR_ARG(better));
    else if (t->faults & DOMAIN_TARGET_IS_IP) {
        fact_paste(f, fact, "%.*s. %d IN MX %u mail.%.*s.", STR_ARG(d), TTL_S, t->preference,
                   STR_ARG(d));
        struct ip ip;
        if (ip_parse(t->name, &ip))
            fact_paste(f, fact, "mail.%.*s. %d IN %s %.*s", STR_ARG(d), TTL_S,
                       ip.family == IP_V4 ? "A" : "AAAA", STR_ARG(fact_ip(f, &ip)));
    }
}

static void say_target(struct facts *f, const struct domain_target *t)
{
    struct domain_fact *fact = NULL;
    if (t->name.n == 0)
        return;
    for (size_t i = 0; i < COUNT_OF(FAULTS); i++) {
        if (!(t->faults & FAULTS[i].fault))
            continue;
        if (!fact)
            fact = fact_add(f, "mail-host", t->name, FAULTS[i].verdict, "%s", FAULTS[i].text);
        else if (!(t->faults & (DOMAIN_TARGET_DOUBLED | DOMAIN_TARGET_NO_DOT)))
            fact_say(f, fact, "%s", FAULTS[i].text);
        if (FAULTS[i].verdict > fact->verdict)
            fact->verdict = FAULTS[i].verdict;
    }
    bool one_left = fact && f->look->mx.count > 1 && fact->verdict == DOMAIN_WRONG;
    if (!fact)
        fact = fact_add(f, "mail-host", t->name, DOMAIN_OK, "Has an address.");
    if (one_left)
        fact_say(f, fact, "Senders try the other hosts.");
    fact_answer(f, fact, t->a);
    fact_answer(f, fact, t->aaaa);
    paste_target(f, fact, t);
}

/* ---- their addresses' names ---- */

static void say_names(struct facts *f, const struct domain_reverse *r, struct domain_fact *fact)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct domain_reverse_name *n = &r->names[i];
        fact_evidence(f, fact, "%.*s is called %.*s, which %s", STR_ARG(fact->about),
                      STR_ARG(n->name),
                      n->malformed   ? "is no host name"
                      : n->confirmed ? "has this address"
                                     : "does not lead back to this address");
        if (n->generic && r->state == DOMAIN_REVERSE_CONFIRMED && fact->verdict == DOMAIN_OK) {
            fact->verdict = DOMAIN_WARNING;
            fact_say(
                f, fact,
                "The name has the address in it, as names have that a provider gives to all its "
                "customers: if this host also sends mail, some receivers refuse it.");
        }
    }
}

/* Only a host that sends mail needs a name: so never more than a warning. */
static void say_reverse(struct facts *f, const struct domain_reverse *r)
{
    char room[DOMAIN_REVERSE_NAME_MAX];
    str ip = fact_ip(f, &r->ip), name = domain_reverse_name_of(&r->ip, room);
    struct domain_fact *fact;
    switch (r->state) {
    case DOMAIN_REVERSE_NOT_ASKED: return;
    case DOMAIN_REVERSE_CONFIRMED:
        fact = fact_add(f, "reverse", ip, DOMAIN_OK,
                        "The address has a name that leads back to it.");
        break;
    case DOMAIN_REVERSE_NONE:
        fact = fact_add(
            f, "reverse", ip, DOMAIN_WARNING,
            "The address has no name. If this host also sends mail, many receivers refuse "
            "it; whoever gave you the address can set the name.");
        fact_evidence(f, fact, "PTR of %.*s: nothing", STR_ARG(name));
        fact_paste(f, fact, "; in the zone of whoever gave you the address:");
        fact_paste(f, fact, "%.*s. %d IN PTR %.*s.", STR_ARG(name), TTL_S,
                   STR_ARG(f->look->mx.targets[0].name));
        break;
    case DOMAIN_REVERSE_NOT_CONFIRMED:
        fact = fact_add(
            f, "reverse", ip, DOMAIN_WARNING,
            "The address has a name, and that name does not lead back to it. If this host "
            "also sends mail, some receivers refuse it.");
        break;
    case DOMAIN_REVERSE_UNKNOWN:
    default:
        fact = fact_add(f, "reverse", ip, DOMAIN_NOT_KNOWN,
                        "The name of the address could not be looked up: %s.",
                        fact_failure(r->code));
        fact->minor = true;
    }
    say_names(f, r, fact);
}

void facts_mx(struct facts *f)
{
    const struct domain_mx *mx = &f->look->mx;
    say_domain(f);
    if (mx->state == DOMAIN_MX_HOSTS || mx->state == DOMAIN_MX_IMPLICIT)
        for (size_t i = 0; i < mx->count; i++)
            say_target(f, &mx->targets[i]);
    if (mx->state != DOMAIN_MX_UNKNOWN)
        for (size_t i = 0; i < f->look->reverse_count; i++)
            say_reverse(f, &f->look->reverse[i]);
}
