/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/escape.h"

static void makes_fit(void **state UNUSED)
{
    static const struct {
        const char *what;
        str octets, line, text;
    } CASES[] = {
        { "plain", STR_INIT("550 no"), STR_INIT("550 no"), STR_INIT("550 no") },
        { "empty", STR_INIT(""), STR_INIT(""), STR_INIT("") },
        { "backslash", STR_INIT("a\\b"), STR_INIT("a\\b"), STR_INIT("a\\b") },
        { "CRLF", STR_INIT("a\r\nb\n"), STR_INIT("a\\x0D\\x0Ab\\x0A"), STR_INIT("a\nb\n") },
        { "bare CR", STR_INIT("a\rb\r"), STR_INIT("a\\x0Db\\x0D"), STR_INIT("a\\x0Db\\x0D") },
        { "CR CR LF", STR_INIT("\r\r\n"), STR_INIT("\\x0D\\x0D\\x0A"), STR_INIT("\\x0D\n") },
        { "controls", STR_INIT("\0\t\x1b[31m\x7f"), STR_INIT("\\x00\\x09\\x1B[31m\\x7F"),
          STR_INIT("\\x00\\x09\\x1B[31m\\x7F") },
        { "UTF-8", STR_INIT("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x93\xa7"),
          STR_INIT("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x93\xa7"),
          STR_INIT("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x93\xa7") },
        { "joiners stay: scripts need them", STR_INIT("a\xe2\x80\x8c"), STR_INIT("a\xe2\x80\x8c"),
          STR_INIT("a\xe2\x80\x8c") },
        { "C1", STR_INIT("\xc2\x9b"), STR_INIT("\\xC2\\x9B"), STR_INIT("\\xC2\\x9B") },
        { "override", STR_INIT("\xe2\x80\xae"), STR_INIT("\\xE2\\x80\\xAE"),
          STR_INIT("\\xE2\\x80\\xAE") },
        { "isolate", STR_INIT("\xe2\x81\xa6"), STR_INIT("\\xE2\\x81\\xA6"),
          STR_INIT("\\xE2\\x81\\xA6") },
        { "line separator", STR_INIT("\xe2\x80\xa8"), STR_INIT("\\xE2\\x80\\xA8"),
          STR_INIT("\\xE2\\x80\\xA8") },
        { "tag", STR_INIT("\xf3\xa0\x81\x81"), STR_INIT("\\xF3\\xA0\\x81\\x81"),
          STR_INIT("\\xF3\\xA0\\x81\\x81") },
        { "Latin-1", STR_INIT("gr\xfc\xdf"), STR_INIT("gr\\xFC\\xDF"), STR_INIT("gr\\xFC\\xDF") },
        { "overlong", STR_INIT("\xc0\xaf"), STR_INIT("\\xC0\\xAF"), STR_INIT("\\xC0\\xAF") },
        { "cut, then sound", STR_INIT("\xe2\x82(\xc3\xa4"), STR_INIT("\\xE2\\x82(\xc3\xa4"),
          STR_INIT("\\xE2\\x82(\xc3\xa4") },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        AUTO(buf_done) struct buf line, text;
        buf_init(&line, 200);
        buf_init(&text, 200);
        assert_true(escape_line(CASES[i].octets, &line));
        assert_true(escape_text(CASES[i].octets, &text));
        if (!str_eq(buf_str(&line), CASES[i].line))
            fail_msg("%s, as a line: %.*s", CASES[i].what, STR_ARG(buf_str(&line)));
        if (!str_eq(buf_str(&text), CASES[i].text))
            fail_msg("%s, as text: %.*s", CASES[i].what, STR_ARG(buf_str(&text)));
    }
}

static void says_when_it_did_not_fit(void **state UNUSED)
{
    AUTO(buf_done) struct buf out;
    buf_init(&out, 6);
    buf_add(&out, STR("ab"));
    assert_true(escape_line(STR("\n"), &out));
    assert_true(str_eq(buf_str(&out), STR("ab\\x0A")));
    assert_false(escape_text(STR("c"), &out));
    assert_int_equal(out.n, 6);
}

static void shows_in_a_sentence(void **state UNUSED)
{
#define D25 "1234567890123456789012345"
    static const struct {
        str octets;
        const char *shown;
    } CASES[] = {
        { STR_INIT("mail.example"), "mail.example" },
        { STR_INIT(""), "" },
        { STR_INIT("a\r\n"), "a\\x0D\\x0A" },
        { STR_INIT(D25 D25 D25 "6"), D25 D25 D25 "6" },
        { STR_INIT(D25 D25 D25 "67"), D25 D25 D25 "6..." },
        { STR_INIT(D25 D25 D25 "ä"), D25 D25 D25 "..." },
        { STR_INIT(D25 D25 D25 "\1x"), D25 D25 D25 "..." },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char out[ESCAPE_SHOWN_MAX];
        assert_string_equal(escape_shown(CASES[i].octets, out), CASES[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_fit),
        cmocka_unit_test(shows_in_a_sentence),
        cmocka_unit_test(says_when_it_did_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
