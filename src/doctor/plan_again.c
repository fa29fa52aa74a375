/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_again.c - another login after a refused one, where --logins permits it
 *
 * At the same door and with one thing changed, the likelier first, so that an acceptance proves what it was.
 * Refusals that say nothing of the login (a back end that is down, a rate, a ban) ask for none of this.
 */
#include "base/password_shape.h"
#include "doctor/plan_inside.h"
#include "sasl/client.h"

static bool played(const struct plan *p, const struct smtp_attempt *x)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe == PROBE_LOGIN && ev->outcome.end != SMTP_END_GUARDED &&
            doctor_same_door(&ev->attempt, x) && ev->attempt.security == x->security &&
            str_eq(ev->attempt.mechanism, x->mechanism) && str_eq(ev->attempt.user, x->user) &&
            ev->attempt.repaired == x->repaired)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * One thing changed. Each returns false where there is nothing to change.
 */
static bool with_strong_repair(const struct plan *p, struct smtp_attempt *x)
{
    x->repaired = true;
    return p->o.repaired_password && (p->asked->password_anomalies & PASSWORD_STRONG);
}
static bool with_weak_repair(const struct plan *p, struct smtp_attempt *x)
{
    x->repaired = true;
    return p->o.repaired_password;
}

/* The full address is what most servers want. */
static bool with_full_address(const struct plan *p, struct smtp_attempt *x)
{
    str own = p->asked->own_address;
    bool is_full = str_find_octet(x->user, '@') != STR_NOT_FOUND;
    x->user = own;
    return !is_full && words_domain(own).n > 0;
}
/* A login that is another address than the user's own. */
static bool with_own_address(const struct plan *p, struct smtp_attempt *x)
{
    str own = p->asked->own_address;
    bool other = words_domain(own).n > 0 && !str_eq_nocase(x->user, own);
    x->user = own;
    return other;
}
static bool with_local_part(const struct plan *p, struct smtp_attempt *x)
{
    (void)p;
    size_t at = str_rfind_octet(x->user, '@');
    if (at == STR_NOT_FOUND || at == 0)
        return false;
    x->user = str_take(x->user, at);
    return true;
}
/* DOMAIN\name, as Windows writes it. */
static bool with_name_alone(const struct plan *p, struct smtp_attempt *x)
{
    (void)p;
    size_t at = str_rfind_octet(x->user, '\\');
    x->user = at == STR_NOT_FOUND ? x->user : str_skip(x->user, at + 1);
    return at != STR_NOT_FOUND && x->user.n > 0;
}

/* One that shows the password to the server, which can then check it however it is kept. Only under TLS
 * that verifies. */
static bool with_other_mechanism(const struct plan *p, struct smtp_attempt *x)
{
    static const str ORDER[] = { STR_INIT("PLAIN"), STR_INIT("LOGIN") };
    struct smtp_caps c;
    const struct doctor_evidence *shake = doctor_record_layer(p->r, PROBE_TLS, x, x->security);
    if (x->security == SMTP_SECURITY_NONE || !shake || !shake->outcome.tls.verified ||
        !doctor_evidence_caps(doctor_record_layer(p->r, PROBE_CAPABILITIES, x, x->security), &c))
        return false;
    for (size_t i = 0; i < COUNT_OF(ORDER); i++) {
        struct smtp_attempt y = *x;
        y.mechanism = ORDER[i];
        if (!sasl_choose(&c, y.mechanism, doctor_credentials(p->asked), true) || played(p, &y))
            continue;
        *x = y;
        return true;
    }
    return false;
}
/* A digest needs the password as it is, and most servers keep it otherwise. */
static bool with_plain_for_digest(const struct plan *p, struct smtp_attempt *x)
{
    const struct sasl_mechanism *m = sasl_mechanism_find(x->mechanism);
    return m && !m->reveals && with_other_mechanism(p, x);
}

typedef bool change_fn(const struct plan *p, struct smtp_attempt *x);
static change_fn *const WRONG_PAIR[] = { with_strong_repair,    with_full_address,
                                         with_plain_for_digest, with_weak_repair,
                                         with_own_address,      with_local_part,
                                         with_name_alone };
static change_fn *const DEAD_MECHANISM[] = { with_other_mechanism };

static void want_first_of(struct plan *p, const struct smtp_attempt *from, change_fn *const *list,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct smtp_attempt x = plan_asked_here(p);
        x.port = from->port;
        x.security = from->security;
        x.helo = p->asked->attempt.helo;
        x.mechanism = from->mechanism;
        x.user = from->user;
        if (list[i](p, &x) && !played(p, &x) && plan_want(p, x, PLAN_TRIAL))
            return;
    }
}

/* The login is at hand, and no door has a way to make it that may be gone. */
bool plan_login_cannot_be_made(const struct plan *p)
{
    str own = words_domain(p->asked->own_address), to = words_domain(p->asked->attempt.to);
    return p->asked->login_known && plan_login_is_over(p) && !(own.n && str_eq_nocase(own, to)) &&
           !doctor_record_login(p->r, NULL, true) && !doctor_record_login(p->r, NULL, false);
}

/* The server takes no login that we have, and may take mail from this address without one. */
bool plan_login_in_doubt(const struct plan *p)
{
    str own = words_domain(p->asked->own_address), to = words_domain(p->asked->attempt.to);
    const struct doctor_evidence *first = doctor_record_login(p->r, NULL, false);
    if (!first || doctor_record_login(p->r, NULL, true) || !p->asked->attempt.to.n ||
        (own.n && str_eq_nocase(own, to)))
        return false; /* mail to the own domain is taken of anybody, and so is MAIL alone */
    switch (words_login_cause(&first->outcome)) {
    case CAUSE_WRONG_CREDENTIALS:
    case CAUSE_MECHANISM_OFFERED_BUT_DEAD:
    case CAUSE_AUTH_BACKEND_DOWN: return true;
    default: return false; /* who is banned, or too often here, comes no further */
    }
}

bool plan_want_login_again(struct plan *p)
{
    const struct doctor_evidence *first = doctor_record_login(p->r, NULL, false);
    if (!first)
        return false;
    switch (words_login_cause(&first->outcome)) {
    case CAUSE_WRONG_CREDENTIALS:
        want_first_of(p, &first->attempt, WRONG_PAIR, COUNT_OF(WRONG_PAIR));
        return true;
    case CAUSE_MECHANISM_OFFERED_BUT_DEAD:
        want_first_of(p, &first->attempt, DEAD_MECHANISM, COUNT_OF(DEAD_MECHANISM));
        return true;
    case CAUSE_AUTH_BACKEND_DOWN: /* another door may have another */ return false;
    default: return true;
    }
}

static bool login_played(const struct plan *p, const struct smtp_attempt *x)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe == PROBE_LOGIN && ev->outcome.end != SMTP_END_GUARDED &&
            ev->attempt.security == x->security && doctor_same_door(&ev->attempt, x))
            return true;
    }
    return false;
}

/* The program logs in without TLS, AUTH is offered there, and the password may not be shown: AUTH alone is
 * asked, once the login was taken under TLS. It counts as a login that may be refused, since ban rules
 * would take it for one. */
void plan_want_auth_alone(struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    const struct doctor_evidence *works = doctor_best_accepted(p->r, &a);
    struct smtp_caps c;
    if (!works || !smtp_attempt_logs_in(&works->attempt) || !smtp_attempt_logs_in(&a) ||
        a.security != SMTP_SECURITY_NONE || works->attempt.security != SMTP_SECURITY_STARTTLS ||
        (a.port && a.port != works->attempt.port) ||
        plan_refused_logins(p) >= p->o.refused_logins_max)
        return;
    struct smtp_attempt x = works->attempt;
    x.security = SMTP_SECURITY_NONE;
    x.helo = a.helo;
    if (doctor_evidence_caps(doctor_record_layer(p->r, PROBE_CAPABILITIES, &x, x.security), &c) &&
        smtp_caps_offers(&c, x.mechanism) && !login_played(p, &x))
        plan_want(p, x, PLAN_AUTH);
}
