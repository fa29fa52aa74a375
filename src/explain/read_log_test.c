/* SPDX-License-Identifier: ISC */
/*
 * explain/read_log_test.c - pasted pieces of logs
 */
#include "explain/read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The refusal that is to be judged, the first that is not aside, and what the page knows. */
static const struct page_case {
    const char *name, *text;
    size_t said, aside;
    unsigned code;
    const char *words, *recipient, *sender, *by, *helo;
    enum explain_dialect dialect;
    uint16_t port;
    unsigned facts, facts_not;
} PAGES[] = {
    { .name = "a prose text is no log",
      .text = "Hello,\nmy mail does not arrive: 550 relaying denied\n" },
    { .name = "one line",
      .text =
          "Jan 31 10:20:31 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from pc[192.168.1.7]: 554 "
          "5.7.1 <b@far.example>: Relay access denied; from=<a@near.example> to=<b@far.example> "
          "proto=ESMTP helo=<pc>\n",
      .said = 1,
      .code = 554,
      .words = "<b@far.example>: Relay access denied",
      .recipient = "b@far.example",
      .sender = "a@near.example",
      .helo = "pc",
      .dialect = DIALECT_POSTFIX,
      .facts = FACT_SERVER_LOG | FACT_CLIENT_PRIVATE,
      .facts_not = FACT_NO_LOGIN | FACT_LOGIN_TRIED },
    { .name = "wrapped lines are joined",
      .text = "I see this:\n\n"
              "Jan 31 10:20:31 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from\n"
              "mx.far.example[192.0.2.7]: 450 4.7.1\n"
              "<mx2.far.example>: Helo command rejected: Host not found;\n"
              "from=<a@far.example>\n"
              "to=<b@near.example> proto=ESMTP\n"
              "helo=<mx2.far.example>\n"
              "What does it mean?\n",
      .said = 1,
      .code = 450,
      .words = "<mx2.far.example>: Helo command rejected: Host not found",
      .recipient = "b@near.example",
      .sender = "a@far.example",
      .helo = "mx2.far.example",
      .dialect = DIALECT_POSTFIX,
      .facts = FACT_CLIENT_IS_SERVER },
    { .name = "counters without auth",
      .text = "Jan 31 10:20:30 mx1 postfix/smtpd[7]: connect from unknown[192.0.2.7]\n"
              "Jan 31 10:20:31 mx1 postfix/smtpd[7]: NOQUEUE: reject: RCPT from "
              "unknown[192.0.2.7]: 554 5.7.1 <b@far.example>: Relay access denied; "
              "from=<a@near.example> to=<b@far.example> proto=ESMTP helo=<pc>\n"
              "Jan 31 10:20:32 mx1 postfix/smtpd[7]: disconnect from unknown[192.0.2.7] ehlo=1 "
              "mail=1 rcpt=0/1 quit=1 commands=3/4\n",
      .said = 1,
      .code = 554,
      .words = "<b@far.example>: Relay access denied",
      .recipient = "b@far.example",
      .sender = "a@near.example",
      .helo = "pc",
      .dialect = DIALECT_POSTFIX,
      .facts = FACT_NO_LOGIN },
    { .name = "counters of another session",
      .text = "Jan 31 10:20:31 mx1 postfix/smtpd[7]: NOQUEUE: reject: RCPT from "
              "unknown[192.0.2.7]: 554 5.7.1 <b@far.example>: Relay access denied; "
              "from=<a@near.example> to=<b@far.example> proto=ESMTP helo=<pc>\n"
              "Jan 31 10:20:32 mx1 postfix/smtpd[8]: disconnect from unknown[192.0.2.8] ehlo=1 "
              "mail=1 rcpt=0/1 quit=1 commands=3/4\n",
      .said = 1,
      .code = 554,
      .words = "<b@far.example>: Relay access denied",
      .recipient = "b@far.example",
      .sender = "a@near.example",
      .helo = "pc",
      .dialect = DIALECT_POSTFIX,
      .facts_not = FACT_NO_LOGIN },
    { .name = "a login was taken before",
      .text = "Jan 31 10:20:31 mx1 postfix/smtpd[7]: 4F1A22C: client=pc[192.0.2.7], "
              "sasl_method=PLAIN, sasl_username=anna\n"
              "Jan 31 10:20:31 mx1 postfix/smtpd[7]: NOQUEUE: reject: RCPT from "
              "pc[192.0.2.7]: 553 5.7.1 <a@near.example>: Sender address rejected: not owned by "
              "user anna; from=<a@near.example> to=<b@far.example> proto=ESMTP helo=<pc>\n",
      .said = 1,
      .code = 553,
      .words = "<a@near.example>: Sender address rejected: not owned by user anna",
      .recipient = "b@far.example",
      .sender = "a@near.example",
      .helo = "pc",
      .dialect = DIALECT_POSTFIX,
      .facts = FACT_LOGIN_TAKEN },
    { .name = "trouble before the refusal of the next server stands aside",
      .text =
          "Jan 31 10:20:31 mx1 postfix/qmgr[5]: 4F1A22C: from=<a@near.example>, size=1, nrcpt=1 "
          "(queue active)\n"
          "Jan 31 10:20:31 mx1 postfix/smtp[6]: warning: TLS library problem: no such file\n"
          "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, "
          "relay=smtp.far.example[192.0.2.25]:587, delay=1, dsn=5.7.0, status=bounced (host "
          "smtp.far.example[192.0.2.25] said: 530-5.7.0 Encrypt 530 5.7.0 first. (in reply to "
          "MAIL FROM command))\n",
      .said = 2,
      .aside = 1,
      .code = 530,
      .words = "Encrypt first.",
      .recipient = "b@far.example",
      .sender = "a@near.example",
      .by = "smtp.far.example",
      .port = 587,
      .dialect = DIALECT_POSTFIX,
      .facts = FACT_RELAYED,
      .facts_not = FACT_SERVER_LOG | FACT_CLIENT_PUBLIC },
    { .name = "trouble alone",
      .text = "Jan 31 10:20:31 mx1 postfix/smtpd[6]: fatal: no SASL authentication mechanisms\n",
      .said = 1,
      .words = "no SASL authentication mechanisms",
      .dialect = DIALECT_POSTFIX },
    { .name = "the last of several tries",
      .text = "Jan 31 10:20:33 mx1 postfix/smtp[6]: connect to a.far.example[192.0.2.25]:25: "
              "Network is unreachable\n"
              "Jan 31 10:20:33 mx1 postfix/smtp[6]: connect to b.far.example[192.0.2.26]:25: "
              "Connection timed out\n",
      .said = 2,
      .aside = 1,
      .words = "connect to b.far.example[192.0.2.26]:25: Connection timed out",
      .by = "b.far.example",
      .port = 25,
      .dialect = DIALECT_POSTFIX },
    { .name = "Exim on a terminal",
      .text = "    9 LOG: MAIN REJECT\n"
              "    9   H=(localhost) [172.22.0.1] F=<a@near.example> rejected RCPT "
              "<b@far.example>: relay not permitted\n",
      .said = 1,
      .code = 550,
      .words = "relay not permitted",
      .recipient = "b@far.example",
      .sender = "a@near.example",
      .helo = "localhost",
      .dialect = DIALECT_EXIM,
      .facts = FACT_NO_LOGIN | FACT_CLIENT_PRIVATE },
    { .name = "Exim's lines of a reply",
      .text = "2024-01-31 10:20:30 1rVabc-0000Ab-1x ** b@far.example R=dns T=smtp H=mx.far.example "
              "[192.0.2.31]: SMTP error from remote mail server after end of data: 550-5.7.1 "
              "[198.51.100.40] has\\n550-5.7.1 no name.\\n550 5.7.1 Sorry 77.\n",
      .said = 1,
      .code = 550,
      .words = "[198.51.100.40] has no name. Sorry 77.",
      .recipient = "b@far.example",
      .by = "mx.far.example",
      .facts = FACT_RELAYED },
    { .name = "a table of Exchange: the session tells who, and that there was no login",
      .text = "2024-01-31T10:20:30.123Z,MX1,08DC1F,0,203.0.113.5:587,192.168.1.7:4411,+,,\n"
              "2024-01-31T10:20:30.123Z,MX1,08DC1F,1,203.0.113.5:587,192.168.1.7:4411,<,EHLO pc,\n"
              "2024-01-31T10:20:30.123Z,MX1,08DC1F,2,203.0.113.5:587,192.168.1.7:4411,<,MAIL "
              "FROM:<a@near.example>,\n"
              "2024-01-31T10:20:30.123Z,MX1,08DC1F,3,203.0.113.5:587,192.168.1.7:4411,<,RCPT "
              "TO:<b@far.example>,\n"
              "2024-01-31T10:20:30.123Z,MX1,08DC1F,4,203.0.113.5:587,192.168.1.7:4411,>,550 5.7.54 "
              "Unable to relay,\n",
      .said = 1,
      .code = 550,
      .words = "Unable to relay",
      .recipient = "b@far.example",
      .sender = "a@near.example",
      .helo = "pc",
      .port = 587,
      .dialect = DIALECT_EXCHANGE,
      .facts = FACT_NO_LOGIN | FACT_CLIENT_PRIVATE | FACT_SERVER_LOG },
    { .name = "lines of a reply, each with a line of its own",
      .text =
          "2024-01-31T10:20:30.123Z,Out,08DC20,5,203.0.113.5:4411,192.0.2.25:25,<,550-5.7.1 not "
          "today,\n"
          "2024-01-31T10:20:30.123Z,Out,08DC20,5,203.0.113.5:4411,192.0.2.25:25,<,550 5.7.1 nor "
          "tomorrow,\n",
      .said = 1,
      .code = 550,
      .words = "not today nor tomorrow",
      .port = 25,
      .facts = FACT_RELAYED },
    { .name = "OpenSMTPD: a login stands before the refusal",
      .text = "Jan 31 10:20:30 mx1 smtpd[8]: 2cd79d8bacbe2c12 smtp connected address=192.0.2.7 "
              "host=pc.example\n"
              "Jan 31 10:20:30 mx1 smtpd[8]: 2cd79d8bacbe2c12 smtp authentication user=anna "
              "result=ok\n"
              "Jan 31 10:20:30 mx1 smtpd[8]: 2cd79d8bacbe2c12 smtp failed-command command=\"RCPT "
              "TO:<b@far.example> \" result=\"550 Invalid recipient\"\n",
      .said = 1,
      .code = 550,
      .words = "Invalid recipient",
      .recipient = "b@far.example",
      .dialect = DIALECT_OPENSMTPD,
      .facts = FACT_LOGIN_TAKEN | FACT_CLIENT_PUBLIC,
      .facts_not = FACT_NO_LOGIN },
    { .name = "OpenSMTPD without one",
      .text = "Jan 31 10:20:30 mx1 smtpd[8]: 2cd79d8bacbe2c12 smtp connected address=192.0.2.7 "
              "host=pc.example\n"
              "Jan 31 10:20:30 mx1 smtpd[8]: 2cd79d8bacbe2c12 smtp failed-command command=\"RCPT "
              "TO:<b@far.example> \" result=\"550 Invalid recipient\"\n"
              "Jan 31 10:20:31 mx1 smtpd[8]: 2cd79d8bacbe2c12 smtp disconnected reason=quit\n",
      .said = 1,
      .code = 550,
      .words = "Invalid recipient",
      .recipient = "b@far.example",
      .dialect = DIALECT_OPENSMTPD,
      .facts = FACT_NO_LOGIN },
    { .name = "qmail writes blanks as underscores",
      .text =
          "@4000000065ba1f580d2b2c1c starting delivery 12: msg 3 to remote b@far.example\n"
          "@4000000065ba1f580d2b2c1c delivery 12: failure: 192.0.2.25_does_not_like_recipient./"
          "Remote_host_said:_550_5.1.1_No_such_user_(http://far.example/x)/Giving_up_on_192.0.2."
          "25./\n",
      .said = 1,
      .code = 550,
      .words = "No such user (http://far.example/x)",
      .recipient = "b@far.example" },
    { .name = "a line pasted as code",
      .text =
          "```\n`2024-01-31 10:20:30 H=(mail-a.google.com) [192.0.2.44] F=<a@far.example> rejected "
          "RCPT <b@near.example>: relay not permitted`\n```\n",
      .said = 1,
      .code = 550,
      .words = "relay not permitted",
      .recipient = "b@near.example",
      .sender = "a@far.example",
      .helo = "mail-a.google.com",
      .dialect = DIALECT_EXIM,
      .facts = FACT_CLIENT_IS_SERVER },
    { .name = "a line that could not be read is told as it is",
      .text = "Jan 31 10:20:32 mx1 postfix/smtpd[9]: NOQUEUE: reject: something quite new\n",
      .said = 1,
      .aside = 1 },
};

static void same(const char *name, const char *what, const char *want, str got)
{
    if (!str_eq(str_from(want), got))
        fail_msg("%s: %s: want '%s', got '%.*s'", name, what, want ? want : "", STR_ARG(got));
}

static void check(const struct page_case *c, const struct explain_page *p)
{
    size_t aside = 0;
    const struct explain_said *judged = NULL;
    for (size_t i = 0; i < p->count; i++) {
        aside += p->said[i].aside;
        if (!judged && !p->said[i].aside)
            judged = &p->said[i];
    }
    if (p->count != c->said || aside != c->aside)
        fail_msg("%s: %zu said, %zu aside", c->name, p->count, aside);
    assert_int_equal(p->form, c->said ? FORM_LOG : FORM_NONE);
    if ((p->facts & c->facts) != c->facts || (p->facts & c->facts_not))
        fail_msg("%s: facts %x", c->name, p->facts);
    if (!judged)
        return;
    if (judged->code != c->code || p->dialect != c->dialect || p->port != c->port)
        fail_msg("%s: code %u, dialect %d, port %u", c->name, judged->code, p->dialect, p->port);
    same(c->name, "words", c->words, judged->text);
    same(c->name, "recipient", c->recipient, judged->recipient);
    same(c->name, "sender", c->sender, judged->sender);
    same(c->name, "by", c->by, judged->by);
    same(c->name, "helo", c->helo, p->helo);
}

static void test_every_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(PAGES); i++) {
        struct arena memory;
        arena_init(&memory, 1 << 20);
        struct explain_page p = { .plain = str_from(PAGES[i].text), .memory = &memory };
        explain_read_log(&p);
        check(&PAGES[i], &p);
        arena_done(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
