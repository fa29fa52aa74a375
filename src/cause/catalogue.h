/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue.h - the rows themselves, for the look-ups of this folder
 * Owns    one row a cause and one row a note, each at the index of its id. Row 0 is none.
 */
#ifndef BATON_CAUSE_CATALOGUE_H
#define BATON_CAUSE_CATALOGUE_H
#include "cause/cause.h"

extern const struct cause *const CAUSE_ROWS[CAUSES];
extern const struct note NOTE_ROWS[NOTES];
#endif
