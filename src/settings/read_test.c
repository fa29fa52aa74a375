/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

struct settings_reading test_reading;
struct arena test_arena;
struct err test_err;

static const char *given_value(const char *const *given, str name)
{
    for (; given && *given; given++)
        if (str_starts(str_from(*given), name) && (*given)[name.n] == '=')
            return *given + name.n + 1;
    return NULL;
}

struct settings_reading *test_end(void)
{
    arena_done(&test_arena);
    return NULL;
}

struct settings_reading *test_read(const char *program, str text, const char *const *given)
{
    return test_read_account(program, STR(""), text, given);
}

struct settings_reading *test_read_account(const char *program, str account, str text,
                                           const char *const *given)
{
    struct settings_reading *r = &test_reading;
    arena_init(&test_arena, 1 << 26);
    settings_reading_init(r, &test_arena,
                          program ? settings_program_named(str_from(program)) : NULL);
    r->account = account;
    assert_true(settings_give_file(r, STR("conf"), text));
    for (int round = 0; round < 9; round++) {
        if (!settings_read(r, &test_err))
            return test_end();
        if (!r->wishes)
            return r;
        for (size_t i = 0; i < r->file_count; i++) {
            const char *value = given_value(given, r->files[i].path);
            if (r->files[i].answer != SETTINGS_WISHED)
                continue;
            r->files[i].answer = value ? SETTINGS_GIVEN : SETTINGS_ABSENT;
            r->files[i].text = str_from(value);
        }
        for (size_t i = 0; i < r->variable_count; i++) {
            const char *value = given_value(given, r->variables[i].name);
            if (r->variables[i].answer != SETTINGS_WISHED)
                continue;
            r->variables[i].answer = value ? SETTINGS_GIVEN : SETTINGS_ABSENT;
            r->variables[i].value = str_from(value);
        }
    }
    fail_msg("it never stops wishing");
    return NULL;
}

void test_same(const char *what, const char *about, str got, str wanted)
{
    if (!str_eq(got, wanted))
        fail_msg("%s: %s is \"%.*s\", not \"%.*s\"", about, what, STR_ARG(got), STR_ARG(wanted));
}

void test_found(const struct settings_reading *r, const char *about, str wanted)
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

void test_mistakes(const struct settings_reading *r, const char *about, str wanted)
{
    char line[2048] = "";
    size_t n = 0;
    for (size_t i = 0; i < r->mistake_count && n < sizeof line; i++) {
        assert_true(r->mistakes[i].said.n && r->mistakes[i].remedy.n);
        n += (size_t)snprintf(line + n, sizeof line - n, "%s%.*s", i ? " " : "",
                              STR_ARG(r->mistakes[i].row->name));
    }
    test_same("mistakes", about, str_from(line), wanted);
}

void test_places(const struct settings_reading *r)
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

const str TEST_HOSTILE[TEST_HOSTILE_COUNT] = {
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
    STR_INIT("${x}"),
    STR_INIT("$$"),
    STR_INIT("a\"b\""),
    STR_INIT("back\\slash\\n"),
    STR_INIT("a#b"),
    STR_INIT("#first"),
    STR_INIT("a b"),
    STR_INIT(" lead"),
    STR_INIT("%40%s"),
    STR_INIT("a:b:c"),
    STR_INIT(":"),
    STR_INIT("x@y/z!"),
    STR_INIT("^a^^b"),
    STR_INIT("[h]:587"),
    STR_INIT("="),
    STR_INIT("a=b"),
    STR_INIT("{a}"),
    STR_INIT("<b>"),
    STR_INIT("a;b,c"),
    STR_INIT("*"),
    STR_INIT("''"),
};

void test_cases(const char *program, const struct test_case *cases, size_t count)
{
    for (const struct test_case *c = cases; c < cases + count; c++) {
        char about[400];
        snprintf(about, sizeof about, "%s, %s: %s", program ? program : "by shape",
                 c->about ? c->about : "", c->text.p);
        struct settings_reading *r = test_read(program, c->text, c->given);
        if (!r)
            fail_msg("%s: %s", about, test_err.why);
        test_found(r, about, c->found);
        test_mistakes(r, about, c->mistakes);
        test_places(r);
        test_end();
    }
}

void test_broken(const char *program, const struct test_broken *cases, size_t count)
{
    for (const struct test_broken *c = cases; c < cases + count; c++) {
        if (test_read(program, c->text, NULL))
            fail_msg("%s: it was read: %s", program, c->text.p);
        test_same("why", c->text.p, str_from(test_err.why), c->why);
    }
}

static const struct settings_program *named(const char *program)
{
    const struct settings_program *p = settings_program_named(str_from(program));
    assert_non_null(p);
    return p;
}

static void fields_are_same(const struct settings_reading *r, const char *about,
                            const struct settings *s)
{
    const struct smtp_attempt *a = &r->found.attempt;
    test_same("password", about, r->found.secret_text, s->secret_text);
    test_same("user", about, a->user, s->attempt.user);
    test_same("host", about, a->host, s->attempt.host);
    test_same("from", about, a->from, s->attempt.from);
    test_same("helo", about, a->helo, s->attempt.helo);
    test_same("certificates", about, r->found.ca_file, s->ca_file);
    assert_memory_equal(&a->source, &s->attempt.source, sizeof a->source);
    assert_int_equal(smtp_attempt_logs_in(a), smtp_attempt_logs_in(&s->attempt));
    assert_int_equal(a->port, s->attempt.port);
    if (a->security != s->attempt.security)
        fail_msg("%s: security %d", about, a->security);
}

static void no_other_mistakes(const struct settings_reading *r, const char *about, str allowed)
{
    for (const struct settings_mistake *m = r->mistakes; m < r->mistakes + r->mistake_count; m++)
        if (str_find(allowed, m->row->name) == STR_NOT_FOUND &&
            m->row->id != MISTAKE_LOGIN_IN_CLEAR && !str_starts(m->row->name, STR("secret-")))
            fail_msg("%s: mistake %.*s", about, STR_ARG(m->said));
}

void test_goes_round(const char *program, const struct settings *s, str allowed, str refused)
{
    struct buf text;
    char about[128];
    buf_init(&text, SETTINGS_TEXT_MAX);
    snprintf(about, sizeof about, "%s, %.*s, security %d", program, STR_ARG(s->secret_text),
             s->attempt.security);
    if (!settings_write(named(program), s, &text, &test_err)) {
        bool clear = s->attempt.security == SMTP_SECURITY_NONE &&
                     str_find(refused, STR("in clear")) != STR_NOT_FOUND;
        if (!clear && str_find(refused, s->secret_text) == STR_NOT_FOUND)
            fail_msg("%s: %s", about, test_err.why);
        buf_done(&text);
        return;
    }
    struct settings_reading *r = test_read(program, buf_str(&text), NULL);
    if (!r)
        fail_msg("%s: %s in:\n%.*s", about, test_err.why, STR_ARG(buf_str(&text)));
    fields_are_same(r, about, s);
    if (r->found.unverified != s->unverified &&
        str_find(allowed, STR("verify-off")) == STR_NOT_FOUND)
        fail_msg("%s: certificates are looked at: %d", about, s->unverified);
    if (settings_program_of_file(STR(""), buf_str(&text), &test_err) != r->program)
        fail_msg("%s: it is not known by its shape:\n%.*s", about, STR_ARG(buf_str(&text)));
    no_other_mistakes(r, about, allowed);
    test_places(r);
    buf_done(&text);
    test_end();
}

void test_round_trip(const char *program, str allowed, str refused)
{
    static const struct settings LOGINS[] = {
        TEST_LOGIN("mail.example.org", 587, NONE, "anna@example.org", "anna@example.org", ""),
        TEST_LOGIN("mail.example.org", 587, STARTTLS, "anna@example.org", "anna@example.org", ""),
        TEST_LOGIN("mail.example.org", 465, TLS, "anna@example.org", "anna@example.org", ""),
    };
    for (size_t i = 0; i < TEST_HOSTILE_COUNT; i++) {
        for (size_t k = 0; k < COUNT_OF(LOGINS); k++) {
            struct settings s = LOGINS[k];
            s.secret_text = TEST_HOSTILE[i];
            test_goes_round(program, &s, allowed, refused);
        }
    }
}

static void write_it(const char *program, const struct settings *s, struct buf *out)
{
    buf_init(out, SETTINGS_TEXT_MAX);
    if (!settings_write(named(program), s, out, &test_err))
        fail_msg("%s: %s", program, test_err.why);
}

void test_writes(const char *program, const struct settings *s, str text)
{
    struct buf out;
    write_it(program, s, &out);
    test_same("text", program, buf_str(&out), text);
    buf_done(&out);
}

void test_written(const char *program, const struct settings *s, str mistakes)
{
    struct buf out;
    write_it(program, s, &out);
    struct settings_reading *r = test_read(program, buf_str(&out), NULL);
    if (!r)
        fail_msg("%s: %s in:\n%.*s", program, test_err.why, STR_ARG(buf_str(&out)));
    assert_int_equal(r->found.secret, s->secret);
    test_same("secret", program, r->found.secret_text, s->secret_text);
    test_same("mechanism", program, r->found.attempt.mechanism, s->attempt.mechanism);
    test_same("certificates", program, r->found.ca_file, s->ca_file);
    for (int f = 0; f < SETTINGS_FIELDS; f++)
        if (settings_differs(r, s, (enum settings_field)f))
            fail_msg("%s: %.*s differs", program, STR_ARG(names_of(&SETTINGS_FIELD_NAMES, f)));
    test_mistakes(r, program, mistakes);
    test_end();
    buf_done(&out);
}

static void why_has(const char *about, const char *part)
{
    if (!strstr(test_err.why, part))
        fail_msg("%s: \"%s\" says nothing of \"%s\"", about, test_err.why, part);
}

void test_write_refused(const char *program, const struct settings *s, const char *part)
{
    struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    if (settings_write(named(program), s, &out, &test_err))
        fail_msg("%s: it was written: %.*s", program, STR_ARG(buf_str(&out)));
    why_has(program, part);
    buf_done(&out);
}

str test_changed(const char *program, str text, const struct settings *wanted, struct buf *out)
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

void test_changes(const char *program, const struct settings *wanted,
                  const struct test_change *cases, size_t count)
{
    struct buf out, again;
    buf_init(&out, SETTINGS_TEXT_MAX);
    buf_init(&again, SETTINGS_TEXT_MAX);
    for (size_t i = 0; i < count; i++) {
        str got = test_changed(program, cases[i].text, wanted, &out);
        if (!got.n)
            fail_msg("%s, %s: %s", program, cases[i].text.p, test_err.why);
        test_same("text, changed", cases[i].text.p, got, cases[i].changed);
        test_same("text, changed again", cases[i].text.p,
                  test_changed(program, got, wanted, &again), got);
    }
    buf_done(&out);
    buf_done(&again);
}

void test_change_refused(const char *program, str text, const struct settings *wanted,
                         const char *part)
{
    struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    test_same("text, changed", program, test_changed(program, text, wanted, &out), STR(""));
    why_has(program, part);
    buf_done(&out);
}

void test_shapes(const char *program, const struct test_shape *cases, size_t count)
{
    for (const struct test_shape *c = cases; c < cases + count; c++) {
        int looks = (int)named(program)->looks(str_from(c->path), str_from(c->text));
        if (looks < c->least || looks > c->most)
            fail_msg("%s: %s %s looks like it by %d", program, c->path, c->text, looks);
    }
}
