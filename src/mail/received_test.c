/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mail/received.h"

static const struct received_case {
    const char *value;
    bool ok;
    const char *ip, *helo, *by;
} CASES[] = {
    /* Postfix, Sendmail */
    { " from out.shop.example (rev.shop.example [192.0.2.1])\r\n\tby mx.b.example (Postfix) with "
      "ESMTPS id 4X; Thu, 26 Nov 2026 03:00:00 +0000 (UTC)",
      true, "192.0.2.1", "out.shop.example", "mx.b.example" },
    { " from out.shop.example (unknown [IPv6:2001:db8::1])\n by mx.b.example", true, "2001:db8::1",
      "out.shop.example", "mx.b.example" },
    { "from x (rev.example [192.0.2.1] (may be forged)) by y", true, "192.0.2.1", "x", "y" },
    { "from localhost (localhost [127.0.0.1]) by y", true, "127.0.0.1", "localhost", "y" },
    /* Exim */
    { " from [192.0.2.1] (helo=out.shop.example)\n\tby mx.b.example with esmtps", true, "192.0.2.1",
      "out.shop.example", "mx.b.example" },
    { "from rev.shop.example ([192.0.2.1]:4711 helo=out.shop.example) by mx", true, "192.0.2.1",
      "out.shop.example", "mx" },
    { "from out.shop.example ([2001:db8::1]) by mx", true, "2001:db8::1", "out.shop.example",
      "mx" },
    { "from rev.shop.example ([192.0.2.1] helo=[192.0.2.9]) by mx", true, "192.0.2.1",
      "[192.0.2.9]", "mx" },
    /* Exchange: the address of the server, behind by, is none of ours */
    { "from OUT.shop.example (192.0.2.1) by mx.b.example (203.0.113.5) with Microsoft SMTP Server",
      true, "192.0.2.1", "OUT.shop.example", "mx.b.example" },
    { "from A.example (2001:db8:1::5) by B.example (2001:db8:2::6) with x", true, "2001:db8:1::5",
      "A.example", "B.example" },
    { "from out.example by mx.b.example (203.0.113.5) with x", true, NULL, "out.example",
      "mx.b.example" },
    /* qmail and those who follow it */
    { "from unknown (HELO out.shop.example) (192.0.2.1)\n  by mx.b.example with SMTP; 26 Nov", true,
      "192.0.2.1", "out.shop.example", "mx.b.example" },
    { "from 192.0.2.1 (EHLO out.shop.example) by mx", true, "192.0.2.1", "out.shop.example", "mx" },
    { "from rev.example (HELO x) (someone@192.0.2.1) by mx", true, NULL, "x", "mx" },
    /* Gmail, Courier */
    { "from out.shop.example (rev.shop.example. [192.0.2.1]) by mx.g.example with ESMTPS", true,
      "192.0.2.1", "out.shop.example", "mx.g.example" },
    { "from x (rev.example [::ffff:192.0.2.1]) by y", true, "192.0.2.1", "x", "y" },
    { "FROM x (y [192.0.2.1]) BY z", true, "192.0.2.1", "x", "z" },
    { "from x(y [192.0.2.1])by z", true, "192.0.2.1", "x", "z" },
    /* The last address counts; comments nest and may not end */
    { "from x (y [203.0.113.1]) (rev.example [192.0.2.1]) by y", true, "192.0.2.1", "x", "y" },
    { "from x (rev.example [192.0.2.1]) (using TLSv1.3 (256/256 bits)) (Authenticated sender: "
      "203.0.113.9) by y",
      true, "192.0.2.1", "x", "y" },
    { "from x (a \\) (b) [192.0.2.1]", true, "192.0.2.1", "x", "" },
    { "from x (rev.example [192.0.2.1", true, NULL, "x", "" },
    { "from x; by y (z [192.0.2.1])", true, NULL, "x", "" },
    { "from x (rev [999.0.2.1]) by y", true, NULL, "x", "y" },
    /* No client */
    { "by mx.b.example (Postfix, from userid 1000) id 4X; Thu", false, NULL, NULL, NULL },
    { " (qmail 123 invoked by uid 89); 26 Nov 2026", false, NULL, NULL, NULL },
    { "by 2002:a05:6520:: with SMTP id x", false, NULL, NULL, NULL },
    { "from", false, NULL, NULL, NULL },
    { "", false, NULL, NULL, NULL },
};

static void test_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct received_case *c = &CASES[i];
        struct mail_received r = { 0 };
        struct ip ip = { .family = IP_NONE };
        bool ok = mail_received_read(str_from(c->value), &r);
        if (c->ip)
            assert_true(ip_parse(str_from(c->ip), &ip));
        if (ok != c->ok || (ok && (!ip_eq(&r.ip, &ip) || !str_eq(r.helo, str_from(c->helo)) ||
                                   !str_eq(r.by, str_from(c->by))))) {
            char text[IP_TEXT_MAX];
            print_message("%s\n  %d '%s' '%.*s' '%.*s'\n", c->value, ok, ip_text(&r.ip, text),
                          STR_ARG(r.helo), STR_ARG(r.by));
            fail();
        }
    }
}

static const char MESSAGE[] =
    "Return-Path: <ann@shop.example>\r\n"
    "Received: by imap.b.example with LMTP id 1; Thu, 26 Nov 2026 03:00:02 +0000\r\n"
    "Received: from mx.b.example (mx.b.example [10.0.0.2]) by imap.b.example; Thu\r\n"
    "Received: from out.shop.example (out.shop.example [198.51.100.1])\r\n"
    "\tby mx.b.example; Thu\r\n"
    "Received: from laptop (dsl.example [203.0.113.7]) by out.shop.example; Thu\r\n"
    "From: Ann <ann@shop.example>\r\n"
    "\r\n"
    "Received: from forged (forged [203.0.113.9]) by nobody\r\n";

static void test_the_topmost_public_one_is_believed(void **state)
{
    (void)state;
    static const struct {
        size_t number;
        bool ok;
        const char *helo;
        size_t place;
    } FINDS[] = {
        { 0, true, "out.shop.example", 3 }, { 1, false, "", 1 }, { 2, true, "mx.b.example", 2 },
        { 4, true, "laptop", 4 },           { 5, false, "", 0 },
    };
    struct arena a;
    struct mail_header h;
    struct err e;
    arena_init(&a, 1 << 20);
    assert_true(mail_header_read(STR(MESSAGE), &a, &h, &e));
    for (size_t i = 0; i < COUNT_OF(FINDS); i++) {
        struct mail_received r = { 0 };
        size_t place = 0;
        assert_int_equal(mail_received_find(&h, FINDS[i].number, &r, &place), FINDS[i].ok);
        if (FINDS[i].ok) {
            assert_true(str_eq(r.helo, str_from(FINDS[i].helo)));
            assert_int_equal(place, FINDS[i].place);
        }
    }
    assert_true(str_eq(mail_return_path(&h), STR("ann@shop.example")));
    arena_done(&a);
}

static void test_return_path(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        const char *path; /* NULL: none */
    } PATHS[] = {
        { "Return-Path: <>\n\n", "" },
        { "return-path:\n <a@b.example> \n\n", "a@b.example" },
        { "Return-Path: a@b.example\n\n", NULL },
        { "Return-Path: <a@b\n .example>\n\n", NULL },
        { "Return-Path:\n\n", NULL },
        { "Subject: x\n\n", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
        struct arena a;
        struct mail_header h;
        struct err e;
        arena_init(&a, 1 << 20);
        assert_true(mail_header_read(str_from(PATHS[i].message), &a, &h, &e));
        str path = mail_return_path(&h);
        assert_int_equal(path.p != NULL, PATHS[i].path != NULL);
        assert_true(str_eq(path, str_from(PATHS[i].path)));
        arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_the_topmost_public_one_is_believed),
        cmocka_unit_test(test_return_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
