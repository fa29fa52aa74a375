/* SPDX-License-Identifier: ISC */
#include "sasl/client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

struct step {
    str challenge;
    const char *why; /* part of the sentence when the step fails; NULL: it gives response */
    str response;
};

static const struct exchange {
    const char *mechanism;
    struct sasl_login login;
    struct step steps[4];
    unsigned count;
} EXCHANGES[] = {
    { "PLAIN",
      { STR_INIT("tim"), STR_INIT("tanstaaftanstaaf") },
      { { STR_INIT(""), NULL, STR_INIT("\0tim\0tanstaaftanstaaf") },
        { STR_INIT("more"), "asks PLAIN for more than there is", STR_INIT("") } },
      2 },
    { "LOGIN",
      { STR_INIT("tim"), STR_INIT("pass word") },
      { { STR_INIT("Username:"), NULL, STR_INIT("tim") },
        { STR_INIT("Password:"), NULL, STR_INIT("pass word") },
        { STR_INIT("Username:"), "asks LOGIN for more than there is", STR_INIT("") } },
      3 },
    { "LOGIN", /* what stands in the challenge was never agreed on */
      { STR_INIT("tim"), STR_INIT("p") },
      { { STR_INIT(""), NULL, STR_INIT("tim") }, { STR_INIT("x\0y"), NULL, STR_INIT("p") } },
      2 },
    { "CRAM-MD5", /* the example of RFC 2195 section 2 */
      { STR_INIT("tim"), STR_INIT("tanstaaftanstaaf") },
      { { STR_INIT("<1896.697170952@postoffice.reston.mci.net>"), NULL,
          STR_INIT("tim b913a602c7eda7a495b4e6e7334d3890") },
        { STR_INIT("<2@x>"), "asks CRAM-MD5 for more than there is", STR_INIT("") } },
      2 },
    { "CRAM-MD5",
      { STR_INIT("tim"), STR_INIT("x") },
      { { STR_INIT(""), "challenge for CRAM-MD5 is empty", STR_INIT("") } },
      1 },
    { "CRAM-MD5", /* the mechanism prepares its strings, the other two do not */
      { STR_INIT("tim"), STR_INIT("p\xe4ss") },
      { { STR_INIT("<1@x>"), "not valid UTF-8", STR_INIT("") } },
      1 },
    { "PLAIN",
      { STR_INIT("t\xe4m"), STR_INIT("\x01\xff\r\n ") },
      { { STR_INIT(""), NULL, STR_INIT("\0t\xe4m\0\x01\xff\r\n ") } },
      1 },
    { "LOGIN",
      { STR_INIT("t"), STR_INIT("\x01\xff\r\n ") },
      { { STR_INIT(""), NULL, STR_INIT("t") }, { STR_INIT(""), NULL, STR_INIT("\x01\xff\r\n ") } },
      2 },
    { "PLAIN", { STR_INIT(""), STR_INIT("") }, { { STR_INIT(""), NULL, STR_INIT("\0\0") } }, 1 },
};

static void exchanges(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(EXCHANGES); i++) {
        const struct exchange *k = &EXCHANGES[i];
        struct err e = { 0 };
        AUTO(sasl_client_freep)
        struct sasl_client *c = sasl_client_new(sasl_mechanism_find(str_from(k->mechanism)),
                                                &k->login, &e);
        struct buf response;

        assert_non_null(c);
        buf_init(&response, 1000);
        for (unsigned n = 0; n < k->count; n++) {
            const struct step *s = &k->steps[n];
            bool got;

            buf_clear(&response);
            got = sasl_client_step(c, s->challenge, &response, &e);
            print_message("  %s %u %s\n", k->mechanism, n, got ? "" : e.why);
            assert_int_equal(got, s->why == NULL);
            if (!got)
                assert_non_null(strstr(e.why, s->why));
            assert_true(str_eq(buf_str(&response), s->response));
        }
        buf_wipe_done(&response);
    }
}

static void responses_have_a_maximum(void **state)
{
    struct sasl_login login = { STR("user"), STR("password") };
    AUTO(sasl_client_freep)
    struct sasl_client *c = sasl_client_new(sasl_mechanism_find(STR("PLAIN")), &login, NULL);
    struct buf response;
    struct err e = { 0 };

    (void)state;
    buf_init(&response, 5);
    assert_false(sasl_client_step(c, STR_NONE, &response, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    buf_done(&response);
}

static void nul_is_refused(void **state)
{
    static const struct sasl_login LOGINS[] = {
        { STR_INIT("a\0b"), STR_INIT("p") },
        { STR_INIT("a"), STR_INIT("p\0") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(LOGINS); i++) {
        struct err e = { 0 };

        assert_null(sasl_client_new(sasl_mechanism_find(STR("PLAIN")), &LOGINS[i], &e));
        assert_int_equal(e.kind, ERR_SYNTAX);
    }
    sasl_client_free(NULL);
}

static void choices(void **state)
{
    static const struct {
        str offered, wanted;
        bool verified_tls;
        str want; /* empty: none */
    } CASES[] = {
        { STR_INIT("a\nAUTH LOGIN PLAIN CRAM-MD5"), STR_INIT(""), true, STR_INIT("PLAIN") },
        { STR_INIT("a\nAUTH LOGIN PLAIN CRAM-MD5"), STR_INIT("auto"), true, STR_INIT("PLAIN") },
        { STR_INIT("a\nAUTH CRAM-MD5 LOGIN"), STR_INIT("AUTO"), true, STR_INIT("LOGIN") },
        { STR_INIT("a\nAUTH XOAUTH2 CRAM-MD5"), STR_INIT(""), true, STR_INIT("CRAM-MD5") },
        { STR_INIT("a\nAUTH LOGIN PLAIN CRAM-MD5"), STR_INIT(""), false, STR_INIT("CRAM-MD5") },
        { STR_INIT("a\nAUTH LOGIN PLAIN"), STR_INIT("auto"), false, STR_INIT("") },
        { STR_INIT("a\nAUTH LOGIN PLAIN"), STR_INIT("login"), false, STR_INIT("LOGIN") },
        { STR_INIT("a\nauth plain"), STR_INIT("PLAIN"), true, STR_INIT("PLAIN") },
        { STR_INIT("a\nAUTH PLAIN"), STR_INIT("LOGIN"), true, STR_INIT("") },
        { STR_INIT("a\nAUTH GSSAPI"), STR_INIT("GSSAPI"), true, STR_INIT("") },
        { STR_INIT("a"), STR_INIT(""), true, STR_INIT("") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct smtp_caps caps;
        const struct sasl_mechanism *m;

        smtp_caps_read(CASES[i].offered, &caps);
        m = sasl_choose(&caps, CASES[i].wanted, CASES[i].verified_tls);
        assert_true(str_eq(m != NULL ? m->name : STR_NONE, CASES[i].want));
    }
}

static void mechanisms(void **state)
{
    char out[64];

    (void)state;
    assert_true(sasl_mechanism_find(STR("plain"))->reveals);
    assert_true(sasl_mechanism_find(STR("plain"))->initial);
    assert_true(sasl_mechanism_find(STR("Login"))->reveals);
    assert_false(sasl_mechanism_find(STR("cram-md5"))->reveals);
    assert_null(sasl_mechanism_find(STR("NTLM")));
    assert_null(sasl_mechanism_find(STR("")));
    assert_string_equal(sasl_mechanism_list(out, sizeof(out)), "PLAIN, LOGIN, CRAM-MD5");
    assert_string_equal(sasl_mechanism_list(out, 9), "PLAIN, L");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchanges),      cmocka_unit_test(responses_have_a_maximum),
        cmocka_unit_test(nul_is_refused), cmocka_unit_test(choices),
        cmocka_unit_test(mechanisms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
