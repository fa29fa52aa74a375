/* SPDX-License-Identifier: ISC */
/* net/asker.c - a queue, and a way for each question */
#include "net/asker.h"
#include "base/arena.h"
#include "net/dns_ask.h"
#include "net/inside.h"
#include "net/resolv_conf.h"
#include "net/resolver.h"
#include "net/validator.h"
#include <stdlib.h>
#include <string.h>

#define DNS_PORT            53
#define TIMEOUT_MS          5000
#define OPEN_MAX            256
#define OPEN_PER_SERVER_MAX 64
#define MEMORY_OCTETS       ((size_t)2 << 20)

/* A server that is asked straight, while anything of it is under way or waits. */
struct server {
    TAILQ_ENTRY(server) link;
    struct ip ip;
    unsigned open, known; /* under way; with those that wait */
};

struct net_asker {
    struct net_loop *loop;
    struct net_gather_options options;
    struct net_resolv_conf resolvers;
    size_t current; /* of the resolvers, the one that answered last */
    struct net_validator *validator;
    unsigned open;
    TAILQ_HEAD(, net_asked) waiting, under_way;
    TAILQ_HEAD(, server) servers;
    struct net_task task; /* looks after the queue */
};

struct net_asked {
    TAILQ_ENTRY(net_asked) link;
    struct net_asker *asker;
    struct server *server; /* DNS_BY_SERVER */
    struct dns_question q;
    bool begun;
    struct net_task task; /* brings a failure that was known at once */
    enum dns_code failed; /* what it brings, or the most telling of the resolvers' failures */
    struct ip failed_at;
    size_t first;   /* the resolver that is asked first */
    unsigned tries; /* of resolvers */
    uint64_t began_at, deadline_at;
    struct net_dns_ask *ask;
    struct net_validation *validation;
    struct net_resolver *system;
    char why[240]; /* what the validator could not check */
    void (*done)(void *user, const struct dns_answer *answer);
    void *user;
    char name[];
};

/* ---- being freed ---- */

static void leave_server(struct net_asked *x)
{
    struct server *s = x->server;
    if (!s)
        return;
    s->open -= x->begun;
    if (--s->known > 0)
        return;
    TAILQ_REMOVE(&x->asker->servers, s, link);
    free(s);
}

static void stop_asking(struct net_asked *x)
{
    net_dns_ask_free(x->ask);
    net_validation_free(x->validation);
    net_resolver_free(x->system);
    x->ask = NULL;
    x->validation = NULL;
    x->system = NULL;
}

void net_asked_free(struct net_asked *x)
{
    if (!x)
        return;
    struct net_asker *a = x->asker;
    stop_asking(x);
    net_task_cancel(a->loop, &x->task);
    if (x->begun) {
        TAILQ_REMOVE(&a->under_way, x, link);
        a->open--;
    } else
        TAILQ_REMOVE(&a->waiting, x, link);
    leave_server(x);
    free(x);
    if (!TAILQ_EMPTY(&a->waiting))
        net_task_later(a->loop, &a->task);
}

void net_asker_free(struct net_asker *a)
{
    if (!a)
        return;
    while (!TAILQ_EMPTY(&a->under_way))
        net_asked_free(TAILQ_FIRST(&a->under_way));
    while (!TAILQ_EMPTY(&a->waiting))
        net_asked_free(TAILQ_FIRST(&a->waiting));
    net_task_cancel(a->loop, &a->task);
    net_validator_free(a->validator);
    free(a);
}

struct net_loop *net_asker_loop(const struct net_asker *a)
{
    return a->loop;
}

/* ---- answers ---- */

/* done may free all but the loop, so x is gone before. What the answer points to stays: with the ask or the
 * look-up, which need nobody, or in a copy. */
static void deliver(struct net_asked *x, const struct dns_answer *from)
{
    char name[DNS_ESCAPED_MAX];
    struct arena copy;
    struct net_asked was = *x;
    struct dns_answer answer = *from;
    arena_init(&copy, MEMORY_OCTETS);
    if (x->validation && !dns_answer_copy(&copy, from, &answer))
        answer = (struct dns_answer){ .code = DNS_BROKEN };
    answer.took_ms = (uint32_t)(net_loop_now_ms(was.asker->loop) - was.began_at);
    if (answer.trust == DNS_UNCHECKED && was.why[0] != '\0')
        answer.why_bogus = str_from(was.why);
    memcpy(name, x->name, was.q.name.n); /* net_asker_ask() sees to its length */
    answer.question = was.q;
    answer.question.name.p = name;
    x->ask = NULL;
    x->system = NULL;
    net_asked_free(x);
    was.done(was.user, &answer);
    net_dns_ask_free(was.ask);
    net_resolver_free(was.system);
    arena_done(&copy);
}

static void deliver_failure(struct net_asked *x)
{
    deliver(x, &(struct dns_answer){ .code = x->failed, .server = x->failed_at });
}

static void run_failed(struct net_task *t)
{
    deliver_failure(NET_TASK_OWNER(t, struct net_asked, task));
}

static void fail_later(struct net_asked *x, enum dns_code code)
{
    x->failed = code;
    net_task_later(x->asker->loop, &x->task);
}

/* ---- one server, asked straight ---- */

static void on_straight(void *user, struct net_dns_ask *ask)
{
    deliver(user, net_dns_ask_answer(ask));
}

static void ask_straight(struct net_asked *x)
{
    const struct net_gather_options *o = &x->asker->options;
    struct err e;
    x->ask = net_dns_ask_new(x->asker->loop, &x->q.at, o->authority_port, o->timeout_ms, &x->q,
                             on_straight, x, &e);
    if (!x->ask)
        fail_later(x, DNS_BROKEN);
}

/* ---- the system's own way ---- */

static void on_system(void *user, const struct dns_answer *answer)
{
    deliver(user, answer);
}

/* A resolver of its own, which is how it is called off. */
static void ask_system(struct net_asked *x)
{
    const struct net_resolver_options ro = { .timeout_ms = x->asker->options.timeout_ms };
    struct err e;
    x->system = net_resolver_new(x->asker->loop, &ro, &e);
    if (!x->system || !net_resolver_addresses(x->system, x->q.name, on_system, x, &e))
        fail_later(x, DNS_BROKEN);
}

/* ---- the resolvers, one after the other ---- */

static bool is_failure(enum dns_code code)
{
    return code != DNS_OK && code != DNS_NXDOMAIN;
}

/* With one resolver, all the time that is left; with more, what resolv.conf gives each, and no more than its
 * share. */
static uint32_t slice_ms(const struct net_asked *x, uint64_t now)
{
    const struct net_resolv_conf *r = &x->asker->resolvers;
    uint64_t left = x->deadline_at - now, share = x->asker->options.timeout_ms / r->count,
             slice = (uint64_t)r->timeout_s * 1000;
    if (r->count == 1)
        return (uint32_t)left;
    if (slice > share)
        slice = share;
    return (uint32_t)(slice > left ? left : slice);
}

static void ask_resolver(struct net_asked *x);

/* Silence says less than a refusal, and is told only when nobody said anything. */
static void note_failure(struct net_asked *x, const struct dns_answer *answer)
{
    if (x->tries > 1 && (x->failed != DNS_TIMEOUT || answer->code == DNS_TIMEOUT))
        return;
    x->failed = answer->code;
    x->failed_at = answer->server;
}

static bool is_worth_another(const struct net_asked *x)
{
    const struct net_resolv_conf *r = &x->asker->resolvers;
    if (net_loop_now_ms(x->asker->loop) >= x->deadline_at)
        return false;
    return x->tries < r->count ||
           (r->count > 1 && x->failed == DNS_TIMEOUT && x->tries < r->count * r->attempts);
}

static void on_resolver(void *user, struct net_dns_ask *ask)
{
    struct net_asked *x = user;
    const struct dns_answer *answer = net_dns_ask_answer(ask);
    struct net_asker *a = x->asker;
    if (!is_failure(answer->code)) {
        for (size_t i = 0; i < a->resolvers.count; i++)
            if (ip_eq(&a->resolvers.servers[i], &answer->server))
                a->current = i;
        deliver(x, answer);
        return;
    }
    note_failure(x, answer);
    stop_asking(x);
    if (is_worth_another(x))
        ask_resolver(x);
    else
        deliver_failure(x);
}

/* x->tries counts on from the one that answered others last. */
static void ask_resolver(struct net_asked *x)
{
    struct net_asker *a = x->asker;
    const struct net_resolv_conf *r = &a->resolvers;
    struct dns_question q = x->q;
    struct err e;
    q.way = DNS_BY_RESOLVER;
    size_t at = (x->first + x->tries++) % r->count;
    x->ask = net_dns_ask_new(a->loop, &r->servers[at], a->options.resolver_port,
                             slice_ms(x, net_loop_now_ms(a->loop)), &q, on_resolver, x, &e);
    if (x->ask)
        return;
    note_failure(x, &(struct dns_answer){ .code = DNS_BROKEN, .server = r->servers[at] });
    if (is_worth_another(x))
        ask_resolver(x);
    else
        net_task_later(a->loop, &x->task);
}

/* ---- the validator ---- */

/* What it cannot check is asked of the resolvers as it is. */
static void on_validated(void *user, struct net_validation *v)
{
    struct net_asked *x = user;
    const struct dns_answer *answer = net_validation_answer(v);
    if (answer->trust != DNS_UNCHECKED) {
        deliver(x, answer);
        return;
    }
    str why = str_take(answer->why_bogus, sizeof(x->why) - 1);
    if (why.n > 0)
        memcpy(x->why, why.p, why.n);
    stop_asking(x);
    ask_resolver(x);
}

static void ask_validator(struct net_asked *x)
{
    struct net_asker *a = x->asker;
    const struct net_validator_options vo = { .resolvers = &a->resolvers,
                                              .port = a->options.resolver_port,
                                              .timeout_ms = a->options.timeout_ms,
                                              .trust_anchor = a->options.trust_anchor };
    struct err e;
    if (!a->validator)
        a->validator = net_validator_new(a->loop, &vo, &e);
    if (a->validator)
        x->validation = net_validator_ask(a->validator, &x->q, on_validated, x, &e);
    if (!x->validation)
        fail_later(x, DNS_BROKEN);
}

/* ---- the queue ---- */

static void begin(struct net_asked *x)
{
    struct net_asker *a = x->asker;
    TAILQ_REMOVE(&a->waiting, x, link);
    TAILQ_INSERT_TAIL(&a->under_way, x, link);
    a->open++;
    x->begun = true;
    x->first = a->current;
    x->began_at = net_loop_now_ms(a->loop);
    x->deadline_at = x->began_at + a->options.timeout_ms;
    if (x->server)
        x->server->open++;
    switch (x->q.way) {
    case DNS_BY_RESOLVER: ask_resolver(x); break;
    case DNS_BY_SERVER: ask_straight(x); break;
    case DNS_BY_SYSTEM: ask_system(x); break;
    case DNS_BY_VALIDATOR: ask_validator(x); break;
    }
}

/* In order, but past those whose server has enough to do. */
static void run_queue(struct net_task *t)
{
    struct net_asker *a = NET_TASK_OWNER(t, struct net_asker, task);
    struct net_asked *next;
    for (struct net_asked *x = TAILQ_FIRST(&a->waiting); x && a->open < a->options.open_max;
         x = next) {
        next = TAILQ_NEXT(x, link);
        if (!x->task.waiting && (!x->server || x->server->open < a->options.open_per_server_max))
            begin(x);
    }
}

/* NULL: memory is short. */
static struct server *server_of(struct net_asker *a, const struct ip *ip)
{
    struct server *s;
    TAILQ_FOREACH(s, &a->servers, link)
    if (ip_eq(&s->ip, ip))
        return s;
    s = calloc(1, sizeof(*s));
    if (s) {
        s->ip = *ip;
        TAILQ_INSERT_HEAD(&a->servers, s, link);
    }
    return s;
}

struct net_asked *net_asker_ask(struct net_asker *a, const struct dns_question *q,
                                void (*done)(void *user, const struct dns_answer *answer),
                                void *user)
{
    size_t n = q->name.n < DNS_ESCAPED_MAX ? q->name.n : 0;
    struct net_asked *x = calloc(1, sizeof(*x) + n + 1);
    struct server *s = x && q->way == DNS_BY_SERVER ? server_of(a, &q->at) : NULL;
    if (!x || (q->way == DNS_BY_SERVER && !s)) {
        free(x);
        return NULL;
    }
    x->asker = a;
    x->q = *q;
    x->q.name = (str){ x->name, n };
    if (n > 0)
        memcpy(x->name, q->name.p, n);
    x->task.run = run_failed;
    x->done = done;
    x->user = user;
    x->server = s;
    x->began_at = net_loop_now_ms(a->loop);
    if (s)
        s->known++;
    TAILQ_INSERT_TAIL(&a->waiting, x, link);
    if (n != q->name.n) /* far longer than any name: no server would have it */
        fail_later(x, DNS_BROKEN);
    else
        net_task_later(a->loop, &a->task);
    return x;
}

/* ---- being born ---- */

static void set_default(uint32_t *number, uint32_t value)
{
    if (*number == 0)
        *number = value;
}

struct net_asker *net_asker_new(struct net_loop *l, const struct net_gather_options *o,
                                struct err *e)
{
    struct net_asker *a = calloc(1, sizeof(*a));
    if (!a) {
        err_memory(e, "the look-ups");
        return NULL;
    }
    *a = (struct net_asker){ .loop = l, .options = *o, .task.run = run_queue };
    TAILQ_INIT(&a->waiting);
    TAILQ_INIT(&a->under_way);
    TAILQ_INIT(&a->servers);
    if (a->options.resolver_port == 0)
        a->options.resolver_port = DNS_PORT;
    if (a->options.authority_port == 0)
        a->options.authority_port = DNS_PORT;
    set_default(&a->options.timeout_ms, TIMEOUT_MS);
    set_default(&a->options.open_max, OPEN_MAX);
    set_default(&a->options.open_per_server_max, OPEN_PER_SERVER_MAX);
    if (o->resolver.family != IP_NONE) {
        a->resolvers.servers[0] = o->resolver;
        a->resolvers.count = 1;
    } else if (!net_resolv_conf(o->resolv_conf, &a->resolvers, e)) {
        net_asker_free(a);
        return NULL;
    }
    return a;
}
