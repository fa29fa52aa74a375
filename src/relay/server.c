/* SPDX-License-Identifier: ISC */
/* relay/server.c - sockets that listen, and when they no longer do */
#include "relay/server.h"
#include "relay/handed.h"
#include "relay/visit.h"
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static const struct site *site_of(const struct relay_server *s)
{
    return &s->config->rules.file.site;
}

/* ---- doors ---- */

static void on_accepted(void *user, int fd, const struct ip *peer, uint16_t port)
{
    relay_visit_accept(user, fd, peer, port);
}

/* Where a listener's connections come from: an address and port of our own, or a socket that was handed over. */
struct place {
    const struct ip *address;
    uint16_t port;
    int handed; /* -1 */
    bool any;   /* of all addresses, where a machine without that family is no error */
};

static struct relay_door *door_at(const struct relay_server *s, const struct place *p)
{
    for (unsigned i = 0; i < s->door_count; i++) {
        struct relay_door *d = s->doors[i];
        if (d->handed == p->handed &&
            (d->handed >= 0 || (d->port == p->port && ip_eq(&d->address, p->address))))
            return d;
    }
    return NULL;
}

static struct net_acceptor *acceptor_of(struct relay_door *d, struct err *e)
{
    struct net_loop *l = d->server->worker->loop;
    return d->handed >= 0 ? net_acceptor_share(l, d->handed, on_accepted, d, e)
                          : net_acceptor_new(l, &d->address, d->port, on_accepted, d, e);
}

static bool door_open(struct relay_server *s, const struct site_listener *l, const struct place *p,
                      struct err *e)
{
    struct err why = { 0 };
    struct relay_door *d = door_at(s, p);
    if (d) {
        d->listener = l;
        d->kept = true;
        return true;
    }
    if (s->door_count == RELAY_DOORS)
        return err_set(e, ERR_LIMIT, "listening: more than %d addresses and ports", RELAY_DOORS);
    d = calloc(1, sizeof *d);
    if (!d)
        return err_memory(e, "a listening socket");
    d->server = s;
    d->address = *p->address;
    d->port = p->port;
    d->handed = p->handed;
    d->acceptor = acceptor_of(d, &why);
    if (!d->acceptor) {
        free(d);
        if (p->any && p->address->family == IP_V6 &&
            (why.sys_errno == EAFNOSUPPORT || why.sys_errno == EADDRNOTAVAIL))
            return true;
        *e = why;
        return false;
    }
    d->listener = l;
    d->kept = true;
    s->doors[s->door_count++] = d;
    if (s->started)
        net_acceptor_start(d->acceptor);
    return true;
}

static const struct ip ANY[] = { { .family = IP_V4 }, { .family = IP_V6 } };

static bool listener_is_free(const struct site_listener *l, struct err *e)
{
    bool any = l->address_count == 0;
    for (size_t i = 0; i < (any ? COUNT_OF(ANY) : l->address_count); i++)
        if (!net_acceptor_free_port(any ? &ANY[i] : &l->addresses[i], l->port, e))
            return false;
    return true;
}

static bool listener_take(struct relay_server *s, const struct site_listener *l, struct err *e)
{
    const struct net_handed *h = s->worker->relay->handed;
    if (!relay_handed_fits(h, l, e))
        return false;
    for (size_t i = 0; i < h->count; i++) {
        const struct net_handed_socket *one = &h->sockets[i];
        const struct place p = { &one->address, one->port, one->fd, false };
        if (str_eq(one->name, l->name) && !door_open(s, l, &p, e))
            return false;
    }
    return true;
}

static bool listener_open(struct relay_server *s, const struct site_listener *l, struct err *e)
{
    bool any = l->address_count == 0;
    const struct ip *all = any ? ANY : l->addresses;
    if (relay_handed_any(s->worker->relay->handed, l))
        return listener_take(s, l, e);
    for (size_t i = 0; i < (any ? COUNT_OF(ANY) : l->address_count); i++) {
        const struct place p = { &all[i], l->port, -1, any };
        if (!door_open(s, l, &p, e))
            return false;
    }
    return true;
}

static void door_free(struct relay_door *d)
{
    net_acceptor_free(d->acceptor); /* those that wait still come in */
    free(d);
}

/* ---- the server of one worker ---- */

static struct relay_server *server_new(struct relay_worker *w, struct err *e)
{
    struct relay_server *s = calloc(1, sizeof *s);
    if (!s) {
        err_memory(e, "a server");
        return NULL;
    }
    s->worker = w;
    s->config = relay_config_hold(w->relay);
    TAILQ_INIT(&s->visits);
    return s;
}

static const char *remedy_of(int sys_errno)
{
    switch (sys_errno) {
    case EADDRINUSE: return "'ss -ltnp' shows who has it: stop that, or say another port";
    case EADDRNOTAVAIL: return "no interface of this machine has that address: see 'ip address'";
    case EACCES: return "ports below 1024 are opened by root, or by systemd for the relay";
    default: return NULL;
    }
}

/* The same error, with where the listener stands and what to do. False. */
static bool tell_remedy(const struct relay *r, const struct site_listener *l, struct err *e)
{
    struct err why = *e;
    const char *remedy = remedy_of(why.sys_errno);
    err_set(e, why.kind, "%.60s:%u: %s%s%s", r->rule_file, (unsigned)l->place.line, why.why,
            remedy ? "; " : "", remedy ? remedy : "");
    e->sys_errno = why.sys_errno;
    return false;
}

/* Sockets of one port share what comes by how many they are, so all of one port are opened before the next. */
bool relay_servers_open(struct relay *r, struct err *e)
{
    for (unsigned i = 0; i < r->worker_count; i++) {
        r->workers[i].server = server_new(&r->workers[i], e);
        if (!r->workers[i].server)
            return false;
    }
    const struct site *site = &r->config->rules.file.site;
    if (!relay_handed_check(r->handed, site, e))
        return false;
    for (size_t l = 0; l < site->listener_count; l++)
        if (!relay_handed_any(r->handed, &site->listeners[l]) &&
            !listener_is_free(&site->listeners[l], e))
            return tell_remedy(r, &site->listeners[l], e);
    for (size_t l = 0; l < site->listener_count; l++)
        for (unsigned i = 0; i < r->worker_count; i++)
            if (!listener_open(r->workers[i].server, &site->listeners[l], e))
                return tell_remedy(r, &site->listeners[l], e);
    return true;
}

void relay_server_start(struct relay_server *s)
{
    s->started = true;
    for (unsigned i = 0; i < s->door_count; i++)
        net_acceptor_start(s->doors[i]->acceptor);
}

/* Doors that no listener has any more. */
static void close_doors(struct relay_server *s)
{
    unsigned left = 0;
    for (unsigned i = 0; i < s->door_count; i++) {
        struct relay_door *d = s->doors[i];
        if (d->kept) {
            s->doors[left++] = d;
            continue;
        }
        door_free(d);
    }
    s->door_count = left;
}

void relay_server_reload(struct relay_server *s, relay_unopened *unopened, void *user)
{
    struct relay_config *old = s->config;
    for (unsigned i = 0; i < s->door_count; i++)
        s->doors[i]->kept = false;
    s->config = relay_config_hold(s->worker->relay);
    for (size_t l = 0; l < site_of(s)->listener_count && !s->stopping; l++) {
        struct err why = { 0 };
        if (!listener_open(s, &site_of(s)->listeners[l], &why))
            unopened(user, &site_of(s)->listeners[l], &why);
    }
    /* What still waits at a door that goes is served by the old file. */
    struct relay_config *now = s->config;
    s->config = old;
    close_doors(s);
    s->config = now;
    relay_config_drop(old);
}

/* ---- the end ---- */

static void told(struct relay_server *s)
{
    void (*stopped)(void *) = s->stopped;
    if (!stopped || !TAILQ_EMPTY(&s->visits))
        return;
    s->stopped = NULL;
    stopped(s->stopped_user);
}

void relay_server_left(struct relay_server *s)
{
    if (s->stopping)
        told(s);
}

static void on_grace_over(void *user)
{
    struct relay_server *s = user;
    struct relay_visit *v, *next;
    for (v = TAILQ_FIRST(&s->visits); v; v = next) {
        next = TAILQ_NEXT(v, link);
        relay_visit_end(v, true);
    }
}

void relay_server_stop(struct relay_server *s, uint32_t ms, void (*done)(void *user), void *user)
{
    struct relay_visit *v, *next;
    s->stopped = done;
    s->stopped_user = user;
    s->stopping = true;
    for (unsigned i = 0; i < s->door_count; i++)
        s->doors[i]->kept = false;
    close_doors(s);
    for (v = TAILQ_FIRST(&s->visits); v; v = next) {
        next = TAILQ_NEXT(v, link);
        relay_visit_end(v, false);
    }
    s->grace = net_timer_new(s->worker->loop, on_grace_over, s);
    if (s->grace)
        net_timer_at(s->grace, net_loop_now_ms(s->worker->loop) + ms);
    else
        on_grace_over(s);
    told(s);
}

void relay_server_free(struct relay_server *s)
{
    if (!s)
        return;
    for (unsigned i = 0; i < s->door_count; i++)
        door_free(s->doors[i]);
    net_timer_free(s->grace);
    relay_config_drop(s->config);
    free(s);
}

/* ---- the date of trace fields ---- */

static int minutes_east(uint64_t now_s)
{
    time_t at = (time_t)now_s;
    struct tm tm;
    return localtime_r(&at, &tm) ? (int)(tm.tm_gmtoff / 60) : 0;
}

str relay_server_date(struct relay_server *s)
{
    uint64_t now_ms = relay_now_ms();
    if (s->date_n == 0 || s->date_s != now_ms / 1000) {
        s->date_s = now_ms / 1000;
        s->date_n = mail_date_text(now_ms, minutes_east(s->date_s), s->date).n;
    }
    return (str){ s->date, s->date_n };
}
