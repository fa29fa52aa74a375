/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan.c - doors, visits and wants
 *
 * A door is a way to begin at one port: in clear, or with a ClientHello. A visit is a connection
 * through a door. A want is an attempt that should be played. think() turns what the record shows
 * into wants; plan_next() finds each want a visit that can serve it, or opens one.
 */
#include "doctor/plan.h"
#include "doctor/settle.h"
#include "doctor/words.h"
#include "sasl/client.h"
#include <stdlib.h>

enum { PATIENCE_MS = 2000, PATIENCE_25_MS = 10000, IDLE_END_MS = 1500, GRACE_MIN_MS = 100 };

enum visit_state { VISIT_FREE, VISIT_OPENING, VISIT_READY, VISIT_BUSY, VISIT_LEAVING, VISIT_GONE };

struct visit {
    enum visit_state state;
    struct smtp_attempt door; /* address, port, source, helo; security tls: ClientHello at once */
    enum smtp_security layer;
    bool connected, verified;
    str mechanism; /* logged in by; empty: not */
    uint64_t began_ms;
    int want; /* being served; -1: a step of the survey */
};

struct door {
    struct smtp_attempt at;
    bool begun;
    unsigned visit;
};

enum want_state { WANT_OPEN, WANT_SERVED, WANT_DROPPED };
struct want {
    struct smtp_attempt x;
    enum plan_do what; /* PLAN_TRIAL or PLAN_MESSAGE */
    enum want_state state;
    bool again;     /* played already, and wanted once more */
    unsigned tries; /* visits that ended under it */
};

struct plan {
    const struct doctor_asked *asked;
    const struct doctor_record *r;
    struct plan_options o;
    struct ip addresses[PLAN_ADDRESSES];
    size_t address_count, address; /* the one at work */
    struct door doors[PLAN_DOORS];
    size_t door_count;
    struct visit visits[PLAN_VISITS];
    size_t visit_count;
    struct want wants[PLAN_WANTS];
    size_t want_count;
    uint32_t rtt_ms;
    uint64_t now_ms, progress_ms, wake_ms;
    bool started, done, stranger_used, replayed, helo_varied;
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
uint32_t plan_greeting_patience_ms(uint16_t port)
{
    return port == 25 ? PATIENCE_25_MS : PATIENCE_MS;
}

static void wake_at(struct plan *p, uint64_t at_ms)
{
    if (at_ms < p->wake_ms)
        p->wake_ms = at_ms;
}

/* What was asked, at the address at work. */
static struct smtp_attempt asked_here(const struct plan *p)
{
    struct smtp_attempt a = p->asked->attempt;
    a.address = p->addresses[p->address];
    return a;
}

/* ------------------------------------------------------------------------------------------------
 * Doors
 */
static bool has_door(const struct plan *p, uint16_t port, bool tls, const struct ip *source)
{
    for (size_t i = 0; i < p->door_count; i++) {
        const struct smtp_attempt *d = &p->doors[i].at;
        if (d->port == port && (d->security == SMTP_SECURITY_TLS) == tls &&
            ip_eq(&d->address, &p->addresses[p->address]) && ip_eq(&d->source, source))
            return true;
    }
    return false;
}

static void add_door(struct plan *p, uint16_t port, bool tls)
{
    struct smtp_attempt at = asked_here(p);
    if (p->door_count == PLAN_DOORS || has_door(p, port, tls, &at.source))
        return;
    at.port = port;
    at.security = tls ? SMTP_SECURITY_TLS : SMTP_SECURITY_NONE;
    p->doors[p->door_count++] = (struct door){ .at = at };
}

static void add_doors(struct plan *p)
{
    const struct smtp_attempt *a = &p->asked->attempt;
    if (a->port) {
        add_door(p, a->port, a->port == 465 || a->security == SMTP_SECURITY_TLS);
        if (a->port == 465 &&
            (a->security == SMTP_SECURITY_NONE || a->security == SMTP_SECURITY_STARTTLS))
            add_door(p, a->port, false);
    }
    for (size_t i = 0; i < p->o.port_count; i++)
        if (p->o.ports[i] != a->port)
            add_door(p, p->o.ports[i], p->o.ports[i] == 465);
}

void plan_addresses(struct plan *p, const struct ip *addresses, size_t count)
{
    p->started = true;
    for (size_t i = 0; i < count && p->address_count < PLAN_ADDRESSES; i++)
        p->addresses[p->address_count++] = addresses[i];
    if (p->address_count)
        add_doors(p);
}

static bool visit_stands(const struct visit *v)
{
    return v->state == VISIT_OPENING || v->state == VISIT_READY || v->state == VISIT_BUSY ||
           v->state == VISIT_LEAVING;
}

/* A survey is over when its visit is parked with nothing left to look at, or gone. */
static bool survey_wants_starttls(const struct plan *p, const struct visit *v)
{
    struct smtp_caps c;
    return v->layer == SMTP_SECURITY_NONE && !v->mechanism.n &&
           doctor_evidence_caps(
               doctor_record_layer(p->r, PROBE_CAPABILITIES, &v->door, SMTP_SECURITY_NONE), &c) &&
           (c.ext & SMTP_EXT_STARTTLS) &&
           !doctor_record_layer(p->r, PROBE_TLS, &v->door, SMTP_SECURITY_STARTTLS);
}

static bool door_settled(const struct plan *p, const struct door *d)
{
    if (!d->begun)
        return false;
    const struct visit *v = &p->visits[d->visit];
    if (v->state == VISIT_GONE || v->state == VISIT_LEAVING)
        return true;
    return v->state == VISIT_READY && !survey_wants_starttls(p, v);
}

static bool doors_settled(const struct plan *p)
{
    for (size_t i = 0; i < p->door_count; i++)
        if (!door_settled(p, &p->doors[i]))
            return false;
    return true;
}

/* The other way to begin, where the first way showed that it may be the right one. */
static void add_second_doors(struct plan *p)
{
    for (size_t i = 0, n = p->door_count; i < n; i++) {
        struct smtp_attempt at = p->doors[i].at;
        bool tls = at.security == SMTP_SECURITY_TLS;
        if (!p->doors[i].begun || has_door(p, at.port, !tls, &at.source))
            continue;
        const struct doctor_evidence *ev = tls ? doctor_record_layer(p->r, PROBE_TLS, &at,
                                                                     SMTP_SECURITY_TLS)
                                               : doctor_record_greeting(p->r, &at, false);
        if (!ev || doctor_evidence_good(ev) || ev->outcome.stage == SMTP_STAGE_CONNECT)
            continue;
        if (tls || ev->outcome.end == SMTP_END_SILENT)
            add_door(p, at.port, !tls);
    }
}

/* EHLO itself was refused for the name that --helo gave. */
static bool ehlo_refused(const struct plan *p)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe == PROBE_CAPABILITIES && ev->outcome.end == SMTP_END_REPLY &&
            !doctor_evidence_good(ev) && str_eq(ev->attempt.helo, p->asked->attempt.helo))
            return true;
    }
    return false;
}

/* One more connection, which says what the doctor would say of itself. */
static void add_helo_variant(struct plan *p)
{
    struct smtp_attempt at = asked_here(p);
    if (p->helo_varied || !at.helo.n || p->door_count == PLAN_DOORS || !ehlo_refused(p))
        return;
    if (!at.port)
        at.port = p->doors[0].at.port;
    bool tls = at.port == 465 || at.security == SMTP_SECURITY_TLS;
    at.security = tls ? SMTP_SECURITY_TLS : SMTP_SECURITY_NONE;
    at.helo = STR_NONE;
    p->doors[p->door_count++] = (struct door){ .at = at };
    p->helo_varied = true;
}

/* No octet and no connection at this address: the next one is tried in its place. */
static void try_next_address(struct plan *p)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe == PROBE_GREETING && ev->outcome.stage != SMTP_STAGE_CONNECT)
            return;
    }
    if (p->address + 1 >= p->address_count || !doors_settled(p))
        return;
    p->address++;
    add_doors(p);
}

/* ------------------------------------------------------------------------------------------------
 * Budgets
 */
/* A connection that ends inside AUTH counts as a refusal. */
static unsigned refused_logins(const struct plan *p)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->r->count; i++)
        n += p->r->rows[i].probe == PROBE_LOGIN && p->r->rows[i].outcome.end != SMTP_END_GUARDED &&
             !doctor_evidence_good(&p->r->rows[i]);
    return n;
}

static unsigned refusals(const struct plan *p)
{
    unsigned n = refused_logins(p);
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        n += (ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE) &&
             ev->outcome.end == SMTP_END_REPLY && !doctor_evidence_good(ev);
    }
    for (size_t i = 0; i < p->visit_count; i++) /* steps whose answer is still out */
        n += p->visits[i].state == VISIT_BUSY && p->visits[i].want >= 0;
    return n;
}

static unsigned open_visits(const struct plan *p)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->visit_count; i++)
        n += visit_stands(&p->visits[i]);
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
    for (size_t i = 0; i < p->want_count; i++)
        if (p->wants[i].what == what && same_attempt(&p->wants[i].x, x))
            return true;
    return false;
}

static bool any_want(const struct plan *p)
{
    for (size_t i = 0; i < p->want_count; i++)
        if (p->wants[i].state == WANT_OPEN)
            return true;
    return false;
}

/* False: wanted before, over a budget, or no reverse-path to try it with. */
static bool want(struct plan *p, struct smtp_attempt x, enum plan_do what)
{
    if ((!x.from.n && !x.from_null) || p->want_count == PLAN_WANTS || wanted_before(p, &x, what) ||
        refusals(p) >= p->o.refusals_max)
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
    if (x->security == SMTP_SECURITY_STARTTLS && shake && !doctor_evidence_good(shake))
        x->security = SMTP_SECURITY_NONE;
    return true;
}

static bool login_offered_anywhere(const struct plan *p)
{
    for (size_t i = 0; i < p->r->count; i++) {
        struct smtp_caps c;
        if (p->r->rows[i].probe == PROBE_CAPABILITIES && doctor_evidence_caps(&p->r->rows[i], &c) &&
            c.mechanism_count)
            return true;
    }
    return false;
}

/* Where no port was said: the submission port if it can be seen, else port 25. */
static bool likely_port(const struct plan *p, struct smtp_attempt *x)
{
    static const uint16_t ORDER[] = { 587, 465, 25, 2525 };
    for (size_t i = 0; i < COUNT_OF(ORDER); i++) {
        x->port = ORDER[i];
        if (auto_layer(p, x))
            return true;
    }
    for (size_t i = 0; i < p->door_count; i++) {
        x->port = p->doors[i].at.port;
        if (auto_layer(p, x))
            return true;
    }
    return false;
}

/* The cell the user has, as a stranger. False: it cannot be seen yet, or never. */
static bool stranger_cell(const struct plan *p, struct smtp_attempt *x)
{
    *x = asked_here(p);
    x->mechanism = x->user = STR_NONE;
    if (p->helo_varied)
        x->helo = STR_NONE;
    if (!x->port) {
        if (!doors_settled(p) || !likely_port(p, x))
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
    if (p->stranger_used || !stranger_cell(p, &x))
        return;
    struct doctor_settled s = doctor_settle(p->r, &x);
    if (s.state != STATE_NOT_TESTED)
        return; /* it stops before MAIL: there is nothing to play */
    p->stranger_used = want(p, x, PLAN_TRIAL);
}

/* The program is set to log in without TLS, AUTH is not offered there: many go on without. */
static bool goes_on_in_clear(const struct plan *p)
{
    struct smtp_attempt a = asked_here(p);
    struct smtp_caps c;
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

/* ------------------------------------------------------------------------------------------------
 * Where the login is spent
 */
static const struct doctor_evidence *login_row(const struct plan *p,
                                               const struct smtp_attempt *door, bool good)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe == PROBE_LOGIN && (!door || doctor_same_door(&ev->attempt, door)) &&
            doctor_evidence_good(ev) == good)
            return ev;
    }
    return NULL;
}

/* Lower is likelier (RFC 8314 prefers 465; of known providers 49 % use it and 31 % port 587). The
 * asked port comes first unless it is 25, where servers take logins least. */
static unsigned login_rank(const struct plan *p, uint16_t port)
{
    if (port == 25)
        return 5;
    if (port == p->asked->attempt.port)
        return 0;
    return port == 465 ? 1 : port == 587 ? 2 : 3;
}

bool plan_clear_digest(const struct doctor_asked *asked)
{
    const struct sasl_mechanism *m = sasl_mechanism_find(asked->attempt.mechanism);
    return m && !m->reveals && asked->attempt.security == SMTP_SECURITY_NONE;
}

static const struct sasl_mechanism *mechanism_at(const struct plan *p,
                                                 const struct smtp_attempt *door,
                                                 enum smtp_security layer, bool verified)
{
    struct smtp_caps c;
    if (!doctor_evidence_caps(doctor_record_layer(p->r, PROBE_CAPABILITIES, door, layer), &c))
        return NULL;
    const struct sasl_mechanism *m = sasl_choose(&c, p->asked->attempt.mechanism, true);
    if (layer == SMTP_SECURITY_NONE && !p->o.allow_clear_auth)
        return m && plan_clear_digest(p->asked) ? m : NULL;
    if (!verified && !p->o.allow_clear_auth)
        return NULL;
    if (!m) /* not the one the program names: another one shows whether the login itself is good */
        m = sasl_choose(&c, STR_NONE, true);
    return m;
}

/* Could this door still turn out to be a better place? */
static bool worth_waiting(struct plan *p, const struct door *d)
{
    if (!d->begun || door_settled(p, d))
        return !d->begun && open_visits(p) < p->o.open_max;
    const struct visit *v = &p->visits[d->visit];
    if (v->connected || p->rtt_ms == 0)
        return true;
    uint64_t until = v->began_ms + GRACE_MIN_MS + 3 * (uint64_t)p->rtt_ms / 2;
    if (p->now_ms >= until)
        return false;
    wake_at(p, until);
    return true;
}

static bool serves_login(const struct plan *p, const struct visit *v)
{
    if (v->state != VISIT_READY || v->mechanism.n || survey_wants_starttls(p, v))
        return false;
    return mechanism_at(p, &v->door, v->layer, v->verified && v->layer != SMTP_SECURITY_NONE) !=
           NULL;
}

/* The parked visit where a login is likeliest to be taken; NULL: none yet, or none ever. */
static const struct visit *choose_login(struct plan *p)
{
    const struct visit *best = NULL;
    for (size_t i = 0; i < p->visit_count; i++) {
        const struct visit *v = &p->visits[i];
        if (serves_login(p, v) &&
            (!best || login_rank(p, v->door.port) < login_rank(p, best->door.port)))
            best = v;
    }
    for (size_t i = 0; best && i < p->door_count; i++) {
        const struct door *d = &p->doors[i];
        if (login_rank(p, d->at.port) < login_rank(p, best->door.port) && worth_waiting(p, d))
            return NULL;
    }
    return best;
}

static void want_login_at(struct plan *p, const struct visit *v)
{
    struct smtp_attempt x = asked_here(p);
    const struct sasl_mechanism *m = mechanism_at(p, &v->door, v->layer,
                                                  v->verified && v->layer != SMTP_SECURITY_NONE);
    x.port = v->door.port;
    x.security = v->layer;
    x.helo = v->door.helo;
    x.mechanism = m->name;
    x.user = p->asked->attempt.user;
    want(p, x, PLAN_TRIAL);
}

/* The program logs in without TLS, the server offers that, and what it sends there may be sent. */
static void want_login_in_clear(struct plan *p)
{
    struct smtp_attempt a = asked_here(p);
    if (!p->asked->login_known || !a.port || a.security != SMTP_SECURITY_NONE ||
        !smtp_attempt_logs_in(&a))
        return;
    const struct sasl_mechanism *m = mechanism_at(p, &a, SMTP_SECURITY_NONE, false);
    if (!m || login_row(p, NULL, false))
        return;
    a.mechanism = m->name;
    want(p, a, PLAN_TRIAL);
}

static bool login_pending(const struct plan *p)
{
    for (size_t i = 0; i < p->want_count; i++)
        if (p->wants[i].state == WANT_OPEN && smtp_attempt_logs_in(&p->wants[i].x))
            return true;
    return false;
}

static void want_login(struct plan *p)
{
    if (!p->asked->login_known || login_pending(p) || login_row(p, NULL, true) ||
        refused_logins(p) >= p->o.refused_logins_max)
        return;
    const struct visit *v = choose_login(p);
    if (v)
        want_login_at(p, v);
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
        want(p, x, PLAN_TRIAL);
        return;
    }
}

/* Accepted on another port: the asked port gets its turn with the same login, where it offers one. */
static void want_login_on_asked_port(struct plan *p)
{
    struct smtp_attempt a = asked_here(p);
    if (!a.port || login_pending(p) || !login_row(p, NULL, true) || login_row(p, &a, true) ||
        login_row(p, &a, false) || refused_logins(p) >= p->o.refused_logins_max)
        return;
    for (size_t i = 0; i < p->visit_count; i++) {
        const struct visit *v = &p->visits[i];
        if (v->door.port == a.port && serves_login(p, v)) {
            want_login_at(p, v);
            return;
        }
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
    want(p, x, PLAN_TRIAL);
}

/* ------------------------------------------------------------------------------------------------
 * Reversals and controls
 */
static void want_reversals(struct plan *p)
{
    static const enum doctor_difference PLAYABLE[] = { DIFFERS_FROM, DIFFERS_HELO, DIFFERS_SOURCE };
    struct smtp_attempt a = asked_here(p);
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
            want(p, x, PLAN_TRIAL);
        } else if (s.temporary && !p->replayed && smtp_attempt_logs_in(&x) &&
                   refusals(p) < p->o.refusals_max && p->want_count < PLAN_WANTS) {
            p->wants[p->want_count++] = (struct want){ .x = x, .what = PLAN_TRIAL, .again = true };
            p->replayed = true;
        }
    }
}

/* --source was given and refused, and no login is to be had: the system's own choice of source. */
static void want_other_source(struct plan *p)
{
    const struct doctor_evidence *ev = refused_trial(p, false);
    if (!ev || p->asked->attempt.source.family == IP_NONE || login_offered_anywhere(p) ||
        !doors_settled(p))
        return;
    struct smtp_attempt x = ev->attempt;
    x.source = (struct ip){ .family = IP_NONE };
    x.helo = p->asked->attempt.helo;
    want(p, x, PLAN_TRIAL);
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
    struct smtp_attempt x = asked_here(p);
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
        want(p, control, PLAN_TRIAL);
    if (s.state == STATE_ACCEPTED && doctor_settle(p->r, &x).state == STATE_NOT_TESTED)
        want(p, x, PLAN_TRIAL);
}

static void want_message(struct plan *p)
{
    struct smtp_attempt a = asked_here(p);
    const struct doctor_evidence *works = doctor_best_accepted(p->r, &a);
    if (!p->o.send || !works || !a.to.n)
        return;
    for (size_t i = 0; i < p->want_count; i++)
        if (p->wants[i].what == PLAN_MESSAGE)
            return;
    struct smtp_attempt x = works->attempt;
    x.helo = a.helo;
    x.header_from = a.header_from;
    want(p, x, PLAN_MESSAGE);
}

static bool login_is_over(const struct plan *p)
{
    return !p->asked->login_known || login_row(p, NULL, true) || login_row(p, NULL, false) ||
           (doors_settled(p) && !login_pending(p));
}

static bool works_as_asked(const struct plan *p)
{
    struct smtp_attempt a = asked_here(p);
    const struct doctor_evidence *works = doctor_best_accepted(p->r, &a);
    return works && doctor_conforms(&a, &works->attempt);
}

static void think(struct plan *p)
{
    struct smtp_attempt a = asked_here(p);
    add_second_doors(p);
    add_helo_variant(p);
    if (!smtp_attempt_logs_in(&a) || goes_on_in_clear(p))
        want_stranger(p);
    want_login_in_clear(p);
    want_login(p);
    if (any_want(p))
        return;
    want_own_address(p);
    want_other_helo(p);
    if (!works_as_asked(p)) {
        want_login_on_asked_port(p);
        want_reversals(p);
    } else if (p->asked->pasted_error.n) {
        want_stranger(p);
    }
    if (any_want(p) || !doors_settled(p))
        return;
    if (!login_offered_anywhere(p))
        want_stranger(p);
    want_other_source(p);
    want_inside(p);
    if (!any_want(p) && login_is_over(p))
        want_message(p);
    try_next_address(p);
}

/* ------------------------------------------------------------------------------------------------
 * Visits
 */
static bool can_reach_layer(const struct plan *p, const struct visit *v, enum smtp_security layer)
{
    struct smtp_caps c;
    if (v->layer == layer)
        return true;
    return v->layer == SMTP_SECURITY_NONE && layer == SMTP_SECURITY_STARTTLS &&
           doctor_evidence_caps(
               doctor_record_layer(p->r, PROBE_CAPABILITIES, &v->door, SMTP_SECURITY_NONE), &c) &&
           (c.ext & SMTP_EXT_STARTTLS);
}

static bool can_serve(const struct plan *p, const struct visit *v, const struct smtp_attempt *x)
{
    return doctor_same_door(&v->door, x) && str_eq(v->door.helo, x->helo) &&
           can_reach_layer(p, v, x->security) &&
           (!v->mechanism.n || str_eq(v->mechanism, x->mechanism));
}

/* The next step of a visit toward a want. */
static enum plan_do step_toward(const struct visit *v, const struct want *w)
{
    if (v->layer != w->x.security)
        return PLAN_STARTTLS;
    if (smtp_attempt_logs_in(&w->x) && !v->mechanism.n)
        return PLAN_LOGIN;
    return w->what;
}

static void begin_step(struct plan *p, struct visit *v, int want_index, enum plan_do what,
                       struct plan_action *out)
{
    v->state = VISIT_BUSY;
    v->want = want_index;
    *out = (struct plan_action){ what, (unsigned)(v - p->visits), v->door };
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

/* A clear-text want of this door must be played before the visit goes under TLS. */
static bool next_step(struct plan *p, struct visit *v, struct plan_action *out)
{
    int under_tls = -1;
    for (size_t i = 0; i < p->want_count; i++) {
        const struct want *w = &p->wants[i];
        if (w->state != WANT_OPEN || in_hand(p, i) || !can_serve(p, v, &w->x))
            continue;
        if (w->x.security == v->layer) {
            begin_step(p, v, (int)i, step_toward(v, w), out);
            return true;
        }
        if (under_tls < 0)
            under_tls = (int)i;
    }
    if (under_tls >= 0 || survey_wants_starttls(p, v)) {
        begin_step(p, v, under_tls, PLAN_STARTTLS, out);
        return true;
    }
    return false;
}

static bool open_visit(struct plan *p, const struct smtp_attempt *at, struct plan_action *out)
{
    if (p->visit_count == PLAN_VISITS || open_visits(p) >= p->o.open_max)
        return false;
    struct visit *v = &p->visits[p->visit_count];
    *v = (struct visit){ .state = VISIT_OPENING, .door = *at, .began_ms = p->now_ms, .want = -1 };
    v->door.mechanism = v->door.user = v->door.from = v->door.to = v->door.header_from = STR_NONE;
    *out = (struct plan_action){ PLAN_OPEN, (unsigned)p->visit_count++, v->door };
    return true;
}

/* The parked visit that is missed least: 25 first, then by rank; never one that serves a want. */
static bool evict(struct plan *p, struct plan_action *out)
{
    struct visit *worst = NULL;
    for (size_t i = 0; i < p->visit_count; i++) {
        struct visit *v = &p->visits[i];
        bool busy = v->state != VISIT_READY || (!login_is_over(p) && serves_login(p, v));
        for (size_t k = 0; !busy && k < p->want_count; k++)
            busy = p->wants[k].state == WANT_OPEN && can_serve(p, v, &p->wants[k].x);
        if (!busy && (!worst || login_rank(p, v->door.port) > login_rank(p, worst->door.port)))
            worst = v;
    }
    if (!worst)
        return false;
    worst->state = VISIT_LEAVING;
    *out = (struct plan_action){ PLAN_QUIT, (unsigned)(worst - p->visits), worst->door };
    return true;
}

static bool served_by_someone(const struct plan *p, size_t index)
{
    const struct want *w = &p->wants[index];
    for (size_t i = 0; i < p->visit_count; i++) {
        const struct visit *v = &p->visits[i];
        bool coming = v->state == VISIT_OPENING && doctor_same_door(&v->door, &w->x) &&
                      str_eq(v->door.helo, w->x.helo) &&
                      (v->door.security == SMTP_SECURITY_TLS) ==
                          (w->x.security == SMTP_SECURITY_TLS);
        if (coming ||
            ((v->state == VISIT_READY || v->state == VISIT_BUSY) && can_serve(p, v, &w->x)))
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
        if (w->tries >= 2) {
            w->state = WANT_DROPPED;
            continue;
        }
        struct smtp_attempt at = w->x;
        if (at.security != SMTP_SECURITY_TLS)
            at.security = SMTP_SECURITY_NONE;
        if (open_visit(p, &at, out)) {
            w->tries++;
            return true;
        }
        return evict(p, out);
    }
    return false;
}

static bool open_for_survey(struct plan *p, struct plan_action *out)
{
    for (size_t i = 0; i < p->door_count; i++) {
        struct door *d = &p->doors[i];
        if (d->begun)
            continue;
        if (open_visit(p, &d->at, out)) {
            d->begun = true;
            d->visit = out->visit;
            return true;
        }
        return evict(p, out);
    }
    return false;
}

/* An attempt was accepted and nothing has moved for a while: what still opens is let go, but for the
 * asked port. */
static bool let_go(struct plan *p, struct plan_action *out)
{
    if (any_want(p) || !doctor_best_accepted(p->r, &p->asked->attempt))
        return false;
    uint64_t at = p->progress_ms + IDLE_END_MS;
    for (size_t i = 0; i < p->visit_count; i++) {
        struct visit *v = &p->visits[i];
        if (v->state != VISIT_OPENING || v->door.port == p->asked->attempt.port)
            continue;
        if (p->now_ms < at) {
            wake_at(p, at);
            continue;
        }
        v->state = VISIT_LEAVING;
        *out = (struct plan_action){ PLAN_ABORT, (unsigned)i, v->door };
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

static bool leave(struct plan *p, struct plan_action *out)
{
    for (size_t i = 0; i < p->visit_count; i++) {
        struct visit *v = &p->visits[i];
        if (v->state != VISIT_READY)
            continue;
        v->state = VISIT_LEAVING;
        *out = (struct plan_action){ PLAN_QUIT, (unsigned)i, v->door };
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
    if (!p->done && p->address_count)
        think(p);
    for (size_t i = 0; !p->done && i < p->visit_count; i++)
        if (p->visits[i].state == VISIT_READY && next_step(p, &p->visits[i], out))
            return true;
    if (!p->done && (open_for_survey(p, out) || open_for_want(p, out) || let_go(p, out)))
        return true;
    if (!p->done && !anything_moves(p) && !any_want(p) && p->wake_ms == UINT64_MAX)
        p->done = true;
    return p->done && leave(p, out);
}

/* ------------------------------------------------------------------------------------------------
 * What happened
 */
void plan_connected(struct plan *p, unsigned visit, uint32_t rtt_ms)
{
    p->visits[visit].connected = true;
    if (!p->rtt_ms || rtt_ms < p->rtt_ms)
        p->rtt_ms = rtt_ms ? rtt_ms : 1;
}

/* A want is served when its trial has an answer; a refused login, or a layer that cannot be had, drops
 * it. */
static void settle_want(struct plan *p, struct visit *v)
{
    if (v->want < 0)
        return;
    struct want *w = &p->wants[v->want];
    const struct doctor_evidence *last = NULL; /* the newest row of this door and layer */
    for (size_t i = p->r->count; !last && i-- > 0;) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (doctor_same_door(&ev->attempt, &v->door) && ev->attempt.security == w->x.security)
            last = ev;
    }
    if (last && (last->probe == PROBE_TRIAL || last->probe == PROBE_MESSAGE))
        w->state = WANT_SERVED;
    else if (last && last->probe == PROBE_LOGIN && doctor_evidence_good(last))
        v->mechanism = w->x.mechanism;
    else if (last && (last->probe == PROBE_LOGIN || !doctor_evidence_good(last)))
        w->state = WANT_DROPPED;
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
    settle_want(p, v);
    v->state = VISIT_GONE;
}
