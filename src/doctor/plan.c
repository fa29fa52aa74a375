/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan.c - the next action, and what happened
 */
#include "doctor/plan_inside.h"
#include <stdlib.h>

enum { PATIENCE_MS = 2000, PATIENCE_25_MS = 10000, REFUSED_RTT_MIN_MS = 150, OTHERS_DNS_MS = 1000 };

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
        if (v->look == LOOK_MX)
            continue; /* another host */
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
        n += visit_stands(&p->visits[i]) && p->visits[i].look != LOOK_MX;
    return n;
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

/* What DNS says may name servers that are worth a look. */
static void wait_for_others(struct plan *p)
{
    if (p->others_wait && p->now_ms < p->progress_ms + OTHERS_DNS_MS)
        plan_wake_at(p, p->progress_ms + OTHERS_DNS_MS);
}

static bool leave(struct plan *p, struct plan_action *out)
{
    if (plan_let_called_go(p, true, out))
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
        plan_drop_hopeless(p);
        plan_think(p);
    }
    for (size_t i = 0; !p->done && i < p->visit_count; i++)
        if (p->visits[i].state == VISIT_READY && plan_next_step(p, &p->visits[i], out))
            return true;
    if (!p->done &&
        (plan_open_for_survey(p, out) || plan_open_for_want(p, out) || plan_let_go(p, out)))
        return true;
    wait_for_called(p);
    wait_for_others(p);
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
    if (v->look != LOOK_MX)
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

void plan_heard(struct plan *p, unsigned visit)
{
    p->visits[visit].heard = true;
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
