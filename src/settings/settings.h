/* SPDX-License-Identifier: ISC */
/*
 * settings/settings.h - the settings that work, as each program wants them written
 * Owns    one row a program: its name, the login methods it knows, the text of its settings with every
 *         value quoted for its syntax.
 * Leaves  finding out what works to the doctor, and the password to the user: it is no part of an
 *         attempt, and a prompt or a placeholder stands in its place.
 */
#ifndef BATON_SETTINGS_SETTINGS_H
#define BATON_SETTINGS_SETTINGS_H
#include "base/buf.h"
#include "smtp/attempt.h"

/* Octets of one value, and of one program's text. */
enum { SETTINGS_VALUE_MAX = 320, SETTINGS_TEXT_MAX = 32768 };

struct settings_program {
    str name;       /* "thunderbird" */
    str title;      /* "Thunderbird" */
    str mechanisms; /* those it can log in by, blank between; "auto" always goes */
    /* Appends the text for an attempt that settings_write() has looked through; false with a reason
     * where the syntax cannot carry a value. */
    bool (*write)(const struct smtp_attempt *works, struct buf *out, struct err *e);
};

/* The rows in the order in which they are shown; NULL behind the last. */
const struct settings_program *settings_program_at(size_t index);
/* NULL: no such program; the second is for "did you mean". */
const struct settings_program *settings_program_named(str name);
const struct settings_program *settings_program_nearest(str typed);

/* Appends the settings for p, lines ending in LF. EHLO name, source address and a reverse-path of its
 * own are left out where a program has no setting for them. False, with out as it was, when works is
 * not complete (host, port, security and, with a login, user are needed), when a value holds controls,
 * invisible or broken characters, or when p has no way to say it. */
bool settings_write(const struct settings_program *p, const struct smtp_attempt *works,
                    struct buf *out, struct err *e) MUST_CHECK;
#endif
