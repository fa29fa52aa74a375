/* SPDX-License-Identifier: ISC */
/*
 * explain/words.h - a reply that stands somewhere in a text, as a refusal of the page
 * Owns    telling a reply's code from other numbers, and the words from their codes: "550-5.7.1 a\n550 5.7.1 b",
 *         the same wrapped into running text, "5.7.1 a", "#5.7.1 a".
 * Speaks  RFC 5321 section 4.2, RFC 3463 section 2.
 */
#ifndef BATON_EXPLAIN_WORDS_H
#define BATON_EXPLAIN_WORDS_H
#include "explain/said.h"

enum { EXPLAIN_WORDS_MAX = 8192 }; /* octets of a refusal's words; the rest is left out */

/* "550", then a blank, "-", or no letter or digit: the code (200 to 599) and what follows it and its separator.
 * *more: it was a "-". */
bool explain_words_code(str text, unsigned *code, bool *more, str *rest);
/* "5.7.1", "#5.7.1", "(#5.7.1)", "[5.7.1]" at the start, of class 2, 4 or 5. */
bool explain_words_enhanced(str text, struct smtp_enhanced *out, str *rest);

/* text begins with a reply's code or with an enhanced status code, and ends where the reply does; it may have
 * several lines, or be one that was wrapped. Sets code, enhanced, text, and recipient or sender when the words begin
 * with one. text lies in memory. False: no reply begins there, s is as it was. */
bool explain_words_reply(str text, struct arena *memory, struct explain_said *s);
/* The offset of the first reply in a line that looks like one: at its start, behind words that announce one, or with an
 * enhanced status code behind its code. STR_NOT_FOUND: none. */
size_t explain_words_find(str line);
/* The reply at start, which lies in plain, with the lines that belong to it: to the quote that closes what was opened
 * before it or behind its code, else lines of the same code and what was wrapped. *rest is what follows the first
 * line, and then them. */
str explain_words_whole(str plain, str start, str *rest);
/* A host's name at or after the start of a few octets ("ssl://mail.example.org:465", "host, port: 25"), and the port
 * behind it, as the page's server, unless it has one. */
void explain_words_server(struct explain_page *p, str text);
/* Blanks and line ends folded, EXPLAIN_WORDS_MAX octets at most; lies in memory. */
str explain_words_fold(str text, struct arena *memory);
/* The next line of *rest, without its end; p NULL: there is none. As str_cut(), with '\r' taken off too. */
str explain_words_line(str *rest);
/* Where a slice of plain that lies at or after from ends: the end of its line. */
str explain_words_to_line_end(str text);
/* The mailbox between "<" and ">" at or after the start of text, at most 320 octets; empty: none. */
str explain_words_mailbox(str text);
#endif
