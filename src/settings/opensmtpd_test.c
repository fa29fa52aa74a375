/* SPDX-License-Identifier: ISC */
#include "settings/mta_test.h"

#define NONE     SMTP_SECURITY_NONE
#define STARTTLS SMTP_SECURITY_STARTTLS
#define TLS      SMTP_SECURITY_TLS
#define MAY      SMTP_SECURITY_AUTO
#define SECRETS  "/etc/mail/secrets"
#define TABLE    "table secrets file:/etc/mail/secrets\n"
#define RELAY    "action \"out\" relay host \"smtp+tls://lbl@mail.corp.test:587\" tls auth <secrets>\n"
#define MATCH    "match from local for any action \"out\"\n"
#define LOGIN    .mechanism = "auto", .user = "anna", .secret = "x7"
#define HOST     .host = "mail.corp.test", .port = 587, .security = STARTTLS

static const struct mta_case RIGHT[] = {
    { .name = "as the manual has it",
      .files = { { NULL, TABLE RELAY MATCH }, { SECRETS, "# c\n#lbl a:b\n lbl anna:x7  \n" } },
      HOST,
      LOGIN },
    { .name = "other actions and rules, lines that go on, a macro, an address",
      .files = { { NULL,
                   "h = \"smtps://lbl@[2001:db8::1]\" # x\n" TABLE
                   "listen on lo\naction l maildir alias <aliases>\n"
                   "action \"out\" relay \\\n  host $h tls auth <secrets> \\\n"
                   "  helo pc.corp.test src 192.0.2.7 mail-from 'a\\'b@corp.test'\n"
                   "match for local action l\nmatch from any auth for any action l\n"
                   "match !for domain x action l\nmatch for any reject\n"
                   "match from src 192.0.2.0/24 for any action out\nmatch for any action out\n" },
                 { SECRETS, "lbl\t: anna:x7\n" } },
      .host = "2001:db8::1",
      .port = 465,
      .security = TLS,
      .helo = "pc.corp.test",
      LOGIN },
    { .name = "a table in the file, an included rule",
      .files = { { NULL, "table secrets { \"other\" = a:b, lbl = \"anna:x7\" }\n" RELAY
                         "include \"/etc/rules\"\n" },
                 { "/etc/rules", MATCH } },
      HOST,
      LOGIN },
    { .name = "no login, no word of TLS",
      .files = { { NULL, "action \"out\" relay host mail.corp.test\n" MATCH } },
      .host = "mail.corp.test",
      .port = 25,
      .security = MAY,
      .unverified = true },
    { .name = "no TLS at all",
      .files = { { NULL, "action \"out\" relay host smtp+notls://mail.corp.test:2525\n" MATCH } },
      .host = "mail.corp.test",
      .port = 2525,
      .security = NONE },
    { .name = "a login makes TLS needed",
      .files = { { NULL, TABLE "action \"out\" relay host \"smtp://lbl@mail.corp.test:587\" auth "
                               "<secrets>\n" MATCH },
                 { SECRETS, "lbl anna:x7\n" } },
      HOST,
      .unverified = true,
      LOGIN },
    { .name = "a database",
      .files = { { NULL, "table secrets db:/etc/mail/secrets.db\n" RELAY MATCH } },
      HOST,
      .mechanism = "auto",
      .secret = "?" },
};

static const struct mta_case WRONG[] = {
    { .name = "no such label",
      .files = { { NULL, TABLE RELAY MATCH }, { SECRETS, "label anna:x7\n" } },
      HOST,
      .mistakes = "login-key" },
    { .name = "no such label in the file itself",
      .files = { { NULL, "table secrets { a = b:c }\n" RELAY MATCH } },
      HOST,
      .mistakes = "login-key" },
    { .name = "no label",
      .files = { { NULL,
                   TABLE "action \"out\" relay host \"smtp+tls://mail.corp.test:587\" tls auth "
                         "<secrets>\n" MATCH } },
      HOST,
      .mistakes = "login-key" },
    { .name = "no table behind the label",
      .files = { { NULL, "action \"out\" relay host \"smtp+tls://lbl@mail.corp.test:587\" "
                         "tls\n" MATCH } },
      HOST,
      .mistakes = "login-no-secret" },
    { .name = "no such table",
      .files = { { NULL, RELAY MATCH } },
      HOST,
      .mistakes = "reference-lost" },
    { .name = "the table's file is not there",
      .files = { { NULL, TABLE RELAY MATCH } },
      HOST,
      .mechanism = "auto",
      .secret = "?",
      .mistakes = "reference-lost" },
    { .name = "no colon",
      .files = { { NULL, TABLE RELAY MATCH }, { SECRETS, "lbl anna x7\n" } },
      HOST,
      .secret = "?",
      .mistakes = "line-broken" },
    { .name = "any certificate",
      .files = { { NULL,
                   TABLE "action \"out\" relay host \"smtp+tls://lbl@mail.corp.test:587\" tls "
                         "no-verify auth <secrets>\n" MATCH },
                 { SECRETS, "lbl anna:x7\n" } },
      HOST,
      .unverified = true,
      LOGIN,
      .mistakes = "verify-off" },
    { .name = "no rule leads there",
      .files = { { NULL, TABLE RELAY "match for local action \"out\"\n" },
                 { SECRETS, "lbl anna:x7\n" } },
      HOST,
      LOGIN,
      .mistakes = "not-applied" },
    { .name = "old words",
      .files = { { NULL,
                   "accept for any relay via smtp+tls+auth://lbl@mail.corp.test:587 auth <s>\n" } },
      .host = "",
      .mistakes = "dialect host-missing" },
    { .name = "an old scheme, and no port",
      .files = { { NULL, "action \"out\" relay host \"tls+auth://mail.corp.test:x\"\n" MATCH } },
      .host = "mail.corp.test",
      .port = 25,
      .security = MAY,
      .unverified = true,
      .mistakes = "dialect port-broken" },
    { .name = "no relay",
      .files = { { NULL, "action \"l\" mbox\nmatch for local action \"l\"\n" } },
      .host = "",
      .mistakes = "host-missing" },
    { .name = "an include that is not there",
      .files = { { NULL, "include \"/x\"\n" TABLE RELAY MATCH }, { SECRETS, "lbl anna:x7\n" } },
      HOST,
      LOGIN,
      .mistakes = "reference-lost" },
    { .name = "a file that includes itself",
      .files = { { NULL, "include \"/x\"\n" }, { "/x", "include \"/x\"\n" } },
      .mistakes = "files include one another" },
    { .name = "a quote that is open",
      .files = { { NULL, "action \"out\nmatch\n" } },
      .mistakes = "conf:1:8: a quote" },
};

static void right_files_are_read(void **state UNUSED)
{
    mta_run("opensmtpd", RIGHT, COUNT_OF(RIGHT));
}

static void mistakes_are_seen(void **state UNUSED)
{
    mta_run("opensmtpd", WRONG, COUNT_OF(WRONG));
}

static void what_is_written_is_read(void **state UNUSED)
{
    mta_passwords("opensmtpd", STR(" both ends , \ttab\t"));
    struct settings s = mta_login(STR("x7"));
    s.attempt.port = 465;
    s.attempt.security = TLS;
    s.attempt.helo = STR("pc.corp.test");
    s.attempt.source = (struct ip){ IP_V4, { 192, 0, 2, 7 }, 0 };
    s.ca_file = STR("/etc/ssl/own.pem");
    test_goes_round("opensmtpd", &s, STR(""), STR(""));
    s = (struct settings){ .attempt = s.attempt };
    s.attempt.mechanism = s.attempt.user = STR_NONE;
    s.attempt.host = STR("2001:db8::1");
    test_goes_round("opensmtpd", &s, STR(""), STR(""));
    s.attempt.security = NONE;
    s.attempt.port = 25;
    test_goes_round("opensmtpd", &s, STR(""), STR(""));
}

static void secrets_that_the_table_cannot_hold_are_refused(void **state UNUSED)
{
    static const char *const CASES[] = { "ends in a blank ", "tab\t", "two\nlines", NULL };
    mta_refuses("opensmtpd", CASES, "OpenSMTPD cannot be told a password ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_files_are_read),
        cmocka_unit_test(mistakes_are_seen),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(secrets_that_the_table_cannot_hold_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
