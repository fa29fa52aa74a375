/* SPDX-License-Identifier: ISC */
#include "settings/mail_names.h"
#include "settings/read_test.h"

#define HEAD "SMTP_HOST=mail.example.org\nSMTP_PORT=587\nSMTP_USER=anna@example.org\n"
#define TAIL "SMTP_FROM=anna@example.org\n"

static const struct test_case CASES[] = {
    { .about = "plain",
      .text = STR_INIT(HEAD "SMTP_PASSWORD='a#b$c'\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org literal a#b$c anna@example.org") },
    { .about = "Laravel",
      .text = STR_INIT("APP_NAME=x\nMAIL_MAILER=smtp\nMAIL_HOST=mail.example.org\nMAIL_PORT="
                       "465\nMAIL_USERNAME=anna@example.org\n"
                       "MAIL_PASSWORD=\"long-Enough1\"\nMAIL_ENCRYPTION=tls\nMAIL_FROM_ADDRESS="
                       "anna@example.org\nMAIL_FROM_NAME=\"${APP_NAME}\"\n"),
      .found = STR_INIT(
          "mail.example.org:465 tls auto anna@example.org literal long-Enough1 anna@example.org") },
    { .about = "Laravel that only logs",
      .text = STR_INIT("MAIL_MAILER=log\nMAIL_HOST=mail.example.org\nMAIL_PORT=587\nMAIL_FROM_"
                       "ADDRESS=a@example.org\n"),
      .found = STR_INIT("mail.example.org:587 starttls - - none - a@example.org"),
      .mistakes = STR_INIT("not-applied") },
    { .about = "Django's names, one switch for each kind of TLS",
      .text = STR_INIT(
          "EMAIL_HOST=mail.example.org\nEMAIL_PORT=465\nEMAIL_HOST_USER=anna@example.org\nEMAIL_"
          "HOST_PASSWORD=long-Enough1\n"
          "EMAIL_USE_TLS=False\nEMAIL_USE_SSL=True\nDEFAULT_FROM_EMAIL=Anna <anna@example.org>\n"),
      .found = STR_INIT(
          "mail.example.org:465 tls auto anna@example.org literal long-Enough1 anna@example.org") },
    { .about = "no port, and a login",
      .text = STR_INIT("MAIL_SERVER=mail.example.org\nMAIL_USERNAME=anna@example.org\nMAIL_"
                       "PASSWORD=long-Enough1\nMAIL_DEFAULT_SENDER=anna@example.org\n"),
      .found = STR_INIT("mail.example.org:587 starttls auto anna@example.org literal long-Enough1 "
                        "anna@example.org") },
    { .about = "one address for login and From",
      .text = STR_INIT("SMTP_SERVER=mail.example.org\nSMTP_PORT=465\nEMAIL_ADDRESS=anna@example."
                       "org\nEMAIL_PASSWORD=long-Enough1\n"),
      .found = STR_INIT(
          "mail.example.org:465 tls auto anna@example.org literal long-Enough1 anna@example.org") },
    { .about = "STARTTLS off in so many words",
      .text = STR_INIT("SMTP_HOST=localhost\nSMTP_PORT=25\nSMTP_USE_TLS=false\n" TAIL),
      .found = STR_INIT("localhost:25 none - - none - anna@example.org") },
    { .about = "a URL",
      .text = STR_INIT("EMAIL_URL=smtps://"
                       "anna%40example.org:p%40ss%3Aword@mail.example.org:465\nDEFAULT_FROM_EMAIL="
                       "anna@example.org\n"),
      .found = STR_INIT(
          "mail.example.org:465 tls auto anna@example.org literal p@ss:word anna@example.org") },
    { .about = "the environment's password",
      .text = STR_INIT(HEAD "SMTP_PASSWORD=${MY_SECRET}\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls auto anna@example.org environment MY_SECRET "
                        "anna@example.org") },
    { .about = "a password of the same file",
      .text = STR_INIT("P=long-Enough1\n" HEAD "SMTP_PASSWORD=${P}\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls auto anna@example.org literal long-Enough1 "
                        "anna@example.org") },
    { .about = "an eaten $",
      .text = STR_INIT(HEAD "SMTP_PASSWORD='long${Enough}1'\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org literal long1 anna@example.org"),
      .mistakes = STR_INIT("secret-dollar") },
    { .about = "a # that ends it",
      .text = STR_INIT(HEAD "SMTP_PASSWORD=long-Enough1 #x\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls auto anna@example.org literal long-Enough1 "
                        "anna@example.org"),
      .mistakes = STR_INIT("secret-cut") },
    { .about = "a line that is skipped",
      .text = STR_INIT(HEAD "SMTP_PASSWORD=\"long\"Enough1\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org none - anna@example.org"),
      .mistakes = STR_INIT("line-broken login-no-secret") },
    { .about = "file, command, asked",
      .text = STR_INIT(HEAD "SMTP_PASSWORD_FILE=/run/secret\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls auto anna@example.org file /run/secret "
                        "anna@example.org") },
    { .about = "a switch against",
      .text = STR_INIT("SMTP_ENABLED=false\n" HEAD "SMTP_PASSWORD=long-Enough1\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls auto anna@example.org literal long-Enough1 "
                        "anna@example.org"),
      .mistakes = STR_INIT("not-applied") },
    { .about = "both switches",
      .text = STR_INIT(HEAD "SMTP_PASSWORD=long-Enough1\nSMTP_SSL=true\nSMTP_STARTTLS=true\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 tls auto anna@example.org literal long-Enough1 anna@example.org"),
      .mistakes = STR_INIT("tls-against-port tls-against-port") },
};

static void texts_as_users_write_them(void **state UNUSED)
{
    TEST_CASES("python", CASES);
}

static void what_is_written_is_read(void **state UNUSED)
{
    test_round_trip("python", STR(""), STR(""));
}

static void prefixes_are_accounts(void **state UNUSED)
{
    static const char TEXT[] = "SMTP_HOST=a.example\nSMTP_PORT=25\nEMAIL_HOST=b.example\nEMAIL_"
                               "PORT=465\nFROM_EMAIL=a@a.example\n";
    struct settings_reading *r = test_read("python", STR(TEXT), NULL);
    assert_int_equal(r->account_count, 2);
    test_same("taken", "", r->account_taken, STR("SMTP"));
    test_same("host", "", r->found.attempt.host, STR("a.example"));
    r->account = STR("EMAIL");
    assert_true(settings_read(r, &test_err));
    test_same("host", "", r->found.attempt.host, STR("b.example"));
    test_same("from", "", r->found.attempt.from, STR("a@a.example"));
    test_end();
}

static void lines_change(void **state UNUSED)
{
    static const struct settings WANTED = TEST_LOGIN("new.example.org", 465, TLS, "tom@example.org",
                                                     "tom@example.org", "a ${x}'\\");
    static const struct test_change CHANGES[] = {
        { STR_INIT("# mine\nexport MAIL_HOST=old.example.org # "
                   "old\nMAIL_PORT=587\nMAIL_USERNAME=x\nMAIL_PASSWORD='y'\n"
                   "MAIL_ENCRYPTION=tls\nMAIL_FROM_ADDRESS=\"x@example.org\"\nOTHER=1\n"),
          STR_INIT("# mine\nexport MAIL_HOST=new.example.org # "
                   "old\nMAIL_PORT=465\nMAIL_USERNAME=tom@example.org\n"
                   "MAIL_PASSWORD='a "
                   "${:-$}{x}\\'\\\\${:-}'\nMAIL_ENCRYPTION=ssl\nMAIL_FROM_ADDRESS=tom@example."
                   "org\nOTHER=1\n") },
        { STR_INIT("EMAIL_HOST=old.example.org\nEMAIL_USE_TLS=True\nEMAIL_USE_SSL=False\nEMAIL_"
                   "HOST_USER=x\n"),
          STR_INIT(
              "EMAIL_HOST=new.example.org\nEMAIL_PORT=465\nEMAIL_FROM=tom@example.org\n"
              "EMAIL_PASSWORD='a ${:-$}{x}\\'\\\\${:-}'\nEMAIL_USE_TLS=False\nEMAIL_USE_SSL=True\n"
              "EMAIL_HOST_USER=tom@example.org\n") },
    };
    static const struct test_change NO_LOGIN[] = {
        { STR_INIT("SMTP_HOST=h\nSMTP_USER=u\nSMTP_PASS=p\nSMTP_AUTH=true\n"),
          STR_INIT("SMTP_HOST=new.example.org\nSMTP_PORT=465\nSMTP_FROM=tom@example.org\n"
                   "SMTP_AUTH=false\n") },
    };
    TEST_CHANGES("python", &WANTED, CHANGES);
    struct settings none = WANTED;
    none.attempt.mechanism = none.attempt.user = STR("");
    none.secret = SETTINGS_SECRET_NONE;
    TEST_CHANGES("python", &none, NO_LOGIN);
    test_change_refused("python", STR("SMTP_URL=smtp://h:25\n"), &WANTED, "");
}

static void each_kind_of_secret_is_written_and_read(void **state UNUSED)
{
    static const struct {
        enum settings_secret kind;
        str text, line, code;
    } KINDS[] = {
        { SETTINGS_SECRET_ASKED, STR_INIT(""), STR_INIT("SMTP_PASSWORD_ASK=true\n"),
          STR_INIT("getpass()\n") },
        { SETTINGS_SECRET_LITERAL, STR_INIT("x y"), STR_INIT("SMTP_PASSWORD='x y'\n"),
          STR_INIT("env(\"SMTP_PASSWORD\")\n") },
        { SETTINGS_SECRET_ENV, STR_INIT("MINE"), STR_INIT("SMTP_PASSWORD=${MINE}\n"),
          STR_INIT("env(\"SMTP_PASSWORD\")\n") },
        { SETTINGS_SECRET_FILE, STR_INIT("/p"), STR_INIT("SMTP_PASSWORD_FILE=/p\n"),
          STR_INIT("open(") },
        { SETTINGS_SECRET_COMMAND, STR_INIT("pass x"), STR_INIT("SMTP_PASSWORD_COMMAND='pass x'\n"),
          STR_INIT("check_output(") },
    };
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        struct settings s = TEST_LOGIN("mail.example.org", 587, STARTTLS, "anna@example.org",
                                       "anna@example.org", "");
        s.attempt.mechanism = STR("PLAIN");
        s.attempt.to = STR("tom@example.net");
        s.attempt.helo = STR("pc.example.org");
        s.secret = KINDS[i].kind;
        s.secret_text = KINDS[i].text;
        s.unverified = true;
        s.ca_file = STR("/etc/ca.pem");
        struct buf out;
        buf_init(&out, SETTINGS_TEXT_MAX);
        assert_true(settings_write(settings_program_named(STR("python")), &s, &out, &test_err));
        assert_true(str_find(buf_str(&out), KINDS[i].line) != STR_NOT_FOUND);
        assert_true(str_find(buf_str(&out), KINDS[i].code) != STR_NOT_FOUND);
        buf_done(&out);
        test_written("python", &s, STR("verify-off"));
    }
}

static void names_of_projects_are_known(void **state UNUSED)
{
    static const struct {
        const char *key;
        enum mail_name_kind kind;
        enum settings_field field;
        const char *prefix;
    } NAMES[] = {
        { "smtp_host", MAIL_NAME_FIELD, SETTINGS_HOST, "SMTP" },
        { "GITEA__mailer__SMTP_ADDR", MAIL_NAME_FIELD, SETTINGS_HOST, "GITEA_MAILER" },
        { "globalSettings__mail__smtp__trustServer", MAIL_NAME_UNVERIFIED, SETTINGS_VERIFY,
          "GLOBALSETTINGS_MAIL_SMTP" },
        { "mail__options__auth__pass", MAIL_NAME_FIELD, SETTINGS_SECRET, "MAIL_OPTIONS_AUTH" },
        { "AUTHENTIK_EMAIL__USE_TLS", MAIL_NAME_STARTTLS, SETTINGS_SECURITY, "AUTHENTIK_EMAIL" },
        { "RELAYHOST", MAIL_NAME_HOST_PORT, SETTINGS_HOST, "RELAYHOST" },
        { "N8N_SMTP_SENDER", MAIL_NAME_FIELD, SETTINGS_FROM, "N8N_SMTP" },
        { "EMAIL_HOST_PASSWORD", MAIL_NAME_FIELD, SETTINGS_SECRET, "EMAIL" },
    };
    struct mail_name n;
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        if (!mail_name_of(str_from(NAMES[i].key), &n))
            fail_msg("%s is not known", NAMES[i].key);
        assert_int_equal(n.kind, NAMES[i].kind);
        assert_int_equal(n.field, NAMES[i].field);
        test_same("prefix", NAMES[i].key, n.prefix, str_from(NAMES[i].prefix));
    }
    assert_false(mail_name_of(STR("DATABASE_HOST"), &n));
    assert_false(mail_name_of(STR("SMTPHOST_X"), &n));
    assert_false(mail_name_of(STR("EMAILS"), &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_as_users_write_them),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(prefixes_are_accounts),
        cmocka_unit_test(lines_change),
        cmocka_unit_test(each_kind_of_secret_is_written_and_read),
        cmocka_unit_test(names_of_projects_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
