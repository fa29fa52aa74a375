/* SPDX-License-Identifier: ISC */
/*
 * relay/keep.c - one message: the end of its data, and what becomes of it
 * Who wrote it is known now, so each recipient is decided once more; then it is given to the spool, whose answer is ours.
 */
#include "policy/rule.h"
#include "relay/courier.h"
#include "relay/receive.h"
#include <stdio.h>
#include <uv.h>

enum { PAUSE_AFTER = 256 /* decisions at the end of data in one go */ };

static uint64_t now_us(void)
{
    return uv_hrtime() / 1000;
}

/* ---- kept ---- */

static const struct relay_words *words_of(const struct relay_mail *m)
{
    return m->result == SPOOL_FULL ? &RELAY_SAYS_FULL : &RELAY_SAYS_FAILED;
}

static void answer_kept(struct relay_visit *v, const struct relay_mail *m,
                        const struct relay_own *told)
{
    char id[QUEUE_ID_TEXT_MAX], text[64];
    if (m->result != SPOOL_KEPT) {
        relay_count(&m->worker->counters, RELAY_MESSAGES_REFUSED, 1);
        smtp_session_answer(v->session, words_of(m)->code, words_of(m)->enhanced,
                            str_from(told->text));
        return;
    }
    int n = snprintf(text, sizeof text, "Kept as %s", queue_id_text(m->m.id, id));
    smtp_session_answer(v->session, 250, STR("2.0.0"), (str){ text, (size_t)n });
}

static void log_kept(const struct relay_mail *m, const struct relay_own *told)
{
    char id[QUEUE_ID_TEXT_MAX], record[RELAY_RECORD_ID_MAX];
    struct relay *r = m->worker->relay;
    if (m->result == SPOOL_FULL) {
        relay_disk_is_full(&r->disk_full, r->log, str_from(told->id), relay_now_ms());
        return;
    }
    if (m->result == SPOOL_KEPT)
        relay_disk_has_room(&r->disk_full, r->log, relay_now_ms());
    NET_LOG(
        r->log, m->result == SPOOL_KEPT ? NET_LOG_INFO : NET_LOG_ERROR,
        m->result == SPOOL_KEPT ? "message-kept" : "message-not-kept",
        LOG_STR("queue", str_from(queue_id_text(m->m.id, id))),
        LOG_STR("id", str_from(told->id[0] ? told->id : relay_record_text(m->m.record, record))),
        LOG_INT("octets", m->m.size_octets), LOG_STR("from", m->m.reverse_path),
        LOG_INT("recipients", m->m.recipient_count),
        LOG_STR("to", m->m.recipient_count == 1 ? m->m.recipients[0].forward_path : STR_NONE),
        LOG_IP("client", &m->m.client), LOG_STR("listener", m->m.listener),
        LOG_STR("login", m->m.login),
        LOG_STR("tls", m->m.flags & QUEUE_TLS ? STR("yes") : STR("no")));
}

static void on_kept(struct net_stream *stream, void *user)
{
    struct relay_mail *m = user;
    struct relay_counters *c = &m->worker->counters;
    struct relay *r = m->worker->relay;
    relay_counters_data(c, now_us() - m->ended_us);
    struct relay_own told = { .record = 0 };
    if (m->result != SPOOL_KEPT)
        relay_own_refusal(r, m->config, &m->facts, m->m.helo, words_of(m), RELAY_ROOM_MAIL, &told);
    log_kept(m, &told);
    if (m->result == SPOOL_KEPT) {
        relay_count(c, RELAY_MESSAGES, 1);
        relay_count(c, RELAY_OCTETS_IN, m->m.size_octets);
    }
    if (stream) {
        relay_visit_now(m->visit);
        answer_kept(m->visit, m, &told);
    }
    /* What is in hand when the relay ends waits again when it starts. */
    if (m->result == SPOOL_KEPT && m->taken && !atomic_load(&r->stopping) &&
        !relay_courier_give(r, &m->m))
        spool_settle(r->spool, &m->m, NULL, NULL, NULL, NULL);
    struct relay_visit *v = stream ? m->visit : NULL;
    relay_receive_free(m);
    if (v)
        relay_visit_go_on(v);
}

/* On the committer's thread. */
static void on_spooled(void *user, uint64_t id, enum spool_result result)
{
    struct relay_mail *m = user;
    m->m.id = id;
    m->result = result;
    if (!net_post(m->worker->loop, m->stream, on_kept,
                  m)) /* no memory: the peer runs into its time limit */
        NET_LOG(m->worker->relay->log, NET_LOG_ERROR, "answer-lost", LOG_INT("queue", id));
}

/* The route of all recipients; empty where they go different ways. */
static str common_route(const struct site *s, const struct queue_message *m)
{
    const struct site_route *first = NULL;
    for (size_t i = 0; i < m->recipient_count; i++) {
        const struct site_route *r = site_route_for(
            s, policy_domain_of(m->recipients[i].forward_path));
        if (i > 0 && r != first)
            return STR_NONE;
        first = r;
    }
    return first ? first->name : STR_NONE;
}

static void hand_over(struct relay_visit *v)
{
    struct relay_mail *m = v->mail;
    struct relay *r = relay_of(v);
    struct spool_draft *draft = m->draft;
    v->mail = NULL; /* m is the hand-over's from here on */
    v->owed = true;
    m->draft = NULL;
    m->worker = v->server->worker;
    m->config = v->config;
    atomic_fetch_add_explicit(&m->config->held, 1, memory_order_relaxed);
    m->visit = v;
    m->stream = net_stream_id(v->stream);
    m->m.route = common_route(relay_site_of(v), &m->m);
    m->m.arrived_ms = m->m.due_ms = relay_now_ms();
    m->m.size_octets = m->size;
    m->taken = relay_courier_has_room(r);
    spool_keep(r->spool, draft, &m->m, m->taken, on_spooled, m);
}

/* ---- the end of data: may these authors write to these recipients? ---- */

static void refuse_author(struct relay_visit *v, const struct relay_verdict *d)
{
    relay_count(&v->server->worker->counters, RELAY_MESSAGES_REFUSED, 1);
    relay_log_refusal(v, d, "message-refused");
    relay_answer_verdict(v, d);
    relay_receive_forget(v);
}

static void ask_authors(struct relay_visit *v);

static void go_on_asking(struct relay_visit *v)
{
    ask_authors(v);
    if (!v->owed)
        relay_visit_go_on(v);
}

static void on_author(void *user, const struct relay_verdict *d)
{
    struct relay_visit *v = user;
    v->owed = false;
    if (v->closing) /* it was told 421, and comes again */
        return;
    relay_visit_now(v);
    if (d->decision.outcome == POLICY_PERMIT) {
        v->mail->m.record = d->record;
        v->mail->at_to++;
        go_on_asking(v);
    } else {
        refuse_author(v, d);
        relay_visit_go_on(v);
    }
}

static void on_paused(struct net_stream *stream, void *user)
{
    struct relay_visit *v = user;
    if (!stream)
        return;
    v->owed = false;
    if (v->closing)
        return;
    relay_visit_now(v);
    go_on_asking(v);
}

/* The next pair of recipient and author. False: there is none. */
static bool next_pair(struct relay_mail *m)
{
    if (m->at_to == m->m.recipient_count) {
        m->at_to = 0;
        m->at_author++;
        if (m->at_author >= m->author_count)
            return false;
    }
    m->facts.author.known = POLICY_KNOWN;
    m->facts.author.address = m->author_count ? m->authors[m->at_author].address : STR_NONE;
    m->facts.author.field = m->author_count ? m->authors[m->at_author].field : POLICY_FROM;
    m->facts.forward_path = m->m.recipients[m->at_to].forward_path;
    return true;
}

/* Each author with each recipient: what lets a recipient in by itself may not let in what this author writes. Many are
 * asked in portions, so that others have their turn. */
static void ask_authors(struct relay_visit *v)
{
    struct relay_mail *m = v->mail;
    struct relay_verdict now;
    for (unsigned n = 1; next_pair(m); n++) {
        v->owed = !relay_decide(v->known, v->config, &m->facts, m->m.helo, 0, &now, on_author, v);
        if (v->owed)
            return;
        if (now.decision.outcome != POLICY_PERMIT) {
            refuse_author(v, &now);
            return;
        }
        m->m.record = now.record;
        m->at_to++;
        if (n == PAUSE_AFTER) {
            v->owed = net_post(v->server->worker->loop, net_stream_id(v->stream), on_paused, v);
            if (v->owed)
                return;
        }
    }
    hand_over(v);
}

void relay_receive_end(struct relay_visit *v)
{
    struct relay_mail *m = v->mail;
    const struct relay_words *why = &RELAY_SAYS_FAILED;
    if (!m) {
        struct relay_own told;
        relay_say(v, &RELAY_SAYS_FAILED, &told);
        return;
    }
    m->ended_us = now_us();
    if (!m->draft)
        m->draft = spool_draft_new(relay_of(v)->spool);
    if (!m->draft || (!m->in_body && !relay_header_cut(v, &why)))
        relay_refuse_data(v, why);
    else
        ask_authors(v);
}
