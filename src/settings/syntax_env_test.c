/* SPDX-License-Identifier: ISC */
/* A variable as each dialect reads it, each line seen in the program itself but for those of Docker Compose 2, docker
 * run and systemd, which follow their sources; what is written is read as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "settings/syntax_env.h"

#define EVERY   ((1u << ENV_DIALECTS) - 1)
#define ONE(d)  (1u << ENV_##d)
#define PYTHONS (ONE(PYTHON) | ONE(COMPOSE_1))
enum {
    BROKEN = 1 << 8,
    SKIPPED = 1 << 9,
    CODE = SETTINGS_ITEM_CODE,
    LOST = SETTINGS_ITEM_LOST,
    CUT = SETTINGS_ITEM_CUT
};

/* The value of K in "A=1" LF text; HOME is /home/u, and nothing else is in the environment. */
static const struct {
    unsigned dialects;
    const char *text;
    unsigned how;      /* those of BROKEN ... CUT that hold, no others */
    const char *value; /* NULL: there is no K */
} CASES[] = {
    { EVERY, "K=plain\n", 0, "plain" },
    { EVERY, "# K=1\nK=plain", 0, "plain" },
    { EVERY & ~ONE(SHELL), "K=plain\r\nL=2\r\n", 0, "plain" },
    { ONE(SHELL), "K=plain\r\nL=2\n", 0, "plain\r" },
    { EVERY & ~ONE(DOCKER), "K=\"a b\"\n", 0, "a b" },
    { EVERY & ~ONE(DOCKER), "K='a b'\n", 0, "a b" },
    { ONE(DOCKER), "K=\"a b\"\n", 0, "\"a b\"" },
    { ONE(DOCKER), "K=a b # c\n", 0, "a b # c" },
    { EVERY & ~(ONE(SYMFONY) | ONE(PHP) | ONE(SHELL) | ONE(DOCKER)), "K= a b \n", 0, "a b" },
    { ONE(SYMFONY) | ONE(PHP), "K=a b\n", BROKEN, NULL },
    { ONE(SHELL), "K=a b\n", SKIPPED | CODE | CUT, "a" },
    { EVERY & ~(ONE(DOCKER) | ONE(SYSTEMD)), "K=a # c\n", 0, "a" },
    { EVERY & ~(ONE(DOCKER) | ONE(SYSTEMD)), "K='a#b' # c\n", 0, "a#b" },
    { PYTHONS | ONE(COMPOSE_2) | ONE(SYMFONY) | ONE(SHELL) | ONE(DOCKER) | ONE(SYSTEMD), "K=a#b\n",
      0, "a#b" },
    { ONE(NODE) | ONE(PHP), "K=a#b\n", CUT, "a" },
    { PYTHONS | ONE(COMPOSE_2), "K=a #b\n", CUT, "a" },
    { EVERY & ~(ONE(DOCKER) | ONE(SYSTEMD) | ONE(PHP)), "export K=v\n", 0, "v" },
    { ONE(PHP), "export K=v\n", BROKEN, NULL },
    { ONE(PHP), "export LONG=v\nK=${LONG}\n", 0, "v" },
    { EVERY & ~(ONE(DOCKER) | ONE(PHP)), "K='$HOME'\n", 0, "$HOME" },
    { ONE(COMPOSE_2) | ONE(SYMFONY) | ONE(SHELL), "K=$HOME/x\n", 0, "/home/u/x" },
    { PYTHONS | ONE(NODE) | ONE(PHP) | ONE(SYSTEMD) | ONE(DOCKER), "K=$HOME/x\n", 0, "$HOME/x" },
    { PYTHONS | ONE(COMPOSE_2) | ONE(SYMFONY) | ONE(PHP) | ONE(SHELL), "K=\"${HOME}\"\n", 0,
      "/home/u" },
    { PYTHONS, "K='${HOME}'\n", 0, "/home/u" },
    { PYTHONS | ONE(COMPOSE_2) | ONE(SYMFONY) | ONE(SHELL), "K=x${NO}y\n", LOST, "xy" },
    { ONE(COMPOSE_2) | ONE(SYMFONY) | ONE(SHELL), "K=pa$NO\n", LOST, "pa" },
    { ONE(PHP) | ONE(NODE) | ONE(DOCKER) | ONE(SYSTEMD), "K=x${NO}y\n", 0, "x${NO}y" },
    { PYTHONS | ONE(COMPOSE_2) | ONE(SYMFONY) | ONE(SHELL), "K=${NO:-d}${A}\n", 0, "d1" },
    { ONE(COMPOSE_2) | ONE(SHELL), "K=${A:+set}${NO+not}${NO-d}\n", 0, "setd" },
    { ONE(COMPOSE_2), "K=${NO:-${A:-x}}\n", 0, "1" },
    { ONE(COMPOSE_2), "K=${NO:?e}\n", BROKEN, NULL },
    { ONE(COMPOSE_2), "K=${A:?e}$$x$\n", 0, "1$x$" },
    { ONE(COMPOSE_2), "K=${-}\n", BROKEN, NULL },
    { ONE(COMPOSE_2), "K=${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A:-${A}}}}}}}}}}\n", 0, "1" },
    { ONE(COMPOSE_2), "K=${N:-${N:-${N:-${N:-${N:-${N:-${N:-${N:-${N:-${N}}}}}}}}}}\n", BROKEN,
      NULL },
    { PYTHONS, "K=${NO:x} ${A:-} ${\n", 0, "${NO:x} 1 ${" },
    { PYTHONS, "K=\"a\\n\\t\\\"\\q\"\n", 0, "a\n\t\"\\q" },
    { PYTHONS, "K='a\\n\\'\\\\'\nL='2'\n", SKIPPED, NULL },
    { PYTHONS, "K='a\\'\n", 0, "a\\" },
    { PYTHONS, "K=\"a\" b\n", SKIPPED, NULL },
    { PYTHONS, "K=\"a\n", SKIPPED, NULL },
    { PYTHONS, "K\n", SKIPPED, NULL },
    { PYTHONS, "K junk\nK=1\n", SKIPPED, "1" },
    { PYTHONS, "'K' = '1'\n", 0, "1" },
    { PYTHONS, "'K\n=1\n", SKIPPED, NULL },
    { PYTHONS | ONE(NODE) | ONE(SYMFONY), "K=\"a\r\nb\"\r\n", 0, "a\nb" },
    { ONE(PHP) | ONE(COMPOSE_2) | ONE(SHELL) | ONE(SYSTEMD), "K=\"a\nb\"\n", 0, "a\nb" },
    { ONE(COMPOSE_2), "K: v\n", 0, "v" },
    { ONE(COMPOSE_2), "K=\"a\\n\\$A\\\"\\\\ \\0101 \\q $A\"\n", 0, "a\n$A\"\\ A \\q 1" },
    { ONE(COMPOSE_2), "K='a\\'\\n'\n", 0, "a'\\n" },
    { ONE(COMPOSE_2), "K='a\n", BROKEN, NULL },
    { ONE(COMPOSE_2), "K K=a\n", BROKEN, NULL },
    { ONE(COMPOSE_2), "K%=a\n", BROKEN, NULL },
    { ONE(COMPOSE_2), "K\nHOME\nL=2\n", 0, NULL },
    { ONE(COMPOSE_2), "K=\"\\0377\\09\"\n", 0, "\xc3\xbf\\09" },
    { ONE(DOCKER), "K \n", BROKEN, NULL },
    { ONE(DOCKER), "=a\n", BROKEN, NULL },
    { ONE(DOCKER), "NO\nHOME\n  K=$HOME \n", 0, "$HOME " },
    { ONE(NODE), "K=\"a\\n\\\"b\"\n", 0, "a\n\\\"b" },
    { ONE(NODE), "K='a'b'\n", 0, "a'b" },
    { ONE(NODE), "K=`a'\"b`\n", 0, "a'\"b" },
    { ONE(NODE), "K: v\n", 0, "v" },
    { ONE(NODE), "K=\n'v'\n", 0, "v" },
    { ONE(NODE), "K v\n", SKIPPED, NULL },
    { ONE(NODE), "K='v\n", 0, "'v" },
    { ONE(SYMFONY), "K=a'b c'\"d e\"\\\"\n", 0, "ab cd e\"" },
    { ONE(SYMFONY), "K=\"\\$HOME \\\\$A\"\n", 0, "$HOME \\1" },
    { ONE(SYMFONY), "K=\"$ ${NO:=x}$NO $}\"\n", 0 | LOST, "$ xx }" },
    { ONE(SYMFONY), "K=\"a\\nb\\r\"\n", 0, "a\nb\r" },
    { ONE(SYMFONY), "K=\"$(id) \\$(id)\"\n", CODE, "$(id) $(id)" },
    { ONE(SYMFONY), "K=$(id -u)x\n", CODE, NULL },
    { ONE(SYMFONY), "K=$(id\n", BROKEN, NULL },
    { ONE(SYMFONY), "K=\"${HOME\"\n", BROKEN, NULL },
    { ONE(SYMFONY), "K=\"${NO:-a'b}\"\n", BROKEN, NULL },
    { ONE(SYMFONY), "K= a\n", BROKEN, NULL },
    { ONE(SYMFONY), "K =a\n", BROKEN, NULL },
    { ONE(SYMFONY), "K='a\n", BROKEN, NULL },
    { ONE(SYMFONY), "K=\"a\n", BROKEN, NULL },
    { ONE(SYMFONY), "1K=a\n", BROKEN, NULL },
    { ONE(SYMFONY), "K=   # c\n", 0, "" },
    { ONE(SYMFONY), "K='a' #b\n", 0, "a" },
    { ONE(PHP), "K=\"\\$HOME \\\\ \\n\"\n", 0, "$HOME \\ \n" },
    { ONE(PHP), "K=\"a\\q\"\n", BROKEN, NULL },
    { ONE(PHP), "K='a\n", BROKEN, NULL },
    { ONE(PHP), "K-K=a\n", BROKEN, NULL },
    { ONE(PHP), "=a\n", BROKEN, NULL },
    { ONE(PHP), "K=\"a\nL=2\n", SKIPPED, NULL },
    { ONE(PHP), "L\n'K'=a\n", SKIPPED, "a" },
    { ONE(PHP), "K=''\n", 0, "" },
    { ONE(SHELL), "export K=a L=b; M=c\n", 0, "a" },
    { ONE(SHELL), "K=a\\ b\\\nc\"\\$x\\q\\\n\"'\\'\n", 0, "a bc$x\\q\\" },
    { ONE(SHELL), "K=`id`\n", CODE, "`id`" },
    { ONE(SHELL), "K=\"`id`$(id)\"\n", CODE, NULL },
    { ONE(SHELL), "K=~/x\n", CODE, "~/x" },
    { ONE(SHELL), "K=p$1w$\n", LOST, "pw$" },
    { ONE(SHELL), "K=${HOME##x}\n", CODE, "${HOME##x}" },
    { ONE(SHELL), "K='a\n", BROKEN, NULL },
    { ONE(SHELL), "K=\"a\n", BROKEN, NULL },
    { ONE(SHELL), "export K=a 1x\n", BROKEN | CUT, "a" },
    { ONE(SHELL), "export PATH\nK=a\n", 0, "a" },
    { ONE(SYSTEMD), "; K=1\nK=\"a\\$b\\n\\\nc\"'d' e\"f\" \n", 0, "a$b\\ncde\"f\"" },
    { ONE(SYSTEMD), "# c\\\nK=1\nK=a\\ \\\nb\n", 0, "a b" },
    { ONE(SYSTEMD), "K\n", SKIPPED, NULL },
};

static void fill(struct settings_reading *r)
{
    for (size_t i = 0; i < r->variable_count; i++) {
        bool home = str_eq(r->variables[i].name, STR("HOME"));
        r->variables[i].answer = home ? SETTINGS_GIVEN : SETTINGS_ABSENT;
        r->variables[i].value = home ? STR("/home/u") : STR("");
    }
}

static bool read_it(struct settings_reading *r, struct arena *a, enum env_dialect d, str text,
                    struct err *e)
{
    settings_reading_init(r, a, NULL);
    assert_true(settings_give_file(r, STR(".env"), text));
    (void)!env_read(r, &r->files[0], d, STR("s"), e);
    fill(r);
    r->item_count = r->mistake_count = 0;
    return env_read(r, &r->files[0], d, STR("s"), e);
}

static void dialects_read_as_the_programs(void **state UNUSED)
{
    static struct settings_reading r;
    unsigned bad = 0;
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        for (unsigned d = 0; d < ENV_DIALECTS; d++) {
            struct arena a;
            struct err e = { .kind = ERR_NONE };
            char text[256];
            if (!(CASES[i].dialects & 1u << d))
                continue;
            arena_init(&a, 4 << 20);
            snprintf(text, sizeof text, "A=1\n%s", CASES[i].text);
            unsigned how = read_it(&r, &a, (enum env_dialect)d, str_from(text), &e) ? 0 : BROKEN;
            struct settings_item *k = settings_item_named(&r, STR("s"), STR("K"));
            how |= r.mistake_count ? SKIPPED : 0;
            how |= k ? k->how & (CODE | LOST | CUT) : 0;
            str wanted = str_from(CASES[i].value);
            if (how != CASES[i].how || (CASES[i].value && (!k || !str_eq(k->value, wanted))))
                print_error("%.*s: %s: how %u, not %u; %.*s",
                            STR_ARG(env_dialect_title((enum env_dialect)d)), CASES[i].text, how,
                            CASES[i].how, STR_ARG(k ? k->value : STR_NONE)),
                    bad++;
            if (how & BROKEN)
                assert_true(str_starts(str_from(e.why), STR(".env:")));
            arena_done(&a);
        }
    assert_int_equal(bad, 0);
}

static void places_are_those_of_the_value(void **state UNUSED)
{
    static struct settings_reading r;
    struct arena a;
    struct err e;
    arena_init(&a, 4 << 20);
    assert_true(read_it(&r, &a, ENV_PYTHON, STR("# c\r\n\nexport K = 'a b' # c\nL=x\n"), &e));
    struct settings_place p = settings_item_named(&r, STR("s"), STR("K"))->place;
    assert_int_equal(p.line, 3);
    assert_int_equal(p.column, 12);
    assert_true(str_eq(str_take(str_skip(r.files[0].text, p.at), p.n), STR("'a b'")));
    assert_int_equal(settings_item_named(&r, STR("s"), STR("L"))->place.line, 4);
    arena_done(&a);
}

static void a_byte_order_mark_is_part_of_the_name_or_not(void **state UNUSED)
{
    static struct settings_reading r;
    for (unsigned d = 0; d < ENV_DIALECTS; d++) {
        struct arena a;
        struct err e;
        arena_init(&a, 4 << 20);
        bool ok = read_it(&r, &a, (enum env_dialect)d, STR("\xef\xbb\xbfK=v\n"), &e);
        bool skips = d == ENV_COMPOSE_1 || d == ENV_COMPOSE_2 || d == ENV_DOCKER;
        assert_int_equal(ok, d != ENV_SYMFONY && d != ENV_PHP);
        assert_int_equal(settings_item_named(&r, STR("s"), STR("K")) != NULL, skips);
        arena_done(&a);
    }
}

static void what_is_written_is_read(void **state UNUSED)
{
    static const char *const VALUES[] = {
        "plain",    "",     "$",    "pa$s",   "$HOME",     "${x}", "${HOME}", "\\",   "it's",
        "a\\",      "\"",   "'\"`", " a",     "a ",        "a#b",  "a #b",    "#a",   "%40",
        "\xc3\xa9", "a\nb", "a\n",  "a\rb",   ":@/!",      "\\n",  "a\\\"",   "'\\",  "\"a\"",
        "'a'",      "$$",   "\\$",  "\\\\$x", "$(id)`id`", "~",    "=",       "a\tb",
    };
    static struct settings_reading r;
    for (unsigned d = 0; d < ENV_DIALECTS; d++)
        for (size_t i = 0; i < COUNT_OF(VALUES); i++) {
            struct arena a;
            struct buf out;
            struct err e = { .kind = ERR_NONE };
            str value = str_from(VALUES[i]);
            arena_init(&a, 4 << 20);
            buf_init(&out, 4096);
            buf_add(&out, STR("K="));
            if (env_quote((enum env_dialect)d, value, &out, &e)) {
                buf_add(&out, STR("\nL='x'\n"));
                assert_true(read_it(&r, &a, (enum env_dialect)d, buf_str(&out), &e));
                struct settings_item *k = settings_item_named(&r, STR("s"), STR("K"));
                if (!k || !str_eq(k->value, value) || r.mistake_count)
                    fail_msg("%.*s: %s is read as %.*s",
                             STR_ARG(env_dialect_title((enum env_dialect)d)), VALUES[i],
                             STR_ARG(k ? k->value : STR("nothing")));
            } else {
                assert_true(d == ENV_DOCKER || d == ENV_NODE || d == ENV_SYSTEMD);
                assert_true(str_find(str_from(e.why), STR("cannot hold")) != STR_NOT_FOUND);
            }
            buf_done(&out);
            arena_done(&a);
        }
}

static void what_no_file_can_hold_is_refused(void **state UNUSED)
{
    struct buf out;
    struct err e;
    buf_init(&out, 64);
    for (unsigned d = 0; d < ENV_DIALECTS; d++)
        assert_false(env_quote((enum env_dialect)d, STR("a\0b"), &out, &e));
    assert_false(env_quote(ENV_PYTHON, STR("a\xff"), &out, &e));
    assert_false(env_quote(ENV_DOCKER, STR("a\nb"), &out, &e));
    assert_false(env_quote(ENV_NODE, STR("'\"` #"), &out, &e));
    assert_false(env_quote(ENV_SYSTEMD, STR("a\001"), &out, &e));
    buf_done(&out);
}

/* The commands refuse such a file; a reader comes to its end all the same. A shell passes a NUL over. */
static void a_nul_is_read_over(void **state UNUSED)
{
    static struct settings_reading r;
    for (unsigned d = 0; d < ENV_DIALECTS; d++) {
        struct arena a;
        struct err e;
        arena_init(&a, 4 << 20);
        bool ok = read_it(&r, &a, (enum env_dialect)d, STR("A=1\n\0\0K=x\0y\nexport \0B=2\n\0"),
                          &e);
        struct settings_item *k = settings_item_named(&r, STR("s"), STR("K"));
        if (d == ENV_SHELL)
            assert_true(!ok && k && str_eq(k->value, STR("xy")));
        arena_done(&a);
    }
}

static void what_would_grow_without_end_is_broken(void **state UNUSED)
{
    static struct settings_reading r;
    struct arena a;
    struct buf text;
    struct err e;
    arena_init(&a, 64 << 20);
    buf_init(&text, 1 << 20);
    buf_add(&text, STR("A=aaaaaaaaaaaaaaaa\n"));
    for (char c = 'B'; c <= 'Z'; c++)
        buf_addf(&text, "%c=${%c}${%c}${%c}${%c}\n", c, c - 1, c - 1, c - 1, c - 1);
    assert_false(read_it(&r, &a, ENV_PYTHON, buf_str(&text), &e));
    assert_non_null(strstr(e.why, "too long"));
    buf_clear(&text);
    for (unsigned i = 0; i < 2000; i++)
        buf_add(&text, STR("A=${A}\n"));
    assert_false(read_it(&r, &a, ENV_PYTHON, buf_str(&text), &e));
    assert_non_null(strstr(e.why, "too many references"));
    buf_done(&text);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialects_read_as_the_programs),
        cmocka_unit_test(places_are_those_of_the_value),
        cmocka_unit_test(a_byte_order_mark_is_part_of_the_name_or_not),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(what_no_file_can_hold_is_refused),
        cmocka_unit_test(a_nul_is_read_over),
        cmocka_unit_test(what_would_grow_without_end_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
