/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_pop.c - does the server want mail to be fetched before any is sent?
 */
#include "doctor/judge_inside.h"

static const struct doctor_evidence *fetched(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++)
        if (b->r->rows[i].probe == PROBE_POP && doctor_evidence_good(&b->r->rows[i]))
            return &b->r->rows[i];
    return NULL;
}

static bool same_mail(const struct smtp_attempt *a, const struct smtp_attempt *b)
{
    return doctor_same_door(a, b) && a->security == b->security &&
           str_eq(a->mechanism, b->mechanism) && str_eq(a->from, b->from) &&
           a->from_null == b->from_null && str_eq(a->to, b->to);
}

/* The refusal of the same attempt from before. */
static const struct doctor_evidence *refused_before(const struct bench *b,
                                                    const struct doctor_evidence *pop,
                                                    const struct smtp_attempt *x)
{
    for (unsigned id = 1; id < pop->id; id++) {
        const struct doctor_evidence *ev = doctor_record_row(b->r, id);
        if (ev->probe == PROBE_TRIAL && judge_is_refusal(ev) && same_mail(&ev->attempt, x))
            return ev;
    }
    return NULL;
}

void judge_fetched_first(struct bench *b)
{
    const struct doctor_evidence *works = b->j->works, *pop = fetched(b);
    if (!pop || works->id < pop->id || smtp_attempt_logs_in(&works->attempt))
        return;
    const struct doctor_evidence *before = refused_before(b, pop, &works->attempt);
    if (!before)
        return;
    bool sure = b->a.to.n && before->outcome.code / 100 == 5; /* time alone cures a temporary one */
    struct finding *f = judge_add(b, CAUSE_POP_BEFORE_SMTP, HOP_SUBMISSION,
                                  sure ? STRENGTH_PROVED : STRENGTH_LIKELY);
    finding_for(f, before->id);
    finding_for(f, pop->id);
    finding_for(f, works->id);
    judge_neighbours(b, f);
}

/* The words ask for it. Where a login is offered at that port, that is what such words forget to name; and
 * where mail was fetched and nothing changed, it is hardly this. */
void judge_sign_pop(struct bench *b)
{
    const struct doctor_evidence *ev = judge_stranger(b), *pop = fetched(b);
    if (!judge_is_refusal(ev) || !words_ask_for_pop(&ev->outcome))
        return;
    bool after = pop && ev->id > pop->id;
    for (unsigned id = pop ? pop->id : UINT32_MAX; id <= b->r->count; id++) {
        const struct doctor_evidence *later = doctor_record_row(b->r, id);
        after |= later->probe == PROBE_TRIAL && same_mail(&later->attempt, &ev->attempt);
    }
    bool login = judge_login_offered(b, ev->attempt.port, SMTP_SECURITY_AUTO) != NULL;
    struct finding *f = judge_add(b, CAUSE_POP_BEFORE_SMTP, HOP_SUBMISSION,
                                  login || after ? STRENGTH_POSSIBLE : STRENGTH_LIKELY);
    finding_for(f, ev->id);
    finding_against(f, judge_id(pop));
}
