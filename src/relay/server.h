/* SPDX-License-Identifier: ISC */
/*
 * relay/server.h - sockets that listen, and the sessions that come in by them
 */
#ifndef BATON_RELAY_SERVER_H
#define BATON_RELAY_SERVER_H
#include "relay/relay.h"

/* Opens all sockets of all workers, each port once a worker (SO_REUSEPORT): before privileges are dropped. */
bool relay_servers_open(struct relay *r, struct err *e) MUST_CHECK;
void relay_server_start(
    struct relay_server *s); /* on the worker's thread: takes connections from now on */
/* Listeners that the new file no longer has are drained and closed, new ones opened; unopened is called for each that could
 * not be. */
void relay_server_reload(struct relay_server *s, relay_unopened *unopened, void *user);
/* No new connections; sessions between messages end with 421, those in the middle of one may finish it within ms. */
void relay_server_stop(struct relay_server *s, uint32_t ms, void (*done)(void *user), void *user);
void relay_server_free(struct relay_server *s);
#endif
