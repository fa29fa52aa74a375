/* SPDX-License-Identifier: ISC */
/*
 * explain/about_test.c - texts about mail, and texts about anything else
 */
#include "explain/about.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct about_case {
    const char *text;
    bool mail;
} CASES[] = {
    { "550 5.1.1 <b@two.example>: User unknown", true },
    { "relay not permitted", true },
    { "curl: (67) Login denied", true },
    { "x509: certificate signed by unknown authority", true },
    { "user is over quota", true },
    { "Error: connect ECONNREFUSED 192.0.2.7:587", true },
    { "{\"statusCode\":403,\"message\":\"The from address does not match a verified Sender "
      "Identity\"}",
      true },
    { "Traceback: smtplib.SMTPDataError: (550, b'no')", true },
    { "This message is looping: it has been here", true },
    { "收件人不存在", true },
    { "HTTP/1.1 503 Service Unavailable", false },
    { "HTTP/1.1 503 Service Unavailable: the SMTP gateway is down", true },
    { "curl: (22) The requested URL returned error: 404", false },
    { "SQLSTATE[HY000] [2002] Connection refused", false },
    { "ERROR 1045 (28000): Access denied for user 'root'@'localhost'", false },
    { "sshd[2211]: Failed password for invalid user admin from 192.0.2.7 port 5153 ssh2", false },
    { "Permission denied (publickey,password).", false },
    { "530 Login incorrect.\nftp: Login failed.", false },
    { "imap-login: Aborted login (auth failed, 1 attempts): user=<bob>", false },
    { "rsync: failed to connect to 192.0.2.7: Connection refused", false },
    { "KeyError: 'user'", false },
    { "FATAL: password failed, matched pg_hba.conf line 7", false },
    { "docker: Error response from daemon: pull access denied", false },
};

static bool about(str text)
{
    struct explain_page page = { .plain = text, .folded = text };
    return about_mail(&page);
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        print_message("  %s\n", CASES[i].text);
        assert_int_equal(about(str_from(CASES[i].text)), CASES[i].mail);
    }
}

static void test_a_long_text_without_a_sign_is_none(void **state)
{
    static char long_text[2000];
    (void)state;
    memset(long_text, 'a', sizeof long_text);
    assert_false(about((str){ long_text, sizeof long_text }));
    assert_true(about((str){ long_text, 100 }));
    memcpy(long_text, "554 no words of ours here ", 26);
    assert_true(about((str){ long_text, sizeof long_text }));
}

static void test_the_end_is_looked_at(void **state)
{
    static char long_text[200000];
    (void)state;
    memset(long_text, 'a', sizeof long_text);
    memcpy(long_text + sizeof long_text - 20, " 550 5.7.1 refused..", 20);
    assert_true(about((str){ long_text, sizeof long_text }));
}

/* A line in a log's form is of mail where a refusal was found in it, or where it says so. */
static void test_a_log_of_another_program(void **state)
{
    (void)state;
    struct explain_page page = { .form = FORM_LOG, .folded = STR("sshd[22]: Failed password") };
    assert_false(about_mail(&page));
    page.count = 1;
    assert_true(about_mail(&page));
}

static void test_a_bounce_is_by_its_form(void **state)
{
    (void)state;
    struct explain_page page = { .form = FORM_BOUNCE,
                                 .plain = STR("HTTP/1.1 503"),
                                 .folded = STR("HTTP/1.1 503") };
    assert_true(about_mail(&page));
}

/* Settings speak of lists, quotas and relaying, and refuse nothing. */
static const struct about_case SETTINGS[] = {
    { "smtpd_client_restrictions =\n    reject_rbl_client list.example,\n    permit\n", true },
    { "# limits\n[mail]\nquota_full = bounce\nrelay_domains = two.example\n", true },
    { "  warn\n    dnslists = list.example\n    add_header = X-W: $ip is listed at $dom\n  .endif",
      true },
    { "$m->isSMTP();\n$m->Host = 'mx.example';\n$m->Port = 587;", true },
    { "one.example IN TXT v=spf1 mx -all", true },
    { "smtp      inet  n\n  -o smtpd_relay_restrictions=permit\n", false },
    { "quota_full = bounce", false },
    { "relayhost = mx.example\n550 5.7.1 no relaying\n", false },
    { "host = mx.example\nanswer = relaying denied\n", false },
    { "v=spf1 -all is in the way: 550 SPF failed", false },
    { "to=<b@two.example>, stat=Sent\nto=<c@two.example>, stat=Sent", false },
    { "user = bob\nYour mailbox is over its quota", false },
};

static void test_settings_are_no_refusal(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(SETTINGS); i++) {
        print_message("  %s\n", SETTINGS[i].text);
        assert_int_equal(about_settings(str_from(SETTINGS[i].text)), SETTINGS[i].mail);
    }
    struct explain_page page = { .form = FORM_LOG,
                                 .count = 1,
                                 .plain = str_from(SETTINGS[0].text) };
    assert_false(about_mail(&page));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_a_long_text_without_a_sign_is_none),
        cmocka_unit_test(test_the_end_is_looked_at),
        cmocka_unit_test(test_a_log_of_another_program),
        cmocka_unit_test(test_a_bounce_is_by_its_form),
        cmocka_unit_test(test_settings_are_no_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
