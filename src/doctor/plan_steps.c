/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_steps.c - a visit to its next step
 */
#include "doctor/plan_inside.h"

/* ------------------------------------------------------------------------------------------------
 * Visits
 */
static bool can_reach_layer(const struct plan *p, const struct visit *v, enum smtp_security layer)
{
    struct smtp_caps c;
    if (v->layer == layer)
        return true;
    return !v->door.old_helo && v->layer == SMTP_SECURITY_NONE && layer == SMTP_SECURITY_STARTTLS &&
           doctor_evidence_caps(
               doctor_record_layer(p->r, PROBE_CAPABILITIES, &v->door, SMTP_SECURITY_NONE), &c) &&
           (c.ext & SMTP_EXT_STARTTLS);
}

bool plan_can_serve(const struct plan *p, const struct visit *v, const struct want *w)
{
    const struct smtp_attempt *x = &w->x;
    if ((size_t)(v - p->visits) < w->fresh)
        return false;
    if (v->look || (v->login_refused && smtp_attempt_logs_in(x)))
        return false; /* another login is made on a connection of its own, like the first */
    return doctor_same_door(&v->door, x) && str_eq(v->door.helo, x->helo) &&
           v->door.old_helo == x->old_helo && can_reach_layer(p, v, x->security) &&
           (!v->mechanism.n || (str_eq(v->mechanism, x->mechanism) && str_eq(v->user, x->user) &&
                                v->repaired == x->repaired));
}

/* The next step of a visit toward a want. */
static enum plan_do step_toward(const struct visit *v, const struct want *w)
{
    if (v->layer != w->x.security)
        return PLAN_STARTTLS;
    if (smtp_attempt_logs_in(&w->x) && !v->mechanism.n && w->what != PLAN_AUTH)
        return PLAN_LOGIN;
    return w->what;
}

static void begin_step(struct plan *p, struct visit *v, int want_index, enum plan_do what,
                       struct plan_action *out)
{
    v->state = VISIT_BUSY;
    v->want = want_index;
    v->began = p->r->count;
    *out = (struct plan_action){ .what = what, .visit = (unsigned)(v - p->visits), .x = v->door };
    if (want_index >= 0)
        out->x = p->wants[want_index].x;
    if (what == PLAN_STARTTLS)
        out->x.security = SMTP_SECURITY_STARTTLS;
}

bool plan_in_hand(const struct plan *p, size_t index)
{
    for (size_t i = 0; i < p->visit_count; i++)
        if (p->visits[i].state == VISIT_BUSY && p->visits[i].want == (int)index)
            return true;
    return false;
}

/* A login whose answer is still out. */
static bool login_in_hand(const struct plan *p)
{
    for (size_t i = 0; i < p->visit_count; i++) {
        const struct visit *v = &p->visits[i];
        if (v->state == VISIT_BUSY && v->want >= 0 &&
            step_toward(v, &p->wants[v->want]) == PLAN_LOGIN)
            return true;
    }
    return false;
}

static unsigned steps_in_hand(const struct plan *p)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->visit_count; i++)
        n += (p->visits[i].state == VISIT_BUSY && p->visits[i].want >= 0) + p->visits[i].grouped;
    return n;
}

/* The budgets and the guard rail hold when a step begins, whatever was known when it was wanted. What
 * only an answer that is still out could forbid waits for that answer: it may be a good one. */
enum begin { BEGIN_NOW, BEGIN_LATER, BEGIN_NEVER };
static enum begin may_begin(const struct plan *p, const struct visit *v, enum plan_do what)
{
    unsigned refusals = plan_refusals(p);
    if (what == PLAN_STARTTLS)
        return BEGIN_NOW;
    if (refusals - steps_in_hand(p) >= p->o.refusals_max ||
        (what == PLAN_AUTH && plan_refused_logins(p) >= p->o.refused_logins_max) ||
        (what == PLAN_LOGIN &&
         (!plan_may_log_in(p, v) || plan_refused_logins(p) >= p->o.refused_logins_max)))
        return BEGIN_NEVER;
    bool waits = refusals >= p->o.refusals_max || (what == PLAN_LOGIN && login_in_hand(p));
    return waits ? BEGIN_LATER : BEGIN_NOW;
}

/* A clear-text want of this door must be played before the visit goes under TLS. */
bool plan_next_step(struct plan *p, struct visit *v, struct plan_action *out)
{
    int under_tls = -1;
    bool waits = false;
    for (size_t i = 0; i < p->want_count; i++) {
        struct want *w = &p->wants[i];
        if (w->state != WANT_OPEN || plan_in_hand(p, i) || !plan_can_serve(p, v, w))
            continue;
        if (w->x.security != v->layer) {
            under_tls = under_tls < 0 ? (int)i : under_tls;
            continue;
        }
        switch (may_begin(p, v, step_toward(v, w))) {
        case BEGIN_NOW: begin_step(p, v, (int)i, step_toward(v, w), out); return true;
        case BEGIN_LATER: waits = true; break;
        case BEGIN_NEVER: w->state = WANT_DROPPED; break;
        }
    }
    if (waits)
        return false;
    if (under_tls >= 0 || plan_survey_wants_starttls(p, v)) {
        begin_step(p, v, under_tls, PLAN_STARTTLS, out);
        return true;
    }
    return false;
}
