/* SPDX-License-Identifier: ISC */
#include "mail/decode.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

static void same(str got, const char *want)
{
    assert_non_null(got.p);
    if (!str_eq(got, str_from(want)))
        fail_msg("got '%.*s', want '%s'", STR_ARG(got), want);
}

static void base64(void **state)
{
    static const char *const CASES[][2] = {
        { "", "" },
        { "YQ==", "a" },
        { "YWI=", "ab" },
        { "YWJj", "abc" },
        { "YW\r\nJj\r\n", "abc" },
        { "  Y W J j", "abc" },
        { "YWJjZ", "abc" },     /* cut in a group */
        { "YWJjZGU", "abcde" }, /* padding lost */
        { "YQ==\nYg==", "ab" }, /* two encoded pieces */
        { "YW!J*j", "abc" },
        { "++//", "\xfb\xef\xff" },
        { "====", "" },
    };
    (void)state;
    struct arena memory;
    arena_init(&memory, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        same(mail_base64(str_from(CASES[i][0]), &memory), CASES[i][1]);
    arena_done(&memory);
}

static void quoted_printable(void **state)
{
    static const char *const CASES[][2] = {
        { "", "" },
        { "plain", "plain" },
        { "a=3Db=3db", "a=b=b" },
        { "a=\r\nb=\nc", "abc" },
        { "a= \t\r\nb", "ab" },
        { "=C3=A4", "\xc3\xa4" },
        { "a=", "a" }, /* cut in a soft line end */
        { "a=  ", "a" },
        { "a=4", "a=4" }, /* cut in an octet */
        { "1=2", "1=2" },
        { "a=zz", "a=zz" },
        { "x=y\n=", "x=y\n" },
    };
    (void)state;
    struct arena memory;
    arena_init(&memory, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        same(mail_quoted_printable(str_from(CASES[i][0]), &memory), CASES[i][1]);
    arena_done(&memory);
}

static void charsets(void **state)
{
    static const char *const CASES[][3] = {
        { "caf\xe9", "iso-8859-1", "caf\xc3\xa9" },
        { "caf\xe9", "ISO-8859-15", "caf\xc3\xa9" },
        { "\xa4", "iso-8859-15", "\xe2\x82\xac" },
        { "\xa4", "iso-8859-1", "\xc2\xa4" },
        { "\x80 \x93x\x94", "Windows-1252", "\xe2\x82\xac \xe2\x80\x9cx\xe2\x80\x9d" },
        { "\x80", "iso-8859-1", "\xe2\x82\xac" },
        { "caf\xc3\xa9", "iso-8859-1", "caf\xc3\xa9" }, /* the name lies */
        { "caf\xc3\xa9", "utf-8", "caf\xc3\xa9" },
        { "caf\xe9", "utf-8", "caf\xe9" },
        { "caf\xe9", "", "caf\xe9" },
        { "caf\xe9", "iso-2022-xx", "caf\xe9" },
        { "\xcf\xee\xf7\xf2\xe0 \xb9", "windows-1251",
          "\xd0\x9f\xd0\xbe\xd1\x87\xd1\x82\xd0\xb0 \xe2\x84\x96" },
        { "\xf0\xcf\xde\xd4\xc1 \xa3\xb3\x80\x9a", "koi8-r",
          "\xd0\x9f\xd0\xbe\xd1\x87\xd1\x82\xd0\xb0 \xd1\x91\xd0\x81\xe2\x94\x80\xc2\xa0" },
        { "\xc0\xd1\xdf", "koi8-r", "\xd1\x8e\xd1\x8f\xd1\x8a" },
    };
    (void)state;
    struct arena memory;
    arena_init(&memory, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        same(mail_utf8(str_from(CASES[i][0]), str_from(CASES[i][1]), &memory), CASES[i][2]);
    assert_true(mail_charset_known(STR("")) && mail_charset_known(STR("UTF-8")));
    assert_false(mail_charset_known(STR("big5")));
    arena_done(&memory);
}

static void words(void **state)
{
    static const char *const CASES[][2] = {
        { "", "" },
        { " plain ", "plain" },
        { "two\r\n lines", "two lines" },
        { "=?utf-8?Q?a=C3=A4_b?=", "a\xc3\xa4 b" },
        { "=?iso-8859-1?q?=E4?= x", "\xc3\xa4 x" },
        { "x =?utf-8?B?YWJj?= y", "x abc y" },
        { "=?utf-8?B?YWJj?=\r\n =?utf-8?B?ZGVm?=", "abcdef" },
        { "=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "\xc3\xa4" }, /* a character in two words */
        { "=?utf-8?Q?a=0D=0ABcc:_b?=", "a  Bcc: b" },      /* no second line */
        { "=?utf-8?Q?a?= =?iso-8859-1?Q?=E4?= =?utf-8?Q?b?=", "a\xc3\xa4"
                                                              "b" },
        { "=?utf-8*en?Q?a?=", "a" },
        { "=?utf-8?X?a?=", "=?utf-8?X?a?=" },
        { "=?utf-8?Q?a", "=?utf-8?Q?a" },
        { "=?utf-8?Q?a?", "=?utf-8?Q?a?" },
        { "=?=?=?", "=?=?=?" },
        { "a =? b\r\n c", "a =? b c" },
    };
    (void)state;
    struct arena memory;
    arena_init(&memory, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        same(mail_words(str_from(CASES[i][0]), &memory), CASES[i][1]);
    arena_done(&memory);
}

static void parameters(void **state)
{
    /* want NULL: there is none */
    static const char *const CASES[][3] = {
        { "text/plain; charset=utf-8", "charset", "utf-8" },
        { "text/plain; CharSet = \"utf-8\" (the usual)", "charset", "utf-8" },
        { "text/plain; charset=utf-8 (the usual)", "charset", "utf-8" },
        { "text/plain; x=1", "charset", NULL },
        { "text/plain", "charset", NULL },
        { "charset=utf-8", "charset", NULL }, /* the value itself is none */
        { "a/b; boundary=\"x;y\\\"z\"; c=d", "boundary", "x;y\"z" },
        { "a/b; boundary=\"x;y\\\"z\"; c=d", "c", "d" },
        { "a/b (c; name=no); name=yes", "name", "yes" },
        { "a/b; names=x; name=y", "name", "y" },
        { "a/b; name*=utf-8'en'%C3%A4%20b", "name", "\xc3\xa4 b" },
        { "a/b; name*=iso-8859-1''%E4", "name", "\xc3\xa4" },
        { "a/b; name*=plain", "name", "plain" },
        { "a/b; name*0=ab; name*1=cd", "name", "abcd" },
        { "a/b; name*1=cd; name*0=ab; name*3=no", "name", "abcd" },
        { "a/b; name*0*=utf-8''%C3; name*1*=%A4; name*2=x", "name", "\xc3\xa4x" },
        { "a/b; name=\"=?utf-8?Q?=C3=A4?=\"", "name", "\xc3\xa4" },
        { "a/b; name=\"cut off", "name", "cut off" },
        { "a/b; name*x=1", "name", NULL },
        { "a/b; name*0*=%zz", "name", "%zz" },
        { "a/b;;; =x; name=y", "name", "y" },
        { "a/b;\r\n name=y\r\n\tz", "name", "y" },
    };
    (void)state;
    struct arena memory;
    arena_init(&memory, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str got = mail_parameter(str_from(CASES[i][0]), str_from(CASES[i][1]), &memory);
        if (CASES[i][2])
            same(got, CASES[i][2]);
        else
            assert_null(got.p);
    }
    same(mail_plain_value(STR(" Text/ Plain (x); y=z"), &memory), "text/plain");
    same(mail_plain_value(STR(" (a (b) c) 8BIT (d) e"), &memory), "8bit");
    same(mail_plain_value(STR(""), &memory), "");
    arena_done(&memory);
}

static void no_memory(void **state)
{
    (void)state;
    struct arena none;
    arena_init(&none, 0);
    assert_null(mail_base64(STR("YWJj"), &none).p);
    assert_null(mail_quoted_printable(STR("a=41"), &none).p);
    assert_null(mail_utf8(STR("\xe4"), STR("latin1"), &none).p);
    assert_null(mail_words(STR("=?utf-8?Q?a?="), &none).p);
    assert_null(mail_words(STR("a\n b"), &none).p);
    assert_null(mail_parameter(STR("a/b; c=d"), STR("c"), &none).p);
    assert_null(mail_parameter(STR("a/b; c*0=d"), STR("c"), &none).p);
    assert_null(mail_plain_value(STR("a/b"), &none).p);
    arena_done(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64), cmocka_unit_test(quoted_printable), cmocka_unit_test(charsets),
        cmocka_unit_test(words),  cmocka_unit_test(parameters),       cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
