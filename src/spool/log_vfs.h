/* SPDX-License-Identifier: ISC */
/*
 * spool/log_vfs.h - SQLite's files, with a say in each sync of the log
 * Owns    a VFS in front of another, that differs from it in the sync of a write-ahead log alone.
 * Threads As SQLite's: the call comes on the thread that commits.
 */
#ifndef BATON_SPOOL_LOG_VFS_H
#define BATON_SPOOL_LOG_VFS_H
#include "base/attr.h"
#include <stdbool.h>

struct log_vfs;
/* In front of the VFS of that name; NULL: SQLite's own. NULL: no memory, or no VFS of that name. `also` is called behind
 * each sync of a log that went well; where it says false, that sync failed: SQLite rolls the commit back. */
struct log_vfs *log_vfs_new(const char *before, bool (*also)(void *user), void *user) MUST_CHECK;
void log_vfs_free(struct log_vfs *v);              /* when no database is open under its name */
const char *log_vfs_name(const struct log_vfs *v); /* for sqlite3_open_v2() */
#endif
