/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mail/received.h"
#include "mail/trace.h"

static const struct date_case {
    uint64_t s;
    int east;
    const char *text;
} DATES[] = {
    { 0, 0, "Thu, 1 Jan 1970 00:00:00 +0000" },
    { 951782399, 0, "Mon, 28 Feb 2000 23:59:59 +0000" },
    { 951782400, 0, "Tue, 29 Feb 2000 00:00:00 +0000" },
    { 951868800, 0, "Wed, 1 Mar 2000 00:00:00 +0000" },
    { 4107542399, 0, "Sun, 28 Feb 2100 23:59:59 +0000" },
    { 4107542400, 0, "Mon, 1 Mar 2100 00:00:00 +0000" },
    { 1795699199, 0, "Thu, 26 Nov 2026 13:19:59 +0000" },
    { 1795699199, 60, "Thu, 26 Nov 2026 14:19:59 +0100" },
    { 1795699199, 345, "Thu, 26 Nov 2026 19:04:59 +0545" },
    { 1795737599, 1, "Fri, 27 Nov 2026 00:00:59 +0001" },
    { 1798761599, 0, "Thu, 31 Dec 2026 23:59:59 +0000" },
    { 1798761599, -570, "Thu, 31 Dec 2026 14:29:59 -0930" },
};

static void test_dates(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(DATES); i++) {
        char room[MAIL_DATE_MAX];
        str text = mail_date_text(DATES[i].s * 1000 + 999, DATES[i].east, room);
        assert_string_equal(room, DATES[i].text);
        assert_int_equal(text.n, str_from(DATES[i].text).n);
    }
}

/* Every day of four centuries, one after the other: the next one is one further in the week, and the first of a month
 * follows a last. */
static void test_days_follow_each_other(void **state)
{
    (void)state;
    static const char WEEK[] = "ThuFriSatSunMonTueWed";
    unsigned last = 1;
    for (uint64_t day = 1; day < 4ull * 36525; day++) {
        char room[MAIL_DATE_MAX];
        str text = mail_date_text(day * 86400000, 0, room);
        unsigned n = (unsigned)(text.p[5] - '0');
        if (is_digit(text.p[6]))
            n = n * 10 + (unsigned)(text.p[6] - '0');
        assert_memory_equal(text.p, WEEK + 3 * (day % 7), 3);
        assert_true(n == last + 1 || (n == 1 && last >= 28 && last <= 31));
        last = n;
    }
}

#define DATE "Thu, 26 Nov 2026 13:19:59 +0000"
static const struct trace_case {
    const char *helo, *ip, *for_path, *version;
    bool extended, smtputf8, auth;
    const char *text;
} TRACES[] = {
    { "printer.example", "192.0.2.7", "bob@example.org", "", true, false, false,
      "Received: from printer.example ([192.0.2.7])\r\n\tby relay.example with ESMTP\r\n\tid "
      "R7\r\n\tfor <bob@example.org>;\r\n\t" DATE "\r\n" },
    { "[192.0.2.7]", "192.0.2.7", "", "TLSv1.3", true, false, true,
      "Received: from [192.0.2.7] ([192.0.2.7])\r\n\tby relay.example with ESMTPSA (TLSv1.3 "
      "C1)\r\n\tid R7;\r\n\t" DATE "\r\n" },
    { "a_b", "2001:db8::1", "", "TLSv1.2", true, true, false,
      "Received: from a_b ([IPv6:2001:db8::1])\r\n\tby relay.example with UTF8SMTPS (TLSv1.2 "
      "C1)\r\n\tid R7;\r\n\t" DATE "\r\n" },
    { "x", "fe80::1%3", "", "", true, false, true,
      "Received: from x ([IPv6:fe80::1])\r\n\tby relay.example with ESMTPA\r\n\tid R7;\r\n\t" DATE
      "\r\n" },
    /* No name: not repeated, whatever it would have done here. */
    { "a (b\r\nX: y", "192.0.2.7", "", "", false, false, false,
      "Received: from unknown ([192.0.2.7])\r\n\tby relay.example with SMTP\r\n\tid R7;\r\n\t" DATE
      "\r\n" },
    { "", "", "", "", false, false, false,
      "Received: from unknown\r\n\tby relay.example with SMTP\r\n\tid R7;\r\n\t" DATE "\r\n" },
    { "m\xc3\xbcller.example", "192.0.2.7", "m\xc3\xbcller@example.org", "", true, false, false,
      "Received: from unknown ([192.0.2.7])\r\n\tby relay.example with ESMTP\r\n\tid R7;\r\n\t" DATE
      "\r\n" },
    { "x", "192.0.2.7", "m\xc3\xbcller@example.org", "", true, true, false,
      "Received: from x ([192.0.2.7])\r\n\tby relay.example with UTF8SMTP\r\n\tid R7\r\n\tfor "
      "<m\xc3\xbcller@example.org>;\r\n\t" DATE "\r\n" },
};

static void test_received(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(TRACES); i++) {
        const struct trace_case *c = &TRACES[i];
        struct mail_trace t = {
            .helo = str_from(c->helo),
            .hostname = STR("relay.example"),
            .id = STR("R7"),
            .date = STR(DATE),
            .for_path = str_from(c->for_path),
            .extended = c->extended,
            .smtputf8 = c->smtputf8,
            .auth = c->auth,
            .tls_version = str_from(c->version),
            .tls_cipher = c->version[0] ? STR("C1") : STR_NONE,
        };
        struct buf out;
        struct mail_received r;
        buf_init(&out, 4096);
        assert_true(!c->ip[0] || ip_parse(str_from(c->ip), &t.client));
        assert_true(mail_trace_write(&t, &out));
        assert_int_equal(out.n, str_from(c->text).n);
        assert_memory_equal(out.p, c->text, out.n);
        /* and our own reader of such fields finds what went in */
        assert_true(mail_received_read(str_skip(buf_str(&out), 9), &r));
        assert_true(str_eq(r.by, t.hostname));
        t.client.scope = 0;
        assert_true(ip_eq(&r.ip, &t.client));
        buf_done(&out);
    }
}

static void test_no_room_is_told(void **state)
{
    (void)state;
    const struct mail_trace t = { .hostname = STR("relay.example"),
                                  .id = STR("R7"),
                                  .date = STR(DATE) };
    for (size_t room = 0; room < 90; room++) {
        struct buf out;
        buf_init(&out, room);
        assert_false(mail_trace_write(&t, &out));
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_days_follow_each_other),
        cmocka_unit_test(test_received),
        cmocka_unit_test(test_no_room_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
