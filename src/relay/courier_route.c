/* SPDX-License-Identifier: ISC */
/*
 * relay/courier_route.c - which message goes by which connection
 *
 * Smarthosts are used in their order: the first that works has all the mail. One that is silent for a second is given
 * company by the next, in parallel, and whichever can take mail first does. One that failed is left alone by its breaker,
 * but for one connection that tries it now and then, beside the mail. When none may be troubled, what waits is kept a
 * few seconds, and then goes back to the spool without having used up an attempt.
 */
#include "relay/courier_inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which route ---- */

static const struct site_route *route_named(const struct site *s, str name)
{
    for (size_t i = 0; name.n > 0 && i < s->route_count; i++)
        if (str_eq(s->routes[i].name, name))
            return &s->routes[i];
    return NULL;
}

static const struct site_route *route_of_recipient(const struct site *s,
                                                   const struct queue_recipient *r)
{
    size_t at = str_rfind_octet(r->forward_path, '@');
    return site_route_for(s, at == STR_NOT_FOUND ? STR_NONE : str_skip(r->forward_path, at + 1));
}

/* By its name; when the rule file has that no longer, or they go different ways, by the domain of the first recipient that
 * waits and has a route. */
static const struct site_route *rule_for(const struct site *s, const struct queue_message *m)
{
    const struct site_route *found = route_named(s, m->route);
    for (size_t i = 0; !found && i < m->recipient_count; i++)
        if (m->recipients[i].state == QUEUE_WAITING)
            found = route_of_recipient(s, &m->recipients[i]);
    return found;
}

bool courier_has_route(const struct relay_config *c, const struct queue_recipient *r)
{
    return route_of_recipient(&c->rules.file.site, r) != NULL;
}

void courier_mark_others(const struct courier_route *r, struct courier_job *job)
{
    const struct site *s = &r->config->rules.file.site;
    bool all = route_named(s, job->m.route);
    for (size_t i = 0; i < job->m.recipient_count; i++) {
        job->marks[i] &= (uint8_t)~MARK_OTHER;
        if (!all && route_of_recipient(s, &job->m.recipients[i]) != r->site)
            job->marks[i] |= MARK_OTHER;
    }
}

struct courier_route *courier_route_for(struct relay_courier *c, const struct queue_message *m)
{
    const struct site_route *site = rule_for(&c->config->rules.file.site, m);
    struct courier_route *r;
    struct err why;
    if (!site)
        return NULL;
    TAILQ_FOREACH(r, &c->routes, link)
    if (r->site == site)
        return r;
    r = courier_route_new(c, site, &why);
    if (r)
        TAILQ_INSERT_TAIL(&c->routes, r, link);
    else
        NET_LOG(c->relay->log, NET_LOG_ERROR, "route-failed", LOG_STR("route", site->name),
                LOG_STR("why", str_from(why.why)));
    return r;
}

/* ---- life ---- */

static void route_free(struct courier_route *r)
{
    for (unsigned i = 0; i < r->host_count; i++)
        relay_smarthosts_drop(r->courier->relay->smarthosts, r->hosts[i].counts);
    net_resolver_free(r->resolver);
    net_tls_context_free(r->tls);
    relay_config_drop(r->config);
    free(r);
}

static bool route_open(struct courier_route *r, struct err *e)
{
    const struct site *s = &r->config->rules.file.site;
    struct net_resolver_options o = { .server = s->resolver, .port = s->resolver_port };
    char ca[4096];
    if (s->ca.n >= sizeof ca)
        return err_set(e, ERR_LIMIT, "the path of the certificates is too long");
    if (s->ca.n > 0)
        memcpy(ca, s->ca.p, s->ca.n);
    ca[s->ca.n] = '\0';
    struct net_tls_trust trust = { .ca_file = s->ca.n ? ca : NULL, .system = true };
    r->tls = net_tls_client_new(&trust, e);
    r->resolver = r->tls ? net_resolver_new(r->courier->loop, &o, e) : NULL;
    return r->resolver != NULL;
}

struct courier_route *courier_route_new(struct relay_courier *c, const struct site_route *site,
                                        struct err *e)
{
    struct courier_route *r = calloc(1, sizeof *r);
    if (!r) {
        err_memory(e, "a route");
        return NULL;
    }
    r->courier = c;
    r->config = c->config;
    atomic_fetch_add(&r->config->held, 1);
    r->site = site;
    TAILQ_INIT(&r->fresh);
    TAILQ_INIT(&r->again);
    r->host_count = (unsigned)site->smarthost_count;
    for (unsigned i = 0; i < r->host_count; i++) {
        struct courier_host *h = &r->hosts[i];
        h->route = r;
        h->site = &site->smarthosts[i];
        h->number = i;
        h->counts = relay_smarthosts_hold(c->relay->smarthosts, site, h->site);
        courier_tell_breaker(h);
        TAILQ_INIT(&h->visits);
        TAILQ_INIT(&h->idle);
    }
    if (route_open(r, e))
        return r;
    route_free(r);
    return NULL;
}

static struct courier_job *pop(struct courier_route *r, struct courier_jobs *from)
{
    struct courier_job *job = TAILQ_FIRST(from);
    if (job) {
        TAILQ_REMOVE(from, job, link);
        r->waiting--;
    }
    return job;
}

void courier_route_maybe_free(struct courier_route *r)
{
    struct relay_courier *c = r->courier;
    if (!r->old || r->visit_count > 0)
        return;
    TAILQ_REMOVE(&c->old_routes, r, link);
    route_free(r);
    courier_maybe_stopped(c);
}

void courier_route_end(struct courier_route *r)
{
    struct courier_jobs jobs = TAILQ_HEAD_INITIALIZER(jobs);
    struct relay_courier *c = r->courier;
    r->old = true;
    TAILQ_CONCAT(&jobs, &r->again, link);
    TAILQ_CONCAT(&jobs, &r->fresh, link);
    r->waiting = 0;
    for (unsigned i = 0; i < r->host_count; i++) {
        struct courier_visit *v, *next;
        for (v = TAILQ_FIRST(&r->hosts[i].idle); v; v = next) {
            next = TAILQ_NEXT(v, link);
            courier_visit_leave(v);
        }
        TAILQ_FOREACH(v, &r->hosts[i].visits, link)
        if (v->state == VISIT_OPENING)
            net_dialogue_abort(v->dialogue);
    }
    courier_route_maybe_free(r);
    while (!TAILQ_EMPTY(&jobs)) {
        struct courier_job *job = TAILQ_FIRST(&jobs);
        TAILQ_REMOVE(&jobs, job, link);
        job->tried = 0;
        struct courier_route *now = c->stopping ? NULL : courier_route_for(c, &job->m);
        if (now)
            courier_route_add(now, job);
        else
            courier_give_back(job);
    }
}

/* ---- connections, and how many ---- */

static uint64_t now_of(const struct courier_host *h)
{
    return courier_now_ms(h->route->courier);
}

/* Nothing is heard of it, though something is asked. */
static bool is_slow(const struct courier_host *h, uint64_t now_ms)
{
    if (!TAILQ_EMPTY(&h->idle))
        return false;
    if (h->standing == 0)
        return h->opening_since_ms != 0 && now_ms >= h->opening_since_ms + COURIER_SLOW_MS;
    return now_ms >= h->heard_ms + COURIER_STUCK_MS && h->heard_ms != 0;
}

static unsigned stuck_openings(const struct courier_host *h, uint64_t now_ms)
{
    unsigned n = 0;
    const struct courier_visit *v;
    TAILQ_FOREACH(v, &h->visits, link)
    n += v->state == VISIT_OPENING && now_ms >= v->began_ms + COURIER_GREETING_SLOW_MS;
    return n;
}

/* As many are opened at a time as stand already, so that a smarthost that is down is not asked by twenty at once. */
static bool may_open(const struct courier_host *h, uint64_t now_ms)
{
    unsigned most = (h->standing > 0 ? h->standing : 1) + stuck_openings(h, now_ms);
    return h->visit_count < h->route->site->connections && h->opening < most &&
           h->opening < h->route->waiting && !h->resolving;
}

static void on_addresses(void *user, const struct dns_answer *a)
{
    struct courier_host *h = user;
    struct courier_route *r = h->route;
    h->resolving = false;
    if (a->code == DNS_OK && a->count > 0) {
        h->address_count = 0;
        for (size_t i = 0; i < a->count && h->address_count < COURIER_ADDRESSES_MAX; i++)
            if (a->records[i].ip.family != IP_NONE)
                h->addresses[h->address_count++] = a->records[i].ip;
        h->address_at = 0;
        h->good = false;
    }
    h->addresses_until_ms = now_of(h) + COURIER_ADDRESSES_MS;
    if (h->address_count == 0) {
        h->addresses_until_ms = 0;
        str code = names_of(&DNS_CODE_NAMES, (int)a->code);
        courier_host_failed(h, NULL, 0, CAUSE_DNS_FAILURE, "the name %.*s has no address: %.*s",
                            STR_ARG(h->site->host),
                            STR_ARG(a->code == DNS_OK ? STR("there is none") : code));
    } else if (!r->old) {
        courier_visit_open(h, &h->addresses[h->address_at], h->breaker.probing);
    }
    if (!r->old)
        courier_route_pump(r);
}

static void resolve(struct courier_host *h)
{
    struct err why;
    h->resolving = true;
    h->resolving_since_ms = now_of(h);
    if (h->opening_since_ms == 0)
        h->opening_since_ms = h->resolving_since_ms;
    if (net_resolver_addresses(h->route->resolver, h->site->host, on_addresses, h, &why))
        return;
    h->resolving = false;
    courier_host_failed(h, NULL, 0, CAUSE_DNS_FAILURE, "%s", why.why);
}

static void open_one(struct courier_host *h, bool probe)
{
    if (probe) {
        breaker_probe(&h->breaker);
        courier_tell_breaker(h);
    }
    if (h->address_count == 0 || now_of(h) >= h->addresses_until_ms)
        resolve(h);
    else
        courier_visit_open(h, &h->addresses[h->address_at], probe);
}

/* The smarthost for a job that tried those: a free connection of it, or NULL: none now. *hopeless: none may be
 * troubled. Opens what is missing. */
static struct courier_visit *place(struct courier_route *r, uint32_t tried, bool *hopeless)
{
    uint64_t now_ms = courier_now_ms(r->courier);
    *hopeless = true;
    for (unsigned i = 0; i < r->host_count; i++) {
        struct courier_host *h = &r->hosts[i];
        if (tried >> i & 1)
            continue;
        enum breaker_say say = breaker_ask(&h->breaker, now_ms);
        if (say == BREAKER_STOP) {
            *hopeless &= !h->breaker.probing;
            continue;
        }
        *hopeless = false;
        if (say == BREAKER_GO && !TAILQ_EMPTY(&h->idle))
            return TAILQ_FIRST(&h->idle);
        if (say == BREAKER_PROBE ? !h->resolving : may_open(h, now_ms))
            open_one(h, say == BREAKER_PROBE);
        /* That may have failed at once. */
        if (breaker_ask(&h->breaker, now_ms) == BREAKER_GO && !is_slow(h, now_ms))
            return NULL;
    }
    return NULL;
}

bool courier_route_has_other(const struct courier_route *r, uint32_t tried)
{
    return (tried & ((UINT32_C(1) << r->host_count) - 1)) != (UINT32_C(1) << r->host_count) - 1;
}

void courier_route_add(struct courier_route *r, struct courier_job *job)
{
    TAILQ_INSERT_TAIL(job->tried ? &r->again : &r->fresh, job, link);
    r->waiting++;
}

void courier_route_elsewhere(struct courier_route *r, struct courier_job *job, unsigned failed)
{
    job->tried |= UINT32_C(1) << failed;
    courier_route_add(r, job);
}

void courier_route_first(struct courier_route *r, struct courier_job *job)
{
    TAILQ_INSERT_HEAD(job->tried ? &r->again : &r->fresh, job, link);
    r->waiting++;
}

/* What another smarthost is to take. Where none is left that may be asked, the attempt is over. */
static void pump_again(struct courier_route *r)
{
    struct courier_job *job, *next;
    for (job = TAILQ_FIRST(&r->again); job; job = next) {
        bool hopeless;
        next = TAILQ_NEXT(job, link);
        struct courier_visit *v = place(r, job->tried, &hopeless);
        if (!v && !hopeless)
            continue;
        TAILQ_REMOVE(&r->again, job, link);
        r->waiting--;
        if (v) {
            courier_mail_begin(v, job);
            continue;
        }
        /* What one smarthost lacks, another that is down may have. */
        if (job->last.fate == QUEUE_FATE_FAILS && courier_route_has_other(r, job->tried))
            job->last.fate = QUEUE_FATE_WAITS;
        courier_end_attempt(job);
    }
}

/* ---- when nobody takes mail ---- */

static const struct courier_host *first_failed(const struct courier_route *r)
{
    for (unsigned i = 0; i < r->host_count; i++)
        if (r->hosts[i].why[0])
            return &r->hosts[i];
    return NULL;
}

/* The longer it lasts, the more seldom: never so seldom that mail would stay for long once it is over. */
static uint64_t wait_of(const struct courier_route *r, uint64_t now_ms)
{
    uint64_t wait_ms = (now_ms - r->down_since_ms) / 2;
    if (wait_ms < COURIER_BACK_MS)
        return COURIER_BACK_MS;
    return wait_ms < COURIER_BACK_MAX_MS ? wait_ms : COURIER_BACK_MAX_MS;
}

static void put_all_back(struct courier_route *r, uint64_t now_ms)
{
    const struct courier_host *h = first_failed(r);
    struct courier_job *job;
    char why[600];
    int n = snprintf(why, sizeof why, "no smarthost of the route %.*s takes mail now: %s",
                     STR_ARG(r->site->name), h ? h->why : "none is known");
    while ((job = pop(r, &r->fresh))) {
        courier_mark_others(r, job);
        courier_put_back(job, wait_of(r, now_ms),
                         (str){ why, n > 0 && (size_t)n < sizeof why ? (size_t)n : sizeof why - 1 },
                         h ? h->cause : CAUSE_NONE);
    }
}

static void note_hopeless(struct courier_route *r)
{
    uint64_t now_ms = courier_now_ms(r->courier);
    if (r->down_since_ms == 0)
        r->down_since_ms = now_ms;
    if (now_ms >= r->down_since_ms + COURIER_GRACE_MS || r->waiting > COURIER_JOBS_MAX / 4)
        put_all_back(r, now_ms);
}

void courier_route_pump(struct courier_route *r)
{
    bool hopeless = false;
    if (r->old || r->pumping)
        return;
    r->pumping = true; /* a job that fails at once frees its connection inside of this */
    pump_again(r);
    while (!TAILQ_EMPTY(&r->fresh)) {
        struct courier_visit *v = place(r, 0, &hopeless);
        if (!v)
            break;
        courier_mail_begin(v, pop(r, &r->fresh));
    }
    if (hopeless && !TAILQ_EMPTY(&r->fresh))
        note_hopeless(r);
    r->pumping = false;
    courier_wind(r->courier);
}

/* ---- the clock ---- */

bool courier_route_busy(const struct courier_route *r)
{
    if (r->waiting > 0)
        return true;
    for (unsigned i = 0; i < r->host_count; i++)
        if (r->hosts[i].opening > 0 || !TAILQ_EMPTY(&r->hosts[i].visits))
            return r->host_count > 1 || r->hosts[i].opening > 0;
    return false;
}

static void close_idle(struct courier_host *h, uint64_t now_ms)
{
    struct courier_visit *v, *next;
    for (v = TAILQ_FIRST(&h->idle); v; v = next) {
        next = TAILQ_NEXT(v, link);
        if (now_ms >= v->since_ms + COURIER_IDLE_MS)
            courier_visit_leave(v);
    }
}

/* A connection under way that is not even open: the next address is tried beside it. */
static void try_next_address(struct courier_host *h, uint64_t now_ms)
{
    const struct courier_visit *v, *newest = NULL;
    if (h->good || h->standing > 0 || h->address_at + 1 >= h->address_count ||
        h->visit_count >= h->route->site->connections)
        return;
    TAILQ_FOREACH(v, &h->visits, link)
    if (v->state == VISIT_OPENING && (!newest || v->began_ms > newest->began_ms))
        newest = v;
    if (newest && now_ms >= newest->began_ms + COURIER_EYEBALLS_MS &&
        !net_dialogue_opened(newest->dialogue))
        courier_visit_open(h, &h->addresses[++h->address_at], newest->probe);
}

/* The smarthost is silent in the middle of things. What it has not got whole goes to another. */
static void free_stuck(struct courier_host *h, uint64_t now_ms)
{
    struct courier_visit *v;
    if (h->route->host_count < 2 || !is_slow(h, now_ms))
        return;
    TAILQ_FOREACH(v, &h->visits, link)
    if (v->state == VISIT_BUSY && !v->heard && !v->looking && v->messages > 0 && !v->all_said &&
        now_ms >= v->mail_ms + COURIER_STUCK_MS &&
        courier_route_has_other(h->route, v->job->tried | UINT32_C(1) << h->number)) {
        v->stuck = true;
        net_dialogue_abort(v->dialogue);
    }
}

void courier_route_tick(struct courier_route *r, uint64_t now_ms)
{
    for (unsigned i = 0; i < r->host_count; i++) {
        close_idle(&r->hosts[i], now_ms);
        try_next_address(&r->hosts[i], now_ms);
        free_stuck(&r->hosts[i], now_ms);
    }
    if (r->waiting > 0)
        courier_route_pump(r);
}
