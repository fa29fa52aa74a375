/* SPDX-License-Identifier: ISC */
/* net/gather.c - a resolver a way to ask, and one look-up a question */
#include "net/gather.h"
#include "net/dns_ask.h"
#include "net/inside.h"
#include "net/resolv_conf.h"
#include "net/resolver.h"
#include "net/validator.h"
#include <stdlib.h>

#define DNS_PORT   53
#define TIMEOUT_MS 5000

struct net_gather {
    struct net_loop *loop;
    struct net_gather_options options;
    struct dns_known *known;
    struct net_resolver *system;
    struct net_validator *validator;
    struct net_task task; /* tells of answers that needed no asking */
    bool stopped;
    TAILQ_HEAD(, question) open;
    void (*answered)(void *user);
    void *user;
};

struct question {
    TAILQ_ENTRY(question) link;
    struct net_gather *gather;
    struct dns_question q; /* its name is the table's */
    struct net_dns_ask *ask;
    struct net_validation *validation;
    uint64_t began_ms;
};

static void question_free(struct question *q)
{
    TAILQ_REMOVE(&q->gather->open, q, link);
    net_dns_ask_free(q->ask);
    net_validation_free(q->validation);
    free(q);
}

static void run_task(struct net_task *t)
{
    struct net_gather *g = NET_TASK_OWNER(t, struct net_gather, task);
    g->answered(g->user);
}

struct net_gather *net_gather_new(struct net_loop *l, const struct net_gather_options *o,
                                  struct dns_known *k, void (*answered)(void *user), void *user,
                                  struct err *e)
{
    struct net_gather *g = calloc(1, sizeof(*g));
    if (!g) {
        err_memory(e, "the look-ups");
        return NULL;
    }
    *g = (struct net_gather){ .loop = l,
                              .options = *o,
                              .known = k,
                              .task.run = run_task,
                              .answered = answered,
                              .user = user };
    TAILQ_INIT(&g->open);
    if (g->options.resolver_port == 0)
        g->options.resolver_port = DNS_PORT;
    if (g->options.authority_port == 0)
        g->options.authority_port = DNS_PORT;
    if (g->options.timeout_ms == 0)
        g->options.timeout_ms = TIMEOUT_MS;
    const struct net_resolver_options ro = { .timeout_ms = g->options.timeout_ms };
    g->system = net_resolver_new(l, &ro, e);
    if (!g->system || (g->options.resolver.family == IP_NONE &&
                       !net_resolv_conf_first(&g->options.resolver, e))) {
        net_gather_free(g);
        return NULL;
    }
    return g;
}

void net_gather_free(struct net_gather *g)
{
    if (!g)
        return;
    net_task_cancel(g->loop, &g->task);
    while (!TAILQ_EMPTY(&g->open))
        question_free(TAILQ_FIRST(&g->open));
    net_resolver_free(g->system);
    net_validator_free(g->validator);
    free(g);
}

static void put(struct net_gather *g, const struct dns_question *q, const struct dns_answer *a,
                uint64_t began_ms)
{
    struct dns_answer answer = *a;
    answer.question = *q;
    answer.took_ms = (uint32_t)(net_loop_now_ms(g->loop) - began_ms);
    (void)dns_known_put(g->known, &answer); /* without memory the table answers DNS_BROKEN itself */
}

static void put_code(struct net_gather *g, const struct dns_question *q, enum dns_code code)
{
    put(g, q, &(struct dns_answer){ .code = code }, net_loop_now_ms(g->loop));
    net_task_later(g->loop, &g->task);
}

static void asked(void *user, struct net_dns_ask *a)
{
    struct question *q = user;
    struct net_gather *g = q->gather;
    put(g, &q->q, net_dns_ask_answer(a), q->began_ms);
    question_free(q);
    g->answered(g->user);
}

static void looked_up(void *user, const struct dns_answer *answer)
{
    struct question *q = user;
    struct net_gather *g = q->gather;
    put(g, &q->q, answer, q->began_ms);
    question_free(q);
    g->answered(g->user);
}

static void validated(void *user, struct net_validation *x)
{
    struct question *q = user;
    struct net_gather *g = q->gather;
    put(g, &q->q, net_validation_answer(x), q->began_ms);
    question_free(q);
    g->answered(g->user);
}

static bool validate(struct net_gather *g, struct question *q, struct err *e)
{
    const struct net_gather_options *o = &g->options;
    const struct net_validator_options vo = { .resolver = o->resolver,
                                              .port = o->resolver_port,
                                              .timeout_ms = o->timeout_ms,
                                              .trust_anchor = o->trust_anchor };
    if (!g->validator)
        g->validator = net_validator_new(g->loop, &vo, e);
    if (g->validator)
        q->validation = net_validator_ask(g->validator, &q->q, validated, q, e);
    return q->validation != NULL;
}

static bool begin(struct net_gather *g, struct question *q)
{
    struct err e;
    const struct net_gather_options *o = &g->options;
    if (q->q.way == DNS_BY_SYSTEM)
        return net_resolver_addresses(g->system, q->q.name, looked_up, q, &e);
    if (q->q.way == DNS_BY_VALIDATOR)
        return validate(g, q, &e);
    bool straight = q->q.way == DNS_BY_SERVER;
    q->ask = net_dns_ask_new(g->loop, straight ? &q->q.at : &o->resolver,
                             straight ? o->authority_port : o->resolver_port, o->timeout_ms, &q->q,
                             asked, q, &e);
    return q->ask != NULL;
}

void net_gather_go(struct net_gather *g)
{
    struct dns_question q;
    while (dns_known_next(g->known, &q)) {
        if (g->stopped) {
            put_code(g, &q, DNS_TIMEOUT);
            continue;
        }
        struct question *one = calloc(1, sizeof(*one));
        if (!one) {
            put_code(g, &q, DNS_BROKEN);
            continue;
        }
        one->gather = g;
        one->q = q;
        one->began_ms = net_loop_now_ms(g->loop);
        TAILQ_INSERT_TAIL(&g->open, one, link);
        if (!begin(g, one)) {
            question_free(one);
            put_code(g, &q, DNS_BROKEN);
        }
    }
}

void net_gather_stop(struct net_gather *g)
{
    g->stopped = true;
    while (!TAILQ_EMPTY(&g->open)) {
        struct dns_question q = TAILQ_FIRST(&g->open)->q;
        question_free(TAILQ_FIRST(&g->open));
        put_code(g, &q, DNS_TIMEOUT);
    }
}

/* ---- a core on a loop of its own ---- */

struct run {
    struct net_loop *loop;
    struct net_gather *gather;
    bool (*core)(void *user);
    void *user;
    bool over;
};

static void step(void *user)
{
    struct run *r = user;
    if (r->over || r->core(r->user)) {
        r->over = true;
        net_loop_stop(r->loop);
        return;
    }
    net_gather_go(r->gather);
}

static void late(void *user)
{
    struct run *r = user;
    net_gather_stop(r->gather);
}

bool net_gather_run(const struct net_gather_options *o, struct dns_known *k, uint32_t deadline_ms,
                    bool (*core)(void *user), void *user, struct err *e)
{
    if (core(user))
        return true;
    AUTO(net_loop_freep) struct net_loop *loop = net_loop_new(e);
    if (!loop)
        return false;
    struct run r = { .loop = loop, .core = core, .user = user };
    struct net_timer *timer = net_timer_new(loop, late, &r);
    r.gather = timer ? net_gather_new(loop, o, k, step, &r, e) : NULL;
    if (r.gather) {
        net_timer_at(timer, net_loop_now_ms(loop) + deadline_ms);
        net_gather_go(r.gather);
        net_loop_run(loop);
    } else if (!timer)
        err_memory(e, "the look-ups");
    net_gather_free(r.gather);
    net_timer_free(timer);
    return r.over;
}
