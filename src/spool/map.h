/* SPDX-License-Identifier: ISC */
/*
 * spool/map.h - values by a number that is not 0
 * Owns    its table, not the values.
 */
#ifndef BATON_SPOOL_MAP_H
#define BATON_SPOOL_MAP_H
#include "base/attr.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map {
    struct map_row {
        uint64_t key;
        void *value;
    } * rows;
    size_t room, count; /* room is a power of 2 */
};
void map_done(struct map *m);
void *map_get(const struct map *m, uint64_t key);                  /* NULL: none */
bool map_put(struct map *m, uint64_t key, void *value) MUST_CHECK; /* false: no memory */
void map_remove(struct map *m, uint64_t key);
#endif
