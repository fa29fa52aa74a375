/* SPDX-License-Identifier: ISC */
/*
 * doctor/mx_visit.c - another server is asked whether it serves a domain
 *
 * The reverse-path is the empty one. RFC 5321 section 6.1 has every server take it, since notifications come
 * with it; the user's own From would be judged besides: by SPF, which does not name this machine, and by
 * the rule that nobody from outside may come with an address of the domain's own. That would be a
 * refusal of something else. A notification has one recipient, so each is named in a mail of its own.
 */
#include "doctor/mx_visit.h"
#include "smtp/path.h"
#include <stdio.h>
#include <stdlib.h>

enum { REPLY_MAX = 16384, QUIT_MS = 500 };

struct mx_visit {
    struct visit_company *c;
    unsigned index;
    struct smtp_attempt x; /* x.to: the recipient at work */
    str next;
    bool next_if_refused;
    struct net_dialogue *d;
    char helo[SMTP_DOMAIN_MAX + 1];
    bool opened, leaving;
    bool told; /* the step at work has its row */
    smtp_ticket ehlo, mail, rcpt, rset;
};

static uint64_t now_ms(const struct mx_visit *v)
{
    return net_loop_now_ms(v->c->loop);
}

static void add_row(struct mx_visit *v, struct smtp_outcome o)
{
    struct smtp_attempt a = v->x;
    uint16_t port;
    a.helo = str_from(v->helo);
    if (o.stage < SMTP_STAGE_MAIL)
        a.to = STR_NONE; /* nobody was named yet */
    if (v->opened)
        net_dialogue_local(v->d, &o.local, &port);
    visit_record(v->c, PROBE_MX, &a, o);
    v->told = true;
}

static void row_of_reply(struct mx_visit *v, enum smtp_stage stage, const struct smtp_reply *r)
{
    add_row(v, (struct smtp_outcome){
                   .stage = stage, .code = r->code, .enhanced = r->enhanced, .text = r->text });
}

static void leave(struct mx_visit *v)
{
    v->leaving = true;
    net_dialogue_quit(v->d, QUIT_MS);
}

static void name_recipient(struct mx_visit *v)
{
    v->told = false;
    v->rcpt = v->rset = 0;
    v->mail = net_dialogue_mail(v->d, STR(""), STR_NONE);
    if (!v->mail)
        leave(v);
}

/* Behind RSET: the next recipient, where the answer to the first one leaves that open. */
static void go_on(struct mx_visit *v, bool taken)
{
    bool more = v->next.n && taken != v->next_if_refused &&
                plan_may_refuse_at(v->c->plan, &v->x.address);
    if (!more) {
        leave(v);
        return;
    }
    v->x.to = v->next;
    v->next = STR_NONE;
    v->rset = net_dialogue_rset(v->d);
    if (!v->rset)
        leave(v);
}

static void greeted(struct mx_visit *v, const struct smtp_reply *r)
{
    plan_heard(v->c->plan, v->index);
    row_of_reply(v, SMTP_STAGE_GREETING, r);
    v->told = false;
    v->ehlo = smtp_reply_good(r) ? net_dialogue_ehlo(v->d, str_from(v->helo)) : 0;
    if (!v->ehlo)
        leave(v);
}

static void answered(struct mx_visit *v, const struct net_dialogue_event *ev)
{
    const struct smtp_reply *r = ev->reply;
    bool good = smtp_reply_good(r);
    if (ev->ticket == 0 && !v->ehlo) {
        greeted(v, r);
    } else if (ev->ticket == v->ehlo) {
        if (good)
            name_recipient(v);
        else
            row_of_reply(v, SMTP_STAGE_EHLO, r);
        if (!good)
            leave(v);
    } else if (ev->ticket == v->mail) {
        v->rcpt = good ? net_dialogue_rcpt(v->d, v->x.to, STR_NONE) : 0;
        if (!good)
            row_of_reply(v, SMTP_STAGE_MAIL, r);
        if (!v->rcpt)
            leave(v);
    } else if (ev->ticket == v->rcpt) {
        row_of_reply(v, SMTP_STAGE_RCPT, r);
        go_on(v, good);
    } else if (ev->ticket == v->rset) {
        name_recipient(v);
    }
}

static void ended(struct mx_visit *v, const struct net_dialogue_event *ev)
{
    struct visit_company *c = v->c;
    if (!v->told && !v->leaving)
        add_row(v, (struct smtp_outcome){ .stage = ev->stage, .end = ev->end, .text = ev->why });
    v->d = NULL;
    plan_gone(c->plan, v->index, now_ms(v));
    c->standing--;
    free(v);
    c->changed(c->user);
}

static void opened(struct mx_visit *v, uint32_t took_ms)
{
    v->opened = true;
    v->c->stats->connections++;
    visit_helo(v->d, v->x.helo, v->helo);
    plan_connected(v->c->plan, v->index, took_ms);
}

static void on_event(void *user, struct net_dialogue *d, const struct net_dialogue_event *ev)
{
    struct mx_visit *v = user;
    struct visit_company *c = v->c;
    v->d = d;
    switch (ev->kind) {
    case NET_DIALOGUE_OPENED: opened(v, ev->took_ms); break;
    case NET_DIALOGUE_REPLY:
        if (!v->leaving)
            answered(v, ev);
        break;
    case NET_DIALOGUE_ENDED: ended(v, ev); return;
    default: break;
    }
    c->changed(c->user);
}

static void transcript(void *user, struct net_dialogue *d, bool sent, str line)
{
    const struct mx_visit *v = user;
    (void)d;
    v->c->o->line(v->c->o->line_user, v->index, &v->x, sent, line);
}

struct mx_visit *mx_visit_open(struct visit_company *c, const struct plan_action *a)
{
    struct mx_visit *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    *v = (struct mx_visit){
        .c = c, .index = a->visit, .x = a->x, .next = a->next, .next_if_refused = a->next_if_refused
    };
    struct net_dialogue_options o = {
        .to = { a->x.address, a->x.port, a->x.source },
        .host = a->x.host,
        .limits = { .reply_octets = REPLY_MAX, .commands = 8 },
        .connect_ms = c->o->timeout_ms,
        .deadline_ms = c->deadline_ms,
    };
    for (size_t i = 0; i < SMTP_STAGES; i++)
        o.limits.wait_ms[i] = c->o->timeout_ms;
    const struct net_dialogue_calls calls = { on_event, c->o->line ? transcript : NULL, v };
    struct err e;
    v->d = net_dialogue_open(c->loop, &o, &calls, &e);
    if (!v->d) {
        free(v);
        return NULL;
    }
    c->standing++;
    return v;
}

/* It was not waited for: that it is slow says nothing of it. */
void mx_visit_leave(struct mx_visit *v)
{
    if (v->leaving)
        return;
    if (!v->told)
        add_row(
            v, (struct smtp_outcome){ .stage = v->opened ? SMTP_STAGE_GREETING : SMTP_STAGE_CONNECT,
                                      .end = SMTP_END_SILENT,
                                      .text = STR("not waited for any longer") });
    v->leaving = true;
    if (v->opened)
        net_dialogue_quit(v->d, QUIT_MS);
    else
        net_dialogue_abort(v->d);
}
