/* SPDX-License-Identifier: ISC */
/*
 * explain/read.h - the readers of a page, each of one form of text
 * Owns    the list of readers. Each looks at page->plain, adds what it finds (explain_say(), facts, settings), and
 *         leaves what others found as it is. Order of call: bounce, log, transcript, library, dialog, reply. A
 *         reader that sees nothing of its own adds nothing, and does not guess.
 */
#ifndef BATON_EXPLAIN_READ_H
#define BATON_EXPLAIN_READ_H
#include "explain/said.h"

void explain_read_bounce(struct explain_page *p);     /* read_bounce.c */
void explain_read_log(struct explain_page *p);        /* read_log.c */
void explain_read_transcript(struct explain_page *p); /* read_transcript.c */
void explain_read_library(struct explain_page *p);    /* read_library.c */
void explain_read_dialog(struct explain_page *p);     /* read_dialog.c */
void explain_read_reply(
    struct explain_page *p); /* read_reply.c: only where nothing else was found */
/* who.c: after all of them: hops that are still open, and the facts that follow from names and addresses */
void explain_read_who(struct explain_page *p);
#endif
