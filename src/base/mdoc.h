/* SPDX-License-Identifier: ISC */
/*
 * base/mdoc.h - words in the source of a manual page
 * Speaks  mdoc(7).
 */
#ifndef BATON_BASE_MDOC_H
#define BATON_BASE_MDOC_H
#include "base/buf.h"

/* Appends text as words of a page: what mdoc would take for a request or an escape is escaped, and each sentence begins
 * a line. No line end is added. */
void mdoc_text(str text, struct buf *out);
#endif
