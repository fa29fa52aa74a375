/* SPDX-License-Identifier: ISC */
/*
 * tests/live/left_behind_test.c - a look-up of the system's that hangs does not hold up the end
 * This program has a getaddrinfo() of its own, which hangs for as long as the test wants.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/resolver.h"
#include <netdb.h>
#include <stdatomic.h>
#include <unistd.h>

enum { LONG_MS = 60000 };

static atomic_bool hangs, go_on;

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    (void)host, (void)service, (void)hints;
    *found = NULL;
    if (hangs)
        while (!go_on)
            usleep(10000);
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

/* One look-up, and the end of everything. */
static void look_up(uint32_t timeout_ms, enum dns_code expected)
{
    const struct net_resolver_options o = { .timeout_ms = timeout_ms };
    struct err e;
    struct lookup k = { .loop = net_loop_new(&e) };
    struct net_resolver *r = net_resolver_new(k.loop, &o, &e);
    assert_true(net_resolver_addresses(r, STR("mail.example"), answered, &k, &e));
    net_loop_run(k.loop);
    net_resolver_free(r);
    net_loop_free(k.loop);
    assert_int_equal(k.done, 1);
    assert_int_equal(k.code, expected);
}

static void one_that_ends_leaves_nothing(void **state)
{
    (void)state;
    look_up(LONG_MS, DNS_NXDOMAIN);
    assert_false(net_loop_left_behind());
}

/* And a loop made later is none the worse for it. */
static void one_that_hangs_is_left_behind(void **state)
{
    (void)state;
    hangs = true;
    look_up(200, DNS_TIMEOUT);
    assert_true(net_loop_left_behind());
    hangs = false;
    look_up(LONG_MS, DNS_NXDOMAIN);
    go_on = true;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_ends_leaves_nothing),
        cmocka_unit_test(one_that_hangs_is_left_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
