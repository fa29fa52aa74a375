/* SPDX-License-Identifier: ISC */
#include "mock/from_field.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

static const struct {
    const char *label, *data, *want;
} CASES[] = {
    { "bare", "From: anna@corp.example\r\n\r\n", "anna@corp.example" },
    { "with a name", "From: Anna Berg <anna@corp.example>\r\n\r\nx", "anna@corp.example" },
    { "LF alone", "To: x@y\nFrom: <anna@corp.example>\n\n", "anna@corp.example" },
    { "any case, blanks before the colon", "fRoM \t: anna@corp.example\r\n", "anna@corp.example" },
    { "a comma in a quoted name", "From: \"Berg, Anna\" <anna@corp.example>\r\n",
      "anna@corp.example" },
    { "an address as the name", "From: \"x@y.example\" <anna@corp.example>\r\n",
      "anna@corp.example" },
    { "the same, not quoted", "From: x@y.example <anna@corp.example>\r\n", "anna@corp.example" },
    { "comments", "From: anna(she <x@y> \\) (too))@corp.example (home)\r\n", "anna@corp.example" },
    { "folded", "From: Anna\r\n Berg\r\n\t<anna@corp.example>\r\n\r\n", "anna@corp.example" },
    { "two authors", "From: a@b.example, c@d.example\r\n", "a@b.example" },
    { "a group", "From: team: a@b.example, c@d.example;\r\n", "a@b.example" },
    { "a quoted local-part", "From: <\"a b>\\\"\"@c.example>\r\n", "\"a b>\\\"\"@c.example" },
    { "the first of two fields", "From: a@b.example\r\nFrom: c@d.example\r\n", "a@b.example" },
    { "behind the header", "To: x@y\r\n\r\nFrom: a@b.example\r\n", "" },
    { "a continuation of another field", "Subject: x\r\n From: a@b.example\r\n\r\n", "" },
    { "another field", "X-From: a@b.example\r\nFrom-Line: c@d\r\n", "" },
    { "no address", "From: Anna\r\n\r\n", "" },
    { "no value", "From:\r\n\r\n", "" },
    { "nothing", "", "" },
    { "no line end", "From: a@b.example", "a@b.example" },
};

static void cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char room[MOCK_FROM_MAX];
        str got = mock_from_field(str_from(CASES[i].data), room);
        if (!str_eq(got, str_from(CASES[i].want)))
            fail_msg("%s: got '%.*s'", CASES[i].label, STR_ARG(got));
    }
}

static void too_much(void **state)
{
    char data[2 * MOCK_FROM_MAX], room[MOCK_FROM_MAX];
    (void)state;
    memset(data, 'a', sizeof data);
    memcpy(data, "From: ", 6);
    memcpy(data + sizeof data - 2, "@b", 2);
    assert_int_equal(mock_from_field((str){ data, sizeof data }, room).n, 0);
    memset(data + 6, '(', sizeof data - 6);
    assert_int_equal(mock_from_field((str){ data, sizeof data }, room).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cases), cmocka_unit_test(too_much) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
