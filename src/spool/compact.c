/* SPDX-License-Identifier: ISC */
/*
 * A segment of which little is alive: what lives is copied to the segment at hand, in slices between batches, in the order
 * of every other body (octets, sync, state). So one message that waits for days does not hold 64 MiB.
 */
#include "spool/crc32c.h"
#include "spool/inside.h"
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLICE_OCTETS = 512 << 10,
    SLICE_RECORDS = 2000, /* looked at */
    MOVES = 200,
    DEAD_SHARE = 4, /* less than one part in so many is alive */
    BUSY_MS = 1000, /* a slice, even if there is always something else to do */
    REST_MS = 10000 /* after a failure */
};

struct move {
    uint64_t id, from, to, length;
};
struct slice {
    struct segment *g;
    struct move moves[MOVES];
    size_t count;
    uint64_t octets;
    char *buffer; /* SLICE_OCTETS and a record more */
};

static bool wants_it(const struct spool *s, const struct segment *g)
{
    return g->sealed && !g->stuck && g->live > 0 && g != s->current &&
           g->live_octets < g->octets / DEAD_SHARE && g->octets >= s->segment_octets / 2;
}

static struct segment *pick(struct spool *s)
{
    for (size_t i = 0; i < s->segments.room; i++) {
        struct segment *g = s->segments.rows[i].value;
        if (g && wants_it(s, g))
            return g;
    }
    return NULL;
}

/* ---- what is alive ---- */

static bool is_alive(struct spool *s, uint64_t id, uint64_t segment, uint64_t offset)
{
    struct state_row row;
    state_rows_begin(s->state, STATE_ONE, 0, id);
    bool found = state_rows_next(s->state, &row) && row.segment == segment && row.offset == offset;
    return state_rows_end(s->state) && found;
}

static uint64_t next_batch(uint64_t at)
{
    return (at / SEGMENT_ALIGN + 1) * SEGMENT_ALIGN;
}

/* Copies a record into the buffer, under its new place. False: what lies there is damaged, and stays. */
static bool copy(struct spool *s, struct slice *c, struct move m)
{
    char *to = c->buffer + c->octets;
    size_t n = 0;
    struct record_at r = { s->io, c->g->fd, m.id, c->g->number, m.from, m.length };
    if (!record_read(&r, 0, to + RECORD_HEADER, (size_t)m.length, &n, NULL) || n != m.length)
        return false;
    for (size_t i = 0; i < record_chunks(m.length); i++) {
        str chunk = str_take(str_skip((str){ to + RECORD_HEADER, n }, i * RECORD_CHUNK),
                             RECORD_CHUNK);
        uint32_t sum = htole32(crc32c(0, chunk));
        memcpy(to + RECORD_HEADER + n + 4 * i, &sum, sizeof sum);
    }
    m.to = c->octets;
    c->moves[c->count++] = m;
    c->octets += record_octets(m.length);
    return true;
}

/* From s->compact_at on, to the end of the slice or of the segment. */
static void gather(struct spool *s, struct slice *c)
{
    for (int n = 0; n < SLICE_RECORDS && c->count < MOVES && c->octets < SLICE_OCTETS; n++) {
        char header[RECORD_HEADER];
        uint64_t id, length, at = s->compact_at;
        if (at + RECORD_HEADER > c->g->octets)
            return;
        if (s->io->pread(s->io->user, c->g->fd, header, sizeof header, (off_t)at) !=
                (ssize_t)sizeof header ||
            !record_header_read(header, &id, &length, c->g->number, at) || length > DRAFT_MEMORY) {
            s->compact_at = next_batch(at);
            continue;
        }
        s->compact_at = at + record_octets(length);
        if (is_alive(s, id, c->g->number, at) &&
            !copy(s, c, (struct move){ .id = id, .from = at, .length = length }))
            c->g->stuck = true;
    }
}

/* ---- moving it ---- */

static bool write_slice(struct spool *s, struct slice *c)
{
    errno = ENOSPC;
    if (batch_room(s, c->octets, false) != SPOOL_KEPT)
        return false;
    struct segment *to = s->current;
    uint64_t at = to->end;
    to->end += c->octets;
    for (size_t i = 0; i < c->count; i++) {
        struct move *m = &c->moves[i];
        record_header(c->buffer + m->to, m->id, m->length, to->number, at + m->to);
        m->to += at;
    }
    struct iovec iov = { c->buffer, (size_t)c->octets };
    return spool_write_all(s->io, to->fd, &iov, 1, at) && batch_sync(s, to->fd);
}

static enum state_answer move_rows(struct spool *s, const struct slice *c)
{
    enum state_answer a = state_begin(s->state);
    for (size_t i = 0; i < c->count && a == STATE_OK; i++) {
        int64_t octets = (int64_t)record_octets(c->moves[i].length);
        batch_touch(s, c->g, -1, -octets);
        batch_touch(s, s->current, 1, octets);
        a = state_move(s->state, c->moves[i].id, s->current->number, c->moves[i].to);
    }
    return a == STATE_OK ? batch_commit(s, 0) : a;
}

/* Who has one in hand reads on at its new place. */
static void move_hands(struct spool *s, const struct slice *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct hand *h = map_get(&s->hands, c->moves[i].id);
        if (!h)
            continue;
        pthread_mutex_lock(&s->hands_lock);
        h->place.segment = s->current;
        h->place.offset = c->moves[i].to;
        s->current->refs++;
        pthread_mutex_unlock(&s->hands_lock);
        segment_unref(s, c->g);
    }
}

static bool move_slice(struct spool *s, struct slice *c)
{
    struct err e;
    if (!write_slice(s, c)) {
        err_sys(&e, "copying what is alive of segment %" PRIu64, c->g->number);
        batch_seal(s);
    } else if (batch_names(s) == SPOOL_KEPT) {
        if (move_rows(s, c) == STATE_OK) {
            move_hands(s, c);
            atomic_fetch_add(&s->numbers.moved, c->count);
            return true;
        }
        err_set(&e, ERR_SYSTEM, "copying what is alive of segment %" PRIu64 ": %s", c->g->number,
                state_why(s->state));
        batch_bury(s);
        batch_fold(s, false);
    } else {
        return false;
    }
    spool_tell(s, "a segment is not made smaller", &e);
    return false;
}

static bool slice_of(struct spool *s, struct segment *g)
{
    struct slice c = { .g = g };
    c.buffer = malloc(SLICE_OCTETS + record_octets(DRAFT_MEMORY));
    bool ok = c.buffer && segment_ref(s, g);
    if (ok) {
        gather(s, &c);
        bool at_end = s->compact_at + RECORD_HEADER > g->octets;
        ok = c.count == 0 || move_slice(s, &c);
        if (at_end || !ok) {
            g->stuck |= ok && g->live > c.count; /* what is left of it was not found */
            s->compacting = NULL;
        }
        if (ok && c.count > 0)
            batch_fold(s, true);
        segment_unref(s, g);
    }
    free(c.buffer);
    return ok;
}

void compact_turn(struct spool *s)
{
    uint64_t now = spool_now_ms();
    if (!s->compacting && s->compact_look && now >= s->compact_rest_ms) {
        s->compact_look = false;
        s->compact_at = 0;
        s->compacting = pick(s);
    }
    if (!s->compacting || (s->backlog.first && now - s->compacted_ms < BUSY_MS))
        return;
    s->compacted_ms = now;
    if (!slice_of(s, s->compacting)) {
        s->compacting = NULL;
        s->compact_rest_ms = now + REST_MS;
    }
    s->compact_look = true;
}
