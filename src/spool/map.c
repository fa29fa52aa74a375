/* SPDX-License-Identifier: ISC */
#include "spool/map.h"
#include <stdlib.h>

enum { LEAST_ROOM = 64 };

void map_done(struct map *m)
{
    free(m->rows);
    *m = (struct map){ .room = 0 };
}

static size_t home(const struct map *m, uint64_t key)
{
    return (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (m->room - 1);
}

/* The row of key, or the free one where it belongs. */
static struct map_row *row_of(const struct map *m, uint64_t key)
{
    size_t at = home(m, key);
    while (m->rows[at].key && m->rows[at].key != key)
        at = (at + 1) & (m->room - 1);
    return &m->rows[at];
}

void *map_get(const struct map *m, uint64_t key)
{
    return m->room ? row_of(m, key)->value : NULL;
}

static bool grow(struct map *m)
{
    struct map larger = { .room = m->room ? m->room * 2 : LEAST_ROOM, .count = m->count };
    larger.rows = calloc(larger.room, sizeof *larger.rows);
    if (!larger.rows)
        return false;
    for (size_t i = 0; i < m->room; i++)
        if (m->rows[i].key)
            *row_of(&larger, m->rows[i].key) = m->rows[i];
    free(m->rows);
    *m = larger;
    return true;
}

bool map_put(struct map *m, uint64_t key, void *value)
{
    if (m->count >= m->room / 2 && !grow(m))
        return false;
    struct map_row *row = row_of(m, key);
    m->count += !row->key;
    *row = (struct map_row){ key, value };
    return true;
}

/* Moves up what had to give way to the one that goes, so that no search ends too early. */
void map_remove(struct map *m, uint64_t key)
{
    if (!m->room || !row_of(m, key)->key)
        return;
    size_t hole = (size_t)(row_of(m, key) - m->rows);
    for (size_t at = (hole + 1) & (m->room - 1); m->rows[at].key; at = (at + 1) & (m->room - 1)) {
        size_t from_home = (at - home(m, m->rows[at].key)) & (m->room - 1);
        if (from_home >= ((at - hole) & (m->room - 1))) {
            m->rows[hole] = m->rows[at];
            hole = at;
        }
    }
    m->rows[hole] = (struct map_row){ 0, NULL };
    m->count--;
}
