/* SPDX-License-Identifier: ISC */
/*
 * cmd/explain_log.h - baton explain --log: whole logs to causes
 * Owns    its options, the order of files, the progress bar, following, the exit status.
 * Leaves  meaning to explain/log.h, octets to cmd/log_read.h, words to cmd/explain_log_report.h.
 */
#ifndef BATON_CMD_EXPLAIN_LOG_H
#define BATON_CMD_EXPLAIN_LOG_H
#include "base/err.h"
#include <stddef.h>
#include <stdint.h>

enum { EXPLAIN_LOG_FILES = 400 };

/* All zero: nothing was asked for. */
struct explain_log_options {
    const char *files[EXPLAIN_LOG_FILES]; /* "-": standard input */
    size_t count;
    bool json, follow;
    size_t top; /* groups shown; 0: not told */
    int year;   /* of the log's end, for lines without one; 0: not told */
    int64_t since_s, until_s;
};

bool explain_log_add(struct explain_log_options *o, const char *file, struct err *e) MUST_CHECK;
bool explain_log_take_top(struct explain_log_options *o, const char *value,
                          struct err *e) MUST_CHECK;
bool explain_log_take_year(struct explain_log_options *o, const char *value,
                           struct err *e) MUST_CHECK;
/* "2026-11-26", "2026-11-26 06:10[:01]", or "90m", "6h", "3d": so long ago. */
bool explain_log_time(const char *value, int64_t now_s, int64_t *out, struct err *e) MUST_CHECK;
int64_t explain_log_now_s(void); /* the local clock, as a log that names no zone tells time */

/* Exit status: 0 at least one cause is known, or nothing was refused; 3 refusals and no cause known, or no line of a
 * mail program; 2 something could not be read (what could be is reported) or the report not be written. */
int explain_log_run(const struct explain_log_options *o);
#endif
