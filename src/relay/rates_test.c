/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "relay/rates.h"

static struct relay_rates *rates(void **state)
{
    return *state;
}

static int begin(void **state)
{
    struct err e;
    *state = relay_rates_new(&e);
    return *state ? 0 : -1;
}

static int end(void **state)
{
    relay_rates_free(*state);
    return 0;
}

static struct ip ip_of(const char *text)
{
    struct ip ip;
    if (!ip_parse(str_from(text), &ip))
        fail_msg("%s", text);
    return ip;
}

enum { HOUR_MS = 3600 * 1000 };
static const uint64_t BEGIN = 1795692000000;

/* In no hour, wherever it begins, more than the limit passes. */
static void never_more_in_any_hour(void **state)
{
    enum { LIMIT = 20, STEPS = 3000, STEP_MS = 7919 };
    static uint8_t passed[STEPS];
    const struct relay_rate_key k = { STR("users"), STR("anna"), NULL, LIMIT, 3600 };
    unsigned all = 0;
    for (size_t i = 0; i < STEPS; i++) {
        passed[i] = relay_rates_take(rates(state), &k, BEGIN + i * STEP_MS, 1);
        all += passed[i];
        unsigned in_hour = 0;
        for (size_t j = i + 1; j-- > 0 && (i - j) * STEP_MS < HOUR_MS;)
            in_hour += passed[j];
        assert_true(in_hour <= LIMIT);
    }
    /* and not much less than the limit in each of them */
    assert_true(all >= STEPS * (uint64_t)STEP_MS / HOUR_MS * LIMIT * 15 / 17);
}

static void what_is_told_of_later_holds(void **state)
{
    const struct relay_rate_key k = { STR("users"), STR("anna"), NULL, 3, 60 };
    uint32_t used, again;
    for (int i = 0; i < 3; i++)
        assert_true(relay_rates_take(rates(state), &k, BEGIN + 1000u * i, 1));
    assert_false(relay_rates_take(rates(state), &k, BEGIN + 4000, 1));
    relay_rates_used(rates(state), &k, BEGIN + 4000, &used, &again);
    assert_int_equal(used, 3);
    assert_true(again > 50 && again <= 64);
    assert_false(relay_rates_take(rates(state), &k, BEGIN + 4000 + 1000u * (again - 5), 1));
    assert_true(relay_rates_take(rates(state), &k, BEGIN + 4000 + 1000u * again, 1));
}

static uint32_t used_of(void **state, const struct relay_rate_key *k)
{
    uint32_t used, again;
    relay_rates_used(rates(state), k, BEGIN, &used, &again);
    return used;
}

static void each_counts_alone(void **state)
{
    const struct ip a = ip_of("192.0.2.1"), b = ip_of("192.0.2.2"), c = ip_of("2001:db8:1:2::1"),
                    d = ip_of("2001:db8:1:2::2"), e = ip_of("2001:db8:1:3::1"),
                    f = ip_of("fd00::1"), g = ip_of("fd00::2");
    struct relay_rate_key k = { STR("users"), STR("Anna"), &a, 9, 60 };
    assert_true(relay_rates_take(rates(state), &k, BEGIN, 5));
    k.login = STR("anna"); /* in any letters, from anywhere */
    k.client = &b;
    assert_int_equal(used_of(state, &k), 5);
    k.limit = 100; /* another limit goes on */
    assert_int_equal(used_of(state, &k), 5);
    k.per_s = 3600; /* another time does not */
    assert_int_equal(used_of(state, &k), 0);
    k.per_s = 60;
    k.rule = STR("user");
    assert_int_equal(used_of(state, &k), 0);
    k = (struct relay_rate_key){ STR("users"), STR_NONE, &a, 9, 60 };
    assert_true(relay_rates_take(rates(state), &k, BEGIN, 1));
    k.client = &b;
    assert_int_equal(used_of(state, &k), 0);
    k.client = &c;
    assert_true(relay_rates_take(rates(state), &k, BEGIN, 2));
    k.client = &d; /* of one customer */
    assert_int_equal(used_of(state, &k), 2);
    k.client = &e;
    assert_int_equal(used_of(state, &k), 0);
    k.client = &f; /* of one house */
    assert_true(relay_rates_take(rates(state), &k, BEGIN, 2));
    k.client = &g;
    assert_int_equal(used_of(state, &k), 0);
}

static void what_is_given_back_is_free(void **state)
{
    const struct relay_rate_key k = { STR("users"), STR("anna"), NULL, 3, 60 };
    assert_true(relay_rates_take(rates(state), &k, BEGIN, 3));
    assert_false(relay_rates_take(rates(state), &k, BEGIN, 1));
    relay_rates_give_back(rates(state), &k, BEGIN, 3);
    assert_true(relay_rates_take(rates(state), &k, BEGIN, 3));
}

static void a_clock_set_back_locks_nobody_out(void **state)
{
    const struct relay_rate_key k = { STR("users"), STR("anna"), NULL, 1, 60 };
    assert_true(relay_rates_take(rates(state), &k, BEGIN, 1));
    assert_false(relay_rates_take(rates(state), &k, BEGIN - 5000, 1));
    assert_true(relay_rates_take(rates(state), &k, BEGIN - HOUR_MS, 1));
}

/* And what is counted from then on counts. */
static void a_clock_set_back_begins_anew(void **state)
{
    const struct relay_rate_key k = { STR("users"), STR("anna"), NULL, 5, 60 };
    uint32_t used, again;
    assert_true(relay_rates_take(rates(state), &k, BEGIN, 5));
    assert_true(relay_rates_take(rates(state), &k, BEGIN - HOUR_MS, 2));
    assert_true(relay_rates_take(rates(state), &k, BEGIN - HOUR_MS, 3));
    relay_rates_used(rates(state), &k, BEGIN - HOUR_MS, &used, &again);
    assert_int_equal(used, 5);
    assert_true(again > 50 && again <= 64);
    relay_rates_used(rates(state), &k, BEGIN - HOUR_MS + 70000, &used, &again);
    assert_true(used == 0 && again == 0);
}

/* A million addresses come by; those who log in, and an address that used its limit up, are still known. */
static void a_flood_pushes_nobody_out(void **state)
{
    enum { FLOOD = 1200000, LOGINS = 1000 };
    const struct ip busy = ip_of("198.51.100.1");
    struct relay_rate_key k = { STR("in"), STR_NONE, &busy, 50, 86400 };
    char name[16];
    assert_true(relay_rates_take(rates(state), &k, BEGIN, 50));
    for (int i = 0; i < LOGINS; i++) {
        snprintf(name, sizeof name, "u%d", i);
        k.login = str_from(name);
        assert_true(relay_rates_take(rates(state), &k, BEGIN, 50));
    }
    k.login = STR_NONE;
    for (uint32_t i = 0; i < FLOOD; i++) {
        struct ip ip = { IP_V6, { 0x20, 0x01, 0x0d, 0xb8 }, 0 };
        ip.octets[5] = (uint8_t)(i >> 16);
        ip.octets[6] = (uint8_t)(i >> 8);
        ip.octets[7] = (uint8_t)i;
        k.client = &ip;
        assert_true(relay_rates_take(rates(state), &k, BEGIN + 1000, 1));
    }
    k.client = &busy;
    assert_int_equal(used_of(state, &k), 50);
    for (int i = 0; i < LOGINS; i++) {
        snprintf(name, sizeof name, "u%d", i);
        k.login = str_from(name);
        assert_int_equal(used_of(state, &k), 50);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(never_more_in_any_hour, begin, end),
        cmocka_unit_test_setup_teardown(what_is_told_of_later_holds, begin, end),
        cmocka_unit_test_setup_teardown(each_counts_alone, begin, end),
        cmocka_unit_test_setup_teardown(what_is_given_back_is_free, begin, end),
        cmocka_unit_test_setup_teardown(a_clock_set_back_locks_nobody_out, begin, end),
        cmocka_unit_test_setup_teardown(a_clock_set_back_begins_anew, begin, end),
        cmocka_unit_test_setup_teardown(a_flood_pushes_nobody_out, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
