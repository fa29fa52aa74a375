/* SPDX-License-Identifier: ISC */
#include "cmd/replace_file.h"
#include "base/wipe.h"
#include "cmd/write_file.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { NAMES_TRIED = 100, ATTRIBUTES_MAX = 65536, SHOWN = 80 };

struct work {
    struct replaced_file *file;
    char real[PATH_MAX];
    struct stat was;
    int fd; /* of the file as it was */
    /* Its folder. All that follows is said from there: whoever may rename folders on the way cannot lead us, who may be
     * root, from the file that was looked at to another. */
    int folder;
    const char *base; /* its name in the folder */
    const char *copy; /* the copy's, a part of file->copy */
    char beside[24];  /* the new text's */
    bool copied, staged, done;
};

static bool no(struct err *e, const struct work *w, const char *why, const char *remedy)
{
    return err_set(e, ERR_SYSTEM, "'%.*s' cannot be changed in place: %s; %s", SHOWN, w->file->path,
                   why, remedy);
}

/* ------------------------------------------------------------------------------------------------
 * May it be, and is it what was read?
 */
static bool is_as_read(const struct work *w)
{
    char piece[16384];
    str rest = w->file->before;
    for (ssize_t n; (n = read(w->fd, piece, sizeof piece)) != 0;) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || !str_eq(str_take(rest, (size_t)n), (str){ piece, (size_t)n })) {
            secret_wipe(piece, sizeof piece);
            return false;
        }
        rest = str_skip(rest, (size_t)n);
    }
    secret_wipe(piece, sizeof piece);
    return rest.n == 0;
}

/* Just before the rename, which would take away what somebody wrote since. */
static bool is_still(const struct work *w)
{
    struct stat now;
    const struct stat *was = &w->was;
    return fstatat(w->folder, w->base, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
           now.st_dev == was->st_dev && now.st_ino == was->st_ino && now.st_size == was->st_size &&
           now.st_mtim.tv_sec == was->st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == was->st_mtim.tv_nsec && now.st_nlink == was->st_nlink &&
           now.st_mode == was->st_mode && now.st_uid == was->st_uid && now.st_gid == was->st_gid;
}

static bool changed_meanwhile(struct err *e, const struct work *w)
{
    return no(e, w, "it was changed meanwhile", "try again");
}

static bool open_it(struct work *w, struct err *e)
{
    char links[60];
    if (!realpath(w->file->path, w->real))
        return no(e, w, strerror(errno), "look at its name");
    char *slash = strrchr(w->real, '/');
    w->base = slash + 1;
    *slash = '\0';
    w->folder = open(*w->real ? w->real : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    *slash = '/';
    if (w->folder >= 0)
        w->fd = openat(w->folder, w->base, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (w->fd < 0 || fstat(w->fd, &w->was) != 0)
        return no(e, w, strerror(errno), "run this as somebody who may read it");
    if (!S_ISREG(w->was.st_mode))
        return no(e, w, "it is no ordinary file", "name another");
    if (w->was.st_nlink > 1) {
        snprintf(links, sizeof links, "it has %lu names (hard links)",
                 (unsigned long)w->was.st_nlink);
        return no(e, w, links, "the others would keep the old text: change it by hand");
    }
    return is_as_read(w) || changed_meanwhile(e, w);
}

/* ------------------------------------------------------------------------------------------------
 * The copy, and the new text beside
 */
/* Access lists and labels. What the file system does not take is left out: an access list that cannot be set is told
 * by the mode, which is set first and never wider. */
static void keep_attributes(int from, int to)
{
    char *names = malloc(ATTRIBUTES_MAX), *value = malloc(ATTRIBUTES_MAX);
    ssize_t all = names && value ? flistxattr(from, names, ATTRIBUTES_MAX) : 0;
    for (ssize_t at = 0; at < all; at += (ssize_t)strlen(names + at) + 1) {
        ssize_t n = fgetxattr(from, names + at, value, ATTRIBUTES_MAX);
        if (n >= 0)
            (void)!fsetxattr(to, names + at, value, (size_t)n, 0);
    }
    free(names);
    free(value);
}

static bool keep_owner(const struct work *w, int fd)
{
    struct stat now;
    if (fstat(fd, &now) != 0)
        return false;
    return (now.st_uid == w->was.st_uid && now.st_gid == w->was.st_gid) ||
           fchown(fd, w->was.st_uid, w->was.st_gid) == 0;
}

static bool reaches_disk(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL || errno == EROFS;
}

/* Text, owner, mode, attributes; closes fd. */
static bool fill(const struct work *w, int fd, str text, struct err *e)
{
    if (!keep_owner(w, fd)) {
        close(fd);
        return no(e, w, "its owner or group could not be kept", "run this as root (sudo)");
    }
    bool ok = write_octets(fd, text) && fchmod(fd, w->was.st_mode & 07777) == 0;
    if (ok)
        keep_attributes(w->fd, fd);
    ok = ok && reaches_disk(fd);
    int why = errno;
    if (close(fd) != 0 && ok) {
        why = errno;
        ok = false;
    }
    return ok || no(e, w, strerror(why), "make room, and try again");
}

static bool no_folder(struct err *e, const struct work *w, int why)
{
    bool forbidden = why == EACCES || why == EPERM || why == EROFS;
    return no(e, w, forbidden ? "nothing can be written into its folder" : strerror(why),
              forbidden ? "run this as somebody who may, or change it by hand" : "make room");
}

static int new_file(const struct work *w, const char *name)
{
    return openat(w->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* FILE.baton-20261126T101500Z; where that is there already, with -2, -3 ... behind it. */
static bool make_copy(struct work *w, const char *stamp, struct err *e)
{
    int fd = -1;
    for (unsigned i = 1; fd < 0 && i <= NAMES_TRIED; i++) {
        char more[16] = "";
        if (i > 1)
            snprintf(more, sizeof more, "-%u", i);
        if (snprintf(w->file->copy, PATH_MAX, "%s.baton-%s%s", w->real, stamp, more) >= PATH_MAX)
            return no(e, w, "its name is too long for a copy", "change it by hand");
        w->copy = w->file->copy + (w->base - w->real);
        fd = new_file(w, w->copy);
        if (fd < 0 && errno != EEXIST)
            return no_folder(e, w, errno);
    }
    if (fd < 0)
        return no(e, w, "a hundred copies of this second lie beside it", "remove some");
    w->copied = true;
    return fill(w, fd, w->file->before, e);
}

static bool stage(struct work *w, struct err *e)
{
    int fd = -1;
    errno = EEXIST;
    for (unsigned i = 0; fd < 0 && errno == EEXIST && i < NAMES_TRIED; i++) {
        uint32_t number = 0;
        (void)!getrandom(&number, sizeof number, 0);
        snprintf(w->beside, sizeof w->beside, ".baton-%08x", number);
        fd = new_file(w, w->beside);
    }
    if (fd < 0)
        return no_folder(e, w, errno);
    w->staged = true;
    return fill(w, fd, w->file->after, e);
}

static bool put_in_place(struct work *w, struct err *e)
{
    if (!is_still(w))
        return changed_meanwhile(e, w);
    w->done = renameat(w->folder, w->beside, w->folder, w->base) == 0;
    if (w->done)
        w->staged = false;
    else if (errno == EBUSY)
        return no(e, w, "it is a mount of its own, as in a container", "change it outside");
    return w->done || no(e, w, strerror(errno), "change it by hand");
}

static void folder_reaches_disk(const struct work *w)
{
    int fd = openat(w->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!fsync(fd);
        close(fd);
    }
}

/* As if nothing had been: the copy is the file as it was. */
static void take_back(struct work *w)
{
    if (w->done && renameat(w->folder, w->copy, w->folder, w->base) == 0)
        w->copied = false;
    if (w->staged)
        unlinkat(w->folder, w->beside, 0);
    if (w->copied && !w->done)
        unlinkat(w->folder, w->copy, 0);
}

/* Until the files are there, or as they were: whoever gives up in between would leave a password lying about, or one
 * file of two changed. A limit on the size of files is told by write(). */
struct quiet {
    sigset_t mask;
    void (*size)(int);
};

static struct quiet be_quiet(void)
{
    static const int SIGNALS[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE };
    struct quiet was;
    sigset_t more;
    sigemptyset(&more);
    for (size_t i = 0; i < COUNT_OF(SIGNALS); i++)
        sigaddset(&more, SIGNALS[i]);
    sigprocmask(SIG_BLOCK, &more, &was.mask);
    was.size = signal(SIGXFSZ, SIG_IGN);
    return was;
}

static void be_as_before(const struct quiet *was)
{
    signal(SIGXFSZ, was->size);
    sigprocmask(SIG_SETMASK, &was->mask, NULL);
}

bool replace_files(struct replaced_file *files, size_t count, time_t now, struct err *e)
{
    struct work work[REPLACE_FILES] = { 0 };
    char stamp[32] = "";
    struct tm tm;
    bool ok = count <= REPLACE_FILES || err_set(e, ERR_LIMIT, "too many files would change");
    count = ok ? count : 0;
    if (gmtime_r(&now, &tm))
        strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &tm);
    for (size_t i = 0; i < count; i++)
        work[i] = (struct work){ .file = &files[i], .fd = -1, .folder = -1 };
    struct quiet was = be_quiet();
    for (size_t i = 0; ok && i < count; i++)
        ok = open_it(&work[i], e);
    for (size_t i = 0; ok && i < count; i++)
        ok = make_copy(&work[i], stamp, e) && stage(&work[i], e);
    for (size_t i = 0; ok && i < count; i++)
        ok = put_in_place(&work[i], e);
    for (size_t i = 0; i < count; i++) {
        if (!ok)
            take_back(&work[i]);
        else
            folder_reaches_disk(&work[i]);
        if (work[i].fd >= 0)
            close(work[i].fd);
        if (work[i].folder >= 0)
            close(work[i].folder);
    }
    be_as_before(&was);
    return ok;
}
