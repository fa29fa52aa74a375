/* SPDX-License-Identifier: ISC */
/*
 * explain/clean.h - pasted octets as plain text
 * Owns    undoing what mail programs, forums, terminals and browsers did to a text: HTML, quoted-printable,
 *         base64 parts of a message, "> " quoting, escapes of JSON, of Python and of PHP, ANSI colours, odd
 *         blanks, charsets, prefixes of syslog and of containers, lines that were wrapped.
 * Leaves  messages with parts to mail/mime.h; what the text means to the readers.
 */
#ifndef BATON_EXPLAIN_CLEAN_H
#define BATON_EXPLAIN_CLEAN_H
#include "base/arena.h"
#include "base/err.h"

/* What was found and undone, each a bit. */
enum explain_cleaned {
    CLEANED_HTML = 1 << 0,
    CLEANED_MESSAGE = 1 << 1, /* a whole message: its parts were taken, mail/mime.h */
    CLEANED_QUOTED_PRINTABLE = 1 << 2,
    CLEANED_QUOTES = 1 << 3,
    CLEANED_ESCAPES = 1 << 4,
    CLEANED_COLOURS = 1 << 5,
    CLEANED_CHARSET = 1 << 6, /* it was not UTF-8 */
    CLEANED_PREFIX = 1 << 7,  /* the same prefix stood before every line */
    CLEANED_CUT = 1 << 8,     /* longer than EXPLAIN_TEXT_MAX: the rest was left out */
    CLEANED_BINARY = 1 << 9   /* control octets, no text */
};

/* *plain lies in memory. False: memory is short. */
bool explain_clean(str octets, struct arena *memory, str *plain, unsigned *cleaned,
                   struct err *e) MUST_CHECK;
/* On one line: line ends and runs of blanks become one blank; lies in memory. p NULL: memory is short. */
str explain_fold(str plain, struct arena *memory);
#endif
