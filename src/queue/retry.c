/* SPDX-License-Identifier: ISC */
/*
 * queue/retry.c - a few quick tries for what passes soon, then one an hour
 */
#include "queue/retry.h"

enum { MINUTE_MS = 60 * 1000 };

/* Minutes from the n-th failed attempt to the next. RFC 5321 section 4.5.4.1 wants half an hour at least "in general",
 * and lets what is likely to pass soon (greylisting, a restart) be tried sooner. */
static const unsigned WAITS[] = { 1, 2, 5, 10, 20, 40, 60 };

/* From three to five quarters of the wait. */
static uint64_t spread_ms(uint64_t wait_ms, uint32_t chance)
{
    return wait_ms - wait_ms / 4 + ((wait_ms / 2 * chance) >> 32);
}

uint64_t queue_next_due_ms(uint32_t attempts, uint64_t arrived_ms, uint64_t now_ms,
                           unsigned lifetime_s, uint32_t chance)
{
    uint64_t lifetime_ms = (uint64_t)lifetime_s * 1000;
    size_t failed = attempts > 0 ? attempts - 1 : 0;
    /* A clock that was set back must not keep a message for ever. */
    uint64_t end_ms = (arrived_ms < now_ms ? arrived_ms : now_ms) + lifetime_ms;
    if (now_ms >= end_ms)
        return 0;
    if (failed >= COUNT_OF(WAITS))
        failed = COUNT_OF(WAITS) - 1;
    uint64_t due_ms = now_ms + spread_ms((uint64_t)WAITS[failed] * MINUTE_MS, chance);
    return due_ms < end_ms ? due_ms : end_ms; /* the last attempt is at the very end */
}
