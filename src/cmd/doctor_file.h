/* SPDX-License-Identifier: ISC */
/*
 * cmd/doctor_file.h - the settings of --config, in the words of the doctor's command line
 * Owns    the file as it was loaded, what a report tells of it, and each of its settings that a flag could say.
 * Leaves  which of both wins to cmd/doctor_flags.h.
 */
#ifndef BATON_CMD_DOCTOR_FILE_H
#define BATON_CMD_DOCTOR_FILE_H
#include "cmd/settings_load.h"
#include "doctor/config.h"

/* Which file: of the options of the same names. path NULL: none is named. */
struct doctor_file_wanted {
    const char *path, *program, *account, *env_file;
    bool run_command;
};

/* Strings live in the arena it was read with; NULL: the file says nothing of it, or nothing that could be played. */
struct doctor_file {
    struct settings_loaded loaded;
    struct doctor_config *config;
    const char *host, *auth, *user, *from, *header_from, *to, *helo, *ca;
    uint16_t port;
    enum smtp_security security;
    struct ip source;
    bool token, empty_password; /* the password is a token; it is there, and empty */
};

/* NULL with a sentence: as of settings_load(). */
struct doctor_file *doctor_file_load(const struct doctor_file_wanted *wanted, struct arena *a,
                                     struct err *e) MUST_CHECK;
void doctor_file_free(struct doctor_file *f);

/* What doctor and observe take alike as a sender: a mailbox, or what fits into MAIL as it stands
 * (RFC 5321 section 4.5.3.1.3). */
bool doctor_is_mailbox(const char *text);
bool doctor_is_sayable(str from);
/* RFC 5321 section 4.1.1.1: a domain or an address-literal; an underscore goes. */
bool doctor_is_helo(str name);
#endif
