/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

static const struct {
    const char *about;
    str text, found, mistakes;
} CASES[] = {
    { "with dashes",
      STR_INIT("mail.example.org smtp --port=587 --starttls --user=a@example.org --pass=s3cr-t\n"),
      STR_INIT("mail.example.org:587 starttls auto a@example.org literal s3cr-t -"), STR_INIT("") },
    { "without, quoted as a shell would",
      STR_INIT("# c\n\n mail.example.org smtp tls 'user=a@example.org' pass=\"a \\\"b c\"'$d \\'e "
               "auth-login\r\n"),
      STR_INIT("mail.example.org:465 tls LOGIN a@example.org literal a \"b c$d \\e -"),
      STR_INIT("") },
    { "behind a backslash and its character one more is taken as it is",
      STR_INIT("mail.example.org smtp tls user=a@example.org pass=a\\b'c'd"),
      STR_INIT("mail.example.org:465 tls auto a@example.org literal ab'cd -"), STR_INIT("") },
    { "a host alone", STR_INIT("relay.example.org\n"),
      STR_INIT("relay.example.org:25 none - - none - -"), STR_INIT("") },
    { "a blank in the password",
      STR_INIT("mail.example.org smtp tls user=a@example.org pass=a b\n"),
      STR_INIT("mail.example.org:465 tls auto a@example.org literal a -"),
      STR_INIT("line-broken") },
    { "no password", STR_INIT("mail.example.org smtp tls user=a@example.org\n"),
      STR_INIT("mail.example.org:465 tls - a@example.org none - -"), STR_INIT("login-no-secret") },
    { "what lies beside it",
      STR_INIT(
          "relay.example.org smtp ssl insecure\n\n# /etc/nullmailer/allmailfrom\na@example.org\n"
          "\n# /etc/nullmailer/helohost\n# c\npc.example.org\n"),
      STR_INIT("relay.example.org:465 tls - - none - a@example.org"), STR_INIT("verify-off") },
};

static void reads(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct settings_reading *r = test_read("nullmailer", CASES[i].text, NULL);
        if (!r)
            fail_msg("%s: %s", CASES[i].about, test_err.why);
        test_found(r, CASES[i].about, CASES[i].found);
        test_mistakes(r, CASES[i].about, CASES[i].mistakes);
        test_places(r);
        test_end();
    }
    assert_null(test_read("nullmailer", STR("# c\n"), NULL));
    assert_string_equal(test_err.why, "conf:1:1: there is no remote in this file");
}

static void other_files_and_remotes(void **state UNUSED)
{
    static const char *const GIVEN[] = { "allmailfrom=b@example.org\n", "helohost=h.example.org\n",
                                         NULL };
    struct settings_reading *r = test_read(
        "nullmailer", STR("a.example.org\nb.example.org smtp port=26\n"), GIVEN);
    assert_non_null(r);
    test_found(r, "first", STR("a.example.org:25 none - - none - b@example.org"));
    test_same("helo", "beside", r->found.attempt.helo, STR("h.example.org"));
    assert_int_equal(r->account_count, 2);
    r->account = STR("remote 2");
    assert_true(settings_read(r, &test_err));
    test_found(r, "second", STR("b.example.org:26 none - - none - b@example.org"));
    test_end();
}

static void writes(void **state UNUSED)
{
    test_round_trip("nullmailer", STR(""), STR(""));
    struct settings s = { .attempt = { .host = STR_INIT("mail.example.org"),
                                       .port = 465,
                                       .security = SMTP_SECURITY_TLS,
                                       .mechanism = STR_INIT("LOGIN"),
                                       .user = STR_INIT("anna"),
                                       .helo = STR_INIT("pc.example.org"),
                                       .from = STR_INIT("b@example.org") },
                          .secret = SETTINGS_SECRET_LITERAL,
                          .secret_text = STR_INIT("it's"),
                          .unverified = true,
                          .ca_file = STR_INIT("/etc/ca.pem") };
    const struct settings_program *p = settings_program_named(STR("nullmailer"));
    struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    assert_true(settings_write(p, &s, &out, &test_err));
    test_same("text", "all of it", buf_str(&out),
              STR("# /etc/nullmailer/remotes: chown mail, chmod 600\n"
                  "mail.example.org smtp port=465 tls user='anna' pass='it'\"'\"'s' auth-login "
                  "insecure x509cafile='/etc/ca.pem'\n\n"
                  "# /etc/nullmailer/allmailfrom\nb@example.org\n\n"
                  "# /etc/nullmailer/helohost\npc.example.org\n"));
    s.secret_text = STR("a\nb");
    assert_false(settings_write(p, &s, &out, &test_err));
    assert_non_null(strstr(test_err.why, "line break"));
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
    test_same("text", "changed",
              test_changed("nullmailer",
                           STR("# c\nold.example.org  smtp ssl x509crlfile=\"/a b\" user=x\n"
                               "two.example.org\n# /etc/nullmailer/allmailfrom\nx\n"),
                           &wanted, &out),
              STR("# c\nmail.example.org smtp port=587 starttls user='anna' pass='new one' "
                  "x509crlfile=\"/a b\"\ntwo.example.org\n# /etc/nullmailer/allmailfrom\n"
                  "anna@example.org\n"));
    wanted.secret_text = STR("a\nb");
    test_same("text", "a line break",
              test_changed("nullmailer", STR("old.example.org\n"), &wanted, &out), STR(""));
    buf_done(&out);
}

static void is_known(void **state UNUSED)
{
    const struct settings_program *p = settings_program_named(STR("nullmailer"));
    assert_true(p->looks(STR("/etc/nullmailer/remotes"), STR("")) > 80);
    assert_int_equal(p->looks(STR(""), CASES[0].text), 80);
    assert_int_equal(p->looks(STR(""), STR("# c\nhost x\n")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),    cmocka_unit_test(other_files_and_remotes),
        cmocka_unit_test(writes),   cmocka_unit_test(changes),
        cmocka_unit_test(is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
