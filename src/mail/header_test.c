/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "mail/header.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

/* want: every field as <name|value>, then the body. */
static const struct {
    const char *label;
    str message;
    const char *want;
    unsigned odd;
} CASES[] = {
    { "plain", STR_INIT("A: x\r\nB:y\r\n\r\nbody\r\n"), "<A| x><B|y>body\r\n", 0 },
    { "folded", STR_INIT("A: x\r\n y\r\n\tz\r\nB:\r\n b\r\n\r\n"), "<A| x\r\n y\r\n\tz><B|\r\n b>",
      0 },
    { "no field, a body", STR_INIT("\r\nbody"), "body", 0 },
    { "the body has a field", STR_INIT("A: x\r\n\r\nB: y\r\n\r\n"), "<A| x>B: y\r\n\r\n", 0 },
    { "unix lines", STR_INIT("A: x\n y\nB: z\n\nbody\n"), "<A| x\n y><B| z>body\n", 0 },
    { "empty value", STR_INIT("A:\r\n\r\n"), "<A|>", 0 },
    { "colons", STR_INIT("A:b:c\r\n\r\n"), "<A|b:c>", 0 },
    { "blanks before the colon", STR_INIT("A \t: x\r\n\r\n"), "<A| x>", MAIL_BLANK_BEFORE_COLON },
    { "no blank line", STR_INIT("A: x\r\n"), "<A| x>", MAIL_NO_BLANK_LINE },
    { "cut in a line", STR_INIT("A: x\r\nB"), "<A| x>", MAIL_NO_BLANK_LINE | MAIL_NOT_A_FIELD },
    { "nothing", STR_INIT(""), "", MAIL_NO_BLANK_LINE },
    { "one line", STR_INIT("A: x"), "<A| x>", MAIL_NO_BLANK_LINE },
    { "no colon", STR_INIT("A: x\r\ngarbage\r\nB: y\r\n\r\n"), "<A| x><B| y>", MAIL_NOT_A_FIELD },
    { "no name", STR_INIT(": x\r\nB: y\r\n\r\n"), "<B| y>", MAIL_NOT_A_FIELD },
    { "a blank in the name", STR_INIT("A b: x\r\nB: y\r\n\r\n"), "<B| y>", MAIL_NOT_A_FIELD },
    { "8 bits in the name", STR_INIT("\xc3\xa4: x\r\nB: y\r\n\r\n"), "<B| y>",
      MAIL_NOT_A_FIELD | MAIL_8BIT_HEADER },
    { "a DEL in the name", STR_INIT("A\x7f: x\r\nB: y\r\n\r\n"), "<B| y>", MAIL_NOT_A_FIELD },
    { "8 bits in the value", STR_INIT("A: \xc3\xa4\r\n\r\n"), "<A| \xc3\xa4>", MAIL_8BIT_HEADER },
    { "begins with a fold", STR_INIT(" x\r\nB: y\r\n\r\n"), "<B| y>", MAIL_NOT_A_FIELD },
    { "a fold behind garbage", STR_INIT("garbage\r\n x: y\r\nB: y\r\n\r\n"), "<B| y>",
      MAIL_NOT_A_FIELD },
    { "mbox", STR_INIT("From a@b.example Mon\r\nA: x\r\n\r\n"), "<A| x>", MAIL_MBOX_LINE },
    { "a field that begins like mbox's line", STR_INIT("From : a@b.example\r\nA: x\r\n\r\n"),
      "<From| a@b.example><A| x>", MAIL_BLANK_BEFORE_COLON },
    { "the same, more blanks", STR_INIT("From \t : a\r\n\r\n"), "<From| a>",
      MAIL_BLANK_BEFORE_COLON },
    { "mbox's line, not first", STR_INIT("A: x\r\nFrom a@b Mon\r\n\r\n"), "<A| x>",
      MAIL_NOT_A_FIELD },
    { "a fold of blanks", STR_INIT("A: x\r\n \t\r\n y\r\n\r\n"), "<A| x\r\n \t\r\n y>",
      MAIL_BLANK_FOLD },
    { "LF alone among CRLF", STR_INIT("A: x\nB: y\r\n\r\nbody"), "<A| x><B| y>body", MAIL_BARE_LF },
    { "LF alone ends the header", STR_INIT("A: x\r\n\nB: y\r\n\r\n"), "<A| x>B: y\r\n\r\n",
      MAIL_BARE_LF },
    { "CR alone", STR_INIT("A: x\rB: y\r\n\r\n"), "<A| x\rB: y>", MAIL_BARE_CR },
    { "CR twice", STR_INIT("A: x\r\r\n\r\n"), "<A| x\r>", MAIL_BARE_CR },
    { "CR alone among LF", STR_INIT("A: x\rB: y\n\n"), "<A| x\rB: y>", MAIL_BARE_CR },
    { "LF alone in the body", STR_INIT("A: x\r\n\r\na\nb\r\n"), "<A| x>a\nb\r\n",
      MAIL_BARE_LF_BODY },
    { "CR alone in the body", STR_INIT("A: x\r\n\r\na\rb\r"), "<A| x>a\rb\r", MAIL_BARE_CR_BODY },
    { "an LF header, CRLF in the body", STR_INIT("A: x\nB: y\n\na\r\nb"), "<A| x><B| y>a\r\nb",
      MAIL_BARE_CR_BODY },
    { "an LF header, CRLF ends it", STR_INIT("A: x\nB: y\r\n\r\na"), "<A| x><B| y>a",
      MAIL_BARE_LF },
    { "an LF header, CRLF on its blank line", STR_INIT("A: x\nB: y\n\r\na\n"), "<A| x><B| y>a\n",
      MAIL_BARE_LF | MAIL_BARE_LF_BODY },
    { "no header, CRLF in the body", STR_INIT("\na\r\n"), "a\r\n", MAIL_BARE_CR_BODY },
};

static void cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct arena memory;
        struct mail_header h;
        struct buf got;
        arena_init(&memory, 1 << 20);
        buf_init(&got, 4096);
        assert_true(mail_header_read(CASES[i].message, &memory, &h, NULL));
        for (size_t n = 0; n < h.count; n++)
            buf_addf(&got, "<%.*s|%.*s>", STR_ARG(h.fields[n].name), STR_ARG(h.fields[n].value));
        buf_add(&got, h.body);
        if (!str_eq(buf_str(&got), str_from(CASES[i].want)))
            fail_msg("%s: got %.*s", CASES[i].label, STR_ARG(buf_str(&got)));
        if (h.odd != CASES[i].odd)
            fail_msg("%s: odd %x, not %x", CASES[i].label, h.odd, CASES[i].odd);
        buf_done(&got);
        arena_done(&memory);
    }
}

static void other_oddities(void **state)
{
    char text[2048];
    struct arena memory;
    struct mail_header h;
    (void)state;
    arena_init(&memory, 1 << 20);
    memset(text, 'x', sizeof text);
    memcpy(text, "A: ", 3);
    memcpy(text + 3 + 995, "\r\n\r\n", 4);
    assert_true(mail_header_read((str){ text, sizeof text }, &memory, &h, NULL));
    assert_int_equal(h.odd, 0);
    memcpy(text + 3 + 995, "x\r\n\r\n", 5);
    text[9] = '\0';
    assert_true(mail_header_read((str){ text, sizeof text }, &memory, &h, NULL));
    assert_int_equal(h.odd, MAIL_LONG_LINE | MAIL_NUL);
    assert_true(mail_header_read(STR("A: x\r\na: y\r\nAB: z\r\n\r\n"), &memory, &h, NULL));
    assert_int_equal(mail_header_count(&h, STR("a")), 2);
    assert_ptr_equal(mail_header_first(&h, STR("ab")), &h.fields[2]);
    assert_null(mail_header_first(&h, STR("b")));
    arena_done(&memory);
}

/* Too many fields, too long a header, no memory: told, and nothing is half read. */
static void limits(void **state)
{
    struct buf b;
    struct arena memory;
    struct err e;
    struct mail_header h;
    (void)state;
    buf_init(&b, 8 << 20);
    arena_init(&memory, 8 << 20);
    for (int i = 0; i < MAIL_FIELDS_MAX; i++)
        buf_add(&b, STR("A:x\r\n"));
    assert_true(mail_header_read(buf_str(&b), &memory, &h, &e));
    assert_int_equal(h.count, MAIL_FIELDS_MAX);
    buf_add(&b, STR("A:x\r\n"));
    assert_false(mail_header_read(buf_str(&b), &memory, &h, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    buf_clear(&b);
    buf_add(&b, STR("A: x"));
    while (b.n < MAIL_HEADER_MAX - 4)
        buf_addc(&b, 'x');
    buf_add(&b, STR("\r\n\r\nbody"));
    assert_true(mail_header_read(buf_str(&b), &memory, &h, &e));
    assert_int_equal(h.body.n, 4);
    b.n -= 8;
    buf_add(&b, STR("x\r\n\r\nbody"));
    assert_false(mail_header_read(buf_str(&b), &memory, &h, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    arena_done(&memory);
    arena_init(&memory, 8);
    assert_false(mail_header_read(STR("A: x\r\n\r\n"), &memory, &h, &e));
    assert_int_equal(e.kind, ERR_MEMORY);
    arena_done(&memory);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cases), cmocka_unit_test(other_oddities),
                                        cmocka_unit_test(limits) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
