/* SPDX-License-Identifier: ISC */
#include "spool/io.h"
#include "base/attr.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int io_open(void *user UNUSED, int dir, const char *name, int flags, mode_t mode)
{
    return openat(dir, name, flags | O_CLOEXEC, mode);
}

static int io_close(void *user UNUSED, int fd)
{
    return close(fd);
}

static ssize_t io_pwritev(void *user UNUSED, int fd, const struct iovec *iov, int n, off_t offset)
{
    return pwritev(fd, iov, n, offset);
}

static ssize_t io_pread(void *user UNUSED, int fd, void *into, size_t room, off_t offset)
{
    return pread(fd, into, room, offset);
}

static int io_fallocate(void *user UNUSED, int fd, off_t offset, off_t octets)
{
    return fallocate(fd, 0, offset, octets);
}

static int io_ftruncate(void *user UNUSED, int fd, off_t octets)
{
    return ftruncate(fd, octets);
}

static int io_fdatasync(void *user UNUSED, int fd)
{
    return fdatasync(fd);
}

static int io_fsync_dir(void *user UNUSED, int dir)
{
    return fsync(dir);
}

static int io_unlink(void *user UNUSED, int dir, const char *name)
{
    return unlinkat(dir, name, 0);
}

static int io_rename(void *user UNUSED, int dir, const char *from, const char *to)
{
    return renameat(dir, from, dir, to);
}

static int io_free_octets(void *user UNUSED, int dir, uint64_t *octets)
{
    struct statvfs v;
    if (fstatvfs(dir, &v))
        return -1;
    *octets = (uint64_t)v.f_bavail * v.f_frsize;
    return 0;
}

const struct spool_io SPOOL_IO_SYSTEM = {
    .open = io_open,
    .close = io_close,
    .pwritev = io_pwritev,
    .pread = io_pread,
    .fallocate = io_fallocate,
    .ftruncate = io_ftruncate,
    .fdatasync = io_fdatasync,
    .fsync_dir = io_fsync_dir,
    .unlink = io_unlink,
    .rename = io_rename,
    .free_octets = io_free_octets,
};
