/* SPDX-License-Identifier: ISC */
/*
 * doctor/visit_steps.c - one step after another: STARTTLS, the login, MAIL and RCPT, the message
 */
#include "base/secret.h"
#include "doctor/message.h"
#include "doctor/visit_inside.h"
#include <stdio.h>
#include <string.h>

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
        visit_row_of_end(
            v, v->step == STEP_MESSAGE ? PROBE_MESSAGE : PROBE_TRIAL, v->layer, SMTP_STAGE_MAIL,
            SMTP_END_NOT_OFFERED,
            STR("an address has letters outside ASCII, and the server offers no SMTPUTF8 (RFC "
                "6531)"));
        visit_ready(v);
        return;
    }
    char params[48];
    mail_params(v, c, utf8, params, sizeof params);
    v->mail = net_dialogue_mail(v->d, v->x.from, str_from(params));
    if (may_group(v, c)) {
        v->rcpt = net_dialogue_rcpt(v->d, v->x.to, STR_NONE);
        v->rset = net_dialogue_rset(v->d);
    }
    if (!v->mail) {
        visit_row_of_end(v, PROBE_TRIAL, v->layer, SMTP_STAGE_MAIL, SMTP_END_OURS,
                         STR("an address does not fit into a command"));
        visit_polite_end(v);
    }
}

/* After the trial's answer: RSET, unless it is on its way already. */
static void end_trial(struct visit_run *v)
{
    if (!v->rset)
        v->rset = net_dialogue_rset(v->d);
    if (!v->rset)
        visit_polite_end(v);
}

static enum doctor_probe trial_probe(const struct visit_run *v)
{
    return v->step == STEP_MESSAGE ? PROBE_MESSAGE : PROBE_TRIAL;
}

/* RSET goes out with RCPT, in one group where the server says PIPELINING. */
void visit_mail_answered(struct visit_run *v, const struct smtp_reply *r)
{
    bool more = smtp_reply_good(r) && (v->x.to.n || v->step == STEP_MESSAGE);
    if (!more) {
        visit_row_of_reply(v, trial_probe(v), v->layer, SMTP_STAGE_MAIL, r);
        end_trial(v);
        return;
    }
    plan_grouped(v->c->plan, v->index, false);
    if (v->rcpt)
        return;
    v->rcpt = net_dialogue_rcpt(v->d, v->x.to, STR_NONE);
    if (!v->rcpt)
        visit_polite_end(v);
    else if (v->step == STEP_TRIAL)
        v->rset = net_dialogue_rset(v->d);
}

void visit_rcpt_answered(struct visit_run *v, const struct smtp_reply *r)
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
    visit_row_of_reply(v, trial_probe(v), v->layer, SMTP_STAGE_RCPT, r);
    end_trial(v);
}

void visit_data_answered(struct visit_run *v, enum smtp_stage stage, const struct smtp_reply *r)
{
    if (r->code == 354)
        return;
    if (stage == SMTP_STAGE_DATA && smtp_reply_good(r)) { /* it never asked for the message */
        visit_row_of_end(
            v, PROBE_MESSAGE, v->layer, stage, SMTP_END_BROKEN,
            STR("the server answered DATA with success in place of 354 (RFC 5321 section "
                "4.3.2), and no message was sent"));
        visit_polite_end(v);
        return;
    }
    visit_row_of_reply(v, PROBE_MESSAGE, v->layer, stage, r);
    if (smtp_reply_good(r))
        visit_ready(v);
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
    visit_row_of_end(v, PROBE_LOGIN, v->layer, SMTP_STAGE_AUTH, SMTP_END_GUARDED, str_from(e.why));
    visit_ready(v);
}

static void begin_auth_alone(struct visit_run *v)
{
    v->auth = net_dialogue_auth_alone(v->d, v->x.mechanism);
    if (v->auth)
        return;
    visit_row_of_end(v, PROBE_AUTH, v->layer, SMTP_STAGE_AUTH, SMTP_END_GUARDED,
                     STR("the dialogue cannot take it now"));
    visit_ready(v);
}

/* A slow login that could not begin: nothing of it was sent. */
void visit_login_not_sent(struct visit_run *v, str why)
{
    if (v->step != STEP_LOGIN)
        return;
    visit_row_of_end(v, PROBE_LOGIN, v->layer, SMTP_STAGE_AUTH, SMTP_END_GUARDED, why);
    visit_ready(v);
}

static void row_of_login(struct visit_run *v, const struct net_dialogue_event *ev)
{
    struct buf said;
    buf_init(&said, SASL_SAID_MAX + sizeof SECRET_CUT);
    buf_add(&said, ev->sasl);
    if (said.n == SASL_SAID_MAX) /* it may have been longer, and hold our secret where it was cut */
        buf_add(&said, STR(SECRET_CUT));
    visit_add_row(v, PROBE_LOGIN, v->layer,
                  (struct smtp_outcome){ .stage = SMTP_STAGE_AUTH,
                                         .code = ev->reply->code,
                                         .enhanced = ev->reply->enhanced,
                                         .text = ev->reply->text,
                                         .sasl = buf_str(&said) });
    buf_done(&said);
}

/* One that we called off has a reply too, which says no more than that. Should it say yes, then this connection
 * counts as logged in with the server and as not logged in here, and nothing that follows would tell anything. */
void visit_login_answered(struct visit_run *v, const struct net_dialogue_event *ev)
{
    if (v->auth_alone)
        visit_row_of_reply(v, PROBE_AUTH, v->layer, SMTP_STAGE_AUTH, ev->reply);
    else if (ev->why.n)
        visit_row_of_end(v, PROBE_LOGIN, v->layer, SMTP_STAGE_AUTH, SMTP_END_OURS, ev->why);
    else
        row_of_login(v, ev);
    if (ev->why.n && smtp_reply_good(ev->reply))
        visit_polite_end(v);
    else
        visit_ready(v);
}

void visit_starttls_answered(struct visit_run *v, const struct smtp_reply *r)
{
    if (r->code == 220)
        return; /* the handshake follows by itself; it follows no other code (RFC 3207 section 4) */
    if (v->look) {
        visit_look_answered(v, SMTP_STAGE_STARTTLS, r);
        return;
    }
    visit_row_of_reply(v, PROBE_TLS, SMTP_SECURITY_STARTTLS, SMTP_STAGE_STARTTLS, r);
    visit_ready(v);
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
