/* SPDX-License-Identifier: ISC */
/*
 * explain/match_test.c - keys and patterns over a text
 */
#include "base/buf.h"
#include "explain/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MEMORY_MAX = 64 << 20 };

static const struct match_case {
    const char *name, *key, *pattern;
    str text;
    bool finds;
    const char *words;
} CASES[] = {
    { .name = "key alone",
      .key = "relay",
      .text = STR_INIT("No RELAY here"),
      .finds = true,
      .words = "relay here" },
    { .name = "no key", .key = "relay", .text = STR_INIT("nothing"), .finds = false },
    { .name = "second key",
      .key = "abc|denied",
      .text = STR_INIT("denied"),
      .finds = true,
      .words = "denied" },
    { .name = "key at the end",
      .key = "xyz",
      .text = STR_INIT("wxyz"),
      .finds = true,
      .words = "xyz" },
    { .name = "key cut off", .key = "denied", .text = STR_INIT("denie"), .finds = false },
    { .name = "pattern",
      .key = "relay",
      .pattern = "relay(ing)? denied",
      .text = STR_INIT("550 Relaying Denied."),
      .finds = true,
      .words = "relaying denied" },
    { .name = "pattern without its key",
      .key = "zzz",
      .pattern = "relay",
      .text = STR_INIT("relay"),
      .finds = false },
    { .name = "pattern without a key",
      .pattern = "^a.c$",
      .text = STR_INIT("ABC"),
      .finds = true,
      .words = "abc" },
    { .name = "neither", .text = STR_INIT("anything"), .finds = true, .words = "" },
    { .name = "line ends are blanks",
      .key = "a b",
      .text = STR_INIT("a\nb"),
      .finds = true,
      .words = "a b" },
    { .name = "Latin-1",
      .key = "zur\xC3\xBC"
             "ck",
      .text = STR_INIT("ZUR\xC3\x9C"
                       "CK"),
      .finds = true,
      .words = "zur\xC3\xBC"
               "ck" },
    { .name = "Cyrillic",
      .key = "\xD0\xBE\xD1\x82\xD0\xBA",
      .text = STR_INIT("\xD0\x9E\xD0\xA2\xD0\x9A"),
      .finds = true,
      .words = "\xD0\xBE\xD1\x82\xD0\xBA" },
    { .name = "typographic quote",
      .key = "don't",
      .text = STR_INIT("don\xE2\x80\x99t"),
      .finds = true,
      .words = "don't" },
    { .name = "broken UTF-8",
      .key = "a?b",
      .text = STR_INIT("a\xFF"
                       "b"),
      .finds = true,
      .words = "a?b" },
    { .name = "a pattern that gives up",
      .key = "aaaa",
      .pattern = "(a+)+b",
      .text = STR_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"),
      .finds = false },
};

static void one_pattern(const struct match_case *c, bool jit)
{
    struct arena memory;
    arena_init(&memory, MEMORY_MAX);
    AUTO(matcher_freep) struct matcher *m = matcher_new(1, jit);
    assert_non_null(m);
    assert_true(matcher_set(m, 0, c->key, c->pattern));
    struct matcher_text t = matcher_read(m, c->text, &memory);
    str where;
    assert_int_equal(matcher_finds(m, 0, &t, &where), c->finds);
    if (c->finds)
        assert_true(str_eq(where, str_from(c->words)));
    arena_done(&memory);
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        print_message("  %s\n", CASES[i].name);
        one_pattern(&CASES[i], false);
        one_pattern(&CASES[i], true);
    }
}

/* Of many keys that share their octets each is found, and no other. */
static void test_many_keys(void **state)
{
    (void)state;
    enum { MANY = 500 };
    static char keys[MANY][16];
    struct arena memory;
    AUTO(matcher_freep) struct matcher *m = matcher_new(MANY, false);
    for (int i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof keys[i], "key%03dkey", i);
        assert_true(matcher_set(m, (size_t)i, keys[i], NULL));
    }
    arena_init(&memory, MEMORY_MAX);
    struct matcher_text t = matcher_read(m, STR("a key017key and key333key"), &memory);
    for (size_t i = 0; i < MANY; i++) {
        str where;
        assert_int_equal(matcher_finds(m, i, &t, &where), i == 17 || i == 333);
    }
    arena_done(&memory);
}

/* A long text is looked at around the key, wherever it is. */
static void test_long_text(void **state)
{
    (void)state;
    enum { LONG = 1 << 20 };
    struct arena memory;
    arena_init(&memory, MEMORY_MAX);
    char *text = malloc(LONG);
    assert_non_null(text);
    memset(text, 'x', LONG);
    memcpy(text + LONG - 100, "the needle lies here", 20);
    AUTO(matcher_freep) struct matcher *m = matcher_new(1, false);
    assert_true(matcher_set(m, 0, "needle", "the needle .{0,9}here"));
    struct matcher_text t = matcher_read(m, (str){ text, LONG }, &memory);
    str where;
    assert_true(matcher_finds(m, 0, &t, &where));
    free(text);
    arena_done(&memory);
}

static void test_what_is_no_pattern(void **state)
{
    (void)state;
    struct err e;
    AUTO(matcher_freep) struct matcher *m = matcher_new(2, false);
    assert_true(matcher_set(m, 0, NULL, "fine"));
    assert_true(matcher_set(m, 1, NULL, "(open"));
    assert_false(matcher_check(m, &e));
    assert_int_equal(e.kind, ERR_SYNTAX);
    assert_false(matcher_set(m, 0, "ab", NULL)); /* shorter than a gram */
}

/* A list of many words that may begin anywhere in a gap, as rows in many languages have it, comes to its end: the limit
 * of steps is for worse. */
static void test_gap_before_a_long_list(void **state)
{
    (void)state;
    enum { WORDS = 160, GAP = 116 };
    struct arena memory;
    struct buf pattern, text;
    arena_init(&memory, MEMORY_MAX);
    buf_init(&pattern, 1 << 16);
    buf_init(&text, 1 << 12);
    buf_add(&pattern, STR("starttls(?:[^.;]|\\.\\b){0,120}?(?:"));
    for (int i = 0; i < WORDS; i++)
        buf_addf(&pattern, "%c.?word%03d|", "xyz"[i % 3], i);
    buf_add(&pattern, STR("the end)"));
    buf_addc(&pattern, '\0');
    buf_add(&text, STR("starttls"));
    for (int i = 0; i < GAP; i++)
        buf_addc(&text, "xyz"[i % 3]);
    buf_add(&text, STR("the end"));
    AUTO(matcher_freep) struct matcher *m = matcher_new(1, false);
    assert_true(matcher_set(m, 0, "starttls", pattern.p));
    struct matcher_text t = matcher_read(m, buf_str(&text), &memory);
    str where;
    assert_true(matcher_finds(m, 0, &t, &where));
    buf_done(&pattern);
    buf_done(&text);
    arena_done(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_long_text),
        cmocka_unit_test(test_gap_before_a_long_list),
        cmocka_unit_test(test_what_is_no_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
