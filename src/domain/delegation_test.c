/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/delegation.h"
#include "domain/script.h"

struct look {
    str domain;
    bool private_too;
    struct domain_delegation d;
};

static bool core(struct dns_known *k, void *user)
{
    struct look *l = user;
    return domain_delegation_look(k, l->domain, l->private_too, &l->d);
}

/* What is true in every row unless it says otherwise: "test" is served by ns.nic.test at 203.0.113.1, and
 * a.test is asked for. */
#define APEX   "a.test SOA 7"
#define LIST   "a.test NS ns1.a.test | ns2.b.test"
#define PARENT "test SOA 1", "test NS ns.nic.test", "ns.nic.test A 203.0.113.1"
#define HOSTS  "ns1.a.test A 203.0.113.11", "ns2.b.test A 203.0.113.12"
#define REFERRAL                                                                                   \
    "@203.0.113.1 a.test NS auth a.test NS ns1.a.test | auth a.test NS ns2.b.test | add "          \
    "ns1.a.test A 203.0.113.11"
#define ONE    "@203.0.113.11 a.test SOA -aa 7"
#define ONE_NS "@203.0.113.11 a.test NS -aa ns1.a.test | ns2.b.test"
#define TWO    "@203.0.113.12 a.test SOA -aa 7"
#define TWO_NS "@203.0.113.12 a.test NS -aa ns1.a.test | ns2.b.test"
#define OWN    ONE, ONE_NS, TWO, TWO_NS

struct row {
    const char *label;
    const char *lines[16];
    enum domain_delegation_state state;
    enum domain_delegation_why why;
    unsigned faults;
    size_t count;
};

static const struct row ROWS[] = {
    { "all is well",
      { APEX, LIST, PARENT, HOSTS, REFERRAL, OWN },
      DOMAIN_DELEGATION_FINE,
      0,
      0,
      2 },
    { "a server refuses",
      { APEX, LIST, PARENT, HOSTS, REFERRAL, ONE, ONE_NS, "@203.0.113.12 a.test SOA -refused" },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_LAME,
      2 },
    { "a server does not serve the zone",
      { APEX, LIST, PARENT, HOSTS, REFERRAL, ONE, ONE_NS, "@203.0.113.12 a.test SOA 7",
        "@203.0.113.12 a.test NS ns1.a.test" },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_LAME,
      2 },
    { "a server has the zone above only",
      { APEX, LIST, PARENT, HOSTS, REFERRAL, ONE, ONE_NS,
        "@203.0.113.12 a.test SOA -aa -nxdomain auth test SOA 1" },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_LAME,
      2 },
    { "all are lame",
      { APEX, "a.test NS -servfail", PARENT, HOSTS, REFERRAL, "@203.0.113.11 a.test SOA -servfail",
        "@203.0.113.12 a.test SOA -refused" },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_LAME | DOMAIN_DELEGATION_ALL_LAME,
      2 },
    { "the zone cannot be resolved, and the parent knows why",
      { "a.test SOA -servfail", "a.test NS -servfail", PARENT, HOSTS, REFERRAL,
        "@203.0.113.11 a.test SOA -refused", "@203.0.113.12 a.test SOA -refused" },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_LAME | DOMAIN_DELEGATION_ALL_LAME,
      2 },
    { "one is silent while the other answers",
      { APEX, LIST, PARENT, HOSTS, REFERRAL, ONE, ONE_NS },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_SILENT,
      2 },
    { "all are silent, the parent's too: blocked, as far as we know",
      { APEX, LIST, PARENT, HOSTS },
      DOMAIN_DELEGATION_UNKNOWN,
      DOMAIN_DELEGATION_WHY_SILENCE,
      0,
      2 },
    { "something answers in the place of every server",
      { APEX, LIST, PARENT, HOSTS, "@203.0.113.1 a.test NS ns1.a.test | ns2.b.test",
        "@203.0.113.11 a.test SOA 7", "@203.0.113.11 a.test NS ns1.a.test | ns2.b.test",
        "@203.0.113.12 a.test SOA 7", "@203.0.113.12 a.test NS ns1.a.test | ns2.b.test" },
      DOMAIN_DELEGATION_UNKNOWN,
      DOMAIN_DELEGATION_WHY_INTERCEPTED,
      0,
      2 },
    { "the parent's zone cannot be found",
      { APEX, LIST, HOSTS, OWN, "test SOA -servfail" },
      DOMAIN_DELEGATION_UNKNOWN,
      DOMAIN_DELEGATION_WHY_NO_PARENT,
      0,
      2 },
    { "the zone has a server more",
      { APEX, "a.test NS ns1.a.test | ns2.b.test | ns3.b.test", PARENT, HOSTS,
        "ns3.b.test A 203.0.113.13", REFERRAL, ONE, TWO,
        "@203.0.113.11 a.test NS -aa ns1.a.test | ns2.b.test | ns3.b.test",
        "@203.0.113.12 a.test NS -aa ns1.a.test | ns2.b.test | ns3.b.test",
        "@203.0.113.13 a.test SOA -aa 7" },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_MISSING,
      3 },
    { "the parent has a server more, and it is lame",
      { APEX, "a.test NS ns1.a.test", PARENT, HOSTS, REFERRAL, ONE,
        "@203.0.113.11 a.test NS -aa ns1.a.test", "@203.0.113.12 a.test SOA -refused" },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_EXTRA | DOMAIN_DELEGATION_LAME,
      2 },
    { "moved: the resolver keeps the old list",
      { APEX, "a.test NS old.b.test", PARENT, HOSTS, "old.b.test A 203.0.113.14", REFERRAL, OWN,
        "@203.0.113.14 a.test SOA -aa 7", "@203.0.113.14 a.test NS -aa old.b.test" },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_MISSING,
      3 },
    { "glue differs",
      { APEX, LIST, PARENT, "ns1.a.test A 203.0.113.15", "ns2.b.test A 203.0.113.12", REFERRAL,
        OWN },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_GLUE,
      2 },
    { "serials differ",
      { APEX, LIST, PARENT, HOSTS, REFERRAL, ONE, ONE_NS, "@203.0.113.12 a.test SOA -aa 6",
        TWO_NS },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_SERIALS,
      2 },
    { "no delegation: the parent says that there is no such name",
      { "a.test SOA -nxdomain auth test SOA 1", "a.test NS -nxdomain", PARENT,
        "@203.0.113.1 a.test NS -aa -nxdomain auth test SOA 1" },
      DOMAIN_DELEGATION_NONE,
      0,
      0,
      0 },
    { "delegated just now: the resolver does not know it yet",
      { "a.test SOA -nxdomain auth test SOA 1", "a.test NS -nxdomain", PARENT, HOSTS, REFERRAL,
        OWN },
      DOMAIN_DELEGATION_FINE,
      0,
      0,
      2 },
    { "no delegation, said by nobody authoritative: not known",
      { "a.test SOA -nxdomain auth test SOA 1", "a.test NS -nxdomain", PARENT,
        "@203.0.113.1 a.test NS -nxdomain" },
      DOMAIN_DELEGATION_UNKNOWN,
      DOMAIN_DELEGATION_WHY_NO_PARENT,
      0,
      0 },
    { "one server serves parent and zone",
      { APEX, LIST, PARENT, HOSTS, "@203.0.113.1 a.test NS -aa ns1.a.test | ns2.b.test", OWN },
      DOMAIN_DELEGATION_FINE,
      0,
      0,
      2 },
    { "one server serves parent and zone, and the resolver keeps an older list: nothing to compare",
      { APEX, "a.test NS ns1.a.test | ns2.b.test | old.b.test", PARENT, HOSTS,
        "old.b.test A 203.0.113.14", "@203.0.113.1 a.test NS -aa ns1.a.test | ns2.b.test", OWN,
        "@203.0.113.14 a.test SOA -aa 7", "@203.0.113.14 a.test NS -aa old.b.test" },
      DOMAIN_DELEGATION_FINE,
      0,
      0,
      3 },
    { "a server without address",
      { APEX, LIST, PARENT, "ns1.a.test A 203.0.113.11", "b.test A 203.0.113.99", REFERRAL, ONE,
        ONE_NS },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_NO_ADDRESS,
      2 },
    { "a server at IPv6 that nobody here can reach is not called silent",
      { APEX, LIST, PARENT, "ns1.a.test A 203.0.113.11", "ns2.b.test AAAA 2001:db8::2", REFERRAL,
        ONE, ONE_NS },
      DOMAIN_DELEGATION_FINE,
      0,
      0,
      2 },
    { "only one server",
      { APEX, "a.test NS ns1.a.test", PARENT, HOSTS,
        "@203.0.113.1 a.test NS auth a.test NS ns1.a.test | add ns1.a.test A 203.0.113.11", ONE,
        "@203.0.113.11 a.test NS -aa ns1.a.test" },
      DOMAIN_DELEGATION_FAULTY,
      0,
      DOMAIN_DELEGATION_ONE_SERVER,
      1 },
    { "servers at private addresses are left alone",
      { APEX, LIST, PARENT, "ns1.a.test A 10.0.0.1", "ns2.b.test A 127.0.0.1",
        "@203.0.113.1 a.test NS auth a.test NS ns1.a.test | auth a.test NS ns2.b.test",
        "@10.0.0.1 a.test SOA -refused", "@127.0.0.1 a.test SOA -refused" },
      DOMAIN_DELEGATION_UNKNOWN,
      0,
      0,
      2 },
    { "nor at addresses that reach this machine, all machines, or stand for others",
      { APEX, LIST, "test SOA 1", "test NS ns.nic.test", "ns.nic.test A 0.0.0.0",
        "ns1.a.test AAAA 64:ff9b::7f00:1", "ns2.b.test A 224.0.0.1", "@0.0.0.0 a.test NS -refused",
        "@64:ff9b::7f00:1 a.test SOA -refused", "@224.0.0.1 a.test SOA -refused" },
      DOMAIN_DELEGATION_UNKNOWN,
      DOMAIN_DELEGATION_WHY_NO_PARENT,
      0,
      2 },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct row *r = &ROWS[i];
        AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
        struct look l = { .domain = STR("a.test") };
        struct script_rounds rounds = script_run(k, r->lines, core, &l);
        if (l.d.state != r->state || l.d.why != r->why || l.d.faults != r->faults ||
            l.d.count != r->count)
            fail_msg("%s: state %d, why %d, faults %x, %zu servers", r->label, l.d.state, l.d.why,
                     l.d.faults, l.d.count);
        if (rounds.resolver > 3 || rounds.straight > 3)
            fail_msg("%s: %u and %u rounds", r->label, rounds.resolver, rounds.straight);
    }
}

static void test_a_name_inside_a_zone_and_an_alias(void **state)
{
    (void)state;
    static const char *const LINES[] = { APEX,
                                         LIST,
                                         PARENT,
                                         HOSTS,
                                         REFERRAL,
                                         OWN,
                                         "www.a.test SOA auth a.test SOA 7",
                                         "alias.a.test SOA -chain=www.b.test auth b.test SOA 2",
                                         NULL };
    static const char *const NAMES_IN[] = { "www.a.test", "alias.a.test" };
    for (size_t i = 0; i < COUNT_OF(NAMES_IN); i++) {
        AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
        struct look l = { .domain = str_from(NAMES_IN[i]) };
        (void)script_run(k, LINES, core, &l);
        assert_true(str_eq(l.d.zone, STR("a.test")));
        assert_true(str_eq(l.d.parent, STR("test")));
        assert_int_equal(l.d.state, DOMAIN_DELEGATION_FINE);
    }
}

static void test_private_servers_when_told_to(void **state)
{
    (void)state;
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct look l = { .domain = STR("a.test"), .private_too = true };
    (void)script_run(k, ROWS[COUNT_OF(ROWS) - 2].lines, core, &l);
    assert_int_equal(l.d.faults, DOMAIN_DELEGATION_LAME | DOMAIN_DELEGATION_ALL_LAME);
}

static void test_serials(void **state)
{
    (void)state;
    assert_true(domain_serial_before(1, 2));
    assert_false(domain_serial_before(2, 1));
    assert_false(domain_serial_before(2, 2));
    assert_true(domain_serial_before(UINT32_MAX, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_a_name_inside_a_zone_and_an_alias),
        cmocka_unit_test(test_private_servers_when_told_to),
        cmocka_unit_test(test_serials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
