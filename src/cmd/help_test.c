/* SPDX-License-Identifier: ISC */
#include "base/mdoc.h"
#include "cmd/cmd.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { TEXT_MAX = 1 << 20 };

/* Where a line ends is a matter of taste: runs of blanks and line ends are one blank here. */
static void fold(str text, struct buf *out)
{
    buf_init(out, TEXT_MAX);
    for (size_t i = 0; i < text.n; i++) {
        bool blank = text.p[i] == ' ' || text.p[i] == '\n';
        if (!blank)
            buf_addc(out, text.p[i]);
        else if (out->n && out->p[out->n - 1] != ' ')
            buf_addc(out, ' ');
    }
}

static size_t find_folded(str text, const char *part)
{
    struct buf b;
    fold(str_from(part), &b);
    size_t at = str_find(text, str_trim(buf_str(&b)));
    buf_done(&b);
    return at;
}

static void must_hold(const struct buf *b, const char *text, const char *where)
{
    struct buf folded;
    fold(buf_str(b), &folded);
    if (find_folded(buf_str(&folded), text) == STR_NOT_FOUND)
        fail_msg("%s: there is no '%s'", where, text);
    buf_done(&folded);
}

/* Every row of the table, as it is. */
static void rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &COMMANDS[i];
        assert_true(c->name && c->synopsis && c->summary && c->about && c->run);
        assert_true(c->summary[0] && c->summary[strlen(c->summary) - 1] != '.');
        for (size_t k = 0; k < command_option_count(c); k++) {
            const struct command_option *o = &c->options[k];
            assert_true(o->help && o->help[0] && o->take);
            assert_true(o->help[strlen(o->help) - 1] != '.');
            assert_true(strncmp(o->name, "--", 2) != 0 && !strchr(o->name, '='));
            for (size_t n = 0; n < k; n++)
                assert_string_not_equal(o->name, c->options[n].name);
        }
    }
}

static void help_has_every_row(void **state)
{
    struct buf all;
    (void)state;
    buf_init(&all, TEXT_MAX);
    assert_true(command_help(NULL, &all));
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &COMMANDS[i];
        struct buf b;
        buf_init(&b, TEXT_MAX);
        must_hold(&all, c->name, "help");
        must_hold(&all, c->summary, "help");
        assert_true(command_help(c, &b));
        must_hold(&b, c->summary, c->name);
        must_hold(&b, c->synopsis, c->name);
        must_hold(&b, c->about, c->name);
        for (size_t k = 0; k < command_option_count(c); k++) {
            char left[128];
            snprintf(left, sizeof left, "--%s%s%s", c->options[k].name,
                     c->options[k].value ? " " : "",
                     c->options[k].value ? c->options[k].value : "");
            must_hold(&b, left, c->name);
            must_hold(&b, c->options[k].help, c->name);
        }
        buf_done(&b);
    }
    buf_done(&all);
}

static void page_has_every_row(void **state)
{
    struct buf all;
    (void)state;
    buf_init(&all, TEXT_MAX);
    assert_true(command_man(NULL, &all));
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &COMMANDS[i];
        char line[128];
        struct buf b;
        buf_init(&b, TEXT_MAX);
        snprintf(line, sizeof line, ".It Cm %s\n", c->name);
        must_hold(&all, line, "baton(1)");
        assert_true(command_man(c, &b));
        snprintf(line, sizeof line, ".Dt baton-%s 1\n", c->name);
        must_hold(&b, line, c->name);
        for (size_t k = 0; k < command_option_count(c); k++) {
            snprintf(line, sizeof line, ".It Fl Fl %s%s", c->options[k].name,
                     c->options[k].value ? " Ar " : "\n");
            must_hold(&b, line, c->name);
        }
        buf_done(&b);
    }
    buf_done(&all);
}

/* Whatever its length, all that help says of a command stands on its page too. */
static void page_has_the_whole_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &COMMANDS[i];
        struct buf b;
        buf_init(&b, TEXT_MAX);
        assert_true(command_man(c, &b));
        for (str rest = str_from(c->about); rest.n;) {
            struct buf want;
            buf_init(&want, TEXT_MAX);
            mdoc_text(str_trim(str_cut(&rest, '\n')), &want);
            buf_addc(&want, '\0');
            must_hold(&b, want.p, c->name);
            buf_done(&want);
        }
        buf_done(&b);
    }
}

/* A line of a page begins a request only where we wrote one. */
static void page_has_no_stray_request(void **state)
{
    static const char *const KNOWN[] = { ".\\\"", ".Dd ", ".Dt ", ".Os",  ".Sh ", ".Nm", ".Nd ",
                                         ".Op ",  ".Ar ", ".Pp",  ".Bl ", ".It ", ".El", ".Ss " };
    (void)state;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        struct buf b;
        buf_init(&b, TEXT_MAX);
        assert_true(command_man(&COMMANDS[i], &b));
        for (str rest = buf_str(&b); rest.p;) {
            str line = str_cut(&rest, '\n');
            bool known = !line.n || (line.p[0] != '.' && line.p[0] != '\'');
            for (size_t k = 0; !known && k < COUNT_OF(KNOWN); k++)
                known = str_starts(line, str_from(KNOWN[k]));
            if (!known)
                fail_msg("%s: '%.*s'", COMMANDS[i].name, STR_ARG(line));
        }
        buf_done(&b);
    }
}

/* Those below a command stand in its help, on its page and in the completions. */
static void subcommands_stand_below_their_command(void **state UNUSED)
{
    const struct command *top = command_named("settings");
    struct buf help, page, shell;
    char line[128];
    buf_init(&help, TEXT_MAX);
    buf_init(&page, TEXT_MAX);
    buf_init(&shell, TEXT_MAX);
    assert_non_null(command_below(top));
    assert_null(command_below(command_named("doctor")));
    assert_true(command_help(top, &help) && command_man(top, &page) &&
                command_completion("bash", &shell) && command_completion("fish", &shell));
    for (const struct command *c = command_below(top); c->name; c++) {
        assert_ptr_equal(command_named(c->name), c);
        assert_true(strncmp(c->name, "settings ", 9) == 0);
        must_hold(&help, c->summary, c->name);
        must_hold(&help, c->about, c->name);
        snprintf(line, sizeof line, ".Ss baton %s ", c->name);
        must_hold(&page, line, c->name);
        snprintf(line, sizeof line, "%s) words='%s%s", c->name + 9, c->options ? "--" : "",
                 c->options ? c->options[0].name : "");
        must_hold(&shell, line, c->name);
        snprintf(line, sizeof line,
                 "__fish_seen_subcommand_from settings; and "
                 "__fish_seen_subcommand_from %s' -l ",
                 c->name + 9);
        must_hold(&shell, line, c->name);
        for (size_t k = 0; k < command_option_count(c); k++) {
            must_hold(&help, c->options[k].help, c->name);
            snprintf(line, sizeof line, ".It Fl Fl %s", c->options[k].name);
            must_hold(&page, line, c->name);
        }
    }
    buf_done(&help);
    buf_done(&page);
    buf_done(&shell);
}

static void completion_has_every_row(void **state)
{
    static const struct {
        const char *shell, *before;
    } SHELLS[] = { { "bash", "--" }, { "zsh", "--" }, { "fish", " -l " } };
    (void)state;
    for (size_t s = 0; s < COUNT_OF(SHELLS); s++) {
        struct buf b;
        buf_init(&b, TEXT_MAX);
        assert_true(command_completion(SHELLS[s].shell, &b));
        for (size_t i = 0; i < COMMAND_COUNT; i++) {
            must_hold(&b, COMMANDS[i].name, SHELLS[s].shell);
            for (size_t k = 0; k < command_option_count(&COMMANDS[i]); k++) {
                char name[64];
                snprintf(name, sizeof name, "%s%s", SHELLS[s].before, COMMANDS[i].options[k].name);
                must_hold(&b, name, SHELLS[s].shell);
            }
        }
        buf_done(&b);
    }
    struct buf none;
    buf_init(&none, TEXT_MAX);
    assert_false(command_completion("tcsh", &none));
    assert_int_equal(none.n, 0);
    buf_done(&none);
}

/* Quotes in what stands in single quotes would end them: bash has none, fish has them escaped. */
static void completion_is_quoted(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, TEXT_MAX);
    assert_true(command_completion("fish", &b));
    for (str rest = buf_str(&b); rest.p;) {
        str line = str_cut(&rest, '\n');
        unsigned quotes = 0;
        for (size_t i = 0; i < line.n; i++) {
            if (line.p[i] == '\\')
                i++;
            else
                quotes += line.p[i] == '\'';
        }
        assert_int_equal(quotes % 2, 0);
    }
    buf_done(&b);
}

static void without_room(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 40);
    assert_false(command_help(command_named("doctor"), &b));
    buf_clear(&b);
    assert_false(command_man(command_named("doctor"), &b));
    buf_clear(&b);
    assert_false(command_completion("bash", &b));
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows),
        cmocka_unit_test(help_has_every_row),
        cmocka_unit_test(page_has_every_row),
        cmocka_unit_test(page_has_the_whole_text),
        cmocka_unit_test(page_has_no_stray_request),
        cmocka_unit_test(subcommands_stand_below_their_command),
        cmocka_unit_test(completion_has_every_row),
        cmocka_unit_test(completion_is_quoted),
        cmocka_unit_test(without_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
