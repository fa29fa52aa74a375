/* SPDX-License-Identifier: ISC */
/*
 * doctor/words_inside.h - what the files that read words share. For words*.c alone.
 */
#ifndef BATON_DOCTOR_WORDS_INSIDE_H
#define BATON_DOCTOR_WORDS_INSIDE_H
#include "doctor/words.h"

/* Does the text hold the word, in any case, and not inside an address, a host name or a URL? */
bool words_hold(str text, str word);
bool words_hold_any(str text, const str *words, size_t count);
/* Alternatives with "|" between; "&" joins what must all be there; "=" asks for a whole word. */
bool words_hold_pattern(str text, const char *pattern);
#define HOLDS(text, table) words_hold_any(text, table, COUNT_OF(table))
#endif
