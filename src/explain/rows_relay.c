/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_relay.c - relaying refused
 */
#include "explain/rows.h"

static const struct explain_row ROWS[] = {
    { .speaks = { { CAUSE_NONE, 0 } } },
};
const struct explain_rows ROWS_RELAY = EXPLAIN_ROWS(ROWS);
