/* SPDX-License-Identifier: ISC */
/*
 * cmd/explain_log_report.h - what was refused in a log, written for people and for programs
 * Owns    the text, the lines of baton.explain-log/1, and the sentences about one refusal under --follow.
 */
#ifndef BATON_CMD_EXPLAIN_LOG_REPORT_H
#define BATON_CMD_EXPLAIN_LOG_REPORT_H
#include "explain/log.h"

struct explain_log_read {
    struct explain_log *log;
    uint64_t octets;    /* unpacked */
    uint64_t cut;       /* lines longer than we read */
    size_t files;       /* asked for */
    size_t unread;      /* of them: not, or not to their end */
    const char *broken; /* the first sentence about one; NULL: none */
    size_t top;         /* groups shown */
};

/* On standard output. known: is the cause of at least one refusal known? False: it could not be written, or memory is
 * short. */
bool explain_log_report_text(const struct explain_log_read *r, bool *known) MUST_CHECK;
bool explain_log_report_json(const struct explain_log_read *r, bool *known) MUST_CHECK;

/* One refusal, as it comes. */
bool explain_log_refusal_text(const struct explain_group *g) MUST_CHECK;
bool explain_log_refusal_json(const struct explain_group *g) MUST_CHECK;
#endif
