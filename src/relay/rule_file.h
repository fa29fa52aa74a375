/* SPDX-License-Identifier: ISC */
/*
 * relay/rule_file.h - a rule file of the relay, read from disk with what it names
 */
#ifndef BATON_RELAY_RULE_FILE_H
#define BATON_RELAY_RULE_FILE_H
#include "base/buf.h"
#include "policy/file.h"

enum { RULE_FILE_KEPT_MAX = CONF_FILE_MAX + (128 << 10) }; /* room for a remark a forwarder */

struct rule_file {
    struct arena arena;
    struct buf text;
    struct buf lists[POLICY_FILE_LISTS];
    size_t list_count;
    struct policy_file file;
};
/* Reads and builds. False: e holds the first error of the file, or why it could not be read. rule_file_done() either way. */
bool rule_file_read(struct rule_file *r, const char *path, struct err *e) MUST_CHECK;
/* A sentence without a full stop, and where in the file it belongs. */
typedef void rule_file_tell(void *user, str path, struct conf_place place, str why);
void rule_file_tell_errors(const struct rule_file *r, rule_file_tell *tell, void *user);
/* What is right and may surprise; of a file that was read. */
void rule_file_tell_warnings(const struct rule_file *r, rule_file_tell *tell, void *user);
/* On stderr, as "FILE:12:3: why". */
rule_file_tell rule_file_print_error, rule_file_print_warning;
/* The text, and what was found on this machine and mattered to it: what rule_file_of() makes the same rules of, anywhere. The
 * caller frees out either way. */
bool rule_file_kept(const struct rule_file *r, struct buf *out) MUST_CHECK;
/* The same of a text that was kept: path is what the file was called. A file of recipients that cannot be read counts as
 * empty. */
bool rule_file_of(struct rule_file *r, const char *path, str text, struct err *e) MUST_CHECK;
void rule_file_done(struct rule_file *r);
#endif
