/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/change.h"
#include "domain/script.h"

enum { NOW_S = 1000000 };

struct look {
    str name;
    enum dns_type type;
    struct domain_change c;
};

static bool core(struct dns_known *k, void *user)
{
    struct look *l = user;
    return domain_change_look(k, l->name, l->type, NOW_S, false, &l->c);
}

#define WORLD                                                                                      \
    "a.test SOA 7", "test SOA 1", "test NS ns.nic.test", "ns.nic.test A 203.0.113.1",              \
        "ns1.b.test A 203.0.113.11", "ns2.b.test A 203.0.113.12",                                  \
        "a.test NS ns1.b.test | ns2.b.test",                                                       \
        "@203.0.113.1 a.test NS auth a.test NS ns1.b.test | auth a.test NS ns2.b.test",            \
        "@203.0.113.11 a.test NS -aa ns1.b.test | ns2.b.test",                                     \
        "@203.0.113.12 a.test NS -aa ns1.b.test | ns2.b.test"
#define SERIALS "@203.0.113.11 a.test SOA -aa 8", "@203.0.113.12 a.test SOA -aa 8"

struct row {
    const char *label;
    enum dns_type type;
    const char *lines[24];
    enum domain_change_state state;
    enum domain_change_why why;
    uint64_t left_s;
    const char *old; /* which servers are: "12" */
};

static const struct row ROWS[] = {
    { "all say the same, in another order and with another TTL",
      DNS_MX,
      { WORLD, SERIALS, "a.test MX -ttl=50 20 y.test | 10 x.test",
        "@203.0.113.11 a.test MX -aa -ttl=300 10 x.test | 20 Y.test",
        "@203.0.113.12 a.test MX -aa -ttl=300 10 x.test | 20 y.test" },
      DOMAIN_CHANGE_NONE,
      0,
      0,
      "" },
    { "the resolver keeps the old MX",
      DNS_MX,
      { WORLD, SERIALS, "a.test MX -ttl=1234 10 old.test",
        "@203.0.113.11 a.test MX -aa 10 new.test", "@203.0.113.12 a.test MX -aa 10 new.test" },
      DOMAIN_CHANGE_PENDING,
      0,
      1234,
      "" },
    { "a preference that changed is a change",
      DNS_MX,
      { WORLD, SERIALS, "a.test MX -ttl=9 10 x.test", "@203.0.113.11 a.test MX -aa 20 x.test",
        "@203.0.113.12 a.test MX -aa 20 x.test" },
      DOMAIN_CHANGE_PENDING,
      0,
      9,
      "" },
    { "the resolver keeps that there is none",
      DNS_MX,
      { WORLD, SERIALS, "a.test MX -ttl=77", "@203.0.113.11 a.test MX -aa 10 new.test",
        "@203.0.113.12 a.test MX -aa 10 new.test" },
      DOMAIN_CHANGE_PENDING,
      0,
      77,
      "" },
    { "the record was taken out, and the resolver has it still",
      DNS_MX,
      { WORLD, SERIALS, "a.test MX -ttl=77 10 old.test", "@203.0.113.11 a.test MX -aa",
        "@203.0.113.12 a.test MX -aa" },
      DOMAIN_CHANGE_PENDING,
      0,
      77,
      "" },
    { "the resolver serves the name itself",
      DNS_MX,
      { WORLD, SERIALS, "a.test MX -aa 10 old.test", "@203.0.113.11 a.test MX -aa 10 new.test",
        "@203.0.113.12 a.test MX -aa 10 new.test" },
      DOMAIN_CHANGE_OWN_VIEW,
      0,
      0,
      "" },
    { "one server is behind, the resolver not",
      DNS_MX,
      { WORLD, "@203.0.113.11 a.test SOA -aa 9", "@203.0.113.12 a.test SOA -aa 8",
        "a.test MX 10 new.test", "@203.0.113.11 a.test MX -aa 10 new.test",
        "@203.0.113.12 a.test MX -aa 10 old.test" },
      DOMAIN_CHANGE_SERVERS,
      0,
      0,
      "2" },
    { "the first server is behind, by a serial that went round",
      DNS_MX,
      { WORLD, "@203.0.113.11 a.test SOA -aa 4294967290", "@203.0.113.12 a.test SOA -aa 3",
        "a.test MX 10 new.test", "@203.0.113.11 a.test MX -aa 10 old.test",
        "@203.0.113.12 a.test MX -aa 10 new.test" },
      DOMAIN_CHANGE_SERVERS,
      0,
      0,
      "1" },
    { "one server is behind, and the resolver asked it",
      DNS_MX,
      { WORLD, "@203.0.113.11 a.test SOA -aa 9", "@203.0.113.12 a.test SOA -aa 8",
        "a.test MX -ttl=60 10 old.test", "@203.0.113.11 a.test MX -aa 10 new.test",
        "@203.0.113.12 a.test MX -aa 10 old.test" },
      DOMAIN_CHANGE_PENDING,
      0,
      60,
      "2" },
    { "the servers do not agree, at one serial",
      DNS_MX,
      { WORLD, SERIALS, "a.test MX 10 old.test", "@203.0.113.11 a.test MX -aa 10 new.test",
        "@203.0.113.12 a.test MX -aa 10 old.test" },
      DOMAIN_CHANGE_CONFLICT,
      0,
      0,
      "" },
    { "a failing server says nothing",
      DNS_MX,
      { WORLD, SERIALS, "a.test MX 10 x.test", "@203.0.113.11 a.test MX -aa 10 x.test",
        "@203.0.113.12 a.test MX -servfail" },
      DOMAIN_CHANGE_NONE,
      0,
      0,
      "" },
    { "addresses that all differ: maybe",
      DNS_A,
      { WORLD, SERIALS, "a.test A -ttl=30 203.0.113.50", "@203.0.113.11 a.test A -aa 203.0.113.51",
        "@203.0.113.12 a.test A -aa 203.0.113.51" },
      DOMAIN_CHANGE_MAYBE,
      0,
      30,
      "" },
    { "addresses that differ in part: load is shared",
      DNS_A,
      { WORLD, SERIALS, "a.test A 203.0.113.50 | 203.0.113.52",
        "@203.0.113.11 a.test A -aa 203.0.113.51 | 203.0.113.52",
        "@203.0.113.12 a.test A -aa 203.0.113.51 | 203.0.113.52" },
      DOMAIN_CHANGE_BALANCED,
      0,
      0,
      "" },
    { "the resolver fails",
      DNS_MX,
      { WORLD, SERIALS, "a.test MX -servfail", "@203.0.113.11 a.test MX -aa 10 x.test" },
      DOMAIN_CHANGE_UNKNOWN,
      DOMAIN_CHANGE_WHY_RESOLVER,
      0,
      "" },
    { "no server answers",
      DNS_MX,
      { WORLD, "a.test MX 10 x.test" },
      DOMAIN_CHANGE_UNKNOWN,
      DOMAIN_CHANGE_WHY_SERVERS,
      0,
      "" },
    { "an alias into another zone is not compared",
      DNS_A,
      { WORLD, SERIALS, "a.test A -chain=x.b.test 203.0.113.50",
        "@203.0.113.11 a.test A -aa -chain=x.b.test",
        "@203.0.113.12 a.test A -aa -chain=x.b.test" },
      DOMAIN_CHANGE_UNKNOWN,
      DOMAIN_CHANGE_WHY_ALIAS,
      0,
      "" },
    { "moved to other servers: what the old ones say is old, whatever their serial",
      DNS_MX,
      { "a.test SOA 7", "test SOA 1", "test NS ns.nic.test", "ns.nic.test A 203.0.113.1",
        "ns1.b.test A 203.0.113.11", "ns2.b.test A 203.0.113.12", "a.test NS -ttl=5000 ns2.b.test",
        "@203.0.113.1 a.test NS auth a.test NS ns1.b.test",
        "@203.0.113.11 a.test NS -aa ns1.b.test", "@203.0.113.12 a.test NS -aa ns2.b.test",
        "@203.0.113.11 a.test SOA -aa 1", "@203.0.113.12 a.test SOA -aa 99",
        "a.test MX -ttl=60 10 old.test", "@203.0.113.11 a.test MX -aa 10 new.test",
        "@203.0.113.12 a.test MX -aa 10 old.test" },
      DOMAIN_CHANGE_PENDING,
      0,
      5000,
      "2" },
};

static bool is_old(const struct domain_change *c, const char *ip)
{
    struct ip at;
    assert_true(ip_parse(str_from(ip), &at));
    for (size_t i = 0; i < c->count; i++)
        if (ip_eq(&c->delegation.servers[i].address, &at))
            return c->answers[i].is_old;
    return false;
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct row *r = &ROWS[i];
        AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
        struct look l = { .name = STR("a.test"), .type = r->type };
        struct script_rounds rounds = script_run(k, r->lines, core, &l);
        uint64_t left_s = l.c.ends_at_s ? l.c.ends_at_s - NOW_S : 0;
        if (l.c.state != r->state || l.c.why != r->why || left_s != r->left_s)
            fail_msg("%s: state %d, why %d, %u s", r->label, l.c.state, l.c.why, (unsigned)left_s);
        str old = str_from(r->old);
        if (is_old(&l.c, "203.0.113.11") != (str_find_octet(old, '1') != STR_NOT_FOUND) ||
            is_old(&l.c, "203.0.113.12") != (str_find_octet(old, '2') != STR_NOT_FOUND))
            fail_msg("%s: the wrong server is old", r->label);
        if (rounds.resolver > 3)
            fail_msg("%s: %u rounds", r->label, rounds.resolver);
    }
}

static void test_of_a_name_that_is_new(void **state)
{
    (void)state;
    static const char *const LINES[] = { "a.test SOA -nxdomain auth test SOA 1",
                                         "a.test NS -nxdomain",
                                         "a.test MX -nxdomain -ttl=600",
                                         "test SOA 1",
                                         "test NS ns.nic.test",
                                         "ns.nic.test A 203.0.113.1",
                                         "ns1.b.test A 203.0.113.11",
                                         "@203.0.113.1 a.test NS auth a.test NS ns1.b.test",
                                         "@203.0.113.11 a.test NS -aa ns1.b.test",
                                         "@203.0.113.11 a.test SOA -aa 1",
                                         "@203.0.113.11 a.test MX -aa 10 new.test",
                                         NULL };
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct look l = { .name = STR("a.test"), .type = DNS_MX };
    (void)script_run(k, LINES, core, &l);
    assert_int_equal(l.c.state, DOMAIN_CHANGE_PENDING);
    assert_int_equal(l.c.ends_at_s, NOW_S + 600);
    assert_true(str_eq(l.c.now->records[0].name, STR("new.test")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_of_a_name_that_is_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
