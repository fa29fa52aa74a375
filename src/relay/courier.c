/* SPDX-License-Identifier: ISC */
/*
 * relay/courier.c - one worker's courier: what comes to it from sessions and from the spool, its clock, its end
 *
 * Messages come by the inbox, whoever brings them: a session's thread, or the committer's. Worker 0's courier asks the
 * spool for all of them.
 */
#include "relay/courier.h"
#include "relay/courier_inside.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

uint64_t courier_now_ms(struct relay_courier *c)
{
    return net_loop_now_ms(c->loop);
}

/* splitmix64: what spreads attempts need not be secret. */
uint32_t courier_chance(struct relay_courier *c)
{
    uint64_t z = c->chance += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(z >> 32);
}

static bool has_room(const struct relay_courier *c)
{
    return !atomic_load_explicit(&c->stopping, memory_order_relaxed) &&
           atomic_load_explicit(&c->jobs, memory_order_relaxed) < COURIER_JOBS_MAX &&
           atomic_load_explicit(&c->octets, memory_order_relaxed) < COURIER_OCTETS_MAX;
}

/* A route belongs to one worker. */
static struct relay_courier *owner_of(struct relay *r, str route)
{
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < route.n; i++)
        hash = (hash ^ (uint8_t)route.p[i]) * UINT32_C(16777619);
    return r->workers[hash % r->worker_count].courier;
}

/* ---- the inbox ---- */

static void on_bell(struct net_stream *none, void *user);

/* With the lock held. Should the post fail, the next one to come rings again. */
static void ring(struct relay_courier *c)
{
    if (!c->bell)
        c->bell = net_post(c->loop, (net_id){ 0, 0 }, on_bell, c);
}

void courier_ring(struct relay_courier *c)
{
    pthread_mutex_lock(&c->lock);
    ring(c);
    pthread_mutex_unlock(&c->lock);
}

static void bring(struct relay_courier *c, struct courier_job *job)
{
    atomic_fetch_add_explicit(&c->jobs, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&c->octets, job->octets, memory_order_relaxed);
    job->courier = c;
    pthread_mutex_lock(&c->lock);
    TAILQ_INSERT_TAIL(&c->inbox, job, link);
    ring(c);
    pthread_mutex_unlock(&c->lock);
}

static void leave_memory(struct courier_job *job)
{
    atomic_fetch_sub_explicit(&job->courier->jobs, 1, memory_order_relaxed);
    atomic_fetch_sub_explicit(&job->courier->octets, job->octets, memory_order_relaxed);
}

bool relay_courier_has_room(struct relay *r)
{
    for (unsigned i = 0; i < r->worker_count; i++)
        if (!r->workers[i].courier || !has_room(r->workers[i].courier)) {
            if (r->workers[0].courier)
                atomic_store_explicit(&r->workers[0].courier->missed, true, memory_order_relaxed);
            return false;
        }
    return true;
}

bool relay_courier_give(struct relay *r, const struct queue_message *m)
{
    struct relay_courier *c = owner_of(r, m->route);
    struct courier_job *job = has_room(c) ? courier_job_new(m) : NULL;
    if (!job)
        return false;
    bring(c, job);
    return true;
}

static bool is_at(struct relay_courier *c, uint64_t id, char *name, uint64_t *since_ms)
{
    const struct courier_visit *v;
    pthread_mutex_lock(&c->lock);
    TAILQ_FOREACH(v, &c->busy, busy_link)
    if (v->busy_id == id)
        break;
    if (v) {
        memcpy(name, v->name, sizeof v->name);
        *since_ms = v->busy_since_ms;
    }
    pthread_mutex_unlock(&c->lock);
    return v != NULL;
}

bool relay_courier_at(struct relay *r, uint64_t id, char name[RELAY_COURIER_NAME_MAX],
                      uint64_t *since_ms)
{
    for (unsigned i = 0; i < r->worker_count; i++)
        if (r->workers[i].courier && is_at(r->workers[i].courier, id, name, since_ms))
            return true;
    return false;
}

/* ---- asking the spool ---- */

static size_t room_of_all(const struct relay *r)
{
    size_t least = COURIER_TAKE_MAX;
    for (unsigned i = 0; i < r->worker_count; i++) {
        const struct relay_courier *c = r->workers[i].courier;
        size_t jobs = atomic_load_explicit(&c->jobs, memory_order_relaxed);
        size_t room = has_room(c) && jobs < COURIER_JOBS_MAX ? COURIER_JOBS_MAX - jobs : 0;
        if (room < least)
            least = room;
    }
    return least;
}

/* On the committer's thread. */
static void on_taken(void *user, const struct queue_message *all, size_t count,
                     uint64_t next_due_ms)
{
    struct relay_courier *c = user;
    for (size_t i = 0; i < count; i++) {
        struct courier_job *job = courier_job_new(&all[i]);
        if (job) {
            bring(owner_of(c->relay, all[i].route), job);
            continue;
        }
        uint64_t again_ms = relay_now_ms() + SPOOL_AS_IT_WAS_MS;
        spool_let_go(c->relay->spool, all[i].id);
        next_due_ms = next_due_ms < again_ms ? next_due_ms : again_ms;
    }
    pthread_mutex_lock(&c->lock);
    c->took = true;
    c->took_count = count;
    c->next_due_ms = next_due_ms;
    ring(c);
    pthread_mutex_unlock(&c->lock);
}

/* Asked again then, if not before. */
static void take_at(struct relay_courier *c, uint64_t wait_ms)
{
    c->take_at_ms = courier_now_ms(c) + wait_ms;
    atomic_store_explicit(&c->take_wall_ms, relay_now_ms() + wait_ms, memory_order_relaxed);
}

/* From any thread: a message is due then. */
void courier_due(struct relay *r, uint64_t due_ms)
{
    struct relay_courier *c = r->workers[0].courier;
    uint64_t known_ms = atomic_load_explicit(&c->take_wall_ms, memory_order_relaxed);
    while (due_ms + COURIER_TICK_MS < known_ms)
        if (atomic_compare_exchange_weak_explicit(&c->take_wall_ms, &known_ms, due_ms,
                                                  memory_order_relaxed, memory_order_relaxed)) {
            pthread_mutex_lock(&c->lock);
            c->sooner = true;
            ring(c);
            pthread_mutex_unlock(&c->lock);
            return;
        }
}

static void take(struct relay_courier *c)
{
    if (!c->started || c->taking || c->stopping || c->worker->number != 0)
        return;
    size_t room = room_of_all(c->relay);
    if (room == 0) {
        atomic_store_explicit(&c->missed, true, memory_order_relaxed);
        take_at(c, COURIER_TICK_MS);
        return;
    }
    c->taking = true;
    c->asked = room;
    atomic_store_explicit(&c->missed, false, memory_order_relaxed);
    uint64_t now_ms = relay_now_ms();
    spool_take(c->relay->spool, now_ms > c->far_ms ? now_ms : c->far_ms, room, on_taken, c);
    c->far_ms = 0;
}

static void after_take(struct relay_courier *c, size_t count, uint64_t next_due_ms)
{
    uint64_t wall_ms = relay_now_ms(), wait_ms = COURIER_POLL_MS;
    c->taking = false;
    if (count == c->asked) {
        wait_ms = 0;
    } else if (next_due_ms != UINT64_MAX && next_due_ms > wall_ms + COURIER_FAR_MS) {
        /* The clock was ahead when that was settled: it would wait until then. */
        c->far_ms = next_due_ms + COURIER_FAR_MS;
        wait_ms = 0;
    } else if (next_due_ms <= wall_ms) {
        wait_ms = COURIER_TICK_MS;
    } else if (next_due_ms - wall_ms < wait_ms) {
        wait_ms = next_due_ms - wall_ms;
    }
    take_at(c, wait_ms);
    if (wait_ms == 0)
        take(c);
    courier_maybe_stopped(c);
}

void courier_look(struct relay *r)
{
    struct relay_courier *c = r->workers[0].courier;
    pthread_mutex_lock(&c->lock);
    c->woken = true;
    ring(c);
    pthread_mutex_unlock(&c->lock);
}

/* Somebody asked for it: smarthosts that are left alone are tried at once, too. */
void relay_courier_wake(struct relay *r)
{
    for (unsigned i = 0; i < r->worker_count; i++) {
        struct relay_courier *c = r->workers[i].courier;
        pthread_mutex_lock(&c->lock);
        c->urged = true;
        ring(c);
        pthread_mutex_unlock(&c->lock);
    }
    courier_look(r);
}

static void urge(struct relay_courier *c)
{
    struct courier_route *r;
    TAILQ_FOREACH(r, &c->routes, link)
    {
        r->down_since_ms = 0;
        for (unsigned i = 0; i < r->host_count; i++)
            breaker_urge(&r->hosts[i].breaker, courier_now_ms(c));
    }
}

static void on_hurry(struct net_stream *none, void *user)
{
    struct relay_worker *w = user;
    struct courier_route *r;
    (void)none;
    if (!w->courier)
        return;
    TAILQ_FOREACH(r, &w->courier->routes, link)
    for (unsigned i = 0; i < r->host_count; i++)
        r->hosts[i].breaker.open_until_ms = 0; /* half open, where it was open */
    courier_wind(w->courier);
}

void relay_courier_hurry(struct relay *r)
{
    for (unsigned i = 0; i < r->worker_count; i++)
        (void)!net_post(r->workers[i].loop, (net_id){ 0 }, on_hurry, &r->workers[i]);
    relay_courier_wake(r);
}

/* Half of the room is free again: what was left in the spool may come. */
static void maybe_take(struct relay_courier *c)
{
    struct relay_courier *first = c->relay->workers[0].courier;
    if (atomic_load_explicit(&first->missed, memory_order_relaxed) &&
        atomic_load_explicit(&c->jobs, memory_order_relaxed) < COURIER_JOBS_MAX / 2 &&
        atomic_exchange_explicit(&first->missed, false, memory_order_relaxed))
        courier_look(c->relay);
}

void courier_job_done(struct courier_job *job)
{
    struct relay_courier *c = job->courier;
    leave_memory(job);
    courier_job_free(job);
    maybe_take(c);
    if (c->stopping)
        courier_maybe_stopped(c);
}

/* ---- what came ---- */

static void no_route(struct courier_job *job)
{
    courier_put_back(job, COURIER_NO_ROUTE_MS,
                     STR("no route of the rule file takes this recipient's domain"), CAUSE_NONE);
}

static void adopt(struct relay_courier *c, struct courier_job *job)
{
    if (c->ended) { /* the spool may be closed: there it waits, as whatever is in hand does at the next start */
        courier_job_done(job);
        return;
    }
    if (c->stopping) {
        courier_give_back(job);
        return;
    }
    struct courier_route *r = courier_route_for(c, &job->m);
    if (!r) {
        no_route(job);
        return;
    }
    /* Its name may have changed with the rule file. */
    struct relay_courier *owner = owner_of(c->relay, r->site->name);
    if (owner != c && !owner->stopping) {
        leave_memory(job);
        bring(owner, job);
        return;
    }
    job->since_ms = courier_now_ms(c);
    courier_route_add(r, job);
}

static void on_bell(struct net_stream *none, void *user)
{
    struct relay_courier *c = user;
    struct courier_jobs came = TAILQ_HEAD_INITIALIZER(came);
    (void)none;
    pthread_mutex_lock(&c->lock);
    c->bell = false;
    bool dead = c->dead, took = c->took, woken = c->woken;
    size_t count = c->took_count;
    uint64_t next_due_ms = c->next_due_ms;
    bool sooner = c->sooner, urged = c->urged;
    c->took = c->woken = c->sooner = c->urged = false;
    TAILQ_CONCAT(&came, &c->inbox, link);
    pthread_mutex_unlock(&c->lock);
    if (dead) {
        pthread_mutex_destroy(&c->lock);
        free(c);
        return;
    }
    if (urged)
        urge(c);
    while (!TAILQ_EMPTY(&came)) {
        struct courier_job *job = TAILQ_FIRST(&came);
        TAILQ_REMOVE(&came, job, link);
        adopt(c, job);
    }
    struct courier_route *r;
    TAILQ_FOREACH(r, &c->routes, link)
    courier_route_pump(r);
    if (took)
        after_take(c, count, next_due_ms);
    if (sooner) {
        uint64_t now_ms = relay_now_ms(), due_ms = atomic_load(&c->take_wall_ms);
        take_at(c, due_ms > now_ms ? due_ms - now_ms : 0);
    }
    if (woken || (took && c->take_again)) {
        c->take_again = c->taking;
        take(c);
    }
    courier_mail_look(c);
    courier_wind(c);
}

/* ---- the clock ---- */

static uint64_t next_tick_ms(struct relay_courier *c, uint64_t now_ms)
{
    uint64_t at_ms = UINT64_MAX;
    struct courier_route *r;
    if (c->worker->number == 0 && c->started && !c->taking && !c->stopping)
        at_ms = c->take_at_ms;
    TAILQ_FOREACH(r, &c->routes, link)
    if (r->visit_count > 0 && at_ms > now_ms + COURIER_IDLE_MS / 5)
        at_ms = now_ms + COURIER_IDLE_MS / 5;
    bool busy = c->stopping || !TAILQ_EMPTY(&c->looking);
    TAILQ_FOREACH(r, &c->routes, link)
    busy |= courier_route_busy(r);
    if (busy && at_ms > now_ms + COURIER_TICK_MS)
        at_ms = now_ms + COURIER_TICK_MS;
    return at_ms;
}

void courier_wind(struct relay_courier *c)
{
    uint64_t now_ms = courier_now_ms(c), at_ms = next_tick_ms(c, now_ms);
    if (at_ms >= c->timer_at_ms && c->timer_at_ms > now_ms)
        return;
    c->timer_at_ms = at_ms;
    net_timer_at(c->timer, at_ms);
}

static void abort_all(struct courier_routes *routes)
{
    struct courier_route *r;
    TAILQ_FOREACH(r, routes, link)
    for (unsigned i = 0; i < r->host_count; i++) {
        struct courier_visit *v;
        TAILQ_FOREACH(v, &r->hosts[i].visits, link)
        net_dialogue_abort(v->dialogue);
    }
}

static void on_tick(void *user)
{
    struct relay_courier *c = user;
    uint64_t now_ms = courier_now_ms(c);
    struct courier_route *r, *next;
    c->timer_at_ms = UINT64_MAX;
    if (c->stopping && now_ms >= c->stop_at_ms) {
        abort_all(&c->routes);
        abort_all(&c->old_routes);
    }
    for (r = TAILQ_FIRST(&c->routes); r; r = next) {
        next = TAILQ_NEXT(r, link);
        courier_route_tick(r, now_ms);
    }
    if (c->worker->number == 0 && now_ms >= c->take_at_ms)
        take(c);
    if (!TAILQ_EMPTY(&c->looking)) /* should the last ring have failed */
        courier_ring(c);
    courier_wind(c);
}

/* ---- life ---- */

struct relay_courier *relay_courier_new(struct relay_worker *w, struct err *e)
{
    struct relay_courier *c = calloc(1, sizeof *c);
    if (!c) {
        err_memory(e, "the courier");
        return NULL;
    }
    c->worker = w;
    c->relay = w->relay;
    c->loop = w->loop;
    c->timer_at_ms = UINT64_MAX;
    TAILQ_INIT(&c->routes);
    TAILQ_INIT(&c->old_routes);
    TAILQ_INIT(&c->looking);
    TAILQ_INIT(&c->inbox);
    TAILQ_INIT(&c->busy);
    pthread_mutex_init(&c->lock, NULL);
    if (getrandom(&c->chance, sizeof c->chance, GRND_NONBLOCK) != sizeof c->chance)
        c->chance = relay_now_ms() + w->number;
    c->config = relay_config_hold(w->relay);
    c->timer = net_timer_new(c->loop, on_tick, c);
    c->causes = courier_causes_new(c->chance);
    if (c->timer && c->causes)
        return c;
    err_memory(e, "the courier");
    relay_courier_free(c);
    return NULL;
}

void relay_courier_start(struct relay_courier *c)
{
    c->started = true;
    take(c);
    courier_wind(c);
}

/* Waiting messages find their place by the new file; connections of the old one end with what they are about. */
void relay_courier_reload(struct relay_courier *c)
{
    struct courier_routes gone = TAILQ_HEAD_INITIALIZER(gone);
    relay_config_drop(c->config);
    c->config = relay_config_hold(c->relay);
    TAILQ_CONCAT(&gone, &c->routes, link);
    while (!TAILQ_EMPTY(&gone)) {
        struct courier_route *r = TAILQ_FIRST(&gone);
        TAILQ_REMOVE(&gone, r, link);
        TAILQ_INSERT_TAIL(&c->old_routes, r, link);
        courier_route_end(r);
    }
    courier_wind(c);
}

void courier_maybe_stopped(struct relay_courier *c)
{
    if (!c->stopping || c->taking || atomic_load(&c->jobs) > 0 || !TAILQ_EMPTY(&c->routes) ||
        !TAILQ_EMPTY(&c->old_routes) || !c->stopped)
        return;
    void (*done)(void *user) = c->stopped;
    c->stopped = NULL;
    c->ended = true;
    net_timer_at(c->timer, UINT64_MAX);
    done(c->stopped_user);
}

void relay_courier_stop(struct relay_courier *c, uint32_t ms, void (*done)(void *user), void *user)
{
    c->stopping = true;
    c->stop_at_ms = courier_now_ms(c) + ms;
    c->stopped = done;
    c->stopped_user = user;
    struct courier_route *r, *next;
    for (r = TAILQ_FIRST(&c->routes); r; r = next) {
        next = TAILQ_NEXT(r, link);
        TAILQ_REMOVE(&c->routes, r, link);
        TAILQ_INSERT_TAIL(&c->old_routes, r, link);
        courier_route_end(r);
    }
    courier_wind(c);
    courier_maybe_stopped(c);
}

/* Nothing of it is under way: it was never started, or relay_courier_stop() is done. A post may still be. */
void relay_courier_free(struct relay_courier *c)
{
    if (!c)
        return;
    while (!TAILQ_EMPTY(&c->inbox)) {
        struct courier_job *job = TAILQ_FIRST(&c->inbox);
        TAILQ_REMOVE(&c->inbox, job, link);
        courier_job_free(job);
    }
    net_timer_free(c->timer);
    courier_causes_free(c->causes);
    if (c->config)
        relay_config_drop(c->config);
    pthread_mutex_lock(&c->lock);
    c->dead = true;
    bool bell = c->bell;
    pthread_mutex_unlock(&c->lock);
    if (bell)
        return; /* on_bell() frees */
    pthread_mutex_destroy(&c->lock);
    free(c);
}
