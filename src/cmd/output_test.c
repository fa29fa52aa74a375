/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/output.h"
#include <string.h>

static void a_txt_record_is_a_line_of_a_zone(void **state UNUSED)
{
    static char longest[600];
    struct buf b;
    buf_init(&b, 4096);
    output_txt_record(&b, STR("_dmarc.a.example"), STR("v=DMARC1; p=none"));
    assert_true(str_eq(buf_str(&b), STR("_dmarc.a.example. IN TXT \"v=DMARC1; p=none\"\n")));
    buf_clear(&b);
    output_txt_record(&b, STR("a.example"), STR("say \"\\\" \xc3\xa9\n"));
    assert_true(
        str_eq(buf_str(&b), STR("a.example. IN TXT \"say \\\"\\\\\\\" \\195\\169\\010\"\n")));
    buf_clear(&b);
    memset(longest, 'x', sizeof longest);
    output_txt_record(&b, STR("a"), (str){ longest, 256 });
    assert_true(str_ends_nocase(buf_str(&b), STR("xx\" \"x\"\n")));
    buf_clear(&b);
    output_txt_record(&b, STR("a"), STR_NONE);
    assert_true(str_eq(buf_str(&b), STR("a. IN TXT \"\"\n")));
    buf_done(&b);
}

static void a_slice_is_escaped_or_null(void **state UNUSED)
{
    json_t *t = output_str(STR("a\x1b[1m"));
    assert_string_equal(json_string_value(t), "a\\x1B[1m");
    json_decref(t);
    assert_true(json_is_null(output_str(STR_NONE)));
    assert_true(json_is_null(output_word(NULL)));
}

static void what_was_added_is_put_in_lines(void **state UNUSED)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_add(&b, STR("first\n    last   "));
    size_t start = b.n;
    for (int i = 0; i < 8; i++)
        buf_addf(&b, "%s%d23456789", i ? " " : "", i);
    output_wrap_from(&b, start, 11);
    /* 78 columns: 11 + 6 * 11 + 9 would be one too many */
    assert_true(str_eq(buf_str(&b), STR("first\n    last   023456789 123456789 223456789 323456789 "
                                        "423456789 523456789\n           623456789 723456789\n")));
    buf_clear(&b);
    output_wrap_from(&b, 0, 0);
    assert_true(str_eq(buf_str(&b), STR("\n")));
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_txt_record_is_a_line_of_a_zone),
        cmocka_unit_test(a_slice_is_escaped_or_null),
        cmocka_unit_test(what_was_added_is_put_in_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
