/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/wrap.h"

static const struct wrap_case {
    const char *name;
    size_t column, indent;
    str text, wrapped;
} CASES[] = {
    { "nothing", 0, 0, STR_INIT(""), STR_INIT("\n") },
    { "one line", 0, 2, STR_INIT("a b c"), STR_INIT("a b c\n") },
    { "cut at the last blank that fits", 70, 4, STR_INIT("1234567 90 abc"),
      STR_INIT("1234567\n    90 abc\n") },
    { "one column too many", 70, 4, STR_INIT("1234567 9"), STR_INIT("1234567\n    9\n") },
    { "fits to the last column", 70, 4, STR_INIT("123456 8"), STR_INIT("123456 8\n") },
    { "a long word stands alone", 78, 2, STR_INIT("0123456789 x"), STR_INIT("0123456789\n  x\n") },
    { "letters of two octets count once", 70, 2, STR_INIT("\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4 123"),
      STR_INIT("\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4 123\n") },
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct buf b;
        buf_init(&b, 4096);
        wrap_words(&b, CASES[i].column, CASES[i].indent, CASES[i].text);
        if (!str_eq(buf_str(&b), CASES[i].wrapped))
            fail_msg("%s: got \"%.*s\"", CASES[i].name, STR_ARG(buf_str(&b)));
        buf_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
