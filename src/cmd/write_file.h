/* SPDX-License-Identifier: ISC */
/*
 * cmd/write_file.h - a file that is there whole, or not at all
 */
#ifndef BATON_CMD_WRITE_FILE_H
#define BATON_CMD_WRITE_FILE_H
#include "base/err.h"
#include "base/str.h"

/* All of them, however few the system takes at once; false: see errno. */
bool write_octets(int fd, str text) MUST_CHECK;

/* Puts text in the place of path, readable by its owner alone. An ordinary file that is there is replaced;
 * what is no ordinary file is left alone. The error names the place and a remedy. */
bool write_whole_file(const char *path, str text, struct err *e) MUST_CHECK;

/* The same where nothing is of that name yet, no link either; never in the place of what came meanwhile. */
bool write_new_file(const char *path, str text, struct err *e) MUST_CHECK;

/* A certificate for others to read: written in place, so that a pipe or a device will do. */
bool write_shared_file(const char *path, str text, struct err *e) MUST_CHECK;
#endif
