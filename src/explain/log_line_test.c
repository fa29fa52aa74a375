/* SPDX-License-Identifier: ISC */
/*
 * explain/log_line_test.c - one line of each form
 */
#include "explain/log_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What a line must tell; what is empty or 0 must be told to be so, but for facts named in facts alone. */
static const struct line_case {
    const char *line;
    enum log_line_event event;
    enum explain_dialect dialect;
    enum smtp_stage stage;
    enum smtp_end end;
    unsigned code;
    const char *enhanced;
    const char *words, *client, *helo, *from, *to, *by, *session, *queue_id, *user;
    enum log_line_login login;
    unsigned facts; /* these, of all */
} LINES[] = {
    {
        .line = "Jan 31 10:20:30 mx1 postfix/smtpd[101]: connect from unknown[192.0.2.7]",
        .event = LOG_LINE_CONNECT,
        .dialect = DIALECT_POSTFIX,
        .client = "192.0.2.7",
        .session = "101",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:31 mx1 postfix/smtpd[101]: NOQUEUE: reject: RCPT from "
                "unknown[192.0.2.7]: 554 5.7.1 <b@far.example>: Relay access denied; "
                "from=<a@near.example> to=<b@far.example> proto=ESMTP helo=<pc>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 554,
        .enhanced = "5.7.1",
        .words = "<b@far.example>: Relay access denied",
        .client = "192.0.2.7",
        .helo = "pc",
        .from = "a@near.example",
        .to = "b@far.example",
        .session = "101",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line =
            "2024-01-31T10:20:31.123456+01:00 mx1 postfix/submission/smtpd[101]: 4F1A22C: reject: "
            "RCPT from mx.far.example[2001:db8::7]: 550 5.1.1 <b@near.example>: Recipient address "
            "rejected: User unknown; from=<> to=<b@near.example> proto=ESMTP helo=<mx.far.example>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .enhanced = "5.1.1",
        .words = "<b@near.example>: Recipient address rejected: User unknown",
        .client = "2001:db8::7",
        .helo = "mx.far.example",
        .from = "<>",
        .to = "b@near.example",
        .session = "101",
        .queue_id = "4F1A22C",
        .facts = FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG | FACT_NULL_SENDER |
                 FACT_SUBMISSION_HOST,
    },
    {
        .line = "<22>1 2024-01-31T10:20:31Z mx1 postfix/smtpd 101 - - NOQUEUE: reject: EHLO from "
                "unknown[10.1.2.3]: 504 5.5.2 <pc>: Helo command rejected: need fully-qualified "
                "hostname; proto=SMTP helo=<pc>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_EHLO,
        .code = 504,
        .enhanced = "5.5.2",
        .words = "<pc>: Helo command rejected: need fully-qualified hostname",
        .client = "10.1.2.3",
        .helo = "pc",
        .session = "101",
        .facts = FACT_CLIENT_PRIVATE | FACT_SERVER_LOG,
    },
    {
        .line = "<22>Jan  1 10:20:31 mx1 postfix/smtpd[7]: NOQUEUE: reject: CONNECT from "
                "unknown[198.51.100.4]: 554 5.7.1 <unknown[198.51.100.4]>: Client host rejected: "
                "Access denied; proto=SMTP",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_CONNECT,
        .code = 554,
        .enhanced = "5.7.1",
        .words = "<unknown[198.51.100.4]>: Client host rejected: Access denied",
        .client = "198.51.100.4",
        .session = "7",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "mail-1  | Jan 31 10:20:31 mx1 postfix/smtpd[7]: NOQUEUE: reject: MAIL from "
                "localhost[127.0.0.1]: 530 5.7.0 Must issue a STARTTLS command first; "
                "from=<a@near.example> proto=ESMTP helo=<[127.0.0.1]>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_MAIL,
        .code = 530,
        .enhanced = "5.7.0",
        .words = "Must issue a STARTTLS command first",
        .client = "127.0.0.1",
        .helo = "[127.0.0.1]",
        .from = "a@near.example",
        .session = "7",
        .facts = FACT_CLIENT_LOOPBACK | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:31 mx1 postfix/postscreen[9]: NOQUEUE: reject: RCPT from "
                "[192.0.2.9]:4021: 550 5.7.1 Service unavailable; client [192.0.2.9] blocked using "
                "zen.list.example; from=<a@near.example>, to=<b@far.example>, proto=ESMTP, "
                "helo=<x.example>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .enhanced = "5.7.1",
        .words = "Service unavailable; client [192.0.2.9] blocked using zen.list.example",
        .client = "192.0.2.9",
        .helo = "x.example",
        .from = "a@near.example",
        .to = "b@far.example",
        .session = "9",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:31 mx1 postfix/cleanup[9]: 4F1A22C: reject: header Subject: news "
                "from home from mail.far.example[192.0.2.9]; from=<a@far.example> "
                "to=<b@near.example> proto=ESMTP helo=<mail.far.example>: 5.7.1 no news here",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_END_OF_DATA,
        .enhanced = "5.7.1",
        .words = "no news here",
        .client = "192.0.2.9",
        .helo = "mail.far.example",
        .from = "a@far.example",
        .to = "b@near.example",
        .session = "9",
        .queue_id = "4F1A22C",
        .facts = FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:31 mx1 postfix/cleanup[9]: 4F1A22C: milter-reject: END-OF-MESSAGE "
                "from mail.far.example[192.0.2.9]: 5.7.1 Spam message rejected; "
                "from=<a@far.example> to=<b@near.example> proto=ESMTP helo=<mail.far.example>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_END_OF_DATA,
        .enhanced = "5.7.1",
        .words = "Spam message rejected",
        .client = "192.0.2.9",
        .helo = "mail.far.example",
        .from = "a@far.example",
        .to = "b@near.example",
        .session = "9",
        .queue_id = "4F1A22C",
        .facts = FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:31 mx1 postfix/smtpd[9]: NOQUEUE: reject_warning: RCPT from "
                "x.example[192.0.2.9]: 450 4.7.1 Client host rejected: cannot find your hostname, "
                "[192.0.2.9]; from=<a@far.example> to=<b@near.example> proto=ESMTP helo=<x>",
        .event = LOG_LINE_ASIDE,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 450,
        .enhanced = "4.7.1",
        .words = "Client host rejected: cannot find your hostname, [192.0.2.9]",
        .client = "192.0.2.9",
        .helo = "x",
        .from = "a@far.example",
        .to = "b@near.example",
        .session = "9",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:31 mx1 postfix/smtpd[9]: warning: unknown[192.0.2.9]: SASL LOGIN "
                "authentication failed: UGFzc3dvcmQ6",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_AUTH,
        .words = "SASL LOGIN authentication failed: UGFzc3dvcmQ6",
        .client = "192.0.2.9",
        .session = "9",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line =
            "Jan 31 10:20:31 mx1 postfix/smtps/smtpd[9]: warning: pc.example[192.0.2.9]: SASL "
            "PLAIN authentication failed: authentication failure, sasl_username=anna@near.example",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_AUTH,
        .words = "SASL PLAIN authentication failed: authentication failure",
        .client = "192.0.2.9",
        .session = "9",
        .user = "anna@near.example",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG |
                 FACT_SUBMISSION_HOST,
    },
    {
        .line = "Jan 31 10:20:32 mx1 postfix/smtpd[9]: disconnect from unknown[192.0.2.9] ehlo=1 "
                "auth=0/1 quit=1 commands=2/3",
        .event = LOG_LINE_DISCONNECT,
        .dialect = DIALECT_POSTFIX,
        .client = "192.0.2.9",
        .session = "9",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:32 mx1 postfix/smtpd[9]: disconnect from unknown[192.0.2.9] ehlo=2 "
                "starttls=1 auth=1 mail=1 rcpt=0/1 quit=1 commands=6/7",
        .event = LOG_LINE_DISCONNECT,
        .dialect = DIALECT_POSTFIX,
        .client = "192.0.2.9",
        .session = "9",
        .login = LOG_LOGIN_TAKEN,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:32 mx1 postfix/smtpd[9]: disconnect from unknown[192.0.2.9] ehlo=1 "
                "mail=1 rcpt=0/1 quit=1 commands=3/4",
        .event = LOG_LINE_DISCONNECT,
        .dialect = DIALECT_POSTFIX,
        .client = "192.0.2.9",
        .session = "9",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:32 mx1 postfix/smtpd[9]: disconnect from unknown[192.0.2.9]",
        .event = LOG_LINE_DISCONNECT,
        .dialect = DIALECT_POSTFIX,
        .client = "192.0.2.9",
        .session = "9",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:32 mx1 postfix/smtpd[9]: 4F1A22C: client=pc.example[192.0.2.9], "
                "sasl_method=PLAIN, sasl_username=anna",
        .event = LOG_LINE_TAKEN,
        .dialect = DIALECT_POSTFIX,
        .client = "192.0.2.9",
        .session = "9",
        .queue_id = "4F1A22C",
        .user = "anna",
        .login = LOG_LOGIN_TAKEN,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line =
            "Jan 31 10:20:32 mx1 postfix/smtpd[9]: SSL_accept error from unknown[192.0.2.9]: -1",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_TLS,
        .end = SMTP_END_TLS_FAILED,
        .words = "SSL_accept error from unknown[192.0.2.9]: -1",
        .client = "192.0.2.9",
        .session = "9",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG | FACT_TLS_FAILED,
    },
    {
        .line = "Jan 31 10:20:32 mx1 postfix/smtpd[9]: lost connection after AUTH from "
                "unknown[192.0.2.9]",
        .event = LOG_LINE_NOTHING,
        .dialect = DIALECT_POSTFIX,
        .session = "9",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:32 mx1 postfix/smtpd[9]: NOQUEUE: reject: something quite new",
        .event = LOG_LINE_UNREAD,
        .dialect = DIALECT_POSTFIX,
        .words = "reject: something quite new",
        .session = "9",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:32 mx1 postfix/smtpd[9]: warning: hostname pc.example does not "
                "resolve to address 192.0.2.9",
        .event = LOG_LINE_NOTHING,
        .dialect = DIALECT_POSTFIX,
        .session = "9",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:32 mx1 postfix/smtpd[9]: fatal: no SASL authentication mechanisms",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_AUTH,
        .end = SMTP_END_CLOSED,
        .words = "no SASL authentication mechanisms",
        .session = "9",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/qmgr[5]: 4F1A22C: from=<a@near.example>, size=1024, "
                "nrcpt=1 (queue active)",
        .event = LOG_LINE_TAKEN,
        .dialect = DIALECT_POSTFIX,
        .from = "a@near.example",
        .session = "5",
        .queue_id = "4F1A22C",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/pickup[5]: 4F1A22C: uid=33 from=<www-data>",
        .event = LOG_LINE_TAKEN,
        .dialect = DIALECT_POSTFIX,
        .from = "www-data",
        .session = "5",
        .queue_id = "4F1A22C",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, "
                "relay=mx.far.example[192.0.2.25]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=5.0.0, "
                "status=bounced (host mx.far.example[192.0.2.25] said: 530 Authentication required "
                "(in reply to RCPT TO command))",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 530,
        .words = "Authentication required",
        .to = "b@far.example",
        .by = "mx.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, "
                "relay=mx.far.example[192.0.2.25]:587, delay=1, delays=0.1/0/0.4/0.5, dsn=5.7.0, "
                "status=bounced (host mx.far.example[192.0.2.25] said: 530-5.7.0 Log in 530 5.7.0 "
                "first. (in reply to MAIL FROM command))",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_MAIL,
        .code = 530,
        .enhanced = "5.7.0",
        .words = "Log in 530 5.7.0 first.",
        .to = "b@far.example",
        .by = "mx.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, orig_to=<root>, "
                "relay=none, delay=30, delays=0.01/0/30/0, dsn=4.4.1, status=deferred (connect to "
                "mx.far.example[192.0.2.25]:25: Connection timed out)",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_CONNECT,
        .end = SMTP_END_SILENT,
        .enhanced = "4.4.1",
        .words = "connect to mx.far.example[192.0.2.25]:25: Connection timed out",
        .to = "b@far.example",
        .by = "mx.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/error[6]: 4F1A22C: to=<b@far.example>, relay=none, "
                "delay=30, delays=0.01/0/30/0, dsn=4.4.1, status=deferred (delivery temporarily "
                "suspended: connect to mx.far.example[192.0.2.25]:25: Connection refused)",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_CONNECT,
        .end = SMTP_END_REFUSED,
        .enhanced = "4.4.1",
        .words = "connect to mx.far.example[192.0.2.25]:25: Connection refused",
        .to = "b@far.example",
        .by = "mx.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, "
                "relay=smtp.far.example[192.0.2.25]:587, delay=1, delays=0.1/0/0.4/0.5, dsn=4.7.8, "
                "status=deferred (SASL authentication failed; server smtp.far.example[192.0.2.25] "
                "said: 535 5.7.8 Bad credentials)",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_AUTH,
        .code = 535,
        .enhanced = "5.7.8",
        .words = "Bad credentials",
        .to = "b@far.example",
        .by = "smtp.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, "
                "relay=smtp.far.example[192.0.2.25]:587, delay=1, delays=0.1/0/0.4/0.5, dsn=4.7.0, "
                "status=deferred (SASL authentication failed; cannot authenticate to server "
                "smtp.far.example[192.0.2.25]: no mechanism available)",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_AUTH,
        .end = SMTP_END_NOT_OFFERED,
        .enhanced = "4.7.0",
        .words = "SASL authentication failed; cannot authenticate to server "
                 "smtp.far.example[192.0.2.25]: no mechanism available",
        .to = "b@far.example",
        .by = "smtp.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, "
                "relay=smtp.far.example[192.0.2.25]:587, delay=1, delays=0.1/0/0.4/0.5, dsn=4.7.5, "
                "status=deferred (Cannot start TLS: handshake failure)",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_TLS,
        .end = SMTP_END_TLS_FAILED,
        .enhanced = "4.7.5",
        .words = "Cannot start TLS: handshake failure",
        .to = "b@far.example",
        .by = "smtp.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_RELAYED | FACT_TLS_FAILED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, "
                "relay=smtp.far.example[192.0.2.25]:587, delay=1, delays=0.1/0/0.4/0.5, dsn=4.7.4, "
                "status=deferred (TLS is required, but was not offered by host "
                "smtp.far.example[192.0.2.25])",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_STARTTLS,
        .end = SMTP_END_NOT_OFFERED,
        .enhanced = "4.7.4",
        .words = "TLS is required, but was not offered by host smtp.far.example[192.0.2.25]",
        .to = "b@far.example",
        .by = "smtp.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@nowhere.example>, relay=none, "
                "delay=1, delays=0.1/0/0.4/0.5, dsn=5.4.4, status=bounced (Host or domain name not "
                "found. Name service error for name=nowhere.example type=A: Host not found)",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_CONNECT,
        .end = SMTP_END_OURS,
        .enhanced = "5.4.4",
        .words = "Host or domain name not found. Name service error for name=nowhere.example "
                 "type=A: Host not found",
        .to = "b@nowhere.example",
        .session = "6",
        .queue_id = "4F1A22C",
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, "
                "relay=mx.far.example[192.0.2.25]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=4.4.2, "
                "status=deferred (lost connection with mx.far.example[192.0.2.25] while sending "
                "RCPT TO)",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .end = SMTP_END_CLOSED,
        .enhanced = "4.4.2",
        .words = "lost connection with mx.far.example[192.0.2.25] while sending RCPT TO",
        .to = "b@far.example",
        .by = "mx.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, "
                "relay=mx.far.example[192.0.2.25]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=4.4.2, "
                "status=deferred (conversation with mx.far.example[192.0.2.25] timed out while "
                "receiving the initial server greeting)",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_GREETING,
        .end = SMTP_END_SILENT,
        .enhanced = "4.4.2",
        .words = "conversation with mx.far.example[192.0.2.25] timed out while receiving the "
                 "initial server greeting",
        .to = "b@far.example",
        .by = "mx.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, "
                "relay=mx.far.example[192.0.2.25]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=4.0.0, "
                "status=deferred (host mx.far.example[192.0.2.25] refused to talk to me: 554 5.7.1 "
                "listed)",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_GREETING,
        .code = 554,
        .enhanced = "5.7.1",
        .words = "listed",
        .to = "b@far.example",
        .by = "mx.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/local[6]: 4F1A22C: to=<b@near.example>, relay=local, "
                "delay=1, delays=0.1/0/0.4/0.5, dsn=5.1.1, status=bounced (unknown user: \"b\")",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .enhanced = "5.1.1",
        .words = "unknown user: \"b\"",
        .to = "b@near.example",
        .session = "6",
        .queue_id = "4F1A22C",
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: to=<b@far.example>, "
                "relay=mx.far.example[192.0.2.25]:25, delay=1, delays=0.1/0/0.4/0.5, dsn=2.0.0, "
                "status=sent (250 2.0.0 Ok: queued as 77)",
        .event = LOG_LINE_DELIVERED,
        .dialect = DIALECT_POSTFIX,
        .to = "b@far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: 4F1A22C: host mx.far.example[192.0.2.25] "
                "said: 451 4.7.1 come back later (in reply to RCPT TO command)",
        .event = LOG_LINE_TRIED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 451,
        .enhanced = "4.7.1",
        .words = "come back later",
        .by = "mx.far.example",
        .session = "6",
        .queue_id = "4F1A22C",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: connect to mx.far.example[192.0.2.25]:25: "
                "Network is unreachable",
        .event = LOG_LINE_TRIED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_CONNECT,
        .end = SMTP_END_UNREACHABLE,
        .words = "connect to mx.far.example[192.0.2.25]:25: Network is unreachable",
        .by = "mx.far.example",
        .session = "6",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:33 mx1 postfix/smtp[6]: SSL_connect error to "
                "mx.far.example[192.0.2.25]:587: -1",
        .event = LOG_LINE_TRIED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_TLS,
        .end = SMTP_END_TLS_FAILED,
        .words = "SSL_connect error to mx.far.example[192.0.2.25]:587: -1",
        .by = "mx.far.example",
        .session = "6",
        .facts = FACT_RELAYED | FACT_TLS_FAILED,
    },
    {
        .line = "NOQUEUE: reject: RCPT from mx.far.example[192.0.2.25]: 450 4.2.0 "
                "<b@near.example>: Recipient address rejected: come back later",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 450,
        .enhanced = "4.2.0",
        .words = "<b@near.example>: Recipient address rejected: come back later",
        .client = "192.0.2.25",
        .facts = FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG,
    },
    {
        .line = "postfix/smtpd[3]: NOQUEUE: reject: RCPT from mx.far.example[192.0.2.25]: 450 "
                "4.2.0 <b@near.example>: Recipient address rejected: come back later",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 450,
        .enhanced = "4.2.0",
        .words = "<b@near.example>: Recipient address rejected: come back later",
        .client = "192.0.2.25",
        .session = "3",
        .facts = FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG,
    },
    {
        .line =
            "Jan 31 10:20:33 mx1 sshd[6]: Failed password for root from 192.0.2.9 port 4001 ssh2",
        .event = LOG_LINE_FOREIGN,
        .facts = FACT_SERVER_LOG,
    },
    {
        .line =
            "2024-01-31 10:20:30 H=(pc) [192.0.2.7]:59408 I=[203.0.113.5]:587 F=<a@near.example> "
            "rejected RCPT <b@far.example>: relay not permitted, authentication required",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .words = "relay not permitted, authentication required",
        .client = "192.0.2.7",
        .helo = "pc",
        .from = "a@near.example",
        .to = "b@far.example",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG | FACT_SUBMISSION_HOST,
    },
    {
        .line =
            "2024-01-31 10:20:30 H=(pc) [192.0.2.7] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no "
            "F=<a@near.example> A=plain_login:anna rejected RCPT <b@far.example>: sender not yours",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .words = "sender not yours",
        .client = "192.0.2.7",
        .helo = "pc",
        .from = "a@near.example",
        .to = "b@far.example",
        .user = "anna",
        .login = LOG_LOGIN_TAKEN,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN | FACT_ENCRYPTED | FACT_CLIENT_PUBLIC |
                 FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 [4411] H=mx.far.example [2001:db8::7]:4411 I=[2001:db8::1]:25 "
                "F=<> temporarily rejected RCPT <b@near.example>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_RCPT,
        .code = 451,
        .words = "temporarily rejected",
        .client = "2001:db8::7",
        .from = "<>",
        .to = "b@near.example",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG |
                 FACT_NULL_SENDER,
    },
    {
        .line = "2024-01-31 10:20:30 +0100 1rVabc-0000Ab-1x H=mx.far.example (helo.far.example) "
                "[192.0.2.7] F=<a@far.example> rejected after DATA: This message scored 12 points",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_END_OF_DATA,
        .code = 550,
        .words = "This message scored 12 points",
        .client = "192.0.2.7",
        .helo = "helo.far.example",
        .from = "a@far.example",
        .queue_id = "1rVabc-0000Ab-1x",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 H=([198.51.100.7]) [192.0.2.7] rejected EHLO or HELO "
                "[198.51.100.7]: no such name",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_EHLO,
        .code = 550,
        .words = "no such name",
        .client = "192.0.2.7",
        .helo = "[198.51.100.7]",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 H=[192.0.2.7] rejected connection in \"connect\" ACL: listed",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_CONNECT,
        .code = 550,
        .words = "listed",
        .client = "192.0.2.7",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 H=mx.far.example [192.0.2.7] rejected MAIL <a@far.example>: "
                "no such domain",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_MAIL,
        .code = 550,
        .words = "no such domain",
        .client = "192.0.2.7",
        .from = "a@far.example",
        .facts = FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 H=mx.far.example [192.0.2.7] sender verify fail for "
                "<a@far.example>: Unrouteable address",
        .event = LOG_LINE_ASIDE,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_MAIL,
        .words = "Unrouteable address",
        .client = "192.0.2.7",
        .from = "a@far.example",
        .facts = FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG,
    },
    {
        .line =
            "2024-01-31 10:20:30 plain authenticator failed for host.example (pc) [192.0.2.7]:4444 "
            "I=[203.0.113.5]:465: 535 Incorrect authentication data (set_id=anna)",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_AUTH,
        .code = 535,
        .words = "Incorrect authentication data",
        .client = "192.0.2.7",
        .helo = "pc",
        .user = "anna",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG |
                 FACT_SUBMISSION_HOST,
    },
    {
        .line = "2024-01-31 10:20:30 login authenticator failed for (pc) [192.0.2.7]: 535 "
                "Incorrect authentication data",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_AUTH,
        .code = 535,
        .words = "Incorrect authentication data",
        .client = "192.0.2.7",
        .helo = "pc",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x login authenticator failed "
                "H=smtp.far.example [192.0.2.25] 535 5.7.8 Bad credentials",
        .event = LOG_LINE_TRIED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_AUTH,
        .code = 535,
        .enhanced = "5.7.8",
        .words = "Bad credentials",
        .by = "smtp.far.example",
        .queue_id = "1rVabc-0000Ab-1x",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_RELAYED,
    },
    {
        .line = "2024-01-31 10:20:30 SMTP protocol error in \"AUTH LOGIN\" H=(pc) "
                "[192.0.2.7]:60723 I=[203.0.113.5]:587 AUTH command used when not advertised",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_AUTH,
        .code = 503,
        .words = "AUTH command used when not advertised",
        .client = "192.0.2.7",
        .helo = "pc",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG | FACT_SUBMISSION_HOST,
    },
    {
        .line = "2024-01-31 10:20:30 SMTP call from (pc) [192.0.2.7]:3767 dropped: too many "
                "nonmail commands (last was \"RSET\")",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .code = 554,
        .words = "dropped: too many nonmail commands (last was \"RSET\")",
        .client = "192.0.2.7",
        .helo = "pc",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 TLS error on connection from (pc) [192.0.2.7]:3767 "
                "(SSL_accept): error:0A00010B:SSL routines::wrong version number",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_TLS,
        .end = SMTP_END_TLS_FAILED,
        .words = "(SSL_accept): error:0A00010B:SSL routines::wrong version number",
        .client = "192.0.2.7",
        .helo = "pc",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG | FACT_TLS_FAILED,
    },
    {
        .line = "2024-01-31 10:20:30 SMTP connection from (pc) [192.0.2.7] lost",
        .event = LOG_LINE_DISCONNECT,
        .dialect = DIALECT_EXIM,
        .client = "192.0.2.7",
        .helo = "pc",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-00000000Ab1-1xyz <= a@near.example H=(pc) [192.0.2.7] "
                "P=esmtpsa X=TLS1.3:x:256 A=plain:anna S=700",
        .event = LOG_LINE_TAKEN,
        .dialect = DIALECT_EXIM,
        .client = "192.0.2.7",
        .helo = "pc",
        .from = "a@near.example",
        .queue_id = "1rVabc-00000000Ab1-1xyz",
        .user = "anna",
        .login = LOG_LOGIN_TAKEN,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN | FACT_ENCRYPTED | FACT_CLIENT_PUBLIC |
                 FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x <= a@near.example H=(pc) [192.0.2.7] P=esmtp "
                "S=700",
        .event = LOG_LINE_TAKEN,
        .dialect = DIALECT_EXIM,
        .client = "192.0.2.7",
        .helo = "pc",
        .from = "a@near.example",
        .queue_id = "1rVabc-0000Ab-1x",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x <= <> R=1rVabb-0000Ab-1x U=Debian-exim "
                "P=local S=700",
        .event = LOG_LINE_TAKEN,
        .dialect = DIALECT_EXIM,
        .from = "<>",
        .queue_id = "1rVabc-0000Ab-1x",
        .facts = FACT_SERVER_LOG | FACT_NULL_SENDER,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x => b@far.example R=smarthost T=remote_smtp "
                "H=smtp.far.example [192.0.2.25]",
        .event = LOG_LINE_DELIVERED,
        .dialect = DIALECT_EXIM,
        .queue_id = "1rVabc-0000Ab-1x",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x ** b@far.example R=smarthost "
                "T=remote_smtp_smarthost H=smtp.far.example [192.0.2.25] X=TLS1.3:x:256 CV=yes "
                "DN=\"C=XX,CN=smtp.far.example\": SMTP error from remote mail server after MAIL "
                "FROM:<a@near.example> SIZE=1957: 553 5.7.1 sender not yours",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_MAIL,
        .code = 553,
        .enhanced = "5.7.1",
        .words = "sender not yours",
        .to = "b@far.example",
        .by = "smtp.far.example",
        .queue_id = "1rVabc-0000Ab-1x",
        .facts = FACT_ENCRYPTED | FACT_RELAYED,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x ** b@far.example F=<a@near.example> "
                "R=smarthost T=remote_smtp_smarthost: SMTP error from remote mail server after "
                "RCPT TO:<b@far.example>: host smtp.far.example [192.0.2.25]: 550-5.7.1 no\\n550 "
                "5.7.1 relaying",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .enhanced = "5.7.1",
        .words = "no\\n550 5.7.1 relaying",
        .from = "a@near.example",
        .to = "b@far.example",
        .by = "smtp.far.example",
        .queue_id = "1rVabc-0000Ab-1x",
        .facts = FACT_RELAYED,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x == b@far.example R=dnslookup T=remote_smtp "
                "H=mx.far.example [192.0.2.25] defer (-44): SMTP error from remote mail server "
                "after RCPT TO:<b@far.example>: 451 come back later",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_RCPT,
        .code = 451,
        .words = "come back later",
        .to = "b@far.example",
        .by = "mx.far.example",
        .queue_id = "1rVabc-0000Ab-1x",
        .facts = FACT_RELAYED,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x == b@far.example R=dnslookup T=remote_smtp "
                "defer (111): Connection refused",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_CONNECT,
        .end = SMTP_END_REFUSED,
        .words = "Connection refused",
        .to = "b@far.example",
        .queue_id = "1rVabc-0000Ab-1x",
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x == b@far.example R=dnslookup T=remote_smtp "
                "H=mx.far.example [192.0.2.25] defer (110): Connection timed out",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_CONNECT,
        .end = SMTP_END_SILENT,
        .words = "Connection timed out",
        .to = "b@far.example",
        .by = "mx.far.example",
        .queue_id = "1rVabc-0000Ab-1x",
        .facts = FACT_RELAYED,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x == b@far.example R=dnslookup defer (-1): "
                "host lookup did not complete",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_CONNECT,
        .end = SMTP_END_OURS,
        .words = "host lookup did not complete",
        .to = "b@far.example",
        .queue_id = "1rVabc-0000Ab-1x",
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x == b@far.example R=sm T=r H=smtp.far.example "
                "[192.0.2.25] defer (-38): a TLS session is required, but an attempt to start TLS "
                "failed",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_STARTTLS,
        .end = SMTP_END_NOT_OFFERED,
        .words = "a TLS session is required, but an attempt to start TLS failed",
        .to = "b@far.example",
        .by = "smtp.far.example",
        .queue_id = "1rVabc-0000Ab-1x",
        .facts = FACT_RELAYED,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x ** b@nowhere.example: Unrouteable address",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_EXIM,
        .words = "Unrouteable address",
        .to = "b@nowhere.example",
        .queue_id = "1rVabc-0000Ab-1x",
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x Completed",
        .event = LOG_LINE_NOTHING,
        .dialect = DIALECT_EXIM,
        .queue_id = "1rVabc-0000Ab-1x",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "12345 LOG: MAIN REJECT",
        .event = LOG_LINE_NOTHING,
        .dialect = DIALECT_EXIM,
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "12345   H=(pc) [172.22.0.1] F=<a@near.example> rejected RCPT <b@far.example>: "
                "relay not permitted",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .words = "relay not permitted",
        .client = "172.22.0.1",
        .helo = "pc",
        .from = "a@near.example",
        .to = "b@far.example",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PRIVATE | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 exim[44]: 2024-01-31 10:20:30 H=(pc) [192.0.2.7] "
                "F=<a@near.example> rejected RCPT <b@far.example>: relay not permitted",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .words = "relay not permitted",
        .client = "192.0.2.7",
        .helo = "pc",
        .from = "a@near.example",
        .to = "b@far.example",
        .session = "44",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 Start queue run: pid=44",
        .event = LOG_LINE_NOTHING,
        .dialect = DIALECT_OPENSMTPD,
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 our application rejected the order",
        .event = LOG_LINE_FOREIGN,
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "2026-01-31 10:20:30 rejected MAIL FROM:<a@near.example> H=(pc) [192.0.2.7]:56751: "
                "message too big: size=40000 max=20000",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_MAIL,
        .code = 550,
        .words = "message too big: size=40000 max=20000",
        .client = "192.0.2.7",
        .helo = "pc",
        .from = "a@near.example",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 SMTP connection from [192.0.2.7]:4411 (TCP/IP connection "
                "count = 1)",
        .event = LOG_LINE_CONNECT,
        .dialect = DIALECT_EXIM,
        .client = "192.0.2.7",
        .session = "192.0.2.7]:4411",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 SMTP connection from (pc) [192.0.2.7]:4411 closed by QUIT",
        .event = LOG_LINE_DISCONNECT,
        .dialect = DIALECT_EXIM,
        .client = "192.0.2.7",
        .helo = "pc",
        .session = "192.0.2.7]:4411",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 [13314] SMTP protocol synchronization error (input sent "
                "without waiting for greeting): rejected connection from H=[192.0.2.7]:25936 "
                "I=[203.0.113.5]:25 input=\"GET / HTTP/1.1\\r\\n\\r\\n\"",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_GREETING,
        .code = 554,
        .words = "SMTP protocol synchronization error (input sent without waiting for greeting)",
        .client = "192.0.2.7",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x F=a@near.example H=host.far.example "
                "(far.example) [192.0.2.7] I=[203.0.113.5]:25 P=esmtp temporarily rejected by "
                "local_scan(): Temporary local problem",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_END_OF_DATA,
        .code = 451,
        .words = "Temporary local problem",
        .client = "192.0.2.7",
        .helo = "far.example",
        .from = "a@near.example",
        .queue_id = "1rVabc-0000Ab-1x",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 [4411] H=(pc) [192.0.2.7]:3755 I=[203.0.113.5]:25 "
                "F=a@near.example rejected RCPT b@far.example: relay not permitted",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .words = "relay not permitted",
        .client = "192.0.2.7",
        .helo = "pc",
        .from = "a@near.example",
        .to = "b@far.example",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "LOG: H=[192.0.2.7] F=<a@near.example> rejected RCPT <b@far.example>: relay not "
                "permitted",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .words = "relay not permitted",
        .client = "192.0.2.7",
        .from = "a@near.example",
        .to = "b@far.example",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "30/9/2017, 00:10:17 | info | NOQUEUE: reject: RCPT from "
                "mx.far.example[192.0.2.7]: 454 4.7.1 <b@near.example>: Relay access denied; "
                "from=<> to=<b@near.example> proto=ESMTP helo=<mx.far.example>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 454,
        .enhanced = "4.7.1",
        .words = "<b@near.example>: Relay access denied",
        .client = "192.0.2.7",
        .helo = "mx.far.example",
        .from = "<>",
        .to = "b@near.example",
        .facts = FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG | FACT_NULL_SENDER,
    },
    {
        .line = "Jan 31 10:20:31 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from "
                "unknown[192.0.2.7]: 454 4.7.1 b@far.example: Relay access denied; "
                "from=a@near.example to=b@far.example proto=SMTP helo=<pc>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 454,
        .enhanced = "4.7.1",
        .words = "b@far.example: Relay access denied",
        .client = "192.0.2.7",
        .helo = "pc",
        .from = "a@near.example",
        .to = "b@far.example",
        .session = "1",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:31 mx1 postfix/smtps/smtpd[1]: NOQUEUE: reject: CONNECT from "
                "unknown[192.0.2.7]: 554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access "
                "denied; proto=SMTP",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_CONNECT,
        .code = 554,
        .enhanced = "5.7.1",
        .words = "<unknown[192.0.2.7]>: Client host rejected: Access denied",
        .client = "192.0.2.7",
        .session = "1",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG | FACT_SUBMISSION_HOST,
    },
    {
        .line = "Jan 31 10:20:31 mx1 postfix-incoming/smtpd[3462]: NOQUEUE: reject: VRFY from "
                "pc.far.example[192.0.2.7]: 550 5.1.1 : Recipient address rejected: User unknown",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .code = 550,
        .enhanced = "5.1.1",
        .words = ": Recipient address rejected: User unknown",
        .client = "192.0.2.7",
        .session = "3462",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 H=(mail-wg0-f44.google.com) [192.0.2.44] F=<a@gmail.com> "
                "rejected RCPT <b@near.example>: relay not permitted",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .words = "relay not permitted",
        .client = "192.0.2.44",
        .helo = "mail-wg0-f44.google.com",
        .from = "a@gmail.com",
        .to = "b@near.example",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 1rVabc-0000Ab-1x SMTP error from remote mail server after "
                "MAIL FROM:<a@near.example>: host mx.far.example [192.0.2.25]: 450 Temporary error",
        .event = LOG_LINE_TRIED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_MAIL,
        .code = 450,
        .words = "Temporary error",
        .by = "mx.far.example",
        .queue_id = "1rVabc-0000Ab-1x",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:31 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from "
                "unknown[192.0.2.7]: 454 4.7.1 <b@far.example>: Relay access denied; from=<> "
                "to=<b@far.example> proto=ESMTP helo=<smtp15.far.example>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 454,
        .enhanced = "4.7.1",
        .words = "<b@far.example>: Relay access denied",
        .client = "192.0.2.7",
        .helo = "smtp15.far.example",
        .from = "<>",
        .to = "b@far.example",
        .session = "1",
        .facts = FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG | FACT_NULL_SENDER,
    },
    {
        .line = "relay=a.far.example[192.0.2.8]:25, delay=1, dsn=4.7.0, status=deferred (SASL "
                "authentication failed: server a.far.example[192.0.2.8] offered no compatible "
                "authentication mechanisms for this type of connection security)",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_AUTH,
        .end = SMTP_END_NOT_OFFERED,
        .enhanced = "4.7.0",
        .words = "SASL authentication failed: server a.far.example[192.0.2.8] offered no "
                 "compatible authentication mechanisms for this type of connection security",
        .by = "a.far.example",
        .facts = FACT_RELAYED,
    },
    {
        .line =
            "Jan 31 10:20:30 mx1 sm-mta[27713]: 40VAKTab027713: ruleset=check_rcpt, "
            "arg1=<b@far.example>, relay=pc.dsl.example [192.0.2.7] (may be forged), reject=550 "
            "5.7.1 <b@far.example>... Relaying denied. IP name possibly forged [192.0.2.7]",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_SENDMAIL,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .enhanced = "5.7.1",
        .words = "<b@far.example>... Relaying denied. IP name possibly forged [192.0.2.7]",
        .client = "192.0.2.7",
        .to = "b@far.example",
        .session = "27713",
        .queue_id = "40VAKTab027713",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 sendmail[27713]: 40VAKTab027713: ruleset=check_mail, "
                "arg1=<a@near.example>, relay=[192.0.2.7], reject=553 5.1.8 <a@near.example>... "
                "Domain of sender address a@near.example does not exist",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_SENDMAIL,
        .stage = SMTP_STAGE_MAIL,
        .code = 553,
        .enhanced = "5.1.8",
        .words = "<a@near.example>... Domain of sender address a@near.example does not exist",
        .client = "192.0.2.7",
        .from = "a@near.example",
        .session = "27713",
        .queue_id = "40VAKTab027713",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line =
            "Jan 31 10:20:30 mx1 sm-mta[27713]: ruleset=check_relay, arg1=[192.0.2.7], "
            "arg2=192.0.2.7, relay=[192.0.2.7], reject=421 4.3.2 Connection rate limit exceeded.",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_SENDMAIL,
        .stage = SMTP_STAGE_CONNECT,
        .code = 421,
        .enhanced = "4.3.2",
        .words = "Connection rate limit exceeded.",
        .client = "192.0.2.7",
        .session = "27713",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 sendmail[27713]: 40VAKTab027713: AUTH failure (LOGIN): user "
                "not found (-20) SASL(-13): user not found: checkpass failed, user=anna, "
                "relay=[IPv6:2001:db8::7]",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_SENDMAIL,
        .stage = SMTP_STAGE_AUTH,
        .words = "user not found (-20) SASL(-13): user not found: checkpass failed, user=anna",
        .client = "2001:db8::7",
        .session = "27713",
        .queue_id = "40VAKTab027713",
        .user = "anna",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 sendmail[27713]: AUTH=server, relay=pc.example [192.0.2.7], "
                "authid=anna, mech=PLAIN, bits=0",
        .event = LOG_LINE_LOGIN,
        .dialect = DIALECT_SENDMAIL,
        .client = "192.0.2.7",
        .session = "27713",
        .user = "anna",
        .login = LOG_LOGIN_TAKEN,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 sendmail[27713]: 40VAKTab027713: from=<a@near.example>, "
                "size=12, class=0, nrcpts=1, msgid=<1@near.example>, proto=ESMTP, daemon=MTA, "
                "relay=pc.example [192.0.2.7]",
        .event = LOG_LINE_TAKEN,
        .dialect = DIALECT_SENDMAIL,
        .client = "192.0.2.7",
        .from = "a@near.example",
        .session = "27713",
        .queue_id = "40VAKTab027713",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line =
            "Jan 31 10:20:30 mx1 sendmail[27713]: 40VAKTab027713: to=<b@nowhere.example>, "
            "delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=171299, relay=nowhere.example., "
            "dsn=5.1.2, stat=Host unknown (Name server: nowhere.example.: host not found)",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_SENDMAIL,
        .stage = SMTP_STAGE_CONNECT,
        .end = SMTP_END_OURS,
        .enhanced = "5.1.2",
        .words = "Host unknown (Name server: nowhere.example.: host not found)",
        .to = "b@nowhere.example",
        .session = "27713",
        .queue_id = "40VAKTab027713",
    },
    {
        .line =
            "Jan 31 10:20:30 mx1 sendmail[27713]: 40VAKTab027713: to=<b@far.example>, "
            "ctladdr=<a@near.example> (0/0), delay=00:00:07, xdelay=00:00:07, mailer=esmtp, "
            "pri=120463, relay=mx.far.example. [192.0.2.25], dsn=5.0.0, stat=Service unavailable",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_SENDMAIL,
        .words = "Service unavailable",
        .from = "a@near.example",
        .to = "b@far.example",
        .by = "mx.far.example",
        .session = "27713",
        .queue_id = "40VAKTab027713",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:30 mx1 sendmail[27713]: 40VAKTab027713: to=<b@far.example>, "
                "delay=00:00:07, mailer=relay, relay=smtp.far.example. [192.0.2.25], dsn=4.0.0, "
                "stat=Deferred: 451 4.7.1 come back later",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_SENDMAIL,
        .code = 451,
        .enhanced = "4.7.1",
        .words = "come back later",
        .to = "b@far.example",
        .by = "smtp.far.example",
        .session = "27713",
        .queue_id = "40VAKTab027713",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:30 mx1 sendmail[27713]: 40VAKTab027713: to=<b@far.example>, "
                "delay=00:00:07, mailer=relay, relay=smtp.far.example., dsn=4.0.0, stat=Deferred: "
                "Connection timed out with smtp.far.example.",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_SENDMAIL,
        .stage = SMTP_STAGE_CONNECT,
        .end = SMTP_END_SILENT,
        .words = "Connection timed out with smtp.far.example.",
        .to = "b@far.example",
        .session = "27713",
        .queue_id = "40VAKTab027713",
    },
    {
        .line = "Jan 31 10:20:30 mx1 sendmail[27713]: 40VAKTab027713: to=<b@far.example>, "
                "delay=00:00:07, mailer=relay, relay=smtp.far.example. [192.0.2.25], dsn=2.0.0, "
                "stat=Sent (ok 77)",
        .event = LOG_LINE_DELIVERED,
        .dialect = DIALECT_SENDMAIL,
        .to = "b@far.example",
        .session = "27713",
        .queue_id = "40VAKTab027713",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 sendmail[27713]: 40VAKTab027713: <b@near.example>... No such "
                "user here",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_SENDMAIL,
        .stage = SMTP_STAGE_RCPT,
        .words = "No such user here",
        .to = "b@near.example",
        .session = "27713",
        .queue_id = "40VAKTab027713",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 sendmail[27713]: 40VAKTab027713: Milter: to=<b@near.example>, "
                "reject=451 4.7.1 come back later",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_SENDMAIL,
        .stage = SMTP_STAGE_RCPT,
        .code = 451,
        .enhanced = "4.7.1",
        .words = "come back later",
        .to = "b@near.example",
        .session = "27713",
        .queue_id = "40VAKTab027713",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 sendmail[27713]: STARTTLS=server, error: accept failed=-1, "
                "reason=wrong version number, SSL_error=1, errno=0, retry=-1, relay=pc.example "
                "[192.0.2.7]",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_SENDMAIL,
        .stage = SMTP_STAGE_TLS,
        .end = SMTP_END_TLS_FAILED,
        .words = "STARTTLS=server, error: accept failed=-1, reason=wrong version number, "
                 "SSL_error=1, errno=0, retry=-1, relay=pc.example [192.0.2.7]",
        .client = "192.0.2.7",
        .session = "27713",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG | FACT_TLS_FAILED,
    },
    {
        .line = "Jan 31 10:20:30 mx1 sendmail[27713]: 40VAKTab027713: pc.example [192.0.2.7] did "
                "not issue MAIL/EXPN/VRFY/ETRN during connection to MTA",
        .event = LOG_LINE_NOTHING,
        .dialect = DIALECT_SENDMAIL,
        .session = "27713",
        .queue_id = "40VAKTab027713",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 smtp connected "
                "address=192.0.2.7 host=pc.example",
        .event = LOG_LINE_CONNECT,
        .dialect = DIALECT_OPENSMTPD,
        .client = "192.0.2.7",
        .session = "2cd79d8bacbe2c12",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line =
            "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 smtp failed-command command=\"RCPT "
            "TO:<b@far.example> \" result=\"550 Invalid recipient: <b@far.example>\"",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_OPENSMTPD,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .words = "Invalid recipient: <b@far.example>",
        .to = "b@far.example",
        .session = "2cd79d8bacbe2c12",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 smtp authentication user=anna "
                "result=permfail",
        .event = LOG_LINE_ASIDE,
        .dialect = DIALECT_OPENSMTPD,
        .stage = SMTP_STAGE_AUTH,
        .words = "authentication failed",
        .session = "2cd79d8bacbe2c12",
        .user = "anna",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 smtp failed-command "
                "command=\"AUTH PLAIN (...)\" result=\"535 Authentication failed\"",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_OPENSMTPD,
        .stage = SMTP_STAGE_AUTH,
        .code = 535,
        .words = "Authentication failed",
        .session = "2cd79d8bacbe2c12",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 rejected MAIL FROM:<a@one.example> H=(pc.one.example) "
                "[192.0.2.7]:53827: message too big: size=40000 max=20000",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXIM,
        .stage = SMTP_STAGE_MAIL,
        .code = 550,
        .words = "message too big: size=40000 max=20000",
        .client = "192.0.2.7",
        .helo = "pc.one.example",
        .from = "a@one.example",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 postfix/submissions/smtpd[7]: NOQUEUE: reject: RCPT from "
                "unknown[192.0.2.7]: 554 5.7.1 <b@far.example>: Recipient address rejected: Access "
                "denied; from=<a@one.example> to=<b@far.example> proto=ESMTP helo=<pc>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_POSTFIX,
        .stage = SMTP_STAGE_RCPT,
        .code = 554,
        .enhanced = "5.7.1",
        .words = "<b@far.example>: Recipient address rejected: Access denied",
        .client = "192.0.2.7",
        .session = "7",
        .helo = "pc",
        .from = "a@one.example",
        .to = "b@far.example",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG | FACT_SUBMISSION_HOST,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 smtp authentication user=anna "
                "result=ok",
        .event = LOG_LINE_LOGIN,
        .dialect = DIALECT_OPENSMTPD,
        .stage = SMTP_STAGE_AUTH,
        .session = "2cd79d8bacbe2c12",
        .user = "anna",
        .login = LOG_LOGIN_TAKEN,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 smtp message msgid=4f1a22cc "
                "size=700 nrcpt=1 proto=ESMTP",
        .event = LOG_LINE_TAKEN,
        .dialect = DIALECT_OPENSMTPD,
        .session = "2cd79d8bacbe2c12",
        .queue_id = "4f1a22cc",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 smtp disconnected reason=quit",
        .event = LOG_LINE_DISCONNECT,
        .dialect = DIALECT_OPENSMTPD,
        .session = "2cd79d8bacbe2c12",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 mta delivery "
                "evpid=4f1a22cc5e6f7a8b from=<a@near.example> to=<b@far.example> rcpt=<-> "
                "source=\"198.51.100.1\" relay=\"192.0.2.25 (mx.far.example)\" delay=1s "
                "result=\"PermFail\" stat=\"550 5.1.1 no such user\"",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_OPENSMTPD,
        .code = 550,
        .enhanced = "5.1.1",
        .words = "no such user",
        .from = "a@near.example",
        .to = "b@far.example",
        .by = "mx.far.example",
        .session = "2cd79d8bacbe2c12",
        .queue_id = "4f1a22cc",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 mda delivery "
                "evpid=4f1a22cc5e6f7a8b from=<a@near.example> to=<b@near.example> "
                "rcpt=<b@near.example> user=b delay=0s result=Ok stat=Delivered",
        .event = LOG_LINE_DELIVERED,
        .dialect = DIALECT_OPENSMTPD,
        .from = "a@near.example",
        .to = "b@near.example",
        .session = "2cd79d8bacbe2c12",
        .queue_id = "4f1a22cc",
        .facts = FACT_SERVER_LOG | FACT_FROM_IS_TO_DOMAIN,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 mta error reason=Connection "
                "timeout",
        .event = LOG_LINE_TRIED,
        .dialect = DIALECT_OPENSMTPD,
        .end = SMTP_END_SILENT,
        .words = "Connection timeout",
        .session = "2cd79d8bacbe2c12",
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 smtp event=failed-command "
                "address=192.0.2.7 host=pc.example command=\"MAIL FROM:<a@near.example>\" "
                "result=\"530 5.5.1 Invalid command: Must issue an AUTH command first\"",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_OPENSMTPD,
        .stage = SMTP_STAGE_MAIL,
        .code = 530,
        .enhanced = "5.5.1",
        .words = "Invalid command: Must issue an AUTH command first",
        .client = "192.0.2.7",
        .from = "a@near.example",
        .session = "2cd79d8bacbe2c12",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: smtp-in: New session 2cd79d8bacbe2c12 from host "
                "pc.example [192.0.2.7]",
        .event = LOG_LINE_CONNECT,
        .dialect = DIALECT_OPENSMTPD,
        .client = "192.0.2.7",
        .session = "2cd79d8bacbe2c12",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: smtp-in: Failed command on session "
                "2cd79d8bacbe2c12: \"RCPT TO:<b@far.example>\" => 550 Invalid recipient",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_OPENSMTPD,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .words = "Invalid recipient",
        .to = "b@far.example",
        .session = "2cd79d8bacbe2c12",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: relay: PermFail for 4f1a22cc5e6f7a8b: "
                "session=2cd79d8bacbe2c12, from=<a@near.example>, to=<b@far.example>, rcpt=<->, "
                "source=198.51.100.1, relay=192.0.2.25 (mx.far.example), delay=0s, stat=550 5.7.1 "
                "no relaying",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_OPENSMTPD,
        .code = 550,
        .enhanced = "5.7.1",
        .words = "no relaying",
        .from = "a@near.example",
        .to = "b@far.example",
        .by = "mx.far.example",
        .session = "88171",
        .facts = FACT_RELAYED,
    },
    {
        .line = "2cd79d8bacbe2c12 smtp failed-command command=\"RCPT TO:<b@far.example> \" "
                "result=\"550 Invalid recipient: <b@far.example>\"",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_OPENSMTPD,
        .stage = SMTP_STAGE_RCPT,
        .code = 550,
        .words = "Invalid recipient: <b@far.example>",
        .to = "b@far.example",
        .session = "2cd79d8bacbe2c12",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z,MX1\\Default,08DC1F,0,203.0.113.5:25,192.0.2.7:4411,+,,",
        .event = LOG_LINE_CONNECT,
        .dialect = DIALECT_EXCHANGE,
        .client = "192.0.2.7",
        .session = "08DC1F",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z,MX1\\Default,08DC1F,1,203.0.113.5:25,192.0.2.7:4411,<,"
                "EHLO pc.near.example,",
        .event = LOG_LINE_COMMAND,
        .dialect = DIALECT_EXCHANGE,
        .stage = SMTP_STAGE_EHLO,
        .client = "192.0.2.7",
        .helo = "pc.near.example",
        .session = "08DC1F",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z,MX1\\Default,08DC1F,2,203.0.113.5:25,192.0.2.7:4411,>,"
                "\"250-mx1.far.example Hello [192.0.2.7], SIZE\",",
        .event = LOG_LINE_REPLY,
        .dialect = DIALECT_EXCHANGE,
        .code = 250,
        .words = "mx1.far.example Hello [192.0.2.7], SIZE",
        .client = "192.0.2.7",
        .session = "08DC1F",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z,MX1\\Default,08DC1F,3,203.0.113.5:25,192.0.2.7:4411,<,"
                "MAIL FROM:<a@near.example> SIZE=77,",
        .event = LOG_LINE_COMMAND,
        .dialect = DIALECT_EXCHANGE,
        .stage = SMTP_STAGE_MAIL,
        .client = "192.0.2.7",
        .from = "a@near.example",
        .session = "08DC1F",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z,MX1\\Default,08DC1F,4,203.0.113.5:25,192.0.2.7:4411,<,"
                "RCPT TO:<b@other.example>,",
        .event = LOG_LINE_COMMAND,
        .dialect = DIALECT_EXCHANGE,
        .stage = SMTP_STAGE_RCPT,
        .client = "192.0.2.7",
        .to = "b@other.example",
        .session = "08DC1F",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z,MX1\\Default,08DC1F,5,203.0.113.5:25,192.0.2.7:4411,>,"
                "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain,",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXCHANGE,
        .code = 550,
        .enhanced = "5.7.54",
        .words = "SMTP; Unable to relay recipient in non-accepted domain",
        .client = "192.0.2.7",
        .session = "08DC1F",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z,MX1\\Default,08DC1F,6,203.0.113.5:25,192.0.2.7:4411,*,"
                "NEAR\\anna,authenticated",
        .event = LOG_LINE_LOGIN,
        .dialect = DIALECT_EXCHANGE,
        .client = "192.0.2.7",
        .session = "08DC1F",
        .user = "NEAR\\anna",
        .login = LOG_LOGIN_TAKEN,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z,MX1\\Default,08DC1F,7,203.0.113.5:25,192.0.2.7:4411,*,,"
                "\"TLS negotiation failed with error IllegalMessage\"",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_EXCHANGE,
        .stage = SMTP_STAGE_TLS,
        .end = SMTP_END_TLS_FAILED,
        .words = "TLS negotiation failed with error IllegalMessage",
        .client = "192.0.2.7",
        .session = "08DC1F",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG | FACT_TLS_FAILED,
    },
    {
        .line =
            "2024-01-31T10:20:30.123Z,MX1\\Default,08DC1F,8,203.0.113.5:25,192.0.2.7:4411,-,,Local",
        .event = LOG_LINE_DISCONNECT,
        .dialect = DIALECT_EXCHANGE,
        .client = "192.0.2.7",
        .session = "08DC1F",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z,Out,08DC20,5,203.0.113.5:4411,192.0.2.25:25,<,550-5.7.1 "
                "[203.0.113.5] not welcome,",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_EXCHANGE,
        .code = 550,
        .enhanced = "5.7.1",
        .words = "[203.0.113.5] not welcome",
        .session = "08DC20",
        .facts = FACT_RELAYED,
    },
    {
        .line = "2024-01-31T10:20:30.123Z,Out,08DC20,5,203.0.113.5:4411,192.0.2.25:25,>,RCPT "
                "TO:<b@other.example>,",
        .event = LOG_LINE_COMMAND,
        .dialect = DIALECT_EXCHANGE,
        .stage = SMTP_STAGE_RCPT,
        .to = "b@other.example",
        .session = "08DC20",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "\"SMTPD\"\t4532\t154\t\"2024-01-31 10:20:30.970\"\t\"192.0.2.7\"\t\"SENT: 220 mx1 "
                "ESMTP\"",
        .event = LOG_LINE_CONNECT,
        .dialect = DIALECT_HMAILSERVER,
        .code = 220,
        .words = "mx1 ESMTP",
        .client = "192.0.2.7",
        .session = "154",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "\"SMTPD\"\t4532\t154\t\"2024-01-31 10:20:30.970\"\t\"192.0.2.7\"\t\"RECEIVED: "
                "HELO pc\"",
        .event = LOG_LINE_COMMAND,
        .dialect = DIALECT_HMAILSERVER,
        .stage = SMTP_STAGE_EHLO,
        .client = "192.0.2.7",
        .helo = "pc",
        .session = "154",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "\"SMTPD\"\t4532\t154\t\"2024-01-31 10:20:30.970\"\t\"192.0.2.7\"\t\"SENT: 550 "
                "Delivery is not allowed to this address.\"",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_HMAILSERVER,
        .code = 550,
        .words = "Delivery is not allowed to this address.",
        .client = "192.0.2.7",
        .session = "154",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "\"SMTPD\" 4532 154 \"2024-01-31 10:20:30.970\" \"192.0.2.7\" \"SENT: 530 SMTP "
                "authentication is required.\"",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_HMAILSERVER,
        .code = 530,
        .words = "SMTP authentication is required.",
        .client = "192.0.2.7",
        .session = "154",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "\"SMTPC\"\t4532\t155\t\"2024-01-31 10:20:30.970\"\t\"192.0.2.25\"\t\"RECEIVED: "
                "550 5.1.1 no such user\"",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_HMAILSERVER,
        .code = 550,
        .enhanced = "5.1.1",
        .words = "no such user",
        .session = "155",
        .facts = FACT_RELAYED,
    },
    {
        .line = "\"TCPIP\"\t4532\t\"2024-01-31 10:20:30.970\"\t\"TCP - 192.0.2.7 connected to "
                "203.0.113.5:25.\"",
        .event = LOG_LINE_NOTHING,
        .dialect = DIALECT_HMAILSERVER,
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "[2024.01.31] 10:20:30 [192.0.2.7][42846260] cmd: RCPT TO:<b@far.example>",
        .event = LOG_LINE_COMMAND,
        .stage = SMTP_STAGE_RCPT,
        .client = "192.0.2.7",
        .to = "b@far.example",
        .session = "42846260",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "[2024.01.31] 10:20:30 [192.0.2.7][42846260] rsp: 550 <b@far.example> No such user "
                "here",
        .event = LOG_LINE_REFUSED,
        .code = 550,
        .words = "<b@far.example> No such user here",
        .client = "192.0.2.7",
        .session = "42846260",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "10:20:30.123 [192.0.2.7][42846260] rsp: 535 Authentication failed",
        .event = LOG_LINE_REFUSED,
        .code = 535,
        .words = "Authentication failed",
        .client = "192.0.2.7",
        .session = "42846260",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "10:20:30.123 [192.0.2.7][42846260] connected at 1/31/2024 10:20:30 AM",
        .event = LOG_LINE_CONNECT,
        .client = "192.0.2.7",
        .session = "42846260",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Wed 2024-01-31 10:20:30.123: [4411:2] <-- RCPT TO:<b@far.example>",
        .event = LOG_LINE_COMMAND,
        .dialect = DIALECT_MDAEMON,
        .stage = SMTP_STAGE_RCPT,
        .to = "b@far.example",
        .session = "4411",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Wed 2024-01-31 10:20:30.123: [4411:2] --> 550 <b@far.example>, Recipient unknown",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_MDAEMON,
        .code = 550,
        .words = "<b@far.example>, Recipient unknown",
        .session = "4411",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Wed 2024-01-31 10:20:30: Accepting SMTP connection from [192.0.2.7:4411]",
        .event = LOG_LINE_CONNECT,
        .dialect = DIALECT_MDAEMON,
        .client = "192.0.2.7",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z [PROTOCOL] [6C1F77AA-1234.1] [core] C: RCPT "
                "TO:<b@far.example>",
        .event = LOG_LINE_COMMAND,
        .stage = SMTP_STAGE_RCPT,
        .to = "b@far.example",
        .session = "6C1F77AA-1234",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z [PROTOCOL] [6C1F77AA-1234.1] [core] S: 550 I cannot "
                "deliver mail for <b@far.example>",
        .event = LOG_LINE_REFUSED,
        .code = 550,
        .words = "I cannot deliver mail for <b@far.example>",
        .session = "6C1F77AA-1234",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z [NOTICE] [6C1F77AA-1234] [core] disconnect ip=192.0.2.7 "
                "rdns=pc.example",
        .event = LOG_LINE_DISCONNECT,
        .session = "6C1F77AA-1234",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "@4000000065ba1f5e0d2b2c1c starting delivery 12: msg 345 to remote b@far.example",
        .event = LOG_LINE_COMMAND,
        .dialect = DIALECT_QMAIL,
        .stage = SMTP_STAGE_RCPT,
        .to = "b@far.example",
        .session = "12",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "@4000000065ba1f5e0d2b2c1c delivery 12: failure: "
                "192.0.2.25_does_not_like_recipient./Remote_host_said:_550_5.1.1_no_such_user/"
                "Giving_up_on_192.0.2.25./",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_QMAIL,
        .code = 550,
        .enhanced = "5.1.1",
        .words = "no_such_user",
        .session = "12",
        .facts = FACT_RELAYED,
    },
    {
        .line = "@4000000065ba1f5e0d2b2c1c delivery 12: deferral: "
                "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_QMAIL,
        .stage = SMTP_STAGE_CONNECT,
        .end = SMTP_END_SILENT,
        .words = "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/",
        .session = "12",
    },
    {
        .line = "Jan 31 10:20:30 mx1 qmail: 1706696430.123456 delivery 12: success: "
                "192.0.2.25_accepted_message./",
        .event = LOG_LINE_DELIVERED,
        .dialect = DIALECT_QMAIL,
        .session = "12",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 courieresmtpd: "
                "error,relay=::ffff:192.0.2.7,from=<a@near.example>,to=<b@far.example>: 513 "
                "Relaying denied.",
        .event = LOG_LINE_REFUSED,
        .stage = SMTP_STAGE_RCPT,
        .code = 513,
        .words = "Relaying denied.",
        .client = "::ffff:192.0.2.7",
        .from = "a@near.example",
        .to = "b@far.example",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line =
            "Jan 31 10:20:30 mx1 courieresmtpd: error,relay=::ffff:192.0.2.7,port=4411,msg=\"535 "
            "Authentication failed.\",cmd: AUTH LOGIN",
        .event = LOG_LINE_REFUSED,
        .stage = SMTP_STAGE_AUTH,
        .code = 535,
        .words = "Authentication failed.",
        .client = "::ffff:192.0.2.7",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 dovecot: submission-login: Disconnected (auth failed, 1 "
                "attempts in 2 secs): user=<anna>, method=PLAIN, rip=192.0.2.7, lip=203.0.113.5, "
                "TLS, session=<x>",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_DOVECOT,
        .stage = SMTP_STAGE_AUTH,
        .words = "auth failed",
        .client = "192.0.2.7",
        .user = "anna",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_ENCRYPTED | FACT_CLIENT_PUBLIC |
                 FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 dovecot: submission-login: Login: user=<anna>, method=PLAIN, "
                "rip=192.0.2.7, lip=203.0.113.5, mpid=7, TLS, session=<x>",
        .event = LOG_LINE_LOGIN,
        .dialect = DIALECT_DOVECOT,
        .stage = SMTP_STAGE_AUTH,
        .client = "192.0.2.7",
        .user = "anna",
        .login = LOG_LOGIN_TAKEN,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN | FACT_ENCRYPTED | FACT_CLIENT_PUBLIC |
                 FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 dovecot: imap-login: Login: user=<anna>, method=PLAIN, "
                "rip=192.0.2.7",
        .event = LOG_LINE_NOTHING,
        .dialect = DIALECT_DOVECOT,
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 spamdyke[77]: DENIED_RELAYING from: a@near.example to: "
                "b@far.example origin_ip: 192.0.2.7 origin_rdns: pc.example auth: (unknown) "
                "encryption: (none) reason: (empty)",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_QMAIL,
        .stage = SMTP_STAGE_RCPT,
        .words = "DENIED_RELAYING",
        .client = "192.0.2.7",
        .from = "a@near.example",
        .to = "b@far.example",
        .session = "77",
        .login = LOG_LOGIN_NONE,
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 host=smtp.far.example tls=on auth=on user=anna "
                "from=a@near.example recipients=b@far.example smtpstatus=550 smtpmsg='550 5.7.1 "
                "not you' errormsg='recipient address b@far.example not accepted by the server' "
                "exitcode=EX_DATAERR",
        .event = LOG_LINE_UNDELIVERED,
        .code = 550,
        .enhanced = "5.7.1",
        .words = "not you",
        .from = "a@near.example",
        .to = "b@far.example",
        .by = "smtp.far.example",
        .user = "anna",
        .facts = FACT_ENCRYPTED | FACT_FROM_PROGRAM,
    },
    {
        .line = "Jan 31 10:20:30 host=smtp.far.example tls=on auth=on user=anna "
                "from=a@near.example recipients=b@far.example errormsg='TLS certificate "
                "verification failed: the certificate has expired' exitcode=EX_UNAVAILABLE",
        .event = LOG_LINE_UNDELIVERED,
        .stage = SMTP_STAGE_TLS,
        .end = SMTP_END_TLS_FAILED,
        .words = "TLS certificate verification failed: the certificate has expired",
        .from = "a@near.example",
        .to = "b@far.example",
        .by = "smtp.far.example",
        .user = "anna",
        .facts = FACT_ENCRYPTED | FACT_FROM_PROGRAM | FACT_TLS_FAILED,
    },
    {
        .line = "Jan 31 10:20:30 host sSMTP[12161]: Cannot open mail.far.example:465",
        .event = LOG_LINE_UNDELIVERED,
        .end = SMTP_END_OURS,
        .words = "Cannot open mail.far.example:465",
        .by = "mail.far.example",
        .session = "12161",
        .facts = FACT_FROM_PROGRAM,
    },
    {
        .line =
            "Jan 31 10:20:30 host sSMTP[12161]: Authorization failed (535 5.7.8 Bad credentials)",
        .event = LOG_LINE_UNDELIVERED,
        .stage = SMTP_STAGE_AUTH,
        .code = 535,
        .enhanced = "5.7.8",
        .words = "Bad credentials",
        .session = "12161",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_FROM_PROGRAM,
    },
    {
        .line = "Jan 31 10:20:30 mx1 saslauthd[624]: do_auth         : auth failure: "
                "[user=anna@near.example] [service=smtp] [realm=near.example] [mech=sasldb] "
                "[reason=Unknown]",
        .event = LOG_LINE_TROUBLE,
        .stage = SMTP_STAGE_AUTH,
        .words = "auth failure: [user=anna@near.example] [service=smtp] [realm=near.example] "
                 "[mech=sasldb] [reason=Unknown]",
        .session = "624",
        .user = "anna@near.example",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED,
    },
    {
        .line = "Jan 31 10:20:30 mx1 saslauthd[624]: server_exit     : master exited: 624",
        .event = LOG_LINE_NOTHING,
        .session = "624",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: smtp-in: Closing session 2cd79d8bacbe2c12",
        .event = LOG_LINE_DISCONNECT,
        .dialect = DIALECT_OPENSMTPD,
        .session = "2cd79d8bacbe2c12",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: smtp-in: session 2cd79d8bacbe2c12: "
                "authentication failed for user anna",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_OPENSMTPD,
        .stage = SMTP_STAGE_AUTH,
        .words = "session 2cd79d8bacbe2c12: authentication failed for user anna",
        .session = "2cd79d8bacbe2c12",
        .login = LOG_LOGIN_REFUSED,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: relay: Ok for 4f1a22cc5e6f7a8b: "
                "session=2cd79d8bacbe2c12, from=<a@near.example>, to=<b@far.example>, rcpt=<->, "
                "source=198.51.100.1, relay=192.0.2.25 (mx.far.example), delay=0s, stat=250 ok",
        .event = LOG_LINE_DELIVERED,
        .dialect = DIALECT_OPENSMTPD,
        .from = "a@near.example",
        .to = "b@far.example",
        .session = "88171",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 smtp failed-command "
                "command=\"\" result=\"550 5.7.1 Message refused\"",
        .event = LOG_LINE_REFUSED,
        .dialect = DIALECT_OPENSMTPD,
        .stage = SMTP_STAGE_END_OF_DATA,
        .code = 550,
        .enhanced = "5.7.1",
        .words = "Message refused",
        .session = "2cd79d8bacbe2c12",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line =
            "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 smtp tls ciphers=TLSv1.3:AES256",
        .event = LOG_LINE_REPLY,
        .dialect = DIALECT_OPENSMTPD,
        .session = "2cd79d8bacbe2c12",
        .facts = FACT_ENCRYPTED | FACT_SERVER_LOG,
    },
    {
        .line =
            "Jan 31 10:20:30 mx1 smtpd[88171]: 2cd79d8bacbe2c12 mta delivery "
            "evpid=4f1a22cc5e6f7a8b from=<a@near.example> to=<b@far.example> rcpt=<-> source=\"-\" "
            "relay=\"smtp.far.example\" delay=1s result=\"TempFail\" stat=\"Connection refused\"",
        .event = LOG_LINE_UNDELIVERED,
        .dialect = DIALECT_OPENSMTPD,
        .stage = SMTP_STAGE_CONNECT,
        .end = SMTP_END_REFUSED,
        .words = "Connection refused",
        .from = "a@near.example",
        .to = "b@far.example",
        .by = "smtp.far.example",
        .session = "2cd79d8bacbe2c12",
        .queue_id = "4f1a22cc",
        .facts = FACT_RELAYED,
    },
    {
        .line = "Jan 31 10:20:30 mx1 smtpd[88171]: info: OpenSMTPD starting",
        .event = LOG_LINE_NOTHING,
        .dialect = DIALECT_OPENSMTPD,
        .session = "88171",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "10:20:30.123 [192.0.2.7][42846260] disconnected at 1/31/2024 10:20:30 AM",
        .event = LOG_LINE_DISCONNECT,
        .client = "192.0.2.7",
        .session = "42846260",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "10:20:30.123 [192.0.2.7][42846260] Authentication successful",
        .event = LOG_LINE_NOTHING,
        .client = "192.0.2.7",
        .session = "42846260",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "10:20:30.123 [4411] rsp: 550 no such user",
        .event = LOG_LINE_UNDELIVERED,
        .code = 550,
        .words = "no such user",
        .session = "4411",
    },
    {
        .line = "Wed 2024-01-31 10:20:30.123: [4411:2] SMTP session terminated (Bytes in/out: 1/2)",
        .event = LOG_LINE_DISCONNECT,
        .dialect = DIALECT_MDAEMON,
        .session = "4411",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line =
            "\"SMTPD\"\t4532\t154\t\"2024-01-31 10:20:30.970\"\t\"192.0.2.7\"\t\"something else\"",
        .event = LOG_LINE_NOTHING,
        .dialect = DIALECT_HMAILSERVER,
        .client = "192.0.2.7",
        .session = "154",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z [PROTOCOL] [6C1F77AA-1234.1] [core] S: 220 mx1 ESMTP",
        .event = LOG_LINE_CONNECT,
        .code = 220,
        .words = "mx1 ESMTP",
        .session = "6C1F77AA-1234",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31T10:20:30.123Z [PROTOCOL] [6C1F77AA-1234.1] [core] something else",
        .event = LOG_LINE_NOTHING,
        .session = "6C1F77AA-1234",
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "\"SMTPD\"\t4532\t154\t\"2024-01-31 10:20:30.970\"\t\"192.0.2.7\"\t\"RECEIVED: "
                "AUTH LOGIN\"",
        .event = LOG_LINE_COMMAND,
        .dialect = DIALECT_HMAILSERVER,
        .stage = SMTP_STAGE_AUTH,
        .client = "192.0.2.7",
        .session = "154",
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
    {
        .line = "\"SMTPD\"\t4532\t154\t\"2024-01-31 10:20:30.970\"\t\"192.0.2.7\"\t\"SENT: 235 "
                "authenticated.\"",
        .event = LOG_LINE_LOGIN,
        .dialect = DIALECT_HMAILSERVER,
        .code = 235,
        .words = "authenticated.",
        .client = "192.0.2.7",
        .session = "154",
        .login = LOG_LOGIN_TAKEN,
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
    },
};

static void same(const char *want, str got, const char *line, const char *what)
{
    str w = str_from(want);
    if (!str_eq(w, got))
        fail_msg("%s\n  %s: want '%s', got '%.*s'", line, what, want ? want : "", STR_ARG(got));
}

static void test_every_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(LINES); i++) {
        const struct line_case *c = &LINES[i];
        struct log_reader r = { .year = 2024 };
        struct log_line l;
        char enhanced[SMTP_ENHANCED_MAX];
        log_line_read(&r, str_from(c->line), &l);
        if (l.event != c->event || l.dialect != c->dialect)
            fail_msg("%s\n  event %d, dialect %d", c->line, l.event, l.dialect);
        if (l.stage != c->stage || l.end != c->end || l.code != c->code || l.login != c->login)
            fail_msg("%s\n  stage %d, end %d, code %u, login %d", c->line, l.stage, l.end, l.code,
                     l.login);
        same(c->enhanced,
             str_from(l.enhanced.class ? smtp_enhanced_text(&l.enhanced, enhanced) : ""), c->line,
             "enhanced");
        same(c->words, l.words, c->line, "words");
        same(c->client, l.client_address, c->line, "client");
        same(c->helo, l.helo, c->line, "helo");
        same(c->from, l.from, c->line, "from");
        same(c->to, l.to, c->line, "to");
        same(c->by, l.by, c->line, "by");
        same(c->session, l.session, c->line, "session");
        same(c->queue_id, l.queue_id, c->line, "queue id");
        same(c->user, l.user, c->line, "user");
        if ((log_line_facts(&l) & c->facts) != c->facts)
            fail_msg("%s\n  facts %x, of %x", c->line, log_line_facts(&l), c->facts);
    }
}

/* Every stamp is that of 2024-01-31 10:20:30, by the log's own clock. */
static void test_stamps(void **state)
{
    (void)state;
    static const char *const LINES_OF_ONE_TIME[] = {
        "Jan 31 10:20:30 mx1 postfix/smtpd[1]: x",
        "Jan 31 10:20:30.123456 mx1 postfix/smtpd[1]: x",
        "Jan 31 10:20:30 2024 mx1 postfix/smtpd[1]: x",
        "<22>Jan 31 10:20:30 mx1 postfix/smtpd[1]: x",
        "<22>1 2024-01-31T10:20:30.123Z mx1 postfix/smtpd 1 - - x",
        "<22>1 2024-01-31T10:20:30+01:00 mx1 postfix/smtpd 1 - [a b=\"c\"] x",
        "2024-01-31T10:20:30+01:00 mx1 postfix/smtpd[1]: x",
        "2024-01-31T10:20:30.123456+0100 mx1 postfix/smtpd[1]: x",
        "2024-01-31T10:20:30.123456789Z Jan 31 10:20:30 mx1 postfix/smtpd[1]: x",
        "mail-1  | Jan 31 10:20:30 mx1 postfix/smtpd[1]: x",
        "mail_1 | 2024-01-31T10:20:30Z mx1 postfix/smtpd[1]: x",
        "Jan 31 10:20:30 mail.info postfix/smtpd[1]: x",
        "Jan 31 10:20:30 mx1 mail.info postfix/smtpd[1]: x",
        "2024-01-31 10:20:30 1rVabc-0000Ab-1x Completed",
        "2024-01-31 10:20:30.123 +0100 [77] 1rVabc-0000Ab-1x Completed",
        "2024/01/31 10:20:30 mx1 postfix/smtpd[1]: x",
        "@4000000065ba1ef80d2b2c1c delivery 1: success: x",
        "[2024.01.31] 10:20:30 [192.0.2.51][42] cmd: x",
        "Wed 2024-01-31 10:20:30.123: [4411:2] <-- x",
    };
    for (size_t i = 0; i < COUNT_OF(LINES_OF_ONE_TIME); i++) {
        struct log_reader r = { .year = 2024 };
        struct log_line l;
        log_line_read(&r, str_from(LINES_OF_ONE_TIME[i]), &l);
        if (l.event == LOG_LINE_FOREIGN || !l.begins || l.time_s != 1706696430)
            fail_msg("%s\n  event %d, time %lld", LINES_OF_ONE_TIME[i], l.event,
                     (long long)l.time_s);
    }
}

static void test_what_is_no_stamp(void **state)
{
    (void)state;
    static const char *const NONE[] = {
        "Jan 32 10:20:30 mx1 postfix/smtpd[1]: x",
        "Jan 31 24:20:30 mx1 postfix/smtpd[1]: x",
        "Jan 31 10:60:30 mx1 postfix/smtpd[1]: x",
        "Jam 31 10:20:30 mx1 postfix/smtpd[1]: x",
        "2024-13-31T10:20:30Z x",
        "2024-01-00T10:20:30Z x",
        "2024-01-31_10:20:30 x",
        "@4000 x",
        "@4000000065ba1f580d2b2c1g x",
        "",
        " ",
        "<22>",
        "Jan",
    };
    for (size_t i = 0; i < COUNT_OF(NONE); i++) {
        struct log_reader r = { .year = 2024 };
        struct log_line l;
        log_line_read(&r, str_from(NONE[i]), &l);
        assert_true(l.time_s == LOG_NO_TIME);
    }
}

/* RFC 3164 has no year: it is the caller's, or the one before where the line would be newer than the log. */
static void test_the_year_of_a_stamp(void **state)
{
    (void)state;
    static const struct {
        struct log_reader reader;
        int64_t time_s;
    } YEARS[] = {
        { { .year = 2024 }, 1735640430 },
        { { .year = 2024, .latest_s = 1735640430 }, 1735640430 },
        { { .year = 2024, .latest_s = 1735640430 - 90000 }, 1704018030 },
        { { .year = 0 }, LOG_NO_TIME },
    };
    for (size_t i = 0; i < COUNT_OF(YEARS); i++) {
        struct log_reader r = YEARS[i].reader;
        struct log_line l;
        log_line_read(&r, STR("Dec 31 10:20:30 mx1 postfix/smtpd[1]: x"), &l);
        assert_int_equal(l.time_s, YEARS[i].time_s);
        assert_true(l.begins);
    }
}

/* Words that differ in names and numbers alone are one wording. */
static void test_wordings(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } PAIRS[] = {
        { "<a@x.example>: Relay access denied", "<bob@y.example>: Relay access denied", true },
        { "a@x.example not found", "b@y.example not found", true },
        { "no PTR for 192.0.2.1", "no PTR for 192.0.2.77", true },
        { "host [192.0.2.1] listed", "host [2001:db8::1] listed", true },
        { "see mx1.a.example.", "see mail.b.example", true },
        { "try in 300 s", "try in 17 s", true },
        { "id 4F1A22C", "id 77B", true },
        { "Relay access denied", "Relay access refused", false },
        { "Sender denied", "Recipient denied", false },
        { "no such user", "no such user here", false },
        { "", "x", false },
        { "<a@gmail.com>: no", "<a@x.example>: no", false },
        { "a@GMX.net no", "a@x.example no", false },
        { "a@webmail.example no", "a@x.example no", true },
    };
    for (size_t i = 0; i < COUNT_OF(PAIRS); i++) {
        bool same = log_words_hash(str_from(PAIRS[i].a), 7) ==
                    log_words_hash(str_from(PAIRS[i].b), 7);
        if (same != PAIRS[i].same)
            fail_msg("%s | %s", PAIRS[i].a, PAIRS[i].b);
    }
}

/* A "#Fields:" line says what the columns are, also when they are few or in another order. */
static void test_a_table_with_other_columns(void **state)
{
    (void)state;
    struct log_reader r = { .year = 2024 };
    struct log_line l;
    log_line_read(&r, STR("#Software: Microsoft Exchange Server"), &l);
    assert_int_equal(l.event, LOG_LINE_NOTHING);
    log_line_read(&r,
                  STR("#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,"
                      "source-context,connector-id,source,event-id,internal-message-id,message-id,"
                      "recipient-address,recipient-status,sender-address"),
                  &l);
    log_line_read(&r,
                  STR("2024-01-31T10:20:30.123Z,192.0.2.7,pc,192.0.2.25,mx.far.example,,Out,SMTP,"
                      "FAIL,77,<1@near.example>,b@far.example,\"550 5.1.1 no \"\"b\"\", sorry\","
                      "a@near.example"),
                  &l);
    assert_int_equal(l.event, LOG_LINE_UNDELIVERED);
    assert_int_equal(l.dialect, DIALECT_EXCHANGE);
    assert_int_equal(l.code, 550);
    assert_int_equal(l.time_s, 1706696430);
    assert_true(str_eq(l.words, STR("no \"\"b\"\", sorry")));
    assert_true(str_eq(l.to, STR("b@far.example")));
    assert_true(str_eq(l.from, STR("a@near.example")));
    assert_true(str_eq(l.by, STR("mx.far.example")));
    assert_true(str_eq(l.queue_id, STR("77")));
    log_line_read(&r,
                  STR("2024-01-31T10:20:30.123Z,192.0.2.7,pc,192.0.2.25,mx,,In,SMTP,RECEIVE,78,"
                      "<2@near.example>,b@far.example,,a@near.example"),
                  &l);
    assert_int_equal(l.event, LOG_LINE_TAKEN);
    assert_true(str_eq(l.client_address, STR("192.0.2.7")));
    log_line_read(&r, STR("2024-01-31T10:20:30.123Z,,,,,,,,SEND,78,,,,"), &l);
    assert_int_equal(l.event, LOG_LINE_DELIVERED);
    log_line_read(&r, STR("2024-01-31T10:20:30.123Z,,,,,,,,FAIL,78,,,,"), &l);
    assert_int_equal(l.event, LOG_LINE_NOTHING);
    log_line_read(&r, STR("2024-01-31T10:20:30.123Z,\"broken"), &l);
    assert_int_equal(l.event, LOG_LINE_FOREIGN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form),       cmocka_unit_test(test_stamps),
        cmocka_unit_test(test_what_is_no_stamp), cmocka_unit_test(test_the_year_of_a_stamp),
        cmocka_unit_test(test_wordings),         cmocka_unit_test(test_a_table_with_other_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
