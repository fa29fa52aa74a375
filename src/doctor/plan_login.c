/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_login.c - where the login is spent
 */
#include "doctor/plan_inside.h"
#include "sasl/client.h"

enum { GRACE_MIN_MS = 100 };

/* Lower is likelier (RFC 8314 prefers 465; of known providers 49 % use it and 31 % port 587). The
 * asked port comes first unless it is 25, where servers take logins least. */
unsigned plan_login_rank(const struct plan *p, uint16_t port)
{
    if (port == 25)
        return 5;
    if (port == p->asked->attempt.port)
        return 0;
    enum smtp_security asked = p->asked->attempt.security;
    if (!p->asked->attempt.port && asked != SMTP_SECURITY_AUTO &&
        (asked == SMTP_SECURITY_TLS) != (port == 465))
        return 4; /* not a port that the program's security fits */
    return port == 465 ? 1 : port == 587 ? 2 : 3;
}

bool plan_clear_digest(const struct doctor_asked *asked)
{
    const struct sasl_mechanism *m = sasl_mechanism_find(asked->attempt.mechanism);
    return m && !sasl_mechanism_gives_away(m) && asked->attempt.security == SMTP_SECURITY_NONE;
}

/* It was named, and turned out to be impossible here: no ticket, no certificate. */
static bool was_skipped(const struct plan *p, str mechanism)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe == PROBE_LOGIN && ev->outcome.end == SMTP_END_GUARDED &&
            str_eq(ev->attempt.mechanism, mechanism))
            return true;
    }
    return false;
}

/* The one that the program names, if it can be played here at all. */
static const struct sasl_mechanism *named_at(const struct plan *p, const struct smtp_caps *c)
{
    const struct sasl_mechanism *m = sasl_choose(c, p->asked->attempt.mechanism,
                                                 doctor_credentials(p->asked), true);
    return m && !was_skipped(p, m->name) ? m : NULL;
}

/* What a login can be made with on a connection of that door. */
static unsigned at_hand(const struct plan *p, const struct smtp_attempt *door)
{
    const struct sasl_mechanism *named = sasl_mechanism_find(p->asked->attempt.mechanism);
    if (named && named->needs == SASL_CERTIFICATE && !p->asked->credentials)
        return 0;
    unsigned has = doctor_credentials(p->asked) & ~(unsigned)SASL_TICKET;
    return door->certificate ? has : has & ~(unsigned)SASL_CERTIFICATE;
}

static const struct sasl_mechanism *mechanism_at(const struct plan *p,
                                                 const struct smtp_attempt *door,
                                                 enum smtp_security layer, bool verified)
{
    struct smtp_caps c;
    if (!doctor_evidence_caps(doctor_record_layer(p->r, PROBE_CAPABILITIES, door, layer), &c))
        return NULL;
    const struct sasl_mechanism *m = named_at(p, &c);
    if (layer == SMTP_SECURITY_NONE && !p->o.allow_clear_auth)
        return m && plan_clear_digest(p->asked) ? m : NULL;
    if (!verified && !p->o.allow_clear_auth)
        return NULL;
    if (!m) /* not the one the program names: another one shows whether the login itself is good */
        m = sasl_choose(&c, STR_NONE, at_hand(p, door), true);
    return m;
}

/* Could this door still turn out to be a better place? */
static bool worth_waiting(struct plan *p, const struct door *d)
{
    if (!d->begun || plan_door_settled(p, d))
        return !d->begun && !p->alone && plan_open_visits(p) < p->o.open_max;
    const struct visit *v = &p->visits[d->visit];
    if (v->quiet)
        return false;
    if (v->connected || p->rtt_ms == 0)
        return true;
    uint64_t until = v->began_ms + GRACE_MIN_MS + 3 * (uint64_t)p->rtt_ms / 2;
    if (p->now_ms >= until)
        return false;
    plan_wake_at(p, until);
    return true;
}

bool plan_may_log_in(const struct plan *p, const struct visit *v)
{
    return mechanism_at(p, &v->door, v->layer, v->verified && v->layer != SMTP_SECURITY_NONE) !=
           NULL;
}

bool plan_serves_login(const struct plan *p, const struct visit *v)
{
    return v->state == VISIT_READY && !v->look && !v->mechanism.n && !v->login_refused &&
           !v->door.old_helo && !plan_survey_wants_starttls(p, v) && plan_may_log_in(p, v);
}

/* The parked visit where a login is likeliest to be taken; NULL: none yet, or none ever. */
static const struct visit *choose_login(struct plan *p)
{
    const struct visit *best = NULL;
    for (size_t i = 0; i < p->visit_count; i++) {
        const struct visit *v = &p->visits[i];
        if (plan_serves_login(p, v) &&
            (!best || plan_login_rank(p, v->door.port) < plan_login_rank(p, best->door.port)))
            best = v;
    }
    for (size_t i = 0; best && i < p->door_count; i++) {
        const struct door *d = &p->doors[i];
        if (plan_login_rank(p, d->at.port) < plan_login_rank(p, best->door.port) &&
            worth_waiting(p, d))
            return NULL;
    }
    return best;
}

static void want_login_at(struct plan *p, const struct visit *v)
{
    struct smtp_attempt x = plan_asked_here(p);
    const struct sasl_mechanism *m = mechanism_at(p, &v->door, v->layer,
                                                  v->verified && v->layer != SMTP_SECURITY_NONE);
    x.address = v->door.address;
    x.port = v->door.port;
    x.security = v->layer;
    x.helo = v->door.helo;
    x.mechanism = m->name;
    const struct doctor_evidence *taken = doctor_record_login(p->r, NULL, true);
    x.user = taken ? taken->attempt.user : p->asked->attempt.user;
    x.repaired = taken && taken->attempt.repaired;
    plan_fit_size(p, &x);
    plan_want(p, x, PLAN_TRIAL);
}

/* The program logs in without TLS, the server offers that, and what it sends there may be sent. */
static void want_login_in_clear(struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    if (!p->asked->login_known || !a.port || a.security != SMTP_SECURITY_NONE || a.old_helo ||
        !smtp_attempt_logs_in(&a))
        return;
    const struct sasl_mechanism *m = mechanism_at(p, &a, SMTP_SECURITY_NONE, false);
    if (!m || doctor_record_login(p->r, NULL, false))
        return;
    a.mechanism = m->name;
    plan_fit_size(p, &a);
    plan_want(p, a, PLAN_TRIAL);
}

bool plan_login_pending(const struct plan *p)
{
    for (size_t i = 0; i < p->want_count; i++)
        if (p->wants[i].state == WANT_OPEN && smtp_attempt_logs_in(&p->wants[i].x))
            return true;
    return false;
}

void plan_want_login(struct plan *p)
{
    want_login_in_clear(p);
    if (!p->asked->login_known || plan_login_pending(p) || doctor_record_login(p->r, NULL, true) ||
        plan_refused_logins(p) >= p->o.refused_logins_max || plan_want_login_again(p))
        return;
    const struct visit *v = choose_login(p);
    if (v)
        want_login_at(p, v);
}

/* Accepted on another port: the asked port gets its turn with the same login, where it offers one. */
void plan_want_login_on_asked_port(struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    if (!a.port || plan_login_pending(p) || !doctor_record_login(p->r, NULL, true) ||
        doctor_record_login(p->r, &a, true) || doctor_record_login(p->r, &a, false) ||
        plan_refused_logins(p) >= p->o.refused_logins_max)
        return;
    for (size_t i = 0; i < p->visit_count; i++) {
        const struct visit *v = &p->visits[i];
        if (doctor_same_door(&v->door, &a) && plan_serves_login(p, v)) {
            want_login_at(p, v);
            return;
        }
    }
}
