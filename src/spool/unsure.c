/* SPDX-License-Identifier: ISC */
/*
 * The last batch before the power went. Its state and its bodies were synced at the same time, so its rows may be there
 * without them. Then nobody was told about those messages: they go. Rows up to the sure id are of batches before.
 * Where octets are something else than what was written, though all of them came, that is no batch that was cut off: the
 * message stays, and is held when it is read.
 */
#include "spool/inside.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum { SECTOR = 512 }; /* what a disk writes whole or not at all */

struct unsure {
    struct state_row rows[BATCH_JOBS]; /* without their envelopes */
    size_t count;
    const struct segment *synced; /* the one that was last */
};

static bool collect(struct spool *s, struct unsure *u, uint64_t after, struct err *e)
{
    struct state_row row;
    u->count = 0;
    state_rows_begin(s->state, STATE_ALL, 0, after);
    while (u->count < BATCH_JOBS && state_rows_next(s->state, &row)) {
        row.envelope = STR("");
        u->rows[u->count++] = row;
    }
    return state_rows_end(s->state) ||
           err_set(e, ERR_SYSTEM, "reading the state of the queue: %s", state_why(s->state));
}

static size_t read_up_to(struct spool *s, int fd, char *into, size_t n, uint64_t at, bool *failed)
{
    size_t have = 0;
    ssize_t got = 1;
    while (have < n && got != 0) {
        got = s->io->pread(s->io->user, fd, into + have, n - have, (off_t)(at + have));
        if (got > 0)
            have += (size_t)got;
        *failed |= got < 0 && errno != EINTR;
        if (*failed)
            break;
    }
    return have;
}

static bool is_zero(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && p[i] == 0)
        i++;
    return i == n;
}

/* The file ends within the record, or one of its sectors was never written: a place in a segment is written once, and is
 * zero before. */
static bool has_hole(struct spool *s, const struct state_row *row, const struct segment *g)
{
    char octets[64 * SECTOR];
    bool failed = false;
    uint64_t at = row->offset, end = at + record_octets(row->length);
    while (at < end) {
        uint64_t left = end - at;
        size_t n = sizeof octets - at % SECTOR;
        n = left < n ? (size_t)left : n;
        bool ends = read_up_to(s, g->fd, octets, n, at, &failed) < n;
        if (ends || failed)
            return !failed;
        for (size_t i = 0; i < n;) {
            size_t part = SECTOR - (at + i) % SECTOR;
            part = part < n - i ? part : n - i;
            if (is_zero(octets + i, part))
                return true;
            i += part;
        }
        at += n;
    }
    return false;
}

/* Not what was written there. What cannot be read is not that: it stays, and is met when it is read again. */
static bool is_missing(struct spool *s, const struct state_row *row, struct segment *g,
                       struct err *e)
{
    char octets[RECORD_CHUNK];
    struct record_at r = { s->io, g->fd, row->id, row->segment, row->offset, row->length };
    size_t n = 1;
    bool ok = true;
    for (uint64_t at = 0; ok && n > 0; at += n)
        ok = record_read(&r, at, octets, sizeof octets, &n, e);
    return !ok && e->kind == ERR_SYNTAX && has_hole(s, row, g);
}

/* What is there may be in the system's memory only, where just the process was killed. */
static void make_sure(struct spool *s, struct unsure *u, const struct segment *g)
{
    struct err e;
    if (u->synced == g)
        return;
    u->synced = g;
    if (batch_sync(s, g->fd))
        return;
    err_sys(&e, "syncing segment %" PRIu64, g->number);
    spool_tell(s, "the last batch may not be on the disk", &e);
}

/* Large ones, and segments, are synced before any state says them: where one is missing it was lost, and is held. */
static bool never_came(struct spool *s, struct unsure *u, const struct state_row *row,
                       struct segment *g, struct err *e)
{
    if (!g || row->length > DRAFT_MEMORY || !segment_ref(s, g))
        return false;
    bool missing = is_missing(s, row, g, e);
    if (!missing)
        make_sure(s, u, g);
    segment_unref(s, g);
    return missing;
}

static void tell_removed(struct spool *s, uint64_t id, const struct err *why)
{
    char text[QUEUE_ID_TEXT_MAX];
    struct err what;
    err_set(&what, ERR_NONE, "%s: %s", queue_id_text(id, text), why->why);
    spool_tell(s, "a message of the last batch that had not come to the disk is removed", &what);
}

static enum state_answer remove_one(struct spool *s, struct unsure *u, const struct state_row *row,
                                    size_t *removed)
{
    struct err why = { .kind = ERR_NONE };
    struct segment *g = map_get(&s->segments, row->segment);
    if (!never_came(s, u, row, g, &why))
        return STATE_OK;
    ++*removed;
    tell_removed(s, row->id, &why);
    s->held -= row->held;
    s->messages--;
    batch_touch(s, g, -1, -(int64_t)record_octets(row->length));
    return state_delete(s->state, row->id);
}

static bool remove_all(struct spool *s, struct unsure *u, struct err *e)
{
    size_t removed = 0;
    bool more = true;
    u->synced = NULL;
    enum state_answer a = state_begin(s->state);
    for (uint64_t after = s->sure_written; a == STATE_OK && more;) {
        if (!collect(s, u, after, e))
            return false;
        for (size_t i = 0; i < u->count && a == STATE_OK; i++)
            a = remove_one(s, u, &u->rows[i], &removed);
        more = u->count == BATCH_JOBS;
        after = u->count > 0 ? u->rows[u->count - 1].id : after;
    }
    s->sure_id = s->last_id;
    if (a == STATE_OK)
        a = batch_commit(s, 0);
    batch_fold(s, a == STATE_OK);
    if (a != STATE_OK)
        return err_set(e, ERR_SYSTEM, "removing what was not kept: %s", state_why(s->state));
    if (removed > 0) {
        struct err what;
        err_set(&what, ERR_NONE,
                "%zu messages of the last batch had not come to the disk, and were "
                "not acknowledged",
                removed);
        spool_tell(s, "the queue was recovered", &what);
    }
    return true;
}

bool unsure_remove(struct spool *s, struct err *e)
{
    if (s->sure_id >= s->last_id)
        return true;
    struct unsure *u = malloc(sizeof *u);
    bool ok = u ? remove_all(s, u, e) : err_memory(e, "the last batch of the queue");
    free(u);
    return ok;
}
