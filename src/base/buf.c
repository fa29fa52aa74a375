/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "base/wipe.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_ROOM 64

void buf_init(struct buf *b, size_t max_octets)
{
    *b = (struct buf){ .max = max_octets < PTRDIFF_MAX ? max_octets : PTRDIFF_MAX };
}

void buf_done(struct buf *b)
{
    free(b->p);
    buf_init(b, b->max);
}

void buf_wipe_done(struct buf *b)
{
    secret_wipe(b->p, b->room);
    buf_done(b);
}

static bool fail(struct buf *b)
{
    b->failed = true;
    return false;
}

/* Room for so many octets more, and one behind them, for the NUL that vsnprintf writes. What is
 * outgrown is overwritten (realloc would not), so that buf_wipe_done() keeps its promise. */
static bool reserve(struct buf *b, size_t more)
{
    if (b->failed || more > b->max - b->n)
        return fail(b);
    if (more < b->room - b->n)
        return true;
    size_t room = b->room > b->max / 2 ? b->max + 1 : b->room * 2;
    if (room < LEAST_ROOM)
        room = LEAST_ROOM;
    if (room < b->n + more + 1)
        room = b->n + more + 1;
    char *p = malloc(room);
    if (!p)
        return fail(b);
    if (b->n)
        memcpy(p, b->p, b->n);
    secret_wipe(b->p, b->room);
    free(b->p);
    b->p = p;
    b->room = room;
    return true;
}

bool buf_add(struct buf *b, str octets)
{
    if (!reserve(b, octets.n))
        return false;
    if (octets.n)
        memcpy(b->p + b->n, octets.p, octets.n);
    b->n += octets.n;
    return true;
}

bool buf_addc(struct buf *b, char c)
{
    return buf_add(b, (str){ &c, 1 });
}

bool buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int needed = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (needed < 0)
        return fail(b);
    if (!reserve(b, (size_t)needed))
        return false;
    va_start(args, fmt);
    vsnprintf(b->p + b->n, (size_t)needed + 1, fmt, args);
    va_end(args);
    b->n += (size_t)needed;
    return true;
}

void buf_drop(struct buf *b, size_t n)
{
    if (n >= b->n) {
        b->n = 0;
        return;
    }
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = false;
}

bool buf_ok(const struct buf *b)
{
    return !b->failed;
}
