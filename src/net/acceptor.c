/* SPDX-License-Identifier: ISC */
/* net/acceptor.c - a port that several loops listen at */
#include "net/acceptor.h"
#include "net/inside.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BACKLOG = 4096,  /* the system cuts it to net.core.somaxconn */
    BURST = 64,      /* taken in one go, so that those who are there have their turn */
    DRAIN = 1 << 16, /* at the end; a flood must not keep us */
    PAUSE_MS = 100   /* without a descriptor to be had, taking would only fail again */
};

struct net_acceptor {
    uv_poll_t poll;
    uv_timer_t again;
    unsigned handles; /* of the two, not yet closed */
    int fd;
    uint16_t port;
    bool started;
    bool shared; /* what waits at it is not lost with us */
    net_acceptor_call *accepted;
    void *user;
};

static void poll_on(struct net_acceptor *a);

static void on_again(uv_timer_t *timer)
{
    poll_on(timer->data);
}

/* False: nobody waits, or no more can be taken now. */
static bool take_one(struct net_acceptor *a)
{
    struct sockaddr_storage sa;
    socklen_t n = sizeof sa;
    struct ip peer;
    uint16_t port = 0;
    int fd = accept4(a->fd, (struct sockaddr *)&sa, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        net_sockaddr_read((struct sockaddr *)&sa, &peer, &port);
        a->accepted(a->user, fd, &peer, port);
        return true;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        if (a->started) {
            uv_poll_stop(&a->poll);
            uv_timer_start(&a->again, on_again, PAUSE_MS, 0);
        }
        return false;
    }
    /* The others are about that one connection, which is gone again (accept(2)). */
    return errno != EAGAIN && errno != EWOULDBLOCK && errno != EBADF && errno != EINVAL;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct net_acceptor *a = poll->data;
    (void)events;
    for (int i = 0; status == 0 && i < BURST && a->started && take_one(a); i++)
        ;
}

static void poll_on(struct net_acceptor *a)
{
    uv_poll_start(&a->poll, UV_READABLE, on_poll);
}

/* -1: errno says why. */
static int bound(const struct sockaddr_storage *sa, bool shared)
{
    const int yes = 1;
    int fd = socket(sa->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    socklen_t n = sa->ss_family == AF_INET ? sizeof(struct sockaddr_in)
                                           : sizeof(struct sockaddr_in6);
    bool ok = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
              (!shared || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) == 0) &&
              (sa->ss_family == AF_INET ||
               setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) == 0) &&
              bind(fd, (const struct sockaddr *)sa, n) == 0 &&
              (!shared || listen(fd, BACKLOG) == 0);
    if (ok)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

bool net_acceptor_free_port(const struct ip *address, uint16_t port, struct err *e)
{
    struct sockaddr_storage sa;
    char text[IP_TEXT_MAX];
    if (port == 0 || !net_sockaddr_of(address, port, &sa))
        return true;
    int fd = bound(&sa, false);
    if (fd < 0 && errno == EADDRINUSE)
        return err_sys(e, "listening at %s port %u", ip_text(address, text), port);
    if (fd >= 0)
        close(fd);
    return true;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage sa;
    socklen_t n = sizeof sa;
    struct ip ip;
    uint16_t port = 0;
    if (getsockname(fd, (struct sockaddr *)&sa, &n) == 0)
        net_sockaddr_read((struct sockaddr *)&sa, &ip, &port);
    return port;
}

struct net_acceptor *net_acceptor_over(struct net_loop *l, int fd, net_acceptor_call *accepted,
                                       void *user, struct err *e)
{
    struct net_acceptor *a = calloc(1, sizeof *a);
    if (!a || uv_poll_init(net_loop_uv(l), &a->poll, fd) != 0) {
        err_memory(e, "a listening socket");
        close(fd);
        free(a);
        return NULL;
    }
    a->fd = fd;
    uv_timer_init(net_loop_uv(l), &a->again);
    a->handles = 2;
    a->poll.data = a->again.data = a;
    a->port = port_of(a->fd);
    a->accepted = accepted;
    a->user = user;
    return a;
}

struct net_acceptor *net_acceptor_share(struct net_loop *l, int fd, net_acceptor_call *accepted,
                                        void *user, struct err *e)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) {
        err_sys(e, "listening at a socket that was handed over");
        return NULL;
    }
    struct net_acceptor *a = net_acceptor_over(l, copy, accepted, user, e);
    if (a)
        a->shared = true;
    return a;
}

struct net_acceptor *net_acceptor_new(struct net_loop *l, const struct ip *address, uint16_t port,
                                      net_acceptor_call *accepted, void *user, struct err *e)
{
    struct sockaddr_storage sa;
    char text[IP_TEXT_MAX];
    if (!net_sockaddr_of(address, port, &sa)) {
        err_set(e, ERR_SYNTAX, "listening: there is no address to listen at");
        return NULL;
    }
    int fd = bound(&sa, true);
    if (fd < 0) {
        err_sys(e, "listening at %s port %u", ip_text(address, text), port);
        return NULL;
    }
    return net_acceptor_over(l, fd, accepted, user, e);
}

void net_acceptor_start(struct net_acceptor *a)
{
    a->started = true;
    poll_on(a);
}

uint16_t net_acceptor_port(const struct net_acceptor *a)
{
    return a->port;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct net_acceptor *a = handle->data;
    if (--a->handles == 0)
        free(a);
}

void net_acceptor_free(struct net_acceptor *a)
{
    if (!a)
        return;
    for (int i = 0; a->started && !a->shared && i < DRAIN && take_one(a); i++)
        ;
    a->started = false;
    uv_poll_stop(&a->poll);
    close(a->fd);
    uv_close((uv_handle_t *)&a->poll, on_handle_closed);
    uv_close((uv_handle_t *)&a->again, on_handle_closed);
}
