/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_path.c - the way to the server
 */
#include "explain/rows.h"

static const struct explain_row ROWS[] = {
    { .speaks = { { CAUSE_NONE, 0 } } },
};
const struct explain_rows ROWS_PATH = EXPLAIN_ROWS(ROWS);
