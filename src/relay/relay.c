/* SPDX-License-Identifier: ISC */
/*
 * relay/relay.c - the parts of the relay, and the order in which they start and end
 *
 * Ports are opened by relay_new(), with the rights to do so and before any thread. What has a thread of its own or keeps
 * state on the disk is opened by relay_run(), as the user that the relay has become by then.
 */
#include "relay/relay.h"
#include "relay/clients.h"
#include "relay/courier.h"
#include "relay/decide.h"
#include "relay/login.h"
#include "relay/rates.h"
#include "relay/record.h"
#include "relay/reload.h"
#include "relay/server.h"
#include "relay/signals.h"
#include "relay/smarthosts.h"
#include "relay/windows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum {
    STOP_MS = 10000, /* for sessions in the middle of a message, and again for the courier */
    POOL_THREADS_MAX = 8,
    POOL_WAITING_MAX = 1024,
    RECORDS_OCTETS = 256 << 20
};

struct relay_thread { /* beside each worker: what only this file needs */
    struct relay_worker *worker;
    uv_prepare_t each_turn; /* lines of the log go out before the loop sleeps */
    bool flushes;
    pthread_t thread;
    bool began;
};

static const struct site *site_of(const struct relay *r)
{
    return &r->config->rules.file.site;
}

/* ---- being born ---- */

static bool make_workers(struct relay *r, struct err *e)
{
    unsigned count = r->config->workers;
    r->workers = calloc(count, sizeof *r->workers);
    r->threads = calloc(count, sizeof *r->threads);
    if (!r->workers || !r->threads)
        return err_memory(e, "the relay");
    for (; r->worker_count < count; r->worker_count++) {
        struct relay_worker *w = &r->workers[r->worker_count];
        w->relay = r;
        w->number = r->worker_count;
        w->loop = net_loop_new(e);
        if (!w->loop)
            return false;
        r->threads[w->number].worker = w;
    }
    return true;
}

static void set_brake(struct relay *r, const struct site *s)
{
    relay_brake_set(r->brake,
                    (struct relay_brake_pace){ s->client_failures.count, s->client_failures.in_s },
                    (struct relay_brake_pace){ s->login_failures.count, s->login_failures.in_s });
}

static bool make_brake(struct relay *r, struct err *e)
{
    r->brake = relay_brake_new(e);
    if (r->brake)
        set_brake(r, site_of(r));
    return r->brake != NULL;
}

static bool make_smarthosts(struct relay *r, struct err *e)
{
    r->smarthosts = relay_smarthosts_new(e);
    if (r->smarthosts)
        relay_smarthosts_are(r->smarthosts, site_of(r));
    return r->smarthosts != NULL;
}

static bool make_parts(struct relay *r, const char *rule_file, struct err *e)
{
    r->rule_file = strdup(rule_file);
    if (!r->rule_file)
        return err_memory(e, "the relay");
    struct err handed;
    r->handed = net_handed_new(
        &handed); /* first: it closes nothing, and nothing may take their numbers */
    if (handed.kind != ERR_NONE) {
        *e = handed;
        return false;
    }
    r->config = relay_config_load(rule_file, 0, NULL, e);
    return r->config && (r->settled = relay_settled_new(site_of(r), e)) &&
           (r->log = net_log_new(STDERR_FILENO, site_of(r)->log_json, NET_LOG_INFO, e)) &&
           (r->clients = relay_clients_new(e)) && make_brake(r, e) &&
           (r->rates = relay_rates_new(e)) && make_smarthosts(r, e) && make_workers(r, e) &&
           relay_servers_open(r, e);
}

struct relay *relay_new(const char *rule_file, struct err *e)
{
    struct relay *r = calloc(1, sizeof *r);
    if (!r) {
        err_memory(e, "the relay");
        return NULL;
    }
    pthread_mutex_init(&r->config_lock, NULL);
    r->started_ms = relay_now_ms();
    if (make_parts(r, rule_file, e))
        return r;
    relay_free(r);
    return NULL;
}

/* ---- state, and what has threads ---- */

static void on_told(void *user, const char *what, const struct err *why)
{
    struct relay *r = user;
    NET_LOG(r->log, why && why->kind ? NET_LOG_ERROR : NET_LOG_INFO, "spool",
            LOG_STR("what", str_from(what)), LOG_STR("why", str_from(why ? why->why : "")));
}

static unsigned pool_threads(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 2 ? 2 : n > POOL_THREADS_MAX ? POOL_THREADS_MAX : (unsigned)n;
}

/* What baton why evaluates again. */
static bool keep_rules(struct relay *r, const struct relay_config *c, struct err *e)
{
    AUTO(buf_done) struct buf text = { .max = 0 };
    return (rule_file_kept(&c->rules, &text) || err_memory(e, "the rule file")) &&
           relay_records_rules(r->records, c->digest, buf_str(&text), e);
}

static bool open_state(struct relay *r, struct err *e)
{
    char dir[4096];
    snprintf(dir, sizeof dir, "%.*s", STR_ARG(site_of(r)->state));
    const struct spool_options o = {
        .dir = dir,
        .keep_free = site_of(r)->keep_free,
        .told = on_told,
        .user = r,
    };
    return (r->spool = spool_open(&o, e)) && (r->windows = relay_windows_open(dir, e)) &&
           (r->records = relay_records_open(dir, RECORDS_OCTETS, e)) &&
           keep_rules(r, r->config, e) &&
           (r->pool = net_pool_new(pool_threads(), POOL_WAITING_MAX, e));
}

static void on_each_turn(uv_prepare_t *handle)
{
    net_log_flush(handle->data);
}

static void warn_of_secret(const struct relay *r, str file)
{
    if (file.n && relay_config_is_open_to_all(file))
        NET_LOG(r->log, NET_LOG_WARNING, "secret-open-to-all", LOG_STR("file", file),
                LOG_STR("remedy", STR("chmod o= FILE")));
}

static void warn_of_files(const struct relay *r, const struct relay_config *c)
{
    relay_config_warn(c, r->log);
    warn_of_secret(r, c->rules.file.site.users);
    warn_of_secret(r, c->rules.file.site.key);
    for (size_t i = 0; i < c->secret_count; i++)
        warn_of_secret(r, c->secrets[i].login->file);
    if (!c->users)
        NET_LOG(r->log, NET_LOG_WARNING, "no-file-of-logins",
                LOG_STR("file", c->rules.file.site.users),
                LOG_STR("remedy", STR("where somebody is to log in: baton user add NAME")));
    if (c->tls && net_tls_server_is_stale(c->tls[0].plain))
        NET_LOG(r->log, NET_LOG_WARNING, "certificate-not-valid-now",
                LOG_STR("file", c->rules.file.site.certificate),
                LOG_STR("remedy", STR("put one in its place whose time is not over, and reload")));
}

static bool open_workers(struct relay *r, struct err *e)
{
    for (unsigned i = 0; i < r->worker_count; i++) {
        struct relay_worker *w = &r->workers[i];
        struct relay_thread *t = &r->threads[i];
        w->looks = relay_looks_new(w, e);
        w->courier = w->looks ? relay_courier_new(w, e) : NULL;
        if (!w->courier)
            return false;
        uv_prepare_init(net_loop_uv(w->loop), &t->each_turn);
        t->each_turn.data = r->log;
        uv_prepare_start(&t->each_turn, on_each_turn);
        t->flushes = true;
    }
    return true;
}

/* ---- running ---- */

static void *run_worker(void *user)
{
    struct relay_thread *t = user;
    relay_server_start(t->worker->server);
    relay_courier_start(t->worker->courier);
    net_loop_run(t->worker->loop);
    return NULL;
}

static bool start_threads(struct relay *r, struct err *e)
{
    for (unsigned i = 1; i < r->worker_count; i++) {
        int rc = pthread_create(&r->threads[i].thread, NULL, run_worker, &r->threads[i]);
        if (rc != 0)
            return err_set(e, ERR_SYSTEM, "starting a thread: %s", strerror(rc));
        r->threads[i].began = true;
    }
    return true;
}

static void close_state(struct relay *r)
{
    for (unsigned i = 0; i < r->worker_count; i++)
        if (r->threads[i].began)
            pthread_join(r->threads[i].thread, NULL);
    spool_close(r->spool); /* what it still has to say is posted to the loops, */
    net_pool_free(r->pool);
    r->pool = NULL;
    r->spool = NULL;                               /* who asks from here on is told that it ends */
    for (unsigned i = 0; i < r->worker_count; i++) /* and heard before anybody is gone, */
        uv_run(net_loop_uv(r->workers[i].loop), UV_RUN_NOWAIT);
    uv_run(net_loop_uv(r->workers[0].loop),
           UV_RUN_NOWAIT); /* and what is answered to it goes out */
    relay_signals_free(r->signals);
    for (unsigned i = 0; i < r->worker_count; i++) {
        struct relay_worker *w = &r->workers[i];
        relay_server_free(w->server);
        relay_courier_free(w->courier);
        relay_looks_free(w->looks);
        w->server = NULL;
        w->courier = NULL;
        w->looks = NULL;
        if (r->threads[i].flushes)
            uv_close((uv_handle_t *)&r->threads[i].each_turn, NULL);
        r->threads[i].flushes = false;
    }
    relay_records_close(r->records);
    relay_windows_close(r->windows);
    r->signals = NULL;
    r->records = NULL;
    r->windows = NULL;
}

bool relay_run(struct relay *r, struct err *e)
{
    bool ok = open_state(r, e) && open_workers(r, e);
    ok = ok && (r->signals = relay_signals_new(r, e));
    if (ok) {
        ok = start_threads(r, e);
        if (!ok)
            relay_stop(r); /* those that began end as always */
        NET_LOG(r->log, NET_LOG_INFO, "relay-started", LOG_INT("workers", r->worker_count));
        warn_of_files(r, r->config);
        run_worker(&r->threads[0]);
        NET_LOG(r->log, NET_LOG_INFO, "relay-stopped", LOG_INT("workers", r->worker_count));
    }
    close_state(r);
    net_log_flush(r->log);
    return ok;
}

/* ---- the end ---- */

static void on_courier_stopped(void *user)
{
    struct relay_worker *w = user;
    net_loop_stop(w->loop);
}

static void on_server_stopped(void *user)
{
    struct relay_worker *w = user;
    relay_courier_stop(w->courier, STOP_MS, on_courier_stopped, w);
}

static void on_stop(struct net_stream *none, void *user)
{
    struct relay_worker *w = user;
    (void)none;
    relay_server_stop(w->server, STOP_MS, on_server_stopped, w);
}

void relay_stop(struct relay *r)
{
    if (atomic_exchange(&r->stopping, true))
        return;
    for (unsigned i = 0; i < r->worker_count; i++)
        if (!net_post(r->workers[i].loop, (net_id){ 0 }, on_stop, &r->workers[i]))
            net_loop_stop(r->workers[i].loop);
}

void relay_free(struct relay *r)
{
    if (!r)
        return;
    for (unsigned i = 0; i < r->worker_count; i++) {
        relay_server_free(r->workers[i].server);
        net_loop_free(r->workers[i].loop);
    }
    free(r->workers);
    free(r->threads);
    relay_smarthosts_free(r->smarthosts);
    relay_rates_free(r->rates);
    relay_brake_free(r->brake);
    relay_clients_free(r->clients);
    net_log_free(r->log);
    relay_config_drop(r->config);
    relay_settled_free(r->settled);
    net_handed_free(r->handed);
    pthread_mutex_destroy(&r->config_lock);
    free(r->rule_file);
    free(r);
}

/* ---- another rule file ---- */

static void tell_unopened(void *user, const struct site_listener *l, const struct err *why)
{
    struct relay_worker *w = user;
    NET_LOG(w->relay->log, NET_LOG_ERROR, "listener-not-opened", LOG_STR("listener", l->name),
            LOG_INT("worker", w->number), LOG_STR("why", str_from(why->why)));
}

/* On the other workers. What the first could open, they can too, or something odd is told of. */
static void on_reload(struct net_stream *none UNUSED, void *user)
{
    struct relay_worker *w = user;
    relay_server_reload(w->server, tell_unopened, w);
    relay_courier_reload(w->courier);
}

bool relay_reload(struct relay *r, relay_unopened *unopened, void *user, struct err *e)
{
    struct relay_config *c = relay_config_load(r->rule_file, r->worker_count, r->log, e);
    if (!c)
        return false;
    if (!keep_rules(r, c, e)) {
        relay_config_drop(c);
        return false;
    }
    pthread_mutex_lock(&r->config_lock);
    struct relay_config *old = r->config;
    r->config = c;
    pthread_mutex_unlock(&r->config_lock);
    relay_config_drop(old);
    warn_of_files(r, c);
    set_brake(r, &c->rules.file.site);
    relay_smarthosts_are(r->smarthosts, &c->rules.file.site);
    relay_server_reload(r->workers[0].server, unopened, user);
    relay_courier_reload(r->workers[0].courier);
    for (unsigned i = 1; i < r->worker_count; i++)
        (void)!net_post(r->workers[i].loop, (net_id){ 0 }, on_reload, &r->workers[i]);
    /* Told last: who comes when it is read is behind these in the order of each worker. */
    NET_LOG(r->log, NET_LOG_INFO, "reloaded",
            LOG_INT("listeners", c->rules.file.site.listener_count));
    return true;
}
