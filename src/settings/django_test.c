/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

#define HEAD                                                                                       \
    "EMAIL_HOST = 'mail.example.org'\nEMAIL_PORT = 587\nEMAIL_USE_TLS = True\nEMAIL_HOST_USER = "  \
    "\"anna@example.org\"\n"
#define TAIL   "DEFAULT_FROM_EMAIL = 'Anna <anna@example.org>'\n"
#define FOUND  "mail.example.org:587 starttls auto anna@example.org literal "
#define SENDER " anna@example.org"

static const struct test_case CASES[] = {
    { .about = "plain",
      .text = STR_INIT(HEAD "EMAIL_HOST_PASSWORD = 'long-Enough1'\n" TAIL),
      .found = STR_INIT(FOUND "long-Enough1" SENDER) },
    { .about = "nothing said",
      .text = STR_INIT("INSTALLED_APPS = []\n"),
      .found = STR_INIT("localhost:25 none - - none - webmaster@localhost") },
    { .about = "strings of all kinds",
      .text = STR_INIT(HEAD "EMAIL_HOST_PASSWORD = (r'a\\n' 'b\\x41\\u0042\\103\\'' "
                            "\"\"\"\"c\n\"\"\" u'' '\\\nd\\q')  # so\n" TAIL),
      .found = STR_INIT(FOUND "a\\nbABC'\"c\nd\\q" SENDER),
      .mistakes = STR_INIT("secret-odd") },
    { .about = "an f-string",
      .text = STR_INIT(HEAD "P = 'x'\nEMAIL_HOST_PASSWORD = f'{P}y'\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org hidden - anna@example.org") },
    { .about = "another name, the last that counts",
      .text = STR_INIT(HEAD
                       "PASS = 'long-Enough1'\nEMAIL_HOST_PASSWORD = 'no'\nEMAIL_HOST_PASSWORD = "
                       "PASS\nDEFAULT_FROM_EMAIL = EMAIL_HOST_USER\n"),
      .found = STR_INIT(FOUND "long-Enough1" SENDER) },
    { .about = "the environment's",
      .text = STR_INIT("import os\n" HEAD "EMAIL_HOST_PASSWORD = os.environ['MAILPW']\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls auto anna@example.org environment MAILPW "
                        "anna@example.org") },
    { .about = "with a default",
      .text = STR_INIT("import os\n" HEAD
                       "EMAIL_HOST_PASSWORD = os.getenv('MAILPW', 'long-Enough1')\n" TAIL),
      .found = STR_INIT(FOUND "long-Enough1" SENDER) },
    { .about = ".env by django-environ",
      .text = STR_INIT("import environ\nenv = environ.Env()\nenviron.Env.read_env()\nEMAIL_HOST = "
                       "env('HOST')\nEMAIL_PORT = env.int('PORT', default=25)\n"
                       "EMAIL_USE_TLS = env.bool('TLS', False)\nEMAIL_HOST_USER = "
                       "env.str('USR')\nEMAIL_HOST_PASSWORD = env('PW', default='')\n" TAIL),
      .found = STR_INIT(FOUND "it's" SENDER),
      .given = { ".env=HOST=mail.example.org\nPORT=587\nTLS=yes\nUSR=anna@example.org\nPW=\"it'"
                 "s\"\n" } },
    { .about = "decouple, with a cast",
      .text = STR_INIT(
          "from decouple import config\nEMAIL_HOST = config('HOST')\nEMAIL_USE_SSL = config('SSL', "
          "cast=bool)\nEMAIL_PORT = config('PORT', cast=int, default=465)\n" TAIL),
      .found = STR_INIT("mail.example.org:465 tls - - none - anna@example.org"),
      .given = { ".env=HOST=mail.example.org\nSSL=True\n" } },
    { .about = "compared",
      .text = STR_INIT("import os\nEMAIL_HOST='h'\nEMAIL_USE_TLS = os.environ.get('TLS', 'False') "
                       "== 'True'\nEMAIL_PORT=int('25')\n" TAIL),
      .found = STR_INIT("h:25 none - - none - anna@example.org") },
    { .about = "a text for False",
      .text = STR_INIT(
          "EMAIL_HOST = 'mail.example.org'\nEMAIL_PORT = '587'\nEMAIL_USE_TLS = 'False'\n" TAIL),
      .found = STR_INIT("mail.example.org:587 starttls - - none - anna@example.org"),
      .mistakes = STR_INIT("boolean-quoted") },
    { .about = "both",
      .text = STR_INIT("EMAIL_HOST = 'mail.example.org'\nEMAIL_PORT = 465\nEMAIL_USE_TLS = "
                       "True\nEMAIL_USE_SSL = True\n" TAIL),
      .found = STR_INIT("mail.example.org:465 tls - - none - anna@example.org"),
      .mistakes = STR_INIT("not-applied") },
    { .about = "a backend that writes to the screen",
      .text = STR_INIT("EMAIL_BACKEND = 'django.core.mail.backends.console.EmailBackend'\n" HEAD
                       "EMAIL_HOST_PASSWORD = 'long-Enough1'\n" TAIL),
      .found = STR_INIT(FOUND "long-Enough1" SENDER),
      .mistakes = STR_INIT("not-applied") },
    { .about = "a comma",
      .text = STR_INIT("EMAIL_HOST = 'mail.example.org',\nEMAIL_PORT = 25\n" TAIL),
      .found = STR_INIT("localhost:25 none - - none - anna@example.org"),
      .mistakes = STR_INIT("line-broken") },
    { .about = "a block",
      .text = STR_INIT(
          "EMAIL_HOST = 'mail.example.org'\nif DEBUG:\n    EMAIL_HOST = 'localhost'\n" TAIL),
      .found = STR_INIT("mail.example.org:25 none - - none - anna@example.org"),
      .mistakes = STR_INIT("key-misplaced") },
    { .about = "é",
      .text = STR_INIT(HEAD "EMAIL_HOST_PASSWORD = 'caf\xc3\xa9-long'\n" TAIL),
      .found = STR_INIT(FOUND "caf\xc3\xa9-long" SENDER),
      .mistakes = STR_INIT("secret-odd") },
    { .about = "not set",
      .text = STR_INIT("import os\nEMAIL_HOST = os.environ.get('NO')\n" TAIL),
      .found = STR_INIT("localhost:25 none - - none - anna@example.org"),
      .mistakes = STR_INIT("reference-lost") },
    { .about = "a file, and a command",
      .text = STR_INIT(HEAD "EMAIL_HOST_PASSWORD = Path('/run/pw').read_text().strip()\n" TAIL),
      .found = STR_INIT(
          "mail.example.org:587 starttls auto anna@example.org file /run/pw anna@example.org") },
    { .about = "what hides in other places",
      .text = STR_INIT(
          "\"\"\"\nEMAIL_HOST = 'no'\n\"\"\"\nX = {\n'EMAIL_HOST': 'no',\n}\n# EMAIL_HOST = "
          "'no'\nEMAIL_HOST: str = 'mail.example.org'\nEMAIL_PORT == 1\n" TAIL),
      .found = STR_INIT("mail.example.org:25 none - - none - anna@example.org") },
};

static void texts_as_users_write_them(void **state UNUSED)
{
    TEST_CASES("django", CASES);
}

static void what_is_broken_is_named(void **state UNUSED)
{
    assert_null(test_read("django", STR("EMAIL_HOST = 'x\n"), NULL));
    assert_true(str_starts(str_from(test_err.why), STR("conf:1:14: Python stops here")));
    assert_null(test_read("django", STR("A = 1\nX = \"\"\"x\n"), NULL));
    assert_true(str_starts(str_from(test_err.why), STR("conf:2:5: Python stops here")));
    struct buf text;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 2000; i++)
        buf_addf(&text, "A%d = 1\n", i);
    assert_null(test_read("django", buf_str(&text), NULL));
    buf_clear(&text);
    buf_add(&text, STR("EMAIL_HOST = "));
    for (int i = 0; i < 5000; i++)
        buf_addc(&text, '(');
    assert_non_null(test_read("django", buf_str(&text), NULL));
    test_end();
    buf_done(&text);
}

static void what_is_written_is_read(void **state UNUSED)
{
    test_round_trip("django", STR(""), STR("\xc3\xa9t\xc3\xa9 \xc2\xa0nbsp"));
    static const enum settings_secret KINDS[] = { SETTINGS_SECRET_ENV, SETTINGS_SECRET_FILE,
                                                  SETTINGS_SECRET_COMMAND };
    for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
        struct settings s = TEST_LOGIN("mail.example.org", 465, TLS, "anna@example.org",
                                       "anna@example.org", "my \"one\"");
        s.secret = KINDS[i];
        test_written("django", &s, STR(""));
        s.unverified = true;
        test_write_refused("django", &s, "");
        s.unverified = false;
        s.attempt.from_null = true;
        test_write_refused("django", &s, "");
    }
}

static void lines_change(void **state UNUSED)
{
    static const struct settings WANTED = TEST_LOGIN("new.example.org", 465, TLS, "tom@example.org",
                                                     "tom@example.org", "a\"\\");
    static const struct test_change CHANGES[] = {
        { STR_INIT("import os\nEMAIL_HOST = (  # old\n  'old')\nEMAIL_USE_TLS = "
                   "True\nEMAIL_HOST_PASSWORD = os.environ['X']  # so\n"),
          STR_INIT("import os\nEMAIL_HOST = \"new.example.org\"\nEMAIL_PORT = 465\nEMAIL_USE_SSL = "
                   "True\nEMAIL_HOST_USER = \"tom@example.org\"\nDEFAULT_FROM_EMAIL = "
                   "\"tom@example.org\"\n"
                   "EMAIL_USE_TLS = False\nEMAIL_HOST_PASSWORD = \"a\\\"\\\\\"  # so\n") },
    };
    static const struct test_change NO_LOGIN[] = {
        { STR_INIT("EMAIL_HOST_USER = 'x'\nEMAIL_HOST_PASSWORD = 'y'\n"),
          STR_INIT("EMAIL_HOST = \"new.example.org\"\nEMAIL_PORT = 465\nEMAIL_USE_SSL = True\n") },
    };
    TEST_CHANGES("django", &WANTED, CHANGES);
    struct settings w = WANTED;
    w.secret = SETTINGS_SECRET_ENV;
    w.secret_text = STR("X");
    test_change_refused("django", STR("EMAIL_HOST = 'h'\n"), &w, "");
    w.secret_text = STR("\xc3\xa9");
    w.secret = SETTINGS_SECRET_LITERAL;
    test_change_refused("django", STR("EMAIL_HOST = 'h'\n"), &w, "");
    w.attempt.mechanism = w.attempt.user = STR("");
    w.secret = SETTINGS_SECRET_NONE;
    w.attempt.from = STR("webmaster@localhost");
    TEST_CHANGES("django", &w, NO_LOGIN);
}

static void is_known(void **state UNUSED)
{
    static const struct test_shape SHAPES[] = { { "settings.py", HEAD, 100, 100 },
                                                { "", HEAD, 40, 40 },
                                                { "", "INSTALLED_APPS = []\n" HEAD, 60, 60 },
                                                { "", "x = 1\n", 0, 0 } };
    TEST_SHAPES("django", SHAPES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_as_users_write_them),
        cmocka_unit_test(what_is_broken_is_named),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(lines_change),
        cmocka_unit_test(is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
