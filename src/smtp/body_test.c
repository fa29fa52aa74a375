/* SPDX-License-Identifier: ISC */
#include "smtp/body.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

static const struct written_case {
    str octets, want;
} WRITTEN[] = {
    { STR_INIT(""), STR_INIT(".\r\n") },
    { STR_INIT("a"), STR_INIT("a\r\n.\r\n") },
    { STR_INIT("a\r\n"), STR_INIT("a\r\n.\r\n") },
    { STR_INIT("."), STR_INIT("..\r\n.\r\n") },
    { STR_INIT(".\r\n..\r\na."), STR_INIT("..\r\n...\r\na.\r\n.\r\n") },
    { STR_INIT("a\n.\r.\r\n.b\r"), STR_INIT("a\n.\r.\r\n..b\r\r\n.\r\n") },
};

static void written_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(WRITTEN); i++) {
        const struct written_case *k = &WRITTEN[i];

        for (size_t cut = 0; cut <= k->octets.n; cut++) {
            struct smtp_body_writer w = { 0 };
            struct buf out;

            buf_init(&out, 100);
            assert_true(smtp_body_write(&w, str_take(k->octets, cut), false, &out));
            assert_true(smtp_body_write(&w, str_skip(k->octets, cut), true, &out));
            assert_true(str_eq(buf_str(&out), k->want));
            buf_done(&out);
        }
    }
}

static const struct read_case {
    const char *label;
    str octets;
    bool end;
    str want;
    bool bare;
    size_t left;
} READ[] = {
    { "empty", STR_INIT(".\r\n"), true, STR_INIT(""), false, 0 },
    { "the next command stays", STR_INIT("a\r\n.\r\nRSET\r\n"), true, STR_INIT("a\r\n"), false, 6 },
    { "doubled dots", STR_INIT("..\r\n...\r\n.a\r\n.\r\n"), true, STR_INIT(".\r\n..\r\na\r\n"),
      false, 0 },
    { "dots inside", STR_INIT("a.\r\nb.c\r\n.\r\n"), true, STR_INIT("a.\r\nb.c\r\n"), false, 0 },
    { "no end yet", STR_INIT("a\r\n.\r"), false, STR_INIT("a\r\n"), false, 0 },
    { "LF.LF", STR_INIT("a\n.\nb"), false, STR_INIT("a\n.\nb"), true, 0 },
    { "LF.CRLF", STR_INIT("a\n.\r\nb"), false, STR_INIT("a\n.\r\nb"), true, 0 },
    { "CRLF.LF", STR_INIT("a\r\n.\nb"), false, STR_INIT("a\r\n\nb"), true, 0 },
    { "CRLF.CR", STR_INIT("a\r\n.\rb"), false, STR_INIT("a\r\n\rb"), true, 0 },
    { "CRLF.CRCRLF", STR_INIT("a\r\n.\r\r\nb"), false, STR_INIT("a\r\n\r\r\nb"), true, 0 },
    { "CR.CR", STR_INIT("a\r.\rb"), false, STR_INIT("a\r.\rb"), true, 0 },
    { "CRCRLF", STR_INIT("a\r\r\n.\r\n"), true, STR_INIT("a\r\r\n"), true, 0 },
    { "LF first", STR_INIT("\na"), false, STR_INIT("\na"), true, 0 },
    { "NUL", STR_INIT("a\0.\r\n.\r\n"), true, STR_INIT("a\0.\r\n"), false, 0 },
};

static void check_read(const struct read_case *k, size_t cut)
{
    struct smtp_body_reader r = { 0 };
    struct buf out;
    size_t used = 0, more = 0;
    bool end;

    buf_init(&out, 100);
    end = smtp_body_read(&r, str_take(k->octets, cut), &used, &out);
    if (!end)
        end = smtp_body_read(&r, str_skip(k->octets, cut), &more, &out);
    assert_int_equal(end, k->end);
    assert_int_equal(used + more, k->octets.n - k->left);
    assert_true(str_eq(buf_str(&out), k->want));
    assert_int_equal(r.octets, k->want.n);
    assert_int_equal(r.bare, k->bare);
    buf_done(&out);
}

static void read_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(READ); i++) {
        print_message("  %s\n", READ[i].label);
        for (size_t cut = 0; cut <= READ[i].octets.n; cut++)
            check_read(&READ[i], cut);
    }
}

static void a_full_buffer(void **state)
{
    struct smtp_body_reader r = { 0 };
    struct smtp_body_writer w = { 0 };
    struct buf out;
    size_t used;

    (void)state;
    buf_init(&out, 3);
    assert_true(smtp_body_read(&r, STR("ab\r\nc\r\n.\r\n"), &used, &out));
    assert_false(buf_ok(&out));
    assert_int_equal(r.octets, 7);
    buf_clear(&out);
    assert_false(smtp_body_write(&w, STR("abc"), true, &out));
    buf_done(&out);
}

/* What is written comes back, and a line begins where both think it does. */
static void there_and_back(void **state)
{
    static const char ALPHABET[] = "a.\r\n";

    (void)state;
    for (unsigned n = 0; n < 4096; n++) { /* every text of six such octets */
        struct smtp_body_writer w = { 0 };
        struct smtp_body_reader r = { 0 };
        struct buf wire, out;
        char text[6];
        size_t used;

        for (unsigned i = 0; i < 6; i++)
            text[i] = ALPHABET[n >> (2 * i) & 3];
        buf_init(&wire, 100);
        buf_init(&out, 100);
        assert_true(smtp_body_write(&w, (str){ text, 6 }, true, &wire));
        assert_true(smtp_body_read(&r, buf_str(&wire), &used, &out));
        assert_int_equal(used, wire.n);
        assert_true(str_starts(buf_str(&out), (str){ text, 6 }));
        assert_true(out.n == 6 || str_eq(str_skip(buf_str(&out), 6), STR("\r\n")));
        buf_done(&wire);
        buf_done(&out);
    }
}

/* What a reader should make of a whole text, by taking it apart in another way: cut at the end, cut into
 * lines, each looked at as a whole. */
struct model {
    char out[64];
    size_t n, used;
    bool bare;
};

static void model_line(struct model *m, str line, bool normalize, bool raw)
{
    if (!raw && line.n > 0 && line.p[0] == '.')
        line = str_skip(line, 1);
    for (size_t i = 0; i < line.n; i++) {
        bool alone = line.p[i] == '\r' || line.p[i] == '\n';

        m->bare |= alone;
        if (alone && normalize) {
            m->out[m->n++] = '\r';
            m->out[m->n++] = '\n';
        } else {
            m->out[m->n++] = line.p[i];
        }
    }
}

static struct model model_read(str text, bool normalize, bool raw)
{
    struct model m = { .used = text.n };
    size_t end = str_starts(text, STR(".\r\n")) ? 0 : str_find(text, STR("\r\n.\r\n"));

    if (!raw && end != STR_NOT_FOUND) {
        m.used = end == 0 && text.p[0] == '.' ? 3 : end + 5;
        text = str_take(text, m.used - 3);
    }
    for (;;) {
        size_t crlf = str_find(text, STR("\r\n"));

        model_line(&m, str_take(text, crlf), normalize, raw);
        if (crlf == STR_NOT_FOUND)
            return m;
        m.out[m.n++] = '\r';
        m.out[m.n++] = '\n';
        text = str_skip(text, crlf + 2);
    }
}

static void check_model(str text, const struct model *m, struct smtp_body_reader r, size_t cut)
{
    struct buf out;
    size_t used = 0, more = 0;
    bool end;

    buf_init(&out, 100);
    end = smtp_body_read(&r, str_take(text, cut), &used, &out);
    if (!end)
        end = smtp_body_read(&r, str_skip(text, cut), &more, &out);
    if (r.raw)
        smtp_body_end(&r, &out);
    assert_int_equal(end, !r.raw);
    assert_int_equal(used + more, m->used);
    assert_true(str_eq(buf_str(&out), (str){ m->out, m->n }));
    assert_int_equal(r.octets, m->n);
    assert_int_equal(r.bare, m->bare);
    buf_done(&out);
}

/* Every text of seven octets that matter, its end behind it, cut everywhere: only CRLF.CRLF ends it. */
static void every_ending(void **state)
{
    static const char ALPHABET[] = "a.\r\n";

    (void)state;
    for (unsigned n = 0; n < 16384 * 4; n++) {
        struct smtp_body_reader r = { .normalize = n & 1, .raw = n & 2 };
        char octets[12] = "0123456\r\n.\r";
        struct model m;

        octets[11] = '\n';
        for (unsigned i = 0; i < 7; i++)
            octets[i] = ALPHABET[n >> (2 * i + 2) & 3];
        str text = { octets, r.raw ? 7 : 12 };
        m = model_read(text, r.normalize, r.raw);
        for (size_t cut = 0; cut <= text.n; cut++)
            check_model(text, &m, r, cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_cut_anywhere), cmocka_unit_test(read_cut_anywhere),
        cmocka_unit_test(a_full_buffer),        cmocka_unit_test(there_and_back),
        cmocka_unit_test(every_ending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
