/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <expat.h>

#include "settings/settings.h"

/* ---- reading a property list back, with expat ---- */

enum { KEYS = 64, ROOM = 8192 };

struct plist {
    char text[ROOM];
    size_t n;
    struct {
        char key[64];
        char value[5000];
    } rows[KEYS];
    size_t count;
    bool key_open;
};

static void XMLCALL begins(void *user, const XML_Char *name, const XML_Char **unused UNUSED)
{
    struct plist *p = user;
    p->n = 0;
    p->key_open = strcmp(name, "key") == 0;
}
static void XMLCALL characters(void *user, const XML_Char *s, int n)
{
    struct plist *p = user;
    if (p->n + (size_t)n < sizeof p->text) {
        memcpy(p->text + p->n, s, (size_t)n);
        p->n += (size_t)n;
    }
}
static void XMLCALL ends(void *user, const XML_Char *name)
{
    struct plist *p = user;
    p->text[p->n] = 0;
    if (strcmp(name, "key") == 0 && p->count < KEYS) {
        memcpy(p->rows[p->count++].key, p->text, 64);
    } else if (p->count && !p->rows[p->count - 1].value[0] &&
               (strcmp(name, "string") == 0 || strcmp(name, "integer") == 0)) {
        memcpy(p->rows[p->count - 1].value, p->text, p->n + 1);
    } else if (p->count && (strcmp(name, "true") == 0 || strcmp(name, "false") == 0))
        memcpy(p->rows[p->count - 1].value, name, strlen(name) + 1);
    p->n = 0;
}

static struct plist read_back;

/* The value of a key's last row; NULL: there is none. */
static const char *value_of(const char *key)
{
    for (size_t i = read_back.count; i-- > 0;)
        if (strcmp(read_back.rows[i].key, key) == 0)
            return read_back.rows[i].value;
    return NULL;
}

static void parse(str text)
{
    memset(&read_back, 0, sizeof read_back);
    XML_Parser x = XML_ParserCreate(NULL);
    XML_SetUserData(x, &read_back);
    XML_SetElementHandler(x, begins, ends);
    XML_SetCharacterDataHandler(x, characters);
    if (!XML_Parse(x, text.p, (int)text.n, 1))
        fail_msg("line %lu: %s\n%.*s", XML_GetCurrentLineNumber(x),
                 XML_ErrorString(XML_GetErrorCode(x)), STR_ARG(text));
    XML_ParserFree(x);
}

static bool write_it(const struct settings *s, struct buf *out, struct err *e)
{
    buf_init(out, SETTINGS_TEXT_MAX);
    return settings_write(settings_program_named(STR("mobileconfig")), s, out, e);
}

static struct settings usual(void)
{
    return (struct settings){ .attempt = { .host = STR("mail.example.org"),
                                           .port = 587,
                                           .security = SMTP_SECURITY_STARTTLS,
                                           .mechanism = STR("PLAIN"),
                                           .user = STR("anna@example.org"),
                                           .from = STR("anna@example.org") },
                              .secret = SETTINGS_SECRET_ASKED };
}

/* ---- cases ---- */

static void a_profile_says_it_all(void **state UNUSED)
{
    static const struct {
        const char *key, *value;
    } WANTED[] = {
        { "PayloadType", "com.apple.mail.managed" },
        { "PayloadVersion", "1" },
        { "EmailAccountType", "EmailTypeIMAP" },
        { "EmailAddress", "anna@example.org" },
        { "IncomingMailServerHostName", "INCOMING-SERVER" },
        { "IncomingMailServerPortNumber", "993" },
        { "OutgoingMailServerHostName", "mail.example.org" },
        { "OutgoingMailServerPortNumber", "587" },
        { "OutgoingMailServerUseSSL", "true" },
        { "OutgoingMailServerAuthentication", "EmailAuthPassword" },
        { "OutgoingMailServerUsername", "anna@example.org" },
        { "OutgoingPassword", NULL },
        { "IncomingPassword", NULL },
    };
    struct settings s = usual();
    struct buf out;
    struct err e = { .kind = ERR_NONE };
    assert_true(write_it(&s, &out, &e));
    parse(buf_str(&out));
    for (size_t i = 0; i < COUNT_OF(WANTED); i++) {
        const char *found = value_of(WANTED[i].key);
        if ((found == NULL) != (WANTED[i].value == NULL) ||
            (found && strcmp(found, WANTED[i].value) != 0))
            fail_msg("%s: '%s'", WANTED[i].key, found ? found : "(none)");
    }
    assert_true(str_find(buf_str(&out), STR("<!-- Baton has not tried")) != STR_NOT_FOUND);
    buf_done(&out);
}

static void servers_follow_the_settings(void **state UNUSED)
{
    struct settings s = usual();
    struct buf out;
    struct err e = { .kind = ERR_NONE };
    s.attempt.host = STR("smtp.gmail.com");
    s.attempt.mechanism = STR("cram-md5");
    assert_true(write_it(&s, &out, &e));
    parse(buf_str(&out));
    assert_string_equal(value_of("IncomingMailServerHostName"), "imap.gmail.com");
    assert_string_equal(value_of("OutgoingMailServerAuthentication"), "EmailAuthCRAMMD5");
    buf_done(&out);

    s = usual();
    s.attempt.mechanism = s.attempt.user = STR_NONE;
    s.attempt.security = SMTP_SECURITY_NONE;
    assert_true(write_it(&s, &out, &e));
    parse(buf_str(&out));
    assert_string_equal(value_of("OutgoingMailServerAuthentication"), "EmailAuthNone");
    assert_string_equal(value_of("OutgoingMailServerUseSSL"), "false");
    assert_null(value_of("OutgoingMailServerUsername"));
    buf_done(&out);
}

/* What is XML's own, what ends a text, what a parser would change. */
static const char *const HOSTILE[] = {
    "a&b",
    "a<b>c",
    "]]>",
    "</string><key>PayloadType</key>",
    "\"'",
    "&amp;",
    "&#0;",
    "<!--",
    "-->",
    " both ends ",
    "\ttab",
    "new\nline",
    "carriage\rreturn",
    "both\r\nends\r\n",
    "\xc3\xa9\xe2\x82\xac",
    "$HOME ${x} %40 \\ # ! : @ /",
    "\xf0\x9f\x94\x91",
};

static void hostile_passwords_come_back(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(HOSTILE); i++) {
        struct settings s = usual();
        struct buf out;
        struct err e = { .kind = ERR_NONE };
        s.secret = SETTINGS_SECRET_LITERAL;
        s.secret_text = str_from(HOSTILE[i]);
        if (!write_it(&s, &out, &e))
            fail_msg("'%s': %s", HOSTILE[i], e.why);
        parse(buf_str(&out));
        assert_string_equal(value_of("OutgoingPassword"), HOSTILE[i]);
        assert_string_equal(value_of("OutgoingPasswordSameAsIncomingPassword"), "false");
        buf_done(&out);
    }
}

static void hostile_users_come_back(void **state UNUSED)
{
    static const char *const USERS[] = { "a&b",   "a<b>", "]]>",      "\"'",
                                         "&amp;", "-->",  "\xc3\xa9", "</dict>" };
    for (size_t i = 0; i < COUNT_OF(USERS); i++) {
        struct settings s = usual();
        struct buf out;
        struct err e = { .kind = ERR_NONE };
        s.attempt.user = s.attempt.from = str_from(USERS[i]);
        assert_true(write_it(&s, &out, &e));
        parse(buf_str(&out));
        assert_string_equal(value_of("OutgoingMailServerUsername"), USERS[i]);
        assert_string_equal(value_of("EmailAddress"), USERS[i]);
        buf_done(&out);
    }
}

static void what_xml_cannot_hold_is_refused(void **state UNUSED)
{
    static const char *const UNFIT[] = { "a\001b",       "\x1b[2J",      "latin \xe9",
                                         "\xef\xbf\xbf", "\xed\xa0\x80", "\x0c" };
    for (size_t i = 0; i < COUNT_OF(UNFIT); i++) {
        struct settings s = usual();
        struct buf out;
        struct err e = { .kind = ERR_NONE };
        s.secret = SETTINGS_SECRET_LITERAL;
        s.secret_text = str_from(UNFIT[i]);
        assert_false(write_it(&s, &out, &e));
        assert_non_null(strstr(e.why, "leave the password out"));
        assert_null(strstr(e.why, UNFIT[i]));
        assert_int_equal(out.n, 0);
        buf_done(&out);
    }
}

/* 8-4-4-4-12, version 8, variant of RFC 9562. */
static void check_uuid(const char *u)
{
    assert_int_equal(strlen(u), 36);
    for (size_t i = 0; i < 36; i++)
        assert_true(i == 8 || i == 13 || i == 18 || i == 23
                        ? u[i] == '-'
                        : strchr("0123456789ABCDEF", u[i]) != NULL);
    assert_int_equal(u[14], '8');
    assert_non_null(strchr("89AB", u[19]));
}

static void uuids_follow_the_values(void **state UNUSED)
{
    char first[64] = "";
    for (int round = 0; round < 4; round++) {
        struct settings s = usual();
        struct buf out;
        struct err e = { .kind = ERR_NONE };
        if (round == 1) { /* the password has no part in it */
            s.secret = SETTINGS_SECRET_LITERAL;
            s.secret_text = STR("geheim");
        }
        if (round == 2)
            s.attempt.user = STR("tom@example.org");
        if (round == 3)
            s.attempt.port = 465;
        assert_true(write_it(&s, &out, &e));
        parse(buf_str(&out));
        const char *inner = value_of("PayloadUUID");
        check_uuid(inner);
        if (round == 0)
            memcpy(first, inner, 37);
        assert_int_equal(strcmp(first, inner) == 0, round < 2);
        for (size_t i = 0; i < read_back.count; i++) /* the profile has one of its own */
            if (strcmp(read_back.rows[i].key, "PayloadUUID") == 0) {
                check_uuid(read_back.rows[i].value);
                assert_true(strcmp(read_back.rows[i].value, inner) != 0);
                break;
            }
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_says_it_all),
        cmocka_unit_test(servers_follow_the_settings),
        cmocka_unit_test(hostile_passwords_come_back),
        cmocka_unit_test(hostile_users_come_back),
        cmocka_unit_test(what_xml_cannot_hold_is_refused),
        cmocka_unit_test(uuids_follow_the_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
