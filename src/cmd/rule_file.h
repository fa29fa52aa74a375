/* SPDX-License-Identifier: ISC */
/*
 * cmd/rule_file.h - a rule file of the relay, read from disk with what it names
 */
#ifndef BATON_CMD_RULE_FILE_H
#define BATON_CMD_RULE_FILE_H
#include "base/buf.h"
#include "policy/file.h"

struct rule_file {
    struct arena arena;
    struct buf text;
    struct buf lists[POLICY_FILE_LISTS];
    size_t list_count;
    struct policy_file file;
};
/* Reads and builds. Errors of the file are printed on stderr, each with file, line and column; e holds the first, or why
 * the file could not be read. rule_file_done() either way. */
bool rule_file_read(struct rule_file *r, const char *path, struct err *e) MUST_CHECK;
void rule_file_done(struct rule_file *r);
#endif
