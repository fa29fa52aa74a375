/* SPDX-License-Identifier: ISC */
#include "settings/mta_test.h"

#define NONE     SMTP_SECURITY_NONE
#define STARTTLS SMTP_SECURITY_STARTTLS
#define TLS      SMTP_SECURITY_TLS
#define MAY      SMTP_SECURITY_AUTO
#define TYPE     "dc_eximconfig_configtype='smarthost'\n"
#define HOST     TYPE "dc_smarthost='mail.corp.test::587'\n"
#define MACROS   "exim4.conf.localmacros"
#define REQUIRE  "REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS = *\n"
#define VERIFY   REQUIRE "REMOTE_SMTP_SMARTHOST_TLS_VERIFY_HOSTS = *\n"
#define LOGIN    .mechanism = "auto", .user = "anna", .secret = "x7"

static const struct mta_case RIGHT[] = {
    { .name = "as Debian asks for it",
      .files = { { NULL, "# /etc/exim4/update-exim4.conf.conf\n" HOST },
                 { "passwd.client", "# c\n\nMAIL.corp.test:anna:x7  \n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .unverified = true,
      LOGIN },
    { .name = "verified, with a name of its own",
      .files = { { NULL, HOST },
                 { "passwd.client", "*.corp.test:anna:x7\n" },
                 { MACROS, VERIFY "# x\nREMOTE_SMTP_HELO_DATA=pc.corp.test\n"
                                  "REMOTE_SMTP_SMARTHOST_TLS_VERIFY_CERTIFICATES = /ca.pem\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .helo = "pc.corp.test",
      LOGIN },
    { .name = "TLS at once, no port, shell quotes",
      .files = { { NULL,
                   "dc_eximconfig_configtype=\"satellite\" # x\ndc_smarthost=Mail.corp.test\n" },
                 { "passwd.client", "^mail\\.corp\\..*$:anna:x7\n" },
                 { MACROS, VERIFY "REMOTE_SMTP_SMARTHOST_PROTOCOL == smtps\n" } },
      .host = "mail.corp.test",
      .port = 465,
      .security = TLS,
      LOGIN },
    { .name = "a macro in the first file, a list, no login",
      .files = { { NULL, TYPE "dc_smarthost='[192.0.2.1]::2525;b.corp.test'\n"
                              "REMOTE_SMTP_SMARTHOST_HOSTS_AVOID_TLS='*'\n" } },
      .host = "192.0.2.1",
      .port = 2525,
      .security = NONE },
    { .name = "nothing of TLS, no login",
      .files = { { NULL, TYPE "dc_smarthost='relay.corp.test'\n" } },
      .host = "relay.corp.test",
      .port = 25,
      .security = MAY,
      .unverified = true },
    { .name = "the split configuration, lines that go on, a quoted key",
      .files = { { NULL, HOST "dc_use_split_config='true'\n" },
                 { "conf.d/main/000_localmacros", VERIFY },
                 { "passwd.client", "x.test:a\n  b\n\"mail.corp.test\" : anna:a\n  # c\n  b\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mechanism = "auto",
      .user = "anna",
      .secret = "a b" },
    { .name = "a regular expression that is more than that",
      .files = { { NULL, HOST }, { "passwd.client", "^(a|b):c:d\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .unverified = true,
      .mechanism = "auto",
      .secret = "?",
      .mistakes = "login-no-user" },
};

static const struct mta_case WRONG[] = {
    { .name = "one colon",
      .files = { { NULL, TYPE "dc_smarthost='mail.corp.test:587'\n" },
                 { "passwd.client", "mail.corp.test:anna:x7\n" } },
      .host = "mail.corp.test",
      .port = 25,
      .security = STARTTLS,
      .unverified = true,
      LOGIN,
      .mistakes = "host-no-port port-25" },
    { .name = "another type",
      .files = { { NULL, "dc_eximconfig_configtype='internet'\n"
                         "dc_smarthost='mail.corp.test::587'\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = MAY,
      .unverified = true,
      .mistakes = "not-applied" },
    { .name = "no server",
      .files = { { NULL, TYPE "dc_smarthost=''\n" } },
      .host = "",
      .security = MAY,
      .unverified = true,
      .mistakes = "host-missing" },
    { .name = "another name in passwd.client",
      .files = { { NULL, HOST }, { "passwd.client", "a.test:b:c\nsmtp.corp.test:anna:x7\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = MAY,
      .unverified = true,
      .mistakes = "login-key" },
    { .name = "nothing near it",
      .files = { { NULL, HOST }, { "passwd.client", "a.test:b:c\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = MAY,
      .unverified = true,
      .mistakes = "login-key" },
    { .name = "two fields",
      .files = { { NULL, HOST }, { "passwd.client", "mail.corp.test:anna\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = MAY,
      .unverified = true,
      .secret = "?",
      .mistakes = "line-broken" },
    { .name = "a circumflex in front",
      .files = { { NULL, HOST }, { "passwd.client", "mail.corp.test:anna:^x7\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .unverified = true,
      .mechanism = "auto",
      .user = "anna",
      .secret = "^x7",
      .mistakes = "secret-escape" },
    { .name = "macros where nobody reads them",
      .files = { { NULL, HOST "dc_use_split_config='true'\n" }, { MACROS, VERIFY } },
      .host = "mail.corp.test",
      .port = 587,
      .security = MAY,
      .unverified = true,
      .mistakes = "not-applied" },
    { .name = "a login without TLS",
      .files = { { NULL, HOST },
                 { "passwd.client", "*:anna:x7\n" },
                 { MACROS, "REMOTE_SMTP_SMARTHOST_HOSTS_AVOID_TLS = *\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = NONE,
      LOGIN,
      .mistakes = "login-mechanism login-in-clear" },
    { .name = "twice",
      .files = { { NULL, HOST "dc_smarthost='b.corp.test::587'\n" } },
      .host = "b.corp.test",
      .port = 587,
      .security = MAY,
      .unverified = true,
      .mistakes = "key-twice" },
    { .name = "no such file", .files = { { NULL, "x=y\n" } }, .mistakes = "conf:1:1: this is no" },
};

static void right_files_are_read(void **state UNUSED)
{
    mta_run("exim", RIGHT, COUNT_OF(RIGHT));
}

static void mistakes_are_seen(void **state UNUSED)
{
    mta_run("exim", WRONG, COUNT_OF(WRONG));
}

static void what_is_written_is_read(void **state UNUSED)
{
    mta_passwords("exim", STR(" both ends , \ttab\t, ^a^^b"));
    struct settings s = mta_login(STR("x7"));
    s.attempt.port = 465;
    s.attempt.security = TLS;
    s.attempt.helo = STR("pc.corp.test");
    s.ca_file = STR("/etc/ssl/own.pem");
    test_goes_round("exim", &s, STR(""), STR(""));
    s = (struct settings){ .attempt = s.attempt };
    s.attempt.mechanism = s.attempt.user = STR_NONE;
    test_goes_round("exim", &s, STR(""), STR(""));
    s.attempt.security = NONE;
    s.attempt.port = 25;
    test_goes_round("exim", &s, STR(""), STR(""));
}

static void secrets_that_the_file_cannot_hold_are_refused(void **state UNUSED)
{
    static const char *const CASES[] = { "ends in a blank ", "tab\t", "two\nlines", "^x", NULL };
    mta_refuses("exim", CASES, "Exim on Debian cannot be told a ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_files_are_read),
        cmocka_unit_test(mistakes_are_seen),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(secrets_that_the_file_cannot_hold_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
