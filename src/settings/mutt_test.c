/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

static const struct test_case CASES[] = {
    { "STARTTLS, the password apart",
      STR_INIT("set smtp_url=\"smtp://anna%40example.org@mail.example.org:587/\"\nset "
               "smtp_pass='s3cr-t'\nset from=anna@example.org\n"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal s3cr-t "
               "anna@example.org"),
      STR_INIT("") },
    { "the password in the URL",
      STR_INIT("set smtp_url = smtps://anna@example.org:a%3Ab:c@mail.example.org; set from = "
               "\"Anna <anna@example.org>\" # c\n"),
      STR_INIT("mail.example.org:465 tls auto anna@example.org literal a:b:c anna@example.org"),
      STR_INIT("") },
    { "escapes and quotes side by side",
      STR_INIT("set smtp_url=smtps://a%40example.org@mail.example.org smtp_pass=\"a\\\"\\$b\\\\\\n"
               "\\101\\cA\"'c\\n'\\ d from=a@example.org\n"),
      STR_INIT("mail.example.org:465 tls auto a@example.org literal a\"$b\\\nA\001c\\n d "
               "a@example.org"),
      STR_INIT("secret-odd") },
    { "a line that goes on, a variable of its own",
      STR_INIT(
          "set my_p = 's3cr-t'\nset smtp_pass = \"${my_p}\" smtp_url = smtps://a%40example.org@"
          "mail.\\\nexample.org\nset from=a@example.org"),
      STR_INIT("mail.example.org:465 tls auto a@example.org literal s3cr-t a@example.org"),
      STR_INIT("") },
    { "no TLS",
      STR_INIT("set smtp_url=smtp://relay.example.org nossl_force_tls\nset ssl_starttls=no "
               "from=a@example.org\n"),
      STR_INIT("relay.example.org:25 none - - none - a@example.org"), STR_INIT("") },
    { "TLS if it is offered",
      STR_INIT("set smtp_url=smtp://a%40example.org@mail.example.org:587\nunset ssl_force_tls\nset "
               "from=a@example.org\n"),
      STR_INIT("mail.example.org:587 starttls auto a@example.org asked - a@example.org"),
      STR_INIT("tls-optional") },
    { "a comment sign in the password",
      STR_INIT("set smtp_url=smtps://a%40example.org@mail.example.org\nset smtp_pass=pa#ss\nset "
               "from=a@example.org\n"),
      STR_INIT("mail.example.org:465 tls auto a@example.org literal pa a@example.org"),
      STR_INIT("secret-cut") },
    { "a command",
      STR_INIT("set smtp_url=smtps://a%40example.org@mail.example.org\nset smtp_pass=`pass "
               "mail`\nset from=a@example.org\n"),
      STR_INIT("mail.example.org:465 tls auto a@example.org command pass mail a@example.org"),
      STR_INIT("") },
    { "a file",
      STR_INIT("set smtp_url=smtps://a%40example.org@mail.example.org\nset smtp_pass=\"`cat "
               "'/etc/a b'`\"\nset from=a@example.org\n"),
      STR_INIT("mail.example.org:465 tls auto a@example.org file /etc/a b a@example.org"),
      STR_INIT("") },
    { "no user",
      STR_INIT("set smtp_url=smtps://mail.example.org\nset smtp_pass=x9\nset "
               "from=a@example.org\n"),
      STR_INIT("mail.example.org:465 tls - - literal x9 a@example.org"), STR_INIT("login-off") },
    { "a method, and another sender",
      STR_INIT(
          "set smtp_url=smtps://a%40example.org@[2001:db8::1]:4650/\nset smtp_authenticators=login "
          "smtp_pass=x9\nmy_hdr From: A <a@example.org>\nset "
          "envelope_from_address=b@example.org\n"),
      STR_INIT("2001:db8::1:4650 tls LOGIN a@example.org literal x9 b@example.org"), STR_INIT("") },
    { "a source that is not there",
      STR_INIT("source ~/x\nset smtp_url=smtps://mail.example.org from=a@example.org\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"), STR_INIT("reference-lost") },
    { "other commands are passed over",
      STR_INIT("bind index x \"a;b # c\" ; macro index \\; 'set smtp_url=x' # set from=b\nset "
               "smtp_url=smtps://mail.example.org from=a@example.org\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"), STR_INIT("") },
    { "a switch with another word",
      STR_INIT("set ssl_force_tls=true smtp_url=smtps://mail.example.org from=a@example.org\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"), STR_INIT("line-broken") },
    { "no hexadecimal digits",
      STR_INIT("set smtp_url=smtps://a%40example.org:x9%zz@mail.example.org from=a@example.org\n"),
      STR_INIT("mail.example.org:465 tls auto a@example.org literal x9%zz a@example.org"),
      STR_INIT("secret-escape") },
};

static void reads(void **state UNUSED)
{
    TEST_CASES("mutt", CASES);
}

static void other_files_are_read(void **state UNUSED)
{
    static const char *const GIVEN[] = { "~/secret=set smtp_pass=$WORD\n", "WORD=s3cr-t",
                                         "loop=source loop\nset from=a@example.org\n", NULL };
    struct settings_reading *r = test_read(
        "mutt",
        STR("source ~/secret\nsource loop\nset "
            "smtp_url=smtps://a%40example.org@mail.example.org\n"),
        GIVEN);
    assert_non_null(r);
    test_found(r, "sourced",
               STR("mail.example.org:465 tls auto a@example.org literal s3cr-t a@example.org"));
    test_mistakes(r, "sourced", STR("reference-lost"));
    test_end();
}

static void writes(void **state UNUSED)
{
    test_round_trip("mutt", STR(""), STR(""));
    struct settings s = TEST_LOGIN("2001:db8::1", 465, TLS, "anna", "b@example.org", "pass mail");
    s.attempt.mechanism = STR("LOGIN");
    s.attempt.helo = STR("pc.example.org");
    s.attempt.header_from = STR("a@example.org");
    s.secret = SETTINGS_SECRET_COMMAND;
    s.ca_file = STR("/etc/ca.pem");
    test_writes(
        "mutt", &s,
        STR("# ~/.muttrc, for your eyes only (chmod 600)\nset smtp_url = "
            "\"smtps://anna@[2001:db8::1]:465/\"\nset ssl_force_tls = yes\nset ssl_starttls = "
            "yes\nset ssl_ca_certificates_file = \"/etc/ca.pem\"\nset smtp_pass = \"`pass "
            "mail`\"\nset smtp_authenticators = \"login\"\nset from = \"a@example.org\"\nset "
            "envelope_from_address = \"b@example.org\"\nset use_envelope_from = yes\nset "
            "hostname = \"pc.example.org\"\n"));
    s.secret_text = STR("echo `x`");
    test_write_refused("mutt", &s, "");
    s.secret = SETTINGS_SECRET_ASKED;
    s.unverified = true;
    test_write_refused("mutt", &s, "");
}

static const struct settings WANTED = TEST_LOGIN("mail.example.org", 465, TLS, "anna@b",
                                                 "anna@example.org", "new$\"one");

static const struct test_change CHANGES[] = {
    { STR_INIT("# c\nset editor=vi ; set smtp_url=smtp://x:y@old.example.org/ # d\nset from='x' "
               "realname=A\n"),
      STR_INIT("# c\nset editor=vi ; set smtp_url=\"smtps://anna%40b@mail.example.org:465/\" # d\n"
               "set from=\"anna@example.org\" realname=A\nset smtp_pass = \"new\\$\\\"one\"\nset "
               "ssl_force_tls = yes\n") },
    { STR_INIT(
          "my_hdr From: x\nset smtp_pass=`y` ssl_starttls=no ssl_force_tls=no\nset smtp_url=z\n"),
      STR_INIT("my_hdr From: anna@example.org\nset smtp_pass=\"new\\$\\\"one\" ssl_starttls=yes "
               "ssl_force_tls=yes\nset smtp_url=\"smtps://anna%40b@mail.example.org:465\"\n") },
};

static void changes(void **state UNUSED)
{
    TEST_CHANGES("mutt", &WANTED, CHANGES);
}

static void is_known(void **state UNUSED)
{
    static const struct test_shape SHAPES[] = {
        { "/home/anna/.neomuttrc", "", 81, 100 },
        { "", "set smtp_url=\"smtp://mail.example.org\"\nset smtp_pass='s3cr-t'\n", 81, 100 },
        { "", "set x\n", 0, 0 },
    };
    TEST_SHAPES("mutt", SHAPES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),    cmocka_unit_test(other_files_are_read),
        cmocka_unit_test(writes),   cmocka_unit_test(changes),
        cmocka_unit_test(is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
