/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_prefs.h - prefs.js and user.js of Mozilla's programs: user_pref("name", value);
 * Owns    an item a preference, texts decoded (SETTINGS_ITEM_QUOTED), numbers and booleans as written.
 * Leaves  a line that is broken aside, as the programs do.
 */
#ifndef BATON_SETTINGS_SYNTAX_PREFS_H
#define BATON_SETTINGS_SYNTAX_PREFS_H
#include "settings/reader.h"

void syntax_prefs_read(struct settings_reading *r, const struct settings_file *f);
/* Appends a text in its quotes. */
void syntax_prefs_quote(struct buf *out, str value);
#endif
