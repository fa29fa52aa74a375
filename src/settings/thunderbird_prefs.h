/* SPDX-License-Identifier: ISC */
/*
 * settings/thunderbird_prefs.h - prefs.js of Thunderbird, for both of its rows
 */
#ifndef BATON_SETTINGS_THUNDERBIRD_PREFS_H
#define BATON_SETTINGS_THUNDERBIRD_PREFS_H
#include "settings/change.h"

unsigned thunderbird_looks(str path, str text);
bool thunderbird_read(struct settings_reading *r, struct err *e);
bool thunderbird_change(const struct settings_reading *r, const struct settings *wanted,
                        struct settings_changes *out, struct err *e);
#endif
