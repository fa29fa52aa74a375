/* SPDX-License-Identifier: ISC */
/* A message that comes in: in memory while it is small, and else at its place in a segment of its own. */
#include "spool/crc32c.h"
#include "spool/inside.h"
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_ROOM = 8192 };
static const uint64_t DRAFTS_IN_MEMORY =
    256 << 20; /* all together: from there on files, for half of the room */

struct spool_draft *spool_draft_new(struct spool *s)
{
    struct spool_draft *d = calloc(1, sizeof *d);
    if (d)
        d->spool = s;
    return d;
}

void spool_draft_free(struct spool_draft *d)
{
    if (!d)
        return;
    if (d->file) {
        char name[SEGMENT_NAME];
        d->spool->io->unlink(d->spool->io->user, d->spool->bodies_fd,
                             segment_name(d->file->number, name));
        d->file->gone = true;
        segment_unref(d->spool, d->file);
    }
    atomic_fetch_sub_explicit(&d->spool->in_drafts, d->room, memory_order_relaxed);
    free(d->sums);
    free(d->p);
    free(d);
}

static enum spool_result by_errno(int why)
{
    return why == ENOSPC || why == EDQUOT ? SPOOL_FULL : SPOOL_FAILED;
}

static enum spool_result failed(struct spool_draft *d, enum spool_result r)
{
    d->damaged = true;
    return r;
}

/* The buffer goes to the file, which is made when it is first needed. */
static enum spool_result flush(struct spool_draft *d)
{
    struct spool *s = d->spool;
    int why = 0;
    if (!room_for(s, d->n))
        return failed(d, SPOOL_FULL);
    if (!d->file)
        d->file = segment_make(s, 0, &why);
    if (!d->file)
        return failed(d, by_errno(why));
    struct iovec iov = { d->p, d->n };
    if (!spool_write_all(s->io, d->file->fd, &iov, 1, RECORD_HEADER + d->written))
        return failed(d, by_errno(errno));
    d->written += d->n;
    d->n = 0;
    return SPOOL_KEPT;
}

static bool grow(struct spool_draft *d, size_t wanted)
{
    size_t room = d->room ? d->room : LEAST_ROOM;
    while (room < wanted && room < DRAFT_MEMORY)
        room *= 2;
    if (room == d->room)
        return true;
    char *p = realloc(d->p, room);
    if (!p)
        return false;
    atomic_fetch_add_explicit(&d->spool->in_drafts, room - d->room, memory_order_relaxed);
    d->p = p;
    d->room = room;
    return true;
}

static bool sum(struct spool_draft *d, str octets)
{
    while (octets.n > 0) {
        size_t chunk = (size_t)(d->length / RECORD_CHUNK);
        size_t inside = (size_t)(d->length % RECORD_CHUNK);
        if (chunk == d->sums_room) {
            size_t room = d->sums_room ? d->sums_room * 2 : 4;
            uint32_t *sums = realloc(d->sums, room * sizeof *sums);
            if (!sums)
                return false;
            d->sums = sums;
            d->sums_room = room;
        }
        str part = str_take(octets, RECORD_CHUNK - inside);
        uint32_t before = inside ? le32toh(d->sums[chunk]) : 0;
        d->sums[chunk] = htole32(crc32c(before, part));
        d->length += part.n;
        octets = str_skip(octets, part.n);
    }
    return true;
}

/* The most that stays in memory: less where segments are small, or many drafts are large. */
static size_t in_memory(const struct spool_draft *d)
{
    const struct spool *s = d->spool;
    size_t most = s->segment_octets / 4 < DRAFT_MEMORY ? s->segment_octets / 4 : DRAFT_MEMORY;
    bool much = atomic_load_explicit(&s->in_drafts, memory_order_relaxed) > DRAFTS_IN_MEMORY;
    return much && most > LEAST_ROOM ? LEAST_ROOM : most;
}

enum spool_result spool_draft_add(struct spool_draft *d, str octets)
{
    if (d->damaged)
        return SPOOL_FAILED;
    if (!sum(d, octets))
        return failed(d, SPOOL_FAILED);
    while (octets.n > 0) {
        size_t most = in_memory(d);
        if (d->n >= most) {
            enum spool_result r = flush(d);
            if (r != SPOOL_KEPT)
                return r;
        }
        size_t n = octets.n < most - d->n ? octets.n : most - d->n;
        if (!grow(d, d->n + n))
            return failed(d, SPOOL_FAILED);
        memcpy(d->p + d->n, octets.p, n);
        d->n += n;
        octets = str_skip(octets, n);
    }
    return SPOOL_KEPT;
}

enum spool_result draft_finish(struct spool_draft *d)
{
    if (d->damaged)
        return SPOOL_FAILED;
    if (!d->file)
        return SPOOL_KEPT;
    enum spool_result r = d->n > 0 ? flush(d) : SPOOL_KEPT;
    if (r != SPOOL_KEPT)
        return r;
    struct iovec sums = { d->sums, 4 * record_chunks(d->length) };
    if (!spool_write_all(d->spool->io, d->file->fd, &sums, 1, RECORD_HEADER + d->length))
        return failed(d, by_errno(errno));
    return SPOOL_KEPT;
}
