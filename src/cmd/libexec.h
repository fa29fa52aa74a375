/* SPDX-License-Identifier: ISC */
/*
 * cmd/libexec.h - the programs behind baton, which have libraries that it does without
 * Owns    where they are: beside this program's own file (a build tree), or where they were installed. Never PATH, never
 *         the environment.
 */
#ifndef BATON_CMD_LIBEXEC_H
#define BATON_CMD_LIBEXEC_H

/* Becomes the program, with argv behind its name. Comes back only where that failed: the sentence is on stderr, the exit
 * status returned. */
int libexec_become(const char *program, int argc, char **argv);
#endif
