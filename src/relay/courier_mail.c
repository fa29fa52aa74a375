/* SPDX-License-Identifier: ISC */
/*
 * relay/courier_mail.c - one mail transaction: MAIL, RCPT, DATA in one group where the server lets us (RFC 2920), then the
 * octets as they lie in the spool
 *
 * A message with more recipients than one transaction may have takes several, one behind the other. What is settled of a
 * recipient is noted at once; what a reply leaves open is told when the last reply of the transaction has come.
 */
#include "relay/courier_inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct relay_courier *courier_of(const struct courier_visit *v)
{
    return v->host->route->courier;
}

static str name_of(const struct courier_visit *v)
{
    return str_from(v->name);
}

static struct queue_recipient *recipient_of(const struct courier_visit *v, unsigned i)
{
    return &v->job->m.recipients[v->round[i]];
}

/* Has it no answer of this attempt yet? */
static bool is_open(const struct courier_visit *v, unsigned i)
{
    return recipient_of(v, i)->state == QUEUE_WAITING &&
           !(v->job->marks[v->round[i]] & (MARK_TRIED | MARK_PASSED));
}

static void tally(const struct courier_visit *v, enum queue_fate fate, unsigned count)
{
    struct relay_smarthost *s = v->host->counts;
    switch (fate) {
    case QUEUE_FATE_DELIVERED: relay_smarthost_count(s, RELAY_SMARTHOST_ACCEPTED, count); break;
    case QUEUE_FATE_FAILS:
    case QUEUE_FATE_FAILS_HERE: relay_smarthost_count(s, RELAY_SMARTHOST_REFUSED, count); break;
    case QUEUE_FATE_WAITS:
    case QUEUE_FATE_ELSEWHERE: relay_smarthost_count(s, RELAY_SMARTHOST_PUT_OFF, count); break;
    case QUEUE_FATE_GOES_ON:
    case QUEUE_FATE_NEXT_ROUND: break;
    }
}

static unsigned open_count(const struct courier_visit *v)
{
    unsigned n = 0;
    for (unsigned i = 0; i < v->round_count; i++)
        n += is_open(v, i);
    return n;
}

/* ---- what is said ---- */

static void pick_round(struct courier_visit *v)
{
    const struct courier_job *job = v->job;
    v->round_count = 0;
    for (size_t i = 0; i < job->m.recipient_count && v->round_count < COURIER_ROUND_MAX; i++)
        if (job->m.recipients[i].state == QUEUE_WAITING &&
            !(job->marks[i] & (MARK_TRIED | MARK_OTHER | MARK_PASSED)))
            v->round[v->round_count++] = (uint32_t)i;
}

static unsigned ext_of(const struct courier_visit *v)
{
    const struct smtp_caps *caps = net_dialogue_caps(v->dialogue);
    return caps ? caps->ext : 0;
}

/* False: the connection cannot take it; it is about to end. */
static bool say_round(struct courier_visit *v, const struct relay_lacks *lacks)
{
    struct net_dialogue *d = v->dialogue;
    const struct queue_message *m = &v->job->m;
    struct buf line;
    char path[RELAY_PATH_MAX];
    bool good = !v->open || net_dialogue_rset(d) != 0;
    buf_init(&line, RELAY_PARAMETERS_MAX);
    relay_mail_parameters(m, ext_of(v), v->logged_in, lacks, &line);
    good = good && buf_ok(&line) &&
           net_dialogue_mail(d, relay_path_said(m->reverse_path, lacks, path), buf_str(&line)) != 0;
    for (unsigned i = 0; good && i < v->round_count; i++) {
        buf_clear(&line);
        relay_rcpt_parameters(recipient_of(v, i), ext_of(v), &line);
        good = buf_ok(&line) &&
               net_dialogue_rcpt(d, relay_path_said(recipient_of(v, i)->forward_path, lacks, path),
                                 buf_str(&line)) != 0;
    }
    buf_done(&line);
    v->open = true;
    v->data_said = good && (ext_of(v) & SMTP_EXT_PIPELINING) && net_dialogue_data(d) != 0;
    return good;
}

/* ---- the end of a transaction ---- */

/* Another smarthost may have what is put off. What one of them put off, another that will not have us is not believed about:
 * it stays the first one's. */
static void refused(struct courier_visit *v, unsigned i, enum queue_fate fate, str reply,
                    str server, enum cause_id cause)
{
    struct queue_recipient *to = recipient_of(v, i);
    uint8_t *marks = &v->job->marks[v->round[i]];
    const struct cause *c = cause_of(cause);
    bool about_us = (*marks & MARK_PUT_OFF) && c && family_is_relay(c->family);
    if (fate == QUEUE_FATE_FAILS && !about_us) {
        courier_answer(v->job, v->round[i], fate, reply, server, cause);
        return;
    }
    if (fate == QUEUE_FATE_WAITS) {
        to->reply = reply;
        to->server = server;
        to->cause = cause;
    }
    if (courier_route_has_other(v->host->route, v->job->tried | UINT32_C(1) << v->host->number))
        *marks |= MARK_PASSED | MARK_PUT_OFF;
    else
        courier_answer(v->job, v->round[i], QUEUE_FATE_WAITS, to->reply, to->server, to->cause);
}

/* For good. Of all that have no answer yet, or of those among them whom the server took before; those put off to the next
 * round wait for it. */
static void fail_round(struct courier_visit *v, bool only_accepted, str reply, enum cause_id cause)
{
    str server = courier_keep(v->job, name_of(v));
    for (unsigned i = 0; i < v->round_count; i++)
        if (is_open(v, i) && (v->accepted[i] || !only_accepted))
            refused(v, i, QUEUE_FATE_FAILS, reply, server, cause);
}

/* Where one of them may take it later, it is not given up for what another lacks. */
static void keep_last(struct courier_visit *v, enum queue_fate fate, str reply, enum cause_id cause)
{
    if (fate == QUEUE_FATE_FAILS && v->job->last.fate == QUEUE_FATE_WAITS)
        return;
    v->job->last = (struct courier_last){ fate, reply, courier_keep(v->job, name_of(v)), cause };
}

static bool more_rounds(const struct courier_visit *v)
{
    const struct courier_job *job = v->job;
    for (size_t i = 0; i < job->m.recipient_count; i++)
        if (job->m.recipients[i].state == QUEUE_WAITING &&
            !(job->marks[i] & (MARK_TRIED | MARK_OTHER | MARK_PASSED)))
            return true;
    return false;
}

/* Recipients that this smarthost put off are the next one's. True: there are some. */
static bool pass_on(struct courier_job *job)
{
    bool any = false;
    for (size_t i = 0; i < job->m.recipient_count; i++) {
        any |= (job->marks[i] & MARK_PASSED) != 0;
        job->marks[i] &= (uint8_t)~MARK_PASSED;
    }
    return any;
}

/* Whoever has no answer goes by another smarthost; without one, fate is theirs. */
static void elsewhere(struct courier_visit *v, enum queue_fate fate, str reply, enum cause_id cause)
{
    struct courier_job *job = v->job;
    struct courier_route *r = v->host->route;
    keep_last(v, fate, reply, cause);
    pass_on(job);
    bool answered = !more_rounds(v); /* all of them: what became of it is to be noted at once */
    v->job = NULL;
    if (answered)
        courier_settle(job);
    else if (r->old || r->courier->stopping)
        courier_give_back(job);
    else if (courier_route_has_other(r, job->tried | UINT32_C(1) << v->host->number)) {
        courier_note(job);
        courier_route_elsewhere(r, job, v->host->number);
    } else
        courier_end_attempt(job);
}

/* The server put all of it off: each keeps that reply, and another smarthost that will not have us is not believed. */
static void put_off(struct courier_visit *v)
{
    struct courier_job *job = v->job;
    str server = courier_keep(job, name_of(v));
    for (size_t i = 0; i < job->m.recipient_count; i++) {
        struct queue_recipient *to = &job->m.recipients[i];
        if (to->state != QUEUE_WAITING || (job->marks[i] & (MARK_TRIED | MARK_OTHER | MARK_PASSED)))
            continue;
        to->reply = v->doom_reply;
        to->server = server;
        to->cause = v->doom_cause;
        job->marks[i] |= MARK_PUT_OFF;
    }
}

/* Another smarthost may have it. */
static void lacking(struct courier_visit *v, str reply, enum cause_id cause)
{
    char id[QUEUE_ID_TEXT_MAX];
    NET_LOG(courier_of(v)->relay->log, NET_LOG_INFO, "smarthost-lacks",
            LOG_STR("id", str_from(queue_id_text(v->job->m.id, id))), LOG_STR("server", name_of(v)),
            LOG_STR("why", reply));
    elsewhere(v, QUEUE_FATE_FAILS, reply, cause);
}

static void begin_round(struct courier_visit *v);

static void free_for_next(struct courier_visit *v)
{
    courier_visit_idle(v);
    if (!v->ended && !v->host->route->old)
        courier_route_pump(v->host->route);
}

static void over(struct courier_visit *v)
{
    enum queue_fate fate = v->doom.fate;
    v->messages++;
    tally(v, fate, open_count(v));
    if (fate == QUEUE_FATE_GOES_ON && v->accepted_count > 0 && !v->data_said) {
        fate = QUEUE_FATE_ELSEWHERE; /* DATA could not be said: the connection is about to end */
        v->closing = true;
    }
    breaker_answered(&v->host->breaker);
    if (fate == QUEUE_FATE_ELSEWHERE) {
        if (v->doom_puts_off)
            put_off(v);
        elsewhere(v, QUEUE_FATE_WAITS, v->doom_reply, v->doom_cause);
    } else if (fate == QUEUE_FATE_FAILS_HERE) {
        lacking(v, v->doom_reply, v->doom_cause);
    } else if (fate == QUEUE_FATE_FAILS) {
        fail_round(v, false, v->doom_reply, v->doom_cause);
    }
    if (v->job && more_rounds(v) && !v->closing && !v->ended) {
        if (v->job->unnoted >= v->job->m.recipient_count / COURIER_NOTES)
            courier_note(v->job);
        begin_round(v);
        return;
    }
    if (v->job && (pass_on(v->job) || more_rounds(v))) {
        elsewhere(v, QUEUE_FATE_WAITS, STR_NONE, CAUSE_NONE);
    } else if (v->job) {
        struct courier_job *job = v->job;
        v->job = NULL;
        courier_settle(job);
    }
    free_for_next(v);
}

static bool is_over(const struct courier_visit *v)
{
    return v->mail_answered && v->answered == v->round_count && (!v->data_said || v->data_answered);
}

/* ---- answers ---- */

static void doom(struct courier_visit *v, struct queue_outcome o, const struct smtp_reply *r,
                 enum smtp_stage stage)
{
    char text[COURIER_REPLY_MAX];
    if (v->doom.fate != QUEUE_FATE_GOES_ON)
        return;
    v->doom = o;
    v->doom_puts_off = r->code / 100 == 4;
    v->doom_reply = courier_keep(v->job, courier_reply_text(r, text, sizeof text));
    v->doom_cause = courier_cause_of(v, stage, r->code, &r->enhanced, r->text,
                                     v->job->m.reverse_path,
                                     v->round_count ? recipient_of(v, 0)->forward_path : STR_NONE);
}

static void on_mail(struct courier_visit *v, const struct smtp_reply *r)
{
    struct queue_outcome o = queue_outcome_of_reply(SMTP_STAGE_MAIL, r->code, &r->enhanced, 0);
    v->mail_answered = true;
    if (o.fate != QUEUE_FATE_GOES_ON)
        doom(v, o, r, SMTP_STAGE_MAIL);
}

static void refuse_one(struct courier_visit *v, unsigned i, enum queue_fate fate,
                       const struct smtp_reply *r)
{
    char text[COURIER_REPLY_MAX];
    str reply = courier_keep(v->job, courier_reply_text(r, text, sizeof text));
    refused(v, i, fate, reply, courier_keep(v->job, name_of(v)),
            courier_cause_of(v, SMTP_STAGE_RCPT, r->code, &r->enhanced, r->text,
                             v->job->m.reverse_path, recipient_of(v, i)->forward_path));
}

static void on_rcpt(struct courier_visit *v, const struct smtp_reply *r)
{
    if (v->answered >= v->round_count)
        return;
    unsigned i = v->answered++;
    if (v->doom.fate != QUEUE_FATE_GOES_ON)
        return; /* MAIL was refused, and so is what came behind it */
    struct queue_outcome o = queue_outcome_of_reply(SMTP_STAGE_RCPT, r->code, &r->enhanced,
                                                    v->accepted_count);
    if (o.fate == QUEUE_FATE_GOES_ON) {
        v->accepted[i] = true;
        v->accepted_count++;
    } else if (o.scope == QUEUE_SCOPE_MESSAGE) {
        doom(v, o, r, SMTP_STAGE_RCPT);
    } else if (o.fate != QUEUE_FATE_NEXT_ROUND) {
        tally(v, o.fate, 1);
        refuse_one(v, i, o.fate, r);
    }
}

/* Without PIPELINING, DATA is said once somebody is there to have it. */
static void maybe_say_data(struct courier_visit *v)
{
    if (v->mail_answered && v->answered == v->round_count && !v->data_said &&
        v->accepted_count > 0 && v->doom.fate == QUEUE_FATE_GOES_ON)
        v->data_said = net_dialogue_data(v->dialogue) != 0;
}

static void on_data(struct courier_visit *v, const struct smtp_reply *r)
{
    struct queue_outcome o = queue_outcome_of_reply(SMTP_STAGE_DATA, r->code, &r->enhanced, 0);
    if (r->code == 354)
        return; /* BODY comes */
    v->data_answered = true;
    if (v->accepted_count > 0)
        doom(v, o, r, SMTP_STAGE_DATA);
}

static void delivered(struct courier_visit *v, const struct smtp_reply *r)
{
    char text[COURIER_REPLY_MAX];
    str reply = courier_reply_text(r, text, sizeof text);
    struct courier_job *job = v->job;
    size_t count = 0, first = 0;
    /* Others of the message may keep it in the queue, where people look at it. */
    if (v->accepted_count < job->m.recipient_count)
        reply = courier_keep(job, reply);
    else
        reply = STR_NONE;
    for (unsigned i = 0; i < v->round_count; i++) {
        if (!v->accepted[i])
            continue;
        if (count++ == 0)
            first = v->round[i];
        if ((recipient_of(v, i)->notify & QUEUE_NOTIFY_SUCCESS) && !(ext_of(v) & SMTP_EXT_DSN))
            job->marks[v->round[i]] |= MARK_RELAYED;
        courier_answer(job, v->round[i], QUEUE_FATE_DELIVERED, reply, STR_NONE, CAUSE_NONE);
    }
    relay_count(&courier_of(v)->worker->counters, RELAY_DELIVERED, count);
    tally(v, QUEUE_FATE_DELIVERED, (unsigned)count);
    courier_log_delivered(v, courier_reply_text(r, text, sizeof text), count, first,
                          courier_now_ms(courier_of(v)) - v->mail_ms);
}

static void on_end_of_data(struct courier_visit *v, const struct smtp_reply *r)
{
    struct queue_outcome o = queue_outcome_of_reply(SMTP_STAGE_END_OF_DATA, r->code, &r->enhanced,
                                                    v->accepted_count);
    char text[COURIER_REPLY_MAX];
    v->data_answered = true;
    v->open = false;
    if (v->empty_body)
        return; /* nobody was to have it */
    if (o.fate == QUEUE_FATE_DELIVERED)
        delivered(v, r);
    else if (o.fate != QUEUE_FATE_FAILS)
        doom(v, o, r, SMTP_STAGE_END_OF_DATA);
    else {
        tally(v, o.fate, v->accepted_count);
        fail_round(v, true, courier_keep(v->job, courier_reply_text(r, text, sizeof text)),
                   courier_cause_of(v, SMTP_STAGE_END_OF_DATA, r->code, &r->enhanced, r->text,
                                    v->job->m.reverse_path, recipient_of(v, 0)->forward_path));
    }
}

/* RFC 2920 section 3.1: a server that says 354 though it took nobody gets an empty message, for nobody. */
static void on_body(struct courier_visit *v)
{
    struct relay_courier *c = courier_of(v);
    const struct queue_message *m = &v->job->m;
    str octets;
    char id[QUEUE_ID_TEXT_MAX];
    struct err why = { 0 };
    if (v->doom.fate != QUEUE_FATE_GOES_ON) {
        /* It may have taken some before it would have no more: an empty message would be theirs. */
        net_dialogue_abort(v->dialogue);
        return;
    }
    if (v->accepted_count == 0) {
        v->empty_body = true;
        net_dialogue_body(v->dialogue, STR_NONE, true);
        return;
    }
    v->body_begun = true;
    if (!courier_body_read(v, &octets, &why)) {
        NET_LOG(c->relay->log, NET_LOG_ERROR, "message-unreadable",
                LOG_STR("id", str_from(queue_id_text(m->id, id))),
                LOG_STR("why", str_from(why.why)));
        v->unreadable = true;
        net_dialogue_abort(v->dialogue);
        return;
    }
    net_dialogue_body(v->dialogue, octets, v->all_said);
}

void courier_mail_event(struct courier_visit *v, const struct net_dialogue_event *ev)
{
    if (ev->kind == NET_DIALOGUE_BODY) {
        on_body(v);
        return;
    }
    if (v->looking)
        return; /* it answers nothing that was asked */
    v->heard = true;
    switch (ev->stage) {
    case SMTP_STAGE_MAIL: on_mail(v, ev->reply); break;
    case SMTP_STAGE_RCPT: on_rcpt(v, ev->reply); break;
    case SMTP_STAGE_DATA: on_data(v, ev->reply); break;
    case SMTP_STAGE_END_OF_DATA: on_end_of_data(v, ev->reply); break;
    default: return; /* of RSET, before MAIL */
    }
    maybe_say_data(v);
    if (is_over(v))
        over(v);
}

/* ---- the connection is gone ---- */

/* The server may have the message: RFC 5321 section 4.5.3.2.6 expects two of it then. So whoever it took goes to no other
 * smarthost at once, which would make two for certain where the answer alone was lost, but waits. */
static void maybe_taken(struct courier_visit *v, str reply)
{
    char id[QUEUE_ID_TEXT_MAX];
    struct relay_courier *c = courier_of(v);
    str server = courier_keep(v->job, name_of(v));
    for (unsigned i = 0; i < v->round_count; i++)
        if (v->accepted[i] && is_open(v, i))
            courier_answer(v->job, v->round[i], QUEUE_FATE_WAITS, reply, server, CAUSE_NONE);
    relay_count(&c->worker->counters, RELAY_MAYBE_TWICE, 1);
    NET_LOG(c->relay->log, NET_LOG_WARNING, "maybe-delivered",
            LOG_STR("id", str_from(queue_id_text(v->job->m.id, id))), LOG_STR("server", name_of(v)),
            LOG_STR("why", STR("the connection was lost before the answer to the end of data")));
}

void courier_mail_lost(struct courier_visit *v, const struct net_dialogue_event *ev)
{
    struct courier_host *h = v->host;
    struct relay_courier *c = courier_of(v);
    struct courier_job *job = v->job;
    struct queue_outcome o = queue_outcome_of_loss(ev->stage, v->all_said && !v->unreadable);
    char words[COURIER_REPLY_MAX];
    if (!job)
        return;
    bool worn = v->messages > 0 && !v->heard && !job->shaken;
    if (worn && !v->stuck) {
        /* The server closed a connection that it was tired of, while we began anew on it. */
        job->shaken = true;
        v->job = NULL;
        if (h->route->old || c->stopping)
            courier_give_back(job);
        else {
            courier_note(job);
            courier_route_first(h->route, job);
        }
        return;
    }
    if (v->doom.fate != QUEUE_FATE_GOES_ON) { /* an answer came before: 421, and then the end */
        v->closing = true;
        over(v);
        return;
    }
    int n = snprintf(words, sizeof words, "the connection was lost at %.*s%s%.*s",
                     STR_ARG(names_of(&SMTP_STAGE_NAMES, (int)ev->stage)), ev->why.n ? ": " : "",
                     STR_ARG(str_take(ev->why, 600)));
    str reply = v->unreadable ? STR("the message cannot be read from the queue")
                              : courier_keep(job, (str){ words, n > 0 ? (size_t)n : 0 });
    if (!v->unreadable && breaker_lost(&h->breaker, ev->now_ms, courier_chance(c))) {
        snprintf(h->why, sizeof h->why, "%s: it breaks off in the middle of messages", v->name);
        h->cause = CAUSE_NONE;
        courier_tell_breaker(h);
        courier_log_host(h, NET_LOG_WARNING, "host-down", h->why, CAUSE_NONE,
                         h->breaker.open_until_ms - ev->now_ms);
    }
    if (o.fate == QUEUE_FATE_WAITS)
        maybe_taken(v, reply);
    elsewhere(v, QUEUE_FATE_WAITS, reply, CAUSE_NONE);
}

/* ---- the beginning ---- */

/* What the server lacks is known: MAIL, or another smarthost. Once the connection is free it may look at the next message. */
static void say_or_pass(struct courier_visit *v)
{
    struct relay_lacks *lacks = &v->lacks;
    if (lacks->refused) {
        relay_lacks_done(lacks);
        lacking(v, courier_keep(v->job, lacks->reply), lacks->cause);
        free_for_next(v);
        return;
    }
    if (say_round(v, lacks)) {
        relay_smarthost_count(v->host->counts, RELAY_SMARTHOST_TRIED, v->round_count);
        courier_body_begin(v, lacks);
        return;
    }
    relay_lacks_done(lacks);
    elsewhere(v, QUEUE_FATE_WAITS, STR("the smarthost could not be told of this message"),
              CAUSE_NONE);
    courier_visit_leave(v);
}

static void look(struct courier_visit *v)
{
    struct relay_courier *c = courier_of(v);
    if (!relay_lacks_look(c->relay->spool, &v->job->m, COURIER_LOOK, &v->lacks)) {
        v->looking = true;
        TAILQ_INSERT_TAIL(&c->looking, v, look_link);
        courier_ring(c);
        return;
    }
    say_or_pass(v);
}

void courier_mail_unlook(struct courier_visit *v)
{
    if (v->looking)
        TAILQ_REMOVE(&courier_of(v)->looking, v, look_link);
    v->looking = false;
}

static void begin_round(struct courier_visit *v)
{
    v->answered = v->accepted_count = 0;
    v->mail_answered = v->data_said = v->data_answered = v->body_begun = v->all_said = false;
    v->empty_body = v->heard = v->unreadable = v->stuck = false;
    courier_body_done(v);
    v->doom = (struct queue_outcome){ QUEUE_FATE_GOES_ON, QUEUE_SCOPE_MESSAGE };
    v->doom_puts_off = false;
    v->doom_reply = STR_NONE; /* the last one's went with its message */
    v->doom_cause = CAUSE_NONE;
    v->mail_ms = courier_now_ms(courier_of(v));
    memset(v->accepted, 0, sizeof v->accepted);
    pick_round(v);
    if (v->round_count == 0) {
        struct courier_job *job = v->job;
        v->job = NULL;
        courier_settle(job);
        free_for_next(v);
        return;
    }
    relay_lacks_begin(&v->job->m, v->job->marks, MARK_OTHER | MARK_TRIED | MARK_PASSED,
                      net_dialogue_caps(v->dialogue), &v->lacks);
    look(v);
}

/* The first pass over a long message is done in turns, so that it holds up nobody: a few milliseconds each. */
void courier_mail_look(struct relay_courier *c)
{
    struct courier_visit *v = TAILQ_FIRST(&c->looking);
    if (v) {
        courier_mail_unlook(v);
        v->mail_ms = courier_now_ms(c); /* until now the server was asked nothing */
        if (v->host->busy == 1)
            v->host->heard_ms = v->mail_ms;
        look(v);
    }
    if (!TAILQ_EMPTY(&c->looking))
        courier_ring(c);
}

void courier_mail_begin(struct courier_visit *v, struct courier_job *job)
{
    v->job = job;
    courier_visit_busy(v);
    courier_mark_others(v->host->route, job);
    begin_round(v);
}
