/* SPDX-License-Identifier: ISC */
/*
 * relay/login.h - AUTH at the relay: one session's exchange
 * Owns    what was said of it so far, the check under way on the pool, and the reply.
 * Leaves  how often may be tried, and what was right a moment ago, to relay/brake.h.
 */
#ifndef BATON_RELAY_LOGIN_H
#define BATON_RELAY_LOGIN_H
#include "relay/brake.h"
#include "relay/relay.h"
#include "smtp/server.h"

struct relay_login; /* of one session; on its worker's thread */
struct relay_login_reply {
    unsigned code;      /* 235, 334 with the challenge as text, 535, 454, 421 */
    str enhanced, text; /* good until the next call */
    str user;           /* with 235: who it is */
};
struct relay_login *relay_login_new(struct relay_worker *w, net_id stream) MUST_CHECK;
void relay_login_free(
    struct relay_login *l); /* a check under way is dropped, its done never called */
/* Where the session is, for records of what is refused; before each step. The texts live until the step is done. */
void relay_login_at(struct relay_login *l, str listener, bool tls, str helo);
/* One SMTP_ASK_AUTH. c: the configuration that the session began with; a check under way holds it too. binding: of the TLS
 * connection, NULL: none. True: *now. False: done on the worker's loop, later, once. The octets of q are copied. */
bool relay_login_step(struct relay_login *l, struct relay_config *c, const struct ip *client,
                      const struct smtp_session_question *q, const struct net_tls_binding *binding,
                      struct relay_login_reply *now,
                      void (*done)(void *user, const struct relay_login_reply *reply), void *user);
#endif
