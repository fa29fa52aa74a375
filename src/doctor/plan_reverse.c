/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_reverse.c - one thing changed: reversals, controls, and the message at the end
 */
#include "doctor/plan_inside.h"
#include "doctor/served.h"

/* Refusals in a run that rules against those who guess addresses let pass: they ban at five within ten minutes, and the
 * user's own program has failed before. */
enum { UNNOTICED_MAX = 2 };

/* Does some row show that the stranger was refused? */
const struct doctor_evidence *plan_refused_trial(const struct plan *p, bool member)
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

/* A name that some servers take from nobody: no full one, or one that only this network knows. */
static bool is_odd_name(str helo)
{
    static const str ENDS[] = { STR_INIT(".localdomain"), STR_INIT(".local"), STR_INIT(".lan") };
    bool odd = !str_starts(helo, STR("[")) && (str_find_octet(helo, '.') == STR_NOT_FOUND ||
                                               str_find_octet(helo, '_') != STR_NOT_FOUND);
    for (size_t i = 0; i < COUNT_OF(ENDS); i++)
        odd |= str_ends_nocase(helo, ENDS[i]);
    return odd;
}

/* Do words or a name that is odd speak for the EHLO name? Without a login an outside recipient is named
 * once, so there it takes words. */
static bool suspects_helo(const struct doctor_evidence *ev)
{
    const struct smtp_outcome *o = &ev->outcome;
    return words_about_helo(o) || words_about_reverse_dns(o) ||
           (smtp_attempt_logs_in(&ev->attempt) && words_say_nothing(o) &&
            is_odd_name(ev->attempt.helo));
}

/* A trial was refused, and the EHLO name is suspected: the same on a connection that says another. */
void plan_want_other_helo(struct plan *p)
{
    for (size_t i = 0; p->asked->attempt.helo.n && i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe != PROBE_TRIAL || ev->outcome.end != SMTP_END_REPLY ||
            doctor_evidence_good(ev) || !str_eq(ev->attempt.helo, p->asked->attempt.helo) ||
            !suspects_helo(ev))
            continue;
        struct smtp_attempt x = ev->attempt;
        x.helo = STR_NONE;
        plan_want(p, x, PLAN_TRIAL);
        return;
    }
}

/* MAIL was refused for its size: the same with none said. Without a login RCPT comes behind it for the
 * first time, so no recipient is named twice. */
void plan_want_smaller(struct plan *p)
{
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        bool named = ev->outcome.stage == SMTP_STAGE_RCPT && !smtp_attempt_logs_in(&ev->attempt);
        if (ev->probe != PROBE_TRIAL || !ev->attempt.size_octets || named ||
            words_cause(&ev->outcome) != CAUSE_MESSAGE_TOO_LARGE)
            continue;
        struct smtp_attempt x = ev->attempt;
        x.helo = p->asked->attempt.helo;
        x.size_octets = 0;
        plan_want(p, x, PLAN_TRIAL);
        return;
    }
}

/* The reverse-path as asked was refused with a login: the login's own address on the same layer. */
void plan_want_own_address(struct plan *p)
{
    const struct doctor_evidence *ev = plan_refused_trial(p, true);
    str own = p->asked->own_address;
    for (size_t i = 0; !ev && i < p->r->count; i++) { /* or it needs SMTPUTF8, which is missing */
        const struct doctor_evidence *row = &p->r->rows[i];
        if (row->probe == PROBE_TRIAL && row->outcome.end == SMTP_END_NOT_OFFERED &&
            smtp_attempt_logs_in(&row->attempt) && !str_is_ascii(row->attempt.from))
            ev = row;
    }
    if (!ev || !own.n || str_eq_nocase(own, ev->attempt.from) ||
        words_cause(&ev->outcome) == CAUSE_MESSAGE_TOO_LARGE)
        return;
    struct smtp_attempt x = ev->attempt;
    x.helo = p->asked->attempt.helo;
    x.from = own;
    x.from_null = false;
    plan_want(p, x, PLAN_TRIAL);
}

/* ------------------------------------------------------------------------------------------------
 * Reversals and controls
 */
void plan_want_reversals(struct plan *p)
{
    static const enum doctor_difference PLAYABLE[] = { DIFFERS_FROM, DIFFERS_HELO, DIFFERS_SOURCE };
    struct smtp_attempt a = plan_asked_here(p);
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
            plan_want(p, x, PLAN_TRIAL);
        } else if (s.state == STATE_REFUSED && !p->replayed && smtp_attempt_logs_in(&x) &&
                   (s.temporary || (!s.confirmed && (words_say_nothing(&s.by->outcome) ||
                                                     words_name_relaying(&s.by->outcome))))) {
            p->replayed = plan_want_again(p, x);
        }
    }
}

/* What was accepted showed a certificate that the server had asked for, and an error was pasted: the same
 * without it, on a connection of its own, tells whether the error is that of a program that shows none. */
void plan_want_bare(struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    const struct doctor_evidence *works = doctor_best_accepted(p->r, &a);
    if (!a.certificate || !works || smtp_attempt_logs_in(&works->attempt))
        return;
    const struct doctor_evidence *tls = doctor_record_layer(p->r, PROBE_TLS, &works->attempt,
                                                            works->attempt.security);
    if (!tls || !tls->outcome.tls.certificate_shown)
        return;
    struct smtp_attempt x = works->attempt;
    x.helo = a.helo;
    x.certificate = false;
    plan_want(p, x, PLAN_TRIAL);
}

/* --source was given and refused, and no login is to be had: the system's own choice of source. */
void plan_want_other_source(struct plan *p)
{
    const struct doctor_evidence *ev = plan_refused_trial(p, false);
    if (!ev || p->asked->attempt.source.family == IP_NONE || doctor_record_offers_login(p->r) ||
        !plan_doors_settled(p))
        return;
    struct smtp_attempt x = ev->attempt;
    x.source = (struct ip){ .family = IP_NONE };
    x.helo = p->asked->attempt.helo;
    plan_want(p, x, PLAN_TRIAL);
}

static str postmaster_at(const struct plan *p, str domain)
{
    return arena_printf(p->r->arena, "postmaster@%.*s", STR_ARG(domain));
}

/* Refused in words of relaying, for a reverse-path in the same domain: many servers let nobody come from outside with
 * such a one. From the empty one it is the domain alone, which tells something where DNS says whose the domain is. */
static bool may_be_about_from(const struct plan *p, const struct doctor_settled *s)
{
    struct served v;
    if (s->state != STATE_REFUSED || !words_name_relaying(&s->by->outcome) ||
        s->by->outcome.code / 100 != 5)
        return false;
    str domain = words_domain(s->by->attempt.to);
    return str_eq_nocase(words_domain(s->by->attempt.from), domain) &&
           (!served_look(p->asked, p->r, domain, &v) || v.known);
}

/* Inside, on port 25 only: postmaster at the user's own domain; when that is taken and the refused
 * recipient is in the same domain, the recipient beside it. */
void plan_want_inside(struct plan *p)
{
    str own = words_domain(p->asked->own_address);
    str to = p->asked->attempt.to;
    if (!own.n || !str_eq_nocase(own, words_domain(to)) ||
        str_starts_nocase(to, STR("postmaster@")))
        return;
    if (!plan_refused_trial(p, true) && !plan_refused_trial(p, false))
        return;
    struct smtp_attempt x = plan_asked_here(p);
    x.port = 25;
    x.old_helo = false;
    x.mechanism = x.user = STR_NONE;
    if (!plan_auto_layer(p, &x))
        return;
    x.size_octets = 0;
    struct smtp_attempt control = x;
    control.to = postmaster_at(p, own);
    if (!control.to.p)
        return;
    struct smtp_attempt from_nobody = control;
    from_nobody.from = STR_NONE;
    from_nobody.from_null = true;
    struct doctor_settled s = doctor_settle(p->r, &control), there = doctor_settle(p->r, &x);
    if (may_be_about_from(p, &there)) {
        plan_want(p, from_nobody, PLAN_TRIAL); /* it alone: a third refusal would be one too many */
        return;
    }
    if (s.state == STATE_NOT_TESTED)
        plan_want(p, control, PLAN_TRIAL);
    if (may_be_about_from(p, &s) && plan_refusals(p) < UNNOTICED_MAX)
        plan_want(p, from_nobody, PLAN_TRIAL);
    if (s.state == STATE_ACCEPTED && there.state == STATE_NOT_TESTED)
        plan_want(p, x, PLAN_TRIAL);
}

/* The message of this run that was refused after DATA, if one was; *count is how many were wanted. */
static const struct doctor_evidence *refused_message(const struct plan *p, unsigned *count)
{
    const struct doctor_evidence *found = NULL;
    *count = 0;
    for (size_t i = 0; i < p->want_count; i++)
        *count += p->wants[i].what == PLAN_MESSAGE;
    for (size_t i = 0; i < p->r->count; i++) {
        const struct doctor_evidence *ev = &p->r->rows[i];
        if (ev->probe == PROBE_MESSAGE && ev->outcome.stage >= SMTP_STAGE_DATA &&
            ev->outcome.end == SMTP_END_REPLY && !doctor_evidence_good(ev))
            found = ev;
    }
    return found;
}

/* After a refusal behind DATA: the same from the login's own address, in both places, on the same door. */
static void want_own_message(struct plan *p, const struct doctor_evidence *refused)
{
    struct smtp_attempt x = refused->attempt;
    str own = p->asked->own_address;
    str author = x.header_from.n ? x.header_from : x.from;
    if (!smtp_attempt_logs_in(&x) || !own.n ||
        (str_eq_nocase(author, own) && str_eq_nocase(x.from, own)))
        return;
    x.helo = p->asked->attempt.helo;
    x.from = own;
    x.from_null = false;
    x.header_from = p->asked->attempt.header_from.n ? own : STR_NONE;
    plan_want(p, x, PLAN_MESSAGE);
}

/* One message at the end, on the best accepted attempt; one more where it shows whose address it was. */
void plan_want_message(struct plan *p)
{
    struct smtp_attempt a = plan_asked_here(p);
    unsigned count;
    const struct doctor_evidence *refused = refused_message(p, &count);
    const struct doctor_evidence *works = doctor_best_accepted(p->r, &a);
    if (!p->o.send || !a.to.n)
        return;
    if (count == 1 && refused)
        want_own_message(p, refused);
    if (count || !works)
        return;
    struct smtp_attempt x = works->attempt;
    x.helo = a.helo;
    x.header_from = a.header_from;
    x.size_octets = 0;
    plan_want(p, x, PLAN_MESSAGE);
}
