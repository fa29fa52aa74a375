/* SPDX-License-Identifier: ISC */
/*
 * cmd/progress.h - one line on a terminal that names what is being tried
 * Owns    that line: written over itself, gone at the end. Nothing is written where standard error is no
 *         terminal, or one that cannot move its cursor (TERM=dumb, or none named). No colours.
 */
#ifndef BATON_CMD_PROGRESS_H
#define BATON_CMD_PROGRESS_H
#include "doctor/plan.h"

struct progress {
    bool on;    /* there is a terminal to write to */
    bool shown; /* a line stands there */
};
/* Until progress_end() the line is erased when a signal ends the program. */
struct progress progress_begin(bool wanted);
void progress_say(struct progress *p, str words);
/* Fits doctor_options.progress. */
void progress_action(void *progress, const struct plan_action *a);
void progress_end(struct progress *p);

/* "Trying port 587 with STARTTLS ..."; empty: not worth a line. room holds it. */
enum { PROGRESS_WORDS = 160 };
str progress_words(const struct plan_action *a, char room[PROGRESS_WORDS]);
#endif
