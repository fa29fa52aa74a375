/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"
#include "settings/syntax_yaml.h"

#define HEAD                                                                                       \
    "services:\n  app:\n    image: x\n    environment:\n      SMTP_HOST: mail.example.org\n      " \
    "SMTP_PORT: 587\n      SMTP_USER: anna@example.org\n"
#define TAIL   "      SMTP_FROM: anna@example.org\n"
#define FOUND  "mail.example.org:587 starttls auto anna@example.org literal "
#define SENDER " anna@example.org"

static const struct test_case CASES[] = {
    { .about = "plain",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: 'long-Enough1'\n" TAIL),
      .found = STR_INIT(FOUND "long-Enough1" SENDER) },
    { .about = "a dollar written twice",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: 'pa$$word$$$$9'\n" TAIL),
      .found = STR_INIT(FOUND "pa$word$$9" SENDER) },
    { .about = "an eaten $",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: 'long$Enough1'\n" TAIL),
      .found = STR_INIT(FOUND "long" SENDER),
      .mistakes = STR_INIT("secret-dollar") },
    { .about = "a replaced $",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: 'long$HOME-1'\n" TAIL),
      .found = STR_INIT(FOUND "long/root-1" SENDER),
      .mistakes = STR_INIT("secret-dollar"),
      .given = { "HOME=/root" } },
    { .about = "from .env",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: ${PW}\n" TAIL),
      .found = STR_INIT(FOUND "a b#c" SENDER),
      .given = { ".env=PW='a b#c'\n" } },
    { .about = "the shell wins over .env",
      .text = STR_INIT("services:\n  app:\n    environment:\n      - SMTP_HOST=${H}\n      - "
                       "SMTP_FROM=a@example.org\n"),
      .found = STR_INIT("shell.example.org:25 none - - none - a@example.org"),
      .given = { ".env=H=file.example.org\n", "H=shell.example.org" } },
    { .about = "of a shell that is not this one",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: ${PW}\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org environment PW anna@example.org") },
    { .about = "a default",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: ${PW:-long-Enough1}\n" TAIL),
      .found = STR_INIT(FOUND "long-Enough1" SENDER) },
    { .about = "a list, quotes kept",
      .text = STR_INIT("services:\n  app:\n    environment:\n      - SMTP_HOST=mail.example.org\n  "
                       "    - SMTP_PORT=587\n      - SMTP_USER=anna@example.org\n      - "
                       "SMTP_PASSWORD=\"long-Enough1\"\n      - \"SMTP_FROM=anna@example.org\"\n"),
      .found = STR_INIT(FOUND "\"long-Enough1\"" SENDER),
      .mistakes = STR_INIT("secret-quotes") },
    { .about = "octal",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: 0123456\n" TAIL),
      .found = STR_INIT(FOUND "42798" SENDER),
      .mistakes = STR_INIT("secret-escape") },
    { .about = "a tag",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: !long-Enough1\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org literal - anna@example.org"),
      .mistakes = STR_INIT("secret-cut secret-empty") },
    { .about = "a #",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: long-Enough1 #x # comment\n" TAIL),
      .found = STR_INIT(FOUND "long-Enough1" SENDER),
      .mistakes = STR_INIT("secret-cut") },
    { .about = "a comment",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: long-Enough1 # comment\n" TAIL),
      .found = STR_INIT(FOUND "long-Enough1" SENDER) },
    { .about = "a line end by |",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD: |\n        long-Enough1\n" TAIL),
      .found = STR_INIT(FOUND "long-Enough1\n" SENDER),
      .mistakes = STR_INIT("secret-line-end") },
    { .about = "a name alone",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD:\n" TAIL),
      .found = STR_INIT(FOUND "long-Enough1" SENDER),
      .given = { ".env=SMTP_PASSWORD=long-Enough1\n" } },
    { .about = "env_file, and environment over it",
      .text = STR_INIT("services:\n  app:\n    env_file: mail.env\n    environment:\n      "
                       "SMTP_PORT: \"465\"\n"),
      .found = STR_INIT(
          "mail.example.org:465 tls auto anna@example.org literal it's anna@example.org"),
      .given = { "mail.env=SMTP_HOST=mail.example.org\nSMTP_PORT=25\nSMTP_USER=anna@example."
                 "org\nSMTP_PASSWORD=\"it's\"\nSMTP_FROM=anna@example.org\n" } },
    { .about = "an env_file that is not there, one that need not be",
      .text = STR_INIT("services:\n  app:\n    env_file:\n      - ./no.env\n      - path: "
                       "also.env\n        required: false\n    environment:\n      SMTP_HOST: "
                       "mail.example.org\n      SMTP_PORT: 587\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls - - none - anna@example.org"),
      .mistakes = STR_INIT("reference-lost") },
    { .about = "anchors and merge keys",
      .text = STR_INIT(
          "x-mail: &mail\n  SMTP_HOST: old.example.org\n  SMTP_PORT: 587\nx-more: &more\n  "
          "SMTP_HOST: mail.example.org\nservices:\n  app:\n    environment:\n      <<: [*more, "
          "*mail]\n      SMTP_FROM: anna@example.org\n"),
      .found = STR_INIT("mail.example.org:587 starttls - - none - anna@example.org") },
    { .about = "a service as another is",
      .text = STR_INIT("services:\n  a: &a\n    environment: &e\n      SMTP_HOST: a.example.org\n  "
                       "    SMTP_PORT: 25\n      SMTP_FROM: a@example.org\n  b:\n    <<: *a\n"),
      .found = STR_INIT("a.example.org:25 none - - none - a@example.org") },
    { .about = "a secret of a file",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD_FILE: /run/secrets/mail\n" TAIL
                            "secrets:\n  mail:\n    file: ./mail.txt\n"),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org file ./mail.txt anna@example.org") },
    { .about = "a secret that nobody has",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD_FILE: /run/secrets/mail\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls auto anna@example.org file "
                        "/run/secrets/mail anna@example.org"),
      .mistakes = STR_INIT("reference-lost") },
    { .about = "a secret of a variable",
      .text = STR_INIT(HEAD "      SMTP_PASSWORD_FILE: /run/secrets/mail\n" TAIL
                            "secrets:\n  mail:\n    environment: MAILPW\n"),
      .found = STR_INIT("mail.example.org:587 starttls auto anna@example.org environment MAILPW "
                        "anna@example.org") },
    { .about = "a host that is lost",
      .text = STR_INIT("services:\n  app:\n    environment:\n      SMTP_HOST: "
                       "${MAILHOST}.example.org\n      SMTP_PORT: 25\n" TAIL),
      .found = STR_INIT(".example.org:25 none - - none - anna@example.org"),
      .mistakes = STR_INIT("reference-lost") },
    { .about = "Gitea",
      .text = STR_INIT(
          "services:\n  git:\n    environment:\n      - GITEA__mailer__ENABLED=true\n      - "
          "GITEA__mailer__PROTOCOL=smtp+starttls\n      - "
          "GITEA__mailer__SMTP_ADDR=mail.example.org\n      - GITEA__mailer__SMTP_PORT=587\n      "
          "- GITEA__mailer__USER=anna@example.org\n      - GITEA__mailer__PASSWD=long-Enough1\n    "
          "  - GITEA__mailer__FROM=Git <anna@example.org>\n"),
      .found = STR_INIT(FOUND "long-Enough1" SENDER) },
    { .about = "Grafana",
      .text = STR_INIT(
          "services:\n  g:\n    environment:\n      GF_SMTP_ENABLED: \"true\"\n      GF_SMTP_HOST: "
          "mail.example.org:587\n      GF_SMTP_USER: anna@example.org\n      GF_SMTP_PASSWORD: "
          "long-Enough1\n      GF_SMTP_FROM_ADDRESS: anna@example.org\n"),
      .found = STR_INIT(FOUND "long-Enough1" SENDER) },
    { .about = "Ghost",
      .text = STR_INIT(
          "services:\n  g:\n    environment:\n      mail__transport: SMTP\n      "
          "mail__options__host: mail.example.org\n      mail__options__port: 465\n      "
          "mail__options__secure: \"true\"\n      mail__options__auth__user: anna@example.org\n    "
          "  mail__options__auth__pass: long-Enough1\n      mail__from: anna@example.org\n"),
      .found = STR_INIT(
          "mail.example.org:465 tls auto anna@example.org literal long-Enough1 anna@example.org") },
    { .about = "a relay of Postfix",
      .text = STR_INIT(
          "services:\n  mail:\n    environment:\n      RELAYHOST: \"[mail.example.org]:587\"\n     "
          " RELAYHOST_USERNAME: anna@example.org\n      RELAYHOST_PASSWORD: long-Enough1\n"),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org literal long-Enough1 -"),
      .mistakes = STR_INIT("") },
    { .about = "no mail",
      .text = STR_INIT("services:\n  db:\n    environment:\n      POSTGRES_HOST: x\n"),
      .found = STR_INIT("-:0 auto - - none - -"),
      .mistakes = STR_INIT("host-missing") },
};

static void texts_as_users_write_them(void **state UNUSED)
{
    TEST_CASES("compose", CASES);
}

static void what_is_broken_is_named(void **state UNUSED)
{
    static const struct {
        const char *text, *why;
    } BROKEN[] = {
        { "services:\n  a: [\n", "conf:3:1: " },
        { "services:\n  a: *x\n", "conf:2:6: an alias names no anchor" },
        { "services:\n\ta: b\n", "conf:2:1: " },
        { "version: '3'\n", "conf:1:1: there is no services:" },
        { "", "conf:1:1: there is no services:" },
        { "services:\n  a:\n    environment:\n      X: ${\n", "conf:4:10: what stands behind ${" },
        { "services:\n  a:\n    environment:\n      X: ${NO:?said}\n",
          "conf:4:10: a variable that must be set" },
        { "services:\n  \xff: b\n", "conf:2:3: " },
    };
    for (size_t i = 0; i < COUNT_OF(BROKEN); i++) {
        assert_null(test_read("compose", str_from(BROKEN[i].text), NULL));
        if (!str_starts(str_from(test_err.why), str_from(BROKEN[i].why)))
            fail_msg("%s: %s", BROKEN[i].text, test_err.why);
    }
    assert_null(test_read("compose", STR("services:\n  a: b\n"),
                          (const char *const[]){ ".env=K='x\n", NULL }));
    assert_true(str_starts(str_from(test_err.why), STR(".env:1:3: ")));
}

/* Each level names the one before nine times. */
static void bombs_end_soon(void **state UNUSED)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_add(&text, STR("a0: &a0 {k: v}\n"));
    for (int i = 1; i < 12; i++)
        buf_addf(&text,
                 "a%d: &a%d {<<: [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d], k%d: v}\n", i, i,
                 i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i);
    buf_add(&text, STR("services:\n  s:\n    environment: *a11\n"));
    assert_null(test_read("compose", buf_str(&text), NULL));
    if (!strstr(test_err.why, "too many variables"))
        fail_msg("%s", test_err.why);
    buf_clear(&text);
    buf_add(&text, STR("services: "));
    for (int i = 0; i < 500; i++)
        buf_addc(&text, '[');
    assert_null(test_read("compose", buf_str(&text), NULL));
    assert_non_null(strstr(test_err.why, "too deep"));
    buf_clear(&text);
    buf_add(&text, STR("services: ["));
    for (int i = 0; i < YAML_NODES + 1; i++)
        buf_add(&text, STR("a,"));
    buf_add(&text, STR("]"));
    assert_null(test_read("compose", buf_str(&text), NULL));
    assert_non_null(strstr(test_err.why, "too much"));
    buf_done(&text);
}

static void services_are_accounts(void **state UNUSED)
{
    struct settings_reading *r = test_read(
        NULL,
        STR("services:\n  db: {}\n  a:\n    environment:\n      SMTP_HOST: a.example.org\n  b:\n   "
            " environment:\n      SMTP_HOST: b.example.org\n"),
        NULL);
    assert_non_null(r);
    test_same("program", "", r->program->name, STR("compose"));
    assert_int_equal(r->account_count, 2);
    test_same("taken", "", r->account_taken, STR("a"));
    r->account = STR("b");
    assert_true(settings_read(r, &test_err));
    test_same("host", "", r->found.attempt.host, STR("b.example.org"));
    test_end();
}

static void what_is_written_is_read(void **state UNUSED)
{
    test_round_trip("compose", STR(""), STR(""));
    static const enum settings_secret KINDS[] = { SETTINGS_SECRET_ENV, SETTINGS_SECRET_FILE };
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        struct settings s = TEST_LOGIN("mail.example.org", 465, TLS, "anna@example.org",
                                       "anna@example.org", "MINE");
        s.attempt.mechanism = STR("PLAIN");
        s.attempt.to = STR("tom@example.net");
        s.attempt.helo = STR("pc.example.org");
        s.secret = KINDS[i];
        s.unverified = true;
        test_written("compose", &s, STR("verify-off"));
        s.secret_text = STR("1 x");
        if (KINDS[i] == SETTINGS_SECRET_ENV)
            test_write_refused("compose", &s, "");
        s.secret = SETTINGS_SECRET_LITERAL;
        s.secret_text = STR("\xff");
        test_write_refused("compose", &s, "");
        s.secret_text = STR("a\nb\r\t\001\"\\\xc2\x85");
        test_written("compose", &s, STR("secret-odd verify-off"));
    }
}

static void lines_change(void **state UNUSED)
{
    static const struct settings WANTED = TEST_LOGIN("new.example.org", 465, TLS, "tom@example.org",
                                                     "tom@example.org", "a $x'");
    static const struct test_change CHANGES[] = {
        { STR_INIT("services:\n  app:\n    environment: # mine\n      SMTP_HOST: old.example.org # "
                   "old\n      SMTP_PORT: 587\n      SMTP_PASSWORD: \"x\"\n      OTHER: 1\n"),
          STR_INIT("services:\n  app:\n    environment: # mine\n      SMTP_HOST: new.example.org # "
                   "old\n      SMTP_USER: tom@example.org\n      SMTP_FROM: tom@example.org\n      "
                   "SMTP_PORT: '465'\n      SMTP_PASSWORD: 'a $$x'''\n      OTHER: 1\n") },
        { STR_INIT("services:\n  app:\n    environment:\n      - SMTP_HOST=old.example.org\n      "
                   "- \"SMTP_PASSWORD=x\"\n"),
          STR_INIT("services:\n  app:\n    environment:\n      - SMTP_HOST=new.example.org\n      "
                   "- 'SMTP_PORT=465'\n      - SMTP_USER=tom@example.org\n      - "
                   "SMTP_FROM=tom@example.org\n      - 'SMTP_PASSWORD=a $$x'''\n") },
    };
    TEST_CHANGES("compose", &WANTED, CHANGES);
    test_change_refused("compose", STR("services:\n  app:\n    environment:\n      OTHER: 1\n"),
                        &WANTED, "");
    struct settings file = WANTED;
    file.secret = SETTINGS_SECRET_FILE;
    test_change_refused("compose", CHANGES[0].text, &file, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_as_users_write_them),
        cmocka_unit_test(what_is_broken_is_named),
        cmocka_unit_test(bombs_end_soon),
        cmocka_unit_test(services_are_accounts),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(lines_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
