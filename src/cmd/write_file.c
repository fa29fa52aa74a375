/* SPDX-License-Identifier: ISC */
#include "cmd/write_file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool no(struct err *e, const char *path, const char *why, const char *remedy)
{
    return err_set(e, ERR_SYSTEM, "'%.100s' cannot be written: %s; %s", path, why, remedy);
}

bool write_octets(int fd, str text)
{
    while (text.n) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text = str_skip(text, (size_t)n);
    }
    return true;
}

static bool reaches_disk(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL || errno == EROFS;
}

/* Where the file system cannot promise it, looking first must do. */
static int rename_new(const char *from, const char *to)
{
    struct stat s;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (lstat(to, &s) != 0)
        return rename(from, to);
    errno = EEXIST;
    return -1;
}

/* A file beside it, so that the rename stays in one file system. mkstemp makes it 0600. */
static bool write_by(int (*put)(const char *from, const char *to), const char *path, str text,
                     struct err *e)
{
    char beside[PATH_MAX];
    struct stat s;
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    if (stat(path, &s) == 0 && !S_ISREG(s.st_mode))
        return no(e, path, "it is no ordinary file", "name another");
    if (!*path || (slash && !slash[1]) ||
        snprintf(beside, sizeof beside, "%.*s.baton-XXXXXX", folder, path) >= (int)sizeof beside)
        return no(e, path, "it is no name of a file", "name another");
    int fd = mkstemp(beside);
    if (fd < 0)
        return no(e, path, strerror(errno),
                  "name a folder that is there and that you may write to");
    bool ok = write_octets(fd, text) && reaches_disk(fd);
    int why = errno;
    ok = close(fd) == 0 && ok;
    if (ok && put(beside, path) != 0) {
        why = errno;
        ok = false;
    }
    if (ok)
        return true;
    unlink(beside);
    return no(e, path, strerror(why), "make room, or name another place");
}

bool write_whole_file(const char *path, str text, struct err *e)
{
    return write_by(rename, path, text, e);
}

bool write_new_file(const char *path, str text, struct err *e)
{
    return write_by(rename_new, path, text, e);
}

bool write_shared_file(const char *path, str text, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool ok = fd >= 0 && write_octets(fd, text);
    int why = errno;
    if (fd >= 0 && close(fd) != 0 && ok) {
        why = errno;
        ok = false;
    }
    return ok || no(e, path, strerror(why), "name another file");
}
