/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_sender.c - the sender, and who may send in its name
 */
#include "explain/rows.h"

static const struct explain_row ROWS[] = {
    { .speaks = { { CAUSE_NONE, 0 } } },
};
const struct explain_rows ROWS_SENDER = EXPLAIN_ROWS(ROWS);
