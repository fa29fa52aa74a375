/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/resolv_conf.h"
#include <string.h>

static const struct conf_case {
    const char *name;
    str text;
    const char *servers; /* one blank between two */
    unsigned timeout_s, attempts;
} CASES[] = {
    { "nothing", STR_INIT(""), "127.0.0.1", 5, 2 },
    { "one", STR_INIT("nameserver 192.0.2.1\n"), "192.0.2.1", 5, 2 },
    { "no line end", STR_INIT("nameserver 192.0.2.1"), "192.0.2.1", 5, 2 },
    { "blanks, and more behind", STR_INIT("nameserver\t 192.0.2.1 \t# ours\r\n"), "192.0.2.1", 5,
      2 },
    { "both families", STR_INIT("nameserver 2001:db8::1\nnameserver 192.0.2.1\n"),
      "2001:db8::1 192.0.2.1", 5, 2 },
    { "three at most",
      STR_INIT("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
               "nameserver 192.0.2.4\n"),
      "192.0.2.1 192.0.2.2 192.0.2.3", 5, 2 },
    { "comments", STR_INIT("#nameserver 192.0.2.1\n;nameserver 192.0.2.2\n"), "127.0.0.1", 5, 2 },
    { "set in", STR_INIT(" nameserver 192.0.2.1\n"), "127.0.0.1", 5, 2 },
    { "other words", STR_INIT("nameservers 192.0.2.1\nnameserver\nnameserver x\nsearch example\n"),
      "127.0.0.1", 5, 2 },
    { "a zone by number", STR_INIT("nameserver fe80::1%7\n"), "fe80::1%7", 5, 2 },
    { "a zone where none can be", STR_INIT("nameserver 192.0.2.1%lo\nnameserver 2001:db8::1%lo\n"),
      "127.0.0.1", 5, 2 },
    { "no such interface", STR_INIT("nameserver fe80::1%none9\nnameserver 192.0.2.1\n"),
      "192.0.2.1", 5, 2 },
    { "options", STR_INIT("options rotate timeout:1 attempts:3\n"), "127.0.0.1", 1, 3 },
    { "options beyond bounds", STR_INIT("options timeout:900 attempts:900\n"), "127.0.0.1", 30, 5 },
    { "options of nothing", STR_INIT("options timeout:0 attempts:0 timeout: timeout attempts:x\n"),
      "127.0.0.1", 5, 2 },
    { "the last one counts", STR_INIT("options timeout:1\noptions timeout:2\n"), "127.0.0.1", 2,
      2 },
};

static void reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct net_resolv_conf c;
        char all[4 * IP_TEXT_MAX] = "", one[IP_TEXT_MAX];
        print_message("%s\n", CASES[i].name);
        net_resolv_conf_read(CASES[i].text, &c);
        for (size_t n = 0; n < c.count; n++) {
            strcat(all, n > 0 ? " " : "");
            strcat(all, ip_text(&c.servers[n], one));
        }
        assert_string_equal(all, CASES[i].servers);
        assert_int_equal(c.timeout_s, CASES[i].timeout_s);
        assert_int_equal(c.attempts, CASES[i].attempts);
    }
}

/* An interface goes by its name, as it does for glibc. lo is everywhere. */
static void zone_by_name(void **state)
{
    (void)state;
    struct net_resolv_conf c;
    net_resolv_conf_read(STR("nameserver fe80::1%lo\n"), &c);
    assert_int_equal(c.count, 1);
    assert_int_equal(c.servers[0].family, IP_V6);
    assert_true(c.servers[0].scope > 0);
}

static void files(void **state)
{
    (void)state;
    struct net_resolv_conf c;
    struct err e;
    assert_true(net_resolv_conf("/nonexistent/resolv.conf", &c, &e));
    assert_int_equal(c.count, 1);
    assert_true(ip_is_loopback(&c.servers[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(zone_by_name),
        cmocka_unit_test(files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
