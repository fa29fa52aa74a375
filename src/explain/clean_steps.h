/* SPDX-License-Identifier: ISC */
/*
 * explain/clean_steps.h - the steps of cleaning, each of one kind
 * Owns    nothing. Each step appends what it makes of in to out and says whether it undid anything; when it did not,
 *         out is as it was. Each reads in once, or a fixed number of times.
 */
#ifndef BATON_EXPLAIN_CLEAN_STEPS_H
#define BATON_EXPLAIN_CLEAN_STEPS_H
#include "base/buf.h"

/* clean_chars.c */
bool clean_utf16(str in, struct buf *out); /* with a mark, or told by its NULs */
bool clean_charset(str in,
                   struct buf *out); /* not UTF-8: Windows-1252, else U+FFFD for what is broken */
/* Controls, ANSI colours, CR, odd blanks, smart quotes, full-width letters. coloured, binary: what was there. */
bool clean_chars(str in, struct buf *out, bool *coloured, bool *binary);
void clean_add_code_point(struct buf *out, uint32_t c);

bool clean_message(str in, struct buf *out);          /* clean_message.c: a whole message's parts */
bool clean_html(str in, struct buf *out);             /* clean_html.c */
bool clean_quoted_printable(str in, struct buf *out); /* clean_codes.c */
bool clean_escapes(str in, struct buf *out);          /* clean_codes.c */
bool clean_quotes(str in, struct buf *out);           /* clean_lines.c: "> ", "| " */
bool clean_prefixes(str in, struct buf *out); /* clean_lines.c: containers, line numbers, prompts */
#endif
