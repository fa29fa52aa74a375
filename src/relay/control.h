/* SPDX-License-Identifier: ISC */
/*
 * relay/control.h - the one socket that baton queue, why and allow speak to
 * Owns    the socket of the rule file's "control", and who may speak to it: root, the user that the relay runs as, and,
 *         where the relay began as root and became a user of its own, members of that user's group. Frames are those of
 *         relay/frame.h; a peer's bad frame closes that peer. A connection has one request under way, others wait.
 *         A request is { "do": "queue-list", ... }; answers are any number of { "row": ... }, then { "done": {...} } or
 *         { "error": "sentence" }.
 * Leaves  what is asked to the rows of its table: one function each (control_queue.c, control_why.c, control_allow.c).
 * Bounds  64 connections; a minute for a request, ten for a peer that takes no answer. While 64 KiB of answers wait for a peer
 *         no request of it is taken, nor is it read.
 */
#ifndef BATON_RELAY_CONTROL_H
#define BATON_RELAY_CONTROL_H
#include "relay/relay.h"
#include <jansson.h>

struct relay_control;
struct relay_call; /* one request under way; good until done or error */

struct relay_control_row {
    const char *name; /* "queue-list" */
    /* On worker 0's thread. Answers now or later, by the three below; request lives until then. */
    void (*run)(struct relay_call *call, const json_t *request);
};
struct relay *relay_call_relay(struct relay_call *call);
/* From any thread; all take the reference; NULL is no memory. */
void relay_call_row(struct relay_call *call, json_t *row);
void relay_call_done(struct relay_call *call, json_t *done);
void relay_call_error(struct relay_call *call, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* From any thread: nobody waits for the answer any more. done or error must come all the same. */
bool relay_call_gone(struct relay_call *call);
/* For answers without end: more is called once, on worker 0's thread, when most of the rows given so far were sent, or
 * nobody waits for them any more. From any thread. */
void relay_call_more(struct relay_call *call, void (*more)(struct relay_call *call, void *user),
                     void *user);
/* Octets of a peer or a file as a JSON string, escaped as base/escape.h does; null where s is empty. */
json_t *relay_call_text(str s);

/* Before privileges are dropped: the socket, its directory (made if it is not there), and their owner. One that nobody
 * answers at is replaced. */
struct relay_control *relay_control_open(struct relay *r, const char *path,
                                         struct err *e) MUST_CHECK;
void relay_control_start(struct relay_control *c); /* takes connections from now on */
/* On worker 0's thread, or when it has ended; nobody answers a call any more. */
void relay_control_free(struct relay_control *c);

void relay_queue_list(struct relay_call *call, const json_t *request);
void relay_queue_show(struct relay_call *call, const json_t *request);
void relay_queue_change(struct relay_call *call, const json_t *request);
void relay_why(struct relay_call *call, const json_t *request);
void relay_allow(struct relay_call *call, const json_t *request);
#endif
