/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge.h - from the record to the cause
 * Owns    the rules: which differences, undone alone, refuse, and which cause each of them is.
 * Leaves  words to src/cause/, gathering to the planner. A function of asked and record and nothing else.
 */
#ifndef BATON_DOCTOR_JUDGE_H
#define BATON_DOCTOR_JUDGE_H
#include "cause/finding.h"
#include "doctor/evidence.h"
#include "doctor/settle.h"

enum doctor_verdict { VERDICT_UNKNOWN, VERDICT_ACCEPTED, VERDICT_REFUSED };
extern const struct names VERDICT_NAMES;

enum { DOCTOR_CAUSES_MAX = 8 };
struct doctor_judgement {
    enum doctor_verdict verdict;
    struct finding causes[DOCTOR_CAUSES_MAX]; /* the answer first */
    size_t cause_count;
    enum finding_note notes[NOTES];
    size_t note_count;
    const struct doctor_evidence *works; /* an accepted trial; NULL: none */
    const struct doctor_evidence
        *asked;    /* what stopped, or passed, the attempt as asked; NULL: none */
    bool no_octet; /* no server sent anything at all */
    str next;      /* the next experiment, when the verdict is unknown or not proved */
};

/* next points to constant text, or into the record's arena. */
struct doctor_judgement doctor_judge(const struct doctor_asked *asked,
                                     const struct doctor_record *r);
/* No server was named, none was found, and so nothing was tried. */
bool judge_is_nowhere(const struct doctor_asked *asked, const struct doctor_record *r);
/* How sure the verdict is: that of the first cause; of an acceptance, proved when a message was taken and
 * likely when it went up to RCPT, since some servers refuse after DATA. NONE: unknown. */
enum finding_strength doctor_judgement_strength(const struct doctor_judgement *j);
int doctor_exit_status(
    const struct doctor_judgement *j); /* design: 0 4 5 6 1 3, the first that applies */
#endif
