/* SPDX-License-Identifier: ISC */
/*
 * net/log.c - a line is made on the stack of who logs, put behind the others under the lock, and written outside it
 */
#include "net/log.h"
#include "base/escape.h"
#include "net/inside.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    TEXT_MAX = 1024,
    LINE_ROOM = 8192,
    TAIL_ROOM = 32, /* for what ends a line that was cut, always left free */
    WAITING_MAX = 1 << 20,
    FLUSH_AT = 64 << 10,
    WRITE_MAX =
        4096 /* POSIX: a pipe that poll() calls writable takes that much at once (PIPE_BUF) */
};

struct half { /* of the two buffers: one is filled while the other is written */
    char *p;
    size_t n;
};
struct net_log {
    int fd;
    bool own_fd, is_socket, is_file, json;
    enum net_log_level least;
    pthread_mutex_t lock; /* of filling, lost_now and nothing else: never held over a system call */
    struct half filling;
    uint64_t lost_now; /* lines dropped since the last that said so */
    pthread_mutex_t
        write; /* of writing and written: taken by trylock, so that nobody waits for it */
    struct half writing;
    size_t written; /* of writing.n */
    atomic_uint_fast64_t dropped;
    atomic_size_t waits; /* in filling: read without the lock */
};

/* ------------------------------------------------------------------------------------------------
 * One line
 */
struct line {
    char p[LINE_ROOM];
    size_t n;
    bool json, full;
};

static void put(struct line *o, str s)
{
    if (o->full || s.n > LINE_ROOM - TAIL_ROOM - o->n) {
        o->full = true;
        return;
    }
    memcpy(o->p + o->n, s.p, s.n);
    o->n += s.n;
}

/* Printable ASCII that means nothing to a reader of logfmt or JSON: nearly everything that is logged. */
static bool is_plain(str s, bool quoted)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\' || (!quoted && (c == ' ' || c == '=')))
            return false;
    }
    return true;
}

/* What is fit for the eye already (base/escape.h), inside quotes. */
static void put_quoted(struct line *o, str s)
{
    put(o, STR("\""));
    while (s.n) {
        size_t n = 0;
        while (n < s.n && s.p[n] != '"' && s.p[n] != '\\')
            n++;
        put(o, str_take(s, n));
        s = str_skip(s, n);
        if (s.n) {
            put(o, s.p[0] == '"' ? STR("\\\"") : STR("\\\\"));
            s = str_skip(s, 1);
        }
    }
    put(o, STR("\""));
}

static void put_text(struct line *o, str s)
{
    bool cut = s.n > TEXT_MAX;
    s = str_take(s, TEXT_MAX);
    if (!cut && s.n && is_plain(s, o->json)) {
        if (o->json)
            put(o, STR("\""));
        put(o, s);
        if (o->json)
            put(o, STR("\""));
        return;
    }
    AUTO(buf_done) struct buf shown;
    buf_init(&shown, 4 * TEXT_MAX + 8);
    escape_line(s, &shown);
    if (cut)
        buf_add(&shown, STR("..."));
    put_quoted(o, buf_ok(&shown) ? buf_str(&shown) : STR("(no memory)"));
}

static void put_number(struct line *o, int64_t number)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lld", (long long)number);
    put(o, (str){ text, (size_t)n });
}

static void put_key(struct line *o, const char *key)
{
    if (o->json) {
        put(o, o->n ? STR(",\"") : STR("{\""));
        put(o, str_from(key));
        put(o, STR("\":"));
    } else {
        if (o->n)
            put(o, STR(" "));
        put(o, str_from(key));
        put(o, STR("="));
    }
}

/* A field that does not fit is left out whole: what is there stays a line that programs can read. */
static void put_field(struct line *o, const struct net_log_field *f)
{
    char ip[IP_TEXT_MAX];
    size_t before = o->n;
    if (f->kind == NET_LOG_NUMBER) {
        put_key(o, f->key);
        put_number(o, f->number);
    } else {
        str s = f->kind == NET_LOG_ADDRESS ? str_from(f->ip ? ip_text(f->ip, ip) : NULL) : f->text;
        if (!s.n)
            return;
        put_key(o, f->key);
        put_text(o, s);
    }
    if (o->full)
        o->n = before;
}

/* "2026-01-01T12:00:00.123Z"; the part down to the second is made once a second and thread. */
static void put_time(struct line *o)
{
    static _Thread_local time_t second = -1;
    static _Thread_local char made[24];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != second) {
        struct tm tm;
        gmtime_r(&now.tv_sec, &tm);
        strftime(made, sizeof made, "%Y-%m-%dT%H:%M:%S", &tm);
        second = now.tv_sec;
    }
    char text[40];
    int n = snprintf(text, sizeof text, "%s.%03ldZ", made, now.tv_nsec / 1000000);
    put_key(o, "time");
    put_text(o, (str){ text, (size_t)n });
}

static void make_line(struct line *o, bool json, enum net_log_level level, const char *event,
                      const struct net_log_field *fields, size_t count)
{
    static const str LEVELS[] = { STR_INIT("debug"), STR_INIT("info"), STR_INIT("warning"),
                                  STR_INIT("error") };
    o->n = 0;
    o->full = false;
    o->json = json;
    put_time(o);
    put_key(o, "level");
    put_text(o, LEVELS[level]);
    put_key(o, "event");
    put_text(o, str_from(event));
    for (size_t i = 0; i < count && !o->full; i++)
        put_field(o, &fields[i]);
    str tail = json ? (o->full ? STR(",\"cut\":true}\n") : STR("}\n"))
                    : (o->full ? STR(" cut=true\n") : STR("\n"));
    memcpy(o->p + o->n, tail.p, tail.n);
    o->n += tail.n;
}

/* ------------------------------------------------------------------------------------------------
 * Where lines go
 */
/* A descriptor is shared with who started us, so O_NONBLOCK is set on one of our own to the same pipe or terminal. */
static void open_own(struct net_log *l)
{
    struct stat st;
    char path[40];
    if (fstat(l->fd, &st) != 0)
        return;
    l->is_socket = S_ISSOCK(st.st_mode);
    l->is_file = S_ISREG(st.st_mode);
    if (!S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode))
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", l->fd);
    int own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own >= 0) {
        l->fd = own;
        l->own_fd = true;
    }
}

/* Octets that went, or -1: not now. Never waits, but for a disk. */
static ssize_t write_some(const struct net_log *l, const char *p, size_t n)
{
    if (l->is_file)
        return write(l->fd, p, n);
    if (l->is_socket)
        return send(l->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    struct pollfd ready = { .fd = l->fd, .events = POLLOUT };
    if (!l->own_fd && (poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT))) {
        errno = EAGAIN;
        return -1;
    }
    return write(l->fd, p, l->own_fd || n < WRITE_MAX ? n : WRITE_MAX);
}

/* What the other end will never take, since it has gone, is not kept for ever. */
static bool write_out(struct net_log *l)
{
    while (l->written < l->writing.n) {
        ssize_t n = write_some(l, l->writing.p + l->written, l->writing.n - l->written);
        if (n > 0) {
            l->written += (size_t)n;
        } else if (n == 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
            return false;
        } else if (errno != EINTR) {
            for (size_t i = l->written; i < l->writing.n; i++)
                if (l->writing.p[i] == '\n')
                    atomic_fetch_add_explicit(&l->dropped, 1, memory_order_relaxed);
            break;
        }
    }
    l->writing.n = l->written = 0;
    return true;
}

static void note_lost(struct net_log *l)
{
    struct line o;
    if (!l->lost_now)
        return;
    const struct net_log_field f[] = { LOG_INT("count", l->lost_now) };
    make_line(&o, l->json, NET_LOG_WARNING, "log-lines-dropped", f, 1);
    if (o.n > WAITING_MAX - l->filling.n)
        return;
    memcpy(l->filling.p + l->filling.n, o.p, o.n);
    l->filling.n += o.n;
    l->lost_now = 0;
}

/* What waited is written; false when the other end takes no more now. */
static bool flush_locked(struct net_log *l)
{
    while (write_out(l)) {
        pthread_mutex_lock(&l->lock);
        note_lost(l);
        struct half full = l->filling;
        l->filling = l->writing;
        l->writing = full;
        atomic_store(&l->waits, 0);
        pthread_mutex_unlock(&l->lock);
        if (!l->writing.n)
            return true;
    }
    return false;
}

/* Who finds another writing leaves its line to that one, which looks once more after it let go. */
void net_log_flush(struct net_log *l)
{
    if (!l)
        return;
    do {
        if (pthread_mutex_trylock(&l->write) != 0)
            return;
        bool all = flush_locked(l);
        pthread_mutex_unlock(&l->write);
        if (!all)
            return;
    } while (atomic_load(&l->waits) > 0);
}

void net_log_event(struct net_log *l, enum net_log_level level, const char *event,
                   const struct net_log_field *fields, size_t count)
{
    if (!l || level < l->least)
        return;
    struct line o;
    make_line(&o, l->json, level, event, fields, count);
    pthread_mutex_lock(&l->lock);
    bool room = o.n <= WAITING_MAX - l->filling.n;
    if (room) {
        memcpy(l->filling.p + l->filling.n, o.p, o.n);
        l->filling.n += o.n;
    } else {
        l->lost_now++;
    }
    size_t waits = l->filling.n;
    atomic_store(&l->waits, waits);
    pthread_mutex_unlock(&l->lock);
    if (!room)
        atomic_fetch_add_explicit(&l->dropped, 1, memory_order_relaxed);
    if (level >= NET_LOG_ERROR || waits >= FLUSH_AT)
        net_log_flush(l);
}

uint64_t net_log_dropped(const struct net_log *l)
{
    return l ? atomic_load_explicit(&l->dropped, memory_order_relaxed) : 0;
}

struct net_log *net_log_new(int fd, bool json, enum net_log_level least, struct err *e)
{
    struct net_log *l = calloc(1, sizeof *l);
    if (l) {
        l->filling.p = malloc(WAITING_MAX);
        l->writing.p = malloc(WAITING_MAX);
    }
    if (!l || !l->filling.p || !l->writing.p) {
        if (l) {
            free(l->filling.p);
            free(l->writing.p);
        }
        free(l);
        err_memory(e, "the log");
        return NULL;
    }
    l->fd = fd;
    l->json = json;
    l->least = least;
    pthread_mutex_init(&l->lock, NULL);
    pthread_mutex_init(&l->write, NULL);
    open_own(l);
    return l;
}

void net_log_set_least(struct net_log *l, enum net_log_level least)
{
    l->least = least;
}

void net_log_free(struct net_log *l)
{
    if (!l)
        return;
    net_log_flush(l);
    if (l->own_fd)
        close(l->fd);
    pthread_mutex_destroy(&l->lock);
    pthread_mutex_destroy(&l->write);
    free(l->filling.p);
    free(l->writing.p);
    free(l);
}

/* ------------------------------------------------------------------------------------------------
 * Once a turn
 */
struct net_log_turns {
    uv_prepare_t handle;
    struct net_log *log;
};

static void on_turn(uv_prepare_t *handle)
{
    net_log_flush(((struct net_log_turns *)handle->data)->log);
}

struct net_log_turns *net_log_turns_new(struct net_log *l, struct net_loop *loop)
{
    struct net_log_turns *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->log = l;
    uv_prepare_init(net_loop_uv(loop), &t->handle);
    t->handle.data = t;
    uv_prepare_start(&t->handle, on_turn);
    uv_unref((uv_handle_t *)&t->handle);
    return t;
}

static void free_turns(uv_handle_t *handle)
{
    free(handle->data);
}

void net_log_turns_free(struct net_log_turns *t)
{
    if (t)
        uv_close((uv_handle_t *)&t->handle, free_turns);
}
