/* SPDX-License-Identifier: ISC */
/*
 * base/err.h - a failure of our own, with a sentence
 * Owns    the error value. What a mail server decides is not one: that travels as data.
 */
#ifndef BATON_BASE_ERR_H
#define BATON_BASE_ERR_H
#include "base/attr.h"
#include <stdbool.h>

enum err_kind { ERR_NONE, ERR_MEMORY, ERR_SYSTEM, ERR_SYNTAX, ERR_LIMIT, ERR_TIMEOUT };

/* why says what was tried, on what, and what stopped it: a sentence without a full stop. */
struct err {
    enum err_kind kind;
    int sys_errno; /* ERR_SYSTEM only */
    char why[240];
};

/* All return false, so that a function can say `return err_set(...)`. e may be NULL. A sentence
 * longer than its room is cut, never in the middle of a UTF-8 character. */
bool err_set(struct err *e, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* ERR_SYSTEM with errno as it stands: "creating spool file 'x'" becomes "creating spool file 'x':
 * Permission denied". Leaves errno as it was. */
bool err_sys(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool err_memory(struct err *e, const char *what);
#endif
