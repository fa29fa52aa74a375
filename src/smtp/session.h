/* SPDX-License-Identifier: ISC */
/*
 * smtp/session.h - fields of a server session, and what its parts share
 * Private to server.c (octets and questions), server_data.c, server_verbs.c,
 * server_params.c, server_auth.c and server_answers.c.
 */
#ifndef BATON_SMTP_SESSION_H
#define BATON_SMTP_SESSION_H
#include "base/buf.h"
#include "smtp/body.h"
#include "smtp/server.h"

enum {
    LINE_MAX_OCTETS = 512, /* RFC 5321 section 4.5.3.1.4, CRLF counted */
    /* And 26 for SIZE (RFC 1870 section 3), 17 for BODY (6152 section 2), 500 for AUTH (4954 section 5),
     * 10 for SMTPUTF8 (6531 section 3.1), 9 and 107 for RET and ENVID (3461 section 4). */
    MAIL_LINE_MAX = LINE_MAX_OCTETS + 26 + 17 + 500 + 10 + 9 + 107,
    RCPT_LINE_MAX = LINE_MAX_OCTETS + 29 + 507, /* NOTIFY and ORCPT */
    AUTH_LINE_MAX = 12288,                      /* RFC 4954 section 4 */
    REPLY_LINE_MAX = 512,                       /* section 4.5.3.1.5 */
    SKIP_MAX = 1 << 16,                         /* octets of one over-long line, then we close */
    IN_MAX = 1 << 18,      /* fed and not read yet: a peer that runs ahead of its answers */
    OUT_MAX = 1 << 18,     /* replies that wait to be taken */
    OUT_ENOUGH = 4096,     /* replies are sent together up to here (RFC 2920 section 3.2) */
    DATA_MAX = 1 << 20,    /* mail data where no SIZE is announced */
    PIECE_MAX = 1 << 15,   /* octets read for one piece; normalised it may be twice that */
    IN_ENOUGH = 1 << 14,   /* fed and not read, and an answer is owed: the owner may stop reading */
    DATA_FLOOR = 512,      /* octets a second, in mail data */
    RECIPIENTS_MAX = 1000, /* RFC 5321 section 4.5.3.1.8 asks for 100 */
    ERRORS_MAX = 10,
    IDLE_WORDS_MAX = 100,   /* commands without use before each counts as an error */
    IDLE_MS = 5 * 60 * 1000 /* section 4.5.3.2.7 */
};

enum phase {
    COMMANDS,
    AUTH_LINE, /* the next line is a response to a challenge */
    MAIL_DATA,
    CHUNK,     /* octets of a BDAT, wanted or not */
    HANDSHAKE, /* after the 220 to STARTTLS */
    CLOSING,   /* what is in out goes out, then we close */
    GONE       /* the peer is, or TLS failed: nothing goes out */
};

/* Behind the size of a BDAT: nothing, LAST, or what is neither. */
enum chunk_kind { CHUNK_MORE, CHUNK_LAST, CHUNK_WRONG };
#define BDAT_WANTS "BDAT wants a number of octets, and perhaps LAST"

enum auth_step { AUTH_PLAIN, AUTH_USER, AUTH_PASSWORD, AUTH_OTHER };

struct smtp_session {
    struct smtp_session_config config;
    uint64_t now_ms, heard_ms;
    uint64_t line_ms;           /* when the first octet of the line that is not whole came */
    uint64_t asked_ms, data_ms; /* when our turn began; when mail data did, our turns left out */
    enum phase phase;
    enum smtp_ask pending; /* SMTP_ASK_NOTHING: no answer is owed to us */
    bool asked;
    struct smtp_session_question question;

    struct buf in; /* from in_at on; up to in_scanned behind that no LF was found */
    size_t in_at, in_scanned;
    size_t skipped;    /* octets of an over-long line, dropped so far */
    bool skipped_auth; /* and it is an AUTH, or a response */
    struct buf line;
    struct buf out;
    bool handed;
    unsigned errors, idle_words; /* and commands without use: since the last message */
    str verb, path;              /* of the command that is answered: see struct smtp_refusal */
    size_t dropped_octets;

    bool refused;                /* the greeting was no 220: only QUIT is left (section 3.1) */
    bool tls, greeted, extended; /* extended: by EHLO */

    enum auth_step auth_step;
    bool logged_in, challenged; /* challenged: this AUTH's command was answered by 334 */
    struct buf user, password, response, mechanism;
    struct buf login;

    bool mail; /* a mail transaction is open */
    struct buf reverse_text;
    struct smtp_mailbox reverse;
    bool utf8;         /* by SMTPUTF8 */
    bool tried;        /* a RCPT came, whatever became of it */
    bool mail_refused; /* the last MAIL: what was sent together with it is no fault (RFC 2920) */
    unsigned recipients;
    bool chunked; /* a BDAT was taken */
    bool
        chunks_void; /* a BDAT was refused: those behind it are dropped, until RSET, EHLO or MAIL */
    bool chunk_last;
    uint64_t chunk_left; /* octets */
    struct smtp_body_reader body;
    bool lf_lines, bare;  /* the last command ended in a bare LF; a bare CR or LF was taken */
    struct buf data;      /* the message, or with stream its last piece */
    bool data_ended;      /* and the end of mail data was read behind it */
    bool given;           /* pieces were taken: they end in STORE, FORGET or CLOSE */
    bool forget;          /* FORGET is to be asked */
    uint64_t data_octets; /* that came, from data_ms on */
    struct buf refusal; /* the reply at the end of mail data, where it is known before; n 0: none */
    bool refusal_is_fault, refusal_is_size;
};

/* server.c */

/* text may hold LF for more lines; a 421 closes. */
void session_reply(struct smtp_session *s, unsigned code, str enhanced, str text);
/* The same in the owner's words, who is told nothing of it. */
void session_reply_of_owner(struct smtp_session *s, unsigned code, str enhanced, str text);
/* A reply to what the peer should not have sent; too many of them end the session. */
void session_fault(struct smtp_session *s, unsigned code, str enhanced, str text);
/* Counts a command without use; beyond a hundred of them without a message each is an error. True: the session ends. */
bool session_idle_word(struct smtp_session *s);
/* The same for a reply that is whole already. */
void session_add_fault(struct smtp_session *s, str reply);
void session_ask(struct smtp_session *s, enum smtp_ask what, const struct smtp_session_question *q);
void session_wipe(struct buf *b); /* empties, and overwrites */
void session_end_auth(struct smtp_session *s);
void session_end_transaction(struct smtp_session *s);
/* One line of a reply, or all of them, put into out. */
void session_add_reply(struct smtp_session *s, struct buf *out, unsigned code, str enhanced,
                       str text);
/* The same in our words: the owner is told of a refusal. */
void session_add_our_reply(struct smtp_session *s, struct buf *out, unsigned code, str enhanced,
                           str text);
void session_drop_in(struct smtp_session *s, size_t n);

/* server_data.c */
void session_begin_data(struct smtp_session *s);
void session_begin_chunk(struct smtp_session *s, uint64_t octets, enum chunk_kind kind);
bool session_step_data(struct smtp_session *s); /* false: it wants octets */
bool session_step_chunk(struct smtp_session *s);
/* The owner will not have it: the rest is dropped, and this is the reply at its end. */
void session_refuse_data(struct smtp_session *s, unsigned code, str enhanced, str text);

/* server_verbs.c */
void session_command(struct smtp_session *s, str line);
size_t session_command_max(str line); /* octets, by the verb that line begins with */
bool session_has_word(str words, str word);
str session_mechanisms(const struct smtp_session *s); /* here and now */
bool session_auth_offered(const struct smtp_session *s);
bool session_starttls_offered(const struct smtp_session *s);

/* server_params.c */

/* Reads the parameters of MAIL or RCPT into q. False: a refusal was said. */
bool session_params(struct smtp_session *s, str params, bool of_mail,
                    struct smtp_session_question *q);

/* server_auth.c */
void session_auth(struct smtp_session *s, str verb, str args);
void session_auth_line(struct smtp_session *s, str line);
void session_auth_refuse(struct smtp_session *s, unsigned code, str enhanced, str text);
void session_challenge(struct smtp_session *s, enum auth_step step, str octets);

#endif
