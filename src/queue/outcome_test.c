/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "queue/outcome.h"

enum {
    ON = QUEUE_FATE_GOES_ON,
    TAKEN = QUEUE_FATE_DELIVERED,
    WAITS = QUEUE_FATE_WAITS,
    OTHER = QUEUE_FATE_ELSEWHERE,
    FULL = QUEUE_FATE_NEXT_ROUND,
    HERE = QUEUE_FATE_FAILS_HERE,
    FAILS = QUEUE_FATE_FAILS,
    SERVER = QUEUE_SCOPE_SERVER,
    ALL = QUEUE_SCOPE_MESSAGE,
    ONE = QUEUE_SCOPE_RECIPIENT
};

/* Every code at every stage: fates of GREETING EHLO STARTTLS AUTH, and then MAIL RCPT DATA END_OF_DATA. */
static const struct {
    unsigned code;
    int at_server, mail, rcpt, data, end;
} REPLIES[] = {
    { 220, ON, ON, ON, OTHER, TAKEN },          { 250, ON, ON, ON, OTHER, TAKEN },
    { 251, ON, ON, ON, OTHER, TAKEN },          { 252, ON, ON, ON, OTHER, TAKEN },
    { 334, OTHER, OTHER, OTHER, OTHER, OTHER }, { 354, OTHER, OTHER, OTHER, ON, OTHER },
    { 421, OTHER, OTHER, OTHER, OTHER, OTHER }, { 450, OTHER, OTHER, WAITS, OTHER, OTHER },
    { 451, OTHER, OTHER, WAITS, OTHER, OTHER }, { 452, OTHER, OTHER, WAITS, OTHER, OTHER },
    { 454, OTHER, OTHER, WAITS, OTHER, OTHER }, { 500, OTHER, FAILS, FAILS, FAILS, FAILS },
    { 503, OTHER, FAILS, FAILS, FAILS, FAILS }, { 523, OTHER, OTHER, OTHER, OTHER, OTHER },
    { 530, OTHER, OTHER, OTHER, OTHER, OTHER }, { 535, OTHER, FAILS, FAILS, FAILS, FAILS },
    { 538, OTHER, OTHER, OTHER, OTHER, OTHER }, { 550, OTHER, FAILS, FAILS, FAILS, FAILS },
    { 552, OTHER, HERE, FAILS, FAILS, FAILS },  { 553, OTHER, FAILS, FAILS, FAILS, FAILS },
    { 554, OTHER, FAILS, FAILS, FAILS, FAILS },
};

static void check(enum smtp_stage stage, unsigned code, int fate, int scope)
{
    struct queue_outcome o = queue_outcome_of_reply(stage, code, &(struct smtp_enhanced){ 0 }, 0);
    if ((int)o.fate != fate || (int)o.scope != scope)
        fail_msg("%u at %.*s: fate %d scope %d, not %d and %d", code,
                 STR_ARG(names_of(&SMTP_STAGE_NAMES, (int)stage)), (int)o.fate, (int)o.scope, fate,
                 scope);
}

static void replies_by_stage(void **state)
{
    static const enum smtp_stage AT_SERVER[] = { SMTP_STAGE_GREETING, SMTP_STAGE_EHLO,
                                                 SMTP_STAGE_STARTTLS, SMTP_STAGE_AUTH,
                                                 SMTP_STAGE_RSET };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(REPLIES); i++) {
        unsigned code = REPLIES[i].code;
        bool for_all = code / 100 == 3 || code == 421 || code == 523 || code == 530 || code == 538;
        for (size_t k = 0; k < COUNT_OF(AT_SERVER); k++)
            check(AT_SERVER[k], code, REPLIES[i].at_server, SERVER);
        check(SMTP_STAGE_MAIL, code, REPLIES[i].mail, ALL);
        check(SMTP_STAGE_RCPT, code, REPLIES[i].rcpt, for_all ? ALL : ONE);
        check(SMTP_STAGE_DATA, code, REPLIES[i].data, ALL);
        check(SMTP_STAGE_END_OF_DATA, code, REPLIES[i].end, ALL);
    }
}

/* RFC 5321 section 4.5.3.1.10, and what RFC 3463 makes clear. */
static void too_many_recipients(void **state)
{
    static const struct {
        unsigned code;
        struct smtp_enhanced x;
        size_t accepted;
        int fate;
    } CASES[] = {
        { 452, { 0, 0, 0 }, 1, FULL },  { 452, { 0, 0, 0 }, 0, WAITS },
        { 452, { 4, 5, 3 }, 9, FULL },  { 452, { 4, 3, 1 }, 9, WAITS }, /* no room on its disk */
        { 552, { 0, 0, 0 }, 1, FULL },  { 552, { 0, 0, 0 }, 0, FAILS },
        { 552, { 5, 5, 3 }, 1, FULL },  { 552, { 5, 2, 2 }, 1, FAILS }, /* a full mailbox */
        { 550, { 5, 5, 3 }, 1, FULL },  { 550, { 5, 5, 3 }, 0, FAILS },
        { 550, { 0, 0, 0 }, 1, FAILS }, { 451, { 4, 5, 3 }, 1, WAITS },
        { 452, { 4, 2, 3 }, 1, WAITS }, { 452, { 4, 5, 1 }, 1, WAITS },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct queue_outcome o = queue_outcome_of_reply(SMTP_STAGE_RCPT, CASES[i].code, &CASES[i].x,
                                                        CASES[i].accepted);
        if ((int)o.fate != CASES[i].fate || o.scope != QUEUE_SCOPE_RECIPIENT)
            fail_msg("case %zu: fate %d", i, (int)o.fate);
    }
    /* At another stage it is no word about recipients. */
    struct smtp_enhanced x = { 5, 5, 3 };
    assert_int_equal(queue_outcome_of_reply(SMTP_STAGE_END_OF_DATA, 552, &x, 3).fate, FAILS);
    assert_int_equal(queue_outcome_of_reply(SMTP_STAGE_DATA, 552, &x, 3).fate, FAILS);
}

/* What this server lacks another may have: RFC 3463 section 3.4 (5.3.4) and 3.7 (5.6.3), RFC 6531 section 3.5 (5.6.7). */
static void lacks(void **state)
{
    static const struct {
        enum smtp_stage stage;
        unsigned code;
        struct smtp_enhanced x;
        int fate;
    } CASES[] = {
        { SMTP_STAGE_MAIL, 552, { 0, 0, 0 }, HERE },
        { SMTP_STAGE_DATA, 552, { 0, 0, 0 }, FAILS },
        { SMTP_STAGE_END_OF_DATA, 552, { 0, 0, 0 }, FAILS }, /* a mailbox may be full, too */
        { SMTP_STAGE_MAIL, 554, { 0, 0, 0 }, FAILS },
        { SMTP_STAGE_MAIL, 552, { 5, 2, 2 }, FAILS },
        { SMTP_STAGE_MAIL, 552, { 5, 2, 3 }, FAILS }, /* the recipient's limit, anywhere */
        { SMTP_STAGE_MAIL, 552, { 5, 3, 4 }, HERE },
        { SMTP_STAGE_DATA, 554, { 5, 3, 4 }, HERE },
        { SMTP_STAGE_END_OF_DATA, 552, { 5, 3, 4 }, HERE },
        { SMTP_STAGE_END_OF_DATA, 554, { 5, 6, 3 }, HERE },
        { SMTP_STAGE_END_OF_DATA, 554, { 5, 6, 0 }, FAILS },
        { SMTP_STAGE_MAIL, 553, { 5, 6, 7 }, HERE },
        { SMTP_STAGE_MAIL, 550, { 5, 7, 4 }, FAILS },
        { SMTP_STAGE_MAIL, 452, { 4, 3, 4 }, OTHER },
        { SMTP_STAGE_RCPT, 552, { 5, 3, 4 }, FAILS }, /* its place is the recipient's own */
        { SMTP_STAGE_RCPT, 553, { 5, 6, 7 }, FAILS },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct queue_outcome o = queue_outcome_of_reply(CASES[i].stage, CASES[i].code, &CASES[i].x,
                                                        0);
        if ((int)o.fate != CASES[i].fate ||
            (o.scope == QUEUE_SCOPE_RECIPIENT) != (CASES[i].stage == SMTP_STAGE_RCPT))
            fail_msg("case %zu: fate %d", i, (int)o.fate);
    }
}

static void losses(void **state)
{
    static const struct {
        enum smtp_stage stage;
        bool all_said;
        int fate, scope;
    } CASES[] = {
        { SMTP_STAGE_CONNECT, false, OTHER, SERVER },
        { SMTP_STAGE_GREETING, false, OTHER, SERVER },
        { SMTP_STAGE_EHLO, false, OTHER, SERVER },
        { SMTP_STAGE_TLS, false, OTHER, SERVER },
        { SMTP_STAGE_AUTH, false, OTHER, SERVER },
        { SMTP_STAGE_MAIL, false, OTHER, ALL },
        { SMTP_STAGE_RCPT, false, OTHER, ALL },
        { SMTP_STAGE_DATA, false, OTHER, ALL },
        { SMTP_STAGE_END_OF_DATA, false, OTHER, ALL }, /* in the middle of it: nobody has it whole */
        { SMTP_STAGE_END_OF_DATA, true, WAITS, ALL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct queue_outcome o = queue_outcome_of_loss(CASES[i].stage, CASES[i].all_said);
        assert_int_equal(o.fate, CASES[i].fate);
        assert_int_equal(o.scope, CASES[i].scope);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_by_stage),
        cmocka_unit_test(too_many_recipients),
        cmocka_unit_test(lacks),
        cmocka_unit_test(losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
