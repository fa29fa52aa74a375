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
        .facts = FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER | FACT_SERVER_LOG | FACT_NULL_SENDER,
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
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
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
        .event = LOG_LINE_TROUBLE,
        .dialect = DIALECT_POSTFIX,
        .end = SMTP_END_OURS,
        .words = "no SASL authentication mechanisms",
        .session = "9",
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
        .session = "6",
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
        .facts = FACT_NO_LOGIN | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
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
        .facts = FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED | FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
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
        .facts = FACT_CLIENT_PUBLIC | FACT_SERVER_LOG,
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
        .event = LOG_LINE_NOTHING,
        .dialect = DIALECT_EXIM,
        .facts = FACT_SERVER_LOG,
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
        .dialect = DIALECT_EXIM,
        .facts = FACT_SERVER_LOG,
    },
    {
        .line = "2024-01-31 10:20:30 our application rejected the order",
        .event = LOG_LINE_FOREIGN,
        .facts = FACT_SERVER_LOG,
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
