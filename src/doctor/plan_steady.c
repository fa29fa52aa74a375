/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_steady.c - the same once more, where one answer is too little to go by
 *
 * A server that refuses by chance makes one accepted and one refused attempt worth nothing. What was
 * accepted is said once more on the connection that stands (one round trip where the server pipelines,
 * and no refusal when it is steady); what was refused is said once more only when its words name nothing.
 */
#include "doctor/plan_inside.h"

/* A connection that needs no further step before MAIL. */
static bool stands_for(const struct plan *p, const struct smtp_attempt *x)
{
    for (size_t i = 0; i < p->visit_count; i++) {
        const struct visit *v = &p->visits[i];
        if (v->state == VISIT_READY && v->layer == x->security && v->mechanism.n &&
            doctor_same_door(&v->door, x) && str_eq(v->door.helo, x->helo) &&
            str_eq(v->mechanism, x->mechanism))
            return true;
    }
    return false;
}

bool plan_want_again(struct plan *p, struct smtp_attempt x)
{
    if (p->want_count == PLAN_WANTS || plan_refusals(p) >= p->o.refusals_max)
        return false;
    p->wants[p->want_count++] = (struct want){ .x = x, .what = PLAN_TRIAL, .again = true };
    return true;
}

static void want_once_more(struct plan *p, const struct doctor_evidence *ev)
{
    struct smtp_attempt x = ev->attempt;
    str helo = p->asked->attempt.helo; /* empty: each connection says what it says */
    x.helo = str_eq(helo, x.helo) ? helo : STR_NONE;
    if (p->steadied || !p->asked->attempt.to.n || ev->probe != PROBE_TRIAL ||
        !smtp_attempt_logs_in(&x) || /* a stranger is never repeated */
        !stands_for(p, &x))
        return;
    p->steadied = plan_want_again(p, x);
}

/* With --send the message says it all once more. */
void plan_want_steady(struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    const struct doctor_evidence *works = doctor_best_accepted(p->r, &a);
    if (works && !p->o.send)
        want_once_more(p, works);
}

void plan_want_refused_again(struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    const struct doctor_evidence *ev = plan_refused_trial(p, true);
    if (ev && !doctor_best_accepted(p->r, &a) && doctor_conforms(&a, &ev->attempt) &&
        (words_say_nothing(&ev->outcome) || words_name_relaying(&ev->outcome)))
        want_once_more(p, ev);
}
