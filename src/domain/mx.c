/* SPDX-License-Identifier: ISC */
#include "domain/mx.h"
#include "domain/name.h"
#include <string.h>

static const struct name_row STATE_ROWS[] = {
    { DOMAIN_MX_UNKNOWN, STR_INIT("unknown") },   { DOMAIN_MX_HOSTS, STR_INIT("hosts") },
    { DOMAIN_MX_IMPLICIT, STR_INIT("implicit") }, { DOMAIN_MX_NULL, STR_INIT("null") },
    { DOMAIN_MX_NOTHING, STR_INIT("nothing") },   { DOMAIN_MX_NO_DOMAIN, STR_INIT("no-domain") },
};
const struct names DOMAIN_MX_STATE_NAMES = NAMES(STATE_ROWS);

static const struct name_row FAULT_ROWS[] = {
    { DOMAIN_TARGET_NO_ADDRESS, STR_INIT("no-address") },
    { DOMAIN_TARGET_NO_NAME, STR_INIT("no-name") },
    { DOMAIN_TARGET_ALIAS, STR_INIT("alias") },
    { DOMAIN_TARGET_IS_IP, STR_INIT("ip-address") },
    { DOMAIN_TARGET_DOUBLED, STR_INIT("doubled") },
    { DOMAIN_TARGET_NO_DOT, STR_INIT("no-dot") },
    { DOMAIN_TARGET_LOCAL, STR_INIT("local") },
    { DOMAIN_TARGET_MALFORMED, STR_INIT("malformed") },
    { DOMAIN_TARGET_FAILED, STR_INIT("failed") },
};
const struct names DOMAIN_TARGET_FAULT_NAMES = NAMES(FAULT_ROWS);

static bool is_definite(const struct dns_answer *a)
{
    return a->code == DNS_OK || a->code == DNS_NXDOMAIN;
}

static bool has_ip(const struct domain_addresses *set, const struct ip *ip)
{
    for (size_t i = 0; i < set->count; i++)
        if (ip_eq(&set->ips[i], ip))
            return true;
    return false;
}

static void add_addresses(struct domain_addresses *out, const struct dns_answer *a)
{
    if (!is_definite(a))
        out->failed = true;
    /* Room is left for the other family: half of it each, where both are many. */
    size_t room = a->question.type == DNS_A ? DOMAIN_ADDRESSES_MAX / 2 : DOMAIN_ADDRESSES_MAX;
    for (size_t i = 0; a->code == DNS_OK && i < a->count && out->count < room; i++)
        if (!has_ip(out, &a->records[i].ip))
            out->ips[out->count++] = a->records[i].ip;
}

bool domain_addresses_look(struct dns_known *k, str host, struct domain_addresses *out)
{
    *out = (struct domain_addresses){ .a = dns_known_ask(k, host, DNS_A) };
    out->aaaa = dns_known_ask(k, host, DNS_AAAA);
    if (!out->a || !out->aaaa)
        return false;
    add_addresses(out, out->a);
    add_addresses(out, out->aaaa);
    out->no_name = out->count == 0 && !out->failed &&
                   (out->a->code == DNS_NXDOMAIN || out->aaaa->code == DNS_NXDOMAIN);
    return true;
}

/* ---- targets ---- */

static bool is_nowhere(const struct ip *ip)
{
    static const uint8_t ZERO[16];
    size_t n = ip->family == IP_V4 ? 4 : 16;
    return ip_is_loopback(ip) || ip_is_private(ip) || memcmp(ip->octets, ZERO, n) == 0;
}

static bool all_nowhere(const struct domain_target *t)
{
    for (size_t i = 0; i < t->address_count; i++)
        if (!is_nowhere(&t->addresses[i]))
            return false;
    return t->address_count > 0;
}

static bool is_localhost(str name)
{
    return domain_is_within(name, STR("localhost")) ||
           domain_is_within(name, STR("localhost.localdomain"));
}

/* "mx.a.example.a.example" of a.example: the name in the zone file was written whole, and without the dot
 * that says so, so that the zone's own name was put behind it. */
static bool is_doubled(str name, str domain)
{
    return domain_is_within(name, domain) && name.n > domain.n &&
           domain_is_within(domain_before(name, domain), domain);
}

/* "mx.provider.net.a.example" does not exist, and mx.provider.net does. */
static bool lacks_dot(struct dns_known *k, str domain, struct domain_target *t, bool *known)
{
    struct domain_addresses meant;
    str before = domain_before(t->name, domain);
    if (!domain_is_within(t->name, domain) || domain_labels(before) < 2)
        return false;
    if (!domain_addresses_look(k, before, &meant)) {
        *known = false;
        return false;
    }
    t->meant = meant.count > 0 ? before : STR_NONE;
    return meant.count > 0;
}

static bool target_addresses(struct dns_known *k, struct domain_target *t)
{
    struct domain_addresses found;
    if (!domain_addresses_look(k, t->name, &found))
        return false;
    memcpy(t->addresses, found.ips, sizeof(t->addresses));
    t->address_count = found.count;
    t->a = found.a;
    t->aaaa = found.aaaa;
    const struct dns_answer *chain = found.a->canonical.n > 0 ? found.a : found.aaaa;
    if (is_definite(chain) && chain->canonical.n > 0 && !str_eq_nocase(chain->canonical, t->name)) {
        t->faults |= DOMAIN_TARGET_ALIAS;
        t->alias_of = chain->canonical;
    }
    if (found.count == 0)
        t->faults |= found.failed    ? DOMAIN_TARGET_FAILED
                     : found.no_name ? DOMAIN_TARGET_NO_NAME
                                     : DOMAIN_TARGET_NO_ADDRESS;
    return true;
}

static bool target_look(struct dns_known *k, str domain, struct domain_target *t)
{
    struct ip ip;
    bool known = true;
    if (t->name.n == 0)
        return true;
    if (ip_parse(t->name, &ip)) {
        t->faults = DOMAIN_TARGET_IS_IP;
        return true;
    }
    if (is_doubled(t->name, domain)) {
        t->faults |= DOMAIN_TARGET_DOUBLED;
        t->meant = domain_before(t->name, domain);
    }
    if (!domain_is_host(t->name)) {
        t->faults |= DOMAIN_TARGET_MALFORMED;
        return true;
    }
    if (is_localhost(t->name)) {
        t->faults |= DOMAIN_TARGET_LOCAL;
        return true;
    }
    if (!target_addresses(k, t))
        return false;
    if (all_nowhere(t))
        t->faults |= DOMAIN_TARGET_LOCAL;
    if ((t->faults & DOMAIN_TARGET_NO_NAME) && !(t->faults & DOMAIN_TARGET_DOUBLED) &&
        lacks_dot(k, domain, t, &known))
        t->faults |= DOMAIN_TARGET_NO_DOT;
    return known;
}

/* ---- the domain ---- */

/* Sorted by preference; the order of equals stays, so that the same answer reads the same. */
static void add_target(struct domain_mx *mx, const struct dns_record *r)
{
    if (mx->count == DOMAIN_MX_MAX) {
        mx->more = true;
        return;
    }
    size_t at = mx->count++;
    for (; at > 0 && mx->targets[at - 1].preference > r->priority; at--)
        mx->targets[at] = mx->targets[at - 1];
    mx->targets[at] = (struct domain_target){ .name = r->name, .preference = r->priority };
}

static bool look_hosts(struct dns_known *k, struct domain_mx *out)
{
    const struct dns_answer *a = out->answer;
    bool known = true;
    out->state = DOMAIN_MX_HOSTS;
    for (size_t i = 0; i < a->count; i++)
        add_target(out, &a->records[i]);
    if (a->count == 1 && a->records[0].name.n == 0) {
        out->state = DOMAIN_MX_NULL;
        out->count = 0;
        return true;
    }
    for (size_t i = 0; i < out->count; i++) {
        out->null_among_others |= out->targets[i].name.n == 0;
        known &= target_look(k, out->domain, &out->targets[i]);
    }
    return known;
}

/* No MX. RFC 5321 section 5.1: then the domain's own address takes the mail, if it has one. */
static bool look_implicit(struct dns_known *k, struct domain_mx *out)
{
    struct domain_target t = { .name = out->domain };
    if (!target_addresses(k, &t))
        return false;
    t.faults &= ~(unsigned)DOMAIN_TARGET_ALIAS; /* the domain may be one; its target may not */
    if (all_nowhere(&t))
        t.faults |= DOMAIN_TARGET_LOCAL;
    bool gone = out->code == DNS_NXDOMAIN;
    if (t.address_count > 0) {
        out->contradicts = gone;
        out->state = gone ? DOMAIN_MX_UNKNOWN : DOMAIN_MX_IMPLICIT;
        out->targets[out->count++] = t;
    } else if (gone) {
        out->state = DOMAIN_MX_NO_DOMAIN;
    } else if (t.faults & DOMAIN_TARGET_FAILED) {
        out->state = DOMAIN_MX_UNKNOWN;
        out->code = is_definite(t.a) ? t.aaaa->code : t.a->code;
    } else {
        out->state = DOMAIN_MX_NOTHING;
    }
    return true;
}

bool domain_mx_look(struct dns_known *k, str domain, struct domain_mx *out)
{
    *out = (struct domain_mx){ .domain = domain, .answer = dns_known_ask(k, domain, DNS_MX) };
    dns_known_want(k, domain, DNS_A);
    dns_known_want(k, domain, DNS_AAAA);
    const struct dns_answer *a = out->answer;
    if (!a)
        return false;
    out->code = a->code;
    out->ttl_s = a->ttl_s;
    if (a->canonical.n > 0 && !str_eq_nocase(a->canonical, domain))
        out->alias_of = a->canonical;
    if (!is_definite(a))
        return true;
    return a->code == DNS_OK && a->count > 0 ? look_hosts(k, out) : look_implicit(k, out);
}

const struct domain_target *domain_mx_target_named(const struct domain_mx *mx, str host)
{
    for (size_t i = 0; i < mx->count; i++)
        if (str_eq_nocase(mx->targets[i].name, host))
            return &mx->targets[i];
    return NULL;
}

const struct domain_target *domain_mx_target_at(const struct domain_mx *mx, const struct ip *ip)
{
    for (size_t i = 0; i < mx->count; i++)
        for (size_t n = 0; n < mx->targets[i].address_count; n++)
            if (ip_eq(&mx->targets[i].addresses[n], ip))
                return &mx->targets[i];
    return NULL;
}
