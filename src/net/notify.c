/* SPDX-License-Identifier: ISC */
#include "net/notify.h"
#include "base/str.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { TEXT_MAX = 512 };

struct net_notify {
    int fd;
    uint64_t watchdog_us;
};

/* "/run/systemd/notify", or "@name" of the sockets without a file. False: neither. */
static bool address_of(const char *name, struct sockaddr_un *at, socklen_t *n)
{
    size_t length = strlen(name);
    *at = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if ((name[0] != '/' && name[0] != '@') || length < 2 || length >= sizeof at->sun_path)
        return false;
    memcpy(at->sun_path, name, length);
    if (name[0] == '@')
        at->sun_path[0] = 0;
    *n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return true;
}

/* WATCHDOG_PID says for whom it is meant, where it is said. */
static uint64_t watchdog(void)
{
    uint64_t us = 0, pid = 0;
    const char *of = getenv("WATCHDOG_PID");
    if (of && (!str_to_u64(str_from(of), INT32_MAX, &pid) || (pid_t)pid != getpid()))
        return 0;
    return str_to_u64(str_from(getenv("WATCHDOG_USEC")), UINT64_MAX, &us) ? us : 0;
}

static struct net_notify *connected(const char *name)
{
    struct sockaddr_un at;
    socklen_t length;
    if (!name || !address_of(name, &at, &length))
        return NULL;
    struct net_notify *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (n->fd >= 0 && connect(n->fd, (struct sockaddr *)&at, length) == 0) {
        n->watchdog_us = watchdog();
        return n;
    }
    net_notify_free(n);
    return NULL;
}

struct net_notify *net_notify_new(void)
{
    struct net_notify *n = connected(getenv("NOTIFY_SOCKET"));
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return n;
}

void net_notify_free(struct net_notify *n)
{
    if (!n)
        return;
    if (n->fd >= 0)
        close(n->fd);
    free(n);
}

void net_notify(struct net_notify *n, const char *fmt, ...)
{
    char text[TEXT_MAX];
    va_list args;
    if (!n)
        return;
    va_start(args, fmt);
    int length = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (length > 0 && (size_t)length < sizeof text)
        (void)!send(n->fd, text, (size_t)length, MSG_NOSIGNAL);
}

void net_notify_reloading(struct net_notify *n)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    net_notify(n, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
               (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
}

uint64_t net_notify_watchdog_us(const struct net_notify *n)
{
    return n ? n->watchdog_us : 0;
}
