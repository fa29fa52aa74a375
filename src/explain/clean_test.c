/* SPDX-License-Identifier: ISC */
/*
 * explain/clean_test.c - a paste, whatever it was wrapped in, is the same text
 */
#include "explain/clean.h"
#include "explain/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 64 << 20 };

static const struct row {
    const char *name;
    str in;
    const char *out;
    unsigned cleaned;
} ROWS[] = {
    { "plain stays", STR_INIT("550 5.7.1 <a@b.example>: no\n"), "550 5.7.1 <a@b.example>: no\n",
      0 },
    { "nothing", STR_INIT(""), "", 0 },
    { "CRLF", STR_INIT("a\r\nb\rc"), "a\nb\nc", 0 },
    { "UTF-16 LE",
      STR_INIT("\xff\xfe"
               "5\0"
               "5\0"
               "0\0"
               "\n\0"
               "\xe9\0"),
      "550\n\xc3\xa9", CLEANED_CHARSET },
    { "UTF-16 BE",
      STR_INIT("\xfe\xff"
               "\0"
               "5\0"
               "5\xd8\x3d\xde\x00"),
      "55\xf0\x9f\x98\x80", CLEANED_CHARSET },
    { "UTF-16 without its mark",
      STR_INIT("n\0"
               "o\0"
               " \0"
               "u\0"
               "s\0"
               "e\0"),
      "no use", CLEANED_CHARSET },
    { "UTF-16 big-endian without it",
      STR_INIT("\0"
               "n\0"
               "o\0"
               " \0"
               "u\0"
               "s\0"
               "e"),
      "no use", CLEANED_CHARSET },
    { "half a pair",
      STR_INIT("\xff\xfe"
               "\x3d\xd8"
               "a\0"
               "\x00\xdc"),
      "\xef\xbf\xbd"
      "a\xef\xbf\xbd",
      CLEANED_CHARSET },
    { "Windows-1252", STR_INIT("refus\xe9 \x80 \x85"), "refus\xc3\xa9 \xe2\x82\xac ...",
      CLEANED_CHARSET },
    { "another charset", STR_INIT("535 \xc7\xeb\xca\xca\xd3\xd3 a"),
      "535 \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd a",
      CLEANED_CHARSET },
    { "UTF-8 that was cut", STR_INIT("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 \xc3"),
      "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9 \xef\xbf\xbd", CLEANED_CHARSET },
    { "its mark",
      STR_INIT("\xef\xbb\xbf"
               "550"),
      "550", 0 },
    { "odd blanks, smart quotes",
      STR_INIT("a\xc2\xa0"
               "b\xe2\x80\x8b"
               "c \xe2\x80\x9cno\xe2\x80\x9d d\xe2\x80\x99s \xe2\x80\x93"),
      "a bc \"no\" d's -", 0 },
    { "three dots", STR_INIT("wait\xe2\x80\xa6"), "wait...", 0 },
    { "full-width digits",
      STR_INIT("\xef\xbc\x95\xef\xbc\x95\xef\xbc\x90\xe3\x80\x80\xef\xbc\x9a"
               "x"),
      "550 :x", 0 },
    { "colours", STR_INIT("\x1b[31;1m550\x1b[0m no \x1b]0;t\a!\x1b(B"), "550 no !B",
      CLEANED_COLOURS },
    { "colours that lost their ESC", STR_INIT("[31m550[0m [192.0.2.1] [m]"), "550 [192.0.2.1] [m]",
      CLEANED_COLOURS },
    { "NUL",
      STR_INIT("5\0"
               "50\b x\x01y"),
      "550 x y", 0 },
    { "binary",
      STR_INIT(
          "\x01\x02\x03\x04\x05\x06\x07\x01\x02\x03\x04\x05\x06\x07\x01\x02\x03\x04\x05\x06 no"),
      "                     no", CLEANED_BINARY },
    { "HTML", STR_INIT("<p class=\"x\">550 5.7.1 &lt;a@b.example&gt;: no<br/>and <b>no</b></p>"),
      "\n550 5.7.1 <a@b.example>: no\nand no\n", CLEANED_HTML },
    { "a page",
      STR_INIT("<html><head><style>p { }</style></head><body>550\nno<pre>a\nb</pre><script>x < "
               "1</script></body></html>"),
      "\n\n\n\n550 no\na\nb\n\n\n", CLEANED_HTML },
    { "a script without its end", STR_INIT("<script>550 no"), "550 no", CLEANED_HTML },
    { "entities",
      STR_INIT(
          "l&#39;h&ocirc;te &#x27;x&#x27; &amp;lt;y&amp;gt; AT&T &nosuch; &#; &#xffffff; &amp;"),
      "l'h\xc3\xb4te 'x' <y> AT&T &nosuch; &#; &#xffffff; &", CLEANED_HTML },
    { "addresses are no tags", STR_INIT("<user@b.example> <mx.b.example> <a <> < b"),
      "<user@b.example> <mx.b.example> <a <> < b", 0 },
    { "comments", STR_INIT("a<!-- 550 -->b<td>c</td>"), "ab c ", CLEANED_HTML },
    { "quoted-printable",
      STR_INIT("the server answered that it does not relay for this address, which w=\nas meant "
               "=3D so, l=E2=80=99h=C3=B4te =\n"),
      "the server answered that it does not relay for this address, which was meant = so, "
      "l'h\xc3\xb4te ",
      CLEANED_QUOTED_PRINTABLE },
    { "no quoted-printable", STR_INIT("delay=20.3, to=<a@b.example>, x=3"),
      "delay=20.3, to=<a@b.example>, x=3", 0 },
    { "quotes", STR_INIT("> 550 no\n>> two\n> > three\nfour"), "550 no\ntwo\nthree\nfour",
      CLEANED_QUOTES },
    { "no quotes: sendmail", STR_INIT(">>> RCPT To:<a@b.example>\n<<< 550 no"),
      ">>> RCPT To:<a@b.example>\n<<< 550 no", 0 },
    { "no quotes: curl", STR_INIT("> EHLO x\n< 250 y\n> z"), "> EHLO x\n< 250 y\n> z", 0 },
    { "bars", STR_INIT("| 550 no\n| really\n"), "550 no\nreally\n", CLEANED_QUOTES },
    { "JSON",
      STR_INIT("\"550-5.7.1 no\\r\\n550 5.7.1 l\\u2019h\\u00f4te \\\"x\\\" \\ud83d\\ude00\\/\""),
      "\"550-5.7.1 no\n550 5.7.1 l'h\xc3\xb4te \"x\" \xf0\x9f\x98\x80/\"", CLEANED_ESCAPES },
    { "JSON in JSON", STR_INIT("{\\\\\\\"a\\\\n550"), "{\"a\n550", CLEANED_ESCAPES },
    { "Python", STR_INIT("b'refus\\xc3\\xa9\\nno'"), "b'refus\xc3\xa9\nno'", CLEANED_ESCAPES },
    { "a stack trace", STR_INIT("x\\n\\tat a.b.C"), "x\n\tat a.b.C", CLEANED_ESCAPES },
    { "no escapes",
      STR_INIT("C:\\new\\temp\\mail \\\\server\\name CORP\\nina \\u12 \\ud800 USER\\rx \\"),
      "C:\\new\\temp\\mail \\\\server\\name CORP\\nina \\u12 \xef\xbf\xbd USER\\rx \\",
      CLEANED_ESCAPES },
    { "docker compose", STR_INIT("mail_1  | 550 no\nmail-2 | yes\ntwo | x"), "550 no\nyes\ntwo | x",
      CLEANED_PREFIX },
    { "Kubernetes",
      STR_INIT(
          "2026-01-02T03:04:05.000000001Z stderr F 550 no\n2026-01-02T03:04:05.000000001Z other"),
      "550 no\n2026-01-02T03:04:05.000000001Z other", CLEANED_PREFIX },
    { "docker's own files",
      STR_INIT("{\"log\":\"550 no\\n\",\"stream\":\"stdout\",\"time\":\"x\"}\n{\"log\":\"x"),
      "550 no\n{\"log\":\"x", CLEANED_PREFIX },
    { "a listing", STR_INIT("1. 550 no\n2: two\n 3) three\n\n4\n"), "550 no\ntwo\nthree\n\n\n",
      CLEANED_PREFIX },
    { "codes are no listing", STR_INIT("1 a\n2 b\n550 c"), "1 a\n2 b\n550 c", 0 },
    { "a prompt", STR_INIT("$ swaks --to a@b.example\n550 no"), "swaks --to a@b.example\n550 no",
      CLEANED_PREFIX },
    { "HTML inside of JSON", STR_INIT("\"\\u003cbr\\u003e550 \\u003ca@b.example\\u003e\""),
      "\"\n550 <a@b.example>\"", CLEANED_ESCAPES | CLEANED_HTML },
};

static void test_cleaned(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        struct arena memory;
        arena_init(&memory, ROOM);
        str plain;
        unsigned cleaned;
        assert_true(explain_clean(ROWS[i].in, &memory, &plain, &cleaned, NULL));
        if (!str_eq(plain, str_from(ROWS[i].out)) || cleaned != ROWS[i].cleaned)
            fail_msg("%s: \"%.*s\", 0x%x", ROWS[i].name, STR_ARG(plain), cleaned);
        assert_true(str_is_utf8(plain));
        arena_done(&memory);
    }
}

static void test_folded(void **state)
{
    (void)state;
    struct arena memory;
    arena_init(&memory, ROOM);
    assert_true(str_eq(explain_fold(STR(" a\n    b\t\r\nc  "), &memory), STR("a b c")));
    assert_int_equal(explain_fold(STR(""), &memory).n, 0);
    arena_done(&memory);
}

/* 4 MiB of whatever could make a step look twice. */
static void test_the_nastiest_text_ends(void **state)
{
    (void)state;
    static const char *const UNITS[] = { "<script>", "<!--",    "&amp;", "<b ",
                                         "\\\\\\",   "\x1b[",   "=3D\n", ">",
                                         "| ",       "1\n",     "\xe9",  "{\"log\":\"",
                                         "550 ",     "\\ud83d", "<p>&",  "[3" };
    char *text = malloc((size_t)EXPLAIN_TEXT_MAX + 8);
    assert_non_null(text);
    for (size_t u = 0; u < COUNT_OF(UNITS); u++) {
        size_t unit = strlen(UNITS[u]);
        for (size_t i = 0; i < (size_t)EXPLAIN_TEXT_MAX + 8; i++)
            text[i] = UNITS[u][i % unit];
        struct arena memory;
        arena_init(&memory, ROOM);
        str plain;
        unsigned cleaned;
        assert_true(explain_clean((str){ text, (size_t)EXPLAIN_TEXT_MAX + 8 }, &memory, &plain,
                                  &cleaned, NULL));
        assert_true(cleaned & CLEANED_CUT);
        assert_true(plain.n <= EXPLAIN_TEXT_MAX && str_is_utf8(plain));
        arena_done(&memory);
    }
    free(text);
}

static void test_short_memory_is_told(void **state)
{
    (void)state;
    struct arena memory;
    arena_init(&memory, 4);
    str plain = STR("as before");
    unsigned cleaned = 7;
    struct err e;
    assert_false(explain_clean(STR("550 a longer text than that"), &memory, &plain, &cleaned, &e));
    assert_int_equal(e.kind, ERR_MEMORY);
    assert_true(str_eq(plain, STR("as before")) && cleaned == 7);
    assert_null(explain_fold(STR("550 a longer text than that"), &memory).p);
    arena_done(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cleaned),
        cmocka_unit_test(test_folded),
        cmocka_unit_test(test_the_nastiest_text_ends),
        cmocka_unit_test(test_short_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
