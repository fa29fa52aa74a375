/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_tells.c - what splits neighbours
 */
#include "explain/rows.h"

static const struct explain_row ROWS[] = {
    { .speaks = { { CAUSE_NONE, 0 } } },
};
const struct explain_rows ROWS_TELLS = EXPLAIN_ROWS(ROWS);
