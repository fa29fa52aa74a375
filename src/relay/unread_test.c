/* SPDX-License-Identifier: ISC */
#include "relay/unread.h"
// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
// clang-format on

static void who_reads_stays(void **state)
{
    uint64_t since = 0;
    (void)state;
    assert_true(relay_unread_until(&since, true, 7) == UINT64_MAX);
    assert_int_equal(relay_unread_until(&since, false, 1000), 1000 + RELAY_UNREAD_MS);
    assert_true(relay_unread_until(&since, true, 1500) == UINT64_MAX);
    assert_int_equal(relay_unread_until(&since, false, 2000), 2000 + RELAY_UNREAD_MS);
}

static void what_is_sent_meanwhile_wins_no_time(void **state)
{
    uint64_t since = 0;
    (void)state;
    for (uint64_t now = 0; now < 200000; now += 50000)
        assert_true(relay_unread_until(&since, false, now) <= 1 + RELAY_UNREAD_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_reads_stays),
        cmocka_unit_test(what_is_sent_meanwhile_wins_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
