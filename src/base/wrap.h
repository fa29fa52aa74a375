/* SPDX-License-Identifier: ISC */
/*
 * base/wrap.h - words in lines of a terminal's width
 */
#ifndef BATON_BASE_WRAP_H
#define BATON_BASE_WRAP_H
#include "base/buf.h"

enum { WRAP_COLUMNS = 78 };

/* Appends text, cut at blanks into lines of at most WRAP_COLUMNS columns (octets that begin no character
 * of UTF-8 count none), and a line end. What stands on the line already counts as column columns; later
 * lines begin with indent blanks. A longer word has a line of its own. */
void wrap_words(struct buf *out, size_t column, size_t indent, str text);
#endif
