/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mdoc.h"

static void words_are_no_requests(void **state UNUSED)
{
    static const struct {
        str text, wanted;
    } CASES[] = {
        { STR_INIT("plain words"), STR_INIT("plain words") },
        { STR_INIT(".env is a file"), STR_INIT("\\&.env is a file") },
        { STR_INIT("'postfix check'"), STR_INIT("\\&'postfix check'") },
        { STR_INIT("it's"), STR_INIT("it's") },
        { STR_INIT("DOMAIN\\name --flag"), STR_INIT("DOMAIN\\ename \\-\\-flag") },
        { STR_INIT("One. Two. 'three'"), STR_INIT("One.\nTwo. 'three'") },
        { STR_INIT("e.g. this. Then"), STR_INIT("e.g. this.\nThen") },
        { STR_INIT("a\n.b"), STR_INIT("a\n\\&.b") },
        { STR_INIT("End. "), STR_INIT("End. ") },
        { STR_INIT(""), STR_INIT("") },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct buf b;
        buf_init(&b, 1000);
        mdoc_text(CASES[i].text, &b);
        if (!str_eq(buf_str(&b), CASES[i].wanted))
            fail_msg("'%.*s'", STR_ARG(buf_str(&b)));
        buf_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(words_are_no_requests) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
