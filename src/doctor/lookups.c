/* SPDX-License-Identifier: ISC */
#include "doctor/lookups.h"
#include "doctor/dns_wants.h"
#include "doctor/judge.h"
#include "net/gather.h"
#include <stdlib.h>

/* One question may take so long, all tries; what is open when the dialogue is over has this long still. */
enum { QUESTION_MS = 3000, GRACE_MS = 800 };

struct doctor_lookups {
    struct net_loop *loop;
    struct net_gather *gather;
    const struct doctor_asked *asked;
    const struct doctor_record *record;
    bool stopped;
};

struct doctor_lookups *doctor_lookups_new(struct net_loop *loop, const struct doctor_options *o,
                                          const struct doctor_record *r,
                                          void (*changed)(void *user), void *user)
{
    struct err e;
    const struct net_gather_options go = { .resolver = o->resolver,
                                           .resolver_port = o->resolver_port,
                                           .authority_port = o->dns_port,
                                           .timeout_ms = QUESTION_MS,
                                           .trust_anchor = o->trust_anchor };
    struct doctor_lookups *l = o->no_dns || !r->dns ? NULL : calloc(1, sizeof *l);
    if (!l)
        return NULL;
    *l = (struct doctor_lookups){ .loop = loop, .asked = &o->asked, .record = r };
    l->gather = net_gather_new(loop, &go, r->dns, changed, user, &e);
    if (l->gather)
        return l;
    free(l);
    return NULL;
}

void doctor_lookups_free(struct doctor_lookups *l)
{
    if (l)
        net_gather_free(l->gather);
    free(l);
}

void doctor_lookups_think(struct doctor_lookups *l)
{
    if (!l || l->stopped)
        return;
    doctor_dns_want(l->asked, l->record);
    net_gather_go(l->gather);
}

/* Nothing that DNS says makes an acceptance, or what was proved by experiment, into something else. */
static bool may_still_tell(const struct doctor_lookups *l)
{
    struct doctor_judgement j = doctor_judge(l->asked, l->record);
    return j.verdict != VERDICT_ACCEPTED && doctor_judgement_strength(&j) != STRENGTH_PROVED;
}

bool doctor_lookups_wait(const struct doctor_lookups *l, uint64_t done_ms, uint64_t *wake_ms)
{
    if (!l || l->stopped || !dns_known_open(l->record->dns))
        return false;
    *wake_ms = done_ms + GRACE_MS;
    return net_loop_now_ms(l->loop) < *wake_ms && may_still_tell(l);
}

void doctor_lookups_stop(struct doctor_lookups *l)
{
    if (!l || l->stopped)
        return;
    l->stopped = true;
    net_gather_stop(l->gather);
}
