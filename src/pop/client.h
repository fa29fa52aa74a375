/* SPDX-License-Identifier: ISC */
/*
 * pop/client.h - logging in to a mailbox and leaving, without the connection
 * Owns    the dialogue of one POP3 connection that fetches nothing: greeting, STLS, USER and PASS, QUIT.
 * Speaks  RFC 1939 sections 3, 4, 6 and 7, RFC 2595 section 4 (STLS).
 * Leaves  sockets, TLS, the clock, and whether a password may be shown here, to the caller.
 */
#ifndef BATON_POP_CLIENT_H
#define BATON_POP_CLIENT_H
#include "base/names.h"
#include "base/str.h"

struct pop_client; /* fields are in client.c */

/* How far it got. */
enum pop_stage { POP_STAGE_GREETING, POP_STAGE_STLS, POP_STAGE_USER, POP_STAGE_PASS };
extern const struct names POP_STAGE_NAMES;

/* under_tls: hands were shaken already (port 995). NULL when memory is short. */
struct pop_client *pop_client_new(bool under_tls) MUST_CHECK;
void pop_client_free(struct pop_client *c); /* overwrites what it had to send */
AUTO_FREE(pop_client_freep, struct pop_client, pop_client_free)

enum pop_client_ask {
    POP_CLIENT_NOTHING, /* wait for octets */
    POP_CLIENT_SEND,    /* write q.octets; good until the next call with c */
    POP_CLIENT_TLS,     /* flush, drop unread input, shake hands, then pop_client_tls() */
    POP_CLIENT_LOGIN,   /* the server waits for a login: pop_client_login(), or pop_client_quit() */
    POP_CLIENT_RESULT,  /* once: q.ok, q.stage and q.octets, the line that settled it */
    POP_CLIENT_END      /* for good: close */
};
struct pop_client_question {
    str octets; /* SEND; RESULT: "+OK ..." or "-ERR ...", without its end of line; empty: no such line */
    bool secret;    /* SEND: never log it */
    bool under_tls; /* LOGIN */
    bool ok;        /* RESULT: the mailbox was opened */
    bool broken;    /* RESULT: what came is no POP3 */
    enum pop_stage stage;
};

void pop_client_feed(struct pop_client *c, str octets);
void pop_client_ended(struct pop_client *c); /* the connection is gone */
/* Ask until NOTHING or END; LOGIN is asked again until it is answered. */
enum pop_client_ask pop_client_next(struct pop_client *c, struct pop_client_question *q);
/* After POP_CLIENT_TLS; forgets what was read before (RFC 2595 section 4). */
void pop_client_tls(struct pop_client *c);
/* After POP_CLIENT_LOGIN. False: a name or password that does not fit into a command, and nothing is sent. */
bool pop_client_login(struct pop_client *c, str user, str password) MUST_CHECK;
/* QUIT, and RESULT is not asked any more. */
void pop_client_quit(struct pop_client *c);
#endif
