/* SPDX-License-Identifier: ISC */
/*
 * cmd/output.h - what a look-up command puts on standard output
 * Owns    slices as JSON, one document, one text, and a TXT record as a line of a zone file.
 */
#ifndef BATON_CMD_OUTPUT_H
#define BATON_CMD_OUTPUT_H
#include "base/buf.h"
#include <jansson.h>

/* Escaped as base/escape.h does; null when empty, or when memory is short. */
json_t *output_str(str s);
json_t *output_lines(str s);        /* the same, and its line ends stay */
json_t *output_word(const char *s); /* null for NULL */
/* Takes the document. False: it could not be made or written, which is said on standard error. */
bool output_json(json_t *root);
/* Takes both: root, with the members of more behind its own. */
bool output_json_with(json_t *root, json_t *more);
/* Writes and frees. False: it was not complete, or could not be written, which is said on standard error. */
bool output_text(struct buf *b);
/* A sentence in lines of a terminal's width, each line indented. */
void output_sentence(struct buf *b, size_t indent, str sentence);
/* Puts what stands in b from octet start on, and ends no line yet, in such lines: later ones indented, the first behind
 * what stands there already. */
void output_wrap_from(struct buf *b, size_t start, size_t indent);
/* NAME. IN TXT "strings of at most 255 octets" (RFC 1035 section 5.1), and the end of the line. */
void output_txt_record(struct buf *b, str name, str value);
#endif
