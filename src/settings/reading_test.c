/* SPDX-License-Identifier: ISC */
#include "settings/reader.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ROOM = 64 << 20 };

/* ------------------------------------------------------------------------------------------------
 * A program of our own: lines "key value", [section], "include FILE", "variable NAME", "broken"
 */
static bool add_line(struct settings_reading *r, const struct settings_file *f, str line, size_t at,
                     str *section, struct err *e);

static bool read_file(struct settings_reading *r, const struct settings_file *f, str *section,
                      struct err *e)
{
    for (str rest = f->text; rest.n;) {
        size_t at = (size_t)(rest.p - f->text.p);
        str line = str_cut(&rest, '\n');
        if (line.n && !add_line(r, f, line, at, section, e))
            return false;
    }
    return true;
}

static bool add_line(struct settings_reading *r, const struct settings_file *f, str line, size_t at,
                     str *section, struct err *e)
{
    str rest = line, key = str_cut(&rest, ' '), value = STR_NONE;
    size_t n = rest.p ? (size_t)(rest.p - line.p) : line.n;
    if (line.p[0] == '[')
        *section = str_take(str_skip(line, 1), line.n - 2);
    else if (str_eq(key, STR("broken")))
        return settings_broken(f, at + n, e, "this line is '%.*s'", STR_ARG(key));
    else if (str_eq(key, STR("include"))) {
        const struct settings_file *more = settings_file_named(r, rest, f);
        return !more || read_file(r, more, section, e);
    } else if (str_eq(key, STR("variable"))) {
        if (settings_variable(r, rest, &value))
            settings_add_item(r, *section, rest, value, settings_place_of(f, at + n, rest.n),
                              SETTINGS_ITEM_EXPANDED);
    } else {
        settings_add_item(r, *section, key, rest, settings_place_of(f, at + n, rest.n), 0);
    }
    return true;
}

static bool read(struct settings_reading *r, struct err *e)
{
    str section = STR("");
    if (!read_file(r, settings_main_file(r), &section, e))
        return false;
    settings_take(r, SETTINGS_HOST, settings_item_named(r, STR_NONE, STR("host")));
    settings_take(r, SETTINGS_PORT, settings_item_nocase(r, STR(""), STR("PORT")));
    settings_take(r, SETTINGS_USER, settings_item_named(r, STR("mail"), STR("user")));
    settings_take(r, SETTINGS_SOURCE, settings_item_named(r, STR(""), STR("source")));
    settings_take_secret(r, settings_item_named(r, STR(""), STR("password")));
    return true;
}

static const struct settings_program OURS = { .name = STR_INIT("ours"),
                                              .title = STR_INIT("Ours"),
                                              .read = read };
static const struct settings_program WRITES = { .name = STR_INIT("writes"),
                                                .title = STR_INIT("Writes") };

struct fixture {
    struct arena arena;
    struct settings_reading r;
    struct err e;
};

static void begin(struct fixture *x, const char *text)
{
    arena_init(&x->arena, ROOM);
    x->e = (struct err){ .kind = ERR_NONE };
    settings_reading_init(&x->r, &x->arena, &OURS);
    assert_true(settings_give_file(&x->r, STR("some/ours.conf"), str_from(text)));
}

static void end(struct fixture *x)
{
    arena_done(&x->arena);
}

/* ------------------------------------------------------------------------------------------------
 * Cases
 */
static void fields_and_their_places(void **state UNUSED)
{
    struct fixture x;
    begin(&x, "host a.example\nPort 587\n\n[mail]\nuser anna\nhost  b.example \nwhat 1\n");
    assert_true(settings_read(&x.r, &x.e));
    const struct smtp_attempt *a = &x.r.found.attempt;
    assert_true(str_eq(a->host, STR("b.example"))); /* the last, without its blanks */
    assert_int_equal(a->port, 587);
    assert_true(str_eq(a->user, STR("anna")));
    assert_int_equal(x.r.said[SETTINGS_HOST]->place.line, 6);
    assert_int_equal(x.r.said[SETTINGS_HOST]->place.column, 6);
    assert_int_equal(x.r.said[SETTINGS_PORT]->place.line, 2);
    assert_int_equal(x.r.said[SETTINGS_USER]->place.line, 5);
    assert_null(x.r.said[SETTINGS_SECRET]);
    assert_int_equal(x.r.item_count, 5);
    assert_true(x.r.items[0].known); /* all of that key are */
    assert_false(x.r.items[4].known);
    assert_int_equal(x.r.key_count, 5);
    end(&x);
}

static void wishes_are_asked_again_until_there_is_none(void **state UNUSED)
{
    struct fixture x;
    begin(&x, "include more\nvariable host\ninclude gone\n");
    assert_true(settings_read(&x.r, &x.e));
    assert_int_equal(x.r.wishes, 3);
    assert_int_equal(x.r.file_count, 3);
    assert_ptr_equal(x.r.files[1].from, &x.r.files[0]);
    x.r.files[1].text = STR("include more\nport 25\n");
    x.r.files[1].answer = SETTINGS_GIVEN;
    x.r.files[2].answer = SETTINGS_ABSENT;
    x.r.variables[0].value = STR("a.example");
    x.r.variables[0].answer = SETTINGS_GIVEN;
    assert_true(settings_read(&x.r, &x.e)); /* "more" of more is another file */
    assert_int_equal(x.r.wishes, 1);
    assert_ptr_equal(x.r.files[3].from, &x.r.files[1]);
    x.r.files[3].answer = SETTINGS_ABSENT;
    assert_true(settings_read(&x.r, &x.e));
    assert_int_equal(x.r.wishes, 0);
    assert_int_equal(x.r.file_count, 4);
    assert_int_equal(x.r.variable_count, 1);
    assert_true(str_eq(x.r.found.attempt.host, STR("a.example")));
    assert_ptr_equal(x.r.said[SETTINGS_PORT]->place.file, &x.r.files[1]);
    assert_int_equal(x.r.said[SETTINGS_PORT]->place.line, 2);
    end(&x);
}

static bool says(const struct fixture *x, const char *what)
{
    for (size_t i = 0; i < x->r.mistake_count; i++)
        if (str_find(x->r.mistakes[i].said, str_from(what)) != STR_NOT_FOUND)
            return true;
    return false;
}

static void a_file_that_includes_itself_comes_to_an_end(void **state UNUSED)
{
    struct fixture x;
    size_t rounds = 0;
    begin(&x, "include more\n");
    do {
        assert_true(settings_read(&x.r, &x.e));
        for (size_t i = 1; i < x.r.file_count; i++) {
            x.r.files[i].text = STR("include more\n");
            x.r.files[i].answer = SETTINGS_GIVEN;
        }
        assert_true(++rounds < 100);
    } while (x.r.wishes);
    assert_int_equal(x.r.file_count, SETTINGS_FILES);
    assert_true(says(&x, "more than 23 other files are named"));
    assert_false(settings_give_file(&x.r, STR("x"), STR("y")));
    end(&x);
}

static void too_many_variables_are_not_set(void **state UNUSED)
{
    struct fixture x;
    str value;
    begin(&x, "host a\n");
    for (size_t i = 0; i < SETTINGS_VARIABLES; i++)
        assert_false(settings_variable(&x.r, arena_printf(&x.arena, "V%zu", i), &value));
    assert_int_equal(x.r.wishes, SETTINGS_VARIABLES);
    assert_false(settings_variable(&x.r, STR("MORE"), &value));
    assert_int_equal(x.r.variable_count, SETTINGS_VARIABLES);
    assert_int_equal(x.r.wishes, SETTINGS_VARIABLES);
    end(&x);
}

static void more_variables_than_can_be_held_are_told(void **state UNUSED)
{
    struct fixture x;
    AUTO(buf_done) struct buf text;
    buf_init(&text, 1 << 20);
    for (int i = 0; i <= SETTINGS_VARIABLES; i++)
        buf_addf(&text, "variable V%d\n", i);
    assert_true(buf_addc(&text, '\0'));
    begin(&x, text.p);
    assert_true(settings_read(&x.r, &x.e));
    for (size_t i = 0; i < x.r.variable_count; i++)
        x.r.variables[i].answer = SETTINGS_ABSENT;
    assert_true(settings_read(&x.r, &x.e));
    assert_int_equal(x.r.wishes, 0);
    assert_true(says(&x, "more than 64 variables are named"));
    end(&x);
}

/* The last of a key counts: with a part of the items another setting would be told than holds. */
static void too_many_items_are_no_answer(void **state UNUSED)
{
    struct fixture x;
    AUTO(buf_done) struct buf text;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < SETTINGS_ITEMS; i++)
        buf_addf(&text, "k%d 1\n", i);
    size_t just = text.n;
    assert_true(buf_add(&text, STR("host late.example\n")) && buf_addc(&text, '\0'));
    begin(&x, text.p);
    assert_false(settings_read(&x.r, &x.e));
    assert_non_null(strstr(x.e.why, "some/ours.conf: there are more than 8192 settings"));
    x.r.files[0].text = (str){ text.p, just };
    assert_true(settings_read(&x.r, &x.e));
    assert_int_equal(x.r.item_count, SETTINGS_ITEMS);
    end(&x);
}

/* However little room there is: the whole answer, or none. */
static void without_room_there_is_no_answer(void **state UNUSED)
{
    size_t told = 0, refused = 0;
    for (size_t room = 0; room < (size_t)2 * ROOM; room += room < 4096 ? 16 : ROOM / 8) {
        struct fixture x;
        begin(&x, "host a.example\nport 25\n[mail]\nuser anna\n");
        arena_init(&x.arena, room);
        if (settings_read(&x.r, &x.e)) {
            told++;
            assert_true(str_eq(x.r.found.attempt.host, STR("a.example")));
            assert_int_equal(x.r.found.attempt.port, 25);
            assert_true(str_eq(x.r.found.attempt.user, STR("anna")));
        } else {
            refused++;
            assert_int_equal(x.e.kind, ERR_LIMIT);
        }
        end(&x);
    }
    assert_true(told && refused);
}

static void a_broken_file_is_named(void **state UNUSED)
{
    struct fixture x;
    begin(&x, "host a\n\nbroken line\n");
    assert_false(settings_read(&x.r, &x.e));
    assert_int_equal(x.e.kind, ERR_SYNTAX);
    assert_string_equal(x.e.why, "some/ours.conf:3:8: this line is 'broken'");
    x.r.program = &WRITES;
    assert_false(settings_read(&x.r, &x.e));
    assert_non_null(strstr(x.e.why, "Baton does not read files of Writes"));
    end(&x);
}

static void nobodys_file_is_told(void **state UNUSED)
{
    struct fixture x;
    begin(&x, "\x01\x02 neither nor\n");
    x.r.program = NULL;
    assert_false(settings_read(&x.r, &x.e));
    assert_non_null(strstr(x.e.why, "some/ours.conf looks like no settings file"));
    end(&x);
}

static void a_broken_port_is_a_mistake(void **state UNUSED)
{
    static const char *const CASES[] = { "port 0\n", "port 65536\n", "port smtp\n", "port -1\n",
                                         "port \n" };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct fixture x;
        begin(&x, CASES[i]);
        assert_true(settings_read(&x.r, &x.e));
        assert_int_equal(x.r.found.attempt.port, 0);
        assert_true(x.r.mistake_count > 0);
        assert_int_equal(x.r.mistakes[0].row->id, MISTAKE_PORT_BROKEN);
        assert_int_equal(x.r.mistakes[0].item->place.line, 1);
        end(&x);
    }
}

static void octets_that_some_programs_mind_are_noted(void **state UNUSED)
{
    static const struct {
        const char *text;
        enum settings_mistake_id id;
        const char *said;
    } CASES[] = {
        { "host a\n", MISTAKES, NULL },
        { "host a # caf\xc3\xa9\n", MISTAKES, NULL },
        { "\xef\xbb\xbfhost a\n", MISTAKE_FILE_MARK, "byte order mark" },
        { "host a\nuser u\r\n", MISTAKES, NULL },
        { "host a\nx caf\xe9\n", MISTAKE_FILE_NOT_UTF8, "line 2, column 6 holds" },
        { "host a\nx caf\xc3", MISTAKE_FILE_NOT_UTF8, "line 2, column 6 holds" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct fixture x;
        size_t noted = 0;
        begin(&x, CASES[i].text);
        assert_true(settings_read(&x.r, &x.e));
        for (size_t k = 0; k < x.r.mistake_count; k++) {
            const struct settings_mistake *m = &x.r.mistakes[k];
            if (m->row->id < MISTAKE_FILE_MARK)
                continue;
            noted++;
            assert_int_equal(m->row->id, CASES[i].id);
            assert_int_equal(m->sure, MISTAKE_NOTE);
            assert_true(str_find(m->said, str_from(CASES[i].said)) != STR_NOT_FOUND);
        }
        assert_int_equal(noted, CASES[i].id != MISTAKES);
        end(&x);
    }
}

static void code_is_no_value(void **state UNUSED)
{
    struct fixture x;
    struct settings_item *i;
    begin(&x, "host a\n");
    i = settings_add_item(&x.r, STR(""), STR("password"), STR("secret()"),
                          settings_place_of(x.r.files, 0, 4), SETTINGS_ITEM_CODE);
    settings_take_secret(&x.r, i);
    assert_int_equal(x.r.found.secret, SETTINGS_SECRET_HIDDEN);
    assert_int_equal(x.r.found.secret_text.n, 0);
    settings_take(&x.r, SETTINGS_HOST, i);
    assert_int_equal(x.r.found.attempt.host.n, 0);
    assert_ptr_equal(x.r.said[SETTINGS_HOST], i);
    i->how = 0;
    settings_take_secret(&x.r, i);
    assert_int_equal(x.r.found.secret, SETTINGS_SECRET_LITERAL);
    settings_take_reference(&x.r, i, SETTINGS_SECRET_ENV, STR("NAME"));
    assert_int_equal(x.r.found.secret, SETTINGS_SECRET_ENV);
    assert_true(str_eq(x.r.found.secret_text, STR("NAME")));
    settings_take(&x.r, SETTINGS_USER, NULL); /* these do nothing */
    settings_take_secret(&x.r, NULL);
    settings_take_reference(&x.r, NULL, SETTINGS_SECRET_FILE, STR("x"));
    settings_said(&x.r, SETTINGS_USER, NULL);
    assert_null(x.r.said[SETTINGS_USER]);
    end(&x);
}

static void words_for_yes_and_no(void **state UNUSED)
{
    static const struct {
        const char *word;
        int truth;
    } CASES[] = { { "1", 1 },    { "Yes", 1 }, { " true\t", 1 }, { "ON", 1 },     { "", 0 },
                  { " ", 0 },    { "0", 0 },   { "no", 0 },      { "False", 0 },  { "off", 0 },
                  { "tls", -1 }, { "2", -1 },  { "'no'", -1 },   { "truee", -1 }, { "y", -1 } };
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        assert_int_equal(settings_truth(str_from(CASES[i].word)), CASES[i].truth);
}

/* Counted from the beginning, and by the marks: at every octet, and behind the end. */
static void places_are_the_same_however_found(void **state UNUSED)
{
    struct fixture x;
    AUTO(buf_done) struct buf text;
    buf_init(&text, 1 << 16);
    for (unsigned i = 0; i < 300; i++)
        buf_addf(&text, "%.*s\n", (int)(i * 7 % 61),
                 "host a.example is a line that may be as long "
                 "as this, or far shorter");
    buf_addc(&text, '\0');
    begin(&x, text.p);
    assert_true(settings_read(&x.r, &x.e));
    assert_non_null(x.r.files[0].marks);
    struct settings_file plain = x.r.files[0];
    plain.marks = NULL;
    for (size_t at = 0; at < plain.text.n + 3; at++) {
        struct settings_place a = settings_place_of(&x.r.files[0], at, 1);
        struct settings_place b = settings_place_of(&plain, at, 1);
        assert_int_equal(a.line, b.line);
        assert_int_equal(a.column, b.column);
        assert_int_equal(a.at, at);
    }
    end(&x);
}

static void a_place_is_written(void **state UNUSED)
{
    struct settings_file f = { .path = STR("a\nb.conf"), .text = STR("x\ny") };
    struct settings_place p = settings_place_of(&f, 2, 1);
    AUTO(buf_done) struct buf out;
    buf_init(&out, 100);
    settings_add_place(&p, &out);
    assert_true(str_eq(buf_str(&out), STR("a\\x0Ab.conf:2")));
    p.file = NULL;
    settings_add_place(&p, &out);
    assert_true(str_eq(buf_str(&out), STR("a\\x0Ab.conf:2")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_and_their_places),
        cmocka_unit_test(wishes_are_asked_again_until_there_is_none),
        cmocka_unit_test(a_file_that_includes_itself_comes_to_an_end),
        cmocka_unit_test(too_many_variables_are_not_set),
        cmocka_unit_test(more_variables_than_can_be_held_are_told),
        cmocka_unit_test(too_many_items_are_no_answer),
        cmocka_unit_test(without_room_there_is_no_answer),
        cmocka_unit_test(a_broken_file_is_named),
        cmocka_unit_test(nobodys_file_is_told),
        cmocka_unit_test(a_broken_port_is_a_mistake),
        cmocka_unit_test(octets_that_some_programs_mind_are_noted),
        cmocka_unit_test(code_is_no_value),
        cmocka_unit_test(words_for_yes_and_no),
        cmocka_unit_test(places_are_the_same_however_found),
        cmocka_unit_test(a_place_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
