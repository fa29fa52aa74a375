/* SPDX-License-Identifier: ISC */
/*
 * cmd/log_follow.h - a log that is being written
 * Owns    waiting for more, as tail -F does: a file that is renamed and made anew, emptied, or gone for a while; the
 *         signals that end it.
 */
#ifndef BATON_CMD_LOG_FOLLOW_H
#define BATON_CMD_LOG_FOLLOW_H
#include "cmd/log_read.h"

/* From now on SIGINT, SIGTERM and SIGHUP end the following and not the program. */
void log_follow_signals(void);

/* Reads what is there, calls live once, and goes on until a signal; standard input ends too. False: it
 * cannot be read; what could be read was given to the lines' taker. */
bool log_follow(struct log_read *r, const char *path, void (*live)(void *user),
                struct err *e) MUST_CHECK;
#endif
