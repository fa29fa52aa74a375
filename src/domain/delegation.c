/* SPDX-License-Identifier: ISC */
#include "domain/delegation.h"
#include "domain/mx.h"
#include "domain/name.h"

static const struct name_row SERVER_ROWS[] = {
    { DOMAIN_SERVER_NOT_ASKED, STR_INIT("not-asked") },
    { DOMAIN_SERVER_OK, STR_INIT("ok") },
    { DOMAIN_SERVER_NOT_AUTHORITATIVE, STR_INIT("not-authoritative") },
    { DOMAIN_SERVER_NO_ZONE, STR_INIT("no-zone") },
    { DOMAIN_SERVER_REFUSED, STR_INIT("refused") },
    { DOMAIN_SERVER_SERVFAIL, STR_INIT("servfail") },
    { DOMAIN_SERVER_SILENT, STR_INIT("silent") },
    { DOMAIN_SERVER_BROKEN, STR_INIT("broken") },
    { DOMAIN_SERVER_NO_ADDRESS, STR_INIT("no-address") },
    { DOMAIN_SERVER_UNKNOWN, STR_INIT("unknown") },
};
const struct names DOMAIN_SERVER_STATE_NAMES = NAMES(SERVER_ROWS);

static const struct name_row STATE_ROWS[] = {
    { DOMAIN_DELEGATION_UNKNOWN, STR_INIT("unknown") },
    { DOMAIN_DELEGATION_FINE, STR_INIT("fine") },
    { DOMAIN_DELEGATION_NONE, STR_INIT("none") },
    { DOMAIN_DELEGATION_FAULTY, STR_INIT("faulty") },
};
const struct names DOMAIN_DELEGATION_STATE_NAMES = NAMES(STATE_ROWS);

static const struct name_row FAULT_ROWS[] = {
    { DOMAIN_DELEGATION_LAME, STR_INIT("lame") },
    { DOMAIN_DELEGATION_ALL_LAME, STR_INIT("all-lame") },
    { DOMAIN_DELEGATION_MISSING, STR_INIT("missing-at-parent") },
    { DOMAIN_DELEGATION_EXTRA, STR_INIT("extra-at-parent") },
    { DOMAIN_DELEGATION_DISJOINT, STR_INIT("nothing-in-common") },
    { DOMAIN_DELEGATION_GLUE, STR_INIT("glue-differs") },
    { DOMAIN_DELEGATION_SERIALS, STR_INIT("serials-differ") },
    { DOMAIN_DELEGATION_SILENT, STR_INIT("silent") },
    { DOMAIN_DELEGATION_NO_ADDRESS, STR_INIT("no-address") },
    { DOMAIN_DELEGATION_ONE_SERVER, STR_INIT("one-server") },
};
const struct names DOMAIN_DELEGATION_FAULT_NAMES = NAMES(FAULT_ROWS);

static const struct name_row WHY_ROWS[] = {
    { DOMAIN_DELEGATION_WHY_NONE, STR_INIT("") },
    { DOMAIN_DELEGATION_WHY_NO_PARENT, STR_INIT("no-parent") },
    { DOMAIN_DELEGATION_WHY_SILENCE, STR_INIT("silence") },
    { DOMAIN_DELEGATION_WHY_INTERCEPTED, STR_INIT("intercepted") },
};
const struct names DOMAIN_DELEGATION_WHY_NAMES = NAMES(WHY_ROWS);

bool domain_server_is_lame(const struct domain_server *s)
{
    return s->state == DOMAIN_SERVER_NOT_AUTHORITATIVE || s->state == DOMAIN_SERVER_NO_ZONE ||
           s->state == DOMAIN_SERVER_REFUSED || s->state == DOMAIN_SERVER_SERVFAIL;
}

bool domain_serial_before(uint32_t a, uint32_t b)
{
    uint32_t ahead = b - a;
    return ahead != 0 && ahead < UINT32_C(0x80000000);
}

/* ---- which zone ---- */

enum { ANCESTORS_FORESEEN = 4, ALIASES_MAX = 8 };

static str owner_of_soa(const struct dns_answer *a)
{
    for (size_t i = 0; i < a->authority_count; i++)
        if (a->authority[i].type == DNS_SOA)
            return a->authority[i].owner;
    return STR_NONE;
}

static bool is_apex(const struct dns_answer *soa, str name)
{
    return soa->code == DNS_OK && soa->count > 0 && str_eq_nocase(soa->canonical, name);
}

/* The zone that a name lies in, by the resolver; empty when it cannot be told. False: not yet. */
static bool zone_of(struct dns_known *k, str name, str *zone)
{
    *zone = STR_NONE;
    for (unsigned i = 0; i < ALIASES_MAX && name.n > 0; i++, name = domain_above(name)) {
        const struct dns_answer *soa = dns_known_ask(k, name, DNS_SOA);
        if (!soa)
            return false;
        if (is_apex(soa, name)) {
            *zone = name;
            return true;
        }
        str owner = owner_of_soa(soa);
        if (soa->code != DNS_OK && soa->code != DNS_NXDOMAIN)
            return true;
        if (owner.n > 0 && domain_is_within(name, owner)) {
            *zone = owner;
            return true;
        }
        /* An alias: its zone is that of the name above, as no zone begins at an alias. */
    }
    return true;
}

/* The zone whose delegation is looked at, and its parent's. A name that does not exist, or whose zone cannot be
 * reached, is taken for a zone of its own: the parent will know. False: not yet. */
static bool find_zones(struct dns_known *k, struct domain_delegation *d)
{
    const struct dns_answer *soa = dns_known_ask(k, d->domain, DNS_SOA);
    str name = d->domain;
    for (unsigned i = 0; i < ANCESTORS_FORESEEN && name.n > 0; i++, name = domain_above(name)) {
        dns_known_want(k, name, DNS_SOA);
        dns_known_want(k, name, DNS_NS);
    }
    if (!soa)
        return false;
    d->zone = d->domain;
    if (soa->code == DNS_OK && !is_apex(soa, d->domain)) {
        if (!zone_of(k, d->domain, &d->zone))
            return false;
        if (d->zone.n == 0)
            d->zone = d->domain;
    }
    if (soa->code == DNS_NXDOMAIN && owner_of_soa(soa).n > 0 &&
        domain_is_within(d->domain, owner_of_soa(soa))) {
        d->parent = owner_of_soa(soa);
        return true;
    }
    return zone_of(k, domain_above(d->zone), &d->parent);
}

/* ---- the lists ---- */

static struct domain_server *server_named(struct domain_delegation *d, str name)
{
    for (size_t i = 0; i < d->count; i++)
        if (str_eq_nocase(d->servers[i].name, name))
            return &d->servers[i];
    if (d->count == DOMAIN_SERVERS_MAX) {
        d->more = true;
        return NULL;
    }
    d->servers[d->count] = (struct domain_server){ .name = name };
    return &d->servers[d->count++];
}

static bool among(const struct ip *list, size_t count, const struct ip *ip)
{
    for (size_t i = 0; i < count; i++)
        if (ip_eq(&list[i], ip))
            return true;
    return false;
}

static void add_ip(struct ip *list, size_t *count, const struct ip *ip)
{
    if (*count < DOMAIN_SERVER_ADDRESSES && !among(list, *count, ip))
        list[(*count)++] = *ip;
}

static bool may_ask(const struct ip *ip, bool private_too)
{
    return ip->family != IP_NONE && (private_too || !ip_is_near(ip));
}

static const struct dns_answer *ask_straight(struct dns_known *k, str name, enum dns_type type,
                                             const struct ip *at)
{
    return dns_known_get(
        k, &(struct dns_question){ .name = name, .type = type, .way = DNS_BY_SERVER, .at = *at });
}

/* IPv4 first: a network without IPv6 should not make a server look dead. */
static const struct ip *first_address(const struct ip *list, size_t count, bool private_too)
{
    const struct ip *found = NULL;
    for (size_t i = 0; i < count; i++)
        if (may_ask(&list[i], private_too) &&
            (!found || (found->family == IP_V6 && list[i].family == IP_V4)))
            found = &list[i];
    return found;
}

/* ---- what the parent says ---- */

/* A referral, or the zone itself where one server serves both; 0 records: the zone is not known there. */
static bool tells_list(struct domain_delegation *d, const struct dns_answer *a)
{
    if (a->code == DNS_NXDOMAIN && a->authoritative)
        return true;
    if (a->code != DNS_OK)
        return false;
    if (a->count > 0) {
        /* Not authoritative, and yet an answer: a resolver stands in the server's place. */
        if (!a->authoritative)
            d->why = DOMAIN_DELEGATION_WHY_INTERCEPTED;
        return a->authoritative;
    }
    for (size_t i = 0; i < a->authority_count; i++)
        if (a->authority[i].type == DNS_NS && str_eq_nocase(a->authority[i].owner, d->zone))
            return true;
    return a->authoritative;
}

static void take_glue(struct domain_server *s, const struct dns_answer *a)
{
    for (size_t i = 0; i < a->additional_count; i++) {
        const struct dns_record *r = &a->additional[i];
        if ((r->type == DNS_A || r->type == DNS_AAAA) && str_eq_nocase(r->owner, s->name))
            add_ip(s->glue, &s->glue_count, &r->ip);
    }
}

static void take_parent_list(struct domain_delegation *d, const struct dns_answer *a)
{
    d->parent_known = true;
    d->parent_serves = a->count > 0;
    d->parent_server = a->question.at;
    const struct dns_record *list = a->count > 0 ? a->records : a->authority;
    size_t count = a->count > 0 ? a->count : a->authority_count;
    for (size_t i = 0; i < count; i++) {
        if (list[i].type != DNS_NS || (a->count == 0 && !str_eq_nocase(list[i].owner, d->zone)))
            continue;
        struct domain_server *s = server_named(d, list[i].name);
        if (!s)
            continue;
        s->at_parent = true;
        take_glue(s, a);
    }
}

/* Asks a few of the parent's servers, all at once; the first that tells its list is believed. False: not yet. */
static bool ask_parent(struct dns_known *k, bool private_too, struct domain_delegation *d)
{
    if (d->parent.n == 0)
        return true;
    const struct dns_answer *ns = dns_known_ask(k, d->parent, DNS_NS);
    if (!ns)
        return false;
    bool known = true;
    size_t asked = 0;
    for (size_t i = 0; ns->code == DNS_OK && i < ns->count && asked < DOMAIN_PARENTS_ASKED; i++) {
        struct domain_addresses found;
        asked++;
        if (!domain_addresses_look(k, ns->records[i].name, &found)) {
            known = false;
            continue;
        }
        const struct ip *at = first_address(found.ips, found.count, private_too);
        const struct dns_answer *a = at ? ask_straight(k, d->zone, DNS_NS, at) : NULL;
        known &= !at || a != NULL;
        if (a && !d->parent_known && tells_list(d, a))
            take_parent_list(d, a);
    }
    return known;
}

/* ---- what the zone says ---- */

/* By the resolver; from its cache it may be an old list, which is what we want to know of. False: not yet. */
static bool take_zone_list(struct dns_known *k, struct domain_delegation *d)
{
    const struct dns_answer *ns = dns_known_ask(k, d->zone, DNS_NS);
    if (!ns)
        return false;
    if (ns->code != DNS_OK || ns->count == 0 || !str_eq_nocase(ns->canonical, d->zone))
        return true;
    d->zone_known = true;
    d->zone_ttl_s = ns->ttl_s;
    for (size_t i = 0; i < ns->count; i++) {
        struct domain_server *s = server_named(d, ns->records[i].name);
        if (s)
            s->in_zone = true;
    }
    return true;
}

static enum domain_server_state state_of(const struct dns_answer *soa, str zone)
{
    switch (soa->code) {
    case DNS_OK:
        if (!soa->authoritative)
            return DOMAIN_SERVER_NOT_AUTHORITATIVE;
        return is_apex(soa, zone) ? DOMAIN_SERVER_OK : DOMAIN_SERVER_NO_ZONE;
    case DNS_NXDOMAIN:
        return soa->authoritative ? DOMAIN_SERVER_NO_ZONE : DOMAIN_SERVER_NOT_AUTHORITATIVE;
    case DNS_SERVFAIL: return DOMAIN_SERVER_SERVFAIL;
    case DNS_REFUSED: return DOMAIN_SERVER_REFUSED;
    case DNS_TIMEOUT: return DOMAIN_SERVER_SILENT;
    case DNS_UNREACHABLE: return DOMAIN_SERVER_UNKNOWN;
    case DNS_BROKEN: break;
    }
    return DOMAIN_SERVER_BROKEN;
}

/* False: not yet. */
static bool find_address(struct dns_known *k, str zone, struct domain_server *s)
{
    struct domain_addresses found;
    if (!domain_addresses_look(k, s->name, &found))
        return false;
    for (size_t i = 0; i < found.count; i++)
        add_ip(s->addresses, &s->address_count, &found.ips[i]);
    for (size_t i = 0; i < s->glue_count && !found.failed && found.count > 0; i++)
        s->glue_differs |= domain_is_within(s->name, zone) &&
                           !among(s->addresses, s->address_count, &s->glue[i]);
    if (found.count == 0)
        s->state = found.failed ? DOMAIN_SERVER_UNKNOWN : DOMAIN_SERVER_NO_ADDRESS;
    return true;
}

/* False: not yet. */
static bool ask_server(struct dns_known *k, struct domain_delegation *d, bool private_too,
                       struct domain_server *s, size_t *asked)
{
    /* With glue there is no need to wait for the address, but the two are compared. */
    bool found = find_address(k, d->zone, s);
    if (!found && s->glue_count == 0)
        return false;
    const struct ip *at = first_address(s->glue, s->glue_count, private_too);
    if (!at)
        at = first_address(s->addresses, s->address_count, private_too);
    if (!at || *asked == DOMAIN_SERVERS_ASKED)
        return found;
    ++*asked;
    s->address = *at;
    s->soa = ask_straight(k, d->zone, DNS_SOA, at);
    s->ns = ask_straight(k, d->zone, DNS_NS, at);
    if (!s->soa || !s->ns)
        return false;
    s->state = state_of(s->soa, d->zone);
    if (s->state == DOMAIN_SERVER_OK)
        s->serial = s->soa->records[0].serial;
    return found;
}

/* The list that a server of the zone has now counts for more than the resolver's copy, which may be old. */
static void take_own_lists(struct domain_delegation *d)
{
    size_t count = d->count;
    for (size_t i = 0; i < count; i++) {
        const struct domain_server *s = &d->servers[i];
        if (s->state != DOMAIN_SERVER_OK || !s->at_parent || s->ns->code != DNS_OK)
            continue;
        for (size_t n = 0; n < s->ns->count; n++) {
            struct domain_server *named = server_named(d, s->ns->records[n].name);
            if (named)
                named->in_zone = true;
            d->zone_known = true;
        }
    }
}

/* ---- the sum ---- */

struct tally {
    size_t asked, ok, lame, silent, standing_in, parent_named, parent_ok, both, zone_named;
};

static void count_server(const struct domain_server *s, struct tally *t)
{
    t->asked += s->soa != NULL;
    t->ok += s->state == DOMAIN_SERVER_OK;
    t->lame += domain_server_is_lame(s);
    t->silent += s->state == DOMAIN_SERVER_SILENT;
    t->standing_in += s->soa && s->soa->code == DNS_OK && !s->soa->authoritative &&
                      s->soa->count > 0;
    t->parent_named += s->at_parent;
    t->parent_ok += s->at_parent && !domain_server_is_lame(s) &&
                    s->state != DOMAIN_SERVER_NO_ADDRESS;
    t->both += s->at_parent && s->in_zone;
    t->zone_named += s->in_zone;
}

static unsigned faults_of(const struct domain_delegation *d, const struct tally *t)
{
    unsigned f = t->lame > 0 ? DOMAIN_DELEGATION_LAME : 0;
    if (d->parent_known && t->parent_named > 0 && t->parent_ok == 0)
        f |= DOMAIN_DELEGATION_ALL_LAME;
    if (t->silent > 0)
        f |= DOMAIN_DELEGATION_SILENT;
    if (d->count == 1 && !d->more)
        f |= DOMAIN_DELEGATION_ONE_SERVER;
    bool compare = d->parent_known && d->zone_known && !d->more && !d->parent_serves;
    if (compare && t->both == 0)
        f |= DOMAIN_DELEGATION_DISJOINT;
    const struct domain_server *first = NULL;
    for (size_t i = 0; i < d->count; i++) {
        const struct domain_server *s = &d->servers[i];
        if (compare && !s->at_parent)
            f |= DOMAIN_DELEGATION_MISSING;
        if (compare && !s->in_zone)
            f |= DOMAIN_DELEGATION_EXTRA;
        if (s->glue_differs)
            f |= DOMAIN_DELEGATION_GLUE;
        if (s->state == DOMAIN_SERVER_NO_ADDRESS)
            f |= DOMAIN_DELEGATION_NO_ADDRESS;
        if (s->state != DOMAIN_SERVER_OK)
            continue;
        if (first && first->serial != s->serial)
            f |= DOMAIN_DELEGATION_SERIALS;
        first = first ? first : s;
    }
    return f;
}

/* Where nobody answered over IPv6, this machine has none, as far as we know. */
static void doubt_ipv6(struct domain_delegation *d)
{
    bool any = d->parent_server.family == IP_V6;
    for (size_t i = 0; i < d->count; i++)
        any |= d->servers[i].address.family == IP_V6 &&
               d->servers[i].state != DOMAIN_SERVER_SILENT &&
               d->servers[i].state != DOMAIN_SERVER_BROKEN;
    for (size_t i = 0; i < d->count && !any; i++)
        if (d->servers[i].address.family == IP_V6)
            d->servers[i].state = DOMAIN_SERVER_UNKNOWN;
}

static void sum_up(struct domain_delegation *d)
{
    struct tally t = { 0 };
    doubt_ipv6(d);
    for (size_t i = 0; i < d->count; i++)
        count_server(&d->servers[i], &t);
    d->questions_asked = t.ok > 0;
    bool intercepted = !d->parent_known && t.ok == 0 &&
                       (d->why == DOMAIN_DELEGATION_WHY_INTERCEPTED ||
                        (t.standing_in > 0 && t.standing_in == t.asked));
    bool silence = t.asked > 0 && t.silent == t.asked && !d->parent_known;
    d->why = intercepted        ? DOMAIN_DELEGATION_WHY_INTERCEPTED
             : silence          ? DOMAIN_DELEGATION_WHY_SILENCE
             : !d->parent_known ? DOMAIN_DELEGATION_WHY_NO_PARENT
                                : DOMAIN_DELEGATION_WHY_NONE;
    if (intercepted || silence)
        return;
    if (d->parent_known && t.parent_named == 0) {
        d->state = DOMAIN_DELEGATION_NONE;
        return;
    }
    d->faults = faults_of(d, &t);
    if (d->faults)
        d->state = DOMAIN_DELEGATION_FAULTY;
    else if (d->parent_known && t.ok > 0)
        d->state = DOMAIN_DELEGATION_FINE;
}

bool domain_delegation_look(struct dns_known *k, str domain, bool private_too,
                            struct domain_delegation *out)
{
    *out = (struct domain_delegation){ .domain = domain };
    if (!find_zones(k, out))
        return false;
    bool known = take_zone_list(k, out);
    known &= ask_parent(k, private_too, out);
    size_t asked = 0, listed = out->count;
    for (size_t i = 0; i < listed; i++)
        known &= ask_server(k, out, private_too, &out->servers[i], &asked);
    if (!known)
        return false;
    take_own_lists(out);
    for (size_t i = listed; i < out->count; i++)
        known &= ask_server(k, out, private_too, &out->servers[i], &asked);
    if (known)
        sum_up(out);
    return known;
}
