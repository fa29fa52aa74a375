/* SPDX-License-Identifier: ISC */
/*
 * net/stream.c - a TCP connection on the loop, with TLS between it and its owner
 *
 * What the owner asks for only changes buffers and marks, and puts off a turn; turn() then does the
 * work. So no callback is ever made from inside a net_stream_ call, and what is sent in one go goes
 * out in one piece. The stream is freed when the last of its handles has closed.
 */
#include "net/stream.h"
#include "base/buf.h"
#include "base/wipe.h"
#include "net/inside.h"
#include "net/stream_accept.h"
#include "net/tls_pipe.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define HIGH_OCTETS ((size_t)256 << 10)
#define LOW_OCTETS  ((size_t)64 << 10)
#define FLUSH_MS    30000
#define LINGER_MS   1000
/* Early clear text that is thrown away; what comes on top of it fails the handshake. */
#define DROP_OCTETS ((size_t)1 << 20)
/* The buffers keep to the marks by themselves; this is a net below them. */
#define BUFFER_MAX (SIZE_MAX / 4)

enum state {
    CONNECTING,
    OPEN,
    FLUSHING,  /* writing what waits; input is thrown away */
    LINGERING, /* FIN is sent; waiting for the peer's */
    CLOSED     /* the handles are closing, or closed */
};

struct net_stream {
    struct net_loop *loop;
    net_id id;
    struct net_stream_calls calls;
    void *user;
    enum state state;
    struct net_task turn;
    bool announce; /* an accepted stream whose opened() is still to come */
    bool mute;     /* was never given to its owner: no closed() */

    uv_tcp_t tcp;
    uv_timer_t timer;
    unsigned handles; /* of the two, not yet closed */
    uv_connect_t connect_req;
    uv_write_t write_req;
    uv_shutdown_t shutdown_req;
    struct ip local_ip, peer_ip;
    uint16_t local_port, peer_port;

    struct net_tls_pipe *tls;
    bool serves;       /* as the server of it */
    bool started;      /* the handshake */
    bool tls_came;     /* clear text came under it */
    struct buf clear;  /* waits to be encrypted */
    size_t clear_used; /* of it, already done */
    struct buf wire;   /* waits to be written */
    struct buf flight; /* being written, when writing */
    bool writing;
    size_t high, low;
    bool full;     /* above the high mark, and not yet below the low one */
    bool held;     /* net_stream_hold() */
    bool let_go;   /* and no longer: what TLS has read already comes first */
    bool came;     /* clear text was read */
    bool peer_fin; /* EOF, or close_notify */
    int broken;    /* libuv's code of a write that failed; reading tells the rest */

    uint64_t deadline_at, give_up_at;
    enum net_end end;
    struct err why;
};

static void turn(struct net_stream *s);
static void pump(struct net_stream *s);

/* ---- the end ---- */

static void stream_free(struct net_stream *s)
{
    net_tls_pipe_free(s->tls);
    buf_wipe_done(&s->clear);
    buf_wipe_done(&s->wire);
    buf_wipe_done(&s->flight);
    free(s);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct net_stream *s = handle->data;
    if (--s->handles > 0)
        return;
    net_loop_leave(s->loop, s->id);
    if (!s->mute)
        s->calls.closed(s->user, s->end, &s->why);
    stream_free(s);
}

static void close_now(struct net_stream *s)
{
    if (s->state == CLOSED)
        return;
    s->state = CLOSED;
    net_task_cancel(s->loop, &s->turn);
    uv_close((uv_handle_t *)&s->tcp, on_handle_closed);
    uv_close((uv_handle_t *)&s->timer, on_handle_closed);
}

static void on_timer(uv_timer_t *timer)
{
    struct net_stream *s = timer->data;
    if (s->state >= FLUSHING || s->broken) {
        close_now(s);
        return;
    }
    s->deadline_at = UINT64_MAX;
    s->calls.due(s->user);
}

static void set_timer(struct net_stream *s)
{
    uint64_t at_ms = s->deadline_at < s->give_up_at ? s->deadline_at : s->give_up_at;
    uint64_t now_ms = net_loop_now_ms(s->loop);
    if (s->state == CLOSED)
        return;
    if (at_ms == UINT64_MAX)
        uv_timer_stop(&s->timer);
    else
        uv_timer_start(&s->timer, on_timer, at_ms > now_ms ? at_ms - now_ms : 0, 0);
}

static void give_up_after(struct net_stream *s, uint64_t wait_ms)
{
    s->give_up_at = net_loop_now_ms(s->loop) + wait_ms;
    set_timer(s);
}

static size_t unwritten(const struct net_stream *s)
{
    return s->clear.n - s->clear_used + s->wire.n + s->flight.n;
}

/* The first end is the one that is told. */
static void finish(struct net_stream *s, enum net_end end, bool flush)
{
    if (s->state >= FLUSHING)
        return;
    s->end = end;
    if (!flush || s->state == CONNECTING) {
        close_now(s);
        return;
    }
    s->state = FLUSHING;
    give_up_after(s, FLUSH_MS);
    net_task_later(s->loop, &s->turn);
}

/* TLS failed: only its last words, the alert, still go out. */
static void finish_tls(struct net_stream *s)
{
    secret_wipe(s->clear.p, s->clear.n);
    buf_clear(&s->clear);
    s->clear_used = 0;
    finish(s, NET_END_TLS, true);
}

static const struct end_row {
    int rc; /* of libuv */
    enum net_end connecting, open;
} ENDS[] = {
    { UV_ECONNREFUSED, NET_END_REFUSED, NET_END_RESET },
    { UV_ECONNRESET, NET_END_RESET, NET_END_RESET }, /* it stood, and we were late to see it */
    { UV_EPIPE, NET_END_RESET, NET_END_RESET },
    { UV_ECONNABORTED, NET_END_RESET, NET_END_RESET },
    { UV_EHOSTUNREACH, NET_END_UNREACHABLE, NET_END_UNREACHABLE },
    { UV_ENETUNREACH, NET_END_UNREACHABLE, NET_END_UNREACHABLE },
    { UV_ENETDOWN, NET_END_UNREACHABLE, NET_END_UNREACHABLE },
    { UV_EHOSTDOWN, NET_END_UNREACHABLE, NET_END_UNREACHABLE },
    { UV_ENONET, NET_END_UNREACHABLE, NET_END_UNREACHABLE },
    { UV_EACCES, NET_END_UNREACHABLE, NET_END_UNREACHABLE },
    { UV_EPERM, NET_END_UNREACHABLE, NET_END_UNREACHABLE },
    { UV_EPROTO, NET_END_UNREACHABLE, NET_END_UNREACHABLE },
    { UV_EADDRNOTAVAIL, NET_END_UNREACHABLE, NET_END_UNREACHABLE }, /* no IPv6 here */
    { UV_EAFNOSUPPORT, NET_END_UNREACHABLE, NET_END_UNREACHABLE },
    { UV_ETIMEDOUT, NET_END_SILENT, NET_END_SILENT },
};

static enum net_end end_of(const struct net_stream *s, int rc)
{
    for (size_t i = 0; i < COUNT_OF(ENDS); i++)
        if (ENDS[i].rc == rc)
            return s->state == CONNECTING ? ENDS[i].connecting : ENDS[i].open;
    return NET_END_FAILED;
}

static void finish_uv(struct net_stream *s, int rc, const char *what)
{
    char text[IP_TEXT_MAX];
    if (s->state < FLUSHING)
        net_err_uv(&s->why, rc, "%s %s port %u", what, ip_text(&s->peer_ip, text), s->peer_port);
    finish(s, end_of(s, rc), false);
    close_now(s);
}

/* ---- writing ---- */

static void on_written(uv_write_t *req, int status);

/* A write that failed often means that the peer has closed, with a last word that is still to be read:
 * so reading goes on, and says how it ended. */
static void write_broke(struct net_stream *s, int rc)
{
    if (s->state >= FLUSHING) {
        close_now(s);
        return;
    }
    char text[IP_TEXT_MAX];
    net_err_uv(&s->why, rc, "writing to %s port %u", ip_text(&s->peer_ip, text), s->peer_port);
    s->broken = rc;
    s->end = end_of(s, rc);
    s->full = false;
    secret_wipe(s->clear.p, s->clear.n);
    buf_clear(&s->clear);
    s->clear_used = 0;
    buf_clear(&s->wire);
    give_up_after(s, LINGER_MS);
}

/* Behind the handshake a server of TLS 1.3 writes session tickets, and many keep the answer to our first
 * words back until those are acknowledged (RFC 896). The system would wait 40 ms with that. It forgets the
 * wish whenever octets go out. */
static void acknowledge_at_once(struct net_stream *s)
{
    const int yes = 1;
    uv_os_fd_t fd;
    if (s->tls && !s->serves && !s->tls_came && uv_fileno((uv_handle_t *)&s->tcp, &fd) == 0)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
}

/* Most of what is sent the system takes at once: then no request is made, which would cost a call to the poll set beside
 * the write. False: the rest is to be written when there is room. */
static bool write_at_once(struct net_stream *s)
{
    uv_buf_t piece = { .base = s->wire.p, .len = s->wire.n };
    int rc = uv_try_write((uv_stream_t *)&s->tcp, &piece, 1);
    if (rc == UV_EAGAIN)
        return false;
    if (rc < 0) {
        write_broke(s, rc);
        return true;
    }
    acknowledge_at_once(s);
    if ((size_t)rc < s->wire.n) {
        buf_drop(&s->wire, (size_t)rc);
        return false;
    }
    secret_wipe(s->wire.p, s->wire.n);
    buf_clear(&s->wire);
    if (s->full || s->clear_used < s->clear.n) /* there is more to do than this turn may */
        net_task_later(s->loop, &s->turn);
    return true;
}

static void write_out(struct net_stream *s)
{
    if (s->writing || s->broken || s->wire.n == 0)
        return;
    if (!buf_ok(&s->wire)) {
        err_memory(&s->why, "octets to send");
        finish(s, NET_END_FAILED, false);
        return;
    }
    if (write_at_once(s))
        return;
    struct buf empty = s->flight;
    s->flight = s->wire;
    s->wire = empty;
    s->writing = true;
    uv_buf_t piece = { .base = s->flight.p, .len = s->flight.n };
    int rc = uv_write(&s->write_req, (uv_stream_t *)&s->tcp, &piece, 1, on_written);
    if (rc != 0) {
        s->writing = false;
        buf_wipe_done(&s->flight);
        write_broke(s, rc);
    } else {
        acknowledge_at_once(s);
    }
}

/* Empty buffers give their memory back: most connections are idle most of the time. */
static void shrink(struct buf *b)
{
    if (b->n == 0 && b->p) {
        buf_wipe_done(b);
        buf_init(b, BUFFER_MAX);
    }
}

static void encrypt(struct net_stream *s)
{
    if (!s->tls || !net_tls_pipe_done(s->tls))
        return;
    while (s->clear_used < s->clear.n && s->wire.n + s->flight.n < s->high) {
        size_t n = net_tls_pipe_write(s->tls, str_skip(buf_str(&s->clear), s->clear_used));
        s->clear_used += n;
        if (n == 0) {
            pump(s); /* it failed, and this is how it says so */
            break;
        }
    }
    if (s->clear_used == s->clear.n) {
        secret_wipe(s->clear.p, s->clear.n);
        buf_clear(&s->clear);
        s->clear_used = 0;
    }
}

/* ---- reading ---- */

static void peer_closed(struct net_stream *s)
{
    if (s->state == OPEN && !s->broken && s->calls.ended && s->calls.ended(s->user))
        return;
    if (s->state == OPEN)
        err_set(&s->why, ERR_NONE, "the peer closed the connection");
    finish(s, NET_END_PEER, !s->broken);
}

static void on_tls_step(struct net_stream *s, enum net_tls_step step, str octets)
{
    switch (step) {
    case NET_TLS_DONE:
        if (s->state == OPEN)
            s->calls.secured(s->user, net_tls_pipe_facts(s->tls));
        break;
    case NET_TLS_OCTETS:
        s->tls_came = true;
        if (s->state == OPEN)
            s->calls.octets(s->user, octets);
        break;
    case NET_TLS_CLOSED:
        s->peer_fin = true;
        peer_closed(s);
        break;
    case NET_TLS_FAILED: finish_tls(s); break;
    case NET_TLS_MORE: break;
    }
}

/* What TLS has for us, until it wants more octets or the owner has too much to write. */
static void pump(struct net_stream *s)
{
    enum net_tls_step step = NET_TLS_DONE;
    while (step == NET_TLS_DONE || step == NET_TLS_OCTETS) {
        if (s->state == CLOSED || (s->state == OPEN && (s->full || s->held)))
            return;
        size_t n = 0;
        struct err e = { 0 };
        char *room = net_loop_clear_room(s->loop);
        step = net_tls_pipe_read(s->tls, room, NET_ROOM_OCTETS, &n, &e);
        if (step == NET_TLS_FAILED && s->state == OPEN)
            s->why = e;
        on_tls_step(s, step, (str){ room, n });
        /* TLS answers some of what it reads by itself: a peer that asks on and on, and does not read
         * the answers, is not read any further either. */
        if (s->state == OPEN && !s->broken && unwritten(s) > s->high)
            s->full = true;
    }
}

static void on_eof_open(struct net_stream *s)
{
    struct err e = { 0 };
    enum net_tls_step step = s->tls ? net_tls_pipe_eof(s->tls, &e) : NET_TLS_CLOSED;
    if (s->broken == UV_ECONNRESET) {
        finish(s, s->end, false);
    } else if (step == NET_TLS_FAILED) {
        s->why = e;
        finish_tls(s);
    } else if (step == NET_TLS_CLOSED) {
        peer_closed(s);
    } else {
        err_set(&s->why, ERR_SYNTAX, "the peer closed the connection without ending TLS");
        finish(s, NET_END_TRUNCATED, !s->broken);
    }
}

static void on_eof(struct net_stream *s)
{
    s->peer_fin = true;
    uv_read_stop((uv_stream_t *)&s->tcp);
    if (s->state == OPEN)
        on_eof_open(s);
    else if (s->state == LINGERING || (s->tls && !net_tls_pipe_done(s->tls)))
        close_now(s);
}

static void on_octets(struct net_stream *s, str octets)
{
    if (s->tls) {
        if (!net_tls_pipe_feed(s->tls, octets)) {
            err_memory(&s->why, "octets that came under TLS");
            finish(s, NET_END_FAILED, false);
            return;
        }
        pump(s);
        acknowledge_at_once(s);
    } else if (s->state == OPEN) {
        s->came = true;
        s->calls.octets(s->user, octets);
    }
}

static void on_room_wanted(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    struct net_stream *s = handle->data;
    (void)suggested;
    room->base = net_loop_socket_room(s->loop);
    room->len = NET_ROOM_OCTETS;
}

/* When octets and a reset come together libuv reports the octets and then the end of file: the system
 * still knows better. */
static ssize_t unhide_reset(struct net_stream *s)
{
    int sys_errno = 0;
    socklen_t n = sizeof(sys_errno);
    uv_os_fd_t fd;
    if (uv_fileno((uv_handle_t *)&s->tcp, &fd) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &sys_errno, &n) != 0 || sys_errno == 0)
        return UV_EOF;
    return uv_translate_sys_error(sys_errno);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *room)
{
    struct net_stream *s = stream->data;
    if (s->state == CLOSED || n == 0)
        return;
    if (n == UV_EOF)
        n = unhide_reset(s);
    if (n < 0 && s->tls)
        pump(s); /* what was held back while there was no room */
    if (n == UV_EOF)
        on_eof(s);
    else if (n < 0)
        finish_uv(s, (int)n, "reading from");
    else
        on_octets(s, (str){ room->base, (size_t)n });
    turn(s);
}

static void set_reading(struct net_stream *s)
{
    bool want = !s->peer_fin && (s->state > OPEN || s->broken || !(s->full || s->held));
    if (!want) {
        uv_read_stop((uv_stream_t *)&s->tcp);
        return;
    }
    int rc = uv_read_start((uv_stream_t *)&s->tcp, on_room_wanted, on_read);
    if (rc != 0 && rc != UV_EALREADY)
        finish_uv(s, rc, "reading from");
}

/* ---- the turn ---- */

static void on_shut(uv_shutdown_t *req, int status)
{
    struct net_stream *s = req->data;
    if (status < 0 && s->state != CLOSED)
        close_now(s);
}

/* Our last octet is with the system. Closing now while input is unread, or still comes, would make the
 * system send a reset, and that may take our last words from the peer's hands: so FIN, then wait. Not for
 * the alert to a server whose TLS failed: it knows, and a client has better to do for a round trip. */
static void half_close(struct net_stream *s)
{
    if (s->peer_fin || (s->end == NET_END_TLS && !s->serves)) {
        close_now(s);
        return;
    }
    s->state = LINGERING;
    s->shutdown_req.data = s;
    if (uv_shutdown(&s->shutdown_req, (uv_stream_t *)&s->tcp, on_shut) != 0)
        close_now(s);
    else
        give_up_after(s, LINGER_MS);
}

static void turn(struct net_stream *s)
{
    if (s->announce) {
        s->announce = false;
        s->calls.opened(s->user);
    }
    if (s->state == CONNECTING || s->state == CLOSED)
        return;
    if (s->tls && !s->started) {
        s->started = true;
        pump(s);
    }
    if (s->let_go) {
        s->let_go = false;
        if (s->tls && s->state == OPEN)
            pump(s);
    }
    encrypt(s);
    if (s->state == FLUSHING && s->tls && s->clear.n == 0)
        net_tls_pipe_shutdown(s->tls);
    write_out(s);
    if (s->state == FLUSHING && unwritten(s) == 0)
        half_close(s);
    if (s->state == LINGERING && s->peer_fin)
        close_now(s);
    if (s->state != CLOSED)
        set_reading(s);
    if (!s->writing)
        shrink(&s->flight);
    shrink(&s->wire);
    shrink(&s->clear);
}

/* Below the low mark: the owner, and what TLS held back, have their turn. */
static void make_room(struct net_stream *s)
{
    if (s->state != OPEN || !s->full || unwritten(s) > s->low)
        return;
    s->full = false;
    s->calls.room(s->user);
    if (s->tls)
        pump(s);
    turn(s);
}

static void run_turn(struct net_task *t)
{
    struct net_stream *s = NET_TASK_OWNER(t, struct net_stream, turn);
    turn(s);
    make_room(s);
}

static void on_written(uv_write_t *req, int status)
{
    struct net_stream *s = req->data;
    s->writing = false;
    secret_wipe(s->flight.p, s->flight.n);
    buf_clear(&s->flight);
    if (s->state == CLOSED)
        return;
    if (status < 0)
        write_broke(s, status);
    turn(s);
    make_room(s);
}

/* ---- being born ---- */

static struct net_stream *stream_new(struct net_loop *l, const struct net_stream_limits *limits,
                                     const struct net_stream_calls *calls, void *user,
                                     struct err *e)
{
    struct net_stream *s = calloc(1, sizeof(*s));
    if (!s || !net_loop_enter(l, s, &s->id)) {
        free(s);
        err_memory(e, "a connection");
        return NULL;
    }
    s->loop = l;
    s->calls = *calls;
    s->user = user;
    s->turn.run = run_turn;
    s->high = limits && limits->high_octets ? limits->high_octets : HIGH_OCTETS;
    s->low = limits && limits->low_octets ? limits->low_octets : LOW_OCTETS;
    if (s->low > s->high)
        s->low = s->high / 4;
    buf_init(&s->clear, BUFFER_MAX);
    buf_init(&s->wire, BUFFER_MAX);
    buf_init(&s->flight, BUFFER_MAX);
    s->deadline_at = s->give_up_at = UINT64_MAX;
    uv_tcp_init(net_loop_uv(l), &s->tcp);
    uv_timer_init(net_loop_uv(l), &s->timer);
    s->handles = 2;
    s->tcp.data = s->timer.data = s->connect_req.data = s->write_req.data = s;
    return s;
}

static void learn_ends(struct net_stream *s)
{
    struct sockaddr_storage sa;
    int n = sizeof(sa);
    if (uv_tcp_getsockname(&s->tcp, (struct sockaddr *)&sa, &n) == 0)
        net_sockaddr_read((struct sockaddr *)&sa, &s->local_ip, &s->local_port);
    n = sizeof(sa);
    if (uv_tcp_getpeername(&s->tcp, (struct sockaddr *)&sa, &n) == 0)
        net_sockaddr_read((struct sockaddr *)&sa, &s->peer_ip, &s->peer_port);
}

static void open_now(struct net_stream *s)
{
    s->state = OPEN;
    uv_tcp_nodelay(&s->tcp, 1);
    learn_ends(s);
}

static void on_connected(uv_connect_t *req, int status)
{
    struct net_stream *s = req->data;
    if (s->state == CLOSED)
        return;
    if (status < 0) {
        finish_uv(s, status, "connecting to");
        return;
    }
    open_now(s);
    s->calls.opened(s->user);
    turn(s);
}

static bool bind_source(struct net_stream *s, const struct net_endpoint *to, struct err *e)
{
    char text[IP_TEXT_MAX];
    struct sockaddr_storage sa;
    if (!net_sockaddr_of(&to->source, 0, &sa))
        return true;
    if (to->source.family != to->address.family)
        return err_set(e, ERR_SYNTAX, "connecting from %s: the server's address is of another kind",
                       ip_text(&to->source, text));
    int rc = uv_tcp_bind(&s->tcp, (struct sockaddr *)&sa, 0);
    return rc == 0 || net_err_uv(e, rc, "connecting from %s", ip_text(&to->source, text));
}

/* What says something about the way to the server is told by closed(), as when it comes late. */
static bool begin_connect(struct net_stream *s, const struct net_endpoint *to, struct err *e)
{
    char text[IP_TEXT_MAX];
    struct sockaddr_storage sa;
    if (!net_sockaddr_of(&to->address, to->port, &sa))
        return err_set(e, ERR_SYNTAX, "connecting: there is no address to connect to");
    if (!bind_source(s, to, e))
        return false;
    int rc = uv_tcp_connect(&s->connect_req, &s->tcp, (struct sockaddr *)&sa, on_connected);
    if (rc == 0)
        return true;
    if (end_of(s, rc) == NET_END_FAILED)
        return net_err_uv(e, rc, "connecting to %s port %u", ip_text(&to->address, text), to->port);
    finish_uv(s, rc, "connecting to");
    return true;
}

struct net_stream *net_stream_connect(struct net_loop *l, const struct net_endpoint *to,
                                      const struct net_stream_limits *limits,
                                      const struct net_stream_calls *calls, void *user,
                                      struct err *e)
{
    struct net_stream *s = stream_new(l, limits, calls, user, e);
    if (!s)
        return NULL;
    s->peer_ip = to->address;
    s->peer_port = to->port;
    if (!begin_connect(s, to, e)) {
        s->mute = true;
        close_now(s);
        return NULL;
    }
    return s;
}

/* A connection that was accepted or given, unless rc says that it was not. */
static struct net_stream *taken(struct net_stream *s, int rc, struct err *e)
{
    if (rc != 0) {
        net_err_uv(e, rc, "taking a connection");
        s->mute = true;
        close_now(s);
        return NULL;
    }
    open_now(s);
    s->announce = true;
    net_task_later(s->loop, &s->turn);
    return s;
}

struct net_stream *net_stream_accept(struct net_loop *l, struct uv_tcp_s *listener,
                                     const struct net_stream_limits *limits,
                                     const struct net_stream_calls *calls, void *user,
                                     struct err *e)
{
    struct net_stream *s = stream_new(l, limits, calls, user, e);
    if (!s)
        return NULL;
    return taken(s, uv_accept((uv_stream_t *)listener, (uv_stream_t *)&s->tcp), e);
}

struct net_stream *net_stream_adopt(struct net_loop *l, int fd,
                                    const struct net_stream_limits *limits,
                                    const struct net_stream_calls *calls, void *user, struct err *e)
{
    struct net_stream *s = stream_new(l, limits, calls, user, e);
    if (!s) {
        close(fd);
        return NULL;
    }
    int rc = uv_tcp_open(&s->tcp, fd);
    if (rc != 0)
        close(fd);
    return taken(s, rc, e);
}

/* ---- what the owner asks ---- */

net_id net_stream_id(const struct net_stream *s)
{
    return s->id;
}

struct net_stream *net_stream_find(struct net_loop *l, net_id id)
{
    return net_loop_at(l, id);
}

void net_stream_local(const struct net_stream *s, struct ip *address, uint16_t *port)
{
    *address = s->local_ip;
    *port = s->local_port;
}

void net_stream_peer(const struct net_stream *s, struct ip *address, uint16_t *port)
{
    *address = s->peer_ip;
    *port = s->peer_port;
}

void net_stream_send(struct net_stream *s, str octets)
{
    if (s->state != OPEN || s->broken || octets.n == 0)
        return;
    if (s->full) {
        err_set(&s->why, ERR_LIMIT, "sending: %zu octets wait already, and %zu is the mark",
                unwritten(s), s->high);
        finish(s, NET_END_FAILED, false);
        return;
    }
    if (!buf_add(s->tls ? &s->clear : &s->wire, octets)) {
        err_memory(&s->why, "octets to send");
        finish(s, NET_END_FAILED, false);
        return;
    }
    s->full = unwritten(s) > s->high;
    net_task_later(s->loop, &s->turn);
}

bool net_stream_broken(const struct net_stream *s)
{
    return s->broken != 0;
}

bool net_stream_has_room(const struct net_stream *s)
{
    return s->state == OPEN && !s->full;
}

/* Clear text that waits in the system's hands: it came before TLS and is not to be believed. An end of
 * file found here is found again by the next read. */
static size_t drop_unread(struct net_stream *s)
{
    size_t dropped = 0;
    uv_os_fd_t fd;
    if (uv_fileno((uv_handle_t *)&s->tcp, &fd) != 0)
        return 0;
    while (dropped < DROP_OCTETS) {
        ssize_t n = recv(fd, net_loop_clear_room(s->loop), NET_ROOM_OCTETS, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        dropped += (size_t)n;
    }
    return dropped;
}

static void begin_tls(struct net_stream *s, struct net_tls_pipe *pipe)
{
    s->tls = pipe;
    if (!pipe)
        finish(s, NET_END_FAILED, true);
    net_task_later(s->loop, &s->turn);
}

size_t net_stream_secure(struct net_stream *s, struct net_tls_context *t, str name)
{
    if (s->state != OPEN || s->tls)
        return 0;
    /* Before any word in clear nothing can have come too early: what waits then is the answer of a
     * server that does not speak TLS here, and worth reading. */
    size_t dropped = s->came ? drop_unread(s) : 0;
    begin_tls(s, net_tls_pipe_client(t, name, &s->wire, &s->why));
    return dropped;
}

size_t net_stream_secure_server(struct net_stream *s, struct net_tls_context *t)
{
    if (s->state != OPEN || s->tls)
        return 0;
    size_t dropped = unwritten(s) > 0 ? drop_unread(s) : 0;
    s->serves = true;
    begin_tls(s, net_tls_pipe_server(t, &s->wire, &s->why));
    return dropped;
}

void net_stream_secure_server_from(struct net_stream *s, struct net_tls_context *t, str first)
{
    if (s->state != OPEN || s->tls)
        return;
    s->serves = true;
    begin_tls(s, net_tls_pipe_server(t, &s->wire, &s->why));
    if (s->tls && !net_tls_pipe_feed(s->tls, first)) {
        err_memory(&s->why, "octets that came under TLS");
        finish(s, NET_END_FAILED, false);
    }
}

void *net_stream_user(const struct net_stream *s)
{
    return s->user;
}

bool net_stream_binding(const struct net_stream *s, struct net_tls_binding *out)
{
    return s->tls && net_tls_pipe_binding(s->tls, out);
}

const struct smtp_tls_facts *net_stream_tls(const struct net_stream *s)
{
    return s->tls ? net_tls_pipe_facts(s->tls) : NULL;
}

void net_stream_deadline(struct net_stream *s, uint64_t at_ms)
{
    s->deadline_at = at_ms;
    set_timer(s);
}

void net_stream_hold(struct net_stream *s, bool held)
{
    if (s->held == held)
        return;
    s->held = held;
    s->let_go |= !held;
    net_task_later(s->loop, &s->turn);
}

void net_stream_close(struct net_stream *s, bool flush)
{
    if (s->state < FLUSHING)
        s->why = (struct err){ 0 };
    finish(s, NET_END_OURS, flush && !s->broken);
    if (!flush)
        close_now(s);
}
