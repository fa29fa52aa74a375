/* SPDX-License-Identifier: ISC */
/*
 * cmd/explain_report.h - an explanation, written for people and for programs
 * Owns    the text, and the document baton.explain/1.
 */
#ifndef BATON_CMD_EXPLAIN_REPORT_H
#define BATON_CMD_EXPLAIN_REPORT_H
#include "explain/explain.h"

/* On standard output. False: it could not be written, or memory is short. */
bool explain_report_json(const struct explanation *x, struct arena *memory);
bool explain_report_text(const struct explanation *x, struct arena *memory);
/* What spoke for and against which cause, in decibans, and what was read out of the text. */
bool explain_report_why(const struct explanation *x);
#endif
