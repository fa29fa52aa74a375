/* SPDX-License-Identifier: ISC */
/*
 * cmd/demo_relay.h - a relay for the demo: Baton's own, on loopback, in a directory that goes with it
 * Owns    the process, its rule file, logins, certificate and queue, and a next hop that takes what it hands on.
 */
#ifndef BATON_CMD_DEMO_RELAY_H
#define BATON_CMD_DEMO_RELAY_H
#include "base/buf.h"
#include "base/err.h"
#include <stdint.h>
#include <sys/types.h>

struct demo_relay {
    pid_t relay, next_hop;
    uint16_t port, next_port;
    char dir[64], control[96], log[96], ca_file[96];
    struct buf ca_pem, rules;
};
struct demo_names {
    const char *host, *user, *password;
};
/* When it returns the relay takes mail. False: e says why; demo_relay_stop() either way. */
bool demo_relay_start(struct demo_relay *d, const struct demo_names *n, struct err *e) MUST_CHECK;
void demo_relay_stop(struct demo_relay *d);
/* The id of the last refusal. False: none was logged. */
bool demo_relay_refusal(const struct demo_relay *d, char id[32]);
/* Waits until a message was handed on, and shows what the log says of it. False: it was not. */
bool demo_relay_handed_on(const struct demo_relay *d);
#endif
