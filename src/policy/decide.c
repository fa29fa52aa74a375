/* SPDX-License-Identifier: ISC */
/*
 * policy/decide.c - rules and facts to one decision
 */
#include "policy/decide.h"
#include "policy/index.h"

static const struct policy_rule *first(const struct policy_rule *a, const struct policy_rule *b)
{
    return !a || (b && b->number < a->number) ? b : a;
}

/* All conditions together. A condition that is not met settles it, whatever is missing. */
enum policy_truth policy_rule_truth(const struct policy *p, const struct policy_rule *r,
                                    const struct policy_facts *f, unsigned *missing)
{
    enum policy_truth whole = POLICY_MET;
    unsigned kinds = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct policy_condition *c = &r->conditions[i];
        enum policy_truth one = policy_condition_truth(p, r, c, f);
        if (one == POLICY_UNMET)
            return POLICY_UNMET;
        if (one == POLICY_MISSING)
            kinds |= 1u << c->kind;
        if (one != POLICY_MET && whole != POLICY_MISSING)
            whole = one;
    }
    *missing |= kinds;
    return whole;
}

struct found {
    const struct policy *p;
    const struct policy_facts *f;
    const struct policy_rule *by[4]; /* enum policy_truth: the first rule that stands so */
    unsigned missing;                /* of the first that misses something */
};

static bool look(const struct policy_rule *r, void *context)
{
    struct found *at = context;
    unsigned missing = 0;
    enum policy_truth t = policy_rule_truth(at->p, r, at->f, &missing);
    const struct policy_rule *before = at->by[t];
    at->by[t] = first(before, r);
    if (t == POLICY_MISSING && at->by[t] != before)
        at->missing = missing;
    return true;
}

struct policy_decision policy_decide(const struct policy *p, const struct policy_facts *f)
{
    struct found permits = { .p = p, .f = f }, forbids = { .p = p, .f = f };
    policy_index_each(p->forbids, f, look, &forbids);
    const struct policy_rule *forbid = forbids.by[POLICY_MET];
    if (forbid)
        return (struct policy_decision){ policy_condition_of(forbid, POLICY_RATE) ? POLICY_DEFER
                                                                                  : POLICY_REFUSE,
                                         0, NULL, forbid, policy_cause_of_forbid(forbid) };
    policy_index_each(p->permits, f, look, &permits);
    const struct policy_rule *permit = permits.by[POLICY_MET];
    if (permit || permits.by[POLICY_MISSING]) {
        /* a forbid that is not settled must be, before anything passes */
        if (forbids.by[POLICY_MISSING])
            return (struct policy_decision){ POLICY_ASK, forbids.missing,
                                             forbids.by[POLICY_MISSING], NULL, CAUSE_NONE };
        if (forbids.by[POLICY_BROKEN])
            return (struct policy_decision){ POLICY_DEFER, 0, NULL, forbids.by[POLICY_BROKEN],
                                             CAUSE_DNS_FAILURE };
    }
    if (permit)
        return (struct policy_decision){ POLICY_PERMIT, 0, permit, NULL, CAUSE_NONE };
    if (permits.by[POLICY_MISSING])
        return (struct policy_decision){ POLICY_ASK, permits.missing, permits.by[POLICY_MISSING],
                                         NULL, CAUSE_NONE };
    if (permits.by[POLICY_BROKEN])
        return (struct policy_decision){ POLICY_DEFER, 0, permits.by[POLICY_BROKEN], NULL,
                                         CAUSE_DNS_FAILURE };
    return policy_refusal(p, f);
}
