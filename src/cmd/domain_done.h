/* SPDX-License-Identifier: ISC */
/*
 * cmd/domain_done.h - the file of an earlier run, and what is in it already
 * Owns    the output file: locked, a half-written last line cut off. Of each line that is there a number is kept,
 *         eight octets, not its text.
 */
#ifndef BATON_CMD_DOMAIN_DONE_H
#define BATON_CMD_DOMAIN_DONE_H
#include "base/err.h"
#include "base/str.h"
#include <stdio.h>

struct domain_done;
/* Opens the file, which may be new, for adding to. A file that holds anything else than lines of ours, the last
 * perhaps cut off, is an error, and stays as it is. So is a device. */
struct domain_done *domain_done_open(const char *path, struct err *e) MUST_CHECK;
void domain_done_close(struct domain_done *d);
FILE *domain_done_file(struct domain_done *d);
/* A line for this domain (A-labels), or for this text that was none, is there. */
bool domain_done_has(const struct domain_done *d, str domain);
size_t domain_done_count(const struct domain_done *d);
#endif
