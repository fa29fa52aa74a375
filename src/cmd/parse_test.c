/* SPDX-License-Identifier: ISC */
#include "cmd/cmd.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

static bool note(void *into, const char *what, const char *value)
{
    char *log = into;
    strcat(log, what);
    strcat(log, value ? "=" : "");
    strcat(log, value ? value : "");
    strcat(log, ";");
    return true;
}
static bool take_server(void *into, const char *value, struct err *e)
{
    (void)e;
    return note(into, "server", value);
}
static bool take_json(void *into, const char *value, struct err *e)
{
    (void)e;
    return note(into, "json", value);
}
static bool take_never(void *into, const char *value, struct err *e)
{
    (void)into;
    return err_set(e, ERR_SYNTAX, "--never '%s' is not liked", value);
}

static const struct command_option OPTIONS[] = {
    { "server", "HOST", "a server", take_server },
    { "json", NULL, "a switch", take_json },
    { "never", "X", "always wrong", take_never },
    { NULL, NULL, NULL, NULL },
};
static const struct command COMMAND = { .name = "test", .options = OPTIONS };
static const struct command BARE = { .name = "bare" };

enum { WORDS = 8 };

static const struct parse_case {
    const char *label, *argv[WORDS];
    const char *taken, *rest; /* joined by blanks */
    const char *error;        /* NULL: none */
} CASES[] = {
    { "nothing", { NULL }, "", "", NULL },
    { "a value behind", { "--server", "a.example" }, "server=a.example;", "", NULL },
    { "a value joined", { "--server=a.example" }, "server=a.example;", "", NULL },
    { "a value with an equals sign", { "--server=a=b" }, "server=a=b;", "", NULL },
    { "a value that looks like an option", { "--server", "--json" }, "server=--json;", "", NULL },
    { "an empty value", { "--server=" }, "server=;", "", NULL },
    { "an empty value behind", { "--server", "" }, "server=;", "", NULL },
    { "a switch", { "--json" }, "json;", "", NULL },
    { "options in any order, words between",
      { "one", "--json", "two", "--server", "x", "three" },
      "json;server=x;",
      "one two three",
      NULL },
    { "two dashes end the options",
      { "--json", "--", "--server", "-x" },
      "json;",
      "--server -x",
      NULL },
    { "one dash is a word", { "-" }, "", "-", NULL },
    { "the last of two counts, both are taken",
      { "--server=a", "--server=b" },
      "server=a;server=b;",
      "",
      NULL },
    { "an empty word", { "" }, "", "", NULL },
    { "no value", { "--server" }, NULL, NULL, "--server needs HOST behind it" },
    { "a switch with a value", { "--json=yes" }, NULL, NULL, "--json takes no value" },
    { "an unknown option", { "--sever", "x" }, NULL, NULL, "--sever, did you mean --server" },
    { "an unknown option, joined", { "--sever=x" }, NULL, NULL, "--sever, did you mean --server" },
    { "one that is near to nothing", { "--quetzalcoatl" }, NULL, NULL, "no option --quetzalcoatl" },
    { "a short option", { "-s" }, NULL, NULL, "-s; options begin with two dashes" },
    { "a value that is not liked", { "--never", "x" }, NULL, NULL, "--never 'x' is not liked" },
    { "another case is another name", { "--JSON" }, NULL, NULL, "no option --JSON" },
};

static void command_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct parse_case *k = &CASES[i];
        char *argv[WORDS + 1] = { (char *)"test" };
        char taken[256] = "", rest_words[256] = "";
        int argc = 1, rest = -1;
        struct err e = { .kind = ERR_NONE };
        print_message("  %s\n", k->label);
        while (argc <= WORDS && k->argv[argc - 1]) {
            argv[argc] = (char *)k->argv[argc - 1];
            argc++;
        }
        bool ok = command_parse(&COMMAND, argc, argv, taken, &rest, &e);
        assert_int_equal(ok, k->error == NULL);
        if (!ok) {
            if (!strstr(e.why, k->error))
                fail_msg("'%s' does not say '%s'", e.why, k->error);
            continue;
        }
        for (int n = 1; n < rest; n++) {
            strcat(rest_words, n > 1 ? " " : "");
            strcat(rest_words, argv[n]);
        }
        assert_string_equal(taken, k->taken);
        assert_string_equal(rest_words, k->rest);
    }
}

static void without_options(void **state)
{
    char *argv[] = { (char *)"bare", (char *)"word", (char *)"--json" };
    struct err e = { .kind = ERR_NONE };
    int rest;
    (void)state;
    assert_int_equal(command_option_count(&BARE), 0);
    assert_true(command_parse(&BARE, 2, argv, NULL, &rest, &e));
    assert_int_equal(rest, 2);
    assert_false(command_parse(&BARE, 3, argv, NULL, &rest, &e));
    assert_non_null(strstr(e.why, "--json"));
}

static void names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        assert_ptr_equal(command_named(COMMANDS[i].name), &COMMANDS[i]);
    assert_null(command_named("Doctor"));
    assert_null(command_named(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(command_lines),
        cmocka_unit_test(without_options),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
