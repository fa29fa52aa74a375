/* SPDX-License-Identifier: ISC */
#include "base/password_shape.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

/* repaired: NULL where nothing is. */
static const struct shape_case {
    const char *label, *password;
    unsigned want;
    const char *repaired;
} CASES[] = {
    { "nothing odd", "Kestrel-41", 0, NULL },
    { "blanks inside", "correct horse battery", 0, NULL },
    { "letters of our neighbours", "Müller-ß-41", 0, NULL },
    { "one quote", "it's", 0, NULL },
    { "two quotes", "\"\"", 0, NULL },
    { "a $ at the end", "price$", 0, NULL },
    { "a % at the end", "100%", 0, NULL },
    { "a % and a letter's code", "a%61b", 0, NULL },
    { "a character that no letter takes", "q\xcc\x80", 0, NULL },

    { "LF", "secret\n", PASSWORD_LINE_END, "secret" },
    { "CRLF", "secret\r\n", PASSWORD_LINE_END, "secret" },
    { "CR", "secret\r", PASSWORD_LINE_END, "secret" },
    { "a line end alone", "\n", PASSWORD_LINE_END, NULL },
    { "a blank before", " secret", PASSWORD_BLANK_AT_END, "secret" },
    { "a blank behind", "secret ", PASSWORD_BLANK_AT_END, "secret" },
    { "a tab behind", "secret\t", PASSWORD_BLANK_AT_END, "secret" },
    { "a blank, then a line end", "secret \n", PASSWORD_LINE_END | PASSWORD_BLANK_AT_END,
      "secret" },
    { "double quotes", "\"secret\"", PASSWORD_QUOTED, "secret" },
    { "single quotes", "'secret'", PASSWORD_QUOTED, "secret" },
    { "quotes and a line end", "'secret'\n", PASSWORD_LINE_END | PASSWORD_QUOTED, "secret" },
    { "no-break space inside", "correct\xc2\xa0horse", PASSWORD_ODD_BLANK, "correct horse" },
    { "no-break space behind", "secret\xc2\xa0", PASSWORD_ODD_BLANK | PASSWORD_BLANK_AT_END,
      "secret" },
    { "zero-width space", "sec\xe2\x80\x8bret", PASSWORD_INVISIBLE, "secret" },
    { "byte order mark", "\xef\xbb\xbfsecret", PASSWORD_INVISIBLE, "secret" },
    { "soft hyphen", "sec\xc2\xadret", PASSWORD_INVISIBLE, "secret" },
    { "a line end inside", "sec\nret", PASSWORD_CONTROL, "secret" },
    { "backspace", "sec\x7fret", PASSWORD_CONTROL, "secret" },
    { "Latin-1", "M\xfcller", PASSWORD_NOT_UTF8, "Müller" },
    { "encoded twice", "M\xc3\x83\xc2\xbcller", PASSWORD_MOJIBAKE, "Müller" },
    { "encoded twice, by way of Windows", "10\xc3\xa2\xe2\x80\x9a\xc2\xac", PASSWORD_MOJIBAKE,
      "10€" },
    { "typographic quotes", "\xe2\x80\x9csecret\xe2\x80\x9d",
      PASSWORD_TYPOGRAPHIC | PASSWORD_QUOTED, "secret" },
    { "an apostrophe", "it\xe2\x80\x99s", PASSWORD_TYPOGRAPHIC, "it's" },
    { "a dash", "a\xe2\x80\x93z", PASSWORD_TYPOGRAPHIC, "a-z" },
    { "base64 of a line", "c2VjcmV0Cg==", PASSWORD_BASE64_OF_LINE, "secret" },

    { "NFD", "Mu\xcc\x88ller", PASSWORD_DECOMPOSED, "Müller" },
    { "$ and a name", "pa$word", PASSWORD_DOLLAR, NULL },
    { "$$", "pa$$word", PASSWORD_DOUBLE_DOLLAR | PASSWORD_DOLLAR, "pa$word" },
    { "%40", "a%40b", PASSWORD_PERCENT, "a@b" },
    { "base64", "Y29ycmVjdCBob3JzZQ==", PASSWORD_BASE64, "correct horse" },
    { "a weak one beside a strong one stays", "a%40b\n", PASSWORD_PERCENT | PASSWORD_LINE_END,
      "a%40b" },
};

static void every_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct shape_case *k = &CASES[i];
        struct buf b;
        print_message("  %s\n", k->label);
        buf_init(&b, 100);
        assert_int_equal(password_anomalies(str_from(k->password)), k->want);
        assert_int_equal(password_repair(str_from(k->password), &b), k->repaired != NULL);
        assert_true(str_eq(buf_str(&b), str_from(k->repaired)));
        if (k->repaired && (k->want & PASSWORD_STRONG))
            assert_int_equal(password_anomalies(buf_str(&b)) & PASSWORD_STRONG, 0);
        buf_wipe_done(&b);
    }
}

/* Each has a name and words of its own, and they say nothing else. */
static void names_and_words(void **state)
{
    (void)state;
    for (int bit = 0; bit <= 14; bit++) {
        int back = 0;
        str name = names_of(&PASSWORD_ANOMALY_NAMES, 1 << bit);
        assert_true(name.n > 0 && names_find(&PASSWORD_ANOMALY_NAMES, name, &back));
        assert_int_equal(back, 1 << bit);
        assert_true(password_anomaly_words((enum password_anomaly)(1 << bit)).n > 0);
    }
    assert_int_equal(password_anomaly_words((enum password_anomaly)(1 << 15)).n, 0);
}

/* Any octets, and an output that is too small: nothing is lost or half written. */
static void any_octets(void **state)
{
    uint32_t seed = 7;
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char text[24];
        struct buf b;
        size_t n = seed % sizeof text;
        for (size_t k = 0; k < n; k++) {
            static const char LIKELY[] = "\"'$% \n\xc3\xc2\xe2\x80\xcc\x88"
                                         "aA=";
            seed = seed * 1664525u + 1013904223u;
            text[k] = seed >> 30 ? LIKELY[(seed >> 8) % (sizeof LIKELY - 1)] : (char)(seed >> 16);
        }
        seed = seed * 1664525u + 1013904223u;
        buf_init(&b, seed >> 28);
        if (!password_repair((str){ text, n }, &b))
            assert_int_equal(b.n, 0);
        else
            assert_true(b.n > 0 && !str_eq(buf_str(&b), (str){ text, n }));
        assert_true(buf_ok(&b));
        buf_wipe_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape),
        cmocka_unit_test(names_and_words),
        cmocka_unit_test(any_octets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
