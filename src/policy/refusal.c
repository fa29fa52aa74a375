/* SPDX-License-Identifier: ISC */
/*
 * policy/refusal.c - why nothing permits
 */
#include "policy/decide.h"
#include "policy/index.h"
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * Groups
 */
static uint64_t hash_words(uint64_t h, const str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        h = policy_hash(words[i], h + 1);
    return h;
}

static uint64_t hash_condition(uint64_t h, const struct policy_condition *c)
{
    const uint64_t numbers[] = { c->kind,  c->wanted, c->owned,          c->spf,
                                 c->limit, c->per_s,  (uintptr_t)c->list };
    h = policy_hash((str){ (const char *)numbers, sizeof numbers }, h);
    if (c->words)
        return hash_words(h, c->words, c->count);
    for (size_t i = 0; c->nets && i < c->count; i++) {
        const struct ip_net *net = &c->nets[i];
        h = policy_hash((str){ (const char *)net->base.octets, sizeof net->base.octets },
                        h + net->bits);
    }
    return h;
}

static uint64_t hash_rest(const struct policy_rule *r, const struct policy_condition *whom)
{
    uint64_t h = whom ? (uint64_t)whom->kind + 1 : 0;
    for (size_t i = 0; i < r->count; i++)
        if (&r->conditions[i] != whom)
            h = hash_condition(h, &r->conditions[i]);
    return h;
}

struct seen {
    uint64_t hash;
    bool taken;
};

bool policy_group_permits(struct policy *p, struct arena *a)
{
    size_t room = 8;
    while (room < 2 * p->count + 1)
        room *= 2;
    struct seen *table = arena_alloc(a, room * sizeof *table);
    struct policy_group *groups = arena_alloc(a, (p->count + 1) * sizeof *groups);
    if (!table || !groups)
        return false;
    for (size_t i = 0; i < p->count; i++) {
        const struct policy_rule *r = &p->rules[i];
        const struct policy_condition *whom = policy_index_whom(r);
        uint64_t hash = hash_rest(r, whom);
        size_t at = (size_t)hash & (room - 1);
        while (table[at].taken && table[at].hash != hash)
            at = (at + 1) & (room - 1);
        if (r->forbids || table[at].taken)
            continue;
        table[at] = (struct seen){ hash, true };
        groups[p->group_count++] = (struct policy_group){ r, whom };
    }
    p->groups = groups;
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * The nearest permit
 */
static bool needs_login(const struct policy_rule *r)
{
    const struct policy_condition *c = policy_condition_of(r, POLICY_AUTHENTICATED);
    return (c && c->wanted) || policy_condition_of(r, POLICY_LOGIN);
}

unsigned policy_distance(const struct policy *p, const struct policy_rule *r,
                         const struct policy_facts *f, const struct policy_condition *assume_unmet,
                         const struct policy_condition **main)
{
    unsigned unmet = 0;
    bool login_counted = false, without = !f->login.n && needs_login(r);
    *main = NULL;
    for (size_t i = 0; i < r->count; i++) {
        const struct policy_condition *c = &r->conditions[i];
        bool of_login = c->kind == POLICY_AUTHENTICATED || c->kind == POLICY_LOGIN ||
                        (without && c->kind == POLICY_SENDER && c->owned);
        if (c != assume_unmet && policy_condition_truth(p, r, c, f) != POLICY_UNMET)
            continue;
        unmet += !(of_login && login_counted);
        login_counted |= of_login;
        if (!*main || c->kind < (*main)->kind)
            *main = c;
    }
    return unmet;
}

struct nearest {
    const struct policy *p;
    const struct policy_facts *f;
    const struct policy_rule *rule;
    const struct policy_condition *main;
    unsigned distance;
};

/* Who somebody is weighs more than how he goes about it: a client that a permit means, and that only has to wait, or to
 * send as himself, is told so, and not which other permit he might have come by. */
static bool is_conduct(enum policy_kind k)
{
    return k == POLICY_TLS || k == POLICY_SENDER || k >= POLICY_RECIPIENTS;
}

static bool is_nearer(const struct nearest *n, unsigned distance,
                      const struct policy_condition *main, const struct policy_rule *r)
{
    if (!n->rule || distance != n->distance)
        return !n->rule || distance < n->distance;
    bool conduct = is_conduct(main->kind);
    if (conduct != is_conduct(n->main->kind))
        return conduct;
    return main->kind != n->main->kind ? main->kind < n->main->kind : r->number < n->rule->number;
}

static void consider(struct nearest *n, const struct policy_rule *r,
                     const struct policy_condition *assume_unmet)
{
    const struct policy_condition *main;
    unsigned distance = policy_distance(n->p, r, n->f, assume_unmet, &main);
    if (!main || !is_nearer(n, distance, main, r))
        return;
    n->rule = r;
    n->main = main;
    n->distance = distance;
}

static bool consider_candidate(const struct policy_rule *r, void *context)
{
    consider(context, r, NULL);
    return true;
}

struct policy_decision policy_refusal(const struct policy *p, const struct policy_facts *f)
{
    struct nearest n = { .p = p, .f = f };
    policy_index_each(p->permits, f, consider_candidate, &n);
    for (size_t i = 0; i < p->group_count; i++)
        if (p->groups[i].whom)
            consider(&n, p->groups[i].first, p->groups[i].whom);
    struct policy_decision d = { POLICY_REFUSE, 0, n.rule, NULL, CAUSE_OTHER_NOT_RELAY };
    if (!n.main)
        return d;
    d.cause = policy_cause_of(n.main, f);
    if (n.distance == 1 && n.main->kind == POLICY_RATE)
        d.outcome = POLICY_DEFER;
    return d;
}

enum cause_id policy_cause_of_forbid(const struct policy_rule *r)
{
    static const struct {
        enum policy_kind kind;
        enum cause_id cause;
    } CAUSES_OF[] = {
        { POLICY_RATE, CAUSE_RATE_LIMITED },
        { POLICY_LOGIN, CAUSE_ACCOUNT_MAY_NOT_SUBMIT },
        { POLICY_CERTIFICATE, CAUSE_ACCOUNT_MAY_NOT_SUBMIT },
        { POLICY_NETWORK, CAUSE_IP_BANNED },
        { POLICY_TLS, CAUSE_MAIL_ONLY_UNDER_TLS },
        { POLICY_SENDER, CAUSE_FROM_NOT_LOGIN },
        { POLICY_LISTENER, CAUSE_MX_PORT_NOT_SUBMISSION },
    };
    for (size_t i = 0; i < COUNT_OF(CAUSES_OF); i++)
        if (policy_condition_of(r, CAUSES_OF[i].kind))
            return CAUSES_OF[i].cause;
    return CAUSE_OTHER_NOT_RELAY;
}
