/* SPDX-License-Identifier: ISC */
/*
 * settings/msmtp.h - what the two halves of msmtp's row share
 * Owns    its writer (msmtp.c) and its reader (msmtp_read.c), known to each other.
 */
#ifndef BATON_SETTINGS_MSMTP_H
#define BATON_SETTINGS_MSMTP_H
#include "settings/change.h"

/* msmtp stops at a longer line. */
enum { MSMTP_LINE_MAX = 499 };

unsigned msmtp_looks(str path, str text);
bool msmtp_read(struct settings_reading *r, struct err *e);
bool msmtp_change(const struct settings_reading *r, const struct settings *wanted,
                  struct settings_changes *out, struct err *e);

/* Appends the value as it is written behind its command, in quotes. False: msmtp has no way to say it. */
bool msmtp_value(str what, str value, struct buf *out, struct err *e);
/* Appends "on", "off" or a mechanism's name. */
void msmtp_auth(const struct smtp_attempt *a, struct buf *out);
/* The command that says the secret ("password", "passwordeval") and its value as written; an empty command where
 * there is nothing to say. */
bool msmtp_secret(const struct settings *s, str *command, struct buf *written, struct err *e);
#endif
