/* SPDX-License-Identifier: ISC */
/*
 * cmd/settings_flags.h - what the subcommands of baton settings are told
 * Owns    the rows of their options; settings given by flags, put over those that were read.
 */
#ifndef BATON_CMD_SETTINGS_FLAGS_H
#define BATON_CMD_SETTINGS_FLAGS_H
#include "cmd/cmd.h"
#include "cmd/secret_input.h"
#include "cmd/settings_load.h"

/* NULL and zero: not given. */
struct settings_flags {
    struct settings_load load; /* path is the FILE; program: --program, or --from PROGRAM */
    bool json;
    const struct settings_program *to;
    const char *server, *security, *auth, *user, *from, *header_from, *recipient, *helo, *source;
    bool password_given;           /* by one of --password... */
    enum settings_secret password; /* then: how the program is to get it */
    const char *password_text; /* the name, command or path; NULL with LITERAL: it is in `secret` */
    bool keep;                 /* --password keep: as the file has it, if it is a reference */
    struct secret_source secret; /* a new password itself */
    const char *output;
    bool with_password, force, in_place;
};

extern const struct command_option SETTINGS_SHOW_OPTIONS[], SETTINGS_CONVERT_OPTIONS[],
    SETTINGS_SET_OPTIONS[], SETTINGS_LIST_OPTIONS[];

void settings_flags_init(struct settings_flags *f);
/* Is any setting given by a flag? */
bool settings_flags_say_any(const struct settings_flags *f);
/* Puts what the flags say over s; a login that a flag names is one by any method unless --auth says which. The error
 * names the flag. Slices live as long as argv. */
bool settings_flags_apply(const struct settings_flags *f, struct settings *s,
                          struct err *e) MUST_CHECK;
#endif
