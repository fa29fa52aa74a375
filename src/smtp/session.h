/* SPDX-License-Identifier: ISC */
/*
 * smtp/session.h - fields of a server session, and what its parts share
 * Private to server.c (octets and questions), server_verbs.c, server_auth.c and server_answers.c.
 */
#ifndef BATON_SMTP_SESSION_H
#define BATON_SMTP_SESSION_H
#include "base/buf.h"
#include "smtp/body.h"
#include "smtp/server.h"

enum {
    LINE_MAX_OCTETS = 512, /* RFC 5321 section 4.5.3.1.4, CRLF counted */
    MAIL_LINE_MAX = 1038,  /* and 26 for SIZE (RFC 1870 section 3), 500 for AUTH (4954 section 5) */
    AUTH_LINE_MAX = 12288, /* RFC 4954 section 4 */
    SKIP_MAX = 1 << 16,    /* octets of one over-long line, then we close */
    IN_MAX = 1 << 18,      /* fed and not read yet: a peer that runs ahead of its answers */
    OUT_MAX = 1 << 18,     /* replies that wait to be taken */
    OUT_ENOUGH = 4096,     /* replies are sent together up to here (RFC 2920 section 3.2) */
    DATA_MAX = 1 << 20,    /* mail data where no SIZE is announced */
    RECIPIENTS_MAX = 1000, /* RFC 5321 section 4.5.3.1.8 asks for 100 */
    ERRORS_MAX = 10,
    IDLE_MS = 5 * 60 * 1000 /* section 4.5.3.2.7 */
};

enum phase {
    COMMANDS,
    AUTH_LINE, /* the next line is a response to a challenge */
    MAIL_DATA,
    HANDSHAKE, /* after the 220 to STARTTLS */
    CLOSING,   /* what is in out goes out, then we close */
    GONE       /* the peer is, or TLS failed: nothing goes out */
};

enum auth_step { AUTH_PLAIN, AUTH_USER, AUTH_PASSWORD, AUTH_OTHER };

struct smtp_session {
    struct smtp_session_config config;
    uint64_t now_ms, heard_ms;
    enum phase phase;
    enum smtp_ask pending; /* SMTP_ASK_NOTHING: no answer is owed to us */
    bool asked;
    struct smtp_session_question question;

    struct buf in; /* from in_at on; up to in_scanned behind that no LF was found */
    size_t in_at, in_scanned;
    size_t skipped; /* octets of an over-long line, dropped so far */
    struct buf line;
    struct buf out;
    bool handed;
    unsigned errors;
    size_t dropped_octets;

    bool refused;                /* the greeting was no 220: only QUIT is left (section 3.1) */
    bool tls, greeted, extended; /* extended: by EHLO */

    enum auth_step auth_step;
    bool logged_in;
    struct buf user, password, response, mechanism;
    struct buf login;

    bool mail; /* a mail transaction is open */
    struct buf reverse_text;
    struct smtp_mailbox reverse;
    unsigned recipients;
    struct smtp_body_reader body;
    bool lf_lines, bare; /* the last command ended in a bare LF; a bare CR or LF was taken */
    struct buf data;
};

/* server.c */

/* text may hold LF for more lines; a 421 closes. */
void session_reply(struct smtp_session *s, unsigned code, str enhanced, str text);
/* A reply to what the peer should not have sent; too many of them end the session. */
void session_fault(struct smtp_session *s, unsigned code, str enhanced, str text);
void session_ask(struct smtp_session *s, enum smtp_ask what, const struct smtp_session_question *q);
void session_wipe(struct buf *b); /* empties, and overwrites */
void session_end_auth(struct smtp_session *s);
void session_end_transaction(struct smtp_session *s);

/* server_verbs.c */
void session_command(struct smtp_session *s, str line);
size_t session_command_max(str line); /* octets, by the verb that line begins with */
bool session_has_word(str words, str word);
bool session_auth_offered(const struct smtp_session *s);
bool session_starttls_offered(const struct smtp_session *s);

/* server_auth.c */
void session_auth(struct smtp_session *s, str verb, str args);
void session_auth_line(struct smtp_session *s, str line);
void session_auth_refuse(struct smtp_session *s, unsigned code, str enhanced, str text);
void session_challenge(struct smtp_session *s, enum auth_step step, str octets);

#endif
