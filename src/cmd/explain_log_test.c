/* SPDX-License-Identifier: ISC */
#include "cmd/explain_log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { NOW = 1764144000 }; /* 2025-11-26 08:00 */

static void expect_time(const char *typed, int64_t wanted)
{
    struct err e;
    int64_t got = 0;
    assert_true(explain_log_time(typed, NOW, &got, &e));
    assert_int_equal(got, wanted);
}

static void test_times(void **state)
{
    (void)state;
    expect_time("2025-11-26", NOW - 8 * 3600);
    expect_time("2025-11-26 08:00", NOW);
    expect_time("2025-11-26T08:00:01", NOW + 1);
    expect_time("90m", NOW - 5400);
    expect_time("6h", NOW - 6 * 3600);
    expect_time("3d", NOW - 3 * 86400);
}

static void test_no_times(void **state)
{
    (void)state;
    static const char *const TYPED[] = { "",    "m",   "yesterday",         "2025-13-01",
                                         "6 h", "-3d", "2025-11-26 08:00 x" };
    for (size_t i = 0; i < COUNT_OF(TYPED); i++) {
        struct err e;
        int64_t got = 7;
        assert_false(explain_log_time(TYPED[i], NOW, &got, &e));
        assert_int_equal(got, 7);
        assert_non_null(strstr(e.why, "is no time"));
    }
}

static void test_numbers(void **state)
{
    (void)state;
    struct err e;
    static struct explain_log_options o;
    assert_true(explain_log_take_top(&o, "5", &e));
    assert_true(explain_log_take_year(&o, "2024", &e));
    assert_false(explain_log_take_top(&o, "0", &e));
    assert_false(explain_log_take_top(&o, "many", &e));
    assert_false(explain_log_take_year(&o, "24", &e));
    assert_int_equal(o.top, 5);
    assert_int_equal(o.year, 2024);
}

static void test_files(void **state)
{
    (void)state;
    struct err e;
    static struct explain_log_options o;
    for (size_t i = 0; i < EXPLAIN_LOG_FILES; i++)
        assert_true(explain_log_add(&o, "x", &e));
    assert_false(explain_log_add(&o, "x", &e));
    assert_int_equal(o.count, EXPLAIN_LOG_FILES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_no_times),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
