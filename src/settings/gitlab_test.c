/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

#define HEAD                                                                                       \
    "gitlab_rails['smtp_enable'] = true\ngitlab_rails['smtp_address'] = \"mail.example.org\"\n"
#define FROM "gitlab_rails['gitlab_email_from'] = 'a@example.org'\n"
#define LOGIN                                                                                      \
    HEAD FROM                                                                                      \
        "gitlab_rails['smtp_port'] = 587\ngitlab_rails['smtp_user_name'] = 'anna@example.org'\n"
#define GOT(word)                                                                                  \
    STR_INIT("mail.example.org:587 starttls PLAIN anna@example.org " word " a@example.org")

static const struct test_case CASES[] = {
    { "as the manual has it",
      STR_INIT(
          "## ours\nexternal_url 'https://g.example.org'\n" HEAD
          "gitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_user_name'] = "
          "\"anna@example.org\"\ngitlab_rails['smtp_password'] = \"p "
          "w\"\ngitlab_rails['smtp_domain'] = "
          "\"g.example.org\"\ngitlab_rails['smtp_authentication'] = "
          "\"login\"\ngitlab_rails['smtp_tls'] = true\ngitlab_rails['smtp_enable_starttls_auto'] = "
          "false\ngitlab_rails['smtp_openssl_verify_mode'] = 'peer'\n" FROM),
      STR_INIT("mail.example.org:465 tls LOGIN anna@example.org literal p w a@example.org") },
    { "defaults", STR_INIT("gitlab_rails['smtp_enable'] = true\n" FROM),
      STR_INIT("localhost:25 starttls - - none - a@example.org") },
    { "no TLS",
      STR_INIT(HEAD FROM
               "gitlab_rails['smtp_tls'] = false\ngitlab_rails['smtp_enable_starttls_auto'] = "
               "false\ngitlab_rails['smtp_user_name'] = nil\n"),
      STR_INIT("mail.example.org:25 none - - none - a@example.org") },
    { "off", STR_INIT("# " HEAD FROM "gitlab_rails['smtp_port'] = 587\n"),
      STR_INIT("mail.example.org:587 starttls - - none - a@example.org"), STR_INIT("not-applied") },
    { "no mail at all", STR_INIT(HEAD FROM "gitlab_rails['gitlab_email_enabled'] = false\n"),
      STR_INIT("mail.example.org:25 starttls - - none - a@example.org"), STR_INIT("not-applied") },
    { "both",
      STR_INIT(HEAD FROM "gitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_ssl'] = "
                         "true\ngitlab_rails['smtp_enable_starttls_auto'] = true\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"), STR_INIT("tls-against-port") },
    { "a switch in quotes",
      STR_INIT(HEAD FROM "gitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_tls'] = 'false'\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"), STR_INIT("boolean-quoted") },
    { "no such method",
      STR_INIT(
          LOGIN
          "gitlab_rails['smtp_password'] = 'p-1'\ngitlab_rails['smtp_authentication'] = 'none'\n"),
      GOT("literal p-1"), STR_INIT("login-mechanism") },
    { "escapes",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = "
                     "\"a\\\"b\\\\c\\x21\\u00e9\\u{20ac}\\101\\\n\\s\\e#\" # x\n"),
      GOT("literal a\"b\\c!\xc3\xa9\xe2\x82\xac\x41 \x1b#"), STR_INIT("secret-odd") },
    { "single quotes",
      STR_INIT(LOGIN
               "gitlab_rails['smtp_password'] = 'a\\'b\\\\c\\n#{x}'; gitlab_rails['x'] = 1\n"),
      GOT("literal a'b\\c\\n#{x}") },
    { "other quotes", STR_INIT(LOGIN "gitlab_rails['smtp_password'] = %q{a'b{\"}c} + %(d) 'e'\n"),
      GOT("literal a'b{\"}cde") },
    { "an eaten #{}", STR_INIT(LOGIN "gitlab_rails['smtp_password'] = \"a#{b}c\"\n"),
      GOT("hidden -") },
    { "a variable", STR_INIT(LOGIN "gitlab_rails['smtp_password'] = ENV['W']\n"),
      GOT("environment W") },
    { "a variable that is known",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = ENV.fetch(\"W\")\n"),
      GOT("environment W"),
      STR_INIT(""),
      { "W=pw" } },
    { "a variable or else", STR_INIT(LOGIN "gitlab_rails['smtp_password'] = ENV['W'] || 'else'\n"),
      GOT("literal else") },
    { "a variable inside",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = \"a#{ENV['W']}c\"\n"),
      GOT("literal aBc"),
      STR_INIT(""),
      { "W=B" } },
    { "a file", STR_INIT(LOGIN "gitlab_rails['smtp_password'] = File.read('/run/s').strip\n"),
      GOT("file /run/s") },
    { "code", STR_INIT(LOGIN "gitlab_rails['smtp_password'] = secret(\n'x')\n"), GOT("hidden -") },
    { "what is passed over",
      STR_INIT("=begin\ngitlab_rails['smtp_port'] = 1\n=end\nx = [\ngitlab_rails['smtp_port'] = "
               "2\n]\ny = YAML.load <<-'EOS'\ngitlab_rails['smtp_port'] = 3\nit's\n  "
               "EOS\n%w(it's)\na %= 2; b << C; " LOGIN "gitlab_rails[:smtp_password] = "
               ":sym if true\n__END__\ngitlab_rails['smtp_port'] = 4\n"),
      GOT("literal sym") },
    { "a host out of a variable",
      STR_INIT("gitlab_rails['smtp_enable'] = true\n" FROM
               "gitlab_rails['smtp_address'] = ENV.fetch('H', 'x')\n"),
      STR_INIT("h.example.org:25 starttls - - none - a@example.org"),
      STR_INIT(""),
      { "H=h.example.org" } },
    { "a host that nobody knows",
      STR_INIT("gitlab_rails['smtp_enable'] = true\n" FROM
               "gitlab_rails['smtp_address'] = ENV['H']\n"),
      STR_INIT("-:25 starttls - - none - a@example.org"), STR_INIT("reference-lost") },
    { "any certificate",
      STR_INIT(HEAD FROM "gitlab_rails['smtp_openssl_verify_mode'] = "
                         "'none'\ngitlab_rails['smtp_ca_file'] = '/c'\n"),
      STR_INIT("mail.example.org:25 starttls - - none - a@example.org"), STR_INIT("verify-off") },
};

static void reads(void **state UNUSED)
{
    TEST_CASES("gitlab", CASES);
}

static void tells_what_is_broken(void **state UNUSED)
{
    static const struct test_broken BROKEN[] = {
        { STR_INIT("\ngitlab_rails['a'] = 'x\n\n"),
          STR_INIT("conf:2:21: a string is never closed") },
        { STR_INIT("x 'y"), STR_INIT("conf:1:3: a string is never closed") },
        { STR_INIT("x <<E\ny\n"), STR_INIT("conf:1:6: the text up to E never ends") },
    };
    TEST_BROKEN("gitlab", BROKEN);
}

static struct settings wanted(void)
{
    struct settings s = TEST_LOGIN("mail.example.org", 465, TLS, "anna", "anna@example.org",
                                   "new'#{x}");
    s.attempt.mechanism = STR("LOGIN");
    s.attempt.helo = STR("g.example.org");
    return s;
}

static void writes(void **state UNUSED)
{
    test_round_trip("gitlab", STR(""), STR(""));
    struct settings s = wanted();
    s.unverified = true;
    s.ca_file = STR("/c");
    s.secret_text = STR("a\nb\xe9'");
    test_writes(
        "gitlab", &s,
        STR("gitlab_rails['smtp_enable'] = true\ngitlab_rails['smtp_address'] = "
            "'mail.example.org'\ngitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_user_name'] = "
            "'anna'\ngitlab_rails['smtp_password'] = "
            "\"a\\x0Ab\\xE9\\x27\"\ngitlab_rails['smtp_authentication'] = "
            "'login'\ngitlab_rails['smtp_domain'] = 'g.example.org'\ngitlab_rails['smtp_tls'] = "
            "true\ngitlab_rails['smtp_enable_starttls_auto'] = "
            "false\ngitlab_rails['smtp_openssl_verify_mode'] = "
            "'none'\ngitlab_rails['smtp_ca_file'] = '/c'\ngitlab_rails['gitlab_email_from'] = "
            "'anna@example.org'\n"
            "# Baton has not tried these settings in GitLab (omnibus) itself.\n"));
    test_written("gitlab", &s, STR("secret-odd verify-off"));
    static const struct {
        enum settings_secret kind;
        const char *text;
        bool goes;
    } REFERENCES[] = { { SETTINGS_SECRET_ENV, "MAIL_PASSWORD", true },
                       { SETTINGS_SECRET_FILE, "/run/secret", true },
                       { SETTINGS_SECRET_ENV, "a'b", false },
                       { SETTINGS_SECRET_FILE, "/a'b", false } };
    for (size_t i = 0; i < COUNT_OF(REFERENCES); i++) {
        s.secret = REFERENCES[i].kind;
        s.secret_text = str_from(REFERENCES[i].text);
        if (REFERENCES[i].goes)
            test_written("gitlab", &s, STR("verify-off"));
        else
            test_write_refused("gitlab", &s, "");
    }
}

static void changes(void **state UNUSED)
{
    static const struct test_change CHANGES[] = {
        { STR_INIT("# gitlab_rails['smtp_enable'] = true\ngitlab_rails['smtp_address'] = "
                   "\"old.example.org\" # ours\ngitlab_rails['smtp_ssl'] = "
                   "true\ngitlab_rails['smtp_enable_starttls_auto'] = "
                   "true\ngitlab_rails['smtp_password'] = %q(old)\n" FROM
                   "nginx['enable'] = true\n"),
          STR_INIT(
              "# gitlab_rails['smtp_enable'] = true\ngitlab_rails['smtp_address'] = "
              "'mail.example.org' # ours\ngitlab_rails['smtp_ssl'] = "
              "false\ngitlab_rails['smtp_enable_starttls_auto'] = "
              "false\ngitlab_rails['smtp_password'] = "
              "'new\\'#{x}'\ngitlab_rails['gitlab_email_from'] = "
              "'anna@example.org'\ngitlab_rails['smtp_enable'] = true\ngitlab_rails['smtp_port'] = "
              "465\ngitlab_rails['smtp_tls'] = true\ngitlab_rails['smtp_user_name'] = "
              "'anna'\ngitlab_rails['smtp_authentication'] = 'login'\ngitlab_rails['smtp_domain'] "
              "= "
              "'g.example.org'\nnginx['enable'] = true\n") },
    };
    static const struct test_change NO_LOGIN[] = {
        { STR_INIT(HEAD "gitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_tls'] = "
                        "true\ngitlab_rails['smtp_user_name'] = "
                        "'a'\ngitlab_rails['smtp_password'] = 'b'\ngitlab_rails['smtp_domain'] "
                        "= 'x'\ngitlab_rails['gitlab_email_from'] = 'anna@example.org'\n"),
          STR_INIT(HEAD "gitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_tls'] = "
                        "true\ngitlab_rails['gitlab_email_from'] = "
                        "'anna@example.org'\ngitlab_rails['smtp_openssl_verify_mode'] = "
                        "'none'\ngitlab_rails['smtp_ca_file'] = '/c'\n") },
    };
    struct settings s = wanted();
    TEST_CHANGES("gitlab", &s, CHANGES);
    s.attempt.mechanism = s.attempt.user = s.attempt.helo = STR_NONE;
    s.unverified = true;
    s.ca_file = STR("/c");
    TEST_CHANGES("gitlab", &s, NO_LOGIN);
}

static void is_known(void **state UNUSED)
{
    static const struct test_shape SHAPES[] = {
        { "x", "## ours\nexternal_url 'https://g.example.org'\n" HEAD, 91, 100 },
        { "/etc/gitlab/gitlab.rb", "", 51, 100 },
        { "compose.yml", "  X: |\n    gitlab_rails['smtp_enable'] = true\n", 0, 49 },
        { "", "host = x\n", 0, 0 },
    };
    TEST_SHAPES("gitlab", SHAPES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),    cmocka_unit_test(tells_what_is_broken),
        cmocka_unit_test(writes),   cmocka_unit_test(changes),
        cmocka_unit_test(is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
