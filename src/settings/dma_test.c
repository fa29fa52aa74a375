/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

#define LOGIN "AUTHPATH /etc/dma/auth.conf\n# /etc/dma/auth.conf\n"
static const struct test_case CASES[] = {
    { "STARTTLS, the last line of a server counts",
      STR_INIT("# c\nSMARTHOST mail.example.org\nPORT 587\nSECURETRANSFER\nSTARTTLS\nMASQUERADE "
               "a@example.org\n" LOGIN
               "# c\nx|other.example.org:y9\na@example.org|mail.example.org:"
               "old-1\na@example.org|mail.example.org:a:b #c \n"),
      STR_INIT("mail.example.org:587 starttls auto a@example.org literal a:b #c  a@example.org"),
      STR_INIT("secret-blank verify-off") },
    { "TLS at once, pinned",
      STR_INIT("SMARTHOST mail.example.org\nPORT 465#c\nSECURETRANSFER\nFINGERPRINT 12\nMASQUERADE "
               "a@example.org\n" LOGIN "a@example.org|mail.example.org s3cr-t\n"),
      STR_INIT("mail.example.org:465 tls auto a@example.org literal s3cr-t a@example.org"),
      STR_INIT("") },
    { "a relay", STR_INIT("SMARTHOST relay.example.org\nNULLCLIENT\nMASQUERADE example.org\n"),
      STR_INIT("relay.example.org:25 none - - none - -"), STR_INIT("") },
    { "no login in the clear",
      STR_INIT("SMARTHOST mail.example.org\nMASQUERADE a@example.org\n" LOGIN
               "a@example.org|mail.example.org:s3cr-t\n"),
      STR_INIT("mail.example.org:25 none - a@example.org literal s3cr-t a@example.org"),
      STR_INIT("login-off") },
    { "STARTTLS alone",
      STR_INIT("SMARTHOST relay.example.org\nPORT 587\nSTARTTLS\nMASQUERADE a@example.org\n"),
      STR_INIT("relay.example.org:587 none - - none - a@example.org"), STR_INIT("not-applied") },
    { "another server in auth.conf",
      STR_INIT(
          "SMARTHOST mail.example.org\nPORT 465\nSECURETRANSFER\nMASQUERADE a@example.org\n" LOGIN
          "a@example.org|[mail.example.org]:s3cr-t\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"),
      STR_INIT("login-key verify-off") },
    { "TLS if it is offered",
      STR_INIT("SMARTHOST mail.example.org\nPORT 587\nSECURETRANSFER\nSTARTTLS\nOPPORTUNISTIC_TLS\n"
               "FINGERPRINT 12\nMASQUERADE a@example.org\n"),
      STR_INIT("mail.example.org:587 starttls - - none - a@example.org"),
      STR_INIT("tls-optional") },
    { "a switch with a value", STR_INIT("SMARTHOST relay.example.org\nNULLCLIENT yes\n"),
      STR_INIT("relay.example.org:25 none - - none - -"), STR_INIT("line-broken") },
    { "a blank too many", STR_INIT("SMARTHOST  relay.example.org\n"),
      STR_INIT("relay.example.org:25 none - - none - -"), STR_INIT("line-broken") },
    { "no value", STR_INIT("SMARTHOST relay.example.org\nPORT\n"),
      STR_INIT("relay.example.org:25 none - - none - -"), STR_INIT("line-broken port-broken") },
    { "no such file", STR_INIT("SMARTHOST relay.example.org\nAUTHPATH /etc/dma/none\n"),
      STR_INIT("relay.example.org:25 none - - none - -"), STR_INIT("reference-lost") },
    { "no login line", STR_INIT("SMARTHOST relay.example.org\n" LOGIN "a:b\n"),
      STR_INIT("relay.example.org:25 none - - none - -"), STR_INIT("line-broken login-key") },
};

static void reads(void **state UNUSED)
{
    TEST_CASES("dma", CASES);
}

static void writes(void **state UNUSED)
{
    test_round_trip("dma", STR("verify-off"), STR(""));
    struct settings s = TEST_LOGIN("mail.example.org", 587, STARTTLS, "anna", "b@example.org", "");
    s.attempt.helo = STR("pc.example.org");
    s.secret = SETTINGS_SECRET_ASKED;
    test_writes(
        "dma", &s,
        STR("# /etc/dma/dma.conf\nSMARTHOST mail.example.org\nPORT 587\n"
            "# dma encrypts, and looks at no certificate (FINGERPRINT pins one)\n"
            "SECURETRANSFER\nSTARTTLS\nAUTHPATH /etc/dma/auth.conf\nMASQUERADE b@example.org\n"
            "MAILNAME pc.example.org\n\n# /etc/dma/auth.conf: write the password in place of "
            "PASSWORD; chgrp mail, chmod 640\nanna|mail.example.org:PASSWORD\n"));
    struct settings no[] = { s, s, s, s, s };
    no[0].attempt.user = STR("a|b");
    no[1].attempt.user = STR("#a");
    no[2].attempt.host = STR("2001:db8::1");
    no[3].attempt.from = STR("a#b@example.org");
    no[4].secret = SETTINGS_SECRET_LITERAL;
    no[4].secret_text = STR("a\nb");
    for (size_t i = 0; i < COUNT_OF(no); i++)
        test_write_refused("dma", &no[i], "");
}

static void changes(void **state UNUSED)
{
    static const struct test_change CHANGES[] = {
        { STR_INIT("# c\nSMARTHOST old.example.org # d\nDEFER\n" LOGIN
                   "x|old.example.org:y\nz|other.example.org:w\n"),
          STR_INIT("# c\nSMARTHOST mail.example.org# d\nDEFER\nAUTHPATH /etc/dma/auth.conf\nPORT "
                   "587\nSECURETRANSFER\nSTARTTLS\nMASQUERADE anna@example.org\n# "
                   "/etc/dma/auth.conf\nz|other.example.org:w\nanna|mail.example.org:new one\n") },
    };
    static const struct test_change NO_LOGIN[] = {
        { STR_INIT("SMARTHOST mail.example.org\nPORT 587\nSECURETRANSFER\nSTARTTLS\n"
                   "MASQUERADE anna@example.org\n" LOGIN "x|mail.example.org:y\n"),
          STR_INIT("SMARTHOST mail.example.org\nPORT 587\nMASQUERADE anna@example.org\n" LOGIN) },
    };
    struct settings wanted = TEST_LOGIN("mail.example.org", 587, STARTTLS, "anna",
                                        "anna@example.org", "new one");
    TEST_CHANGES("dma", &wanted, CHANGES);
    test_change_refused("dma", STR("SMARTHOST old.example.org\n"), &wanted, "");
    wanted.attempt.mechanism = wanted.attempt.user = STR_NONE;
    wanted.attempt.security = SMTP_SECURITY_NONE;
    wanted.secret = SETTINGS_SECRET_NONE;
    TEST_CHANGES("dma", &wanted, NO_LOGIN);
}

static void is_known(void **state UNUSED)
{
    static const struct test_shape SHAPES[] = {
        { "/etc/dma/dma.conf", "SMARTHOST mail.example.org\nPORT 587\nSECURETRANSFER\n", 81, 100 },
        { "", "SMARTHOST x\n", 45, 45 },
        { "", "x\n", 0, 0 },
    };
    TEST_SHAPES("dma", SHAPES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(writes),
        cmocka_unit_test(changes),
        cmocka_unit_test(is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
