/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan.c - a want to a visit, a visit to its next step
 */
#include "doctor/plan_inside.h"
#include <stdlib.h>

enum {
    PATIENCE_MS = 2000,
    PATIENCE_25_MS = 10000,
    IDLE_END_MS = 1500,
    QUIET_END_MS = 12000,
    REFUSED_RTT_MIN_MS = 150
};

struct plan *plan_new(const struct doctor_asked *asked, const struct doctor_record *record,
                      const struct plan_options *o)
{
    struct plan *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->asked = asked;
    p->r = record;
    p->o = *o;
    p->wake_ms = UINT64_MAX;
    return p;
}

void plan_free(struct plan *p)
{
    free(p);
}
bool plan_done(const struct plan *p)
{
    return p->done;
}
uint64_t plan_wake_ms(const struct plan *p)
{
    return p->wake_ms;
}
uint32_t plan_rtt_ms(const struct plan *p)
{
    return p->rtt_ms;
}
static uint32_t smaller_known(uint32_t a, uint32_t b)
{
    return a && (!b || a < b) ? a : b;
}

uint32_t plan_rtt_at_ms(const struct plan *p, const struct ip *address)
{
    uint32_t here = 0, refused = 0, elsewhere = 0;
    for (size_t i = 0; i < p->visit_count; i++) {
        const struct visit *v = &p->visits[i];
        if (!ip_eq(&v->door.address, address)) {
            elsewhere = smaller_known(elsewhere, v->rtt_ms);
            continue;
        }
        here = smaller_known(here, v->rtt_ms);
        refused = smaller_known(refused, v->refused_ms);
    }
    if (here)
        return here;
    if (refused)
        return refused > REFUSED_RTT_MIN_MS ? refused : REFUSED_RTT_MIN_MS;
    return 2 * elsewhere;
}

uint32_t plan_greeting_patience_ms(uint16_t port)
{
    return port == 25 ? PATIENCE_25_MS : PATIENCE_MS;
}

void plan_wake_at(struct plan *p, uint64_t at_ms)
{
    if (at_ms < p->wake_ms)
        p->wake_ms = at_ms;
}

/* What was asked, at the address at work. */
struct smtp_attempt plan_asked_here(const struct plan *p)
{
    struct smtp_attempt a = p->asked->attempt;
    a.address = p->addresses[p->address];
    return a;
}
void plan_addresses(struct plan *p, const struct ip *addresses, size_t count)
{
    p->started = true;
    for (size_t i = 0; i < count && p->address_count < PLAN_ADDRESSES; i++)
        p->addresses[p->address_count++] = addresses[i];
    if (p->address_count)
        plan_doors_add(p);
}

static bool visit_stands(const struct visit *v)
{
    return v->state != VISIT_FREE && v->state != VISIT_GONE;
}

unsigned plan_open_visits(const struct plan *p)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->visit_count; i++)
        n += visit_stands(&p->visits[i]);
    return n;
}
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

static bool can_serve(const struct plan *p, const struct visit *v, const struct want *w)
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

static bool in_hand(const struct plan *p, size_t index)
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
static bool next_step(struct plan *p, struct visit *v, struct plan_action *out)
{
    int under_tls = -1;
    bool waits = false;
    for (size_t i = 0; i < p->want_count; i++) {
        struct want *w = &p->wants[i];
        if (w->state != WANT_OPEN || in_hand(p, i) || !can_serve(p, v, w))
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

/* Of the connections of a run: those that stood, and those that may come to. */
static unsigned spent_visits(const struct plan *p, bool opening_too)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->visit_count; i++) {
        const struct visit *v = &p->visits[i];
        n += v->connected ||
             (opening_too && (v->state == VISIT_OPENING || v->state == VISIT_CALLED));
    }
    return n;
}

/* No further connection may be made, now or later. */
static bool is_spent(const struct plan *p)
{
    return p->visit_count == PLAN_VISITS || spent_visits(p, false) >= p->o.total_max;
}

static unsigned open_max(const struct plan *p)
{
    return p->alone ? 1 : p->o.open_max;
}

static bool open_visit(struct plan *p, const struct smtp_attempt *at, enum plan_look look,
                       struct plan_action *out)
{
    if (plan_open_visits(p) >= open_max(p) || spent_visits(p, true) >= p->o.total_max)
        return false;
    struct visit *v = &p->visits[p->visit_count];
    *v = (struct visit){
        .state = VISIT_OPENING, .door = *at, .look = look, .began_ms = p->now_ms, .want = -1
    };
    v->door.mechanism = v->door.user = v->door.from = v->door.to = v->door.header_from = STR_NONE;
    *out = (struct plan_action){ PLAN_OPEN, (unsigned)p->visit_count++, v->door, look };
    return true;
}

/* The connection on which the message of --send will go. */
static bool is_for_message(const struct plan *p, const struct visit *v)
{
    const struct doctor_evidence *works = doctor_best_accepted(p->r, &p->asked->attempt);
    return p->o.send && works && doctor_same_door(&works->attempt, &v->door);
}

/* Does anything move besides openings that have gone quiet? */
static bool others_move(const struct plan *p)
{
    for (size_t i = 0; i < p->visit_count; i++) {
        const struct visit *v = &p->visits[i];
        if (v->state == VISIT_BUSY || (v->state == VISIT_OPENING && !v->quiet))
            return true;
    }
    return false;
}

/* The parked visit that is missed least: 25 first, then by rank; never one that serves a want. Those that
 * are kept for the login or the message go only when all else stands still. */
static struct visit *missed_least(struct plan *p, bool kept_too)
{
    struct visit *worst = NULL;
    for (size_t i = 0; i < p->visit_count; i++) {
        struct visit *v = &p->visits[i];
        bool kept = (!plan_login_is_over(p) && plan_serves_login(p, v)) || is_for_message(p, v);
        bool busy = v->state != VISIT_READY || (kept && !kept_too);
        for (size_t k = 0; !busy && k < p->want_count; k++)
            busy = p->wants[k].state == WANT_OPEN && can_serve(p, v, &p->wants[k]);
        if (!busy &&
            (!worst || plan_login_rank(p, v->door.port) > plan_login_rank(p, worst->door.port)))
            worst = v;
    }
    return worst;
}

static bool any_leaving(const struct plan *p)
{
    for (size_t i = 0; i < p->visit_count; i++)
        if (p->visits[i].state == VISIT_LEAVING)
            return true;
    return false;
}

/* Nothing is lost with a port that was called silent. */
static bool let_called_go(struct plan *p, bool all, struct plan_action *out)
{
    for (size_t i = 0; i < p->visit_count && (all || !any_leaving(p)); i++) {
        if (p->visits[i].state != VISIT_CALLED)
            continue;
        p->visits[i].state = VISIT_LEAVING;
        *out = (struct plan_action){ .what = PLAN_ABORT,
                                     .visit = (unsigned)i,
                                     .x = p->visits[i].door };
        return true;
    }
    return false;
}

/* Makes room for a connection that open_visit() did not make. */
static bool make_room(struct plan *p, struct plan_action *out)
{
    if (let_called_go(p, false, out))
        return true;
    if (plan_open_visits(p) < open_max(p))
        return false;
    struct visit *worst = missed_least(p, false);
    if (!worst && !others_move(p) && !any_leaving(p))
        worst = missed_least(p, true);
    if (!worst)
        return false;
    worst->state = VISIT_LEAVING;
    *out = (struct plan_action){ .what = PLAN_QUIT,
                                 .visit = (unsigned)(worst - p->visits),
                                 .x = worst->door };
    return true;
}

static bool served_by_someone(const struct plan *p, size_t index)
{
    const struct want *w = &p->wants[index];
    for (size_t i = 0; i < p->visit_count; i++) {
        const struct visit *v = &p->visits[i];
        bool coming = v->state == VISIT_OPENING && !v->look && i >= w->fresh &&
                      doctor_same_door(&v->door, &w->x) && str_eq(v->door.helo, w->x.helo) &&
                      v->door.old_helo == w->x.old_helo &&
                      (v->door.security == SMTP_SECURITY_TLS) ==
                          (w->x.security == SMTP_SECURITY_TLS);
        if (coming || ((v->state == VISIT_READY || v->state == VISIT_BUSY) && can_serve(p, v, w)))
            return true;
    }
    return false;
}

/* The record shows that it stops before MAIL. A want that says any EHLO name is not stopped by the
 * refusal of the user's own. */
static bool stops_early(const struct plan *p, const struct want *w)
{
    struct doctor_settled s = doctor_settle(p->r, &w->x);
    if (w->again || !doctor_settled_stops(&s) || s.by->probe == PROBE_TRIAL ||
        s.by->probe == PROBE_MESSAGE)
        return false;
    return w->x.helo.n || s.by->probe != PROBE_CAPABILITIES || doctor_evidence_good(s.by);
}

/* Gives up what cannot be played any more: a stranger's want may then be made for another address, or
 * with another EHLO name. */
static void drop_hopeless(struct plan *p)
{
    for (size_t i = 0; i < p->want_count; i++) {
        struct want *w = &p->wants[i];
        if (w->state == WANT_OPEN && !in_hand(p, i) &&
            (stops_early(p, w) || (w->tries >= 2 && !served_by_someone(p, i))))
            w->state = WANT_DROPPED;
    }
}

/* What is wanted goes before a port that nobody asked for and that has not greeted within the patience. */
static bool hang_up_quiet(struct plan *p, struct plan_action *out)
{
    for (size_t i = 0; plan_open_visits(p) >= open_max(p) && i < p->visit_count; i++) {
        struct visit *v = &p->visits[i];
        if (v->state != VISIT_OPENING || !v->quiet || v->door.port == p->asked->attempt.port)
            continue;
        v->state = VISIT_LEAVING;
        *out = (struct plan_action){ .what = PLAN_ABORT, .visit = (unsigned)i, .x = v->door };
        return true;
    }
    return false;
}

static bool open_for_want(struct plan *p, struct plan_action *out)
{
    for (size_t i = 0; i < p->want_count; i++) {
        struct want *w = &p->wants[i];
        if (w->state != WANT_OPEN || served_by_someone(p, i))
            continue;
        if (is_spent(p)) {
            w->state = WANT_DROPPED;
            continue;
        }
        struct smtp_attempt at = w->x;
        if (at.security != SMTP_SECURITY_TLS)
            at.security = SMTP_SECURITY_NONE;
        if (open_visit(p, &at, LOOK_NONE, out)) {
            w->tries++;
            return true;
        }
        return make_room(p, out) || hang_up_quiet(p, out);
    }
    return false;
}

static bool open_for_survey(struct plan *p, struct plan_action *out)
{
    for (size_t i = 0; i < p->door_count; i++) {
        struct door *d = &p->doors[i];
        if (d->begun)
            continue;
        if (is_spent(p)) {
            d->begun = d->dropped = true;
            continue;
        }
        if (open_visit(p, &d->at, d->look, out)) {
            d->begun = true;
            d->visit = out->visit;
            return true;
        }
        return make_room(p, out);
    }
    return false;
}

/* The port answered a ClientHello: what waits there for a greeting in clear waits for nothing. */
static bool speaks_tls_first(const struct plan *p, const struct visit *v)
{
    const struct doctor_evidence *ev = doctor_record_layer(p->r, PROBE_TLS, &v->door,
                                                           SMTP_SECURITY_TLS);
    return v->quiet && ev && ev->outcome.tls.done;
}

/* When an opening is given up; UINT64_MAX: not before its own end. The asked port has all the time of the
 * run, unless it speaks TLS first; others wait a while longer once an attempt was accepted, or once
 * they alone are left. */
static uint64_t let_go_at(const struct plan *p, const struct visit *v)
{
    if (speaks_tls_first(p, v))
        return v->began_ms;
    if (v->door.port == p->asked->attempt.port || plan_any_want(p))
        return UINT64_MAX;
    if (doctor_best_accepted(p->r, &p->asked->attempt))
        return p->progress_ms + IDLE_END_MS;
    return v->quiet && !others_move(p) ? v->began_ms + QUIET_END_MS : UINT64_MAX;
}

static bool let_go(struct plan *p, struct plan_action *out)
{
    for (size_t i = 0; i < p->visit_count; i++) {
        struct visit *v = &p->visits[i];
        uint64_t at = v->state == VISIT_OPENING ? let_go_at(p, v) : UINT64_MAX;
        if (p->now_ms < at) {
            if (at != UINT64_MAX)
                plan_wake_at(p, at);
            continue;
        }
        v->state = VISIT_LEAVING;
        *out = (struct plan_action){ .what = PLAN_ABORT, .visit = (unsigned)i, .x = v->door };
        return true;
    }
    return false;
}

static bool anything_moves(const struct plan *p)
{
    for (size_t i = 0; i < p->door_count; i++)
        if (!p->doors[i].begun)
            return true;
    for (size_t i = 0; i < p->visit_count; i++)
        if (p->visits[i].state == VISIT_OPENING || p->visits[i].state == VISIT_BUSY)
            return true;
    return false;
}

/* The end of the run waits for late answers a while. */
static void wait_for_called(struct plan *p)
{
    for (size_t i = 0; i < p->visit_count; i++)
        if (p->visits[i].state == VISIT_CALLED && p->now_ms < p->visits[i].listen_until_ms)
            plan_wake_at(p, p->visits[i].listen_until_ms);
}

static bool leave(struct plan *p, struct plan_action *out)
{
    if (let_called_go(p, true, out))
        return true;
    for (size_t i = 0; i < p->visit_count; i++) {
        struct visit *v = &p->visits[i];
        if (v->state != VISIT_READY)
            continue;
        v->state = VISIT_LEAVING;
        *out = (struct plan_action){ .what = PLAN_QUIT, .visit = (unsigned)i, .x = v->door };
        return true;
    }
    return false;
}

bool plan_next(struct plan *p, uint64_t now_ms, struct plan_action *out)
{
    p->now_ms = now_ms;
    p->wake_ms = UINT64_MAX;
    if (!p->started)
        return false;
    if (!p->done && p->address_count) {
        drop_hopeless(p);
        plan_think(p);
    }
    for (size_t i = 0; !p->done && i < p->visit_count; i++)
        if (p->visits[i].state == VISIT_READY && next_step(p, &p->visits[i], out))
            return true;
    if (!p->done && (open_for_survey(p, out) || open_for_want(p, out) || let_go(p, out)))
        return true;
    wait_for_called(p);
    if (!p->done && !anything_moves(p) && !plan_any_want(p) && p->wake_ms == UINT64_MAX)
        p->done = true;
    return p->done && leave(p, out);
}

/* ------------------------------------------------------------------------------------------------
 * What happened
 */
void plan_connected(struct plan *p, unsigned visit, uint32_t rtt_ms)
{
    struct visit *v = &p->visits[visit];
    v->connected = true;
    v->rtt_ms = rtt_ms ? rtt_ms : 1;
    p->rtt_ms = smaller_known(p->rtt_ms, v->rtt_ms);
    if (v->state == VISIT_CALLED)
        v->state = VISIT_OPENING;
}

void plan_called(struct plan *p, unsigned visit, uint64_t listen_until_ms, uint64_t now_ms)
{
    struct visit *v = &p->visits[visit];
    p->now_ms = p->progress_ms = now_ms;
    v->listen_until_ms = listen_until_ms;
    if (v->state == VISIT_OPENING)
        v->state = VISIT_CALLED;
}

void plan_refused(struct plan *p, unsigned visit, uint32_t rtt_ms)
{
    p->visits[visit].refused_ms = rtt_ms ? rtt_ms : 1;
}

void plan_quiet(struct plan *p, unsigned visit)
{
    if (p->visits[visit].state == VISIT_OPENING)
        p->visits[visit].quiet = true;
}

static void take_login(struct visit *v, const struct smtp_attempt *x)
{
    v->mechanism = x->mechanism;
    v->user = x->user;
    v->repaired = x->repaired;
}

/* A want is served when its trial has an answer; a refused login, or a layer that cannot be had, drops
 * it. */
static void settle_want(struct plan *p, struct visit *v)
{
    if (v->want < 0)
        return;
    struct want *w = &p->wants[v->want];
    const struct doctor_evidence *last = NULL; /* the newest row of this step */
    for (size_t i = p->r->count; !last && i-- > v->began;) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (doctor_same_door(&ev->attempt, &v->door) && ev->attempt.security == w->x.security &&
            (!smtp_attempt_logs_in(&ev->attempt) || str_eq(ev->attempt.mechanism, w->x.mechanism)))
            last = ev;
    }
    bool login = last && last->probe == PROBE_LOGIN;
    if (last &&
        (last->probe == PROBE_AUTH || last->probe == PROBE_TRIAL || last->probe == PROBE_MESSAGE))
        w->state = WANT_SERVED;
    else if (login && doctor_evidence_good(last))
        take_login(v, &w->x);
    else if (last && (login || !doctor_evidence_good(last)))
        w->state = WANT_DROPPED;
    v->login_refused |= login && !doctor_evidence_good(last) &&
                        last->outcome.end != SMTP_END_GUARDED;
    v->want = -1;
}

void plan_ready(struct plan *p, unsigned visit, enum smtp_security layer, bool verified,
                uint64_t now_ms)
{
    struct visit *v = &p->visits[visit];
    p->now_ms = p->progress_ms = now_ms;
    v->layer = layer;
    v->verified = verified;
    settle_want(p, v);
    if (v->state != VISIT_LEAVING)
        v->state = VISIT_READY;
}

void plan_gone(struct plan *p, unsigned visit, uint64_t now_ms)
{
    struct visit *v = &p->visits[visit];
    p->now_ms = p->progress_ms = now_ms;
    v->grouped = false;
    settle_want(p, v);
    v->state = VISIT_GONE;
}
