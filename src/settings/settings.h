/* SPDX-License-Identifier: ISC */
/*
 * settings/settings.h - what a program is set to, and one row a program that reads and writes it
 * Owns    the value `struct settings`; the rows: name, the login methods a program knows, where its file
 *         usually lies, how it may be told a password; writing that value in a program's own syntax.
 * Leaves  reading files to settings/reading.h, changing lines of one to settings/change.h, finding out
 *         what works to the doctor.
 */
#ifndef BATON_SETTINGS_SETTINGS_H
#define BATON_SETTINGS_SETTINGS_H
#include "base/buf.h"
#include "smtp/attempt.h"

/* Octets of one value, of a secret, and of one program's text. */
enum { SETTINGS_VALUE_MAX = 320, SETTINGS_SECRET_MAX = 4096, SETTINGS_TEXT_MAX = 32768 };

/* How a program gets its password. Bits, since a row has a set of those that it can be told. */
enum settings_secret {
    SETTINGS_SECRET_NONE = 0, /* there is none, or it is not said */
    SETTINGS_SECRET_ASKED =
        1 << 0, /* typed in, or kept where the file is not: a keyring, a window */
    SETTINGS_SECRET_LITERAL = 1 << 1, /* it stands there */
    SETTINGS_SECRET_ENV = 1 << 2,     /* in an environment variable */
    SETTINGS_SECRET_COMMAND = 1 << 3, /* a command prints it */
    SETTINGS_SECRET_FILE = 1 << 4,    /* in a file that holds nothing else */
    SETTINGS_SECRET_HIDDEN =
        1 << 5 /* there is one, but encrypted, or behind a reference that is not known */
};
extern const struct names
    SETTINGS_SECRET_NAMES; /* "none" "asked" "literal" "environment" "command" "file" "hidden" */

/* Slices belong to whoever made it. Empty means: not said, or the program's default. */
struct settings {
    struct smtp_attempt
        attempt; /* mechanism: empty where the program does not log in, though a user is known */
    enum settings_secret secret;
    str secret_text; /* LITERAL: the password itself. ENV, COMMAND, FILE: the name, the command, the path */
    bool token;      /* the secret is an OAuth2 token */
    bool unverified; /* the program takes any certificate */
    str ca_file;     /* trusted beside, or in place of, the system's */
};

/* Settings around an attempt that came from elsewhere: its password is asked for, certificates are verified. */
static inline struct settings settings_of(const struct smtp_attempt *works)
{
    return (struct settings){ .attempt = *works, .secret = SETTINGS_SECRET_ASKED };
}

struct settings_reading;
struct settings_changes;

struct settings_program {
    str name;       /* "thunderbird" */
    str title;      /* "Thunderbird" */
    str mechanisms; /* those it can log in by, blank between; "auto" always goes */
    str file; /* where its file usually lies: "~/.msmtprc"; empty: it has a window, not a file */
    unsigned
        secrets; /* the set of enum settings_secret that write can write. ASKED is a placeholder or a prompt */
    /* The version that took mail to a real server with the text that write wrote, in tests/real/settings*.py;
     * empty: it was never run, and settings_write() says so. "any": it is no program of its own. */
    str ran;
    str comment;     /* what begins a comment of its syntax: "# "; empty: text for people */
    str comment_end; /* " -->", or empty */
    /* Appends the text for settings that settings_write() has looked through; false with a reason where the
     * syntax cannot carry a value. */
    bool (*write)(const struct settings *s, struct buf *out, struct err *e);
    /* How much a file looks like this program's, 0 to 100; 100: it can be no other's. path may be empty. NULL:
     * the program's settings cannot be read from a file. */
    unsigned (*looks)(str path, str text);
    /* See settings/reading.h. NULL with looks. */
    bool (*read)(struct settings_reading *r, struct err *e);
    /* See settings/change.h. NULL: its lines cannot be changed in place. */
    bool (*change)(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e);
};

/* The rows in the order in which they are shown; NULL behind the last. */
const struct settings_program *settings_program_at(size_t index);
/* NULL: no such program; the second is for "did you mean". */
const struct settings_program *settings_program_named(str name);
const struct settings_program *settings_program_nearest(str typed);

/* Appends the settings for p, lines ending in LF, and where p was never run, a last line that says so. EHLO name,
 * source address and a reverse-path of its own are left out where a program has no setting for them. False, with
 * out as it was, when s is not complete (host, port, security and, with a login, user are needed), when a value
 * holds controls, invisible or broken characters (a literal secret may hold any octet that p can carry), when p
 * cannot be told its password that way, or when p has no way to say something. */
bool settings_write(const struct settings_program *p, const struct settings *s, struct buf *out,
                    struct err *e) MUST_CHECK;
#endif
