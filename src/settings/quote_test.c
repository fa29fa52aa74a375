/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "settings/quote.h"

static void quotes_do_not_break(void **state UNUSED)
{
    static const struct {
        str value, shell, php, twofold;
    } CASES[] = {
        { STR_INIT(""), STR_INIT("''"), STR_INIT("''"), STR_INIT("\"\"") },
        { STR_INIT("anna"), STR_INIT("'anna'"), STR_INIT("'anna'"), STR_INIT("\"anna\"") },
        { STR_INIT("a b"), STR_INIT("'a b'"), STR_INIT("'a b'"), STR_INIT("\"a b\"") },
        { STR_INIT("it's"), STR_INIT("'it'\\''s'"), STR_INIT("'it\\'s'"), STR_INIT("\"it's\"") },
        { STR_INIT("'"), STR_INIT("''\\'''"), STR_INIT("'\\''"), STR_INIT("\"'\"") },
        { STR_INIT("\""), STR_INIT("'\"'"), STR_INIT("'\"'"), STR_INIT("\"\\\"\"") },
        { STR_INIT("\\"), STR_INIT("'\\'"), STR_INIT("'\\\\'"), STR_INIT("\"\\\\\"") },
        { STR_INIT("\\'"), STR_INIT("'\\'\\'''"), STR_INIT("'\\\\\\''"), STR_INIT("\"\\\\'\"") },
        { STR_INIT("\\n"), STR_INIT("'\\n'"), STR_INIT("'\\\\n'"), STR_INIT("\"\\\\n\"") },
        { STR_INIT("$(id)`id`${x}"), STR_INIT("'$(id)`id`${x}'"), STR_INIT("'$(id)`id`${x}'"),
          STR_INIT("\"$(id)`id`${x}\"") },
        { STR_INIT("\xc3\xa9"), STR_INIT("'\xc3\xa9'"), STR_INIT("'\xc3\xa9'"),
          STR_INIT("\"\xc3\xa9\"") },
    };
    static const struct {
        const char *title;
        void (*quote)(struct buf *out, str value);
        size_t wanted;
    } KINDS[] = {
        { "shell", quote_shell, 1 },
        { "PHP", quote_php, 2 },
        { "double", quote_double, 3 },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        for (size_t k = 0; k < COUNT_OF(KINDS); k++) {
            const str *wanted = &CASES[i].value + KINDS[k].wanted;
            struct buf out;
            buf_init(&out, 100);
            KINDS[k].quote(&out, CASES[i].value);
            if (!buf_ok(&out) || !str_eq(buf_str(&out), *wanted))
                fail_msg("%s: %.*s, wanted %.*s", KINDS[k].title, STR_ARG(buf_str(&out)),
                         STR_ARG(*wanted));
            buf_done(&out);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_do_not_break),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
