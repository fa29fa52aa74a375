/* SPDX-License-Identifier: ISC */
/*
 * cmd/ask.h - what the doctor needs to know, asked on a terminal
 * Owns    the questions, their order, and the command line that says the same as the answers.
 * Leaves  what an answer means to the readers of the flags: what they refuse is asked again, with their
 *         reason.
 */
#ifndef BATON_CMD_ASK_H
#define BATON_CMD_ASK_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { ASK_WORDS = 24 };
struct ask_answers {
    int argc;
    char *argv[ASK_WORDS +
               1]; /* of "doctor", with --password-fd where there is a password; NULL ends it */
};

/* Is there somebody to ask? Standard input and standard error are terminals. */
bool ask_possible(void);
/* The words live in the arena. The password waits in a pipe whose descriptor is in argv. False: the user
 * gave up (Ctrl-C, or the end of input), or a failure of ours; the terminal is as it was. */
bool ask_questions(struct ask_answers *out, struct arena *a, struct err *e) MUST_CHECK;
/* Was a server named? Without one the password was not asked for either. */
bool ask_names_server(const struct ask_answers *x);
/* Appends the command line for a shell, without the password. */
bool ask_command_line(const struct ask_answers *x, struct buf *out);
#endif
