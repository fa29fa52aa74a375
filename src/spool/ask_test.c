/* SPDX-License-Identifier: ISC */
/* What people ask of the queue: lists, and changes, also of messages in hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spool/io.h"
#include "spool/spool.h"
#include "spool/state.h"
#include "spool/testing.h"
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static void nothing(void *user UNUSED, uint64_t id UNUSED, enum spool_result result)
{
    assert_int_equal(result, SPOOL_KEPT);
}

static struct spool *filled(const struct test_dir *d, unsigned count)
{
    struct spool *s = test_open(d, NULL);
    for (unsigned i = 0; i < count; i++) {
        enum spool_result r;
        struct spool_draft *draft = test_draft(s, i, 10, &r);
        struct queue_message m = *test_message(i, 10, 100 + i);
        m.held = i % 10 == 9;
        m.login = i % 10 == 5 ? STR("Dora") : STR_NONE;
        spool_keep(s, draft, &m, false, nothing, NULL);
    }
    return s;
}

static struct test_taken listed(struct spool *s, struct spool_filter f)
{
    return test_list(s, &f);
}

static void lists_are_filtered_and_paged(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = filled(&d, 1300); /* more than two slices */
    assert_int_equal(listed(s, (struct spool_filter){ .id = 0 }).count, 1300);
    assert_int_equal(listed(s, (struct spool_filter){ .held_only = true }).count, 130);
    assert_int_equal(listed(s, (struct spool_filter){ .text = STR("dORA") }).count, 130);
    assert_int_equal(listed(s, (struct spool_filter){ .text = STR("nobody") }).count, 0);
    assert_int_equal(listed(s, (struct spool_filter){ .text = STR("ONE.example") }).count, 1300);
    assert_int_equal(listed(s, (struct spool_filter){ .text = STR("4.2.1 later") }).count, 1300);

    const struct queue_filter one = { .domain = STR("one.example") },
                              nobody = { .route = STR("none") };
    assert_int_equal(listed(s, (struct spool_filter){ .more = one }).count, 1300);
    assert_int_equal(listed(s, (struct spool_filter){ .more = nobody }).count, 0);
    assert_int_equal(test_change(s, SPOOL_RETRY, &(struct spool_filter){ .more = nobody }, 0), 0);

    struct test_taken page = listed(s, (struct spool_filter){ .max = 700 });
    assert_int_equal(page.count, 700);
    assert_int_equal(page.next_due_ms, 600); /* left out */
    uint64_t last = page.all[699].id;
    assert_int_equal(page.all[699].seed, 699);
    page = listed(s, (struct spool_filter){ .max = 700, .after = last });
    assert_int_equal(page.count, 600);
    assert_int_equal(page.all[0].seed, 700);
    assert_int_equal(page.next_due_ms, 0);

    page = listed(s, (struct spool_filter){ .id = last });
    assert_int_equal(page.count, 1);
    assert_int_equal(page.all[0].seed, 699);
    assert_true(page.all[0].held);
    assert_int_equal(listed(s, (struct spool_filter){ .id = last + 100000 }).count, 0);
    spool_close(s);
}

static void held_ones_wait_until_released(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = filled(&d, 10);
    struct test_taken t = test_take(s, 1000, 100);
    assert_int_equal(t.count, 9);
    assert_int_equal(t.next_due_ms, UINT64_MAX);
    assert_int_equal(test_change(s, SPOOL_RELEASE, &(struct spool_filter){ .held_only = true }, 0),
                     1);
    t = test_take(s, 1000, 100);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.all[0].seed, 9);
    struct spool_numbers n;
    spool_numbers(s, &n);
    assert_int_equal(n.held, 0);
    assert_int_equal(n.in_hand, 10);
    spool_close(s);
}

static void changes_are_made_to_all_that_match(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = filled(&d, 1300);
    struct spool_numbers n;
    assert_int_equal(test_change(s, SPOOL_HOLD, &(struct spool_filter){ .id = 0 }, 0), 1300);
    spool_numbers(s, &n);
    assert_int_equal(n.held, 1300);
    assert_int_equal(test_take(s, UINT64_MAX, 10).count, 0);
    assert_int_equal(test_change(s, SPOOL_DROP, &(struct spool_filter){ .text = STR("dora") }, 0),
                     130);
    spool_numbers(s, &n);
    assert_int_equal(n.messages, 1170);
    assert_int_equal(n.held, 1170);
    assert_int_equal(test_change(s, SPOOL_RELEASE, &(struct spool_filter){ .id = 0 }, 0), 1170);
    assert_int_equal(test_take(s, 50, 10).next_due_ms, 100);
    assert_int_equal(test_change(s, SPOOL_RETRY, &(struct spool_filter){ .id = 0 }, 50), 1170);
    assert_int_equal(test_take(s, 50, 2000).count, 1170);
    spool_close(s);

    s = test_open(&d, NULL);
    spool_numbers(s, &n);
    assert_int_equal(n.messages, 1170);
    assert_int_equal(n.held, 0);
    assert_int_equal(test_change(s, SPOOL_DROP, &(struct spool_filter){ .id = 0 }, 0), 1170);
    spool_numbers(s, &n);
    assert_int_equal(n.messages, 0);
    assert_int_equal(n.live_octets, 0);
    spool_close(s);
}

/* A change of what is in hand is made when it leaves the hand. */
static void what_is_in_hand_changes_later(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    uint64_t ids[4];
    static const enum spool_change CHANGES[] = { SPOOL_HOLD, SPOOL_RELEASE, SPOOL_RETRY,
                                                 SPOOL_DROP };
    for (unsigned i = 0; i < 4; i++) {
        ids[i] = test_keep(s, i, 10, 1, true).id;
        assert_int_equal(test_change(s, CHANGES[i], &(struct spool_filter){ .id = ids[i] }, 70), 1);
    }
    assert_int_equal(listed(s, (struct spool_filter){ .id = 0 }).count, 4);
    assert_true(listed(s, (struct spool_filter){ .id = ids[0] }).all[0].in_hand);
    struct test_taken held = listed(s, (struct spool_filter){ .held_only = true });
    assert_int_equal(held.count, 1);
    assert_int_equal(held.all[0].id, ids[0]);
    assert_true(held.all[0].held && held.all[0].in_hand);
    struct spool_filter held_ones = { .held_only = true };
    assert_int_equal(test_change(s, SPOOL_RELEASE, &held_ones, 0), 1);
    assert_int_equal(listed(s, held_ones).count, 0);
    assert_int_equal(test_change(s, SPOOL_HOLD, &(struct spool_filter){ .id = ids[0] }, 0), 1);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(test_settle(s, ids[i], 500), SPOOL_KEPT);
    struct test_taken all = listed(s, (struct spool_filter){ .id = 0 });
    assert_int_equal(all.count, 3);
    assert_true(all.all[0].held);
    assert_false(all.all[1].held);
    assert_int_equal(all.all[1].due_ms, 500);
    assert_int_equal(all.all[2].due_ms, 70);
    assert_false(all.all[2].in_hand);
    assert_int_equal(test_take(s, 100, 10).count, 1);
    spool_close(s);
}

/* What was asked for while it was in hand holds from the answer on, though the process ends before the attempt does. */
static void a_change_in_hand_outlives_the_process(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    struct spool_numbers n;
    uint64_t ids[6];
    size_t in_hand;
    for (unsigned i = 0; i < 6; i++)
        ids[i] = test_keep(s, i, 10, 1, i < 5).id;
    static const struct {
        unsigned of;
        enum spool_change what;
    } CHANGES[] = {
        { 0, SPOOL_HOLD }, { 1, SPOOL_DROP },    { 2, SPOOL_HOLD }, { 2, SPOOL_DROP },
        { 3, SPOOL_HOLD }, { 3, SPOOL_RELEASE }, { 1, SPOOL_DROP }, { 4, SPOOL_RETRY }
    };
    for (size_t i = 0; i < COUNT_OF(CHANGES); i++) {
        struct spool_filter one = { .id = ids[CHANGES[i].of] };
        assert_int_equal(test_change_of(s, CHANGES[i].what, &one, 70, &in_hand), 1);
        assert_int_equal(in_hand, 1);
    }
    /* What is dropped stays so. */
    for (enum spool_change c = SPOOL_HOLD; c <= SPOOL_RETRY; c++)
        assert_int_equal(
            test_change_of(s, c, &(struct spool_filter){ .id = ids[1] }, 70, &in_hand) + in_hand,
            0);
    struct test_taken all = listed(s, (struct spool_filter){ .id = 0 });
    assert_int_equal(all.count, 6);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(all.all[i].dropped, i == 1 || i == 2);
        assert_int_equal(all.all[i].held, i == 0);
    }
    assert_int_equal(listed(s, (struct spool_filter){ .held_only = true }).count, 1);
    spool_numbers(s, &n);
    assert_int_equal(n.messages, 6);
    test_reads(s, ids[1], 1, 10); /* the attempt goes on */
    spool_close(s);

    s = test_open(&d, NULL);
    spool_numbers(s, &n);
    assert_int_equal(n.messages, 4);
    assert_int_equal(n.held, 1);
    all = listed(s, (struct spool_filter){ .id = 0 });
    assert_int_equal(all.count, 4);
    assert_true(all.all[0].held && all.all[0].id == ids[0]);
    all = test_take(s, 1000, 10);
    assert_int_equal(all.count, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(all.all[i].id, ids[3 + i]);
    assert_int_equal(test_change(s, SPOOL_DROP, &(struct spool_filter){ .id = 0 }, 0), 4);
    assert_int_equal(test_settle(s, ids[3], 9000), SPOOL_KEPT);
    spool_numbers(s, &n);
    assert_int_equal(n.messages, 2);
    assert_int_equal(n.held, 0);
    spool_close(s);

    s = test_open(&d, NULL);
    spool_numbers(s, &n);
    assert_int_equal(n.messages + n.held + n.live_octets, 0);
    spool_close(s);
}

/* It is counted as held from its settlement on. */
static void what_is_held_in_hand_is_counted_once(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    struct spool_numbers n;
    uint64_t id = test_keep(s, 1, 10, 1, true).id;
    struct spool_filter one = { .id = id };
    assert_int_equal(test_change(s, SPOOL_HOLD, &one, 0), 1);
    assert_int_equal(test_change(s, SPOOL_HOLD, &one, 0), 1);
    assert_int_equal(test_settle(s, id, 500), SPOOL_KEPT);
    spool_numbers(s, &n);
    assert_int_equal(n.held, 1);
    assert_int_equal(test_change(s, SPOOL_RELEASE, &one, 0), 1);
    assert_int_equal(test_take(s, 500, 10).count, 1);
    assert_int_equal(test_change(s, SPOOL_HOLD, &one, 0), 1);
    assert_int_equal(test_change(s, SPOOL_DROP, &one, 0), 1);
    assert_int_equal(test_settle(s, id, 500), SPOOL_KEPT);
    spool_numbers(s, &n);
    assert_int_equal(n.held + n.messages + n.in_hand, 0);
    spool_close(s);
}

/* More than a slice of them. */
static void many_that_were_dropped_in_hand_are_removed(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = filled(&d, 1300);
    size_t in_hand;
    assert_int_equal(test_take(s, 1000, 1000).count, 811);
    assert_int_equal(test_change_of(s, SPOOL_DROP, &(struct spool_filter){ .id = 0 }, 0, &in_hand),
                     1300);
    assert_int_equal(in_hand, 811);
    spool_close(s);
    s = test_open(&d, NULL);
    struct spool_numbers n;
    spool_numbers(s, &n);
    assert_int_equal(n.messages + n.held + n.live_octets, 0);
    spool_close(s);
}

struct at_once {
    struct spool *s;
    uint64_t ids[4];
    atomic_uint changed;
};

static void changed_one(void *user, size_t count, size_t in_hand UNUSED, enum spool_result result)
{
    struct at_once *o = user;
    assert_int_equal(count, 1);
    assert_int_equal(result, SPOOL_KEPT);
    atomic_fetch_add(&o->changed, 1);
}

/* On the committer's thread: what is asked for here comes in one batch. */
static void settle_and_change(void *user, size_t count UNUSED, size_t left_out UNUSED)
{
    static const enum spool_change CHANGES[] = { SPOOL_HOLD, SPOOL_RELEASE, SPOOL_RETRY,
                                                 SPOOL_DROP };
    struct at_once *o = user;
    for (unsigned i = 0; i < COUNT_OF(CHANGES); i++) {
        struct queue_message m = *test_message(i, 10, 500);
        m.id = o->ids[i];
        m.held = CHANGES[i] == SPOOL_RELEASE;
        assert_true(spool_settle(o->s, &m, NULL, NULL, NULL, NULL));
        spool_change(o->s, CHANGES[i], &(struct spool_filter){ .id = m.id }, 70, changed_one, o);
    }
}

/* The batch that takes it out of the hand is the last that knows of the hand. */
static void what_leaves_the_hand_in_the_same_batch_changes_too(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    struct at_once o = { .s = s };
    for (unsigned i = 0; i < 4; i++)
        o.ids[i] = test_keep(s, i, 10, 1, true).id;
    spool_list(s, &(struct spool_filter){ .id = 0 }, NULL, settle_and_change, &o);
    struct test_taken all;
    do
        all = listed(s, (struct spool_filter){ .id = 0 });
    while (atomic_load(&o.changed) < 4);
    all = listed(s, (struct spool_filter){ .id = 0 });
    assert_int_equal(all.count, 3);
    assert_true(all.all[0].held);
    assert_false(all.all[1].held);
    assert_int_equal(all.all[2].due_ms, 70);
    struct spool_numbers n;
    spool_numbers(s, &n);
    assert_int_equal(n.messages, 3);
    assert_int_equal(n.held, 1);
    assert_int_equal(n.in_hand, 0);
    assert_int_equal(test_take(s, 100, 10).count, 1);
    spool_close(s);
}

static bool synced(void *user UNUSED)
{
    return true;
}

/* What it says of its sender, its age and the rest is not known then, and nobody meant it by that. */
static void what_cannot_be_read_is_meant_by_its_id_or_all(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct err e;
    struct spool *s = test_open(&d, NULL);
    uint64_t id = test_keep(s, 1, 10, 5, false).id;
    spool_close(s);
    int dir = open(d.path, O_RDONLY | O_DIRECTORY);
    struct state *rows = state_open(d.path, dir, &SPOOL_IO_SYSTEM, synced, NULL, &e);
    assert_non_null(rows);
    assert_int_equal(state_begin(rows), STATE_OK);
    assert_int_equal(state_update(rows, id, 5, true, STR("\1no envelope")), STATE_OK);
    assert_int_equal(state_commit(rows), STATE_OK);
    state_close(rows);
    close(dir);
    s = test_open(&d, NULL);
    const struct queue_filter vague[] = { { .sender = STR("<>") },
                                          { .arrived_before_ms = UINT64_MAX } };
    for (size_t i = 0; i < COUNT_OF(vague); i++) {
        assert_int_equal(listed(s, (struct spool_filter){ .more = vague[i] }).count, 0);
        assert_int_equal(test_change(s, SPOOL_DROP, &(struct spool_filter){ .more = vague[i] }, 0),
                         0);
    }
    assert_int_equal(listed(s, (struct spool_filter){ .held_only = true }).count, 1);
    assert_int_equal(test_change(s, SPOOL_DROP, &(struct spool_filter){ .id = id }, 0), 1);
    spool_close(s);
}

/* Nothing that is due stays behind, however times and takings mix. */
static void what_is_due_is_found(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    unsigned random = 5, kept = 0, settled = 0;
    for (uint64_t now = 1000; settled < 300; now += 10) {
        for (unsigned i = 0; i < 3 && kept < 300; i++, kept++) {
            random = random * 1103515245U + 12345U;
            test_keep(s, kept, 10, now - 100 + (random >> 16) % 300, (random >> 8) % 7 == 0);
        }
        struct test_taken t = test_take(s, now, 5);
        for (size_t i = 0; i < t.count; i++) {
            random = random * 1103515245U + 12345U;
            bool again = (random >> 16) % 3 == 0;
            assert_true(t.all[i].due_ms <= now);
            test_settle(s, t.all[i].id, again ? now - 50 + (random >> 16) % 100 : 0);
            settled += !again;
        }
        struct spool_numbers n;
        spool_numbers(s, &n);
        if (kept == 300 && n.in_hand == n.messages)
            break;
        assert_true(now < 100000);
    }
    spool_close(s);
}

/* Many of one time, given out in parts, before what is due later. */
static void of_one_time_each_is_given_out_once(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = filled(&d, 900);
    test_change(s, SPOOL_RELEASE, &(struct spool_filter){ .id = 0 }, 0);
    test_change(s, SPOOL_RETRY, &(struct spool_filter){ .id = 0 }, 60);
    test_keep(s, 900, 10, 61, false);
    uint64_t last = 0;
    for (unsigned i = 0; i < 9; i++) {
        struct test_taken t = test_take(s, 60, 100);
        assert_int_equal(t.count, 100);
        assert_true(t.all[0].id > last);
        last = t.all[99].id;
        assert_int_equal(t.next_due_ms, i < 8 ? 60 : 61);
    }
    assert_int_equal(test_take(s, 60, 100).count, 0);
    assert_int_equal(test_take(s, 61, 100).count, 1);
    spool_close(s);
}

static void settling_what_is_not_in_hand_changes_nothing(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    uint64_t id = test_keep(s, 1, 10, 5, false).id;
    assert_int_equal(test_settle(s, id, 0), SPOOL_FAILED);
    assert_int_equal(test_settle(s, 12345, 0), SPOOL_FAILED);
    struct err e;
    size_t n;
    char c;
    assert_false(spool_read(s, id, 0, &c, 1, &n, &e));
    assert_non_null(strstr(e.why, "not in hand"));
    assert_int_equal(test_take(s, 10, 10).count, 1);
    spool_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_filtered_and_paged),
        cmocka_unit_test(held_ones_wait_until_released),
        cmocka_unit_test(changes_are_made_to_all_that_match),
        cmocka_unit_test(what_is_in_hand_changes_later),
        cmocka_unit_test(a_change_in_hand_outlives_the_process),
        cmocka_unit_test(what_is_held_in_hand_is_counted_once),
        cmocka_unit_test(many_that_were_dropped_in_hand_are_removed),
        cmocka_unit_test(what_leaves_the_hand_in_the_same_batch_changes_too),
        cmocka_unit_test(what_cannot_be_read_is_meant_by_its_id_or_all),
        cmocka_unit_test(what_is_due_is_found),
        cmocka_unit_test(of_one_time_each_is_given_out_once),
        cmocka_unit_test(settling_what_is_not_in_hand_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
