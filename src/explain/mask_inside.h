/* SPDX-License-Identifier: ISC */
/*
 * explain/mask_inside.h - what the parts of the mask share
 */
#ifndef BATON_EXPLAIN_MASK_INSIDE_H
#define BATON_EXPLAIN_MASK_INSIDE_H
#include "base/arena.h"

struct mask {
    str text;
    unsigned char *hidden; /* one for each octet of text */
    bool begins_name[256]; /* octets with which a name of a secret may begin */
    str line;              /* the one being looked at, without its end; a slice of text */
    bool awaits;           /* a name ended the line before: its value may be this one */
    unsigned named;        /* lines on which "value" may still be that of a secret named before */
    bool in_key;           /* between the lines that begin and end a private key */
};
/* part must be a slice of m->text; what is hidden stays hidden. */
void mask_hide(struct mask *m, str part);

static inline bool mask_blank(char c)
{
    return c == ' ' || c == '\t';
}
/* mask.c. The octets of the name of a secret at the start of s; 0: none. The longest counts. */
size_t mask_name_at(const struct mask *m, str s);
/* The octets of a quote at the start of s, its backslashes counted; 0: none. */
size_t mask_quote_at(str s);
/* Octets of inside up to the quote that ends it, which is written as the one that began it; all: none does. */
size_t mask_quoted_end(str inside, str quote);
/* Is it a word that is said of passwords ("failed", "null")? Also when nothing is left of it. */
bool mask_no_secret(str value);

/* mask_words.c: command lines, URLs, maps of logins, calls. */
void mask_words_line(struct mask *m);

/* mask_sasl.c: remembers from line to line whether a login is going on. */
struct mask_sasl {
    unsigned answers; /* lines of the client that may still be answers to a challenge */
    unsigned strict;  /* lines after those, of which only what is clearly base64 may be one */
};
void mask_sasl_line(struct mask *m, struct mask_sasl *s);
#endif
