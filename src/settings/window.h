/* SPDX-License-Identifier: ISC */
/*
 * settings/window.h - settings in the words of the windows they are typed into: what those share
 */
#ifndef BATON_SETTINGS_WINDOW_H
#define BATON_SETTINGS_WINDOW_H
#include "settings/writers.h"

/* "STARTTLS", "SSL/TLS", or the window's own word for no encryption. */
const char *window_security(const struct smtp_attempt *a, const char *none);
/* "Label: value"; nothing where value is empty. */
void window_line(struct buf *out, const char *label, str value);
/* The user name to type; empty where there is no login. */
str window_user(const struct smtp_attempt *a);
#endif
