/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/str.h"
#include <errno.h>
#include <string.h>

static void keeps_kind_and_sentence(void **state UNUSED)
{
    struct err e;
    errno = EACCES;
    assert_false(err_set(&e, ERR_SYNTAX, "reading '%s'", "x"));
    assert_int_equal(e.kind, ERR_SYNTAX);
    assert_int_equal(e.sys_errno, 0);
    assert_string_equal(e.why, "reading 'x'");
    assert_false(err_set(&e, ERR_SYSTEM, "opening"));
    assert_int_equal(e.sys_errno, EACCES);
    assert_false(err_set(&e, ERR_LIMIT, "before it: %s", e.why)); /* arguments inside *e */
    assert_string_equal(e.why, "before it: opening");
    assert_false(err_memory(&e, "a reply"));
    assert_int_equal(e.kind, ERR_MEMORY);
    assert_string_equal(e.why, "not enough memory for a reply");
    assert_false(err_set(NULL, ERR_LIMIT, "nobody asks"));
    assert_false(err_sys(NULL, "nobody asks"));
    assert_false(err_memory(NULL, "nobody"));
}

static void says_what_the_system_said(void **state UNUSED)
{
    struct err e;
    errno = ENOENT;
    assert_false(err_sys(&e, "opening '%s'", "a"));
    assert_int_equal(e.kind, ERR_SYSTEM);
    assert_int_equal(e.sys_errno, ENOENT);
    assert_int_equal(errno, ENOENT);
    assert_string_equal(e.why, "opening 'a': No such file or directory");
    char name[400] = { 0 };
    memset(name, 'n', sizeof name - 1);
    err_sys(&e, "opening '%s'", name);
    assert_non_null(strstr(e.why, "nnn: No such file or directory"));
    errno = 99999;
    err_sys(&e, "opening");
    assert_string_equal(e.why, "opening: unknown system error");
}

/* However the cut falls, no half of a character is left, and nothing whole is lost. */
static void cuts_between_characters(void **state UNUSED)
{
    static const char *CHARACTERS[] = { "x", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x93\xa7" };
    for (size_t i = 0; i < COUNT_OF(CHARACTERS); i++) {
        size_t length = strlen(CHARACTERS[i]);
        for (size_t before = 0; before < 8; before++) {
            char text[500] = { 0 };
            struct err e;
            memset(text, 'a', before);
            while (strlen(text) < 400)
                strcat(text, CHARACTERS[i]);
            err_set(&e, ERR_LIMIT, "%s", text);
            size_t n = strlen(e.why);
            assert_true(str_is_utf8(str_from(e.why)));
            assert_true(n < sizeof e.why && n + length >= sizeof e.why);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_kind_and_sentence),
        cmocka_unit_test(says_what_the_system_said),
        cmocka_unit_test(cuts_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
