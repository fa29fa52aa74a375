/* SPDX-License-Identifier: ISC */
/*
 * base/arena.h - memory that dies together
 * Owns    every allocation made from it, until arena_done(). Never hands out more than its maximum, and
 *         remembers that it was asked to: who goes on without a piece may be asked in the end.
 */
#ifndef BATON_BASE_ARENA_H
#define BATON_BASE_ARENA_H
#include "base/str.h"

struct arena_block;
struct arena {
    struct arena_block *blocks;
    size_t used, max;
    bool refused; /* it could not give what was asked for, once or more often */
};

void arena_init(struct arena *a, size_t max_octets);
void arena_done(struct arena *a);
void arena_wipe_done(struct arena *a); /* overwrites first: for secrets */

/* Zeroed and aligned for any type; NULL at the maximum or without memory. */
void *arena_alloc(struct arena *a, size_t n) MUST_CHECK;
/* The same for a table of slices, numbers and pointers, which itself holds no octet of a secret: arena_wipe_done()
 * leaves a large one alone, so that a table with room for thousands costs only what is used of it. */
void *arena_table(struct arena *a, size_t n) MUST_CHECK;
/* A copy that lives as long as the arena; p is NULL when there was no room. The copy has a NUL
 * behind it, for the libraries that want one. */
str arena_dup(struct arena *a, str s);
str arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
#endif
