/* SPDX-License-Identifier: ISC */
/*
 * explain/explain_test.c - from texts to causes, and the tables of knowledge
 */
#include "explain/rows.h"
#include "explain/weigh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MEMORY_MAX = 64 << 20, WEIGHT_MAX = 60 };

static const struct {
    const char *name;
    const struct explain_rows *rows;
} TABLES[] = {
    { "relay", &ROWS_RELAY },   { "login", &ROWS_LOGIN },         { "path", &ROWS_PATH },
    { "sender", &ROWS_SENDER }, { "recipient", &ROWS_RECIPIENT }, { "tells", &ROWS_TELLS },
};

static void check_row(const struct explain_row *r)
{
    for (str rest = str_from(r->key); rest.p;) {
        str key = str_cut(&rest, '|');
        assert_true(key.n >= 3);
        for (size_t i = 0; i < key.n; i++)
            assert_true(to_lower(key.p[i]) == key.p[i]);
    }
    for (size_t i = 0; i < COUNT_OF(r->speaks) && r->speaks[i].cause; i++) {
        assert_true(r->speaks[i].cause > CAUSE_NONE && r->speaks[i].cause < CAUSES);
        assert_in_range(r->speaks[i].weight + WEIGHT_MAX, 0, 2 * WEIGHT_MAX);
    }
}

static void test_rows_are_well_made(void **state)
{
    (void)state;
    struct err e;
    for (size_t t = 0; t < COUNT_OF(TABLES); t++)
        for (size_t i = 0; i < TABLES[t].rows->count; i++) {
            const struct explain_row *r = &TABLES[t].rows->rows[i];
            print_message("  %s %zu: %s / %s\n", TABLES[t].name, i, r->key ? r->key : "",
                          r->pattern ? r->pattern : "");
            check_row(r);
        }
    AUTO(weigher_freep) struct weigher *w = weigher_new(false);
    assert_non_null(w);
    if (!weigher_check(w, &e))
        fail_msg("%s", e.why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_well_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
