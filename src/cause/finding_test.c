/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cause/finding.h"

static void strength_is_held_down(void **state UNUSED)
{
    static const struct {
        enum cause_id cause;
        enum finding_strength asked, got;
    } CASES[] = {
        { CAUSE_CLIENT_NEVER_AUTHENTICATES, STRENGTH_PROVED, STRENGTH_PROVED },
        { CAUSE_CLIENT_NEVER_AUTHENTICATES, STRENGTH_POSSIBLE, STRENGTH_POSSIBLE },
        { CAUSE_APP_PASSWORD_NEEDED, STRENGTH_PROVED, STRENGTH_LIKELY },
        { CAUSE_APP_PASSWORD_NEEDED, STRENGTH_LIKELY, STRENGTH_LIKELY },
        { CAUSE_APP_PASSWORD_NEEDED, STRENGTH_POSSIBLE, STRENGTH_POSSIBLE },
        { CAUSE_APP_PASSWORD_NEEDED, STRENGTH_NONE, STRENGTH_NONE },
        { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, STRENGTH_PROVED, STRENGTH_LIKELY },
        { CAUSE_IP_BLOCKLISTED, STRENGTH_PROVED, STRENGTH_LIKELY },
        { CAUSE_RATE_LIMITED, STRENGTH_PROVED, STRENGTH_LIKELY },
        { CAUSE_CONTENT_REJECTED, STRENGTH_PROVED, STRENGTH_LIKELY },
        { CAUSE_SENDER_UNVERIFIED, STRENGTH_PROVED, STRENGTH_LIKELY },
        { CAUSE_NONE, STRENGTH_PROVED, STRENGTH_PROVED },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct finding f = { .cause = CASES[i].cause };
        finding_set_strength(&f, CASES[i].asked);
        assert_int_equal(f.strength, CASES[i].got);
    }
}

static void evidence_is_listed_once(void **state UNUSED)
{
    struct finding f = { .cause = CAUSE_WRONG_CREDENTIALS };
    finding_for(&f, 7);
    finding_for(&f, 0);
    finding_for(&f, 3);
    finding_for(&f, 7);
    finding_against(&f, 9);
    assert_int_equal(f.for_it[0], 7);
    assert_int_equal(f.for_it[1], 3);
    assert_int_equal(f.for_it[2], 0);
    assert_int_equal(f.against_neighbours[0], 9);
    assert_int_equal(f.against_neighbours[1], 0);
}

static void a_full_list_is_left_alone(void **state UNUSED)
{
    struct finding f = { .cause = CAUSE_WRONG_CREDENTIALS };
    for (unsigned i = 1; i <= FINDING_EVIDENCE + 3; i++)
        finding_against(&f, i);
    for (unsigned i = 0; i < FINDING_EVIDENCE; i++)
        assert_int_equal(f.against_neighbours[i], i + 1);
    assert_int_equal(f.for_it[0], 0);
    assert_int_equal(f.cause, CAUSE_WRONG_CREDENTIALS);
}

static void values_have_names(void **state UNUSED)
{
    static const struct {
        const struct names *table;
        int value;
        str name;
    } CASES[] = {
        { &STRENGTH_NAMES, STRENGTH_POSSIBLE, STR_INIT("possible") },
        { &STRENGTH_NAMES, STRENGTH_LIKELY, STR_INIT("likely") },
        { &STRENGTH_NAMES, STRENGTH_PROVED, STR_INIT("proved") },
        { &STRENGTH_NAMES, STRENGTH_NONE, STR_INIT("") },
        { &HOP_NAMES, HOP_CLIENT, STR_INIT("client") },
        { &HOP_NAMES, HOP_SUBMISSION, STR_INIT("submission") },
        { &HOP_NAMES, HOP_NEXT, STR_INIT("next") },
        { &HOP_NAMES, HOP_RECIPIENT, STR_INIT("recipient") },
        { &HOP_NAMES, HOP_NONE, STR_INIT("") },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        assert_true(str_eq(names_of(CASES[i].table, CASES[i].value), CASES[i].name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strength_is_held_down),
        cmocka_unit_test(evidence_is_listed_once),
        cmocka_unit_test(a_full_list_is_left_alone),
        cmocka_unit_test(values_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
