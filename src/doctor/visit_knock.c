/* SPDX-License-Identifier: ISC */
/*
 * doctor/visit_knock.c - connecting, and connecting again
 */
#include "doctor/visit_inside.h"

enum { REPLY_MAX = 65536 };

void visit_stop_knocking(struct visit_run *v)
{
    net_timer_at(v->timer, UINT64_MAX);
    for (unsigned i = 0; i < KNOCKS; i++)
        if (v->knocks[i] && v->knocks[i] != v->d)
            net_dialogue_abort(v->knocks[i]);
}

/* Which knock it was. */
unsigned visit_forget_knock(struct visit_run *v, const struct net_dialogue *d)
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
    plan_refused(v->c->plan, v->index, (uint32_t)(visit_now_ms(v) - v->knocking.at_ms[knock]));
}

static void say_knocked(struct visit_run *v, const struct net_dialogue_event *ev)
{
    visit_row_of_broken_step(v, SMTP_STAGE_CONNECT, ev->end, ev->why);
    v->step = STEP_LEAVING;
    visit_stop_knocking(v);
}

/* A knock that was never answered ends the knocking when it was refused, or when it was the last. One
 * that the end of the run cut off while it was young says nothing about the port. Called silent
 * before, only an answer says more. */
void visit_knock_ended(struct visit_run *v, unsigned knock, const struct net_dialogue_event *ev)
{
    if (v->d)
        return;
    if (v->knocking.count == 1 && ev->end == SMTP_END_SILENT &&
        visit_now_ms(v) >= v->c->deadline_ms)
        v->step = STEP_LEAVING;
    if (ev->end == SMTP_END_REFUSED)
        note_refusal(v, knock);
    bool says_more = v->called ? ev->end != SMTP_END_SILENT : !v->row_made;
    if (v->step == STEP_OPEN && says_more && ev->end != SMTP_END_OURS)
        say_knocked(v, ev);
    if (!v->alive) {
        if (v->step == STEP_OPEN && !v->row_made)
            visit_row_of_broken_step(v, SMTP_STAGE_CONNECT, ev->end, ev->why);
        visit_tell_gone(v);
    }
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

static void transcript(void *user, struct net_dialogue *d, bool sent, str line)
{
    const struct visit_run *v = user;
    (void)d;
    v->c->o->line(v->c->o->line_user, v->index, &v->door, sent, line);
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

bool visit_knock(struct visit_run *v, struct err *e)
{
    struct net_dialogue_options o = dialogue_options(v);
    const struct net_dialogue_calls calls = { visit_event, v->c->o->line ? transcript : NULL, v };
    struct net_dialogue *d = net_dialogue_open(v->c->loop, &o, &calls, e);
    if (!d)
        return false;
    v->knocks[v->knocking.count] = d;
    v->knocking.at_ms[v->knocking.count++] = visit_now_ms(v);
    v->alive++;
    return true;
}

static void call_silent(struct visit_run *v, uint32_t rtt)
{
    visit_row_of_broken_step(v, SMTP_STAGE_CONNECT, SMTP_END_SILENT,
                             STR("three connects were not answered"));
    v->called = true;
    plan_called(v->c->plan, v->index, knock_listen_until_ms(&v->knocking, rtt), visit_now_ms(v));
    v->c->changed(v->c->user);
}

/* What is due is done at the next look: between two looks the loop reads what came, even if the machine
 * slept. */
void visit_knock_again(struct visit_run *v)
{
    uint32_t rtt = plan_rtt_at_ms(v->c->plan, &v->door.address);
    uint64_t now = visit_now_ms(v), due = knock_due_ms(&v->knocking, rtt),
             look = now + KNOCK_LOOK_MS;
    bool was_due = v->was_due;
    v->was_due = now >= due;
    if (!v->was_due || !was_due) {
        net_timer_at(v->timer, v->was_due ? now + 1 : due < look ? due : look);
        return;
    }
    v->was_due = false;
    struct err e;
    if (v->knocking.count < KNOCKS && visit_knock(v, &e))
        net_timer_at(v->timer, now + KNOCK_LOOK_MS);
    else
        call_silent(v, rtt);
}
