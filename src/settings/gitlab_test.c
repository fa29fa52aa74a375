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

static const struct {
    const char *about;
    str text, found, mistakes;
    const char *given[3];
} CASES[] = {
    { "as the manual has it",
      STR_INIT(
          "## ours\nexternal_url 'https://g.example.org'\n" HEAD
          "gitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_user_name'] = "
          "\"anna@example.org\"\ngitlab_rails['smtp_password'] = \"p "
          "w\"\ngitlab_rails['smtp_domain'] = "
          "\"g.example.org\"\ngitlab_rails['smtp_authentication'] = "
          "\"login\"\ngitlab_rails['smtp_tls'] = true\ngitlab_rails['smtp_enable_starttls_auto'] = "
          "false\ngitlab_rails['smtp_openssl_verify_mode'] = 'peer'\n" FROM),
      STR_INIT("mail.example.org:465 tls LOGIN anna@example.org literal p w a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "defaults",
      STR_INIT("gitlab_rails['smtp_enable'] = true\n" FROM),
      STR_INIT("localhost:25 starttls - - none - a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "no TLS",
      STR_INIT(HEAD FROM
               "gitlab_rails['smtp_tls'] = false\ngitlab_rails['smtp_enable_starttls_auto'] = "
               "false\ngitlab_rails['smtp_user_name'] = nil\n"),
      STR_INIT("mail.example.org:25 none - - none - a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "off",
      STR_INIT("# " HEAD FROM "gitlab_rails['smtp_port'] = 587\n"),
      STR_INIT("mail.example.org:587 starttls - - none - a@example.org"),
      STR_INIT("not-applied"),
      { NULL } },
    { "no mail at all",
      STR_INIT(HEAD FROM "gitlab_rails['gitlab_email_enabled'] = false\n"),
      STR_INIT("mail.example.org:25 starttls - - none - a@example.org"),
      STR_INIT("not-applied"),
      { NULL } },
    { "both",
      STR_INIT(HEAD FROM "gitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_ssl'] = "
                         "true\ngitlab_rails['smtp_enable_starttls_auto'] = true\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"),
      STR_INIT("tls-against-port"),
      { NULL } },
    { "a switch in quotes",
      STR_INIT(HEAD FROM "gitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_tls'] = 'false'\n"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"),
      STR_INIT("boolean-quoted"),
      { NULL } },
    { "no such method",
      STR_INIT(
          LOGIN
          "gitlab_rails['smtp_password'] = 'p-1'\ngitlab_rails['smtp_authentication'] = 'none'\n"),
      GOT("literal p-1"),
      STR_INIT("login-mechanism"),
      { NULL } },
    { "escapes",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = "
                     "\"a\\\"b\\\\c\\x21\\u00e9\\u{20ac}\\101\\\n\\s\\e#\" # x\n"),
      GOT("literal a\"b\\c!\xc3\xa9\xe2\x82\xac\x41 \x1b#"),
      STR_INIT("secret-odd"),
      { NULL } },
    { "single quotes",
      STR_INIT(LOGIN
               "gitlab_rails['smtp_password'] = 'a\\'b\\\\c\\n#{x}'; gitlab_rails['x'] = 1\n"),
      GOT("literal a'b\\c\\n#{x}"),
      STR_INIT(""),
      { NULL } },
    { "other quotes",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = %q{a'b{\"}c} + %(d) 'e'\n"),
      GOT("literal a'b{\"}cde"),
      STR_INIT(""),
      { NULL } },
    { "an eaten #{}",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = \"a#{b}c\"\n"),
      GOT("hidden -"),
      STR_INIT(""),
      { NULL } },
    { "a variable",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = ENV['W']\n"),
      GOT("environment W"),
      STR_INIT(""),
      { NULL } },
    { "a variable that is known",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = ENV.fetch(\"W\")\n"),
      GOT("environment W"),
      STR_INIT(""),
      { "W=pw" } },
    { "a variable or else",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = ENV['W'] || 'else'\n"),
      GOT("literal else"),
      STR_INIT(""),
      { NULL } },
    { "a variable inside",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = \"a#{ENV['W']}c\"\n"),
      GOT("literal aBc"),
      STR_INIT(""),
      { "W=B" } },
    { "a file",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = File.read('/run/s').strip\n"),
      GOT("file /run/s"),
      STR_INIT(""),
      { NULL } },
    { "code",
      STR_INIT(LOGIN "gitlab_rails['smtp_password'] = secret(\n'x')\n"),
      GOT("hidden -"),
      STR_INIT(""),
      { NULL } },
    { "what is passed over",
      STR_INIT("=begin\ngitlab_rails['smtp_port'] = 1\n=end\nx = [\ngitlab_rails['smtp_port'] = "
               "2\n]\ny = YAML.load <<-'EOS'\ngitlab_rails['smtp_port'] = 3\nit's\n  "
               "EOS\n%w(it's)\na %= 2; b << C; " LOGIN "gitlab_rails[:smtp_password] = "
               ":sym if true\n__END__\ngitlab_rails['smtp_port'] = 4\n"),
      GOT("literal sym"),
      STR_INIT(""),
      { NULL } },
    { "a host out of a variable",
      STR_INIT("gitlab_rails['smtp_enable'] = true\n" FROM
               "gitlab_rails['smtp_address'] = ENV.fetch('H', 'x')\n"),
      STR_INIT("h.example.org:25 starttls - - none - a@example.org"),
      STR_INIT(""),
      { "H=h.example.org" } },
    { "a host that nobody knows",
      STR_INIT("gitlab_rails['smtp_enable'] = true\n" FROM
               "gitlab_rails['smtp_address'] = ENV['H']\n"),
      STR_INIT("-:25 starttls - - none - a@example.org"),
      STR_INIT("reference-lost"),
      { NULL } },
    { "any certificate",
      STR_INIT(HEAD FROM "gitlab_rails['smtp_openssl_verify_mode'] = "
                         "'none'\ngitlab_rails['smtp_ca_file'] = '/c'\n"),
      STR_INIT("mail.example.org:25 starttls - - none - a@example.org"),
      STR_INIT("verify-off"),
      { NULL } },
};

static void reads(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct settings_reading *r = test_read("gitlab", CASES[i].text, CASES[i].given);
        if (!r)
            fail_msg("%s: %s", CASES[i].about, test_err.why);
        test_found(r, CASES[i].about, CASES[i].found);
        test_mistakes(r, CASES[i].about, CASES[i].mistakes);
        test_places(r);
        test_end();
    }
}

static void tells_what_is_broken(void **state UNUSED)
{
    static const struct {
        str text, why;
    } BROKEN[] = {
        { STR_INIT("\ngitlab_rails['a'] = 'x\n\n"),
          STR_INIT("conf:2:21: a string is never closed") },
        { STR_INIT("x 'y"), STR_INIT("conf:1:3: a string is never closed") },
        { STR_INIT("x <<E\ny\n"), STR_INIT("conf:1:6: the text up to E never ends") },
    };
    for (size_t i = 0; i < COUNT_OF(BROKEN); i++) {
        assert_null(test_read("gitlab", BROKEN[i].text, NULL));
        test_same("why", "broken", str_from(test_err.why), BROKEN[i].why);
    }
}

static const struct settings WANTED = {
    .attempt = { .host = STR_INIT("mail.example.org"),
                 .port = 465,
                 .security = SMTP_SECURITY_TLS,
                 .mechanism = STR_INIT("LOGIN"),
                 .user = STR_INIT("anna"),
                 .helo = STR_INIT("g.example.org"),
                 .from = STR_INIT("anna@example.org") },
    .secret = SETTINGS_SECRET_LITERAL,
    .secret_text = STR_INIT("new'#{x}"),
};

static void writes(void **state UNUSED)
{
    test_round_trip("gitlab", STR(""), STR(""));
    const struct settings_program *p = settings_program_named(STR("gitlab"));
    struct settings s = WANTED;
    struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    s.unverified = true;
    s.ca_file = STR("/c");
    s.secret_text = STR("a\nb\xe9'");
    assert_true(settings_write(p, &s, &out, &test_err));
    test_same(
        "text", "all of it", buf_str(&out),
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
    struct settings_reading *r = test_read("gitlab", buf_str(&out), NULL);
    assert_non_null(r);
    test_same("password", "octets", r->found.secret_text, s.secret_text);
    test_end();
    static const struct {
        enum settings_secret kind;
        const char *text;
        bool goes;
    } REFERENCES[] = { { SETTINGS_SECRET_ENV, "MAIL_PASSWORD", true },
                       { SETTINGS_SECRET_FILE, "/run/secret", true },
                       { SETTINGS_SECRET_ENV, "a'b", false },
                       { SETTINGS_SECRET_FILE, "/a'b", false } };
    for (size_t i = 0; i < COUNT_OF(REFERENCES); i++) {
        buf_clear(&out);
        s.secret = REFERENCES[i].kind;
        s.secret_text = str_from(REFERENCES[i].text);
        assert_int_equal(settings_write(p, &s, &out, &test_err), REFERENCES[i].goes);
        if (!REFERENCES[i].goes)
            continue;
        r = test_read("gitlab", buf_str(&out), NULL);
        assert_int_equal(r->found.secret, s.secret);
        test_same("secret", "reference", r->found.secret_text, s.secret_text);
        test_end();
    }
    buf_done(&out);
}

static void changes(void **state UNUSED)
{
    struct buf out, again;
    buf_init(&out, SETTINGS_TEXT_MAX);
    buf_init(&again, SETTINGS_TEXT_MAX);
    test_same(
        "text", "changed",
        test_changed("gitlab",
                     STR("# gitlab_rails['smtp_enable'] = true\ngitlab_rails['smtp_address'] = "
                         "\"old.example.org\" # ours\ngitlab_rails['smtp_ssl'] = "
                         "true\ngitlab_rails['smtp_enable_starttls_auto'] = "
                         "true\ngitlab_rails['smtp_password'] = %q(old)\n" FROM
                         "nginx['enable'] = true\n"),
                     &WANTED, &out),
        STR("# gitlab_rails['smtp_enable'] = true\ngitlab_rails['smtp_address'] = "
            "'mail.example.org' # ours\ngitlab_rails['smtp_ssl'] = "
            "false\ngitlab_rails['smtp_enable_starttls_auto'] = "
            "false\ngitlab_rails['smtp_password'] = "
            "'new\\'#{x}'\ngitlab_rails['gitlab_email_from'] = "
            "'anna@example.org'\ngitlab_rails['smtp_enable'] = true\ngitlab_rails['smtp_port'] = "
            "465\ngitlab_rails['smtp_tls'] = true\ngitlab_rails['smtp_user_name'] = "
            "'anna'\ngitlab_rails['smtp_authentication'] = 'login'\ngitlab_rails['smtp_domain'] = "
            "'g.example.org'\nnginx['enable'] = true\n"));
    test_same("text", "changed again", test_changed("gitlab", buf_str(&out), &WANTED, &again),
              buf_str(&out));
    struct settings bare = WANTED;
    bare.attempt.mechanism = bare.attempt.user = bare.attempt.helo = STR_NONE;
    bare.unverified = true;
    bare.ca_file = STR("/c");
    test_same("text", "no login",
              test_changed(
                  "gitlab",
                  STR(HEAD "gitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_tls'] = "
                           "true\ngitlab_rails['smtp_user_name'] = "
                           "'a'\ngitlab_rails['smtp_password'] = 'b'\ngitlab_rails['smtp_domain'] "
                           "= 'x'\ngitlab_rails['gitlab_email_from'] = 'anna@example.org'\n"),
                  &bare, &out),
              STR(HEAD "gitlab_rails['smtp_port'] = 465\ngitlab_rails['smtp_tls'] = "
                       "true\ngitlab_rails['gitlab_email_from'] = "
                       "'anna@example.org'\ngitlab_rails['smtp_openssl_verify_mode'] = "
                       "'none'\ngitlab_rails['smtp_ca_file'] = '/c'\n"));
    buf_done(&out);
    buf_done(&again);
}

static void is_known(void **state UNUSED)
{
    const struct settings_program *p = settings_program_named(STR("gitlab"));
    assert_true(p->looks(STR("x"), CASES[0].text) > 90);
    assert_true(p->looks(STR("/etc/gitlab/gitlab.rb"), STR("")) > 50);
    assert_true(
        p->looks(STR("compose.yml"), STR("  X: |\n    gitlab_rails['smtp_enable'] = true\n")) < 50);
    assert_int_equal(p->looks(STR(""), STR("host = x\n")), 0);
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
