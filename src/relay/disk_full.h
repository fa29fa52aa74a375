/* SPDX-License-Identifier: ISC */
/*
 * relay/disk_full.h - that the disk is full, told once when it begins and once when it is over
 * Owns    the two lines of the log; how many messages were refused meanwhile stands in the second. Which, their records say.
 * Threads Any.
 */
#ifndef BATON_RELAY_DISK_FULL_H
#define BATON_RELAY_DISK_FULL_H
#include "base/str.h"
#include "net/log.h"
#include <stdatomic.h>

/* It is over when a message is kept and none was refused for so long: a small one may fit where a large one does not. */
enum { RELAY_DISK_FULL_CALM_MS = 10000 };

struct relay_disk_full { /* all zero: there is room */
    atomic_bool full;
    atomic_uint_fast64_t refused, since_ms, last_ms;
};
/* A message was refused for want of room; id: of its record. now_ms: since 1970. */
void relay_disk_is_full(struct relay_disk_full *d, struct net_log *log, str id, uint64_t now_ms);
void relay_disk_has_room(struct relay_disk_full *d, struct net_log *log,
                         uint64_t now_ms); /* one was kept; cheap */
#endif
