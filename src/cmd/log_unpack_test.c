/* SPDX-License-Identifier: ISC */
#include "cmd/log_lines.h"
#include "cmd/log_unpack.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { ROOM = 1 << 20 };

/* Lines as they come, each with "|" behind it. */
static bool note_line(void *user, str line, struct err *e UNUSED)
{
    return buf_add(user, line) && buf_addc(user, '|');
}

static bool note_octets(void *user, str octets, struct err *e UNUSED)
{
    return buf_add(user, octets);
}

/* Every cut in two gives the same lines. */
static void expect_lines(str octets, const char *wanted)
{
    for (size_t cut = 0; cut <= octets.n; cut++) {
        struct buf seen;
        struct log_lines l;
        struct err e;
        buf_init(&seen, ROOM);
        log_lines_init(&l, note_line, &seen);
        assert_true(log_lines_feed(&l, str_take(octets, cut), &e));
        assert_true(log_lines_feed(&l, str_skip(octets, cut), &e));
        assert_true(log_lines_end(&l, &e));
        buf_addc(&seen, 0);
        assert_string_equal(seen.p, wanted);
        log_lines_done(&l);
        buf_done(&seen);
    }
}

static void test_lines(void **state UNUSED)
{
    expect_lines(STR(""), "");
    expect_lines(STR("a\nbc\n"), "a|bc|");
    expect_lines(STR("a\r\n\r\nbc"), "a||bc|");
    expect_lines(STR("\n\n"), "||");
    expect_lines(STR("a\rb\n"), "a\rb|");
    expect_lines(STR("\xFF\xFE\n\x80"), "\xFF\xFE|\x80|");
}

static bool count_line(void *user, str line, struct err *e UNUSED)
{
    size_t *most = user;
    if (line.n > *most)
        *most = line.n;
    return true;
}

static void test_long_line(void **state UNUSED)
{
    static char octets[LOG_LINE_MAX + 10];
    struct log_lines l;
    struct err e;
    size_t most = 0;
    memset(octets, 'x', sizeof octets);
    octets[sizeof octets - 1] = '\n';
    log_lines_init(&l, count_line, &most);
    assert_true(log_lines_feed(&l, (str){ octets, sizeof octets }, &e)); /* in one piece */
    assert_int_equal(l.cut, 1);
    for (int i = 0; i < 5; i++) /* in many */
        assert_true(log_lines_feed(&l, (str){ octets, sizeof octets - 1 }, &e));
    assert_true(log_lines_feed(&l, STR("\nnext\n"), &e));
    assert_int_equal(l.cut, 2);
    assert_int_equal(most, LOG_LINE_MAX);
    assert_int_equal(l.rest.n, 0);
    /* One that fits exactly is not cut. */
    assert_true(log_lines_feed(&l, (str){ octets, LOG_LINE_MAX }, &e));
    assert_true(log_lines_end(&l, &e));
    assert_int_equal(l.cut, 2);
    log_lines_done(&l);
}

/* One member of gzip. */
static str packed(str octets, char *room, size_t size)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)octets.p, .avail_in = (uInt)octets.n };
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = (Bytef *)room;
    z.avail_out = (uInt)size;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    str out = { room, size - z.avail_out };
    deflateEnd(&z);
    return out;
}

/* The octets cut in two at every place come to the same end. */
static void expect_plain(str octets, str wanted, bool good, const char *why)
{
    for (size_t cut = 0; cut <= octets.n; cut++) {
        struct buf seen;
        struct err e = { .why = "" };
        buf_init(&seen, ROOM);
        AUTO(log_unpack_freep) struct log_unpack *u = log_unpack_new(note_octets, &seen);
        assert_non_null(u);
        bool ok = log_unpack_feed(u, str_take(octets, cut), &e) &&
                  log_unpack_feed(u, str_skip(octets, cut), &e) && log_unpack_end(u, &e);
        assert_int_equal(ok, good);
        assert_true(str_eq(buf_str(&seen), wanted));
        assert_int_equal(log_unpack_octets(u), wanted.n);
        assert_non_null(strstr(e.why, why));
        buf_done(&seen);
    }
}

static void test_plain(void **state UNUSED)
{
    expect_plain(STR(""), STR(""), true, "");
    expect_plain(STR("short"), STR("short"), true, "");
    expect_plain(STR("a line that is longer\n"), STR("a line that is longer\n"), true, "");
    expect_plain(STR("\x1F\x8Bno gzip at all"), STR("\x1F\x8Bno gzip at all"), true, "");
}

static void test_gzip(void **state UNUSED)
{
    char room[256], twice[600];
    str one = packed(STR("Nov 26 a line\n"), room, sizeof room);
    expect_plain(one, STR("Nov 26 a line\n"), true, "");
    memcpy(twice, one.p, one.n);
    memcpy(twice + one.n, one.p, one.n);
    expect_plain((str){ twice, 2 * one.n }, STR("Nov 26 a line\nNov 26 a line\n"), true, "");
    memset(twice + one.n, 0, 20); /* padding of a tape */
    expect_plain((str){ twice, one.n + 20 }, STR("Nov 26 a line\n"), true, "");
    memcpy(twice + one.n, "junk", 4);
    expect_plain((str){ twice, one.n + 4 }, STR("Nov 26 a line\n"), false, "behind its gzip data");
    expect_plain(str_take(one, one.n - 1), STR("Nov 26 a line\n"), false, "end too early");
    expect_plain(str_take(one, 5), STR(""), false, "end too early");
    twice[one.n - 6] ^= 1; /* the sum of its octets */
    expect_plain((str){ twice, one.n }, STR("Nov 26 a line\n"), false, "damaged");
}

/* More comes out of few octets than there is room for at once. */
static void test_gzip_much(void **state UNUSED)
{
    static char blanks[900000], room[20000];
    memset(blanks, ' ', sizeof blanks);
    str one = packed((str){ blanks, sizeof blanks }, room, sizeof room);
    struct buf seen;
    struct err e;
    buf_init(&seen, ROOM);
    AUTO(log_unpack_freep) struct log_unpack *u = log_unpack_new(note_octets, &seen);
    assert_true(log_unpack_feed(u, one, &e) && log_unpack_end(u, &e));
    assert_int_equal(seen.n, sizeof blanks);
    buf_done(&seen);
}

static void test_other_kinds(void **state UNUSED)
{
    expect_plain(STR("\xFD"
                     "7zXZ\0\0\4more"),
                 STR(""), false, "xzcat");
    expect_plain(STR("\x28\xB5\x2F\xFD more"), STR(""), false, "zstdcat");
    expect_plain(STR("BZh91AY&SY"), STR(""), false, "bzcat");
    expect_plain(STR("LPKSHHRHmore"), STR(""), false, "journalctl");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),     cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_plain),     cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_gzip_much), cmocka_unit_test(test_other_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
