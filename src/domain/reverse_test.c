/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/reverse.h"
#include "domain/script.h"

struct look {
    struct ip ip;
    bool private_too;
    struct domain_reverse reverse;
};

static bool core(struct dns_known *k, void *user)
{
    struct look *l = user;
    return domain_reverse_look(k, &l->ip, l->private_too, &l->reverse);
}

struct row {
    const char *label, *ip;
    const char *lines[5];
    enum domain_reverse_state state;
    unsigned rounds;
};

static const struct row ROWS[] = {
    { "there and back",
      "203.0.113.7",
      { "7.113.0.203.in-addr.arpa PTR mx.a.example", "mx.a.example A 203.0.113.7" },
      DOMAIN_REVERSE_CONFIRMED,
      2 },
    { "one of two names leads back",
      "203.0.113.7",
      { "7.113.0.203.in-addr.arpa PTR old.a.example | mx.a.example", "mx.a.example A 203.0.113.7" },
      DOMAIN_REVERSE_CONFIRMED,
      2 },
    { "IPv6",
      "2001:db8::7",
      { "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR mx.a.example",
        "mx.a.example AAAA 2001:db8::7" },
      DOMAIN_REVERSE_CONFIRMED,
      2 },
    { "no name", "203.0.113.7", { "a.example A 203.0.113.7" }, DOMAIN_REVERSE_NONE, 1 },
    { "the look-up fails",
      "203.0.113.7",
      { "7.113.0.203.in-addr.arpa PTR -servfail" },
      DOMAIN_REVERSE_UNKNOWN,
      1 },
    { "the name has another address",
      "203.0.113.7",
      { "7.113.0.203.in-addr.arpa PTR mx.a.example", "mx.a.example A 203.0.113.8" },
      DOMAIN_REVERSE_NOT_CONFIRMED,
      2 },
    { "the name does not exist",
      "203.0.113.7",
      { "7.113.0.203.in-addr.arpa PTR mx.a.example" },
      DOMAIN_REVERSE_NOT_CONFIRMED,
      2 },
    { "the name's look-up fails",
      "203.0.113.7",
      { "7.113.0.203.in-addr.arpa PTR mx.a.example", "mx.a.example A -timeout" },
      DOMAIN_REVERSE_UNKNOWN,
      2 },
    { "private addresses are not asked about",
      "192.168.1.1",
      { NULL },
      DOMAIN_REVERSE_NOT_ASKED,
      0 },
    { "loopback neither", "::1", { NULL }, DOMAIN_REVERSE_NOT_ASKED, 0 },
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct row *r = &ROWS[i];
        AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
        struct look l = { 0 };
        assert_true(ip_parse(str_from(r->ip), &l.ip));
        struct script_rounds rounds = script_run(k, r->lines, core, &l);
        if (l.reverse.state != r->state || rounds.resolver != r->rounds)
            fail_msg("%s: state %d in %u rounds", r->label, l.reverse.state, rounds.resolver);
    }
}

static void test_private_when_told_to(void **state)
{
    (void)state;
    static const char *const LINES[] = { "1.1.168.192.in-addr.arpa PTR mx.a.example",
                                         "mx.a.example A 192.168.1.1", NULL };
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct look l = { .private_too = true };
    assert_true(ip_parse(STR("192.168.1.1"), &l.ip));
    (void)script_run(k, LINES, core, &l);
    assert_int_equal(l.reverse.state, DOMAIN_REVERSE_CONFIRMED);
}

static void test_generic_names(void **state)
{
    (void)state;
    static const struct {
        const char *ip, *name;
        bool generic;
    } NAMES_ROWS[] = {
        { "203.0.113.7", "dsl-203-0-113-7.isp.example", true },
        { "203.0.113.7", "7.113.0.203.dyn.isp.example", true },
        { "203.0.113.7", "host7-113-0.isp.example", true },
        { "203.0.113.7", "ip203000113007.isp.example", true },
        { "203.0.113.7", "cb007107.isp.example", true },
        { "203.0.113.7", "mx7.a.example", false },
        { "203.0.113.7", "mail.example203.example", false },
        { "203.0.113.7", "mx-113-7.a.example", false },
        { "2001:db8::dead:beef", "p-2001-db8-0-0-0-0-dead-beef.isp.example", true },
        { "2001:db8::dead:beef", "mx.a.example", false },
        { "2001:db8::7", "mx.a.example", false },
    };
    for (size_t i = 0; i < COUNT_OF(NAMES_ROWS); i++) {
        struct ip ip;
        assert_true(ip_parse(str_from(NAMES_ROWS[i].ip), &ip));
        if (domain_reverse_is_generic(str_from(NAMES_ROWS[i].name), &ip) != NAMES_ROWS[i].generic)
            fail_msg("%s of %s", NAMES_ROWS[i].name, NAMES_ROWS[i].ip);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_private_when_told_to),
        cmocka_unit_test(test_generic_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
