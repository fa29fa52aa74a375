/* SPDX-License-Identifier: ISC */
/*
 * relay/courier.h - hand-off: from the spool to smarthosts, in their order
 * Owns    connections to smarthosts and their reuse, the health of each and its breaker, how many at a time, what
 *         becomes of each recipient by the reply, bounces.
 * Leaves  the words of SMTP to net/dialogue.h, when to try again to queue/retry.h, keeping to spool/.
 */
#ifndef BATON_RELAY_COURIER_H
#define BATON_RELAY_COURIER_H
#include "relay/relay.h"

struct relay_courier *relay_courier_new(struct relay_worker *w, struct err *e) MUST_CHECK;
/* Begins: what is due is taken from the spool, now and from then on. */
void relay_courier_start(struct relay_courier *c);
/* A message was kept and is in hand (spool_keep() with take): deliver it now. From any thread. False: there is no room in
 * memory, the caller gives it back by spool_settle() as it was. */
bool relay_courier_give(struct relay *r, const struct queue_message *m);
/* Where a message in hand is being said now: name and since when (since 1970, ms). False: it waits for a connection, or is in no
 * hand. From any thread. */
enum { RELAY_COURIER_NAME_MAX = 320 };
bool relay_courier_at(struct relay *r, uint64_t id, char name[RELAY_COURIER_NAME_MAX],
                      uint64_t *since_ms);
bool relay_courier_has_room(struct relay *r); /* cheap: whether to keep with take */
void relay_courier_wake(
    struct relay
        *r); /* from any thread: something in the spool has become due (baton queue retry) */
/* From any thread: a person wants mail to be tried now. Smarthosts that are left alone for a while are tried again. */
void relay_courier_hurry(struct relay *r);
void relay_courier_reload(struct relay_courier *c);
/* No new attempts; what is under way is finished or given back within ms, then done. */
void relay_courier_stop(struct relay_courier *c, uint32_t ms, void (*done)(void *user), void *user);
void relay_courier_free(struct relay_courier *c);
#endif
