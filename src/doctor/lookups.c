/* SPDX-License-Identifier: ISC */
#include "doctor/lookups.h"
#include "doctor/dns_wants.h"
#include "doctor/judge.h"
#include "net/gather.h"
#include <stdlib.h>

/* One question may take so long, all tries; what is open has so long from the last step of the dialogue. */
enum { QUESTION_MS = 3000, GRACE_MS = 800 };

struct doctor_lookups {
    struct net_loop *loop;
    struct net_gather *gather;
    const struct doctor_asked *asked;
    const struct doctor_record *record;
    size_t rows;       /* of the record, when it was looked at last */
    uint64_t grown_ms; /* when it had more than before */
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
    if (l->record->count != l->rows)
        l->grown_ms = net_loop_now_ms(l->loop);
    l->rows = l->record->count;
    doctor_dns_want(l->asked, l->record);
    net_gather_go(l->gather);
}

/* Of the families whose causes DNS has a word in. */
static bool is_of_dns(enum cause_family f)
{
    switch (f) {
    case FAMILY_WRONG_PORT_OR_TLS_MODE:
    case FAMILY_CERTIFICATE_PROBLEM:
    case FAMILY_SENDER_NOT_OWNED:
    case FAMILY_RELAY_IP_NOT_ALLOWED:
    case FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL:
    case FAMILY_PORT_BLOCKED_OR_TIMEOUT:
    case FAMILY_REVERSE_DNS_OR_HELO:
    case FAMILY_SPF_FAIL:
    case FAMILY_DKIM_DMARC_FAIL:
    case FAMILY_IP_BLOCKLISTED:
    case FAMILY_RECIPIENT_UNKNOWN:
    case FAMILY_DNS_FAILURE: return true;
    default: return false;
    }
}

/* Nothing that DNS says makes an acceptance, or what was proved by experiment, into something else. */
static bool may_still_tell(const struct doctor_lookups *l)
{
    struct doctor_judgement j = doctor_judge(l->asked, l->record);
    if (j.verdict == VERDICT_ACCEPTED || doctor_judgement_strength(&j) == STRENGTH_PROVED)
        return false;
    bool any = j.cause_count == 0;
    for (size_t i = 0; i < j.cause_count; i++)
        any |= is_of_dns(cause_of(j.causes[i].cause)->family);
    return any;
}

bool doctor_lookups_wait(const struct doctor_lookups *l, uint64_t *wake_ms)
{
    if (!l || l->stopped || !dns_known_open(l->record->dns))
        return false;
    *wake_ms = l->grown_ms + GRACE_MS;
    return net_loop_now_ms(l->loop) < *wake_ms && may_still_tell(l);
}

void doctor_lookups_stop(struct doctor_lookups *l)
{
    if (!l || l->stopped)
        return;
    l->stopped = true;
    net_gather_stop(l->gather);
}
