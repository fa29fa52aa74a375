/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relay/next_hop.h"

/* Whoever runs a relay changes its rule file: the words are keys that there are. */
static const struct {
    enum cause_id cause;
    const char *holds;
} CASES[] = {
    { CAUSE_CLIENT_NEVER_AUTHENTICATES, "login = \"NAME\" in this route" },
    { CAUSE_WRONG_CREDENTIALS, "the file of this route's login" },
    { CAUSE_APP_PASSWORD_NEEDED, "app password" },
    { CAUSE_FROM_NOT_LOGIN, "rewrite \"NAME\" { from = " },
    { CAUSE_CERTIFICATE_SELF_SIGNED, "ca = \"FILE\"" },
    { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, "ca = \"FILE\"" },
    { CAUSE_STARTTLS_STRIPPED, "port 465 in smarthost" },
    { CAUSE_TLS_MODE_MISMATCH, "security = tls in this route" },
    { CAUSE_SERVER_DOWN, "name and port in smarthost" },
};

static void steps_are_those_of_a_rule_file(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str step = next_hop_step(CASES[i].cause);
        if (str_find(step, str_from(CASES[i].holds)) == STR_NOT_FOUND)
            fail_msg("%.*s: %.*s", STR_ARG(cause_of(CASES[i].cause)->name), STR_ARG(step));
        assert_int_equal(step.p[step.n - 1], '.');
    }
    assert_int_equal(next_hop_step(CAUSE_MAILBOX_FULL).n, 0);
    assert_int_equal(next_hop_step(CAUSE_NONE).n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(steps_are_those_of_a_rule_file) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
