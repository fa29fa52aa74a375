/* SPDX-License-Identifier: ISC */
#include "smtp/reply.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { MAX_OCTETS = 80 };

/* One reply, or what breaks one. left: octets that must stay behind a whole reply. */
static const struct read_case {
    const char *label;
    str octets;
    enum smtp_read want;
    unsigned code;
    struct smtp_enhanced enhanced;
    str text;
    unsigned lines, deviations;
    enum smtp_broken broken;
    size_t left;
} READ_CASES[] = {
    { "relay refused",
      STR_INIT("550 5.7.1 relaying denied\r\n"),
      SMTP_READ_REPLY,
      550,
      { 5, 7, 1 },
      STR_INIT("5.7.1 relaying denied"),
      1,
      0,
      0,
      0 },
    { "three lines",
      STR_INIT("250-a.example\r\n250-SIZE 10\r\n250 HELP\r\n"),
      SMTP_READ_REPLY,
      250,
      { 0, 0, 0 },
      STR_INIT("a.example\nSIZE 10\nHELP"),
      3,
      0,
      0,
      0 },
    { "the next reply stays",
      STR_INIT("250 one\r\n354 two\r\n"),
      SMTP_READ_REPLY,
      250,
      { 0, 0, 0 },
      STR_INIT("one"),
      1,
      0,
      0,
      9 },
    { "code alone",
      STR_INIT("250\r\n"),
      SMTP_READ_REPLY,
      250,
      { 0, 0, 0 },
      STR_INIT(""),
      1,
      SMTP_DEV_NO_SEPARATOR,
      0,
      0 },
    { "code and blank",
      STR_INIT("250 \r\n"),
      SMTP_READ_REPLY,
      250,
      { 0, 0, 0 },
      STR_INIT(""),
      1,
      0,
      0,
      0 },
    { "empty line in the middle",
      STR_INIT("220-\r\n220-x\r\n220 \r\n"),
      SMTP_READ_REPLY,
      220,
      { 0, 0, 0 },
      STR_INIT("\nx\n"),
      3,
      0,
      0,
      0 },
    { "text behind the code",
      STR_INIT("250ok\r\n"),
      SMTP_READ_REPLY,
      250,
      { 0, 0, 0 },
      STR_INIT("ok"),
      1,
      SMTP_DEV_NO_SEPARATOR,
      0,
      0 },
    { "a code beyond the grammar",
      STR_INIT("299 x\r\n"),
      SMTP_READ_REPLY,
      299,
      { 0, 0, 0 },
      STR_INIT("x"),
      1,
      0,
      0,
      0 },
    { "bare LF",
      STR_INIT("250-a\n250 b\n"),
      SMTP_READ_REPLY,
      250,
      { 0, 0, 0 },
      STR_INIT("a\nb"),
      2,
      SMTP_DEV_BARE_LF,
      0,
      0 },
    { "code and bare LF",
      STR_INIT("250\n"),
      SMTP_READ_REPLY,
      250,
      { 0, 0, 0 },
      STR_INIT(""),
      1,
      SMTP_DEV_BARE_LF | SMTP_DEV_NO_SEPARATOR,
      0,
      0 },
    { "bare CR",
      STR_INIT("250 a\rb\r\r\n"),
      SMTP_READ_REPLY,
      250,
      { 0, 0, 0 },
      STR_INIT("a\rb\r"),
      1,
      SMTP_DEV_BARE_CR,
      0,
      0 },
    { "NUL",
      STR_INIT("250 a\0b\r\n"),
      SMTP_READ_REPLY,
      250,
      { 0, 0, 0 },
      STR_INIT("a\0b"),
      1,
      SMTP_DEV_NUL,
      0,
      0 },
    { "over 127",
      STR_INIT("550 \xc3\xa4\r\n"),
      SMTP_READ_REPLY,
      550,
      { 0, 0, 0 },
      STR_INIT("\xc3\xa4"),
      1,
      SMTP_DEV_8BIT,
      0,
      0 },
    { "enhanced in line two",
      STR_INIT("550-no\r\n550 5.1.1 who\r\n"),
      SMTP_READ_REPLY,
      550,
      { 5, 1, 1 },
      STR_INIT("no\n5.1.1 who"),
      2,
      0,
      0,
      0 },
    { "enhanced, two blanks",
      STR_INIT("550  5.1.1 who\r\n"),
      SMTP_READ_REPLY,
      550,
      { 5, 1, 1 },
      STR_INIT(" 5.1.1 who"),
      1,
      0,
      0,
      0 },
    { "the first enhanced counts",
      STR_INIT("550-5.1.1 a\r\n550 5.7.1 b\r\n"),
      SMTP_READ_REPLY,
      550,
      { 5, 1, 1 },
      STR_INIT("5.1.1 a\n5.7.1 b"),
      2,
      0,
      0,
      0 },
    { "class does not agree",
      STR_INIT("450-5.7.1 a\r\n450 4.7.1 b\r\n"),
      SMTP_READ_REPLY,
      450,
      { 4, 7, 1 },
      STR_INIT("5.7.1 a\n4.7.1 b"),
      2,
      0,
      0,
      0 },
    { "an address is no enhanced code",
      STR_INIT("550 5.7.1.9 x\r\n"),
      SMTP_READ_REPLY,
      550,
      { 0, 0, 0 },
      STR_INIT("5.7.1.9 x"),
      1,
      0,
      0,
      0 },
    { "exactly the maximum",
      STR_INIT(
          "250 56789012345678901234567890123456789012345678901234567890123456789012345678\r\n"),
      SMTP_READ_REPLY,
      250,
      { 0, 0, 0 },
      STR_INIT("56789012345678901234567890123456789012345678901234567890123456789012345678"),
      1,
      0,
      0,
      0 },
    { "half a code", STR_INIT("25"), SMTP_READ_MORE, 0, { 0, 0, 0 }, STR_INIT(""), 0, 0, 0, 0 },
    { "half a CRLF",
      STR_INIT("250 ok\r"),
      SMTP_READ_MORE,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      0,
      0 },
    { "more to come",
      STR_INIT("250-ok\r\n"),
      SMTP_READ_MORE,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      0,
      0 },
    { "half a TLS record",
      STR_INIT("\x16"),
      SMTP_READ_MORE,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      0,
      0 },
    { "codes differ",
      STR_INIT("250-one\r\n550 two\r\n"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_CODES_DIFFER,
      0 },
    { "codes differ, before the line is whole",
      STR_INIT("250-one\r\n251"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_CODES_DIFFER,
      0 },
    { "a later line without code",
      STR_INIT("250-one\r\nt"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_LINE,
      0 },
    { "a later line like TLS",
      STR_INIT("250-one\r\n\x16\x03"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_LINE,
      0 },
    { "a later line with a date",
      STR_INIT("250-one\r\n2504"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_LINE,
      0 },
    { "TLS handshake",
      STR_INIT("\x16\x03\x01\x02"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_TLS,
      0 },
    { "TLS alert",
      STR_INIT("\x15\x03"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_TLS,
      0 },
    { "like TLS, and not",
      STR_INIT("\x16\x04"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_NOT_SMTP,
      0 },
    { "HTTP, known by its first octet",
      STR_INIT("H"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_NOT_SMTP,
      0 },
    { "SSH",
      STR_INIT("SSH-2.0-x\r\n"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_NOT_SMTP,
      0 },
    { "POP3",
      STR_INIT("+OK\r\n"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_NOT_SMTP,
      0 },
    { "a date",
      STR_INIT("2024-05-01\r\n"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_NOT_SMTP,
      0 },
    { "code of one digit",
      STR_INIT("2 x"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_NOT_SMTP,
      0 },
    { "1xx",
      STR_INIT("1"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_NOT_SMTP,
      0 },
    { "6xx",
      STR_INIT("600 x\r\n"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_NOT_SMTP,
      0 },
    { "empty line",
      STR_INIT("\r\n220 x\r\n"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_NOT_SMTP,
      0 },
    { "one octet too many",
      STR_INIT(
          "250 567890123456789012345678901234567890123456789012345678901234567890123456785\r\n"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_TOO_LONG,
      0 },
    { "lines without end",
      STR_INIT("250-\r\n250-\r\n250-\r\n250-\r\n250-\r\n250-\r\n250-\r\n250-\r\n250-\r\n"
               "250-\r\n250-\r\n250-\r\n250-\r\n2"),
      SMTP_READ_MORE,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      0,
      0 },
    { "more lines without end",
      STR_INIT("250-\r\n250-\r\n250-\r\n250-\r\n250-\r\n250-\r\n250-\r\n250-\r\n250-\r\n"
               "250-\r\n250-\r\n250-\r\n250-\r\n250"),
      SMTP_READ_BROKEN,
      0,
      { 0, 0, 0 },
      STR_INIT(""),
      0,
      0,
      SMTP_BROKEN_TOO_LONG,
      0 },
};

static void same_text(str got, str want)
{
    assert_int_equal(got.n, want.n);
    if (want.n > 0)
        assert_memory_equal(got.p, want.p, want.n);
}

static void check(const struct read_case *k, const struct smtp_reader *r, enum smtp_read got,
                  size_t used)
{
    const struct smtp_reply *p = smtp_reader_reply(r);

    assert_int_equal(got, k->want);
    assert_int_equal(smtp_reader_broken(r), k->broken);
    assert_int_equal(used, k->octets.n - k->left);
    if (k->want == SMTP_READ_REPLY) {
        assert_int_equal(p->code, k->code);
        assert_int_equal(p->enhanced.class, k->enhanced.class);
        assert_int_equal(p->enhanced.subject, k->enhanced.subject);
        assert_int_equal(p->enhanced.detail, k->enhanced.detail);
        assert_int_equal(p->lines, k->lines);
        assert_int_equal(p->deviations, k->deviations);
        same_text(p->text, k->text);
        assert_int_equal(smtp_reader_seen(r).n, 0);
    } else {
        same_text(smtp_reader_seen(r), k->octets);
    }
}

/* Feeds the pieces before and behind the cut; octets behind a whole reply are not fed. */
static enum smtp_read feed_cut(struct smtp_reader *r, str octets, size_t cut, size_t *used)
{
    size_t n = 0;
    enum smtp_read got = smtp_reader_feed(r, str_take(octets, cut), &n);

    *used = n;
    if (got == SMTP_READ_REPLY)
        return got;
    got = smtp_reader_feed(r, str_skip(octets, cut), &n);
    *used += n;
    return got;
}

static enum smtp_read feed_singly(struct smtp_reader *r, str octets, size_t *used)
{
    enum smtp_read got = SMTP_READ_MORE;

    *used = 0;
    for (size_t i = 0; i < octets.n && got != SMTP_READ_REPLY; i++) {
        size_t n;

        got = smtp_reader_feed(r, str_take(str_skip(octets, i), 1), &n);
        *used += n;
    }
    return got;
}

static void replies_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(READ_CASES); i++) {
        const struct read_case *k = &READ_CASES[i];
        struct smtp_reader *r = smtp_reader_new(MAX_OCTETS);
        enum smtp_read got;
        size_t used;

        print_message("  %s\n", k->label);
        for (size_t cut = 0; cut <= k->octets.n; cut++) {
            smtp_reader_reset(r);
            got = feed_cut(r, k->octets, cut, &used);
            check(k, r, got, used);
        }
        smtp_reader_reset(r);
        got = feed_singly(r, k->octets, &used);
        check(k, r, got, used);
        smtp_reader_free(r);
    }
}

/* One reader, many replies: nothing of one may show in the next. */
static void replies_follow_each_other(void **state)
{
    static const str OCTETS = STR_INIT("550-5.7.1 \x80 a\n550 b\r\n250\r\n221 2.0.0 bye\r\n");
    static const struct {
        unsigned code, class, lines, deviations;
        str text;
    } WANT[] = {
        { 550, 5, 2, SMTP_DEV_8BIT | SMTP_DEV_BARE_LF, STR_INIT("5.7.1 \x80 a\nb") },
        { 250, 0, 1, SMTP_DEV_NO_SEPARATOR, STR_INIT("") },
        { 221, 2, 1, 0, STR_INIT("2.0.0 bye") },
    };
    AUTO(smtp_reader_freep) struct smtp_reader *r = smtp_reader_new(MAX_OCTETS);
    str left = OCTETS;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(WANT); i++) {
        const struct smtp_reply *p = smtp_reader_reply(r);
        size_t used;

        assert_int_equal(smtp_reader_feed(r, left, &used), SMTP_READ_REPLY);
        left = str_skip(left, used);
        assert_int_equal(p->code, WANT[i].code);
        assert_int_equal(p->enhanced.class, WANT[i].class);
        assert_int_equal(p->lines, WANT[i].lines);
        assert_int_equal(p->deviations, WANT[i].deviations);
        same_text(p->text, WANT[i].text);
    }
    assert_int_equal(left.n, 0);
}

static void broken_stays_until_reset(void **state)
{
    AUTO(smtp_reader_freep) struct smtp_reader *r = smtp_reader_new(MAX_OCTETS);
    char noise[300];
    size_t used;

    (void)state;
    memset(noise, 'x', sizeof(noise));
    assert_int_equal(smtp_reader_feed(r, (str){ noise, sizeof(noise) }, &used), SMTP_READ_BROKEN);
    assert_int_equal(used, sizeof(noise));
    assert_int_equal(smtp_reader_seen(r).n, 256);
    assert_int_equal(smtp_reader_feed(r, STR("250 ok\r\n"), &used), SMTP_READ_BROKEN);
    assert_int_equal(smtp_reader_broken(r), SMTP_BROKEN_NOT_SMTP);
    smtp_reader_reset(r);
    assert_int_equal(smtp_reader_feed(r, STR("250 ok\r\n"), &used), SMTP_READ_REPLY);
}

static void long_lines_are_noted(void **state)
{
    AUTO(smtp_reader_freep) struct smtp_reader *r = smtp_reader_new(2000);
    char line[600];
    size_t used;

    (void)state;
    for (size_t n = 512; n <= 513; n++) {
        memset(line, 'x', sizeof(line));
        memcpy(line, "250 ", 4);
        memcpy(line + n - 2, "\r\n", 2);
        assert_int_equal(smtp_reader_feed(r, (str){ line, n }, &used), SMTP_READ_REPLY);
        assert_int_equal(smtp_reader_reply(r)->deviations, n > 512 ? SMTP_DEV_LONG_LINE : 0);
    }
}

/* Four megabytes of short lines, fed singly and whole: a cost that grew with the square of it
 * would take minutes. */
static void cost_is_linear(void **state)
{
    enum { OCTETS = 4 << 20 };
    AUTO(smtp_reader_freep) struct smtp_reader *r = smtp_reader_new(OCTETS);
    char *octets = malloc(OCTETS);
    clock_t start = clock();
    size_t used;

    (void)state;
    for (size_t i = 0; i < OCTETS; i++)
        octets[i] = "250-\n"[i % 5];
    assert_int_equal(feed_singly(r, (str){ octets, OCTETS }, &used), SMTP_READ_MORE);
    smtp_reader_reset(r);
    assert_int_equal(smtp_reader_feed(r, (str){ octets, OCTETS }, &used), SMTP_READ_MORE);
    assert_int_equal(smtp_reader_feed(r, STR("2"), &used), SMTP_READ_BROKEN);
    assert_int_equal(smtp_reader_broken(r), SMTP_BROKEN_TOO_LONG);
    assert_true((clock() - start) / CLOCKS_PER_SEC < 20);
    free(octets);
}

static void enhanced_codes(void **state)
{
    static const struct {
        str text;
        bool want;
        struct smtp_enhanced x;
        str rest;
    } CASES[] = {
        { STR_INIT("5.7.1 no"), true, { 5, 7, 1 }, STR_INIT("no") },
        { STR_INIT("2.0.0"), true, { 2, 0, 0 }, STR_INIT("") },
        { STR_INIT("4.123.456\ttext"), true, { 4, 123, 456 }, STR_INIT("text") },
        { STR_INIT("5.7.1\nnext"), true, { 5, 7, 1 }, STR_INIT("\nnext") },
        { STR_INIT("5.7"), false, { 0, 0, 0 }, STR_INIT("") },
        { STR_INIT("5.7.1234 x"), false, { 0, 0, 0 }, STR_INIT("") },
        { STR_INIT("5..1 x"), false, { 0, 0, 0 }, STR_INIT("") },
        { STR_INIT("3.0.0 x"), false, { 0, 0, 0 }, STR_INIT("") },
        { STR_INIT("25.0.0 x"), false, { 0, 0, 0 }, STR_INIT("") },
        { STR_INIT("5.7.1: x"), false, { 0, 0, 0 }, STR_INIT("") },
        { STR_INIT(""), false, { 0, 0, 0 }, STR_INIT("") },
    };
    char out[SMTP_ENHANCED_MAX];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct smtp_enhanced x = { 9, 9, 9 };
        str rest = STR("untouched");
        bool got = smtp_enhanced_read(CASES[i].text, &x, &rest);

        assert_int_equal(got, CASES[i].want);
        if (!got) {
            assert_int_equal(x.class, 9);
            same_text(rest, STR("untouched"));
            continue;
        }
        assert_memory_equal(&x, &CASES[i].x, sizeof(x));
        same_text(rest, CASES[i].rest);
    }
    assert_string_equal(smtp_enhanced_text(&(struct smtp_enhanced){ 5, 17, 123 }, out), "5.17.123");
    assert_string_equal(smtp_enhanced_text(&(struct smtp_enhanced){ 0, 0, 0 }, out), "");
}

static void pasted_replies(void **state)
{
    static const struct {
        str pasted;
        size_t room;
        unsigned code; /* 0: none is there */
        struct smtp_enhanced x;
        unsigned lines;
        str text;
    } CASES[] = {
        { STR_INIT("550 5.7.1 text"), 99, 550, { 5, 7, 1 }, 1, STR_INIT("5.7.1 text") },
        { STR_INIT("  550-a\r\n  550 b  \n"), 99, 550, { 0, 0, 0 }, 2, STR_INIT("a\nb") },
        { STR_INIT("550-5.1.1 a\n550"), 99, 550, { 5, 1, 1 }, 2, STR_INIT("5.1.1 a\n") },
        { STR_INIT("550-cut off"), 99, 550, { 0, 0, 0 }, 1, STR_INIT("cut off") },
        { STR_INIT("550-a\n450 b"), 99, 550, { 0, 0, 0 }, 1, STR_INIT("a") },
        { STR_INIT("550 a\n550 b"), 99, 550, { 0, 0, 0 }, 1, STR_INIT("a") },
        { STR_INIT("550: no"), 99, 550, { 0, 0, 0 }, 1, STR_INIT(": no") },
        { STR_INIT("250"), 0, 250, { 0, 0, 0 }, 1, STR_INIT("") },
        { STR_INIT("550 abc"), 2, 550, { 0, 0, 0 }, 1, STR_INIT("ab") },
        { STR_INIT("550-ab\n550 c"), 2, 550, { 0, 0, 0 }, 2, STR_INIT("ab") },
        { STR_INIT("5501 messages"), 99, 0, { 0, 0, 0 }, 0, STR_INIT("") },
        { STR_INIT("550a2"), 99, 0, { 0, 0, 0 }, 0, STR_INIT("") },
        { STR_INIT("199 x"), 99, 0, { 0, 0, 0 }, 0, STR_INIT("") },
        { STR_INIT("600 x"), 99, 0, { 0, 0, 0 }, 0, STR_INIT("") },
        { STR_INIT("55"), 99, 0, { 0, 0, 0 }, 0, STR_INIT("") },
        { STR_INIT("error: 550 x"), 99, 0, { 0, 0, 0 }, 0, STR_INIT("") },
        { STR_INIT(""), 99, 0, { 0, 0, 0 }, 0, STR_INIT("") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct smtp_reply r = { .code = 7 };
        char room[100];
        bool got = smtp_reply_parse(CASES[i].pasted, room, CASES[i].room, &r);

        assert_int_equal(got, CASES[i].code != 0);
        if (!got) {
            assert_int_equal(r.code, 7);
            continue;
        }
        assert_int_equal(r.code, CASES[i].code);
        assert_memory_equal(&r.enhanced, &CASES[i].x, sizeof(r.enhanced));
        assert_int_equal(r.lines, CASES[i].lines);
        same_text(r.text, CASES[i].text);
    }
}

static void every_value_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < SMTP_STAGES; i++)
        assert_true(names_of(&SMTP_STAGE_NAMES, i).n > 0);
    for (int i = 0; i <= SMTP_BROKEN_MEMORY; i++)
        assert_true(names_of(&SMTP_BROKEN_NAMES, i).n > 0);
    assert_true(str_eq(names_of(&SMTP_STAGE_NAMES, SMTP_STAGE_END_OF_DATA), STR("end-of-data")));
}

static void freeing_nothing(void **state)
{
    (void)state;
    smtp_reader_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_cut_anywhere),     cmocka_unit_test(replies_follow_each_other),
        cmocka_unit_test(broken_stays_until_reset), cmocka_unit_test(long_lines_are_noted),
        cmocka_unit_test(cost_is_linear),           cmocka_unit_test(enhanced_codes),
        cmocka_unit_test(pasted_replies),           cmocka_unit_test(every_value_has_a_name),
        cmocka_unit_test(freeing_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
