/* SPDX-License-Identifier: ISC */
#include "world_dns.h"
#include "base/arena.h"
#include <string.h>

#define PARENT "192.0.2.241"
#define NS1    "192.0.2.242"
#define NS2    "192.0.2.243"

enum { RECORDS = 16, TTL_S = 300 };

struct reply {
    struct dns_record records[RECORDS], authority[RECORDS], additional[RECORDS];
    struct dns_answer a;
};

static void add(struct reply *r, enum dns_type type, str name, unsigned priority)
{
    r->records[r->a.count++] = (struct dns_record){
        .type = type, .ttl_s = TTL_S, .name = name, .priority = (uint16_t)priority, .serial = 7
    };
}

static void add_list(struct reply *r, enum dns_type type, const char *list)
{
    unsigned priority = 0;
    for (str rest = str_from(list); rest.n;) {
        str name = str_cut(&rest, ' ');
        priority += 10;
        add(r, type, name, type == DNS_MX ? priority : 0);
    }
}

static bool is(const struct dns_question *q, const char *name, enum dns_type type)
{
    return q->type == type && str_eq_nocase(q->name, str_from(name));
}

static bool address_of(const struct world_dns *w, str name, struct ip *out)
{
    static const char FIXED[] = "ns.org=" PARENT " ns1.example.org=" NS1 " ns2.example.org=" NS2
                                " mail.example.org=192.0.2.1";
    const char *const lists[] = { w->hosts ? w->hosts : "", FIXED };
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        for (str rest = str_from(lists[i]); rest.n;) {
            str value = str_cut(&rest, ' ');
            if (str_eq_nocase(str_cut(&value, '='), name))
                return ip_parse(value, out);
        }
    return false;
}

static const char *ns_list(const struct world_dns *w, bool resolver)
{
    return w->zone && (resolver || !w->old_list) ? "ns2.example.org" : "ns1.example.org";
}

static void apex(const struct world_dns *w, const struct dns_question *q, struct reply *r,
                 const char *mx, bool resolver)
{
    if (is(q, "example.org", DNS_MX))
        add_list(r, DNS_MX, mx);
    else if (is(q, "example.org", DNS_NS))
        add_list(r, DNS_NS, ns_list(w, resolver));
    else if (is(q, "example.org", DNS_SOA))
        add_list(r, DNS_SOA, "ns1.example.org");
}

static void ask_resolver(const struct world_dns *w, const struct dns_question *q, struct reply *r)
{
    struct ip ip;
    bool exists = str_eq_nocase(q->name, STR("outside.example")) ||
                  str_eq_nocase(q->name, STR("example.org")) || str_eq_nocase(q->name, STR("org"));
    if (is(q, "example.org", DNS_MX) && !w->mx) {
        r->a.code = DNS_SERVFAIL;
        return;
    }
    r->a.authoritative = w->own_view;
    if (is(q, "outside.example", DNS_MX))
        add_list(r, DNS_MX, w->mx ? w->mx : "");
    apex(w, q, r, w->mx, true);
    if (is(q, "org", DNS_SOA) || is(q, "org", DNS_NS))
        add_list(r, q->type, "ns.org");
    bool found = address_of(w, q->name, &ip);
    if (found && q->type == (ip.family == IP_V4 ? DNS_A : DNS_AAAA)) {
        add(r, q->type, STR_NONE, 0);
        r->records[0].ip = ip;
    }
    if (!found && !exists)
        r->a.code = DNS_NXDOMAIN;
}

/* A referral: the parent's list, with the address. */
static void refer(const struct dns_question *q, struct reply *r)
{
    if (!is(q, "example.org", DNS_NS))
        return;
    r->authority[r->a.authority_count++] = (struct dns_record){
        .type = DNS_NS, .ttl_s = TTL_S, .owner = STR("example.org"), .name = STR("ns1.example.org")
    };
    struct dns_record *glue = &r->additional[r->a.additional_count++];
    *glue = (struct dns_record){ .type = DNS_A, .ttl_s = TTL_S, .owner = STR("ns1.example.org") };
    (void)!ip_parse(STR(NS1), &glue->ip);
}

static void ask_server(const struct world_dns *w, const struct dns_question *q, struct reply *r)
{
    struct ip parent, ns1, ns2;
    bool ok = ip_parse(STR(PARENT), &parent) && ip_parse(STR(NS1), &ns1) &&
              ip_parse(STR(NS2), &ns2);
    if (!ok || !w->parent) {
        r->a.code = DNS_TIMEOUT;
    } else if (ip_eq(&q->at, &parent)) {
        refer(q, r);
    } else {
        r->a.authoritative = true;
        apex(w, q, r, ip_eq(&q->at, &ns2) ? w->zone : w->parent, false);
    }
}

bool world_dns_answer(const struct world_dns *w, struct dns_known *k)
{
    bool any = false;
    struct dns_question q;
    while (!w->dead && dns_known_next(k, &q)) {
        struct reply r = { .a = { .question = q, .ttl_s = TTL_S, .canonical = q.name } };
        r.a.records = r.records;
        r.a.authority = r.authority;
        r.a.additional = r.additional;
        if (q.way == DNS_BY_SERVER)
            ask_server(w, &q, &r);
        else
            ask_resolver(w, &q, &r);
        (void)dns_known_put(k, &r.a);
        any = true;
    }
    return any;
}
