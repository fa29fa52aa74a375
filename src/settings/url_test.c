/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "settings/url.h"

/* "-" in a wanted part: it is not there. */
static const struct cut {
    str text;
    str scheme, user, password, host, port, path, query, fragment;
} CUTS[] = {
    { STR_INIT("smtp://mail.example.org"), STR_INIT("smtp"), STR_INIT("-"), STR_INIT("-"),
      STR_INIT("mail.example.org"), STR_INIT("-"), STR_INIT("-"), STR_INIT("-"), STR_INIT("-") },
    { STR_INIT("smtps://anna%40example.org:a%3Ab@mail.example.org:465/x?a=1&b=2#end"),
      STR_INIT("smtps"), STR_INIT("anna%40example.org"), STR_INIT("a%3Ab"),
      STR_INIT("mail.example.org"), STR_INIT("465"), STR_INIT("/x"), STR_INIT("a=1&b=2"),
      STR_INIT("end") },
    /* the last '@' and the first ':' count */
    { STR_INIT("smtp://anna@example.org:p:q@host:587"), STR_INIT("smtp"),
      STR_INIT("anna@example.org"), STR_INIT("p:q"), STR_INIT("host"), STR_INIT("587"),
      STR_INIT("-"), STR_INIT("-"), STR_INIT("-") },
    { STR_INIT("smtp://:@host:"), STR_INIT("smtp"), STR_INIT(""), STR_INIT(""), STR_INIT("host"),
      STR_INIT(""), STR_INIT("-"), STR_INIT("-"), STR_INIT("-") },
    { STR_INIT("gmail+smtp://anna@[2001:db8::25]:25?x"), STR_INIT("gmail+smtp"), STR_INIT("anna"),
      STR_INIT("-"), STR_INIT("2001:db8::25"), STR_INIT("25"), STR_INIT("-"), STR_INIT("x"),
      STR_INIT("-") },
    /* a '/', '?' or '#' that is not encoded ends the server's part early */
    { STR_INIT("smtp://anna:a/b@host"), STR_INIT("smtp"), STR_INIT("-"), STR_INIT("-"),
      STR_INIT("anna"), STR_INIT("a"), STR_INIT("/b@host"), STR_INIT("-"), STR_INIT("-") },
    { STR_INIT("smtp://anna:a#b@host"), STR_INIT("smtp"), STR_INIT("-"), STR_INIT("-"),
      STR_INIT("anna"), STR_INIT("a"), STR_INIT("-"), STR_INIT("-"), STR_INIT("b@host") },
};

static void part_is(const char *what, str text, str got, str wanted)
{
    bool absent = str_eq(wanted, STR("-"));
    if (absent ? got.p != NULL : !got.p || !str_eq(got, wanted))
        fail_msg("%.*s: %s is '%.*s'", STR_ARG(text), what, STR_ARG(got));
}

static void urls_are_cut(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CUTS); i++) {
        const struct cut *c = &CUTS[i];
        struct settings_url u;
        struct err e;
        assert_true(settings_url_cut(c->text, &u, &e));
        part_is("scheme", c->text, u.scheme, c->scheme);
        part_is("user", c->text, u.user, c->user);
        part_is("password", c->text, u.password, c->password);
        part_is("host", c->text, u.host, c->host);
        part_is("port", c->text, u.port, c->port);
        part_is("path", c->text, u.path, c->path);
        part_is("query", c->text, u.query, c->query);
        part_is("fragment", c->text, u.fragment, c->fragment);
    }
}

static void what_is_no_url_is_told(void **state UNUSED)
{
    static const str CASES[] = { STR_INIT(""),         STR_INIT("mail.example.org"),
                                 STR_INIT("://host"),  STR_INIT("1x://h"),
                                 STR_INIT("s p://h"),  STR_INIT("smtp://[::1"),
                                 STR_INIT("a://[::]x") };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct settings_url u = { .host = STR_INIT("kept") };
        struct err e = { .kind = ERR_NONE };
        assert_false(settings_url_cut(CASES[i], &u, &e));
        assert_int_equal(e.kind, ERR_SYNTAX);
        assert_true(str_eq(u.host, STR("kept")));
    }
}

static void codes_go_both_ways(void **state UNUSED)
{
    static const struct {
        str written;
        bool plus;
        str meant;
        size_t broken;
    } CASES[] = {
        { STR_INIT("a%40b%2fc"), false, STR_INIT("a@b/c"), 0 },
        { STR_INIT("a+b%2Bc"), false, STR_INIT("a+b+c"), 0 },
        { STR_INIT("a+b%2Bc"), true, STR_INIT("a b+c"), 0 },
        { STR_INIT("100%"), false, STR_INIT("100%"), 1 },
        { STR_INIT("%4"), false, STR_INIT("%4"), 1 },
        { STR_INIT("%zz%%41"), false, STR_INIT("%zz%A"), 2 },
        { STR_INIT("%C3%A9"), false, STR_INIT("\xC3\xA9"), 0 },
        { STR_INIT("%0a"), false, STR_INIT("\n"), 0 },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        AUTO(buf_done) struct buf b;
        buf_init(&b, 64);
        assert_int_equal(settings_url_decode(CASES[i].written, CASES[i].plus, &b), CASES[i].broken);
        assert_true(str_eq(buf_str(&b), CASES[i].meant));
    }
    for (unsigned c = 0; c < 256; c++) {
        char octet = (char)c;
        AUTO(buf_done) struct buf coded;
        AUTO(buf_done) struct buf back;
        buf_init(&coded, 8);
        buf_init(&back, 8);
        settings_url_encode((str){ &octet, 1 }, &coded);
        assert_int_equal(coded.n, is_alnum(octet) || (c && strchr("-._~", (int)c)) ? 1 : 3);
        assert_int_equal(settings_url_decode(buf_str(&coded), true, &back), 0);
        assert_true(str_eq(buf_str(&back), (str){ &octet, 1 }));
    }
}

static void options_are_found(void **state UNUSED)
{
    str query = STR("a=1&verify_peer=0&empty=&bare&a=2"), value = STR("kept");
    assert_true(settings_url_option(query, STR("a"), &value) && str_eq(value, STR("2")));
    assert_true(settings_url_option(query, STR("verify_peer"), &value) && str_eq(value, STR("0")));
    assert_true(settings_url_option(query, STR("empty"), &value) && value.p && !value.n);
    assert_true(settings_url_option(query, STR("bare"), &value) && value.p && !value.n);
    value = STR("kept");
    assert_false(settings_url_option(query, STR("verify"), &value));
    assert_false(settings_url_option(STR_NONE, STR(""), &value));
    assert_true(str_eq(value, STR("kept")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_are_cut),
        cmocka_unit_test(what_is_no_url_is_told),
        cmocka_unit_test(codes_go_both_ways),
        cmocka_unit_test(options_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
