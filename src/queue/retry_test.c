/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "queue/retry.h"

#define MINUTE UINT64_C(60000)
#define DAY_S  (24 * 3600)

static const uint64_t NOW = UINT64_C(1800000000000);
static const uint32_t MIDDLE = UINT32_C(1) << 31;

static void test_waits_grow_to_an_hour(void **state)
{
    static const uint64_t MINUTES[] = { 1, 1, 2, 5, 10, 20, 40, 60, 60, 60 };
    (void)state;
    for (uint32_t n = 0; n < COUNT_OF(MINUTES); n++)
        assert_int_equal(queue_next_due_ms(n, NOW, NOW, 5 * DAY_S, MIDDLE),
                         NOW + MINUTES[n] * MINUTE);
    assert_int_equal(queue_next_due_ms(UINT32_MAX, NOW, NOW, 5 * DAY_S, MIDDLE), NOW + 60 * MINUTE);
}

static void test_chance_spreads(void **state)
{
    (void)state;
    assert_int_equal(queue_next_due_ms(4, NOW, NOW, DAY_S, 0), NOW + 10 * MINUTE * 3 / 4);
    uint64_t last = queue_next_due_ms(4, NOW, NOW, DAY_S, UINT32_MAX);
    assert_in_range(last, NOW + 10 * MINUTE * 5 / 4 - 2, NOW + 10 * MINUTE * 5 / 4);
    for (uint32_t chance = 0, before = 0; chance < UINT32_MAX - (1 << 24); chance += 1 << 24) {
        uint64_t due = queue_next_due_ms(7, NOW, NOW, DAY_S, chance);
        assert_in_range(due - NOW, before, 75 * MINUTE);
        before = (uint32_t)(due - NOW);
    }
}

static void test_gives_up(void **state)
{
    uint64_t arrived = NOW - UINT64_C(1000) * DAY_S;
    (void)state;
    assert_int_equal(queue_next_due_ms(9, arrived, NOW, DAY_S, MIDDLE), 0);
    assert_int_equal(queue_next_due_ms(1, NOW, NOW, 0, MIDDLE), 0);
    /* One more try at the very end, and none behind it. */
    assert_int_equal(queue_next_due_ms(9, arrived + 7 * MINUTE, NOW, DAY_S, MIDDLE),
                     NOW + 7 * MINUTE);
    assert_int_equal(queue_next_due_ms(9, arrived + 1, NOW, DAY_S, MIDDLE), NOW + 1);
    assert_int_equal(queue_next_due_ms(10, arrived + 1, NOW + 1, DAY_S, MIDDLE), 0);
}

static void test_clock_set_back(void **state)
{
    (void)state;
    assert_int_equal(queue_next_due_ms(1, NOW + 400 * MINUTE, NOW, 30, MIDDLE), NOW + 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_grow_to_an_hour),
        cmocka_unit_test(test_chance_spreads),
        cmocka_unit_test(test_gives_up),
        cmocka_unit_test(test_clock_set_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
