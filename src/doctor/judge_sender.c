/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_sender.c - the sender's addresses: broken, somebody else's, or the login's own
 */
#include "doctor/judge_inside.h"

/* What the user logs in as is this very address, or its local-part. */
static bool is_logins_own(const struct bench *b, str address)
{
    str user = b->asked->attempt.user;
    size_t at = str_rfind_octet(address, '@');
    if (!user.n || !address.n)
        return false;
    return str_eq_nocase(user, address) ||
           (at != STR_NOT_FOUND && str_eq_nocase(user, str_take(address, at)));
}

/* The address that the server judges by: the author once a message was handed over. */
static str address_judged(const struct doctor_evidence *ev)
{
    return ev->probe == PROBE_MESSAGE && ev->outcome.stage >= SMTP_STAGE_DATA &&
                   ev->attempt.header_from.n
               ? ev->attempt.header_from
               : ev->attempt.from;
}

enum cause_id judge_whose_address(const struct bench *b, const struct doctor_evidence *ev)
{
    if (!smtp_attempt_logs_in(&ev->attempt))
        return CAUSE_NONE;
    return is_logins_own(b, address_judged(ev)) ? CAUSE_OWN_ADDRESS_REFUSED : CAUSE_FROM_NOT_LOGIN;
}

static bool is_missing_at_home(const struct bench *b, str from)
{
    const struct doctor_evidence *by;
    return judge_from_at_home(b, from, &by) == JUDGE_HOME_LACKS;
}

enum cause_id judge_flip_from(const struct bench *b, const struct doctor_settled *s)
{
    if (s->state == STATE_NOT_OFFERED) /* SMTPUTF8 */
        return s->by->probe == PROBE_TRIAL && !str_is_ascii(b->a.from) ? CAUSE_FROM_INVALID
                                                                       : CAUSE_NONE;
    if (s->state != STATE_REFUSED)
        return CAUSE_NONE;
    enum cause_id named = words_cause(&s->by->outcome);
    if (named == CAUSE_SENDER_UNVERIFIED && is_missing_at_home(b, address_judged(s->by)))
        return CAUSE_FROM_INVALID; /* whoever asked where its mail arrives was told so, as we were */
    if (named != CAUSE_NONE && named != CAUSE_FROM_NOT_LOGIN)
        return named;
    if (words_from_invalid(address_judged(s->by), &s->by->outcome))
        return CAUSE_FROM_INVALID;
    return smtp_attempt_logs_in(&s->by->attempt) ? CAUSE_FROM_NOT_LOGIN : CAUSE_NONE;
}

/* The address itself shows that it is no good, the server says so, and a whole one passes. */
enum finding_strength judge_strength_of_from(const struct bench *b, enum cause_id cause,
                                             const struct doctor_settled *s)
{
    if (s->temporary || s->unsteady)
        return STRENGTH_LIKELY;
    if (cause == CAUSE_FROM_INVALID)
        return s->state == STATE_NOT_OFFERED || is_missing_at_home(b, address_judged(s->by)) ||
                       ((words_is_broken_address(b->a.from) || judge_from_is_dead(b)) &&
                        words_from_refused(&s->by->outcome))
                   ? STRENGTH_PROVED
                   : STRENGTH_LIKELY;
    bool relaying = words_name_relaying(
        &s->by->outcome); /* "not permitted" is no word of owning there */
    if (cause == CAUSE_FROM_NOT_LOGIN && (relaying || words_say_nothing(&s->by->outcome)) &&
        !s->confirmed && s->by->probe == PROBE_TRIAL)
        return STRENGTH_POSSIBLE; /* nothing but one answer against one other */
    /* In words that say nothing of owning it may be refused of anybody. */
    return cause == CAUSE_FROM_NOT_LOGIN && !relaying &&
                   (words_about_ownership(&s->by->outcome) || words_cause(&s->by->outcome) == cause)
               ? STRENGTH_PROVED
               : STRENGTH_LIKELY;
}

/* Refused in words about the sender, and the server that takes the sender's mail has no such mailbox. */
void judge_sign_from_at_home(struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i], *by;
        enum cause_id named = words_cause(&ev->outcome);
        if (ev->probe != PROBE_TRIAL || !str_eq(ev->attempt.to, b->a.to) || !judge_is_refusal(ev) ||
            (named != CAUSE_SENDER_UNVERIFIED && named != CAUSE_FROM_INVALID &&
             !words_refuse_sender(&ev->outcome)) ||
            judge_from_at_home(b, ev->attempt.from, &by) != JUDGE_HOME_LACKS)
            continue;
        struct finding *f = judge_add(b, CAUSE_FROM_INVALID, HOP_SUBMISSION, STRENGTH_LIKELY);
        finding_for(f, ev->id);
        finding_for(f, judge_id(by));
    }
}

/* Refused as such, of anybody. */
void judge_sign_from_invalid(struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        bool missing = ev->outcome.end == SMTP_END_NOT_OFFERED &&
                       ev->outcome.stage == SMTP_STAGE_MAIL && !str_is_ascii(ev->attempt.from);
        if (ev->probe != PROBE_TRIAL || !str_eq(ev->attempt.to, b->a.to) ||
            (!missing && (!judge_is_refusal(ev) || !words_from_refused(&ev->outcome))))
            continue;
        finding_for(judge_add(b, CAUSE_FROM_INVALID, HOP_SUBMISSION, STRENGTH_LIKELY), ev->id);
    }
}
