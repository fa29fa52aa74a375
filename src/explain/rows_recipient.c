/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_recipient.c - what is no relay refusal
 */
#include "explain/rows.h"

static const struct explain_row ROWS[] = {
    { .speaks = { { CAUSE_NONE, 0 } } },
};
const struct explain_rows ROWS_RECIPIENT = EXPLAIN_ROWS(ROWS);
