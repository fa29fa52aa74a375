/* SPDX-License-Identifier: ISC */
/*
 * tests/live/left_behind_test.c - a look-up of the system's that hangs does not hold up the end
 * This program has a getaddrinfo() of its own, which takes its time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/resolver.h"
#include <netdb.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#define HANGS_S 3

static atomic_bool hangs;

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    (void)host, (void)service, (void)hints;
    *found = NULL;
    if (hangs)
        sleep(HANGS_S);
    return EAI_NONAME;
}

struct lookup {
    struct net_loop *loop;
    unsigned done;
    enum dns_code code;
};

static void answered(void *user, const struct dns_answer *answer)
{
    struct lookup *k = user;
    k->done++;
    k->code = answer->code;
    net_loop_stop(k->loop);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One look-up, and the end of everything; false: that took longer than it may. */
static bool look_up(enum dns_code expected)
{
    const struct net_resolver_options o = { .timeout_ms = 200 };
    struct err e;
    double began = seconds();
    struct lookup k = { .loop = net_loop_new(&e) };
    struct net_resolver *r = net_resolver_new(k.loop, &o, &e);
    assert_true(net_resolver_addresses(r, STR("mail.example"), answered, &k, &e));
    net_loop_run(k.loop);
    net_resolver_free(r);
    net_loop_free(k.loop);
    assert_int_equal(k.done, 1);
    assert_int_equal(k.code, expected);
    return seconds() - began < HANGS_S - 1;
}

static void one_that_ends_leaves_nothing(void **state)
{
    (void)state;
    assert_true(look_up(DNS_NXDOMAIN));
    assert_false(net_loop_left_behind());
}

/* And a loop made later is none the worse for it. */
static void one_that_hangs_is_left_behind(void **state)
{
    (void)state;
    hangs = true;
    assert_true(look_up(DNS_TIMEOUT));
    assert_true(net_loop_left_behind());
    hangs = false;
    assert_true(look_up(DNS_NXDOMAIN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_ends_leaves_nothing),
        cmocka_unit_test(one_that_hangs_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
