/* SPDX-License-Identifier: ISC */
/* cmd/print.h - a text that was made goes to standard output */
#ifndef BATON_CMD_PRINT_H
#define BATON_CMD_PRINT_H
#include "base/buf.h"

enum { PRINT_MAX = 1 << 20 };
/* Writes and frees; ok: it was made whole. The exit status. */
int command_print(bool ok, struct buf *b);
#endif
