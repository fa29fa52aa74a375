/* SPDX-License-Identifier: ISC */
#include "base/arena.h"
#include "base/wipe.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_OCTETS 4096

struct arena_block {
    struct arena_block *next;
    size_t used, room;
    bool
        plain; /* holds no secret: it need not be overwritten, and pages of it that nobody touched stay so */
    max_align_t memory[];
};

void arena_init(struct arena *a, size_t max_octets)
{
    *a = (struct arena){ .max = max_octets };
}

void arena_done(struct arena *a)
{
    while (a->blocks) {
        struct arena_block *dead = a->blocks;
        a->blocks = dead->next;
        free(dead);
    }
    a->used = 0;
}

void arena_wipe_done(struct arena *a)
{
    for (struct arena_block *at = a->blocks; at; at = at->next)
        if (!at->plain)
            secret_wipe(at->memory, at->used);
    arena_done(a);
}

/* A large piece gets a block of its own, kept second, so that the room left in the first is used. */
static struct arena_block *block_add(struct arena *a, size_t n)
{
    size_t room = n > BLOCK_OCTETS / 4 ? n : BLOCK_OCTETS;
    struct arena_block *block = calloc(1, sizeof *block + room);
    if (!block)
        return NULL;
    block->room = room;
    struct arena_block **at = a->blocks && room == n ? &a->blocks->next : &a->blocks;
    block->next = *at;
    *at = block;
    return block;
}

static void *piece_of(struct arena *a, size_t n)
{
    const size_t unit = _Alignof(max_align_t);
    if (n > PTRDIFF_MAX / 2 || n > a->max - a->used)
        return NULL;
    size_t whole = n ? (n + unit - 1) / unit * unit : unit;
    if (whole > a->max - a->used)
        return NULL;
    struct arena_block *block = a->blocks;
    if (!block || whole > block->room - block->used)
        block = block_add(a, whole);
    if (!block)
        return NULL;
    void *piece = (char *)block->memory + block->used;
    block->used += whole;
    a->used += whole;
    return piece;
}

void *arena_alloc(struct arena *a, size_t n)
{
    void *piece = piece_of(a, n);
    a->refused |= !piece;
    return piece;
}

/* Large: a block of its own, which alone can be told from the others. Small ones are not worth it. */
void *arena_table(struct arena *a, size_t n)
{
    void *piece = arena_alloc(a, n);
    if (piece && n > BLOCK_OCTETS)
        for (struct arena_block *at = a->blocks; at; at = at->next)
            if ((void *)at->memory == piece) {
                at->plain = true;
                break;
            }
    return piece;
}

str arena_dup(struct arena *a, str s)
{
    char *copy = s.n < SIZE_MAX ? arena_alloc(a, s.n + 1) : NULL;
    if (!copy)
        return STR_NONE;
    if (s.n)
        memcpy(copy, s.p, s.n);
    return (str){ copy, s.n };
}

str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int needed = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = needed < 0 ? NULL : arena_alloc(a, (size_t)needed + 1);
    if (!text)
        return STR_NONE;
    va_start(args, fmt);
    vsnprintf(text, (size_t)needed + 1, fmt, args);
    va_end(args);
    return (str){ text, (size_t)needed };
}
