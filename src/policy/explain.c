/* SPDX-License-Identifier: ISC */
#include "policy/explain.h"
#include "policy/decide.h"

static bool one_rule(const struct policy *p, const struct policy_rule *r,
                     const struct policy_facts *f, struct arena *a, struct policy_rule_trace *out)
{
    unsigned missing = 0;
    const struct policy_condition *main;
    enum policy_truth *each = arena_alloc(a, (r->count + 1) * sizeof *each);
    if (!each)
        return false;
    for (size_t i = 0; i < r->count; i++)
        each[i] = policy_condition_truth(p, r, &r->conditions[i], f);
    *out = (struct policy_rule_trace){ .rule = r,
                                       .truth = policy_rule_truth(p, r, f, &missing),
                                       .conditions = each,
                                       .distance = policy_distance(p, r, f, NULL, &main) };
    if (r->forbids)
        out->cause = out->truth == POLICY_MET ? policy_cause_of_forbid(p, r, f) : CAUSE_NONE;
    else
        out->cause = main ? policy_cause_of(p, main, f) : CAUSE_NONE;
    return true;
}

bool policy_explain(const struct policy *p, const struct policy_facts *f, struct arena *a,
                    struct policy_trace *out, struct err *e)
{
    struct policy_rule_trace *all = arena_alloc(a, (p->count + 1) * sizeof *all);
    for (size_t i = 0; all && i < p->count; i++)
        if (!one_rule(p, &p->rules[i], f, a, &all[i]))
            all = NULL;
    if (!all)
        return err_memory(e, "the trace of a decision");
    *out = (struct policy_trace){ policy_decide(p, f), all, p->count };
    return true;
}
