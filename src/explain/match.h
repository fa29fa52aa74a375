/* SPDX-License-Identifier: ISC */
/*
 * explain/match.h - many patterns over one text: which of them can match, and whether one does
 * Owns    the patterns made ready, and the keys: octets of which a pattern needs one, all looked for in one pass, so
 *         that a pattern is compiled and tried only where it may match.
 * Leaves  what a match means to explain/weigh.h.
 *
 * No text makes a match hang: a pattern looks at a bounded piece of it, in bounded steps.
 */
#ifndef BATON_EXPLAIN_MATCH_H
#define BATON_EXPLAIN_MATCH_H
#include "base/arena.h"
#include "base/err.h"

struct matcher; /* fields are in match.c */
/* Patterns are numbered from 0 to count - 1. jit: each is made machine code when it is first needed, for many texts.
 * NULL: no memory. */
struct matcher *matcher_new(size_t count, bool jit) MUST_CHECK;
void matcher_free(struct matcher *m);
AUTO_FREE(matcher_freep, struct matcher, matcher_free)
/* key and pattern as in struct explain_row; both outlive the matcher. */
bool matcher_set(struct matcher *m, size_t number, const char *key, const char *pattern) MUST_CHECK;
/* Compiles all. False: the first one that is no pattern, by its text. */
bool matcher_check(struct matcher *m, struct err *e) MUST_CHECK;

/* A text made ready: valid UTF-8 in lower case (ASCII, Latin-1, Greek, Cyrillic), typographic quotes made plain, and the
 * patterns whose keys it holds. Lies in memory; text.p NULL: memory is short. */
struct matcher_text {
    str text;
    uint64_t *awake; /* a bit a pattern */
    uint32_t *at;    /* where its key was found first */
};
struct matcher_text matcher_read(struct matcher *m, str text, struct arena *memory);
/* Does it match? *where is the part that did, in t->text. A pattern and a key that are both absent match all. */
bool matcher_finds(struct matcher *m, size_t number, const struct matcher_text *t, str *where);
/* The text itself in lower case and in valid UTF-8, as matcher_read() makes it. */
str matcher_fold(str text, struct arena *memory);
#endif
