/* SPDX-License-Identifier: ISC */
#include "smtp/caps.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

/* mechanisms: the ones read, joined by blanks. */
static const struct caps_case {
    const char *label;
    str text;
    unsigned ext;
    uint64_t size_max;
    str domain, mechanisms;
} CASES[] = {
    { "everything",
      STR_INIT("mx.example hello\nPIPELINING\nSIZE 10240000\nSTARTTLS\nAUTH PLAIN LOGIN\n8BITMIME\n"
               "SMTPUTF8\nENHANCEDSTATUSCODES\nCHUNKING\nDSN\nREQUIRETLS"),
      SMTP_EXT_MASKED - 1, 10240000, STR_INIT("mx.example"), STR_INIT("PLAIN LOGIN") },
    { "HELO", STR_INIT("mx.example"), 0, 0, STR_INIT("mx.example"), STR_INIT("") },
    { "nothing", STR_INIT(""), 0, 0, STR_INIT(""), STR_INIT("") },
    { "the first line offers nothing", STR_INIT("STARTTLS\nDSN"), SMTP_EXT_DSN, 0,
      STR_INIT("STARTTLS"), STR_INIT("") },
    { "case and blanks", STR_INIT(" a.example \n  starttls \n\tSize\t5 \nAuth\tplain  login "),
      SMTP_EXT_STARTTLS | SMTP_EXT_SIZE | SMTP_EXT_AUTH, 5, STR_INIT("a.example"),
      STR_INIT("plain login") },
    { "SIZE without a number", STR_INIT("a\nSIZE"), SMTP_EXT_SIZE, 0, STR_INIT("a"), STR_INIT("") },
    { "SIZE no number holds", STR_INIT("a\nSIZE 99999999999999999999999"), SMTP_EXT_SIZE, 0,
      STR_INIT("a"), STR_INIT("") },
    { "SIZE with something behind", STR_INIT("a\nSIZE 7 8"), SMTP_EXT_SIZE, 7, STR_INIT("a"),
      STR_INIT("") },
    { "the old form", STR_INIT("a\nAUTH=LOGIN PLAIN"), SMTP_EXT_AUTH, 0, STR_INIT("a"),
      STR_INIT("LOGIN PLAIN") },
    { "both forms, without repeats",
      STR_INIT("a\nAUTH LOGIN PLAIN\nAUTH=LOGIN\nAUTH login XOAUTH2"), SMTP_EXT_AUTH, 0,
      STR_INIT("a"), STR_INIT("LOGIN PLAIN XOAUTH2") },
    { "AUTH without mechanisms", STR_INIT("a\nAUTH"), SMTP_EXT_AUTH, 0, STR_INIT("a"),
      STR_INIT("") },
    { "the old form, empty", STR_INIT("a\nAUTH="), SMTP_EXT_AUTH, 0, STR_INIT("a"), STR_INIT("") },
    { "words that are no mechanism",
      STR_INIT("a\nAUTH PL\x01IN SCRAM-SHA-256-PLUS "
               "A-NAME-OF-21-OCTETS-X LOGIN,"),
      SMTP_EXT_AUTH, 0, STR_INIT("a"), STR_INIT("SCRAM-SHA-256-PLUS") },
    { "another word with an equals sign", STR_INIT("a\nSIZE=5\nX=STARTTLS"), 0, 0, STR_INIT("a"),
      STR_INIT("") },
    { "longer words", STR_INIT("a\nSTARTTLSX\nXSTARTTLS\nAUTHX PLAIN"), 0, 0, STR_INIT("a"),
      STR_INIT("") },
    { "masked", STR_INIT("a\nXXXXXXXX"), SMTP_EXT_MASKED, 0, STR_INIT("a"), STR_INIT("") },
    { "masked, one letter left", STR_INIT("a\nXXXXXXXA"), SMTP_EXT_MASKED, 0, STR_INIT("a"),
      STR_INIT("") },
    { "private words", STR_INIT("a\nXCLIENT\nX-EXPS GSSAPI\nXXX\nXXXXAB"), 0, 0, STR_INIT("a"),
      STR_INIT("") },
    { "empty lines", STR_INIT("a\n\n\nDSN\n"), SMTP_EXT_DSN, 0, STR_INIT("a"), STR_INIT("") },
};

static void answers_to_ehlo(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct caps_case *k = &CASES[i];
        struct smtp_caps c;
        str rest = k->mechanisms;
        unsigned n = 0;

        print_message("  %s\n", k->label);
        memset(&c, 0xff, sizeof(c));
        smtp_caps_read(k->text, &c);
        assert_int_equal(c.ext, k->ext);
        assert_int_equal(c.size_max, k->size_max);
        assert_true(str_eq(c.domain, k->domain));
        while (rest.n > 0) {
            str want = str_cut(&rest, ' ');

            assert_true(n < c.mechanism_count && str_eq(c.mechanisms[n], want));
            assert_true(smtp_caps_offers(&c, want));
            n++;
        }
        assert_int_equal(c.mechanism_count, n);
        assert_false(smtp_caps_offers(&c, STR("GSSAPI")));
    }
}

static void mechanisms_have_a_maximum(void **state)
{
    char text[1024] = "a\nAUTH";
    struct smtp_caps c;

    (void)state;
    for (int i = 0; i < 40; i++) {
        size_t n = strlen(text);

        snprintf(text + n, sizeof(text) - n, " M%d", i);
    }
    smtp_caps_read(str_from(text), &c);
    assert_int_equal(c.mechanism_count, SMTP_CAPS_MECHANISMS);
    assert_true(smtp_caps_offers(&c, STR("m31")));
    assert_false(smtp_caps_offers(&c, STR("M32")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_to_ehlo),
        cmocka_unit_test(mechanisms_have_a_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
