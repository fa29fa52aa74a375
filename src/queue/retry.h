/* SPDX-License-Identifier: ISC */
/*
 * queue/retry.h - when to try again, and when to give up
 * Speaks  RFC 5321 section 4.5.4.1 (sending strategy).
 */
#ifndef BATON_QUEUE_RETRY_H
#define BATON_QUEUE_RETRY_H
#include "queue/message.h"

/* The time of the next attempt after that many have failed, since 1970. chance is a random number that spreads
 * messages which failed together. 0: the message has been tried for lifetime_s, give up. */
uint64_t queue_next_due_ms(uint32_t attempts, uint64_t arrived_ms, uint64_t now_ms,
                           unsigned lifetime_s, uint32_t chance);
#endif
