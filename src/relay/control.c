/* SPDX-License-Identifier: ISC */
/*
 * relay/control.c - the control socket: connections, requests, and answers that come from any thread
 * A call outlives its connection until it is answered: rows are put behind one another under its own lock, and taken from
 * there on worker 0.
 */
#include "relay/control.h"
#include "base/escape.h"
#include "net/acceptor.h"
#include "net/privileges.h"
#include "relay/control_socket.h"
#include "relay/frame.h"
#include "relay/guests.h"
#include "relay/reload.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 64,
    ANSWER_MAX = 64 << 20, /* waits for one peer; who answers at length uses relay_call_more() */
    PIECE = 64 << 10,
    LOW = 64 << 10, /* below it more is asked for, and requests are taken */
    REQUEST_MS = 60000,
    STALLED_MS = 600000,
    SENTENCE_MAX = 1024
};

struct connection {
    struct relay_guest guest;
    struct relay_control *control;
    struct frame_reader reader;
    struct buf out;
    size_t sent;             /* of out */
    struct relay_call *call; /* NULL: none is under way */
    bool last;               /* closes when out was sent */
};

struct relay_call {
    LIST_ENTRY(relay_call) link;
    struct relay_control *control;
    struct connection *connection; /* NULL: it has gone; worker 0's */
    json_t *request;
    pthread_mutex_t lock; /* of what follows */
    struct buf rows;
    bool posted, ended, gone, abandoned;
    void (*more)(struct relay_call *call, void *user);
    void *more_user;
};

struct relay_control {
    struct relay *relay;
    struct net_acceptor *acceptor;
    struct control_owner owner;
    struct relay_guests guests;
    LIST_HEAD(call_list, relay_call) calls;
    bool freed;
    char path[108];
};

/* ---- what can be asked ---- */

static void hello(struct relay_call *call, const json_t *request UNUSED)
{
    relay_call_done(call, json_pack("{s:s,s:i,s:I}", "version", BATON_VERSION, "pid", (int)getpid(),
                                    "started_ms", (json_int_t)relay_call_relay(call)->started_ms));
}

static const struct relay_control_row ROWS[] = {
    { "allow", relay_allow },
    { "hello", hello },
    { "queue-list", relay_queue_list },
    { "queue-show", relay_queue_show },
    { "queue-change", relay_queue_change },
    { "reload", relay_reload_asked },
    { "why", relay_why },
};

/* ---- a call ---- */

static void control_unused(struct relay_control *c)
{
    if (c->freed && c->guests.count == 0 && LIST_EMPTY(&c->calls))
        free(c);
}

static void call_free(struct relay_call *call)
{
    struct relay_control *c = call->control;
    LIST_REMOVE(call, link);
    json_decref(call->request);
    buf_done(&call->rows);
    pthread_mutex_destroy(&call->lock);
    free(call);
    control_unused(c);
}

static struct relay_call *call_new(struct connection *k, json_t *request)
{
    struct relay_call *call = calloc(1, sizeof *call);
    if (!call) {
        json_decref(request);
        return NULL;
    }
    pthread_mutex_init(&call->lock, NULL);
    buf_init(&call->rows, ANSWER_MAX);
    call->control = k->control;
    call->connection = k;
    call->request = request;
    LIST_INSERT_HEAD(&k->control->calls, call, link);
    return call;
}

static void on_rows(struct net_stream *none, void *user);

/* With the lock held. Without memory for a post the answer waits for the next one. */
static void ring(struct relay_call *call)
{
    if (!call->posted)
        call->posted = net_post(call->control->relay->workers[0].loop, (net_id){ 0, 0 }, on_rows,
                                call);
}

struct relay *relay_call_relay(struct relay_call *call)
{
    return call->control->relay;
}

bool relay_call_gone(struct relay_call *call)
{
    pthread_mutex_lock(&call->lock);
    bool gone = call->gone;
    pthread_mutex_unlock(&call->lock);
    return gone;
}

/* Takes the value. What does not fit a frame, or memory, is told instead. */
static void answer(struct relay_call *call, const char *key, json_t *value, bool ends)
{
    json_t *o = value ? json_pack("{s:o}", key, value) : NULL;
    pthread_mutex_lock(&call->lock);
    if (!call->ended) {
        bool ok = call->gone || (o && frame_write(o, &call->rows));
        if (!ok) {
            json_t *sorry = json_pack("{s:s}", "error",
                                      "the answer is too long, or memory is short");
            (void)!(sorry && frame_write(sorry, &call->rows));
            json_decref(sorry);
            call->gone = true; /* for whoever goes on answering */
        }
        call->ended = ends;
        ring(call);
    }
    pthread_mutex_unlock(&call->lock);
    json_decref(o);
}

void relay_call_row(struct relay_call *call, json_t *row)
{
    answer(call, "row", row, false);
}

void relay_call_done(struct relay_call *call, json_t *done)
{
    answer(call, "done", done, true);
}

json_t *relay_call_text(str s)
{
    struct buf b;
    buf_init(&b, FRAME_MAX);
    json_t *t = s.n && escape_text(s, &b) ? json_stringn(b.p, b.n) : NULL;
    buf_done(&b);
    return t ? t : json_null();
}

void relay_call_error(struct relay_call *call, const char *fmt, ...)
{
    char sentence[SENTENCE_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    answer(call, "error", relay_call_text(str_from(sentence)), true);
}

void relay_call_more(struct relay_call *call, void (*more)(struct relay_call *call, void *user),
                     void *user)
{
    pthread_mutex_lock(&call->lock);
    call->more = more;
    call->more_user = user;
    ring(call);
    pthread_mutex_unlock(&call->lock);
}

/* ---- a connection ---- */

static size_t unsent(const struct connection *k)
{
    return k->out.n - k->sent;
}

/* Then closed(), which frees it. */
static void hang_up(struct connection *k, bool flush)
{
    relay_guest_end(&k->guest, flush);
}

static void set_deadline(struct connection *k)
{
    uint64_t now = net_loop_now_ms(k->control->relay->workers[0].loop);
    bool stalled = unsent(k) > 0 || !net_stream_has_room(k->guest.stream);
    net_stream_deadline(k->guest.stream, stalled   ? now + STALLED_MS
                                         : k->call ? UINT64_MAX
                                                   : now + REQUEST_MS);
}

static void send_out(struct connection *k)
{
    while (unsent(k) && net_stream_has_room(k->guest.stream)) {
        str piece = str_take(str_skip(buf_str(&k->out), k->sent), PIECE);
        net_stream_send(k->guest.stream, piece);
        k->sent += piece.n;
    }
    if (!unsent(k)) {
        buf_clear(&k->out);
        k->sent = 0;
        if (k->last)
            hang_up(k, true);
    }
    set_deadline(k);
}

static void say(struct connection *k, const char *key, const char *sentence)
{
    json_t *o = json_pack("{s:o}", key, relay_call_text(str_from(sentence)));
    if (!o || !frame_write(o, &k->out))
        k->last = true;
    json_decref(o);
}

static const struct relay_control_row *row_of(const json_t *request)
{
    const char *name = json_string_value(json_object_get(request, "do"));
    for (size_t i = 0; name && i < COUNT_OF(ROWS); i++)
        if (str_eq(str_from(ROWS[i].name), str_from(name)))
            return &ROWS[i];
    return NULL;
}

static void begin_call(struct connection *k, json_t *request)
{
    const struct relay_control_row *row = row_of(request);
    if (!row) {
        json_decref(request);
        say(k, "error",
            "this relay does not know what is asked; are baton and baton-relay of one version?");
        return;
    }
    k->call = call_new(k, request);
    if (k->call)
        row->run(k->call,
                 k->call->request); /* answers are posted: it is not gone before this returns */
    else
        say(k, "error", "the relay has no memory for that");
}

static bool is_full(const struct connection *k)
{
    return unsent(k) >= LOW;
}

/* A peer that takes no answers is given none more, and one that says much while it is answered is not read. */
static void hold_or_not(struct connection *k)
{
    size_t unread = k->reader.buf.n - k->reader.done;
    net_stream_hold(k->guest.stream, k->call ? unread >= LOW : is_full(k));
}

static void take_requests(struct connection *k)
{
    struct err e;
    json_t *request;
    while (!k->call && !k->last && !is_full(k)) {
        enum frame_read got = frame_reader_next(&k->reader, &request, &e);
        if (got == FRAME_MORE)
            break;
        if (got == FRAME_READ) {
            begin_call(k, request);
            continue;
        }
        NET_LOG(k->control->relay->log, NET_LOG_WARNING, "control-broken-frame",
                LOG_STR("why", str_from(e.why)));
        say(k, "error", e.why);
        k->last = true;
    }
}

/* What stops at a full answer goes on when there is room for more: at once, or in on_room(). */
static void next_requests(struct connection *k)
{
    bool was_full;
    do {
        take_requests(k);
        was_full = is_full(k);
        if (k->last)
            net_stream_hold(k->guest.stream, false);
        send_out(k);
    } while (was_full && !is_full(k) && !k->call && !k->last);
    if (!k->last)
        hold_or_not(k);
}

static void take_more(struct relay_call *call)
{
    pthread_mutex_lock(&call->lock);
    void (*more)(struct relay_call *, void *) = call->more;
    void *user = call->more_user;
    call->more = NULL;
    pthread_mutex_unlock(&call->lock);
    if (more)
        more(call, user);
}

/* What has been answered goes to the connection, if there still is one. */
static void on_rows(struct net_stream *none UNUSED, void *user)
{
    struct relay_call *call = user;
    struct connection *k = call->connection;
    pthread_mutex_lock(&call->lock);
    call->posted = false;
    bool ended = call->ended, abandoned = call->abandoned;
    bool ok = !k || buf_add(&k->out, buf_str(&call->rows));
    buf_done(&call->rows);
    call->gone |= !ok;
    pthread_mutex_unlock(&call->lock);
    if (!ok)
        hang_up(k, false); /* the call loses its connection in closed(), which comes later */
    if (!ended && !abandoned) {
        if (k && ok)
            send_out(k);
        if (!k || unsent(k) < LOW)
            take_more(call);
        return;
    }
    if (k)
        k->call = NULL;
    call_free(call);
    if (k && ok)
        next_requests(k);
}

static struct connection *connection_of(struct relay_guest *g)
{
    return (struct connection *)g;
}

static void on_opened(struct relay_guest *g)
{
    set_deadline(connection_of(g));
}

static void on_octets(struct relay_guest *g, str octets)
{
    struct connection *k = connection_of(g);
    struct err e;
    if (k->last)
        return;
    if (frame_reader_feed(&k->reader, octets, &e))
        next_requests(k);
    else
        hang_up(k, false);
}

static void on_room(struct relay_guest *g)
{
    struct connection *k = connection_of(g);
    send_out(k);
    if (k->call && unsent(k) < LOW)
        take_more(k->call);
    else if (!k->call && !k->last)
        next_requests(k);
}

static void on_gone(struct relay_guest *g)
{
    struct connection *k = connection_of(g);
    struct relay_control *c = k->control;
    struct relay_call *call = k->call;
    if (call) {
        call->connection = NULL;
        pthread_mutex_lock(&call->lock);
        call->gone = true;
        ring(call); /* whoever waits to give more hears of it */
        pthread_mutex_unlock(&call->lock);
    }
    frame_reader_done(&k->reader);
    buf_done(&k->out);
    free(k);
    control_unused(c);
}

static const struct relay_guest_calls CALLS = { on_opened, on_octets, on_room, on_gone };

static void on_connection(void *user, int fd, const struct ip *peer UNUSED, uint16_t port UNUSED)
{
    struct relay_control *c = user;
    bool may = control_socket_may(fd, &c->owner);
    struct connection *k = may && relay_guests_have_room(&c->guests) ? calloc(1, sizeof *k) : NULL;
    if (!k) {
        NET_LOG(c->relay->log, NET_LOG_WARNING, "control-refused",
                LOG_STR("why", may ? STR("too many connections") : STR("not a user who may")));
        close(fd);
        return;
    }
    k->control = c;
    frame_reader_init(&k->reader);
    buf_init(&k->out, ANSWER_MAX);
    (void)relay_guests_take(&c->guests, &k->guest, fd);
}

/* ---- the whole ---- */

/* As root we become the user of run-as, who then owns the socket. */
static bool owner_of(const struct relay *r, struct control_owner *out, struct err *e)
{
    struct net_user user;
    *out = (struct control_owner){ geteuid(), getegid(), false };
    if (geteuid() != 0)
        return true;
    if (!net_user_find(r->config->rules.file.site.run_as, &user, e))
        return false;
    *out = (struct control_owner){ user.uid, user.gid, user.uid != 0 };
    return true;
}

struct relay_control *relay_control_open(struct relay *r, const char *path, struct err *e)
{
    struct relay_control *c = calloc(1, sizeof *c);
    if (!c) {
        err_memory(e, "the control socket");
        return NULL;
    }
    c->relay = r;
    relay_guests_init(&c->guests, r->workers[0].loop, &CALLS, CONNECTIONS_MAX);
    int fd = owner_of(r, &c->owner, e) ? control_socket_listen(path, &c->owner, e) : -1;
    if (fd >= 0)
        c->acceptor = net_acceptor_over(r->workers[0].loop, fd, on_connection, c, e);
    if (!c->acceptor) {
        free(c);
        return NULL;
    }
    snprintf(c->path, sizeof c->path, "%s", path);
    return c;
}

void relay_control_start(struct relay_control *c)
{
    net_acceptor_start(c->acceptor);
}

/* Calls that nobody will answer go; those of which a post is under way, when it comes. Who waited to give more hears of
 * it, and lets go of what he has. */
static void abandon_calls(struct relay_control *c)
{
    struct relay_call *call = LIST_FIRST(&c->calls), *next;
    for (; call; call = next) {
        next = LIST_NEXT(call, link);
        if (call->connection)
            call->connection->call = NULL;
        call->connection = NULL;
        call->gone = true;
        take_more(call);
        if (call->posted)
            call->abandoned = true;
        else
            call_free(call);
    }
}

void relay_control_free(struct relay_control *c)
{
    if (!c)
        return;
    unlink(c->path); /* may fail: the next relay replaces it */
    net_acceptor_free(c->acceptor);
    abandon_calls(c);
    relay_guests_end(&c->guests);
    c->freed = true;
    control_unused(c);
}
