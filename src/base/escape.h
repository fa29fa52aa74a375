/* SPDX-License-Identifier: ISC */
/*
 * base/escape.h - octets from a peer made fit for a person, a terminal or a file
 * Owns    one rule: printable UTF-8 stays, everything else (controls, C1, bidirectional overrides,
 *         broken UTF-8) becomes \xHH of each octet, a backslash stays as it is.
 */
#ifndef BATON_BASE_ESCAPE_H
#define BATON_BASE_ESCAPE_H
#include "base/buf.h"

bool escape_line(str octets, struct buf *out); /* appends; CR and LF are escaped too */
bool escape_text(str octets, struct buf *out); /* appends; LF stays, CR before LF is dropped */

/* For error sentences: one line, "..." in place of what is too long to show. Returns out. */
#define ESCAPE_SHOWN_MAX 80
const char *escape_shown(str octets, char out[ESCAPE_SHOWN_MAX]);
#endif
