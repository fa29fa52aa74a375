/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/wipe.h"
#include <string.h>

/* In place of the library's: counts what is overwritten. */
static size_t wiped_octets;

void secret_wipe(void *p, size_t n)
{
    wiped_octets += n;
    if (n)
        memset(p, 0, n);
}

static void assert_holds(const struct buf *b, const char *want)
{
    assert_true(str_eq(buf_str(b), str_from(want)));
}

static void grows_and_drops(void **state UNUSED)
{
    AUTO(buf_done) struct buf b;
    buf_init(&b, 1000);
    assert_true(buf_add(&b, STR_NONE));
    assert_true(buf_add(&b, STR("ab")));
    assert_true(buf_addc(&b, 'c'));
    assert_true(buf_addf(&b, "%d-%s", 42, "x"));
    assert_holds(&b, "abc42-x");
    buf_drop(&b, 3);
    assert_holds(&b, "42-x");
    buf_drop(&b, 0);
    assert_holds(&b, "42-x");
    buf_drop(&b, 99);
    assert_holds(&b, "");
    assert_true(buf_ok(&b));
    for (int i = 0; i < 500; i++)
        assert_true(buf_add(&b, STR("12")));
    assert_int_equal(b.n, 1000);
    assert_int_equal(b.p[999], '2');
}

/* Every maximum, filled octet by octet and at once, exactly and with one too many. */
static void stops_at_the_maximum(void **state UNUSED)
{
    char text[300];
    memset(text, 'x', sizeof text);
    for (size_t max = 0; max < 200; max++) {
        AUTO(buf_done) struct buf one, all, printed;
        buf_init(&one, max);
        buf_init(&all, max);
        buf_init(&printed, max);
        for (size_t i = 0; i < max; i++)
            assert_true(buf_addc(&one, 'x'));
        assert_true(buf_add(&all, (str){ text, max }));
        assert_true(buf_addf(&printed, "%.*s", (int)max, text));
        assert_true(str_eq(buf_str(&one), buf_str(&all)));
        assert_true(str_eq(buf_str(&one), buf_str(&printed)));
        assert_false(buf_addc(&one, 'x'));
        assert_false(buf_add(&all, STR("xy")));
        assert_false(buf_addf(&printed, "%d", 7));
        assert_int_equal(one.n, max);
        assert_int_equal(all.n, max);
        assert_int_equal(printed.n, max);
    }
}

static void a_failure_stays(void **state UNUSED)
{
    AUTO(buf_done) struct buf b;
    buf_init(&b, 4);
    assert_true(buf_add(&b, STR("abc")));
    assert_false(buf_add(&b, STR("de")));
    assert_false(buf_ok(&b));
    assert_false(buf_addc(&b, 'd')); /* would fit, but would stand in the wrong place */
    assert_holds(&b, "abc");
    buf_clear(&b);
    assert_true(buf_ok(&b));
    assert_true(buf_add(&b, STR("wxyz")));
    assert_holds(&b, "wxyz");
    buf_clear(&b);
    assert_false(buf_add(&b, (str){ b.p, SIZE_MAX }));
    AUTO(buf_done) struct buf endless;
    buf_init(&endless, SIZE_MAX);
    assert_true(buf_add(&endless, STR("abc")));
    assert_false(buf_add(&endless, (str){ b.p, SIZE_MAX - 2 }));
    assert_holds(&endless, "abc");
}

/* Also the memory that was outgrown, and what buf_drop() left behind. */
static void overwrites_secrets(void **state UNUSED)
{
    struct buf b;
    buf_init(&b, 10000);
    buf_add(&b, STR("secret"));
    size_t first_room = b.room;
    buf_drop(&b, 6);
    wiped_octets = 0;
    while (b.room == first_room)
        buf_add(&b, STR("secret"));
    assert_int_equal(wiped_octets, first_room);
    size_t second_room = b.room;
    buf_wipe_done(&b);
    assert_int_equal(wiped_octets, first_room + second_room);
}

static void may_be_used_again(void **state UNUSED)
{
    struct buf b;
    buf_init(&b, 100);
    buf_addf(&b, "secret");
    buf_wipe_done(&b);
    assert_null(b.p);
    assert_int_equal(b.n, 0);
    assert_true(buf_add(&b, STR("again")));
    buf_done(&b);
    buf_done(&b);
    buf_wipe_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_drops),   cmocka_unit_test(stops_at_the_maximum),
        cmocka_unit_test(a_failure_stays),   cmocka_unit_test(overwrites_secrets),
        cmocka_unit_test(may_be_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
