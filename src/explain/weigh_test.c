/* SPDX-License-Identifier: ISC */
/*
 * explain/weigh_test.c - conditions of rows, sums and shares
 */
#include "explain/weigh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BIT(x) (1u << (x))

static const struct meets_case {
    const char *name;
    struct explain_row row;
    enum explain_form form;
    unsigned facts, code;
    enum explain_dialect dialect;
    struct smtp_enhanced enhanced;
    enum smtp_stage stage;
    enum finding_hop hop;
    bool meets;
} CASES[] = {
    { .name = "no condition", .meets = true },
    { .name = "code", .row = { .codes = CODE_550 }, .code = 550, .meets = true },
    { .name = "another code", .row = { .codes = CODE_550 | CODE_554 }, .code = 553 },
    { .name = "one of two codes",
      .row = { .codes = CODE_550 | CODE_554 },
      .code = 554,
      .meets = true },
    { .name = "no code where one is asked for", .row = { .codes = CODE_550 } },
    { .name = "no code, and that is asked for", .row = { .codes = CODE_NONE }, .meets = true },
    { .name = "421 is a code of its own", .row = { .codes = CODE_4XX }, .code = 421 },
    { .name = "other 4xx", .row = { .codes = CODE_4XX }, .code = 471, .meets = true },
    { .name = "of the command", .row = { .codes = CODE_50X }, .code = 502, .meets = true },
    { .name = "538 goes with 534", .row = { .codes = CODE_534 }, .code = 538, .meets = true },
    { .name = "other 5xx", .row = { .codes = CODE_5XX }, .code = 571, .meets = true },
    { .name = "enhanced",
      .row = { .enhanced = "5.7.64" },
      .enhanced = { 5, 7, 64 },
      .meets = true },
    { .name = "another enhanced", .row = { .enhanced = "5.7.6" }, .enhanced = { 5, 7, 64 } },
    { .name = "any class", .row = { .enhanced = "x.7.1" }, .enhanced = { 4, 7, 1 }, .meets = true },
    { .name = "second enhanced",
      .row = { .enhanced = "5.1.1|x.2.2" },
      .enhanced = { 4, 2, 2 },
      .meets = true },
    { .name = "no enhanced", .row = { .enhanced = "x.7.1" } },
    { .name = "stage",
      .row = { .stages = BIT(SMTP_STAGE_RCPT) },
      .stage = SMTP_STAGE_RCPT,
      .meets = true },
    { .name = "another stage",
      .row = { .stages = BIT(SMTP_STAGE_RCPT) },
      .stage = SMTP_STAGE_AUTH },
    { .name = "a stage that is not told",
      .row = { .stages = BIT(SMTP_STAGE_RCPT) },
      .meets = true },
    { .name = "form", .row = { .forms = BIT(FORM_BOUNCE) }, .form = FORM_BOUNCE, .meets = true },
    { .name = "another form", .row = { .forms = BIT(FORM_BOUNCE) }, .form = FORM_LOG },
    { .name = "hop", .row = { .hops = BIT(HOP_NEXT) }, .hop = HOP_NEXT, .meets = true },
    { .name = "a hop that is not told", .row = { .hops = BIT(HOP_NEXT) } },
    { .name = "all facts",
      .row = { .facts = FACT_SERVER_LOG | FACT_NULL_SENDER },
      .facts = FACT_SERVER_LOG | FACT_NULL_SENDER | FACT_CLEAR,
      .meets = true },
    { .name = "one fact of two",
      .row = { .facts = FACT_SERVER_LOG | FACT_NULL_SENDER },
      .facts = FACT_SERVER_LOG },
    { .name = "a fact that must not be",
      .row = { .facts_not = FACT_RELAYED },
      .facts = FACT_RELAYED },
    { .name = "dialect",
      .row = { .dialect = DIALECT_EXIM },
      .dialect = DIALECT_EXIM,
      .meets = true },
    { .name = "cPanel's Exim",
      .row = { .dialect = DIALECT_EXIM },
      .dialect = DIALECT_CPANEL,
      .meets = true },
    { .name = "Exim is not cPanel", .row = { .dialect = DIALECT_CPANEL }, .dialect = DIALECT_EXIM },
    { .name = "another dialect", .row = { .dialect = DIALECT_EXIM }, .dialect = DIALECT_POSTFIX },
};

static void test_a_row_meets_a_refusal(void **state)
{
    (void)state;
    static struct explain_page p;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct meets_case *c = &CASES[i];
        struct explain_said s = {
            .code = c->code, .enhanced = c->enhanced, .stage = c->stage, .hop = c->hop
        };
        p.form = c->form;
        p.facts = c->facts;
        p.dialect = c->dialect;
        print_message("  %s\n", c->name);
        assert_int_equal(weigh_meets(&c->row, &p, &s), c->meets);
    }
}

static double all_shares(const struct weighed *w)
{
    double sum = w->none;
    for (size_t f = 0; f < FAMILIES; f++)
        sum += w->family[f];
    return sum;
}

/* Everybody at the same: shares are equal, come to one, and the family with most causes leads. */
static void test_shares(void **state)
{
    (void)state;
    static struct weighed w;
    weigh_share(&w);
    assert_true(all_shares(&w) > 0.999 && all_shares(&w) < 1.001);
    assert_true(w.none > 0.99 / CAUSES && w.none < 1.01 / CAUSES);
    assert_int_equal(w.best, FAMILY_AUTH_FAILED);
    w.score[CAUSE_SPF_FAIL] = 30; /* a thousand to one against each other */
    weigh_share(&w);
    assert_int_equal(w.best, FAMILY_SPF_FAIL);
    assert_true(w.family[FAMILY_SPF_FAIL] > 0.94 && w.family[FAMILY_SPF_FAIL] < 0.95);
    assert_true(w.cause[CAUSE_SPF_FAIL] / w.none > 999 && w.cause[CAUSE_SPF_FAIL] / w.none < 1001);
}

static void test_tenths_and_the_far_ends(void **state)
{
    (void)state;
    static struct weighed w;
    w.score[CAUSE_SPF_FAIL] = 3;
    w.score[CAUSE_DNS_FAILURE] = -3;
    weigh_share(&w);
    double up = w.cause[CAUSE_SPF_FAIL] / w.none, down = w.cause[CAUSE_DNS_FAILURE] / w.none;
    assert_true(up > 1.99 && up < 2.0 && down > 0.5 && down < 0.502);
    w.score[CAUSE_SPF_FAIL] = 5000;
    w.score[CAUSE_DNS_FAILURE] = -5000;
    weigh_share(&w);
    assert_true(w.family[FAMILY_SPF_FAIL] > 0.999999 && w.family[FAMILY_SPF_FAIL] <= 1.0);
}

static void test_the_likeliest_of_a_family(void **state)
{
    (void)state;
    static struct weighed w;
    w.score[CAUSE_APP_PASSWORD_NEEDED] = 10;
    w.score[CAUSE_IP_BANNED] = 20;
    weigh_share(&w);
    assert_int_equal(weigh_cause_in(&w, FAMILY_AUTH_FAILED), CAUSE_APP_PASSWORD_NEEDED);
    assert_int_equal(weigh_cause_in(&w, FAMILY_PORT_BLOCKED_OR_TIMEOUT), CAUSE_IP_BANNED);
    assert_int_equal(weigh_cause_in(&w, FAMILY_SPF_FAIL), CAUSE_SPF_FAIL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_meets_a_refusal),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_tenths_and_the_far_ends),
        cmocka_unit_test(test_the_likeliest_of_a_family),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
