/* SPDX-License-Identifier: ISC */
/*
 * settings/how.h - a program's own words for what the remedies ask for, and what to do behind a change
 * Owns    the table of words.
 * Leaves  when to say them to the mistakes, and to whoever changes a file.
 */
#ifndef BATON_SETTINGS_HOW_H
#define BATON_SETTINGS_HOW_H
#include "base/arena.h"
#include "settings/settings.h"

enum settings_how {
    SETTINGS_HOW_LOGIN,    /* the line that switches the login on: "auth on" */
    SETTINGS_HOW_STARTTLS, /* that asks for STARTTLS */
    SETTINGS_HOW_TLS,      /* for TLS at once */
    SETTINGS_HOW_VERIFY, /* what to do so that certificates are verified: "write tls_certcheck on" */
    SETTINGS_HOW_THEN,   /* what to do so that a change is used: "run postfix reload" */
    SETTINGS_HOWS
};

/* Empty: the program has no such line, or Baton no word for it. p may be NULL. */
str settings_how(const struct settings_program *p, enum settings_how what);
/* The line that sets the port; empty as above. */
str settings_how_port(const struct settings_program *p, uint16_t port, struct arena *a);
#endif
