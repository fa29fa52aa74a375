/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/mx.h"
#include "domain/script.h"

struct look {
    str domain;
    struct domain_mx mx;
};

static bool core(struct dns_known *k, void *user)
{
    struct look *l = user;
    return domain_mx_look(k, l->domain, &l->mx);
}

struct row {
    const char *label;
    const char *lines[10];
    enum domain_mx_state state;
    size_t count;
    unsigned faults[3]; /* of the targets in their order */
    const char *meant;  /* of the first */
};

static const struct row ROWS[] = {
    { "two hosts, by preference",
      { "a.example MX 20 mx2.a.example | 10 mx1.a.example", "mx1.a.example A 203.0.113.1",
        "mx1.a.example AAAA 2001:db8::1", "mx2.a.example A 203.0.113.2" },
      DOMAIN_MX_HOSTS,
      2,
      { 0, 0 },
      NULL },
    { "null MX", { "a.example MX 0 ." }, DOMAIN_MX_NULL, 0, { 0 }, NULL },
    { "null MX, other preference", { "a.example MX 10 ." }, DOMAIN_MX_NULL, 0, { 0 }, NULL },
    { "no MX, an address", { "a.example A 203.0.113.1" }, DOMAIN_MX_IMPLICIT, 1, { 0 }, NULL },
    { "no MX, a private address",
      { "a.example A 10.0.0.1" },
      DOMAIN_MX_IMPLICIT,
      1,
      { DOMAIN_TARGET_LOCAL },
      NULL },
    { "no MX, no address", { "a.example TXT x" }, DOMAIN_MX_NOTHING, 0, { 0 }, NULL },
    { "no domain", { "b.example A 203.0.113.1" }, DOMAIN_MX_NO_DOMAIN, 0, { 0 }, NULL },
    { "the look-up fails", { "a.example MX -servfail" }, DOMAIN_MX_UNKNOWN, 0, { 0 }, NULL },
    { "refused", { "a.example MX -refused" }, DOMAIN_MX_UNKNOWN, 0, { 0 }, NULL },
    { "no answer", { "a.example MX -timeout" }, DOMAIN_MX_UNKNOWN, 0, { 0 }, NULL },
    { "no MX, and the address cannot be looked up",
      { "a.example TXT x", "a.example A -servfail" },
      DOMAIN_MX_UNKNOWN,
      0,
      { 0 },
      NULL },
    { "a resolver that rewrites NXDOMAIN",
      { "a.example MX -nxdomain", "a.example A 203.0.113.99" },
      DOMAIN_MX_UNKNOWN,
      1,
      { 0 },
      NULL },
    { "target without address",
      { "a.example MX 10 mx.a.example", "mx.a.example TXT x" },
      DOMAIN_MX_HOSTS,
      1,
      { DOMAIN_TARGET_NO_ADDRESS },
      NULL },
    { "target that does not exist",
      { "a.example MX 10 mx.b.example" },
      DOMAIN_MX_HOSTS,
      1,
      { DOMAIN_TARGET_NO_NAME },
      NULL },
    { "target whose look-up fails is not without address",
      { "a.example MX 10 mx.b.example", "mx.b.example A -servfail", "mx.b.example AAAA -nxdomain" },
      DOMAIN_MX_HOSTS,
      1,
      { DOMAIN_TARGET_FAILED },
      NULL },
    { "one family fails, the other has an address",
      { "a.example MX 10 mx.b.example", "mx.b.example A 203.0.113.1",
        "mx.b.example AAAA -timeout" },
      DOMAIN_MX_HOSTS,
      1,
      { 0 },
      NULL },
    { "target is an alias",
      { "a.example MX 10 mx.a.example", "mx.a.example A -chain=real.b.example 203.0.113.1",
        "mx.a.example AAAA -chain=real.b.example" },
      DOMAIN_MX_HOSTS,
      1,
      { DOMAIN_TARGET_ALIAS },
      NULL },
    { "target is an address",
      { "a.example MX 10 203.0.113.1" },
      DOMAIN_MX_HOSTS,
      1,
      { DOMAIN_TARGET_IS_IP },
      NULL },
    { "the dot is missing",
      { "a.example MX 10 mx.a.example.a.example" },
      DOMAIN_MX_HOSTS,
      1,
      { DOMAIN_TARGET_DOUBLED | DOMAIN_TARGET_NO_NAME },
      "mx.a.example" },
    { "the dot is missing, and a wildcard hides it",
      { "a.example MX 10 mx.a.example.a.example", "mx.a.example.a.example A 203.0.113.1" },
      DOMAIN_MX_HOSTS,
      1,
      { DOMAIN_TARGET_DOUBLED },
      "mx.a.example" },
    { "the dot is missing behind another's host",
      { "a.example MX 10 mx.provider.test.a.example", "mx.provider.test A 203.0.113.1" },
      DOMAIN_MX_HOSTS,
      1,
      { DOMAIN_TARGET_NO_NAME | DOMAIN_TARGET_NO_DOT },
      "mx.provider.test" },
    { "a name of one's own that does not exist lacks no dot",
      { "a.example MX 10 mx.mail.a.example" },
      DOMAIN_MX_HOSTS,
      1,
      { DOMAIN_TARGET_NO_NAME },
      NULL },
    { "localhost",
      { "a.example MX 10 localhost" },
      DOMAIN_MX_HOSTS,
      1,
      { DOMAIN_TARGET_LOCAL },
      NULL },
    { "only private addresses",
      { "a.example MX 10 mx.a.example | 20 mx2.a.example | 30 mx3.a.example",
        "mx.a.example A 192.168.1.5", "mx2.a.example A 192.168.1.5 | 203.0.113.2",
        "mx3.a.example A 0.0.0.0" },
      DOMAIN_MX_HOSTS,
      3,
      { DOMAIN_TARGET_LOCAL, 0, DOMAIN_TARGET_LOCAL },
      NULL },
    { "no host name",
      { "a.example MX 10 mx\\032.a.example" },
      DOMAIN_MX_HOSTS,
      1,
      { DOMAIN_TARGET_MALFORMED },
      NULL },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct row *r = &ROWS[i];
        AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
        struct look l = { .domain = STR("a.example") };
        struct script_rounds rounds = script_run(k, r->lines, core, &l);
        if (l.mx.state != r->state || l.mx.count != r->count)
            fail_msg("%s: state %d with %zu targets", r->label, l.mx.state, l.mx.count);
        for (size_t t = 0; t < l.mx.count; t++)
            if (l.mx.targets[t].faults != r->faults[t])
                fail_msg("%s: target %zu has faults %x", r->label, t, l.mx.targets[t].faults);
        str meant = l.mx.count > 0 ? l.mx.targets[0].meant : STR_NONE;
        if (!str_eq(meant, str_from(r->meant)))
            fail_msg("%s: meant '%.*s'", r->label, STR_ARG(meant));
        if (l.mx.contradicts != (r->state == DOMAIN_MX_UNKNOWN && r->count > 0))
            fail_msg("%s: contradicts %d", r->label, l.mx.contradicts);
        if (rounds.resolver > 3)
            fail_msg("%s: %u rounds", r->label, rounds.resolver);
    }
}

static void test_order_and_addresses(void **state)
{
    (void)state;
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct look l = { .domain = STR("A.example") };
    struct script_rounds rounds = script_run(k, ROWS[0].lines, core, &l);
    assert_int_equal(rounds.resolver, 2);
    assert_true(str_eq(l.mx.targets[0].name, STR("mx1.a.example")));
    assert_int_equal(l.mx.targets[0].address_count, 2);
    assert_int_equal(l.mx.targets[0].addresses[1].family, IP_V6);
    struct ip ip;
    assert_true(ip_parse(STR("203.0.113.2"), &ip));
    assert_ptr_equal(domain_mx_target_at(&l.mx, &ip), &l.mx.targets[1]);
    assert_ptr_equal(domain_mx_target_named(&l.mx, STR("MX2.a.example")), &l.mx.targets[1]);
    assert_null(domain_mx_target_named(&l.mx, STR("mx3.a.example")));
    assert_true(ip_parse(STR("203.0.113.3"), &ip));
    assert_null(domain_mx_target_at(&l.mx, &ip));
}

static void test_null_among_others_and_too_many(void **state)
{
    (void)state;
    static const char *const LINES[] = {
        "a.example MX 0 . | 10 m1.b.test | 10 m2.b.test | 10 m3.b.test | 10 m4.b.test | 10 "
        "m5.b.test | 10 m6.b.test | 10 m7.b.test | 10 m8.b.test | 10 m9.b.test | 10 ma.b.test | 10 "
        "mb.b.test | 10 mc.b.test | 10 md.b.test | 10 me.b.test | 10 mf.b.test | 10 mg.b.test",
        NULL
    };
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct look l = { .domain = STR("a.example") };
    (void)script_run(k, LINES, core, &l);
    assert_int_equal(l.mx.state, DOMAIN_MX_HOSTS);
    assert_true(l.mx.null_among_others);
    assert_true(l.mx.more);
    assert_int_equal(l.mx.count, DOMAIN_MX_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_order_and_addresses),
        cmocka_unit_test(test_null_among_others_and_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
