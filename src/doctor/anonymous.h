/* SPDX-License-Identifier: ISC */
/*
 * doctor/anonymous.h - a report about nobody
 * Owns    which values of a run name somebody, and a copy of the run with stand-ins in their place: fit to
 *         be shown to a stranger. What a server said is cut at 4 KiB a reply.
 * Leaves  how text is searched to base/anonymous.h. The server's name stays unless it lies in the user's
 *         own domain: without it nobody could help.
 */
#ifndef BATON_DOCTOR_ANONYMOUS_H
#define BATON_DOCTOR_ANONYMOUS_H
#include "base/anonymous.h"
#include "doctor/report.h"

struct doctor_nobody {
    struct doctor_asked asked;
    struct doctor_record record; /* rows at the same ids, and nothing of DNS */
    struct doctor_judgement judgement;
    struct doctor_stats stats;
    struct doctor_cell cells[DOCTOR_CELLS_MAX];
    size_t cell_count;
    struct anonymous *names; /* for further text, such as a transcript */
};
/* Secrets are masked first. False: memory is short, and nothing of out may be shown. */
bool doctor_nobody_init(struct doctor_nobody *out, const struct doctor_report *r,
                        struct arena *arena) MUST_CHECK;
void doctor_nobody_done(struct doctor_nobody *n);
#endif
