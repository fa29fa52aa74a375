/* SPDX-License-Identifier: ISC */
/*
 * relay/bounce.h - what is owed to whoever sent a message that failed
 * Owns    whether a notification is owed at all, and its words; its form is mail/dsn_write.h's.
 * Speaks  RFC 5321 section 4.5.5 (never to a null reverse-path), RFC 3461 sections 4.1 and 5.2 (NOTIFY, relayed), RFC 3834
 *         section 3.1.7.
 */
#ifndef BATON_RELAY_BOUNCE_H
#define BATON_RELAY_BOUNCE_H
#include "relay/courier_inside.h"

struct relay_bounce {
    struct spool_draft *draft; /* NULL: none is owed */
    struct queue_message message;
    struct queue_recipient recipient;
};
/* marks: enum courier_mark, one a recipient of m. The slices of message point into m and c. False: it is owed, and could
 * not be written. */
bool relay_bounce_make(struct relay *r, const struct relay_config *c, const struct queue_message *m,
                       const uint8_t *marks, struct relay_bounce *out, struct err *e) MUST_CHECK;
void relay_bounce_done(struct relay_bounce *b); /* frees the draft, where it was not given away */
#endif
