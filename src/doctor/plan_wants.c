/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_wants.c - which attempts should be played, inside the budgets
 */
#include "doctor/plan_inside.h"

/* ------------------------------------------------------------------------------------------------
 * Budgets
 */
/* ------------------------------------------------------------------------------------------------
 * Budgets
 */
/* A connection that ends inside AUTH counts as a refusal. */
unsigned plan_refused_logins(const struct plan *p)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->r->count; i++)
        n += (p->r->rows[i].probe == PROBE_LOGIN || p->r->rows[i].probe == PROBE_AUTH ||
              (p->r->rows[i].probe == PROBE_POP &&
               p->r->rows[i].outcome.stage == SMTP_STAGE_AUTH)) &&
             p->r->rows[i].outcome.end != SMTP_END_GUARDED && !doctor_evidence_good(&p->r->rows[i]);
    return n;
}

unsigned plan_refusals(const struct plan *p)
{
    unsigned n = plan_refused_logins(p) + p->refused_besides;
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        n += (ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE) &&
             ev->outcome.end == SMTP_END_REPLY && !doctor_evidence_good(ev);
    }
    for (size_t i = 0; i < p->visit_count; i++) /* steps whose answer is still out */
        n += (p->visits[i].state == VISIT_BUSY && p->visits[i].want >= 0) + p->visits[i].grouped;
    return n;
}

bool plan_may_group(struct plan *p, unsigned visit)
{
    if (plan_refusals(p) >= p->o.refusals_max)
        return false;
    p->visits[visit].grouped = true;
    return true;
}

void plan_grouped(struct plan *p, unsigned visit, bool refused_besides)
{
    p->refused_besides += p->visits[visit].grouped && refused_besides;
    p->visits[visit].grouped = false;
}

/* ------------------------------------------------------------------------------------------------
 * Wants
 */
/* ------------------------------------------------------------------------------------------------
 * Wants
 */
static bool same_attempt(const struct smtp_attempt *a, const struct smtp_attempt *b)
{
    return a->security == b->security && doctor_same_door(a, b) &&
           str_eq(a->mechanism, b->mechanism) && str_eq(a->user, b->user) &&
           a->repaired == b->repaired && a->old_helo == b->old_helo && str_eq(a->from, b->from) &&
           a->from_null == b->from_null && str_eq(a->to, b->to) && str_eq(a->helo, b->helo) &&
           str_eq(a->header_from, b->header_from) && a->size_octets == b->size_octets;
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
    if (!smtp_attempt_logs_in(&x)) {
        x.user = STR_NONE;
        x.repaired = false;
    }
    if (smtp_attempt_logs_in(&x) || x.security == SMTP_SECURITY_STARTTLS)
        x.old_helo = false; /* HELO leads to neither */
    if ((!x.from.n && !x.from_null) || p->want_count == PLAN_WANTS || wanted_before(p, &x, what) ||
        plan_refusals(p) >= p->o.refusals_max)
        return false;
    p->wants[p->want_count++] = (struct want){ .x = x, .what = what };
    return true;
}

void plan_fit_size(const struct plan *p, struct smtp_attempt *x)
{
    struct smtp_caps c;
    if (doctor_evidence_caps(doctor_record_layer(p->r, PROBE_CAPABILITIES, x, x->security), &c) &&
        doctor_size_refused(&c, x))
        x->size_octets = 0;
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
    bool stranger = !smtp_attempt_logs_in(&a) || a.old_helo || plan_goes_on_in_clear(p);
    if (stranger && a.port)
        plan_want_stranger(p);
    plan_want_login(p);
    plan_want_others(p);
    if (plan_any_want(p))
        return;
    if (stranger || plan_login_in_doubt(p))
        plan_want_stranger(p);
    plan_want_own_address(p);
    plan_want_other_helo(p);
    plan_want_smaller(p);
    if (!smtp_attempt_logs_in(&a))
        plan_want_stranger_under_tls(p);
    if (!works_as_asked(p)) {
        plan_want_login_on_asked_port(p);
        plan_want_reversals(p);
        plan_want_auth_alone(p);
    } else if (p->asked->pasted_error.n) {
        plan_want_bare(p);
        plan_want_stranger(p);
    }
    if (!plan_any_want(p) && works_as_asked(p))
        plan_want_steady(p); /* while other ports are still waited for */
    if (plan_any_want(p) || !plan_doors_settled(p))
        return;
    if (!doctor_record_offers_login(p->r) || plan_login_cannot_be_made(p))
        plan_want_stranger(p);
    plan_want_other_source(p);
    plan_want_inside(p);
    if (!plan_any_want(p) && !works_as_asked(p)) {
        plan_doors_survey_again(p);
        plan_doors_look(p);
    }
    if (!plan_any_want(p) && !works_as_asked(p) && plan_doors_settled(p))
        plan_want_pop(p);
    if (!plan_any_want(p) && plan_login_is_over(p)) {
        plan_want_steady(p);
        plan_want_refused_again(p);
        plan_want_message(p);
    }
    plan_doors_next_address(p);
    if (!plan_any_want(p) && !works_as_asked(p))
        plan_doors_other_family(p);
}
