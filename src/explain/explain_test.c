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

static bool is_key(str key)
{
    for (size_t i = 0; i < key.n; i++)
        if (to_lower(key.p[i]) != key.p[i])
            return false;
    return key.n >= 3;
}

static void check_row(const char *table, size_t number, const struct explain_row *r)
{
    for (str rest = str_from(r->key); rest.p;) {
        str key = str_cut(&rest, '|');
        if (!is_key(key))
            fail_msg("%s, row %zu: the key '%.*s' is too short or not in lower case", table, number,
                     STR_ARG(key));
    }
    for (size_t i = 0; i < COUNT_OF(r->speaks) && r->speaks[i].cause; i++) {
        int weight = r->speaks[i].weight;
        if (r->speaks[i].cause >= CAUSES || weight > WEIGHT_MAX || weight < -WEIGHT_MAX)
            fail_msg("%s, row %zu: weight %d", table, number, weight);
    }
}

static void test_rows_are_well_made(void **state)
{
    (void)state;
    struct err e;
    for (size_t t = 0; t < COUNT_OF(TABLES); t++)
        for (size_t i = 0; i < TABLES[t].rows->count; i++)
            check_row(TABLES[t].name, i, &TABLES[t].rows->rows[i]);
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
