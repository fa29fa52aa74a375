/* SPDX-License-Identifier: ISC */
/*
 * cmd/explain_report.h - an explanation, written for people and for programs
 * Owns    the text, and the document baton.explain/1.
 */
#ifndef BATON_CMD_EXPLAIN_REPORT_H
#define BATON_CMD_EXPLAIN_REPORT_H
#include "cmd/explain_for.h"

/* On standard output, with the settings of --for; NULL: none were asked for. False: it could not be written, or memory
 * is short. */
bool explain_report_json(const struct explanation *x, const struct explain_for *f,
                         struct arena *memory);
bool explain_report_text(const struct explanation *x, const struct explain_for *f,
                         struct arena *memory);
/* What spoke for and against which cause, in decibans, and what was read out of the text. */
bool explain_report_why(const struct explanation *x);
#endif
