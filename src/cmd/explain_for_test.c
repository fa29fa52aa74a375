/* SPDX-License-Identifier: ISC */
#include "cmd/explain_for.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ARENA_MAX = 1 << 20, WANTED = 6 };

static const struct for_case {
    const char *label, *program;
    enum cause_id cause;
    struct explain_page page;
    const char *wanted[WANTED]; /* lines of the text; one with "! " may not be there */
    const char *basis;
} CASES[] = {
    { "the switch that is off",
      "mail-program",
      CAUSE_CLIENT_NEVER_AUTHENTICATES,
      { .server = STR_INIT("mail.corp.example"),
        .port = 587,
        .security = SMTP_SECURITY_STARTTLS,
        .from = STR_INIT("anna@corp.example") },
      { "Outgoing server (SMTP): mail.corp.example", "Port: 587", "Connection security: STARTTLS",
        "User name: anna@corp.example" },
      "not tried" },
    { "TLS at once where STARTTLS is spoken",
      "mail-program",
      CAUSE_TLS_MODE_MISMATCH,
      { .server = STR_INIT("mail.corp.example"), .port = 587, .security = SMTP_SECURITY_TLS },
      { "Port: 587", "Connection security: STARTTLS" },
      "not tried" },
    { "... and the other way about",
      "mail-program",
      CAUSE_TLS_MODE_MISMATCH,
      { .server = STR_INIT("mail.corp.example"), .port = 465, .security = SMTP_SECURITY_STARTTLS },
      { "Port: 465", "Connection security: SSL/TLS" },
      "not tried" },
    { "port 25",
      "mail-program",
      CAUSE_MX_PORT_NOT_SUBMISSION,
      { .server = STR_INIT("mail.corp.example"), .port = 25, .user = STR_INIT("anna") },
      { "Port: 587", "Connection security: STARTTLS", "User name: anna" },
      "not tried" },
    { "somebody else's From",
      "mail-program",
      CAUSE_FROM_NOT_LOGIN,
      { .server = STR_INIT("mail.corp.example"),
        .port = 587,
        .user = STR_INIT("shop@corp.example"),
        .from = STR_INIT("visitor@mail.example") },
      { "From (Email address): shop@corp.example" },
      "not tried" },
    { "the local part alone",
      "mail-program",
      CAUSE_WRONG_USERNAME_FORM,
      { .server = STR_INIT("mail.corp.example"),
        .user = STR_INIT("anna"),
        .from = STR_INIT("anna@corp.example") },
      { "User name: anna@corp.example" },
      "not tried" },
    { "a refused login stays one",
      "msmtp",
      CAUSE_WRONG_CREDENTIALS,
      { .server = STR_INIT("mail.corp.example"), .port = 465, .security = SMTP_SECURITY_TLS },
      { "auth on", "tls_starttls off", "! auth off" },
      "USER stands" },
    { "nothing is shown",
      "outlook",
      CAUSE_CLIENT_NEVER_AUTHENTICATES,
      { .port = 0 },
      { "  Outgoing mail server (SMTP): SERVER", "      User Name: USER" },
      "SERVER and USER stand" },
    { "a provider knows better, by its host",
      "mail-program",
      CAUSE_CLIENT_NEVER_AUTHENTICATES,
      { .server = STR_INIT("SMTP.gmail.com"), .port = 25, .from = STR_INIT("anna@gmail.com") },
      { "Outgoing server (SMTP): smtp.gmail.com", "User name: anna@gmail.com", "! Port: 25" },
      "Gmail" },
    { "... by the address",
      "mail-program",
      CAUSE_NONE,
      { .from = STR_INIT("anna@gmail.com") },
      { "Outgoing server (SMTP): smtp.gmail.com", "User name: anna@gmail.com" },
      "says of itself" },
    { "what no program could hold",
      "mail-program",
      CAUSE_CLIENT_NEVER_AUTHENTICATES,
      { .server = STR_INIT("mail.corp.example"), .user = STR_INIT("an\nna") },
      { NULL },
      "No settings can be written" },
};

static bool has_line(str text, const char *line)
{
    for (str rest = text; rest.n;)
        if (str_eq(str_cut(&rest, '\n'), str_from(line)))
            return true;
    return false;
}

static void every_case(void **state)
{
    static struct explanation x;
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct for_case *c = &CASES[i];
        struct arena a;
        struct explain_for f;
        arena_init(&a, ARENA_MAX);
        x = (struct explanation){ .best = { c->cause, 0.9 }, .page = c->page };
        assert_true(explain_for(&x, settings_program_named(str_from(c->program)), &a, &f));
        for (size_t k = 0; k < WANTED && c->wanted[k]; k++) {
            bool no = strncmp(c->wanted[k], "! ", 2) == 0;
            if (has_line(f.text, c->wanted[k] + (no ? 2 : 0)) == no) {
                print_error("%s: %s\n%.*s\n", c->label, c->wanted[k], STR_ARG(f.text));
                wrong++;
            }
        }
        if (str_find(f.basis, str_from(c->basis)) == STR_NOT_FOUND || !c->wanted[0] != !f.text.n) {
            print_error("%s: %.*s\n", c->label, STR_ARG(f.basis));
            wrong++;
        }
        arena_done(&a);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_case) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
