/* SPDX-License-Identifier: ISC */
#include "doctor/pasted.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

#define OWN "anna@example.org"

static const struct pasted_case {
    const char *label, *text, *want;
} CASES[] = {
    { "nothing", "", "" },
    { "no mailbox", "it does not work", "" },
    { "an at-sign is no mailbox", "see you @ noon, a@, @b", "" },
    { "in brackets", "550 5.7.1 <bob@outside.example>: Relay access denied",
      "bob@outside.example" },
    { "free", "550 relay not permitted for bob@outside.example", "bob@outside.example" },
    { "free, at the end of a sentence", "could not write to bob@outside.example.",
      "bob@outside.example" },
    { "with a colon", "bob@outside.example: relay not permitted", "bob@outside.example" },
    { "in quotes", "cannot reach 'bob@outside.example'!", "bob@outside.example" },
    { "brackets come first", "from anna@example.net: 550 <bob@outside.example> no",
      "bob@outside.example" },
    { "the own address is no recipient", "<anna@example.org> to <bob@outside.example>",
      "bob@outside.example" },
    { "the own address in other letters", "<Anna@EXAMPLE.org> refused", "" },
    { "the first of two", "<bob@outside.example> <carl@outside.example>", "bob@outside.example" },
    { "a bounce",
      "Reporting-MTA: dns; mail.example.org\nFrom: <carl@outside.example>\n"
      "Final-Recipient: rfc822; bob@outside.example\nAction: failed\n",
      "bob@outside.example" },
    { "a bounce in other letters, with CR",
      "<carl@outside.example>\r\nfinal-recipient: RFC822;bob@outside.example\r\nX: y\r\n",
      "bob@outside.example" },
    { "a bounce without an address there", "Final-Recipient: rfc822;\n<bob@outside.example>\n",
      "bob@outside.example" },
    { "a bounce for the own address",
      "Final-Recipient: rfc822; anna@example.org\n<bob@outside.example>\n", "bob@outside.example" },
    { "a command cannot be slipped in", "<bob@outside.example\r\nRSET>", "bob@outside.example" },
    { "letters of another script",
      "<b\xc3\xb6"
      "b@outside.example> no",
      "b\xc3\xb6"
      "b@outside.example" },
    { "only dots and marks", "<...> !!! <.>", "" },
};

static void recipient(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct pasted_case *k = &CASES[i];
        char got[128];
        print_message("  %s\n", k->label);
        str text = str_from(k->text);
        str found = doctor_pasted_recipient(text, STR(OWN));
        snprintf(got, sizeof got, "%.*s", STR_ARG(found));
        assert_string_equal(got, k->want);
        assert_true(!found.n || (found.p >= text.p && found.p + found.n <= text.p + text.n));
    }
}

/* Cut anywhere, it never reads past the end and never finds what is not a piece of the text. */
static void cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        size_t n = strlen(CASES[i].text);
        for (size_t k = 0; k <= n; k++) {
            char *piece = test_malloc(k ? k : 1); /* so that reading past it is seen */
            memcpy(piece, CASES[i].text, k);
            str found = doctor_pasted_recipient((str){ piece, k }, STR(OWN));
            assert_true(!found.n || (found.p >= piece && found.p + found.n <= piece + k));
            test_free(piece);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recipient),
        cmocka_unit_test(cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
