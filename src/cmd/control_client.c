/* SPDX-License-Identifier: ISC */
#include "cmd/control_client.h"
#include "base/escape.h"
#include "relay/frame.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

static void fd_closep(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* Whose the socket is, or, where even that is not shown, its directory. */
static bool not_allowed(const char *path, struct err *e)
{
    char dir[sizeof((struct sockaddr_un *)0)->sun_path];
    struct stat st;
    const char *slash = strrchr(path, '/');
    snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) : 0, path);
    if (stat(path, &st) != 0 && stat(dir, &st) != 0)
        return err_set(e, ERR_SYSTEM, "you may not look at '%s': ask as root (sudo baton ...)",
                       path);
    const struct passwd *user = getpwuid(st.st_uid);
    const struct group *group = getgrgid(st.st_gid);
    return err_set(
        e, ERR_SYSTEM,
        "you may not speak to the relay at '%s': ask as root, as the user %s, or as a member of "
        "the group %s (sudo baton ...)",
        path, user ? user->pw_name : "that it runs as",
        group ? group->gr_name : "that it belongs to");
}

static bool no_relay(const char *path, struct err *e)
{
    return err_set(
        e, ERR_SYSTEM,
        "no relay answers at '%s'; start one (systemctl start baton-relay, or baton relay "
        "--config FILE), or say --control PATH as its rule file does",
        path);
}

static int connect_to(const char *path, struct err *e)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    if (snprintf(at.sun_path, sizeof at.sun_path, "%s", path) >= (int)sizeof at.sun_path) {
        err_set(e, ERR_LIMIT, "the path of the control socket is longer than %zu octets",
                sizeof at.sun_path - 1);
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0)
        return fd;
    if (errno == EACCES || errno == EPERM)
        not_allowed(path, e);
    else if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR || errno == ENOTSOCK)
        no_relay(path, e);
    else
        err_sys(e, "speaking to the relay at '%s'", path);
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool send_all(int fd, str octets, struct err *e)
{
    while (octets.n) {
        ssize_t n = send(fd, octets.p, octets.n, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return true; /* what it had to say is read */
        if (n < 0)
            return err_sys(e, "asking the relay");
        octets = str_skip(octets, (size_t)n);
    }
    return true;
}

/* A relay that closes without a word has looked at who we are. */
static bool more_octets(int fd, struct frame_reader *r, bool any, const char *path, struct err *e)
{
    char piece[PIECE];
    ssize_t n;
    do
        n = read(fd, piece, sizeof piece);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        return frame_reader_feed(r, (str){ piece, (size_t)n }, e);
    if (n < 0 && errno != ECONNRESET)
        return err_sys(e, "reading what the relay answers");
    return any ? err_set(e, ERR_SYSTEM, "the relay stopped in the middle of its answer")
               : not_allowed(path, e);
}

struct asking {
    bool (*row)(void *user, const json_t *row);
    void *user;
    json_t **done;
};

/* True: the answer goes on. */
static bool take_answer(const struct asking *a, const json_t *o, bool *ok, struct err *e)
{
    const char *error = json_string_value(json_object_get(o, "error"));
    json_t *row = json_object_get(o, "row"), *done = json_object_get(o, "done");
    if (row) {
        *ok = true;
        return a->row(a->user, row);
    }
    *ok = done && !error;
    if (*ok)
        *a->done = json_incref(done);
    else
        err_set(e, ERR_SYSTEM, "%s",
                error ? error : "the relay answers what this baton does not understand");
    return false;
}

static bool read_answers(int fd, const struct asking *a, const char *path, struct err *e)
{
    struct frame_reader r;
    bool ok = true, any = false, goes_on = true;
    frame_reader_init(&r);
    while (ok && goes_on) {
        json_t *o;
        enum frame_read got = frame_reader_next(&r, &o, e);
        if (got == FRAME_READ) {
            any = true;
            goes_on = take_answer(a, o, &ok, e);
            json_decref(o);
        } else {
            ok = got == FRAME_MORE && more_octets(fd, &r, any, path, e);
        }
    }
    frame_reader_done(&r);
    return ok;
}

bool control_ask(const char *path, json_t *request, bool (*row)(void *user, const json_t *row),
                 void *user, json_t **done, struct err *e)
{
    const struct asking a = { row, user, done };
    AUTO(buf_done) struct buf frame;
    buf_init(&frame, FRAME_HEAD + FRAME_MAX);
    bool written = request && frame_write(request, &frame);
    json_decref(request);
    *done = NULL;
    if (!written)
        return err_set(e, ERR_LIMIT, "what is asked is longer than %d octets", FRAME_MAX);
    path = path ? path : CONTROL_PATH;
    AUTO(fd_closep) int fd = connect_to(path, e);
    return fd >= 0 && send_all(fd, buf_str(&frame), e) && read_answers(fd, &a, path, e);
}
