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

static bool is_before(const struct policy_group *a, const struct policy_group *b)
{
    enum policy_kind x = a->whom ? a->whom->kind : POLICY_KINDS,
                     y = b->whom ? b->whom->kind : POLICY_KINDS;
    return x != y ? x < y : a->first->number < b->first->number;
}

/* By whom they name, then in file order: of groups that are one change away, the first is the nearest. */
static void sort_groups(struct policy_group *groups, size_t count)
{
    for (size_t gap = count / 2; gap; gap /= 2)
        for (size_t i = gap; i < count; i++) {
            struct policy_group one = groups[i];
            size_t at = i;
            for (; at >= gap && is_before(&one, &groups[at - gap]); at -= gap)
                groups[at] = groups[at - gap];
            groups[at] = one;
        }
}

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
    sort_groups(groups, p->group_count);
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

/* In which order a refusal names what is missing. */
static unsigned rank_of(enum policy_kind k)
{
    return k == POLICY_RATE       ? 2 * POLICY_KINDS
           : k == POLICY_LISTENER ? 2 * POLICY_NETWORK + 1
                                  : 2 * (unsigned)k;
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
        if (!*main || rank_of(c->kind) < rank_of((*main)->kind))
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
static bool is_conduct(const struct nearest *n, const struct policy_condition *c)
{
    return c->kind == POLICY_TLS || c->kind == POLICY_SENDER || c->kind > POLICY_RECIPIENTS ||
           (c->kind == POLICY_RECIPIENTS && policy_list_has_domain(c, n->f));
}

/* He only has to wait: whatever else he could do, the refusal is not for good. */
static bool waits(unsigned distance, const struct policy_condition *main)
{
    return distance == 1 && main->kind == POLICY_RATE;
}

static bool is_nearer(const struct nearest *n, unsigned distance,
                      const struct policy_condition *main, const struct policy_rule *r)
{
    if (!n->rule || distance != n->distance)
        return !n->rule || distance < n->distance;
    if (waits(distance, main) != waits(n->distance, n->main))
        return waits(distance, main);
    bool conduct = is_conduct(n, main);
    if (conduct != is_conduct(n, n->main))
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

/* A single change has been found, and no group from here on has a nearer one: whom it names is more, or stands behind. */
static bool is_settled(const struct nearest *n, const struct policy_group *g)
{
    if (!n->rule || n->distance != 1)
        return false;
    return is_conduct(n, n->main) || g->whom->kind > n->main->kind ||
           (g->whom->kind == n->main->kind && g->first->number > n->rule->number);
}

/* Permits of which it is not met who is meant. A file whose permits differ in all else too is not walked to its end, for a
 * stranger must not cost more than others do: the cause is then that of the nearest of the first. */
static void consider_groups(struct nearest *n)
{
    enum { LOOKED_AT = 32 };
    const struct policy_group *g = n->p->groups;
    for (size_t i = 0; i < n->p->group_count && i < LOOKED_AT; i++)
        if (!g[i].whom || is_settled(n, &g[i]))
            return;
        else
            consider(n, g[i].first, g[i].whom);
}

struct policy_decision policy_refusal(const struct policy *p, const struct policy_facts *f)
{
    struct nearest n = { .p = p, .f = f };
    policy_index_each(p->permits, f, consider_candidate, &n);
    consider_groups(&n);
    struct policy_decision d = { .outcome = POLICY_REFUSE,
                                 .permit = n.rule,
                                 .cause = CAUSE_OTHER_NOT_RELAY,
                                 .condition = n.main };
    if (!n.main)
        return d;
    d.cause = policy_cause_of(p, n.main, f);
    if (waits(n.distance, n.main))
        d.outcome = POLICY_DEFER;
    return d;
}

/* Either value of a switch is another rule: who must log in can, who must not have is barred. */
static unsigned ease_of(const struct policy_condition *c)
{
    static const unsigned char EASE[POLICY_KINDS] = {
        [POLICY_RATE] = 0,       [POLICY_SENDER] = 3,           [POLICY_LOGIN] = 4,
        [POLICY_NETWORK] = 7,    [POLICY_RECIPIENT_DOMAIN] = 8, [POLICY_LISTENER] = 9,
        [POLICY_CERTIFICATE] = 6
    };
    if (c->kind == POLICY_AUTHENTICATED)
        return c->wanted ? 5 : 1;
    if (c->kind == POLICY_TLS)
        return c->wanted ? 10 : 2;
    return EASE[c->kind];
}

const struct policy_condition *policy_main_of_forbid(const struct policy_rule *r)
{
    const struct policy_condition *main = NULL;
    for (size_t i = 0; i < r->count; i++)
        if (!main || ease_of(&r->conditions[i]) < ease_of(main))
            main = &r->conditions[i];
    return main;
}

static bool is_of_login(const struct policy_rule *r)
{
    const struct policy_condition *c = policy_condition_of(r, POLICY_AUTHENTICATED);
    return policy_condition_of(r, POLICY_LOGIN) || (c && c->wanted);
}

/* A rule of this server's own that has no family is just that: its words say it. */
enum cause_id policy_cause_of_forbid(const struct policy *p, const struct policy_rule *r,
                                     const struct policy_facts *f)
{
    const struct policy_condition *c = policy_main_of_forbid(r);
    switch (c ? c->kind : POLICY_KINDS) {
    case POLICY_RATE: return CAUSE_RATE_LIMITED;
    case POLICY_AUTHENTICATED:
        return c->wanted ? CAUSE_ACCOUNT_MAY_NOT_SUBMIT : CAUSE_CLIENT_NEVER_AUTHENTICATES;
    case POLICY_TLS: return c->wanted ? CAUSE_OTHER_NOT_RELAY : CAUSE_MAIL_ONLY_UNDER_TLS;
    case POLICY_SENDER: return is_of_login(r) ? CAUSE_FROM_NOT_LOGIN : CAUSE_OTHER_NOT_RELAY;
    case POLICY_LOGIN:
    case POLICY_CERTIFICATE: return CAUSE_ACCOUNT_MAY_NOT_SUBMIT;
    case POLICY_NETWORK: return CAUSE_IP_BANNED;
    case POLICY_LISTENER: return policy_cause_of(p, c, f);
    default: return CAUSE_OTHER_NOT_RELAY;
    }
}
