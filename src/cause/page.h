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

/* Both append, and are false when out has no room; 4 and 128 KiB are enough. */
bool cause_page(const struct cause *c, struct buf *out); /* plain text, 78 columns */
bool cause_markdown(struct buf *out);                    /* every cause, by family, and the notes */
#endif
