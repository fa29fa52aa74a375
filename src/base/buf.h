/* SPDX-License-Identifier: ISC */
/*
 * base/buf.h - octets that grow, up to a maximum they are born with
 * Owns    the memory of its octets. buf_str() is good until the next call that adds or removes.
 * Errors  sticky: an addition that would pass the maximum, or finds no memory, adds nothing and sets
 *         the mark that buf_ok() reads, and so does every addition after it until buf_clear(): a long
 *         build-up needs one check at its end, and never has a hole in its middle.
 */
#ifndef BATON_BASE_BUF_H
#define BATON_BASE_BUF_H
#include "base/str.h"

struct buf {
    char *p;
    size_t n, room, max;
    bool failed;
};

void buf_init(struct buf *b, size_t max_octets);
void buf_done(struct buf *b);      /* frees; the buffer may be used again after buf_init() */
void buf_wipe_done(struct buf *b); /* overwrites first: for secrets */
bool buf_add(struct buf *b, str octets);
bool buf_addc(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_drop(struct buf *b, size_t n); /* from the front */
void buf_clear(struct buf *b);          /* empties and forgets a failure; keeps the memory */
bool buf_ok(const struct buf *b);
static inline str buf_str(const struct buf *b)
{
    return (str){ b->p, b->n };
}
#endif
