/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_php_change.c - PHP source: secrets, mistakes of the language, and changing a file in place
 */
#include "settings/quote.h"
#include "settings/syntax_php.h"

void php_take_secret(const struct php *p, struct settings_reading *r, struct settings_item *item)
{
    if (!item)
        return;
    const struct php_reference *from = php_fact_of(p, item)->reference;
    if (from)
        settings_take_reference(r, item, from->kind, from->name);
    else
        settings_take_secret(r, item);
}

void php_boolean(const struct php *p, struct settings_reading *r, const struct settings_item *item)
{
    if (item && php_fact_of(p, item)->kind == PHP_STRING && item->value.n &&
        !str_eq(item->value, STR("0")) && settings_truth(item->value) == 0)
        settings_mistake(r, MISTAKE_BOOLEAN_QUOTED, item,
                         STR("this word stands in quotes, and PHP takes every such word for yes"),
                         STR("write false without quotes"));
}

static void field_mistakes(const struct php *p, struct settings_reading *r,
                           enum settings_field field, bool *told)
{
    const struct settings_item *item = r->said[field];
    if (!item)
        return;
    const struct php_fact *fact = php_fact_of(p, item);
    if ((item->how & SETTINGS_ITEM_LOST) && field == SETTINGS_SECRET)
        settings_mistake(r, MISTAKE_SECRET_DOLLAR, item,
                         STR("the password stands in double quotes, and PHP takes a $ in it for a "
                             "variable: that part is gone"),
                         STR("put the password in single quotes"));
    else if (item->how & SETTINGS_ITEM_LOST)
        settings_mistake(r, MISTAKE_REFERENCE_LOST, item,
                         STR("a variable in the double quotes is set nowhere in this file, and PHP "
                             "puts nothing there"),
                         STR("write the value in single quotes, or set the variable before"));
    if (fact->conditional && !*told) {
        struct settings_mistake *m = settings_mistake(
            r, MISTAKE_NOT_APPLIED, item,
            STR("this stands under a condition, and Baton read it as if the condition held"),
            STR("see that the condition holds where the program runs"));
        *told = true;
        if (m) {
            m->sure = MISTAKE_NOTE;
            m->cause = CAUSE_NONE;
        }
    }
}

static void lost_variable(const struct php *p, struct settings_reading *r,
                          enum settings_field field)
{
    const struct settings_item *item = r->said[field];
    const struct php_reference *from = item ? php_fact_of(p, item)->reference : NULL;
    if (!from || !(item->how & SETTINGS_ITEM_CODE) || field == SETTINGS_SECRET || r->wishes)
        return;
    struct settings_mistake *m = settings_mistake(
        r, MISTAKE_REFERENCE_LOST, item,
        arena_printf(r->arena, "the %.*s comes from %.*s, which is not set here",
                     STR_ARG(names_of(&SETTINGS_FIELD_NAMES, (int)field)), STR_ARG(from->name)),
        STR("set it as it is where the program runs, and look again"));
    if (m)
        m->sure = MISTAKE_NOTE;
}

void php_mistakes(const struct php *p, struct settings_reading *r)
{
    bool told = false;
    for (int i = 0; i < SETTINGS_FIELDS; i++) {
        field_mistakes(p, r, (enum settings_field)i, &told);
        lost_variable(p, r, (enum settings_field)i);
    }
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_item *item = &r->items[i];
        if (str_eq(item->section, STR("defined again")))
            settings_mistake(r, MISTAKE_KEY_TWICE, item,
                             arena_printf(r->arena,
                                          "%.*s is defined twice, and PHP keeps the first",
                                          STR_ARG(str_take(item->key, 60))),
                             STR("take one of the two lines out"));
    }
    if (php_is_only_text(settings_main_file(r)->text))
        settings_mistake(
            r, MISTAKE_NOT_APPLIED, NULL,
            STR("there is no <?php in the file: PHP shows it as text and sets nothing"),
            STR("begin the file with <?php"));
}

void php_add_secret(struct buf *out, const struct settings *s)
{
    static const char *const BEFORE[] = { "getenv(", "trim(file_get_contents(" };
    bool file = s->secret == SETTINGS_SECRET_FILE;
    if (s->secret == SETTINGS_SECRET_LITERAL) {
        quote_php(out, s->secret_text);
    } else if (file || s->secret == SETTINGS_SECRET_ENV) {
        buf_add(out, str_from(BEFORE[file]));
        quote_php(out, s->secret_text);
        buf_add(out, file ? STR("))") : STR(")"));
    } else {
        buf_add(out, STR("'YOUR-PASSWORD'"));
    }
}

void php_replace(struct settings_changes *out, const struct settings_file *f, size_t at, size_t n,
                 str text)
{
    str copy = text.n ? arena_dup(out->arena, text) : STR("");
    if (out->count == SETTINGS_CHANGES || !copy.p)
        out->failed = true;
    else
        out->rows[out->count++] = (struct settings_change){ f, at, n, copy };
}

size_t php_behind(const struct settings_item *item)
{
    str text = item->place.file->text;
    size_t at = item->place.at + item->place.n;
    while (at < text.n && text.p[at] != ';' && text.p[at] != '\n')
        at++;
    at += at < text.n && text.p[at] == ';';
    size_t line = str_find_octet(str_skip(text, at), '\n');
    str rest = line == STR_NOT_FOUND ? str_skip(text, at) : str_take(str_skip(text, at), line);
    str more = str_trim(rest);
    bool only_comment = !more.n || str_starts(more, STR("//")) || str_starts(more, STR("#"));
    if (!only_comment || str_find(more, STR("?>")) != STR_NOT_FOUND || line == STR_NOT_FOUND)
        return at;
    return at + line + 1;
}

str php_indent_of(const struct settings_item *item)
{
    str text = item->place.file->text;
    size_t begin = item->place.at, end;
    while (begin > 0 && text.p[begin - 1] != '\n')
        begin--;
    for (end = begin; end < text.n && (text.p[end] == ' ' || text.p[end] == '\t'); end++)
        ;
    return str_take(str_skip(text, begin), end - begin);
}
