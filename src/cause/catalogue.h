/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue.h - the rows themselves, for the look-ups of this folder
 * Owns    one row a cause and one row a note, each at the index of its id. Row 0 is none. The rows are written in
 *         catalogue_*.c, one file for families that belong together; names of neighbours stand only in told_apart.
 */
#ifndef BATON_CAUSE_CATALOGUE_H
#define BATON_CAUSE_CATALOGUE_H
#include "cause/cause.h"

extern const struct cause *const CAUSE_ROWS[CAUSES];
extern const struct note NOTE_ROWS[NOTES];

/* The name of a row comes from ids.h as well, so that it stands in one place. */
#define CAUSE_ID(constant, id)                                                                     \
    extern const char CATALOGUE_ID_##constant[sizeof(id)];                                         \
    extern const struct cause CATALOGUE_##constant;
#include "cause/ids.h"
#undef CAUSE_ID
#define IS(constant)                                                                               \
    .id = CAUSE_##constant, .name = { CATALOGUE_ID_##constant, sizeof(CATALOGUE_ID_##constant) - 1 }

/* What the doctor exits with when the cause is its answer. That no octet came from any server is for
 * the doctor to see, not for a row. */
enum { EXIT_REFUSED = 1, EXIT_LOGIN = 5, EXIT_DNS = 6 };

/* The parts of a step: { ON(POSTFIX), SENDS, DO("..."), CHECK("..."), UNDO("..."), WARN("...") }. Without ON it holds
 * for every server, without TAKES or SENDS on either side of a refusal; without UNDO it changes nothing. */
#define ON(kind)     .server = SERVER_##kind
#define TAKES        .side = SIDE_TAKES
#define SENDS        .side = SIDE_SENDS
#define DO(words)    .text = STR_INIT(words)
#define CHECK(words) .check = STR_INIT(words)
#define UNDO(words)  .undo = STR_INIT(words)
#define WARN(words)  .warning = STR_INIT(words)
#endif
