/* SPDX-License-Identifier: ISC */
/*
 * relay/visit.h - one session: what server.c, visit.c and receive.c share with each other and with nobody else
 * Owns    the server's and the session's fields. server.c has sockets and who may come in, visit.c the connection and
 *         the questions of the session core, receive.c, data.c and keep.c a message from MAIL to its 250.
 */
#ifndef BATON_RELAY_VISIT_H
#define BATON_RELAY_VISIT_H
#include "mail/trace.h"
#include "net/acceptor.h"
#include "net/stream.h"
#include "relay/clients.h"
#include "relay/decide.h"
#include "relay/login.h"
#include "relay/own.h"
#include "relay/server.h"
#include "relay/windows.h"
#include "smtp/server.h"
#include <sys/queue.h>

enum { RELAY_DOORS = 256 };

struct relay_door { /* one socket */
    struct relay_server *server;
    struct net_acceptor *acceptor;
    struct ip address;
    uint16_t port;
    int handed;                           /* the socket it is a copy of; -1: it is our own */
    const struct site_listener *listener; /* of the server's config */
    bool kept;                            /* by the reload that is going on */
};
TAILQ_HEAD(relay_visits, relay_visit);
struct relay_server {
    struct relay_worker *worker;
    struct relay_config *config;
    struct relay_door *doors[RELAY_DOORS];
    unsigned door_count;
    struct relay_visits visits;
    bool started, stopping;
    struct net_timer *grace;
    void (*stopped)(void *user);
    void *stopped_user;
    /* The date of trace fields, made once a second. */
    uint64_t date_s;
    char date[MAIL_DATE_MAX];
    size_t date_n;
    uint64_t unique; /* counts Message-IDs */
};

struct relay_mail; /* receive.h: a mail transaction */
enum { RELAY_WHY_MAX = sizeof " (why: )" + RELAY_RECORD_ID_MAX };
struct relay_visit {
    TAILQ_ENTRY(relay_visit) link;
    struct relay_server *server;
    struct relay_config *config; /* the one it began with */
    const struct site_listener *listener;
    struct net_stream *stream;
    struct smtp_session *session; /* NULL: before its first word */
    struct relay_login *login;
    struct relay_known *known;
    struct relay_mail *mail; /* NULL: no transaction */
    struct smtp_proxy *proxy;
    struct ip client;
    uint16_t client_port;
    bool counted; /* among the clients */
    bool waiting; /* for the PROXY header, or before the greeting */
    bool shaking; /* hands, for TLS */
    bool owed;    /* an answer comes later */
    bool last;    /* the peer has said its last word: what is owed goes out, and nothing else */
    bool closing, tls, certified;
    uint64_t unread_ms;      /* since then there is no room for answers; 0: there is some */
    bool extended;           /* EHLO */
    char *helo;              /* NUL-terminated; NULL: not said */
    char certificate[65];    /* with certified */
    char why[RELAY_WHY_MAX]; /* refused.c: what is said behind a refusal */
    uint64_t refused;        /* refused.c: which refusal that is; 0: none */
};

/* visit.c */
void relay_visit_accept(struct relay_door *d, int fd, const struct ip *peer, uint16_t port);
void relay_visit_end(struct relay_visit *v, bool now); /* 421, once nothing is owed; now: without */
/* Goes on once the answer that was owed has been given. */
void relay_visit_go_on(struct relay_visit *v);
void relay_visit_now(
    struct relay_visit *v); /* moves the session's clock: before an answer that comes late */
str relay_visit_login(const struct relay_visit *v);

/* receive.c, data.c, keep.c. Each answers the question of the session, now or later: then v->owed is set. */
void relay_receive_mail(struct relay_visit *v, const struct smtp_session_question *q);
void relay_receive_rcpt(struct relay_visit *v, const struct smtp_session_question *q);
void relay_receive_piece(struct relay_visit *v, str octets);
void relay_receive_end(struct relay_visit *v);
void relay_receive_forget(struct relay_visit *v); /* the message will not come to its end */
void relay_receive_free(struct relay_mail *m);
/* refused.c */
str relay_refused(void *user, const struct smtp_refusal *r); /* for the core; user: the visit */
/* Keeps a record of a session that is refused before it begins. words: its cause is found here. */
void relay_turned_away(const struct relay_server *s, const struct site_listener *l,
                       const struct ip *client, const struct relay_words *words,
                       struct relay_own *told);
/* server.c */
str relay_server_date(struct relay_server *s);
void relay_server_left(struct relay_server *s); /* a session has ended, and is gone from visits */
#endif
