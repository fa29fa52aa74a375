/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "mail/dsn.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

#define WHOLE                                                                                      \
    "Reporting-MTA: dns; relay.example\n"                                                          \
    "Original-Envelope-Id: 42\n"                                                                   \
    "DSN-Gateway: dns; gw.example\n"                                                               \
    "Received-From-MTA: dns; pc.example\n"                                                         \
    "Arrival-Date: Thu, 26 Nov 2026 06:00:00 +0000\n"                                              \
    "X-Queue: q1\n"                                                                                \
    "\n"                                                                                           \
    "Original-Recipient: rfc822; anna@old.example\n"                                               \
    "Final-Recipient: rfc822; <anna@corp.example>\n"                                               \
    "Action: failed (no use)\n"                                                                    \
    "Status: 5.7.1 (refused)\n"                                                                    \
    "Remote-MTA: dns; mx.corp.example\n"                                                           \
    "Diagnostic-Code: smtp; 550 5.7.1 not\n  from\there\n"                                         \
    "Last-Attempt-Date: today\n"                                                                   \
    "Will-Retry-Until: tomorrow\n"                                                                 \
    "Final-Log-ID: abc\n"                                                                          \
    "X-One: 1\n"                                                                                   \
    "X-Two: 2\n"

static void same(str got, const char *want)
{
    if (!str_eq(got, str_from(want)))
        fail_msg("got '%.*s', want '%s'", STR_ARG(got), want);
}

static void every_field(void **state)
{
    (void)state;
    struct arena memory;
    struct mail_dsn d;
    arena_init(&memory, 1 << 20);
    assert_true(mail_dsn_read(STR(WHOLE), &memory, &d, NULL));
    same(d.reporting_mta.type, "dns");
    same(d.reporting_mta.value, "relay.example");
    same(d.dsn_gateway.value, "gw.example");
    same(d.received_from_mta.value, "pc.example");
    same(d.original_envelope_id, "42");
    same(d.arrival_date, "Thu, 26 Nov 2026 06:00:00 +0000");
    assert_int_equal(d.others_count, 1);
    same(d.others[0].name, "X-Queue");
    assert_int_equal(d.count, 1);
    const struct mail_dsn_recipient *r = d.recipients;
    same(r->original.value, "anna@old.example");
    same(r->final.type, "rfc822");
    same(r->final.value, "anna@corp.example");
    assert_int_equal(r->action, MAIL_DSN_FAILED);
    same(r->status, "5.7.1");
    same(r->remote_mta.value, "mx.corp.example");
    same(r->diagnostic.type, "smtp");
    same(r->diagnostic.value, "550 5.7.1 not from here");
    same(r->last_attempt, "today");
    same(r->will_retry_until, "tomorrow");
    same(r->final_log_id, "abc");
    assert_int_equal(r->others_count, 2);
    same(r->others[1].name, "X-Two");
    arena_done(&memory);
}

/* want: "recipient action status diagnostic" of every recipient, "|" behind each. */
static const struct {
    const char *label;
    str text;
    const char *want;
} CASES[] = {
    { "two, a blank line between",
      STR_INIT("Final-Recipient: rfc822; a@x.example\nAction: failed\n\n"
               "Final-Recipient: rfc822; b@x.example\nAction: delayed\nStatus: 4.4.1\n"),
      "a@x.example failed  |b@x.example delayed 4.4.1 |" },
    { "two, the blank line lost",
      STR_INIT("Final-Recipient: rfc822; a@x.example\nAction: failed\n"
               "Final-Recipient: rfc822; b@x.example\nAction: relayed\n"),
      "a@x.example failed  |b@x.example relayed  |" },
    { "two actions, addresses lost",
      STR_INIT("Action: failed\nAction: expanded\nAction: delivered\n"),
      " failed  | expanded  | delivered  |" },
    { "in the block of the message",
      STR_INIT("Reporting-MTA: dns; a\nFinal-Recipient: rfc822; a@x.example\nStatus: 5.1.1\n"),
      "a@x.example - 5.1.1 |" },
    { "CRLF and a fold",
      STR_INIT(
          "Final-Recipient: rfc822;a@x.example\r\nDiagnostic-Code: smtp;550-one\r\n 550 two\r\n"),
      "a@x.example -  550-one 550 two|" },
    { "the fold lost its blanks",
      STR_INIT("Diagnostic-Code: smtp; 550-5.7.1 one\n550 5.7.1 see: this\nStatus: 5.7.1\n"),
      " - 5.7.1 550-5.7.1 one 550 5.7.1 see: this|" },
    { "no type", STR_INIT("Diagnostic-Code: 550 no; really\nFinal-Recipient: a@x.example\n"),
      "a@x.example -  550 no; really|" },
    { "a blank type", STR_INIT("Diagnostic-Code: ; no\n"), " -  ; no|" },
    { "upper case", STR_INIT("FINAL-RECIPIENT: RFC822;a@x.example\nACTION: FAILED\n"),
      "a@x.example failed  |" },
    { "an unknown action", STR_INIT("Action: lost\nStatus: 5.0.0\n"), " - 5.0.0 |" },
    { "nothing in it", STR_INIT("Diagnostic-Code:\nStatus: 5.0.0\n"), " - 5.0.0 |" },
    { "of the message alone", STR_INIT("Reporting-MTA: dns; a\n"), "" },
    { "international",
      STR_INIT("Final-Recipient: utf-8; \\x{E4}\\x{20AC}\\x{1F600}@x.example\nAction: failed\n"),
      "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80@x.example failed  |" },
    { "international, broken",
      STR_INIT("Final-Recipient: utf-8; \\x{}\\x{zz}\\x{D800}\\x{41}\\x{1234567}\\x{4\nAction: "
               "failed\n"),
      "\\x{}\\x{zz}\\x{D800}A\\x{1234567}\\x{4 failed  |" },
    { "an encoded word", STR_INIT("Diagnostic-Code: smtp; =?utf-8?Q?550_n=C3=B6?=\n"),
      " -  550 n\xc3\xb6|" },
    { "a line end in an escape",
      STR_INIT("Final-Recipient: utf-8; a\\x{A}b\\x{d}c@x.example\nAction: failed\n"),
      "a b c@x.example failed  |" },
    { "text around it", STR_INIT("Dear user,\nno.\n\nStatus: 5.1.1\nDear: user\n\nbye\n"),
      " - 5.1.1 |" },
};

static void show(const struct mail_dsn *d, struct buf *out)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct mail_dsn_recipient *r = &d->recipients[i];
        str action = names_of(&MAIL_DSN_ACTION_NAMES, r->action);
        buf_addf(out, "%.*s %.*s %.*s %.*s|", STR_ARG(r->final.value),
                 STR_ARG(action.n ? action : STR("-")), STR_ARG(r->status),
                 STR_ARG(r->diagnostic.value));
    }
    buf_addc(out, '\0');
}

static void cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct arena memory;
        struct mail_dsn d;
        struct buf got;
        arena_init(&memory, 1 << 20);
        buf_init(&got, 4096);
        assert_true(mail_dsn_read(CASES[i].text, &memory, &d, NULL));
        show(&d, &got);
        if (!str_eq(str_from(got.p), str_from(CASES[i].want)))
            fail_msg("%s: got '%s', want '%s'", CASES[i].label, got.p, CASES[i].want);
        buf_done(&got);
        arena_done(&memory);
    }
}

static void none(void **state)
{
    (void)state;
    struct arena memory;
    struct mail_dsn d;
    struct err e = { 0 };
    arena_init(&memory, 1 << 20);
    assert_false(mail_dsn_read(STR("Subject: x\nX-A: y\n\nwords"), &memory, &d, &e));
    assert_int_equal(e.kind, ERR_SYNTAX);
    assert_false(mail_dsn_read(STR(""), &memory, &d, NULL));
    assert_true(mail_dsn_is_field(STR("status: 5")) && !mail_dsn_is_field(STR("Subject: x")));
    arena_done(&memory);
    arena_init(&memory, 100);
    assert_false(mail_dsn_read(STR("Status: 5.0.0\n"), &memory, &d, &e));
    assert_int_equal(e.kind, ERR_MEMORY);
    arena_done(&memory);
}

static void a_million_recipients(void **state)
{
    (void)state;
    struct arena memory;
    struct mail_dsn d;
    struct buf text;
    arena_init(&memory, 256 << 20);
    buf_init(&text, 64 << 20);
    for (size_t i = 0; i < 1000000; i++)
        buf_add(&text, STR("Final-Recipient: a; b\nX-A: b\n\n"));
    assert_true(mail_dsn_read(buf_str(&text), &memory, &d, NULL));
    assert_int_equal(d.count, MAIL_DSN_RECIPIENTS_MAX);
    assert_int_equal(d.left_out, 1000000 - MAIL_DSN_RECIPIENTS_MAX);
    buf_done(&text);
    arena_done(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field),
        cmocka_unit_test(cases),
        cmocka_unit_test(none),
        cmocka_unit_test(a_million_recipients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
