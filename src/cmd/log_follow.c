/* SPDX-License-Identifier: ISC */
#include "cmd/log_follow.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A look at the file each LOOK_MS finds what no watch tells (another file system, a link to elsewhere). A file that
 * was renamed may be written for a while more, until its writer is told: it is read for OLD_MS. */
enum { LOOK_MS = 500, OLD_MS = 60000, PATH_OCTETS = 4096 };

static const int SIGNALS[] = { SIGINT, SIGTERM, SIGHUP };
static volatile sig_atomic_t stopped;

static void on_signal(int number UNUSED)
{
    stopped = 1;
}

void log_follow_signals(void)
{
    for (size_t i = 0; i < COUNT_OF(SIGNALS); i++) {
        struct sigaction was,
            now = { .sa_handler = on_signal }; /* no SA_RESTART: read() must end */
        if (sigaction(SIGNALS[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
            sigaction(SIGNALS[i], &now, NULL);
    }
}

struct follow {
    struct log_read *r;
    const char *path;
    int watch;                    /* inotify; below 0: there is none */
    struct log_stream streams[2]; /* the file as it is named now, and the one that was before */
    unsigned at;
    dev_t dev; /* of the first */
    ino_t ino;
    uint64_t old_until_ms;
};

static struct log_stream *current(struct follow *f)
{
    return &f->streams[f->at];
}

static struct log_stream *former(struct follow *f)
{
    return &f->streams[!f->at];
}

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Until fd has something, a signal came, or the time is over. A signal cannot slip in between looking and waiting. */
static void wait_for(int fd, int for_ms)
{
    sigset_t block, before;
    struct pollfd p = { .fd = fd, .events = POLLIN };
    struct timespec t = { for_ms / 1000, for_ms % 1000 * 1000000L };
    sigemptyset(&block);
    for (size_t i = 0; i < COUNT_OF(SIGNALS); i++)
        sigaddset(&block, SIGNALS[i]);
    sigprocmask(SIG_BLOCK, &block, &before);
    if (!stopped)
        (void)ppoll(&p, fd >= 0, for_ms < 0 ? NULL : &t, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

/* The directory is watched, not the file: a new file under the old name is told too. */
static int watch(const char *path)
{
    char directory[PATH_OCTETS];
    const char *slash = strrchr(path, '/');
    size_t n = slash == path ? 1 : slash ? (size_t)(slash - path) : 0;
    int fd = n < sizeof directory ? inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1;
    if (fd < 0)
        return -1;
    memcpy(directory, path, n);
    directory[n] = 0;
    if (inotify_add_watch(fd, n ? directory : ".",
                          IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void forget_events(int fd)
{
    char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    while (fd >= 0 && read(fd, events, sizeof events) > 0)
        ;
}

/* All there is of one stream. */
static bool read_all(struct follow *f, struct log_stream *s, struct err *e)
{
    enum log_got got = LOG_OCTETS;
    while (s->fd >= 0 && !stopped && (got == LOG_OCTETS || got == LOG_INTERRUPTED))
        got = log_stream_read(s, f->path, e);
    return got != LOG_BROKEN;
}

static bool end(struct follow *f, struct log_stream *s, struct err *e)
{
    return s->fd < 0 || log_stream_end(s, f->path, e);
}

static bool open_current(struct follow *f, struct err *e)
{
    struct stat st;
    struct log_stream *s = current(f);
    if (!log_stream_open(s, f->r, f->path, e))
        return false;
    if (fstat(s->fd, &st) == 0) {
        f->dev = st.st_dev;
        f->ino = st.st_ino;
    }
    return true;
}

/* The file that the name leads to now takes the place of the one that was read. */
static bool rotate(struct follow *f, struct err *e)
{
    struct err aside;
    if (!end(f, former(f), e))
        return false;
    f->at = !f->at;
    f->old_until_ms = now_ms() + OLD_MS;
    (void)open_current(f, &aside); /* gone again, or not to be read yet: the next look tries */
    return true;
}

/* What became of the file under its name: the same, another, shorter than what was read of it, none. */
static bool look(struct follow *f, struct err *e)
{
    struct stat st;
    struct err aside;
    struct log_stream *s = current(f);
    if (stat(f->path, &st) != 0)
        return true; /* it may come back; what is open may still be written */
    if (s->fd < 0) {
        (void)open_current(f, &aside);
        return true;
    }
    if (st.st_dev != f->dev || st.st_ino != f->ino)
        return rotate(f, e);
    if (s->is_file && (uint64_t)st.st_size < s->read) /* emptied: copytruncate of logrotate */
        return end(f, s, e) && open_current(f, e);
    return true;
}

static bool turn(struct follow *f, struct err *e)
{
    forget_events(f->watch);
    if (!read_all(f, former(f), e) || !read_all(f, current(f), e) || !look(f, e) ||
        !read_all(f, current(f), e))
        return false;
    return former(f)->fd < 0 || now_ms() < f->old_until_ms || end(f, former(f), e);
}

/* Standard input and pipes have no name to look at, and an end. */
static bool follow_pipe(struct follow *f, void (*live)(void *user), struct err *e)
{
    enum log_got got = LOG_OCTETS;
    live(f->r->user);
    while (!stopped && (got == LOG_OCTETS || got == LOG_INTERRUPTED)) {
        wait_for(current(f)->fd, -1);
        if (!stopped)
            got = log_stream_read(current(f), f->path, e);
    }
    return got != LOG_BROKEN;
}

static bool follow_file(struct follow *f, void (*live)(void *user), struct err *e)
{
    f->watch = watch(f->path);
    if (!read_all(f, current(f), e))
        return false;
    if (log_unpack_is_packed(current(f)->unpack))
        return err_set(e, ERR_SYNTAX,
                       "'%.150s' is packed, and nothing is added to it: leave out --follow",
                       f->path);
    live(f->r->user);
    while (!stopped) {
        if (!turn(f, e))
            return false;
        wait_for(f->watch, LOOK_MS);
    }
    return true;
}

bool log_follow(struct log_read *r, const char *path, void (*live)(void *user), struct err *e)
{
    struct err rest;
    struct follow f = {
        .r = r, .path = path, .watch = -1, .streams = { { .fd = -1 }, { .fd = -1 } }
    };
    if (!open_current(&f, e))
        return false;
    bool ok = current(&f)->is_file ? follow_file(&f, live, e) : follow_pipe(&f, live, e);
    /* A line without its end may be one that is being written; it counts as what it says so far. */
    ok = end(&f, former(&f), ok ? e : &rest) && ok;
    ok = end(&f, current(&f), ok ? e : &rest) && ok;
    if (f.watch >= 0)
        close(f.watch);
    return ok;
}
