/* SPDX-License-Identifier: ISC */
#include "spool/log_vfs.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

struct log_vfs {
    sqlite3_vfs vfs; /* first: SQLite hands it back. Its pAppData stays that of the other one */
    sqlite3_vfs *before;
    char name[32];
    bool (*also)(void *user);
    void *user;
};

/* Behind the other VFS's own part of an open log. The file's methods are `mine`: so they say where this is. */
struct log_file {
    sqlite3_io_methods mine;
    const sqlite3_io_methods *before;
    struct log_vfs *vfs;
};

static int log_sync(sqlite3_file *f, int flags)
{
    const struct log_file *l = (const struct log_file *)f->pMethods;
    int rc = l->before->xSync(f, flags);
    if (rc == SQLITE_OK && !l->vfs->also(l->vfs->user))
        rc = SQLITE_IOERR_FSYNC;
    return rc;
}

static size_t own_part(const struct log_vfs *v) /* of a file, aligned for what is behind it */
{
    return ((size_t)v->before->szOsFile + 15) / 16 * 16;
}

static int log_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out)
{
    struct log_vfs *v = (struct log_vfs *)vfs;
    int rc = v->before->xOpen(v->before, path, f, flags, out);
    if (rc != SQLITE_OK || !(flags & SQLITE_OPEN_WAL) || !f->pMethods)
        return rc;
    struct log_file *l = (struct log_file *)(void *)((char *)f + own_part(v));
    *l = (struct log_file){ *f->pMethods, f->pMethods, v };
    l->mine.xSync = log_sync;
    f->pMethods = &l->mine;
    return rc;
}

struct log_vfs *log_vfs_new(const char *before, bool (*also)(void *user), void *user)
{
    static _Atomic unsigned number;
    struct log_vfs *v = calloc(1, sizeof *v);
    sqlite3_vfs *real = sqlite3_vfs_find(before);
    if (!v || !real) {
        free(v);
        return NULL;
    }
    snprintf(v->name, sizeof v->name, "spool-%u", ++number);
    v->before = real;
    v->also = also;
    v->user = user;
    v->vfs = *real;
    v->vfs.pNext = NULL;
    v->vfs.zName = v->name;
    v->vfs.szOsFile = (int)(own_part(v) + sizeof(struct log_file));
    v->vfs.xOpen = log_open;
    if (sqlite3_vfs_register(&v->vfs, 0) == SQLITE_OK)
        return v;
    free(v);
    return NULL;
}

void log_vfs_free(struct log_vfs *v)
{
    if (!v)
        return;
    sqlite3_vfs_unregister(&v->vfs);
    free(v);
}

const char *log_vfs_name(const struct log_vfs *v)
{
    return v->name;
}
