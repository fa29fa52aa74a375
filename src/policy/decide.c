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
    const struct policy_rule *rated; /* the first forbid that is met for a while only */
    unsigned missing;                /* of the first that misses something */
};

static bool look(const struct policy_rule *r, void *context)
{
    struct found *at = context;
    unsigned missing = 0;
    enum policy_truth t = policy_rule_truth(at->p, r, at->f, &missing);
    const struct policy_rule *before = at->by[t];
    if (t == POLICY_MET && r->forbids && policy_condition_of(r, POLICY_RATE)) {
        at->rated = first(at->rated, r);
        return true;
    }
    at->by[t] = first(before, r);
    if (t == POLICY_MISSING && at->by[t] != before)
        at->missing = missing;
    return true;
}

/* The first condition of a rule that stands so. */
static const struct policy_condition *which(const struct policy *p, const struct policy_rule *r,
                                            const struct policy_facts *f, enum policy_truth t)
{
    for (size_t i = 0; i < r->count; i++)
        if (policy_condition_truth(p, r, &r->conditions[i], f) == t)
            return &r->conditions[i];
    return NULL;
}

static struct policy_decision forbidden(const struct policy *p, const struct policy_rule *r,
                                        const struct policy_facts *f)
{
    const struct policy_condition *c = policy_main_of_forbid(r);
    return (struct policy_decision){ .outcome = c && c->kind == POLICY_RATE ? POLICY_DEFER
                                                                            : POLICY_REFUSE,
                                     .forbid = r,
                                     .cause = policy_cause_of_forbid(p, r, f),
                                     .condition = c };
}

static struct policy_decision asks(const struct policy_rule *r, unsigned missing)
{
    return (struct policy_decision){ .outcome = POLICY_ASK, .missing = missing, .permit = r };
}

static struct policy_decision broken(const struct policy *p, const struct policy_rule *r,
                                     const struct policy_facts *f)
{
    return (struct policy_decision){ .outcome = POLICY_DEFER,
                                     .permit = r->forbids ? NULL : r,
                                     .forbid = r->forbids ? r : NULL,
                                     .cause = CAUSE_DNS_FAILURE,
                                     .condition = which(p, r, f, POLICY_BROKEN) };
}

/* What forbids for good comes first, what forbids for a while last: where nothing permits, waiting would not help. */
struct policy_decision policy_decide(const struct policy *p, const struct policy_facts *f)
{
    struct found permits = { .p = p, .f = f }, forbids = { .p = p, .f = f };
    policy_index_each(p->forbids, f, look, &forbids);
    if (forbids.by[POLICY_MET])
        return forbidden(p, forbids.by[POLICY_MET], f);
    policy_index_each(p->permits, f, look, &permits);
    const struct policy_rule *permit = permits.by[POLICY_MET];
    bool may = permit || permits.by[POLICY_MISSING];
    if (forbids.rated && (may || permits.by[POLICY_BROKEN]))
        return forbidden(p, forbids.rated, f);
    /* a forbid that is not settled must be, before anything passes */
    if (may && forbids.by[POLICY_MISSING])
        return asks(forbids.by[POLICY_MISSING], forbids.missing);
    if (may && forbids.by[POLICY_BROKEN])
        return broken(p, forbids.by[POLICY_BROKEN], f);
    if (permit)
        return (struct policy_decision){ .outcome = POLICY_PERMIT, .permit = permit };
    if (permits.by[POLICY_MISSING])
        return asks(permits.by[POLICY_MISSING], permits.missing);
    if (permits.by[POLICY_BROKEN])
        return broken(p, permits.by[POLICY_BROKEN], f);
    return policy_refusal(p, f);
}
