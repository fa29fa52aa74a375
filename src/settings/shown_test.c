/* SPDX-License-Identifier: ISC */
#include "settings/shown.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

static void names_are_shown_and_pieces_of_passwords_are_not(void **state UNUSED)
{
    static const char *const SHOWN[] = { "smtpAuth2",
                                         "oauth2Client",
                                         "DBName",
                                         "oauth2ClientId",
                                         "sendMailWithSmtpAuthNow",
                                         "SMTP_PASSWROD",
                                         "mail_smtpHost",
                                         "$mail->SMTPOptions.ssl",
                                         "gitlab_rails['smtp_adress']",
                                         "[mail.corp.example]:587",
                                         "anna@corp.example",
                                         "smtp2_x",
                                         "tls_min_dh_prime_bits",
                                         "auth.user",
                                         "x" };
    static const char *const HIDDEN[] = {
        "wJj9qZk3",
        "Zk3wJj9",
        "root:$6$salt$hash:19000:0:99999:7:::",
        "a/b",
        "a+b",
        "x=y",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDX7v3kq",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "a\x1b",
        "pa\xc3\xa9",
        "p4ssw0rd9x",
        "aBcDeFgHiJ",
        "smtp_pasq7vZk3wJj9",
        "x:99999",
    };
    for (size_t i = 0; i < COUNT_OF(SHOWN); i++)
        if (!str_eq(settings_shown_key(str_from(SHOWN[i])), str_from(SHOWN[i])))
            fail_msg("'%s' is hidden", SHOWN[i]);
    for (size_t i = 0; i < COUNT_OF(HIDDEN); i++)
        if (!str_eq(settings_shown_key(str_from(HIDDEN[i])), SETTINGS_HIDDEN))
            fail_msg("'%s' is shown", HIDDEN[i]);
}

/* The secret's own value, as it is written; the variable in it. */
static void what_stands_behind_an_eaten_dollar_is_hidden(void **state UNUSED)
{
    static const struct {
        const char *written, *name;
        unsigned how;
        bool shown;
    } CASES[] = {
        { "${MAIL_PASSWORD}", "MAIL_PASSWORD", 0, true },
        { "\"$mail_password\"", "mail_password", 0, true },
        { "$__env{MAIL_PASSWORD}", "MAIL_PASSWORD", 0, true },
        { "%env(MAIL_PASSWORD)%", "MAIL_PASSWORD", 0, true },
        { "process.env.mailPass", "mailPass", SETTINGS_ITEM_CODE, true },
        { "elsewhere", "HOME", 0, true },
        { "pa$word", "word", 0, false },
        { "pa$WORD", "WORD", 0, false },
        { "$WORD9x", "WORD", 0, false },
        { "\xc3\xa9$WORD", "WORD", 0, false },
        { "$WORD\xc3\xa9", "WORD", 0, false },
        { "$ecret123", "ecret123", 0, false },
        { "$k3wJj9", "k3wJj9", 0, false },
        { "${MAIL:-hunter}", "MAIL", 0, false },
        { "env$WORD", "WORD", 0, true }, /* as in a call of env() */
        { "x$WORD", "WORD", 0, false },
    };
    struct settings_reading r;
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str text = str_from(CASES[i].written), name = str_from(CASES[i].name);
        settings_reading_init(&r, &a, NULL);
        assert_true(settings_give_file(&r, STR("f"), text));
        struct settings_item item = { .how = CASES[i].how,
                                      .place = { .file = &r.files[0], .n = text.n } };
        r.said[SETTINGS_SECRET] = &item;
        if (str_eq(settings_shown_variable(&r, name), name) != CASES[i].shown)
            fail_msg("'%s': %s", CASES[i].written, CASES[i].name);
        r.variables[0] = (struct settings_variable){ .name = name, .answer = SETTINGS_GIVEN };
        r.variable_count = 1;
        assert_true(str_eq(settings_shown_variable(&r, name), name));
    }
    arena_done(&a);
}

static void what_a_broken_url_left_is_no_server(void **state UNUSED)
{
    static const char *const SHOWN[] = {
        "mail.corp.example",    "", "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "mail_relay",
        "mail.corp.example:587"
    };
    static const char *const HIDDEN[] = { "anna%40corp.example:hunter2", "ter2@mail.corp.example",
                                          "hun/ter", "hun#ter", "a:b:587" };
    for (size_t i = 0; i < COUNT_OF(SHOWN); i++)
        if (!str_eq(settings_shown_host(str_from(SHOWN[i])), str_from(SHOWN[i])))
            fail_msg("'%s' is hidden", SHOWN[i]);
    for (size_t i = 0; i < COUNT_OF(HIDDEN); i++)
        if (!str_eq(settings_shown_host(str_from(HIDDEN[i])), SETTINGS_HIDDEN))
            fail_msg("'%s' is shown", HIDDEN[i]);
}

static void a_url_has_its_password_between_colon_and_the_last_at(void **state UNUSED)
{
    static const struct {
        const char *written, *secret;
    } CASES[] = {
        { "smtp://anna:hunter2@mail.corp.example:587", "hunter2" },
        { "'smtp://anna:hun@ter/2@mail.corp.example:587'", "hun@ter/2" },
        { "smtp://anna:hunter2", "hunter2" },
        { "smtp://:hunter2@mail.corp.example", "hunter2" },
        { "smtp://anna:12#34", "12#34" },
        { "smtp://mail.corp.example:587", NULL },
        { "\"smtp://mail.corp.example:587/?x=1\"", NULL },
        { "smtp://anna@mail.corp.example:587", NULL },
        { "smtp://mail.corp.example", NULL },
        { "smtp://anna:@mail.corp.example", NULL },
        { "hunter2", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str written = str_from(CASES[i].written);
        size_t at = 0, n = 0;
        bool is = settings_url_secret(written, &at, &n);
        if (is != (CASES[i].secret != NULL) ||
            (is && !str_eq(str_take(str_skip(written, at), n), str_from(CASES[i].secret))))
            fail_msg("'%s'", CASES[i].written);
    }
}

static void several_lines_are_no_value(void **state UNUSED)
{
    assert_true(str_eq(settings_shown_value(STR("anna\n")), STR("anna\n")));
    assert_true(str_eq(settings_shown_value(STR("")), STR("")));
    assert_true(str_eq(settings_shown_value(STR("root:x\nanna:y\n")), SETTINGS_HIDDEN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_shown_and_pieces_of_passwords_are_not),
        cmocka_unit_test(what_stands_behind_an_eaten_dollar_is_hidden),
        cmocka_unit_test(what_a_broken_url_left_is_no_server),
        cmocka_unit_test(several_lines_are_no_value),
        cmocka_unit_test(a_url_has_its_password_between_colon_and_the_last_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
