/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_open.c - which connections are opened, kept and let go
 */
#include "doctor/plan_inside.h"

enum { IDLE_END_MS = 1500, QUIET_END_MS = 12000, OTHER_END_MS = 1000, OTHER_HEARD_MS = 10000 };

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
    if ((look != LOOK_MX && plan_open_visits(p) >= open_max(p)) ||
        spent_visits(p, true) >= p->o.total_max)
        return false;
    struct visit *v = &p->visits[p->visit_count];
    *v = (struct visit){
        .state = VISIT_OPENING, .door = *at, .look = look, .began_ms = p->now_ms, .want = -1
    };
    v->door.mechanism = v->door.user = v->door.from = v->door.to = v->door.header_from = STR_NONE;
    *out = (struct plan_action){
        .what = PLAN_OPEN, .visit = (unsigned)p->visit_count++, .x = v->door, .look = look
    };
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
        if (v->state == VISIT_BUSY ||
            (v->state == VISIT_OPENING && !v->quiet && v->look != LOOK_MX))
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
            busy = p->wants[k].state == WANT_OPEN && plan_can_serve(p, v, &p->wants[k]);
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
bool plan_let_called_go(struct plan *p, bool all, struct plan_action *out)
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
    if (plan_let_called_go(p, false, out))
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
        if (coming ||
            ((v->state == VISIT_READY || v->state == VISIT_BUSY) && plan_can_serve(p, v, w)))
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
void plan_drop_hopeless(struct plan *p)
{
    for (size_t i = 0; i < p->want_count; i++) {
        struct want *w = &p->wants[i];
        if (w->state == WANT_OPEN && !plan_in_hand(p, i) &&
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

bool plan_open_for_want(struct plan *p, struct plan_action *out)
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

bool plan_open_for_survey(struct plan *p, struct plan_action *out)
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
            if (d->look == LOOK_MX) {
                out->x = d->at;
                out->next = d->next;
                out->next_if_refused = d->next_if_refused;
            }
            return true;
        }
        if (d->look == LOOK_MX) { /* nothing of the server asked is given up for it */
            d->begun = d->dropped = true;
            continue;
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

/* Another server that keeps silent, most often because port 25 is closed on the way out, costs no more time than
 * the rest of the run takes, but for a second; one that greeted may take its time. */
static uint64_t other_let_go_at(const struct plan *p, const struct visit *v)
{
    if (v->heard)
        return v->began_ms + OTHER_HEARD_MS;
    uint64_t from = p->progress_ms > v->began_ms ? p->progress_ms : v->began_ms;
    return others_move(p) || plan_any_want(p) ? UINT64_MAX : from + OTHER_END_MS;
}

/* When an opening is given up; UINT64_MAX: not before its own end. The asked port has all the time of the
 * run, unless it speaks TLS first; others wait a while longer once an attempt was accepted, or once
 * they alone are left. */
static uint64_t let_go_at(const struct plan *p, const struct visit *v)
{
    if (v->look == LOOK_MX)
        return other_let_go_at(p, v);
    if (speaks_tls_first(p, v))
        return v->began_ms;
    if (v->door.port == p->asked->attempt.port || plan_any_want(p))
        return UINT64_MAX;
    if (doctor_best_accepted(p->r, &p->asked->attempt))
        return p->progress_ms + IDLE_END_MS;
    return v->quiet && !others_move(p) ? v->began_ms + QUIET_END_MS : UINT64_MAX;
}

bool plan_let_go(struct plan *p, struct plan_action *out)
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
