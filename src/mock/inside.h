/* SPDX-License-Identifier: ISC */
/*
 * mock/inside.h - what the files of the mock server share with each other and with nobody else
 * Owns    the server's own fields. mock.c makes and ends it, visit.c is one connection, answers.c what is
 *         said in it.
 */
#ifndef BATON_MOCK_INSIDE_H
#define BATON_MOCK_INSIDE_H
#include "base/arena.h"
#include "base/buf.h"
#include "mock/play.h"
#include "mock/pop3.h"
#include "net/stream.h"
#include "smtp/path.h"
#include "smtp/server.h"

enum { MOCK_MAILBOX_MAX = SMTP_LOCAL_PART_MAX + 1 + SMTP_DOMAIN_MAX + 1, MOCK_NAME_MAX = 256 };

/* One connection, from accepted() to closed(). */
struct mock_visit {
    struct mock_server *mock;
    const struct mock_listening *door;
    unsigned number; /* for the log, from 1 */
    struct ip peer;
    struct net_stream *stream;
    struct smtp_session *session; /* NULL before TLS at a submissions door, and at a POP3 door */
    struct mock_pop3 *pop3;
    struct smtp_reader *replies; /* reads what we say, for the log */
    struct buf waiting;          /* answers given and not yet sent: see remember() */
    struct buf late;             /* replies that a manner holds back */
    bool paused;                 /* ... until the deadline */
    bool greeted;                /* the greeting is out */
    bool shaking;                /* a TLS handshake is going on */
    bool closing;
    bool has_certificate;     /* of our authority, in this TLS */
    bool token_is_refused;    /* the JSON of the refusal is out, the code comes next */
    unsigned to_facts;        /* of the recipients taken so far */
    char name[MOCK_NAME_MAX]; /* EHLO */
    size_t name_n;
    char to[MOCK_MAILBOX_MAX]; /* the last recipient */
    size_t to_n;
    struct mock_seen seen; /* with an observer: */
    struct arena slices;   /* what its slices point to */
    str challenge;         /* the last one given */
    struct mock_visit *before, *after;
};

struct mock_listening {
    struct mock_server *mock;
    struct net_listener *listener;
    enum mock_door_kind kind;
};

struct mock_server {
    struct net_loop *loop;
    const struct mock_play *play;
    const struct mock_flavour *flavour;
    struct mock_options options; /* slices live in settings, the password in password */
    struct arena settings;
    struct buf password;
    str domain;      /* the one whose mail it takes from strangers */
    str own_address; /* the login's */
    str login;       /* the user name that is taken */
    str keywords;    /* in the answer to EHLO */
    str ca_pem, client_pem;
    struct net_tls_context *tls;
    unsigned door_count;
    struct mock_listening doors[MOCK_DOORS];
    struct mock_counts counts;
    struct ip fetched;   /* who fetched mail last, */
    uint64_t fetched_ms; /* and when */
    struct ip banned;    /* whose login was refused last */
    uint64_t first_ms;   /* the first recipient was named; 0: none yet */
    struct mock_visit *visits;
    bool gone; /* mock_free() was called: the last visit takes the rest with it */
};

/* answers.c: one question of the session, answered; never a SEND, TLS, CLOSE or NOTHING. */
void mock_answer(struct mock_visit *v, enum smtp_ask ask, const struct smtp_session_question *q);
/* Is that user with that password the mock's own? */
bool mock_login_is_right(const struct mock_server *m, str user, str password);
/* visit.c: keeps what is answered until the reply leaves, for the log. */
void mock_remember(struct mock_visit *v, const struct mock_words *w, str text, str what);

/* observe.c: the same where there is an observer, and what it sees besides questions. */
void mock_observe(struct mock_visit *v, enum smtp_ask ask, const struct smtp_session_question *q);
void mock_observe_begin(struct mock_visit *v);
void mock_observe_secured(struct mock_visit *v, str version);
/* True: the octets are a ClientHello where a command was due, and the connection is of no more use. */
bool mock_observe_hello(struct mock_visit *v, str octets);
void mock_observe_end(struct mock_visit *v,
                      const char *why); /* why: of an end that is nobody's wish */

/* Takes the connection that waits at the door. */
void mock_visit_accept(struct mock_server *m, const struct mock_listening *door);
void mock_visit_close_all(
    struct mock_server *m);               /* without flushing; each ends later, on the loop */
void mock_destroy(struct mock_server *m); /* in mock.c; when the last visit of a gone mock ended */
#endif
