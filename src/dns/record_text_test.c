/* SPDX-License-Identifier: ISC */
#include "base/arena.h"
#include "dns/record_text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

static struct arena arena;

/* Read, and written again as it was. */
static const char *const LINES[] = {
    "300 A 192.0.2.1",
    "300 AAAA 2001:db8::1",
    "0 NS ns.example.org",
    "1 CNAME a\\.b.example.org",
    "60 PTR mail.example.org",
    "300 MX 10 mail.example.org",
    "4294967295 MX 0 .",
    "300 TXT \"v=spf1 ip4:192.0.2.1 -all\"",
    "300 TXT \"\"",
    "300 TXT \"say \\034no\\034 \\092\\000\\255\\010\"",
    "300 SRV 0 1 587 smtp.example.org",
    "300 SOA ns.example.org 4294967295 3600",
    "example.org. 300 SOA ns.example.org 1 2",
    "300 DS 0a0bff",
    "300 DNSKEY ",
    "_25._tcp.mail.example.org. 300 TLSA 030101ab",
};

static const char *const NO_LINES[] = {
    "",
    "300",
    "300 A",
    "x A 192.0.2.1",
    "300 WKS 192.0.2.1",
    "300 A 2001:db8::1",
    "300 A 192.0.2",
    "300 MX mail.example.org",
    "300 MX 65536 mail.example.org",
    "300 MX 10",
    "300 MX 10 ",
    "300 SRV 0 1 mail.example.org",
    "300 SOA ns.example.org 1",
    "300 TXT v=spf1",
    "300 TXT \"",
    "300 TXT \"a\\25\"",
    "300 TXT \"a\\2x5\"",
    "300 TXT \"a\\256\"",
    "300 TXT \"a\\",
    "300 DS 0a0",
    "300 DS 0A",
    "300 DS a0x0",
    "4294967296 A 192.0.2.1",
    "300 NS a\tb",
    "300 MX 10 m\303\244",
    "a\tb. 300 NS a",
};

static void there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(LINES); i++) {
        struct dns_record r;
        struct buf out;
        buf_init(&out, 4096);
        if (!dns_record_from_text(str_from(LINES[i]), &arena, &r))
            fail_msg("not read: %s", LINES[i]);
        assert_true(dns_record_text(&r, &out));
        if (!str_eq(buf_str(&out), str_from(LINES[i])))
            fail_msg("%s: written as %.*s", LINES[i], STR_ARG(buf_str(&out)));
        buf_done(&out);
    }
}

static void is_no_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(NO_LINES); i++) {
        struct dns_record r;
        if (dns_record_from_text(str_from(NO_LINES[i]), &arena, &r))
            fail_msg("read: %s", NO_LINES[i]);
    }
}

static void octets_come_through(void **state)
{
    struct dns_record r;
    (void)state;
    assert_true(dns_record_from_text(STR("5 TXT \"\\000a\\255\""), &arena, &r));
    assert_true(r.type == DNS_TXT && r.ttl_s == 5 && str_eq(r.data, STR("\0a\377")));
    assert_true(dns_record_from_text(STR("5 MX 0 ."), &arena, &r));
    assert_int_equal(r.name.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(is_no_line),
        cmocka_unit_test(octets_come_through),
    };
    arena_init(&arena, 1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
