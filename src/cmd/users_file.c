/* SPDX-License-Identifier: ISC */
#include "cmd/users_file.h"
#include "base/wipe.h"
#include "cmd/write_file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_MAX = 128 << 20, ARENA_MAX = 512 << 20, TRIES = 100, SHOWN = 100 };

/* ---- opening ---- */

static bool lock(int fd)
{
    int rc;

    do
        rc = flock(fd, LOCK_EX);
    while (rc != 0 && errno == EINTR);
    return rc == 0;
}

/* A directory that root made for the relay's group holds files that it may read: at a reload, too. */
static void for_the_group(int fd, const char *path)
{
    struct stat dir;
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    if (geteuid() == 0 && stat(folder, &dir) == 0 && dir.st_gid != 0 && (dir.st_mode & S_IXGRP) &&
        !(dir.st_mode & S_IRWXO) && fchown(fd, (uid_t)-1, dir.st_gid) == 0)
        (void)!fchmod(fd, 0640);
}

static int open_or_make(const char *path, bool create)
{
    int flags = O_CLOEXEC | O_NOCTTY;
    int fd = create ? open(path, flags | O_RDWR | O_CREAT | O_EXCL, 0600) : -1;
    if (fd < 0)
        return open(path, flags | (create ? O_RDWR | O_CREAT : O_RDONLY), 0600);
    for_the_group(fd, path);
    return fd;
}

/* The name may mean another file by the time that the lock is had: whoever had it before put a new one there. */
static bool open_locked(struct users_file *f, bool create, struct err *e)
{
    for (unsigned i = 0; i < TRIES; i++) {
        struct stat now;
        f->fd = open_or_make(f->path, create);
        if (f->fd < 0 && errno == ENOENT)
            return err_set(e, ERR_SYSTEM,
                           create ? "there is no directory for the file of logins '%.*s': make it "
                                    "(install -d -m 0750 -g baton DIRECTORY), or say --users FILE"
                                  : "there is no file of logins '%.*s': baton user add NAME makes "
                                    "it, or say --users FILE",
                           SHOWN, f->path);
        if (f->fd < 0)
            return err_sys(e, "opening the file of logins '%.*s'", SHOWN, f->path);
        if (fstat(f->fd, &f->was) != 0 || !S_ISREG(f->was.st_mode)) {
            close(f->fd);
            return err_set(e, ERR_SYSTEM, "'%.*s' is no ordinary file: name another by --users",
                           SHOWN, f->path);
        }
        if (lock(f->fd) && fstat(f->fd, &f->was) == 0 && stat(f->path, &now) == 0 &&
            now.st_dev == f->was.st_dev && now.st_ino == f->was.st_ino)
            return realpath(f->path, f->real) != NULL ||
                   (close(f->fd), err_sys(e, "finding '%.*s'", SHOWN, f->path));
        close(f->fd);
    }
    return err_set(e, ERR_SYSTEM, "'%.*s' is being changed all the time: try again", SHOWN,
                   f->path);
}

static bool read_text(struct users_file *f, struct err *e)
{
    char piece[65536];
    bool ok = true;
    ssize_t n = 0;

    while (ok && (n = read(f->fd, piece, sizeof(piece))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        ok = n > 0 ? buf_add(&f->text, (str){ piece, (size_t)n }) ||
                         err_set(e, ERR_LIMIT, "'%.*s' is larger than %d MiB", SHOWN, f->path,
                                 TEXT_MAX >> 20)
                   : err_sys(e, "reading the file of logins '%.*s'", SHOWN, f->path);
    }
    secret_wipe(piece, sizeof(piece));
    return ok;
}

static bool open_text(struct users_file *f, const char *path, bool create, struct err *e)
{
    memset(f, 0, sizeof(*f));
    f->path = path;
    if (!open_locked(f, create, e))
        return false;
    buf_init(&f->text, TEXT_MAX);
    arena_init(&f->arena, ARENA_MAX);
    if (read_text(f, e))
        return true;
    users_file_close(f);
    return false;
}

static bool is_read(struct users_file *f)
{
    if (!f->users)
        users_file_close(f);
    return f->users != NULL;
}

bool users_file_open(struct users_file *f, const char *path, bool create, struct err *e)
{
    if (!open_text(f, path, create, e))
        return false;
    f->users = sasl_users_read(str_from(path), buf_str(&f->text), &f->arena, e);
    return is_read(f);
}

bool users_file_open_right(struct users_file *f, const char *path,
                           void (*wrong)(void *user, const char *why), void *user, struct err *e)
{
    if (!open_text(f, path, false, e))
        return false;
    f->users = sasl_users_read_right(str_from(path), buf_str(&f->text), &f->arena, wrong, user, e);
    return is_read(f);
}

void users_file_close(struct users_file *f)
{
    buf_wipe_done(&f->text);
    arena_wipe_done(&f->arena);
    close(f->fd);
}

bool users_file_is_open_to_all(const struct users_file *f)
{
    return (f->was.st_mode & S_IRWXO) != 0;
}

bool users_file_is_owners_alone(const struct users_file *f)
{
    return (f->was.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

/* ---- the new text ---- */

/* Where the line of that number begins, and how long it is with its end. */
static str line_at(str text, size_t number)
{
    str rest = text, line = STR_NONE;

    for (size_t i = 0; i < number && rest.p; i++)
        line = str_cut(&rest, '\n');
    size_t from = (size_t)(line.p - text.p);
    return str_take(str_skip(text, from), line.n + 1);
}

static bool make_text(const struct users_file *f, str name, const struct sasl_user *u,
                      struct buf *out)
{
    const struct sasl_user *old = sasl_users_find(f->users, name);
    str text = buf_str(&f->text), line = { text.p + text.n, 0 };

    if (old)
        line = line_at(text, old->line);
    size_t from = text.p ? (size_t)(line.p - text.p) : 0;
    if (from > 0)
        buf_add(out, str_take(text, from));
    if (u && out->n > 0 && out->p[out->n - 1] != '\n')
        buf_addc(out, '\n');
    if (u)
        sasl_user_write(u, out);
    if (text.n > from + line.n)
        buf_add(out, str_skip(text, from + line.n));
    return buf_ok(out);
}

/* ---- putting it in place ---- */

static bool fill(const struct users_file *f, int fd, str text, struct err *e)
{
    struct stat own;

    if (fstat(fd, &own) != 0)
        return err_sys(e, "looking at the new file of logins");
    if ((own.st_uid != f->was.st_uid || own.st_gid != f->was.st_gid) &&
        fchown(fd, f->was.st_uid, f->was.st_gid) != 0)
        return err_sys(e, "keeping the owner of '%.*s' (run this as root)", SHOWN, f->path);
    if (fchmod(fd, f->was.st_mode & 07777) != 0 || !write_octets(fd, text) || fsync(fd) != 0)
        return err_sys(e, "writing the new text of '%.*s'", SHOWN, f->path);
    return true;
}

static void folder_reaches_disk(const char *path)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof(folder), "%s", path);
    char *slash = strrchr(folder, '/');

    if (!slash)
        return;
    slash[slash == folder] = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)!fsync(fd);
    close(fd);
}

static bool put_in_place(const struct users_file *f, str text, struct err *e)
{
    char beside[PATH_MAX + 16];
    int fd;
    bool ok;

    snprintf(beside, sizeof(beside), "%s.new-XXXXXX", f->real);
    fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, "making a new file beside '%.*s'", SHOWN, f->path);
    ok = fill(f, fd, text, e);
    if (close(fd) != 0 && ok)
        ok = err_sys(e, "writing the new text of '%.*s'", SHOWN, f->path);
    if (ok && rename(beside, f->real) != 0)
        ok = err_sys(e, "putting the new text in the place of '%.*s'", SHOWN, f->path);
    if (ok)
        folder_reaches_disk(f->real);
    else
        unlink(beside);
    return ok;
}

/* Does it say what it shall, and all others what they said? */
static bool holds(const struct users_file *f, str text, str name, bool there, struct err *e)
{
    struct arena a;
    bool was = sasl_users_find(f->users, name) != NULL, ok;

    arena_init(&a, ARENA_MAX);
    const struct sasl_users *u = sasl_users_read(str_from(f->path), text, &a, e);
    ok = u && ((sasl_users_find(u, name) != NULL) == there &&
                       sasl_users_count(u) == sasl_users_count(f->users) - was + there
                   ? true
                   : err_set(e, ERR_SYSTEM,
                             "the new text would not say what it should: nothing is "
                             "changed"));
    arena_wipe_done(&a);
    return ok;
}

bool users_file_change(const struct users_file *f, str name, const struct sasl_user *u,
                       struct err *e)
{
    struct buf out;
    bool ok;

    buf_init(&out, TEXT_MAX);
    ok = (make_text(f, name, u, &out) || err_memory(e, "the new text")) &&
         holds(f, buf_str(&out), name, u != NULL, e) && put_in_place(f, buf_str(&out), e);
    buf_wipe_done(&out);
    return ok;
}
