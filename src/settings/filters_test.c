/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "settings/filters.h"

static void ends_of_names(void **state UNUSED)
{
    assert_true(filters_has_mx(STR("mx1-us1.ppe-hosted.com")));
    assert_true(filters_has_mx(STR("Cluster1.EU.MessageLabs.com")));
    assert_true(filters_has_mx(STR("pphosted.com")));
    assert_false(filters_has_mx(STR("notpphosted.com")));
    assert_false(filters_has_mx(STR("pphosted.com.example")));
    assert_false(filters_has_mx(STR("com")));
    assert_false(filters_has_mx(STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(ends_of_names) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
