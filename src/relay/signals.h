/* SPDX-License-Identifier: ISC */
/*
 * relay/signals.h - what the relay does when it is told by a signal: TERM and INT end it, HUP reads its files again
 */
#ifndef BATON_RELAY_SIGNALS_H
#define BATON_RELAY_SIGNALS_H
#include "relay/relay.h"

struct relay_signals; /* on worker 0's loop */
struct relay_signals *relay_signals_new(struct relay *r, struct err *e) MUST_CHECK;
void relay_signals_free(struct relay_signals *s);
#endif
