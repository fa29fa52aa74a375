/* SPDX-License-Identifier: ISC */
/* net/gather.c - from a table to an asker and back */
#include "net/gather.h"
#include "net/inside.h"
#include <stdlib.h>

struct net_gather {
    struct net_asker *asker, *own; /* own: NULL where it is another's */
    struct dns_known *known;
    bool stopped;
    TAILQ_HEAD(, question) open;
    struct net_loop *loop;
    struct net_task task; /* tells of answers that needed no asking */
    void (*answered)(void *user);
    void *user;
};

struct question {
    TAILQ_ENTRY(question) link;
    struct net_gather *gather;
    struct dns_question q; /* its name is the table's */
    struct net_asked *asked;
};

static void question_free(struct question *q)
{
    TAILQ_REMOVE(&q->gather->open, q, link);
    net_asked_free(q->asked);
    free(q);
}

static void run_task(struct net_task *t)
{
    struct net_gather *g = NET_TASK_OWNER(t, struct net_gather, task);
    g->answered(g->user);
}

struct net_gather *net_gather_of(struct net_asker *a, struct dns_known *k,
                                 void (*answered)(void *user), void *user, struct err *e)
{
    struct net_gather *g = calloc(1, sizeof(*g));
    if (!g) {
        err_memory(e, "the look-ups");
        return NULL;
    }
    *g = (struct net_gather){ .asker = a,
                              .loop = net_asker_loop(a),
                              .known = k,
                              .task.run = run_task,
                              .answered = answered,
                              .user = user };
    TAILQ_INIT(&g->open);
    return g;
}

struct net_gather *net_gather_new(struct net_loop *l, const struct net_gather_options *o,
                                  struct dns_known *k, void (*answered)(void *user), void *user,
                                  struct err *e)
{
    struct net_asker *a = net_asker_new(l, o, e);
    struct net_gather *g = a ? net_gather_of(a, k, answered, user, e) : NULL;
    if (g)
        g->own = a;
    else
        net_asker_free(a);
    return g;
}

void net_gather_free(struct net_gather *g)
{
    if (!g)
        return;
    net_task_cancel(g->loop, &g->task);
    while (!TAILQ_EMPTY(&g->open))
        question_free(TAILQ_FIRST(&g->open));
    net_asker_free(g->own);
    free(g);
}

/* Without memory the table answers DNS_BROKEN itself. */
static void put_code(struct net_gather *g, const struct dns_question *q, enum dns_code code)
{
    (void)dns_known_put(g->known, &(struct dns_answer){ .question = *q, .code = code });
    net_task_later(g->loop, &g->task);
}

static void asked(void *user, const struct dns_answer *answer)
{
    struct question *q = user;
    struct net_gather *g = q->gather;
    struct dns_answer ours = *answer;
    ours.question = q->q; /* as it stands in the table */
    (void)dns_known_put(g->known, &ours);
    q->asked = NULL;
    question_free(q);
    g->answered(g->user);
}

void net_gather_go(struct net_gather *g)
{
    struct dns_question q;
    while (dns_known_next(g->known, &q)) {
        struct question *one = g->stopped ? NULL : calloc(1, sizeof(*one));
        if (!one) {
            put_code(g, &q, g->stopped ? DNS_TIMEOUT : DNS_BROKEN);
            continue;
        }
        one->gather = g;
        one->q = q;
        TAILQ_INSERT_TAIL(&g->open, one, link);
        one->asked = net_asker_ask(g->asker, &q, asked, one);
        if (!one->asked) {
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
