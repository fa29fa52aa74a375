/* SPDX-License-Identifier: ISC */
#include "relay/disk_full.h"

void relay_disk_is_full(struct relay_disk_full *d, struct net_log *log, str id, uint64_t now_ms)
{
    atomic_fetch_add(&d->refused, 1);
    atomic_store(&d->last_ms, now_ms);
    if (atomic_exchange(&d->full, true))
        return;
    atomic_store(&d->since_ms, now_ms);
    NET_LOG(log, NET_LOG_ERROR, "disk-full", LOG_STR("id", id),
            LOG_STR("why", STR("messages are refused with 452 until there is room")),
            LOG_STR("do", STR("make room where the state is kept, or lower keep-free")));
}

void relay_disk_has_room(struct relay_disk_full *d, struct net_log *log, uint64_t now_ms)
{
    if (!atomic_load_explicit(&d->full, memory_order_relaxed) ||
        now_ms < atomic_load(&d->last_ms) + RELAY_DISK_FULL_CALM_MS ||
        !atomic_exchange(&d->full, false))
        return;
    NET_LOG(log, NET_LOG_WARNING, "disk-full-over",
            LOG_INT("refused", atomic_exchange(&d->refused, 0)),
            LOG_INT("seconds", (now_ms - atomic_load(&d->since_ms)) / 1000));
}
