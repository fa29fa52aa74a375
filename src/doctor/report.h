/* SPDX-License-Identifier: ISC */
/*
 * doctor/report.h - the answer, for a person and for a program
 * Owns    the text report and the JSON document baton.doctor/1, both ways: writing it, and reading one
 *         back so that every "proved" can be derived again.
 * Leaves  the cause's words to src/cause/, the settings' words to src/settings/.
 */
#ifndef BATON_DOCTOR_REPORT_H
#define BATON_DOCTOR_REPORT_H
#include "base/buf.h"
#include "base/secret.h"
#include "doctor/cells.h"
#include "doctor/run.h"

struct doctor_report {
    const struct doctor_asked *asked;
    const struct doctor_record *record;
    const struct doctor_judgement *judgement;
    const struct doctor_stats *stats;
    const struct secret_mask *mask;         /* NULL: there was no secret */
    bool color;                             /* ANSI colours; a word stands beside each */
    const struct settings_program *program; /* whose settings are shown; NULL: those of any */
};

/* Everything in it is fit for a terminal. False: out is full or memory is short. */
bool doctor_report_text(const struct doctor_report *r, struct buf *out) MUST_CHECK;
bool doctor_report_json(const struct doctor_report *r, struct buf *out) MUST_CHECK;
enum { DOCTOR_STEPS_MAX = CAUSE_STEPS + 9 };
/* What to do, most helpful first. Returns how many; good as long as the record's arena. */
size_t doctor_steps(const struct doctor_report *r, str out[DOCTOR_STEPS_MAX]);
/* One sentence: the answer. */
bool doctor_report_summary(const struct doctor_report *r, struct buf *out);
/* What the user's own settings came to, without the place: "MAIL FROM a, RCPT TO b: 550 ..."; empty:
 * nothing stopped them, or nothing was seen. Good as long as the record's arena; not masked. */
str doctor_own_answer(const struct doctor_report *r);
/* A row that a cause rests on, with what makes the difference where the row alone does not say it. */
str doctor_proof_said(const struct finding *f, const struct doctor_evidence *ev, struct arena *a);
/* Did a row before this one tell the same? */
bool doctor_row_repeats(const struct doctor_record *record, const struct doctor_evidence *ev);
/* Did the step of this row fail, and is that of interest? A port that speaks TLS at once is silent to one
 * who does not: that is no more than its way. */
bool doctor_row_tells(const struct doctor_record *record, const struct doctor_evidence *ev);
/* One sentence: from where, how long, and what it cost the server. */
bool doctor_report_footer(const struct doctor_report *r, struct buf *out);

/* What a stored document claims and holds. Slices live in the record's arena. */
struct doctor_stored {
    struct doctor_asked asked;
    struct doctor_record record; /* arena and dns set by the caller */
    enum doctor_verdict verdict;
    size_t cause_count;
    struct {
        enum cause_id cause;
        enum finding_strength strength;
    } causes[DOCTOR_CAUSES_MAX];
};
/* The error names the line, or the key, that cannot be read. */
bool doctor_stored_read(str json, struct doctor_stored *out, struct err *e) MUST_CHECK;
/* Judges the stored rows again. True when the verdict and every "proved" come out as stored; out gets
 * a line for each cause either way. */
bool doctor_stored_verify(const struct doctor_stored *s, struct buf *out) MUST_CHECK;
#endif
