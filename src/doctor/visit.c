/* SPDX-License-Identifier: ISC */
/*
 * doctor/visit.c - one connection: from its opening to its end
 */
#include "doctor/message.h"
#include "doctor/visit_inside.h"
#include "smtp/path.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOOK_QUIT_MS = 2000 };

uint64_t visit_now_ms(const struct visit_run *v)
{
    return net_loop_now_ms(v->c->loop);
}

/* ------------------------------------------------------------------------------------------------
 * Endings
 */
void visit_tell_gone(struct visit_run *v)
{
    if (v->gone)
        return;
    v->gone = true;
    plan_gone(v->c->plan, v->index, visit_now_ms(v));
}

static void free_when_over(struct visit_run *v)
{
    if (v->alive || !v->gone)
        return;
    v->c->standing--;
    net_timer_free(v->timer);
    free(v);
}

void visit_polite_end(struct visit_run *v)
{
    uint32_t rtt = plan_rtt_ms(v->c->plan);
    v->step = STEP_LEAVING;
    net_dialogue_quit(v->d, rtt * 2 + 200);
}

/* A look is over. The greeting may still be out, and QUIT waits for it. */
static void end_look(struct visit_run *v)
{
    v->step = STEP_LEAVING;
    net_dialogue_quit(v->d, plan_rtt_ms(v->c->plan) * 2 + LOOK_QUIT_MS);
}

void visit_look_answered(struct visit_run *v, enum smtp_stage stage, const struct smtp_reply *r)
{
    visit_row_of_reply(v, visit_look_probe(v), visit_look_layer(v), stage, r);
    end_look(v);
}

void visit_ready(struct visit_run *v)
{
    if (v->ending) { /* the plan is told when the connection is gone */
        visit_polite_end(v);
        return;
    }
    v->step = STEP_IDLE;
    plan_ready(v->c->plan, v->index, v->layer, v->verified, visit_now_ms(v));
}

/* ------------------------------------------------------------------------------------------------
 * Opening and EHLO
 */
void visit_helo(const struct net_dialogue *d, str wanted, char out[SMTP_DOMAIN_MAX + 1])
{
    char name[SMTP_DOMAIN_MAX + 1] = "";
    if (wanted.n) {
        snprintf(out, SMTP_DOMAIN_MAX + 1, "%.*s", STR_ARG(wanted));
        return;
    }
    if (gethostname(name, sizeof name - 1) == 0 && strchr(name, '.') &&
        smtp_domain_ok(str_from(name))) {
        snprintf(out, SMTP_DOMAIN_MAX + 1, "%s", name);
        return;
    }
    struct ip local = { .family = IP_NONE };
    char text[IP_TEXT_MAX];
    uint16_t port;
    net_dialogue_local(d, &local, &port);
    snprintf(out, SMTP_DOMAIN_MAX + 1, local.family == IP_V6 ? "[IPv6:%s]" : "[%s]",
             ip_text(&local, text));
}

static void opened(struct visit_run *v, struct net_dialogue *d, uint32_t took_ms)
{
    v->c->stats->connections++;
    if (v->d || v->step == STEP_LEAVING) { /* a second knock was answered too */
        net_dialogue_quit(d, plan_rtt_ms(v->c->plan) * 2 + 200);
        return;
    }
    v->d = d;
    v->called = v->row_made = false;
    uint16_t port;
    net_dialogue_local(d, &v->c->stats->source, &port);
    visit_helo(d, v->door.helo, v->helo);
    visit_stop_knocking(v);
    if (v->door.security != SMTP_SECURITY_TLS)
        net_timer_at(v->timer, visit_now_ms(v) + plan_greeting_patience_ms(v->door.port));
    plan_connected(v->c->plan, v->index, took_ms);
}

static void secured(struct visit_run *v, const struct smtp_tls_facts *facts)
{
    v->layer = v->step == STEP_STARTTLS ? SMTP_SECURITY_STARTTLS : SMTP_SECURITY_TLS;
    v->verified = facts->verified;
    if (v->look) {
        visit_add_row(v, visit_look_probe(v), v->layer,
                      (struct smtp_outcome){ .stage = SMTP_STAGE_TLS, .tls = *facts });
        end_look(v);
        return;
    }
    visit_add_row(v, PROBE_TLS, v->layer,
                  (struct smtp_outcome){ .stage = SMTP_STAGE_TLS, .tls = *facts });
    v->row_made = false;
    if (v->step == STEP_STARTTLS)
        v->ehlo = net_dialogue_ehlo(v->d, str_from(v->helo));
}

static void greeted(struct visit_run *v, const struct smtp_reply *r)
{
    if (v->step != STEP_OPEN || v->ehlo)
        return; /* an unasked reply later: what it ends, ends by itself */
    if (v->look && !smtp_reply_good(r)) {
        visit_look_answered(v, SMTP_STAGE_GREETING, r);
        return;
    }
    if (v->look) {
        v->ehlo = net_dialogue_ehlo(v->d, str_from(v->helo));
        return;
    }
    visit_row_of_reply(v, PROBE_GREETING, visit_opening_layer(v), SMTP_STAGE_GREETING, r);
    if (!smtp_reply_good(r)) {
        visit_polite_end(v);
        return;
    }
    v->row_made = false;
    v->ehlo = v->door.old_helo ? net_dialogue_helo(v->d, str_from(v->helo))
                               : net_dialogue_ehlo(v->d, str_from(v->helo));
}

/* STARTTLS is offered now: what was to be looked at is not so. */
static bool is_offered(const struct visit_run *v)
{
    const struct smtp_caps *c = net_dialogue_caps(v->d);
    return v->look == LOOK_UNOFFERED && c && (c->ext & SMTP_EXT_STARTTLS);
}

static void look_after_ehlo(struct visit_run *v, const struct smtp_reply *r)
{
    if (!smtp_reply_good(r)) {
        visit_look_answered(v, SMTP_STAGE_EHLO, r);
    } else if (is_offered(v)) {
        visit_row_of_reply(v, PROBE_CAPABILITIES, v->layer, SMTP_STAGE_EHLO, r);
        end_look(v);
    } else {
        v->step = STEP_STARTTLS;
        v->starttls = net_dialogue_starttls(v->d);
    }
}

static void ehlo_answered(struct visit_run *v, const struct smtp_reply *r)
{
    if (v->look) {
        look_after_ehlo(v, r);
        return;
    }
    visit_row_of_reply(v, PROBE_CAPABILITIES, v->layer, SMTP_STAGE_EHLO, r);
    if (smtp_reply_good(r))
        visit_ready(v);
    else
        visit_polite_end(v);
}

void visit_leave(struct visit_run *v)
{
    if (v->d) {
        if (v->step == STEP_OPEN)
            visit_row_of_broken_step(v, v->ehlo ? SMTP_STAGE_EHLO : SMTP_STAGE_GREETING,
                                     SMTP_END_SILENT,
                                     STR("connected, and not waited for any longer"));
        visit_polite_end(v);
        return;
    }
    v->step = STEP_LEAVING;
    visit_stop_knocking(v);
}

/* ------------------------------------------------------------------------------------------------
 * What the dialogue tells
 */
static void answered(struct visit_run *v, const struct net_dialogue_event *ev)
{
    smtp_ticket t = ev->ticket;
    if (t == 0)
        greeted(v, ev->reply);
    else if (t == v->ehlo)
        ehlo_answered(v, ev->reply);
    else if (t == v->starttls)
        visit_starttls_answered(v, ev->reply);
    else if (t == v->auth)
        visit_login_answered(v, ev);
    else if (t == v->mail)
        visit_mail_answered(v, ev->reply);
    else if (t == v->rcpt)
        visit_rcpt_answered(v, ev->reply);
    else if (t == v->data)
        visit_data_answered(v, ev->stage, ev->reply);
    else if (t == v->rset && v->step == STEP_TRIAL)
        visit_ready(v);
    else if (t == v->rset && v->step == STEP_MESSAGE)
        visit_ready(v);
}

static void ended(struct visit_run *v, struct net_dialogue *d, const struct net_dialogue_event *ev)
{
    bool ours = d == v->d;
    unsigned knock = visit_forget_knock(v, d);
    if (!ours) {
        visit_knock_ended(v, knock, ev);
    } else {
        if (v->step == STEP_LOGIN && ev->ticket == NET_DIALOGUE_SLOW) {
            visit_row_of_end(
                v, PROBE_LOGIN, v->layer, SMTP_STAGE_AUTH, SMTP_END_GUARDED,
                STR("the connection ended before the login could begin: its first step, which "
                    "asks other servers, was not over"));
        } else if (v->step != STEP_LEAVING && v->step != STEP_IDLE && !v->row_made) {
            v->shook = ev->tls;
            visit_row_of_broken_step(v, ev->stage, ev->end, ev->why);
            v->shook = NULL;
        }
        v->d = NULL;
        visit_tell_gone(v);
    }
}

void visit_event(void *user, struct net_dialogue *d, const struct net_dialogue_event *ev)
{
    struct visit_run *v = user;
    struct visit_company *c = v->c;
    switch (ev->kind) {
    case NET_DIALOGUE_OPENED: opened(v, d, ev->took_ms); break;
    case NET_DIALOGUE_SECURED:
        if (d == v->d)
            secured(v, ev->tls);
        break;
    case NET_DIALOGUE_REPLY:
        if (d != v->d)
            break;
        v->ending |= ev->reply->code == 421;
        if (v->step != STEP_LEAVING)
            answered(v, ev);
        break;
    case NET_DIALOGUE_NO_LOGIN:
        if (d == v->d)
            visit_login_not_sent(v, ev->why);
        break;
    case NET_DIALOGUE_BODY:
        if (d == v->d)
            doctor_message_send(d, &v->x, str_from(v->helo));
        break;
    case NET_DIALOGUE_UNSENT: break; /* ENDED follows, and says why */
    case NET_DIALOGUE_ENDED: ended(v, d, ev); break;
    }
    c->changed(c->user);
    if (ev->kind == NET_DIALOGUE_ENDED)
        free_when_over(v);
}

/* The one timer of an opening: the next knock, or, once connected, a greeting that does not come. The
 * connection stays: a slow server is not a silent one. */
static void due(void *user)
{
    struct visit_run *v = user;
    if (!v->d) {
        visit_knock_again(v);
    } else if (v->step == STEP_OPEN && !v->ehlo && !net_dialogue_heard(v->d)) {
        plan_quiet(v->c->plan, v->index);
        v->c->changed(v->c->user);
    }
}

struct visit_run *visit_open(struct visit_company *c, unsigned index,
                             const struct smtp_attempt *door, enum plan_look look)
{
    struct visit_run *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    v->c = c;
    v->index = index;
    v->door = *door;
    v->look = look;
    v->layer = door->security == SMTP_SECURITY_TLS ? SMTP_SECURITY_TLS : SMTP_SECURITY_NONE;
    v->timer = net_timer_new(c->loop, due, v);
    struct err e = { .kind = ERR_NONE };
    if (!v->timer || !visit_knock(v, &e)) {
        visit_row_of_broken_step(v, SMTP_STAGE_CONNECT, SMTP_END_OURS, str_from(e.why));
        net_timer_free(v->timer);
        free(v);
        return NULL;
    }
    net_timer_at(v->timer, visit_now_ms(v) + KNOCK_LOOK_MS);
    c->standing++;
    return v;
}
