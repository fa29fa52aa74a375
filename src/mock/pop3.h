/* SPDX-License-Identifier: ISC */
/*
 * mock/pop3.h - the server's side of a POP3 connection to an empty mailbox, without the connection
 * Owns    the dialogue: greeting, STLS, USER and PASS, and what a program asks of an empty mailbox.
 * Speaks  RFC 1939, 2449 (CAPA), 2595 section 4 (STLS).
 * Leaves  whether a login is right to its owner: it asks.
 */
#ifndef BATON_MOCK_POP3_H
#define BATON_MOCK_POP3_H
#include "base/str.h"

struct mock_pop3; /* fields are in pop3.c */

enum mock_pop3_ask {
    MOCK_POP3_NOTHING, /* wait for octets */
    MOCK_POP3_SEND,    /* write q.octets */
    MOCK_POP3_TLS,     /* shake hands; then mock_pop3_tls() */
    MOCK_POP3_LOGIN,   /* are q.user and q.password right? then mock_pop3_answer() */
    MOCK_POP3_CLOSE    /* flush, close */
};
struct mock_pop3_question {
    str octets, user, password; /* good until the next call */
};

/* tls: the stream is secured already. NULL when memory is short. */
struct mock_pop3 *mock_pop3_new(str hostname, bool tls) MUST_CHECK;
void mock_pop3_free(struct mock_pop3 *p);
void mock_pop3_feed(struct mock_pop3 *p, str octets);
enum mock_pop3_ask mock_pop3_next(struct mock_pop3 *p, struct mock_pop3_question *q);
void mock_pop3_answer(struct mock_pop3 *p, bool taken);
void mock_pop3_tls(struct mock_pop3 *p); /* what was learnt in clear is forgotten */
#endif
