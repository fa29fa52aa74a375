/* SPDX-License-Identifier: ISC */
#include "relay/brake.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct relay_brake *brake;
static const uint64_t START = 1000000;

static int begin(void **state)
{
    (void)state;
    struct err e;
    brake = relay_brake_new(&e);
    return brake ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    relay_brake_free(brake);
    return 0;
}

static struct ip address(const char *text)
{
    struct ip ip;
    if (!ip_parse(str_from(text), &ip))
        fail_msg("%s is no address", text);
    return ip;
}

static enum relay_brake_say try_from(const struct ip *from, const char *name,
                                     enum relay_try_end how, uint64_t now_ms)
{
    struct relay_try t;
    unsigned wait_s;
    enum relay_brake_say say = relay_brake_begin(brake, from, str_from(name), now_ms, &t, &wait_s);
    if (say == RELAY_BRAKE_GO)
        relay_brake_end(brake, &t, how, now_ms);
    else
        assert_in_range(wait_s, 1, 3600);
    return say;
}

static enum relay_brake_say try(const char *from, const char *name, enum relay_try_end how,
                                uint64_t now_ms)
{
    struct ip ip = address(from);
    return try_from(&ip, name, how, now_ms);
}

/* Wrong ones that are let through until the brake says no. */
static unsigned wrong_until(const char *from, const char *name, uint64_t now_ms,
                            enum relay_brake_say *say)
{
    unsigned n = 0;
    while ((*say = try(from, name, RELAY_TRY_WRONG, now_ms)) == RELAY_BRAKE_GO)
        n++;
    return n;
}

static void an_address_has_so_many(void **state)
{
    (void)state;
    enum relay_brake_say say;
    char name[32];
    for (unsigned i = 0; i < RELAY_BRAKE_ADDRESS_TOKENS; i++) {
        snprintf(name, sizeof(name), "u%u", i);
        assert_int_equal(try("192.0.2.7", name, RELAY_TRY_WRONG, START), RELAY_BRAKE_GO);
    }
    assert_int_equal(try("192.0.2.7", "v", RELAY_TRY_WRONG, START), RELAY_BRAKE_ADDRESS);
    assert_int_equal(try("192.0.2.8", "v", RELAY_TRY_WRONG, START), RELAY_BRAKE_GO);
    /* One comes back after its time, and no earlier. */
    assert_int_equal(try("192.0.2.7", "v", RELAY_TRY_WRONG, START + RELAY_BRAKE_ADDRESS_MS - 1),
                     RELAY_BRAKE_ADDRESS);
    assert_int_equal(wrong_until("192.0.2.7", "v", START + RELAY_BRAKE_ADDRESS_MS, &say), 1);
    /* All of them, and never more. */
    assert_int_equal(wrong_until("192.0.2.7", "w", START * 1000, &say), RELAY_BRAKE_ADDRESS_TOKENS);
    assert_int_equal(say, RELAY_BRAKE_ADDRESS);
}

static void right_and_neither_cost_nothing(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(try("192.0.2.7", "anna", RELAY_TRY_RIGHT, START), RELAY_BRAKE_GO);
        assert_int_equal(try("192.0.2.7", "bert", RELAY_TRY_NEITHER, START), RELAY_BRAKE_GO);
    }
}

static void ipv6_is_counted_by_its_nets(void **state)
{
    (void)state;
    enum relay_brake_say say;
    char from[64], name[32];
    unsigned n = 0;
    /* The same /64. */
    for (unsigned i = 0; i < RELAY_BRAKE_ADDRESS_TOKENS; i++) {
        snprintf(from, sizeof(from), "2001:db8:1:1::%x", i);
        snprintf(name, sizeof(name), "u%u", i);
        assert_int_equal(try(from, name, RELAY_TRY_WRONG, START), RELAY_BRAKE_GO);
    }
    assert_int_equal(try("2001:db8:1:1:ffff::1", "v", RELAY_TRY_WRONG, START), RELAY_BRAKE_ADDRESS);
    /* All the /64 of a /48 have no more than the /48. */
    for (say = RELAY_BRAKE_GO; say == RELAY_BRAKE_GO && n < 1000; n++) {
        snprintf(from, sizeof(from), "2001:db8:1:%x::1", n + 2);
        snprintf(name, sizeof(name), "w%u", n);
        say = try(from, name, RELAY_TRY_WRONG, START);
    }
    assert_int_equal(n - 1, RELAY_BRAKE_WIDE_TOKENS - RELAY_BRAKE_ADDRESS_TOKENS);
    assert_int_equal(try("2001:db8:2::1", "v", RELAY_TRY_WRONG, START), RELAY_BRAKE_GO);
}

/* A botnet tries one login from everywhere: it is braked, and the true user, where he was before, is not. */
static void a_login_is_braked_for_strangers(void **state)
{
    (void)state;
    enum relay_brake_say say = RELAY_BRAKE_GO;
    unsigned n = 0;
    assert_int_equal(try("192.0.2.7", "anna", RELAY_TRY_RIGHT, START), RELAY_BRAKE_GO);
    for (; say == RELAY_BRAKE_GO; n++) {
        char from[32];
        snprintf(from, sizeof(from), "198.51.100.%u", n + 1);
        say = try(from, "anna", RELAY_TRY_WRONG, START);
    }
    assert_int_equal(say, RELAY_BRAKE_LOGIN);
    assert_int_equal(n - 1, RELAY_BRAKE_LOGIN_TOKENS);
    assert_int_equal(try("203.0.113.1", "anna", RELAY_TRY_RIGHT, START), RELAY_BRAKE_LOGIN);
    assert_int_equal(try("203.0.113.1", "bert", RELAY_TRY_RIGHT, START), RELAY_BRAKE_GO);
    assert_int_equal(try("192.0.2.7", "anna", RELAY_TRY_RIGHT, START), RELAY_BRAKE_GO);
    /* His own mistakes have an end as well; then he is a stranger. */
    assert_int_equal(wrong_until("192.0.2.7", "anna", START, &say), RELAY_BRAKE_PAIR_TOKENS);
    assert_int_equal(say, RELAY_BRAKE_LOGIN);
    /* After a week he is none that is known. */
    assert_int_equal(try("192.0.2.9", "carl", RELAY_TRY_RIGHT, START), RELAY_BRAKE_GO);
    uint64_t later = START + 8ull * 24 * 3600 * 1000;
    for (unsigned i = 0; i < RELAY_BRAKE_LOGIN_TOKENS; i++) {
        char from[32];
        snprintf(from, sizeof(from), "198.51.100.%u", i + 1);
        assert_int_equal(try(from, "carl", RELAY_TRY_WRONG, later), RELAY_BRAKE_GO);
    }
    assert_int_equal(try("192.0.2.9", "carl", RELAY_TRY_RIGHT, later), RELAY_BRAKE_LOGIN);
}

/* A neighbour behind the same address uses all its tokens: who logged in there before goes on. */
static void neighbours_do_not_lock_out(void **state)
{
    (void)state;
    enum relay_brake_say say;
    assert_int_equal(try("192.0.2.7", "anna", RELAY_TRY_RIGHT, START), RELAY_BRAKE_GO);
    assert_int_equal(wrong_until("192.0.2.7", "bert", START, &say), RELAY_BRAKE_ADDRESS_TOKENS);
    assert_int_equal(try("192.0.2.7", "carl", RELAY_TRY_RIGHT, START), RELAY_BRAKE_ADDRESS);
    assert_int_equal(try("192.0.2.7", "anna", RELAY_TRY_RIGHT, START), RELAY_BRAKE_GO);
}

/* For a week to the millisecond, and for so many tries at once; beyond he is a stranger at an address that has no more. */
static void who_is_known_is_so_for_a_week(void **state)
{
    (void)state;
    const uint64_t week = 7ull * 24 * 3600 * 1000, right = START + 5 * week;
    struct relay_try tries[RELAY_BRAKE_AT_ONCE];
    struct ip from = address("192.0.2.7");
    enum relay_brake_say say;
    unsigned wait_s;
    assert_int_equal(try("192.0.2.7", "anna", RELAY_TRY_RIGHT, right), RELAY_BRAKE_GO);
    assert_int_equal(wrong_until("192.0.2.7", "bert", right, &say), RELAY_BRAKE_ADDRESS_TOKENS);
    for (unsigned i = 0; i < RELAY_BRAKE_AT_ONCE; i++)
        assert_int_equal(relay_brake_begin(brake, &from, STR("anna"), right, &tries[i], &wait_s),
                         RELAY_BRAKE_GO);
    assert_int_equal(try("192.0.2.7", "anna", RELAY_TRY_RIGHT, right), RELAY_BRAKE_ADDRESS);
    for (unsigned i = 0; i < RELAY_BRAKE_AT_ONCE; i++)
        relay_brake_end(brake, &tries[i], RELAY_TRY_NEITHER, right);
    assert_int_equal(wrong_until("192.0.2.7", "bert", right + week, &say),
                     RELAY_BRAKE_ADDRESS_TOKENS);
    assert_int_equal(try("192.0.2.7", "anna", RELAY_TRY_NEITHER, right + week), RELAY_BRAKE_GO);
    assert_int_equal(try("192.0.2.7", "anna", RELAY_TRY_NEITHER, right + week + 1),
                     RELAY_BRAKE_ADDRESS);
}

/* Many at once are let go before the first is known to be wrong; then they are paid back. */
static void at_once_has_a_bound_and_is_paid_back(void **state)
{
    (void)state;
    struct relay_try tries[RELAY_BRAKE_AT_ONCE];
    struct ip from = address("192.0.2.7");
    unsigned wait_s;
    char name[32];
    for (unsigned i = 0; i < RELAY_BRAKE_AT_ONCE; i++) {
        snprintf(name, sizeof(name), "u%u", i);
        assert_int_equal(relay_brake_begin(brake, &from, str_from(name), START, &tries[i], &wait_s),
                         RELAY_BRAKE_GO);
    }
    assert_int_equal(try("192.0.2.7", "v", RELAY_TRY_RIGHT, START), RELAY_BRAKE_BUSY);
    for (unsigned i = 0; i < RELAY_BRAKE_AT_ONCE; i++)
        relay_brake_end(brake, &tries[i], RELAY_TRY_WRONG, START);
    const uint64_t debt = RELAY_BRAKE_AT_ONCE - RELAY_BRAKE_ADDRESS_TOKENS + 1;
    assert_int_equal(
        try("192.0.2.7", "v", RELAY_TRY_RIGHT, START + debt * RELAY_BRAKE_ADDRESS_MS - 1000),
        RELAY_BRAKE_ADDRESS);
    assert_int_equal(try("192.0.2.7", "v", RELAY_TRY_RIGHT, START + debt * RELAY_BRAKE_ADDRESS_MS),
                     RELAY_BRAKE_GO);
    /* Ended twice is ended once. */
    relay_brake_end(brake, &tries[0], RELAY_TRY_WRONG, START);
}

/* A million names from as many addresses fill nothing, and the one under attack stays braked. */
static void a_flood_pushes_out_the_least_guilty(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RELAY_BRAKE_LOGIN_TOKENS; i++) {
        char from[32];
        snprintf(from, sizeof(from), "198.51.100.%u", i + 1);
        assert_int_equal(try(from, "anna", RELAY_TRY_WRONG, START), RELAY_BRAKE_GO);
    }
    for (unsigned i = 0; i < 1000000; i++) {
        struct ip from = { .family = IP_V4,
                           .octets = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i } };
        char name[32];
        snprintf(name, sizeof(name), "x%u", i);
        assert_int_equal(try_from(&from, name, RELAY_TRY_WRONG, START), RELAY_BRAKE_GO);
    }
    assert_int_equal(try("203.0.113.1", "anna", RELAY_TRY_WRONG, START), RELAY_BRAKE_LOGIN);
    assert_int_equal(try("203.0.113.1", "bert", RELAY_TRY_RIGHT, START), RELAY_BRAKE_GO);
}

/* A rule file may say other numbers, and a reload changes them. */
static void the_numbers_are_the_rule_files(void **state)
{
    (void)state;
    enum relay_brake_say say;
    relay_brake_set(brake, (struct relay_brake_pace){ 3, 60 }, (struct relay_brake_pace){ 5, 50 });
    assert_int_equal(wrong_until("192.0.2.7", "a", START, &say), 3);
    assert_int_equal(say, RELAY_BRAKE_ADDRESS);
    assert_int_equal(try("192.0.2.7", "a", RELAY_TRY_WRONG, START + 19999), RELAY_BRAKE_ADDRESS);
    assert_int_equal(try("192.0.2.7", "b", RELAY_TRY_WRONG, START + 20000), RELAY_BRAKE_GO);
    assert_int_equal(wrong_until("192.0.2.8", "a", START, &say), 2); /* five of the login */
    assert_int_equal(say, RELAY_BRAKE_LOGIN);
    /* who is known there has twice as many as an address */
    assert_int_equal(try("198.51.100.7", "anna", RELAY_TRY_RIGHT, START), RELAY_BRAKE_GO);
    assert_int_equal(wrong_until("198.51.100.7", "anna", START, &say), 6 + 3);
    relay_brake_set(brake, (struct relay_brake_pace){ 1, 1 },
                    (struct relay_brake_pace){ 10000, 1 });
    assert_int_equal(wrong_until("203.0.113.9", "c", START, &say), 1);
    relay_brake_set(brake, (struct relay_brake_pace){ 10000, 1 },
                    (struct relay_brake_pace){ 8, 1 });
    assert_int_equal(wrong_until("203.0.113.10", "d", START, &say), 8);
    assert_int_equal(say, RELAY_BRAKE_LOGIN);
}

static void clocks_of_two_loops_may_differ(void **state)
{
    (void)state;
    assert_int_equal(try("192.0.2.7", "anna", RELAY_TRY_RIGHT, START), RELAY_BRAKE_GO);
    assert_int_equal(try("192.0.2.7", "anna", RELAY_TRY_WRONG, START - 5), RELAY_BRAKE_GO);
    assert_int_equal(try("192.0.2.7", "bert", RELAY_TRY_WRONG, START - 5), RELAY_BRAKE_GO);
    assert_int_equal(try("192.0.2.7", "bert", RELAY_TRY_WRONG, START - 9), RELAY_BRAKE_GO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_address_has_so_many, begin, end),
        cmocka_unit_test_setup_teardown(right_and_neither_cost_nothing, begin, end),
        cmocka_unit_test_setup_teardown(ipv6_is_counted_by_its_nets, begin, end),
        cmocka_unit_test_setup_teardown(a_login_is_braked_for_strangers, begin, end),
        cmocka_unit_test_setup_teardown(neighbours_do_not_lock_out, begin, end),
        cmocka_unit_test_setup_teardown(who_is_known_is_so_for_a_week, begin, end),
        cmocka_unit_test_setup_teardown(at_once_has_a_bound_and_is_paid_back, begin, end),
        cmocka_unit_test_setup_teardown(a_flood_pushes_out_the_least_guilty, begin, end),
        cmocka_unit_test_setup_teardown(the_numbers_are_the_rule_files, begin, end),
        cmocka_unit_test_setup_teardown(clocks_of_two_loops_may_differ, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
