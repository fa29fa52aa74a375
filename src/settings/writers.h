/* SPDX-License-Identifier: ISC */
/*
 * settings/writers.h - one function a program, for the rows of settings.c, and what they share
 */
#ifndef BATON_SETTINGS_WRITERS_H
#define BATON_SETTINGS_WRITERS_H
#include "settings/settings.h"

typedef bool settings_writer(const struct smtp_attempt *works, struct buf *out, struct err *e);
/* dialogs.c */
settings_writer settings_mail_program, settings_thunderbird, settings_outlook;
/* clients.c */
settings_writer settings_msmtp, settings_swaks;
/* servers.c */
settings_writer settings_postfix, settings_exim, settings_opensmtpd;
/* code.c */
settings_writer settings_python, settings_phpmailer, settings_nodemailer;

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
#endif
