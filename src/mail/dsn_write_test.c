/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "mail/dsn_write.h"
#include "mail/mime.h"
#include <string.h>

static const struct mail_dsn_about ONE = {
    .forward_path = STR_INIT("tom@next.example"),
    .orcpt = STR_INIT("rfc822;t+2Bm@first.example"),
    .action = MAIL_DSN_FAILED,
    .status = STR_INIT("5.1.1"),
    .remote_mta = STR_INIT("mx.next.example"),
    .diagnostic = STR_INIT("550 5.1.1 no such\n5.1.1 user"),
    .replied = true,
    .last_attempt = STR_INIT("Thu, 26 Nov 2026 13:20:00 +0000"),
};

static struct mail_dsn_notice notice(const struct mail_dsn_about *about, size_t count)
{
    return (struct mail_dsn_notice){
        .hostname = STR("relay.example"),
        .to = STR("anna@sender.example"),
        .subject = STR("Your message could not be delivered"),
        .date = STR("Thu, 26 Nov 2026 13:21:00 +0000"),
        .unique = STR("0123"),
        .references = STR("<one@sender.example>"),
        .boundary = STR("=_abc"),
        .envid = STR("a+3Db"),
        .arrived = STR("Thu, 26 Nov 2026 13:19:00 +0000"),
        .log_id = STR("Q1"),
        .words = STR("It failed.\nSorry.\n"),
        .about = about,
        .count = count,
    };
}

static void write_all(const struct mail_dsn_notice *n, str returned, struct buf *out)
{
    buf_init(out, 1 << 20);
    assert_true(mail_dsn_write(n, out));
    assert_true(buf_add(out, returned));
    assert_true(mail_dsn_write_end(n, out));
}

static void exact_octets(void **state)
{
    static const char WANT[] = "Date: Thu, 26 Nov 2026 13:21:00 +0000\r\n"
                               "From: Mail relay <MAILER-DAEMON@relay.example>\r\n"
                               "To: <anna@sender.example>\r\n"
                               "Subject: Your message could not be delivered\r\n"
                               "Message-ID: <0123@relay.example>\r\n"
                               "In-Reply-To: <one@sender.example>\r\n"
                               "References: <one@sender.example>\r\n"
                               "Auto-Submitted: auto-replied\r\n"
                               "MIME-Version: 1.0\r\n"
                               "Content-Type: multipart/report; report-type=delivery-status;\r\n"
                               " boundary=\"=_abc\"\r\n"
                               "\r\n"
                               "This is a message of several parts in MIME format.\r\n"
                               "\r\n"
                               "--=_abc\r\n"
                               "Content-Type: text/plain; charset=us-ascii\r\n"
                               "\r\n"
                               "It failed.\r\n"
                               "Sorry.\r\n"
                               "\r\n"
                               "--=_abc\r\n"
                               "Content-Type: message/delivery-status\r\n"
                               "\r\n"
                               "Original-Envelope-Id: a=b\r\n"
                               "Reporting-MTA: dns; relay.example\r\n"
                               "Arrival-Date: Thu, 26 Nov 2026 13:19:00 +0000\r\n"
                               "\r\n"
                               "Original-Recipient: rfc822; t+m@first.example\r\n"
                               "Final-Recipient: rfc822; tom@next.example\r\n"
                               "Action: failed\r\n"
                               "Status: 5.1.1\r\n"
                               "Remote-MTA: dns; mx.next.example\r\n"
                               "Diagnostic-Code: smtp; 550 5.1.1 no such 5.1.1 user\r\n"
                               "Last-Attempt-Date: Thu, 26 Nov 2026 13:20:00 +0000\r\n"
                               "Final-Log-ID: Q1\r\n"
                               "\r\n"
                               "--=_abc\r\n"
                               "Content-Type: text/rfc822-headers\r\n"
                               "\r\n"
                               "Subject: a\r\n"
                               "\r\n"
                               "--=_abc--\r\n";
    struct mail_dsn_notice n = notice(&ONE, 1);
    struct buf out;
    (void)state;
    write_all(&n, STR("Subject: a\r\n"), &out);
    assert_int_equal(out.n, sizeof WANT - 1);
    assert_memory_equal(out.p, WANT, out.n);
    buf_done(&out);
}

static bool holds(const struct buf *b, const char *words)
{
    return str_find(buf_str(b), str_from(words)) != STR_NOT_FOUND;
}

static void global_forms(void **state)
{
    struct mail_dsn_about about[2] = { ONE, ONE };
    about[0].forward_path = STR("t\xc3\xb6m@next.example");
    about[0].orcpt = STR("utf-8;t\xc3\xb6m@next.example");
    about[0].diagnostic = STR("550 \xc3\xa4 \xff broken");
    struct mail_dsn_notice n = notice(about, 2);
    struct buf out;
    (void)state;
    n.global = n.returned_8bit = true;
    n.returned = MAIL_DSN_RETURNED_MESSAGE;
    n.words = STR("Gr\xc3\xbc\xc3\x9f"
                  "e =\n trailing \n");
    write_all(&n, STR("Subject: a\r\n\r\n"), &out);
    assert_true(holds(&out, "Content-Type: message/global-delivery-status\r\n"
                            "Content-Transfer-Encoding: 8bit\r\n"));
    assert_true(holds(&out, "Content-Type: message/global\r\nContent-Transfer-Encoding: 8bit\r\n"));
    assert_true(holds(&out, "Final-Recipient: utf-8; t\xc3\xb6m@next.example\r\n"));
    assert_true(holds(&out, "Original-Recipient: utf-8; t\xc3\xb6m@next.example\r\n"));
    assert_true(holds(&out, "Final-Recipient: rfc822; tom@next.example\r\n"));
    assert_true(
        holds(&out, "Diagnostic-Code: smtp; 550 ?? ? broken\r\n")); /* one field, one charset */
    assert_true(holds(&out, "Gr=C3=BC=C3=9Fe =3D\r\n trailing=20\r\n"));
    buf_done(&out);
}

/* Whatever a next hop or a client chose: no line of it begins a field of its own, no line is too long. */
static void nothing_breaks_out(void **state)
{
    char bad[256], many[5000];
    (void)state;
    for (int c = 0; c < 256; c++)
        bad[c] = (char)c;
    memset(many, 'x', sizeof many);
    struct mail_dsn_about about = { .forward_path = { bad, 256 },
                                    .orcpt = STR("rfc822;a+0D+0ABcc:+20x@y"),
                                    .action = MAIL_DSN_FAILED,
                                    .status = STR("5.0.0"),
                                    .remote_mta = { bad, 256 },
                                    .diagnostic = STR("550 a\r\nAction: delivered\r\n\r\nBcc: x") };
    struct mail_dsn_notice n = notice(&about, 1);
    struct buf out;
    n.envid = STR("a+0D+0Ab");
    n.to = (str){ many, sizeof many };
    n.references = (str){ many, sizeof many };
    write_all(&n, STR_NONE, &out);
    assert_true(holds(&out, "Original-Envelope-Id: a??b\r\n"));
    assert_true(holds(&out, "Original-Recipient: rfc822; a??Bcc: x@y\r\n"));
    assert_true(holds(&out, "Diagnostic-Code: X-Baton; 550 a Action: delivered Bcc: x\r\n"));
    assert_false(holds(&out, "\r\nBcc"));
    str rest = buf_str(&out);
    while (rest.p) {
        str line = str_cut(&rest, '\n');
        assert_true(line.n <= 999);
        assert_true(str_find_octet(str_take(line, line.n ? line.n - 1 : 0), '\r') == STR_NOT_FOUND);
    }
    buf_done(&out);
}

static void folds_at_blanks(void **state)
{
    struct mail_dsn_about about = ONE;
    struct mail_dsn_notice n = notice(&about, 1);
    struct buf out;
    (void)state;
    about.diagnostic = STR(
        "550 5.7.1 this server says a great deal, and goes on saying it for longer "
        "than a line should be, up to here");
    write_all(&n, STR_NONE, &out);
    assert_true(holds(
        &out, "Diagnostic-Code: smtp; 550 5.7.1 this server says a great deal, and goes on\r\n"
              " saying it for longer than a line should be, up to here\r\n"));
    buf_done(&out);
}

/* In a notice that is global, an octet that is no character of UTF-8 stands as '?' all the same. */
static void nothing_but_utf8(void **state)
{
    static const struct {
        const char *orcpt, *shown;
    } CASES[] = {
        { "utf-8;t\xc3\xb6m@x", "Original-Recipient: utf-8; t\xc3\xb6m@x\r\n" },
        { "utf-8;t\xc3@x", "Original-Recipient: utf-8; t?@x\r\n" },
        { "rfc822;t+C3@x", "Original-Recipient: rfc822; t?@x\r\n" },
        { "rfc822;t+41+C@x", "Original-Recipient: rfc822; tA+C@x\r\n" },
        { "rfc822;t@x+4", "Original-Recipient: rfc822; t@x+4\r\n" },
        { "rfc822;t+G1@x+:1", "Original-Recipient: rfc822; t+G1@x+:1\r\n" },
        { "nothing", "\r\n\r\nFinal-Recipient" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct mail_dsn_about about = ONE;
        struct mail_dsn_notice n = notice(&about, 1);
        struct buf out;
        about.orcpt = str_from(CASES[i].orcpt);
        n.global = true;
        n.envid = STR("a+FFb");
        write_all(&n, STR_NONE, &out);
        if (!holds(&out, CASES[i].shown))
            fail_msg("%s", CASES[i].orcpt);
        assert_true(holds(&out, "Original-Envelope-Id: a?b\r\n"));
        buf_done(&out);
    }
}

static void what_is_not_ascii_is_announced(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct mail_dsn_notice n = notice(&ONE, 1);
        struct buf out;
        n.global = i & 1;
        n.returned_8bit = i & 2;
        write_all(&n, STR_NONE, &out);
        size_t header = str_find(buf_str(&out), STR("\r\n\r\n"));
        bool said = str_find(str_take(buf_str(&out), header),
                             STR("Content-Transfer-Encoding: 8bit")) != STR_NOT_FOUND;
        assert_int_equal(said, i != 0);
        buf_done(&out);
    }
}

/* A Message-ID that is none, or would need another charset, is referred to by nobody. */
static void bad_references_are_left_out(void **state)
{
    static char many[999];
    const str CASES[] = { STR_NONE, STR("<t\xc3\xb6m@x>"), { many, sizeof many } };
    (void)state;
    memset(many, 'x', sizeof many);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct mail_dsn_notice n = notice(&ONE, 1);
        struct buf out;
        n.references = CASES[i];
        n.global = true;
        write_all(&n, STR_NONE, &out);
        assert_false(holds(&out, "References:") || holds(&out, "In-Reply-To:"));
        buf_done(&out);
    }
}

/* Words are sent as they are only where every line is one that any server takes. */
static void words_are_encoded_where_they_must(void **state)
{
    static char shortly[1000], lines[1800], endless[1300];
    const struct {
        const char *words;
        bool encoded;
    } CASES[] = {
        { "plain ~\nwords\n", false },
        { "a\tb\n", true },
        { "a\x7f\n", true },
        { "\xc3\xa4\n", true },
        { shortly, false },
        { lines, false },
        { endless, true },
    };
    (void)state;
    memset(shortly, 'x', 700);
    memset(lines, 'y', sizeof lines - 1);
    lines[600] = lines[1200] = '\n';
    memset(endless, 'z', sizeof endless - 1);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct mail_dsn_notice n = notice(&ONE, 1);
        struct buf out;
        n.words = str_from(CASES[i].words);
        write_all(&n, STR_NONE, &out);
        if (holds(&out, "charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n") !=
            CASES[i].encoded)
            fail_msg("%.20s", CASES[i].words);
        for (str rest = buf_str(&out); CASES[i].encoded && rest.p;)
            assert_true(str_cut(&rest, '\n').n <= 77); /* 76, and its CR */
        buf_done(&out);
    }
}

/* Our own reader reads what was written. */
static void read_back(void **state)
{
    struct mail_dsn_about about[3] = { ONE, ONE, ONE };
    about[1].action = MAIL_DSN_RELAYED;
    about[1].status = STR("2.0.0");
    about[1].diagnostic = STR_NONE;
    about[2].orcpt = STR_NONE;
    struct mail_dsn_notice n = notice(about, 3);
    struct buf out;
    struct arena memory;
    struct mail_parts parts;
    struct mail_dsn dsn;
    struct err e;
    (void)state;
    arena_init(&memory, 4 << 20);
    write_all(&n, STR("Subject: a\r\n"), &out);
    assert_true(mail_parts_read(buf_str(&out), &memory, &parts, &e));
    const struct mail_part *status = mail_parts_find(&parts, 0, STR("message/delivery-status"));
    assert_non_null(status);
    assert_true(mail_dsn_read(status->raw, &memory, &dsn, &e));
    assert_int_equal(dsn.count, 3);
    assert_true(str_eq(dsn.reporting_mta.value, STR("relay.example")));
    assert_true(str_eq(dsn.original_envelope_id, STR("a=b")));
    assert_int_equal(dsn.recipients[0].action, MAIL_DSN_FAILED);
    assert_int_equal(dsn.recipients[1].action, MAIL_DSN_RELAYED);
    assert_true(str_eq(dsn.recipients[0].final.value, STR("tom@next.example")));
    assert_true(str_eq(dsn.recipients[0].original.value, STR("t+m@first.example")));
    assert_true(str_eq(dsn.recipients[0].diagnostic.value, STR("550 5.1.1 no such 5.1.1 user")));
    assert_true(str_eq(dsn.recipients[0].diagnostic.type, STR("smtp")));
    assert_true(str_eq(dsn.recipients[0].status, STR("5.1.1")));
    assert_true(str_eq(dsn.recipients[0].final_log_id, STR("Q1")));
    assert_true(mail_parts_find(&parts, 0, STR("text/rfc822-headers")) != NULL);
    arena_done(&memory);
    buf_done(&out);
}

static void no_room(void **state)
{
    struct mail_dsn_notice n = notice(&ONE, 1);
    (void)state;
    for (size_t max = 0; max < 1000; max += 37) {
        struct buf out;
        buf_init(&out, max);
        assert_false(mail_dsn_write(&n, &out));
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_octets),
        cmocka_unit_test(global_forms),
        cmocka_unit_test(nothing_breaks_out),
        cmocka_unit_test(folds_at_blanks),
        cmocka_unit_test(read_back),
        cmocka_unit_test(no_room),
        cmocka_unit_test(nothing_but_utf8),
        cmocka_unit_test(what_is_not_ascii_is_announced),
        cmocka_unit_test(bad_references_are_left_out),
        cmocka_unit_test(words_are_encoded_where_they_must),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
