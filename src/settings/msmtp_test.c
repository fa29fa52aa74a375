/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

static const struct test_case CASES[] = {
    { "no account command",
      STR_INIT("host mail.example.org\nport 587\ntls on\nauth on\nuser anna@example.org\n"
               "password s3cr-t\nfrom anna@example.org\n"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal s3cr-t "
               "anna@example.org"),
      STR_INIT("") },
    { "defaults, a parent, the account's own lines",
      STR_INIT(
          "defaults\ntls on\nport 587\naccount a\nhost mail.example.org\nauth plain\nuser anna\n"
          "password \"a \"b\"\"\naccount default : a\nport 465\ntls_starttls off\nfrom "
          "a@example.org\n"),
      STR_INIT("mail.example.org:465 tls PLAIN anna literal a \"b\" a@example.org"), STR_INIT("") },
    { "a parent hands on what it said, not its defaults",
      STR_INIT(
          "defaults\ntls on\ntls_starttls off\naccount a\nhost mail.example.org\ndefaults\ntls "
          "off\naccount default : a\nfrom a@example.org\n"),
      STR_INIT("mail.example.org:25 none - - none - a@example.org"), STR_INIT("") },
    { "the last of two parents",
      STR_INIT(
          "account a\nhost a.example.org\naccount b\nhost b.example.org\naccount default : a , "
          "b\nfrom a@example.org\n"),
      STR_INIT("b.example.org:25 none - - none - a@example.org"), STR_INIT("") },
    { "TLS at once has port 465 by itself",
      STR_INIT("host mail.example.org\ntls on\ntls_starttls off\nfrom a@example.org\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"), STR_INIT("") },
    { "lines of another system, and no end",
      STR_INIT("host mail.example.org\r\n\tport \"465\"\t\r\n tls\r\ntls_starttls off\r\nfrom "
               "a@example.org"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"), STR_INIT("") },
    { "user and password, and no auth",
      STR_INIT(
          "host mail.example.org\nport 587\ntls on\nuser anna@example.org\npassword s3cr-t\nfrom "
          "anna@example.org\n"),
      STR_INIT("mail.example.org:587 starttls - anna@example.org literal s3cr-t anna@example.org"),
      STR_INIT("login-off") },
    { "no password: netrc, a keyring, or typed in",
      STR_INIT("host mail.example.org\nport 587\ntls on\nauth on\nuser anna@example.org\nfrom "
               "anna@example.org\n"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org asked - anna@example.org"),
      STR_INIT("") },
    { "a password is taken before a command",
      STR_INIT("host mail.example.org\nport 587\ntls on\nauth login\nuser anna@example.org\n"
               "passwordeval x\npassword s3cr-t\nfrom anna@example.org\n"),
      STR_INIT("mail.example.org:587 starttls LOGIN anna@example.org literal s3cr-t "
               "anna@example.org"),
      STR_INIT("") },
    { "a variable",
      STR_INIT("host mail.example.org\nport 587\ntls on\nauth on\nuser a@example.org\npasswordeval "
               "printenv SECRET\nfrom a@example.org\n"),
      STR_INIT("mail.example.org:587 starttls auto a@example.org environment SECRET a@example.org"),
      STR_INIT("") },
    { "a file",
      STR_INIT("host mail.example.org\nport 587\ntls on\nauth on\nuser a@example.org\npasswordeval "
               "\"cat '/etc/a b'\"\nfrom a@example.org\n"),
      STR_INIT("mail.example.org:587 starttls auto a@example.org file /etc/a b a@example.org"),
      STR_INIT("") },
    { "more than a file",
      STR_INIT("host mail.example.org\nport 587\ntls on\nauth on\nuser a@example.org\npasswordeval "
               "\"cat $HOME/x\"\nfrom a@example.org\n"),
      STR_INIT(
          "mail.example.org:587 starttls auto a@example.org command cat $HOME/x a@example.org"),
      STR_INIT("") },
    { "a switch with another word",
      STR_INIT("host mail.example.org\nport 587\ntls yes\nfrom a@example.org\n"),
      STR_INIT("mail.example.org:587 starttls - - none - a@example.org"), STR_INIT("line-broken") },
    { "no default",
      STR_INIT("account a\nhost a.example.org\nport 587\ntls on\nfrom a@example.org\n"),
      STR_INIT("a.example.org:587 starttls - - none - a@example.org"), STR_INIT("not-applied") },
    { "a parent that comes later",
      STR_INIT(
          "account default : a\nhost b.example.org\nport 587\ntls on\nfrom a@example.org\naccount "
          "a\nhost a.example.org\n"),
      STR_INIT("b.example.org:587 starttls - - none - a@example.org"), STR_INIT("line-broken") },
    { "the same account twice",
      STR_INIT("host b.example.org\nport 587\ntls on\nfrom a@example.org\naccount default\nhost "
               "a.example.org\n"),
      STR_INIT("b.example.org:587 starttls - - none - a@example.org"), STR_INIT("line-broken") },
    { "any certificate",
      STR_INIT("host mail.example.org\nport 587\ntls on\ntls_certcheck off\nfrom a@example.org\n"),
      STR_INIT("mail.example.org:587 starttls - - none - a@example.org"), STR_INIT("verify-off") },
};

static void reads(void **state UNUSED)
{
    TEST_CASES("msmtp", CASES);
}

static void broken_is_named(void **state UNUSED)
{
    char text[600] = "# first\npassword ";
    memset(text + 17, 'x', 500);
    assert_null(test_read("msmtp", str_from(text), NULL));
    test_same("where", "long", str_from(test_err.why),
              STR("conf:2:1: msmtp stops at a line longer than 499 octets"));
    assert_null(test_read("msmtp", STR("# nothing\n"), NULL));
    assert_string_equal(test_err.why, "conf:1:1: there is no account of msmtp in this file");
}

static void accounts_are_listed(void **state UNUSED)
{
    struct settings_reading *r = test_read(
        "msmtp", STR("account a\nhost a.example.org\nfoo bar\naccount default : a\n"), NULL);
    assert_non_null(r);
    assert_int_equal(r->account_count, 2);
    test_same("account", "first", r->accounts[0], STR("a"));
    test_same("account", "taken", r->account_taken, STR("default"));
    test_same("section", "unknown", r->items[2].section, STR("account a"));
    assert_false(r->items[2].known);
    test_end();
}

static void writes(void **state UNUSED)
{
    test_round_trip("msmtp", STR(""), STR(""));
}

static const struct settings WANTED = TEST_LOGIN("mail.example.org", 465, TLS, "anna",
                                                 "anna@example.org", "new \"one");

static const struct test_change CHANGES[] = {
    { STR_INIT(
          "# c\ndefaults\ntls on\naccount a\n  host  old.example.org \nauth off\n# end\naccount "
          "default : a\n"),
      STR_INIT(
          "# c\ndefaults\ntls on\naccount a\n  host  \"mail.example.org\" \nauth on\nport 465\n"
          "tls_starttls off\nuser \"anna\"\npassword \"new \"one\"\nfrom \"anna@example.org\"\n"
          "# end\naccount default : a\n") },
    { STR_INIT(
          "host mail.example.org\ntls on\ntls_starttls off\nauth on\nuser anna\npasswordeval x\n"
          "from anna@example.org\n"),
      STR_INIT("host mail.example.org\ntls on\ntls_starttls off\nauth on\nuser anna\nfrom "
               "anna@example.org\npassword \"new \"one\"\n") },
};

static void changes(void **state UNUSED)
{
    TEST_CHANGES("msmtp", &WANTED, CHANGES);
    struct settings no = WANTED;
    no.secret_text = STR("a\nb");
    test_change_refused("msmtp", CHANGES[0].text, &no, "line break");
}

static void is_known(void **state UNUSED)
{
    static const struct test_shape SHAPES[] = {
        { "/home/anna/.msmtprc", "", 81, 100 },
        { "x", "a\n tls_starttls on\n", 81, 100 },
        { "", "host x\n", 0, 0 },
        { "", "account x\nhost y\n", 50, 50 },
    };
    TEST_SHAPES("msmtp", SHAPES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),   cmocka_unit_test(broken_is_named),
        cmocka_unit_test(writes),  cmocka_unit_test(accounts_are_listed),
        cmocka_unit_test(changes), cmocka_unit_test(is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
