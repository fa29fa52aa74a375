/* SPDX-License-Identifier: ISC */
#include "cmd/progress.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

static const struct words_case {
    struct plan_action a;
    const char *want;
} WORDS[] = {
    { { .what = PLAN_OPEN, .x = { .port = 25, .security = SMTP_SECURITY_NONE } },
      "Trying port 25 ..." },
    { { .what = PLAN_OPEN, .x = { .port = 465, .security = SMTP_SECURITY_TLS } },
      "Trying port 465 with SSL/TLS ..." },
    { { .what = PLAN_OPEN, .look = LOOK_POP, .x = { .port = 995, .security = SMTP_SECURITY_TLS } },
      "Logging in by POP3 on port 995 ..." },
    { { .what = PLAN_OPEN,
        .look = LOOK_OBSERVE,
        .x = { .port = 587, .security = SMTP_SECURITY_STARTTLS } },
      "Trying port 587 with STARTTLS of any age ..." },
    { { .what = PLAN_OPEN, .look = LOOK_UNOFFERED, .x = { .port = 25 } },
      "Trying STARTTLS on port 25, though not offered ..." },
    { { .what = PLAN_STARTTLS, .x = { .port = 587 } }, "Trying port 587 with STARTTLS ..." },
    { { .what = PLAN_LOGIN,
        .x = { .port = 587,
               .security = SMTP_SECURITY_STARTTLS,
               .user = STR_INIT("anna@corp.example") } },
      "Logging in on port 587 with STARTTLS ..." },
    { { .what = PLAN_AUTH, .x = { .port = 25 } },
      "Asking port 25 whether a login is heard there ..." },
    { { .what = PLAN_TRIAL, .x = { .port = 25, .to = STR_INIT("tom@elsewhere.example") } },
      "Asking port 25 to take the mail, without a login ..." },
    { { .what = PLAN_TRIAL, .x = { .port = 25, .mechanism = STR_INIT("PLAIN") } },
      "Asking port 25 to take the mail, logged in ..." },
    { { .what = PLAN_MESSAGE, .x = { .port = 25 } }, "Handing one test message to port 25 ..." },
    { { .what = PLAN_QUIT }, "" },
    { { .what = PLAN_ABORT }, "" },
};

static void words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
        char room[PROGRESS_WORDS], shown[PROGRESS_WORDS];
        str said = progress_words(&WORDS[i].a, room);
        snprintf(shown, sizeof shown, "%.*s", STR_ARG(said));
        assert_string_equal(shown, WORDS[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(words) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
