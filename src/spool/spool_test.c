/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spool/spool.h"
#include "spool/testing.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void kept_taken_read_settled(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    struct test_kept one = test_keep(s, 1, 5000, 100, false);
    struct test_kept two = test_keep(s, 2, 70000, 50, false);
    assert_int_equal(one.result, SPOOL_KEPT);
    assert_int_equal(two.result, SPOOL_KEPT);
    assert_true(two.id > one.id);

    struct test_taken t = test_take(s, 60, 10);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.all[0].id, two.id);
    assert_int_equal(t.next_due_ms, 100);
    test_reads(s, two.id, 2, 70000);
    t = test_take(s, 60, 10);
    assert_int_equal(t.count, 0);

    assert_int_equal(test_settle(s, two.id, 0), SPOOL_KEPT);
    t = test_take(s, 100, 10);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.all[0].id, one.id);
    assert_int_equal(t.next_due_ms, UINT64_MAX);
    assert_int_equal(test_settle(s, one.id, 900), SPOOL_KEPT);
    t = test_take(s, 100, 10);
    assert_int_equal(t.count, 0);
    assert_int_equal(t.next_due_ms, 900);
    spool_close(s);

    s = test_open(&d, NULL);
    struct spool_numbers n;
    spool_numbers(s, &n);
    assert_int_equal(n.messages, 1);
    assert_int_equal(n.segments, 1);
    t = test_take(s, 1000, 10);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.all[0].id, one.id);
    assert_int_equal(t.all[0].due_ms, 900);
    test_reads(s, one.id, 1, 5000);
    assert_int_equal(test_settle(s, one.id, 0), SPOOL_KEPT);
    spool_close(s);
    s = test_open(&d, NULL);
    spool_numbers(s, &n);
    assert_int_equal(n.messages, 0);
    assert_int_equal(n.segments, 0);
    assert_int_equal(n.live_octets, 0);
    spool_close(s);
}

/* With take it is in hand when it is told, whatever its size. */
static void sizes_come_back(void **state UNUSED)
{
    static const size_t SIZES[] = { 0,     1,     4095,   4096,   32767,   32768,
                                    32769, 65536, 131072, 131073, 1000000, 5000001 };
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    for (size_t i = 0; i < COUNT_OF(SIZES); i++) {
        struct test_kept k = test_keep(s, i, SIZES[i], 1, true);
        assert_int_equal(k.result, SPOOL_KEPT);
        test_reads(s, k.id, i, SIZES[i]);
    }
    struct test_taken t = test_take(s, 10, 100);
    assert_int_equal(t.count, 0);
    spool_close(s);
    s = test_open(&d, NULL);
    t = test_take(s, 10, 100);
    assert_int_equal(t.count, COUNT_OF(SIZES));
    for (size_t i = 0; i < COUNT_OF(SIZES); i++) {
        test_reads(s, t.all[i].id, i, SIZES[i]);
        assert_int_equal(test_settle(s, t.all[i].id, 0), SPOOL_KEPT);
    }
    spool_close(s);
}

static void nobody_else_may_read_it(void **state UNUSED)
{
    static const char *const NAMES_IN[] = { "queue.db", "queue.db-wal", "lock", "reserve",
                                            "bodies/0000000000000001.bodies" };
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    char path[200];
    struct stat st;
    struct spool *s = test_open(&d, NULL);
    test_keep(s, 1, 10, 1, false);
    for (size_t i = 0; i < COUNT_OF(NAMES_IN); i++) {
        snprintf(path, sizeof path, "%s/%s", d.path, NAMES_IN[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    spool_close(s);
}

static void one_process_at_a_time(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    struct err e;
    char me[40];
    snprintf(me, sizeof me, "process %ld has it open", (long)getpid());
    assert_null(spool_open(&(struct spool_options){ .dir = d.path }, &e));
    assert_non_null(strstr(e.why, me));
    spool_close(s);
}

static void a_bounce_is_kept_with_the_settlement(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    struct test_kept k = test_keep(s, 1, 5000, 1, true);
    struct test_kept bounce = test_settle_bounce(s, k.id, 7, 3000);
    assert_int_equal(bounce.result, SPOOL_KEPT);
    struct test_taken t = test_take(s, UINT64_MAX, 10);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.all[0].id, bounce.id);
    test_reads(s, bounce.id, 7, 3000);
    spool_close(s);
}

/* What little is alive in a segment moves, in hand or not, and is read on; the segment goes. */
static void little_that_is_alive_moves(void **state UNUSED)
{
    enum { COUNT = 400, OCTETS = 9000, EACH = 37 };
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    uint64_t ids[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        struct test_kept k = test_keep(s, i, OCTETS, i % 2 ? 1 : 1000000, true);
        ids[i] = k.id;
    }
    for (unsigned i = 0; i < COUNT; i++)
        if (i % EACH)
            assert_int_equal(test_settle(s, ids[i], 0), SPOOL_KEPT);
    struct spool_numbers n;
    for (int i = 0; i < 2000; i++) {
        spool_numbers(s, &n);
        if (n.segment_octets <= 2 << 20)
            break;
        usleep(5000);
    }
    assert_true(n.segment_octets <= 2 << 20); /* of 4 segments */
    assert_true(n.moved >= 5);
    assert_int_equal(n.messages, (COUNT + EACH - 1) / EACH);
    for (unsigned i = 0; i < COUNT; i += EACH)
        test_reads(s, ids[i], i, OCTETS);
    spool_close(s);

    s = test_open(&d, NULL);
    struct test_taken t = test_take(s, UINT64_MAX, COUNT);
    assert_int_equal(t.count, (COUNT + EACH - 1) / EACH);
    for (size_t i = 0; i < t.count; i++) {
        test_reads(s, t.all[i].id, t.all[i].seed, OCTETS);
        assert_int_equal(test_settle(s, t.all[i].id, 0), SPOOL_KEPT);
    }
    spool_numbers(s, &n);
    assert_int_equal(n.live_octets, 0);
    spool_close(s);
}

/* It stays in hand and is due as before; who ends before it is settled finds it as noted. */
static void what_is_noted_stays_in_hand(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    struct test_kept one = test_keep(s, 1, 3000, 100, true), two = test_keep(s, 2, 3000, 100, true);
    assert_int_equal(test_change(s, SPOOL_HOLD, &(struct spool_filter){ .id = two.id }, 1), 1);
    test_note(s, one.id, 71);
    test_note(s, two.id, 72);
    test_note(s, 12345, 73); /* in no hand: nothing comes of it */
    struct test_taken t = test_list(s, &(struct spool_filter){ .id = 0 });
    while (t.all[1].seed == 2) /* nobody is told when it is written */
        t = test_list(s, &(struct spool_filter){ .id = 0 });
    assert_int_equal(t.count, 2);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(t.all[i].seed, 71 + i);
        assert_int_equal(t.all[i].due_ms, 100);
        assert_true(t.all[i].in_hand);
        assert_int_equal(t.all[i].held, i == 1); /* will be */
        test_reads(s, t.all[i].id, 1 + i, 3000);
    }
    assert_int_equal(test_take(s, 1000, 10).count, 0);
    test_note(s, two.id, 74);
    assert_int_equal(test_settle(s, two.id, 500), SPOOL_KEPT); /* what is settled stands */
    spool_close(s);
    s = test_open(&d, NULL);
    t = test_take(s, 1000, 10); /* the second was to be held */
    assert_int_equal(t.count, 1);
    assert_int_equal(t.all[0].seed, 71);
    assert_int_equal(t.all[0].due_ms, 100);
    test_reads(s, one.id, 1, 3000);
    t = test_list(s, &(struct spool_filter){ .id = two.id });
    assert_int_equal(t.all[0].seed, 0);
    assert_int_equal(t.all[0].due_ms, 500);
    spool_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_taken_read_settled),
        cmocka_unit_test(sizes_come_back),
        cmocka_unit_test(nobody_else_may_read_it),
        cmocka_unit_test(one_process_at_a_time),
        cmocka_unit_test(little_that_is_alive_moves),
        cmocka_unit_test(a_bounce_is_kept_with_the_settlement),
        cmocka_unit_test(what_is_noted_stays_in_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
