/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_pasted.c - the settings work here: which attempt has the answer that was pasted?
 */
#include "doctor/judge_inside.h"

/* Do the pasted words name a cause, wherever they were said, that the row does not? */
static bool pasted_names_another(const struct doctor_pasted *pasted, const struct smtp_outcome *row)
{
    static const enum smtp_stage STAGES[] = { SMTP_STAGE_MAIL, SMTP_STAGE_RCPT,
                                              SMTP_STAGE_END_OF_DATA };
    struct smtp_outcome said = *row;
    said.enhanced = pasted->enhanced;
    said.text = pasted->words;
    for (size_t i = 0; i < COUNT_OF(STAGES); i++) {
        said.stage = STAGES[i];
        enum cause_id named = words_cause(&said);
        bool mailbox = words_no_such_mailbox(&said) && !words_no_such_mailbox(row);
        if (mailbox || (named != CAUSE_NONE && named != words_cause(row)))
            return true;
    }
    return words_about_reverse_dns(&said) && !words_about_reverse_dns(row);
}

/* Does the text, on one line, hold the words of a reply, whose lines are joined by LF? */
static bool holds_words(str folded, str words)
{
    size_t from = 0;
    if (!words.n)
        return false;
    for (str rest = words; rest.p;) {
        str line = str_trim(str_cut(&rest, '\n'));
        size_t at = str_find(str_skip(folded, from), line);
        if (at == STR_NOT_FOUND)
            return false;
        from += at + line.n;
    }
    return true;
}

/* The same words, or such as ask for a login or deny relaying: codes alone stand for too many things. */
static bool pasted_is_alike(const struct doctor_pasted *pasted, const struct smtp_outcome *row)
{
    struct smtp_outcome said = *row;
    said.enhanced = pasted->enhanced;
    said.text = pasted->words;
    bool coded_alike = !said.enhanced.class || !row->enhanced.class ||
                       (said.enhanced.subject == row->enhanced.subject &&
                        said.enhanced.detail == row->enhanced.detail);
    bool pop = words_ask_for_pop(&said) && !words_ask_for_pop(row);
    return (coded_alike && !pop && (words_about_relaying(&said) || words_ask_for_login(&said))) ||
           holds_words(pasted->folded, row->text);
}

/* The settings work here; the words that were pasted come from a cell without login, and only there. */
void judge_pasted(struct bench *b)
{
    const struct doctor_pasted *pasted = &b->asked->pasted;
    const struct doctor_evidence *ev = judge_stranger(b);
    if (!smtp_attempt_logs_in(&b->a) || !judge_is_refusal(ev) || !pasted->code ||
        pasted->code != ev->outcome.code || pasted_names_another(pasted, &ev->outcome))
        return;
    bool alike = pasted_is_alike(pasted, &ev->outcome);
    struct finding *f = judge_add(b, CAUSE_CLIENT_NEVER_AUTHENTICATES, HOP_SUBMISSION,
                                  alike ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, ev->id);
    finding_for(f, b->j->works->id);
}

void judge_pasted_bare(struct bench *b)
{
    struct smtp_attempt x = b->j->works->attempt;
    unsigned code = b->asked->pasted.code;
    if (!x.certificate || !code)
        return;
    x.certificate = false;
    x.helo = STR_NONE;
    struct doctor_settled s = doctor_settle(b->r, &x);
    if (s.state != STATE_REFUSED || s.by->outcome.code != code)
        return;
    struct finding *f = judge_add(b, CAUSE_CLIENT_CERTIFICATE_NEEDED, HOP_SUBMISSION,
                                  STRENGTH_LIKELY);
    finding_for(f, s.by->id);
    finding_for(f, b->j->works->id);
}

/* The settings work with a login, and the pasted error says that AUTH is not known there: a program that said
 * HELO would hear that, and so would one that forgot TLS. */
void judge_pasted_helo(struct bench *b)
{
    const struct smtp_attempt *works = &b->j->works->attempt;
    if (!smtp_attempt_logs_in(works) || !words_auth_unknown(b->asked->pasted_error))
        return;
    struct smtp_caps c;
    const struct doctor_evidence *clear = works->security == SMTP_SECURITY_STARTTLS
                                              ? judge_caps(b, works->port, SMTP_SECURITY_NONE, &c)
                                              : NULL;
    bool hidden = clear && !c.mechanism_count;
    if (hidden)
        finding_for(judge_add(b, CAUSE_AUTH_HIDDEN_UNTIL_TLS, HOP_SUBMISSION, STRENGTH_POSSIBLE),
                    clear->id);
    if (hidden && words_ask_for_tls(b->asked->pasted_error))
        return;
    finding_for(judge_add(b, CAUSE_HELO_INSTEAD_OF_EHLO, HOP_CLIENT, STRENGTH_POSSIBLE),
                b->j->works->id);
}
