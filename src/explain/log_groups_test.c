/* SPDX-License-Identifier: ISC */
/*
 * explain/log_groups_test.c - counts, exact and beyond the maximum
 */
#include "explain/log_groups.h"
#include "explain/log_hash.h"
#include "explain/log_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static size_t hit(struct log_groups *g, uint64_t who, int64_t time_s)
{
    char sender[40];
    struct log_hit h = { .verdict = { 1, 75, HOP_SUBMISSION },
                         .dialect = DIALECT_QQ,
                         .side = SIDE_SENDS,
                         .client = STR("192.0.2.1"),
                         .domain = STR("far.example"),
                         .line = STR("an example"),
                         .time_s = time_s };
    h.sender = (str){ sender, (size_t)snprintf(sender, sizeof sender, "%lu", (unsigned long)who) };
    size_t row;
    struct err e;
    assert_true(log_groups_count(g, &h, &row, &e));
    return row;
}

static uint64_t who_is(const struct explain_group *x)
{
    uint64_t who = UINT64_MAX;
    assert_true(str_to_u64(x->sender, UINT32_MAX, &who));
    return who;
}

static void test_a_group_tells_what_was_counted(void **state)
{
    (void)state;
    struct log_groups *g = log_groups_new(100, 4096, 1);
    struct explain_group x;
    assert_non_null(g);
    hit(g, 7, 2000);
    hit(g, 7, 1000);
    hit(g, 7, LOG_NO_TIME);
    log_groups_row(g, hit(g, 7, 1500), &x);
    assert_int_equal(log_groups_kept(g), 1);
    assert_int_equal(x.count, 4);
    assert_int_equal(x.error, 0);
    assert_int_equal(x.first_s, 1000);
    assert_int_equal(x.last_s, 2000);
    assert_int_equal(x.cause, 1);
    assert_int_equal(x.hop, HOP_SUBMISSION);
    assert_int_equal(x.dialect, DIALECT_QQ);
    assert_int_equal(x.side, SIDE_SENDS);
    assert_true(x.confidence > 0.749 && x.confidence < 0.751);
    assert_true(str_eq(x.client, STR("192.0.2.1")));
    assert_true(str_eq(x.sender, STR("7")));
    assert_true(str_eq(x.domain, STR("far.example")));
    assert_true(str_eq(x.example, STR("an example")));
    assert_false(x.unnamed);
    log_groups_row(g, hit(g, 8, LOG_NO_TIME), &x);
    assert_true(x.first_s == LOG_NO_TIME && x.last_s == LOG_NO_TIME);
    log_groups_free(g);
    log_groups_free(NULL);
}

/* Each part of a name makes another group, and so does the cause. */
static void test_groups_are_told_apart(void **state)
{
    (void)state;
    struct log_groups *g = log_groups_new(100, 4096, 1);
    struct log_hit a = { .client = STR("a"), .sender = STR("b"), .domain = STR("c") }, h;
    size_t row, other;
    struct err e;
    assert_true(log_groups_count(g, &a, &row, &e));
    h = a, h.client = STR("x");
    assert_true(log_groups_count(g, &h, &other, &e) && other != row);
    h = a, h.sender = STR("x");
    assert_true(log_groups_count(g, &h, &other, &e) && other != row);
    h = a, h.domain = STR("x");
    assert_true(log_groups_count(g, &h, &other, &e) && other != row);
    h = a, h.verdict.cause = 3;
    assert_true(log_groups_count(g, &h, &other, &e) && other != row);
    h = a, h.side = SIDE_SENDS;
    assert_true(log_groups_count(g, &h, &other, &e) && other != row);
    h = a, h.client = STR("ab"), h.sender = STR("");
    assert_true(log_groups_count(g, &h, &other, &e) && other != row);
    h = a, h.verdict.hop = HOP_NEXT, h.line = STR("another");
    assert_true(log_groups_count(g, &h, &other, &e) && other == row);
    log_groups_free(g);
}

enum { MANY = 300000 };

/* As many groups as there are rows: each count is exact, the order is by counts, then as they came. */
static void test_counts_are_exact_up_to_the_maximum(void **state)
{
    (void)state;
    struct log_groups *g = log_groups_new(MANY, 1 << 20, 9);
    uint64_t sum = 0, hits = MANY;
    for (uint64_t i = 0; i < MANY; i++)
        hit(g, i, 5);
    for (uint64_t i = 0; i < MANY; i += 3)
        for (uint64_t k = 0; k < 1 + i % 50; k++, hits++)
            hit(g, i, 5);
    assert_int_equal(log_groups_kept(g), MANY);
    const uint32_t *order = log_groups_order(g);
    for (size_t i = 0; i < MANY; i++) {
        struct explain_group x;
        log_groups_row(g, order[i], &x);
        uint64_t who = order[i]; /* rows are given as groups come */
        assert_int_equal(x.count, 1 + (who % 3 ? 0 : 1 + who % 50));
        assert_int_equal(x.error, 0);
        if (!x.unnamed)
            assert_int_equal(who_is(&x), who);
        if (i) {
            struct explain_group before;
            log_groups_row(g, order[i - 1], &before);
            assert_true(before.count > x.count ||
                        (before.count == x.count && order[i - 1] < order[i]));
        }
        sum += x.count;
    }
    assert_int_equal(sum, hits);
    log_groups_free(g);
}

/* A store of names that holds a few hundred of ten thousand: the large groups have theirs. */
static void test_large_groups_keep_their_names(void **state)
{
    (void)state;
    enum { GROUPS = 10000, LARGE = 40 };
    struct log_groups *g = log_groups_new(GROUPS, 16 << 10, 3);
    for (unsigned round = 0; round < 30; round++) {
        for (uint64_t i = 0; i < LARGE; i++)
            hit(g, i, 1);
        for (uint64_t i = 0; i < GROUPS / 30; i++)
            hit(g, LARGE + round * (GROUPS / 30) + i, 1);
    }
    const uint32_t *order = log_groups_order(g);
    for (size_t i = 0; i < LARGE; i++) {
        struct explain_group x;
        log_groups_row(g, order[i], &x);
        assert_int_equal(x.count, 30);
        assert_false(x.unnamed);
        assert_true(who_is(&x) < LARGE);
        assert_true(str_eq(x.domain, STR("far.example")));
    }
    size_t unnamed = 0;
    for (size_t i = LARGE; i < log_groups_kept(g); i++) {
        struct explain_group x;
        log_groups_row(g, order[i], &x);
        unnamed += x.unnamed;
        assert_true(x.unnamed || who_is(&x) >= LARGE);
    }
    assert_true(unnamed > 0 && unnamed < log_groups_kept(g) - LARGE);
    /* A name that went comes back with the next line. */
    struct explain_group x;
    log_groups_row(g, hit(g, LARGE, 1), &x);
    assert_int_equal(who_is(&x), LARGE);
    log_groups_free(g);
}

/* Names that are too long are cut, and tell groups apart all the same. */
static void test_long_names(void **state)
{
    (void)state;
    static char name[600];
    struct log_groups *g = log_groups_new(10, 4096, 1);
    struct log_hit h = { .client = STR("a"), .sender = { name, 599 }, .line = { name, 600 } };
    size_t row, other;
    struct err e;
    struct explain_group x;
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = 'n';
    assert_true(log_groups_count(g, &h, &row, &e));
    h.sender.n = 598;
    assert_true(log_groups_count(g, &h, &other, &e) && other != row);
    log_groups_row(g, other, &x);
    assert_int_equal(x.sender.n, 255);
    assert_int_equal(x.example.n, 480);
    log_groups_free(g);
}

/* ---- beyond the maximum ---- */

enum { ROWS = 20000, DISTINCT = 2000000, HEAVY = 2000 };

/* Two million groups seen once, some hundred thousand refusals of few heavy ones between them, skewed as senders in
 * logs are: the k-th has a share of 1/k. What the rows say is held against counts that are kept apart. */
static void test_the_largest_of_two_million_groups(void **state)
{
    (void)state;
    struct log_groups *g = log_groups_new(ROWS, 2 << 20, 5);
    uint32_t *truth = calloc(DISTINCT + HEAVY, sizeof *truth);
    uint64_t total = 0, random = 1;
    assert_true(g && truth);
    for (uint64_t i = 0; i < DISTINCT; i++) {
        truth[HEAVY + i]++;
        hit(g, HEAVY + i, 1);
        total++;
        random = hash_mix(random, i);
        uint64_t k = 1 + random % HEAVY;
        /* Of all the k-th comes in with a chance of 1/k. */
        if (hash_mix(random, 3) % k == 0) {
            truth[k - 1]++;
            hit(g, k - 1, 1);
            total++;
        }
    }
    assert_int_equal(log_groups_kept(g), ROWS);
    const uint32_t *order = log_groups_order(g);
    uint64_t sum = 0, least = UINT64_MAX;
    unsigned char *found = calloc(DISTINCT + HEAVY, 1);
    assert_non_null(found);
    for (size_t i = 0; i < ROWS; i++) {
        struct explain_group x;
        log_groups_row(g, order[i], &x);
        sum += x.count;
        least = x.count < least ? x.count : least;
        assert_true(x.error <= total / ROWS);
        if (x.unnamed)
            continue;
        uint64_t who = who_is(&x);
        found[who] = 1;
        assert_true(x.count >= truth[who]);
        assert_true(x.count - x.error <= truth[who]);
    }
    assert_int_equal(sum, total); /* no refusal is lost, or counted twice */
    assert_true(least <= total / ROWS);
    for (uint64_t i = 0; i < HEAVY; i++)
        if (truth[i] > total / ROWS)
            assert_true(found[i]);
    assert_true(truth[0] > total / ROWS);
    free(found);
    free(truth);
    log_groups_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_group_tells_what_was_counted),
        cmocka_unit_test(test_groups_are_told_apart),
        cmocka_unit_test(test_counts_are_exact_up_to_the_maximum),
        cmocka_unit_test(test_large_groups_keep_their_names),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_the_largest_of_two_million_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
