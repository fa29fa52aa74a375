/* SPDX-License-Identifier: ISC */
/* net/dns_ask.c - UDP, then again, then TCP when the answer was cut */
#include "net/dns_ask.h"
#include "net/dns_wire.h"
#include "net/inside.h"
#include "net/stream.h"
#include <openssl/rand.h>
#include <stdlib.h>

#define TRIES   3
#define TRY_MS  1000
#define SOON_MS 100         /* until the next try behind word that the last did not arrive */
#define TCP_MAX (65535 + 2) /* RFC 1035 section 4.2.2: the length comes first, in two octets */
/* Records of one answer; a message of 64 KiB in our own form, names written out. */
#define MEMORY_OCTETS ((size_t)2 << 20)

/* The sockets outlive the question by a turn of the loop, as libuv closes them later: so each lies in
 * memory of its own, and owner is NULL once nobody wants to hear from it. */
struct udp {
    uv_udp_t handle;
    struct net_dns_ask *owner;
    char room[4096];
};
struct tcp {
    struct net_stream *stream;
    struct net_dns_ask *owner;
    struct buf in;
};

struct net_dns_ask {
    struct net_loop *loop;
    struct ip server;
    uint16_t port;
    struct dns_question q;
    uint16_t id;
    bool edns, strange, over;
    enum dns_code silent; /* what it is called when nothing comes */
    unsigned tries;
    uint64_t next_try_at, deadline_at;
    struct net_timer *timer;
    struct udp *udp;
    struct tcp *tcp;
    struct arena memory;
    struct dns_answer answer;
    void (*done)(void *user, struct net_dns_ask *a);
    void *user;
};

static void free_udp(uv_handle_t *handle)
{
    free(handle->data);
}

static void leave_udp(struct net_dns_ask *a)
{
    if (!a->udp)
        return;
    a->udp->owner = NULL;
    uv_udp_recv_stop(&a->udp->handle);
    uv_close((uv_handle_t *)&a->udp->handle, free_udp);
    a->udp = NULL;
}

static void leave_tcp(struct net_dns_ask *a)
{
    if (!a->tcp)
        return;
    a->tcp->owner = NULL;
    net_stream_close(a->tcp->stream, false);
    a->tcp = NULL;
}

void net_dns_ask_free(struct net_dns_ask *a)
{
    if (!a)
        return;
    leave_udp(a);
    leave_tcp(a);
    net_timer_free(a->timer);
    arena_done(&a->memory);
    free(a);
}

const struct dns_answer *net_dns_ask_answer(const struct net_dns_ask *a)
{
    return &a->answer;
}

static void finish(struct net_dns_ask *a)
{
    if (a->over)
        return;
    a->over = true;
    a->answer.question = a->q;
    a->answer.server = a->server;
    net_timer_at(a->timer, UINT64_MAX);
    leave_udp(a);
    leave_tcp(a);
    a->done(a->user, a);
}

static void finish_without(struct net_dns_ask *a, enum dns_code code)
{
    a->answer = (struct dns_answer){ .code = code };
    finish(a);
}

static void set_timer(struct net_dns_ask *a)
{
    bool again = a->tries < TRIES && !a->tcp && a->next_try_at < a->deadline_at;
    net_timer_at(a->timer, again ? a->next_try_at : a->deadline_at);
}

/* ---- UDP ---- */

/* What cannot be sent now counts as lost on the way: the next try comes by the clock. */
static void send_query(struct net_dns_ask *a)
{
    struct buf query;
    buf_init(&query, NET_DNS_UDP_OCTETS);
    if (net_dns_query(&a->q, a->id, a->edns, &query, NULL)) {
        uv_buf_t piece = { .base = query.p, .len = query.n };
        (void)!uv_udp_try_send(&a->udp->handle, &piece, 1, NULL);
    }
    buf_done(&query);
}

static void try_again(struct net_dns_ask *a)
{
    a->tries++;
    if (a->tries == TRIES)
        a->edns = false; /* some boxes on the way drop what they do not know */
    send_query(a);
    a->next_try_at = net_loop_now_ms(a->loop) + TRY_MS;
    set_timer(a);
}

static void on_timer(void *user)
{
    struct net_dns_ask *a = user;
    if (net_loop_now_ms(a->loop) >= a->deadline_at)
        finish_without(a, a->strange ? DNS_BROKEN : a->silent);
    else
        try_again(a);
}

static bool begin_tcp(struct net_dns_ask *a);

static void on_message(struct net_dns_ask *a, str message)
{
    switch (net_dns_answer(message, &a->q, a->id, &a->memory, &a->answer)) {
    case NET_DNS_ANSWER: finish(a); break;
    case NET_DNS_NOT_OURS: break;
    case NET_DNS_STRANGE: a->strange = true; break;
    case NET_DNS_TRUNCATED:
        if (a->tcp || !begin_tcp(a))
            finish_without(a, DNS_BROKEN);
        break;
    case NET_DNS_NO_EDNS:
        if (a->edns && a->udp && !a->tcp) {
            a->edns = false;
            send_query(a);
        } else {
            finish_without(a, DNS_BROKEN);
        }
        break;
    }
}

/* Longer than we said we can take: as good as cut. */
static void on_overlong(struct net_dns_ask *a, str message)
{
    if (net_dns_is_ours(message, a->id) && !begin_tcp(a))
        finish_without(a, DNS_BROKEN);
}

static void on_udp_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    struct udp *u = handle->data;
    (void)suggested;
    room->base = u->room;
    room->len = sizeof(u->room);
}

/* What the network says against sending there, here or by ICMP. */
static bool is_no_way(int rc)
{
    return rc == UV_ENETUNREACH || rc == UV_EHOSTUNREACH || rc == UV_EADDRNOTAVAIL ||
           rc == UV_EAFNOSUPPORT || rc == UV_EACCES || rc == UV_EPERM || rc == UV_ENODEV ||
           rc == UV_EINVAL /* a link-local address without its interface */;
}

/* Anybody can send an ICMP error, so that it ends nothing but this try; said each time it is believed. */
static void on_error(struct net_dns_ask *a, int rc)
{
    if (rc != UV_ECONNREFUSED && !is_no_way(rc))
        return;
    a->silent = rc == UV_ECONNREFUSED ? DNS_TIMEOUT : DNS_UNREACHABLE;
    uint64_t soon = net_loop_now_ms(a->loop) + SOON_MS;
    if (a->tries == TRIES && a->deadline_at > soon)
        a->deadline_at = soon;
    if (a->next_try_at > soon)
        a->next_try_at = soon;
    set_timer(a);
}

/* The socket is connected, so the system lets nobody but the server through (RFC 5452 section 9.1), and each
 * question has one of its own, so that its port is as hard to guess as its id (section 9.2). */
static void on_udp(uv_udp_t *handle, ssize_t n, const uv_buf_t *room, const struct sockaddr *from,
                   unsigned flags)
{
    struct udp *u = handle->data;
    if (!u->owner || u->owner->tcp)
        return;
    if (n < 0)
        on_error(u->owner, (int)n);
    else if (n > 0 && from && (flags & UV_UDP_PARTIAL))
        on_overlong(u->owner, (str){ room->base, (size_t)n });
    else if (n > 0 && from)
        on_message(u->owner, (str){ room->base, (size_t)n });
}

static bool begin_udp(struct net_dns_ask *a, struct err *e)
{
    char text[IP_TEXT_MAX];
    struct sockaddr_storage sa;
    if (!net_sockaddr_of(&a->server, a->port, &sa))
        return err_set(e, ERR_SYNTAX, "asking DNS: there is no server to ask");
    struct udp *u = calloc(1, sizeof(*u));
    if (!u)
        return err_memory(e, "a DNS question");
    uv_udp_init(net_loop_uv(a->loop), &u->handle);
    u->handle.data = u;
    u->owner = a;
    a->udp = u;
    int rc = uv_udp_connect(&u->handle, (struct sockaddr *)&sa);
    if (rc == 0)
        rc = uv_udp_recv_start(&u->handle, on_udp_room, on_udp);
    if (is_no_way(rc)) {
        a->silent = DNS_UNREACHABLE;
        a->deadline_at = 0;
    } else if (rc != 0)
        return net_err_uv(e, rc, "asking the DNS server %s port %u", ip_text(&a->server, text),
                          a->port);
    return true;
}

/* ---- TCP ---- */

static void on_tcp_opened(void *user)
{
    struct tcp *t = user;
    if (!t->owner)
        return;
    struct buf query, framed;
    buf_init(&query, NET_DNS_UDP_OCTETS);
    buf_init(&framed, NET_DNS_UDP_OCTETS + 2);
    if (net_dns_query(&t->owner->q, t->owner->id, t->owner->edns, &query, NULL)) {
        buf_addc(&framed, (char)(query.n >> 8));
        buf_addc(&framed, (char)(query.n & 255));
        buf_add(&framed, buf_str(&query));
        net_stream_send(t->stream, buf_str(&framed));
    }
    buf_done(&query);
    buf_done(&framed);
}

static void on_tcp_octets(void *user, str octets)
{
    struct tcp *t = user;
    if (!t->owner)
        return;
    buf_add(&t->in, octets);
    if (t->in.n < 2)
        return;
    size_t n = (size_t)(unsigned char)t->in.p[0] << 8 | (unsigned char)t->in.p[1];
    if (t->in.n < n + 2 && buf_ok(&t->in))
        return;
    struct net_dns_ask *a = t->owner;
    on_message(a, str_take(str_skip(buf_str(&t->in), 2), n));
    if (t->owner && !a->over)
        finish_without(a, DNS_BROKEN);
}

static void on_tcp_room(void *user)
{
    (void)user;
}

static void on_tcp_closed(void *user, enum net_end end, const struct err *why)
{
    struct tcp *t = user;
    struct net_dns_ask *a = t->owner;
    (void)why;
    buf_done(&t->in);
    free(t);
    if (!a)
        return;
    a->tcp = NULL;
    finish_without(a, end == NET_END_SILENT ? DNS_TIMEOUT : DNS_BROKEN);
}

static const struct net_stream_calls TCP_CALLS = {
    .opened = on_tcp_opened,
    .octets = on_tcp_octets,
    .room = on_tcp_room,
    .closed = on_tcp_closed,
};

static bool begin_tcp(struct net_dns_ask *a)
{
    struct net_endpoint to = { .address = a->server, .port = a->port };
    struct tcp *t = calloc(1, sizeof(*t));
    if (!t)
        return false;
    buf_init(&t->in, TCP_MAX);
    t->owner = a;
    t->stream = net_stream_connect(a->loop, &to, NULL, &TCP_CALLS, t, NULL);
    if (!t->stream) {
        free(t);
        return false;
    }
    a->tcp = t;
    set_timer(a);
    return true;
}

/* ---- being born ---- */

static bool begin(struct net_dns_ask *a, const struct dns_question *q, struct err *e)
{
    struct buf query;
    arena_init(&a->memory, MEMORY_OCTETS);
    a->q = (struct dns_question){ arena_dup(&a->memory, q->name), q->type, q->way, q->at };
    a->timer = net_timer_new(a->loop, on_timer, a);
    if (!a->timer || !a->q.name.p)
        return err_memory(e, "a DNS question");
    if (RAND_bytes((unsigned char *)&a->id, sizeof(a->id)) != 1)
        return err_set(e, ERR_SYSTEM, "asking DNS: the system gives no random octets");
    /* A name that cannot be asked for is told now. */
    buf_init(&query, NET_DNS_UDP_OCTETS);
    bool ok = net_dns_query(&a->q, a->id, a->edns, &query, e);
    buf_done(&query);
    return ok && begin_udp(a, e);
}

struct net_dns_ask *net_dns_ask_new(struct net_loop *l, const struct ip *server, uint16_t port,
                                    uint32_t timeout_ms, const struct dns_question *q,
                                    void (*done)(void *user, struct net_dns_ask *a), void *user,
                                    struct err *e)
{
    struct net_dns_ask *a = calloc(1, sizeof(*a));
    if (!a) {
        err_memory(e, "a DNS question");
        return NULL;
    }
    a->loop = l;
    a->server = *server;
    a->port = port;
    a->edns = true;
    a->silent = DNS_TIMEOUT;
    a->done = done;
    a->user = user;
    a->deadline_at = net_loop_now_ms(l) + timeout_ms;
    if (!begin(a, q, e)) {
        net_dns_ask_free(a);
        return NULL;
    }
    if (a->deadline_at > 0)
        try_again(a);
    else
        set_timer(a);
    return a;
}
