/* SPDX-License-Identifier: ISC */
#include "sasl/oauth.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

static void messages(void **state)
{
    static const struct {
        str user, token, host;
        uint16_t port;
        str bearer, xoauth2; /* empty: refused */
    } CASES[] = {
        { STR_INIT("u@x"), STR_INIT("t"), STR_INIT("h"), 587,
          STR_INIT("n,a=u@x,\x01host=h\x01port=587\x01"
                   "auth=Bearer t\x01\x01"),
          STR_INIT("user=u@x\x01"
                   "auth=Bearer t\x01\x01") },
        { STR_INIT("a,b=c"), STR_INIT("t"), STR_INIT(""), 0,
          STR_INIT("n,a=a=2Cb=3Dc,\x01"
                   "auth=Bearer t\x01\x01"),
          STR_INIT("user=a,b=c\x01"
                   "auth=Bearer t\x01\x01") },
        { STR_INIT(""), STR_INIT("t"), STR_INIT(""), 0,
          STR_INIT("n,,\x01"
                   "auth=Bearer t\x01\x01"),
          STR_INIT("user=\x01"
                   "auth=Bearer t\x01\x01") },
        { STR_INIT("u\x01x"), STR_INIT("t"), STR_INIT(""), 0, STR_INIT(""), STR_INIT("") },
        { STR_INIT("u"), STR_INIT("t\x01"), STR_INIT(""), 0, STR_INIT(""), STR_INIT("") },
        { STR_INIT("u"), STR_INIT("t\0"), STR_INIT(""), 0, STR_INIT(""), STR_INIT("") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct buf out;
        bool ok;

        buf_init(&out, 1000);
        ok = sasl_oauthbearer_write(CASES[i].user, CASES[i].token, CASES[i].host, CASES[i].port,
                                    &out);
        assert_int_equal(ok, CASES[i].bearer.n > 0);
        assert_true(str_eq(buf_str(&out), CASES[i].bearer));
        buf_clear(&out);
        ok = sasl_xoauth2_write(CASES[i].user, CASES[i].token, &out);
        assert_int_equal(ok, CASES[i].xoauth2.n > 0);
        assert_true(str_eq(buf_str(&out), CASES[i].xoauth2));
        buf_done(&out);
        buf_init(&out, 8);
        assert_false(sasl_xoauth2_write(CASES[i].user, CASES[i].token, &out));
        buf_done(&out);
    }
}

static const struct {
    str json;
    bool read;
    const char *status, *scope, *schemes;
} ERRORS[] = {
    { STR_INIT(
          "{\"status\":\"invalid_token\",\"scope\":\"example_scope\","
          "\"openid-configuration\":\"https://example.com/.well-known/openid-configuration\"}"),
      true, "invalid_token", "example_scope", "" }, /* RFC 7628 section 3.2.2 */
    { STR_INIT("{\"status\":\"401\",\"schemes\":\"bearer mac\",\"scope\":\"https://mail\"}"), true,
      "401", "https://mail", "bearer mac" },
    { STR_INIT("{\"status\":400}"), true, "400", "", "" },
    { STR_INIT("{\"status\":null,\"scope\":[1]}"), true, "", "", "" },
    { STR_INIT("{}"), true, "", "", "" },
    { STR_INIT("{\"status\":\"x\"} and more"), true, "x", "", "" },
    { STR_INIT("[]"), false, "", "", "" },
    { STR_INIT("\"status\""), false, "", "", "" },
    { STR_INIT("invalid_token"), false, "", "", "" },
    { STR_INIT(""), false, "", "", "" },
};

static void errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ERRORS); i++) {
        struct sasl_oauth_error e;

        assert_int_equal(sasl_oauth_error_read(ERRORS[i].json, &e), ERRORS[i].read);
        if (!ERRORS[i].read)
            continue;
        assert_string_equal(e.status, ERRORS[i].status);
        assert_string_equal(e.scope, ERRORS[i].scope);
        assert_string_equal(e.schemes, ERRORS[i].schemes);
    }
}

static void limits(void **state)
{
    struct sasl_oauth_error e;
    struct buf json;

    (void)state;
    buf_init(&json, 4000);
    buf_add(&json, STR("{\"status\":\""));
    for (int i = 0; i < 500; i++)
        buf_addc(&json, 'x');
    buf_add(&json, STR("\"}"));
    assert_true(sasl_oauth_error_read(buf_str(&json), &e));
    assert_int_equal(strlen(e.status), SASL_OAUTH_WORD - 1);
    for (size_t n = 0; n < json.n; n++) /* cut anywhere it is no object */
        assert_false(sasl_oauth_error_read(str_take(buf_str(&json), n), &e));
    while (json.n <= SASL_OAUTH_ERROR_MAX)
        buf_addc(&json, ' ');
    assert_false(sasl_oauth_error_read(buf_str(&json), &e));
    buf_done(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages),
        cmocka_unit_test(errors),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
