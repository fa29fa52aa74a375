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

/* ------------------------------------------------------------------------------------------------
 * By its words
 */
static const struct words_case {
    const char *label, *text;
    unsigned code;
    const char *cause, *recipient;
    enum finding_hop hop; /* HOP_NONE: the text does not tell it */
    const char *server;   /* NULL: none */
} WORDS[] = {
    { .label = "nothing", .text = "it does not work", .cause = "", .recipient = "" },
    { .label = "a reply",
      .text = "550 relay not permitted, authentication required",
      .code = 550,
      .cause = "client-never-authenticates",
      .recipient = "" },
    { .label = "wrapped",
      .text = "552 5.2.2 <bob@outside.example>: mailbox\n  is full",
      .code = 552,
      .cause = "mailbox-full",
      .recipient = "bob@outside.example" },
    { .label = "a bounce of the recipient's server",
      .text = "<bob@outside.example>: host mx.outside.example[192.0.2.4] said: 550 5.1.1\n"
              "    <bob@outside.example>: Recipient address rejected: User unknown (in reply to "
              "RCPT TO\n"
              "    command)\n",
      .code = 550,
      .cause = "recipient-unknown",
      .recipient = "bob@outside.example",
      .hop = HOP_RECIPIENT },
    { .label = "a log's line about the recipient's server",
      .text = "Nov 26 06:10:01 mx postfix/smtp[7]: 4A1B2C3D4E: to=<bob@outside.example>, "
              "relay=mx.outside.example[192.0.2.4]:25, delay=1, delays=0/0/0/1, dsn=5.7.1, "
              "status=bounced (host mx.outside.example[192.0.2.4] said: 550 5.7.1 "
              "<bob@outside.example>: Relay access denied (in reply to RCPT TO command))",
      .code = 550,
      .cause = "domain-not-configured",
      .recipient = "bob@outside.example",
      .hop = HOP_RECIPIENT },
    { .label = "a log's line about the next server",
      .text = "Nov 26 06:10:01 mx postfix/smtp[7]: 4A1B2C3D4E: to=<bob@outside.example>, "
              "relay=smtp.up.example[192.0.2.5]:587, delay=1, delays=0/0/0/1, dsn=4.7.8, "
              "status=deferred (SASL authentication failed; server smtp.up.example[192.0.2.5] "
              "said: 535 5.7.8 Error: authentication failed)",
      .code = 535,
      .cause = "wrong-credentials",
      .recipient = "bob@outside.example",
      .hop = HOP_NEXT,
      .server = "smtp.up.example" },
};

static void by_its_words(void **state)
{
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
        const struct words_case *k = &WORDS[i];
        struct doctor_pasted p;
        struct arena a;
        struct err e;
        arena_init(&a, 16 << 20);
        assert_true(doctor_pasted_read(str_from(k->text), STR(OWN), &a, &p, &e));
        const struct cause *c = cause_of(p.cause);
        str name = c ? c->name : STR("");
        if (p.code != k->code || !str_eq(name, str_from(k->cause)) ||
            !str_eq(p.recipient, str_from(k->recipient)) || p.hop != k->hop ||
            (p.who.n > 0) != (k->hop != HOP_NONE) ||
            !str_eq(p.server, str_from(k->server ? k->server : ""))) {
            print_message("%s: %u %.*s <%.*s> hop %d\n", k->label, p.code, STR_ARG(name),
                          STR_ARG(p.recipient), (int)p.hop);
            bad++;
        }
        arena_done(&a);
    }
    assert_int_equal(bad, 0);
}

static void memory_is_short(void **state)
{
    struct doctor_pasted p;
    struct arena a;
    struct err e;
    (void)state;
    arena_init(&a, 64);
    assert_false(doctor_pasted_read(STR("550 no"), STR(OWN), &a, &p, &e));
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_its_words),
        cmocka_unit_test(memory_is_short),
        cmocka_unit_test(recipient),
        cmocka_unit_test(cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
