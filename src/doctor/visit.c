/* SPDX-License-Identifier: ISC */
/*
 * doctor/visit.c - knocking, and one step after another
 */
#include "doctor/visit.h"
#include "base/secret.h"
#include "doctor/knock.h"
#include "doctor/message.h"
#include "smtp/path.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    KNOCK_LOOK_MS = 250, /* a round trip may have become known meanwhile */
    LOOK_QUIT_MS = 2000,
    REPLY_MAX = 65536,
    TEXT_MAX = 16384
};

enum step {
    STEP_OPEN,
    STEP_IDLE,
    STEP_STARTTLS,
    STEP_LOGIN,
    STEP_TRIAL,
    STEP_MESSAGE,
    STEP_LEAVING
};

struct visit_run {
    struct visit_company *c;
    unsigned index;
    struct smtp_attempt door;
    enum plan_look look;
    struct net_dialogue *knocks[KNOCKS]; /* NULL: ended */
    struct knocking knocking;
    unsigned alive;
    bool was_due; /* at the last look: what came until now is read before anything is called */
    bool called;  /* silent; the sockets stay, and a late answer takes it back */
    struct net_timer *timer; /* of the knocking */
    struct net_dialogue *d;  /* the one that was answered */
    enum step step;
    bool auth_alone; /* STEP_LOGIN: without a login */
    bool row_made;   /* the step at work has its row */
    bool ending;     /* the server said 421: there is no further step here */
    bool gone;       /* the plan was told */
    enum smtp_security layer;
    bool verified;
    char helo[SMTP_DOMAIN_MAX + 1];
    struct smtp_attempt x;              /* being played */
    const struct smtp_tls_facts *shook; /* what the handshake that broke showed; NULL: none did */
    smtp_ticket ehlo, starttls, auth, mail, rcpt, rset, data;
};

static uint64_t now_ms(const struct visit_run *v)
{
    return net_loop_now_ms(v->c->loop);
}

/* ------------------------------------------------------------------------------------------------
 * Rows
 */
static struct smtp_attempt attempt_on(const struct visit_run *v, enum smtp_security layer)
{
    struct smtp_attempt a = v->door;
    a.security = layer;
    a.helo = str_from(v->helo);
    if (v->step == STEP_LOGIN || v->step == STEP_TRIAL || v->step == STEP_MESSAGE) {
        a.mechanism = v->x.mechanism;
        a.user = v->x.user;
        a.repaired = v->x.repaired;
    }
    if (v->step == STEP_TRIAL || v->step == STEP_MESSAGE) {
        a.from = v->x.from;
        a.from_null = v->x.from_null;
        a.to = v->x.to;
        a.header_from = v->x.header_from;
        a.size_octets = v->x.size_octets;
    }
    return a;
}

static void add_row(struct visit_run *v, enum doctor_probe probe, enum smtp_security layer,
                    struct smtp_outcome o)
{
    struct smtp_attempt a = attempt_on(v, layer);
    o.at_ms = now_ms(v) - v->c->began_ms;
    uint16_t port;
    if (v->d)
        net_dialogue_local(v->d, &o.local, &port);
    struct buf cut; /* so that a whole run fits into the record */
    buf_init(&cut, TEXT_MAX + sizeof SECRET_CUT);
    if (o.text.n > TEXT_MAX) {
        buf_add(&cut, str_take(o.text, TEXT_MAX));
        buf_add(&cut, STR(SECRET_CUT));
        o.text = buf_str(&cut);
    }
    doctor_record_add(v->c->record, probe, &a, &o);
    buf_done(&cut);
    v->row_made = true;
}

static void row_of_reply(struct visit_run *v, enum doctor_probe probe, enum smtp_security layer,
                         enum smtp_stage stage, const struct smtp_reply *r)
{
    add_row(v, probe, layer,
            (struct smtp_outcome){
                .stage = stage, .code = r->code, .enhanced = r->enhanced, .text = r->text });
}

static void row_of_end(struct visit_run *v, enum doctor_probe probe, enum smtp_security layer,
                       enum smtp_stage stage, enum smtp_end end, str why)
{
    add_row(v, probe, layer, (struct smtp_outcome){ .stage = stage, .end = end, .text = why });
}

static enum smtp_security opening_layer(const struct visit_run *v)
{
    return v->door.security == SMTP_SECURITY_TLS ? SMTP_SECURITY_TLS : SMTP_SECURITY_NONE;
}

/* All that a look tells stands in one row, under the layer that it was to reach. */
static enum doctor_probe look_probe(const struct visit_run *v)
{
    return v->look == LOOK_OBSERVE ? PROBE_OBSERVED : PROBE_UNOFFERED;
}

static enum smtp_security look_layer(const struct visit_run *v)
{
    return v->door.security == SMTP_SECURITY_TLS ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
}

/* The row for a step that no reply ended. */
static void row_of_broken_step(struct visit_run *v, enum smtp_stage stage, enum smtp_end end,
                               str why)
{
    if (v->look) {
        row_of_end(v, look_probe(v), look_layer(v), stage, end, why);
        return;
    }
    enum smtp_security layer = v->step == STEP_STARTTLS ? SMTP_SECURITY_STARTTLS : v->layer;
    enum doctor_probe probe = PROBE_TRIAL;
    if (v->step == STEP_OPEN)
        layer = opening_layer(v);
    if (stage == SMTP_STAGE_CONNECT || stage == SMTP_STAGE_GREETING)
        probe = PROBE_GREETING;
    else if (stage == SMTP_STAGE_TLS || stage == SMTP_STAGE_STARTTLS)
        probe = PROBE_TLS;
    else if (stage == SMTP_STAGE_EHLO)
        probe = PROBE_CAPABILITIES;
    else if (v->step == STEP_LOGIN)
        probe = v->auth_alone ? PROBE_AUTH : PROBE_LOGIN;
    else if (v->step == STEP_MESSAGE)
        probe = PROBE_MESSAGE;
    struct smtp_outcome o = { .stage = stage, .end = end, .text = why };
    if (probe == PROBE_TLS && v->shook)
        o.tls = *v->shook;
    add_row(v, probe, layer, o);
}

/* ------------------------------------------------------------------------------------------------
 * Endings
 */
static void tell_gone(struct visit_run *v)
{
    if (v->gone)
        return;
    v->gone = true;
    plan_gone(v->c->plan, v->index, now_ms(v));
}

static void free_when_over(struct visit_run *v)
{
    if (v->alive || !v->gone)
        return;
    v->c->standing--;
    net_timer_free(v->timer);
    free(v);
}

static void stop_knocking(struct visit_run *v)
{
    net_timer_at(v->timer, UINT64_MAX);
    for (unsigned i = 0; i < KNOCKS; i++)
        if (v->knocks[i] && v->knocks[i] != v->d)
            net_dialogue_abort(v->knocks[i]);
}

static void polite_end(struct visit_run *v)
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

static void look_answered(struct visit_run *v, enum smtp_stage stage, const struct smtp_reply *r)
{
    row_of_reply(v, look_probe(v), look_layer(v), stage, r);
    end_look(v);
}

static void ready(struct visit_run *v)
{
    if (v->ending) { /* the plan is told when the connection is gone */
        polite_end(v);
        return;
    }
    v->step = STEP_IDLE;
    plan_ready(v->c->plan, v->index, v->layer, v->verified, now_ms(v));
}

/* ------------------------------------------------------------------------------------------------
 * Opening and EHLO
 */
static void choose_helo(struct visit_run *v)
{
    char name[SMTP_DOMAIN_MAX + 1] = "";
    if (v->door.helo.n) {
        snprintf(v->helo, sizeof v->helo, "%.*s", STR_ARG(v->door.helo));
        return;
    }
    if (gethostname(name, sizeof name - 1) == 0 && strchr(name, '.') &&
        smtp_domain_ok(str_from(name))) {
        snprintf(v->helo, sizeof v->helo, "%s", name);
        return;
    }
    struct ip local = { .family = IP_NONE };
    char text[IP_TEXT_MAX];
    uint16_t port;
    net_dialogue_local(v->d, &local, &port);
    snprintf(v->helo, sizeof v->helo, local.family == IP_V6 ? "[IPv6:%s]" : "[%s]",
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
    choose_helo(v);
    stop_knocking(v);
    if (v->door.security != SMTP_SECURITY_TLS)
        net_timer_at(v->timer, now_ms(v) + plan_greeting_patience_ms(v->door.port));
    plan_connected(v->c->plan, v->index, took_ms);
}

static void secured(struct visit_run *v, const struct smtp_tls_facts *facts)
{
    v->layer = v->step == STEP_STARTTLS ? SMTP_SECURITY_STARTTLS : SMTP_SECURITY_TLS;
    v->verified = facts->verified;
    if (v->look) {
        add_row(v, look_probe(v), v->layer,
                (struct smtp_outcome){ .stage = SMTP_STAGE_TLS, .tls = *facts });
        end_look(v);
        return;
    }
    add_row(v, PROBE_TLS, v->layer,
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
        look_answered(v, SMTP_STAGE_GREETING, r);
        return;
    }
    if (v->look) {
        v->ehlo = net_dialogue_ehlo(v->d, str_from(v->helo));
        return;
    }
    row_of_reply(v, PROBE_GREETING, opening_layer(v), SMTP_STAGE_GREETING, r);
    if (!smtp_reply_good(r)) {
        polite_end(v);
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
        look_answered(v, SMTP_STAGE_EHLO, r);
    } else if (is_offered(v)) {
        row_of_reply(v, PROBE_CAPABILITIES, v->layer, SMTP_STAGE_EHLO, r);
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
    row_of_reply(v, PROBE_CAPABILITIES, v->layer, SMTP_STAGE_EHLO, r);
    if (smtp_reply_good(r))
        ready(v);
    else
        polite_end(v);
}

/* ------------------------------------------------------------------------------------------------
 * Steps
 */
static bool needs_utf8(const struct smtp_attempt *x)
{
    return !str_is_ascii(x->from) || !str_is_ascii(x->to);
}

/* Behind a refused MAIL the server counts a pipelined RCPT as a second refusal. So they go out together only
 * while no MAIL was refused, and where the budget of refusals bears both. A stranger waits where more than
 * one thing is then still to be tried: another address than the login's own, or TLS. */
static bool mail_was_refused(const struct doctor_record *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->rows[i].probe == PROBE_TRIAL && r->rows[i].outcome.stage == SMTP_STAGE_MAIL &&
            !doctor_evidence_good(&r->rows[i]))
            return true;
    return false;
}

static bool may_group(const struct visit_run *v, const struct smtp_caps *c)
{
    bool plain_stranger = v->layer != SMTP_SECURITY_NONE &&
                          str_eq_nocase(v->x.from, v->c->o->asked.own_address);
    return v->step == STEP_TRIAL && c && (c->ext & SMTP_EXT_PIPELINING) && v->x.to.n &&
           (smtp_attempt_logs_in(&v->x) || plain_stranger) && !mail_was_refused(v->c->record) &&
           plan_may_group(v->c->plan, v->index);
}

/* RFC 1870 section 6: the size is said where the server offers to hear it. */
static void mail_params(const struct visit_run *v, const struct smtp_caps *c, bool utf8, char *out,
                        size_t room)
{
    int n = snprintf(out, room, "%s", utf8 ? "SMTPUTF8" : "");
    if (v->x.size_octets && c && (c->ext & SMTP_EXT_SIZE))
        snprintf(out + n, room - (size_t)n, "%sSIZE=%llu", n ? " " : "",
                 (unsigned long long)v->x.size_octets);
}

static void begin_trial(struct visit_run *v)
{
    const struct smtp_caps *c = net_dialogue_caps(v->d);
    bool utf8 = needs_utf8(&v->x);
    if (utf8 && !(c && (c->ext & SMTP_EXT_SMTPUTF8))) {
        row_of_end(
            v, v->step == STEP_MESSAGE ? PROBE_MESSAGE : PROBE_TRIAL, v->layer, SMTP_STAGE_MAIL,
            SMTP_END_NOT_OFFERED,
            STR("an address has letters outside ASCII, and the server offers no SMTPUTF8 (RFC "
                "6531)"));
        ready(v);
        return;
    }
    char params[48];
    mail_params(v, c, utf8, params, sizeof params);
    v->mail = net_dialogue_mail(v->d, v->x.from, str_from(params));
    if (may_group(v, c)) {
        v->rcpt = net_dialogue_rcpt(v->d, v->x.to);
        v->rset = net_dialogue_rset(v->d);
    }
    if (!v->mail) {
        row_of_end(v, PROBE_TRIAL, v->layer, SMTP_STAGE_MAIL, SMTP_END_OURS,
                   STR("an address does not fit into a command"));
        polite_end(v);
    }
}

/* After the trial's answer: RSET, unless it is on its way already. */
static void end_trial(struct visit_run *v)
{
    if (!v->rset)
        v->rset = net_dialogue_rset(v->d);
    if (!v->rset)
        polite_end(v);
}

static enum doctor_probe trial_probe(const struct visit_run *v)
{
    return v->step == STEP_MESSAGE ? PROBE_MESSAGE : PROBE_TRIAL;
}

/* RSET goes out with RCPT, in one group where the server says PIPELINING. */
static void mail_answered(struct visit_run *v, const struct smtp_reply *r)
{
    bool more = smtp_reply_good(r) && (v->x.to.n || v->step == STEP_MESSAGE);
    if (!more) {
        row_of_reply(v, trial_probe(v), v->layer, SMTP_STAGE_MAIL, r);
        end_trial(v);
        return;
    }
    plan_grouped(v->c->plan, v->index, false);
    if (v->rcpt)
        return;
    v->rcpt = net_dialogue_rcpt(v->d, v->x.to);
    if (!v->rcpt)
        polite_end(v);
    else if (v->step == STEP_TRIAL)
        v->rset = net_dialogue_rset(v->d);
}

static void rcpt_answered(struct visit_run *v, const struct smtp_reply *r)
{
    if (v->row_made) { /* MAIL was refused, and this says so again: the server counts both */
        v->c->stats->refusals_caused += !smtp_reply_good(r);
        plan_grouped(v->c->plan, v->index, !smtp_reply_good(r));
        return;
    }
    if (v->step == STEP_MESSAGE && smtp_reply_good(r)) {
        v->data = net_dialogue_data(v->d);
        v->c->stats->data_sent += v->data != 0;
        return;
    }
    row_of_reply(v, trial_probe(v), v->layer, SMTP_STAGE_RCPT, r);
    end_trial(v);
}

static void data_answered(struct visit_run *v, enum smtp_stage stage, const struct smtp_reply *r)
{
    if (r->code == 354)
        return;
    if (stage == SMTP_STAGE_DATA && smtp_reply_good(r)) { /* it never asked for the message */
        row_of_end(v, PROBE_MESSAGE, v->layer, stage, SMTP_END_BROKEN,
                   STR("the server answered DATA with success in place of 354 (RFC 5321 section "
                       "4.3.2), and no message was sent"));
        polite_end(v);
        return;
    }
    row_of_reply(v, PROBE_MESSAGE, v->layer, stage, r);
    if (smtp_reply_good(r))
        ready(v);
    else
        end_trial(v); /* shows whether the server hangs up, before anything else is said here */
}

static void begin_login(struct visit_run *v)
{
    struct err e = { .kind = ERR_NONE };
    const struct sasl_mechanism *m = sasl_mechanism_find(v->x.mechanism);
    const struct doctor_options *o = v->c->o;
    const struct sasl_login login = { .user = v->x.user,
                                      .password = v->x.repaired ? o->repaired : o->password,
                                      .token = o->token,
                                      .certificate = v->door.certificate && v->c->tls_shows };
    v->auth = m ? net_dialogue_auth(v->d, m, &login, &e) : 0;
    if (v->auth)
        return;
    row_of_end(v, PROBE_LOGIN, v->layer, SMTP_STAGE_AUTH, SMTP_END_GUARDED, str_from(e.why));
    ready(v);
}

static void begin_auth_alone(struct visit_run *v)
{
    v->auth = net_dialogue_auth_alone(v->d, v->x.mechanism);
    if (v->auth)
        return;
    row_of_end(v, PROBE_AUTH, v->layer, SMTP_STAGE_AUTH, SMTP_END_GUARDED,
               STR("the dialogue cannot take it now"));
    ready(v);
}

/* A slow login that could not begin: nothing of it was sent. */
static void login_not_sent(struct visit_run *v, str why)
{
    if (v->step != STEP_LOGIN)
        return;
    row_of_end(v, PROBE_LOGIN, v->layer, SMTP_STAGE_AUTH, SMTP_END_GUARDED, why);
    ready(v);
}

static void row_of_login(struct visit_run *v, const struct net_dialogue_event *ev)
{
    struct buf said;
    buf_init(&said, SASL_SAID_MAX + sizeof SECRET_CUT);
    buf_add(&said, ev->sasl);
    if (said.n == SASL_SAID_MAX) /* it may have been longer, and hold our secret where it was cut */
        buf_add(&said, STR(SECRET_CUT));
    add_row(v, PROBE_LOGIN, v->layer,
            (struct smtp_outcome){ .stage = SMTP_STAGE_AUTH,
                                   .code = ev->reply->code,
                                   .enhanced = ev->reply->enhanced,
                                   .text = ev->reply->text,
                                   .sasl = buf_str(&said) });
    buf_done(&said);
}

/* One that we called off has a reply too, which says no more than that. */
static void login_answered(struct visit_run *v, const struct net_dialogue_event *ev)
{
    if (v->auth_alone)
        row_of_reply(v, PROBE_AUTH, v->layer, SMTP_STAGE_AUTH, ev->reply);
    else if (ev->why.n)
        row_of_end(v, PROBE_LOGIN, v->layer, SMTP_STAGE_AUTH, SMTP_END_OURS, ev->why);
    else
        row_of_login(v, ev);
    ready(v);
}

static void starttls_answered(struct visit_run *v, const struct smtp_reply *r)
{
    if (r->code == 220)
        return; /* the handshake follows by itself; it follows no other code (RFC 3207 section 4) */
    if (v->look) {
        look_answered(v, SMTP_STAGE_STARTTLS, r);
        return;
    }
    row_of_reply(v, PROBE_TLS, SMTP_SECURITY_STARTTLS, SMTP_STAGE_STARTTLS, r);
    ready(v);
}

void visit_step(struct visit_run *v, enum plan_do what, const struct smtp_attempt *x)
{
    if (v->ending) { /* it was parked, and has said 421: its end comes, and the want is free again */
        v->step = STEP_LEAVING;
        return;
    }
    v->x = *x;
    v->row_made = false;
    v->auth_alone = what == PLAN_AUTH;
    v->ehlo = v->starttls = v->auth = v->mail = v->rcpt = v->rset = v->data = 0;
    switch (what) {
    case PLAN_STARTTLS:
        v->step = STEP_STARTTLS;
        v->starttls = net_dialogue_starttls(v->d);
        break;
    case PLAN_AUTH:
        v->step = STEP_LOGIN;
        begin_auth_alone(v);
        break;
    case PLAN_LOGIN:
        v->step = STEP_LOGIN;
        begin_login(v);
        break;
    case PLAN_TRIAL:
        v->step = STEP_TRIAL;
        begin_trial(v);
        break;
    case PLAN_MESSAGE:
        v->step = STEP_MESSAGE;
        if (!v->x.from.n && !v->x.header_from.n) /* MAIL FROM:<> still has an author */
            v->x.header_from = v->c->o->asked.own_address;
        begin_trial(v);
        break;
    default: break;
    }
}

void visit_leave(struct visit_run *v)
{
    if (v->d) {
        if (v->step == STEP_OPEN)
            row_of_broken_step(v, v->ehlo ? SMTP_STAGE_EHLO : SMTP_STAGE_GREETING, SMTP_END_SILENT,
                               STR("connected, and not waited for any longer"));
        polite_end(v);
        return;
    }
    v->step = STEP_LEAVING;
    stop_knocking(v);
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
        starttls_answered(v, ev->reply);
    else if (t == v->auth)
        login_answered(v, ev);
    else if (t == v->mail)
        mail_answered(v, ev->reply);
    else if (t == v->rcpt)
        rcpt_answered(v, ev->reply);
    else if (t == v->data)
        data_answered(v, ev->stage, ev->reply);
    else if (t == v->rset && v->step == STEP_TRIAL)
        ready(v);
    else if (t == v->rset && v->step == STEP_MESSAGE)
        ready(v);
}

/* Which knock it was. */
static unsigned forget(struct visit_run *v, const struct net_dialogue *d)
{
    unsigned knock = 0;
    for (unsigned i = 0; i < KNOCKS; i++) {
        if (v->knocks[i] == d) {
            v->knocks[i] = NULL;
            v->alive--;
            knock = i;
        }
    }
    return knock;
}

/* A refusal is an answer too, and says how far away the host is. */
static void note_refusal(struct visit_run *v, unsigned knock)
{
    plan_refused(v->c->plan, v->index, (uint32_t)(now_ms(v) - v->knocking.at_ms[knock]));
}

static void say_knocked(struct visit_run *v, const struct net_dialogue_event *ev)
{
    row_of_broken_step(v, SMTP_STAGE_CONNECT, ev->end, ev->why);
    v->step = STEP_LEAVING;
    stop_knocking(v);
}

/* A knock that was never answered ends the knocking when it was refused, or when it was the last. One
 * that the end of the run cut off while it was young says nothing about the port. Called silent
 * before, only an answer says more. */
static void knock_ended(struct visit_run *v, unsigned knock, const struct net_dialogue_event *ev)
{
    if (v->d)
        return;
    if (v->knocking.count == 1 && ev->end == SMTP_END_SILENT && now_ms(v) >= v->c->deadline_ms)
        v->step = STEP_LEAVING;
    if (ev->end == SMTP_END_REFUSED)
        note_refusal(v, knock);
    bool says_more = v->called ? ev->end != SMTP_END_SILENT : !v->row_made;
    if (v->step == STEP_OPEN && says_more && ev->end != SMTP_END_OURS)
        say_knocked(v, ev);
    if (!v->alive) {
        if (v->step == STEP_OPEN && !v->row_made)
            row_of_broken_step(v, SMTP_STAGE_CONNECT, ev->end, ev->why);
        tell_gone(v);
    }
}

static void ended(struct visit_run *v, struct net_dialogue *d, const struct net_dialogue_event *ev)
{
    bool ours = d == v->d;
    unsigned knock = forget(v, d);
    if (!ours) {
        knock_ended(v, knock, ev);
    } else {
        if (v->step == STEP_LOGIN && ev->ticket == NET_DIALOGUE_SLOW) {
            row_of_end(
                v, PROBE_LOGIN, v->layer, SMTP_STAGE_AUTH, SMTP_END_GUARDED,
                STR("the connection ended before the login could begin: its first step, which "
                    "asks other servers, was not over"));
        } else if (v->step != STEP_LEAVING && v->step != STEP_IDLE && !v->row_made) {
            v->shook = ev->tls;
            row_of_broken_step(v, ev->stage, ev->end, ev->why);
            v->shook = NULL;
        }
        v->d = NULL;
        tell_gone(v);
    }
}

static void event(void *user, struct net_dialogue *d, const struct net_dialogue_event *ev)
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
            login_not_sent(v, ev->why);
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

static void transcript(void *user, struct net_dialogue *d, bool sent, str line)
{
    const struct visit_run *v = user;
    (void)d;
    v->c->o->line(v->c->o->line_user, v->index, &v->door, sent, line);
}

/* ------------------------------------------------------------------------------------------------
 * Knocking
 */
static struct net_tls_context *context_of(const struct visit_run *v)
{
    if (v->look == LOOK_OBSERVE)
        return v->c->tls_open;
    return v->door.certificate && v->c->tls_shows ? v->c->tls_shows : v->c->tls;
}

static struct net_dialogue_options dialogue_options(const struct visit_run *v)
{
    struct net_dialogue_options o = {
        .to = { v->door.address, v->door.port, v->door.source },
        .host = v->door.host,
        .tls = context_of(v),
        .tls_at_once = v->door.security == SMTP_SECURITY_TLS,
        .allow_clear_auth = !v->look && v->c->o->plan.allow_clear_auth,
        .allow_clear_digest = !v->look && plan_clear_digest(&v->c->o->asked),
        .limits = { .reply_octets = REPLY_MAX, .commands = 8 },
        .connect_ms = v->c->o->timeout_ms,
        .tls_ms = 15000,
        .deadline_ms = v->c->deadline_ms,
    };
    for (size_t i = 0; i < SMTP_STAGES; i++)
        o.limits.wait_ms[i] = v->c->o->timeout_ms;
    return o;
}

static bool knock(struct visit_run *v, struct err *e)
{
    struct net_dialogue_options o = dialogue_options(v);
    const struct net_dialogue_calls calls = { event, v->c->o->line ? transcript : NULL, v };
    struct net_dialogue *d = net_dialogue_open(v->c->loop, &o, &calls, e);
    if (!d)
        return false;
    v->knocks[v->knocking.count] = d;
    v->knocking.at_ms[v->knocking.count++] = now_ms(v);
    v->alive++;
    return true;
}

static void call_silent(struct visit_run *v, uint32_t rtt)
{
    row_of_broken_step(v, SMTP_STAGE_CONNECT, SMTP_END_SILENT,
                       STR("three connects were not answered"));
    v->called = true;
    plan_called(v->c->plan, v->index, knock_listen_until_ms(&v->knocking, rtt), now_ms(v));
    v->c->changed(v->c->user);
}

/* What is due is done at the next look: between two looks the loop reads what came, even if the machine
 * slept. */
static void knock_again(struct visit_run *v)
{
    uint32_t rtt = plan_rtt_at_ms(v->c->plan, &v->door.address);
    uint64_t now = now_ms(v), due = knock_due_ms(&v->knocking, rtt), look = now + KNOCK_LOOK_MS;
    bool was_due = v->was_due;
    v->was_due = now >= due;
    if (!v->was_due || !was_due) {
        net_timer_at(v->timer, v->was_due ? now + 1 : due < look ? due : look);
        return;
    }
    v->was_due = false;
    struct err e;
    if (v->knocking.count < KNOCKS && knock(v, &e))
        net_timer_at(v->timer, now + KNOCK_LOOK_MS);
    else
        call_silent(v, rtt);
}

/* The one timer of an opening: the next knock, or, once connected, a greeting that does not come. The
 * connection stays: a slow server is not a silent one. */
static void due(void *user)
{
    struct visit_run *v = user;
    if (!v->d) {
        knock_again(v);
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
    if (!v->timer || !knock(v, &e)) {
        row_of_broken_step(v, SMTP_STAGE_CONNECT, SMTP_END_OURS, str_from(e.why));
        net_timer_free(v->timer);
        free(v);
        return NULL;
    }
    net_timer_at(v->timer, now_ms(v) + KNOCK_LOOK_MS);
    c->standing++;
    return v;
}
