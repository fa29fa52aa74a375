/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "conf/conf.h"

static const struct name_row SECURITY_ROWS[] = { { 0, STR_INIT("none") },
                                                 { 1, STR_INIT("starttls") },
                                                 { 2, STR_INIT("tls") } };
static const struct names SECURITY = NAMES(SECURITY_ROWS);
static const struct conf_key TOP[] = {
    { .name = STR_INIT("hostname"), .kinds = CONF_TEXT },
    { .name = STR_INIT("workers"), .kinds = CONF_NUMBER, .least = 1, .most = 64 },
};
static const struct conf_key LISTEN[] = {
    { .name = STR_INIT("port"), .kinds = CONF_NUMBER, .least = 1, .most = 65535, .required = true },
    { .name = STR_INIT("security"), .kinds = CONF_WORD, .words = &SECURITY },
    { .name = STR_INIT("address"), .kinds = CONF_TEXT | CONF_LIST },
};
static const struct conf_key PERMIT[] = {
    { .name = STR_INIT("network"), .kinds = CONF_TEXT | CONF_LIST },
    { .name = STR_INIT("sender"), .kinds = CONF_WORD | CONF_TEXT | CONF_LIST },
    { .name = STR_INIT("unless-spf"), .kinds = CONF_WORD | CONF_LIST },
    { .name = STR_INIT("rate"), .kinds = CONF_TEXT },
};
static const struct conf_section SECTIONS[] = {
    { .name = STR_INIT(""), .keys = TOP, .key_count = COUNT_OF(TOP) },
    { .name = STR_INIT("listen"), .labelled = true, .keys = LISTEN, .key_count = COUNT_OF(LISTEN) },
    { .name = STR_INIT("permit"), .labelled = true, .keys = PERMIT, .key_count = COUNT_OF(PERMIT) },
    { .name = STR_INIT("log") },
};
static const struct conf_section *const ALL[] = { &SECTIONS[0], &SECTIONS[1], &SECTIONS[2],
                                                  &SECTIONS[3] };
static const struct conf_foreign FOREIGN[] = {
    { STR_INIT("relayhost"), "say route" },
    { STR_INIT("include"), "all stands in one file" },
};
static const struct conf_schema SCHEMA = { ALL, COUNT_OF(ALL), FOREIGN, COUNT_OF(FOREIGN) };

/* The file as it was understood: kind"label"{key=KIND:value,value;...} */
static void tell(const struct conf_file *f, struct buf *b)
{
    for (const struct conf_block *at = f->blocks; at; at = at->next) {
        buf_addf(b, "%.*s\"%.*s\"{", STR_ARG(at->section->name), STR_ARG(at->label));
        for (size_t i = 0; i < at->entry_count; i++) {
            const struct conf_entry *one = &at->entries[i];
            buf_addf(b, "%.*s=", STR_ARG(one->key->name));
            for (size_t v = 0; v < one->count; v++) {
                enum conf_kind kind = one->values[v].kind;
                buf_addf(b, "%s%c:", v ? "," : "",
                         kind == CONF_WORD   ? 'w'
                         : kind == CONF_TEXT ? 't'
                                             : 'n');
                buf_add(b, one->values[v].text);
            }
            buf_addc(b, ';');
        }
        buf_addc(b, '}');
    }
}

static const struct {
    const char *text, *wanted;
} RIGHT[] = {
    { "", "\"\"{}" },
    { "# nothing\n", "\"\"{}" },
    { "\xEF\xBB\xBFhostname = \"relay.example.org\"\r\n", "\"\"{hostname=t:relay.example.org;}" },
    { "listen \"s\" { port = 587  security = starttls }",
      "\"\"{}listen\"s\"{port=n:587;security=w:starttls;}" },
    { "listen \"s\"{port=587 security=TLS}", "\"\"{}listen\"s\"{port=n:587;security=w:TLS;}" },
    { "permit \"a\" { network = {\"192.0.2.0/24\", \"2001:db8::/32\",} sender = owned }",
      "\"\"{}permit\"a\"{network=t:192.0.2.0/24,t:2001:db8::/32;sender=w:owned;}" },
    { "permit \"a\" { unless-spf = {fail softfail} sender = {owned \"a@b.test\"} }",
      "\"\"{}permit\"a\"{unless-spf=w:fail,w:softfail;sender=w:owned,t:a@b.test;}" },
    { "permit \"a\" { network = \"192.0.2.7\" }", "\"\"{}permit\"a\"{network=t:192.0.2.7;}" },
    { "permit \"a \\\"b\\\" \\\\\" { }", "\"\"{}permit\"a \"b\" \\\"{}" },
    { "permit \"a\" { rate = \"#$x{}=\" } # rest", "\"\"{}permit\"a\"{rate=t:#$x{}=;}" },
    { "log {}\nworkers\n=\n4", "\"\"{workers=n:4;}log\"\"{}" },
    { "permit \"a\" {} permit \"b\" {} listen \"a\" {port=1}",
      "\"\"{}permit\"a\"{}permit\"b\"{}listen\"a\"{port=n:1;}" },
};

static const struct {
    const char *text;
    unsigned line, column; /* of the first error */
    size_t errors;
    const char *holds;
} WRONG[] = {
    { "hostnam = \"x\"", 1, 1, 1, "did you mean hostname?" },
    { "zebra = 1", 1, 1, 1, "outside of all blocks, has no 'zebra'" },
    { "hostname = relay", 1, 12, 1, "hostname wants a text in double quotes" },
    { "hostname = \"a\"\nhostname = \"b\"", 2, 1, 1, "stands in line 1 already" },
    { "workers = 0", 1, 11, 1, "a number from 1 to 64" },
    { "workers = 65", 1, 11, 1, "a number from 1 to 64" },
    { "workers = 99999999999999999999", 1, 11, 1, "a number from 1 to 64" },
    { "workers = {1, 2}", 1, 11, 1, "one value, not a list" },
    { "hostname = \"a\nworkers = 2", 1, 12, 1, "does not end on its line" },
    { "hostname = \"a\\n\"", 1, 12, 1, "a backslash stands before" },
    { "hostname", 1, 1, 1, "behind hostname belong = and a value" },
    { "listen \"a\" port = 1", 1, 12, 1, "{ belongs here" },
    { "hostname = ", 1, 12, 1, "behind the =" },
    { "= 5", 1, 1, 1, "belongs here" },
    { "listn \"a\" { port = 1 }", 1, 1, 1, "there is no block 'listn'; did you mean listen?" },
    { "zebra { stripes = 1 }\nworkers = 0", 1, 1, 2, "there is no block 'zebra'" },
    { "listen { port = 1 }", 1, 1, 1, "listen needs a name of yours" },
    { "listen \"\" { port = 1 }", 1, 1, 1, "listen needs a name of yours" },
    { "log \"a\" { }", 1, 1, 1, "log takes no name" },
    { "listen \"a\" { security = tls }", 1, 1, 1, "listen \"a\" needs port" },
    { "listen \"a\" { port = 1 security = startls }", 1, 34, 1, "did you mean starttls?" },
    { "listen \"a\" { port = 1 security = zebra }", 1, 34, 1, "one of none, starttls, tls" },
    { "listen \"a\" { port = 1 } listen \"a\" { port = 2 }", 1, 25, 1, "stands in line 1 already" },
    { "log {} log {}", 1, 8, 1, "log stands in line 1 already" },
    { "listen \"a\" { port = 1", 1, 12, 1, "not closed" },
    { "permit \"a\" { network = {\"1\" }", 1, 12, 1, "not closed" },
    { "permit \"a\" { network = {\"1\"", 1, 24, 2, "the list that begins here is not closed" },
    { "permit \"a\" { network = {} }", 1, 24, 1, "an empty list" },
    { "permit \"a\" { network = {owned} }", 1, 25, 1, "network wants a text" },
    { "permit \"a\" { 5 }", 1, 14, 1, "a key and = belong here" },
    { "permit \"a\" { sender; }", 1, 20, 1, "';' does not belong here" },
    { "hostname = 'a'", 1, 12, 1, "double quotes" },
    { "hostname = \"a\x1B[31m\"", 1, 12, 1, "a control character in the text" },
    { "hostname = \"a\x7F\"", 1, 12, 1, "a control character in the text" },
    { "hostname = \"a\rb\"", 1, 12, 1, "a control character in the text" },
    /* a block that is not closed is named, and what follows is read for what it is */
    { "permit \"a\" { sender = owned\nlisten \"b\" { port = 1 }\nworkers = 2", 1, 12, 1,
      "not closed" },
    { "permit \"a\" {\nlog { }\nlisten \"b\" { }", 1, 12, 2, "not closed" },
    { "listen \"a\" {\nlisten \"b\" {\nlisten \"c\" { port = 1 }", 1, 12, 2, "not closed" },
    /* of a line whose order is wrong one error is told, and the next line is read */
    { "permit office { sender = owned }", 1, 1, 1, "needs a name of yours in quotes" },
    { "permit 'office' {\n  sender = owned\n}\nworkers = 2", 1, 8, 1, "double quotes" },
    { "permit \"a\" b {\n  sender = owned\n}", 1, 12, 1, "{ belongs here" },
    { "listen \"a\" { port: 587 }\nworkers = 0", 1, 18, 2, "':' does not belong here" },
    { "sender owned, zebra; = {5\nworkers = 0", 1, 1, 2, "there is no block 'sender'" },
    { "zebra = 127.0.0.0/8 [::1]/128 192.0.2.0/24\nworkers = 0", 1, 1, 2, "has no 'zebra'" },
    { "zebra = 1 zebre = 2", 1, 1, 2, "has no 'zebra'" },
    { "permit \"a\"\nhostnam = \"x\"", 1, 1, 2, "a { belongs behind this" },
    { "; a remark\n// another\nworkers = 0", 1, 1, 3, "';' does not belong here" },
    { "hostname = relay/1", 1, 12, 1, "hostname wants a text" },
    { "\xFF\xFEh", 1, 1, 1, "in UTF-16; save it as UTF-8" },
    { "\xFE\xFF", 1, 1, 1, "in UTF-16" },
    /* a word of another program's file */
    { "RelayHost = [host]:587", 1, 1, 1, "has no 'RelayHost'; say route" },
    { "include \"other\"\nworkers = 0", 1, 1, 2, "there is no 'include'; all stands in one file" },
    { "listen \"a\" { port = \"25\" }", 1, 21, 1, "a number, without quotes" },
    { "listen \"a\" { security = \"tls\" }", 1, 25, 1, "a word, without quotes" },
    /* all there is to mend is told at once */
    { "workrs = 1\nlisten \"a\" { prt = 1 }\npermit \"b\" { rate = 5 sender = owned }\nworkers = 0",
      1, 1, 4, "did you mean workers?" },
    /* a value that is wrong is not missing as well */
    { "listen \"a\" { port = 0 }", 1, 21, 1, "a number from 1" },
};

static void right_files_are_understood(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(RIGHT); i++) {
        struct arena a;
        struct conf_file f;
        struct err e;
        AUTO(buf_done) struct buf told;
        arena_init(&a, 1 << 20);
        buf_init(&told, 4096);
        if (!conf_read(STR("baton.conf"), str_from(RIGHT[i].text), &SCHEMA, &a, &f, &e))
            fail_msg("%s: %s", RIGHT[i].text, e.why);
        tell(&f, &told);
        if (!str_eq(buf_str(&told), str_from(RIGHT[i].wanted)))
            fail_msg("%s: %.*s", RIGHT[i].text, STR_ARG(buf_str(&told)));
        arena_done(&a);
    }
}

static void wrong_files_are_told(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
        struct arena a;
        struct conf_file f;
        struct err e;
        arena_init(&a, 1 << 20);
        if (conf_read(STR("baton.conf"), str_from(WRONG[i].text), &SCHEMA, &a, &f, &e))
            fail_msg("%s: is taken", WRONG[i].text);
        assert_int_equal(e.kind, ERR_SYNTAX);
        const struct conf_error *first = &f.errors[0];
        if (!strstr(e.why, WRONG[i].holds))
            fail_msg("%s: %s", WRONG[i].text, e.why);
        if (f.error_count != WRONG[i].errors || first->place.line != WRONG[i].line ||
            first->place.column != WRONG[i].column)
            fail_msg("%s: %zu errors, %s", WRONG[i].text, f.error_count, e.why);
        arena_done(&a);
    }
}

static void places_are_kept(void **state UNUSED)
{
    struct arena a;
    struct conf_file f;
    struct err e;
    arena_init(&a, 1 << 20);
    assert_true(conf_read(STR("x"), STR("workers = 2\n\nlisten \"a\" {\n  port = 25\n}\n"), &SCHEMA,
                          &a, &f, &e));
    const struct conf_block *b = f.blocks->next;
    const struct conf_entry *port = conf_entry(b, STR("port"));
    assert_true(b->place.line == 3 && b->place.column == 1);
    assert_true(port->place.line == 4 && port->place.column == 3);
    assert_true(port->values[0].place.column == 10 && port->values[0].number == 25);
    assert_null(conf_entry(b, STR("security")));
    arena_done(&a);
}

static void limits_are_told(void **state UNUSED)
{
    struct arena a;
    struct conf_file f;
    struct err e;
    char many[CONF_ERRORS * 20 + 200] = "";
    for (size_t i = 0; i < CONF_ERRORS + 5; i++)
        strcat(many, "zebra = 1\n");
    arena_init(&a, 1 << 20);
    assert_false(conf_read(STR("x"), str_from(many), &SCHEMA, &a, &f, &e));
    assert_int_equal(f.error_count, CONF_ERRORS);
    arena_done(&a);
    arena_init(&a, 64);
    assert_false(conf_read(STR("x"), STR("listen \"a\" { port = 1 }"), &SCHEMA, &a, &f, &e));
    assert_int_equal(e.kind, ERR_MEMORY);
    arena_done(&a);
    arena_init(&a, 1 << 20);
    static char huge[CONF_FILE_MAX + 1];
    memset(huge, '\n', sizeof huge);
    assert_false(conf_read(STR("x"), (str){ huge, sizeof huge }, &SCHEMA, &a, &f, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    arena_done(&a);
}

static void many_blocks_are_taken(void **state UNUSED)
{
    struct arena a;
    struct conf_file f;
    struct err e;
    AUTO(buf_done) struct buf text;
    size_t count = 0;
    arena_init(&a, 64 << 20);
    buf_init(&text, 4 << 20);
    for (unsigned i = 0; i < 20000; i++)
        buf_addf(&text, "permit \"p%u\" { rate = \"1/h\" }\n", i);
    assert_true(conf_read(STR("x"), buf_str(&text), &SCHEMA, &a, &f, &e));
    for (const struct conf_block *b = f.blocks->next; b; b = b->next)
        assert_int_equal(b->place.line, ++count);
    assert_int_equal(count, 20000);
    buf_addf(&text, "listen \"p7\" { port = 1 }\npermit \"p7\" { }\n");
    assert_false(conf_read(STR("x"), buf_str(&text), &SCHEMA, &a, &f, &e));
    assert_int_equal(f.error_count, 1);
    assert_non_null(strstr(e.why, "20002:1: permit \"p7\" stands in line 8 already"));
    arena_done(&a);
}

static void labels_are_shown_escaped_and_short(void **state UNUSED)
{
    static const char *const CASES[] = { "permit \"\xFFred%s\" { }\n"
                                         "permit \"\xFFred%s\" { }\n",
                                         "listen \"\xFFred%s\" { }\n" };
    static const char *const TELLS[] = { "stands in line 1 already", "needs port" };
    char tail[900];
    memset(tail, 'x', sizeof tail);
    tail[sizeof tail - 1] = '\0';
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct arena a;
        struct conf_file f;
        struct err e;
        AUTO(buf_done) struct buf text;
        buf_init(&text, 4000);
        for (str rest = str_from(CASES[i]); rest.p;) {
            str part = str_cut(&rest, '%');
            buf_add(&text, part);
            if (rest.p)
                buf_add(&text, str_from(tail));
            rest = rest.p ? str_skip(rest, 1) : rest;
        }
        assert_true(buf_ok(&text));
        arena_init(&a, 1 << 20);
        assert_false(conf_read(STR("x"), buf_str(&text), &SCHEMA, &a, &f, &e));
        assert_true(str_find_octet(f.errors[0].why, '\xFF') == STR_NOT_FOUND);
        assert_true(str_find(f.errors[0].why, str_from(TELLS[i])) != STR_NOT_FOUND);
        arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_files_are_understood),
        cmocka_unit_test(wrong_files_are_told),
        cmocka_unit_test(places_are_kept),
        cmocka_unit_test(limits_are_told),
        cmocka_unit_test(many_blocks_are_taken),
        cmocka_unit_test(labels_are_shown_escaped_and_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
