/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mailauth/zone_script.h"
#include <limits.h>

static const char SCRIPT[] = "# a comment\n"
                             "\n"
                             "a.example      TXT   one \\x41 and more \n"
                             "a.example      MX    10 mx.a.example\n"
                             "mx.a.example   A     192.0.2.1\n"
                             "www.a.example  CNAME mx.a.example\n"
                             "loop.example   CNAME loop.example\n"
                             "slow.example   TIMEOUT TXT\n"
                             "slow.example   A     192.0.2.2\n"
                             "deep.er.example A    192.0.2.3\n";

struct one {
    struct dns_known *known;
    str name;
    enum dns_type type;
    const struct dns_answer *got;
};

static bool ask(void *user)
{
    struct one *o = user;
    o->got = dns_known_ask(o->known, o->name, o->type);
    return o->got != NULL;
}

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        str name;
        enum dns_type type;
        enum dns_code code;
        size_t count;
        str data;
    } CASES[] = {
        { STR_INIT("A.example"), DNS_TXT, DNS_OK, 1, STR_INIT("one A and more") },
        { STR_INIT("a.example"), DNS_MX, DNS_OK, 1, STR_INIT("mx.a.example") },
        { STR_INIT("www.a.example"), DNS_A, DNS_OK, 1, STR_INIT("") },
        { STR_INIT("mx.a.example"), DNS_AAAA, DNS_OK, 0, STR_INIT("") },
        { STR_INIT("no.example"), DNS_A, DNS_NXDOMAIN, 0, STR_INIT("") },
        { STR_INIT("er.example"), DNS_A, DNS_OK, 0, STR_INIT("") },
        { STR_INIT("loop.example"), DNS_A, DNS_BROKEN, 0, STR_INIT("") },
        { STR_INIT("slow.example"), DNS_TXT, DNS_TIMEOUT, 0, STR_INIT("") },
        { STR_INIT("slow.example"), DNS_A, DNS_OK, 1, STR_INIT("") },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
        struct one o = { .known = k, .name = CASES[i].name, .type = CASES[i].type };
        assert_int_equal(zone_script_run(SCRIPT, k, ask, &o), 1);
        assert_int_equal(o.got->code, CASES[i].code);
        assert_int_equal(o.got->count, CASES[i].count);
        if (CASES[i].data.n > 0)
            assert_true(
                str_eq(CASES[i].type == DNS_TXT ? o.got->records[0].data : o.got->records[0].name,
                       CASES[i].data));
    }
}

static bool never(void *user)
{
    (void)user;
    return false;
}

static void test_a_core_that_asks_nothing_ends(void **state)
{
    (void)state;
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    assert_int_equal(zone_script_run(SCRIPT, k, never, NULL), UINT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_a_core_that_asks_nothing_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
