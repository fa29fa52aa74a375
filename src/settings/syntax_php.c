/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_php.c - PHP source: statements, items, files
 */
#include "settings/syntax_php_inner.h"
#include <string.h>

/* Octets of strings that one reading may put together. */
enum { ROOM = 1 << 20 };

void php_fail(struct php *p, size_t at, const char *what)
{
    if (!p->failed)
        settings_broken(p->f, at, p->e, "%s", what);
    p->failed = true;
    p->text.n = p->at = 0; /* so that every loop comes to its end */
}

bool php_deeper(struct php *p)
{
    if (p->depth >= PHP_DEPTH)
        php_fail(p, p->at, "more levels of brackets and blocks than Baton follows");
    else
        p->depth++;
    return !p->failed;
}

/* ------------------------------------------------------------------------------------------------
 * Items, found by a table of their names
 */
static size_t hash(str section, str key)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < section.n; i++)
        h = (h ^ (unsigned char)section.p[i]) * 16777619u;
    h = (h ^ 0xff) * 16777619u;
    for (size_t i = 0; i < key.n; i++)
        h = (h ^ (unsigned char)key.p[i]) * 16777619u;
    return h % PHP_SLOTS;
}

static uint16_t *slot(const struct php *p, str section, str key)
{
    size_t i = hash(section, key);
    for (;; i = (i + 1) % PHP_SLOTS) {
        const struct settings_item *at = p->slots[i] ? &p->r->items[p->slots[i] - 1] : NULL;
        if (!at || (str_eq(at->section, section) && str_eq(at->key, key)))
            return &p->slots[i];
    }
}

const struct settings_item *php_find(const struct php *p, struct php_name name)
{
    uint16_t i = *slot(p, name.section, name.key);
    if (!i && str_eq(name.section, STR("$this"))) { /* what "private $host = ...;" set */
        str key = arena_printf(p->r->arena, "$%.*s", STR_ARG(str_take(name.key, PHP_PATH_MAX)));
        i = *slot(p, STR(""), key);
    }
    return i ? &p->r->items[i - 1] : NULL;
}

void php_add(struct php *p, struct php_name name, const struct php_value *v)
{
    if (p->dead || p->failed || name.broken || !name.key.p)
        return;
    uint16_t *at = slot(p, name.section, name.key);
    bool constant = !name.section.n && name.key.n && name.key.p[0] != '$';
    str section = constant && *at ? STR("defined again") : name.section;
    str value = v->kind == PHP_ARRAY || v->kind == PHP_NULL ? STR("") : v->text;
    struct settings_item *item = settings_add_item(p->r, section, name.key, value,
                                                   settings_place_of(p->f, v->at, v->n), v->how);
    if (!item) {
        php_fail(p, v->at, "more settings in one file than Baton reads");
        return;
    }
    size_t index = (size_t)(item - p->r->items);
    p->facts[index] = (struct php_fact){ v->kind, p->conditional > 0, v->reference };
    if (!*at || !constant)
        *at = (uint16_t)(index + 1);
}

const struct php_fact *php_fact_of(const struct php *p, const struct settings_item *item)
{
    return &p->facts[item - p->r->items];
}

int php_truth(const struct php *p, const struct settings_item *item)
{
    if (!item)
        return -1;
    struct php_value v = { .kind = php_fact_of(p, item)->kind, .text = item->value };
    return php_value_truth(&v);
}

/* ------------------------------------------------------------------------------------------------
 * Statements
 */
static void statement(struct php *p);

static bool ends_here(struct php *p)
{
    php_space(p);
    return p->at >= p->text.n || php_at(p, "?>") || php_peek(p, 0) == '}';
}

static void end_of_statement(struct php *p)
{
    if (php_eat(p, ';') || ends_here(p) || p->failed)
        return;
    char c = php_peek(p, 0);
    if (c == '$' || c == '\'' || c == '"' || is_digit(c) || php_starts_name(c))
        php_fail(p, p->at, "a ; is missing in front of this");
    else if (c == ')' || c == ']')
        php_fail(p, p->at, "this bracket was never opened");
    php_skip(p, ";}");
    (void)php_eat(p, ';');
}

/* The next word without moving. */
static str next_word(struct php *p)
{
    php_space(p);
    size_t at = p->at;
    str w = php_word(p);
    p->at = at;
    return w;
}

static int condition(struct php *p)
{
    if (!php_eat(p, '(')) {
        php_fail(p, p->at, "a ( is missing here");
        return -1;
    }
    struct php_value v = php_value(p, STR_NONE);
    if (!php_eat(p, ')')) {
        php_skip(p, ")");
        if (!php_eat(p, ')'))
            php_fail(p, p->at, "the condition of this if is never closed by )");
        return -1;
    }
    return v.absent ? -1 : php_value_truth(&v);
}

/* holds: 1, 0, -1 */
static void branch(struct php *p, int holds)
{
    p->dead += holds == 0;
    p->conditional += holds < 0;
    statement(p);
    p->dead -= holds == 0;
    p->conditional -= holds < 0;
}

/* Behind "if". One branch holds; those behind one that surely holds never do. */
static void if_statement(struct php *p)
{
    int holds = condition(p), before = 0;
    for (bool last = false; !p->failed;) {
        if (php_eat(p, ':')) { /* until endif: as if it held */
            p->conditional++;
            p->alternative++;
            return;
        }
        branch(p, before == 1 ? 0 : before < 0 && holds == 1 ? -1 : holds);
        before = before == 1 || holds == 1 ? 1 : before < 0 || holds < 0 ? -1 : 0;
        str w = next_word(p);
        if (last || !(str_eq_nocase(w, STR("elseif")) || str_eq_nocase(w, STR("else"))))
            return;
        (void)php_word(p);
        bool again = w.n == 6;
        if (!again && str_eq_nocase(next_word(p), STR("if"))) {
            (void)php_word(p);
            again = true;
        }
        holds = again ? condition(p) : before < 0 ? -1 : 1;
        last = !again;
    }
}

static void declaration(struct php *p)
{
    php_skip(p, "{;");
    if (php_eat(p, '{'))
        php_block(p);
    else
        (void)php_eat(p, ';');
}

/* public ?string $host = 'x';  static function ...  private const A = 'x'; */
static void member(struct php *p)
{
    for (;;) {
        php_space(p);
        str w = next_word(p);
        if (str_eq_nocase(w, STR("function")) || str_eq_nocase(w, STR("const")) || php_at(p, "::"))
            return;
        if (w.n)
            (void)php_word(p);
        else if (php_peek(p, 0) == '?' || php_peek(p, 0) == '|')
            p->at++;
        else
            return;
    }
}

static void constants(struct php *p)
{
    do {
        php_space(p);
        str name = php_word(p);
        if (!php_eat(p, '=')) { /* "const string A" */
            php_space(p);
            name = php_word(p);
            if (!php_eat(p, '='))
                break;
        }
        struct php_value v = php_value(p, name);
        php_add(p, (struct php_name){ .section = STR(""), .key = name }, &v);
    } while (php_eat(p, ','));
    end_of_statement(p);
}

static void returned(struct php *p)
{
    if (!php_at(p, ";"))
        (void)php_value(p, p->returns);
    end_of_statement(p);
}

static void loop(struct php *p)
{
    php_space(p);
    if (php_peek(p, 0) == '(')
        php_skip_brackets(p);
    if (php_eat(p, ':')) {
        p->conditional++;
        p->alternative++;
    } else if (!php_eat(p, ';')) {
        branch(p, -1);
    }
}

static bool keyword(struct php *p, str w)
{
    static const char *const LOOPS[] = { "while", "for", "foreach", "switch", "catch" };
    static const char *const ENDS[] = { "endif", "endwhile", "endfor", "endforeach", "endswitch" };
    static const char *const BLOCKS[] = { "else", "do", "try", "finally" };
    static const char *const DECLARED[] = { "function", "class",    "interface", "trait",
                                            "enum",     "abstract", "final" };
    static const char *const MEMBERS[] = { "public",   "private", "protected", "static",
                                           "readonly", "var",     "global" };
    static const char *const SKIPPED[] = { "namespace", "use",  "goto",   "break",
                                           "continue",  "echo", "declare" };
    if (str_eq_nocase(w, STR("if"))) {
        if_statement(p);
    } else if (str_eq_nocase(w, STR("elseif"))) {
        (void)condition(p);
        (void)php_eat(p, ':');
    } else if (php_is_one_of(w, LOOPS, COUNT_OF(LOOPS))) {
        loop(p);
    } else if (php_is_one_of(w, ENDS, COUNT_OF(ENDS))) {
        p->conditional -= p->alternative > 0;
        p->alternative -= p->alternative > 0;
    } else if (php_is_one_of(w, BLOCKS, COUNT_OF(BLOCKS))) {
        (void)php_eat(p, ':');
    } else if (php_is_one_of(w, DECLARED, COUNT_OF(DECLARED))) {
        declaration(p);
    } else if (php_is_one_of(w, MEMBERS, COUNT_OF(MEMBERS))) {
        member(p);
    } else if (php_is_one_of(w, SKIPPED, COUNT_OF(SKIPPED))) {
        php_skip(p, ";{}");
        (void)php_eat(p, ';');
    } else if (str_eq_nocase(w, STR("case")) || str_eq_nocase(w, STR("default"))) {
        php_skip(p, ":;");
        p->at += p->at < p->text.n;
    } else if (str_eq_nocase(w, STR("const"))) {
        constants(p);
    } else if (str_eq_nocase(w, STR("return"))) {
        php_space(p);
        returned(p);
    } else {
        return false;
    }
    return true;
}

/* At least one octet, or the end. */
static void statement_here(struct php *p)
{
    if (++p->statements > PHP_STATEMENTS)
        php_fail(p, p->at, "more code than Baton reads in search of settings");
    php_space(p);
    size_t begin = p->at;
    char c = php_peek(p, 0);
    if (php_at(p, "?>")) {
        p->at += 2;
        php_html(p);
    } else if (c == '{') {
        p->at++;
        php_block(p);
    } else if (php_at(p, "#[")) {
        p->at++;
        php_skip_brackets(p);
    } else if (!php_eat(p, ';')) {
        str w = php_word(p);
        if (w.n && keyword(p, w))
            return;
        if (p->failed)
            return;
        p->at = begin;
        (void)php_value(p, STR_NONE);
        end_of_statement(p);
        if (p->at == begin && p->at < p->text.n && c != '}')
            p->at++; /* of no language */
    }
}

static void statement(struct php *p)
{
    if (!php_deeper(p))
        return;
    statement_here(p);
    p->depth -= !p->failed;
}

void php_block(struct php *p)
{
    size_t begin = p->at - 1;
    if (!php_deeper(p))
        return;
    while (!p->failed && !php_eat(p, '}')) {
        if (p->at >= p->text.n)
            php_fail(p, begin, "the { that opens here is never closed");
        else
            statement_here(p);
    }
    p->depth--;
}

/* ------------------------------------------------------------------------------------------------
 * Files
 */
static bool read_file(struct php *p, const struct settings_file *f, str returns)
{
    struct php outer = *p;
    p->f = f;
    p->text = f->text;
    p->at = 0;
    p->alternative = 0;
    p->returns = returns;
    if (!php_is_only_text(f->text))
        php_html(p);
    while (!p->failed && p->at < p->text.n) {
        php_space(p);
        if (php_peek(p, 0) == '}' && p->at < p->text.n)
            php_fail(p, p->at, "this } was never opened");
        else
            statement(p);
    }
    p->f = outer.f;
    p->text = p->failed ? STR_NONE : outer.text;
    p->at = p->failed ? 0 : outer.at;
    p->alternative = outer.alternative;
    p->conditional = outer.conditional;
    p->returns = outer.returns;
    return !p->failed;
}

/* Libraries, and what WordPress itself is made of: there are no settings in those. */
static bool is_library(str path)
{
    static const char *const NAMES[] = { "autoload.php",
                                         "wp-settings.php",
                                         "wp-load.php",
                                         "PHPMailer.php",
                                         "SMTP.php",
                                         "Exception.php",
                                         "OAuth.php",
                                         "class.phpmailer.php",
                                         "class.smtp.php",
                                         "wp-blog-header.php",
                                         "PHPMailerAutoload.php" };
    size_t slash = str_rfind_octet(path, '/');
    str name = slash == STR_NOT_FOUND ? path : str_skip(path, slash + 1);
    return php_is_one_of(name, NAMES, COUNT_OF(NAMES)) ||
           str_find(path, STR("vendor/")) != STR_NOT_FOUND;
}

void php_include(struct php *p, str path, str returns)
{
    while (str_starts(path, STR("./")))
        path = str_skip(path, 2);
    while (path.n > 1 && str_starts(path, STR("//")))
        path = str_skip(path, 1);
    if (is_library(path))
        return;
    const struct settings_file *f = p->includes < PHP_INCLUDES && path.n
                                        ? settings_file_named(p->r, path, p->f)
                                        : NULL;
    p->elsewhere |= !f;
    if (!f)
        return;
    p->includes++;
    (void)read_file(p, f, returns.p ? returns : STR("return"));
    p->includes--;
}

struct php *php_read(struct settings_reading *r, const struct settings_file *f, struct err *e)
{
    struct php *p = arena_alloc(r->arena, sizeof *p);
    if (!p)
        goto memory;
    p->r = r;
    p->room = ROOM;
    p->slots = arena_table(r->arena, PHP_SLOTS * sizeof *p->slots);
    p->facts = arena_table(r->arena, SETTINGS_ITEMS * sizeof *p->facts);
    if (!p->slots || !p->facts)
        goto memory;
    return php_read_more(p, f, e) ? p : NULL;
memory:
    (void)err_memory(e, "reading PHP");
    return NULL;
}

bool php_read_more(struct php *p, const struct settings_file *f, struct err *e)
{
    p->e = e;
    p->depth = 0;
    return read_file(p, f, STR("return"));
}
