/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

#define HEAD "[smtp]\nenabled = true\nhost = mail.example.org:587\nuser = anna@example.org\n"
#define TAIL "from_address = anna@example.org\n"

static const struct {
    const char *about;
    str text, found, mistakes;
    const char *given[3];
} CASES[] = {
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
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct settings_reading *r = test_read("grafana", CASES[i].text, CASES[i].given);
        if (!r)
            fail_msg("%s: %s", CASES[i].about, test_err.why);
        test_found(r, CASES[i].about, CASES[i].found);
        test_mistakes(r, CASES[i].about, CASES[i].mistakes);
        test_places(r);
        test_end();
    }
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
    test_round_trip("grafana", STR(""), STR("in clear"));
    const struct settings_program *p = settings_program_named(STR("grafana"));
    struct settings s = { .attempt = { .host = STR_INIT("mail.example.org"),
                                       .port = 587,
                                       .security = SMTP_SECURITY_STARTTLS,
                                       .mechanism = STR_INIT("PLAIN"),
                                       .user = STR_INIT("anna"),
                                       .helo = STR_INIT("h.example.org"),
                                       .from = STR_INIT("a@example.org") },
                          .secret = SETTINGS_SECRET_ENV,
                          .secret_text = STR_INIT("MAIL_PASSWORD"),
                          .unverified = true,
                          .ca_file = STR_INIT("/etc/ca.pem") };
    struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    assert_true(settings_write(p, &s, &out, &test_err));
    test_same("text", "all of it", buf_str(&out),
              STR("[smtp]\nenabled = true\nhost = `mail.example.org:587`\nuser = anna\npassword = "
                  "`$__env{MAIL_PASSWORD}`\nfrom_address = a@example.org\nehlo_identity = "
                  "h.example.org\nstartTLS_policy = MandatoryStartTLS\nskip_verify = true\n; start "
                  "Grafana with the variable SSL_CERT_FILE set to /etc/ca.pem\n"
                  "; Baton has not tried these settings in Grafana itself.\n"));
    s.secret_text = STR("a}b");
    assert_false(settings_write(p, &s, &out, &test_err));
    s.secret = SETTINGS_SECRET_LITERAL;
    s.secret_text = STR("a${b}c");
    assert_false(settings_write(p, &s, &out, &test_err));
    assert_true(str_find(str_from(test_err.why), STR("$__file{PATH}")) != STR_NOT_FOUND);
    s.secret = SETTINGS_SECRET_FILE;
    s.secret_text = STR("/run/secret");
    assert_true(settings_write(p, &s, &out, &test_err));
    s.attempt.port = 465;
    assert_false(settings_write(p, &s, &out, &test_err));
    s.attempt.security = SMTP_SECURITY_TLS;
    s.attempt.port = 587;
    assert_false(settings_write(p, &s, &out, &test_err));
    buf_done(&out);
}

static void changes(void **state UNUSED)
{
    struct settings wanted = { .attempt = { .host = STR_INIT("mail.example.org"),
                                            .port = 587,
                                            .security = SMTP_SECURITY_NONE,
                                            .mechanism = STR_INIT("auto"),
                                            .user = STR_INIT("anna"),
                                            .helo = STR_INIT("h.example.org"),
                                            .from = STR_INIT("a@example.org") },
                               .secret = SETTINGS_SECRET_LITERAL,
                               .secret_text = STR_INIT("new;one"),
                               .unverified = true };
    wanted.attempt.mechanism = STR("LOGIN");
    struct buf out, again;
    buf_init(&out, SETTINGS_TEXT_MAX);
    buf_init(&again, SETTINGS_TEXT_MAX);
    test_same(
        "text", "changed",
        test_changed("grafana",
                     STR("[smtp]\n;enabled = false\nhost = old.example.org:25\n;user =\n"
                         "password = `a\n`b\n[log]\n"),
                     &wanted, &out),
        STR("[smtp]\n;enabled = false\nhost = `mail.example.org:587`\n;user =\npassword = "
            "`new;one`b\nstartTLS_policy = NoStartTLS\nuser = anna\nfrom_address = "
            "a@example.org\nehlo_identity = h.example.org\nenabled = true\nskip_verify = true\n"
            "[log]\n"));
    test_same("text", "changed again", test_changed("grafana", buf_str(&out), &wanted, &again),
              buf_str(&out));
    test_same(
        "text", "added", test_changed("grafana", STR("[log]\na = b"), &wanted, &out),
        STR("[log]\na = b\n\n[smtp]\nenabled = true\nhost = `mail.example.org:587`\nuser = anna\n"
            "password = `new;one`\nfrom_address = a@example.org\nehlo_identity = h.example.org\n"
            "startTLS_policy = NoStartTLS\nskip_verify = true\n"));
    wanted.attempt.mechanism = STR_NONE;
    test_same(
        "text", "no login",
        test_changed("grafana",
                     STR("[smtp]\nenabled = true\nhost = mail.example.org:587\nuser = a\npassword "
                         "= b\nstartTLS_policy = NoStartTLS\nfrom_address = a@example.org\n"
                         "ehlo_identity = h.example.org\nskip_verify = true\n"),
                     &wanted, &out),
        STR("[smtp]\nenabled = true\nhost = mail.example.org:587\nstartTLS_policy = "
            "NoStartTLS\nfrom_address = a@example.org\nehlo_identity = h.example.org\n"
            "skip_verify = true\n"));
    buf_done(&out);
    buf_done(&again);
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
    const struct settings_program *p = settings_program_named(STR("grafana"));
    assert_true(p->looks(STR("/etc/grafana/grafana.ini"), CASES[0].text) > 80);
    assert_int_equal(p->looks(STR(""), STR("host = x\n")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),   cmocka_unit_test(reads_the_rest),  cmocka_unit_test(writes),
        cmocka_unit_test(changes), cmocka_unit_test(minds_variables), cmocka_unit_test(is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
