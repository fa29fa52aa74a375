/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "mail/mime.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

#define TOP      "From: a@corp.example\nMIME-Version: 1.0\n"
#define MIXED(b) "Content-Type: multipart/mixed; boundary=\"" b "\"\n"

/* want: every part as "depth type [body]", a container with "+" and without a body. */
static const struct {
    const char *label;
    str message;
    const char *want;
    unsigned odd;
} CASES[] = {
    { "plain", STR_INIT(TOP "\nbody\n"), "0 text/plain [body\n]", 0 },
    { "nothing", STR_INIT(""), "0 text/plain []", 0 },
    { "no header", STR_INIT("just words\n"), "0 text/plain [just words\n]", 0 },
    { "blank lines before", STR_INIT("\n\n" TOP "\nbody"), "0 text/plain [body]", 0 },
    { "a header alone", STR_INIT(TOP), "0 text/plain []", 0 },
    { "two parts",
      STR_INIT(TOP MIXED(
          "b") "\npreamble\n--b\n\none\n--b\nContent-Type: text/html\n\n<p>\n--b--\nepilogue\n"),
      "0 multipart/mixed+ 1 text/plain [one] 1 text/html [<p>]", 0 },
    { "CRLF",
      STR_INIT("From: a\r\n"
               "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n\r\n--b--\r\n"),
      "0 multipart/mixed+ 1 text/plain [one\r\n]", 0 },
    { "quoted-printable and a charset",
      STR_INIT(TOP "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: "
                   "Quoted-Printable\n\ncaf=E9 =\nx"),
      "0 text/plain [caf\xc3\xa9 x]", 0 },
    { "base64", STR_INIT(TOP "Content-Transfer-Encoding: base64\n\nYWJj\nZGVm\n"),
      "0 text/plain [abcdef]", 0 },
    { "base64, empty", STR_INIT(TOP "Content-Transfer-Encoding: base64\n\n"), "0 text/plain []",
      0 },
    { "a picture",
      STR_INIT(TOP "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nYWJj\n"),
      "0 image/png []", 0 },
    { "a message inside",
      STR_INIT(TOP MIXED(
          "b") "\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\ninner\n--b\n\nlast\n--b--\n"),
      "0 multipart/mixed+ 1 message/rfc822+ 2 text/plain [inner] 1 text/plain [last]", 0 },
    { "a multipart in a message in a multipart",
      STR_INIT(TOP MIXED("b") "\n--b\nContent-Type: message/rfc822\n\n" MIXED(
          "c") "\n--c\n\nin\n--c--\n--b--\n"),
      "0 multipart/mixed+ 1 message/rfc822+ 2 multipart/mixed+ 3 text/plain [in]", 0 },
    { "the outer boundary ends the inner",
      STR_INIT(TOP MIXED("b") "\n--b\n" MIXED("c") "\n--c\n\nin\n--b\n\nout\n--b--\n"),
      "0 multipart/mixed+ 1 multipart/mixed+ 2 text/plain [in] 1 text/plain [out]", 0 },
    { "one boundary begins the other",
      STR_INIT(TOP MIXED("bb") "\n--bb\n" MIXED("b") "\n--b\n\nin\n--bb--\n"),
      "0 multipart/mixed+ 1 multipart/mixed+ 2 text/plain [in]", 0 },
    { "a digest",
      STR_INIT(TOP
               "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\nin\n--b--\n"),
      "0 multipart/digest+ 1 message/rfc822+ 2 text/plain [in]", 0 },
    { "no boundary is named",
      STR_INIT(TOP "Content-Type: multipart/mixed\n\n--x\nContent-Type: text/html\n\none\n--x--\n"),
      "0 multipart/mixed+ 1 text/html [one]", MAIL_PARTS_LIES },
    { "another is used",
      STR_INIT(TOP MIXED("b") "\n--x\nContent-Type: text/html\n\none\n--x\n\ntwo\n--x--\n"),
      "0 multipart/mixed+ 1 text/html [one] 1 text/plain [two]", MAIL_PARTS_LIES },
    { "dashes in the preamble", STR_INIT(TOP MIXED("b") "\n--no\nwords\n--b\n\none\n--b--\n"),
      "0 multipart/mixed+ 1 text/plain [one]", 0 },
    { "dashes in a part", STR_INIT(TOP MIXED("b") "\n--b\n\none\n--x\nContent-Type: no\n--b--\n"),
      "0 multipart/mixed+ 1 text/plain [one\n--x\nContent-Type: no]", 0 },
    { "never used", STR_INIT(TOP MIXED("b") "\njust words\n"), "0 text/plain [just words\n]",
      MAIL_PARTS_NONE | MAIL_PARTS_CUT },
    { "begins at a boundary",
      STR_INIT("--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a\n--x--\n"),
      "0 multipart/mixed+ 1 message/delivery-status [Reporting-MTA: dns; a]", MAIL_PARTS_LIES },
    { "cut in a part", STR_INIT(TOP MIXED("b") "\n--b\n\none"),
      "0 multipart/mixed+ 1 text/plain [one]", MAIL_PARTS_CUT },
    { "cut in a part's header", STR_INIT(TOP MIXED("b") "\n--b\nContent-Type: text/ht"),
      "0 multipart/mixed+ 1 text/ht []", MAIL_PARTS_CUT },
    { "cut behind a multipart's header", STR_INIT(TOP MIXED("b")), "0 text/plain []",
      MAIL_PARTS_NONE | MAIL_PARTS_CUT },
    { "cut behind a message's header", STR_INIT(TOP "Content-Type: message/rfc822\n"),
      "0 message/rfc822+ 1 text/plain []", 0 },
    { "cut in the header of a part, by a boundary",
      STR_INIT(TOP MIXED("b") "\n--b\nContent-Type: text/html\n--b\n\none\n--b--\n"),
      "0 multipart/mixed+ 1 text/html [] 1 text/plain [one]", 0 },
    { "a part without a header", STR_INIT(TOP MIXED("b") "\n--b\nwords\nmore\n--b--\n"),
      "0 multipart/mixed+ 1 text/plain [words\nmore]", 0 },
    { "an encoded message",
      STR_INIT(TOP "Content-Type: message/global\nContent-Transfer-Encoding: base64\n\n"
                   "U3ViamVjdDogeAoKaW4K\n"),
      "0 message/global+ 1 text/plain [in\n]", 0 },
    { "a type that is none", STR_INIT(TOP "Content-Type: text\n\nx"), "0 text/plain [x]", 0 },
    { "a boundary without an end",
      STR_INIT(TOP "Content-Type: multipart/mixed; boundary=\"b\n\n--b\n\nx\n--b--\n"),
      "0 multipart/mixed+ 1 text/plain [x]", 0 },
};

static void show(const struct mail_parts *m, struct buf *out)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct mail_part *p = &m->parts[i];
        buf_addf(out, "%s%u %.*s", i ? " " : "", p->depth, STR_ARG(p->type));
        if (p->container)
            buf_addc(out, '+');
        else
            buf_addf(out, " [%.*s]", STR_ARG(p->body));
    }
    buf_addc(out, '\0');
}

static void cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct arena memory;
        struct mail_parts m;
        struct buf got;
        arena_init(&memory, 1 << 20);
        buf_init(&got, 4096);
        assert_true(mail_parts_read(CASES[i].message, &memory, &m, NULL));
        show(&m, &got);
        if (!str_eq(str_from(got.p), str_from(CASES[i].want)) || m.odd != CASES[i].odd)
            fail_msg("%s: got %s (%u), want %s (%u)", CASES[i].label, got.p, m.odd, CASES[i].want,
                     CASES[i].odd);
        buf_done(&got);
        arena_done(&memory);
    }
}

/* Whatever was cut off, what is left is read. */
static void cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        for (size_t n = 0; n < CASES[i].message.n; n++) {
            struct arena memory;
            struct mail_parts m;
            arena_init(&memory, 1 << 20);
            assert_true(mail_parts_read(str_take(CASES[i].message, n), &memory, &m, NULL));
            assert_true(m.count >= 1);
            arena_done(&memory);
        }
}

static void a_part_tells_of_itself(void **state)
{
    (void)state;
    struct arena memory;
    struct mail_parts m;
    arena_init(&memory, 1 << 20);
    str text = STR(TOP MIXED("b") "\n--b\nContent-Type: text/plain; charset=KOI8-R\n"
                                  "Content-Disposition: attachment; filename=\"a b.txt\"\n\nx\n"
                                  "--b\nContent-Type: message/rfc822\n\nSubject: y\n\nz\n--b--\n");
    assert_true(mail_parts_read(text, &memory, &m, NULL));
    const struct mail_part *p = mail_parts_find(&m, 0, STR("text/plain"));
    assert_true(p == &m.parts[1] && str_eq(p->charset, STR("KOI8-R")));
    assert_true(str_eq(p->name, STR("a b.txt")) && p->parent == 0);
    assert_true(str_eq(m.parts[2].raw, STR("Subject: y\n\nz")));
    assert_true(mail_parts_find(&m, 2, STR("text/")) == &m.parts[3]);
    assert_null(mail_parts_find(&m, 0, STR("text/html")));
    assert_null(mail_parts_find(&m, 4, STR("text/")));
    arena_done(&memory);
}

static void likely(void **state)
{
    (void)state;
    assert_true(mail_parts_likely(STR("\n" TOP "Subject: x\n\n")));
    assert_true(mail_parts_likely(STR("From x Mon\nReceived: from a\n by b\nDate: today\n")));
    assert_true(mail_parts_likely(STR("--x\nContent-Type: text/plain\n\n")));
    assert_false(mail_parts_likely(STR("")));
    assert_false(mail_parts_likely(STR("550 5.7.1 no relaying\n")));
    assert_false(mail_parts_likely(STR("From: a\nTo: b\nSubject: c\n\n")));
    assert_false(mail_parts_likely(STR("From: a\nit said: no\nReceived: x\n")));
    assert_false(mail_parts_likely(STR("Reporting-MTA: dns; a.example\n")));
}

/* The text again and again, then the tail. */
static void many(const char *piece, size_t times, unsigned odd, size_t parts)
{
    struct arena memory;
    struct mail_parts m;
    struct buf text;
    buf_init(&text, 64 << 20);
    arena_init(&memory, 256 << 20);
    buf_add(&text, STR("Content-Type: multipart/mixed; boundary=b\n\n"));
    for (size_t i = 0; i < times; i++)
        buf_add(&text, str_from(piece));
    assert_true(buf_ok(&text) && mail_parts_read(buf_str(&text), &memory, &m, NULL));
    assert_int_equal(m.odd & odd, odd);
    assert_int_equal(m.count, parts);
    buf_done(&text);
    arena_done(&memory);
}

static void hostile(void **state)
{
    (void)state;
    many("--b\n", 1000000, MAIL_PARTS_TOO_MANY, MAIL_PARTS_MAX);
    many("--b\nContent-Type: multipart/mixed; boundary=b\n\n", 90000, MAIL_PARTS_TOO_DEEP, 256);
    many("--b\nContent-Type: message/rfc822\n\n", 90000, MAIL_PARTS_TOO_MANY, MAIL_PARTS_MAX);
    many("Content-Type: message/rfc822\n\n", 90000, MAIL_PARTS_NONE, 1);
    many("--b\n\na:\n", 1, MAIL_PARTS_CUT, 2);
    many("----", 1000000, MAIL_PARTS_NONE, 1);
    many("--b\na:\n", 1, MAIL_PARTS_CUT, 2);
}

static void a_header_without_end(void **state)
{
    (void)state;
    struct arena memory;
    struct mail_parts m;
    struct buf text;
    buf_init(&text, 64 << 20);
    arena_init(&memory, 64 << 20);
    for (size_t i = 0; i < 100000; i++)
        buf_add(&text, STR("a:\n"));
    assert_true(mail_parts_read(buf_str(&text), &memory, &m, NULL));
    assert_int_equal(m.odd, MAIL_PARTS_NO_FIELDS);
    assert_true(m.count == 1 && m.parts[0].header.count == 0);
    buf_done(&text);
    arena_done(&memory);
}

static void no_memory(void **state)
{
    (void)state;
    struct mail_parts m;
    struct err e = { 0 };
    for (size_t max = 0; max < 200000; max += 997) {
        struct arena memory;
        arena_init(&memory, max);
        if (!mail_parts_read(STR(TOP "Content-Transfer-Encoding: base64\n\nYWJj"), &memory, &m, &e))
            assert_int_equal(e.kind, ERR_MEMORY);
        arena_done(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),     cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(hostile),   cmocka_unit_test(a_part_tells_of_itself),
        cmocka_unit_test(likely),    cmocka_unit_test(a_header_without_end),
        cmocka_unit_test(no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
