/* SPDX-License-Identifier: ISC */
/*
 * relay/courier_job.c - a message in memory, and how it leaves the hand
 *
 * A job is one piece of memory: itself, its recipients, their marks, and every octet that they point to.
 */
#include "queue/retry.h"
#include "relay/bounce.h"
#include "relay/courier_inside.h"
#include <stdlib.h>
#include <string.h>

/* ---- copying ---- */

static str *const *texts_of(struct queue_message *m, str *out[8])
{
    str *all[] = { &m->reverse_path, &m->login, &m->listener, &m->helo, &m->envid, &m->route };
    memcpy(out, all, sizeof all);
    out[COUNT_OF(all)] = NULL;
    return out;
}

static void texts_of_recipient(struct queue_recipient *r, str *out[5])
{
    str *all[] = { &r->forward_path, &r->orcpt, &r->reply, &r->server };
    memcpy(out, all, sizeof all);
    out[COUNT_OF(all)] = NULL;
}

static size_t octets_of(const struct queue_message *m)
{
    str *all[8];
    size_t n = 0;
    texts_of((struct queue_message *)m, all);
    for (size_t i = 0; all[i]; i++)
        n += all[i]->n;
    for (size_t k = 0; k < m->recipient_count; k++) {
        texts_of_recipient(&m->recipients[k], all);
        for (size_t i = 0; all[i]; i++)
            n += all[i]->n;
    }
    return n;
}

static char *move_texts(str *const *all, char *to)
{
    for (size_t i = 0; all[i]; i++) {
        if (all[i]->n > 0)
            memcpy(to, all[i]->p, all[i]->n);
        all[i]->p = to;
        to += all[i]->n;
    }
    return to;
}

struct courier_job *courier_job_new(const struct queue_message *m)
{
    size_t table = m->recipient_count * sizeof *m->recipients;
    size_t octets = sizeof(struct courier_job) + table + m->recipient_count + octets_of(m);
    struct courier_job *job = malloc(octets);
    if (!job)
        return NULL;
    *job = (struct courier_job){ .m = *m, .octets = octets };
    arena_init(&job->told, COURIER_TOLD_MAX);
    job->m.recipients = (struct queue_recipient *)(job + 1);
    if (table > 0)
        memcpy(job->m.recipients, m->recipients, table);
    job->marks = (uint8_t *)(job + 1) + table;
    memset(job->marks, 0, m->recipient_count);
    char *to = (char *)job->marks + m->recipient_count;
    str *all[8];
    to = move_texts(texts_of(&job->m, all), to);
    for (size_t k = 0; k < m->recipient_count; k++) {
        struct queue_recipient *r = &job->m.recipients[k];
        texts_of_recipient(r, all);
        to = move_texts(all, to);
        if (r->notify & QUEUE_NOTIFY_OWED) /* an attempt before was cut off */
            job->marks[k] |= MARK_RELAYED;
        r->notify &= ~(unsigned)QUEUE_NOTIFY_OWED;
    }
    return job;
}

void courier_job_free(struct courier_job *job)
{
    arena_done(&job->told);
    free(job);
}

str courier_keep(struct courier_job *job, str text)
{
    str kept = arena_dup(&job->told, str_take(text, COURIER_REPLY_MAX));
    return kept.p ? kept : STR_NONE;
}

/* ---- answers ---- */

void courier_answer(struct courier_job *job, size_t recipient, enum queue_fate fate, str reply,
                    str server, enum cause_id cause)
{
    struct queue_recipient *r = &job->m.recipients[recipient];
    r->reply = reply;
    r->server = server;
    r->cause = cause;
    job->marks[recipient] |= MARK_TRIED;
    if (fate == QUEUE_FATE_DELIVERED) {
        r->state = QUEUE_DELIVERED;
        job->unnoted++;
    } else if (fate == QUEUE_FATE_FAILS) {
        r->state = QUEUE_FAILED;
        job->marks[recipient] |= MARK_FAILED;
        relay_count(&job->courier->worker->counters, RELAY_FAILED, 1);
        courier_log_answer(job, recipient, "failed", NET_LOG_WARNING);
    } else {
        relay_count(&job->courier->worker->counters, RELAY_RETRIED, 1);
        courier_log_answer(job, recipient, "deferred", NET_LOG_INFO);
    }
}

static bool waits(const struct queue_message *m)
{
    for (size_t i = 0; i < m->recipient_count; i++)
        if (m->recipients[i].state == QUEUE_WAITING)
            return true;
    return false;
}

/* RFC 5321 section 4.5.4.1: what could not be delivered for so long fails. */
static void give_up(struct courier_job *job)
{
    for (size_t i = 0; i < job->m.recipient_count; i++) {
        struct queue_recipient *r = &job->m.recipients[i];
        if (r->state != QUEUE_WAITING)
            continue;
        r->state = QUEUE_FAILED;
        job->marks[i] |= MARK_FAILED | MARK_EXPIRED;
        relay_count(&job->courier->worker->counters, RELAY_FAILED, 1);
        courier_log_answer(job, i, "expired", NET_LOG_WARNING);
    }
}

/* Of whom the sender is to be told, that is kept with the settlement. Until then whoever has it is noted with what is owed for
 * them; whoever failed waits, and may be asked again, which makes nothing two. */
static void note_owed(struct courier_job *job, size_t i, struct queue_recipient *r)
{
    if (job->marks[i] & MARK_FAILED)
        r->state = QUEUE_WAITING;
    else if (job->marks[i] & MARK_RELAYED)
        r->notify |= QUEUE_NOTIFY_OWED;
}

void courier_note(struct courier_job *job)
{
    struct queue_message m = job->m;
    size_t n = m.recipient_count;
    if (job->unnoted == 0)
        return;
    m.recipients = malloc(n * sizeof *m.recipients);
    if (!m.recipients)
        return;
    memcpy(m.recipients, job->m.recipients, n * sizeof *m.recipients);
    for (size_t i = 0; i < n; i++)
        note_owed(job, i, &m.recipients[i]);
    if (spool_note(job->courier->relay->spool, &m))
        job->unnoted = 0;
    free(m.recipients);
}

/* ---- leaving ---- */

static const struct site *site_of(const struct courier_job *job)
{
    return &job->courier->config->rules.file.site;
}

static void on_bounce_kept(void *user, uint64_t bounce_id, enum spool_result result)
{
    if (bounce_id != 0 && result == SPOOL_KEPT)
        courier_look(user);
    else
        courier_due(user, relay_now_ms() + SPOOL_AS_IT_WAS_MS);
}

/* A notification could not be written down: what it would tell of is not settled yet. */
static void unsettle(struct courier_job *job, const struct err *why)
{
    char id[QUEUE_ID_TEXT_MAX];
    for (size_t i = 0; i < job->m.recipient_count; i++)
        note_owed(job, i, &job->m.recipients[i]);
    job->m.due_ms = relay_now_ms() + COURIER_NO_BOUNCE_MS;
    NET_LOG(job->courier->relay->log, NET_LOG_ERROR, "bounce-not-written",
            LOG_STR("id", str_from(queue_id_text(job->m.id, id))),
            LOG_STR("why", str_from(why->why)));
}

static void settle(struct courier_job *job)
{
    struct relay *r = job->courier->relay;
    struct relay_bounce b = { 0 };
    struct err why = { 0 };
    if (!relay_bounce_make(job->courier->relay, job->courier->config, &job->m, job->marks, &b,
                           &why)) {
        unsettle(job, &why);
        relay_bounce_done(&b);
    }
    if (b.draft)
        relay_count(&job->courier->worker->counters, RELAY_BOUNCES, 1);
    if (!spool_settle(r->spool, &job->m, b.draft, b.draft ? &b.message : NULL,
                      b.draft ? on_bounce_kept : NULL, r))
        courier_due(r, relay_now_ms() + SPOOL_AS_IT_WAS_MS);
    b.draft = NULL;
    relay_bounce_done(&b);
    if (waits(&job->m))
        courier_due(r, job->m.due_ms);
    courier_job_done(job);
}

static bool is_other(const struct courier_job *job, size_t i)
{
    return job->m.recipients[i].state == QUEUE_WAITING && (job->marks[i] & MARK_OTHER);
}

/* Recipients of another route that were never tried: it is their turn at once. */
static bool others_untried(const struct courier_job *job)
{
    for (size_t i = 0; i < job->m.recipient_count; i++) {
        const struct queue_recipient *r = &job->m.recipients[i];
        if (is_other(job, i) && r->reply.n == 0 && r->server.n == 0 &&
            courier_has_route(job->courier->config, r))
            return true;
    }
    return false;
}

/* The next attempt is by the route of the first that waits: so those whose turn this one was go behind the others. A route
 * that is down, or puts off, holds up no other. */
static void turn(struct courier_job *job)
{
    struct queue_message *m = &job->m;
    size_t n = m->recipient_count, count = 0;
    for (size_t i = 0; i < n; i++)
        count += is_other(job, i);
    if (count == 0)
        return;
    struct queue_recipient *all = malloc(n * sizeof *all);
    uint8_t *marks = malloc(n);
    if (all && marks) {
        size_t front = 0, back = count;
        for (size_t i = 0; i < n; i++) {
            size_t to = is_other(job, i) ? front++ : back++;
            all[to] = m->recipients[i];
            marks[to] = job->marks[i];
        }
        memcpy(m->recipients, all, n * sizeof *all);
        memcpy(job->marks, marks, n);
    }
    free(all);
    free(marks);
}

void courier_settle(struct courier_job *job)
{
    if (waits(&job->m)) {
        uint64_t now_ms = relay_now_ms();
        job->m.attempts++;
        job->m.due_ms = queue_next_due_ms(job->m.attempts, job->m.arrived_ms, now_ms,
                                          site_of(job)->lifetime_s, courier_chance(job->courier));
        if (others_untried(job))
            job->m.due_ms = now_ms;
        else if (job->m.due_ms == 0)
            give_up(job);
        turn(job);
    }
    settle(job);
}

static void end_attempt_of(struct courier_job *job, size_t i)
{
    const struct courier_last *last = &job->last;
    const struct queue_recipient *r = &job->m.recipients[i];
    if (job->marks[i] & MARK_PUT_OFF)
        courier_answer(job, i, QUEUE_FATE_WAITS, r->reply, r->server, r->cause);
    else
        courier_answer(job, i, last->fate, last->reply, last->server, last->cause);
}

void courier_end_attempt(struct courier_job *job)
{
    for (size_t i = 0; i < job->m.recipient_count; i++)
        if (job->m.recipients[i].state == QUEUE_WAITING &&
            !(job->marks[i] & (MARK_TRIED | MARK_OTHER)))
            end_attempt_of(job, i);
    courier_settle(job);
}

void courier_put_back(struct courier_job *job, uint64_t wait_ms, str why, enum cause_id cause)
{
    uint64_t now_ms = relay_now_ms();
    str reply = courier_keep(job, why);
    for (size_t i = 0; i < job->m.recipient_count; i++) {
        struct queue_recipient *r = &job->m.recipients[i];
        if (r->state == QUEUE_WAITING && !(job->marks[i] & (MARK_TRIED | MARK_OTHER))) {
            r->reply = reply;
            r->server = STR_NONE;
            r->cause = cause;
        }
    }
    /* From three to five quarters of the wait. */
    job->m.due_ms = now_ms + wait_ms - wait_ms / 4 +
                    ((wait_ms / 2 * courier_chance(job->courier)) >> 32);
    if (others_untried(job))
        job->m.due_ms = now_ms;
    else if (queue_next_due_ms(job->m.attempts, job->m.arrived_ms, now_ms, site_of(job)->lifetime_s,
                               0) == 0)
        give_up(job);
    turn(job);
    settle(job);
}

void courier_give_back(struct courier_job *job)
{
    job->m.due_ms = relay_now_ms();
    settle(job);
}
