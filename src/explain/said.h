/* SPDX-License-Identifier: ISC */
/*
 * explain/said.h - what a pasted text tells: refusals, who said each of them, and what stands around them
 * Owns    the page, a plain value that readers fill in and that the rows of knowledge are held against.
 * Leaves  finding these things to the readers (explain/read.h), and their meaning to the rows (explain/rows.h).
 */
#ifndef BATON_EXPLAIN_SAID_H
#define BATON_EXPLAIN_SAID_H
#include "base/arena.h"
#include "base/ip.h"
#include "cause/finding.h"
#include "smtp/attempt.h"

/* The form of text in which something was found. */
enum explain_form {
    FORM_NONE,
    FORM_REPLY,      /* a bare reply, or a line that holds one and nothing that tells more */
    FORM_TRANSCRIPT, /* both sides of a conversation */
    FORM_LIBRARY,    /* the error value, exception or stack trace of a library */
    FORM_DIALOG,     /* the error box of a mail program */
    FORM_BOUNCE,     /* a message of non-delivery, whole or in parts */
    FORM_LOG,        /* lines of a server's or a program's log */
    FORMS
};
extern const struct names FORM_NAMES; /* "reply" "transcript" "library" "dialog" "bounce" "log" */

/* The software or service that chose the words. */
enum explain_dialect {
    DIALECT_NONE,
    DIALECT_POSTFIX,
    DIALECT_EXIM,
    DIALECT_CPANEL, /* its Exim */
    DIALECT_SENDMAIL,
    DIALECT_OPENSMTPD,
    DIALECT_QMAIL,
    DIALECT_EXCHANGE,
    DIALECT_MICROSOFT_365,
    DIALECT_GMAIL,
    DIALECT_HMAILSERVER,
    DIALECT_MDAEMON,
    DIALECT_STALWART,
    DIALECT_CHASQUID,
    DIALECT_KUMOMTA,
    DIALECT_DOVECOT,
    DIALECT_SES,
    DIALECT_SENDGRID,
    DIALECT_ZOHO,
    DIALECT_YAHOO,
    DIALECT_YANDEX,
    DIALECT_MAILRU,
    DIALECT_QQ,
    DIALECTS
};
extern const struct names DIALECT_NAMES; /* "Postfix" "Exim" ... as people write them */

/* What the text tells beside the refusals, each a bit. A bit that is not set says nothing: "no login" has a bit
 * of its own, as has its opposite. */
enum explain_fact {
    FACT_LOGIN_TRIED = 1 << 0,   /* AUTH was said, or a login is spoken of */
    FACT_LOGIN_TAKEN = 1 << 1,   /* 235, sasl_username=, A= */
    FACT_LOGIN_REFUSED = 1 << 2, /* 535 and its kin, "authenticator failed" */
    FACT_NO_LOGIN =
        1 << 3, /* a conversation is shown from EHLO to its refusal, or counted, without AUTH */
    FACT_AUTH_OFFERED = 1 << 4, /* in an answer to EHLO that is shown */
    FACT_AUTH_NOT_OFFERED =
        1 << 5, /* that answer is shown whole, and has none; or a program says so */
    FACT_STARTTLS_OFFERED = 1 << 6,
    FACT_ENCRYPTED = 1 << 7, /* TLS stood when it was refused */
    FACT_CLEAR = 1 << 8,     /* it did not */
    FACT_OLD_HELO = 1 << 9,  /* HELO and no EHLO before the refusal */
    FACT_CLIENT_LOOPBACK =
        1 << 10,                   /* the refused client's address, as the refusing server saw it */
    FACT_CLIENT_PRIVATE = 1 << 11, /* RFC 1918, RFC 4193, link-local, 100.64/10 */
    FACT_CLIENT_PUBLIC = 1 << 12,
    FACT_CLIENT_IS_SERVER =
        1 << 13,               /* it looks like another mail server that delivers: its name, a null
                                         reverse-path, a queue id of its own */
    FACT_SERVER_LOG = 1 << 14, /* the text is the log of the server that refused */
    FACT_RELAYED = 1 << 15, /* a server handed on what it had taken, and was refused by the next */
    FACT_FROM_PROGRAM =
        1 << 16, /* the text is that of a program that submits: client, library, script */
    FACT_FROM_IS_TO_DOMAIN = 1 << 17, /* reverse-path and forward-path lie in one domain */
    FACT_NULL_SENDER = 1 << 18,       /* MAIL FROM:<> */
    FACT_RECIPIENT_AT_BY =
        1 << 19, /* the one that refused lies in the recipient's own domain, or is its MX */
    FACT_SUBMISSION_HOST =
        1 << 20, /* the one that refused is one that users submit to: its name says so, or the
                                         table of providers */
    FACT_TLS_FAILED = 1 << 21, /* a handshake broke off, whatever the words */
    FACT_DELAYED = 1 << 22,    /* the server that holds the message will go on trying */
    FACTS = 23
};

/* One refusal, or failure, in the order of the text. Slices point into the page's memory, empty: not told. */
struct explain_said {
    enum explain_form form;
    enum finding_hop hop; /* who refused; HOP_NONE: not told */
    str by;               /* its host name, or the name of the library that gave up */
    struct ip by_address;
    enum smtp_stage stage; /* what was answered; SMTP_STAGE_NONE: not told */
    enum smtp_end
        end; /* SMTP_END_REPLY: a reply, or words that stand for one; else what happened in its place */
    unsigned code; /* 0: not told */
    struct smtp_enhanced enhanced;
    str text;      /* the words: one line, blanks folded, codes at the starts of lines taken out */
    str recipient; /* forward-path that it is about */
    str sender;    /* reverse-path that it is about */
    bool
        aside; /* a good reply, a warning, a consequence of another: read, and not to be judged by itself */
};

enum { EXPLAIN_SAID_MAX = 64, EXPLAIN_TEXT_MAX = 4 << 20 };

struct explain_page {
    str plain;  /* the text, cleaned (explain/clean.h): UTF-8, lines ended by LF */
    str folded; /* the same on one line: what was wrapped is joined, blanks folded */
    struct explain_said said[EXPLAIN_SAID_MAX];
    size_t count, left_out; /* refusals beyond the maximum are counted and left out */
    unsigned facts;         /* bits of enum explain_fact */
    enum explain_form form; /* of the whole; FORM_NONE: nothing about mail was recognised */
    enum explain_dialect dialect;
    /* Settings of whoever submitted, where the text shows them. Empty, 0, AUTO: not told. */
    str server;
    uint16_t port;
    enum smtp_security security;
    str mechanism, user, helo, from, to;
    struct ip client;
    str program;          /* "PHPMailer", "Thunderbird", "postfix/smtp" */
    struct arena *memory; /* of everything above */
};

/* A new place at the end, zeroed, its form set; NULL: the page is full (and counts it). */
struct explain_said *explain_say(struct explain_page *p, enum explain_form form);
#endif
