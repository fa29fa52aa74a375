/* SPDX-License-Identifier: ISC */
/*
 * explain/transcript_line.h - one line of a conversation that some program showed
 * Owns    finding what was said in a line, behind whatever mark the program puts before it.
 *
 * Marks differ and some mean one side here and the other there ("-->" of msmtp and of MDaemon), so that the words
 * themselves tell who said them: a reply has a code, a command has a verb.
 */
#ifndef BATON_EXPLAIN_TRANSCRIPT_LINE_H
#define BATON_EXPLAIN_TRANSCRIPT_LINE_H
#include "smtp/reply.h"

enum transcript_side {
    SIDE_NONE,
    SIDE_CLIENT, /* a command */
    SIDE_SERVER, /* a line of a reply */
    SIDE_AGAIN /* a reply that a program tells of in its own words ("RCPT command failed: 550 ...") */
};

struct transcript_line {
    enum transcript_side side;
    bool marked;    /* something stood before it that programs put there */
    bool encrypted; /* that mark says so (swaks) */
    str before;     /* what stood before it */
    str words;      /* from the code or verb on */
    enum smtp_stage
        stage; /* of the command; of SIDE_AGAIN as the words say; SMTP_STAGE_NONE: not told */
    bool old_helo;
    str argument; /* of the command: name, path with its brackets, mechanism */
};

struct transcript_line transcript_line_read(str line);
#endif
