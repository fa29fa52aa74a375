/* SPDX-License-Identifier: ISC */
/*
 * cmd/settings_set.h - settings changed in the user's own file: shown as a diff, or done with a copy
 * Owns    what changes, tried by reading it back first; the diff without a secret; writing it in place.
 */
#ifndef BATON_CMD_SETTINGS_SET_H
#define BATON_CMD_SETTINGS_SET_H
#include "cmd/settings_load.h"

/* Makes the files of a reading mean what is wanted (a secret of kind ASKED: leave it as it is), and appends what was,
 * or would be, done to out: without in_place a unified diff, with it a line a file. Nothing is appended where nothing
 * differs. False, with nothing changed anywhere, where the program's file cannot be changed so, where it would not
 * mean the same when read again, or where writing fails. The password is in neither out nor e. */
bool settings_apply(struct settings_loaded *l, const struct settings *wanted, bool in_place,
                    struct buf *out, struct err *e) MUST_CHECK;
#endif
