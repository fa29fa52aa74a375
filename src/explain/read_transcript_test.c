/* SPDX-License-Identifier: ISC */
/*
 * explain/read_transcript_test.c - conversations as programs show them
 */
#include "explain/read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explain/nasty.h"

enum { ROOM = 16 << 20 };

static const struct row {
    const char *name, *in;
    const char *said; /* "rcpt 550, (ehlo 500)": stage and code, in brackets when aside */
    unsigned facts;
    const char *settings; /* program server:port helo from to; "-": not told */
} ROWS[] = {
    { .name = "swaks",
      .in = "=== Trying mx.b.example:25...\n=== Connected to mx.b.example.\n<-  220 mx.b.example "
            "ESMTP\n -> EHLO pc.a.example\n"
            "<-  250-mx.b.example\n<-  250-AUTH LOGIN\n<-  250 STARTTLS\n -> MAIL "
            "FROM:<me@a.example>\n<-  250 2.1.0 Ok\n"
            " -> RCPT TO:<u@c.example>\n<** 554 5.7.1 <u@c.example>: Relay access denied\n -> "
            "QUIT\n<-  221 2.0.0 Bye\n",
      .said = "rcpt 554",
      .facts = FACT_NO_LOGIN | FACT_AUTH_OFFERED | FACT_STARTTLS_OFFERED | FACT_CLEAR,
      .settings = "swaks mx.b.example:25 pc.a.example me@a.example u@c.example" },
    { .name = "swaks over TLS",
      .in = "<-  220 mx.b.example ESMTP\n -> EHLO a\n<-  250 STARTTLS\n -> STARTTLS\n<-  220 "
            "go\n=== TLS started with cipher x\n ~> EHLO a\n<~  250-b\n"
            "<~  250 AUTH PLAIN\n ~> AUTH PLAIN [hidden]\n<~* 535 5.7.8 no\n",
      .said = "auth 535",
      .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_AUTH_OFFERED | FACT_ENCRYPTED,
      .settings = "swaks -:0 a - -" },
    { .name = "curl",
      .in = "* Connected to mail.b.example (192.0.2.1) port 587 (#0)\n< 220 mail.b.example\n> EHLO "
            "pc\n< 250-mail.b.example\n< 250 SIZE\n> MAIL FROM:<me@a.example>\n"
            "< 530 5.7.0 Authentication required\n",
      .said = "mail 530",
      .facts = FACT_NO_LOGIN | FACT_AUTH_NOT_OFFERED | FACT_CLEAR,
      .settings = "- mail.b.example:587 pc me@a.example -" },
    { .name = "curl tells its last code again",
      .in = "> RCPT TO:<u@c.example>\n< 550 5.1.1 none\n* RCPT failed: 550\n",
      .said = "rcpt 550",
      .settings = "- -:0 - - u@c.example" },
    { .name = "telnet, HELO",
      .in =
          "$ telnet mail.b.example 25\nTrying 192.0.2.1...\n220 mail.b.example ESMTP\nhelo me\n250 "
          "hi\nmail from: <me@a.example>\n250 ok\nrcpt to: u@c.example\n550 relay not permitted\n",
      .said = "rcpt 550",
      .facts = FACT_NO_LOGIN | FACT_OLD_HELO | FACT_CLEAR,
      .settings = "telnet mail.b.example:25 me me@a.example u@c.example" },
    { .name = "EHLO is not known there, HELO is",
      .in = "220 b.example\nEHLO a\n500 what\nHELO a\n250 hi\nMAIL FROM:<>\n250 ok\nRCPT "
            "TO:<u@c.example>\n550 no\n",
      .said = "(ehlo 500), rcpt 550",
      .facts = FACT_NO_LOGIN | FACT_CLEAR | FACT_NULL_SENDER,
      .settings = "- -:0 a - u@c.example" },
    { .name = "PHPMailer",
      .in = "2026-01-02 03:04:05 Connection: opening to smtp.b.example:587, timeout=300, "
            "options=array()\n2026-01-02 03:04:05 SERVER -> CLIENT: 220 smtp.b.example ESMTP\n"
            "2026-01-02 03:04:05 CLIENT -> SERVER: EHLO www.a.example\n2026-01-02 03:04:05 SERVER "
            "-> CLIENT: 250-smtp.b.example\n                    250-STARTTLS\n                    "
            "250 AUTH LOGIN\n"
            "2026-01-02 03:04:05 CLIENT -> SERVER: AUTH LOGIN\n2026-01-02 03:04:05 SERVER -> "
            "CLIENT: 334 VXNlcm5hbWU6\n2026-01-02 03:04:05 CLIENT -> SERVER: [hidden]\n2026-01-02 "
            "03:04:05 SERVER -> CLIENT: 334 UGFzc3dvcmQ6\n"
            "2026-01-02 03:04:05 CLIENT -> SERVER: [hidden]\n2026-01-02 03:04:05 SERVER -> CLIENT: "
            "235 2.7.0 ok\n2026-01-02 03:04:05 CLIENT -> SERVER: MAIL FROM:<x@a.example>\n"
            "2026-01-02 03:04:05 SERVER -> CLIENT: 553 5.7.1 <x@a.example>: Sender address "
            "rejected: not owned by user me\n2026-01-02 03:04:05 SMTP ERROR: MAIL FROM command "
            "failed: 553 5.7.1 <x@a.example>: Sender address rejected: not owned by user me\n",
      .said = "mail 553",
      .facts = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN | FACT_AUTH_OFFERED | FACT_STARTTLS_OFFERED |
               FACT_CLEAR | FACT_FROM_PROGRAM,
      .settings = "PHPMailer smtp.b.example:587 www.a.example x@a.example -" },
    { .name = "old PHPMailer shows one side",
      .in =
          "SMTP -> ERROR: AUTH not accepted from server: 503 5.5.1 not now\nSMTP -> FROM "
          "SERVER:250 2.1.0 Ok\nSMTP -> FROM SERVER:454 4.7.1 <u@c.example>: Relay access denied\n"
          "SMTP -> ERROR: RCPT not accepted from server: 454 4.7.1 <u@c.example>: Relay access "
          "denied\n",
      .said = "auth 503, none 454",
      .facts = FACT_FROM_PROGRAM,
      .settings = "PHPMailer -:0 - - -" },
    { .name = "nodemailer",
      .in = "[2026-01-02 03:04:05] DEBUG [abc] S: 220 mail.b.example\n[2026-01-02 03:04:05] DEBUG "
            "[abc] C: EHLO [127.0.0.1]\n[2026-01-02 03:04:05] DEBUG [abc] S: "
            "250-PIPELINING\n[2026-01-02 03:04:05] DEBUG [abc] S: 250 HELP\n"
            "[2026-01-02 03:04:05] DEBUG [abc] SMTP handshake finished\n[2026-01-02 03:04:05] "
            "DEBUG [abc] C: AUTH PLAIN [hidden]\n[2026-01-02 03:04:05] DEBUG [abc] S: 503 AUTH "
            "command used when not advertised\n",
      .said = "auth 503",
      .facts = FACT_LOGIN_TRIED | FACT_AUTH_NOT_OFFERED | FACT_CLEAR | FACT_FROM_PROGRAM,
      .settings = "nodemailer -:0 [127.0.0.1] - -" },
    { .name = "boxes of an old mailer",
      .in = "CLIENT 1:\n\xe2\x94\x94\xe2\x94\x80\xe2\x94\x80"
            "AUTH PLAIN [hidden]\nSERVER 1:\n\xe2\x94\x94\xe2\x94\x80\xe2\x94\x80"
            "504 5.7.4 no such thing\n",
      .said = "auth 504",
      .facts = FACT_LOGIN_TRIED,
      .settings = "- -:0 - - -" },
    { .name = "smtplib",
      .in = "connect: ('smtp.b.example', 587)\nreply: b'220 smtp.b.example ESMTP\n'\nreply: "
            "retcode (220); Msg: b'smtp.b.example ESMTP'\nsend: 'ehlo pc.a.example\n'\nreply: "
            "b'250-smtp.b.example\n'\nreply: b'250 SIZE 1\n'\n"
            "reply: retcode (250); Msg: b'smtp.b.example\nSIZE 1'\nsend: 'mail FROM:<me@a.example> "
            "size=5\n'\nreply: b'250 ok\n'\nreply: retcode (250); Msg: b'ok'\nsend: 'rcpt "
            "TO:<u@c.example>\n'\nreply: b'550 5.7.1 Unable to relay\n'\nreply: retcode (550); "
            "Msg: b'5.7.1 Unable to relay'\n",
      .said = "rcpt 550",
      .facts = FACT_NO_LOGIN | FACT_AUTH_NOT_OFFERED | FACT_CLEAR | FACT_FROM_PROGRAM,
      .settings = "smtplib smtp.b.example:587 pc.a.example me@a.example u@c.example" },
    { .name = "JavaMail",
      .in = "DEBUG SMTP: useEhlo true, useAuth false\nDEBUG SMTP: trying to connect to host "
            "\"smtp.b.example\", port 25, isSSL false\n220 smtp.b.example ESMTP\nDEBUG SMTP: "
            "connected to host \"smtp.b.example\", port: 25\n\nEHLO "
            "pc\n250-smtp.b.example\n250-AUTH LOGIN\n250 STARTTLS\n"
            "MAIL FROM:<me@a.example>\n530 5.7.0 Must issue a STARTTLS command first\n",
      .said = "mail 530",
      .facts = FACT_NO_LOGIN | FACT_AUTH_OFFERED | FACT_STARTTLS_OFFERED | FACT_CLEAR |
               FACT_FROM_PROGRAM,
      .settings = "JavaMail smtp.b.example:25 pc me@a.example -" },
    { .name = "msmtp",
      .in = "<-- 220 mail.b.example\n--> EHLO localhost\n<-- 250-mail.b.example\n<-- 250 AUTH "
            "CRAM-MD5 PLAIN\n--> AUTH CRAM-MD5\n<-- 504 no\n--> AUTH PLAIN [hidden]\n<-- 235 "
            "in\n--> MAIL FROM:<me@a.example>\n--> RCPT TO:<u@c.example>\n--> DATA\n<-- 250 "
            "ok\n<-- 550 no such user\n<-- 503 no recipients\n",
      .said = "(auth 504), rcpt 550, (data 503)",
      .facts = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN | FACT_AUTH_OFFERED | FACT_CLEAR,
      .settings = "- -:0 localhost me@a.example u@c.example" },
    { .name = "Perl",
      .in = "Net::SMTP=GLOB(0x1)<<< 220 b.example ESMTP\nNet::SMTP=GLOB(0x1)>>> EHLO "
            "localhost.localdomain\nNet::SMTP=GLOB(0x1)<<< 250-b.example\nNet::SMTP=GLOB(0x1)<<< "
            "250 HELP\nNet::SMTP=GLOB(0x1)>>> MAIL FROM:<me@a.example>\nNet::SMTP=GLOB(0x1)<<< 250 "
            "OK\nNet::SMTP=GLOB(0x1)>>> RCPT TO:<u@c.example>\n"
            "Net::SMTP=GLOB(0x1)<<< 550-pc is currently not permitted to "
            "relay\nNet::SMTP=GLOB(0x1)<<< 550 through this server\n",
      .said = "rcpt 550",
      .facts = FACT_NO_LOGIN | FACT_AUTH_NOT_OFFERED | FACT_CLEAR | FACT_FROM_PROGRAM,
      .settings = "Net::SMTP -:0 localhost.localdomain me@a.example u@c.example" },
    { .name = "Claws Mail",
      .in = "[15:45:59] SMTP< 220 b.example\n[15:45:59] ESMTP> EHLO pc\n[15:45:59] ESMTP< 250 "
            "b.example\n[15:45:59] ESMTP> AUTH LOGIN\n[15:45:59] ESMTP< 500 what\n** error "
            "occurred on SMTP session\n",
      .said = "auth 500",
      .facts = FACT_LOGIN_TRIED | FACT_AUTH_NOT_OFFERED | FACT_CLEAR | FACT_FROM_PROGRAM,
      .settings = "Claws Mail -:0 pc - -" },
    { .name = "SwiftMailer",
      .in = "++ Starting Swift_SmtpTransport\n<< 220 b.example\n\n>> EHLO [127.0.0.1]\n\n<< "
            "250-b.example\n250 AUTH PLAIN\n\n>> MAIL FROM:<me@a.example>\n\n<< 550 5.7.60 no send "
            "as\n\n!! Expected response code 250 but got code \"550\", with message \"550 5.7.60 "
            "no send as\n",
      .said = "mail 550",
      .facts = FACT_NO_LOGIN | FACT_AUTH_OFFERED | FACT_CLEAR | FACT_FROM_PROGRAM,
      .settings = "SwiftMailer -:0 [127.0.0.1] me@a.example -" },
    { .name = "a session log",
      .in = "[2026.01.02] 03:04:05 [192.0.2.5][4711] rsp: 220 b.example\n[2026.01.02] 03:04:05 "
            "[192.0.2.5][4711] cmd: EHLO pc\n[2026.01.02] 03:04:05 [192.0.2.5][4711] rsp: 250 "
            "b.example\n[2026.01.02] 03:04:05 [192.0.2.5][4711] cmd: MAIL "
            "FROM:<me@a.example>\n[2026.01.02] 03:04:05 [192.0.2.5][4711] rsp: 451 later\n",
      .said = "mail 451",
      .facts = FACT_NO_LOGIN | FACT_AUTH_NOT_OFFERED | FACT_CLEAR,
      .settings = "- -:0 pc me@a.example -" },
    { .name = "letters alone",
      .in = "S 220 b.example\nC EHLO 192.0.2.5\nS 250-b.example\nS 250 DSN\nC MAIL "
            "FROM:<me@a.example>\nC RCPT TO:<u@c.example>\nC DATA\nS 250 2.1.0 Ok\nS 554 5.7.1 "
            "<u@c.example>: Relay access denied\nS 554 5.5.1 Error: no valid recipients\n",
      .said = "rcpt 554, (data 554)",
      .facts = FACT_NO_LOGIN | FACT_AUTH_NOT_OFFERED | FACT_CLEAR,
      .settings = "- -:0 192.0.2.5 me@a.example u@c.example" },
    { .name = "refused after the data",
      .in = "220 b.example\nEHLO a\n250 b\nMAIL FROM:<me@a.example>\n250 ok\nRCPT "
            "TO:<u@c.example>\n250 ok\nDATA\n354 go\nSubject: x\n\nbody\n.\n550 5.7.1 "
            "spam\nQUIT\n421 late\n",
      .said = "end-of-data 550, (quit 421)",
      .facts = FACT_NO_LOGIN | FACT_AUTH_NOT_OFFERED | FACT_CLEAR,
      .settings = "- -:0 a me@a.example u@c.example" },
    { .name = "refused before the greeting",
      .in = "Connected to mx.b.example.\n554 5.7.1 go away\nQUIT\n221 bye\n",
      .said = "greeting 554",
      .facts = 0,
      .settings = "- mx.b.example:0 - - -" },
    { .name = "prose",
      .in = "We get 550 after RCPT TO:<u@c.example> and the DATA command is not reached.\n",
      .said = "",
      .facts = 0,
      .settings = "- -:0 - - -" },
    { .name = "one side alone",
      .in = "250 ok\n550 no\n",
      .said = "",
      .facts = 0,
      .settings = "- -:0 - - -" },
    { .name = "nothing", .in = "", .said = "", .facts = 0, .settings = "- -:0 - - -" },
};

static const char *said(const struct explain_page *p, char *out, size_t room)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < p->count && n < room; i++) {
        const struct explain_said *s = &p->said[i];
        str stage = names_of(&SMTP_STAGE_NAMES, (int)s->stage);
        n += (size_t)snprintf(out + n, room - n, "%s%s%.*s %u%s", i ? ", " : "",
                              s->aside ? "(" : "", STR_ARG(stage.n ? stage : STR("-")), s->code,
                              s->aside ? ")" : "");
    }
    return out;
}

static const char *settings(const struct explain_page *p, char *out, size_t room)
{
    const str none = STR("-");
    snprintf(out, room, "%.*s %.*s:%u %.*s %.*s %.*s", STR_ARG(p->program.n ? p->program : none),
             STR_ARG(p->server.n ? p->server : none), p->port, STR_ARG(p->helo.n ? p->helo : none),
             STR_ARG(p->from.n ? p->from : none), STR_ARG(p->to.n ? p->to : none));
    return out;
}

static void read(struct explain_page *p, struct arena *memory, str text)
{
    arena_init(memory, ROOM);
    *p = (struct explain_page){ .memory = memory, .plain = text };
    explain_read_transcript(p);
}

static void test_conversations(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct row *r = &ROWS[i];
        struct explain_page p;
        struct arena memory;
        char a[512], b[512];
        read(&p, &memory, str_from(r->in));
        if (strcmp(said(&p, a, sizeof a), r->said) != 0)
            fail_msg("%s: said %s", r->name, a);
        if (strcmp(settings(&p, b, sizeof b), r->settings) != 0)
            fail_msg("%s: settings %s", r->name, b);
        if (p.facts != r->facts)
            fail_msg("%s: facts 0x%x, not 0x%x", r->name, p.facts, r->facts);
        assert_int_equal(p.form, p.count ? FORM_TRANSCRIPT : FORM_NONE);
        arena_done(&memory);
    }
}

static void test_words_and_addresses(void **state)
{
    (void)state;
    struct explain_page p;
    struct arena memory;
    read(&p, &memory,
         STR("220 mx.b.example hi\nEHLO a\n250 b\nMAIL FROM:<me@a.example>\n250 ok\nRCPT "
             "TO:<u@c.example>\n550-5.7.1 one\n550 5.7.1 two\n"));
    assert_int_equal(p.count, 1);
    assert_true(str_eq(p.said[0].text, STR("one two")));
    assert_true(str_eq(p.said[0].by, STR("mx.b.example")));
    assert_true(str_eq(p.said[0].sender, STR("me@a.example")) &&
                str_eq(p.said[0].recipient, STR("u@c.example")));
    arena_done(&memory);
}

static void test_what_bounces_and_logs_hold_is_left_to_them(void **state)
{
    (void)state;
    struct explain_page p = { .plain = STR("EHLO a\n550 no\n"), .count = 1, .form = FORM_BOUNCE };
    explain_read_transcript(&p);
    assert_int_equal(p.count, 1);
}

static void test_the_nastiest_text_ends(void **state)
{
    (void)state;
    static const char *const UNITS[] = { "EHLO a\n250 b\n",
                                         "550-a\n",
                                         "550 ",
                                         "EHLO ",
                                         "MAIL FROM:<\n",
                                         "a: ",
                                         "\n",
                                         "EHLO a\nDATA\n",
                                         "220 a\nDATA\n354 a\n550 b\n",
                                         "reply: retcode (" };
    nasty_texts(UNITS, COUNT_OF(UNITS), explain_read_transcript, ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conversations),
        cmocka_unit_test(test_words_and_addresses),
        cmocka_unit_test(test_what_bounces_and_logs_hold_is_left_to_them),
        cmocka_unit_test(test_the_nastiest_text_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
