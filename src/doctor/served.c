/* SPDX-License-Identifier: ISC */
/*
 * doctor/served.c - one list of hosts, and who names each
 */
#include "doctor/served.h"
#include "dns/org_domain.h"
#include "doctor/dns_wants.h"
#include "doctor/words.h"
#include "domain/change.h"
#include "domain/mx.h"
#include "settings/filters.h"
#include "settings/providers.h"

static struct served_host *host_named(struct served *s, str name, unsigned preference)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_eq_nocase(s->hosts[i].name, name))
            return &s->hosts[i];
    if (s->count == SERVED_HOSTS)
        return NULL;
    s->hosts[s->count] = (struct served_host){ .name = name, .preference = preference };
    return &s->hosts[s->count++];
}

static void take_addresses(struct served_host *h, const struct ip *ips, size_t count)
{
    for (size_t i = 0; i < count && h->address_count < SERVED_ADDRESSES; i++)
        h->addresses[h->address_count++] = ips[i];
}

/* ------------------------------------------------------------------------------------------------
 * What the resolver says
 */
static void take_resolver(struct served *s, const struct domain_mx *mx)
{
    if (mx->state != DOMAIN_MX_HOSTS && mx->state != DOMAIN_MX_IMPLICIT)
        return;
    bool whole = !mx->more;
    for (size_t i = 0; i < mx->count; i++) {
        const struct domain_target *t = &mx->targets[i];
        str name = mx->state == DOMAIN_MX_IMPLICIT ? str_from(s->domain) : t->name;
        struct served_host *h = name.n ? host_named(s, name, t->preference) : NULL;
        if (!h) {
            whole &= !name.n; /* the root is no host */
            continue;
        }
        h->views |= 1u << SERVED_BY_RESOLVER;
        h->unknown |= (t->faults & DOMAIN_TARGET_FAILED) != 0;
        take_addresses(h, t->addresses, t->address_count);
    }
    if (whole)
        s->known |= 1u << SERVED_BY_RESOLVER;
    s->answers[SERVED_BY_RESOLVER] = mx->answer;
}

/* ------------------------------------------------------------------------------------------------
 * What name servers say
 */
/* Does a server that the parent names have it on the zone's list? One that only the resolver's copy of that list has
 * is an old one, and says what is old. */
static bool is_on_list(const struct domain_delegation *d, str name)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct domain_server *s = &d->servers[i];
        for (size_t n = 0; s->at_parent && s->ns && n < s->ns->count; n++)
            if (s->ns->records[n].type == DNS_NS && str_eq_nocase(s->ns->records[n].name, name))
                return true;
    }
    return false;
}

static bool is_of_view(const struct domain_delegation *d, size_t server, enum served_view view)
{
    const struct domain_server *s = &d->servers[server];
    return view == SERVED_BY_PARENT ? s->at_parent : !s->at_parent && is_on_list(d, s->name);
}

/* What all the servers of one list say; NULL: nothing, or they do not agree. */
static const struct dns_answer *said_by(const struct domain_change *c, enum served_view view)
{
    const struct dns_answer *said = NULL;
    for (size_t i = 0; i < c->count; i++) {
        const struct domain_change_answer *a = &c->answers[i];
        if (!a->answer || !is_of_view(&c->delegation, i, view))
            continue;
        if (said && !domain_same_set(said, a->answer))
            return NULL;
        said = a->answer;
    }
    return said;
}

/* False: an answer is missing. */
static bool take_answer(struct dns_known *k, struct served *s, enum served_view view,
                        const struct dns_answer *a)
{
    bool known = true, whole = true;
    for (size_t i = 0; i < a->count; i++) {
        struct domain_addresses at;
        str name = a->records[i].name;
        struct served_host *h = name.n ? host_named(s, name, a->records[i].priority) : NULL;
        whole &= h || !name.n;
        if (!h)
            continue;
        bool new = !h->views;
        h->views |= 1u << view;
        if (!new)
            continue;
        if (!domain_addresses_look(k, name, &at)) {
            known = false;
            continue;
        }
        h->unknown = at.failed;
        take_addresses(h, at.ips, at.count);
    }
    s->answers[view] = a;
    if (whole && a->count)
        s->known |= 1u << view;
    return known;
}

static bool take_servers(struct dns_known *k, struct served *s, const struct domain_change *c)
{
    const struct dns_answer *parent = said_by(c, SERVED_BY_PARENT),
                            *zone = said_by(c, SERVED_BY_ZONE);
    bool known = true;
    if (c->delegation.parent_serves)
        parent = parent ? parent : c->now;
    s->own_view = c->state == DOMAIN_CHANGE_OWN_VIEW;
    if (parent)
        known &= take_answer(k, s, SERVED_BY_PARENT, parent);
    if (zone && parent && !domain_same_set(zone, parent))
        known &= take_answer(k, s, SERVED_BY_ZONE, zone);
    const struct dns_answer *resolver = s->answers[SERVED_BY_RESOLVER];
    s->current = resolver && (parent ? domain_same_set(parent, resolver)
                                     : resolver->authoritative); /* it serves the domain itself */
    return known;
}

bool served_look(const struct doctor_asked *asked, const struct doctor_record *r, str domain,
                 struct served *out)
{
    struct domain_mx mx;
    struct domain_change change;
    *out = (struct served){ .count = 0 };
    if (!r->dns || !doctor_dns_name(asked, domain, out->domain).n)
        return true;
    str name = str_from(out->domain);
    bool known = domain_mx_look(r->dns, name, &mx);
    known &= domain_change_look(r->dns, name, DNS_MX, 0, asked->dns_private, &change);
    if (!known)
        return false;
    take_resolver(out, &mx);
    return take_servers(r->dns, out, &change);
}

/* ------------------------------------------------------------------------------------------------
 * The server asked
 */
static bool was_met(const struct doctor_record *r, const struct ip *ip)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].probe != PROBE_MX && r->rows[i].probe != PROBE_POP &&
            ip_eq(&r->rows[i].attempt.address, ip))
            return true;
    return false;
}

/* DNS has this address for the name of the server asked. */
static bool is_of_name(const struct doctor_asked *asked, const struct doctor_record *r,
                       const struct ip *ip)
{
    static const enum dns_type TYPES[] = { DNS_A, DNS_AAAA };
    char name[DNS_NAME_MAX];
    struct dns_question q = { .name = doctor_dns_name(asked, asked->attempt.host, name) };
    for (size_t k = 0; q.name.n && k < COUNT_OF(TYPES); k++) {
        q.type = TYPES[k];
        const struct dns_answer *a = dns_known_peek(r->dns, &q);
        for (size_t i = 0; a && i < a->count; i++)
            if (a->records[i].type == TYPES[k] && ip_eq(&a->records[i].ip, ip))
                return true;
    }
    return false;
}

bool served_is_asked(const struct doctor_asked *asked, const struct doctor_record *r,
                     const struct served_host *h)
{
    if (str_eq_nocase(h->name, asked->attempt.host))
        return true;
    for (size_t i = 0; i < h->address_count; i++)
        if (was_met(r, &h->addresses[i]) || is_of_name(asked, r, &h->addresses[i]))
            return true;
    return false;
}

/* The name that a greeting begins with (RFC 5321 section 4.2). */
static str greeting_name(const struct doctor_evidence *ev)
{
    str text = ev->outcome.text;
    size_t end = 0;
    while (end < text.n && text.p[end] != ' ' && text.p[end] != '\n')
        end++;
    return str_take(text, end);
}

static bool is_greeting(const struct doctor_evidence *ev, enum doctor_probe probe)
{
    return ev->probe == probe && ev->outcome.stage == SMTP_STAGE_GREETING &&
           doctor_evidence_good(ev);
}

static bool greets_as(const struct doctor_record *r, str name)
{
    for (size_t i = 0; i < r->count; i++)
        if (is_greeting(&r->rows[i], PROBE_GREETING) &&
            str_eq_nocase(greeting_name(&r->rows[i]), name))
            return true;
    return false;
}

bool served_may_be_asked(const struct doctor_record *r, const struct served_host *h)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct doctor_evidence *ev = &r->rows[i];
        if (is_greeting(ev, PROBE_MX) && str_eq_nocase(ev->attempt.host, h->name) &&
            greets_as(r, greeting_name(ev)))
            return true;
    }
    return false;
}

bool served_was_met(const struct doctor_record *r, const struct served_host *h)
{
    bool met = h->address_count == 0;
    for (size_t i = 0; i < h->address_count; i++)
        met |= was_met(r, &h->addresses[i]);
    return met;
}

static bool is_inside(const struct ip *ip)
{
    return ip_is_private(ip) || ip_is_loopback(ip);
}

bool served_may_be_inside(const struct doctor_record *r, const struct served_host *h)
{
    bool inside = false;
    for (size_t i = 0; i < r->count; i++) {
        const struct doctor_evidence *ev = &r->rows[i];
        if (is_greeting(ev, PROBE_MX) && str_eq_nocase(ev->attempt.host, h->name))
            return false; /* by its greeting it is known */
        inside |= is_greeting(ev, PROBE_GREETING) && is_inside(&ev->attempt.address);
    }
    for (size_t i = 0; i < h->address_count; i++)
        inside &= !is_inside(&h->addresses[i]);
    return inside && h->address_count;
}

/* ------------------------------------------------------------------------------------------------
 * Before the server asked
 */
/* A name in the domain itself says nothing of whose house it is: the domain may have moved. */
static bool same_house(const struct doctor_asked *asked, str name, str host)
{
    return dns_org_same(name, host, asked->suffixes) &&
           !dns_org_same(host, words_domain(asked->own_address), asked->suffixes);
}

bool served_in_front(const struct doctor_asked *asked, const struct doctor_record *r, str host)
{
    const struct provider *of = provider_of_host(asked->attempt.host);
    if (filters_has_mx(host) || (of && of == provider_of_mx(host)) ||
        same_house(asked, asked->attempt.host, host))
        return true;
    for (size_t i = 0; i < r->count; i++)
        if (is_greeting(&r->rows[i], PROBE_GREETING) &&
            same_house(asked, greeting_name(&r->rows[i]), host))
            return true;
    return false;
}

enum served_among served_among(const struct doctor_asked *asked, const struct doctor_record *r,
                               const struct served *s, enum served_view view)
{
    bool unknown = !(s->known & (1u << view));
    for (size_t i = 0; i < s->count; i++) {
        if (!(s->hosts[i].views & (1u << view)))
            continue;
        if (served_is_asked(asked, r, &s->hosts[i]))
            return SERVED_AMONG;
        unknown |= s->hosts[i].unknown || served_may_be_asked(r, &s->hosts[i]) ||
                   served_may_be_inside(r, &s->hosts[i]);
    }
    return unknown ? SERVED_AMONG_UNKNOWN : SERVED_NOT_AMONG;
}
