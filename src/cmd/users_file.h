/* SPDX-License-Identifier: ISC */
/*
 * cmd/users_file.h - the file of logins, held while it is looked at and changed
 * Owns    the lock on it, its text and its logins; the new text put in its place by one rename, with owner and mode as
 *         they were. Comments and the order of lines stay.
 */
#ifndef BATON_CMD_USERS_FILE_H
#define BATON_CMD_USERS_FILE_H
#include "sasl/users.h"
#include <limits.h>
#include <sys/stat.h>

struct users_file {
    const char *path; /* as it was named */
    char real[PATH_MAX];
    int fd; /* locked, of the file as it is */
    struct stat was;
    struct buf text;
    struct arena arena;
    struct sasl_users *users;
};
/* create: where there is none, an empty one is made (0600). Waits for who has it locked. False: nothing is open. */
bool users_file_open(struct users_file *f, const char *path, bool create, struct err *e) MUST_CHECK;
/* To be looked at only: wrong lines are told one by one, and left out. */
bool users_file_open_right(struct users_file *f, const char *path,
                           void (*wrong)(void *user, const char *why), void *user,
                           struct err *e) MUST_CHECK;
void users_file_close(struct users_file *f);
/* Is it its owner's alone? A relay that dropped its rights cannot read it again. */
bool users_file_is_owners_alone(const struct users_file *f);
/* May others than owner and group read it? */
bool users_file_is_open_to_all(const struct users_file *f);
/* The login's line becomes that of u, or goes with u NULL, or is put at the end. The new text is read back before it
 * counts. f stays as it was read. */
bool users_file_change(const struct users_file *f, str name, const struct sasl_user *u,
                       struct err *e) MUST_CHECK;
#endif
