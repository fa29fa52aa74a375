/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_cases.h - for tests: texts, and the cause that they must come to
 * Owns    running a list of cases over the whole way of a text. Each that fails says what it got.
 */
#ifndef BATON_EXPLAIN_ROWS_CASES_H
#define BATON_EXPLAIN_ROWS_CASES_H
#include "explain/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS_CASES_MEMORY = 64 << 20 };

struct rows_case {
    const char *text;
    enum cause_id want;      /* the likeliest; CAUSE_NONE: whatever but those below */
    enum cause_family never; /* with not_family: the answer is of another family */
    bool not_family;
    enum cause_id
        also; /* left open as well, unless it is of the family of the answer; CAUSE_NONE: not asked */
};

static inline bool rows_case_holds(const struct rows_case *k, const struct explanation *x)
{
    const struct cause *best = cause_of(x->best.cause);
    if (k->want && x->best.cause != k->want)
        return false;
    if (k->not_family && best && best->family == k->never)
        return false;
    const struct cause *also = cause_of(k->also);
    if (!also || (best && best->family == also->family))
        return true;
    for (size_t i = 0; i < x->also_count; i++)
        if (cause_of(x->also[i].cause)->family == also->family)
            return true;
    return false;
}

/* How many fail: 0 or 1. */
static inline size_t rows_case_run(struct explainer *x, const struct rows_case *k)
{
    struct arena memory;
    struct explanation out;
    struct err e;
    arena_init(&memory, ROWS_CASES_MEMORY);
    assert_true(explain_text(x, str_from(k->text), &memory, &out, &e));
    const struct cause *c = cause_of(out.best.cause);
    bool holds = rows_case_holds(k, &out);
    if (!holds)
        print_message("  %s\n    came to %s (%.2f)\n", k->text, c ? c->name.p : "nothing",
                      out.best.confidence);
    for (size_t i = 0; !holds && i < out.also_count; i++)
        print_message("    also %s (%.2f)\n", cause_of(out.also[i].cause)->name.p,
                      out.also[i].confidence);
    arena_done(&memory);
    return holds ? 0 : 1;
}

static inline void rows_cases_run(const struct rows_case *cases, size_t count)
{
    AUTO(explainer_freep) struct explainer *x = explainer_new(false);
    assert_non_null(x);
    size_t failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += rows_case_run(x, &cases[i]);
    assert_int_equal(failed, 0);
}
#endif
