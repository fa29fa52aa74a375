/* SPDX-License-Identifier: ISC */
/* relay/receive.c - one message: the envelope, and what is said to each recipient */
#include "relay/receive.h"
#include "policy/rule.h"
#include "relay/address.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 64 << 20 };

#define WORDS(code, enhanced, text)                                                                \
    {                                                                                              \
        (code), STR_INIT(enhanced), STR_INIT(text), CAUSE_NONE                                     \
    }
const struct relay_words RELAY_SAYS_NO_MEMORY = WORDS(451, "4.3.0",
                                                      "No memory for that now; try again"),
                         RELAY_SAYS_FULL = WORDS(452, "4.3.1",
                                                 "No room on the disk now; try again"),
                         RELAY_SAYS_FAILED = WORDS(451, "4.3.0", "It could not be kept; try again");
static const struct relay_words LOGIN_GONE = WORDS(421, "4.7.0",
                                                   "Your login has changed; log in again");

void relay_say(struct relay_visit *v, const struct relay_words *w, struct relay_own *out)
{
    const struct policy_facts none = { .client = v->client,
                                       .listener = v->listener->name,
                                       .login = relay_visit_login(v),
                                       .tls = v->tls };
    relay_own_refusal(relay_of(v), v->config, v->mail ? &v->mail->facts : &none,
                      str_from(v->helo ? v->helo : ""), w, RELAY_ROOM_MAIL, out);
    smtp_session_answer(v->session, w->code, w->enhanced, str_from(out->text));
}

static void say(struct relay_visit *v, const struct relay_words *w)
{
    struct relay_own told;
    relay_say(v, w, &told);
}

void relay_receive_free(struct relay_mail *m)
{
    if (!m)
        return;
    spool_draft_free(m->draft);
    buf_done(&m->header);
    free(m->m.recipients);
    arena_done(&m->last);
    arena_done(&m->arena);
    relay_config_drop(m->config);
    free(m);
}

static void forget(struct relay_visit *v)
{
    relay_receive_free(v->mail);
    v->mail = NULL;
}

/* ---- the envelope ---- */

/* "local@domain", the domain in small letters. <Postmaster> without one is ours. Empty: no memory. */
static str address_of(const struct relay_visit *v, struct arena *a, const struct smtp_mailbox *box)
{
    str domain = box->domain.n > 0 ? box->domain : buf_str(&v->config->hostname);
    char *p = arena_alloc(a, box->local_part.n + 1 + domain.n + 1);
    if (!p)
        return STR_NONE;
    memcpy(p, box->local_part.p, box->local_part.n);
    p[box->local_part.n] = '@';
    for (size_t i = 0; i < domain.n; i++)
        p[box->local_part.n + 1 + i] = to_lower(domain.p[i]);
    return relay_plain_address(a, (str){ p, box->local_part.n + 1 + domain.n });
}

static void gather_facts(struct relay_visit *v, struct relay_mail *m)
{
    m->facts = (struct policy_facts){
        .client = v->client,
        .listener = v->listener->name,
        .login = relay_plain_address(&m->arena, relay_visit_login(v)),
        .certificate = v->certified ? str_from(v->certificate) : STR_NONE,
        .tls = v->tls,
        .pop_window = relay_windows_has(relay_of(v)->windows, &v->client, relay_now_ms()),
        .reverse_path = m->m.reverse_path,
    };
}

static bool begin(struct relay_visit *v, const struct smtp_session_question *q)
{
    struct relay_mail *m = calloc(1, sizeof *m);
    if (!m)
        return false;
    v->mail = m;
    arena_init(&m->arena, ARENA_MAX);
    arena_init(&m->last, ARENA_MAX);
    buf_init(&m->header, 2 * RELAY_HEADER_MAX);
    if (!q->null_path && q->mailbox.local_part.n > 0)
        m->m.reverse_path = address_of(v, &m->arena, &q->mailbox);
    m->m.envid = arena_dup(&m->arena, q->envid);
    m->m.helo = arena_dup(&m->arena, str_from(v->helo ? v->helo : ""));
    m->m.login = arena_dup(&m->arena, relay_visit_login(v));
    m->m.listener = v->listener->name;
    m->m.client = v->client;
    m->m.ret = q->ret == SMTP_RET_FULL   ? QUEUE_RET_FULL
               : q->ret == SMTP_RET_HDRS ? QUEUE_RET_HDRS
                                         : QUEUE_RET_NONE;
    m->m.flags = (q->smtputf8 ? QUEUE_SMTPUTF8 : 0u) | (q->eightbit ? QUEUE_8BIT : 0u) |
                 (v->tls ? QUEUE_TLS : 0u);
    return !m->arena.refused;
}

static bool same_user(const struct sasl_user *a, const struct sasl_user *b)
{
    return a && b && !b->disabled && str_eq(a->hash, b->hash) && str_eq(a->secret, b->secret) &&
           str_eq(a->sha1.stored_key, b->sha1.stored_key) &&
           str_eq(a->sha256.stored_key, b->sha256.stored_key);
}

/* A session goes on by the rules that it began with, but a login that was taken away since, or has another password, sends
 * nothing more. */
static bool login_is_gone(const struct relay_visit *v)
{
    const struct relay_config *now = v->server->config;
    str login = relay_visit_login(v);
    return v->config != now && login.n > 0 &&
           (!now->users || !v->config->users ||
            !same_user(sasl_users_find(v->config->users, login),
                       sasl_users_find(now->users, login)));
}

void relay_receive_mail(struct relay_visit *v, const struct smtp_session_question *q)
{
    forget(v);
    if (login_is_gone(v)) {
        say(v, &LOGIN_GONE);
        return;
    }
    if (!v->known)
        v->known = relay_known_new(v->server->worker);
    else
        relay_known_forget(v->known);
    if (!v->known || !begin(v, q)) {
        forget(v);
        say(v, &RELAY_SAYS_NO_MEMORY);
        return;
    }
    gather_facts(v, v->mail);
    smtp_session_answer(v->session, 250, STR_NONE, STR_NONE);
}

/* ---- RCPT ---- */

static bool more_room(struct relay_mail *m)
{
    if (m->m.recipient_count < m->room)
        return true;
    size_t room = m->room ? 2 * m->room : 4;
    struct queue_recipient *all = realloc(m->m.recipients, room * sizeof *all);
    if (!all)
        return false;
    m->m.recipients = all;
    m->room = room;
    return true;
}

void relay_log_refusal(const struct relay_visit *v, const struct relay_verdict *d,
                       const char *event)
{
    char id[RELAY_RECORD_ID_MAX];
    const struct policy_facts *f = &v->mail->facts;
    const struct cause *cause = cause_of(d->decision.cause);
    NET_LOG(relay_of(v)->log, NET_LOG_INFO, event,
            LOG_STR("id", str_from(relay_record_text(d->record, id))),
            LOG_STR("cause", cause ? cause->name : STR_NONE), LOG_INT("code", d->code),
            LOG_IP("client", &v->client), LOG_STR("listener", f->listener),
            LOG_STR("login", f->login), LOG_STR("tls", f->tls ? STR("yes") : STR("no")),
            LOG_STR("helo", v->mail->m.helo), LOG_STR("from", f->reverse_path),
            LOG_STR("author", f->author.address), LOG_STR("to", f->forward_path));
}

void relay_answer_verdict(struct relay_visit *v, const struct relay_verdict *d)
{
    char enhanced[SMTP_ENHANCED_MAX];
    smtp_session_answer(v->session, d->code, str_from(smtp_enhanced_text(&d->enhanced, enhanced)),
                        str_from(d->text));
}

static void count_refusal(struct relay_visit *v, const struct relay_verdict *d)
{
    relay_count(&v->server->worker->counters,
                d->decision.outcome == POLICY_DEFER ? RELAY_DEFERRED : RELAY_REFUSED, 1);
}

/* A permit that names recipients lets mail in, for everybody; any other lets somebody send. */
static bool is_inbound(const struct policy_rule *permit)
{
    return permit && (policy_condition_of(permit, POLICY_RECIPIENT_DOMAIN) ||
                      policy_condition_of(permit, POLICY_RECIPIENTS));
}

/* Its row stands there already, and is now filled for as long as the message is. */
static bool keep_recipient(struct relay_mail *m)
{
    struct queue_recipient *r = &m->m.recipients[m->m.recipient_count];
    m->facts.forward_path = r->forward_path = arena_dup(&m->arena, r->forward_path);
    r->orcpt = arena_dup(&m->arena, r->orcpt);
    m->m.recipient_count += !m->arena.refused;
    return !m->arena.refused;
}

/* The rules permit it, so the verdict has no words for this; its id is good for baton why all the same. */
static void say_no_route(struct relay_visit *v, const struct relay_verdict *d)
{
    char id[RELAY_RECORD_ID_MAX];
    char text[sizeof "This server knows no route to that domain (why: )" + RELAY_RECORD_ID_MAX];
    snprintf(text, sizeof text, "This server knows no route to that domain (why: %s)",
             relay_record_text(d->record, id));
    smtp_session_answer(v->session, 550, STR("5.4.4"), str_from(text));
}

static void settle_rcpt(struct relay_visit *v, const struct relay_verdict *d)
{
    struct relay_mail *m = v->mail;
    if (d->decision.outcome != POLICY_PERMIT) {
        count_refusal(v, d);
        relay_log_refusal(v, d, "recipient-refused");
        relay_answer_verdict(v, d);
        return;
    }
    if (!site_route_for(relay_site_of(v), policy_domain_of(m->facts.forward_path))) {
        relay_count(&v->server->worker->counters, RELAY_REFUSED, 1);
        relay_log_refusal(v, d, "recipient-without-route");
        say_no_route(v, d);
        return;
    }
    relay_count(&v->server->worker->counters, RELAY_PERMITTED, 1);
    m->inbound |= is_inbound(d->decision.permit) && m->facts.login.n == 0;
    m->m.record = d->record;
    if (keep_recipient(m))
        smtp_session_answer(v->session, 250, STR_NONE, STR_NONE);
    else
        say(v, &RELAY_SAYS_NO_MEMORY);
}

static void on_rcpt(void *user, const struct relay_verdict *d)
{
    struct relay_visit *v = user;
    relay_visit_now(v);
    settle_rcpt(v, d);
    relay_visit_go_on(v);
}

void relay_receive_rcpt(struct relay_visit *v, const struct smtp_session_question *q)
{
    struct relay_mail *m = v->mail;
    struct relay_verdict now;
    if (!m || !more_room(m)) {
        say(v, &RELAY_SAYS_NO_MEMORY);
        return;
    }
    m->facts.forward_path = STR_NONE;
    arena_done(&m->last);
    arena_init(&m->last, ARENA_MAX);
    str to = address_of(v, &m->last, &q->mailbox);
    m->m.recipients[m->m.recipient_count] = (struct queue_recipient){
        .forward_path = to,
        .orcpt = arena_dup(&m->last, q->orcpt),
        .notify = q->notify,
    };
    if (!to.p || m->last.refused) {
        say(v, &RELAY_SAYS_NO_MEMORY);
        return;
    }
    m->facts.forward_path = to;
    if (relay_decide(v->known, v->config, &m->facts, m->m.helo, 1, &now, on_rcpt, v))
        settle_rcpt(v, &now);
    else
        v->owed = true;
}

void relay_receive_forget(struct relay_visit *v)
{
    forget(v);
}
