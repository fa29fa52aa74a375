/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

static const struct test_case CASES[] = {
    { "today's keys",
      STR_INIT("APP_NAME = x\n[mailer]\nENABLED = true\nPROTOCOL = smtp+starttls\nSMTP_ADDR = "
               "mail.example.org\nSMTP_PORT = 587\nUSER = anna\nPASSWD = `p#;\"q`\nFROM = \"Shop\" "
               "<shop@example.org>\n"),
      STR_INIT("mail.example.org:587 starttls auto anna literal p#;\"q shop@example.org"),
      STR_INIT("") },
    { "smtps and no port",
      STR_INIT(
          "[mailer]\nENABLED=1\nPROTOCOL=smtps\nSMTP_ADDR=mail.example.org\nFROM=a@example.org\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"), STR_INIT("") },
    { "no protocol: the port tells",
      STR_INIT(
          "[mailer]\nENABLED=on\nSMTP_ADDR=mail.example.org\nSMTP_PORT=25\nFROM=a@example.org\n"),
      STR_INIT("mail.example.org:25 none - - none - a@example.org"), STR_INIT("") },
    { "neither protocol nor port: TLS at once",
      STR_INIT("[mailer]\nENABLED=true\nSMTP_ADDR=mail.example.org\nSMTP_PORT=2525\nFROM=a@example."
               "org\n"),
      STR_INIT("mail.example.org:2525 tls - - none - a@example.org"),
      STR_INIT("tls-against-port") },
    { "old keys",
      STR_INIT(
          "[mailer]\nENABLED = true\nHOST = mail.example.org:465\nIS_TLS_ENABLED = true\nUSER = "
          "anna@example.org\nPASSWD = s3cr-t\n"),
      STR_INIT("mail.example.org:465 tls auto anna@example.org literal s3cr-t anna@example.org"),
      STR_INIT("") },
    { "old keys, no TLS at once",
      STR_INIT(
          "[mailer]\nENABLED = true\nHOST = [2001:db8::25]:587\nIS_TLS_ENABLED = false\nFROM = "
          "a@example.org\n"),
      STR_INIT("2001:db8::25:587 starttls - - none - a@example.org"), STR_INIT("") },
    { "a protocol of nobody",
      STR_INIT(
          "[mailer]\nENABLED = true\nPROTOCOL = tls\nSMTP_ADDR = mail.example.org\nSMTP_PORT = "
          "587\nFROM = a@example.org\n"),
      STR_INIT("mail.example.org:587 none - - none - a@example.org"), STR_INIT("dialect") },
    { "neither protocol nor port",
      STR_INIT("[mailer]\nENABLED = true\nSMTP_ADDR = mail.example.org\nFROM = a@example.org\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"), STR_INIT("") },
    { "a password cut at its #",
      STR_INIT("[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = mail.example.org\nUSER = "
               "a@example.org\nPASSWD = \"pa#ss\"\n"),
      STR_INIT("mail.example.org:465 tls auto a@example.org literal \"pa a@example.org"),
      STR_INIT("secret-cut") },
    { "another key put into the password",
      STR_INIT("[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = mail.example.org\nUSER = "
               "a@example.org\nPASSWD = x%(USER)sy\n"),
      STR_INIT("mail.example.org:465 tls auto a@example.org literal xa@example.orgy a@example.org"),
      STR_INIT("secret-escape") },
    { "a backslash at the end",
      STR_INIT("[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = mail.example.org\nUSER = "
               "a@example.org\nPASSWD = x\\\nHELO_HOSTNAME = h.example.org\n"),
      STR_INIT("mail.example.org:465 tls auto a@example.org literal x\\ a@example.org"),
      STR_INIT("secret-escape") },
    { "switched off",
      STR_INIT("[mailer]\nPROTOCOL = smtps\nSMTP_ADDR = mail.example.org\nFROM = a@example.org\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"), STR_INIT("not-applied") },
    { "by sendmail",
      STR_INIT("[mailer]\nENABLED = true\nPROTOCOL = sendmail\nFROM = a@example.org\n"),
      STR_INIT("-:0 auto - - none - a@example.org"), STR_INIT("not-applied") },
    { "a section in capitals",
      STR_INIT("[Mailer]\nENABLED = true\n[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = "
               "mail.example.org\nFROM = a@example.org\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"), STR_INIT("key-misplaced") },
    { "Forgejo's file",
      STR_INIT("[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = mail.example.org\nUSER = "
               "a@example.org\nPASSWD_URI = file:/run/secret\n"),
      STR_INIT("mail.example.org:465 tls auto a@example.org file /run/secret a@example.org"),
      STR_INIT("") },
};

static void reads(void **state UNUSED)
{
    TEST_CASES("gitea", CASES);
}

static void reads_the_rest(void **state UNUSED)
{
    struct settings_reading *r = test_read(
        "gitea",
        STR("[mailer]\nENABLED = true\nHOST = :25\nFROM = a@example.org\nENVELOPE_FROM = <>\n"
            "SKIP_VERIFY = true\nHELO_HOSTNAME = h.example.org\nUSE_CLIENT_CERT = true\nODD = 1\n"),
        NULL);
    assert_non_null(r);
    test_same("host", "rest", r->found.attempt.host, STR("127.0.0.1"));
    test_same("helo", "rest", r->found.attempt.helo, STR("h.example.org"));
    test_same("header from", "rest", r->found.attempt.header_from, STR("a@example.org"));
    assert_true(r->found.attempt.from_null && r->found.unverified && r->found.attempt.certificate);
    assert_false(r->items[r->item_count - 1].known);
    assert_true(r->items[r->item_count - 2].known);
    test_end();
    static const struct test_broken BROKEN[] = {
        { STR_INIT("[mailer]\nENABLED\n"),
          STR_INIT("conf:2:1: a line has neither = nor :, and is no section") },
    };
    TEST_BROKEN("gitea", BROKEN);
}

static void writes(void **state UNUSED)
{
    test_round_trip("gitea", STR(""), STR("in clear"));
    struct settings s = TEST_LOGIN("mail.example.org", 465, TLS, "anna", "b@example.org", "");
    s.attempt.mechanism = STR("PLAIN");
    s.attempt.helo = STR("h.example.org");
    s.attempt.header_from = STR("a@example.org");
    s.secret = SETTINGS_SECRET_ASKED;
    s.unverified = true;
    s.ca_file = STR("/etc/ca.pem");
    test_writes("gitea", &s,
                STR("[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = mail.example.org\n"
                    "SMTP_PORT = 465\nUSER = anna\nPASSWD = PASSWORD\nFROM = a@example.org\n"
                    "HELO_HOSTNAME = h.example.org\nENVELOPE_FROM = b@example.org\n"
                    "FORCE_TRUST_SERVER_CERT = true\n; start Gitea with the variable SSL_CERT_FILE "
                    "set to /etc/ca.pem\n"
                    "; Baton has not tried these settings in Gitea and Forgejo itself.\n"));
    s = (struct settings)TEST_LOGIN("mail.example.org", 465, TLS, "anna", "b@example.org",
                                    "x%(USER)s");
    test_write_refused("gitea", &s, "");
    s.secret_text = STR("a\n`\"\"\"");
    test_write_refused("gitea", &s, "");
    s.secret_text = STR("line `one`\nline \"two\"");
    test_written("gitea", &s, STR("secret-odd"));
}

static const struct settings WANTED = TEST_LOGIN("mail.example.org", 465, TLS, "anna",
                                                 "anna@example.org", "new#one");

static const struct test_change CHANGES[] = {
    { STR_INIT("[mailer]\n; ours\nENABLED = false\nHOST = old.example.org:587 ; the old one\n"
               "IS_TLS_ENABLED = false\nUSER = anna\nPASSWD = pa#ss\nFROM = Shop <x@example.org>\n"
               "[log]\nMODE = file\n"),
      STR_INIT("[mailer]\n; ours\nENABLED = true\nHOST = `mail.example.org:465` ; the old one\n"
               "IS_TLS_ENABLED = true\nUSER = anna\nPASSWD = `new#one`\nFROM = `Shop "
               "<anna@example.org>`\n[log]\nMODE = file\n") },
    { STR_INIT("[mailer]\nENABLED = true\nPROTOCOL = smtp+starttls\nSMTP_ADDR = mail.example.org\n"
               "FROM = anna@example.org\nENVELOPE_FROM = x@example.org\n[log]\n"),
      STR_INIT(
          "[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = mail.example.org\n"
          "FROM = anna@example.org\nSMTP_PORT = 465\nUSER = anna\nPASSWD = `new#one`\n[log]\n") },
    { STR_INIT("[log]\nMODE = file\n"),
      STR_INIT("[log]\nMODE = file\n\n[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = "
               "mail.example.org\nSMTP_PORT = 465\nUSER = anna\nPASSWD = `new#one`\nFROM = "
               "anna@example.org\n") },
};

static const struct test_change NO_LOGIN[] = {
    { STR_INIT("[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = mail.example.org\n"
               "USER = a\nPASSWD = `two\nlines`\nFROM = anna@example.org\n"),
      STR_INIT("[mailer]\nENABLED = true\nPROTOCOL = smtps\nSMTP_ADDR = mail.example.org\n"
               "FROM = anna@example.org\n") },
};

static void changes(void **state UNUSED)
{
    TEST_CHANGES("gitea", &WANTED, CHANGES);
    struct settings bare = WANTED;
    bare.attempt.mechanism = bare.attempt.user = STR_NONE;
    TEST_CHANGES("gitea", &bare, NO_LOGIN);
}

static void is_known(void **state UNUSED)
{
    static const struct test_shape SHAPES[] = {
        { "/etc/gitea/app.ini",
          "APP_NAME = x\n[mailer]\nENABLED = true\nPROTOCOL = smtp+starttls\n", 81, 100 },
        { "", "host = x\n", 0, 0 },
    };
    TEST_SHAPES("gitea", SHAPES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),   cmocka_unit_test(reads_the_rest), cmocka_unit_test(writes),
        cmocka_unit_test(changes), cmocka_unit_test(is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
