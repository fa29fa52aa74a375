/* SPDX-License-Identifier: ISC */
/* net/listener.c - a socket that listens, for the mock and the tests */
#include "net/inside.h"
#include "net/stream.h"
#include "net/stream_accept.h"
#include <stdlib.h>

#define BACKLOG 128

struct net_listener {
    struct net_loop *loop;
    uv_tcp_t tcp;
    uint16_t port;
    bool waiting; /* inside accepted(), with a connection not yet taken */
    bool freed;
    void (*accepted)(void *user, struct net_listener *from);
    void *user;
};

static void free_listener(uv_handle_t *handle)
{
    free(handle->data);
}

void net_listener_free(struct net_listener *s)
{
    if (!s || s->freed)
        return;
    s->freed = true;
    uv_close((uv_handle_t *)&s->tcp, free_listener);
}

/* libuv hands no further connection over until the one that waits is taken. */
static void refuse(struct net_listener *s)
{
    uv_tcp_t *tcp = calloc(1, sizeof(*tcp));
    if (!tcp)
        return;
    uv_tcp_init(net_loop_uv(s->loop), tcp);
    tcp->data = tcp;
    (void)!uv_accept((uv_stream_t *)&s->tcp, (uv_stream_t *)tcp);
    uv_close((uv_handle_t *)tcp, free_listener);
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct net_listener *s = stream->data;
    if (status < 0 || s->freed)
        return;
    s->waiting = true;
    s->accepted(s->user, s);
    if (s->waiting && !s->freed)
        refuse(s);
    s->waiting = false;
}

static bool listen_at(struct net_listener *s, const struct ip *address, uint16_t port,
                      struct err *e)
{
    char text[IP_TEXT_MAX];
    struct sockaddr_storage sa;
    if (!net_sockaddr_of(address, port, &sa))
        return err_set(e, ERR_SYNTAX, "listening: there is no address to listen at");
    int rc = uv_tcp_bind(&s->tcp, (struct sockaddr *)&sa, 0);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&s->tcp, BACKLOG, on_connection);
    int n = sizeof(sa);
    if (rc == 0)
        rc = uv_tcp_getsockname(&s->tcp, (struct sockaddr *)&sa, &n);
    if (rc != 0)
        return net_err_uv(e, rc, "listening at %s port %u", ip_text(address, text), port);
    struct ip ip;
    net_sockaddr_read((struct sockaddr *)&sa, &ip, &s->port);
    return true;
}

struct net_listener *net_listener_new(struct net_loop *l, const struct ip *address, uint16_t port,
                                      void (*accepted)(void *user, struct net_listener *from),
                                      void *user, struct err *e)
{
    struct net_listener *s = calloc(1, sizeof(*s));
    if (!s) {
        err_memory(e, "a listening socket");
        return NULL;
    }
    s->loop = l;
    s->accepted = accepted;
    s->user = user;
    uv_tcp_init(net_loop_uv(l), &s->tcp);
    s->tcp.data = s;
    if (!listen_at(s, address, port, e)) {
        net_listener_free(s);
        return NULL;
    }
    return s;
}

uint16_t net_listener_port(const struct net_listener *s)
{
    return s->port;
}

struct net_stream *net_listener_accept(struct net_listener *s,
                                       const struct net_stream_limits *limits,
                                       const struct net_stream_calls *calls, void *user,
                                       struct err *e)
{
    if (!s->waiting) {
        err_set(e, ERR_SYNTAX, "taking a connection: none waits");
        return NULL;
    }
    struct net_stream *taken = net_stream_accept(s->loop, &s->tcp, limits, calls, user, e);
    s->waiting = !taken;
    return taken;
}
