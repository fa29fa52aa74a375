/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "settings/syntax_php.h"

enum { MEMORY = 16 << 20 };

/* One item of a text, behind "<?php ". NULL value: there is no such item. */
static const struct value_case {
    const char *text, *section, *key, *value;
    enum php_kind kind;
    unsigned how; /* besides QUOTED */
} VALUES[] = {
    { "define('A', 'x');", "", "A", "x", PHP_STRING, 0 },
    { "Define( \"A\" , \"x\" ) ;", "", "A", "x", PHP_STRING, 0 },
    { "const A = 587, B = 'y';", "", "B", "y", PHP_STRING, 0 },
    { "const A = 587;", "", "A", "587", PHP_NUMBER, 0 },
    { "$a = TRUE;", "", "$a", "true", PHP_BOOL, 0 },
    { "$a = \\false;", "", "$a", "false", PHP_BOOL, 0 },
    { "$a = null;", "", "$a", "", PHP_NULL, 0 },
    { "$m->Host = 'x';", "$m", "Host", "x", PHP_STRING, 0 },
    { "$this->m->Host = 'x';", "$this->m", "Host", "x", PHP_STRING, 0 },
    { "$m?->Host = 'x';", "$m", "Host", "x", PHP_STRING, 0 },
    { "$m->setFrom('x', 'y');", "$m", "setFrom()2", "y", PHP_STRING, 0 },
    { "$m->setFrom('x', 'y');", "$m", "setFrom()", "x", PHP_STRING, 0 },
    { "$m->isSMTP();", "$m", "isSMTP()", "", PHP_NULL, 0 },
    { "$m->a()->b('x');", "$m", "b()", "x", PHP_STRING, 0 },
    { "$c = ['a' => 'x', 'b' => array('d' => true,),];", "$c.b", "d", "true", PHP_BOOL, 0 },
    { "$c = ['x', 'y'];", "$c", "1", "y", PHP_STRING, 0 },
    { "$c['b']['d'] = 1;", "$c.b", "d", "1", PHP_NUMBER, 0 },
    { "$m->O['ssl']['v'] = false;", "$m->O.ssl", "v", "false", PHP_BOOL, 0 },
    { "$m->O = ['ssl' => ['v' => false]];", "$m->O.ssl", "v", "false", PHP_BOOL, 0 },
    { "return ['mail' => ['host' => 'x']];", "return.mail", "host", "x", PHP_STRING, 0 },
    /* strings */
    { "$a = 'it\\'s \\\\ \\n $b';", "", "$a", "it's \\ \\n $b", PHP_STRING, 0 },
    { "$a = 'a\nb';", "", "$a", "a\nb", PHP_STRING, 0 },
    { "$a = \"\\n\\t\\\\\\$\\\"\\x41\\101\\u{e9}\\q\\'\";", "", "$a", "\n\t\\$\"AA\xc3\xa9\\q\\'",
      PHP_STRING, 0 },
    { "$a = \"\\u{1F600}\\u{7f}\\u{20AC}\\e\\v\\f\\r\";", "", "$a",
      "\xf0\x9f\x98\x80\x7f\xe2\x82\xac\033\v\f\r", PHP_STRING, 0 },
    { "$a = \"5$ and $5 and {x} and {$\";", "", "$a", NULL, PHP_CODE, 0 },
    { "$a = \"5$ and $5 and {x}\";", "", "$a", "5$ and $5 and {x}", PHP_STRING, 0 },
    { "$a = \"pa$sword\";", "", "$a", "pa", PHP_STRING,
      SETTINGS_ITEM_EXPANDED | SETTINGS_ITEM_LOST },
    { "$b = 'y'; $a = \"x$b-{$b}-${b}z\";", "", "$a", "xy-y-yz", PHP_STRING,
      SETTINGS_ITEM_EXPANDED },
    { "$b['k'] = 'y'; $a = \"x$b[k]{$b['k']}\";", "", "$a", "xyy", PHP_STRING,
      SETTINGS_ITEM_EXPANDED },
    { "$b->k = 'y'; $a = \"x$b->k$b->\";", "", "$a", "xy->", PHP_STRING,
      SETTINGS_ITEM_EXPANDED | SETTINGS_ITEM_LOST },
    { "$b = 'y'; $a = \"\\{$b}{\\$b}\";", "", "$a", "\\{y}{$b}", PHP_STRING,
      SETTINGS_ITEM_EXPANDED },
    { "$b = true; $a = \"$b\";", "", "$a", "1", PHP_STRING, SETTINGS_ITEM_EXPANDED },
    { "$a = <<<E\n  x\n   \"y\\\" \\x41\n  E;", "", "$a", "x\n \"y\\\" A", PHP_STRING, 0 },
    { "$a = <<<'E'\n  $x\n   \\n\n  E;", "", "$a", "$x\n \\n", PHP_STRING, 0 },
    { "$a = <<<\"E\"\nE\n;", "", "$a", "", PHP_STRING, 0 },
    { "$a = <<<'E'\nx\r\nE;", "", "$a", "x", PHP_STRING, 0 },
    { "$a = <<<'E'\nEx\nE . 'y';", "", "$a",
      "Ex"
      "y",
      PHP_STRING, 0 },
    { "$a = b'x';", "", "$a", "x", PHP_STRING, 0 },
    /* expressions */
    { "$a = 'x' . \"y\" . 1 . true . null;", "", "$a", "xy11", PHP_STRING, 0 },
    { "$a = 'x'; $a .= 'y';", "", "$a", "xy", PHP_STRING, SETTINGS_ITEM_EXPANDED },
    { "define('B', 'x'); $a = B . '/' . B;", "", "$a", "x/x", PHP_STRING, SETTINGS_ITEM_EXPANDED },
    { "class C { const B = 'x'; function f() { $this->a = self::B; } }", "$this", "a", "x",
      PHP_STRING, SETTINGS_ITEM_EXPANDED },
    { "class C { private ?string $b = 'x'; function f() { $m->a = $this->b; } }", "$m", "a", "x",
      PHP_STRING, SETTINGS_ITEM_EXPANDED },
    { "$a = PHPMailer::ENCRYPTION_SMTPS;", "", "$a", "ssl", PHP_STRING, 0 },
    { "$a = \\PHPMailer\\PHPMailer\\PHPMailer::ENCRYPTION_STARTTLS;", "", "$a", "tls", PHP_STRING,
      0 },
    { "$a = (int) '587x';", "", "$a", "587", PHP_NUMBER, 0 },
    { "$a = (string) 587 . 'x';", "", "$a", "587x", PHP_STRING, 0 },
    { "$a = (bool)'0';", "", "$a", "false", PHP_BOOL, 0 },
    { "$a = !'';", "", "$a", "true", PHP_BOOL, 0 },
    { "$a = true && !false;", "", "$a", "true", PHP_BOOL, 0 },
    { "$a = '' ?: 'x';", "", "$a", "x", PHP_STRING, 0 },
    { "$a = null ?? 'x';", "", "$a", "x", PHP_STRING, 0 },
    { "$a = 'a' === 'a' ? 'x' : 'y';", "", "$a", "x", PHP_STRING, 0 },
    { "$a = 'a' !== 'a' ? 'x' : 'y';", "", "$a", "y", PHP_STRING, 0 },
    { "$a = trim(\" x\\n\");", "", "$a", "x", PHP_STRING, 0 },
    { "$a = filter_var('false', FILTER_VALIDATE_BOOLEAN);", "", "$a", "false", PHP_BOOL, 0 },
    { "$a = f('x');", "", "$a", "f('x')", PHP_CODE, SETTINGS_ITEM_CODE },
    { "$a = 2 + 2;", "", "$a", "2 + 2", PHP_CODE, SETTINGS_ITEM_CODE },
    { "$a = $nowhere;", "", "$a", "$nowhere", PHP_CODE, SETTINGS_ITEM_CODE },
    { "$a = getenv('SET');", "", "$a", "fro\"m", PHP_STRING, SETTINGS_ITEM_EXPANDED },
    { "$a = $_ENV['SET'];", "", "$a", "fro\"m", PHP_STRING, SETTINGS_ITEM_EXPANDED },
    { "$a = getenv('UNSET') ?: 'x';", "", "$a", "x", PHP_STRING, SETTINGS_ITEM_EXPANDED },
    { "$a = $_SERVER['UNSET'] ?? 'x';", "", "$a", "x", PHP_STRING, SETTINGS_ITEM_EXPANDED },
    { "$a = env('UNSET', 'x');", "", "$a", "x", PHP_STRING, SETTINGS_ITEM_EXPANDED },
    { "$a = getenv('UNSET');", "", "$a", "getenv('UNSET')", PHP_CODE, SETTINGS_ITEM_CODE },
    /* which of two */
    { "define('A', 'x'); define('A', 'y');", "", "A", "x", PHP_STRING, 0 },
    { "define('A', 'x'); define('A', 'y');", "defined again", "A", "y", PHP_STRING, 0 },
    { "$a = 'x'; $a = 'y';", "", "$a", "y", PHP_STRING, 0 },
    { "$a = 'x'; $a ?\?= 'y';", "", "$a", "x", PHP_STRING, 0 },
    { "defined('A') or define('A', 'x');", "", "A", "x", PHP_STRING, 0 },
    { "define('A', 'x'); defined('A') || define('A', 'y');", "defined again", "A", NULL, PHP_CODE,
      0 },
    { "if (!defined('A')) define('A', 'x');", "", "A", "x", PHP_STRING, 0 },
    { "if (false) { $a = 'x'; } else { $a = 'y'; }", "", "$a", "y", PHP_STRING, 0 },
    { "if (true) { $a = 'x'; } elseif (f()) { $a = 'y'; } else { $a = 'z'; }", "", "$a", "x",
      PHP_STRING, 0 },
    { "if (f()) $a = 'x'; else $b = 'y';", "", "$b", "y", PHP_STRING, 0 },
    { "if (f()): $a = 'x'; else: $b = 'y'; endif; $c = 1;", "", "$c", "1", PHP_NUMBER, 0 },
    /* where code hides */
    { "add_action('phpmailer_init', function (PHPMailer $m) { $m->Host = 'x'; });", "$m", "Host",
      "x", PHP_STRING, 0 },
    { "function f($a = array('x' => 1)) : void { $m->Host = 'x'; }", "$m", "Host", "x", PHP_STRING,
      0 },
    { "try { $a = 'x'; } catch (Exception $e) { echo 'y', $a; } finally { $b = 'z'; }", "", "$b",
      "z", PHP_STRING, 0 },
    { "foreach ([1] as $i) { $a = 'x'; } while (0): $b = 'y'; endwhile; $c = 'z';", "", "$c", "z",
      PHP_STRING, 0 },
    { "switch ($x) { case 'a': $a = 'x'; break; default: $b = 'y'; }", "", "$b", "y", PHP_STRING,
      0 },
    { "namespace N; use A\\B; $a = 'x';", "", "$a", "x", PHP_STRING, 0 },
    { "#[Attribute(1)]\nclass C { public static string $a = 'x'; }", "", "$a", "x", PHP_STRING, 0 },
    { "$x = fn($y) => $y . 'z'; $a = 'x';", "", "$a", "x", PHP_STRING, 0 },
    { "$x = match(true) { 1 => 'y', default => 'z' }; $a = 'x';", "", "$a", "x", PHP_STRING, 0 },
    { "$x = (new M(['a' => 1]))->b(); $a = 'x';", "", "$a", "x", PHP_STRING, 0 },
    { "$x = new class { public $y = 1; }; $a = 'x';", "", "$a", "x", PHP_STRING, 0 },
    { "[$x, $y] = f(); list($x) = g(); $a = 'x';", "", "$a", "x", PHP_STRING, 0 },
    { "// $a = 'y';\n# $a = 'y';\n/* $a = 'y'; */ $a = /* ; */ 'x' // y\n;", "", "$a", "x",
      PHP_STRING, 0 },
    { "?> $a = 'y'; <b>it's <?xml <? <?php $a = 'x' ?>\n don't", "", "$a", "x", PHP_STRING, 0 },
    { "// comment ?> $a = 'y'; <?= $a ?> <?php $b = 'x';", "", "$a", NULL, PHP_CODE, 0 },
    { "$x = `ls 'x`; $a = 'x';", "", "$a", "x", PHP_STRING, 0 },
    { "f(A::class, $b[0]->c(1)::D, -1, @g(), ...$h); $a = 'x';", "", "$a", "x", PHP_STRING, 0 },
};

struct read {
    struct arena memory;
    struct settings_reading r;
    struct err e;
    struct php *p;
};

static struct php *made; /* by the last reading */

static bool read_php(struct settings_reading *r, struct err *e)
{
    made = php_read(r, settings_main_file(r), e);
    return made != NULL;
}
static const struct settings_program PHP = { .name = STR_INIT("php"),
                                             .title = STR_INIT("PHP"),
                                             .read = read_php };

static void read_text(struct read *t, str text)
{
    arena_init(&t->memory, MEMORY);
    settings_reading_init(&t->r, &t->memory, &PHP);
    assert_true(settings_give_file(&t->r, STR("a.php"), text));
    t->r.variables[t->r.variable_count++] = (struct settings_variable){ STR("SET"), SETTINGS_GIVEN,
                                                                        STR("fro\"m"), STR("") };
    t->r.variables[t->r.variable_count++] =
        (struct settings_variable){ STR("UNSET"), SETTINGS_ABSENT, STR_NONE, STR("") };
    memset(&t->e, 0, sizeof t->e);
    t->p = settings_read(&t->r, &t->e) ? made : NULL;
}

static struct settings_item *last(struct settings_reading *r, const char *section, const char *key)
{
    return settings_item_named(r, str_from(section), str_from(key));
}

static void values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(VALUES); i++) {
        const struct value_case *c = &VALUES[i];
        struct read t;
        char text[512];
        size_t n = strlen(c->text);
        memcpy(text, "<?php ", 6);
        memcpy(text + 6, c->text, n);
        read_text(&t, (str){ text, n + 6 });
        if (!t.p && c->value)
            fail_msg("%s: %s", c->text, t.e.why);
        struct settings_item *item = t.p ? last(&t.r, c->section, c->key) : NULL;
        if (!item != !c->value)
            fail_msg("%s: %s", c->text, item ? "there" : "not there");
        if (item) {
            if (!str_eq(item->value, str_from(c->value)))
                fail_msg("%s: <%.*s>", c->text, STR_ARG(item->value));
            if (php_fact_of(t.p, item)->kind != c->kind)
                fail_msg("%s: of kind %d", c->text, (int)php_fact_of(t.p, item)->kind);
            unsigned quoted = c->kind == PHP_STRING ? SETTINGS_ITEM_QUOTED : 0;
            if (item->how != (c->how | quoted))
                fail_msg("%s: how %x", c->text, item->how);
        }
        arena_done(&t.memory);
    }
}

static const struct {
    const char *text, *why;
} BROKEN[] = {
    { "<?php\n$a = 'x", "a.php:2:6: the string that begins here is never closed" },
    { "<?php\n$a = \"x", "a.php:2:6: the string that begins here is never closed" },
    { "<?php /* x", "a.php:1:7: this comment is never closed by */" },
    { "<?php $a = <<<E\nx", "a.php:1:12: the text behind <<< is never closed by its word" },
    { "<?php $a = ['x' => 'y'", "a.php:1:12: the array that begins here is never closed" },
    { "<?php\ndefine('A', 'x')\ndefine('B', 'y');", "a.php:3:1: a ; is missing in front of this" },
    { "<?php $a = ['a' => 'x' 'b' => 'y'];",
      "a.php:1:24: a , is missing in front of this element of the array" },
    { "<?php if (true) { $a = 1;", "a.php:1:17: the { that opens here is never closed" },
    { "<?php }", "a.php:1:7: this } was never opened" },
    { "<?php define(\xe2\x80\x98"
      "A\xe2\x80\x99, 1);",
      "a.php:1:14: these quotes are those of a word processor: PHP knows only ' and \"" },
    { "<?php $a = \"\\u{110000}\";", "a.php:1:13: \\u{...} holds no character's number" },
    { "<?php $a = \"$b['x']\";",
      "a.php:1:16: the key in the string is no plain word: PHP wants {$a['b']} here" },
    { "<?php $a = \"{$b\";", "a.php:1:13: the variable in the string is never closed by }" },
    { "<?php define('A', 'x';", "a.php:1:22: a ) is missing in front of this" },
    { "<?php $a = ('x';", "a.php:1:12: the ( that opens here is never closed" },
    { "<?php $a['x' = 1;", "a.php:1:9: a ] is missing" },
    { "<?php if true { }", "a.php:1:10: a ( is missing here" },
    { "<?php $a = 1);", "a.php:1:13: this bracket was never opened" },
};

static void broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(BROKEN); i++) {
        struct read t;
        read_text(&t, str_from(BROKEN[i].text));
        if (t.p)
            fail_msg("%s: read", BROKEN[i].text);
        assert_string_equal(t.e.why, BROKEN[i].why);
        arena_done(&t.memory);
    }
}

static void places(void **state)
{
    (void)state;
    struct read t;
    read_text(&t, STR("<?php\n\n  define('A', \"x\" . 'y' ); $b = [\n 'k'=>true ];"));
    assert_non_null(t.p);
    const struct settings_item *a = last(&t.r, "", "A"), *k = last(&t.r, "$b", "k");
    assert_int_equal(a->place.line, 3);
    assert_int_equal(a->place.column, 15);
    assert_true(
        str_eq(str_take(str_skip(t.r.files[0].text, a->place.at), a->place.n), STR("\"x\" . 'y'")));
    assert_int_equal(k->place.line, 4);
    assert_int_equal(k->place.column, 7);
    assert_int_equal(k->place.n, 4);
    arena_done(&t.memory);
}

static void conditions(void **state)
{
    (void)state;
    struct read t;
    read_text(&t, STR("<?php if (f()) { $a = 1; } else { $b = 2; } $c = 3; if (f()): $d = 4; "
                      "endif; $e = 5;"));
    assert_non_null(t.p);
    static const struct {
        const char *key;
        bool conditional;
    } WANTED[] = {
        { "$a", true }, { "$b", true }, { "$c", false }, { "$d", true }, { "$e", false }
    };
    for (size_t i = 0; i < COUNT_OF(WANTED); i++)
        assert_int_equal(php_fact_of(t.p, last(&t.r, "", WANTED[i].key))->conditional,
                         WANTED[i].conditional);
    arena_done(&t.memory);
}

static void references(void **state)
{
    (void)state;
    struct read t;
    read_text(&t, STR("<?php define('A', getenv('SET')); $m->P = A; $m->Q = "
                      "trim(file_get_contents('/run/x'));"
                      "$m->R = env('OTHER', 'x'); if (0) { $m->S = getenv('NEVER'); }"));
    assert_non_null(t.p);
    const struct php_reference *p = php_fact_of(t.p, last(&t.r, "$m", "P"))->reference;
    const struct php_reference *q = php_fact_of(t.p, last(&t.r, "$m", "Q"))->reference;
    const struct php_reference *o = php_fact_of(t.p, last(&t.r, "$m", "R"))->reference;
    assert_true(p && p->kind == SETTINGS_SECRET_ENV && str_eq(p->name, STR("SET")));
    assert_true(q && q->kind == SETTINGS_SECRET_FILE && str_eq(q->name, STR("/run/x")));
    assert_true(o && str_eq(o->name, STR("OTHER")));
    assert_int_equal(t.r.wishes, 1);
    assert_int_equal(t.r.variable_count, 3);
    arena_done(&t.memory);
}

static void includes(void **state)
{
    (void)state;
    struct read t;
    read_text(&t, STR("<?php require_once __DIR__ . '/config.php'; require 'vendor/autoload.php';"
                      "$c = include('array.php'); $a = HERE . $c['k'];"));
    assert_non_null(t.p);
    assert_int_equal(t.r.wishes, 2);
    assert_int_equal(t.r.file_count, 3);
    assert_true(str_eq(t.r.files[1].path, STR("config.php")));
    t.r.files[1].text = STR("<?php define('HERE', 'x');");
    t.r.files[2].text = STR("<?php return ['k' => 'y'];");
    t.r.files[1].answer = t.r.files[2].answer = SETTINGS_GIVEN;
    assert_true(settings_read(&t.r, &t.e));
    assert_int_equal(t.r.wishes, 0);
    assert_true(str_eq(last(&t.r, "", "$a")->value, STR("xy")));
    t.r.files[1].text = STR("<?php\n}");
    assert_false(settings_read(&t.r, &t.e));
    assert_string_equal(t.e.why, "config.php:2:1: this } was never opened");
    arena_done(&t.memory);
}

/* However deep or long, there is an answer, and soon. */
static void maxima(void **state)
{
    (void)state;
    static const char *const NASTY[] = {
        "[",          "(",  "{",      "if(1)",  "!",     "$a->b(",        "\"$a",   "$a=\"$a$a\";",
        "$a[",        "'",  "?>",     "array(", "$a.",   "f(function(){", "<<<A\n", "$$",
        "a;",         "1?", "$a=1;",  "fn()=>", "new ",  "(int)",         "#[",     "::",
        "$a='x'.$a;", "- ", "'a'=>[", "/*",     "else ", "\"{$a[\""
    };
    enum { LENGTH = SETTINGS_FILE_MAX };
    char *text = test_malloc(LENGTH);
    for (size_t i = 0; i < COUNT_OF(NASTY); i++) {
        struct read t;
        size_t n = strlen(NASTY[i]);
        memcpy(text, "<?php ", 6);
        for (size_t at = 6; at < LENGTH; at++)
            text[at] = NASTY[i][(at - 6) % n];
        read_text(&t, (str){ text, LENGTH });
        arena_done(&t.memory);
    }
    test_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values),     cmocka_unit_test(broken),     cmocka_unit_test(places),
        cmocka_unit_test(conditions), cmocka_unit_test(references), cmocka_unit_test(includes),
        cmocka_unit_test(maxima),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
