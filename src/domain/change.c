/* SPDX-License-Identifier: ISC */
#include "domain/change.h"

static const struct name_row STATE_ROWS[] = {
    { DOMAIN_CHANGE_UNKNOWN, STR_INIT("unknown") },
    { DOMAIN_CHANGE_NONE, STR_INIT("none") },
    { DOMAIN_CHANGE_PENDING, STR_INIT("pending") },
    { DOMAIN_CHANGE_MAYBE, STR_INIT("maybe") },
    { DOMAIN_CHANGE_BALANCED, STR_INIT("balanced") },
    { DOMAIN_CHANGE_SERVERS, STR_INIT("servers") },
    { DOMAIN_CHANGE_CONFLICT, STR_INIT("conflict") },
    { DOMAIN_CHANGE_OWN_VIEW, STR_INIT("own-view") },
};
const struct names DOMAIN_CHANGE_STATE_NAMES = NAMES(STATE_ROWS);

static const struct name_row WHY_ROWS[] = {
    { DOMAIN_CHANGE_WHY_NONE, STR_INIT("") },
    { DOMAIN_CHANGE_WHY_RESOLVER, STR_INIT("resolver") },
    { DOMAIN_CHANGE_WHY_SERVERS, STR_INIT("servers") },
    { DOMAIN_CHANGE_WHY_ALIAS, STR_INIT("alias") },
};
const struct names DOMAIN_CHANGE_WHY_NAMES = NAMES(WHY_ROWS);

/* ---- sets ---- */

static bool same_record(const struct dns_record *a, const struct dns_record *b)
{
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case DNS_A:
    case DNS_AAAA: return ip_eq(&a->ip, &b->ip);
    case DNS_TXT:
    case DNS_TLSA:
    case DNS_DS:
    case DNS_DNSKEY: return str_eq(a->data, b->data);
    case DNS_SOA: return a->serial == b->serial;
    case DNS_MX:
    case DNS_SRV:
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR: break;
    }
    return a->priority == b->priority && a->weight == b->weight && a->port == b->port &&
           str_eq_nocase(a->name, b->name);
}

/* How many records of a are not in b. */
static size_t lacking(const struct dns_answer *a, const struct dns_answer *b)
{
    size_t lack = 0;
    for (size_t i = 0; i < a->count; i++) {
        size_t n = 0;
        while (n < b->count && !same_record(&a->records[i], &b->records[n]))
            n++;
        lack += n == b->count;
    }
    return lack;
}

bool domain_same_set(const struct dns_answer *a, const struct dns_answer *b)
{
    return lacking(a, b) == 0 && lacking(b, a) == 0;
}

bool domain_sets_meet(const struct dns_answer *a, const struct dns_answer *b)
{
    return lacking(a, b) < a->count;
}

/* ---- looking ---- */

static bool is_definite(const struct dns_answer *a)
{
    return a->code == DNS_OK || a->code == DNS_NXDOMAIN;
}

/* False: not yet. */
static bool ask_servers(struct dns_known *k, struct domain_change *c)
{
    bool known = true;
    c->count = c->delegation.count;
    for (size_t i = 0; i < c->count; i++) {
        const struct domain_server *s = &c->delegation.servers[i];
        c->answers[i] = (struct domain_change_answer){ 0 };
        if (s->address.family == IP_NONE)
            continue;
        /* Asked with the SOA, so that the two come together; believed only if that came out well. */
        const struct dns_answer *a = dns_known_get(
            k, &(struct dns_question){
                   .name = c->name, .type = c->type, .way = DNS_BY_SERVER, .at = s->address });
        known &= a != NULL;
        if (a && s->state == DOMAIN_SERVER_OK && is_definite(a) && a->authoritative)
            c->answers[i].answer = a;
    }
    return known;
}

/* An answer that ends at an alias into another zone tells nothing of what lies there. */
static bool leaves_zone(const struct dns_answer *a, str name)
{
    return a->count == 0 && a->canonical.n > 0 && !str_eq_nocase(a->canonical, name);
}

/* Does what this server says count? Servers that the parent names count before those that only an old list names. */
static bool counts(const struct domain_change *c, size_t i)
{
    return c->answers[i].answer && (!c->moved || c->delegation.servers[i].at_parent);
}

/* The newest among the servers by serial, if those at one serial agree; NULL: they do not. */
static const struct dns_answer *newest(const struct domain_change *c)
{
    const struct domain_server *servers = c->delegation.servers;
    size_t best = c->count;
    for (size_t i = 0; i < c->count; i++)
        if (counts(c, i) &&
            (best == c->count || domain_serial_before(servers[best].serial, servers[i].serial)))
            best = i;
    for (size_t i = 0; best < c->count && i < c->count; i++)
        if (counts(c, i) && servers[i].serial == servers[best].serial &&
            !domain_same_set(c->answers[i].answer, c->answers[best].answer))
            return NULL;
    return best < c->count ? c->answers[best].answer : NULL;
}

/* A new delegation: the parent names servers, and others are only on the list that the resolver keeps. */
static bool has_moved(const struct domain_change *c)
{
    bool parent = false, other = false;
    for (size_t i = 0; i < c->count; i++) {
        parent |= c->answers[i].answer && c->delegation.servers[i].at_parent;
        other |= c->answers[i].answer && !c->delegation.servers[i].at_parent;
    }
    return parent && other && c->delegation.parent_known && !c->delegation.parent_serves;
}

static size_t mark_old(struct domain_change *c)
{
    size_t old = 0;
    for (size_t i = 0; i < c->count; i++) {
        c->answers[i].is_old = c->answers[i].answer &&
                               !domain_same_set(c->answers[i].answer, c->now);
        old += c->answers[i].is_old;
    }
    return old;
}

static bool is_address(enum dns_type type)
{
    return type == DNS_A || type == DNS_AAAA;
}

static void compare_resolver(struct domain_change *c, uint64_t now_s)
{
    const struct dns_answer *r = c->resolver;
    uint64_t left_s = r->ttl_s;
    c->resolver_is_old = true;
    c->ends_at_s = now_s + left_s;
    if (r->authoritative) {
        c->state = DOMAIN_CHANGE_OWN_VIEW;
        c->ends_at_s = 0;
    } else if (is_address(c->type) && domain_sets_meet(r, c->now)) {
        c->state = DOMAIN_CHANGE_BALANCED;
        c->resolver_is_old = false;
        c->ends_at_s = 0;
    } else {
        c->state = is_address(c->type) ? DOMAIN_CHANGE_MAYBE : DOMAIN_CHANGE_PENDING;
    }
    /* The old servers would be asked again as long as the old list of them is kept. */
    if (c->moved && c->ends_at_s > 0 && c->delegation.zone_ttl_s > left_s)
        c->ends_at_s = now_s + c->delegation.zone_ttl_s;
}

static void compare(struct domain_change *c, uint64_t now_s)
{
    bool any = false, alias = false;
    for (size_t i = 0; i < c->count; i++) {
        any |= c->answers[i].answer != NULL;
        alias |= c->answers[i].answer && leaves_zone(c->answers[i].answer, c->name);
    }
    c->why = !is_definite(c->resolver) ? DOMAIN_CHANGE_WHY_RESOLVER
             : !any                    ? DOMAIN_CHANGE_WHY_SERVERS
             : alias                   ? DOMAIN_CHANGE_WHY_ALIAS
                                       : DOMAIN_CHANGE_WHY_NONE;
    if (c->why != DOMAIN_CHANGE_WHY_NONE)
        return;
    c->moved = has_moved(c);
    c->now = newest(c);
    if (!c->now) {
        c->state = DOMAIN_CHANGE_CONFLICT;
        return;
    }
    size_t old = mark_old(c);
    if (!domain_same_set(c->resolver, c->now))
        compare_resolver(c, now_s);
    else
        c->state = DOMAIN_CHANGE_NONE;
    if (old > 0 && c->state != DOMAIN_CHANGE_PENDING && c->state != DOMAIN_CHANGE_OWN_VIEW)
        c->state = DOMAIN_CHANGE_SERVERS;
}

bool domain_change_look(struct dns_known *k, str name, enum dns_type type, uint64_t now_s,
                        bool private_too, struct domain_change *out)
{
    *out = (struct domain_change){ .name = name, .type = type };
    out->resolver = dns_known_ask(k, name, type);
    bool known = domain_delegation_look(k, name, private_too, &out->delegation);
    known &= ask_servers(k, out);
    if (!known || !out->resolver)
        return false;
    compare(out, now_s);
    return true;
}
