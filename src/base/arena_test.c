/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include <string.h>

static void gives_zeroed_aligned_memory(void **state UNUSED)
{
    static const size_t SIZES[] = { 1, 0, 7, 16, 17, 1024, 1025, 4096, 5000, 3, 100000, 8 };
    AUTO(arena_done) struct arena a;
    char *pieces[3 * COUNT_OF(SIZES)];
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        size_t n = SIZES[i % COUNT_OF(SIZES)];
        pieces[i] = arena_alloc(&a, n);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < n; j++)
            assert_int_equal(pieces[i][j], 0);
        memset(pieces[i], (int)i + 1, n);
    }
    for (size_t i = 0; i < COUNT_OF(pieces); i++) /* none lies in another */
        for (size_t j = 0; j < SIZES[i % COUNT_OF(SIZES)]; j++)
            assert_int_equal(pieces[i][j], (int)i + 1);
}

static void stops_at_the_maximum(void **state UNUSED)
{
    AUTO(arena_done) struct arena a;
    size_t given = 0;
    arena_init(&a, 10000);
    while (arena_alloc(&a, 100))
        given += 100;
    assert_in_range(given, 8000, 10000);
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_null(arena_alloc(&a, SIZE_MAX - 8));
    assert_null(arena_dup(&a, (str){ "", SIZE_MAX }).p);
    assert_null(arena_printf(&a, "%2000s", "x").p);
    arena_done(&a);
    assert_int_equal(a.used, 0);
    assert_non_null(arena_alloc(&a, 100)); /* the arena may be used again */
    AUTO(arena_done) struct arena small;
    arena_init(&small, 100);
    assert_non_null(arena_alloc(&small, 90));
    assert_null(arena_alloc(&small, 4)); /* would fit, but not aligned */
    assert_true(small.used <= 100);
    AUTO(arena_done) struct arena endless;
    arena_init(&endless, SIZE_MAX);
    assert_null(arena_alloc(&endless, SIZE_MAX - 64));
    assert_null(arena_alloc(&endless, PTRDIFF_MAX));
}

static void copies_text(void **state UNUSED)
{
    AUTO(arena_done) struct arena a;
    arena_init(&a, 1000);
    char text[] = "a\0b";
    str copy = arena_dup(&a, (str){ text, 3 });
    text[0] = 'x';
    assert_int_equal(copy.n, 3);
    assert_memory_equal(copy.p, "a\0b", 4);
    assert_string_equal(arena_dup(&a, STR_NONE).p, "");
    str printed = arena_printf(&a, "%s:%d", "mx", 25);
    assert_int_equal(printed.n, 5);
    assert_string_equal(printed.p, "mx:25");
}

static void remembers_what_it_could_not_give(void **state UNUSED)
{
    AUTO(arena_done) struct arena a;
    arena_init(&a, 100);
    assert_non_null(arena_alloc(&a, 50));
    assert_false(a.refused);
    assert_null(arena_dup(&a, (str){ "secret", SIZE_MAX / 4 }).p);
    assert_true(a.refused);
    assert_non_null(arena_alloc(&a, 1)); /* what fits is given still */
    assert_true(a.refused);
}

static void overwrites_at_its_end(void **state UNUSED)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < 20; i++)
        assert_non_null(arena_dup(&a, (str){ "secret secret", 13 }).p);
    assert_non_null(arena_alloc(&a, 70000));
    arena_wipe_done(&a);
    assert_int_equal(a.used, 0);
    assert_non_null(arena_alloc(&a, 100)); /* and may be used again */
    arena_wipe_done(&a);
}

static void a_table_is_as_any_piece(void **state UNUSED)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t n = 16; n <= 1 << 18; n *= 128) {
        unsigned char *table = arena_table(&a, n);
        assert_non_null(table);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(table[i], 0);
        memset(table, 1, n);
    }
    assert_null(arena_table(&a, 1 << 20));
    assert_true(a.refused);
    arena_wipe_done(&a);
    assert_int_equal(a.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_aligned_memory),
        cmocka_unit_test(a_table_is_as_any_piece),
        cmocka_unit_test(stops_at_the_maximum),
        cmocka_unit_test(copies_text),
        cmocka_unit_test(remembers_what_it_could_not_give),
        cmocka_unit_test(overwrites_at_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
