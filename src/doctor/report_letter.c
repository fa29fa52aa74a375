/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_letter.c - a letter to the provider's support: facts in plain words, ready to be sent
 */
#include "doctor/report_page.h"

enum { LETTER_ROWS = 10, ADVICE = 2 };

static void paragraph(struct page *p, str text)
{
    page_text(p, text);
    page_markup(p, "\n\n");
}

static void subject(struct page *p)
{
    const struct smtp_attempt *a = &p->r->asked->attempt;
    const struct doctor_evidence *ev = p->r->judgement->asked;
    page_textf(p, "Subject: %.*s", STR_ARG(a->host));
    page_textf(p, "%s", ev && ev->outcome.code ? " refuses my mail" : ": my mail does not go out");
    if (ev && ev->outcome.code)
        page_textf(p, " with %u", ev->outcome.code);
    page_markup(p, "\n\nHello,\n\n");
}

static void what_is_set(struct page *p)
{
    const struct smtp_attempt *a = &p->r->asked->attempt;
    page_textf(p, "my program hands its outgoing mail to %.*s", STR_ARG(a->host));
    if (a->port)
        page_textf(p, ", port %u", a->port);
    if (a->security != SMTP_SECURITY_AUTO)
        page_textf(p, ", %s", page_security(a->security));
    page_markup(p, smtp_attempt_logs_in(a) ? ", with a login. It does not get through.\n\n"
                                           : ", without a login. It does not get through.\n\n");
    if (!p->r->asked->pasted_error.n)
        return;
    page_markup(p, "This is the error that I see:\n  ");
    page_text(p, str_take(str_trim(p->r->asked->pasted_error), 600));
    page_markup(p, "\n\n");
}

static bool is_trial(const struct doctor_evidence *ev)
{
    return ev->probe == PROBE_TRIAL || ev->probe == PROBE_LOGIN || ev->probe == PROBE_MESSAGE ||
           ev->probe == PROBE_POP || ev->probe == PROBE_MX;
}

/* What DNS says, where the answer rests on it. */
static void answers(struct page *p)
{
    const struct finding *f = &p->r->judgement->causes[0];
    for (size_t i = 0; p->r->judgement->cause_count && i < FINDING_EVIDENCE; i++) {
        str said = page_answer_said(p, f->for_it[i]);
        if (!said.n)
            continue;
        page_markup(p, "- ");
        page_text(p, said);
        page_markup(p, "\n");
    }
}

/* What was asked of the server first, then where a port or a step did not work. */
static void rows(struct page *p)
{
    size_t told = 0, left = 0;
    for (unsigned round = 0; round < 2; round++) {
        for (size_t i = 0; i < p->r->record->count; i++) {
            const struct doctor_evidence *ev = &p->r->record->rows[i];
            if (is_trial(ev) == (round == 1) ||
                (round == 1 && !doctor_row_tells(p->r->record, ev)) ||
                doctor_row_repeats(p->r->record, ev))
                continue;
            left += told == LETTER_ROWS;
            if (told == LETTER_ROWS)
                continue;
            told++;
            page_markup(p, "- ");
            page_text(p, doctor_evidence_said(ev, p->r->record->arena));
            page_markup(p, "\n");
        }
    }
    if (left)
        page_textf(p, "- and %zu more of the kind\n", left);
    answers(p);
    page_markup(p, "\n");
}

static void what_was_tried(struct page *p)
{
    const struct doctor_stats *s = p->r->stats;
    char ip[IP_TEXT_MAX];
    page_markup(p, "I tested it on ");
    page_text(p, p->o->when);
    if (s->source.family != IP_NONE)
        page_textf(p, ", from %s", ip_text(&s->source, ip));
    page_markup(p, s->data_sent ? ", with one test message. This is what came of it:\n"
                                : ", without sending a message. This is what came of it:\n");
    rows(p);
}

/* By the greeting of any port: they are of one machine. */
static enum cause_server server_asked(const struct page *p)
{
    enum cause_server s = SERVER_ANY;
    for (size_t i = 0; i < p->r->record->count && s == SERVER_ANY; i++)
        if (p->r->record->rows[i].probe == PROBE_GREETING)
            s = server_of_greeting(p->r->record->rows[i].outcome.text);
    return s;
}

/* In the words of the server, as far as it names itself. What is for a server that was refused itself is not for the
 * one that refused. */
static void advice(struct page *p, const struct cause *c)
{
    const struct cause_step *steps[CAUSE_OPERATOR_STEPS];
    size_t n = cause_steps(c, ROLE_OPERATOR, server_asked(p), steps, CAUSE_OPERATOR_STEPS);
    for (size_t i = 0, told = 0; i < n && told < ADVICE; i++) {
        if (steps[i]->side == SIDE_SENDS)
            continue;
        told++;
        page_markup(p, "- ");
        page_text(p, steps[i]->text);
        if (steps[i]->warning.n)
            page_markup(p, " Careful: ");
        page_text(p, steps[i]->warning);
        page_markup(p, "\n");
    }
}

/* The server's side is asked only where it may be the server that has to change. */
static void what_it_means(struct page *p)
{
    const struct doctor_judgement *j = p->r->judgement;
    const struct cause *c = j->cause_count ? cause_of(j->causes[0].cause) : NULL;
    if (!c) {
        paragraph(p,
                  STR("The cause is not known to me. Please look into the server's log at that "
                      "time: what does it say about my attempts, and what do I have to change?"));
        return;
    }
    page_markup(p,
                j->causes[0].strength == STRENGTH_PROVED ? "The test shows: " : "It looks as if: ");
    page_text(p, c->title);
    page_markup(p, ". ");
    paragraph(p, c->sentence);
    paragraph(p,
              STR("Is that so, and what do you advise? The server's log of that time will show my "
                  "attempts. Where it is the server that should change, this may help:"));
    p->out->n -= 1;
    advice(p, c);
    page_markup(p, "\n");
}

void page_letter(struct page *p)
{
    subject(p);
    what_is_set(p);
    what_was_tried(p);
    what_it_means(p);
    page_markup(p, "With kind regards");
}
