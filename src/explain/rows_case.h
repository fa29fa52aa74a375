/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_case.h - for tests of a table of rows: one refusal each, and the cause it must come to
 * Owns    making a page of a case, judging it, and seeing that every row of the table spoke in some case.
 */
#ifndef BATON_EXPLAIN_ROWS_CASE_H
#define BATON_EXPLAIN_ROWS_CASE_H
#include "explain/explain.h"
#include "explain/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct rows_case {
    const char *text; /* a reply with its code, or words alone */
    enum cause_id cause;
    enum cause_id never; /* in place of cause: a near miss, which must come to another family */
    enum smtp_stage stage;
    enum finding_hop hop;
    unsigned facts;
};

/* The page with this one refusal, as the readers would leave it. */
static void rows_case_page(const struct rows_case *c, struct arena *memory,
                           struct explain_page *page)
{
    static char room[2048];
    str text = str_from(c->text);
    *page = (struct explain_page){ .form = FORM_REPLY, .facts = c->facts, .memory = memory };
    page->plain = page->folded = text;
    struct explain_said *s = explain_say(page, FORM_REPLY);
    struct smtp_reply r;
    s->text = text;
    s->stage = c->stage;
    s->hop = c->hop;
    if (!smtp_reply_parse(text, room, sizeof room, &r))
        return;
    s->code = r.code;
    s->enhanced = r.enhanced;
    s->text = arena_dup(memory, r.text);
}

static bool rows_case_right(const struct rows_case *c, enum cause_id is)
{
    const struct cause *have = cause_of(is), *want = cause_of(c->never ? c->never : c->cause);
    bool right = !c->never ? is == c->cause : !have || have->family != want->family;
    if (!right)
        print_error("%s: %s, expected %s%s\n", c->text, have ? have->name.p : "not known",
                    c->never ? "anything but " : "", want ? want->name.p : "not known");
    return right;
}

/* Every case comes to its cause, and every row of the table speaks in one of them. */
static void rows_case_check(const struct explain_rows *table, const struct rows_case *cases,
                            size_t count)
{
    AUTO(explainer_freep) struct explainer *x = explainer_new(false);
    bool *spoke = calloc(table->count, sizeof *spoke);
    size_t wrong = 0;
    assert_non_null(x);
    assert_non_null(spoke);
    for (size_t i = 0; i < count; i++) {
        struct arena memory;
        struct err e;
        struct explanation out = { 0 };
        arena_init(&memory, 16 << 20);
        struct explain_page *page = arena_alloc(&memory, sizeof *page);
        assert_non_null(page);
        rows_case_page(&cases[i], &memory, page);
        assert_true(explain_page(x, page, &memory, &out, &e));
        wrong += !rows_case_right(&cases[i], out.best.cause);
        for (size_t k = 0; k < out.spoke_count; k++)
            if (out.spoke[k].row >= table->rows && out.spoke[k].row < table->rows + table->count)
                spoke[out.spoke[k].row - table->rows] = true;
        arena_done(&memory);
    }
    for (size_t i = 0; i < table->count; i++)
        if (!spoke[i]) {
            const struct explain_row *r = &table->rows[i];
            print_error("row %zu has no case: %s %s\n", i, r->key ? r->key : "",
                        r->enhanced ? r->enhanced : "");
            wrong++;
        }
    free(spoke);
    assert_int_equal(wrong, 0);
}
#endif
