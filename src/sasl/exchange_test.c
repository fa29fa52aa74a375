/* SPDX-License-Identifier: ISC */
/*
 * The mechanisms of several steps: as the RFCs print them, and against the library's own server. The nonce is
 * the one of RFC 5802 section 5, put in place of the library's random one.
 */
#include "sasl/client.h"
#include <gsasl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

#define NONCE "fyko+d2lbbFgONRv9qkxdawL"

static bool fixed_nonce = true;

/* libgssapi_krb5 keeps what it made when it was loaded. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libgssapi_krb5\n";
}

/* Stands in front of the library's: without it no example could be replayed. */
int gsasl_nonce(char *data, size_t datalen);
int gsasl_nonce(char *data, size_t datalen)
{
    static const unsigned char OCTETS[] = { 0x7f, 0x29, 0x28, 0xf9, 0xdd, 0xa5, 0x6d, 0xb1, 0x60,
                                            0x38, 0xd4, 0x6f, 0xf6, 0xa9, 0x31, 0x75, 0xac, 0x0b };
    for (size_t i = 0; i < datalen; i++)
        data[i] = (char)(OCTETS[i % sizeof(OCTETS)] ^ (fixed_nonce ? 0 : 0x55));
    return GSASL_OK;
}

struct step {
    str challenge;
    const char *why; /* part of the sentence when the step fails; NULL: it gives response */
    str response;
};

#define SCRAM_FIRST  STR_INIT("n,,n=user,r=" NONCE)
#define SCRAM_SERVER "r=" NONCE "3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i="
#define SCRAM_PROOF  STR_INIT("c=biws,r=" NONCE "3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=")
#define DIGEST_CHALLENGE                                                                           \
    STR_INIT("realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",qop=\"auth\","                \
             "algorithm=md5-sess,charset=utf-8")
#define DIGEST_RESPONSE                                                                            \
    STR_INIT("username=\"chris\", realm=\"elwood.innosoft.com\", nonce=\"OA6MG9tEQGm2hh\", "       \
             "cnonce=\"fyko+d2lbbFgONRv9qkxdQ==\", nc=00000001, qop=auth, "                        \
             "digest-uri=\"smtp/elwood.innosoft.com\", "                                           \
             "response=a1044a2b708e9663b79842e5f3322dfe, charset=utf-8")

static const struct exchange {
    const char *label, *mechanism;
    struct sasl_login login;
    struct step steps[4];
    unsigned count;
    const char *said;
    bool complete;
} EXCHANGES[] = {
    { "RFC 5802 section 5",
      "SCRAM-SHA-1",
      { .user = STR_INIT("user"), .password = STR_INIT("pencil") },
      { { STR_INIT(""), NULL, SCRAM_FIRST },
        { STR_INIT(SCRAM_SERVER "4096"), NULL, SCRAM_PROOF },
        { STR_INIT("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), NULL, STR_INIT("") },
        { STR_INIT("more"), "asks SCRAM-SHA-1 for more", STR_INIT("") } },
      4,
      "",
      true },
    { "RFC 7677 section 3 with that nonce",
      "SCRAM-SHA-256",
      { .user = STR_INIT("user"), .password = STR_INIT("pencil") },
      { { STR_INIT(""), NULL, SCRAM_FIRST },
        { STR_INIT("r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"),
          NULL,
          STR_INIT("c=biws,r=" NONCE "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                   "p=2FUSN0pPcS7P8hBhsxBJOiUDbRoW4KVNGZT0LxVnSek=") },
        { STR_INIT("v=zJZjsVp2g+W9jd01vgbsshippfH1sM0tLdBvs+e3DF4="), NULL, STR_INIT("") } },
      3,
      "",
      true },
    { "the server does not know the password",
      "SCRAM-SHA-1",
      { .user = STR_INIT("user"), .password = STR_INIT("pencil") },
      { { STR_INIT(""), NULL, SCRAM_FIRST },
        { STR_INIT(SCRAM_SERVER "4096"), NULL, SCRAM_PROOF },
        { STR_INIT("v=AAAApqV8S7suAoZWja4dJRkFsKQ="), "could not show that it knows",
          STR_INIT("") } },
      3,
      "",
      false },
    { "the server tells its error in the exchange",
      "SCRAM-SHA-1",
      { .user = STR_INIT("user"), .password = STR_INIT("pencil") },
      { { STR_INIT(""), NULL, SCRAM_FIRST },
        { STR_INIT(SCRAM_SERVER "4096"), NULL, SCRAM_PROOF },
        { STR_INIT("e=invalid-proof"), NULL, STR_INIT("") } },
      3,
      "invalid-proof",
      false },
    { "too much work",
      "SCRAM-SHA-1",
      { .user = STR_INIT("user"), .password = STR_INIT("pencil") },
      { { STR_INIT(""), NULL, SCRAM_FIRST },
        { STR_INIT(SCRAM_SERVER "1000001"), "more than 1000000 iterations", STR_INIT("") } },
      2,
      "",
      false },
    { "another client's nonce",
      "SCRAM-SHA-1",
      { .user = STR_INIT("user"), .password = STR_INIT("pencil") },
      { { STR_INIT(""), NULL, SCRAM_FIRST },
        { STR_INIT("r=xxxx,s=QSXCR+Q6sek8bf92,i=4096"), "SCRAM-SHA-1 stopped", STR_INIT("") } },
      2,
      "",
      false },
    { "RFC 2831 section 4, for smtp and with that nonce",
      "DIGEST-MD5",
      { .user = STR_INIT("chris"),
        .password = STR_INIT("secret"),
        .host = STR_INIT("elwood.innosoft.com") },
      { { DIGEST_CHALLENGE, NULL, DIGEST_RESPONSE },
        { STR_INIT("rspauth=6021293adfe8695e886913f99c4d6161"), NULL, STR_INIT("") } },
      2,
      "",
      true },
    { "a digest of nothing",
      "DIGEST-MD5",
      { .user = STR_INIT("u"), .password = STR_INIT("p") },
      { { STR_INIT(""), "challenge for DIGEST-MD5 is empty", STR_INIT("") } },
      1,
      "",
      false },
    { "RFC 7628 section 4.1",
      "OAUTHBEARER",
      { .user = STR_INIT("user@example.com"),
        .token = STR_INIT("vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="),
        .host = STR_INIT("server.example.com"),
        .port = 143 },
      { { STR_INIT(""), NULL,
          STR_INIT("n,a=user@example.com,\x01host=server.example.com\x01port=143\x01"
                   "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01") } },
      1,
      "",
      true },
    { "RFC 7628 section 4.3",
      "OAUTHBEARER",
      { .user = STR_INIT("u"), .token = STR_INIT("t") },
      { { STR_INIT(""), NULL,
          STR_INIT("n,a=u,\x01"
                   "auth=Bearer t\x01\x01") },
        { STR_INIT("{\"status\":\"invalid_token\"}"), NULL, STR_INIT("\x01") },
        { STR_INIT("{}"), "asks OAUTHBEARER for more", STR_INIT("") } },
      3,
      "{\"status\":\"invalid_token\"}",
      false },
    { "XOAUTH2 and its error",
      "XOAUTH2",
      { .user = STR_INIT("u@x"), .token = STR_INIT("t") },
      { { STR_INIT(""), NULL,
          STR_INIT("user=u@x\x01"
                   "auth=Bearer t\x01\x01") },
        { STR_INIT("{\"status\":\"400\"}"), NULL, STR_INIT("") } },
      2,
      "{\"status\":\"400\"}",
      false },
    { "EXTERNAL acts as the user",
      "EXTERNAL",
      { .user = STR_INIT("anna"), .certificate = true },
      { { STR_INIT(""), NULL, STR_INIT("anna") } },
      1,
      "",
      true },
    { "EXTERNAL as whom the certificate names",
      "EXTERNAL",
      { .certificate = true },
      { { STR_INIT(""), NULL, STR_INIT("") } },
      1,
      "",
      true },
};

static void exchanges(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(EXCHANGES); i++) {
        const struct exchange *k = &EXCHANGES[i];
        struct err e = { 0 };
        struct buf response;
        AUTO(sasl_client_freep)
        struct sasl_client *c = sasl_client_new(sasl_mechanism_find(str_from(k->mechanism)),
                                                &k->login, &e);

        print_message("%s\n", k->label);
        assert_non_null(c);
        buf_init(&response, 1000);
        for (unsigned n = 0; n < k->count; n++) {
            const struct step *s = &k->steps[n];
            bool got;

            buf_clear(&response);
            got = sasl_client_step(c, s->challenge, &response, &e);
            print_message("  %u %.*s %s\n", n, (int)response.n, response.p, got ? "" : e.why);
            assert_int_equal(got, s->why == NULL);
            if (!got)
                assert_non_null(strstr(e.why, s->why));
            assert_true(str_eq(buf_str(&response), s->response));
        }
        assert_true(str_eq(sasl_client_said(c), str_from(k->said)));
        assert_int_equal(sasl_client_complete(c), k->complete);
        buf_done(&response);
    }
}

/* ---- against the library's server ---- */

struct server_login {
    const char *password, *binding;
    Gsasl_property binding_kind;
};

static int on_server(Gsasl *ctx, Gsasl_session *s, Gsasl_property p)
{
    const struct server_login *l = gsasl_session_hook_get(s);

    (void)ctx;
    if (p == GSASL_PASSWORD)
        return gsasl_property_set(s, p, l->password);
    if (p == l->binding_kind && l->binding != NULL)
        return gsasl_property_set(s, p, l->binding);
    return GSASL_NO_CALLBACK;
}

static const struct meeting {
    const char *label, *mechanism;
    str exporter, unique;
    struct server_login server;
    bool agreed;
} MEETINGS[] = {
    { "scram", "SCRAM-SHA-1", STR_INIT(""), STR_INIT(""), { .password = "secret" }, true },
    { "scram", "SCRAM-SHA-256", STR_INIT(""), STR_INIT(""), { .password = "secret" }, true },
    { "scram, another password",
      "SCRAM-SHA-256",
      STR_INIT(""),
      STR_INIT(""),
      { .password = "Secret" },
      false },
    { "a binding that is there is not spoken of",
      "SCRAM-SHA-256",
      STR_INIT("exporter"),
      STR_INIT(""),
      { "secret", "ZXhwb3J0ZXI=", GSASL_CB_TLS_EXPORTER },
      true },
    { "bound by exporter",
      "SCRAM-SHA-256-PLUS",
      STR_INIT("exporter"),
      STR_INIT(""),
      { "secret", "ZXhwb3J0ZXI=", GSASL_CB_TLS_EXPORTER },
      true },
    { "bound by exporter",
      "SCRAM-SHA-1-PLUS",
      STR_INIT("exporter"),
      STR_INIT(""),
      { "secret", "ZXhwb3J0ZXI=", GSASL_CB_TLS_EXPORTER },
      true },
    { "bound by unique",
      "SCRAM-SHA-256-PLUS",
      STR_INIT(""),
      STR_INIT("unique"),
      { "secret", "dW5pcXVl", GSASL_CB_TLS_UNIQUE },
      true },
    { "bound to another connection",
      "SCRAM-SHA-256-PLUS",
      STR_INIT("exporter"),
      STR_INIT(""),
      { "secret", "ZXhwb3J0ZXJz", GSASL_CB_TLS_EXPORTER },
      false },
    { "digest", "DIGEST-MD5", STR_INIT(""), STR_INIT(""), { .password = "secret" }, true },
    { "digest, another password",
      "DIGEST-MD5",
      STR_INIT(""),
      STR_INIT(""),
      { .password = "x" },
      false },
};

/* True: both ends are done and content. */
static bool meet(const struct meeting *k)
{
    const struct sasl_mechanism *m = sasl_mechanism_find(str_from(k->mechanism));
    struct sasl_login login = { .user = STR("anna"),
                                .password = STR("secret"),
                                .host = STR("h"),
                                .exporter = k->exporter,
                                .unique = k->unique };
    struct sasl_client *c = sasl_client_new(m, &login, NULL);
    Gsasl *library;
    Gsasl_session *s;
    struct buf out;
    char *said = NULL;
    size_t said_n = 0;
    int rc = GSASL_NEEDS_MORE;
    bool ok = true;

    assert_non_null(c);
    assert_int_equal(gsasl_init(&library), GSASL_OK);
    gsasl_callback_set(library, on_server);
    assert_int_equal(gsasl_server_start(library, k->mechanism, &s), GSASL_OK);
    gsasl_session_hook_set(s, (void *)&k->server);
    gsasl_property_set(s, GSASL_SERVICE, "smtp");
    gsasl_property_set(s, GSASL_HOSTNAME, "h");
    gsasl_property_set(s, GSASL_REALM, "h");
    buf_init(&out, 4000);
    if (!m->initial)
        rc = gsasl_step(s, "", 0, &said, &said_n);
    for (unsigned n = 0; ok && rc == GSASL_NEEDS_MORE && n < 6; n++) {
        buf_clear(&out);
        ok = sasl_client_step(c, (str){ said, said_n }, &out, NULL);
        gsasl_free(said);
        said = NULL;
        if (!ok)
            break;
        size_t said_by_client = out.n;
        assert_true(buf_addc(&out, '\0')); /* the library's server takes strings at their word */
        rc = gsasl_step(s, out.p, said_by_client, &said, &said_n);
    }
    if (ok && rc == GSASL_OK && said_n > 0) { /* its last word proves that it knows the password */
        buf_clear(&out);
        ok = sasl_client_step(c, (str){ said, said_n }, &out, NULL) && out.n == 0;
    }
    gsasl_free(said);
    gsasl_finish(s);
    gsasl_done(library);
    buf_done(&out);
    sasl_client_free(c);
    return ok && rc == GSASL_OK;
}

static void meetings(void **state)
{
    (void)state;
    fixed_nonce = false;
    for (size_t i = 0; i < COUNT_OF(MEETINGS); i++) {
        print_message("%s %s\n", MEETINGS[i].mechanism, MEETINGS[i].label);
        assert_int_equal(meet(&MEETINGS[i]), MEETINGS[i].agreed);
    }
    fixed_nonce = true;
}

static void what_is_missing_is_said(void **state)
{
    static const struct {
        const char *mechanism, *why;
    } CASES[] = {
        { "OAUTHBEARER", "OAUTHBEARER needs a token" },
        { "XOAUTH2", "XOAUTH2 needs a token" },
        { "EXTERNAL", "EXTERNAL was skipped: it needs a client certificate" },
        { "SCRAM-SHA-1", "SCRAM-SHA-1 needs a password" },
    };
    struct sasl_login bare = { .user = STR("u") }, bound = { .password = STR("p") };
    struct err e = { 0 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        assert_null(sasl_client_new(sasl_mechanism_find(str_from(CASES[i].mechanism)), &bare, &e));
        assert_non_null(strstr(e.why, CASES[i].why));
    }
    assert_null(sasl_client_new(sasl_mechanism_find(STR("SCRAM-SHA-1-PLUS")), &bound, &e));
    assert_non_null(strstr(e.why, "needs a TLS connection"));
}

/* Without a ticket the first step says so; nothing was asked of anybody. */
static void no_ticket(void **state)
{
    struct sasl_login login = { .user = STR("anna"), .host = STR("no-such-host.invalid") };
    AUTO(sasl_client_freep)
    struct sasl_client *c = sasl_client_new(sasl_mechanism_find(STR("GSSAPI")), &login, NULL);
    struct buf out;
    struct err e = { 0 };

    (void)state;
    setenv("KRB5CCNAME", "FILE:/nonexistent/ticket", 1);
    setenv("KRB5_CONFIG", "/nonexistent/krb5.conf", 1);
    assert_non_null(c);
    buf_init(&out, 4000);
    assert_false(sasl_client_step(c, STR_NONE, &out, &e));
    assert_non_null(strstr(e.why, "GSSAPI was skipped: there is no Kerberos ticket"));
    buf_done(&out);
}

/* A type 2 message as MS-NLMP section 4.2.2.3 prints it: the answer names domain and user apart. */
static void ntlm_users(void **state)
{
    static const char CHALLENGE[] =
        "NTLMSSP\0\x02\0\0\0\x0c\0\x0c\0\x38\0\0\0\x33\x82\x02\x82\x01\x23\x45\x67\x89\xab\xcd\xef"
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x06\0\x70\x17\0\0\0\x0f"
        "S\0e\0r\0v\0e\0r\0";
    struct sasl_login login = { .user = STR("CORP\\anna"), .password = STR("Password") };
    AUTO(sasl_client_freep)
    struct sasl_client *c = sasl_client_new(sasl_mechanism_find(STR("NTLM")), &login, NULL);
    struct buf out;

    (void)state;
    assert_non_null(c);
    buf_init(&out, 4000);
    assert_true(sasl_client_step(c, STR_NONE, &out, NULL));
    assert_true(str_starts(buf_str(&out), STR("NTLMSSP")));
    buf_clear(&out);
    assert_true(sasl_client_step(c, (str){ CHALLENGE, sizeof(CHALLENGE) - 1 }, &out, NULL));
    assert_int_not_equal(str_find(buf_str(&out), STR("a\0n\0n\0a\0")), STR_NOT_FOUND);
    assert_int_not_equal(str_find(buf_str(&out), STR("C\0O\0R\0P\0")), STR_NOT_FOUND);
    assert_int_equal(str_find(buf_str(&out), STR("P\0\\\0")), STR_NOT_FOUND);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchanges),  cmocka_unit_test(meetings),
        cmocka_unit_test(no_ticket),  cmocka_unit_test(what_is_missing_is_said),
        cmocka_unit_test(ntlm_users),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
