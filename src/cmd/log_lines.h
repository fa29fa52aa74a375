/* SPDX-License-Identifier: ISC */
/*
 * cmd/log_lines.h - octets as they come, cut into lines
 * Owns    the line that is not whole yet, up to its maximum.
 * Leaves  what a line means to explain/log.h.
 */
#ifndef BATON_CMD_LOG_LINES_H
#define BATON_CMD_LOG_LINES_H
#include "base/buf.h"
#include "base/err.h"

/* A longer line is given as its beginning, and counted. More than any mail server writes. */
enum { LOG_LINE_MAX = 64 << 10 };

struct log_lines {
    struct buf rest; /* of a line that is not whole yet */
    bool over;       /* more of it came than is kept */
    uint64_t cut;    /* lines longer than the maximum */
    /* A line without its LF or CRLF, good for the call. False ends the reading. */
    bool (*line)(void *user, str line, struct err *e);
    void *user;
};

void log_lines_init(struct log_lines *l, bool (*line)(void *user, str line, struct err *e),
                    void *user);
void log_lines_done(struct log_lines *l);
bool log_lines_feed(struct log_lines *l, str octets, struct err *e) MUST_CHECK;
/* What stands there without its LF is a line. */
bool log_lines_end(struct log_lines *l, struct err *e) MUST_CHECK;
#endif
