/* SPDX-License-Identifier: ISC */
#include "queue/filter.h"
#include <setjmp.h>
#include <stdarg.h>
/* After the others: */
#include <cmocka.h>

static struct queue_recipient recipients[] = {
    { .forward_path = STR_INIT("Tom@One.example"), .state = QUEUE_WAITING },
    { .forward_path = STR_INIT("done@two.example"), .state = QUEUE_DELIVERED },
};
static const struct queue_message MESSAGE = { .reverse_path = STR_INIT("Anna@corp.example"),
                                              .route = STR_INIT("provider"),
                                              .arrived_ms = 1000,
                                              .recipients = recipients,
                                              .recipient_count = 2 };
static const struct queue_message BOUNCE = { .arrived_ms = 1000, .route = STR_INIT("provider") };

static const struct {
    const char *what;
    struct queue_filter filter;
    bool message, bounce;
} CASES[] = {
    { "nothing said", { .arrived_before_ms = 0 }, true, true },
    { "the sender", { .sender = STR_INIT("anna@CORP.example") }, true, false },
    { "a part of the sender", { .sender = STR_INIT("nna@corp.example") }, false, false },
    { "the sender's domain", { .sender = STR_INIT("@corp.example") }, true, false },
    { "a part of that domain", { .sender = STR_INIT("@orp.example") }, false, false },
    { "no sender", { .sender = STR_INIT("<>") }, false, true },
    { "a recipient's domain", { .domain = STR_INIT("one.example") }, true, false },
    { "a part of it", { .domain = STR_INIT("ne.example") }, false, false },
    { "a domain longer than any address",
      { .domain = STR_INIT("somewhere.a.long.way.off.one.example") },
      false,
      false },
    { "a sender's domain that is longer",
      { .sender = STR_INIT("@somewhere.a.long.way.off.corp.example") },
      false,
      false },
    { "of one that waits no more", { .domain = STR_INIT("two.example") }, false, false },
    { "the route", { .route = STR_INIT("Provider") }, true, true },
    { "another", { .route = STR_INIT("prov") }, false, false },
    { "older", { .arrived_before_ms = 1001 }, true, true },
    { "not older", { .arrived_before_ms = 1000 }, false, false },
    { "all that is said must hold",
      { .sender = STR_INIT("@corp.example"), .domain = STR_INIT("two.example") },
      false,
      false },
    { "and does",
      { .sender = STR_INIT("@corp.example"),
        .domain = STR_INIT("one.example"),
        .route = STR_INIT("provider") },
      true,
      false },
};

static void all_cases(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        if (queue_filter_matches(&CASES[i].filter, &MESSAGE) != CASES[i].message ||
            queue_filter_matches(&CASES[i].filter, &BOUNCE) != CASES[i].bounce)
            fail_msg("%s", CASES[i].what);
        assert_int_equal(queue_filter_is_empty(&CASES[i].filter), i == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
