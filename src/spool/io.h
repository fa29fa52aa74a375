/* SPDX-License-Identifier: ISC */
/*
 * spool/io.h - the system's calls that the spool stands on, replaceable
 * Owns    the table. Tests put one in that records what was asked, or that fails it (record.h).
 * Speaks  the calls of the same name: -1 and errno where they fail. EINTR and short writes are the spool's to handle.
 */
#ifndef BATON_SPOOL_IO_H
#define BATON_SPOOL_IO_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

struct spool_io {
    void *user;
    const char *vfs;      /* SQLite's, by name; NULL: its own */
    int checkpoint_pages; /* of the log of the database before they go into it; 0: 1000 */
    int sure_ms; /* without work, before the state says that the last batch is sure; 0: SURE_MS; -1: never */
    int (*open)(void *user, int dir, const char *name, int flags, mode_t mode);
    int (*close)(void *user, int fd);
    ssize_t (*pwritev)(void *user, int fd, const struct iovec *iov, int count, off_t offset);
    ssize_t (*pread)(void *user, int fd, void *into, size_t room, off_t offset);
    int (*fallocate)(void *user, int fd, off_t offset, off_t octets);
    int (*ftruncate)(void *user, int fd, off_t octets);
    int (*fdatasync)(void *user, int fd);
    int (*fsync_dir)(void *user, int dir);
    int (*unlink)(void *user, int dir, const char *name);
    int (*rename)(void *user, int dir, const char *from, const char *to);
    int (*free_octets)(void *user, int dir, uint64_t *octets); /* for a user who is not root */
};
extern const struct spool_io SPOOL_IO_SYSTEM;
#endif
