/* SPDX-License-Identifier: ISC */
#include "mock/sasl_seen.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

/* RFC 2195 section 2 has this example. */
#define CHALLENGE STR("<1896.697170952@postoffice.reston.mci.net>")
#define DIGEST    "b913a602c7eda7a495b4e6e7334d3890"

static void cram(void **state)
{
    str user, digest;
    (void)state;
    assert_true(mock_seen_cram(STR("tim " DIGEST), &user, &digest));
    assert_true(str_eq(user, STR("tim")));
    assert_true(mock_seen_cram_is(CHALLENGE, STR("tanstaaftanstaaf"), digest));
    assert_true(mock_seen_cram_is(CHALLENGE, STR("tanstaaftanstaaf"),
                                  STR("B913A602C7EDA7A495B4E6E7334D3890")));
    assert_false(mock_seen_cram_is(CHALLENGE, STR("tanstaaftanstaaf\n"), digest));
    assert_false(mock_seen_cram_is(CHALLENGE, STR(""), digest));
    assert_false(mock_seen_cram_is(CHALLENGE, STR("x"), STR("zz13")));
    assert_true(mock_seen_cram(STR("a user " DIGEST), &user, &digest));
    assert_true(str_eq(user, STR("a user")));
    assert_false(mock_seen_cram(STR("tim" DIGEST), &user, &digest));
    assert_false(mock_seen_cram(STR("tim b913"), &user, &digest));
    assert_false(mock_seen_cram(STR(""), &user, &digest));
}

static void token_user(void **state)
{
    static const struct {
        str response, user;
    } CASES[] = {
        { STR_INIT("user=anna@corp.example\001auth=Bearer x\001\001"),
          STR_INIT("anna@corp.example") },
        { STR_INIT("n,a=anna@corp.example,\001host=h\001auth=Bearer x\001\001"),
          STR_INIT("anna@corp.example") },
        { STR_INIT("n,,\001auth=Bearer x\001\001"), STR_INIT("") },
        { STR_INIT("auth=Bearer x,a=y"), STR_INIT("y") },
        { STR_INIT(""), STR_INIT("") },
        { STR_INIT("\001"), STR_INIT("") },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        assert_true(str_eq(mock_seen_token_user(CASES[i].response), CASES[i].user));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cram), cmocka_unit_test(token_user) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
