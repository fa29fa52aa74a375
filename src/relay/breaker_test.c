/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relay/breaker.h"

static const uint64_t NOW = 1000000;

static void closed_until_it_fails(void **state)
{
    struct breaker b = { 0 };
    (void)state;
    assert_int_equal(breaker_ask(&b, 0), BREAKER_GO);
    assert_true(breaker_failed(&b, NOW - 10, NOW, 0, 0));
    assert_int_equal(breaker_ask(&b, NOW), BREAKER_STOP);
    assert_int_equal(breaker_ask(&b, NOW + BREAKER_PAUSE_MS - 1), BREAKER_STOP);
    assert_int_equal(breaker_ask(&b, NOW + BREAKER_PAUSE_MS), BREAKER_PROBE);
    assert_int_equal(b.down_since_ms, NOW);
}

static void one_probe_at_a_time(void **state)
{
    struct breaker b = { 0 };
    (void)state;
    breaker_failed(&b, NOW, NOW, 0, 0);
    breaker_probe(&b);
    assert_int_equal(breaker_ask(&b, NOW + 10 * BREAKER_PAUSE_MS), BREAKER_STOP);
    breaker_probe_off(&b); /* called off: another may */
    assert_int_equal(breaker_ask(&b, NOW + 10 * BREAKER_PAUSE_MS), BREAKER_PROBE);
    breaker_probe(&b);
    assert_true(breaker_up(&b));
    assert_int_equal(breaker_ask(&b, NOW), BREAKER_GO);
    assert_false(breaker_up(&b)); /* it was not down */
}

static void pauses_double_up_to_a_maximum(void **state)
{
    struct breaker b = { 0 };
    uint64_t now = NOW, wait = BREAKER_PAUSE_MS;
    (void)state;
    for (int i = 0; i < 40; i++) {
        assert_true(breaker_failed(&b, now, now, 0, 0));
        assert_int_equal(b.open_until_ms - now, wait);
        now = b.open_until_ms;
        assert_int_equal(breaker_ask(&b, now), BREAKER_PROBE);
        breaker_probe(&b);
        wait = wait * 2 < BREAKER_PAUSE_MAX_MS ? wait * 2 : BREAKER_PAUSE_MAX_MS;
    }
    assert_int_equal(b.down_since_ms, NOW);
    breaker_up(&b);
    breaker_failed(&b, now, now, 0, 0);
    assert_int_equal(b.open_until_ms - now, BREAKER_PAUSE_MS); /* from the beginning again */
    assert_int_equal(b.down_since_ms, now);
}

/* Twenty connections were under way when the server died: that is one failure. */
static void what_began_before_tells_nothing_new(void **state)
{
    struct breaker b = { 0 };
    (void)state;
    assert_true(breaker_failed(&b, NOW - 5, NOW, 0, 0));
    for (int i = 0; i < 19; i++)
        assert_false(breaker_failed(&b, NOW - 5, NOW + 1, 0, 0));
    assert_int_equal(b.failures, 1);
    assert_int_equal(b.open_until_ms, NOW + BREAKER_PAUSE_MS);
    /* But a refused login is worth a longer pause, whenever it began. */
    assert_true(breaker_failed(&b, NOW - 5, NOW + 1, BREAKER_LOGIN_PAUSE_MS, 0));
    assert_int_equal(breaker_ask(&b, NOW + BREAKER_LOGIN_PAUSE_MS), BREAKER_STOP);
    assert_int_equal(breaker_ask(&b, NOW + 1 + BREAKER_LOGIN_PAUSE_MS), BREAKER_PROBE);
}

static void whoever_asks_need_not_wait(void **state)
{
    struct breaker b = { 0 };
    (void)state;
    breaker_failed(&b, NOW, NOW, 0, 0);
    breaker_urge(&b, NOW + 1);
    assert_int_equal(breaker_ask(&b, NOW + 1), BREAKER_PROBE);
    breaker_failed(&b, NOW + 1, NOW + 1, BREAKER_LOGIN_PAUSE_MS, 0);
    breaker_urge(&b, NOW + 2);
    assert_int_equal(breaker_ask(&b, NOW + 2), BREAKER_STOP);
}

static void chance_spreads_a_quarter(void **state)
{
    struct breaker least = { 0 }, most = { 0 };
    (void)state;
    breaker_failed(&least, NOW, NOW, 4000, 0);
    breaker_failed(&most, NOW, NOW, 4000, UINT32_MAX);
    assert_int_equal(least.open_until_ms, NOW + 4000);
    assert_in_range(most.open_until_ms, NOW + 4990, NOW + 5000);
}

static void transactions_that_break_off(void **state)
{
    struct breaker b = { 0 };
    (void)state;
    for (int i = 0; i < 10; i++) { /* an answer in between: it works */
        assert_false(breaker_lost(&b, NOW, 0));
        assert_false(breaker_lost(&b, NOW, 0));
        breaker_answered(&b);
    }
    for (int i = 1; i < BREAKER_LOSSES; i++)
        assert_false(breaker_lost(&b, NOW, 0));
    assert_true(breaker_lost(&b, NOW, 0));
    assert_int_equal(breaker_ask(&b, NOW), BREAKER_STOP);
    assert_false(breaker_lost(&b, NOW, 0)); /* known */
    breaker_up(&b);
    assert_false(breaker_lost(&b, NOW, 0)); /* and counted anew */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_until_it_fails),
        cmocka_unit_test(one_probe_at_a_time),
        cmocka_unit_test(pauses_double_up_to_a_maximum),
        cmocka_unit_test(what_began_before_tells_nothing_new),
        cmocka_unit_test(whoever_asks_need_not_wait),
        cmocka_unit_test(chance_spreads_a_quarter),
        cmocka_unit_test(transactions_that_break_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
