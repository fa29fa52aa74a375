/* SPDX-License-Identifier: ISC */
/*
 * net/login_step.h - one step of a slow login, on a pool of threads
 * Owns    the exchange while its step runs, and copies of what went in and came out.
 * Threads Begun and told on the loop's thread; the step itself runs on one of libuv's four.
 */
#ifndef BATON_NET_LOGIN_STEP_H
#define BATON_NET_LOGIN_STEP_H
#include "net/loop.h"
#include "sasl/client.h"

enum { NET_LOGIN_ANSWER_MAX = 12 << 10 }; /* one response, decoded; RFC 4954 section 4 */

/* What came of it. The exchange goes back to whoever is told; the rest is good during the call. */
struct net_login_stepped {
    struct sasl_client *sasl;
    bool ok;
    str response;
    const struct err *why; /* with ok false */
};

/* Takes the exchange over. done is called with the owner of the stream of that id, once and never from inside
 * this call; when that stream is gone by then it is not called, and all is overwritten and freed. False: memory
 * is short, and the exchange is freed. */
bool net_login_step(struct net_loop *l, net_id id, struct sasl_client *sasl, str challenge,
                    void (*done)(void *owner, const struct net_login_stepped *result));
#endif
