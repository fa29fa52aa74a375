/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_php_value.c - PHP source: expressions, as far as they are plain values
 * Speaks  the language reference, Expressions and Operators: strings, numbers, arrays, concatenation, ?: ?? && ||
 *         and the few functions that settings files call.
 */
#include "base/buf.h"
#include "settings/syntax_php_inner.h"
#include <string.h>

static const struct php_value CODE = { .kind = PHP_CODE, .how = SETTINGS_ITEM_CODE };

static struct php_value of_bool(bool yes)
{
    return (struct php_value){ .kind = PHP_BOOL, .text = yes ? STR("true") : STR("false") };
}

int php_value_truth(const struct php_value *v)
{
    if (v->absent)
        return 0;
    switch (v->kind) {
    case PHP_BOOL: return v->text.p[0] == 't';
    case PHP_NULL: return 0;
    case PHP_NUMBER:
        return str_find_octet(v->text, '.') != STR_NOT_FOUND ? -1 : !str_eq(v->text, STR("0"));
    case PHP_STRING: return v->text.n > 0 && !str_eq(v->text, STR("0"));
    case PHP_ARRAY: return v->text.n > 0;
    default: return -1;
    }
}

str php_join(struct php *p, str section, str key, const char *between)
{
    size_t n = section.n + key.n + 2;
    if (n > PHP_PATH_MAX || n > p->room)
        return STR("...");
    p->room -= n;
    return arena_printf(p->r->arena, "%.*s%s%.*s", STR_ARG(section), between, STR_ARG(key));
}

str php_joined(struct php *p, struct php_name name)
{
    return name.section.n ? php_join(p, name.section, name.key, name.element ? "." : "->")
                          : name.key;
}

struct php_value php_lookup(struct php *p, struct php_name name)
{
    struct php_value v = CODE;
    const struct settings_item *item = name.broken ? NULL : php_find(p, name);
    if (!item) {
        v.how |= SETTINGS_ITEM_LOST;
        return v;
    }
    const struct php_fact *fact = &p->facts[item - p->r->items];
    v.kind = fact->kind;
    v.text = item->value;
    v.how = item->how | SETTINGS_ITEM_EXPANDED;
    v.reference = fact->reference;
    return v;
}

/* ------------------------------------------------------------------------------------------------
 * The environment
 */
static struct php_value from_environment(struct php *p, str name)
{
    struct php_value v = CODE;
    struct php_reference *at = name.n ? arena_alloc(p->r->arena, sizeof *at) : NULL;
    if (!at || p->dead)
        return v;
    *at = (struct php_reference){ SETTINGS_SECRET_ENV, name };
    v.reference = at;
    v.absent = !settings_variable(p->r, name, &v.text);
    if (!v.absent) {
        v.kind = PHP_STRING;
        v.how = SETTINGS_ITEM_QUOTED | SETTINGS_ITEM_EXPANDED;
    }
    return v;
}

/* The first, or where it is a variable that is not set here, what stands in for it. The reference stays. */
static struct php_value or_else(struct php_value first, struct php_value second)
{
    if (!first.absent)
        return first;
    second.reference = first.reference;
    second.how |= SETTINGS_ITEM_EXPANDED;
    return second;
}

/* ------------------------------------------------------------------------------------------------
 * Functions that settings files call
 */
enum { ARGUMENTS = 3 };
struct call {
    str name;
    size_t count;
    struct php_value arguments[ARGUMENTS];
};

static struct php_value call_env(struct php *p, const struct call *c)
{
    const struct php_value *name = &c->arguments[0];
    struct php_value v = name->kind == PHP_STRING ? from_environment(p, name->text) : CODE;
    bool with_default = c->count > 1 && !str_eq_nocase(c->name, STR("getenv"));
    return with_default ? or_else(v, c->arguments[1]) : v;
}

static struct php_value call_file(struct php *p, const struct call *c)
{
    struct php_value v = CODE;
    const struct php_value *path = &c->arguments[0];
    struct php_reference *at = arena_alloc(p->r->arena, sizeof *at);
    if (!at || path->kind != PHP_STRING || !path->text.n)
        return v;
    *at = (struct php_reference){ SETTINGS_SECRET_FILE, path->text };
    v.reference = at;
    return v;
}

static struct php_value call_trim(struct php *p UNUSED, const struct call *c)
{
    struct php_value v = c->arguments[0];
    static const str BLANKS = STR_INIT(" \t\n\r\v\0");
    if (v.kind != PHP_STRING)
        return v;
    bool left = !str_eq_nocase(c->name, STR("rtrim")),
         right = !str_eq_nocase(c->name, STR("ltrim"));
    if (c->count > 1)
        return CODE;
    while (left && v.text.n && str_find_octet(BLANKS, v.text.p[0]) != STR_NOT_FOUND)
        v.text = str_skip(v.text, 1);
    while (right && v.text.n && str_find_octet(BLANKS, v.text.p[v.text.n - 1]) != STR_NOT_FOUND)
        v.text.n--;
    return v;
}

static struct php_value call_int(struct php *p UNUSED, const struct call *c)
{
    struct php_value v = c->arguments[0];
    size_t n = 0;
    if (v.kind == PHP_NUMBER)
        return v;
    if (v.kind != PHP_STRING || c->count != 1)
        return (struct php_value){ .kind = PHP_CODE,
                                   .how = SETTINGS_ITEM_CODE,
                                   .reference = v.reference,
                                   .absent = v.absent };
    v.text = str_trim(v.text);
    while (n < v.text.n && is_digit(v.text.p[n]))
        n++;
    v.text = n ? str_take(v.text, n) : STR("0");
    v.kind = PHP_NUMBER;
    v.how &= ~(unsigned)SETTINGS_ITEM_QUOTED;
    return v;
}

static struct php_value call_bool(struct php *p UNUSED, const struct call *c)
{
    int truth = php_value_truth(&c->arguments[0]);
    struct php_value v = truth < 0 || c->arguments[0].absent ? CODE : of_bool(truth);
    v.absent = c->arguments[0].absent;
    return v;
}

static struct php_value call_string(struct php *p UNUSED, const struct call *c)
{
    struct php_value v = c->arguments[0];
    if (v.kind == PHP_BOOL || v.kind == PHP_NULL)
        v.text = v.text.p[0] == 't' ? STR("1") : STR("");
    if (v.kind == PHP_CODE || v.kind == PHP_ARRAY)
        return v;
    v.kind = PHP_STRING;
    v.how |= SETTINGS_ITEM_QUOTED;
    return v;
}

/* filter_var(x, FILTER_VALIDATE_BOOLEAN): here "false" is false. */
static struct php_value call_filter(struct php *p UNUSED, const struct call *c)
{
    struct php_value v = c->arguments[0];
    if (v.kind != PHP_STRING && v.kind != PHP_BOOL)
        return v.kind == PHP_CODE ? v : CODE;
    if (c->count != 2 || !str_starts(c->arguments[1].text, STR("FILTER_VALIDATE_BOOL")))
        return CODE;
    return of_bool(settings_truth(v.text) == 1);
}

static struct php_value call_defined(struct php *p, const struct call *c)
{
    if (c->arguments[0].kind != PHP_STRING)
        return CODE;
    if (php_find(p, (struct php_name){ .section = STR(""), .key = c->arguments[0].text }))
        return of_bool(true);
    return p->elsewhere ? CODE : of_bool(false);
}

static struct php_value call_constant(struct php *p, const struct call *c)
{
    if (c->arguments[0].kind != PHP_STRING)
        return CODE;
    return php_lookup(p, (struct php_name){ .section = STR(""), .key = c->arguments[0].text });
}

static struct php_value call_define(struct php *p, const struct call *c)
{
    if (c->arguments[0].kind == PHP_STRING && c->count > 1)
        php_add(p, (struct php_name){ .section = STR(""), .key = c->arguments[0].text },
                &c->arguments[1]);
    return of_bool(true);
}

/* dirname(__DIR__) and dirname(__FILE__), as paths beside this file */
static struct php_value call_dirname(struct php *p UNUSED, const struct call *c)
{
    struct php_value v = c->arguments[0];
    if (v.kind != PHP_STRING || c->count != 1)
        return CODE;
    if (str_eq(v.text, STR("./-")))
        v.text = STR(".");
    else if (str_eq(v.text, STR(".")))
        v.text = STR("..");
    else
        return CODE;
    return v;
}

static const struct function {
    str name;
    struct php_value (*call)(struct php *p, const struct call *c);
} FUNCTIONS[] = {
    { STR_INIT("define"), call_define },
    { STR_INIT("defined"), call_defined },
    { STR_INIT("constant"), call_constant },
    { STR_INIT("getenv"), call_env },
    { STR_INIT("env"), call_env },           /* Laravel, phpdotenv, Bedrock */
    { STR_INIT("getenv_docker"), call_env }, /* wp-config.php of the WordPress image */
    { STR_INIT("file_get_contents"), call_file },
    { STR_INIT("trim"), call_trim },
    { STR_INIT("rtrim"), call_trim },
    { STR_INIT("ltrim"), call_trim },
    { STR_INIT("intval"), call_int },
    { STR_INIT("boolval"), call_bool },
    { STR_INIT("strval"), call_string },
    { STR_INIT("filter_var"), call_filter },
    { STR_INIT("dirname"), call_dirname },
};

/* Behind the "(": values up to ")"; those behind the third are read for what they assign. */
static size_t arguments(struct php *p, str path, struct php_value out[ARGUMENTS])
{
    size_t count = 0;
    while (!p->failed && !php_eat(p, ')')) {
        if (p->at >= p->text.n) {
            php_fail(p, p->at, "a ) is missing");
            break;
        }
        size_t before = p->at;
        struct php_value v = php_value(p, path);
        if (count < ARGUMENTS)
            out[count] = v;
        count++;
        if (!php_eat(p, ',') && php_peek(p, 0) != ')') {
            php_skip(p, ",);}");
            if (p->at == before || php_peek(p, 0) == '}' || php_peek(p, 0) == ';')
                php_fail(p, p->at, "a ) is missing in front of this");
        }
    }
    return count;
}

static struct php_value call(struct php *p, str name)
{
    struct call c = { .name = name };
    const struct function *found = NULL;
    bool unset = str_eq_nocase(name, STR("unset")) || str_eq_nocase(name, STR("isset"));
    size_t slash = str_rfind_octet(name, '\\');
    if (slash != STR_NOT_FOUND)
        c.name = str_skip(name, slash + 1);
    c.count = arguments(p, STR_NONE, c.arguments);
    for (size_t i = 0; i < COUNT_OF(FUNCTIONS) && !found && !p->failed && !unset && c.count; i++)
        if (to_lower(c.name.n ? c.name.p[0] : '\0') == FUNCTIONS[i].name.p[0] &&
            str_eq_nocase(c.name, FUNCTIONS[i].name))
            found = &FUNCTIONS[i];
    return found ? found->call(p, &c) : CODE;
}

/* $mail->setFrom('a', 'b'): each argument an item. */
static struct php_value method(struct php *p, struct php_name name)
{
    struct php_value given[ARGUMENTS];
    str what = name.broken ? STR_NONE : php_join(p, name.key, STR("()"), "");
    memset(given, 0, sizeof given);
    size_t begin = p->at++;
    size_t count = arguments(p, STR_NONE, given);
    if (!count)
        given[0] = (struct php_value){ .kind = PHP_NULL, .at = begin, .n = 0 };
    for (size_t i = 0; i < ARGUMENTS && (i < count || !i) && what.p; i++) {
        str key = i ? arena_printf(p->r->arena, "%.*s%zu", STR_ARG(what), i + 1) : what;
        php_add(p, (struct php_name){ .section = name.section, .key = key }, &given[i]);
    }
    return CODE;
}

/* ------------------------------------------------------------------------------------------------
 * Variables
 */
static void element(struct php *p, struct php_name *name)
{
    size_t begin = p->at++;
    php_space(p);
    struct php_value key = { .kind = PHP_CODE };
    if (php_peek(p, 0) != ']')
        key = php_value(p, STR_NONE);
    if (!php_eat(p, ']'))
        php_fail(p, begin, "a ] is missing");
    name->broken |= key.kind != PHP_STRING && key.kind != PHP_NUMBER;
    name->section = php_joined(p, *name);
    name->element = true;
    name->key = key.text;
}

static void property(struct php *p, struct php_name *name)
{
    p->at += php_at(p, "?->") ? 3 : 2;
    php_space(p);
    name->broken |= php_peek(p, 0) == '{' || php_peek(p, 0) == '$';
    if (php_peek(p, 0) == '{')
        php_skip_brackets(p);
    if (php_peek(p, 0) == '$')
        p->at++;
    name->section = php_joined(p, *name);
    name->element = false;
    name->key = php_word(p);
}

struct php_name php_variable(struct php *p)
{
    size_t begin = p->at++;
    struct php_name name = { .section = STR(""), .key = STR("") };
    if (php_peek(p, 0) == '{' || php_peek(p, 0) == '$') { /* ${...}, $$a */
        name.broken = true;
        p->at += php_peek(p, 0) == '$';
        if (php_peek(p, 0) == '{')
            php_skip_brackets(p);
    }
    (void)php_word(p);
    name.key = str_take(str_skip(p->text, begin), p->at - begin);
    while (!p->failed) {
        size_t behind = p->at;
        php_space(p);
        if (php_peek(p, 0) == '[')
            element(p, &name);
        else if (php_at(p, "->") || php_at(p, "?->"))
            property(p, &name);
        else if (php_at(p, "::$"))
            property(p, &name);
        else {
            p->at = behind;
            break;
        }
    }
    return name;
}

static bool is_assignment(const struct php *p, size_t *n)
{
    static const char *const OPERATORS[] = { "=", ".=", "?\?=" };
    for (size_t i = 0; i < COUNT_OF(OPERATORS); i++) {
        size_t length = str_from(OPERATORS[i]).n;
        if (php_at(p, OPERATORS[i]) && php_peek(p, length) != '=' && php_peek(p, length) != '>') {
            *n = length;
            return true;
        }
    }
    return false;
}

static struct php_value joined(struct php *p, struct php_value a, struct php_value b);

static struct php_value assign(struct php *p, struct php_name name, size_t n)
{
    char first = php_peek(p, 0);
    p->at += n;
    struct php_value v = php_value(p, name.broken ? STR_NONE : php_joined(p, name));
    if (first == '.') {
        struct php_value now = php_lookup(p, name), both = joined(p, now, v);
        both.at = v.at;
        both.n = v.n;
        v = both;
        if (v.kind == PHP_CODE)
            v.how |= SETTINGS_ITEM_CODE;
    }
    if (first != '?' || name.broken || !php_find(p, name))
        php_add(p, name, &v);
    return v;
}

static struct php_value variable(struct php *p)
{
    struct php_name name = php_variable(p);
    size_t behind = p->at, n;
    php_space(p);
    if (php_peek(p, 0) == '(') {
        struct php_value v = method(p, name);
        while (!p->failed && (php_at(p, "->") || php_at(p, "?->"))) { /* ->a()->b() */
            struct php_name next = name;
            property(p, &next);
            php_space(p);
            if (php_peek(p, 0) == '(')
                v = method(p, (struct php_name){ .section = name.section,
                                                 .key = next.key,
                                                 .broken = name.broken });
        }
        return v;
    }
    if (is_assignment(p, &n))
        return assign(p, name, n);
    p->at = behind;
    if (!name.broken &&
        (str_eq(name.section, STR("$_ENV")) || str_eq(name.section, STR("$_SERVER"))))
        return from_environment(p, name.key);
    struct php_value v = php_lookup(p, name);
    if (v.how & SETTINGS_ITEM_LOST)
        v.how = SETTINGS_ITEM_CODE; /* something outside may have set it */
    return v;
}

/* ------------------------------------------------------------------------------------------------
 * Arrays
 */
/* Behind its opening bracket; items go to section path, unless that is not known. */
static struct php_value array(struct php *p, str path, char end)
{
    struct php_value v = { .kind = PHP_ARRAY };
    size_t begin = p->at - 1, next = 0;
    while (!p->failed && !php_eat(p, end)) {
        if (p->at >= p->text.n) {
            php_fail(p, begin, "the array that begins here is never closed");
            break;
        }
        size_t before = p->at;
        struct php_value key = php_value(p, STR_NONE), value = key;
        php_space(p);
        if (php_at(p, "=>")) {
            p->at += 2;
            bool named = path.p && (key.kind == PHP_STRING || key.kind == PHP_NUMBER);
            value = php_value(p, named ? php_join(p, path, key.text, ".") : STR_NONE);
        } else {
            key.text = path.p ? arena_printf(p->r->arena, "%zu", next) : STR_NONE;
            key.kind = PHP_NUMBER;
            next++;
        }
        if (path.p && (key.kind == PHP_STRING || key.kind == PHP_NUMBER))
            php_add(p, (struct php_name){ .section = path, .key = key.text }, &value);
        v.text = STR("array");
        if (!php_eat(p, ',') && php_peek(p, 0) != end) {
            if (p->at >= p->text.n)
                continue;
            php_fail(p, p->at > before ? p->at : before,
                     "a , is missing in front of this element of the array");
        }
    }
    return v;
}

/* ------------------------------------------------------------------------------------------------
 * Words
 */
static struct php_value closure(struct php *p, bool arrow)
{
    if (arrow) {
        php_skip(p, "=");
        p->at += php_at(p, "=>") ? 2 : 0;
        (void)php_value(p, STR_NONE);
        return CODE;
    }
    php_skip(p, "{;,)");
    if (php_eat(p, '{'))
        php_block(p);
    return CODE;
}

static struct php_value class_constant(struct php *p, str class)
{
    p->at += 2;
    php_space(p);
    if (php_peek(p, 0) == '$') {
        (void)php_variable(p);
        return CODE;
    }
    str name = php_word(p);
    if (php_eat(p, '(')) {
        struct php_value given[ARGUMENTS];
        (void)arguments(p, STR_NONE, given);
        return CODE;
    }
    if (str_ends_nocase(class, STR("PHPMailer")) && str_eq(name, STR("ENCRYPTION_SMTPS")))
        return (struct php_value){ .kind = PHP_STRING,
                                   .text = STR("ssl"),
                                   .how = SETTINGS_ITEM_QUOTED };
    if (str_ends_nocase(class, STR("PHPMailer")) && str_eq(name, STR("ENCRYPTION_STARTTLS")))
        return (struct php_value){ .kind = PHP_STRING,
                                   .text = STR("tls"),
                                   .how = SETTINGS_ITEM_QUOTED };
    struct php_value v = php_lookup(
        p, (struct php_name){ .section = STR(""), .key = name, .broken = !name.n });
    if (v.how & SETTINGS_ITEM_LOST)
        v.how = SETTINGS_ITEM_CODE;
    return v;
}

static struct php_value constant(struct php *p, str word)
{
    static const struct {
        str name;
        enum php_kind kind;
        str text;
    } WORDS[] = {
        { STR_INIT("true"), PHP_BOOL, STR_INIT("true") },
        { STR_INIT("false"), PHP_BOOL, STR_INIT("false") },
        { STR_INIT("null"), PHP_NULL, STR_INIT("null") },
        { STR_INIT("__DIR__"), PHP_STRING, STR_INIT(".") },
        { STR_INIT("__FILE__"), PHP_STRING, STR_INIT("./-") },
        { STR_INIT("PHP_EOL"), PHP_STRING, STR_INIT("\n") },
        { STR_INIT("DIRECTORY_SEPARATOR"), PHP_STRING, STR_INIT("/") },
        { STR_INIT("FILTER_VALIDATE_BOOLEAN"), PHP_CODE, STR_INIT("FILTER_VALIDATE_BOOLEAN") },
        { STR_INIT("FILTER_VALIDATE_BOOL"), PHP_CODE, STR_INIT("FILTER_VALIDATE_BOOL") },
    };
    if (word.n && word.p[0] == '\\')
        word = str_skip(word, 1);
    for (size_t i = 0; i < COUNT_OF(WORDS) && word.n; i++)
        if (to_lower(word.p[0]) == to_lower(WORDS[i].name.p[0]) &&
            str_eq_nocase(word, WORDS[i].name))
            return (struct php_value){
                .kind = WORDS[i].kind,
                .text = WORDS[i].text,
                .how = WORDS[i].kind == PHP_STRING ? SETTINGS_ITEM_QUOTED
                       : WORDS[i].kind == PHP_CODE ? SETTINGS_ITEM_CODE
                                                   : 0,
            };
    struct php_value v = php_lookup(p, (struct php_name){ .section = STR(""), .key = word });
    if (v.how & SETTINGS_ITEM_LOST)
        v.how = SETTINGS_ITEM_CODE;
    return v;
}

static struct php_value include(struct php *p, str path)
{
    struct php_value v = php_value(p, STR_NONE);
    if (v.kind == PHP_STRING && !p->dead)
        php_include(p, v.text, path);
    else
        p->elsewhere = true;
    return CODE;
}

static struct php_value word(struct php *p, str path)
{
    static const char *const INCLUDES[] = { "require", "require_once", "include", "include_once" };
    static const char *const SKIPPED[] = { "clone",  "print", "throw", "yield",
                                           "static", "exit",  "die" };
    size_t begin = p->at;
    str w = php_word(p);
    /* e2 80 98..9d begin the quotes of a word processor. */
    if (w.n > 2 && w.p[0] == '\xe2' && w.p[1] == '\x80' && (unsigned char)w.p[2] >= 0x98 &&
        (unsigned char)w.p[2] <= 0x9d)
        php_fail(p, begin, "these quotes are those of a word processor: PHP knows only ' and \"");
    if (php_is_one_of(w, INCLUDES, COUNT_OF(INCLUDES)))
        return include(p, path);
    if (php_is_one_of(w, SKIPPED, COUNT_OF(SKIPPED)))
        return CODE;
    if (str_eq_nocase(w, STR("function")) || str_eq_nocase(w, STR("fn")))
        return closure(p, w.n == 2);
    size_t behind = p->at;
    php_space(p);
    if (str_eq_nocase(w, STR("new"))) {
        (void)php_word(p);
        if (php_eat(p, '(')) {
            struct php_value given[ARGUMENTS];
            (void)arguments(p, STR_NONE, given);
        }
        return CODE;
    }
    if (php_at(p, "::"))
        return class_constant(p, w);
    if (php_peek(p, 0) == '(') {
        p->at++;
        return str_eq_nocase(w, STR("array")) ? array(p, path, ')') : call(p, w);
    }
    p->at = behind;
    return constant(p, w);
}

/* ------------------------------------------------------------------------------------------------
 * Operators
 */
static struct php_value operand(struct php *p, str path);

/* "(string) x": binds closer than what stands behind x. */
static bool cast(struct php *p, struct php_value *v)
{
    static const struct {
        str name;
        struct php_value (*call)(struct php *p, const struct call *c);
    } CASTS[] = {
        { STR_INIT("string"), call_string }, { STR_INIT("int"), call_int },
        { STR_INIT("integer"), call_int },   { STR_INIT("bool"), call_bool },
        { STR_INIT("boolean"), call_bool },
    };
    size_t begin = p->at++;
    php_space(p);
    str type = php_word(p);
    if (type.n && php_eat(p, ')'))
        for (size_t i = 0; i < COUNT_OF(CASTS); i++)
            if (str_eq_nocase(type, CASTS[i].name)) {
                struct call c = { .count = 1 };
                c.arguments[0] = operand(p, STR_NONE);
                *v = CASTS[i].call(p, &c);
                return true;
            }
    p->at = begin;
    return false;
}

static struct php_value parenthesis(struct php *p, str path)
{
    struct php_value v;
    size_t begin = p->at;
    if (cast(p, &v))
        return v;
    p->at++;
    v = php_value(p, path);
    if (!php_eat(p, ')')) {
        php_skip(p, ")");
        if (!php_eat(p, ')'))
            php_fail(p, begin, "the ( that opens here is never closed");
        return CODE;
    }
    php_space(p);
    if (php_at(p, "->") || php_at(p, "[")) { /* (new X)->y() */
        php_skip(p, ";,)]}");
        return CODE;
    }
    return v;
}

static struct php_value digits(struct php *p)
{
    size_t begin = p->at;
    bool plain = true;
    while (is_alnum(php_peek(p, 0)) || php_peek(p, 0) == '_' ||
           (php_peek(p, 0) == '.' && is_digit(php_peek(p, 1)))) {
        plain &= is_digit(php_peek(p, 0)) || php_peek(p, 0) == '.';
        p->at++;
    }
    struct php_value v = { .kind = PHP_NUMBER,
                           .text = str_take(str_skip(p->text, begin), p->at - begin) };
    bool octal = v.text.n > 1 && v.text.p[0] == '0' && v.text.p[1] != '.';
    return plain && !octal ? v : CODE;
}

static struct php_value not(struct php * p)
{
    p->at++;
    struct php_value v = operand(p, STR_NONE);
    int truth = php_value_truth(&v);
    return truth < 0 || v.absent ? CODE : of_bool(!truth);
}

static struct php_value operand_here(struct php *p, str path)
{
    php_space(p);
    char c = php_peek(p, 0);
    if (c == 'b' && (php_peek(p, 1) == '\'' || php_peek(p, 1) == '"'))
        c = p->text.p[++p->at];
    if (c == '\'')
        return php_single(p);
    if (c == '"')
        return php_double(p);
    if (php_at(p, "<<<"))
        return php_heredoc(p);
    if (c == '$')
        return variable(p);
    if (is_digit(c) || (c == '.' && is_digit(php_peek(p, 1))))
        return digits(p);
    if (php_starts_name(c) || c == '\\')
        return word(p, path);
    if (c == '(')
        return parenthesis(p, path);
    if (c == '[') {
        p->at++;
        return array(p, path, ']');
    }
    if (c == '!')
        return not(p);
    if (c == '@' || c == '&' || c == '+' || c == '-' || c == '~') {
        p->at++;
        struct php_value v = operand(p, path);
        return c == '@' || c == '&' ? v : CODE;
    }
    if (c == '.' && php_at(p, "...")) {
        p->at += 3;
        (void)operand(p, STR_NONE);
        return CODE;
    }
    return CODE; /* nothing stands here, or what no settings file has */
}

static struct php_value operand(struct php *p, str path)
{
    if (!php_deeper(p))
        return CODE;
    struct php_value v = operand_here(p, path);
    p->depth--;
    return v;
}

/* From the loosest. */
enum { LOW_OR, LOW_AND, TERNARY, COALESCE, OR, AND, EQUAL, LESS, JOIN, SUM, TIGHT };
static const struct operator
{
    const char *sign;
    int level;
}
OPERATORS[] = {
    { "or ", LOW_OR }, { "xor ", LOW_OR }, { "and ", LOW_AND }, { "??", COALESCE },
    { "?", TERNARY },  { "||", OR },       { "&&", AND },       { "===", EQUAL },
    { "!==", EQUAL },  { "==", EQUAL },    { "!=", EQUAL },     { "<=>", EQUAL },
    { "<>", EQUAL },   { "<=", LESS },     { ">=", LESS },      { "<<", SUM },
    { ">>", SUM },     { "<", LESS },      { ">", LESS },       { "+", SUM },
    { "-", SUM },      { "*", TIGHT },     { "/", TIGHT },      { "%", TIGHT },
    { "|", AND },      { "&", AND },       { "^", AND },        { "instanceof ", TIGHT },
    { ".", JOIN },
};

static const struct operator* operator_here(const struct php *p)
{
    char first = to_lower(php_peek(p, 0));
    for (size_t i = 0; i < COUNT_OF(OPERATORS); i++)
        if (OPERATORS[i].sign[0] == first &&
            str_starts_nocase(str_skip(p->text, p->at), str_from(OPERATORS[i].sign)) &&
            !php_at(p, "?>"))
            return &OPERATORS[i];
    return NULL;
}

static struct php_value joined(struct php *p, struct php_value a, struct php_value b)
{
    struct call left = { .count = 1, .arguments = { a } },
                right = { .count = 1, .arguments = { b } };
    struct php_value v = CODE;
    a = call_string(p, &left);
    b = call_string(p, &right);
    bool known = a.kind == PHP_STRING && b.kind == PHP_STRING;
    if (known && a.text.n + b.text.n <= p->room) {
        AUTO(buf_wipe_done) struct buf both;
        buf_init(&both, PHP_STRING_MAX);
        buf_add(&both, a.text);
        buf_add(&both, b.text);
        if (buf_ok(&both))
            v = php_made(p, buf_str(&both), a.how | b.how);
    }
    v.how |= (a.how | b.how) & SETTINGS_ITEM_LOST;
    return v;
}

static struct php_value level(struct php *p, str path, int least);

/* The right side of "and", "&&", "or", "||" is read only as far as it would run. */
static struct php_value both(struct php *p, struct php_value left, int of)
{
    bool is_and = of == AND || of == LOW_AND;
    int truth = left.absent ? -1 : php_value_truth(&left);
    bool settled = truth == (is_and ? 0 : 1);
    p->dead += settled;
    p->conditional += truth < 0;
    struct php_value right = level(p, STR_NONE, of + 1);
    p->dead -= settled;
    p->conditional -= truth < 0;
    if (settled)
        return of_bool(truth);
    int other = right.absent ? -1 : php_value_truth(&right);
    bool unknown = truth < 0 || other < 0;
    if (other == (is_and ? 0 : 1))
        return of_bool(other);
    return unknown ? CODE : of_bool(other);
}

static struct php_value compared(const char *sign, const struct php_value *a,
                                 const struct php_value *b)
{
    bool same_kind = a->kind == b->kind, negated = sign[0] == '!';
    bool known = a->kind != PHP_CODE && a->kind != PHP_ARRAY && b->kind != PHP_CODE &&
                 b->kind != PHP_ARRAY && (same_kind || sign[2] == '=');
    return known ? of_bool((same_kind && str_eq(a->text, b->text)) != negated) : CODE;
}

static struct php_value chosen(struct php *p, struct php_value condition, str path)
{
    int truth = php_value_truth(&condition);
    php_space(p);
    if (php_eat(p, ':')) {
        struct php_value other = level(p, path, TERNARY + 1);
        return condition.absent ? or_else(condition, other)
               : truth < 0      ? CODE
               : truth          ? condition
                                : other;
    }
    p->dead += truth == 0;
    struct php_value yes = php_value(p, path);
    p->dead -= truth == 0;
    if (!php_eat(p, ':'))
        return CODE;
    p->dead += truth == 1;
    struct php_value no = level(p, path, TERNARY + 1);
    p->dead -= truth == 1;
    return truth < 0 ? CODE : truth ? yes : no;
}

static struct php_value applied(struct php *p, const struct operator* o, struct php_value left,
                                str path)
{
    struct php_value right;
    switch (o->level) {
    case TERNARY: return chosen(p, left, path);
    case LOW_OR:
    case LOW_AND:
    case OR:
    case AND:
        if (str_from(o->sign).n > 1 && o->sign[0] != 'x')
            return both(p, left, o->level);
        (void)level(p, STR_NONE, o->level + 1);
        return CODE;
    case COALESCE:
        right = level(p, path, COALESCE);
        return left.absent ? or_else(left, right) : left.kind == PHP_NULL ? right : left;
    case JOIN: right = level(p, STR_NONE, JOIN + 1); return joined(p, left, right);
    case EQUAL: right = level(p, STR_NONE, EQUAL + 1); return compared(o->sign, &left, &right);
    default: (void)level(p, STR_NONE, o->level + 1); return CODE;
    }
}

/* An expression of operators that bind at least that close. */
static struct php_value level(struct php *p, str path, int least)
{
    if (!php_deeper(p))
        return CODE;
    php_space(p);
    size_t begin = p->at, end;
    struct php_value v = operand(p, path);
    if (++p->values > PHP_STATEMENTS)
        php_fail(p, p->at, "more code than Baton reads in search of settings");
    for (;;) {
        end = p->at;
        php_space(p);
        const struct operator* o = p->failed ? NULL : operator_here(p);
        if (!o || o->level < least) {
            p->at = p->failed ? p->at : end;
            break;
        }
        p->at += str_from(o->sign).n;
        v = applied(p, o, v, path);
    }
    v.at = begin;
    v.n = end - begin;
    if (v.kind == PHP_CODE) {
        v.text = str_take(str_skip(p->text, v.at), v.n);
        v.how |= SETTINGS_ITEM_CODE;
    }
    p->depth--;
    return v;
}

struct php_value php_value(struct php *p, str path)
{
    return level(p, path, LOW_OR);
}
