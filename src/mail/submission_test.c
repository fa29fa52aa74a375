/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mail/submission.h"

static void read_header(const char *text, struct arena *a, struct mail_header *h)
{
    struct err e;
    arena_init(a, 1 << 20);
    assert_true(mail_header_read(str_from(text), a, h, &e));
}

#define DATED "Date: D\r\n"
#define NAMED "Message-ID: <u.1@relay.example>\r\n"
static const struct owed_case {
    const char *header, *added, *from;
} OWED[] = {
    { "From: a@b.example\r\n\r\n", DATED NAMED, "" },
    { "From: a@b.example\r\n\r\n", DATED NAMED, "c@d.example" },
    { "From:\r\nResent-From: a@b.example\r\n\r\n", DATED NAMED, "c@d.example" },
    { "Sender: a@b.example\r\nResent-From: a@b.example\r\n\r\n",
      "From: c@d.example\r\n" DATED NAMED, "c@d.example" },
    { "\r\nFrom: a@b.example\r\n", "From: c@d.example\r\n" DATED NAMED, "c@d.example" },
    { "\r\n", DATED NAMED, "" },
    { "", DATED NAMED, "" },
    { "Date: x\r\n\r\n", NAMED, "" },
    { "dAtE : x\r\n\r\n", NAMED, "" },
    { "Message-Id: <y>\r\n\r\n", DATED, "" },
    { "Message-Id: <y>\r\nDATE:\r\n\r\n", "", "" }, /* there, if empty: never altered */
    { "Resent-Date: x\r\nResent-Message-ID: <y>\r\n\r\n", DATED NAMED, "" },
    { "\r\nDate: x\r\nMessage-ID: <y>\r\n", DATED NAMED, "" }, /* of the body */
};

static void test_what_is_owed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(OWED); i++) {
        struct arena a;
        struct mail_header h;
        struct buf out;
        buf_init(&out, 1024);
        read_header(OWED[i].header, &a, &h);
        assert_true(mail_submission_add(&h, str_from(OWED[i].from), STR("D"), STR("u.1"),
                                        STR("relay.example"), &out));
        assert_true(str_eq(buf_str(&out), str_from(OWED[i].added)));
        buf_done(&out);
        arena_done(&a);
    }
}

static bool loops(unsigned ours, unsigned others)
{
    struct arena a;
    struct mail_header h;
    struct buf text;
    buf_init(&text, 1 << 20);
    for (unsigned i = 0; i < ours; i++)
        buf_add(&text,
                STR("RECEIVED: from x ([192.0.2.1])\r\n\tby Relay.EXAMPLE with ESMTP; d\r\n"));
    for (unsigned i = 0; i < others; i++)
        buf_add(&text, STR("Received: from relay.example by mx.relay.example with ESMTP; d\r\n"));
    buf_add(&text, STR("\r\n\0"));
    struct err e;
    arena_init(&a, 1 << 20);
    assert_true(mail_header_read(buf_str(&text), &a, &h, &e));
    bool answer = mail_is_looping(&h, STR("relay.example"));
    arena_done(&a);
    buf_done(&text);
    return answer;
}

static void test_loops(void **state)
{
    (void)state;
    assert_false(loops(0, 0));
    assert_false(loops(MAIL_OWN_HOPS_MAX - 1, 0));
    assert_true(loops(MAIL_OWN_HOPS_MAX, 0));
    assert_false(loops(0, MAIL_HOPS_MAX));
    assert_true(loops(0, MAIL_HOPS_MAX + 1));
    assert_true(loops(1, MAIL_HOPS_MAX));
}

static const struct path_case {
    const char *header, *without;
} PATHS[] = {
    { "Return-Path: <a@b.example>\r\nFrom: x\r\n\r\nReturn-Path: y\r\n",
      "From: x\r\n\r\nReturn-Path: y\r\n" },
    { "A: 1\r\nreturn-PATH:\r\n <a@b.example>\r\n\t\r\nB: 2\r\n\r\n", "A: 1\r\nB: 2\r\n\r\n" },
    { "Return-Path: <a>\r\nReturn-Path: <b>\r\n\r\n", "\r\n" },
    { "A: 1\r\nReturn-Path: <a>", "A: 1\r\n" },
    { "A: 1\r\n\r\nbody", "A: 1\r\n\r\nbody" },
    { "Return-Path-Too: 1\r\n\r\n", "Return-Path-Too: 1\r\n\r\n" },
};

static void test_return_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
        struct arena a;
        struct mail_header h;
        struct buf out;
        buf_init(&out, 1024);
        read_header(PATHS[i].header, &a, &h);
        assert_true(mail_without_return_path(str_from(PATHS[i].header), &h, &out));
        assert_true(str_eq(buf_str(&out), str_from(PATHS[i].without)));
        buf_done(&out);
        arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_owed),
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_return_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
