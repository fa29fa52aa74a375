/* SPDX-License-Identifier: ISC */
/*
 * cause/page.h - the catalogue as text to read
 * Owns    the layout of one cause's page, and of the whole catalogue as Markdown.
 * Leaves  the words to the rows.
 */
#ifndef BATON_CAUSE_PAGE_H
#define BATON_CAUSE_PAGE_H
#include "base/buf.h"
#include "cause/cause.h"

/* All append, and are false when out has no room: 16 KiB for a page, 512 KiB for everything. */
/* Plain text, 78 columns. SERVER_ANY: the words of every server, else of that one alone. */
bool cause_page(const struct cause *c, enum cause_server server, struct buf *out);
bool cause_markdown(struct buf *out); /* every cause, by family, and the notes */
#endif
