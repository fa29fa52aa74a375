/* SPDX-License-Identifier: ISC */
/*
 * cause/page.h - the catalogue as text to read
 * Owns    the layout of one cause's page, of the list, and of the whole catalogue, as plain text, Markdown and mdoc(7).
 * Leaves  the words to the rows.
 */
#ifndef BATON_CAUSE_PAGE_H
#define BATON_CAUSE_PAGE_H
#include "base/buf.h"
#include "cause/cause.h"

/* All append, and are false when out has no room: 16 KiB for a page, 512 KiB for everything. Where a server is asked
 * for, its words are shown and no other server's; SERVER_ANY: everybody's. */
/* Plain text, 78 columns. */
bool cause_page(const struct cause *c, enum cause_server server, struct buf *out);
/* Ids and titles by family; FAMILIES: all of them. */
bool cause_list(enum cause_family only, struct buf *out);
/* NULL: every cause, by family, and the notes. */
bool cause_markdown(const struct cause *only, enum cause_server server, struct buf *out);
/* Sections for a manual page, one a family. */
bool cause_mdoc(struct buf *out);
#endif
