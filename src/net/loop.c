/* SPDX-License-Identifier: ISC */
/* net/loop.c - the loop, its register of streams, and work put off or posted to it */
#include "net/loop.h"
#include "net/inside.h"
#include "net/stream.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

/* Streams on one loop. Far above what file descriptors allow; a register grows by doubling. */
#define SLOTS_MAX (1u << 20)
#define NO_SLOT   UINT32_MAX

struct slot {
    struct net_stream *stream; /* NULL: free */
    uint32_t generation;       /* never 0, so that an id of zeros names nothing */
    uint32_t next_free;
};

struct post {
    STAILQ_ENTRY(post) link;
    net_id id;
    void (*call)(struct net_stream *, void *);
    void *user;
};
STAILQ_HEAD(post_list, post);

struct net_loop {
    uv_loop_t uv;
    uv_idle_t turn; /* runs while a task waits, and keeps the loop from sleeping then */
    TAILQ_HEAD(, net_task) tasks;
    size_t task_count;
    uv_async_t door;
    uv_mutex_t lock; /* of posts, and of nothing else */
    struct post_list posts;
    struct slot *slots;
    uint32_t slot_count, first_free;
    bool running;                 /* inside uv_run(): the clock stands still until the next turn */
    bool ending;                  /* inside net_loop_free(): nobody enters any more */
    struct net_loop *left_before; /* of those left behind, the one before this */
    char socket_room[NET_ROOM_OCTETS];
    char clear_room[NET_ROOM_OCTETS];
};

/* Those that wait now, not those that they put there: a task that calls for itself again lets the
 * sockets have their turn in between. */
static void run_tasks(uv_idle_t *handle)
{
    struct net_loop *l = handle->data;
    for (size_t n = l->task_count; n > 0; n--) {
        struct net_task *t = TAILQ_FIRST(&l->tasks);
        if (!t)
            break;
        net_task_cancel(l, t);
        t->run(t);
    }
}

void net_task_later(struct net_loop *l, struct net_task *t)
{
    if (t->waiting)
        return;
    t->waiting = true;
    TAILQ_INSERT_TAIL(&l->tasks, t, link);
    if (l->task_count++ == 0)
        uv_idle_start(&l->turn, run_tasks);
}

void net_task_cancel(struct net_loop *l, struct net_task *t)
{
    if (!t->waiting)
        return;
    t->waiting = false;
    TAILQ_REMOVE(&l->tasks, t, link);
    if (--l->task_count == 0)
        uv_idle_stop(&l->turn);
}

static void run_posts(struct net_loop *l)
{
    struct post_list taken = STAILQ_HEAD_INITIALIZER(taken);
    uv_mutex_lock(&l->lock);
    STAILQ_CONCAT(&taken, &l->posts);
    uv_mutex_unlock(&l->lock);
    while (!STAILQ_EMPTY(&taken)) {
        struct post *p = STAILQ_FIRST(&taken);
        STAILQ_REMOVE_HEAD(&taken, link);
        p->call(net_loop_at(l, p->id), p->user);
        free(p);
    }
}

static void on_door(uv_async_t *handle)
{
    run_posts(handle->data);
}

bool net_post(struct net_loop *l, net_id id, void (*call)(struct net_stream *, void *), void *user)
{
    struct post *p = calloc(1, sizeof(*p));
    if (!p)
        return false;
    p->id = id;
    p->call = call;
    p->user = user;
    uv_mutex_lock(&l->lock);
    STAILQ_INSERT_TAIL(&l->posts, p, link);
    uv_mutex_unlock(&l->lock);
    uv_async_send(&l->door);
    return true;
}

/* What can fail, in order; each step undone by the caller of the next. */
static bool loop_begin(struct net_loop *l, struct err *e)
{
    int rc = uv_mutex_init(&l->lock);
    if (rc != 0)
        return net_err_uv(e, rc, "making a lock for the event loop");
    rc = uv_loop_init(&l->uv);
    if (rc != 0) {
        uv_mutex_destroy(&l->lock);
        return net_err_uv(e, rc, "starting the event loop");
    }
    rc = uv_async_init(&l->uv, &l->door, on_door);
    if (rc != 0) {
        uv_loop_close(&l->uv);
        uv_mutex_destroy(&l->lock);
        return net_err_uv(e, rc, "making the event loop's doorbell");
    }
    return true;
}

struct net_loop *net_loop_new(struct err *e)
{
    struct net_loop *l = calloc(1, sizeof(*l));
    if (!l) {
        err_memory(e, "an event loop");
        return NULL;
    }
    if (!loop_begin(l, e)) {
        free(l);
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN);
    l->door.data = l;
    uv_unref((uv_handle_t *)&l->door);
    uv_idle_init(&l->uv, &l->turn);
    l->turn.data = l;
    TAILQ_INIT(&l->tasks);
    STAILQ_INIT(&l->posts);
    l->first_free = NO_SLOT;
    return l;
}

static void let_go(uv_handle_t *handle, void *unused)
{
    (void)unused;
    uv_unref(handle);
}

static void note_closing(uv_handle_t *handle, void *any)
{
    if (uv_is_closing(handle))
        *(bool *)any = true;
}

/* Those that close are waited for, and nothing else. */
static void run_closing(uv_loop_t *uv)
{
    for (bool any = true; any;) {
        any = false;
        uv_run(uv, UV_RUN_NOWAIT);
        uv_walk(uv, note_closing, &any);
    }
}

static _Atomic(struct net_loop *) left_behind; /* the newest */

bool net_loop_left_behind(void)
{
    return left_behind != NULL;
}

void net_loop_free(struct net_loop *l)
{
    if (!l)
        return;
    run_posts(l);
    l->ending = true;
    for (uint32_t i = 0; i < l->slot_count; i++)
        if (l->slots[i].stream)
            net_stream_close(l->slots[i].stream, false);
    uv_close((uv_handle_t *)&l->door, NULL);
    uv_close((uv_handle_t *)&l->turn, NULL);
    /* A handle that its owner forgot must not keep us here. */
    uv_walk(&l->uv, let_go, NULL);
    run_closing(&l->uv);
    free(l->slots);
    l->slots = NULL;
    l->slot_count = 0;
    if (uv_loop_alive(&l->uv)) { /* a thread of libuv's still holds a look-up, and it the loop */
        l->left_before = atomic_exchange(&left_behind, l);
        return;
    }
    uv_loop_close(&l->uv);
    uv_mutex_destroy(&l->lock);
    free(l);
}

/* A post does not keep the loop awake, so one that came while the last handle went is looked for. */
void net_loop_run(struct net_loop *l)
{
    run_posts(l);
    l->running = true;
    uv_run(&l->uv, UV_RUN_DEFAULT);
    l->running = false;
}

void net_loop_stop(struct net_loop *l)
{
    uv_stop(&l->uv);
}

uint64_t net_loop_now_ms(struct net_loop *l)
{
    if (!l->running)
        uv_update_time(&l->uv);
    return uv_now(&l->uv);
}

void *net_loop_uv(struct net_loop *l)
{
    return &l->uv;
}

char *net_loop_socket_room(struct net_loop *l)
{
    return l->socket_room;
}

char *net_loop_clear_room(struct net_loop *l)
{
    return l->clear_room;
}

static bool more_slots(struct net_loop *l)
{
    uint32_t count = l->slot_count == 0 ? 16 : l->slot_count * 2;
    if (count > SLOTS_MAX)
        return false;
    struct slot *slots = realloc(l->slots, count * sizeof(*slots));
    if (!slots)
        return false;
    for (uint32_t i = l->slot_count; i < count; i++)
        slots[i] = (struct slot){ NULL, 1, i + 1 < count ? i + 1 : NO_SLOT };
    l->first_free = l->slot_count;
    l->slots = slots;
    l->slot_count = count;
    return true;
}

bool net_loop_enter(struct net_loop *l, struct net_stream *s, net_id *id)
{
    if (l->ending || (l->first_free == NO_SLOT && !more_slots(l)))
        return false;
    struct slot *slot = &l->slots[l->first_free];
    *id = (net_id){ l->first_free, slot->generation };
    l->first_free = slot->next_free;
    slot->stream = s;
    return true;
}

void net_loop_leave(struct net_loop *l, net_id id)
{
    if (!net_loop_at(l, id))
        return;
    struct slot *slot = &l->slots[id.slot];
    slot->stream = NULL;
    if (++slot->generation == 0)
        slot->generation = 1;
    slot->next_free = l->first_free;
    l->first_free = id.slot;
}

struct net_stream *net_loop_at(const struct net_loop *l, net_id id)
{
    if (id.slot >= l->slot_count || l->slots[id.slot].generation != id.generation)
        return NULL;
    return l->slots[id.slot].stream;
}

struct net_timer {
    uv_timer_t handle;
    void (*due)(void *user);
    void *user;
};

struct net_timer *net_timer_new(struct net_loop *l, void (*due)(void *user), void *user)
{
    struct net_timer *t = calloc(1, sizeof(*t));
    if (!t)
        return NULL;
    uv_timer_init(&l->uv, &t->handle);
    t->handle.data = t;
    t->due = due;
    t->user = user;
    return t;
}

static void on_timer(uv_timer_t *handle)
{
    struct net_timer *t = handle->data;
    t->due(t->user);
}

void net_timer_at(struct net_timer *t, uint64_t at_ms)
{
    if (at_ms == UINT64_MAX) {
        uv_timer_stop(&t->handle);
        return;
    }
    uint64_t now_ms = uv_now(t->handle.loop);
    uv_timer_start(&t->handle, on_timer, at_ms > now_ms ? at_ms - now_ms : 0, 0);
}

static void free_timer(uv_handle_t *handle)
{
    free(handle->data);
}

void net_timer_free(struct net_timer *t)
{
    if (!t)
        return;
    uv_timer_stop(&t->handle);
    uv_close((uv_handle_t *)&t->handle, free_timer);
}
