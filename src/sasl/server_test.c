/* SPDX-License-Identifier: ISC */
/*
 * The server's end against our own client, and against the library's; then with messages that were tampered with.
 * Keys in the file are those of the RFCs' examples: the password is "pencil".
 */
#include "sasl/client.h"
#include "sasl/server.h"
#include <gsasl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

#define KEYS1                                                                                      \
    ":{SCRAM-SHA-1}4096,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,D+CSWLOshSulAsxiupA+qs2/"    \
    "fTE="
#define KEYS256                                                                                    \
    ":{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"  \
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
static const char KEYED[] = "anna" KEYS1 KEYS256 "\nbert,=x" KEYS1 KEYS256 "\n";
static const char SECRETS[] = "anna:{PLAIN}pencil\nbert,=x:{PLAIN}pencil\nkeyed:{PLAIN}x" KEYS1
                              "\n";

static const char OTHER_FORM[] =
    "anna:{SCRAM-SHA-256}8192,QSXCR+Q6sek8bf92,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=\n";

static struct arena arena;
static struct sasl_users *users_of(const char *text)
{
    struct err e;
    arena_init(&arena, 1 << 20);
    struct sasl_users *u = sasl_users_read(STR("users"), str_from(text), &arena, &e);
    if (!u)
        fail_msg("%s", e.why);
    return u;
}

static struct sasl_server *server_of(const char *mechanism, const struct sasl_users *u,
                                     const struct sasl_binding *b)
{
    struct err e;
    struct sasl_server *s = sasl_server_new(str_from(mechanism), u, b, &e);
    if (!s)
        fail_msg("%s", e.why);
    return s;
}

/* ---- whole exchanges ---- */

struct meeting {
    const char *label, *mechanism, *users;
    const char *name, *password;
    str client_binding, server_binding;
    bool client_exports, server_exports, agreed;
};

#define NOTHING STR_INIT(""), STR_INIT(""), false, false
static const struct meeting MEETINGS[] = {
    { "keys", "SCRAM-SHA-1", KEYED, "anna", "pencil", NOTHING, true },
    { "keys", "SCRAM-SHA-256", KEYED, "anna", "pencil", NOTHING, true },
    { "a name with = and ,", "SCRAM-SHA-256", KEYED, "bert,=x", "pencil", NOTHING, true },
    { "another password", "SCRAM-SHA-1", KEYED, "anna", "Pencil", NOTHING, false },
    { "another password", "SCRAM-SHA-256", KEYED, "anna", "pencils", NOTHING, false },
    { "nobody", "SCRAM-SHA-256", KEYED, "nobody", "pencil", NOTHING, false },
    { "nobody", "SCRAM-SHA-1", KEYED, "Anna", "pencil", NOTHING, false },
    { "a secret", "SCRAM-SHA-1", SECRETS, "anna", "pencil", NOTHING, true },
    { "a secret", "SCRAM-SHA-256", SECRETS, "anna", "pencil", NOTHING, true },
    { "a secret, another password", "SCRAM-SHA-256", SECRETS, "anna", "Pencil", NOTHING, false },
    { "nobody among secrets", "SCRAM-SHA-256", SECRETS, "nobody", "pencil", NOTHING, false },
    { "nobody's own", "SCRAM-SHA-256", SECRETS, "nobody", "nobody's", NOTHING, false },
    { "keys go before the secret", "SCRAM-SHA-1", SECRETS, "keyed", "pencil", NOTHING, true },
    { "cram", "CRAM-MD5", SECRETS, "anna", "pencil", NOTHING, true },
    { "cram", "cram-md5", SECRETS, "bert,=x", "pencil", NOTHING, true },
    { "cram, another password", "CRAM-MD5", SECRETS, "anna", "pencils", NOTHING, false },
    { "cram, nobody", "CRAM-MD5", SECRETS, "nobody", "pencil", NOTHING, false },
    { "cram, one without a secret", "CRAM-MD5", KEYED, "anna", "pencil", NOTHING, false },
    { "bound by exporter", "SCRAM-SHA-256-PLUS", KEYED, "anna", "pencil", STR_INIT("tls"),
      STR_INIT("tls"), true, true, true },
    { "bound by exporter", "SCRAM-SHA-1-PLUS", KEYED, "anna", "pencil", STR_INIT("tls"),
      STR_INIT("tls"), true, true, true },
    { "bound by unique", "SCRAM-SHA-256-PLUS", KEYED, "anna", "pencil", STR_INIT("tls"),
      STR_INIT("tls"), false, false, true },
    { "bound, another password", "SCRAM-SHA-256-PLUS", KEYED, "anna", "Pencil", STR_INIT("tls"),
      STR_INIT("tls"), true, true, false },
    { "bound to another connection", "SCRAM-SHA-256-PLUS", KEYED, "anna", "pencil", STR_INIT("tls"),
      STR_INIT("sls"), true, true, false },
    { "bound otherwise", "SCRAM-SHA-256-PLUS", KEYED, "anna", "pencil", STR_INIT("tls"),
      STR_INIT("tls"), true, false, false },
    { "a client that does not bind where we could", "SCRAM-SHA-256", KEYED, "anna", "pencil",
      STR_INIT(""), STR_INIT("tls"), false, true, true },
};

/* True: both ends are done and content. */
static bool meet(const struct meeting *k, struct sasl_users *u)
{
    const struct sasl_binding binding = { k->server_binding, k->server_exports };
    const struct sasl_mechanism *m = sasl_mechanism_find(str_from(k->mechanism));
    struct sasl_login login = { .user = str_from(k->name), .password = str_from(k->password) };
    *(k->client_exports ? &login.exporter : &login.unique) = k->client_binding;
    struct err e;
    AUTO(sasl_client_freep) struct sasl_client *c = sasl_client_new(m, &login, &e);
    AUTO(sasl_server_freep)
    struct sasl_server *s = server_of(k->mechanism, u, k->server_binding.n ? &binding : NULL);
    enum sasl_server_step step = SASL_SERVER_CHALLENGE;
    struct buf said;
    str out = STR_NONE;
    bool ok = true;

    assert_non_null(c);
    buf_init(&said, 4096);
    if (!m->initial)
        step = sasl_server_step(s, STR_NONE, &out);
    for (unsigned n = 0; ok && n < 8; n++) {
        buf_clear(&said);
        ok = sasl_client_step(c, out, &said, &e);
        if (!ok)
            break;
        step = sasl_server_step(s, (str){ said.p ? said.p : "", said.n }, &out);
        if (step == SASL_SERVER_REFUSED || (step == SASL_SERVER_DONE && out.n == 0))
            break;
    }
    buf_done(&said);
    if (step != SASL_SERVER_DONE || !ok)
        return false;
    assert_true(str_eq(sasl_server_user(s), str_from(k->name)));
    assert_int_equal(sasl_server_step(s, STR(""), &out), SASL_SERVER_REFUSED); /* it is over */
    return sasl_client_complete(c);
}

static void ends_meet(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(MEETINGS); i++) {
        const struct meeting *k = &MEETINGS[i];
        print_message("%s %s\n", k->mechanism, k->label);
        assert_int_equal(meet(k, users_of(k->users)), k->agreed);
        arena_done(&arena);
    }
}

/* ---- message by message ---- */

static enum sasl_server_step say(struct sasl_server *s, const char *response, str *out)
{
    return sasl_server_step(s, response ? str_from(response) : STR_NONE, out);
}

/* The first challenge for a name, its nonce left out: "s=SALT,i=4096". */
static void challenge_for(struct sasl_users *u, const char *name, char out[200])
{
    AUTO(sasl_server_freep) struct sasl_server *s = server_of("SCRAM-SHA-256", u, NULL);
    char first[200];
    str challenge;
    snprintf(first, sizeof(first), "n,,n=%s,r=abc", name);
    assert_int_equal(say(s, first, &challenge), SASL_SERVER_CHALLENGE);
    size_t at = str_find(challenge, STR(",s="));
    assert_true(at != STR_NOT_FOUND);
    snprintf(out, 200, "%.*s", STR_ARG(str_skip(challenge, at)));
}

/* A name that is not there has a salt, always the same, and another one than its neighbour; another file, another salt. */
static void nobody_has_a_salt(void **state)
{
    (void)state;
    char one[200], again[200], other[200], anna[200];
    struct sasl_users *u = users_of(KEYED);
    challenge_for(u, "nobody", one);
    challenge_for(u, "nobody", again);
    challenge_for(u, "nobodx", other);
    challenge_for(u, "anna", anna);
    assert_string_equal(one, again);
    assert_string_not_equal(one, other);
    assert_int_equal(strlen(one), strlen(anna)); /* nothing in its form tells */
    assert_string_equal(strstr(one, ",i="), strstr(anna, ",i="));
    arena_done(&arena);
    u = users_of("x:$6$s$h:disabled\nanna" KEYS256 "\n");
    challenge_for(u, "nobody", other);
    assert_string_not_equal(one, other);
    arena_done(&arena);
    u = users_of(OTHER_FORM); /* whatever salts and iterations those have who are there */
    challenge_for(u, "nobody", one);
    challenge_for(u, "anna", anna);
    assert_int_equal(strlen(one), strlen(anna));
    assert_string_equal(strstr(one, ",i="), ",i=8192");
    assert_string_equal(strstr(anna, ",i="), ",i=8192");
    arena_done(&arena);
    u = users_of(SECRETS); /* a login with a secret and no keys looks no other */
    challenge_for(u, "nobody", one);
    challenge_for(u, "anna", anna);
    challenge_for(u, "anna", again);
    assert_string_equal(anna, again);
    assert_int_equal(strlen(one), strlen(anna));
    arena_done(&arena);
}

static const struct {
    const char *mechanism, *first;
} REFUSED_FIRST[] = {
    { "SCRAM-SHA-256", "x" },
    { "SCRAM-SHA-256", "n,,n=,r=abc" },
    { "SCRAM-SHA-256", "n,,n=anna" },
    { "SCRAM-SHA-256", "" }, /* it was said, and is empty: not as if it was not said */
    { "SCRAM-SHA-1", "" },
    { "SCRAM-SHA-256", "n,,n=anna,r=" },
    { "SCRAM-SHA-256", "n,,m=x,n=anna,r=abc" },
    { "SCRAM-SHA-256", "n,a=bert,n=anna,r=abc" },
    { "SCRAM-SHA-256", "p=tls-exporter,,n=anna,r=abc" }, /* not a -PLUS */
    { "SCRAM-SHA-256", "y,,n=anna,r=abc" },              /* we offered -PLUS: it was taken out */
    { "SCRAM-SHA-256-PLUS", "n,,n=anna,r=abc" },
    { "SCRAM-SHA-256-PLUS", "y,,n=anna,r=abc" },
    { "SCRAM-SHA-256-PLUS", "p=tls-unique,,n=anna,r=abc" },
    { "SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,n=anna,r=abc" },
    { "CRAM-MD5", "anna" },
    { "CRAM-MD5", "anna " },
    { "CRAM-MD5", "" },
    { "CRAM-MD5", "anna 00112233445566778899aabbccddeeff" },
    { "CRAM-MD5", "anna 00112233445566778899aabbccddeeff00" },
};

static void wrong_first_messages_are_refused(void **state)
{
    (void)state;
    const struct sasl_binding binding = { STR("tls"), true };
    for (size_t i = 0; i < COUNT_OF(REFUSED_FIRST); i++) {
        struct sasl_users *u = users_of(REFUSED_FIRST[i].mechanism[0] == 'C' ? SECRETS : KEYED);
        struct sasl_server *s = server_of(REFUSED_FIRST[i].mechanism, u, &binding);
        str out;
        print_message("%s %s\n", REFUSED_FIRST[i].mechanism, REFUSED_FIRST[i].first);
        if (REFUSED_FIRST[i].mechanism[0] == 'C')
            assert_int_equal(say(s, NULL, &out), SASL_SERVER_CHALLENGE);
        assert_int_equal(say(s, REFUSED_FIRST[i].first, &out), SASL_SERVER_REFUSED);
        assert_int_equal(say(s, "n,,n=anna,r=abc", &out), SASL_SERVER_REFUSED); /* for good */
        sasl_server_free(s);
        arena_done(&arena);
    }
}

/* A client without a binding says so by 'y' to a server that cannot bind: that is no attack. */
static void believing_right_is_taken(void **state)
{
    (void)state;
    struct sasl_server *s = server_of("SCRAM-SHA-256", users_of(KEYED), NULL);
    str out;
    assert_int_equal(say(s, "y,,n=anna,r=abc", &out), SASL_SERVER_CHALLENGE);
    sasl_server_free(s);
    arena_done(&arena);
}

/* Every octet of the client's proof changed, and cut at every place. */
static void a_tampered_proof_is_refused(void **state)
{
    (void)state;
    struct sasl_users *u = users_of(KEYED);
    const struct sasl_login login = { .user = STR("anna"), .password = STR("pencil") };
    size_t length = 200;
    for (size_t i = 0; i < 2 * length; i++) {
        struct err e;
        struct sasl_client *c = sasl_client_new(sasl_mechanism_find(STR("SCRAM-SHA-256")), &login,
                                                &e);
        struct sasl_server *s = server_of("SCRAM-SHA-256", u, NULL);
        struct buf said;
        str out;
        buf_init(&said, 4096);
        assert_true(sasl_client_step(c, STR_NONE, &said, &e));
        assert_int_equal(sasl_server_step(s, buf_str(&said), &out), SASL_SERVER_CHALLENGE);
        buf_clear(&said);
        assert_true(sasl_client_step(c, out, &said, &e));
        length = said.n;
        if (i < length)
            said.p[i] = (char)(said.p[i] ^ 1);
        else
            said.n = i - length;
        enum sasl_server_step step = sasl_server_step(s, buf_str(&said), &out);
        /* The last octet of base64, before the =, has bits that say nothing. */
        if (step != SASL_SERVER_REFUSED && i + 2 != length)
            fail_msg("octet %zu of %zu was changed, or the rest cut, and it passed", i, length);
        buf_done(&said);
        sasl_client_free(c);
        sasl_server_free(s);
    }
    arena_done(&arena);
}

static void a_word_after_the_end_is_refused(void **state)
{
    (void)state;
    struct sasl_users *u = users_of(KEYED);
    const struct sasl_login login = { .user = STR("anna"), .password = STR("pencil") };
    struct err e;
    struct sasl_client *c = sasl_client_new(sasl_mechanism_find(STR("SCRAM-SHA-1")), &login, &e);
    struct sasl_server *s = server_of("SCRAM-SHA-1", u, NULL);
    struct buf said;
    str out;
    buf_init(&said, 4096);
    assert_int_equal(say(s, NULL, &out), SASL_SERVER_CHALLENGE); /* AUTH without a response */
    assert_int_equal(out.n, 0);
    assert_true(sasl_client_step(c, STR_NONE, &said, &e));
    assert_int_equal(sasl_server_step(s, buf_str(&said), &out), SASL_SERVER_CHALLENGE);
    buf_clear(&said);
    assert_true(sasl_client_step(c, out, &said, &e));
    assert_int_equal(sasl_server_step(s, buf_str(&said), &out), SASL_SERVER_DONE);
    assert_true(str_starts(out, STR("v=")));
    assert_int_equal(say(s, "more", &out), SASL_SERVER_REFUSED);
    assert_int_equal(say(s, "", &out), SASL_SERVER_REFUSED);
    buf_done(&said);
    sasl_client_free(c);
    sasl_server_free(s);
    arena_done(&arena);
}

static void a_nul_is_refused(void **state)
{
    (void)state;
    struct sasl_users *u = users_of(KEYED);
    struct sasl_server *s = server_of("SCRAM-SHA-1", u, NULL);
    str out;
    assert_int_equal(sasl_server_step(s, STR("n,,n=an\0na,r=abc"), &out), SASL_SERVER_REFUSED);
    sasl_server_free(s);
    arena_done(&arena);
}

static void what_is_not_ours_is_no_server(void **state)
{
    (void)state;
    struct err e;
    struct sasl_users *u = users_of(KEYED);
    assert_null(sasl_server_new(STR("NTLM"), u, NULL, &e));
    assert_null(sasl_server_new(STR("PLAIN"), u, NULL, &e));
    assert_null(sasl_server_new(STR(""), u, NULL, &e));
    assert_null(sasl_server_new(STR("SCRAM-SHA-1-PLUS"), u, NULL, &e));
    assert_non_null(strstr(e.why, "bound"));
    struct sasl_server *s = server_of("SCRAM-SHA-1", u, NULL);
    assert_false(sasl_server_slow(s));
    sasl_server_free(s);
    arena_done(&arena);
    u = users_of(SECRETS);
    s = server_of("SCRAM-SHA-1", u, NULL);
    assert_true(sasl_server_slow(s));
    sasl_server_free(s);
    s = server_of("CRAM-MD5", u, NULL);
    assert_false(sasl_server_slow(s));
    sasl_server_free(s);
    arena_done(&arena);
}

/* The library's own client, which fills in what it likes. */
static void the_librarys_client_is_taken(void **state)
{
    (void)state;
    static const char *const MECHANISMS[] = { "SCRAM-SHA-1", "SCRAM-SHA-256", "CRAM-MD5" };
    for (size_t i = 0; i < 2 * COUNT_OF(MECHANISMS); i++) {
        const char *m = MECHANISMS[i / 2];
        bool right = i % 2 == 0;
        Gsasl *library;
        Gsasl_session *c;
        struct sasl_server *s = server_of(m, users_of(SECRETS), NULL);
        enum sasl_server_step step = SASL_SERVER_CHALLENGE;
        str out = STR_NONE;
        assert_int_equal(gsasl_init(&library), GSASL_OK);
        assert_int_equal(gsasl_client_start(library, m, &c), GSASL_OK);
        gsasl_property_set(c, GSASL_AUTHID, "anna");
        gsasl_property_set(c, GSASL_PASSWORD, right ? "pencil" : "pencils");
        if (m[0] == 'C')
            step = sasl_server_step(s, STR_NONE, &out);
        for (unsigned n = 0; n < 4; n++) {
            char *said = NULL;
            size_t said_n = 0;
            int rc = gsasl_step(c, out.p ? out.p : "", out.n, &said, &said_n);
            assert_true(rc == GSASL_OK || rc == GSASL_NEEDS_MORE);
            step = sasl_server_step(s, (str){ said ? said : "", said_n }, &out);
            gsasl_free(said);
            if (step == SASL_SERVER_REFUSED || (step == SASL_SERVER_DONE && out.n == 0))
                break;
        }
        assert_int_equal(step, right ? SASL_SERVER_DONE : SASL_SERVER_REFUSED);
        gsasl_finish(c);
        gsasl_done(library);
        sasl_server_free(s);
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_meet),
        cmocka_unit_test(nobody_has_a_salt),
        cmocka_unit_test(wrong_first_messages_are_refused),
        cmocka_unit_test(believing_right_is_taken),
        cmocka_unit_test(a_tampered_proof_is_refused),
        cmocka_unit_test(a_word_after_the_end_is_refused),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(what_is_not_ours_is_no_server),
        cmocka_unit_test(the_librarys_client_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
