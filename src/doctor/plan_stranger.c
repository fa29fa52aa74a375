/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_stranger.c - the recipient without a login: where, and how often
 */
#include "doctor/plan_inside.h"

/* The layer of a port to be a stranger on, as a program with "automatic" would: TLS where offered. */
bool plan_auto_layer(const struct plan *p, struct smtp_attempt *x)
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
        return plan_auto_layer(p, x);
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

/* Asked for already, and not given up before it was played; at this address, when the server's address is
 * what is suspected. */
static bool stranger_used(const struct plan *p)
{
    for (size_t i = 0; i < p->want_count; i++)
        if (p->wants[i].stranger && p->wants[i].state != WANT_DROPPED &&
            (!p->family_tried || ip_eq(&p->wants[i].x.address, &p->addresses[p->address])))
            return true;
    return false;
}

/* Behind HELO there is no STARTTLS: the port's own layer is all there is. */
static bool helo_layer(const struct plan *p, struct smtp_attempt *x)
{
    static const enum smtp_security LAYERS[] = { SMTP_SECURITY_TLS, SMTP_SECURITY_NONE };
    for (size_t i = 0; i < COUNT_OF(LAYERS); i++) {
        struct smtp_caps c;
        x->security = LAYERS[i];
        if (doctor_evidence_caps(doctor_record_layer(p->r, PROBE_CAPABILITIES, x, x->security), &c))
            return true;
    }
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
    } else if (!x->old_helo && x->security == SMTP_SECURITY_AUTO && !plan_auto_layer(p, x)) {
        return false;
    }
    if (x->old_helo) {
        x->size_octets = 0; /* SIZE is an extension too */
        return helo_layer(p, x);
    }
    plan_fit_size(p, x);
    return true;
}

/* The recipient without a login is tried once a run, on the cell the user has. */
void plan_want_stranger(struct plan *p)
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
void plan_want_stranger_under_tls(struct plan *p)
{
    struct smtp_caps c;
    for (size_t i = 0; !p->asked->attempt.old_helo && i < p->r->count; i++) {
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
bool plan_goes_on_in_clear(const struct plan *p)
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
