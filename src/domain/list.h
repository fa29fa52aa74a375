/* SPDX-License-Identifier: ISC */
/*
 * domain/list.h - a file of domains, one a line, read in pieces of any size
 * Owns    the line that is not complete yet; lines of any length, of which no more than DOMAIN_LINE_MAX is kept.
 * Leaves  what a line means to the caller: an IDN, an address, a name with a dot at its end are all understood
 *         by whoever reads a domain that was typed.
 */
#ifndef BATON_DOMAIN_LIST_H
#define BATON_DOMAIN_LIST_H
#include "base/err.h"
#include "base/str.h"

enum { DOMAIN_LINE_MAX = 1024 };

struct domain_list {
    char line[DOMAIN_LINE_MAX];
    size_t n;
    bool too_long;   /* of the line that is being read */
    uint64_t number; /* of the last line that was given, from 1 */
};
void domain_list_init(struct domain_list *l);

enum domain_line {
    DOMAIN_LINE_MORE,    /* octets are used up: give more */
    DOMAIN_LINE_TEXT,    /* *text is a line without blanks around it, good until the next call */
    DOMAIN_LINE_TOO_LONG /* a line was too long; *text is its beginning */
};
/* Takes octets off *rest until a line is complete. Blank lines and those that begin with "#" are counted and
 * not given; so is a byte order mark at the beginning. */
enum domain_line domain_list_next(struct domain_list *l, str *rest, str *text);
/* At the end of the file: the last line, if no line end stands behind it. */
enum domain_line domain_list_end(struct domain_list *l, str *text);

/* A domain as it was typed, or an address whose domain is meant ("anna@example.org", "<anna@example.org>"): the
 * part to be read as a name. */
str domain_of_typed(str typed);
#endif
