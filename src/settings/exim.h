/* SPDX-License-Identifier: ISC */
/*
 * settings/exim.h - what the files of the row Exim share
 * Speaks  Debian's update-exim4.conf(8) and exim4_passwd_client(5), as their scripts and Exim 4.96 take them.
 */
#ifndef BATON_SETTINGS_EXIM_H
#define BATON_SETTINGS_EXIM_H
#include "settings/change.h"
#include "settings/parts.h"

bool exim_read(struct settings_reading *r, struct err *e);
bool exim_change(const struct settings_reading *r, const struct settings *wanted,
                 struct settings_changes *out, struct err *e);
/* Whether passwd.client can hold this login; false with a sentence. */
bool exim_login_fits(str user, str secret, struct err *e);
#endif
