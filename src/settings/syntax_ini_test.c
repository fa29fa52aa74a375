/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"
#include "settings/syntax_ini.h"

/* Items as "section.key=value" with a | between; or the sentence of what is broken. */
static const struct {
    str text, items;
    unsigned bits;
} CASES[] = {
    { STR_INIT(""), STR_INIT(""), 0 },
    { STR_INIT("\xef\xbb\xbf a = 1"), STR_INIT(".a=1"), 0 },
    { STR_INIT("a=1\n[b]\nc : 2\n[DEFAULT]\nd=3\n[ e ]x]\nf=4\n"),
      STR_INIT(".a=1|b.c=2|.d=3| e ]x.f=4"), 0 },
    { STR_INIT("# a = 1\n ; b = 2\n\n\xc2\xa0"
               "c = 3\n"),
      STR_INIT(".c=3"), 0 },
    { STR_INIT("a = 1 # x\nb = 2;y\nc = '#z'\nd = `#` # w\ne =\nf = ; g\n"),
      STR_INIT(".a=1|.b=2|.c='|.d=#|.e=|.f="), 0 },
    { STR_INIT("a = \"q\"\nb = 'r'\nc = \"s\"t\"\nd = \"u\ne = \"\"\nf = \"\"\"v\"\"\"w\n"),
      STR_INIT(".a=q|.b=r|.c=\"s\"t\"|.d=\"u|.e=|.f=v"), 0 },
    { STR_INIT("a = `x`y`z\nb = ```\nc = `one\ntwo` `three\nd = 1\n"),
      STR_INIT(".a=x`y|.b=`|.c=one\ntwo` |.d=1"), 0 },
    { STR_INIT("a = \"\"\"one\ntwo\"\"\"\"\nb = 1\n"), STR_INIT(".a=one\ntwo\"|.b=1"), 0 },
    { STR_INIT("a = 1\\\n  2 # x\\\n\nb = 3\nc = 4\\\n5\nd = 6\\"),
      STR_INIT(".a=12 # x|.b=3|.c=45|.d=6"), SYNTAX_INI_CONTINUES },
    { STR_INIT("a = 1\\\nb = 2\\"), STR_INIT(".a=1\\|.b=2\\"), 0 },
    { STR_INIT("\"a=b\" = 1\n`c:d` x = 2\n\"\"\"e\"\"\" = 3\n\"f\"=4\n"),
      STR_INIT(".a=b=1|.c:d=2|.e=3|.f=4"), 0 },
    { STR_INIT("a = \xe2\x80\x83x\xe3\x80\x80\n"), STR_INIT(".a=x"), 0 },
    { STR_INIT("[a\n"), STR_INIT("conf:1:1: a section has no closing ]"), 0 },
    { STR_INIT("\n []\n"), STR_INIT("conf:2:2: a section has no name"), 0 },
    { STR_INIT("a\n"), STR_INIT("conf:1:1: a line has neither = nor :, and is no section"), 0 },
    { STR_INIT("\"a\"\n"), STR_INIT("conf:1:1: a line has neither = nor :, and is no section"), 0 },
    { STR_INIT("\"a = 1\n"), STR_INIT("conf:1:1: a key is opened by a quote and never closed"), 0 },
    { STR_INIT(" = 1\n"), STR_INIT("conf:1:2: nothing stands before the = or :"), 0 },
    { STR_INIT("a = `1\n2\n"), STR_INIT("conf:1:5: a value is opened by ` and never closed"), 0 },
};

static void begin(struct settings_reading *r, str text)
{
    arena_init(&test_arena, 1 << 26);
    settings_reading_init(r, &test_arena, NULL);
    assert_true(settings_give_file(r, STR("conf"), text));
}

static void reads(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct settings_reading *r = &test_reading;
        struct buf got;
        begin(r, CASES[i].text);
        buf_init(&got, 4096);
        if (!syntax_ini_read(r, settings_main_file(r), CASES[i].bits, &test_err))
            buf_add(&got, str_from(test_err.why));
        else
            for (size_t k = 0; k < r->item_count; k++)
                buf_addf(&got, "%s%.*s.%.*s=%.*s", k ? "|" : "", STR_ARG(r->items[k].section),
                         STR_ARG(r->items[k].key), STR_ARG(r->items[k].value));
        test_same("items", "ini", buf_str(&got), CASES[i].items);
        test_places(r);
        buf_done(&got);
        test_end();
    }
}

static void replaces(void **state UNUSED)
{
    struct settings_reading *r = &test_reading;
    begin(r, STR("x = X\nself = 1\n[a]\ny = Y\nself = %(self)s2\nn = %(none)s\n[a.b]\n"
                 "v = %(x)s-%(y)s-%(z)s\nz = Z%(x)s\nloop = %(pool)s\npool = %(loop)s%(loop)s\n"
                 "odd = %(%(x)s%()s%(x\n"));
    assert_true(syntax_ini_read(r, settings_main_file(r), 0, &test_err));
    test_same("value", "of all", syntax_ini_value(r, STR("a.b"), STR("v"))->value, STR("X-Y-ZX"));
    test_same("value", "of itself", syntax_ini_value(r, STR("a"), STR("self"))->value, STR("12"));
    test_same("value", "of none", syntax_ini_value(r, STR("a"), STR("n"))->value, STR("%(none)s"));
    test_same("value", "of above", syntax_ini_value(r, STR("a.b"), STR("y"))->value, STR("Y"));
    test_same("value", "odd", syntax_ini_value(r, STR("a.b"), STR("odd"))->value,
              STR("%(%(x)s%()s%(x"));
    assert_non_null(syntax_ini_value(r, STR("a.b"), STR("loop")));
    assert_null(syntax_ini_value(r, STR("a.b"), STR("nothing")));
    test_end();
}

static void knows_truth(void **state UNUSED)
{
    assert_int_equal(syntax_ini_truth(STR("On")), 1);
    assert_int_equal(syntax_ini_truth(STR("f")), 0);
    assert_int_equal(syntax_ini_truth(STR("OFF")), 0);
    assert_int_equal(syntax_ini_truth(STR("tRue")), -1);
    assert_int_equal(syntax_ini_truth(STR("")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),
        cmocka_unit_test(replaces),
        cmocka_unit_test(knows_truth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
