/* SPDX-License-Identifier: ISC */
/*
 * cmd/observed_file.h - what a program's file says against what the program said
 * Owns    the comparison, field by field: it goes beside the report, and is no judgement. Of the password it knows
 *         whether both are the same, and how long they are.
 */
#ifndef BATON_CMD_OBSERVED_FILE_H
#define BATON_CMD_OBSERVED_FILE_H
#include "cmd/doctor_file.h"
#include "mock/observe.h"

enum { OBSERVED_DIFFERENCES = 8 };

/* Slices live in the arena; neither value is escaped. */
struct observed_difference {
    enum settings_field field;
    str place; /* "wp-config.php:43"; empty: the file does not say it, and the program has a default */
    str file, program;
};
/* How many there are. Where the program said nothing of a field there is none. */
size_t observed_differences(const struct doctor_file *f, const struct mock_seen *seen,
                            struct arena *a, struct observed_difference out[OBSERVED_DIFFERENCES]);
#endif
