/* SPDX-License-Identifier: ISC */
/*
 * explain/said_test.c - the page
 */
#include "explain/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_a_full_page_counts(void **state)
{
    (void)state;
    struct explain_page p = { 0 };
    for (size_t i = 0; i < EXPLAIN_SAID_MAX; i++)
        assert_non_null(explain_say(&p, FORM_REPLY));
    assert_null(explain_say(&p, FORM_REPLY));
    assert_int_equal(p.left_out, 1);
    assert_int_equal(p.said[3].form, FORM_REPLY);
}

static void test_every_value_has_a_name(void **state)
{
    (void)state;
    for (int f = FORM_NONE + 1; f < FORMS; f++)
        assert_true(names_of(&FORM_NAMES, f).n > 0);
    for (int d = DIALECT_NONE + 1; d < DIALECTS; d++)
        assert_true(names_of(&DIALECT_NAMES, d).n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_full_page_counts),
        cmocka_unit_test(test_every_value_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
