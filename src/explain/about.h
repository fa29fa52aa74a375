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

/* A bounce, a conversation, lines of a mail server's log are; any other text where its words say so, or where it is a
 * short line that says nothing else. Looks at the first and the last 16 KiB. */
bool about_mail(const struct explain_page *p);
#endif
