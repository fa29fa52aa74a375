/* SPDX-License-Identifier: ISC */
/*
 * queue/outcome.h - what a next hop's answer, or its silence, makes of recipients
 * Speaks  RFC 5321 sections 4.2.1 (classes of replies), 3.8 (421), 4.5.3.1.10 (552 for too many recipients), 4.2.4.2 and
 *         4.2.5 (replies to DATA), RFC 3463.
 * Leaves  when to try again to queue/retry.h.
 */
#ifndef BATON_QUEUE_OUTCOME_H
#define BATON_QUEUE_OUTCOME_H
#include "smtp/reply.h"

enum queue_fate {
    QUEUE_FATE_GOES_ON,   /* a good answer in the middle of it: nothing is settled yet */
    QUEUE_FATE_DELIVERED, /* it is theirs */
    QUEUE_FATE_WAITS,     /* again, after a while */
    QUEUE_FATE_ELSEWHERE, /* again at once by another smarthost, where there is one; else it waits */
    QUEUE_FATE_NEXT_ROUND, /* again at once, in a transaction of its own: this one is full */
    QUEUE_FATE_FAILS_HERE, /* another smarthost may have what this one lacks; without one, it fails */
    QUEUE_FATE_FAILS
};
/* Whom an answer is about. */
enum queue_scope {
    QUEUE_SCOPE_SERVER,  /* the server and us: no message is to blame */
    QUEUE_SCOPE_MESSAGE, /* every recipient of the transaction that was not refused */
    QUEUE_SCOPE_RECIPIENT
};
struct queue_outcome {
    enum queue_fate fate;
    enum queue_scope scope;
};
/* accepted: recipients of this transaction that the server took before. */
struct queue_outcome queue_outcome_of_reply(enum smtp_stage stage, unsigned code,
                                            const struct smtp_enhanced *x, size_t accepted);
/* The connection ended without an answer. all_said: the last octet of mail data was given to the connection, so that
 * the server may have taken the message: only then could another attempt make two of one. */
struct queue_outcome queue_outcome_of_loss(enum smtp_stage stage, bool all_said);
#endif
