/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

static const struct test_case CASES[] = {
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
    TEST_CASES("nullmailer", CASES);
    static const struct test_broken NONE[] = {
        { STR_INIT("# c\n"), STR_INIT("conf:1:1: there is no remote in this file") },
    };
    TEST_BROKEN("nullmailer", NONE);
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
    struct settings s = TEST_LOGIN("mail.example.org", 465, TLS, "anna", "b@example.org", "it's");
    s.attempt.mechanism = STR("LOGIN");
    s.attempt.helo = STR("pc.example.org");
    s.unverified = true;
    s.ca_file = STR("/etc/ca.pem");
    test_writes("nullmailer", &s,
                STR("# /etc/nullmailer/remotes: chown mail, chmod 600\n"
                    "mail.example.org smtp port=465 tls user='anna' pass='it'\"'\"'s' auth-login "
                    "insecure x509cafile='/etc/ca.pem'\n\n"
                    "# /etc/nullmailer/allmailfrom\nb@example.org\n\n"
                    "# /etc/nullmailer/helohost\npc.example.org\n"));
    s.secret_text = STR("a\nb");
    test_write_refused("nullmailer", &s, "line break");
}

static void changes(void **state UNUSED)
{
    static const struct test_change CHANGES[] = {
        { STR_INIT("# c\nold.example.org  smtp ssl x509crlfile=\"/a b\" user=x\n"
                   "two.example.org\n# /etc/nullmailer/allmailfrom\nx\n"),
          STR_INIT("# c\nmail.example.org smtp port=587 starttls user='anna' pass='new one' "
                   "x509crlfile=\"/a b\"\ntwo.example.org\n# /etc/nullmailer/allmailfrom\n"
                   "anna@example.org\n") },
    };
    struct settings wanted = TEST_LOGIN("mail.example.org", 587, STARTTLS, "anna",
                                        "anna@example.org", "new one");
    TEST_CHANGES("nullmailer", &wanted, CHANGES);
    wanted.secret_text = STR("a\nb");
    test_change_refused("nullmailer", STR("old.example.org\n"), &wanted, "line break");
}

static void is_known(void **state UNUSED)
{
    static const struct test_shape SHAPES[] = {
        { "/etc/nullmailer/remotes", "", 81, 100 },
        { "", "mail.example.org smtp --port=587 --starttls --user=a@example.org\n", 80, 80 },
        { "", "# c\nhost x\n", 0, 0 },
    };
    TEST_SHAPES("nullmailer", SHAPES);
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
