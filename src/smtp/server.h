/* SPDX-License-Identifier: ISC */
/*
 * smtp/server.h - the server's side of one SMTP connection, without the connection
 * Owns    the session: command order (RFC 5321 section 4.1.4), what each verb may carry, transparency.
 * Speaks  RFC 5321, 2920, 3207, 4954, 1870. Only CRLF.CRLF ends mail data; a bare CR or LF is refused.
 * Leaves  every decision to its owner: it asks, and is told what to answer. Mock and relay share it.
 */
#ifndef BATON_SMTP_SERVER_H
#define BATON_SMTP_SERVER_H
#include "base/err.h"
#include "base/str.h"
#include "smtp/path.h"
#include "smtp/reply.h"

struct smtp_session; /* fields are in server.c */

/* A refusal (4yz, 5yz) that the session says by itself. Slices are good for the call. */
struct smtp_refusal {
    unsigned code;
    str enhanced, text;
    str verb; /* of the command that it answers, one of ours in capitals; empty: of none */
    str path; /* of MAIL and RCPT: what stands between the brackets, or would, whatever it is */
};

/* What the session offers; slices must outlive it. */
struct smtp_session_config {
    str hostname;
    bool starttls;           /* offered while in clear */
    bool auth_in_clear;      /* AUTH offered before TLS */
    bool auth_under_tls;     /* AUTH offered under TLS */
    str mechanisms;          /* "PLAIN LOGIN"; empty: AUTH is never offered */
    str mechanisms_in_clear; /* before TLS, where others are offered then; p NULL: the same */
    bool mail_needs_tls;     /* 530 5.7.0 to MAIL in clear */
    uint64_t size_max;       /* SIZE; 0: not announced, 1 MiB kept as the limit */
    unsigned
        errors_max;   /* syntax and sequence errors without a message between, before 421; 0: 10 */
    uint32_t idle_ms; /* longest silence of the peer; 0: 5 minutes */
    bool tls_from_start; /* the stream is secured already: no STARTTLS */
    str keywords; /* of EHLO, LF between, besides SIZE, STARTTLS and AUTH; p NULL: what we can do */
    str too_large;           /* said to a SIZE beyond size_max; empty: a standard text */
    unsigned recipients_max; /* of one message; 0: 1000 */
    bool stream;             /* mail data is asked about piece by piece: SMTP_ASK_PIECE */
    bool normalize; /* a bare CR or LF in mail data becomes CRLF; else the message is refused */
    bool smtputf8, chunking, dsn; /* offered: RFC 6531, 3030 (without BINARYMIME), 3461 */
    /* Mail data may take so long, and one second more for each 512 octets that came: who drips slower
     * is sent away with 421. 0: only silence ends it. Our own turns do not count. */
    uint32_t data_ms;
    bool takes_any; /* paths and parameters that break the grammar are asked about too, as q.octets,
                       and lines may end in a bare LF: for owners that send nothing on */
    /* Told of each refusal of the session's own before it is said; what it returns, good until its next
     * call, is said behind the text. NULL: nobody is told. It asks the session for facts, and for nothing else. */
    str (*refused)(void *user, const struct smtp_refusal *r);
    void *refused_user;
};

enum smtp_ask {
    SMTP_ASK_NOTHING,  /* wait for octets, or until smtp_session_deadline_ms() */
    SMTP_ASK_SEND,     /* write q.octets to the peer */
    SMTP_ASK_TLS,      /* flush, drop unread input, shake hands; then smtp_session_tls() */
    SMTP_ASK_GREETING, /* a peer connected; smtp_session_answer() with 220 or 554 */
    SMTP_ASK_EHLO, /* q.word is the name, q.octets the verb ("EHLO" or "HELO"); answer 250: empty text
                      gives our capabilities, other text is sent as it is */
    SMTP_ASK_AUTH, /* q.word is the mechanism. PLAIN and LOGIN: q.user and q.password are what the
                      client gave. Others: q.octets is the response, decoded; p is NULL when the
                      command had none. Answer 235, a refusal, or 334 with the next challenge,
                      not yet encoded, as text: then the same is asked again */
    SMTP_ASK_MAIL, /* may q.mailbox be the reverse-path? q.octets is what stands between the brackets,
                      or would, q.size the SIZE; answer */
    SMTP_ASK_RCPT, /* may mail go to q.mailbox? q.octets the same; answer */
    SMTP_ASK_STORE, /* q.octets: the mail data, whole, transparency undone; answer 250 when durable */
    SMTP_ASK_PIECE, /* with stream: q.octets is the next piece of mail data, never empty, 64 KiB at most,
                       transparency undone; answer 250 to go on. Another code: the rest is read and
                       dropped, and that is the reply at its end (a 421 goes out at once). What ends
                       it is SMTP_ASK_STORE with empty octets */
    SMTP_ASK_FORGET, /* pieces were taken and there will be no STORE for them: drop them. Wants no
                        answer. q.octets: what the peer is told why (a reply), or empty: it gave up by
                        itself. Not asked where CLOSE comes, or the owner's own answer was the end */
    SMTP_ASK_CLOSE   /* flush, close */
};
/* Slices are good until the answer, those of SEND until the next call with the session. */
struct smtp_session_question {
    str octets;
    str word;
    str user, password;
    bool
        begins; /* of AUTH but PLAIN and LOGIN: the command itself, and no response to a challenge of ours */
    struct smtp_mailbox mailbox; /* empty domain and local-part: <> */
    bool null_path;
    uint64_t size; /* octets; 0: not said */
    /* Of MAIL. */
    bool smtputf8, eightbit; /* SMTPUTF8; BODY=8BITMIME */
    str envid;               /* as it came, xtext; RFC 3461 section 4.4 */
    enum smtp_ret { SMTP_RET_NONE, SMTP_RET_FULL, SMTP_RET_HDRS } ret;
    /* Of RCPT: bits of enum smtp_notify, and ORCPT as it came. */
    unsigned notify;
    str orcpt;
};
enum smtp_notify {
    SMTP_NOTIFY_NEVER = 1,
    SMTP_NOTIFY_SUCCESS = 2,
    SMTP_NOTIFY_FAILURE = 4,
    SMTP_NOTIFY_DELAY = 8
};

struct smtp_session *smtp_session_new(const struct smtp_session_config *c,
                                      uint64_t now_ms) MUST_CHECK;
void smtp_session_free(struct smtp_session *s);
AUTO_FREE(smtp_session_freep, struct smtp_session, smtp_session_free)
/* Octets from the peer; an empty slice only moves the clock: do that before a late answer too. */
void smtp_session_feed(struct smtp_session *s, str octets, uint64_t now_ms);
void smtp_session_ended(struct smtp_session *s); /* the peer is gone: CLOSE is asked next */
/* Ask until NOTHING or CLOSE. What waits for an answer is asked once. */
enum smtp_ask smtp_session_next(struct smtp_session *s, struct smtp_session_question *q);
/* The reply to what was asked: text may hold LF for more lines; empty text gives a standard one, with
 * its enhanced code. enhanced is "5.7.1" or empty: none. A 421 closes after it is sent. */
void smtp_session_answer(struct smtp_session *s, unsigned code, str enhanced, str text);
/* Nothing more is read: what was answered goes out, then CLOSE is asked. For owners with bad manners. */
void smtp_session_close(struct smtp_session *s);
/* Names the login of a mechanism other than PLAIN and LOGIN; before its answer 235. */
void smtp_session_login_is(struct smtp_session *s, str user);
/* After SMTP_ASK_TLS. Everything learnt in clear is forgotten (RFC 3207 section 4.2). */
void smtp_session_tls(struct smtp_session *s, bool secured);
bool smtp_session_bare(
    const struct smtp_session *s); /* with takes_any: a bare CR or LF was taken */
uint64_t smtp_session_deadline_ms(const struct smtp_session *s); /* UINT64_MAX: none */
/* False: enough waits unread, since an answer or room for replies is owed. Stop reading from the peer
 * until it is true again (ask after every next()): who runs on regardless is closed at 256 KiB. */
bool smtp_session_wants_octets(const struct smtp_session *s);

/* Facts of the session for its owner. */
bool smtp_session_is_tls(const struct smtp_session *s);
str smtp_session_login(const struct smtp_session *s); /* empty: not logged in */
/* NULL: no mail transaction is open. An empty mailbox: <>. */
const struct smtp_mailbox *smtp_session_reverse_path(const struct smtp_session *s);
/* Octets that came in clear behind a STARTTLS that was taken: dropped, and never answered. */
size_t smtp_session_dropped_octets(const struct smtp_session *s);
#endif
