/* SPDX-License-Identifier: ISC */
/* What is asked of the state: messages that are due, lists, and changes, a slice at a time between batches. */
#include "spool/inside.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void memory_again(struct spool *s)
{
    arena_done(&s->memory);
    arena_init(&s->memory, (size_t)4 * ENVELOPE_MAX);
}

/* A row as a message, in the memory of the slice. */
static bool message_of(struct spool *s, const struct state_row *row, struct queue_message *m,
                       struct err *e)
{
    *m = (struct queue_message){ .id = row->id };
    str octets = arena_dup(&s->memory, row->envelope);
    if (!octets.p && row->envelope.n > 0)
        return err_memory(e, "an envelope");
    bool ok = queue_envelope_read(octets, &s->memory, m, e);
    m->id = row->id;
    m->due_ms = row->due_ms;
    m->held = row->held && !row->dropped;
    m->dropped = row->dropped;
    return ok;
}

/* ---- what is due ---- */

void taken_back_to(struct spool *s, uint64_t due_ms, uint64_t id)
{
    if (due_ms > s->taken_due_ms || (due_ms == s->taken_due_ms && id > s->taken_id))
        return;
    s->taken_due_ms = id > 0 ? due_ms : due_ms - (due_ms > 0);
    s->taken_id = id > 0 ? id - 1 : UINT64_MAX >> 1;
}

static void quarantine(struct spool *s, const struct state_row *row, const struct err *why)
{
    struct job *j = calloc(1, sizeof *j);
    spool_tell(s, "a message cannot be read, and is held", why);
    if (!j)
        return;
    j->kind = JOB_QUARANTINE;
    j->id = row->id;
    j->due_ms = row->due_ms;
    buf_init(&j->envelope, 0);
    buf_init(&j->filter_text, 0);
    jobs_add(&s->backlog, j);
}

static bool put_in_hand(struct spool *s, const struct state_row *row, struct err *e)
{
    struct segment *g = map_get(&s->segments, row->segment);
    struct hand *h = calloc(1, sizeof *h);
    errno = !g ? ENOENT : ENOMEM;
    if (!g || !h || !segment_ref(s, g)) {
        free(h);
        return err_sys(e, "opening segment %llu", (unsigned long long)row->segment);
    }
    *h = (struct hand){ .id = row->id, .place = { g, row->offset, row->length } };
    pthread_mutex_lock(&s->hands_lock);
    bool ok = map_put(&s->hands, row->id, h);
    pthread_mutex_unlock(&s->hands_lock);
    if (ok)
        return true;
    segment_unref(s, g);
    free(h);
    return err_memory(e, "a message in hand");
}

enum taken { TAKEN, LEFT_OUT, NOT_NOW };

/* A message that is damaged, or gone, is left out and held from now on. Where only memory or descriptors are short, it is
 * nothing of the message's. */
static enum taken take_row(struct spool *s, const struct state_row *row, struct queue_message *m)
{
    struct err e = { .kind = ERR_NONE };
    if (message_of(s, row, m, &e) && put_in_hand(s, row, &e))
        return TAKEN;
    if (e.kind == ERR_SYNTAX || (e.kind == ERR_SYSTEM && e.sys_errno == ENOENT)) {
        quarantine(s, row, &e);
        return LEFT_OUT;
    }
    return NOT_NOW;
}

void take_run(struct spool *s, struct job *j)
{
    struct queue_message *all = j->max ? calloc(j->max, sizeof *all) : NULL;
    size_t count = 0;
    uint64_t next = UINT64_MAX;
    struct state_row row;
    memory_again(s);
    state_rows_begin(s->state, STATE_DUE, s->taken_due_ms, s->taken_id);
    while (state_rows_next(s->state, &row)) {
        bool in_hand = map_get(&s->hands, row.id);
        if (!in_hand && (row.due_ms > j->now_ms || !all || count == j->max)) {
            next = row.due_ms;
            break;
        }
        enum taken t = in_hand ? LEFT_OUT : take_row(s, &row, &all[count]);
        if (t == NOT_NOW) {
            next = count > 0 ? row.due_ms : j->now_ms + AGAIN_MS;
            break;
        }
        count += t == TAKEN;
        if (row.due_ms <= j->now_ms) {
            s->taken_due_ms = row.due_ms;
            s->taken_id = row.id;
        }
    }
    if (!state_rows_end(s->state)) {
        struct err e;
        err_set(&e, ERR_SYSTEM, "reading the state of the queue: %s", state_why(s->state));
        spool_tell(s, "messages that are due cannot be found", &e);
    }
    j->took(j->user, all, count, next);
    free(all);
}

/* ---- filters ---- */

static bool has(str in, str text)
{
    return str_find_nocase(in, text) != STR_NOT_FOUND;
}

/* By what stands in the envelope, which costs its reading. */
static bool reads(const struct spool_filter *f)
{
    return f->text.n > 0 || !queue_filter_is_empty(&f->more);
}

static bool matches(const struct spool_filter *f, const struct queue_message *m)
{
    if (!queue_filter_matches(&f->more, m))
        return false;
    if (f->text.n == 0 || has(m->reverse_path, f->text) || has(m->login, f->text))
        return true;
    for (size_t i = 0; i < m->recipient_count; i++)
        if (has(m->recipients[i].forward_path, f->text) || has(m->recipients[i].reply, f->text))
            return true;
    return false;
}

/* What is in hand and is to be held says so nowhere but there. */
static bool hands_are_held(const struct spool *s)
{
    for (size_t i = 0; i < s->hands.room; i++)
        if (s->hands.rows[i].value && hand_is_held(s->hands.rows[i].value, false))
            return true;
    return false;
}

static enum state_order order_of(const struct spool *s, const struct job *j)
{
    const struct spool_filter *f = &j->filter;
    if (j->of_dropped)
        return STATE_DROPPED;
    return f->id ? STATE_ONE : f->held_only && !hands_are_held(s) ? STATE_HELD : STATE_ALL;
}

static bool is_held(const struct spool *s, const struct state_row *row)
{
    const struct hand *h = map_get(&s->hands, row->id);
    return !row->dropped && (h && !h->leaves ? hand_is_held(h, row->held) : row->held);
}

static bool may_be(const struct spool *s, const struct spool_filter *f, const struct state_row *row)
{
    return row->id > f->after && (!f->held_only || is_held(s, row));
}

/* ---- lists ---- */

static bool page_full(const struct spool_filter *f, const struct job *j)
{
    return f->page && f->max && j->count >= f->max;
}

bool list_slice(struct spool *s, struct job *j)
{
    struct spool_filter *f = &j->filter;
    struct state_row row;
    size_t rows = 0;
    state_rows_begin(s->state, order_of(s, j), 0, f->id ? f->id : f->after);
    while (rows < SLICE_ROWS && !page_full(f, j) && state_rows_next(s->state, &row)) {
        struct queue_message m = { .id = row.id };
        rows++;
        if (!may_be(s, f, &row))
            continue;
        f->after = row.id;
        bool more = !f->max || j->count < f->max;
        memory_again(s);
        bool known = (more || reads(f)) && message_of(s, &row, &m, NULL);
        m.held = is_held(s, &row);
        if (reads(f) && !(known && matches(f, &m)))
            continue; /* where nothing is asked of it, a damaged one is listed by its id */
        j->count += more;
        j->left_out += !more;
        if (more && j->one)
            j->one(j->user, &m, map_get(&s->hands, row.id));
    }
    state_rows_end(s->state);
    return f->id || page_full(f, j) || rows < SLICE_ROWS;
}

/* ---- changes ---- */

/* The row says so too, since what is in hand is so in memory only. When it is tried next is not for its row to say yet. */
static enum state_answer change_hand(struct spool *s, struct hand *h, struct job *j,
                                     const struct state_row *row)
{
    j->next_in_hand++;
    h->drop |= j->change == SPOOL_DROP;
    h->retry |= j->change == SPOOL_RETRY;
    h->retry_ms = j->now_ms;
    if (j->change == SPOOL_HOLD || j->change == SPOOL_RELEASE) {
        h->hold = j->change == SPOOL_HOLD;
        h->release = !h->hold;
    }
    switch (j->change) {
    case SPOOL_DROP: return state_drop_later(s->state, row->id);
    case SPOOL_HOLD: return state_when(s->state, row->id, row->due_ms, true);
    case SPOOL_RELEASE: return state_when(s->state, row->id, row->due_ms, false);
    case SPOOL_RETRY: break;
    }
    return STATE_OK;
}

static enum state_answer drop_row(struct spool *s, struct job *j, const struct state_row *row)
{
    struct segment *g = map_get(&s->segments, row->segment);
    j->held_more -= row->held;
    j->next_dropped++;
    if (g)
        batch_touch(s, g, -1, -(int64_t)record_octets(row->length));
    return state_delete(s->state, row->id);
}

static enum state_answer change_row(struct spool *s, struct job *j, const struct state_row *row)
{
    struct hand *h = map_get(&s->hands, row->id);
    if (h && !h->leaves && h->drop && j->change != SPOOL_DROP)
        return STATE_OK;
    j->next_count++;
    if (h && !h->leaves)
        return change_hand(s, h, j, row);
    switch (j->change) {
    case SPOOL_DROP: return drop_row(s, j, row);
    case SPOOL_HOLD:
        j->held_more += !row->held;
        return state_when(s->state, row->id, row->due_ms, true);
    case SPOOL_RELEASE:
        j->held_more -= row->held;
        return state_when(s->state, row->id, row->due_ms, false);
    case SPOOL_RETRY: return state_when(s->state, row->id, j->now_ms, row->held);
    }
    return STATE_OK;
}

/* The rows of a slice first, then what becomes of them: a row is not changed while its query runs. */
enum state_answer change_slice(struct spool *s, struct job *j)
{
    struct state_row *rows = calloc(SLICE_ROWS, sizeof *rows);
    size_t count = 0, seen = 0;
    struct state_row row;
    if (!rows)
        return STATE_FAILED;
    j->next_after = j->filter.after;
    j->held_more = 0;
    j->next_count = j->next_in_hand = j->next_dropped = 0;
    state_rows_begin(s->state, order_of(s, j), 0, j->filter.id ? j->filter.id : j->next_after);
    while (seen < SLICE_ROWS && state_rows_next(s->state, &row)) {
        struct queue_message m = { .id = row.id };
        seen++;
        if (!may_be(s, &j->filter, &row))
            continue;
        j->next_after = row.id;
        memory_again(s);
        if (!reads(&j->filter) || (message_of(s, &row, &m, NULL) && matches(&j->filter, &m)))
            rows[count++] = row;
    }
    enum state_answer a = state_rows_end(s->state) ? STATE_OK : STATE_FAILED;
    for (size_t i = 0; i < count && a == STATE_OK; i++)
        a = change_row(s, j, &rows[i]);
    for (size_t i = 0; i < count && a == STATE_OK; i++)
        if (j->change == SPOOL_RELEASE || j->change == SPOOL_RETRY)
            taken_back_to(s, j->change == SPOOL_RETRY ? j->now_ms : rows[i].due_ms, rows[i].id);
    j->ended = j->filter.id || seen < SLICE_ROWS;
    free(rows);
    return a;
}

/* Its attempt ended with the process, as it ends at a settlement. */
bool dropped_remove(struct spool *s, struct err *e)
{
    struct job j = { .kind = JOB_CHANGE, .change = SPOOL_DROP, .of_dropped = true };
    size_t removed = 0;
    struct err what;
    while (!j.ended) {
        enum state_answer a = state_begin(s->state);
        a = a == STATE_OK ? change_slice(s, &j) : a;
        a = a == STATE_OK ? batch_commit(s, 0) : a;
        batch_fold(s, a == STATE_OK);
        if (a != STATE_OK)
            return err_set(e, ERR_SYSTEM, "removing what was dropped: %s", state_why(s->state));
        j.filter.after = j.next_after;
        s->messages -= j.next_dropped;
        s->held = (uint64_t)((int64_t)s->held + j.held_more);
        removed += j.next_dropped;
    }
    if (removed > 0) {
        err_set(&what, ERR_NONE, "%zu messages had been dropped while they were in hand", removed);
        spool_tell(s, "the queue was recovered", &what);
    }
    return true;
}
