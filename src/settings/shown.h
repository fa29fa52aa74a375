/* SPDX-License-Identifier: ISC */
/*
 * settings/shown.h - which words of a user's file may be repeated
 * Owns    the rules by which a name is taken for what it is, or for a piece of a password that slipped: the second
 *         line of one with a line end in it, what stands behind its dollar sign, the URL that it broke.
 * Leaves  hiding the password itself, where it is known, to base/secret.h.
 */
#ifndef BATON_SETTINGS_SHOWN_H
#define BATON_SETTINGS_SHOWN_H
#include "settings/reading.h"

#define SETTINGS_HIDDEN STR("[hidden]")

/* The name of a key or section that no reader knows, or SETTINGS_HIDDEN. */
str settings_shown_key(str key);
/* The name of a variable that the file refers to, or SETTINGS_HIDDEN: that of one that is set may be told, and one
 * that is not, in the place of a password, when it is the whole of it and spelled as variables are. */
str settings_shown_variable(const struct settings_reading *r, str name);
/* The server's name, or SETTINGS_HIDDEN where it is none and may hold the user and password of a URL. */
str settings_shown_host(str host);
/* A value, or SETTINGS_HIDDEN where several lines stand in it: those of a file that was never meant for one. */
str settings_shown_value(str value);
/* A URL as it is written, in a text or as the whole of it: *at and *n are what may be a password in it. False: nothing
 * of it is. */
bool settings_url_secret(str written, size_t *at, size_t *n);
#endif
