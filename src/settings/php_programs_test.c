/* SPDX-License-Identifier: ISC */
/* PHPMailer, WordPress, Nextcloud and Symfony Mailer. What the programs themselves do is in tests/real/settings_php.py. */
#include "settings/read_test.h"

#define MAIL  "<?php $m = new PHPMailer; $m->isSMTP(); $m->Host = 'mail.example.org';"
#define LOGIN "$m->SMTPAuth = true; $m->Username = 'anna@example.org'; $m->Password = 'pw9-xk';"
#define TLS   "$m->SMTPSecure = 'tls'; $m->Port = 587;"
#define WP                                                                                         \
    "<?php define('WPMS_ON', true); define('WPMS_MAILER', 'smtp'); define('WPMS_SMTP_HOST', "      \
    "'mail.example.org');"
#define WPLOGIN "define('WPMS_SMTP_USER', 'anna@example.org'); define('WPMS_SMTP_PASS', 'pw9-xk');"
#define NC      "<?php $CONFIG = array ('instanceid' => 'x', 'mail_smtphost' => 'mail.example.org',"
#define NCLOGIN "'mail_smtpname' => 'anna@example.org', 'mail_smtppassword' => 'pw9-xk',"

static const struct test_case PHPMAILER[] = {
    { .text = STR_INIT(MAIL LOGIN TLS "$m->setFrom('anna@example.org', 'Anna');"),
      STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org literal pw9-xk anna@example.org") },
    { .text = STR_INIT(MAIL), STR_INIT("mail.example.org:25 auto - - none - -") },
    { .text = STR_INIT(MAIL LOGIN "$m->Port = 587;"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal pw9-xk -"),
      STR_INIT("tls-optional") },
    { .text = STR_INIT(MAIL LOGIN "$m->SMTPSecure = 'STARTTLS'; $m->Port = 587;"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal pw9-xk -"),
      STR_INIT("dialect tls-optional") },
    { .text = STR_INIT("<?php $m->isSMTP(); $m->Host = ' ssl://mail.example.org:465 ; b';" LOGIN),
      STR_INIT("mail.example.org:465 tls auto anna@example.org literal pw9-xk -"),
      STR_INIT("key-twice") },
    { .text = STR_INIT("<?php $m->isSMTP(); $m->Host = 'tls://[2001:db8::25]';" LOGIN
                       "$m->Port = 587;"),
      STR_INIT("2001:db8::25:587 starttls auto anna@example.org literal pw9-xk -") },
    { .text = STR_INIT(MAIL "$m->SMTPAutoTLS = false; $m->SMTPAuth = false;"),
      STR_INIT("mail.example.org:25 none - - none - -") },
    { .text = STR_INIT(MAIL LOGIN TLS "$m->SMTPAuth = false;"),
      STR_INIT("mail.example.org:587 starttls - anna@example.org literal pw9-xk -"),
      STR_INIT("login-off") },
    { .text = STR_INIT(MAIL LOGIN TLS "$m->SMTPAuth = 'false';"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal pw9-xk -"),
      STR_INIT("boolean-quoted") },
    { .text = STR_INIT(MAIL LOGIN TLS "$m->AuthType = 'login';"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal pw9-xk -"),
      STR_INIT("login-mechanism") },
    { .text = STR_INIT(MAIL LOGIN TLS "$m->AuthType = 'LOGIN'; $m->isMail();"),
      STR_INIT("mail.example.org:587 starttls LOGIN anna@example.org literal pw9-xk -"),
      STR_INIT("not-applied") },
    { .text = STR_INIT("<?php $m->Mailer = 'smtp'; $m->Host = 'a_b';"),
      STR_INIT("a_b:25 auto - - none - -"),
      STR_INIT("host-form") },
    { .text = STR_INIT("<?php $m->isSMTP(); $m->Mailer = 'mail'; $m->Host = 'mail.example.org';"),
      STR_INIT("mail.example.org:25 auto - - none - -"),
      STR_INIT("not-applied") },
    { .text = STR_INIT(MAIL LOGIN TLS "$m->password = 'x';"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal pw9-xk -"),
      STR_INIT("key-unknown") },
    { .text = STR_INIT(MAIL LOGIN TLS "$m->Password = \"pa$word\";"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal pa -"),
      STR_INIT("secret-dollar") },
    { .text = STR_INIT(MAIL LOGIN TLS "$m->Username = \"a$b@example.org\";"),
      STR_INIT("mail.example.org:587 starttls auto a@example.org literal pw9-xk -"),
      STR_INIT("reference-lost") },
    { .text = STR_INIT(MAIL LOGIN TLS "$m->Password = getenv('PW'); $m->Host = getenv('HOST');"),
      STR_INIT("-:587 starttls auto anna@example.org environment PW -"),
      STR_INIT("reference-lost") },
    { .text = STR_INIT(
          MAIL LOGIN TLS
          "$m->Password = trim(file_get_contents('/run/pw')); $m->Host = env('HOST');"),
      STR_INIT("b.example.org:587 starttls auto anna@example.org file /run/pw -"),
      STR_INIT(""),
      { "HOST=b.example.org" } },
    { .text = STR_INIT(MAIL LOGIN TLS "if (f()) { $m->Host = 'b.example.org'; }"),
      STR_INIT("b.example.org:587 starttls auto anna@example.org literal pw9-xk -"),
      STR_INIT("not-applied") },
    { .text = STR_INIT(MAIL LOGIN TLS "$m->From = 'a@example.org'; $m->Sender = 'b@example.org';"),
      STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org literal pw9-xk b@example.org") },
    { .text = STR_INIT(MAIL LOGIN TLS "$m->SMTPOptions = ['ssl' => ['verify_peer' => false]];"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal pw9-xk -"),
      STR_INIT("verify-off") },
    { .text = STR_INIT("$m->isSMTP(); $m->Host = 'mail.example.org';"),
      STR_INIT("mail.example.org:25 auto - - none - -"),
      STR_INIT("not-applied") },
    { .text = STR_INIT(
          "<?php define('H', 'mail.example.org'); define('H', 'b'); $m->isSMTP(); $m->Host = H;"),
      STR_INIT("mail.example.org:25 auto - - none - -"),
      STR_INIT("key-twice") },
};

static const struct test_case WORDPRESS[] = {
    { .text = STR_INIT(WP WPLOGIN "define('WPMS_SMTP_PORT', 587); define('WPMS_SSL', 'tls'); "
                                  "define('WPMS_MAIL_FROM', 'anna@example.org');"),
      STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org literal pw9-xk anna@example.org") },
    { .text = STR_INIT(WP WPLOGIN "define('WPMS_SMTP_PORT', 465); define('WPMS_SSL', 'ssl'); "
                                  "define('WPMS_SMTP_AUTH', false);"),
      STR_INIT("mail.example.org:465 tls - anna@example.org literal pw9-xk -"),
      STR_INIT("login-off") },
    { .text = STR_INIT(WP "define('WPMS_SMTP_PORT', 25); define('WPMS_SSL', 'none'); "
                          "define('WPMS_SMTP_AUTOTLS', false); define('WPMS_SMTP_AUTH', false);"),
      STR_INIT("mail.example.org:25 none - - none - -") },
    { .text = STR_INIT("<?php define('WPMS_ON', 'true'); define('WPMS_MAILER', 'gmail'); "
                       "define('WPMS_SMTP_HOST', 'mail.example.org'); define('WPMS_SSL', ''); "
                       "define('WPMS_DO_NOT_SEND', true);"),
      STR_INIT("mail.example.org:25 auto - - none - -"),
      STR_INIT("not-applied not-applied not-applied") },
    { .text = STR_INIT("<?php define('WPMS_ON', true); define('WPMS_SMTP_HOST', '');"),
      STR_INIT("-:0 auto - - none - -"),
      STR_INIT("not-applied") },
    { .text = STR_INIT("<?php add_action('phpmailer_init', function($m) { $m->isSMTP(); $m->Host = "
                       "SMTP_HOST; });"),
      STR_INIT("-:25 auto - - none - -") },
    { .text = STR_INIT("<?php define('SMTP_HOST', 'mail.example.org'); define('SMTP_PORT', 587); "
                       "define('SMTP_USER', 'anna@example.org'); define('SMTP_PASS', 'pw9-xk'); "
                       "define('SMTP_SECURE', 'tls');"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal pw9-xk -") },
};

static const struct test_case NEXTCLOUD[] = {
    { .text = STR_INIT(NC NCLOGIN
                       "'mail_smtpport' => '465', 'mail_smtpsecure' => 'tls', 'mail_smtpauth' "
                       "=> 1, 'mail_from_address' => 'anna', 'mail_domain' => 'example.org');"),
      STR_INIT("mail.example.org:465 tls auto anna@example.org literal pw9-xk anna@example.org") },
    { .text = STR_INIT(NC NCLOGIN "'mail_smtpport' => 587, 'mail_smtpsecure' => 'starttls');"),
      STR_INIT("mail.example.org:587 starttls - anna@example.org literal pw9-xk -"),
      STR_INIT("dialect login-off") },
    { .text = STR_INIT(NC
                       "'mail_smtpport' => 0, 'mail_smtpsecure' => '', 'mail_smtpauth' => false, "
                       "'mail_smtpname' => '', 'mail_smtppassword' => '');"),
      STR_INIT("mail.example.org:465 tls - - none - -") },
    { .text = STR_INIT("<?php $CONFIG = ['mail_smtpmode' => 'sendmail'];"),
      STR_INIT("127.0.0.1:25 auto - - none - -"),
      STR_INIT("not-applied") },
    { .text = STR_INIT(NC NCLOGIN
                       "'mail_smtpport' => 587, 'mail_smtpauth' => 'no', 'mail_from_address' => "
                       "'anna@example.org', 'mail_smtpstreamoptions' => ['ssl' => "
                       "['verify_peer_name' => false]]);"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal pw9-xk -"),
      STR_INIT("boolean-quoted from-unqualified verify-off") },
};

static const struct test_case SYMFONY[] = {
    { .text = STR_INIT("MAILER_DSN=smtp://anna%40example.org:p%23w9@mail.example.org:587\n"),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal p#w9 -") },
    { .text = STR_INIT("MAILER_DSN=smtp://mail.example.org\n"),
      STR_INIT("mail.example.org:465 tls - - none - -") },
    { .text = STR_INIT("MAILER_DSN=smtp://localhost\n"),
      STR_INIT("localhost:25 auto - - none - -") },
    { .text = STR_INIT("MAILER_DSN=smtp://mail.example.org:25?auto_tls=false\n"),
      STR_INIT("mail.example.org:25 none - - none - -") },
    { .text = STR_INIT("MAILER_DSN='smtp://anna:p#w@mail.example.org:587'\n"),
      STR_INIT("-:0 auto - - none - -"),
      STR_INIT("line-broken") },
    { .text = STR_INIT("MAILER_DSN='smtp://mail.example.org:587?encryption=tls&verify_peer=0'\n"),
      STR_INIT("mail.example.org:587 starttls - - none - -"),
      STR_INIT("dialect verify-off") },
    { .text = STR_INIT("MAILER_URL=smtp://mail.example.org:587\n"),
      STR_INIT("mail.example.org:587 starttls - - none - -"),
      STR_INIT("dialect") },
    { .text = STR_INIT("MAILER_DSN=null://null\n"),
      STR_INIT("-:0 auto - - none - -"),
      STR_INIT("not-applied") },
    { .text = STR_INIT("MAILER_DSN=ses+api://a:b@default\n"),
      STR_INIT("-:0 auto - - none - -"),
      STR_INIT("not-applied") },
    { .text = STR_INIT("MAILER_DSN=gopher://a\n"),
      STR_INIT("-:0 auto - - none - -"),
      STR_INIT("dialect") },
    { .text = STR_INIT(
          "framework:\n  mailer:\n    dsn: '%env(MAILER_DSN)%'\n    headers:\n      From: "
          "'Anna <anna@example.org>'\n"),
      STR_INIT("mail.example.org:465 tls - - none - anna@example.org"),
      STR_INIT(""),
      { "../../.env=MAILER_DSN=smtps://mail.example.org" } },
    { .text = STR_INIT(
          "framework:\n  mailer:\n    transports:\n      main: smtp://mail.example.org:587\n"),
      STR_INIT("mail.example.org:587 starttls - - none - -") },
    { .text = STR_INIT("framework:\n  mailer:\n    dsn: \"%env(MAILER_DSN)%\"\n"),
      STR_INIT("mail.example.org:587 starttls - - none - -"),
      STR_INIT(""),
      { "MAILER_DSN=smtp://mail.example.org:587" } },
    { .text = STR_INIT("framework:\n  mailer:\n    dsn: smtp://a:b%40c%40d@mail.example.org\n"),
      STR_INIT("-:0 auto - - none - -"),
      STR_INIT("reference-lost") },
};

static void reads(void **state UNUSED)
{
    TEST_CASES("phpmailer", PHPMAILER);
    TEST_CASES("wordpress", WORDPRESS);
    TEST_CASES("nextcloud", NEXTCLOUD);
    TEST_CASES("symfony", SYMFONY);
}

static void finds_the_object(void **state UNUSED)
{
    str text = STR("<?php $a->isSMTP(); $a->Host = 'a.example.org'; $b->isSMTP(); $b->Host = "
                   "'b.example.org';");
    struct settings_reading *r = test_read("phpmailer", text, NULL);
    assert_non_null(r);
    assert_int_equal(r->account_count, 2);
    test_same("account", "last", r->account_taken, STR("$b"));
    r->account = STR("$a");
    assert_true(settings_read(r, &test_err));
    test_same("host", "asked", r->found.attempt.host, STR("a.example.org"));
    r->account = STR("$c");
    assert_false(settings_read(r, &test_err));
    test_end();
}

static void refuses_others(void **state UNUSED)
{
    static const struct {
        const char *program, *text, *why;
    } OTHERS[] = {
        { "phpmailer", "<?php $a = 1;", "conf:1:1: no settings of PHPMailer stand here" },
        { "wordpress", "<?php $a = 1;",
          "conf:1:1: no settings of WP Mail SMTP (WPMS_...) stand here, nor code that sets up the "
          "mailer" },
        { "nextcloud", "<?php $a = 1;",
          "conf:1:1: there is no $CONFIG here, which Nextcloud looks for" },
        { "symfony", "A=b\n", "conf:1:1: there is no MAILER_DSN here" },
        { "symfony", "mailer:\n", "conf:1:1: there is no framework.mailer.dsn here" },
        { "nextcloud", "<?php\n$CONFIG = array (\n'a' => 'b'\n'c' => 'd');",
          "conf:4:1: a , is missing in front of this element of the array" },
    };
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
        assert_null(test_read(OTHERS[i].program, str_from(OTHERS[i].text), NULL));
        assert_string_equal(test_err.why, OTHERS[i].why);
    }
}

static void round_trips(void **state UNUSED)
{
    test_round_trip("phpmailer", STR(""), STR(""));
    test_round_trip("wordpress", STR(""), STR(""));
}

static void writers_refuse(void **state UNUSED)
{
    static const struct {
        const char *program, *host;
        uint16_t port;
        enum smtp_security security;
        bool from_null, unverified;
        const char *ca;
        bool goes;
    } WANTED[] = {
        { "phpmailer", "a_b", 587, SMTP_SECURITY_STARTTLS, false, false, "", false },
        { "wordpress", "a_b", 587, SMTP_SECURITY_STARTTLS, false, false, "", false },
        { "phpmailer", "a.example", 587, SMTP_SECURITY_STARTTLS, true, false, "", false },
        { "wordpress", "a.example", 587, SMTP_SECURITY_STARTTLS, true, false, "", false },
        { "nextcloud", "a.example", 587, SMTP_SECURITY_STARTTLS, true, false, "", false },
        { "wordpress", "a.example", 587, SMTP_SECURITY_STARTTLS, false, true, "", false },
        { "nextcloud", "a.example", 465, SMTP_SECURITY_STARTTLS, false, false, "", false },
        { "symfony", "a.example", 465, SMTP_SECURITY_NONE, false, false, "", false },
        { "symfony", "a.example", 587, SMTP_SECURITY_STARTTLS, false, false, "/ca.pem", false },
        { "symfony", "a.example", 587, SMTP_SECURITY_STARTTLS, false, true, "", true },
        { "nextcloud", "a.example", 587, SMTP_SECURITY_NONE, false, true, "/ca.pem", true },
        { "phpmailer", "2001:db8::25", 465, SMTP_SECURITY_TLS, false, true, "/ca.pem", true },
    };
    for (size_t i = 0; i < COUNT_OF(WANTED); i++) {
        struct buf out;
        struct settings s = { .attempt = { .host = str_from(WANTED[i].host),
                                           .port = WANTED[i].port,
                                           .security = WANTED[i].security,
                                           .from_null = WANTED[i].from_null },
                              .unverified = WANTED[i].unverified,
                              .ca_file = str_from(WANTED[i].ca) };
        const struct settings_program *p = settings_program_named(str_from(WANTED[i].program));
        buf_init(&out, SETTINGS_TEXT_MAX);
        if (settings_write(p, &s, &out, &test_err) != WANTED[i].goes)
            fail_msg("%zu: %s", i, WANTED[i].goes ? test_err.why : buf_str(&out).p);
        if (WANTED[i].goes) {
            struct settings_reading *r = test_read(WANTED[i].program, buf_str(&out), NULL);
            assert_non_null(r);
            assert_int_equal(r->found.unverified, s.unverified);
            test_same("ca", WANTED[i].program, r->found.ca_file, s.ca_file);
            test_same("host", WANTED[i].program, r->found.attempt.host, s.attempt.host);
            test_end();
        }
        buf_done(&out);
    }
}

static const struct settings NEW = { .attempt = { .host = STR_INIT("mail.example.org"),
                                                  .port = 465,
                                                  .security = SMTP_SECURITY_TLS,
                                                  .mechanism = STR_INIT("auto"),
                                                  .user = STR_INIT("o'n"),
                                                  .from = STR_INIT("a@example.org") },
                                     .secret = SETTINGS_SECRET_LITERAL,
                                     .secret_text = STR_INIT("it's $x") };

static void changes(void **state UNUSED)
{
    static const struct {
        const char *program;
        str text, wanted;
    } CHANGES[] = {
        { "phpmailer",
          STR_INIT("<?php\n  $m->isSMTP(); // x\n  $m->Host = \"tls://old.example.org:587\"; # y\n "
                   " $m->send();\n"),
          STR_INIT("<?php\n  $m->isSMTP(); // x\n  $m->Host = 'mail.example.org'; # y\n  $m->Port "
                   "= 465;\n  $m->SMTPSecure = 'ssl';\n"
                   "  $m->SMTPAuth = true;\n  $m->Username = 'o\\'n';\n  $m->Password = 'it\\'s "
                   "$x';\n  $m->From = 'a@example.org';\n  $m->send();\n") },
        { "phpmailer",
          STR_INIT("<?php { $m->isSMTP(); $m->Host = 'mail.example.org'; $m->Port = 465; "
                   "$m->SMTPSecure = 'ssl'; $m->setFrom('x@example.org', 'X'); }"),
          STR_INIT("<?php { $m->isSMTP(); $m->Host = 'mail.example.org'; $m->Port = 465; "
                   "$m->SMTPSecure = 'ssl';\n$m->SMTPAuth = true;"
                   "\n$m->Username = 'o\\'n';\n$m->Password = 'it\\'s $x'; "
                   "$m->setFrom('a@example.org', 'X'); }") },
        { "nextcloud",
          STR_INIT("<?php\n$CONFIG = array (\n  'mail_smtphost' => 'old.example.org',\n  "
                   "'mail_smtpport' => 587 // y\n);\n"),
          STR_INIT("<?php\n$CONFIG = array (\n  'mail_smtphost' => 'mail.example.org',\n  "
                   "'mail_smtpport' => 465,\n  'mail_smtpsecure' => 'ssl',"
                   "\n  'mail_smtpauth' => true,\n  'mail_smtpname' => 'o\\'n',\n  "
                   "'mail_smtppassword' => 'it\\'s $x',\n  'mail_from_address' => 'a',"
                   "\n  'mail_domain' => 'example.org' // y\n);\n") },
        { "wordpress",
          STR_INIT("<?php\n/* That's all, stop editing! */\nrequire_once ABSPATH . "
                   "'wp-settings.php';\ndefine('WPMS_SSL', '');"),
          STR_INIT("<?php\n/* That's all, stop editing! */\nrequire_once ABSPATH . "
                   "'wp-settings.php';\ndefine('WPMS_SSL', 'ssl');"
                   "\ndefine( 'WPMS_ON', true );\ndefine( 'WPMS_MAILER', 'smtp' );\ndefine( "
                   "'WPMS_SMTP_HOST', 'mail.example.org' );"
                   "\ndefine( 'WPMS_SMTP_PORT', 465 );\ndefine( 'WPMS_SMTP_AUTH', true );\ndefine( "
                   "'WPMS_SMTP_USER', 'o\\'n' );"
                   "\ndefine( 'WPMS_MAIL_FROM', 'a@example.org' );\ndefine( 'WPMS_SMTP_PASS', "
                   "'it\\'s $x' );") },
        { "symfony",
          STR_INIT("A=b\nMAILER_DSN=\"smtp://old.example.org?ping_threshold=3&verify_peer=0\" # "
                   "y\nC=d\n"),
          STR_INIT("A=b\nMAILER_DSN='smtps://"
                   "o%27n:it%27s%20%24x@mail.example.org:465?ping_threshold=3'\nC=d\n") },
        { "symfony", STR_INIT("framework:\n  mailer:\n    dsn: smtp://old.example.org # y\n"),
          STR_INIT("framework:\n  mailer:\n    dsn: "
                   "'smtps://o%%27n:it%%27s%%20%%24x@mail.example.org:465' # y\n") },
    };
    struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    for (size_t i = 0; i < COUNT_OF(CHANGES); i++)
        test_same("text", CHANGES[i].program,
                  test_changed(CHANGES[i].program, CHANGES[i].text, &NEW, &out), CHANGES[i].wanted);
    buf_done(&out);
}

/* The password that is there stays when none is given. */
static void changes_keep_the_password(void **state UNUSED)
{
    struct settings wanted = NEW;
    struct buf out;
    wanted.secret = SETTINGS_SECRET_ASKED;
    buf_init(&out, SETTINGS_TEXT_MAX);
    test_same("text", "kept",
              test_changed("symfony", STR("MAILER_DSN=smtp://b:p%40w@old.example.org:587\n"),
                           &wanted, &out),
              STR("MAILER_DSN=smtps://o%27n:p%40w@mail.example.org:465\n"));
    buf_done(&out);
}

static void is_known_by_its_shape(void **state UNUSED)
{
    static const struct {
        const char *path, *text, *program;
    } SHAPES[] = {
        { "a.php", MAIL, "phpmailer" },
        { "wp-config.php", "<?php define('DB_NAME', 'x');", "wordpress" },
        { "a.php", WP, "wordpress" },
        { "functions.php",
          "<?php add_action('phpmailer_init', 'f'); function f($m) { $m->isSMTP(); $m->Host = 'x'; "
          "}",
          "wordpress" },
        { "config.php", NC ");", "nextcloud" },
        { ".env", "APP_ENV=prod\nMAILER_DSN=smtp://x\n", "symfony" },
        { "mailer.yaml", "framework:\n    mailer:\n        dsn: '%env(MAILER_DSN)%'\n", "symfony" },
    };
    for (size_t i = 0; i < COUNT_OF(SHAPES); i++) {
        const struct settings_program *p = settings_program_of_file(
            str_from(SHAPES[i].path), str_from(SHAPES[i].text), &test_err);
        test_same("program", SHAPES[i].text, p ? p->name : STR("none"),
                  str_from(SHAPES[i].program));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(finds_the_object),
        cmocka_unit_test(refuses_others),
        cmocka_unit_test(round_trips),
        cmocka_unit_test(writers_refuse),
        cmocka_unit_test(changes),
        cmocka_unit_test(changes_keep_the_password),
        cmocka_unit_test(is_known_by_its_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
