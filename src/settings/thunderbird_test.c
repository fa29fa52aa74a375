/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

static const str TWO = STR_INIT(
    "// Mozilla User Preferences\n"
    "user_pref(\"mail.accountmanager.defaultaccount\", \"account2\");\n"
    "user_pref(\"mail.account.account2.identities\", \"id2,id1\");\n"
    "user_pref(\"mail.identity.id1.useremail\", \"anna@example.org\");\n"
    "user_pref(\"mail.identity.id1.smtpServer\", \"smtp1\");\n"
    "user_pref(\"mail.identity.id2.useremail\", \"b\\u00f6b@example.net\");\n"
    "user_pref(\"mail.smtp.defaultserver\", \"smtp2\");\n"
    "user_pref(\"mail.smtpservers\", \"smtp1,smtp2\");\n"
    "user_pref(\"mail.smtpserver.smtp1.authMethod\", 10);\n"
    "user_pref(\"mail.smtpserver.smtp1.hostname\", \"mail.example.org\");\n"
    "user_pref(\"mail.smtpserver.smtp1.try_ssl\", 3);\n"
    "user_pref(\"mail.smtpserver.smtp1.username\", \"anna@example.org\");\n"
    "user_pref(\"mail.smtpserver.smtp2.hostname\", 'mail.example.net'); /* x */\n"
    "broken(\"x\n"
    "user_pref(\"mail.smtpserver.smtp2.port\", 587);\n"
    "user_pref(\"mail.smtpserver.smtp2.try_ssl\", 2);\n"
    "user_pref(\"mail.smtpserver.default.authMethod\", 4);\n"
    "user_pref(\"mail.smtpserver.smtp2.username\", \"b\\\"\\\\\\x62\");\n"
    "user_pref(\"mail.smtpserver.smtp2.hello_argument\", \"pc.example.net\"); # y\n");

static const struct {
    const char *account, *found;
} ACCOUNTS[] = {
    { "", "mail.example.net:587 starttls CRAM-MD5 b\"\\b asked - b\xc3\xb6"
          "b@example.net" },
    { "smtp1", "mail.example.org:465 tls XOAUTH2 anna@example.org asked - anna@example.org" },
    { "anna@example.org",
      "mail.example.org:465 tls XOAUTH2 anna@example.org asked - anna@example.org" },
};

static void reads(void **state UNUSED)
{
    struct settings_reading *r = test_read("thunderbird", TWO, NULL);
    assert_non_null(r);
    for (size_t i = 0; i < COUNT_OF(ACCOUNTS); i++) {
        r->account = str_from(ACCOUNTS[i].account);
        assert_true(settings_read(r, &test_err));
        test_found(r, ACCOUNTS[i].account, str_from(ACCOUNTS[i].found));
        test_places(r);
        assert_int_equal(r->account_count, 2);
    }
    r->account = STR("nobody");
    assert_false(settings_read(r, &test_err));
    test_end();
}

static const struct test_case CASES[] = {
    { "no port, and no login",
      STR_INIT("user_pref(\"mail.smtpserver.a.hostname\", \"mail.example.org\");\n"
               "user_pref(\"mail.smtpserver.a.authMethod\", 1);\n"
               "user_pref(\"mail.smtpserver.a.username\", \"u\");\n"),
      STR_INIT("mail.example.org:587 none - u none - -"), STR_INIT("login-off") },
    { "TLS if it is offered, and strings that are none",
      STR_INIT(
          "pref(\"mail.smtpserver.a.hostname\", \"mail.example.org\");\n"
          "user_pref(\"mail.smtpserver.a.try_ssl\", 1);\n"
          "user_pref(\"mail.smtpserver.a.port\", -1);\n"
          "user_pref(\"bad\", \"\\q\");\nuser_pref(\"bad\", \"\\ud800\\u0041\");\n"
          "user_pref(\"bad\", \"\\x4\");\nuser_pref(\"smile\", \"\\ud83d\\ude00\\n\\r\\'\");\n"),
      STR_INIT("mail.example.org:587 starttls - - none - -"), STR_INIT("tls-optional") },
};

static void reads_others(void **state UNUSED)
{
    TEST_CASES(NULL, CASES);
    assert_null(test_read("thunderbird", STR("user_pref(\"a\", 1);"), NULL));
    assert_null(test_read("thunderbird", STR("/* "), NULL));
}

static const struct settings WANTED = {
    .attempt = { .host = STR_INIT("new.example.org"),
                 .port = 465,
                 .security = SMTP_SECURITY_TLS,
                 .mechanism = STR_INIT("PLAIN"),
                 .user = STR_INIT("an\"na"),
                 .helo = STR_INIT("h.example.org"),
                 .from = STR_INIT("anna@example.org") },
    .secret = SETTINGS_SECRET_ASKED,
};

static void writes(void **state UNUSED)
{
    const struct settings_program *p = settings_program_named(STR("thunderbird-prefs"));
    struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    assert_true(settings_write(p, &WANTED, &out, &test_err));
    struct settings_reading *r = test_read("thunderbird-prefs", buf_str(&out), NULL);
    test_found(r, "written", STR("new.example.org:465 tls PLAIN an\"na asked - -"));
    test_same("helo", "written", r->found.attempt.helo, WANTED.attempt.helo);
    test_end();
    struct settings bare = WANTED;
    bare.attempt.mechanism = bare.attempt.user = STR_NONE;
    bare.attempt.security = SMTP_SECURITY_NONE;
    buf_clear(&out);
    assert_true(settings_write(p, &bare, &out, &test_err));
    r = test_read("thunderbird", buf_str(&out), NULL);
    test_found(r, "written", STR("new.example.org:465 none - - none - -"));
    test_end();
    buf_done(&out);
}

static void changes(void **state UNUSED)
{
    static const struct test_change CHANGES[] = {
        { STR_INIT("user_pref(\"mail.identity.id1.useremail\", \"x@example.org\");\n"
                   "user_pref(\"mail.smtp.defaultserver\", \"s\");\n"
                   "user_pref(\"mail.smtpserver.s.hostname\", \"old.example.org\");\n"
                   "user_pref(\"mail.smtpserver.s.try_ssl\", 2); // ours\n"),
          STR_INIT("user_pref(\"mail.identity.id1.useremail\", \"anna@example.org\");\n"
                   "user_pref(\"mail.smtp.defaultserver\", \"s\");\n"
                   "user_pref(\"mail.smtpserver.s.hostname\", \"new.example.org\");\n"
                   "user_pref(\"mail.smtpserver.s.try_ssl\", 3); // ours\n"
                   "user_pref(\"mail.smtpserver.s.port\", 465);\n"
                   "user_pref(\"mail.smtpserver.s.authMethod\", 3);\n"
                   "user_pref(\"mail.smtpserver.s.username\", \"an\\\"na\");\n"
                   "user_pref(\"mail.smtpserver.s.hello_argument\", \"h.example.org\");\n") },
    };
    TEST_CHANGES("thunderbird", &WANTED, CHANGES);
    struct settings literal = WANTED;
    literal.secret = SETTINGS_SECRET_LITERAL;
    literal.secret_text = STR("p");
    test_change_refused("thunderbird", TWO, &literal, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(reads_others),
        cmocka_unit_test(writes),
        cmocka_unit_test(changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
