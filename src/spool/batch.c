/* SPDX-License-Identifier: ISC */
/*
 * One batch: bodies are written, then their sync and that of their state go on beside each other, then everybody is told.
 * The commit stands when both are done. Where the power goes between the two, unsure.c finds rows without their bodies.
 * What was to be kept fails where any of that fails. What was to be settled or changed stays, and is tried again: a
 * message in hand is not given out meanwhile, so nothing is delivered twice for it.
 */
#include "spool/inside.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { IOVECS = 768 };

/* The part of a job that brings octets; NULL: none. */
static struct job *body_of(struct job *j)
{
    return j->kind == JOB_KEEP ? j : j->kind == JOB_SETTLE ? j->bounce : NULL;
}

static bool writes_small(const struct job *body)
{
    return body && body->result == SPOOL_KEPT && !body->draft->file;
}

static enum spool_result by_errno(int why)
{
    return why == ENOSPC || why == EDQUOT ? SPOOL_FULL : SPOOL_FAILED;
}

static enum spool_result by_answer(enum state_answer a)
{
    return a == STATE_OK ? SPOOL_KEPT : a == STATE_FULL ? SPOOL_FULL : SPOOL_FAILED;
}

static uint64_t aligned(uint64_t n)
{
    return (n + SEGMENT_ALIGN - 1) / SEGMENT_ALIGN * SEGMENT_ALIGN;
}

/* ---- where bodies go ---- */

void batch_seal(struct spool *s)
{
    struct segment *g = s->current;
    if (!g)
        return;
    batch_synced(s); /* its file may be closed below */
    s->current = NULL;
    g->sealed = true;
    if (g->end < g->octets && s->io->ftruncate(s->io->user, g->fd, (off_t)g->end) == 0) {
        atomic_fetch_sub(&s->numbers.segment_octets, g->octets - g->end);
        g->octets = g->end;
    }
    if (g->live == 0)
        segment_drop(s, g);
    segment_unref(s, g);
}

static bool adopt(struct spool *s, struct segment *g)
{
    if (!map_put(&s->segments, g->number, g))
        return false;
    atomic_fetch_add(&s->numbers.segments, 1);
    atomic_fetch_add(&s->numbers.segment_octets, g->octets);
    s->bodies_dir_dirty = true;
    return true;
}

/* A segment with room for so many octets. A small one where the disk has no room for a whole one. */
static enum spool_result begin_segment(struct spool *s, uint64_t octets, bool must)
{
    int why = ENOSPC;
    batch_seal(s);
    struct segment *g = NULL;
    if (room_for(s, s->segment_octets))
        g = segment_make(s, s->segment_octets, &why);
    if (!g && by_errno(why) == SPOOL_FULL && (must || room_for(s, octets)))
        g = segment_make(s, aligned(octets), &why);
    if (!g)
        return by_errno(why);
    if (!adopt(s, g)) {
        char name[SEGMENT_NAME];
        s->io->unlink(s->io->user, s->bodies_fd, segment_name(g->number, name));
        g->gone = true;
        segment_unref(s, g);
        return SPOOL_FAILED;
    }
    s->current = g;
    return SPOOL_KEPT;
}

enum spool_result batch_room(struct spool *s, uint64_t octets, bool must)
{
    if (!s->current || aligned(s->current->end) + octets > s->current->octets) {
        enum spool_result r = begin_segment(s, octets, must);
        if (r != SPOOL_KEPT)
            return r;
    }
    s->current->end = aligned(s->current->end);
    return SPOOL_KEPT;
}

static enum spool_result find_room(struct spool *s, const struct jobs *batch)
{
    uint64_t octets = 0;
    bool must = false; /* a bounce is owed, and frees more than it takes */
    for (struct job *j = batch->first; j; j = j->next)
        if (writes_small(body_of(j))) {
            octets += record_octets(body_of(j)->draft->length);
            must |= j->kind == JOB_SETTLE;
        }
    return octets > 0 ? batch_room(s, octets, must) : SPOOL_KEPT;
}

static uint64_t next_id(struct spool *s)
{
    uint64_t now = spool_since_1970_ms() / 1000
                   << 18; /* no id comes twice, even if the state is lost */
    return s->last_id = now > s->last_id ? now : s->last_id + 1;
}

static void place(struct spool *s, struct job *j)
{
    struct spool_draft *d = j->draft;
    j->id = next_id(s);
    j->place = (struct record_place){ d->file, 0, d->length };
    if (!d->file) {
        j->place.segment = s->current;
        j->place.offset = s->current->end;
        s->current->end += record_octets(d->length);
    }
    record_header(j->header, j->id, d->length, j->place.segment->number, j->place.offset);
}

static void place_all(struct spool *s, const struct jobs *batch)
{
    enum spool_result small = find_room(s, batch);
    bool room = room_for(s, 0);
    for (struct job *j = batch->first; j; j = j->next) {
        struct job *body = body_of(j);
        if (!body || body->result != SPOOL_KEPT)
            continue;
        if (small != SPOOL_KEPT && !body->draft->file)
            body->result = small;
        else if (!room && j->kind == JOB_KEEP)
            body->result = SPOOL_FULL;
        else
            place(s, body);
    }
}

/* ---- writing and syncing ---- */

bool batch_sync(struct spool *s, int fd)
{
    int rc;
    do
        rc = s->io->fdatasync(s->io->user, fd);
    while (rc != 0 && errno == EINTR);
    atomic_fetch_add(&s->numbers.syncs, 1);
    if (rc != 0)
        atomic_fetch_add(&s->numbers.sync_failures, 1);
    return rc == 0;
}

bool batch_synced(void *spool)
{
    struct spool *s = spool;
    return !s->syncing || beside_end(s->beside) == 0;
}

struct write_out {
    struct iovec iov[IOVECS];
    int count;
    uint64_t offset, octets;
};

static bool write_out(struct spool *s, struct write_out *w)
{
    bool ok = spool_write_all(s->io, s->current->fd, w->iov, w->count, w->offset);
    w->offset += w->octets;
    w->octets = 0;
    w->count = 0;
    return ok;
}

static void add(struct write_out *w, void *p, size_t n)
{
    if (n > 0)
        w->iov[w->count++] = (struct iovec){ p, n };
    w->octets += n;
}

static bool write_small(struct spool *s, const struct jobs *batch, bool *any)
{
    struct write_out w;
    w.count = 0;
    w.octets = 0;
    for (struct job *j = batch->first; j; j = j->next) {
        struct job *body = body_of(j);
        if (!writes_small(body))
            continue;
        if (!*any)
            w.offset = body->place.offset;
        *any = true;
        add(&w, body->header, RECORD_HEADER);
        add(&w, body->draft->p, body->draft->n);
        add(&w, body->draft->sums, 4 * record_chunks(body->draft->length));
        if (w.count > IOVECS - 3 && !write_out(s, &w))
            return false;
    }
    return w.count == 0 || write_out(s, &w);
}

static void fail_small(const struct jobs *batch, enum spool_result r)
{
    for (struct job *j = batch->first; j; j = j->next)
        if (writes_small(body_of(j)))
            body_of(j)->result = r;
}

/* Where the state says a message is gone for a bounce, that must be there: not both syncs at a time. */
static bool has_bounce(const struct jobs *batch)
{
    for (const struct job *j = batch->first; j; j = j->next)
        if (j->bounce)
            return true;
    return false;
}

/* A segment whose write or sync failed is never written or synced again: the system may have forgotten what it could not
 * write. errno says why. */
static void small_failed(struct spool *s, const struct jobs *batch)
{
    struct err e;
    fail_small(batch, by_errno(errno));
    if (!s->current)
        return; /* it is sealed already */
    err_sys(&e, "writing messages to segment %" PRIu64, s->current->number);
    spool_tell(s, "a segment is sealed", &e);
    batch_seal(s);
}

/* All small bodies, as one write and one sync, which goes on beside the commit. */
static void store_small(struct spool *s, const struct jobs *batch)
{
    bool any = false;
    bool ok = write_small(s, batch, &any);
    if (ok && any && !has_bounce(batch)) {
        beside_begin(s->beside, s->current->fd);
        s->syncing = true;
    } else if (ok && any) {
        ok = batch_sync(s, s->current->fd);
    }
    if (!ok)
        small_failed(s, batch);
}

/* A large body has been written by its session: here its header, and the sync. */
static void store_large(struct spool *s, struct job *body)
{
    struct segment *g = body->draft->file;
    struct iovec iov = { body->header, RECORD_HEADER };
    struct err e;
    g->octets = record_octets(body->draft->length);
    if (spool_write_all(s->io, g->fd, &iov, 1, 0) && batch_sync(s, g->fd)) {
        if (!adopt(s, g))
            body->result = SPOOL_FAILED;
        return;
    }
    body->result = by_errno(errno);
    err_sys(&e, "writing a message to segment %" PRIu64, g->number);
    spool_tell(s, "a large message is not kept", &e);
}

static void store(struct spool *s, const struct jobs *batch)
{
    store_small(s, batch);
    for (struct job *j = batch->first; j; j = j->next) {
        struct job *body = body_of(j);
        if (body && body->result == SPOOL_KEPT && body->draft->file)
            store_large(s, body);
    }
}

/* New segments have names that last before any state says them. */
enum spool_result batch_names(struct spool *s)
{
    struct err e;
    if (!s->bodies_dir_dirty)
        return SPOOL_KEPT;
    atomic_fetch_add(&s->numbers.syncs, 1);
    if (s->io->fsync_dir(s->io->user, s->bodies_fd) == 0) {
        s->bodies_dir_dirty = false;
        return SPOOL_KEPT;
    }
    atomic_fetch_add(&s->numbers.sync_failures, 1);
    enum spool_result r = by_errno(errno);
    err_sys(&e, "syncing the directory of segments");
    spool_tell(s, "a batch is not kept", &e);
    batch_seal(s); /* the name of this one may be lost: the next gets a new one */
    return r;
}

/* ---- state ---- */

void batch_touch(struct spool *s, struct segment *g, int live, int64_t octets)
{
    g->live_more += live;
    g->octets_more += octets;
    if (g->touched)
        return;
    g->touched = true;
    g->next_touched = s->touched;
    s->touched = g;
}

static enum state_answer insert(struct spool *s, const struct job *body)
{
    batch_touch(s, body->place.segment, 1, (int64_t)record_octets(body->place.length));
    return state_insert(s->state, &(struct state_row){ .id = body->id,
                                                       .due_ms = body->due_ms,
                                                       .held = body->held,
                                                       .segment = body->place.segment->number,
                                                       .offset = body->place.offset,
                                                       .length = body->place.length,
                                                       .envelope = buf_str(&body->envelope) });
}

bool hand_is_held(const struct hand *h, bool row)
{
    return h->damaged || ((row || h->hold) && !h->release);
}

/* What was asked for while it was in hand. */
static void ask_of_hand(struct job *j)
{
    const struct hand *h = j->hand;
    j->finished |= h->drop;
    j->held = hand_is_held(h, j->held);
    if (h->retry && h->retry_ms < j->due_ms)
        j->due_ms = h->retry_ms;
}

static enum state_answer settle(struct spool *s, struct job *j)
{
    enum state_answer a = STATE_OK;
    if (!j->hand || (j->bounce && j->bounce->result != SPOOL_KEPT))
        return STATE_OK;
    ask_of_hand(j);
    if (j->bounce)
        a = insert(s, j->bounce);
    if (a != STATE_OK)
        return a;
    j->hand->leaves = true;
    if (!j->finished && j->as_it_was)
        return state_when(s->state, j->id, j->due_ms, j->held);
    if (!j->finished)
        return state_update(s->state, j->id, j->due_ms, j->held, buf_str(&j->envelope));
    batch_touch(s, j->hand->place.segment, -1, -(int64_t)record_octets(j->hand->place.length));
    return state_delete(s->state, j->id);
}

static enum state_answer change_one(struct spool *s, struct job *j)
{
    switch (j->kind) {
    case JOB_KEEP: return j->result == SPOOL_KEPT ? insert(s, j) : STATE_OK;
    case JOB_SETTLE: return settle(s, j);
    case JOB_NOTE: return j->hand ? state_note(s->state, j->id, buf_str(&j->envelope)) : STATE_OK;
    case JOB_CHANGE: return change_slice(s, j);
    case JOB_QUARANTINE: return state_when(s->state, j->id, j->due_ms, true);
    default: return STATE_OK;
    }
}

static bool changes(const struct jobs *batch)
{
    for (const struct job *j = batch->first; j; j = j->next)
        if (j->kind == JOB_SETTLE || j->kind == JOB_NOTE || j->kind == JOB_CHANGE ||
            j->kind == JOB_QUARANTINE || (j->kind == JOB_KEEP && j->result == SPOOL_KEPT))
            return true;
    return false;
}

enum state_answer batch_commit(struct spool *s, uint64_t last_id)
{
    enum state_answer a = STATE_OK;
    for (struct segment *g = s->touched; g && a == STATE_OK; g = g->next_touched)
        a = state_segment(s->state, g->number, g->live + (uint64_t)g->live_more,
                          g->live_octets + (uint64_t)g->octets_more);
    if (a == STATE_OK && last_id)
        a = state_last_id(s->state, last_id);
    if (a == STATE_OK && s->sure_written != s->sure_id)
        a = state_sure_id(s->state, s->sure_id);
    if (a == STATE_OK)
        a = state_commit(s->state);
    if (a == STATE_OK)
        s->sure_written = s->sure_id;
    return a;
}

bool batch_say_sure(struct spool *s)
{
    if (state_begin(s->state) == STATE_OK && batch_commit(s, 0) == STATE_OK) {
        atomic_fetch_add(&s->numbers.commits, 1);
        atomic_fetch_add(&s->numbers.syncs, 1);
        return true;
    }
    state_rollback(s->state);
    return false;
}

static enum state_answer change_all(struct spool *s, const struct jobs *batch)
{
    enum state_answer a = state_begin(s->state);
    uint64_t last = 0;
    for (struct job *j = batch->first; j && a == STATE_OK; j = j->next) {
        a = change_one(s, j);
        const struct job *body = body_of(j);
        if (body && body->result == SPOOL_KEPT)
            last = body->id;
    }
    return a == STATE_OK ? batch_commit(s, last) : a;
}

/* Counters follow the commit; segments without a message go after it. */
void batch_fold(struct spool *s, bool committed)
{
    while (s->touched) {
        struct segment *g = s->touched;
        s->touched = g->next_touched;
        g->touched = false;
        if (committed) {
            g->live += (uint64_t)g->live_more;
            g->live_octets += (uint64_t)g->octets_more;
            atomic_fetch_add(&s->numbers.live_octets, (uint64_t)g->octets_more);
        }
        g->live_more = g->octets_more = 0;
        if (g->live == 0 && g != s->current)
            segment_drop(s, g);
        else
            s->compact_look = true;
    }
}

/* A commit whose sync failed may lie in the log all the same, and would come back after a crash: another one is written
 * over it. */
void batch_bury(struct spool *s)
{
    state_rollback(s->state);
    if (state_begin(s->state) != STATE_OK || state_last_id(s->state, s->last_id) != STATE_OK ||
        state_commit(s->state) != STATE_OK)
        state_rollback(s->state);
}

/* What was synced beside the commit has been, by now: its failure has failed the commit too. */
static int end_sync(struct spool *s)
{
    int why = s->syncing ? beside_end(s->beside) : 0;
    s->syncing = false;
    return why;
}

static int commit_state(struct spool *s, struct jobs *batch)
{
    struct err e;
    enum state_answer a = change_all(s, batch);
    int why = end_sync(s);
    if (a == STATE_OK) {
        atomic_fetch_add(&s->numbers.commits, 1);
        atomic_fetch_add(&s->numbers.syncs, 1);
    } else {
        err_set(&e, ERR_SYSTEM, "committing the state of the queue: %s", state_why(s->state));
        batch_bury(s);
        spool_tell(s, "a batch is not kept", &e);
    }
    batch_fold(s, a == STATE_OK);
    if (why)
        fail_small(batch, by_errno(why));
    for (struct job *j = batch->first; j && a != STATE_OK; j = j->next)
        if (j->result == SPOOL_KEPT)
            j->result = by_answer(a);
    return why;
}

static void commit(struct spool *s, struct jobs *batch)
{
    enum spool_result names = batch_names(s);
    for (struct job *j = batch->first; j && names != SPOOL_KEPT; j = j->next)
        if (body_of(j) && body_of(j)->result == SPOOL_KEPT)
            body_of(j)->result = names;
    int why = changes(batch) ? commit_state(s, batch) : end_sync(s);
    if (why) {
        errno = why;
        small_failed(s, batch);
    }
    s->sure_id = s->last_id;
}

/* ---- telling ---- */

/* Before anybody is told: who was told may ask. */
static void publish(struct spool *s)
{
    atomic_store_explicit(&s->numbers.messages, s->messages, memory_order_relaxed);
    atomic_store_explicit(&s->numbers.held, s->held, memory_order_relaxed);
}

static void take_in_hand(struct spool *s, struct job *j)
{
    struct hand *h = calloc(1, sizeof *h);
    if (h)
        *h = (struct hand){ .id = j->id, .place = j->place };
    bool ok = h && segment_ref(s, j->place.segment);
    if (ok) {
        pthread_mutex_lock(&s->hands_lock);
        ok = map_put(&s->hands, j->id, h);
        pthread_mutex_unlock(&s->hands_lock);
        if (!ok)
            segment_unref(s, j->place.segment);
    }
    if (!ok) {
        free(h);
        j->take = false;
        j->result = SPOOL_FAILED;
    }
}

static void drop_hand(struct spool *s, struct hand *h)
{
    pthread_mutex_lock(&s->hands_lock);
    map_remove(&s->hands, h->id);
    struct segment *g = h->place.segment;
    pthread_mutex_unlock(&s->hands_lock);
    segment_unref(s, g);
    free(h);
}

/* Its draft is a segment of the spool's now. */
static void draft_kept(struct spool *s, struct spool_draft *d)
{
    if (d->file)
        segment_unref(s, d->file);
    d->file = NULL;
}

static void count_kept(struct spool *s, const struct job *body)
{
    atomic_fetch_add(&s->numbers.kept, 1);
    atomic_fetch_add(&s->numbers.octets_in, body->place.length);
    s->messages++;
    s->held += body->held;
}

static void body_kept(struct spool *s, struct job *body)
{
    count_kept(s, body);
    draft_kept(s, body->draft);
    if (!body->take && !body->held)
        taken_back_to(s, body->due_ms, body->id);
}

/* It may be one of the spool's already: then not any more. Its file goes with the draft. */
static void body_lost(struct spool *s, struct job *body)
{
    struct segment *g = body->draft->file;
    if (body->take && body->id && map_get(&s->hands, body->id))
        drop_hand(s, map_get(&s->hands, body->id));
    if (g && map_get(&s->segments, g->number) == g)
        segment_drop(s, g);
}

static void tell_keep(struct spool *s, struct job *j)
{
    if (j->result == SPOOL_KEPT)
        body_kept(s, j);
    else
        body_lost(s, j);
    if (j->result == SPOOL_FULL)
        atomic_fetch_add(&s->numbers.refused_full, 1);
    publish(s);
    j->done(j->user, j->result == SPOOL_KEPT ? j->id : 0, j->result);
    job_free(j);
}

static void tell_settled(struct spool *s, struct job *j)
{
    uint64_t bounce = j->bounce ? j->bounce->id : 0;
    if (j->result == SPOOL_KEPT) {
        if (j->bounce)
            body_kept(s, j->bounce);
        atomic_fetch_add(&s->numbers.removed, j->finished);
        s->messages -= j->finished;
        s->held += !j->finished && j->held;
        if (j->hand) /* what was kept has one */
            drop_hand(s, j->hand);
        if (!j->finished && !j->held)
            taken_back_to(s, j->due_ms, j->id);
    }
    publish(s);
    if (j->done)
        j->done(j->user, j->result == SPOOL_KEPT ? bounce : 0, j->result);
    job_free(j);
}

/* What could not be settled waits with its message in hand, and is told where the spool ends. */
static void try_again(struct spool *s, struct job *j)
{
    uint64_t at = spool_now_ms() + AGAIN_MS;
    if (j->result == SPOOL_FULL && s->reserve) {
        reserve_spend(s);
        at -= AGAIN_MS;
    }
    if (!s->again_at_ms || at < s->again_at_ms)
        s->again_at_ms = at;
    j->result = SPOOL_KEPT;
    if (j->bounce)
        j->bounce->result = SPOOL_KEPT;
    if (j->hand)
        j->hand->leaves = false;
    jobs_add(&s->again, j);
}

/* Its bounce was not synced, and what was not synced once is not tried again: the next attempt makes another. */
static void without_bounce(struct spool *s, struct job *j)
{
    struct err e = { .kind = ERR_NONE };
    body_lost(s, j->bounce);
    job_free(j->bounce);
    j->bounce = NULL;
    j->finished = false;
    j->as_it_was = true;
    j->due_ms = spool_since_1970_ms() + SPOOL_AS_IT_WAS_MS;
    err_set(&e, ERR_SYSTEM, "its message waits as it was, for %d s", SPOOL_AS_IT_WAS_MS / 1000);
    spool_tell(s, "a bounce is not kept", &e);
    try_again(s, j);
}

static void settle_or_again(struct spool *s, struct job *j)
{
    if (j->hand && j->bounce && j->bounce->result != SPOOL_KEPT)
        j->result = j->bounce->result;
    if (j->hand && j->result != SPOOL_KEPT && !s->closing) {
        if (j->bounce && j->bounce->draft->file)
            without_bounce(s, j);
        else
            try_again(s, j);
        return;
    }
    if (j->result != SPOOL_KEPT && j->bounce)
        body_lost(s, j->bounce);
    tell_settled(s, j);
}

static void change_told(struct spool *s, struct job *j)
{
    if (j->result != SPOOL_KEPT && !s->closing) {
        try_again(s, j);
        return;
    }
    if (j->result == SPOOL_KEPT) {
        j->filter.after = j->next_after;
        j->count += j->next_count;
        j->in_hand += j->next_in_hand;
        s->held = (uint64_t)((int64_t)s->held + j->held_more);
        s->messages -= j->next_dropped;
        atomic_fetch_add(&s->numbers.removed, j->next_dropped);
        if (!j->ended) {
            jobs_add(&s->backlog, j);
            return;
        }
    }
    publish(s);
    if (j->changed)
        j->changed(j->user, j->count, j->in_hand, j->result);
    job_free(j);
}

static void quarantine_told(struct spool *s, struct job *j)
{
    if (j->result != SPOOL_KEPT && !s->closing) {
        try_again(s, j);
        return;
    }
    s->held += j->result == SPOOL_KEPT;
    publish(s);
    job_free(j);
}

static void list_told(struct spool *s, struct job *j)
{
    if (!list_slice(s, j)) {
        jobs_add(&s->backlog, j);
        return;
    }
    if (j->listed)
        j->listed(j->user, j->count, j->left_out);
    job_free(j);
}

static void tell(struct spool *s, struct job *j)
{
    switch (j->kind) {
    case JOB_KEEP: tell_keep(s, j); break;
    case JOB_SETTLE: settle_or_again(s, j); break;
    case JOB_NOTE:
        job_free(j);
        break; /* never tried again: that could come behind the settlement */
    case JOB_CHANGE: change_told(s, j); break;
    case JOB_QUARANTINE: quarantine_told(s, j); break;
    case JOB_LIST: list_told(s, j); break;
    case JOB_TAKE:
        take_run(s, j);
        job_free(j);
        break;
    }
}

/* ---- all of it ---- */

static void find_hands(struct spool *s, const struct jobs *batch)
{
    for (struct job *j = batch->first; j; j = j->next) {
        if (j->kind != JOB_SETTLE && j->kind != JOB_NOTE)
            continue;
        j->hand = map_get(&s->hands, j->id);
        if (!j->hand && j->kind == JOB_SETTLE) {
            j->result = SPOOL_FAILED;
            if (j->bounce)
                j->bounce->result = SPOOL_FAILED;
            spool_tell(s, "a message that is not in hand was to be settled", NULL);
        }
    }
}

static uint32_t us_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((now.tv_sec - start->tv_sec) * 1000000 +
                      (now.tv_nsec - start->tv_nsec) / 1000);
}

static void note_time(struct spool *s, const struct timespec *start)
{
    uint32_t us = us_since(start);
    atomic_store(&s->numbers.commit_us_last, us);
    if (us > atomic_load(&s->numbers.commit_us_most))
        atomic_store(&s->numbers.commit_us_most, us);
}

void batch_run(struct spool *s, struct jobs *batch)
{
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    find_hands(s, batch);
    place_all(s, batch);
    store(s, batch);
    for (struct job *j = batch->first; j; j = j->next)
        if (j->kind == JOB_KEEP && j->take && !j->held && j->result == SPOOL_KEPT)
            take_in_hand(s, j);
    commit(s, batch);
    note_time(s, &start);
    struct job *j;
    while ((j = jobs_cut(batch)))
        tell(s, j);
}
