/* SPDX-License-Identifier: ISC */
/* The committer's thread, the line of jobs before it, and the calls that add to that line. */
#include "spool/inside.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- jobs ---- */

void jobs_init(struct jobs *l)
{
    l->first = NULL;
    l->last = &l->first;
}

void jobs_add(struct jobs *l, struct job *j)
{
    j->next = NULL;
    *l->last = j;
    l->last = &j->next;
}

void jobs_join(struct jobs *l, struct jobs *more)
{
    if (!more->first)
        return;
    *l->last = more->first;
    l->last = more->last;
    jobs_init(more);
}

struct job *jobs_cut(struct jobs *l)
{
    struct job *j = l->first;
    if (!j)
        return NULL;
    l->first = j->next;
    if (!l->first)
        l->last = &l->first;
    j->next = NULL;
    return j;
}

void job_free(struct job *j)
{
    if (!j)
        return;
    spool_draft_free(j->draft);
    buf_done(&j->envelope);
    buf_done(&j->filter_text);
    job_free(j->bounce);
    free(j);
}

static struct job *job_new(enum job_kind kind, void *user)
{
    struct job *j = calloc(1, sizeof *j);
    if (!j)
        return NULL;
    j->kind = kind;
    j->user = user;
    buf_init(&j->envelope, ENVELOPE_MAX);
    buf_init(&j->filter_text, 4096);
    return j;
}

/* ---- time ---- */

static uint64_t ms_of(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

uint64_t spool_now_ms(void)
{
    return ms_of(CLOCK_MONOTONIC);
}

uint64_t spool_since_1970_ms(void)
{
    return ms_of(CLOCK_REALTIME);
}

void spool_tell(struct spool *s, const char *what, const struct err *why)
{
    if (s->told)
        s->told(s->user, what, why);
}

/* ---- the line ---- */

void spool_post(struct spool *s, struct job *j)
{
    bool urgent = (j->kind != JOB_SETTLE && j->kind != JOB_NOTE) || j->bounce ||
                  j->done; /* somebody waits for it */
    pthread_mutex_lock(&s->lock);
    jobs_add(&s->waiting, j);
    s->waiting_count++;
    bool ring = s->asleep && (s->waiting_count >= s->ring_at || (urgent && !s->waiting_urgent));
    s->waiting_urgent |= urgent;
    s->asleep &= !ring;
    pthread_mutex_unlock(&s->lock);
    if (ring)
        pthread_cond_signal(&s->bell);
}

static void wait_until(struct spool *s, uint64_t at_ms)
{
    struct timespec t = { (time_t)(at_ms / 1000), (long)(at_ms % 1000) * 1000000 };
    if (at_ms)
        pthread_cond_timedwait(&s->bell, &s->lock, &t);
    else
        pthread_cond_wait(&s->bell, &s->lock);
}

static uint64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* With the lock held. After a batch its sessions all send on at once, and one after the other they come back: the first
 * would have a batch alone, and the others wait for its syncs. So a batch that follows another waits for as many as were
 * in that, a part of the time that it took; and where many come at a time, for that many. Marks that nobody waits for go
 * with what somebody waits for. */
static void gather(struct spool *s)
{
    while (!s->closing && s->waiting.first && s->waiting_count < BATCH_JOBS) {
        bool urgent = s->waiting_urgent, many = s->crowd >= GATHER_CROWD;
        size_t wanted = many ? s->crowd : s->last_jobs;
        uint64_t wait_us = many || s->last_us / 2 > GATHER_US ? GATHER_US : s->last_us / 2;
        if (urgent && s->waiting_count >= wanted)
            return;
        uint64_t until_us = s->last_end_us + (urgent ? wait_us : LAZY_US);
        if (now_us() >= until_us)
            return;
        struct timespec t = { (time_t)(until_us / 1000000), (long)(until_us % 1000000) * 1000 };
        s->ring_at = urgent ? wanted : BATCH_JOBS;
        s->asleep = true;
        pthread_cond_timedwait(&s->bell, &s->lock, &t);
        s->asleep = false;
        s->ring_at = 1;
    }
}

/* With the lock of the hands held, or by the committer alone. */
static struct job *let_go_job(uint64_t id)
{
    struct job *j = job_new(JOB_SETTLE, NULL);
    if (!j)
        return NULL;
    j->id = id;
    j->as_it_was = true;
    j->due_ms = spool_since_1970_ms() + SPOOL_AS_IT_WAS_MS;
    return j;
}

/* Jobs for those that could not be settled for want of memory, if there is some now. */
static void let_go(struct spool *s)
{
    bool left = false;
    pthread_mutex_lock(&s->hands_lock);
    for (size_t i = 0; i < s->hands.room; i++) {
        struct hand *h = s->hands.rows[i].value;
        struct job *j = h && h->let_go ? let_go_job(h->id) : NULL;
        left |= h && h->let_go && !j;
        if (!j)
            continue;
        h->let_go = false;
        jobs_add(&s->again, j);
    }
    pthread_mutex_unlock(&s->hands_lock);
    s->let_go_left = left;
    if (left || s->again.first)
        s->again_at_ms = spool_now_ms() + (left ? AGAIN_MS : 0);
}

/* How many come at a time: the most there were, and where fewer come, soon no more than that. */
static void count_crowd(struct spool *s)
{
    size_t n = s->waiting_count;
    s->crowd = n >= s->crowd ? n : n + (s->crowd - n) * 7 / 8;
}

/* The last batch is sure, and nothing says so yet. Until it does, a message of it that a disk loses looks like one that
 * never came; so where no other commit comes soon, one does that. */
static bool is_unsaid(const struct spool *s)
{
    return s->sure_written != s->sure_id && s->io->sure_ms >= 0;
}

static bool is_past(uint64_t at_ms) /* 0: never */
{
    return at_ms && spool_now_ms() >= at_ms;
}

static uint64_t sure_at(const struct spool *s)
{
    return is_unsaid(s) ? s->sure_at_ms : 0;
}

static uint64_t earlier(uint64_t a, uint64_t b) /* 0: never */
{
    return a && (!b || a < b) ? a : b;
}

static void mind_sure(struct spool *s)
{
    if (s->sure_timed != s->sure_id) {
        s->sure_timed = s->sure_id;
        s->sure_at_ms = spool_now_ms() + (uint64_t)(s->io->sure_ms > 0 ? s->io->sure_ms : SURE_MS);
    } else if (is_past(sure_at(s)) && !batch_say_sure(s)) {
        s->sure_at_ms = spool_now_ms() + AGAIN_MS;
    }
}

/* What came meanwhile; waits where there is nothing else to do. False: the spool ends, and nothing is left. */
static bool fetch(struct spool *s)
{
    pthread_mutex_lock(&s->lock);
    while (!s->waiting.first && !s->backlog.first && !s->closing && !s->compacting && !s->let_go &&
           !is_past(s->again_at_ms) && !is_past(sure_at(s))) {
        s->asleep = true;
        wait_until(s, earlier(s->again_at_ms, sure_at(s)));
        s->asleep = false;
    }
    if (!s->backlog.first)
        gather(s);
    count_crowd(s);
    jobs_join(&s->backlog, &s->waiting);
    s->waiting_count = 0;
    s->waiting_urgent = false;
    bool closing = s->closing, go = s->let_go;
    s->let_go = false;
    pthread_mutex_unlock(&s->lock);
    if (go || (s->let_go_left && s->again_at_ms && spool_now_ms() >= s->again_at_ms))
        let_go(s);
    if (s->again_at_ms && (closing || spool_now_ms() >= s->again_at_ms)) {
        s->again_at_ms = 0;
        struct jobs first = s->again;
        if (!first.first)
            jobs_init(&first);
        jobs_init(&s->again);
        jobs_join(&first, &s->backlog);
        if (first.first)
            s->backlog = first;
    }
    return s->backlog.first || !closing;
}

static uint64_t octets_of(const struct job *j)
{
    const struct job *body = j->kind == JOB_KEEP ? j : j->bounce;
    return body && body->draft ? record_octets(body->draft->length) : 0;
}

/* So many that nobody waits long for the last of them; how many. What fits into the segment at hand goes there. */
static size_t cut_batch(struct spool *s, struct jobs *batch)
{
    uint64_t octets = 0, room = s->segment_octets;
    if (s->current && s->current->octets > s->current->end + SEGMENT_ALIGN)
        room = s->current->octets - s->current->end - SEGMENT_ALIGN;
    if (s->backlog.first && octets_of(s->backlog.first) > room)
        room = s->segment_octets;
    if (room > BATCH_OCTETS)
        room = BATCH_OCTETS;
    size_t n = 0;
    for (; n < BATCH_JOBS && s->backlog.first; n++) {
        octets += octets_of(s->backlog.first);
        if (n > 0 && octets > room)
            break;
        jobs_add(batch, jobs_cut(&s->backlog));
    }
    return n;
}

static void mind_reserve(struct spool *s)
{
    if (!s->reserve && room_for(s, 4 * RESERVE_OCTETS))
        reserve_make(s);
}

void *committer_run(void *spool)
{
    struct spool *s = spool;
    while (fetch(s)) {
        struct jobs batch;
        jobs_init(&batch);
        uint64_t began_us = now_us();
        s->last_jobs = cut_batch(s, &batch);
        if (batch.first) {
            batch_run(s, &batch);
            s->last_end_us = now_us();
            s->last_us = s->last_end_us - began_us;
        }
        compact_turn(s);
        mind_sure(s);
        mind_reserve(s);
    }
    return NULL;
}

/* ---- calls ---- */

static uint64_t due(uint64_t ms)
{
    return ms < INT64_MAX ? ms : INT64_MAX;
}

/* What is to be kept: complete, or with the reason why not. */
static struct job *keep_job(struct spool_draft *d, const struct queue_message *m, bool take,
                            void *user)
{
    struct job *j = job_new(JOB_KEEP, user);
    if (!j)
        return NULL;
    j->draft = d;
    j->due_ms = due(m->due_ms);
    j->held = m->held;
    j->take = take && !m->held;
    j->result = draft_finish(d);
    if (!queue_envelope_write(m, &j->envelope))
        j->result = SPOOL_FAILED;
    return j;
}

void spool_keep(struct spool *s, struct spool_draft *d, const struct queue_message *m, bool take,
                void (*done)(void *user, uint64_t id, enum spool_result result), void *user)
{
    struct job *j = keep_job(d, m, take, user);
    if (!j) {
        spool_draft_free(d);
        done(user, 0, SPOOL_FAILED);
        return;
    }
    j->done = done;
    spool_post(s, j);
}

static bool waits(const struct queue_message *m)
{
    for (size_t i = 0; i < m->recipient_count; i++)
        if (m->recipients[i].state == QUEUE_WAITING)
            return true;
    return false;
}

void spool_let_go(struct spool *s, uint64_t id)
{
    pthread_mutex_lock(&s->hands_lock);
    struct hand *h = map_get(&s->hands, id);
    if (h)
        h->let_go = true;
    pthread_mutex_unlock(&s->hands_lock);
    spool_tell(s, "there is no memory for a message that is in hand: it waits as it was", NULL);
    pthread_mutex_lock(&s->lock);
    s->let_go = true;
    pthread_mutex_unlock(&s->lock);
    pthread_cond_signal(&s->bell);
}

bool spool_settle(struct spool *s, const struct queue_message *m, struct spool_draft *bounce,
                  const struct queue_message *bounce_envelope,
                  void (*done)(void *user, uint64_t bounce_id, enum spool_result result),
                  void *user)
{
    struct job *j = job_new(JOB_SETTLE, user);
    if (bounce && j)
        j->bounce = keep_job(bounce, bounce_envelope, false, NULL);
    bool ok = j && (!bounce || j->bounce);
    if (ok) {
        j->id = m->id;
        j->due_ms = due(m->due_ms);
        j->held = m->held;
        j->done = done;
        j->finished = !waits(m);
        ok = j->finished || queue_envelope_write(m, &j->envelope);
    }
    if (ok) {
        spool_post(s, j);
        return true;
    }
    if (!j || !j->bounce)
        spool_draft_free(bounce);
    job_free(j);
    spool_let_go(s, m->id);
    if (done)
        done(user, 0, SPOOL_FAILED);
    return false;
}

bool spool_note(struct spool *s, const struct queue_message *m)
{
    struct job *j = job_new(JOB_NOTE, NULL);
    bool ok = j && queue_envelope_write(m, &j->envelope);
    if (!ok) {
        job_free(j);
        return false;
    }
    j->id = m->id;
    spool_post(s, j);
    return true;
}

void spool_take(struct spool *s, uint64_t now_ms, size_t max,
                void (*done)(void *user, const struct queue_message *all, size_t count,
                             uint64_t next_due_ms),
                void *user)
{
    struct job *j = job_new(JOB_TAKE, user);
    if (!j) {
        done(user, NULL, 0, now_ms);
        return;
    }
    j->now_ms = due(now_ms);
    j->max = max;
    j->took = done;
    spool_post(s, j);
}

static bool copy_filter(struct job *j, const struct spool_filter *f)
{
    j->filter = *f;
    bool ok = buf_add(&j->filter_text, f->text);
    j->filter.text = buf_str(&j->filter_text);
    return ok;
}

void spool_list(struct spool *s, const struct spool_filter *f,
                void (*one)(void *user, const struct queue_message *m, bool in_hand),
                void (*done)(void *user, size_t count, size_t left_out), void *user)
{
    struct job *j = job_new(JOB_LIST, user);
    if (!j || !copy_filter(j, f)) {
        job_free(j);
        if (done)
            done(user, 0, 0);
        return;
    }
    j->one = one;
    j->listed = done;
    spool_post(s, j);
}

void spool_change(
    struct spool *s, enum spool_change what, const struct spool_filter *f, uint64_t now_ms,
    void (*done)(void *user, size_t changed, size_t in_hand, enum spool_result result), void *user)
{
    struct job *j = job_new(JOB_CHANGE, user);
    if (!j || !copy_filter(j, f)) {
        job_free(j);
        if (done)
            done(user, 0, 0, SPOOL_FAILED);
        return;
    }
    j->change = what;
    j->now_ms = due(now_ms);
    j->changed = done;
    spool_post(s, j);
}

static struct hand *find_hand(struct spool *s, uint64_t id, struct record_at *r, struct segment **g)
{
    pthread_mutex_lock(&s->hands_lock);
    struct hand *h = map_get(&s->hands, id);
    if (h) {
        *g = h->place.segment;
        (*g)->refs++;
        *r = (struct record_at){
            s->io, (*g)->fd, id, (*g)->number, h->place.offset, h->place.length
        };
    }
    pthread_mutex_unlock(&s->hands_lock);
    return h;
}

bool spool_read(struct spool *s, uint64_t id, uint64_t offset, char *into, size_t room,
                size_t *read, struct err *e)
{
    struct record_at r;
    struct segment *g;
    char text[QUEUE_ID_TEXT_MAX];
    struct hand *h = find_hand(s, id, &r, &g);
    if (!h)
        return err_set(e, ERR_SYNTAX, "reading message %s: it is not in hand",
                       queue_id_text(id, text));
    struct err why = { .kind = ERR_NONE };
    bool ok = record_read(&r, offset, into, room, read, &why);
    segment_unref(s, g);
    if (ok)
        return true;
    pthread_mutex_lock(&s->hands_lock);
    h = map_get(&s->hands, id);
    if (h)
        h->damaged = true; /* it will be held when it leaves the hand */
    pthread_mutex_unlock(&s->hands_lock);
    spool_tell(s, "a message cannot be read, and will be held", &why);
    if (e)
        *e = why;
    return false;
}

void spool_numbers(struct spool *s, struct spool_numbers *out)
{
    *out = (struct spool_numbers){ 0 };
#define COPY(field) out->field = atomic_load_explicit(&s->numbers.field, memory_order_relaxed)
    COPY(kept), COPY(removed), COPY(commits), COPY(syncs), COPY(sync_failures);
    COPY(refused_full), COPY(octets_in), COPY(moved), COPY(messages), COPY(held), COPY(segments);
    COPY(segment_octets), COPY(live_octets), COPY(commit_us_last), COPY(commit_us_most);
#undef COPY
    pthread_mutex_lock(&s->hands_lock);
    out->in_hand = s->hands.count;
    pthread_mutex_unlock(&s->hands_lock);
}
