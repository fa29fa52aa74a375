/* SPDX-License-Identifier: ISC */
#include "net/handed.h"
#include "base/escape.h"
#include "net/inside.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int option(int fd, int name)
{
    int value = -1;
    socklen_t n = sizeof value;
    return getsockopt(fd, SOL_SOCKET, name, &value, &n) == 0 ? value : -1;
}

static bool take_socket(struct net_handed *h, int fd, str name, struct err *e)
{
    struct net_handed_socket *s = &h->sockets[h->count];
    struct sockaddr_storage sa;
    socklen_t n = sizeof sa;
    char shown[ESCAPE_SHOWN_MAX];
    s->fd = fd;
    s->name = name;
    int family = option(fd, SO_DOMAIN), flags = fcntl(fd, F_GETFL);
    if ((family != AF_INET && family != AF_INET6) || option(fd, SO_TYPE) != SOCK_STREAM ||
        option(fd, SO_ACCEPTCONN) != 1 || getsockname(fd, (struct sockaddr *)&sa, &n) != 0 ||
        !net_sockaddr_read((struct sockaddr *)&sa, &s->address, &s->port))
        return err_set(e, ERR_SYNTAX,
                       "descriptor %d, handed over by the service manager as \"%s\", is no TCP "
                       "socket that listens: its .socket unit needs ListenStream= with a port, and "
                       "Accept=no",
                       fd, escape_shown(name, shown));
    if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return err_sys(e, "taking descriptor %d, handed over as \"%s\"", fd,
                       escape_shown(name, shown));
    h->count++;
    return true;
}

/* Names are parted by colons; without the variable all are called as systemd calls what has no name. */
static bool take_all(struct net_handed *h, uint64_t count, struct err *e)
{
    char shown[ESCAPE_SHOWN_MAX];
    str rest = str_from(h->names);
    for (uint64_t i = 0; i < count; i++) {
        str name = STR("unknown");
        if (h->names) {
            const char *colon = rest.n ? memchr(rest.p, ':', rest.n) : NULL;
            bool last = i + 1 == count;
            if (last == (colon != NULL))
                return err_set(e, ERR_SYNTAX,
                               "the service manager hands over %" PRIu64
                               " sockets, and LISTEN_FDNAMES \"%s\" has another number of names",
                               count, escape_shown(str_from(h->names), shown));
            name = last ? rest : (str){ rest.p, (size_t)(colon - rest.p) };
            rest = last ? STR_NONE : str_skip(rest, name.n + 1);
        }
        if (!take_socket(h, NET_HANDED_FIRST + (int)i, name, e))
            return false;
    }
    return true;
}

static struct net_handed *handed(const char *count_text, const char *names, struct err *e)
{
    char shown[ESCAPE_SHOWN_MAX];
    uint64_t count = 0;
    if (!str_to_u64(str_from(count_text), NET_HANDED_MAX, &count)) {
        err_set(e, ERR_LIMIT, "LISTEN_FDS is \"%s\": at most %d sockets can be handed over",
                escape_shown(str_from(count_text), shown), NET_HANDED_MAX);
        return NULL;
    }
    if (count == 0)
        return NULL;
    struct net_handed *h = calloc(1, sizeof *h);
    if (h && names)
        h->names = strdup(names);
    if (!h || (names && !h->names))
        err_memory(e, "sockets that were handed over");
    else if (take_all(h, count, e))
        return h;
    net_handed_free(h);
    return NULL;
}

struct net_handed *net_handed_new(struct err *e)
{
    const char *pid_text = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    uint64_t pid = 0;
    struct net_handed *h = NULL;
    *e = (struct err){ .kind = ERR_NONE };
    /* Meant for a process before us in the same environment, where the number is another's. */
    if (pid_text && count && str_to_u64(str_from(pid_text), INT32_MAX, &pid) &&
        (pid_t)pid == getpid())
        h = handed(count, getenv("LISTEN_FDNAMES"), e);
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return h;
}

void net_handed_free(struct net_handed *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->count; i++)
        close(h->sockets[i].fd);
    free(h->names);
    free(h);
}
