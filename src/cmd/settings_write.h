/* SPDX-License-Identifier: ISC */
/*
 * cmd/settings_write.h - settings written for another program, to standard output or into a new file
 */
#ifndef BATON_CMD_SETTINGS_WRITE_H
#define BATON_CMD_SETTINGS_WRITE_H
#include "cmd/settings_flags.h"

/* What was read (or nothing: all zero) with what the flags say over it, written for f->to. The password itself goes
 * into a file of f->output alone. */
bool settings_convert(const struct settings_flags *f, struct settings_loaded *l,
                      struct err *e) MUST_CHECK;
#endif
