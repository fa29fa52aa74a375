/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_words.c - signs in the server's own words, where no experiment says more
 */
#include "doctor/judge_inside.h"

static bool is_mail(const struct doctor_evidence *ev)
{
    return ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE;
}

static bool any_member(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++)
        if (is_mail(&b->r->rows[i]) && smtp_attempt_logs_in(&b->r->rows[i].attempt) &&
            str_eq(b->r->rows[i].attempt.to, b->a.to))
            return true;
    return false;
}

/* Does the row speak of what was asked? What a stranger is told says nothing to who logs in. */
static bool speaks_of_asked(const struct bench *b, const struct doctor_evidence *ev)
{
    if (doctor_evidence_good(ev) || ev->outcome.end != SMTP_END_REPLY)
        return false;
    if (is_mail(ev))
        return str_eq(ev->attempt.to, b->a.to) && (smtp_attempt_logs_in(&ev->attempt) ||
                                                   !smtp_attempt_logs_in(&b->a) || !any_member(b));
    if (ev->probe != PROBE_GREETING && ev->probe != PROBE_CAPABILITIES)
        return false;
    bool tls = ev->attempt.security == SMTP_SECURITY_TLS;
    return (!b->a.port || b->a.port == ev->attempt.port) &&
           (ev->probe != PROBE_GREETING || doctor_record_greeting(b->r, &ev->attempt, tls) == ev);
}

/* The EHLO name is another matter: words about it are many, and it can be changed. */
static bool is_about_helo(const struct doctor_evidence *ev)
{
    bool ehlo = ev->probe == PROBE_CAPABILITIES && ev->outcome.code / 100 == 5;
    return (ehlo || (ev->probe == PROBE_TRIAL && judge_is_refusal(ev))) &&
           words_about_helo(&ev->outcome);
}

/* Nothing but the reverse-path has been said, and the words are about the sender. */
static bool refuses_sender(const struct doctor_evidence *ev)
{
    return ev->probe == PROBE_TRIAL && ev->outcome.stage == SMTP_STAGE_MAIL &&
           smtp_attempt_logs_in(&ev->attempt) && words_refuse_sender(&ev->outcome);
}

void judge_sign_words(struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (!speaks_of_asked(b, ev))
            continue;
        enum cause_id cause = words_cause(&ev->outcome);
        if (cause == CAUSE_NONE && is_about_helo(ev) && !judge_reverse_dns_stays(b))
            cause = CAUSE_EHLO_NAME_REFUSED;
        bool vague = cause == CAUSE_NONE && refuses_sender(ev);
        if (vague || cause == CAUSE_FROM_NOT_LOGIN)
            cause = judge_whose_address(b, ev);
        if (cause == CAUSE_NONE || (cause == CAUSE_RECIPIENT_UNKNOWN && ev->probe == PROBE_TRIAL))
            continue; /* other recipients tell more: judge_sign_recipient_unknown() */
        vague |= cause == CAUSE_OTHER_NOT_RELAY && words_of_any_deferral(&ev->outcome);
        struct finding *f = judge_add(b, cause, HOP_SUBMISSION,
                                      vague ? STRENGTH_POSSIBLE : STRENGTH_LIKELY);
        finding_for(f, ev->id);
        finding_against(f, judge_id(doctor_record_login(b->r, NULL, true)));
    }
}
