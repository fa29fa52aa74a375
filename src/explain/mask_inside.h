/* SPDX-License-Identifier: ISC */
/*
 * explain/mask_inside.h - what the two halves of the mask share
 */
#ifndef BATON_EXPLAIN_MASK_INSIDE_H
#define BATON_EXPLAIN_MASK_INSIDE_H
#include "base/arena.h"

struct mask {
    str text;
    unsigned char *hidden; /* one for each octet of text */
    bool begins_name[256]; /* octets with which a name of a secret may begin */
    str line;              /* the one being looked at, without its end; a slice of text */
};
/* part must be a slice of m->text; what is hidden stays hidden. */
void mask_hide(struct mask *m, str part);

/* mask_sasl.c: remembers from line to line whether a login is going on. */
struct mask_sasl {
    unsigned answers; /* lines of the client that may still be answers to a challenge */
};
void mask_sasl_line(struct mask *m, struct mask_sasl *s);
#endif
