/* SPDX-License-Identifier: ISC */
/* net/unbound_loop.c - libunbound's thread, watched by its descriptor */
#include "net/unbound_loop.h"
#include "net/inside.h"
#include "net/library.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unbound.h>
#include <unistd.h>

enum { CLASS_IN = 1 };

/* The zones that libunbound would answer by itself are asked for like any other: what the resolver says of
 * them is the point. One question waits for few others, and nothing is kept for long. */
static const char CONFIGURATION[] = "server:\n"
                                    " do-not-query-localhost: no\n"
                                    " unblock-lan-zones: yes\n"
                                    " local-zone: \"test.\" nodefault\n"
                                    " local-zone: \"invalid.\" nodefault\n"
                                    " local-zone: \"onion.\" nodefault\n"
                                    " local-zone: \"home.arpa.\" nodefault\n"
                                    " local-zone: \"localhost.\" nodefault\n"
                                    " local-zone: \"127.in-addr.arpa.\" nodefault\n"
                                    " edns-buffer-size: 1232\n"
                                    " trust-anchor-signaling: no\n"
                                    " msg-cache-size: 1m\n"
                                    " rrset-cache-size: 2m\n"
                                    " key-cache-size: 1m\n"
                                    " outgoing-range: 256\n"
                                    " num-queries-per-thread: 256\n";

static struct {
    struct ub_ctx *(*create)(void);
    void (*delete)(struct ub_ctx *ctx);
    int (*config)(struct ub_ctx *ctx, const char *file);
    int (*set_fwd)(struct ub_ctx *ctx, const char *address);
    int (*add_ta_file)(struct ub_ctx *ctx, const char *file);
    int (*debugout)(struct ub_ctx *ctx, void *file);
    int (*async)(struct ub_ctx *ctx, int thread);
    int (*fd)(struct ub_ctx *ctx);
    int (*process)(struct ub_ctx *ctx);
    int (*resolve_async)(struct ub_ctx *ctx, const char *name, int type, int class, void *user,
                         ub_callback_type done, int *id);
    int (*cancel)(struct ub_ctx *ctx, int id);
    void (*resolve_free)(struct ub_result *r);
    const char *(*strerror)(int rc);
} ub;
static const struct net_symbol SYMBOLS[] = {
    { "ub_ctx_create", &ub.create, sizeof(ub.create) },
    { "ub_ctx_delete", &ub.delete, sizeof(ub.delete) },
    { "ub_ctx_config", &ub.config, sizeof(ub.config) },
    { "ub_ctx_set_fwd", &ub.set_fwd, sizeof(ub.set_fwd) },
    { "ub_ctx_add_ta_file", &ub.add_ta_file, sizeof(ub.add_ta_file) },
    { "ub_ctx_debugout", &ub.debugout, sizeof(ub.debugout) },
    { "ub_ctx_async", &ub.async, sizeof(ub.async) },
    { "ub_fd", &ub.fd, sizeof(ub.fd) },
    { "ub_process", &ub.process, sizeof(ub.process) },
    { "ub_resolve_async", &ub.resolve_async, sizeof(ub.resolve_async) },
    { "ub_cancel", &ub.cancel, sizeof(ub.cancel) },
    { "ub_resolve_free", &ub.resolve_free, sizeof(ub.resolve_free) },
    { "ub_strerror", &ub.strerror, sizeof(ub.strerror) },
};

static bool load(void)
{
    static bool there;
    if (!there)
        there = net_library_load("libunbound.so.8", SYMBOLS, COUNT_OF(SYMBOLS));
    return there;
}

/* The watched descriptor outlives the context by a turn of the loop. */
struct watch {
    uv_poll_t handle;
    struct net_unbound *unbound;
};

struct net_unbound {
    struct ub_ctx *ctx;
    struct watch *watch;
    TAILQ_HEAD(, net_unbound_ask) open;
    size_t awaited; /* of those */
    bool
        processing; /* inside ub_process(): a callback may free us, and the rest is done behind it */
    bool dying;
};

struct net_unbound_ask {
    TAILQ_ENTRY(net_unbound_ask) link;
    struct net_unbound *unbound;
    int id;
    void (*done)(void *user, const struct net_unbound_result *r); /* NULL: nobody waits */
    void *user;
};

static void free_watch(uv_handle_t *handle)
{
    free(handle->data);
}

void net_unbound_free(struct net_unbound *u)
{
    if (!u)
        return;
    while (!TAILQ_EMPTY(&u->open))
        net_unbound_cancel(TAILQ_FIRST(&u->open));
    if (u->processing) {
        u->dying = true;
        return;
    }
    if (u->watch) {
        u->watch->unbound = NULL;
        uv_poll_stop(&u->watch->handle);
        uv_close((uv_handle_t *)&u->watch->handle, free_watch);
    }
    if (u->ctx)
        ub.delete(u->ctx);
    free(u);
}

static void on_readable(uv_poll_t *handle, int status, int events)
{
    struct net_unbound *u = ((struct watch *)handle->data)->unbound;
    (void)status;
    (void)events;
    u->processing = true;
    (void)ub.process(u->ctx);
    u->processing = false;
    if (u->dying)
        net_unbound_free(u);
}

/* It takes a file and nothing else for these settings. */
static int configure(struct ub_ctx *ctx)
{
    char path[40];
    int rc = -1, fd = memfd_create("unbound", MFD_CLOEXEC);
    if (fd < 0)
        return rc;
    if (write(fd, CONFIGURATION, sizeof(CONFIGURATION) - 1) == sizeof(CONFIGURATION) - 1) {
        (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        rc = ub.config(ctx, path);
    }
    close(fd);
    return rc;
}

static bool forward(struct ub_ctx *ctx, const struct net_resolv_conf *resolvers, uint16_t port)
{
    char address[IP_TEXT_MAX], to[IP_TEXT_MAX + 8];
    for (size_t i = 0; i < resolvers->count; i++) {
        (void)snprintf(to, sizeof(to), "%s@%u", ip_text(&resolvers->servers[i], address), port);
        if (ub.set_fwd(ctx, to) != 0)
            return false;
    }
    return true;
}

static bool set_up(struct net_unbound *u, const struct net_resolv_conf *resolvers, uint16_t port,
                   const char *trust_anchor, struct err *e)
{
    u->ctx = ub.create();
    if (!u->ctx)
        return err_memory(e, "the validator");
    (void)ub.debugout(u->ctx, NULL);
    if (configure(u->ctx) != 0 || ub.async(u->ctx, 1) != 0 || !forward(u->ctx, resolvers, port))
        return err_set(e, ERR_SYSTEM, "the library that checks signatures cannot be set up");
    if (ub.add_ta_file(u->ctx, trust_anchor) != 0)
        return err_set(e, ERR_SYSTEM, "the trust anchors in '%s' cannot be read", trust_anchor);
    return true;
}

static bool watch(struct net_unbound *u, struct net_loop *l, struct err *e)
{
    struct watch *w = calloc(1, sizeof(*w));
    if (!w)
        return err_memory(e, "the validator");
    int rc = uv_poll_init(net_loop_uv(l), &w->handle, ub.fd(u->ctx));
    if (rc != 0) {
        free(w);
        return net_err_uv(e, rc, "watching the library that checks signatures");
    }
    w->handle.data = w;
    w->unbound = u;
    u->watch = w;
    uv_poll_start(&w->handle, UV_READABLE, on_readable);
    uv_unref((uv_handle_t *)&w->handle); /* only while something is asked */
    return true;
}

struct net_unbound *net_unbound_new(struct net_loop *l, const struct net_resolv_conf *resolvers,
                                    uint16_t port, const char *trust_anchor, struct err *e)
{
    if (!load()) {
        err_set(e, ERR_SYSTEM, "the library that checks signatures (libunbound) is missing");
        return NULL;
    }
    struct net_unbound *u = calloc(1, sizeof(*u));
    if (!u) {
        err_memory(e, "the validator");
        return NULL;
    }
    TAILQ_INIT(&u->open);
    if (!set_up(u, resolvers, port, trust_anchor, e) || !watch(u, l, e)) {
        net_unbound_free(u);
        return NULL;
    }
    return u;
}

static void ask_free(struct net_unbound_ask *a)
{
    struct net_unbound *u = a->unbound;
    TAILQ_REMOVE(&u->open, a, link);
    if (a->done && --u->awaited == 0)
        uv_unref((uv_handle_t *)&u->watch->handle);
    free(a);
}

void net_unbound_cancel(struct net_unbound_ask *a)
{
    if (!a)
        return;
    (void)ub.cancel(a->unbound->ctx, a->id);
    ask_free(a);
}

static void on_result(void *user, int rc, struct ub_result *r)
{
    struct net_unbound_ask *a = user;
    struct net_unbound_result result = { .rcode = r ? r->rcode : -1 };
    void (*done)(void *, const struct net_unbound_result *) = a->done;
    void *for_whom = a->user;
    if (rc == 0 && r) {
        result.secure = r->secure;
        result.bogus = r->bogus;
        result.packet = (str){ r->answer_packet, r->answer_len > 0 ? (size_t)r->answer_len : 0 };
        result.why = r->why_bogus;
    }
    ask_free(a);
    if (done)
        done(for_whom, &result);
    if (r)
        ub.resolve_free(r);
}

struct net_unbound_ask *
net_unbound_ask(struct net_unbound *u, str name, enum dns_type type,
                void (*done)(void *user, const struct net_unbound_result *r), void *user)
{
    char text[DNS_NAME_MAX];
    if (name.n >= sizeof(text) || str_find_octet(name, '\0') != STR_NOT_FOUND)
        return NULL;
    struct net_unbound_ask *a = calloc(1, sizeof(*a));
    if (!a)
        return NULL;
    if (name.n > 0)
        memcpy(text, name.p, name.n);
    text[name.n] = '\0';
    *a = (struct net_unbound_ask){ .unbound = u, .done = done, .user = user };
    TAILQ_INSERT_TAIL(&u->open, a, link);
    if (done && u->awaited++ == 0)
        uv_ref((uv_handle_t *)&u->watch->handle);
    if (ub.resolve_async(u->ctx, name.n > 0 ? text : ".", (int)type, CLASS_IN, a, on_result,
                         &a->id) != 0) {
        ask_free(a);
        return NULL;
    }
    return a;
}

void net_unbound_prime(struct net_unbound *u, str name, enum dns_type type)
{
    (void)!net_unbound_ask(u, name, type, NULL, NULL);
}
