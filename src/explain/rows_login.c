/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_login.c - logins
 */
#include "explain/rows.h"

static const struct explain_row ROWS[] = {
    { .speaks = { { CAUSE_NONE, 0 } } },
};
const struct explain_rows ROWS_LOGIN = EXPLAIN_ROWS(ROWS);
