/* SPDX-License-Identifier: ISC */
/*
 * base/names.h - tables that give a value its name, both ways
 */
#ifndef BATON_BASE_NAMES_H
#define BATON_BASE_NAMES_H
#include "base/str.h"

struct name_row {
    int value;
    str name;
};
struct names {
    const struct name_row *rows;
    size_t count;
};
#define NAMES(table)                                                                               \
    {                                                                                              \
        (table), COUNT_OF(table)                                                                   \
    }

str names_of(const struct names *t, int value);                          /* empty: no such value */
bool names_find(const struct names *t, str name, int *value) MUST_CHECK; /* case does not matter */

/* The name in the table nearest to what was typed, for "did you mean"; empty when none is near. */
str names_nearest(const struct names *t, str typed);
str names_nearest_of(const str *all, size_t count,
                     str typed); /* the same, of names without values */
/* "none, starttls, tls" into out, cut to fit; returns out. */
const char *names_list(const struct names *t, char *out, size_t room);
#endif
