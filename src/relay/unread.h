/* SPDX-License-Identifier: ISC */
/* relay/unread.h - how long a peer may leave our answers unread */
#ifndef BATON_RELAY_UNREAD_H
#define BATON_RELAY_UNREAD_H
#include <stdbool.h>
#include <stdint.h>

enum { RELAY_UNREAD_MS = 120000 };

/* When a peer is let go that has left us no room for answers since *since_ms (0: it has left some, and *since_ms is kept
 * here). What it goes on sending moves nothing. UINT64_MAX: never. */
static inline uint64_t relay_unread_until(uint64_t *since_ms, bool has_room, uint64_t now_ms)
{
    if (has_room)
        *since_ms = 0;
    else if (*since_ms == 0)
        *since_ms = now_ms > 0 ? now_ms : 1;
    return has_room ? UINT64_MAX : *since_ms + RELAY_UNREAD_MS;
}
#endif
