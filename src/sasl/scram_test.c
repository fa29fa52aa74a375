/* SPDX-License-Identifier: ISC */
#include "sasl/scram.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

static const struct first_case {
    str message;
    uint32_t iterations; /* 0: refused */
    const char *why;
} CASES[] = {
    { STR_INIT("r=fyko3rfc,s=QSXCR+Q6sek8bf92,i=4096"), 4096, NULL },
    { STR_INIT("r=a,s=YQ==,i=1"), 1, NULL },
    { STR_INIT("r=a,s=YQ==,i=1000000"), 1000000, NULL },
    { STR_INIT("r=a,s=YQ==,i=1000001"), 0, "more than 1000000" },
    { STR_INIT("r=a,s=YQ==,i=99999999999999999999999"), 0, "more than 1000000" },
    { STR_INIT("r=a,s=YQ==,i=10,x=later"), 10, NULL }, /* extensions that may be passed over */
    { STR_INIT("m=x,r=a,s=YQ==,i=10"), 0, "demands an extension" },
    { STR_INIT("r=a,s=YQ==,i=0"), 0, "is no number" },
    { STR_INIT("r=a,s=YQ==,i=010"), 0, "is no number" },
    { STR_INIT("r=a,s=YQ==,i=1e3"), 0, "is no number" },
    { STR_INIT("r=a,s=YQ==,i=-5"), 0, "is no number" },
    { STR_INIT("r=a,s=YQ==,i="), 0, "not that of SCRAM" },
    { STR_INIT("r=a,s=YQ==,n=10"), 0, "not that of SCRAM" },
    { STR_INIT("r=a,s=YQ=,i=10"), 0, "not that of SCRAM" },
    { STR_INIT("r=a,s=====,i=10"), 0, "not that of SCRAM" },
    { STR_INIT("r=a,s=Y Q=,i=10"), 0, "not that of SCRAM" },
    { STR_INIT("r=,s=YQ==,i=10"), 0, "not that of SCRAM" },
    { STR_INIT("r=a b,s=YQ==,i=10"), 0, "not that of SCRAM" },
    { STR_INIT("r=a\0b,s=YQ==,i=10"), 0, "not that of SCRAM" },
    { STR_INIT("s=YQ==,r=a,i=10"), 0, "not that of SCRAM" },
    { STR_INIT("e=unknown-user"), 0, "not that of SCRAM" },
    { STR_INIT(""), 0, "not that of SCRAM" },
};

static void firsts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct sasl_scram_first first = { .iterations = 7 };
        struct err e = { 0 };
        bool got = sasl_scram_first_read(CASES[i].message, &first, &e);

        print_message("  %.*s %s\n", STR_ARG(CASES[i].message), e.why);
        assert_int_equal(got, CASES[i].why == NULL);
        assert_int_equal(first.iterations, got ? CASES[i].iterations : 7); /* untouched */
        if (!got)
            assert_non_null(strstr(e.why, CASES[i].why));
    }
}

/* Cut anywhere it is another message: refused, or one with a smaller count. */
static void cut_everywhere(void **state)
{
    str whole = STR("r=fyko+d2lbbFgONRv9qkxdawL3rfc,s=QSXCR+Q6sek8bf92,i=4096");

    (void)state;
    for (size_t n = 0; n < whole.n; n++) {
        struct sasl_scram_first first = { .iterations = 0 };
        struct err e;
        bool got = sasl_scram_first_read(str_take(whole, n), &first, &e);

        assert_int_equal(got, n > whole.n - 4);
        assert_true(first.iterations < 4096);
    }
}

static void errors(void **state)
{
    (void)state;
    assert_true(str_eq(sasl_scram_error(STR("e=invalid-proof")), STR("invalid-proof")));
    assert_true(str_eq(sasl_scram_error(STR("e=other-error,x=y")), STR("other-error")));
    assert_int_equal(sasl_scram_error(STR("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")).n, 0);
    assert_int_equal(sasl_scram_error(STR("e=")).n, 0);
    assert_int_equal(sasl_scram_error(STR("")).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(firsts),
        cmocka_unit_test(cut_everywhere),
        cmocka_unit_test(errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
