/* SPDX-License-Identifier: ISC */
/*
 * mail/dsn_write.h - a notification of what became of a message, as octets
 * Owns    its form: three parts, for people, for programs, and what comes back of the message. Whatever octets a next hop or
 *         a client chose, each field stays one field.
 * Speaks  RFC 3464, RFC 6522 (multipart/report), RFC 3461 sections 6.2 and 6.3, RFC 3834 section 5 (Auto-Submitted), RFC 6533
 *         (where an address is not ASCII), RFC 2045 section 6.7 (quoted-printable).
 * Leaves  the words for people, and whether a notification is owed, to the caller; reading to mail/dsn.h.
 */
#ifndef BATON_MAIL_DSN_WRITE_H
#define BATON_MAIL_DSN_WRITE_H
#include "base/buf.h"
#include "mail/dsn.h"

struct mail_dsn_about { /* one recipient */
    str forward_path;
    str orcpt; /* "rfc822;..." as it came, xtext; empty: none */
    enum mail_dsn_action action;
    str status;       /* "5.1.1" */
    str remote_mta;   /* who answered; empty: nobody */
    str diagnostic;   /* "550 5.1.1 no", lines parted by LF; empty: none */
    bool replied;     /* that is a reply; else words of ours */
    str last_attempt; /* a date; empty: not told */
};
enum mail_dsn_returned { MAIL_DSN_RETURNED_HEADER, MAIL_DSN_RETURNED_MESSAGE };
struct mail_dsn_notice {
    str hostname;
    str to;           /* reverse-path of the message, without brackets */
    str subject;      /* ASCII */
    str date, unique; /* Message-ID is "<unique@hostname>" */
    str references;   /* Message-ID of the message; empty: it is not known */
    str boundary;     /* stands nowhere in what comes back */
    str envid;        /* as it came, xtext; empty: none */
    str arrived;      /* a date */
    str log_id;
    str words; /* for people: UTF-8, lines ended by LF */
    const struct mail_dsn_about *about;
    size_t count;
    enum mail_dsn_returned returned;
    bool returned_8bit; /* what comes back holds octets over 127 */
    bool global;        /* an address is not ASCII: the message is one for SMTPUTF8 */
};

/* Up to where the returned header, or message, begins. Lines end with CRLF. False: no room. */
bool mail_dsn_write(const struct mail_dsn_notice *n, struct buf *out) MUST_CHECK;
/* What stands behind it, which has to end with CRLF. */
bool mail_dsn_write_end(const struct mail_dsn_notice *n, struct buf *out) MUST_CHECK;
#endif
