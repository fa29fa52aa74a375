/* SPDX-License-Identifier: ISC */
/*
 * settings/read_test.h - what tests of rows share: reading a text with files and variables at hand, writing and
 *         reading back, changing in place
 */
#ifndef BATON_SETTINGS_READ_TEST_H
#define BATON_SETTINGS_READ_TEST_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "settings/change.h"
#include "settings/reader.h"

/* "NAME=value", NULL at the end; a name with a '/' or '.' in front is a file's. */
static struct settings_reading test_reading;
static struct arena test_arena;
static struct err test_err;

static const char *test_given(const char *const *given, str name)
{
    for (; given && *given; given++)
        if (str_starts(str_from(*given), name) && (*given)[name.n] == '=')
            return *given + name.n + 1;
    return NULL;
}

static inline struct settings_reading *test_end(void)
{
    arena_done(&test_arena);
    return NULL;
}

/* NULL with test_err when it is broken. What it gives is good until test_end(). */
static inline struct settings_reading *test_read(const char *program, str text,
                                                 const char *const *given)
{
    struct settings_reading *r = &test_reading;
    arena_init(&test_arena, 1 << 26);
    settings_reading_init(r, &test_arena,
                          program ? settings_program_named(str_from(program)) : NULL);
    assert_true(settings_give_file(r, STR("conf"), text));
    for (int round = 0; round < 9; round++) {
        if (!settings_read(r, &test_err))
            return test_end();
        if (!r->wishes)
            return r;
        for (size_t i = 0; i < r->file_count; i++) {
            const char *value = test_given(given, r->files[i].path);
            if (r->files[i].answer != SETTINGS_WISHED)
                continue;
            r->files[i].answer = value ? SETTINGS_GIVEN : SETTINGS_ABSENT;
            r->files[i].text = str_from(value);
        }
        for (size_t i = 0; i < r->variable_count; i++) {
            const char *value = test_given(given, r->variables[i].name);
            if (r->variables[i].answer != SETTINGS_WISHED)
                continue;
            r->variables[i].answer = value ? SETTINGS_GIVEN : SETTINGS_ABSENT;
            r->variables[i].value = str_from(value);
        }
    }
    fail_msg("it never stops wishing");
    return NULL;
}

static inline void test_same(const char *what, const char *about, str got, str wanted)
{
    if (!str_eq(got, wanted))
        fail_msg("%s: %s is \"%.*s\", not \"%.*s\"", about, what, STR_ARG(got), STR_ARG(wanted));
}

/* "host:port security mechanism user secret-kind secret from", "-" for what is not there. */
static inline void test_found(const struct settings_reading *r, const char *about, str wanted)
{
    const struct smtp_attempt *a = &r->found.attempt;
    char line[2048];
    str security = names_of(&SMTP_SECURITY_NAMES, (int)a->security);
    str secret = names_of(&SETTINGS_SECRET_NAMES, (int)r->found.secret);
#define OR_DASH(s) STR_ARG((s).n ? (s) : STR("-"))
    snprintf(line, sizeof line, "%.*s:%u %.*s %.*s %.*s %.*s %.*s %.*s", OR_DASH(a->host), a->port,
             STR_ARG(security), OR_DASH(a->mechanism), OR_DASH(a->user), STR_ARG(secret),
             OR_DASH(r->found.secret_text), OR_DASH(a->from));
    test_same("found", about, str_from(line), wanted);
}

/* Names of the mistakes, blank between. */
static inline void test_mistakes(const struct settings_reading *r, const char *about, str wanted)
{
    char line[2048] = "";
    size_t n = 0;
    for (size_t i = 0; i < r->mistake_count && n < sizeof line; i++)
        n += (size_t)snprintf(line + n, sizeof line - n, "%s%.*s", i ? " " : "",
                              STR_ARG(r->mistakes[i].row->name));
    test_same("mistakes", about, str_from(line), wanted);
}

/* Every item's place lies in its file, and lines and columns are those of the octets. */
static inline void test_places(const struct settings_reading *r)
{
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_place *p = &r->items[i].place;
        if (!p->file)
            continue;
        assert_true(p->at + p->n <= p->file->text.n);
        uint32_t line = 1, column = 1;
        for (size_t k = 0; k < p->at; k++) {
            column = p->file->text.p[k] == '\n' ? 1 : column + 1;
            line += p->file->text.p[k] == '\n';
        }
        assert_int_equal(p->line, line);
        assert_int_equal(p->column, column);
    }
}

/* Passwords with everything in them that means something to somebody. */
static const str TEST_HOSTILE[] = {
    STR_INIT("simple"),
    STR_INIT("pa#ss"),
    STR_INIT("pa;ss"),
    STR_INIT("pa ss"),
    STR_INIT(" both ends "),
    STR_INIT("$HOME"),
    STR_INIT("a$b"),
    STR_INIT("it's"),
    STR_INIT("say \"hi\""),
    STR_INIT("\"quoted\""),
    STR_INIT("'quoted'"),
    STR_INIT("`back`"),
    STR_INIT("`"),
    STR_INIT("back\\"),
    STR_INIT("\\n\\x41"),
    STR_INIT("100%"),
    STR_INIT("%40%s%d"),
    STR_INIT("\xc3\xa9t\xc3\xa9"),
    STR_INIT("a:b@c/d?e!f"),
    STR_INIT("#{x}"),
    STR_INIT("\"\"\"x\"\"\""),
    STR_INIT("=a=[b]"),
    STR_INIT("\ttab\t"),
    STR_INIT("//c/*d*/"),
    STR_INIT("\xc2\xa0nbsp"),
    STR_INIT("'"),
    STR_INIT("\""),
    STR_INIT("\\'\\\""),
};

/* What write wrote for them is read again as it was, and nothing in it is a mistake but `allowed`. refused: "in clear",
 * or the values that the program cannot carry. */
static inline void test_round_trip(const char *program, str allowed, str refused)
{
    const struct settings_program *p = settings_program_named(str_from(program));
    for (size_t i = 0; i < COUNT_OF(TEST_HOSTILE); i++) {
        for (int security = SMTP_SECURITY_NONE; security <= SMTP_SECURITY_TLS; security++) {
            struct settings s = {
                .attempt = { .host = STR_INIT("mail.example.org"),
                             .port = security == SMTP_SECURITY_TLS ? 465 : 587,
                             .security = (enum smtp_security)security,
                             .mechanism = STR_INIT("auto"),
                             .user = STR_INIT("anna@example.org"),
                             .from = STR_INIT("anna@example.org") },
                .secret = SETTINGS_SECRET_LITERAL,
                .secret_text = TEST_HOSTILE[i],
            };
            struct buf text;
            buf_init(&text, SETTINGS_TEXT_MAX);
            char about[128];
            snprintf(about, sizeof about, "%s, %.*s, security %d", program,
                     STR_ARG(TEST_HOSTILE[i]), security);
            if (!settings_write(p, &s, &text, &test_err)) {
                bool clear = security == SMTP_SECURITY_NONE && str_eq(refused, STR("in clear"));
                if (!clear && str_find(refused, TEST_HOSTILE[i]) == STR_NOT_FOUND)
                    fail_msg("%s: %s", about, test_err.why);
                buf_done(&text);
                continue;
            }
            struct settings_reading *r = test_read(program, buf_str(&text), NULL);
            if (!r)
                fail_msg("%s: %s in:\n%.*s", about, test_err.why, STR_ARG(buf_str(&text)));
            test_same("password", about, r->found.secret_text, s.secret_text);
            test_same("user", about, r->found.attempt.user, s.attempt.user);
            test_same("host", about, r->found.attempt.host, s.attempt.host);
            test_same("from", about, r->found.attempt.from, s.attempt.from);
            assert_int_equal(r->found.attempt.port, s.attempt.port);
            if (r->found.attempt.security != s.attempt.security)
                fail_msg("%s: security %d", about, r->found.attempt.security);
            for (size_t k = 0; k < r->mistake_count; k++)
                if (str_find(allowed, r->mistakes[k].row->name) == STR_NOT_FOUND &&
                    r->mistakes[k].row->id != MISTAKE_LOGIN_IN_CLEAR &&
                    !str_starts(r->mistakes[k].row->name, STR("secret-")))
                    fail_msg("%s: mistake %.*s", about, STR_ARG(r->mistakes[k].said));
            test_places(r);
            buf_done(&text);
            test_end();
        }
    }
}

/* The text with its lines changed; "" and the sentence in test_err where it was refused. */
static inline str test_changed(const char *program, str text, const struct settings *wanted,
                               struct buf *out)
{
    static struct settings_changes changes;
    struct settings_reading *r = test_read(program, text, NULL);
    if (!r)
        fail_msg("%s", test_err.why);
    changes.arena = &test_arena;
    buf_clear(out);
    if (settings_change(r, wanted, &changes, &test_err))
        assert_true(settings_changed_text(&changes, settings_main_file(r), out));
    test_end();
    return buf_str(out);
}
#endif
