/* SPDX-License-Identifier: ISC */
/*
 * settings/writers.h - what the writers of the rows share
 */
#ifndef BATON_SETTINGS_WRITERS_H
#define BATON_SETTINGS_WRITERS_H
#include "settings/rows.h"
#include "settings/settings.h"

/* The address to show as From: that of the header when it is another than the reverse-path. */
static inline str settings_from(const struct smtp_attempt *a)
{
    return a->header_from.n ? a->header_from : a->from;
}

static inline bool settings_is(const struct smtp_attempt *a, const char *mechanism)
{
    return str_eq_nocase(a->mechanism, str_from(mechanism));
}

/* The server is named by an IPv6 address. */
bool settings_host_is_ipv6(const struct smtp_attempt *a);
/* Host without the brackets of an IPv6 address. */
str settings_host(const struct smtp_attempt *a);
/* The mechanism in small letters. */
void settings_add_lower(struct buf *out, str mechanism);
/* False, with the sentence "TITLE cannot be told WHAT", when value holds one of octets. */
bool settings_carries(const char *title, str value, const char *octets, const char *what,
                      struct err *e) MUST_CHECK;

/* For code that sends one message: what stands there where the attempt named nobody. */
str settings_author(const struct smtp_attempt *a);
str settings_recipient(const struct smtp_attempt *a);
/* The reverse-path has to be said apart from the author's address. */
bool settings_has_own_reverse_path(const struct smtp_attempt *a);
/* before "value" after */
void settings_add_double(struct buf *out, const char *before, str value, const char *after);
#endif
