/* SPDX-License-Identifier: ISC */
/*
 * cmd/replace_file.h - files of the user's, changed in place: all of them or none, with copies
 * Owns    the copy beside each file, the new text put in its place by one rename, mode, owner, access lists and
 *         extended attributes as they were; taking it all back where one of several files fails.
 * Leaves  what the new text is to the caller.
 */
#ifndef BATON_CMD_REPLACE_FILE_H
#define BATON_CMD_REPLACE_FILE_H
#include "base/err.h"
#include "base/str.h"
#include <limits.h>
#include <time.h>

enum { REPLACE_FILES = 8 };

struct replaced_file {
    const char *path; /* a symbolic link is followed: what it leads to is changed */
    str before;       /* what it holds: anything else means that somebody changed it meanwhile */
    str after;
    char copy[PATH_MAX]; /* out: FILE.baton-20261126T101500Z, beside it */
};

/* False, with every file as it was and no copy left, and a sentence that names the file, what stopped it and what to
 * do. At most REPLACE_FILES. */
bool replace_files(struct replaced_file *files, size_t count, time_t now, struct err *e) MUST_CHECK;
#endif
