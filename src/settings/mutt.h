/* SPDX-License-Identifier: ISC */
/*
 * settings/mutt.h - what the two halves of the row of mutt and NeoMutt share
 * Owns    its writer (mutt.c) and its reader (mutt_read.c), known to each other.
 */
#ifndef BATON_SETTINGS_MUTT_H
#define BATON_SETTINGS_MUTT_H
#include "settings/change.h"

unsigned mutt_looks(str path, str text);
bool mutt_read(struct settings_reading *r, struct err *e);
bool mutt_change(const struct settings_reading *r, const struct settings *wanted,
                 struct settings_changes *out, struct err *e);

/* Appends the value in double quotes: mutt knows escapes for every octet there. */
void mutt_quote(str value, struct buf *out);
/* Appends the URL of the server in quotes; password as it is written in a URL, or p NULL. */
void mutt_url(const struct smtp_attempt *a, str password, str path, struct buf *out);
/* Appends the value of smtp_pass as written; nothing where it is asked for. */
bool mutt_secret(const struct settings *s, struct buf *out, struct err *e);
#endif
