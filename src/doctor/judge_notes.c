/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_notes.c - worth saying beside the cause
 */
#include "doctor/judge_inside.h"

static bool is_mail(const struct doctor_evidence *ev)
{
    return ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE;
}

void judge_note(struct bench *b, enum finding_note note)
{
    for (size_t i = 0; i < b->j->note_count; i++)
        if (b->j->notes[i] == note)
            return;
    if (b->j->note_count < COUNT_OF(b->j->notes))
        b->j->notes[b->j->note_count++] = note;
}

bool judge_is_unsteady(const struct bench *b, const struct doctor_evidence *ev)
{
    return ev && is_mail(ev) && doctor_settle(b->r, &ev->attempt).unsteady;
}

bool judge_asked_is_unsteady(const struct bench *b)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (is_mail(ev) && doctor_conforms(&b->asked->attempt, &ev->attempt) &&
            judge_is_unsteady(b, ev))
            return true;
    }
    return false;
}

/* What rests on an answer that came out otherwise at another time is no more than possible. */
void judge_steady(struct bench *b)
{
    for (size_t i = 0; i < b->j->cause_count; i++) {
        struct finding *f = &b->j->causes[i];
        for (size_t k = 0; k < FINDING_EVIDENCE && f->for_it[k]; k++)
            if (judge_is_unsteady(b, doctor_record_row(b->r, f->for_it[k])) &&
                f->strength > STRENGTH_POSSIBLE)
                finding_set_strength(f, STRENGTH_POSSIBLE);
    }
}

static bool is_unsteady(const struct bench *b, const struct doctor_evidence *ev)
{
    return judge_is_unsteady(b, ev);
}

/* A stranger's mail to another domain was taken by a server that offers a login, so that it knows users
 * from strangers. In a network of one's own (private, loopback) everybody may be known by address. */
static bool is_open_relay(const struct bench *b, const struct doctor_evidence *ev)
{
    str own = words_domain(b->asked->own_address);
    return is_mail(ev) && doctor_evidence_good(ev) && ev->outcome.stage >= SMTP_STAGE_RCPT &&
           !smtp_attempt_logs_in(&ev->attempt) && ev->attempt.to.n && own.n &&
           !str_eq_nocase(own, words_domain(ev->attempt.to)) &&
           !judge_is_servers_own(b, words_domain(ev->attempt.to)) &&
           doctor_record_offers_login(b->r) && !judge_from_inside(b, ev);
}

/* RFC 3463 section 2: the class says what the first digit of the code says. RFC 4954 section 6: 530 asks
 * for a login. */
static bool is_contradiction(const struct bench *b, const struct doctor_evidence *ev)
{
    const struct smtp_outcome *o = &ev->outcome;
    if ((!is_mail(ev) && ev->probe != PROBE_LOGIN) || o->end != SMTP_END_REPLY ||
        doctor_evidence_good(ev))
        return false;
    if (o->enhanced.class && o->enhanced.class != o->code / 100)
        return true;
    if (!is_mail(ev))
        return false;
    if (o->code / 100 == 4) /* a refusal for good, given as one for now */
        return words_name_relaying(o) && words_cause(o) == CAUSE_NONE;
    return words_of_waiting(o) ||
           (o->code == 530 && !words_ask_for_tls(o->text) && judge_no_login(b, ev->attempt.port));
}

void judge_notes(struct bench *b)
{
    static const struct {
        enum finding_note note;
        bool (*holds)(const struct bench *b, const struct doctor_evidence *ev);
    } NOTES_OF_ROWS[] = {
        { NOTE_UNSTEADY, is_unsteady },
        { NOTE_OPEN_RELAY, is_open_relay },
        { NOTE_POSITION_TRUSTED, judge_position_trusted },
        { NOTE_REPLY_CONTRADICTS_RULE, is_contradiction },
    };
    for (size_t k = 0; k < COUNT_OF(NOTES_OF_ROWS); k++)
        for (size_t i = 0; i < b->r->count; i++)
            if (NOTES_OF_ROWS[k].holds(b, &b->r->rows[i]))
                judge_note(b, NOTES_OF_ROWS[k].note);
}
