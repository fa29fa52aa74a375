/* SPDX-License-Identifier: ISC */
/*
 * settings/cf_lines.h - the lines of Postfix's files
 * Owns    logical lines: a line that begins with a blank goes on with the one before it; empty lines, and those
 *         whose first sign is #, do not count, wherever they stand (postconf(5), "general format").
 * Leaves  what stands in a line to the readers of main.cf, master.cf and of tables.
 */
#ifndef BATON_SETTINGS_CF_LINES_H
#define BATON_SETTINGS_CF_LINES_H
#include "settings/parts.h"

struct cf_lines {
    struct arena *arena;
    struct settings_part part;
    size_t at;     /* of what comes next */
    uint32_t line; /* its number, from 1 */
};
struct cf_line {
    const struct settings_file *file;
    str text;      /* joined, without line ends */
    size_t at;     /* of its first octet in the file */
    size_t end;    /* behind its last line end */
    uint32_t line; /* of its first octet */
};

struct cf_lines cf_lines_of(const struct settings_part *part, struct arena *a);
/* False: there are no more, or no memory. */
bool cf_lines_next(struct cf_lines *l, struct cf_line *out);
/* The place of octets [from, from + n) of a line's text. */
struct settings_place cf_place(const struct cf_line *l, size_t from, size_t n);

/* A blank as C's isspace() has it. */
static inline bool cf_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
str cf_trim(str s);
/* The word up to the next blank off the front of *rest, which is left without blanks at its front. */
str cf_word(str *rest);
#endif
