/* SPDX-License-Identifier: ISC */
/*
 * cmd/settings_load.h - a program's settings file as it lies on this computer, with all that it names
 * Owns    opening the file that the user named and those that it names, answering its wishes for variables, getting
 *         the password from where the settings say; the memory of all that, overwritten at the end.
 * Leaves  what the files mean to settings/reading.h.
 *
 *     struct settings_loaded l;
 *     bool ok = settings_load(&l, &(struct settings_load){ .path = "/etc/msmtprc" }, &e);
 *     ... l.reading.found, l.reading.said[], l.reading.mistakes[], l.password
 *     settings_loaded_done(&l);                                            also where it was false
 */
#ifndef BATON_CMD_SETTINGS_LOAD_H
#define BATON_CMD_SETTINGS_LOAD_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/secret.h"
#include "settings/reading.h"

/* What is wanted. Zero is a good value of everything but path. */
struct settings_load {
    const char *path;                       /* "-": standard input */
    const struct settings_program *program; /* NULL: by the file's shape */
    str account;                            /* empty: the one that the program would take */
    const char *env_file; /* lines NAME=VALUE, to the letter, looked at before the environment */
    bool
        run_password_command; /* may a command that the settings name be run? Nothing else ever is */
    bool leave_password;      /* the password is not fetched: no file, command, variable for it */
};

struct settings_loaded {
    struct settings_reading reading; /* nothing is wished for any more */
    struct arena memory;
    struct buf password; /* what would be sent; empty: there is none, or it is not known here */
    struct secret_mask *mask; /* hides the password; NULL: there is none that is known */
    str no_password;          /* why password is empty though the program has one: a sentence */
    bool
        line_end_dropped; /* one line end at its very end, as a command or a file gave it, was left out */
    bool nobodys; /* it failed: the file is of no program that is known, or of more than one */
    str at[SETTINGS_FILES]; /* where reading.files[i] was looked for; empty: standard input */
    const char *env_file;   /* as wanted */
    str env_text;
};

/* False, with a sentence, where the file cannot be read, is none that can be one of settings (a directory, a device, a
 * pipe, longer than SETTINGS_FILE_MAX, with a NUL in it, empty), is broken, or is nobody's. Other files that cannot
 * be read, variables that are not set, and a password that cannot be had are no failure: the reading says so.
 * Files are opened read-only; nothing is waited for but standard input and a password command. */
bool settings_load(struct settings_loaded *l, const struct settings_load *wanted,
                   struct err *e) MUST_CHECK;
void settings_loaded_done(struct settings_loaded *l);

/* The program of that name; the error says the nearest. */
bool settings_take_program(const char *name, const struct settings_program **out,
                           struct err *e) MUST_CHECK;
#endif
