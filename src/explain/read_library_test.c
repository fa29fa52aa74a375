/* SPDX-License-Identifier: ISC */
/*
 * explain/read_library_test.c - what libraries say when mail is not taken
 */
#include "explain/library.h"
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
    const char *in;
    const char *program;
    const char
        *said; /* "rcpt 550 5.7.1 words" of each, "; " between; what ended in place of a code */
    const char *server; /* NULL: none is told */
} ROWS[] = {
    /* Python */
    { "Traceback (most recent call last):\n  File \"/usr/lib/python3.9/smtplib.py\", line 439, in "
      "sendmail\n    raise SMTPRecipientsRefused(senderrs)\nsmtplib.SMTPRecipientsRefused: "
      "{'u@c.example': (550, b'relay not permitted')}",
      "smtplib", "rcpt 550 relay not permitted", NULL },
    { "smtplib.SMTPRecipientsRefused: {'u@c.example': (554, b'5.7.1 <u@c.example>: Relay access "
      "denied'), 'v@c.example': (450, b\"4.1.1 that's none\")}",
      "smtplib", "rcpt 554 5.7.1 <u@c.example>: Relay access denied; rcpt 450 4.1.1 that's none",
      NULL },
    { "SMTPRecipientsRefused: {u'u@c.example': (554, '5.7.1 one\n5.7.1 two')}", "smtplib",
      "rcpt 554 5.7.1 one two", NULL },
    { "smtplib.SMTPSenderRefused: (530, b'5.7.0 Authentication required', 'me@a.example')",
      "smtplib", "mail 530 5.7.0 Authentication required", NULL },
    { "smtplib.SMTPAuthenticationError: (535, b'5.7.8 not accepted\n5.7.8 see there')", "smtplib",
      "auth 535 5.7.8 not accepted see there", NULL },
    { "smtplib.SMTPDataError: (550, b'5.7.1 spam')", "smtplib", "end-of-data 550 5.7.1 spam",
      NULL },
    { "smtplib.SMTPServerDisconnected: Connection unexpectedly closed", "smtplib",
      "closed smtplib.SMTPServerDisconnected: Connection unexpectedly closed", NULL },
    { "smtplib.SMTPNotSupportedError: SMTP AUTH extension not supported by server.", "smtplib",
      "auth not-offered SMTP AUTH extension not supported by server.", NULL },
    { "smtplib\nConnectionRefusedError: [Errno 111] Connection refused", "smtplib",
      "connect refused [Errno 111] Connection refused", NULL },
    /* Java */
    { "com.sun.mail.smtp.SMTPSendFailedException: 530 5.7.0 Must issue a STARTTLS command "
      "first\n\tat com.sun.mail.smtp.SMTPTransport.issueSendCommand(SMTPTransport.java:2100)",
      "JavaMail", "none 530 5.7.0 Must issue a STARTTLS command first", NULL },
    { "javax.mail.SendFailedException: Invalid Addresses;\n  nested exception "
      "is:\n\tcom.sun.mail.smtp.SMTPAddressFailedException: 550 5.7.1 Unable to relay\n",
      "JavaMail", "rcpt 550 5.7.1 Unable to relay", NULL },
    { "javax.mail.MessagingException: Could not connect to SMTP host: mail.b.example, port: 465, "
      "response: -1",
      "JavaMail",
      "greeting closed javax.mail.MessagingException: Could not connect to SMTP host: "
      "mail.b.example, port: 465, response: -1",
      "mail.b.example:465" },
    { "org.eclipse.angus.mail.util.MailConnectException: Couldn't connect to host, port: "
      "mail.b.example, 587; timeout -1;\n  nested exception is:\n\tjava.net.ConnectException: "
      "Connection timed out",
      "JavaMail",
      "connect silent Couldn't connect to host, port: mail.b.example, 587; timeout -1;; "
      "Connection timed out",
      "mail.b.example:587" },
    { "jakarta.mail.AuthenticationFailedException: 535 5.7.3 Authentication unsuccessful",
      "JavaMail", "auth 535 5.7.3 Authentication unsuccessful", NULL },
    /* .NET */
    { "System.Net.Mail.SmtpException: Mailbox unavailable. The server response was: 5.7.1 Unable "
      "to relay\n   at System.Net.Mail.MailCommand.CheckResponse(SmtpStatusCode statusCode, String "
      "response)",
      "System.Net.Mail", "none 5.7.1 Unable to relay", NULL },
    { "System.Net.Mail.SmtpException: Mailbox unavailable. The server response was: you must "
      "authenticate",
      "System.Net.Mail", "none you must authenticate", NULL },
    { "System.Net.Mail.SmtpException: Mailbox name not allowed. The server response was: not in my "
      "list (#5.5.3)",
      "System.Net.Mail", "none 5.5.3 not in my list (#5.5.3)", NULL },
    { "MailKit.Net.Smtp.SmtpCommandException: 5.7.1 Unable to relay\n   at "
      "MailKit.Net.Smtp.SmtpClient.OnRecipientNotAccepted",
      "MailKit", "rcpt 5.7.1 Unable to relay", NULL },
    { "Exception Message: Cannot send mails to mail server. (Mailbox unavailable. The server "
      "response was: 5.7.1 no relay).",
      "System.Net.Mail", "none 5.7.1 no relay).", NULL },
    /* JavaScript */
    { "Error: Can't send mail - all recipients were rejected: 550 5.7.1 <u@c.example>: Relay "
      "access denied\n    at SMTPConnection._formatError (/app/x.js:550:19) {\n  code: "
      "'EENVELOPE',\n  response: '550 5.7.1 <u@c.example>: Relay access denied',\n  responseCode: "
      "550,\n  command: 'RCPT TO'\n}",
      "nodemailer", "rcpt 550 5.7.1 <u@c.example>: Relay access denied", NULL },
    { "{\"code\":\"EAUTH\",\"response\":\"535-5.7.8 no\n535 5.7.8 "
      "no\",\"responseCode\":535,\"command\":\"AUTH PLAIN\"}",
      "nodemailer", "auth 535 5.7.8 no no", NULL },
    { "Error: connect ECONNREFUSED 192.0.2.1:587\n  code: 'ESOCKET',\n  command: 'CONN'",
      "nodemailer", "connect refused connect ECONNREFUSED 192.0.2.1:587", "192.0.2.1:587" },
    { "Error: Missing credentials for \"PLAIN\"\n  code: 'EAUTH'", "nodemailer",
      "auth ours Missing credentials for \"PLAIN", NULL },
    /* PHP */
    { "SMTP Error: The following recipients failed: u@c.example: <u@c.example>: Relay access "
      "denied SMTP server error: RCPT TO command failed Detail: <u@c.example>: Relay access denied "
      "SMTP code: 554 Additional SMTP info: 5.7.1",
      "PHPMailer", "rcpt 554 5.7.1 <u@c.example>: Relay access denied", NULL },
    { "Expected response code 250 but got code \"550\", with message \"550 5.7.60 not as this "
      "sender\n\"\" in /var/www/x.php on line 457",
      "SwiftMailer", "none 550 5.7.60 not as this sender", NULL },
    { "SMTP ERROR: Failed to connect to server: php_network_getaddresses: getaddrinfo failed: No "
      "address of that name (0)\nSMTP connect() failed.",
      "PHPMailer",
      "connect ours SMTP ERROR: Failed to connect to server: php_network_getaddresses: getaddrinfo "
      "failed: No address of that name (0); SMTP connect() failed.",
      NULL },
    { "Connection could not be established with host \"ssl://mail.b.example:465\": "
      "stream_socket_client(): Connection timed out",
      "SwiftMailer",
      "connect silent Connection could not be established with host \"ssl://mail.b.example:465\": "
      "stream_socket_client(): Connection timed out",
      "mail.b.example:465" },
    { "Failed to add recipient: u@c.example [SMTP: Invalid response code received from server "
      "(code: 550, response: 5.7.1 Unable to relay)]",
      "PEAR Net_SMTP", "rcpt 550 5.7.1 Unable to relay)]", NULL },
    { "The following SMTP error was encountered: 535 5.7.8 no", "CodeIgniter", "none 535 5.7.8 no",
      NULL },
    { "Warning: mail(): SMTP server response: 550 5.7.1 Unable to relay in C:\\x.php", "PHP mail()",
      "none 550 5.7.1 Unable to relay in C:\\x.php", NULL },
    /* Ruby, Go, Rust, Erlang */
    { "Net::SMTPAuthenticationError (535 5.7.8 no)", "Net::SMTP", "auth 535 5.7.8 no)", NULL },
    { "/usr/lib/ruby/net/smtp.rb:679:in `auth_plain': 530 5.7.0 STARTTLS first "
      "(Net::SMTPAuthenticationError)",
      "Net::SMTP", "auth 530 5.7.0 STARTTLS first", NULL },
    { "gomail: could not send email 1: 550 5.7.1 no relay", "gomail", "none 550 5.7.1 no relay",
      NULL },
    { "dial tcp 192.0.2.1:587: i/o timeout", "Go net/smtp",
      "connect silent dial tcp 192.0.2.1:587: i/o timeout", "192.0.2.1:587" },
    { "permanent error (550): 5.7.1 no relay", "lettre", "none 550 5.7.1 no relay", NULL },
    { "{:error, {:permanent_failure, \"550 5.7.1 no relay\"}}", "gen_smtp",
      "none 550 5.7.1 no relay", NULL },
    /* programs of the shell */
    { "msmtp: recipient address u@c.example not accepted by the server\nmsmtp: server message: 550 "
      "5.7.1 no relay\nmsmtp: could not send mail (account default from /etc/msmtprc)",
      "msmtp", "none 550 5.7.1 no relay", NULL },
    { "ssmtp: RCPT TO:<u@c.example> (550 5.7.1 no relay)", "sSMTP", "none 550 5.7.1 no relay)",
      NULL },
    { "curl: (55) RCPT failed: 550", "curl", "rcpt 550 ", NULL },
    { "curl: (67) Login denied", "curl", "auth curl: (67) Login denied", NULL },
    { "SMTP Error: Could not authenticate. SMTP connect() failed. https://x.example", "PHPMailer",
      "auth Could not authenticate.", NULL },
    /* not of a library */
    { "550 5.7.1 no relay", "", "", NULL },
    { "", "", "", NULL },
};

static const char *said(const struct explain_page *p, char *out, size_t room)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < p->count && n < room; i++) {
        const struct explain_said *s = &p->said[i];
        char x[SMTP_ENHANCED_MAX], code[16] = "";
        if (s->code)
            snprintf(code, sizeof code, "%u ", s->code);
        str stage = names_of(&SMTP_STAGE_NAMES, (int)s->stage),
            end = s->end == SMTP_END_REPLY ? STR("") : names_of(&SMTP_END_NAMES, (int)s->end);
        bool no_stage = s->stage == SMTP_STAGE_NONE && end.n;
        n += (size_t)snprintf(out + n, room - n, "%s%.*s%s%.*s%s%s%s%s%.*s", i ? "; " : "",
                              STR_ARG(no_stage ? STR("") : stage), no_stage ? "" : " ",
                              STR_ARG(end), end.n ? " " : "", code,
                              s->enhanced.class ? smtp_enhanced_text(&s->enhanced, x) : "",
                              s->enhanced.class ? " " : "", STR_ARG(s->text));
    }
    return out;
}

static void read(struct explain_page *p, struct arena *memory, str text)
{
    arena_init(memory, ROOM);
    *p = (struct explain_page){ .memory = memory, .plain = text };
    explain_read_library(p);
}

static void test_libraries(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct row *r = &ROWS[i];
        struct explain_page p;
        struct arena memory;
        char a[1024], server[300] = "";
        read(&p, &memory, str_from(r->in));
        if (strcmp(said(&p, a, sizeof a), r->said) != 0)
            fail_msg("%s\n%s", r->in, a);
        if (!str_eq(p.program, str_from(r->program)))
            fail_msg("%s\nprogram %.*s", r->in, STR_ARG(p.program));
        if (p.server.n)
            snprintf(server, sizeof server, "%.*s:%u", STR_ARG(p.server), p.port);
        if (strcmp(server, r->server ? r->server : "") != 0)
            fail_msg("%s\nserver %s", r->in, server);
        assert_int_equal(p.form, p.program.n ? FORM_LIBRARY : FORM_NONE);
        assert_int_equal((p.facts & FACT_FROM_PROGRAM) != 0, p.program.n != 0);
        arena_done(&memory);
    }
}

static void test_facts(void **state)
{
    (void)state;
    struct explain_page p;
    struct arena memory;
    read(&p, &memory, STR("smtplib.SMTPAuthenticationError: (535, b'no')"));
    assert_int_equal(p.facts, FACT_FROM_PROGRAM | FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED);
    arena_done(&memory);
    read(&p, &memory,
         STR("javax.mail.MessagingException: x\njavax.net.ssl.SSLHandshakeException: PKIX path "
             "building failed"));
    assert_int_equal(p.facts, FACT_FROM_PROGRAM | FACT_TLS_FAILED);
    assert_int_equal(p.said[p.count - 1].hop, HOP_CLIENT);
    arena_done(&memory);
}

static void test_a_log_without_a_refusal_is_no_log(void **state)
{
    (void)state;
    struct arena memory;
    arena_init(&memory, ROOM);
    struct explain_page p = { .memory = &memory,
                              .plain = STR("msmtp: server message: 550 no"),
                              .form = FORM_LOG };
    explain_read_library(&p);
    assert_int_equal(p.form, FORM_LIBRARY);
    assert_int_equal(p.count, 1);
    p.form = FORM_LOG;
    explain_read_library(&p);
    assert_int_equal(p.form, FORM_LOG);
    assert_int_equal(p.count, 1);
    arena_done(&memory);
}

static void test_every_row_is_met(void **state)
{
    (void)state;
    for (size_t i = 0; i < LIBRARY_SIGNS_COUNT; i++) {
        struct explain_page p;
        struct arena memory;
        read(&p, &memory, str_from(LIBRARY_SIGNS[i].words));
        assert_int_equal(p.form, FORM_LIBRARY);
        assert_true(p.program.n > 0);
        assert_int_equal(p.facts & LIBRARY_SIGNS[i].facts, LIBRARY_SIGNS[i].facts);
        arena_done(&memory);
    }
    for (size_t i = 0; i < LIBRARY_ENDS_COUNT; i++) {
        struct explain_page p;
        struct arena memory;
        char text[200];
        snprintf(text, sizeof text, "smtplib\n%s", LIBRARY_ENDS[i].words);
        read(&p, &memory, str_from(text));
        if (p.count != 1 || p.said[0].end != LIBRARY_ENDS[i].end ||
            p.said[0].stage != LIBRARY_ENDS[i].stage)
            fail_msg("%s", text);
        arena_done(&memory);
    }
}

static void test_the_nastiest_text_ends(void **state)
{
    (void)state;
    static const char *const UNITS[] = { "smtplib 550 '",      "smtplib: (550, b'",
                                         "Exception: ",        "smtplib\n",
                                         "EAUTH command: '\n", "Detail: SMTP code: 550 ",
                                         "port: ssl://",       "550 \"smtplib" };
    nasty_texts(UNITS, COUNT_OF(UNITS), explain_read_library, ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_libraries),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_a_log_without_a_refusal_is_no_log),
        cmocka_unit_test(test_every_row_is_met),
        cmocka_unit_test(test_the_nastiest_text_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
