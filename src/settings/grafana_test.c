/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

#define HEAD "[smtp]\nenabled = true\nhost = mail.example.org:587\nuser = anna@example.org\n"
#define TAIL "from_address = anna@example.org\n"

static const struct test_case CASES[] = {
    { .about = "as the manual has it",
      .text = STR_INIT(HEAD "password = \"\"\"pa#s;s\"\"\"\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org literal pa#s;s anna@example.org") },
    { .about = "465, and NoStartTLS says nothing there",
      .text = STR_INIT("[smtp]\nenabled = true\nhost = mail.example.org:465\nstartTLS_policy = "
                       "NoStartTLS\n" TAIL),
      .found = STR_INIT("mail.example.org:465 tls - - none - anna@example.org") },
    { .about = "no STARTTLS",
      .text = STR_INIT("[smtp]\nenabled = true\nhost = mail.example.org:25\nstartTLS_policy = "
                       "NoStartTLS\n" TAIL),
      .found = STR_INIT("mail.example.org:25 none - - none - anna@example.org") },
    { .about = "defaults, and off",
      .text = STR_INIT("[smtp]\n;enabled = true\n[log]\nmode = console\n"),
      .found = STR_INIT("localhost:25 starttls - - none - admin@grafana.localhost"),
      .mistakes = STR_INIT("not-applied") },
    { .about = "cut",
      .text = STR_INIT(HEAD "password = pa#ss\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org literal pa anna@example.org"),
      .mistakes = STR_INIT("secret-cut") },
    { .about = "a variable",
      .text = STR_INIT(HEAD "password = $__env{MAIL_PASSWORD}\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org environment MAIL_PASSWORD "
          "anna@example.org") },
    { .about = "a file",
      .text = STR_INIT(HEAD "password = $__file{/run/secret}\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls auto anna@example.org file /run/secret "
                        "anna@example.org") },
    { .about = "another's vault",
      .text = STR_INIT(HEAD "password = $__vault{kv:x:y}\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org hidden - anna@example.org") },
    { .about = "an eaten $",
      .text = STR_INIT(HEAD "password = a${b}c\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org literal ac anna@example.org"),
      .mistakes = STR_INIT("secret-dollar") },
    { .about = "a replaced $",
      .text = STR_INIT(HEAD "password = a${b}c\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org literal aBc anna@example.org"),
      .mistakes = STR_INIT("secret-dollar"),
      .given = { "b=B" } },
    { .about = "a $ of no name",
      .text = STR_INIT(HEAD "password = $HOME${}$__x$\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls auto anna@example.org literal $HOME${}$__x$ "
                        "anna@example.org") },
    { .about = "variables of GF_SMTP win",
      .text = STR_INIT("[smtp]\nenabled = false\n" TAIL),
      .found = STR_INIT("relay.example.org:465 tls - - none - anna@example.org"),
      .given = { "GF_SMTP_ENABLED=true", "GF_SMTP_HOST=relay.example.org:465" } },
    { .about = "a host out of a file, and one out of a variable",
      .text = STR_INIT("[smtp]\nenabled = true\nhost = $__file{/run/host}:${PORT}\n" TAIL),
      .found = STR_INIT("h.example.org:587 starttls - - none - anna@example.org"),
      .given = { "/run/host= h.example.org\n", "PORT=587" } },
    { .about = "no port",
      .text = STR_INIT("[smtp]\nenabled = true\nhost = mail.example.org\n" TAIL),
      .found = STR_INIT("mail.example.org:0 starttls - - none - anna@example.org"),
      .mistakes = STR_INIT("host-no-port") },
    { .about = "no number",
      .text = STR_INIT("[smtp]\nenabled = true\nhost = [2001:db8::1]:smtp\n" TAIL),
      .found = STR_INIT("2001:db8::1:0 starttls - - none - anna@example.org"),
      .mistakes = STR_INIT("port-broken") },
    { .about = "a policy of nobody",
      .text = STR_INIT("[smtp]\nenabled = true\nhost = mail.example.org:587\nstartTLS_policy = "
                       "mandatory\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls - - none - anna@example.org"),
      .mistakes = STR_INIT("key-unknown") },
};

static void reads(void **state UNUSED)
{
    TEST_CASES("grafana", CASES);
}

static void reads_the_rest(void **state UNUSED)
{
    struct settings_reading *r = test_read(
        "grafana",
        STR("\xef\xbb\xbf[smtp]\r\nenabled = true\r\nhost = mail.example.org:587\r\n"
            "skip_verify = true\r\nehlo_identity = g.example.org\r\ncert_file = /c\r\n"
            "key_file = /k\r\nfrom_address = a@example.org\r\nodd = 1\r\n"),
        NULL);
    assert_non_null(r);
    test_same("helo", "rest", r->found.attempt.helo, STR("g.example.org"));
    assert_true(r->found.unverified && r->found.attempt.certificate);
    assert_false(r->items[r->item_count - 1].known);
    test_end();
}

static void writes(void **state UNUSED)
{
    test_round_trip("grafana", STR(""), STR("in clear ${x}"));
    struct settings s = TEST_LOGIN("mail.example.org", 587, STARTTLS, "anna", "a@example.org",
                                   "MAIL_PASSWORD");
    s.attempt.mechanism = STR("PLAIN");
    s.attempt.helo = STR("h.example.org");
    s.secret = SETTINGS_SECRET_ENV;
    s.unverified = true;
    s.ca_file = STR("/etc/ca.pem");
    test_writes(
        "grafana", &s,
        STR("[smtp]\nenabled = true\nhost = `mail.example.org:587`\nuser = anna\npassword = "
            "`$__env{MAIL_PASSWORD}`\nfrom_address = a@example.org\nehlo_identity = "
            "h.example.org\nstartTLS_policy = MandatoryStartTLS\nskip_verify = true\n; start "
            "Grafana with the variable SSL_CERT_FILE set to /etc/ca.pem\n"
            "; Baton has not tried these settings in Grafana itself.\n"));
    s.secret_text = STR("a}b");
    test_write_refused("grafana", &s, "");
    s.secret = SETTINGS_SECRET_LITERAL;
    s.secret_text = STR("a${b}c");
    test_write_refused("grafana", &s, "$__file{PATH}");
    s = (struct settings)TEST_LOGIN("mail.example.org", 587, STARTTLS, "anna", "a@example.org",
                                    "/run/secret");
    s.secret = SETTINGS_SECRET_FILE;
    test_written("grafana", &s, STR(""));
    s.attempt.port = 465;
    test_write_refused("grafana", &s, "");
    s.attempt.security = SMTP_SECURITY_TLS;
    s.attempt.port = 587;
    test_write_refused("grafana", &s, "");
}

static void changes(void **state UNUSED)
{
    static const struct test_change CHANGES[] = {
        { STR_INIT("[smtp]\n;enabled = false\nhost = old.example.org:25\n;user =\n"
                   "password = `a\n`b\n[log]\n"),
          STR_INIT(
              "[smtp]\n;enabled = false\nhost = `mail.example.org:587`\n;user =\npassword = "
              "`new;one`b\nstartTLS_policy = NoStartTLS\nuser = anna\nfrom_address = "
              "a@example.org\nehlo_identity = h.example.org\nenabled = true\nskip_verify = true\n"
              "[log]\n") },
        { STR_INIT("[log]\na = b"),
          STR_INIT(
              "[log]\na = b\n\n[smtp]\nenabled = true\nhost = `mail.example.org:587`\nuser = anna\n"
              "password = `new;one`\nfrom_address = a@example.org\nehlo_identity = h.example.org\n"
              "startTLS_policy = NoStartTLS\nskip_verify = true\n") },
    };
    static const struct test_change NO_LOGIN[] = {
        { STR_INIT("[smtp]\nenabled = true\nhost = mail.example.org:587\nuser = a\npassword "
                   "= b\nstartTLS_policy = NoStartTLS\nfrom_address = a@example.org\n"
                   "ehlo_identity = h.example.org\nskip_verify = true\n"),
          STR_INIT("[smtp]\nenabled = true\nhost = mail.example.org:587\nstartTLS_policy = "
                   "NoStartTLS\nfrom_address = a@example.org\nehlo_identity = h.example.org\n"
                   "skip_verify = true\n") },
    };
    struct settings wanted = TEST_LOGIN("mail.example.org", 587, NONE, "anna", "a@example.org",
                                        "new;one");
    wanted.attempt.mechanism = STR("LOGIN");
    wanted.attempt.helo = STR("h.example.org");
    wanted.unverified = true;
    TEST_CHANGES("grafana", &wanted, CHANGES);
    wanted.attempt.mechanism = STR_NONE;
    TEST_CHANGES("grafana", &wanted, NO_LOGIN);
}

static void minds_variables(void **state UNUSED)
{
    static const char *const GIVEN[] = { "GF_SMTP_HOST=a.example.org:25", NULL };
    static struct settings_changes out;
    struct settings_reading *r = test_read("grafana", STR(HEAD TAIL), GIVEN);
    struct settings wanted = { .attempt = r->found.attempt };
    out.arena = &test_arena;
    wanted.attempt.host = STR("b.example.org");
    assert_false(settings_change(r, &wanted, &out, &test_err));
    assert_true(str_find(str_from(test_err.why), STR("GF_SMTP_HOST")) != STR_NOT_FOUND);
    test_end();
}

static void is_known(void **state UNUSED)
{
    static const struct test_shape SHAPES[] = {
        { "/etc/grafana/grafana.ini", HEAD TAIL, 81, 100 },
        { "", "host = x\n", 0, 0 },
    };
    TEST_SHAPES("grafana", SHAPES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),   cmocka_unit_test(reads_the_rest),  cmocka_unit_test(writes),
        cmocka_unit_test(changes), cmocka_unit_test(minds_variables), cmocka_unit_test(is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
