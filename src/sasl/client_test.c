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
      { .user = STR_INIT("tim"), .password = STR_INIT("tanstaaftanstaaf") },
      { { STR_INIT(""), NULL, STR_INIT("\0tim\0tanstaaftanstaaf") },
        { STR_INIT("more"), "asks PLAIN for more than there is", STR_INIT("") } },
      2 },
    { "LOGIN",
      { .user = STR_INIT("tim"), .password = STR_INIT("pass word") },
      { { STR_INIT("Username:"), NULL, STR_INIT("tim") },
        { STR_INIT("Password:"), NULL, STR_INIT("pass word") },
        { STR_INIT("Username:"), "asks LOGIN for more than there is", STR_INIT("") } },
      3 },
    { "LOGIN", /* what stands in the challenge was never agreed on */
      { .user = STR_INIT("tim"), .password = STR_INIT("p") },
      { { STR_INIT(""), NULL, STR_INIT("tim") }, { STR_INIT("x\0y"), NULL, STR_INIT("p") } },
      2 },
    { "CRAM-MD5", /* the example of RFC 2195 section 2 */
      { .user = STR_INIT("tim"), .password = STR_INIT("tanstaaftanstaaf") },
      { { STR_INIT("<1896.697170952@postoffice.reston.mci.net>"), NULL,
          STR_INIT("tim b913a602c7eda7a495b4e6e7334d3890") },
        { STR_INIT("<2@x>"), "asks CRAM-MD5 for more than there is", STR_INIT("") } },
      2 },
    { "CRAM-MD5",
      { .user = STR_INIT("tim"), .password = STR_INIT("x") },
      { { STR_INIT(""), "challenge for CRAM-MD5 is empty", STR_INIT("") } },
      1 },
    { "CRAM-MD5", /* the mechanism prepares its strings, the other two do not */
      { .user = STR_INIT("tim"), .password = STR_INIT("p\xe4ss") },
      { { STR_INIT("<1@x>"), "not valid UTF-8", STR_INIT("") } },
      1 },
    { "PLAIN",
      { .user = STR_INIT("t\xe4m"), .password = STR_INIT("\x01\xff\r\n ") },
      { { STR_INIT(""), NULL, STR_INIT("\0t\xe4m\0\x01\xff\r\n ") } },
      1 },
    { "LOGIN",
      { .user = STR_INIT("t"), .password = STR_INIT("\x01\xff\r\n ") },
      { { STR_INIT(""), NULL, STR_INIT("t") }, { STR_INIT(""), NULL, STR_INIT("\x01\xff\r\n ") } },
      2 },
    { "PLAIN",
      { .user = STR_INIT(""), .password = STR_INIT("") },
      { { STR_INIT(""), NULL, STR_INIT("\0\0") } },
      1 },
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
    struct sasl_login login = { .user = STR("user"), .password = STR("password") };
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
        { .user = STR_INIT("a\0b"), .password = STR_INIT("p") },
        { .user = STR_INIT("a"), .password = STR_INIT("p\0") },
        { .user = STR_INIT("a"), .password = STR_INIT("p"), .token = STR_INIT("\0") },
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
    enum { P = SASL_PASSWORD, T = SASL_TOKEN, C = SASL_CERTIFICATE, K = SASL_TICKET };
    static const struct {
        str offered, wanted;
        unsigned has;
        bool verified_tls;
        str want; /* empty: none */
    } CASES[] = {
        { STR_INIT("LOGIN PLAIN CRAM-MD5"), STR_INIT(""), P, true, STR_INIT("PLAIN") },
        { STR_INIT("LOGIN PLAIN CRAM-MD5"), STR_INIT("auto"), P, true, STR_INIT("PLAIN") },
        { STR_INIT("CRAM-MD5 LOGIN"), STR_INIT("AUTO"), P, true, STR_INIT("LOGIN") },
        { STR_INIT("XOAUTH2 CRAM-MD5"), STR_INIT(""), P, true, STR_INIT("CRAM-MD5") },
        { STR_INIT("LOGIN PLAIN CRAM-MD5"), STR_INIT(""), P, false, STR_INIT("CRAM-MD5") },
        { STR_INIT("LOGIN PLAIN"), STR_INIT("auto"), P, false, STR_INIT("") },
        { STR_INIT("LOGIN PLAIN"), STR_INIT("login"), P, false, STR_INIT("LOGIN") },
        { STR_INIT("plain"), STR_INIT("PLAIN"), P, true, STR_INIT("PLAIN") },
        { STR_INIT("PLAIN"), STR_INIT("LOGIN"), P, true, STR_INIT("") },
        { STR_INIT("X-OURS"), STR_INIT("X-OURS"), P, true, STR_INIT("") },
        { STR_INIT(""), STR_INIT(""), P, true, STR_INIT("") },
        /* of those that keep the password the strongest; NTLM when nothing else is left */
        { STR_INIT("CRAM-MD5 SCRAM-SHA-1 DIGEST-MD5"), STR_INIT(""), P, true,
          STR_INIT("SCRAM-SHA-1") },
        { STR_INIT("SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS"), STR_INIT(""), P, true,
          STR_INIT("SCRAM-SHA-256") },
        { STR_INIT("SCRAM-SHA-256-PLUS"), STR_INIT(""), P, true, STR_INIT("SCRAM-SHA-256-PLUS") },
        { STR_INIT("NTLM CRAM-MD5"), STR_INIT(""), P, true, STR_INIT("CRAM-MD5") },
        { STR_INIT("NTLM GSSAPI"), STR_INIT(""), P, true, STR_INIT("NTLM") },
        /* each by what is at hand */
        { STR_INIT("PLAIN XOAUTH2 OAUTHBEARER"), STR_INIT(""), T, true, STR_INIT("OAUTHBEARER") },
        { STR_INIT("PLAIN XOAUTH2"), STR_INIT(""), T, true, STR_INIT("XOAUTH2") },
        { STR_INIT("PLAIN XOAUTH2"), STR_INIT(""), T, false, STR_INIT("") },
        { STR_INIT("PLAIN XOAUTH2"), STR_INIT(""), P, true, STR_INIT("PLAIN") },
        { STR_INIT("XOAUTH2 GSSAPI EXTERNAL"), STR_INIT(""), P, true, STR_INIT("") },
        { STR_INIT("PLAIN LOGIN"), STR_INIT(""), T, true, STR_INIT("") },
        { STR_INIT("PLAIN EXTERNAL"), STR_INIT(""), C, true, STR_INIT("EXTERNAL") },
        { STR_INIT("PLAIN EXTERNAL"), STR_INIT(""), P | C, true, STR_INIT("PLAIN") },
        { STR_INIT("GSSAPI EXTERNAL"), STR_INIT(""), P | C, true, STR_INIT("EXTERNAL") },
        { STR_INIT("PLAIN GSSAPI"), STR_INIT(""), K, true, STR_INIT("GSSAPI") },
        { STR_INIT("PLAIN GSSAPI"), STR_INIT(""), 0, true, STR_INIT("") },
        /* named, whatever is at hand */
        { STR_INIT("PLAIN GSSAPI"), STR_INIT("gssapi"), P, true, STR_INIT("GSSAPI") },
        { STR_INIT("PLAIN EXTERNAL"), STR_INIT("EXTERNAL"), 0, true, STR_INIT("EXTERNAL") },
        { STR_INIT("PLAIN NTLM"), STR_INIT("NTLM"), P, true, STR_INIT("NTLM") },
        { STR_INIT("SCRAM-SHA-1-PLUS PLAIN"), STR_INIT("SCRAM-SHA-1-PLUS"), P, true,
          STR_INIT("SCRAM-SHA-1-PLUS") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct smtp_caps caps;
        const struct sasl_mechanism *m;
        char ehlo[200];

        snprintf(ehlo, sizeof(ehlo), "a\nAUTH %.*s", STR_ARG(CASES[i].offered));
        smtp_caps_read(CASES[i].offered.n ? str_from(ehlo) : STR("a"), &caps);
        m = sasl_choose(&caps, CASES[i].wanted, CASES[i].has, CASES[i].verified_tls);
        print_message("  %s: %.*s\n", ehlo, STR_ARG(m != NULL ? m->name : STR_NONE));
        assert_true(str_eq(m != NULL ? m->name : STR_NONE, CASES[i].want));
    }
}

static void mechanisms(void **state)
{
    static const struct {
        const char *name;
        unsigned needs;
        bool initial, reveals, slow;
    } CASES[] = {
        { "plain", SASL_PASSWORD, true, true, false },
        { "Login", SASL_PASSWORD, false, true, false },
        { "cram-md5", SASL_PASSWORD, false, false, false },
        { "DIGEST-MD5", SASL_PASSWORD, false, false, false },
        { "SCRAM-SHA-256-PLUS", SASL_PASSWORD, true, false, true },
        { "NTLM", SASL_PASSWORD, true, false, false },
        { "XOAUTH2", SASL_TOKEN, true, true, false },
        { "OAUTHBEARER", SASL_TOKEN, true, true, false },
        { "EXTERNAL", SASL_CERTIFICATE, true, false, false },
        { "GSSAPI", SASL_TICKET, true, false, true },
    };
    char out[256];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct sasl_mechanism *m = sasl_mechanism_find(str_from(CASES[i].name));

        assert_non_null(m);
        assert_int_equal(m->needs, CASES[i].needs);
        assert_int_equal(m->initial, CASES[i].initial);
        assert_int_equal(m->reveals, CASES[i].reveals);
        assert_int_equal(m->slow, CASES[i].slow);
    }
    assert_null(sasl_mechanism_find(STR("ANONYMOUS")));
    assert_null(sasl_mechanism_find(STR("")));
    assert_string_equal(sasl_mechanism_list(SASL_TOKEN, out, sizeof(out)), "OAUTHBEARER, XOAUTH2");
    assert_string_equal(sasl_mechanism_list(SASL_TOKEN | SASL_TICKET, out, sizeof(out)),
                        "OAUTHBEARER, XOAUTH2, GSSAPI");
    assert_string_equal(sasl_mechanism_list(0, out, 9), "PLAIN, L");
    assert_string_equal(sasl_mechanism_list(0, out, sizeof(out)),
                        "PLAIN, LOGIN, CRAM-MD5, DIGEST-MD5, SCRAM-SHA-1, SCRAM-SHA-1-PLUS, "
                        "SCRAM-SHA-256, SCRAM-SHA-256-PLUS, NTLM, OAUTHBEARER, XOAUTH2, EXTERNAL, "
                        "GSSAPI");
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
