/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_doors.c - which ways to begin there are, and which are worth adding
 */
#include "doctor/plan_inside.h"

static bool has_door(const struct plan *p, uint16_t port, bool tls, const struct ip *source)
{
    for (size_t i = 0; i < p->door_count; i++) {
        const struct smtp_attempt *d = &p->doors[i].at;
        if (p->doors[i].look != LOOK_MX && d->port == port &&
            (d->security == SMTP_SECURITY_TLS) == tls &&
            ip_eq(&d->address, &p->addresses[p->address]) && ip_eq(&d->source, source))
            return true;
    }
    return false;
}

static void add_door(struct plan *p, uint16_t port, bool tls)
{
    struct smtp_attempt at = plan_asked_here(p);
    if (p->door_count == PLAN_DOORS || has_door(p, port, tls, &at.source))
        return;
    at.port = port;
    at.old_helo = false; /* a survey wants to see what is offered */
    at.security = tls ? SMTP_SECURITY_TLS : SMTP_SECURITY_NONE;
    p->doors[p->door_count++] = (struct door){ .at = at };
}

static bool is_greeting_port(uint16_t port)
{
    return port == 587 || port == 25 || port == 2525;
}

/* Where the security asked for does not fit the port's custom, the customary way as well, at once. */
static void add_asked_doors(struct plan *p)
{
    const struct smtp_attempt *a = &p->asked->attempt;
    if (!a->port)
        return;
    add_door(p, a->port, a->port == 465 || a->security == SMTP_SECURITY_TLS);
    if (a->port == 465 &&
        (a->security == SMTP_SECURITY_NONE || a->security == SMTP_SECURITY_STARTTLS))
        add_door(p, a->port, false);
    if (is_greeting_port(a->port) && a->security == SMTP_SECURITY_TLS)
        add_door(p, a->port, false);
}

void plan_doors_add(struct plan *p)
{
    const struct smtp_attempt *a = &p->asked->attempt;
    add_asked_doors(p);
    for (size_t i = 0; i < p->o.port_count; i++)
        if (p->o.ports[i] != a->port)
            add_door(p, p->o.ports[i], p->o.ports[i] == 465);
}

/* A survey is over when its visit is parked with nothing left to look at, or gone. */
bool plan_survey_wants_starttls(const struct plan *p, const struct visit *v)
{
    struct smtp_caps c;
    return v->layer == SMTP_SECURITY_NONE && !v->mechanism.n && !v->door.old_helo &&
           doctor_evidence_caps(
               doctor_record_layer(p->r, PROBE_CAPABILITIES, &v->door, SMTP_SECURITY_NONE), &c) &&
           (c.ext & SMTP_EXT_STARTTLS) &&
           !doctor_record_layer(p->r, PROBE_TLS, &v->door, SMTP_SECURITY_STARTTLS);
}

bool plan_door_settled(const struct plan *p, const struct door *d)
{
    if (d->dropped)
        return true;
    if (!d->begun)
        return false;
    const struct visit *v = &p->visits[d->visit];
    if (v->state == VISIT_GONE || v->state == VISIT_LEAVING || v->state == VISIT_CALLED)
        return true;
    if (v->quiet && d->at.port != p->asked->attempt.port)
        return true; /* it may still speak, and nobody waits for it */
    return v->state == VISIT_READY && !plan_survey_wants_starttls(p, v);
}

bool plan_doors_settled(const struct plan *p)
{
    for (size_t i = 0; i < p->door_count; i++)
        if (p->doors[i].look != LOOK_MX && !plan_door_settled(p, &p->doors[i]))
            return false;
    return true;
}

/* The other way to begin, where the first way showed that it may be the right one. */
void plan_doors_add_second(struct plan *p)
{
    for (size_t i = 0, n = p->door_count; i < n; i++) {
        struct smtp_attempt at = p->doors[i].at;
        bool tls = at.security == SMTP_SECURITY_TLS;
        if (p->doors[i].look || !p->doors[i].begun || p->doors[i].dropped ||
            has_door(p, at.port, !tls, &at.source))
            continue;
        if (p->visits[p->doors[i].visit].quiet)
            add_door(p, at.port, true);
        const struct doctor_evidence *ev = tls ? doctor_record_layer(p->r, PROBE_TLS, &at,
                                                                     SMTP_SECURITY_TLS)
                                               : doctor_record_greeting(p->r, &at, false);
        if (!ev || doctor_evidence_good(ev) || ev->outcome.stage == SMTP_STAGE_CONNECT)
            continue;
        if (tls && !words_spoke_tls(&ev->outcome))
            add_door(p, at.port, false);
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
void plan_doors_add_helo(struct plan *p)
{
    struct smtp_attempt at = plan_asked_here(p);
    if (p->helo_varied || !at.helo.n || p->door_count == PLAN_DOORS || !ehlo_refused(p))
        return;
    if (!at.port)
        at.port = p->doors[0].at.port;
    bool tls = at.port == 465 || at.security == SMTP_SECURITY_TLS;
    at.security = tls ? SMTP_SECURITY_TLS : SMTP_SECURITY_NONE;
    at.helo = STR_NONE;
    at.old_helo = false;
    p->doors[p->door_count++] = (struct door){ .at = at };
    p->helo_varied = true;
}

/* 421 in place of a greeting, and this was not our only connection: the others may be what is too much.
 * Once, when they are gone. */
void plan_doors_retry_alone(struct plan *p)
{
    for (size_t i = 0; !p->alone && i < p->door_count; i++) {
        struct door *d = &p->doors[i];
        const struct doctor_evidence *ev = doctor_record_greeting(
            p->r, &d->at, d->at.security == SMTP_SECURITY_TLS);
        if (d->look || !d->begun || d->dropped || p->visits[d->visit].state != VISIT_GONE || !ev ||
            ev->outcome.code != 421 || p->visit_count < 2 ||
            (p->asked->attempt.port && d->at.port != p->asked->attempt.port))
            continue;
        d->begun = false;
        p->alone = true;
    }
}

/* The server hung up behind a refusal, before the asked port was seen under TLS: whether a login is to be had
 * there is seen on one more connection. */
void plan_doors_survey_again(struct plan *p)
{
    for (size_t i = 0; !p->surveyed_again && i < p->door_count; i++) {
        struct door *d = &p->doors[i];
        const struct visit *v = &p->visits[d->visit];
        if (d->look || !d->begun || d->dropped || v->state != VISIT_GONE ||
            d->at.port != p->asked->attempt.port || !plan_survey_wants_starttls(p, v))
            continue;
        d->begun = false;
        p->surveyed_again = true;
    }
}

/* ------------------------------------------------------------------------------------------------
 * Looks: connections that end with a handshake
 */
void plan_add_look(struct plan *p, struct smtp_attempt at, enum plan_look look)
{
    if (p->door_count == PLAN_DOORS)
        return;
    if (at.security != SMTP_SECURITY_TLS)
        at.security = SMTP_SECURITY_NONE;
    p->doors[p->door_count++] = (struct door){ .at = at, .look = look };
    p->looked[look] = true;
}

/* TLS at once, at a port that speaks first: the way to begin is what is wrong. */
static bool greets_in_clear(const struct plan *p, const struct doctor_evidence *shake)
{
    const struct doctor_evidence *clear = doctor_record_greeting(p->r, &shake->attempt, false);
    return shake->attempt.security == SMTP_SECURITY_TLS && clear && doctor_evidence_good(clear);
}

/* The handshake of a door that the user's program may go through failed, and not for want of TLS on the
 * other side. NULL: there is none. */
static const struct doctor_evidence *failed_handshake(const struct plan *p)
{
    const struct smtp_attempt *a = &p->asked->attempt;
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe == PROBE_TLS && (!a->port || a->port == ev->attempt.port) &&
            (a->security == SMTP_SECURITY_AUTO || a->security == ev->attempt.security) &&
            ip_eq(&ev->attempt.address, &p->addresses[p->address]) &&
            words_handshake_failed(&ev->outcome) && !greets_in_clear(p, ev))
            return ev;
    }
    return NULL;
}

static bool lacks_starttls(const struct plan *p, const struct smtp_attempt *a)
{
    struct smtp_caps c;
    return a->port && a->security == SMTP_SECURITY_STARTTLS &&
           doctor_evidence_caps(
               doctor_record_layer(p->r, PROBE_CAPABILITIES, a, SMTP_SECURITY_NONE), &c) &&
           !(c.ext & SMTP_EXT_STARTTLS);
}

void plan_doors_look(struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    const struct doctor_evidence *failed = failed_handshake(p);
    if (failed && !p->looked[LOOK_OBSERVE] &&
        !doctor_record_layer(p->r, PROBE_TLS, &failed->attempt, failed->attempt.security)
             ->outcome.tls.done) {
        a.port = failed->attempt.port;
        a.security = failed->attempt.security;
        plan_add_look(p, a, LOOK_OBSERVE);
    } else if (lacks_starttls(p, &a) && !p->looked[LOOK_UNOFFERED]) {
        plan_add_look(p, a, LOOK_UNOFFERED);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Other addresses
 */
/* What was asked, as the record has it at the address at work. */
static struct doctor_settled asked_settled(const struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    return a.security == SMTP_SECURITY_AUTO ? doctor_settle_port(p->r, &a)
                                            : doctor_settle(p->r, &a);
}

/* Is the asked attempt stopped here by something that the server may do over IPv6 alone, or over IPv4? Not
 * where the login is what it wants, and not where it was only busy. */
static bool may_differ_elsewhere(const struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    struct doctor_settled s = asked_settled(p);
    if (!doctor_settled_stops(&s) || s.by->outcome.code == 421 || plan_refused_logins(p))
        return false;
    if (s.by->outcome.stage == SMTP_STAGE_CONNECT)
        return true;
    if (doctor_best_accepted(p->r, &a))
        return false; /* what differs from that says more */
    return s.by->outcome.stage < SMTP_STAGE_AUTH || smtp_attempt_logs_in(&s.by->attempt) ||
           !doctor_record_offers_login(p->r);
}

/* The asked door at the first address of the other family: one more connection, all budgets counted on. */
void plan_doors_other_family(struct plan *p)
{
    size_t other = p->address + 1;
    while (other < p->address_count &&
           p->addresses[other].family == p->addresses[p->address].family)
        other++;
    if (p->family_tried || other >= p->address_count || !p->asked->attempt.port ||
        !plan_doors_settled(p) || !may_differ_elsewhere(p))
        return;
    p->family_tried = true;
    p->address = other;
    add_asked_doors(p);
}

/* No octet and no connection at this address: the next one is tried in its place. */
void plan_doors_next_address(struct plan *p)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe == PROBE_GREETING && ev->outcome.stage != SMTP_STAGE_CONNECT)
            return;
    }
    if (p->address + 1 >= p->address_count || !plan_doors_settled(p))
        return;
    p->address++;
    plan_doors_add(p);
}
