/* SPDX-License-Identifier: ISC */
#include "relay/frame.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* After the others: */
#include <cmocka.h>

static void both_ways(void **state UNUSED)
{
    struct buf b;
    struct err e;
    buf_init(&b, 1 << 16);
    json_t *first = json_pack("{s:s,s:[i,i]}", "do", "queue-list", "ids", 1, 2);
    json_t *second = json_pack("{s:{}}", "done");
    assert_true(frame_write(first, &b) && frame_write(second, &b));
    /* Cut in two at every place, it reads the same. */
    for (size_t cut = 0; cut <= b.n; cut++) {
        struct frame_reader r;
        json_t *got[2] = { NULL, NULL }, *none;
        size_t n = 0;
        frame_reader_init(&r);
        for (int part = 0; part < 2; part++) {
            str octets = part ? str_skip(buf_str(&b), cut) : str_take(buf_str(&b), cut);
            assert_true(frame_reader_feed(&r, octets, &e));
            while (n < 2 && frame_reader_next(&r, &got[n], &e) == FRAME_READ)
                n++;
            assert_int_equal(frame_reader_midway(&r),
                             part == 0 && n < 2 && cut > (n ? b.n - 15 : 0));
        }
        assert_int_equal(n, 2);
        assert_true(json_equal(got[0], first) && json_equal(got[1], second));
        assert_int_equal(frame_reader_next(&r, &none, &e), FRAME_MORE);
        json_decref(got[0]);
        json_decref(got[1]);
        frame_reader_done(&r);
    }
    json_decref(first);
    json_decref(second);
    buf_done(&b);
}

static void what_is_broken(void **state UNUSED)
{
#define FRAME(octets, why)                                                                         \
    {                                                                                              \
        STR_INIT(octets), why                                                                      \
    }
    static const struct {
        str octets;
        const char *why;
    } CASES[] = {
        FRAME("\0\0\0\0", "is empty"),
        FRAME("\0\x10\0\1{", "is longer than 1 MiB"),
        FRAME("EHLO relay.example\r\n", "is longer than 1 MiB"),
        FRAME("\0\0\0\2[]", "is no JSON object"),
        FRAME("\0\0\0\1{", "is no JSON object"),
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct frame_reader r;
        struct err e = { .kind = ERR_NONE };
        json_t *got = NULL;
        frame_reader_init(&r);
        assert_true(frame_reader_feed(&r, CASES[i].octets, &e));
        enum frame_read how = frame_reader_next(&r, &got, &e);
        assert_int_equal(how, FRAME_BROKEN);
        assert_non_null(strstr(e.why, CASES[i].why));
        frame_reader_done(&r);
    }
}

static void what_is_json(void **state UNUSED)
{
    static const struct {
        str json;
        bool fits;
    } CASES[] = {
        { STR_INIT("{}"), true },
        { STR_INIT(" {} "), true },
        { STR_INIT("{} x"), false },
        { STR_INIT("\"text\""), false },
        { STR_INIT("{\"a\":1,\"a\":2}"), false },
        { STR_INIT("{\"a\":\"\xff\"}"), false },
        { STR_INIT("{\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}"), true },
        { STR_INIT("{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}"), false },
        { STR_INIT("{\"a\":\"[[[[[[[[[[\\\"[[[[[[[[[[[[[[[[[[\"}"), true },
        { STR_INIT("{\"a\":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}"), true },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct frame_reader r;
        struct err e;
        json_t *got = NULL;
        const char head[FRAME_HEAD] = { 0, 0, 0, (char)CASES[i].json.n };
        frame_reader_init(&r);
        assert_true(frame_reader_feed(&r, (str){ head, FRAME_HEAD }, &e) &&
                    frame_reader_feed(&r, CASES[i].json, &e));
        assert_int_equal(frame_reader_next(&r, &got, &e),
                         CASES[i].fits ? FRAME_READ : FRAME_BROKEN);
        json_decref(got);
        frame_reader_done(&r);
    }
}

static void bounds(void **state UNUSED)
{
    struct buf b;
    struct err e;
    struct frame_reader r;
    char *much = malloc(FRAME_MAX + 1);
    assert_non_null(much);
    memset(much, 'x', FRAME_MAX + 1);
    buf_init(&b, 4 << 20);
    json_t *fits = json_pack("{s:s%}", "a", much, (size_t)FRAME_MAX - 8);
    json_t *does_not = json_pack("{s:s%}", "a", much, (size_t)FRAME_MAX - 7);
    assert_true(buf_add(&b, STR("before")));
    assert_false(frame_write(does_not, &b));
    assert_int_equal(b.n, 6); /* nothing was appended, and more can be */
    assert_true(frame_write(fits, &b));
    buf_drop(&b, 6);
    assert_int_equal(b.n, FRAME_HEAD + FRAME_MAX);
    frame_reader_init(&r);
    assert_true(frame_reader_feed(&r, buf_str(&b), &e));
    assert_true(frame_reader_feed(&r, buf_str(&b), &e));
    assert_false(frame_reader_feed(&r, STR("x"), &e)); /* unread: two are the most */
    frame_reader_done(&r);
    frame_reader_init(&r);
    for (int i = 0; i < 5; i++) { /* read, it goes on for ever */
        json_t *got;
        assert_true(frame_reader_feed(&r, buf_str(&b), &e));
        assert_int_equal(frame_reader_next(&r, &got, &e), FRAME_READ);
        json_decref(got);
    }
    frame_reader_done(&r);
    json_decref(fits);
    json_decref(does_not);
    free(much);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ways),
        cmocka_unit_test(what_is_broken),
        cmocka_unit_test(what_is_json),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
