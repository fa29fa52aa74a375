/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

#define LOGIN "AUTHPATH /etc/dma/auth.conf\n# /etc/dma/auth.conf\n"
static const struct {
    const char *about;
    str text, found, mistakes;
} CASES[] = {
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
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct settings_reading *r = test_read("dma", CASES[i].text, NULL);
        if (!r)
            fail_msg("%s: %s", CASES[i].about, test_err.why);
        test_found(r, CASES[i].about, CASES[i].found);
        test_mistakes(r, CASES[i].about, CASES[i].mistakes);
        test_places(r);
        test_end();
    }
}

static void writes(void **state UNUSED)
{
    test_round_trip("dma", STR("verify-off"), STR(""));
    struct settings s = { .attempt = { .host = STR_INIT("mail.example.org"),
                                       .port = 587,
                                       .security = SMTP_SECURITY_STARTTLS,
                                       .mechanism = STR_INIT("auto"),
                                       .user = STR_INIT("anna"),
                                       .helo = STR_INIT("pc.example.org"),
                                       .from = STR_INIT("b@example.org") },
                          .secret = SETTINGS_SECRET_ASKED };
    const struct settings_program *p = settings_program_named(STR("dma"));
    struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    assert_true(settings_write(p, &s, &out, &test_err));
    test_same(
        "text", "all of it", buf_str(&out),
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
        assert_false(settings_write(p, &no[i], &out, &test_err));
    buf_done(&out);
}

static void changes(void **state UNUSED)
{
    struct settings wanted = { .attempt = { .host = STR_INIT("mail.example.org"),
                                            .port = 587,
                                            .security = SMTP_SECURITY_STARTTLS,
                                            .mechanism = STR_INIT("auto"),
                                            .user = STR_INIT("anna"),
                                            .from = STR_INIT("anna@example.org") },
                               .secret = SETTINGS_SECRET_LITERAL,
                               .secret_text = STR_INIT("new one") };
    struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    test_same(
        "text", "changed",
        test_changed("dma",
                     STR("# c\nSMARTHOST old.example.org # d\nDEFER\n" LOGIN
                         "x|old.example.org:y\nz|other.example.org:w\n"),
                     &wanted, &out),
        STR("# c\nSMARTHOST mail.example.org# d\nDEFER\nAUTHPATH /etc/dma/auth.conf\nPORT 587\n"
            "SECURETRANSFER\nSTARTTLS\nMASQUERADE anna@example.org\n# /etc/dma/auth.conf\n"
            "z|other.example.org:w\nanna|mail.example.org:new one\n"));
    test_same("text", "nowhere to keep it",
              test_changed("dma", STR("SMARTHOST old.example.org\n"), &wanted, &out), STR(""));
    wanted.attempt.mechanism = wanted.attempt.user = STR_NONE;
    wanted.attempt.security = SMTP_SECURITY_NONE;
    wanted.secret = SETTINGS_SECRET_NONE;
    test_same("text", "no login",
              test_changed("dma",
                           STR("SMARTHOST mail.example.org\nPORT 587\nSECURETRANSFER\nSTARTTLS\n"
                               "MASQUERADE anna@example.org\n" LOGIN "x|mail.example.org:y\n"),
                           &wanted, &out),
              STR("SMARTHOST mail.example.org\nPORT 587\nMASQUERADE anna@example.org\n" LOGIN));
    buf_done(&out);
}

static void is_known(void **state UNUSED)
{
    const struct settings_program *p = settings_program_named(STR("dma"));
    assert_true(p->looks(STR("/etc/dma/dma.conf"), CASES[0].text) > 80);
    assert_int_equal(p->looks(STR(""), STR("SMARTHOST x\n")), 45);
    assert_int_equal(p->looks(STR(""), STR("x\n")), 0);
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
