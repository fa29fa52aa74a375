/* SPDX-License-Identifier: ISC */
/*
 * doctor/steps.c - what to do: the door that was seen to work, then the catalogue's own steps
 */
#include "doctor/report.h"

static const char *security_of(const struct smtp_attempt *a)
{
    switch (a->security) {
    case SMTP_SECURITY_TLS: return "SSL/TLS";
    case SMTP_SECURITY_STARTTLS: return "STARTTLS";
    default: return "none";
    }
}

size_t doctor_steps(const struct doctor_report *r, str out[DOCTOR_STEPS_MAX])
{
    const struct doctor_judgement *j = r->judgement;
    const struct cause *c = j->cause_count ? cause_of(j->causes[0].cause) : NULL;
    size_t n = 0;
    if (!c || j->verdict == VERDICT_ACCEPTED)
        return 0;
    unsigned door = DIFFERS_PORT | DIFFERS_SECURITY;
    if (j->works && (doctor_differences(&r->asked->attempt, &j->works->attempt) & door)) {
        const struct smtp_attempt *w = &j->works->attempt;
        out[n] = arena_printf(
            r->record->arena,
            "Set the port of the outgoing server to %u and its connection security "
            "to %s: there this server took the same mail%s.",
            w->port, security_of(w),
            smtp_attempt_logs_in(w) ? ", after a login" : " without a login");
        n += out[n].p != NULL;
    }
    for (size_t i = 0; i < CAUSE_STEPS && c->sender_steps[i].n; i++)
        out[n++] = c->sender_steps[i];
    return n;
}
