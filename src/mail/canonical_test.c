/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "mail/canonical.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

static const struct {
    const char *label;
    str body;
    const char *simple, *relaxed;
} BODIES[] = {
    { "empty", STR_INIT(""), "\r\n", "" },
    { "one empty line", STR_INIT("\r\n"), "\r\n", "" },
    { "empty lines", STR_INIT("\r\n\r\n\r\n"), "\r\n", "" },
    { "a line", STR_INIT("a\r\n"), "a\r\n", "a\r\n" },
    { "no line end", STR_INIT("a"), "a\r\n", "a\r\n" },
    { "empty lines at the end", STR_INIT("a\r\n\r\n\r\n"), "a\r\n", "a\r\n" },
    { "empty lines before", STR_INIT("\r\n\r\na\r\n"), "\r\n\r\na\r\n", "\r\n\r\na\r\n" },
    { "blanks inside", STR_INIT("a \t b\tc\r\n"), "a \t b\tc\r\n", "a b c\r\n" },
    { "blanks at the end of a line", STR_INIT("a \t\r\nb\r\n"), "a \t\r\nb\r\n", "a\r\nb\r\n" },
    { "blanks first", STR_INIT(" \ta\r\n"), " \ta\r\n", " a\r\n" },
    { "a line of blanks at the end", STR_INIT("a\r\n \r\n\r\n"), "a\r\n \r\n", "a\r\n" },
    { "a line of blanks inside", STR_INIT("a\r\n \r\nb"), "a\r\n \r\nb\r\n", "a\r\n\r\nb\r\n" },
    { "nothing but blanks", STR_INIT(" \r\n\t"), " \r\n\t\r\n", "" },
    { "blanks, no line end", STR_INIT("a "), "a \r\n", "a\r\n" },
    { "CR at the end", STR_INIT("a\r"), "a\r\r\n", "a\r\r\n" },
    { "CR alone", STR_INIT("a\rb\r\n"), "a\rb\r\n", "a\rb\r\n" },
    { "CR CR LF", STR_INIT("a\r\r\n"), "a\r\r\n", "a\r\r\n" },
    { "LF alone is no line end", STR_INIT("a\n\nb \n\r\n"), "a\n\nb \n\r\n", "a\n\nb \n\r\n" },
    { "8 bits and NUL", STR_INIT("\xff\x80 \x01\r\n"), "\xff\x80 \x01\r\n", "\xff\x80 \x01\r\n" },
};

static void take(void *user, str octets)
{
    buf_add(user, octets);
}

static void check(const char *label, enum mail_form form, bool unix_lines, str body,
                  const char *want, size_t piece, uint64_t limit)
{
    struct buf got;
    struct mail_body b;
    buf_init(&got, 1 << 20);
    mail_body_begin(&b, form, unix_lines, limit, (struct mail_sink){ take, &got });
    for (str rest = body; rest.n > 0; rest = str_skip(rest, piece))
        mail_body_feed(&b, str_take(rest, piece));
    mail_body_end(&b);
    assert_int_equal(b.total, strlen(want));
    if (!str_eq(buf_str(&got), str_take(str_from(want), limit)))
        fail_msg("%s, %d: got '%.*s'", label, (int)form, STR_ARG(buf_str(&got)));
    buf_done(&got);
}

static void bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(BODIES); i++)
        for (size_t piece = 1; piece < 8; piece++)
            for (uint64_t limit = 0; limit < 12; limit++) {
                check(BODIES[i].label, MAIL_SIMPLE, false, BODIES[i].body, BODIES[i].simple, piece,
                      limit);
                check(BODIES[i].label, MAIL_RELAXED, false, BODIES[i].body, BODIES[i].relaxed,
                      piece, limit);
            }
    check("unix", MAIL_SIMPLE, true, STR("a \nb\n\n"), "a \r\nb\r\n", 1, UINT64_MAX);
    check("unix", MAIL_RELAXED, true, STR("a \nb\n\n"), "a\r\nb\r\n", 1, UINT64_MAX);
    check("unix, CR", MAIL_RELAXED, true, STR("a\rb"), "a\rb\r\n", 9, UINT64_MAX);
}

static void a_large_body(void **state)
{
    static char text[3 * 4096 + 7], want[sizeof text + 3];
    (void)state;
    memset(text, 'x', sizeof text);
    memset(want, 'x', sizeof text);
    memcpy(want + sizeof text, "\r\n", 3);
    check("large", MAIL_RELAXED, false, (str){ text, sizeof text }, want, 1000, UINT64_MAX);
}

static const struct {
    const char *label;
    str field;
    const char *relaxed;
} FIELDS[] = {
    { "plain", STR_INIT("Subject: x"), "subject:x" },
    { "blanks", STR_INIT("SubJect \t:\t x  y\t"), "subject:x y" },
    { "folded", STR_INIT("A: x\r\n\t y\r\n z "), "a:x y z" },
    { "folded at once", STR_INIT("A:\r\n x"), "a:x" },
    { "empty", STR_INIT("A:"), "a:" },
    { "blanks alone", STR_INIT("A: \r\n \t"), "a:" },
    { "CR alone stays", STR_INIT("A: x\ry"), "a:x\ry" },
    { "case of the value stays", STR_INIT("a: X"), "a:X" },
};

static void fields(void **state)
{
    struct mail_field f;
    struct buf got;
    (void)state;
    buf_init(&got, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(FIELDS); i++) {
        assert_true(mail_field_read(FIELDS[i].field, &f));
        buf_clear(&got);
        mail_canonical_field(MAIL_SIMPLE, &f, false, (struct mail_sink){ take, &got });
        assert_true(str_eq(buf_str(&got), FIELDS[i].field));
        buf_clear(&got);
        mail_canonical_field(MAIL_RELAXED, &f, false, (struct mail_sink){ take, &got });
        if (!str_eq(buf_str(&got), str_from(FIELDS[i].relaxed)))
            fail_msg("%s: got '%.*s'", FIELDS[i].label, STR_ARG(buf_str(&got)));
    }
    assert_true(mail_field_read(STR("A: x\n y"), &f));
    buf_clear(&got);
    mail_canonical_field(MAIL_SIMPLE, &f, true, (struct mail_sink){ take, &got });
    assert_true(str_eq(buf_str(&got), STR("A: x\r\n y")));
    buf_clear(&got);
    mail_canonical_field(MAIL_RELAXED, &f, true, (struct mail_sink){ take, &got });
    assert_true(str_eq(buf_str(&got), STR("a:x y")));
    buf_done(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(bodies), cmocka_unit_test(a_large_body),
                                        cmocka_unit_test(fields) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
