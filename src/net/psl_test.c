/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/psl.h"

/* Rows that have stood in the list for many years, and those under which everybody's tests are named. */
static void the_systems_list(void **state UNUSED)
{
    static const struct {
        const char *domain, *registrable;
    } CASES[] = {
        { "mail.example.com", "example.com" },
        { "example.com", "example.com" },
        { "com", "" },
        { "co.uk", "" },
        { "mail.example.co.uk", "example.co.uk" },
        { "a.user.github.io", "user.github.io" }, /* the private part of the list counts */
        { "github.io", "" },
        { "www.city.kawasaki.jp", "city.kawasaki.jp" }, /* an exception to a wildcard */
        { "a.b.c.kawasaki.jp", "b.c.kawasaki.jp" },
        { "x.kawasaki.jp", "" },
        { "a.b.example", "b.example" }, /* not in the list: one label is the suffix */
        { "example", "" },
        /* both spellings of a suffix outside ASCII */
        { "a.b.xn--p1ai", "b.xn--p1ai" },
        { "a.b.\xd1\x80\xd1\x84", "b.\xd1\x80\xd1\x84" },
        { "a.b.xn--55qx5d.cn", "b.xn--55qx5d.cn" },
        { "a.b.\xe5\x85\xac\xe5\x8f\xb8.cn", "b.\xe5\x85\xac\xe5\x8f\xb8.cn" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str found = dns_org_domain(str_from(CASES[i].domain), &NET_PSL);
        if (!str_eq(found, str_from(CASES[i].registrable)))
            fail_msg("%s: '%.*s'", CASES[i].domain, STR_ARG(found));
    }
}

static void its_day_is_known(void **state UNUSED)
{
    str day = str_from(net_psl_day());
    assert_int_equal(day.n, 10);
    assert_true(str_starts(day, STR("20")));
    assert_int_equal(day.p[4], '-');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_systems_list),
        cmocka_unit_test(its_day_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
