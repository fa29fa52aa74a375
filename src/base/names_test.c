/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/names.h"

enum { NONE, STARTTLS, TLS, OAUTH };
static const struct name_row ROWS[] = {
    { NONE, STR_INIT("none") }, { STARTTLS, STR_INIT("starttls") }, { TLS, STR_INIT("tls") },
    { TLS, STR_INIT("ssl") },   { OAUTH, STR_INIT("OAUTHBEARER") },
};
static const struct names TABLE = NAMES(ROWS);

static void both_ways(void **state UNUSED)
{
    static const struct {
        str typed;
        bool ok;
        int value;
    } CASES[] = {
        { STR_INIT("none"), true, NONE }, { STR_INIT("StartTLS"), true, STARTTLS },
        { STR_INIT("SSL"), true, TLS },   { STR_INIT("oauthbearer"), true, OAUTH },
        { STR_INIT("tl"), false, 0 },     { STR_INIT(""), false, 0 },
        { STR_INIT("tlss"), false, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        int value = 77;
        assert_int_equal(names_find(&TABLE, CASES[i].typed, &value), CASES[i].ok);
        assert_int_equal(value, CASES[i].ok ? CASES[i].value : 77);
    }
    assert_true(str_eq(names_of(&TABLE, TLS), STR("tls"))); /* the first row is the name */
    assert_true(str_eq(names_of(&TABLE, 99), STR("")));
}

static void nearest(void **state UNUSED)
{
    static const struct {
        str typed, near;
    } CASES[] = {
        { STR_INIT("tls"), STR_INIT("tls") },
        { STR_INIT("startls"), STR_INIT("starttls") },
        { STR_INIT("STARTTSL"), STR_INIT("starttls") }, /* swapped */
        { STR_INIT("strattls"), STR_INIT("starttls") },
        { STR_INIT("tsl"), STR_INIT("tls") },
        { STR_INIT("nonee"), STR_INIT("none") },
        { STR_INIT("on"), STR_INIT("") },
        { STR_INIT("x"), STR_INIT("") },
        { STR_INIT(""), STR_INIT("") },
        { STR_INIT("password"), STR_INIT("") },
        { STR_INIT("oauth-bearer"), STR_INIT("OAUTHBEARER") },
        { STR_INIT("starttlsstarttlsstarttlsstarttlsstarttlsstarttlss"), STR_INIT("") },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str near = names_nearest(&TABLE, CASES[i].typed);
        if (!str_eq(near, CASES[i].near))
            fail_msg("'%.*s': '%.*s'", STR_ARG(CASES[i].typed), STR_ARG(near));
        str names[16] = { STR_NONE };
        for (size_t k = 0; k < TABLE.count; k++)
            names[k] = TABLE.rows[k].name;
        assert_true(str_eq(names_nearest_of(names, TABLE.count, CASES[i].typed), near));
    }
    static const struct name_row LONG[] = {
        { 1, STR_INIT("a-name-that-is-much-longer-than-what-anybody-would-type") },
        { 2, STR_INIT("a-name") },
    };
    static const struct names LONGER = NAMES(LONG);
    assert_true(str_eq(names_nearest(&LONGER, STR("aname")), STR("a-name")));
}

static void lists(void **state UNUSED)
{
    char out[64];
    assert_string_equal(names_list(&TABLE, out, sizeof out),
                        "none, starttls, tls, ssl, OAUTHBEARER");
    assert_string_equal(names_list(&TABLE, out, 38), "none, starttls, tls, ssl, OAUTHBEARER");
    assert_string_equal(names_list(&TABLE, out, 37), "none, starttls, tls, ssl");
    assert_string_equal(names_list(&TABLE, out, 5), "none");
    assert_string_equal(names_list(&TABLE, out, 4), "");
    out[0] = 'x';
    assert_int_equal(names_list(&TABLE, out, 0)[0], 'x');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways),
        cmocka_unit_test(nearest),
        cmocka_unit_test(lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
