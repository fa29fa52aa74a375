/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include <string.h>

static void assert_str(const char *what, str got, str want)
{
    if (!str_eq(got, want))
        fail_msg("%s: got '%.*s', not '%.*s'", what, STR_ARG(got), STR_ARG(want));
}

static void compares(void **state UNUSED)
{
    static const struct {
        str a, b;
        bool eq, nocase, starts, ends;
    } CASES[] = {
        { STR_INIT(""), STR_INIT(""), true, true, true, true },
        { STR_INIT("EHLO"), STR_INIT("EHLO"), true, true, true, true },
        { STR_INIT("EHLO"), STR_INIT("ehlo"), false, true, true, true },
        { STR_INIT("EHLO x"), STR_INIT("ehlo"), false, false, true, false },
        { STR_INIT("x EHLO"), STR_INIT("ehlo"), false, false, false, true },
        { STR_INIT("EHL"), STR_INIT("EHLO"), false, false, false, false },
        { STR_INIT("a\0b"), STR_INIT("A\0B"), false, true, true, true },
        { STR_INIT("a\0b"), STR_INIT("a\0c"), false, false, false, false },
        { STR_INIT("@["), STR_INIT("`{"), false, false, false, false }, /* no letters */
        { STR_INIT("\xc3\x84"), STR_INIT("\xc3\xa4"), false, false, false, false },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        assert_int_equal(str_eq(CASES[i].a, CASES[i].b), CASES[i].eq);
        assert_int_equal(str_eq_nocase(CASES[i].a, CASES[i].b), CASES[i].nocase);
        assert_int_equal(str_starts_nocase(CASES[i].a, CASES[i].b), CASES[i].starts);
        assert_int_equal(str_ends_nocase(CASES[i].a, CASES[i].b), CASES[i].ends);
    }
    assert_true(str_starts(STR("250-x"), STR("250")));
    assert_false(str_starts(STR("AUTH"), STR("auth")));
    assert_true(str_eq(STR_NONE, STR("")));
    assert_int_equal(str_from(NULL).n, 0);
    assert_str("from", str_from("ab"), STR("ab"));
}

static void finds(void **state UNUSED)
{
    static const struct {
        str s, needle;
        size_t at, nocase;
    } CASES[] = {
        { STR_INIT(""), STR_INIT("a"), STR_NOT_FOUND, STR_NOT_FOUND },
        { STR_INIT(""), STR_INIT(""), 0, 0 },
        { STR_INIT("abc"), STR_INIT(""), 0, 0 },
        { STR_INIT("abcabc"), STR_INIT("bc"), 1, 1 },
        { STR_INIT("abcabc"), STR_INIT("CA"), STR_NOT_FOUND, 2 },
        { STR_INIT("abc"), STR_INIT("abcd"), STR_NOT_FOUND, STR_NOT_FOUND },
        { STR_INIT("xx\0Y"), STR_INIT("\0y"), STR_NOT_FOUND, 2 },
        { STR_INIT("abc"), STR_INIT("C"), STR_NOT_FOUND, 2 },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        assert_int_equal(str_find(CASES[i].s, CASES[i].needle), CASES[i].at);
        assert_int_equal(str_find_nocase(CASES[i].s, CASES[i].needle), CASES[i].nocase);
    }
    assert_int_equal(str_find_octet(STR("a@b@c"), '@'), 1);
    assert_int_equal(str_rfind_octet(STR("a@b@c"), '@'), 3);
    assert_int_equal(str_find_octet(STR("abc"), '@'), STR_NOT_FOUND);
    assert_int_equal(str_rfind_octet(STR_NONE, '@'), STR_NOT_FOUND);
    assert_int_equal(str_find_octet(STR_NONE, 0), STR_NOT_FOUND);
}

static void cuts(void **state UNUSED)
{
    static const struct {
        str text;
        const char *parts; /* joined with | */
    } CASES[] = {
        { STR_INIT("a,b,c"), "a|b|c|" }, { STR_INIT("abc"), "abc|" }, { STR_INIT(""), "|" },
        { STR_INIT("a,"), "a||" },       { STR_INIT(",a"), "|a|" },   { STR_INIT(",,"), "|||" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char parts[32] = "";
        str rest = CASES[i].text;
        while (rest.p) {
            str part = str_cut(&rest, ',');
            strncat(parts, part.n ? part.p : "", part.n);
            strcat(parts, "|");
        }
        assert_string_equal(parts, CASES[i].parts);
        assert_int_equal(rest.n, 0);
    }
    str none = STR_NONE;
    assert_null(str_cut(&none, ',').p);
}

static void takes_skips_trims(void **state UNUSED)
{
    assert_str("skip", str_skip(STR("abc"), 1), STR("bc"));
    assert_str("skip all", str_skip(STR("abc"), 3), STR(""));
    assert_str("skip more", str_skip(STR("abc"), SIZE_MAX), STR(""));
    assert_non_null(str_skip(STR("abc"), 4).p); /* at the end, not gone: str_cut() relies on it */
    assert_null(str_skip(STR_NONE, 4).p);
    assert_str("take", str_take(STR("abc"), 2), STR("ab"));
    assert_str("take more", str_take(STR("abc"), 9), STR("abc"));
    assert_str("trim", str_trim(STR(" \t\r\na b\r\n\t ")), STR("a b"));
    assert_str("trim all", str_trim(STR(" \t\r\n")), STR(""));
    assert_str("trim no NUL", str_trim(STR("\0 ")), STR("\0"));
    assert_int_equal(str_trim(STR_NONE).n, 0);
}

static void numbers(void **state UNUSED)
{
    static const struct {
        str text;
        uint64_t max;
        bool ok;
        uint64_t value;
    } CASES[] = {
        { STR_INIT("0"), 0, true, 0 },
        { STR_INIT("587"), 65535, true, 587 },
        { STR_INIT("0025"), 65535, true, 25 },
        { STR_INIT("65536"), 65535, false, 0 },
        { STR_INIT("18446744073709551615"), UINT64_MAX, true, UINT64_MAX },
        { STR_INIT("18446744073709551616"), UINT64_MAX, false, 0 },
        { STR_INIT("99999999999999999999"), UINT64_MAX, false, 0 },
        { STR_INIT(""), 9, false, 0 },
        { STR_INIT("+1"), 9, false, 0 },
        { STR_INIT("-1"), 9, false, 0 },
        { STR_INIT(" 1"), 9, false, 0 },
        { STR_INIT("1 "), 9, false, 0 },
        { STR_INIT("0x1"), 9, false, 0 },
        { STR_INIT("1\0"), 9, false, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        uint64_t value = 4242;
        assert_int_equal(str_to_u64(CASES[i].text, CASES[i].max, &value), CASES[i].ok);
        assert_int_equal(value, CASES[i].ok ? CASES[i].value : 4242);
    }
}

static void utf8(void **state UNUSED)
{
    static const struct {
        const char *what;
        str text;
        bool ok;
        uint32_t first;
    } CASES[] = {
        { "empty", STR_INIT(""), true, 0 },
        { "ASCII", STR_INIT("a"), true, 'a' },
        { "NUL", STR_INIT("\0"), true, 0 },
        { "two octets", STR_INIT("\xc3\xa4"), true, 0xe4 },
        { "three octets", STR_INIT("\xe2\x82\xac"), true, 0x20ac },
        { "four octets", STR_INIT("\xf0\x9f\x93\xa7"), true, 0x1f4e7 },
        { "last character", STR_INIT("\xf4\x8f\xbf\xbf"), true, 0x10ffff },
        { "behind the last", STR_INIT("\xf4\x90\x80\x80"), false, 0 },
        { "overlong NUL", STR_INIT("\xc0\x80"), false, 0 },
        { "overlong, two", STR_INIT("\xc1\xbf"), false, 0 },
        { "overlong, three", STR_INIT("\xe0\x9f\xbf"), false, 0 },
        { "overlong, four", STR_INIT("\xf0\x8f\xbf\xbf"), false, 0 },
        { "first surrogate", STR_INIT("\xed\xa0\x80"), false, 0 },
        { "last surrogate", STR_INIT("\xed\xbf\xbf"), false, 0 },
        { "before the surrogates", STR_INIT("\xed\x9f\xbf"), true, 0xd7ff },
        { "lone continuation", STR_INIT("\x80"), false, 0 },
        { "cut", STR_INIT("\xe2\x82"), false, 0 },
        { "no continuation", STR_INIT("\xc3("), false, 0 },
        { "five octets", STR_INIT("\xf8\x88\x80\x80\x80"), false, 0 },
        { "never a lead", STR_INIT("\xff"), false, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        uint32_t first = 0;
        if (str_is_utf8(CASES[i].text) != CASES[i].ok)
            fail_msg("%s", CASES[i].what);
        size_t n = str_utf8_first(CASES[i].text, &first);
        assert_int_equal(n, CASES[i].ok ? CASES[i].text.n : 0);
        assert_int_equal(first, CASES[i].first);
    }
    assert_false(str_is_utf8(STR("ab\xe4")));
    assert_true(str_is_ascii(STR("\0\x7f")));
    assert_false(str_is_ascii(STR("a\x80")));
    assert_true(str_is_ascii(STR_NONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares),          cmocka_unit_test(finds),   cmocka_unit_test(cuts),
        cmocka_unit_test(takes_skips_trims), cmocka_unit_test(numbers), cmocka_unit_test(utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
