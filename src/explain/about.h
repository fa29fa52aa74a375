/* SPDX-License-Identifier: ISC */
/*
 * explain/about.h - is a text about mail at all?
 * Owns    the signs for and against: words of mail, and words of everything else that people paste (the web, databases,
 *         shells, compilers).
 * Leaves  what a text about mail means to the rows of knowledge.
 */
#ifndef BATON_EXPLAIN_ABOUT_H
#define BATON_EXPLAIN_ABOUT_H
#include "explain/said.h"

/* OPEN: a short line that says nothing of mail, and nothing else: the rows may know it. */
enum about { ABOUT_OTHER, ABOUT_OPEN, ABOUT_MAIL };
/* A bounce, a conversation, lines of a mail server's log are about mail; any other text where its words say so. Looks at
 * the first and the last 16 KiB. */
enum about about_mail(const struct explain_page *p);
/* Is a pasted text nothing but settings of a mail server or program, or published records? No line of it tells of a
 * refusal then. False for a text of more than 64 KiB. */
bool about_settings(str plain);
#endif
