/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mail/from.h"
#include "mail/rewrite.h"

#define NEW "scan@example.org"
static const struct rewrite_case {
    const char *header;
    bool keep;
    const char *becomes; /* NULL: as it was */
} CASES[] = {
    { "From: root@copier.invalid\r\n\r\n", false, "From: " NEW "\r\n\r\n" },
    { "From: root@copier.invalid\r\n\r\n", true,
      "Reply-To: root@copier.invalid\r\nFrom: " NEW "\r\n\r\n" },
    { "From: root@copier.invalid\r\nreply-to: x@y.example\r\n\r\n", true,
      "From: " NEW "\r\nreply-to: x@y.example\r\n\r\n" },
    /* Names, comments, folds and case stay. */
    { "fRoM :  \"Copier, \\\"2nd\\\" floor\"\r\n\t<root@copier.invalid>\r\nTo: b@c.example\r\n\r\n",
      false, "fRoM :  \"Copier, \\\"2nd\\\" floor\"\r\n\t<" NEW ">\r\nTo: b@c.example\r\n\r\n" },
    { "From: =?utf-8?q?Kopierer?= <root@copier.invalid> (a <b@c>)\r\n\r\n", true,
      "Reply-To: =?utf-8?q?Kopierer?= <root@copier.invalid> (a <b@c>)\r\nFrom: "
      "=?utf-8?q?Kopierer?= <" NEW "> (a <b@c>)\r\n\r\n" },
    { "From: (a, b) root@copier.invalid (c)\r\n\r\n", false, "From: (a, b) " NEW " (c)\r\n\r\n" },
    { "From: \"ro ot\"@copier.invalid\r\n\r\n", false, "From: " NEW "\r\n\r\n" },
    { "From: root@[192.0.2.1]\r\n\r\n", false, "From: " NEW "\r\n\r\n" },
    { "From: <\"a>b\"@copier.invalid>\r\n\r\n", false, "From: <" NEW ">\r\n\r\n" },
    { "From: <\"a>b\\\"c\"@copier.invalid>\r\n\r\n", false, "From: <" NEW ">\r\n\r\n" },
    { "From: <root@[a>b]>\r\n\r\n", false, "From: <" NEW ">\r\n\r\n" },
    { "From: <root@copier.invalid (a>b)>\r\n\r\n", false, "From: <" NEW ">\r\n\r\n" },
    { "From: root@[a,b]\r\n\r\n", false, "From: " NEW "\r\n\r\n" },
    { "From: \"a\\\" <b@x.invalid>, \\\"c\" <root@copier.invalid>\r\n\r\n", false,
      "From: \"a\\\" <b@x.invalid>, \\\"c\" <" NEW ">\r\n\r\n" },
    { "From: (a \\) <b@x.invalid>, c) root@copier.invalid\r\n\r\n", false,
      "From: (a \\) <b@x.invalid>, c) " NEW "\r\n\r\n" },
    { "From: (a (b) <c@x.invalid>, d) root@copier.invalid\r\n\r\n", false,
      "From: (a (b) <c@x.invalid>, d) " NEW "\r\n\r\n" },
    { "From: <>\r\n\r\n", false, "From: <" NEW ">\r\n\r\n" },
    { "From: root\r\n\r\n", false, "From: " NEW "\r\n\r\n" },
    /* Several, and a group. */
    { "From: A <a@x.invalid>,\r\n b@x.invalid\r\n\r\n", false,
      "From: A <" NEW ">,\r\n " NEW "\r\n\r\n" },
    { "From: staff: A <a@x.invalid>, b@x.invalid;\r\n\r\n", false,
      "From: staff: A <" NEW ">, " NEW ";\r\n\r\n" },
    { "From: a@x.invalid\r\nFrom: b@x.invalid\r\n\r\n", false,
      "From: " NEW "\r\nFrom: " NEW "\r\n\r\n" },
    { "Sender: S <s@x.invalid>\r\nFrom: a@x.invalid\r\n\r\n", false,
      "Sender: S <" NEW ">\r\nFrom: " NEW "\r\n\r\n" },
    { "Sender: \"s\r\nFrom: a@x.invalid\r\n\r\n", false, "From: " NEW "\r\n\r\n" },
    /* None, or none that can be read. */
    { "To: b@c.example\r\n\r\n", true, "From: <" NEW ">\r\nTo: b@c.example\r\n\r\n" },
    { "\r\n", false, "From: <" NEW ">\r\n\r\n" },
    /* What goes on with no field does not go on with ours. */
    { " , a@x.invalid\r\nTo: b@c.example\r\n\r\n", false,
      "From: <" NEW ">\r\nTo: b@c.example\r\n\r\n" },
    { "\t, a@x.invalid\r\n b@x.invalid\r\nFrom: c@x.invalid\r\n\r\n", true,
      "Reply-To: c@x.invalid\r\nFrom: " NEW "\r\n\r\n" },
    { " , a@x.invalid\r\nFrom: b@x.invalid\r\n\r\n", false,
      " , a@x.invalid\r\nFrom: " NEW "\r\n\r\n" },
    { "From: \r\n\r\n", false, "From: <" NEW ">\r\n\r\n" },
    { "From: nobody:;\r\n\r\n", true, "From: <" NEW ">\r\n\r\n" },
    { "From: \"Copier <root@copier.invalid>\r\n\r\n", true, "From: <" NEW ">\r\n\r\n" },
    { "From: Copier <root@copier.invalid\r\n\r\n", false, "From: <" NEW ">\r\n\r\n" },
    { "From: a@b.invalid (never\r\n\r\n", false, "From: <" NEW ">\r\n\r\n" },
    /* A signature would be void; one that still holds stays. */
    { "DKIM-Signature: v=1;\r\n b=x\r\nFrom: a@b.invalid\r\nDkim-signature: y\r\nTo: c\r\n\r\n",
      false, "From: " NEW "\r\nTo: c\r\n\r\n" },
    { "DKIM-Signature: v=1\r\nFrom: Me <Scan@Example.org>\r\n\r\n", true, NULL },
    { "From: " NEW "\r\nSender: x@y.invalid\r\n\r\n", true,
      "From: " NEW "\r\nSender: " NEW "\r\n\r\n" },
    /* The body is not the header's. */
    { "From: a@b.invalid\r\n\r\nFrom: a@b.invalid\r\n", false,
      "From: " NEW "\r\n\r\nFrom: a@b.invalid\r\n" },
    { "From: a@b.invalid", false, "From: " NEW },
};

static bool rewrite(str header, bool keep, struct arena *a, struct buf *out,
                    struct mail_rewritten *done)
{
    struct mail_header h;
    struct err e;
    const struct mail_rewrite how = { .from = STR(NEW), .keep_reply_to = keep };
    return mail_header_read(header, a, &h, &e) && mail_rewrite_from(header, &h, &how, out, done);
}

static void test_octets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct rewrite_case *c = &CASES[i];
        struct arena a;
        struct buf out;
        struct mail_rewritten done;
        arena_init(&a, 1 << 20);
        buf_init(&out, 4096);
        assert_true(rewrite(str_from(c->header), c->keep, &a, &out, &done));
        str want = str_from(c->becomes ? c->becomes : c->header);
        if (!str_eq(buf_str(&out), want))
            print_error("case %zu: %.*s", i, STR_ARG(buf_str(&out)));
        assert_true(str_eq(buf_str(&out), want));
        buf_done(&out);
        arena_done(&a);
    }
}

/* Cut anywhere, the new author is the only one that the reader of From finds, and there is room for no other. */
static void test_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        for (size_t n = 0; n <= str_from(CASES[i].header).n; n++) {
            struct arena a;
            struct buf out;
            struct mail_rewritten done;
            struct mail_header h;
            struct mail_from from;
            struct err e;
            arena_init(&a, 1 << 20);
            buf_init(&out, 4096);
            assert_true(rewrite(str_take(str_from(CASES[i].header), n), false, &a, &out, &done));
            assert_true(mail_header_read(buf_str(&out), &a, &h, &e));
            assert_true(mail_from_read(&h, &a, &from));
            assert_true(from.count > 0 || n == 0);
            for (size_t k = 0; k < from.count; k++)
                assert_true(str_eq_nocase(from.authors[k].address, STR(NEW)));
            buf_done(&out);
            arena_done(&a);
        }
}

static void test_what_is_told(void **state)
{
    (void)state;
    struct arena a;
    struct buf out;
    struct mail_rewritten done;
    arena_init(&a, 1 << 20);
    buf_init(&out, 4096);
    assert_true(rewrite(STR("From: a@b.invalid, c@d.invalid\r\nDKIM-Signature: x\r\n\r\n"), true,
                        &a, &out, &done));
    assert_int_equal(done.replaced, 2);
    assert_int_equal(done.signatures, 1);
    assert_true(done.reply_to && !done.added);
    buf_clear(&out);
    assert_true(rewrite(STR("To: x\r\n\r\n"), true, &a, &out, &done));
    assert_true(done.added && !done.reply_to && done.replaced == 0);
    for (size_t room = 0; room < 17; room++) {
        struct buf small;
        buf_init(&small, room);
        assert_false(rewrite(STR("From: a@b.invalid\r\n\r\n"), false, &a, &small, &done));
        buf_done(&small);
    }
    buf_done(&out);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_octets),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_what_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
