/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "explain/explain.h"

/* Whose steps, in whose words, and on which side of the refusal. */
static const struct steps_case {
    const char *label;
    enum explain_form form;
    unsigned facts;
    enum explain_dialect dialect;
    str program;
    enum cause_role role;
    enum cause_server server;
    str has, has_not; /* empty: anything */
} CASES[] = {
    { .label = "a reply",
      .form = FORM_REPLY,
      .dialect = DIALECT_POSTFIX,
      .role = ROLE_SENDER,
      .server = SERVER_POSTFIX,
      .has = STR_INIT("Open the settings of the outgoing server"),
      .has_not = STR_INIT("sasl_username") },
    { .label = "the log of the Postfix that refused",
      .form = FORM_LOG,
      .facts = FACT_SERVER_LOG,
      .dialect = DIALECT_POSTFIX,
      .program = STR_INIT("postfix/smtpd"),
      .role = ROLE_OPERATOR,
      .server = SERVER_POSTFIX,
      .has = STR_INIT("sasl_username="),
      .has_not = STR_INIT("Where a provider refuses your own Postfix") },
    { .label = "the log of a Postfix that an Exim refused",
      .form = FORM_LOG,
      .dialect = DIALECT_EXIM,
      .program = STR_INIT("postfix/smtp"),
      .role = ROLE_OPERATOR,
      .server = SERVER_POSTFIX,
      .has = STR_INIT("Where a provider refuses your own Postfix"),
      .has_not = STR_INIT("sasl_username=") },
    { .label = "the log of an Exim",
      .form = FORM_LOG,
      .facts = FACT_SERVER_LOG,
      .dialect = DIALECT_EXIM,
      .program = STR_INIT("exim"),
      .role = ROLE_OPERATOR,
      .server = SERVER_EXIM,
      .has = STR_INIT("Look for A=") },
    { .label = "the log of the Exim of cPanel",
      .form = FORM_LOG,
      .facts = FACT_SERVER_LOG,
      .dialect = DIALECT_CPANEL,
      .program = STR_INIT("exim"),
      .role = ROLE_OPERATOR,
      .server = SERVER_CPANEL,
      .has = STR_INIT("Connect Devices"),
      .has_not = STR_INIT("Look for A=") },
    { .label = "the log of a program",
      .form = FORM_LOG,
      .facts = FACT_FROM_PROGRAM,
      .program = STR_INIT("msmtp"),
      .role = ROLE_SENDER,
      .server = SERVER_ANY,
      .has = STR_INIT("Open the settings of the outgoing server") },
    { .label = "a server's log of nobody's words",
      .form = FORM_LOG,
      .facts = FACT_SERVER_LOG,
      .dialect = DIALECT_SENDMAIL,
      .role = ROLE_OPERATOR,
      .server = SERVER_ANY,
      .has = STR_INIT("Find the session in the log"),
      .has_not = STR_INIT("Postfix") },
    { .label = "OpenSMTPD refused",
      .form = FORM_BOUNCE,
      .dialect = DIALECT_OPENSMTPD,
      .role = ROLE_SENDER,
      .server = SERVER_OPENSMTPD },
    { .label = "Exchange refused",
      .form = FORM_BOUNCE,
      .dialect = DIALECT_EXCHANGE,
      .role = ROLE_SENDER,
      .server = SERVER_EXCHANGE },
    { .label = "Microsoft 365 refused",
      .form = FORM_BOUNCE,
      .dialect = DIALECT_MICROSOFT_365,
      .role = ROLE_SENDER,
      .server = SERVER_MICROSOFT_365 },
};

static bool any_has(const str *steps, size_t n, str part)
{
    for (size_t i = 0; i < n; i++)
        if (str_find(steps[i], part) != STR_NOT_FOUND)
            return true;
    return false;
}

static void steps_are_for_the_reader(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct steps_case *c = &CASES[i];
        struct arena memory;
        str steps[CAUSE_OPERATOR_STEPS];
        struct explanation x = { .best = { .cause = CAUSE_CLIENT_NEVER_AUTHENTICATES },
                                 .page = { .form = c->form,
                                           .facts = c->facts,
                                           .dialect = c->dialect,
                                           .program = c->program } };
        arena_init(&memory, 1 << 20);
        size_t n = explain_steps(&x, &memory, steps, COUNT_OF(steps));
        if (explain_role(&x) != c->role || explain_server(&x) != c->server || !n ||
            (c->has.n && !any_has(steps, n, c->has)) ||
            (c->has_not.n && any_has(steps, n, c->has_not)))
            fail_msg("%s: role %d, server %d, %zu steps, the first '%.*s'", c->label,
                     (int)explain_role(&x), (int)explain_server(&x), n,
                     STR_ARG(n ? steps[0] : STR_NONE));
        assert_int_equal(explain_steps(&x, &memory, steps, 1), 1);
        x.best.cause = CAUSE_NONE;
        assert_int_equal(explain_steps(&x, &memory, steps, COUNT_OF(steps)), 0);
        arena_done(&memory);
    }
}

/* Whoever runs a server finds something to do about each cause, on either side, in every server's words. */
static void every_cause_has_steps_on_both_sides(void **state UNUSED)
{
    static const unsigned FACTS_OF_SIDE[] = { 0, FACT_SERVER_LOG };
    for (unsigned id = 1; id < CAUSES; id++)
        for (size_t side = 0; side < COUNT_OF(FACTS_OF_SIDE); side++) {
            struct arena memory;
            str steps[CAUSE_OPERATOR_STEPS];
            struct explanation x = { .best = { .cause = (enum cause_id)id },
                                     .page = { .form = FORM_LOG,
                                               .facts = FACTS_OF_SIDE[side],
                                               .program = STR("postfix/smtp") } };
            arena_init(&memory, 1 << 20);
            if (!explain_steps(&x, &memory, steps, COUNT_OF(steps)))
                fail_msg("%.*s: nothing to do on side %zu", STR_ARG(cause_of(x.best.cause)->name),
                         side);
            arena_done(&memory);
        }
}

/* In the log of one that was refused by the next, nobody can create the other side's mailbox. */
static void the_other_side_is_not_his(void **state UNUSED)
{
    static const struct {
        enum cause_id cause;
        enum cause_server server;
        enum cause_side side;
        const char *has, *has_not;
    } ROWS[] = {
        { CAUSE_RECIPIENT_UNKNOWN, SERVER_POSTFIX, SIDE_TAKES, "postmap -q", NULL },
        { CAUSE_RECIPIENT_UNKNOWN, SERVER_POSTFIX, SIDE_SENDS, "Check the spelling", "postmap" },
        { CAUSE_DOMAIN_NOT_CONFIGURED, SERVER_OPENSMTPD, SIDE_SENDS, "Tell the recipient",
          "match from any" },
        { CAUSE_MAILBOX_FULL, SERVER_EXIM, SIDE_SENDS, "Tell the recipient", "quota" },
        { CAUSE_WRONG_CREDENTIALS, SERVER_POSTFIX, SIDE_SENDS, "smtp_sasl_password_maps",
          "doveadm" },
        { CAUSE_WRONG_CREDENTIALS, SERVER_EXIM, SIDE_SENDS, "passwd.client", "set_id" },
        { CAUSE_WRONG_CREDENTIALS, SERVER_POSTFIX, SIDE_TAKES, "doveadm", "relayhost" },
        { CAUSE_IP_BLOCKLISTED, SERVER_POSTFIX, SIDE_SENDS, "Count senders", "reject_rbl_client" },
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct cause_step *steps[CAUSE_OPERATOR_STEPS];
        bool has = false, has_not = false;
        size_t n = explain_steps_on(ROWS[i].cause, ROWS[i].server, ROWS[i].side, steps,
                                    COUNT_OF(steps));
        for (size_t k = 0; k < n; k++) {
            has = has || str_find(steps[k]->text, str_from(ROWS[i].has)) != STR_NOT_FOUND;
            has_not = has_not ||
                      (ROWS[i].has_not &&
                       str_find(steps[k]->text, str_from(ROWS[i].has_not)) != STR_NOT_FOUND);
        }
        if (!has || has_not)
            fail_msg("row %zu of %zu steps: '%s' is %s", i, n, has ? ROWS[i].has_not : ROWS[i].has,
                     has ? "there" : "missing");
    }
}

/* A bounce between two servers: neither the program of who wrote the mail nor the server that refused can mend it. */
static void between_servers(void **state UNUSED)
{
    static const struct {
        const char *folded;
        bool relay;
        const char *has, *has_not;
    } ROWS[] = {
        { "host mx said: 550 no (in reply to RCPT TO command)", true, "smtp_sasl_password_maps",
          "Open the settings" },
        { "SMTP error from remote mail server after RCPT", true, "passwd.client", "smtp_sasl" },
        { "550 no", true, "refused by the next one", "Tell users" },
        { "550 no", false, "Open the settings", "refused by the next one" },
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        struct arena memory;
        str steps[CAUSE_OPERATOR_STEPS];
        struct explanation x = { .best = { .cause = CAUSE_CLIENT_NEVER_AUTHENTICATES },
                                 .hop = HOP_NEXT,
                                 .relay = ROWS[i].relay,
                                 .page = { .form = FORM_BOUNCE,
                                           .folded = str_from(ROWS[i].folded) } };
        arena_init(&memory, 1 << 20);
        size_t n = explain_steps(&x, &memory, steps, COUNT_OF(steps));
        if (!any_has(steps, n, str_from(ROWS[i].has)) ||
            any_has(steps, n, str_from(ROWS[i].has_not)))
            fail_msg("row %zu, %zu steps", i, n);
        arena_done(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(between_servers),
        cmocka_unit_test(steps_are_for_the_reader),
        cmocka_unit_test(the_other_side_is_not_his),
        cmocka_unit_test(every_cause_has_steps_on_both_sides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
