/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/ip.h"
#include <string.h>

static void parses_and_prints(void **state UNUSED)
{
    static const struct {
        str text;
        enum ip_family family; /* IP_NONE: must be refused */
        const char *printed;
    } CASES[] = {
        { STR_INIT("192.0.2.1"), IP_V4, "192.0.2.1" },
        { STR_INIT("0.0.0.0"), IP_V4, "0.0.0.0" },
        { STR_INIT("255.255.255.255"), IP_V4, "255.255.255.255" },
        { STR_INIT("[192.0.2.1]"), IP_V4, "192.0.2.1" },
        { STR_INIT("::"), IP_V6, "::" },
        { STR_INIT("::1"), IP_V6, "::1" },
        { STR_INIT("1::"), IP_V6, "1::" },
        { STR_INIT("[::1]"), IP_V6, "::1" },
        { STR_INIT("[IPv6:2001:db8::25]"), IP_V6, "2001:db8::25" },
        { STR_INIT("[ipv6:::1]"), IP_V6, "::1" },
        { STR_INIT("2001:DB8:0:0:8:800:200C:417A"), IP_V6, "2001:db8::8:800:200c:417a" },
        { STR_INIT("2001:db8:0:1:1:1:1:1"), IP_V6, "2001:db8:0:1:1:1:1:1" }, /* one zero group */
        { STR_INIT("2001:0:0:1:0:0:0:1"), IP_V6, "2001:0:0:1::1" },          /* the longer run */
        { STR_INIT("2001:db8:0:0:1:0:0:1"), IP_V6, "2001:db8::1:0:0:1" }, /* the first of equals */
        { STR_INIT("0:0:1::"), IP_V6, "0:0:1::" },
        { STR_INIT("1:2:3:4:5:6:7:8"), IP_V6, "1:2:3:4:5:6:7:8" },
        { STR_INIT("::ffff:192.0.2.1"), IP_V4, "192.0.2.1" },
        { STR_INIT("0:0:0:0:0:ffff:c000:201"), IP_V4, "192.0.2.1" },
        { STR_INIT("::1:2"), IP_V6, "::1:2" },
        { STR_INIT("64:ff9b::192.0.2.1"), IP_V6, "64:ff9b::c000:201" },
        { STR_INIT("fe80::1%2"), IP_V6, "fe80::1%2" },
        { STR_INIT("[fe80::1%4294967295]"), IP_V6, "fe80::1%4294967295" },
        { STR_INIT("fe80:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295"), IP_V6,
          "fe80:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295" },
        { STR_INIT("fe80::1%4294967296"), IP_NONE, "" },
        { STR_INIT("fe80::1%eth0"), IP_NONE, "" },
        { STR_INIT("fe80::1%"), IP_NONE, "" },
        { STR_INIT("2001:db8::1%2"), IP_NONE, "" }, /* only link-local addresses have a zone */
        { STR_INIT("192.0.2.1%2"), IP_NONE, "" },
        { STR_INIT(""), IP_NONE, "" },
        { STR_INIT("["), IP_NONE, "" },
        { STR_INIT("[]"), IP_NONE, "" },
        { STR_INIT("[::1"), IP_NONE, "" },
        { STR_INIT("::1]"), IP_NONE, "" },
        { STR_INIT("[[::1]]"), IP_NONE, "" },
        { STR_INIT("IPv6:::1"), IP_NONE, "" }, /* the tag belongs into brackets */
        { STR_INIT("[IPv6:192.0.2.1]"), IP_NONE, "" },
        { STR_INIT("192.0.2"), IP_NONE, "" },
        { STR_INIT("192.0.2.1.1"), IP_NONE, "" },
        { STR_INIT("192.0.2.256"), IP_NONE, "" },
        { STR_INIT("192.0.2.01"), IP_NONE, "" }, /* octal to some, decimal to others */
        { STR_INIT("0x7f.0.0.1"), IP_NONE, "" },
        { STR_INIT("2130706433"), IP_NONE, "" },
        { STR_INIT(" 192.0.2.1"), IP_NONE, "" },
        { STR_INIT("192.0.2.1\0"), IP_NONE, "" },
        { STR_INIT("::1\0"), IP_NONE, "" },
        { STR_INIT(":::"), IP_NONE, "" },
        { STR_INIT("1::2::3"), IP_NONE, "" },
        { STR_INIT("1:2:3:4:5:6:7:8:9"), IP_NONE, "" },
        { STR_INIT("12345::"), IP_NONE, "" },
        { STR_INIT("mail.example"), IP_NONE, "" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct ip ip = { .family = IP_NONE }, back;
        char text[IP_TEXT_MAX];
        if (ip_parse(CASES[i].text, &ip) != (CASES[i].family != IP_NONE))
            fail_msg("'%.*s'", STR_ARG(CASES[i].text));
        assert_int_equal(ip.family, CASES[i].family);
        assert_string_equal(ip_text(&ip, text), CASES[i].printed);
        if (ip.family == IP_NONE)
            continue;
        assert_true(ip_parse(str_from(text), &back));
        assert_true(ip_eq(&ip, &back));
    }
}

static struct ip ip_of(const char *text)
{
    struct ip ip = { .family = IP_NONE };
    if (!ip_parse(str_from(text), &ip))
        fail_msg("'%s' is no address", text);
    return ip;
}

static void knows_ranges(void **state UNUSED)
{
    static const struct {
        const char *text;
        bool loopback, private;
    } CASES[] = {
        { "127.0.0.1", true, false },
        { "127.255.255.255", true, false },
        { "126.255.255.255", false, false },
        { "128.0.0.0", false, false },
        { "::1", true, false },
        { "::ffff:127.0.0.1", true, false },
        { "::2", false, false },
        { "::", false, false },
        { "9.255.255.255", false, false },
        { "10.0.0.0", false, true },
        { "10.255.255.255", false, true },
        { "11.0.0.0", false, false },
        { "172.15.255.255", false, false },
        { "172.16.0.0", false, true },
        { "172.31.255.255", false, true },
        { "172.32.0.0", false, false },
        { "192.168.0.0", false, true },
        { "192.169.0.0", false, false },
        { "100.63.255.255", false, false },
        { "100.64.0.0", false, true },
        { "100.127.255.255", false, true },
        { "100.128.0.0", false, false },
        { "169.254.1.1", false, true },
        { "::ffff:10.0.0.1", false, true },
        { "fc00::", false, true },
        { "fdff::1", false, true },
        { "fe00::", false, false },
        { "fe80::1%3", false, true },
        { "febf::1", false, true },
        { "fec0::1", false, false },
        { "192.0.2.1", false, false },
        { "2001:db8::1", false, false },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct ip ip = ip_of(CASES[i].text);
        if (ip_is_loopback(&ip) != CASES[i].loopback || ip_is_private(&ip) != CASES[i].private)
            fail_msg("%s", CASES[i].text);
    }
    static const char *const NEAR[] = { "127.0.0.1",
                                        "::1",
                                        "10.0.0.1",
                                        "fe80::1%1",
                                        "0.0.0.0",
                                        "0.1.2.3",
                                        "::",
                                        "::7f00:1",
                                        "::2",
                                        "224.0.0.1",
                                        "255.255.255.255",
                                        "64:ff9b::7f00:1",
                                        "2002:7f00:1::",
                                        "2001::1",
                                        "ff02::1" },
                             *const FAR[] = { "1.0.0.0",     "223.255.255.255", "192.0.2.1",
                                              "2001:db8::1", "2001:1::1",       "2003::1",
                                              "2600::1" };
    for (size_t i = 0; i < COUNT_OF(NEAR); i++) {
        struct ip ip = ip_of(NEAR[i]);
        if (!ip_is_near(&ip))
            fail_msg("%s", NEAR[i]);
    }
    for (size_t i = 0; i < COUNT_OF(FAR); i++) {
        struct ip ip = ip_of(FAR[i]);
        if (ip_is_near(&ip))
            fail_msg("%s", FAR[i]);
    }
    struct ip none = { .family = IP_NONE }, v4 = ip_of("0.0.0.0"), v6 = ip_of("::");
    struct ip near = ip_of("fe80::1%1"), far = ip_of("fe80::1%2");
    assert_false(ip_is_loopback(&none) || ip_is_private(&none));
    assert_false(ip_eq(&v4, &v6) || ip_eq(&near, &far) || ip_eq(&none, &v4));
    assert_true(ip_eq(&near, &near));
}

static void networks(void **state UNUSED)
{
    static const struct {
        const char *net, *inside, *outside; /* NULL: there is none */
    } CASES[] = {
        { "192.0.2.0/24", "192.0.2.255", "192.0.3.0" },
        { "192.0.2.0/24", "::ffff:192.0.2.1", "::c000:201" },
        { "192.0.2.128/25", "192.0.2.128", "192.0.2.127" },
        { "192.0.2.7", "192.0.2.7", "192.0.2.6" },
        { "192.0.2.7/32", "192.0.2.7", "192.0.2.6" },
        { "0.0.0.0/0", "255.1.2.3", "::1" },
        { "::/0", "ffff::1", "0.0.0.0" },
        { "128.0.0.0/1", "255.0.0.0", "127.255.255.255" },
        { "::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.0" },
        { "::ffff:0:0/96", "203.0.113.1", "::1" },
        { "2001:db8::/32", "2001:db8:ffff::1", "2001:db9::" },
        { "[2001:db8::]/33", "2001:db8:7fff::1", "2001:db8:8000::" },
        { "2001:db8::1", "2001:db8::1", "2001:db8::2" },
        { "fe80::/10", "fe80::1%3", "fec0::1" },
        { "fe80::%2/10", "fe80::1%2", "fe80::1%3" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct ip_net net;
        struct err e = { .kind = ERR_NONE };
        if (!ip_net_parse(str_from(CASES[i].net), &net, &e))
            fail_msg("%s: %s", CASES[i].net, e.why);
        struct ip inside = ip_of(CASES[i].inside), outside = ip_of(CASES[i].outside);
        if (!ip_net_has(&net, &inside) || ip_net_has(&net, &outside))
            fail_msg("%s", CASES[i].net);
    }
    struct ip_net all = { { .family = IP_V4 }, 0 };
    struct ip none = { .family = IP_NONE };
    assert_false(ip_net_has(&all, &none));
}

static void networks_refused(void **state UNUSED)
{
    static const struct {
        str text;
        const char *why;
    } CASES[] = {
        { STR_INIT("192.0.2.1/24"), "it begins at 192.0.2.0/24" },
        { STR_INIT("2001:db8::1/64"), "it begins at 2001:db8::/64" },
        { STR_INIT("192.0.2.0/33"), "is not a number from 0 to 32" },
        { STR_INIT("192.0.2.0/"), "is not a number from 0 to 32" },
        { STR_INIT("192.0.2.0/-1"), "is not a number from 0 to 32" },
        { STR_INIT("192.0.2.0/24/24"), "is not a number from 0 to 32" },
        { STR_INIT("::/129"), "is not a number from 0 to 128" },
        { STR_INIT("::ffff:192.0.2.0/24"), "is not a number from 96 to 128" },
        { STR_INIT("192.0.2.0/255.255.255.0"), "is not a number from 0 to 32" },
        { STR_INIT("10/8"), "'10/8' is not an IP address or a network" },
        { STR_INIT("a\x1bz"), "'a\\x1Bz' is not an IP address" },
        { STR_INIT(""), "'' is not an IP address" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct ip_net net = { .bits = 77 };
        struct err e = { .kind = ERR_NONE };
        assert_false(ip_net_parse(CASES[i].text, &net, &e));
        assert_int_equal(e.kind, ERR_SYNTAX);
        if (!strstr(e.why, CASES[i].why))
            fail_msg("'%.*s': %s", STR_ARG(CASES[i].text), e.why);
        assert_int_equal(net.bits, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_and_prints),
        cmocka_unit_test(knows_ranges),
        cmocka_unit_test(networks),
        cmocka_unit_test(networks_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
