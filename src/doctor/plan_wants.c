/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_wants.c - which attempts should be played, inside the budgets
 */
#include "doctor/plan_inside.h"

/* ------------------------------------------------------------------------------------------------
 * Budgets
 */
/* A connection that ends inside AUTH counts as a refusal. */
unsigned plan_refused_logins(const struct plan *p)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->r->count; i++)
        n += p->r->rows[i].probe == PROBE_LOGIN && p->r->rows[i].outcome.end != SMTP_END_GUARDED &&
             !doctor_evidence_good(&p->r->rows[i]);
    return n;
}

unsigned plan_refusals(const struct plan *p)
{
    unsigned n = plan_refused_logins(p);
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        n += (ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE) &&
             ev->outcome.end == SMTP_END_REPLY && !doctor_evidence_good(ev);
    }
    for (size_t i = 0; i < p->visit_count; i++) /* steps whose answer is still out */
        n += p->visits[i].state == VISIT_BUSY && p->visits[i].want >= 0;
    return n;
}

/* ------------------------------------------------------------------------------------------------
 * Wants
 */
static bool same_attempt(const struct smtp_attempt *a, const struct smtp_attempt *b)
{
    return a->security == b->security && doctor_same_door(a, b) &&
           str_eq(a->mechanism, b->mechanism) && str_eq(a->from, b->from) &&
           a->from_null == b->from_null && str_eq(a->to, b->to) && str_eq(a->helo, b->helo);
}

static bool wanted_before(const struct plan *p, const struct smtp_attempt *x, enum plan_do what)
{
    for (size_t i = 0; i < p->want_count; i++) {
        const struct want *w = &p->wants[i];
        bool given_up = w->stranger && w->state == WANT_DROPPED; /* and never played */
        if (!given_up && w->what == what && same_attempt(&w->x, x))
            return true;
    }
    return false;
}

bool plan_any_want(const struct plan *p)
{
    for (size_t i = 0; i < p->want_count; i++)
        if (p->wants[i].state == WANT_OPEN)
            return true;
    return false;
}

/* False: wanted before, over a budget, or no reverse-path to try it with. */
bool plan_want(struct plan *p, struct smtp_attempt x, enum plan_do what)
{
    if ((!x.from.n && !x.from_null) || p->want_count == PLAN_WANTS || wanted_before(p, &x, what) ||
        plan_refusals(p) >= p->o.refusals_max)
        return false;
    if (!smtp_attempt_logs_in(&x))
        x.user = STR_NONE;
    p->wants[p->want_count++] = (struct want){ .x = x, .what = what };
    return true;
}

/* The layer of a port to be a stranger on, as a program with "automatic" would: TLS where offered. */
static bool auto_layer(const struct plan *p, struct smtp_attempt *x)
{
    struct smtp_caps c;
    if (doctor_evidence_caps(doctor_record_layer(p->r, PROBE_CAPABILITIES, x, SMTP_SECURITY_TLS),
                             &c)) {
        x->security = SMTP_SECURITY_TLS;
        return true;
    }
    if (!doctor_evidence_caps(doctor_record_layer(p->r, PROBE_CAPABILITIES, x, SMTP_SECURITY_NONE),
                              &c))
        return false;
    x->security = c.ext & SMTP_EXT_STARTTLS ? SMTP_SECURITY_STARTTLS : SMTP_SECURITY_NONE;
    const struct doctor_evidence *shake = doctor_record_layer(p->r, PROBE_TLS, x, x->security);
    if (x->security == SMTP_SECURITY_STARTTLS && shake && !shake->outcome.tls.verified)
        x->security = SMTP_SECURITY_NONE;
    return true;
}

/* The layer that was asked for, if the port can speak it; the likeliest when none was. */
static bool asked_layer(const struct plan *p, struct smtp_attempt *x)
{
    struct smtp_caps c;
    if (p->asked->attempt.security == SMTP_SECURITY_AUTO)
        return auto_layer(p, x);
    x->security = p->asked->attempt.security;
    return doctor_evidence_caps(doctor_record_layer(p->r, PROBE_CAPABILITIES, x, x->security), &c);
}

/* Where no port was said: the one that took the login, so that nothing else differs; else the submission
 * port if it can be seen, else port 25. */
static bool likely_port(const struct plan *p, struct smtp_attempt *x)
{
    static const uint16_t ORDER[] = { 587, 465, 25, 2525 };
    const struct doctor_evidence *login = doctor_record_login(p->r, NULL, true);
    if (login) {
        x->port = login->attempt.port;
        if (x->security == SMTP_SECURITY_AUTO)
            x->security = login->attempt.security;
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(ORDER); i++) {
        x->port = ORDER[i];
        if (asked_layer(p, x))
            return true;
    }
    for (size_t i = 0; i < p->door_count; i++) {
        x->port = p->doors[i].at.port;
        if (asked_layer(p, x))
            return true;
    }
    return false;
}

/* What the connections say that say another EHLO name than the user's; empty: nothing yet. */
static str helo_said_instead(const struct plan *p)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe == PROBE_CAPABILITIES && doctor_evidence_good(ev) &&
            !str_eq(ev->attempt.helo, p->asked->attempt.helo))
            return ev->attempt.helo;
    }
    return STR_NONE;
}

/* Asked for already, and not given up before it was played. */
static bool stranger_used(const struct plan *p)
{
    for (size_t i = 0; i < p->want_count; i++)
        if (p->wants[i].stranger && p->wants[i].state != WANT_DROPPED)
            return true;
    return false;
}

/* The cell the user has, as a stranger. False: it cannot be seen yet, or never. */
static bool stranger_cell(const struct plan *p, struct smtp_attempt *x)
{
    *x = plan_asked_here(p);
    x->mechanism = x->user = STR_NONE;
    if (p->helo_varied)
        x->helo = STR_NONE;
    if (!x->port) {
        if (!plan_doors_settled(p) || !plan_login_is_over(p) || !likely_port(p, x))
            return false;
    } else if (x->security == SMTP_SECURITY_AUTO && !auto_layer(p, x)) {
        return false;
    }
    return true;
}

/* The recipient without a login is tried once a run, on the cell the user has. */
static void want_stranger(struct plan *p)
{
    struct smtp_attempt x;
    if (stranger_used(p) || !stranger_cell(p, &x))
        return;
    struct smtp_attempt y = x;
    if (p->helo_varied)
        y.helo = helo_said_instead(p);
    struct doctor_settled s = doctor_settle(p->r, &y);
    if (s.state != STATE_NOT_TESTED)
        return; /* it stops before MAIL: there is nothing to play */
    if (plan_want(p, x, PLAN_TRIAL))
        p->wants[p->want_count - 1].stranger = true;
}

/* In clear, MAIL itself was refused for want of TLS, so no recipient was named yet: the same under it. */
static void want_stranger_under_tls(struct plan *p)
{
    struct smtp_caps c;
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe != PROBE_TRIAL || smtp_attempt_logs_in(&ev->attempt) ||
            ev->attempt.security != SMTP_SECURITY_NONE || ev->outcome.stage != SMTP_STAGE_MAIL ||
            doctor_evidence_good(ev) || !words_ask_for_tls(ev->outcome.text) ||
            !doctor_evidence_caps(
                doctor_record_layer(p->r, PROBE_CAPABILITIES, &ev->attempt, SMTP_SECURITY_STARTTLS),
                &c))
            continue;
        struct smtp_attempt x = ev->attempt;
        x.security = SMTP_SECURITY_STARTTLS;
        x.helo = p->asked->attempt.helo;
        plan_want(p, x, PLAN_TRIAL);
        return;
    }
}

/* The program is set to log in without TLS, AUTH is not offered there: many go on without. */
static bool goes_on_in_clear(const struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    struct smtp_caps c;
    const struct doctor_evidence *login = doctor_record_login(p->r, NULL, true);
    if (!a.port && login)
        a.port = login->attempt.port;
    return a.port && a.security == SMTP_SECURITY_NONE && smtp_attempt_logs_in(&a) &&
           doctor_evidence_caps(
               doctor_record_layer(p->r, PROBE_CAPABILITIES, &a, SMTP_SECURITY_NONE), &c) &&
           !c.mechanism_count;
}

/* Does some row show that the stranger was refused? */
static const struct doctor_evidence *refused_trial(const struct plan *p, bool member)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe == PROBE_TRIAL && smtp_attempt_logs_in(&ev->attempt) == member &&
            ev->outcome.end == SMTP_END_REPLY && !doctor_evidence_good(ev) &&
            str_eq(ev->attempt.to, p->asked->attempt.to))
            return ev;
    }
    return NULL;
}
/* A trial was refused in words about the EHLO name: the same on a connection that says another. */
static void want_other_helo(struct plan *p)
{
    for (size_t i = 0; p->asked->attempt.helo.n && i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe != PROBE_TRIAL || ev->outcome.end != SMTP_END_REPLY ||
            doctor_evidence_good(ev) || !str_eq(ev->attempt.helo, p->asked->attempt.helo) ||
            !words_about_helo(&ev->outcome))
            continue;
        struct smtp_attempt x = ev->attempt;
        x.helo = STR_NONE;
        plan_want(p, x, PLAN_TRIAL);
        return;
    }
}

/* The reverse-path as asked was refused with a login: the login's own address on the same layer. */
static void want_own_address(struct plan *p)
{
    const struct doctor_evidence *ev = refused_trial(p, true);
    str own = p->asked->own_address;
    if (!ev || !own.n || str_eq_nocase(own, ev->attempt.from))
        return;
    struct smtp_attempt x = ev->attempt;
    x.helo = p->asked->attempt.helo;
    x.from = own;
    x.from_null = false;
    plan_want(p, x, PLAN_TRIAL);
}
/* ------------------------------------------------------------------------------------------------
 * Reversals and controls
 */
static void want_reversals(struct plan *p)
{
    static const enum doctor_difference PLAYABLE[] = { DIFFERS_FROM, DIFFERS_HELO, DIFFERS_SOURCE };
    struct smtp_attempt a = plan_asked_here(p);
    const struct doctor_evidence *works = doctor_best_accepted(p->r, &a);
    if (!works || !a.to.n)
        return;
    unsigned differs = doctor_differences(&a, &works->attempt);
    for (size_t i = 0; i < COUNT_OF(PLAYABLE); i++) {
        if (!(differs & PLAYABLE[i]))
            continue;
        struct smtp_attempt x = doctor_undo(&works->attempt, &a, PLAYABLE[i]);
        struct doctor_settled s = doctor_settle(p->r, &x);
        x.helo = a.helo; /* empty: each connection says what it says */
        if (s.state == STATE_NOT_TESTED) {
            plan_want(p, x, PLAN_TRIAL);
        } else if (s.temporary && !p->replayed && smtp_attempt_logs_in(&x) &&
                   plan_refusals(p) < p->o.refusals_max && p->want_count < PLAN_WANTS) {
            p->wants[p->want_count++] = (struct want){ .x = x, .what = PLAN_TRIAL, .again = true };
            p->replayed = true;
        }
    }
}

/* --source was given and refused, and no login is to be had: the system's own choice of source. */
static void want_other_source(struct plan *p)
{
    const struct doctor_evidence *ev = refused_trial(p, false);
    if (!ev || p->asked->attempt.source.family == IP_NONE || doctor_record_offers_login(p->r) ||
        !plan_doors_settled(p))
        return;
    struct smtp_attempt x = ev->attempt;
    x.source = (struct ip){ .family = IP_NONE };
    x.helo = p->asked->attempt.helo;
    plan_want(p, x, PLAN_TRIAL);
}

static str postmaster_at(const struct plan *p, str domain)
{
    return arena_printf(p->r->arena, "postmaster@%.*s", STR_ARG(domain));
}

/* Inside, on port 25 only: postmaster at the user's own domain; when that is taken and the refused
 * recipient is in the same domain, the recipient beside it. */
static void want_inside(struct plan *p)
{
    str own = words_domain(p->asked->own_address);
    str to = p->asked->attempt.to;
    if (!own.n || !str_eq_nocase(own, words_domain(to)) ||
        str_starts_nocase(to, STR("postmaster@")))
        return;
    if (!refused_trial(p, true) && !refused_trial(p, false))
        return;
    struct smtp_attempt x = plan_asked_here(p);
    x.port = 25;
    x.mechanism = x.user = STR_NONE;
    if (!auto_layer(p, &x))
        return;
    struct smtp_attempt control = x;
    control.to = postmaster_at(p, own);
    if (!control.to.p)
        return;
    struct doctor_settled s = doctor_settle(p->r, &control);
    if (s.state == STATE_NOT_TESTED)
        plan_want(p, control, PLAN_TRIAL);
    if (s.state == STATE_ACCEPTED && doctor_settle(p->r, &x).state == STATE_NOT_TESTED)
        plan_want(p, x, PLAN_TRIAL);
}

static void want_message(struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    const struct doctor_evidence *works = doctor_best_accepted(p->r, &a);
    if (!p->o.send || !works || !a.to.n)
        return;
    for (size_t i = 0; i < p->want_count; i++)
        if (p->wants[i].what == PLAN_MESSAGE)
            return;
    struct smtp_attempt x = works->attempt;
    x.helo = a.helo;
    x.header_from = a.header_from;
    plan_want(p, x, PLAN_MESSAGE);
}

bool plan_login_is_over(const struct plan *p)
{
    return !p->asked->login_known || doctor_record_login(p->r, NULL, true) ||
           doctor_record_login(p->r, NULL, false) ||
           (plan_doors_settled(p) && !plan_login_pending(p));
}

static bool works_as_asked(const struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    const struct doctor_evidence *works = doctor_best_accepted(p->r, &a);
    return works && doctor_conforms(&a, &works->attempt);
}

void plan_think(struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    plan_doors_add_second(p);
    plan_doors_add_helo(p);
    plan_doors_retry_alone(p);
    bool stranger = !smtp_attempt_logs_in(&a) || goes_on_in_clear(p);
    if (stranger && a.port)
        want_stranger(p);
    plan_want_login(p);
    if (plan_any_want(p))
        return;
    if (stranger)
        want_stranger(p);
    want_own_address(p);
    want_other_helo(p);
    if (!smtp_attempt_logs_in(&a))
        want_stranger_under_tls(p);
    if (!works_as_asked(p)) {
        plan_want_login_on_asked_port(p);
        want_reversals(p);
    } else if (p->asked->pasted_error.n) {
        want_stranger(p);
    }
    if (plan_any_want(p) || !plan_doors_settled(p))
        return;
    if (!doctor_record_offers_login(p->r))
        want_stranger(p);
    want_other_source(p);
    want_inside(p);
    if (!plan_any_want(p) && plan_login_is_over(p))
        want_message(p);
    plan_doors_next_address(p);
}
