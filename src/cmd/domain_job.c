/* SPDX-License-Identifier: ISC */
#include "cmd/domain_job.h"
#include "net/idn.h"
#include "net/psl.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SPF_OCTETS   ((size_t)1 << 20)
#define DKIM_OCTETS  ((size_t)1 << 20)
#define KNOWN_OCTETS ((size_t)8 << 20)

enum { FETCH_MS = 10000 };

struct domain_job {
    struct net_loop *loop;
    const struct domain_job_options *options;
    char name[DNS_NAME_MAX];
    struct arena spf, dkim;
    struct dns_known *known;
    struct net_gather *gather;
    struct net_fetch *fetch;
    struct net_timer *timer; /* the deadline; at first, the beginning */
    bool begun, over;
    uint64_t deadline_at;
    struct domain_input in;
    struct domain_look look;
    void (*done)(void *user, struct domain_job *j);
    void *user;
};

void domain_job_free(struct domain_job *j)
{
    if (!j)
        return;
    net_fetch_free(j->fetch);
    net_gather_free(j->gather);
    net_timer_free(j->timer);
    dns_known_free(j->known);
    arena_done(&j->spf);
    arena_done(&j->dkim);
    free(j);
}

const struct domain_look *domain_job_look(const struct domain_job *j)
{
    return &j->look;
}

uint64_t domain_job_now_s(const struct domain_job *j)
{
    return j->in.now_s;
}

size_t domain_job_questions(const struct domain_job *j)
{
    return dns_known_count(j->known);
}

static void finish(struct domain_job *j)
{
    if (j->over)
        return;
    j->over = true;
    net_timer_at(j->timer, UINT64_MAX);
    j->done(j->user, j);
}

/* ---- the policy file ---- */

static void fetched(void *user, struct net_fetch *f)
{
    struct domain_job *j = user;
    j->in.policy = net_fetch_page(f);
    if (domain_look(j->known, &j->in, &j->look))
        finish(j);
}

static bool begin_fetch(struct domain_job *j)
{
    uint64_t now = net_loop_now_ms(j->loop);
    uint64_t left_ms = j->deadline_at > now ? j->deadline_at - now : 0;
    const struct net_fetch_options o = {
        .timeout_ms = (uint32_t)(left_ms < FETCH_MS ? left_ms : FETCH_MS),
        .body_max = MTA_STS_POLICY_OCTETS + 1,
        .ca_file = j->options->ca_file,
        .near = j->options->private_too,
        .resolver = j->options->gather.resolver,
        .resolver_port = j->options->gather.resolver_port,
        .pins = j->options->pins,
        .pin_count = j->options->pin_count,
    };
    if (!j->options->fetch || left_ms == 0 || j->in.policy)
        return false;
    j->fetch = net_fetch_new(j->loop, &o, str_from(j->look.mta_sts.url), fetched, j, NULL);
    return j->fetch != NULL;
}

/* ---- the questions ---- */

static void go_on(void *user)
{
    struct domain_job *j = user;
    if (j->over || j->fetch || (j->options->in_batches && dns_known_open(j->known) > 0))
        return;
    if (!domain_look(j->known, &j->in, &j->look)) {
        net_gather_go(j->gather);
        return;
    }
    if (!j->look.mta_sts.wanted || !begin_fetch(j))
        finish(j);
}

/* The first time, the beginning: done is never called inside domain_job_new(). */
static void due(void *user)
{
    struct domain_job *j = user;
    if (j->begun) {
        net_gather_stop(j->gather);
        return;
    }
    j->begun = true;
    net_timer_at(j->timer, j->deadline_at);
    go_on(j);
}

struct domain_job *domain_job_new(struct net_loop *l, const struct domain_job_options *o,
                                  str domain, void (*done)(void *user, struct domain_job *j),
                                  void *user, struct err *e)
{
    struct domain_job *j = calloc(1, sizeof(*j));
    if (!j) {
        err_memory(e, "a domain");
        return NULL;
    }
    j->loop = l;
    j->options = o;
    j->done = done;
    j->user = user;
    memcpy(j->name, domain.p, domain.n < sizeof j->name ? domain.n : sizeof j->name - 1);
    arena_init(&j->spf, SPF_OCTETS);
    arena_init(&j->dkim, DKIM_OCTETS);
    j->in = (struct domain_input){ .domain = str_from(j->name),
                                   .now_s = (uint64_t)time(NULL),
                                   .private_too = o->private_too,
                                   .straight = o->straight,
                                   .validate = o->validate,
                                   .suffixes = &NET_PSL,
                                   .spf_memory = &j->spf,
                                   .selectors = o->selectors,
                                   .selector_count = o->selector_count,
                                   .dkim_memory = &j->dkim };
    if (o->selector_count > 0)
        j->in.idn = net_idn(o->selectors[0]);
    j->deadline_at = net_loop_now_ms(l) + o->deadline_ms;
    j->known = dns_known_new(KNOWN_OCTETS);
    j->timer = net_timer_new(l, due, j);
    if (j->known && j->timer)
        j->gather = o->asker ? net_gather_of(o->asker, j->known, go_on, j, e)
                             : net_gather_new(l, &o->gather, j->known, go_on, j, e);
    if (!j->gather) {
        if (!j->known || !j->timer)
            err_memory(e, "a domain");
        domain_job_free(j);
        return NULL;
    }
    net_timer_at(j->timer, 0);
    return j;
}
