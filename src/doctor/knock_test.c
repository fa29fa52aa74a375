/* SPDX-License-Identifier: ISC */
#include "doctor/knock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { TRIALS = 10000, NEVER = 1 << 30, RUN_TRIPS = 9 };

/* ------------------------------------------------------------------------------------------------
 * When what is due
 */
static const struct due_case {
    const char *label;
    struct knocking k;
    uint32_t rtt_ms;
    uint64_t due_ms;
} DUE[] = {
    { "nothing known", { { 0 }, 1 }, 0, 1000 },
    { "nothing known, the last", { { 0, 1000, 2000 }, 3 }, 0, 4000 },
    { "near", { { 0 }, 1 }, 1, 250 },
    { "near, the second", { { 0, 250 }, 2 }, 1, 500 },
    { "near, the last", { { 0, 250, 500 }, 3 }, 1, 1031 },
    { "1.5 round trips", { { 0 }, 1 }, 300, 450 },
    { "at 150 ms", { { 0, 250, 500 }, 3 }, 150, 1180 },
    { "far, the last", { { 0, 900, 1800 }, 3 }, 600, 3600 },
    { "learnt late", { { 0, 1000, 1250 }, 3 }, 20, 1650 },
};

static void due(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof DUE / sizeof DUE[0]; i++) {
        const struct due_case *c = &DUE[i];
        if (knock_due_ms(&c->k, c->rtt_ms) != c->due_ms)
            fail_msg("%s: due at %d", c->label, (int)knock_due_ms(&c->k, c->rtt_ms));
    }
}

/* ------------------------------------------------------------------------------------------------
 * A port, a line that loses packets, and a listener whose backlog may be full at first
 */
struct line {
    const char *label;
    unsigned rtt_ms;
    unsigned known_ms; /* when the round trip is known: another port answered; NEVER: not at all */
    unsigned lost_in_100; /* packets, either way */
    unsigned full_ms;     /* the backlog is full until some time before this */
    bool blocked;
};

static uint32_t chance; /* xorshift: the same trials in every run */
static uint32_t throw_dice(uint32_t sides)
{
    chance ^= chance << 13;
    chance ^= chance >> 17;
    chance ^= chance << 5;
    return chance % sides;
}

/* The first answer to a connect of that time: its SYN, and what the system repeats of it. */
static unsigned answered_ms(const struct line *l, unsigned began_ms, unsigned full_ms)
{
    static const unsigned REPEATS_MS[] = { 0, 1000, 3000, 7000 };
    for (size_t i = 0; i < 4 && !l->blocked; i++) {
        unsigned there_ms = began_ms + REPEATS_MS[i] + l->rtt_ms / 2;
        bool lost = throw_dice(100) < l->lost_in_100 || throw_dice(100) < l->lost_in_100;
        if (!lost && there_ms >= full_ms)
            return began_ms + REPEATS_MS[i] + l->rtt_ms;
    }
    return NEVER;
}

struct seen {
    unsigned answered_ms, called_ms, listened_ms; /* NEVER: not */
};

static struct seen knock_at(const struct line *l)
{
    struct seen s = { NEVER, NEVER, NEVER };
    struct knocking k = { { 0 }, 0 };
    unsigned full_ms = l->full_ms ? throw_dice(l->full_ms) : 0, now = 0;
    for (;;) {
        unsigned rtt = now >= l->known_ms ? l->rtt_ms : 0;
        if (k.count && now < knock_due_ms(&k, rtt)) {
            now++;
            continue;
        }
        if (s.answered_ms <= now)
            return s;
        if (k.count == KNOCKS) {
            s.called_ms = now;
            s.listened_ms = (unsigned)knock_listen_until_ms(&k, rtt);
            return s;
        }
        unsigned answered = answered_ms(l, now, full_ms);
        s.answered_ms = answered < s.answered_ms ? answered : s.answered_ms;
        k.at_ms[k.count++] = now;
    }
}

/* An open port is never called, at 600 ms; nearer by, where a call is due in 1.2 s, the first repetition of a
 * SYN is all the proof there is time for, and one call in some hundred thousand is wrong. */
static const struct line OPEN[] = {
    { "600 ms, 2 % lost", 600, 600, 2, 0, false },
    { "600 ms, 2 % lost, backlog full", 600, 600, 2, 1500, false },
    { "600 ms, 2 % lost, no round trip known", 600, NEVER, 2, 1500, false },
    { "600 ms, backlog full", 600, 600, 0, 2900, false },
    { "300 ms, 2 % lost", 300, 300, 2, 0, false },
    { "150 ms, 2 % lost", 150, 150, 2, 0, false },
    { "20 ms, 2 % lost", 20, 20, 2, 0, false },
    { "20 ms, backlog full", 20, 20, 0, 1000, false },
    { "1 ms, backlog full", 1, 1, 0, 1000, false },
};

static void open_port_is_not_called(void **state)
{
    (void)state;
    chance = 2463534242U;
    for (size_t i = 0; i < sizeof OPEN / sizeof OPEN[0]; i++) {
        unsigned called = 0;
        for (unsigned t = 0; t < TRIALS; t++)
            called += knock_at(&OPEN[i]).called_ms != NEVER;
        if (called)
            fail_msg("%s: called silent in %u of %d trials", OPEN[i].label, called, TRIALS);
    }
}

/* Full for longer than the call takes: taken back before the run is over. A run with a port that answers
 * lasts nine round trips, and as long as is listened. */
static void late_answer_takes_the_call_back(void **state)
{
    static const struct line LONG = { "", 600, 600, 2, 2900, false };
    unsigned called = 0;
    (void)state;
    chance = 88172645U;
    for (unsigned t = 0; t < TRIALS; t++) {
        struct seen s = knock_at(&LONG);
        unsigned end_ms = RUN_TRIPS * LONG.rtt_ms;
        called += s.called_ms != NEVER;
        end_ms = s.called_ms != NEVER && s.listened_ms > end_ms ? s.listened_ms : end_ms;
        assert_true(s.answered_ms <= end_ms);
    }
    assert_true(called > 0); /* else this shows nothing */
}

static void blocked_port_is_called_soon(void **state)
{
    (void)state;
    for (unsigned rtt_ms = 1; rtt_ms <= 150; rtt_ms++) {
        struct line l = { "", rtt_ms, rtt_ms, 0, 0, true };
        struct seen s = knock_at(&l);
        assert_true(s.called_ms <= 1200);
        assert_true(s.listened_ms <= s.called_ms);
    }
}

/* "At most twelve round trips and the silent port's second." */
static void listening_stays_inside_a_full_answer(void **state)
{
    (void)state;
    for (unsigned rtt_ms = 151; rtt_ms <= 1000; rtt_ms++) {
        struct line l = { "", rtt_ms, rtt_ms, 0, 0, true };
        struct seen s = knock_at(&l);
        assert_true(s.listened_ms <= 12 * rtt_ms + 1000);
        assert_true(s.called_ms <= 8 * rtt_ms + 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(due),
        cmocka_unit_test(open_port_is_not_called),
        cmocka_unit_test(late_answer_takes_the_call_back),
        cmocka_unit_test(blocked_port_is_called_soon),
        cmocka_unit_test(listening_stays_inside_a_full_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
