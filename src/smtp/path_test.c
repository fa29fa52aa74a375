/* SPDX-License-Identifier: ISC */
#include "smtp/path.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

#define OCTETS_60 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"
#define LABEL_62  OCTETS_60 "gg"

/* why: part of the sentence when it is refused; NULL when it is taken. */
static const struct mailbox_case {
    str text;
    const char *why;
    str local_part, domain;
    bool international;
} MAILBOXES[] = {
    { STR_INIT("a@b"), NULL, STR_INIT("a"), STR_INIT("b"), false },
    { STR_INIT("Ann.O'Neil+x@mail.example.org"), NULL, STR_INIT("Ann.O'Neil+x"),
      STR_INIT("mail.example.org"), false },
    { STR_INIT("!#$%&'*+-/=?^_`{|}~@e.org"), NULL, STR_INIT("!#$%&'*+-/=?^_`{|}~"),
      STR_INIT("e.org"), false },
    { STR_INIT("\"a b@c\\\"d\"@e.org"), NULL, STR_INIT("\"a b@c\\\"d\""), STR_INIT("e.org"),
      false },
    { STR_INIT("\"\"@e.org"), NULL, STR_INIT("\"\""), STR_INIT("e.org"), false },
    { STR_INIT("a@[192.0.2.1]"), NULL, STR_INIT("a"), STR_INIT("[192.0.2.1]"), false },
    { STR_INIT("a@[IPv6:2001:db8::1]"), NULL, STR_INIT("a"), STR_INIT("[IPv6:2001:db8::1]"),
      false },
    { STR_INIT("a@[ipv6:::ffff:192.0.2.1]"), NULL, STR_INIT("a"),
      STR_INIT("[ipv6:::ffff:192.0.2.1]"), false },
    { STR_INIT("gr\xc3\xbc\xc3\x9f@b.org"), NULL, STR_INIT("gr\xc3\xbc\xc3\x9f"), STR_INIT("b.org"),
      true },
    { STR_INIT("a@b\xc3\xbc.org"), NULL, STR_INIT("a"), STR_INIT("b\xc3\xbc.org"), true },
    { STR_INIT("\"\xc3\xbc\"@b.org"), NULL, STR_INIT("\"\xc3\xbc\""), STR_INIT("b.org"), true },
    { STR_INIT(OCTETS_60 "1234@b"), NULL, STR_INIT(OCTETS_60 "1234"), STR_INIT("b"), false },
    { STR_INIT("a@x-y.1-2.org"), NULL, STR_INIT("a"), STR_INIT("x-y.1-2.org"), false },
    { STR_INIT(""), "local part is missing at octet 1", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("@b"), "local part is missing at octet 1", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("a"), "at-sign is missing at octet 2", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("a b@c"), "at-sign is missing at octet 2", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("a@"), "domain is missing at octet 3", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT(".a@b"), "dot of the local part has no word beside it, at octet 1", STR_INIT(""),
      STR_INIT(""), false },
    { STR_INIT("a.@b"), "dot of the local part has no word beside it, at octet 3", STR_INIT(""),
      STR_INIT(""), false },
    { STR_INIT("a..b@c"), "dot of the local part has no word beside it, at octet 3", STR_INIT(""),
      STR_INIT(""), false },
    { STR_INIT("a@b c"), "something else stands there at octet 4", STR_INIT(""), STR_INIT(""),
      false },
    { STR_INIT("a@b@c"), "something else stands there at octet 4", STR_INIT(""), STR_INIT(""),
      false },
    { STR_INIT("a@b>"), "something else stands there at octet 4", STR_INIT(""), STR_INIT(""),
      false },
    { STR_INIT("a\0@b"), "at-sign is missing at octet 2", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("a@b\0"), "something else stands there at octet 4", STR_INIT(""), STR_INIT(""),
      false },
    { STR_INIT("\"a@b"), "closing quote is missing at octet 5", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("\"a\\"), "closing quote is missing at octet 4", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("\"a\tb\"@c"), "control character stands inside quotes at octet 3", STR_INIT(""),
      STR_INIT(""), false },
    { STR_INIT("\"\\\xc3\xbc\"@c"), "control character stands inside quotes at octet 3",
      STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("\"a\"b@c"), "at-sign is missing at octet 4", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("a@b_c.org"), "no valid domain stands at octet 3", STR_INIT(""), STR_INIT(""),
      false },
    { STR_INIT("a@-b.org"), "no valid domain stands at octet 3", STR_INIT(""), STR_INIT(""),
      false },
    { STR_INIT("a@b-.org"), "no valid domain stands at octet 3", STR_INIT(""), STR_INIT(""),
      false },
    { STR_INIT("a@b..org"), "no valid domain stands at octet 3", STR_INIT(""), STR_INIT(""),
      false },
    { STR_INIT("a@b."), "no valid domain stands at octet 3", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("a@" LABEL_62 "xx.org"), "no valid domain stands at octet 3", STR_INIT(""),
      STR_INIT(""), false },
    { STR_INIT("a@[1.2.3]"), "no IP address stands in the brackets at octet 3", STR_INIT(""),
      STR_INIT(""), false },
    { STR_INIT("a@[1.2.3.4"), "no IP address stands in the brackets at octet 3", STR_INIT(""),
      STR_INIT(""), false },
    { STR_INIT("a@[2001:db8::1]"), "no IP address stands in the brackets", STR_INIT(""),
      STR_INIT(""), false },
    { STR_INIT("a@[IPv6:fe80::1%1]"), "no IP address stands in the brackets", STR_INIT(""),
      STR_INIT(""), false },
    { STR_INIT("a@[X:y]"), "no IP address stands in the brackets", STR_INIT(""), STR_INIT(""),
      false },
    { STR_INIT("a\xff@b"), "not UTF-8", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("a@b\xff"), "no valid domain stands at octet 3", STR_INIT(""), STR_INIT(""), false },
    { STR_INIT(OCTETS_60 "12345@b"), "local part has 65 octets", STR_INIT(""), STR_INIT(""),
      false },
    { STR_INIT("ab@" LABEL_62 "." LABEL_62 "." LABEL_62 "." LABEL_62), NULL, STR_INIT("ab"),
      STR_INIT(LABEL_62 "." LABEL_62 "." LABEL_62 "." LABEL_62), false },
    { STR_INIT("abc@" LABEL_62 "." LABEL_62 "." LABEL_62 "." LABEL_62), "address has 255 octets",
      STR_INIT(""), STR_INIT(""), false },
    { STR_INIT("a@" LABEL_62 "." LABEL_62 "." LABEL_62 "." LABEL_62 ".wxyz"), "domain has 256",
      STR_INIT(""), STR_INIT(""), false },
};

/* A copy without anything behind it, so that a sanitizer sees a look too far. */
static str exact_copy(str s)
{
    char *p = malloc(s.n > 0 ? s.n : 1);

    if (s.n > 0)
        memcpy(p, s.p, s.n);
    return (str){ p, s.n };
}

static void mailboxes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(MAILBOXES); i++) {
        const struct mailbox_case *k = &MAILBOXES[i];
        struct smtp_mailbox m = { .domain = STR("untouched") };
        struct err e = { 0 };
        str text = exact_copy(k->text);
        bool got = smtp_mailbox_parse(text, &m, &e);

        print_message("  case %zu: %s\n", i, e.why);
        assert_int_equal(got, k->why == NULL);
        if (got) {
            assert_true(str_eq(m.local_part, k->local_part));
            assert_true(str_eq(m.domain, k->domain));
            assert_int_equal(m.international, k->international);
        } else {
            assert_non_null(strstr(e.why, k->why));
            assert_true(str_eq(m.domain, STR("untouched")));
        }
        free((char *)text.p);
    }
}

static const struct path_case {
    str argument;
    bool null_ok;
    const char *why;
    str local_part, domain, params;
} PATHS[] = {
    { STR_INIT("<a@b>"), true, NULL, STR_INIT("a"), STR_INIT("b"), STR_INIT("") },
    { STR_INIT("<a@b> SIZE=5  BODY=8BITMIME "), true, NULL, STR_INIT("a"), STR_INIT("b"),
      STR_INIT("SIZE=5  BODY=8BITMIME") },
    { STR_INIT("  <a@b>"), true, NULL, STR_INIT("a"), STR_INIT("b"), STR_INIT("") },
    { STR_INIT("<>"), true, NULL, STR_INIT(""), STR_INIT(""), STR_INIT("") },
    { STR_INIT("<> SIZE=5"), true, NULL, STR_INIT(""), STR_INIT(""), STR_INIT("SIZE=5") },
    { STR_INIT("<postMaster>"), false, NULL, STR_INIT("postMaster"), STR_INIT(""), STR_INIT("") },
    { STR_INIT("<Postmaster@b>"), false, NULL, STR_INIT("Postmaster"), STR_INIT("b"),
      STR_INIT("") },
    { STR_INIT("<@x.org:a@b>"), false, NULL, STR_INIT("a"), STR_INIT("b"), STR_INIT("") },
    { STR_INIT("<@x.org,@[192.0.2.1]:a@b>"), false, NULL, STR_INIT("a"), STR_INIT("b"),
      STR_INIT("") },
    { STR_INIT("<\"a>b\"@c> X"), true, NULL, STR_INIT("\"a>b\""), STR_INIT("c"), STR_INIT("X") },
    { STR_INIT("<>"), false, "local part is missing at octet 2", STR_INIT(""), STR_INIT(""),
      STR_INIT("") },
    { STR_INIT("<Postmaster>"), true, "at-sign is missing at octet 12", STR_INIT(""), STR_INIT(""),
      STR_INIT("") },
    { STR_INIT(""), true, "opening bracket '<' is missing at octet 1", STR_INIT(""), STR_INIT(""),
      STR_INIT("") },
    { STR_INIT("a@b"), true, "opening bracket '<' is missing at octet 1", STR_INIT(""),
      STR_INIT(""), STR_INIT("") },
    { STR_INIT("<a@b"), true, "closing bracket '>' is missing at octet 5", STR_INIT(""),
      STR_INIT(""), STR_INIT("") },
    { STR_INIT("<a@b>X"), true, "blank is missing behind the path at octet 6", STR_INIT(""),
      STR_INIT(""), STR_INIT("") },
    { STR_INIT("<<a@b>>"), true, "local part is missing at octet 2", STR_INIT(""), STR_INIT(""),
      STR_INIT("") },
    { STR_INIT("<@x.org a@b>"), true, "colon is missing behind the source route at octet 8",
      STR_INIT(""), STR_INIT(""), STR_INIT("") },
    { STR_INIT("<@x.org,y:a@b>"), true, "at-sign is missing in the source route at octet 9",
      STR_INIT(""), STR_INIT(""), STR_INIT("") },
    { STR_INIT("<@_:a@b>"), true, "no valid domain stands at octet 3", STR_INIT(""), STR_INIT(""),
      STR_INIT("") },
    { STR_INIT("<@:a@b>"), true, "domain is missing at octet 3", STR_INIT(""), STR_INIT(""),
      STR_INIT("") },
};

static void paths(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
        const struct path_case *k = &PATHS[i];
        struct smtp_mailbox m = { .domain = STR("untouched") };
        struct err e = { 0 };
        str argument = exact_copy(k->argument), params = STR_NONE;
        bool got = smtp_path_parse(argument, k->null_ok, &m, &params, &e);

        print_message("  case %zu: %s\n", i, e.why);
        assert_int_equal(got, k->why == NULL);
        if (got) {
            assert_true(str_eq(m.local_part, k->local_part));
            assert_true(str_eq(m.domain, k->domain));
            assert_true(str_eq(params, k->params));
        } else {
            assert_non_null(strstr(e.why, k->why));
            assert_true(str_eq(m.domain, STR("untouched")));
        }
        free((char *)argument.p);
    }
}

static void domains(void **state)
{
    static const struct {
        str domain;
        bool ok;
    } CASES[] = {
        { STR_INIT("a"), true },           { STR_INIT("a.b-c.9"), true },
        { STR_INIT("[192.0.2.1]"), true }, { STR_INIT("b\xc3\xbc.org"), true },
        { STR_INIT(""), false },           { STR_INIT("a b"), false },
        { STR_INIT("a."), false },         { STR_INIT(".a"), false },
        { STR_INIT("-a"), false },         { STR_INIT("a\0b"), false },
        { STR_INIT("[]"), false },         { STR_INIT("["), false },
        { STR_INIT("192.0.2.1]"), false }, { STR_INIT("a_b"), false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        assert_int_equal(smtp_domain_ok(CASES[i].domain), CASES[i].ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mailboxes),
        cmocka_unit_test(paths),
        cmocka_unit_test(domains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
