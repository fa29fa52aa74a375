/* SPDX-License-Identifier: ISC */
#include "relay/control_socket.h"
#include "base/attr.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 64, GROUPS_MAX = 65536 };

static void fd_closep(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* Only a directory that was not there: one that is belongs to whoever made it. */
static bool make_directory(const char *path, const struct control_owner *owner, struct err *e)
{
    char dir[sizeof((struct sockaddr_un *)0)->sun_path];
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return true;
    snprintf(dir, sizeof dir, "%.*s", (int)(slash - path), path);
    if (mkdir(dir, 0750) != 0)
        return errno == EEXIST ||
               err_sys(e, "making the directory '%s' of the control socket", dir);
    if (owner->shared && chmod(dir, 0750) != 0) /* whatever the umask is */
        return err_sys(e, "opening the directory '%s' of the control socket to its group", dir);
    if (geteuid() == 0 && chown(dir, owner->user, owner->group) != 0)
        return err_sys(e, "giving the directory '%s' of the control socket to its user", dir);
    return true;
}

/* A relay that runs answers; a socket that was left behind does not. What is no socket is not ours to remove. */
static bool make_way(const struct sockaddr_un *at, struct err *e)
{
    struct stat st;
    if (lstat(at->sun_path, &st) != 0)
        return errno == ENOENT || err_sys(e, "looking at '%s'", at->sun_path);
    if (!S_ISSOCK(st.st_mode))
        return err_set(e, ERR_SYNTAX, "'%s' is to be the control socket, and is something else",
                       at->sun_path);
    AUTO(fd_closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_sys(e, "making a socket");
    if (connect(fd, (const struct sockaddr *)at, sizeof *at) == 0 || errno == EAGAIN)
        return err_set(e, ERR_SYSTEM,
                       "another relay answers at '%s' already; stop it, or say another control = "
                       "\"...\"",
                       at->sun_path);
    if (errno != ECONNREFUSED)
        return err_sys(e, "looking whether a relay answers at '%s'", at->sun_path);
    return unlink(at->sun_path) == 0 ||
           err_sys(e, "removing '%s', which nobody answers at", at->sun_path);
}

/* The mode stands before anybody can connect: bind() makes it by the mask. */
static bool bind_there(int fd, const struct sockaddr_un *at, const struct control_owner *owner,
                       struct err *e)
{
    mode_t before = umask(owner->shared ? 0117 : 0177);
    int rc = bind(fd, (const struct sockaddr *)at, sizeof *at);
    umask(before);
    if (rc != 0)
        return err_sys(e, "making the control socket '%s'", at->sun_path);
    if (geteuid() == 0 && lchown(at->sun_path, owner->user, owner->group) != 0)
        return err_sys(e, "giving the control socket '%s' to its user", at->sun_path);
    return listen(fd, BACKLOG) == 0 ||
           err_sys(e, "listening at the control socket '%s'", at->sun_path);
}

int control_socket_listen(const char *path, const struct control_owner *owner, struct err *e)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    if (snprintf(at.sun_path, sizeof at.sun_path, "%s", path) >= (int)sizeof at.sun_path) {
        err_set(e, ERR_LIMIT,
                "the path of the control socket is longer than %zu octets: '%.60s...'",
                sizeof at.sun_path - 1, path);
        return -1;
    }
    if (!make_directory(path, owner, e) || !make_way(&at, e))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        err_sys(e, "making the control socket");
        return -1;
    }
    if (bind_there(fd, &at, owner, e))
        return fd;
    close(fd);
    return -1;
}

static bool is_member(int fd, gid_t group)
{
    static const socklen_t MOST = GROUPS_MAX * sizeof(gid_t);
    socklen_t n = 0;
    bool found = false;
    getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &n); /* ERANGE, and how many there are */
    gid_t *groups = n && n <= MOST ? malloc(n) : NULL;
    if (groups && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &n) == 0)
        for (size_t i = 0; i < n / sizeof *groups; i++)
            found |= groups[i] == group;
    free(groups);
    return found;
}

bool control_socket_may(int fd, const struct control_owner *owner)
{
    struct ucred peer;
    socklen_t n = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
        return false;
    if (peer.uid == 0 || peer.uid == owner->user)
        return true;
    return owner->shared && (peer.gid == owner->group || is_member(fd, owner->group));
}
