/* SPDX-License-Identifier: ISC */
#include "settings/change.h"
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
 * A program of our own: "key=value" lines; "map=FILE" names a file with the password; a comment sign cuts a value, and
 * our change() does not mind it.
 */
static void read_lines(struct settings_reading *r, const struct settings_file *f)
{
    for (str rest = f->text; rest.n;) {
        str line = str_cut(&rest, '\n'), value = line, key = str_cut(&value, '=');
        str kept = value;
        kept = str_trim(str_cut(&kept, '#'));
        if (value.p)
            settings_add_item(
                r, STR(""), key, kept,
                settings_place_of(f, (size_t)(value.p - f->text.p), str_trim(value).n), 0);
    }
}

static bool read(struct settings_reading *r, struct err *e UNUSED)
{
    str value;
    read_lines(r, settings_main_file(r));
    const struct settings_item *map = settings_item_named(r, STR_NONE, STR("map"));
    const struct settings_file *f = map ? settings_file_named(r, map->value, map->place.file)
                                        : NULL;
    if (f)
        read_lines(r, f);
    settings_take(r, SETTINGS_HOST, settings_item_named(r, STR_NONE, STR("host")));
    settings_take(r, SETTINGS_PORT, settings_item_named(r, STR_NONE, STR("port")));
    settings_take(r, SETTINGS_USER, settings_item_named(r, STR_NONE, STR("user")));
    settings_take_secret(r, settings_item_named(r, STR_NONE, STR("pass")));
    if (settings_variable(r, STR("HELO"), &value))
        r->found.attempt.helo = value;
    return true;
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e UNUSED)
{
    const struct smtp_attempt *a = &wanted->attempt;
    const struct settings_file *f = settings_main_file(r);
    if (settings_differs(r, wanted, SETTINGS_HOST))
        settings_set(r, out, f, STR(""), STR("host"), a->host,
                     arena_printf(out->arena, "host=%.*s\n", STR_ARG(a->host)));
    if (settings_differs(r, wanted, SETTINGS_USER) && !a->user.n)
        settings_unset(r, out, STR(""), STR("user"));
    else if (settings_differs(r, wanted, SETTINGS_USER))
        settings_set(r, out, f, STR(""), STR("user"), a->user,
                     arena_printf(out->arena, "user=%.*s\n", STR_ARG(a->user)));
    if (settings_differs(r, wanted, SETTINGS_SECRET))
        settings_set(r, out, f, STR(""), STR("pass"), wanted->secret_text, STR_NONE);
    return true;
}

static const struct settings_program OURS = {
    .name = STR_INIT("ours"), .title = STR_INIT("Ours"), .read = read, .change = change
};
static const struct settings_program READS = { .name = STR_INIT("reads"),
                                               .title = STR_INIT("Reads"),
                                               .read = read };

struct fixture {
    struct arena arena;
    struct settings_reading r;
    struct settings wanted;
    struct settings_changes c;
    struct buf text;
    struct err e;
};

/* second: what "map=second" names; NULL: it is not there. */
static void begin(struct fixture *x, const char *text, const char *second)
{
    memset(x, 0, sizeof *x);
    arena_init(&x->arena, ROOM);
    buf_init(&x->text, 1 << 20);
    x->c.arena = &x->arena;
    settings_reading_init(&x->r, &x->arena, &OURS);
    assert_true(settings_give_file(&x->r, STR("ours.conf"), str_from(text)));
    do {
        assert_true(settings_read(&x->r, &x->e));
        for (size_t i = 1; i < x->r.file_count; i++) {
            x->r.files[i].answer = second ? SETTINGS_GIVEN : SETTINGS_ABSENT;
            x->r.files[i].text = str_from(second);
        }
        x->r.variables[0].answer = SETTINGS_GIVEN;
        x->r.variables[0].value = STR("pc.example");
    } while (x->r.wishes);
    x->wanted = x->r.found;
    x->wanted.secret = SETTINGS_SECRET_ASKED;
}

static void end(struct fixture *x)
{
    buf_done(&x->text);
    arena_done(&x->arena);
}

static void must_become(struct fixture *x, size_t file, const char *text)
{
    assert_true(settings_change(&x->r, &x->wanted, &x->c, &x->e));
    if (!settings_change_holds(&x->r, &x->wanted, &x->c, &x->e))
        fail_msg("%s", x->e.why);
    buf_clear(&x->text);
    assert_true(settings_changed_text(&x->c, &x->r.files[file], &x->text));
    buf_addc(&x->text, '\0');
    assert_string_equal(x->text.p, text);
}

/* ------------------------------------------------------------------------------------------------
 * Cases
 */
static void two_lines_behind_one_that_is_open_are_two_lines(void **state UNUSED)
{
    static const struct {
        const char *before, *after;
    } CASES[] = { { "host=a", "host=a\nb=1\nc=2\n" },
                  { "host=a\n", "host=a\nb=1\nc=2\n" },
                  { "# x\r\nhost=a", "# x\r\nhost=a\r\nb=1\r\nc=2\r\n" } };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct fixture x;
        begin(&x, CASES[i].before, NULL);
        settings_set(&x.r, &x.c, &x.r.files[0], STR(""), STR("b"), STR("1"), STR("b=1\n"));
        settings_set(&x.r, &x.c, &x.r.files[0], STR(""), STR("c"), STR("2"), STR("c=2\n"));
        assert_true(settings_changed_text(&x.c, &x.r.files[0], &x.text));
        buf_addc(&x.text, '\0');
        assert_string_equal(x.text.p, CASES[i].after);
        end(&x);
    }
}

static void only_what_differs_is_touched(void **state UNUSED)
{
    static const struct {
        const char *label, *before, *host, *user, *after;
    } CASES[] = {
        { "nothing", "host=a\nuser=u\n", "a", "u", "host=a\nuser=u\n" },
        { "case of a host is no difference", "host=A\n", "a", NULL, "host=A\n" },
        { "one value", "# host=x\nhost=a\nport=1\n", "b", NULL, "# host=x\nhost=b\nport=1\n" },
        { "the last of two", "host=x\nhost=a\n", "b", NULL, "host=x\nhost=b\n" },
        { "a line behind the last", "host=a\n\n# end\n", "a", "u", "host=a\nuser=u\n\n# end\n" },
        { "a last line that is open", "host=a", "a", "u", "host=a\nuser=u\n" },
        { "no item at all", "# nothing", "b", NULL, "# nothing\nhost=b\n" },
        { "an empty file", "", "b", NULL, "host=b\n" },
        { "lines of Windows", "host=a\r\nport=1\r\n", "a", "u", "host=a\r\nport=1\r\nuser=u\r\n" },
        { "an open line of Windows", "port=1\r\nhost=a", "a", "u",
          "port=1\r\nhost=a\r\nuser=u\r\n" },
        { "two changes", "host=a\nport=1\nuser=u\n", "b", "v", "host=b\nport=1\nuser=v\n" },
        { "a line goes", "host=a\nuser=u\nport=1\n", "a", "", "host=a\nport=1\n" },
        { "all of a key go", "user=u\nhost=a\nuser=v", "a", "", "host=a\n" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct fixture x;
        begin(&x, CASES[i].before, NULL);
        x.wanted.attempt.host = str_from(CASES[i].host);
        x.wanted.attempt.user = str_from(CASES[i].user);
        must_become(&x, 0, CASES[i].after);
        end(&x);
    }
}

static void another_file_is_changed_where_it_stands_there(void **state UNUSED)
{
    struct fixture x;
    begin(&x, "host=a\nmap=second\nuser=u\n", "other=1\npass=old\n");
    x.wanted.secret = SETTINGS_SECRET_LITERAL;
    x.wanted.secret_text = STR("new");
    x.wanted.attempt.host = STR("b");
    must_become(&x, 0, "host=b\nmap=second\nuser=u\n");
    must_become(&x, 1, "other=1\npass=new\n");
    end(&x);
}

static void what_would_not_hold_is_refused(void **state UNUSED)
{
    static const struct {
        const char *text, *second, *host, *user, *secret, *field;
    } CASES[] = {
        { "host=a\n", NULL, "b # c", NULL, NULL, "host" },  /* the rest is a comment */
        { "user=u\n", NULL, "", "a\nb", NULL, "user" },     /* a line of its own */
        { "user=u\n", NULL, "", " u", NULL, "user" },       /* blanks go */
        { "host=a\n", NULL, "a", NULL, "new", "password" }, /* no line for it, and none is made */
        { "pass=old\n", NULL, "", NULL, "new#1", "password" }, /* cut */
        { "map=x\n", "user=w\n", "", "u\nuser=v", NULL, "user" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct fixture x;
        begin(&x, CASES[i].text, CASES[i].second);
        x.wanted.attempt.host = str_from(CASES[i].host);
        x.wanted.attempt.user = str_from(CASES[i].user);
        if (CASES[i].secret) {
            x.wanted.secret = SETTINGS_SECRET_LITERAL;
            x.wanted.secret_text = str_from(CASES[i].secret);
        }
        assert_true(settings_change(&x.r, &x.wanted, &x.c, &x.e));
        assert_false(settings_change_holds(&x.r, &x.wanted, &x.c, &x.e));
        if (!strstr(x.e.why, CASES[i].field) || strstr(x.e.why, "new"))
            fail_msg("%zu: %s", i, x.e.why);
        end(&x);
    }
}

/* The password that is not to be changed may not change either. */
static void a_password_left_alone_stays(void **state UNUSED)
{
    struct fixture x;
    begin(&x, "pass=old\nuser=u\n", NULL);
    x.wanted.attempt.user = STR("v");
    must_become(&x, 0, "pass=old\nuser=v\n");
    settings_set(&x.r, &x.c, x.r.files, STR(""), STR("pass"), STR("other"), STR_NONE);
    assert_false(settings_change_holds(&x.r, &x.wanted, &x.c, &x.e));
    assert_non_null(strstr(x.e.why, "password"));
    end(&x);
}

static void limits(void **state UNUSED)
{
    struct fixture x;
    begin(&x, "host=a\nuser=u\n", NULL);
    x.r.program = &READS;
    assert_false(settings_change(&x.r, &x.wanted, &x.c, &x.e));
    assert_non_null(strstr(x.e.why, "Reads cannot be changed in place"));
    x.r.program = &OURS;
    for (size_t i = 0; i < SETTINGS_CHANGES; i++)
        settings_add_behind(&x.c, x.r.said[SETTINGS_HOST], STR("x=1\n"));
    assert_false(x.c.failed);
    settings_add_behind(&x.c, x.r.said[SETTINGS_HOST], STR("x=1\n"));
    assert_true(x.c.failed);
    x.c.count = 0;
    settings_unset_item(&x.c, x.r.said[SETTINGS_HOST]);
    settings_unset_item(&x.c, x.r.said[SETTINGS_HOST]); /* it goes once */
    assert_int_equal(x.c.count, 1);
    settings_set_item(&x.c, x.r.said[SETTINGS_HOST], STR("b")); /* in a line that goes */
    assert_false(settings_changed_text(&x.c, x.r.files, &x.text));
    assert_false(settings_change_holds(&x.r, &x.wanted, &x.c, &x.e));
    assert_non_null(strstr(x.e.why, "overlap"));
    settings_set_item(&x.c, NULL, STR("b")); /* these do nothing */
    settings_unset_item(&x.c, NULL);
    assert_int_equal(x.c.count, 2);
    end(&x);
}

/* One case a field: a change of it alone is seen, and of no other. */
static void each_field_is_told_apart(void **state UNUSED)
{
    for (int f = 0; f < SETTINGS_FIELDS; f++) {
        struct fixture x;
        begin(&x, "host=a\nport=25\nuser=u\npass=p\n", NULL);
        struct smtp_attempt *a = &x.wanted.attempt;
        switch ((enum settings_field)f) {
        case SETTINGS_HOST: a->host = STR("b"); break;
        case SETTINGS_PORT: a->port = 26; break;
        case SETTINGS_SECURITY: a->security = SMTP_SECURITY_TLS; break;
        case SETTINGS_LOGIN: a->mechanism = STR("auto"); break;
        case SETTINGS_USER: a->user = STR("v"); break;
        case SETTINGS_SECRET:
            x.wanted.secret = SETTINGS_SECRET_LITERAL;
            x.wanted.secret_text = STR("q");
            break;
        case SETTINGS_FROM: a->from_null = true; break;
        case SETTINGS_HEADER_FROM: a->header_from = STR("x@y.example"); break;
        case SETTINGS_TO: a->to = STR("x@y.example"); break;
        case SETTINGS_HELO: a->helo = STR("other.example"); break;
        case SETTINGS_SOURCE: assert_true(ip_parse(STR("192.0.2.1"), &a->source)); break;
        case SETTINGS_VERIFY: x.wanted.unverified = true; break;
        case SETTINGS_CA: x.wanted.ca_file = STR("x"); break;
        case SETTINGS_FIELDS: break;
        }
        for (int g = 0; g < SETTINGS_FIELDS; g++)
            assert_int_equal(settings_differs(&x.r, &x.wanted, (enum settings_field)g), f == g);
        end(&x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_lines_behind_one_that_is_open_are_two_lines),
        cmocka_unit_test(only_what_differs_is_touched),
        cmocka_unit_test(another_file_is_changed_where_it_stands_there),
        cmocka_unit_test(what_would_not_hold_is_refused),
        cmocka_unit_test(a_password_left_alone_stays),
        cmocka_unit_test(limits),
        cmocka_unit_test(each_field_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
