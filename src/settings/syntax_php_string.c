/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_php_string.c - PHP source: strings, their escapes, and what is put into them
 * Speaks  the language reference, Types > Strings: single and double quotes, heredoc and nowdoc.
 */
#include "settings/code_point.h"
#include "settings/syntax_php_inner.h"

struct php_value php_made(struct php *p, str text, unsigned how)
{
    struct php_value v = { .kind = PHP_STRING, .how = how | SETTINGS_ITEM_QUOTED };
    if (text.n > p->room || text.n > PHP_STRING_MAX)
        return (struct php_value){ .kind = PHP_CODE, .how = SETTINGS_ITEM_CODE };
    p->room -= text.n;
    v.text = text.n ? arena_dup(p->r->arena, text) : STR("");
    if (!v.text.p)
        return (struct php_value){ .kind = PHP_CODE, .how = SETTINGS_ITEM_CODE };
    return v;
}

/* What stands in buf; CODE when a part of it is, or it was too much. */
static struct php_value made(struct php *p, struct buf *b, unsigned how)
{
    struct php_value v = php_made(p, buf_str(b), how);
    if (!buf_ok(b) || (how & SETTINGS_ITEM_CODE)) {
        v.kind = PHP_CODE;
        v.how |= SETTINGS_ITEM_CODE;
    }
    return v;
}

static struct php_value plain(const struct php *p, size_t begin, size_t end)
{
    return (struct php_value){ .kind = PHP_STRING,
                               .text = str_take(str_skip(p->text, begin), end - begin),
                               .how = SETTINGS_ITEM_QUOTED };
}

struct php_value php_single(struct php *p)
{
    size_t begin = ++p->at;
    bool escaped = false;
    while (p->at < p->text.n && p->text.p[p->at] != '\'') {
        escaped |= p->text.p[p->at] == '\\';
        p->at += p->text.p[p->at] == '\\' ? 2 : 1;
    }
    if (p->at >= p->text.n) {
        php_fail(p, begin - 1, "the string that begins here is never closed");
        return (struct php_value){ .kind = PHP_CODE };
    }
    struct php_value v = plain(p, begin, p->at++);
    if (!escaped)
        return v;
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, PHP_STRING_MAX);
    for (size_t i = 0; i < v.text.n; i++) {
        bool sign = v.text.p[i] == '\\' && i + 1 < v.text.n &&
                    (v.text.p[i + 1] == '\'' || v.text.p[i + 1] == '\\');
        buf_addc(&b, v.text.p[i += sign]);
    }
    return made(p, &b, v.how);
}

/* ------------------------------------------------------------------------------------------------
 * Escapes of double quotes
 */
/* Up to `most` digits of that base behind `ahead`; returns how many there are. */
static size_t number(const struct php *p, size_t ahead, unsigned base, size_t most, uint32_t *out)
{
    size_t n = 0;
    *out = 0;
    while (n < most && (unsigned)hex_digit(php_peek(p, ahead + n)) < base)
        *out = *out * base + (uint32_t)hex_digit(php_peek(p, ahead + n++));
    return n;
}

static void braced_code_point(struct php *p, struct buf *out)
{
    uint32_t c;
    size_t n = number(p, 3, 16, 8, &c);
    if (!n || php_peek(p, 3 + n) != '}' || c > 0x10ffff) {
        php_fail(p, p->at, "\\u{...} holds no character's number");
        return;
    }
    code_point_add(out, c);
    p->at += 4 + n;
}

/* At a backslash. quote is the sign that ends the string, or NUL in a heredoc. An escape that PHP does not know
 * stays as it is, backslash and all. */
static void escape(struct php *p, struct buf *out, char quote)
{
    static const char FROM[] = "nrtvef\\$", TO[] = "\n\r\t\v\033\f\\$";
    char c = php_peek(p, 1);
    uint32_t code;
    size_t n;
    str known = str_from(FROM);
    if (c && (n = str_find_octet(known, c)) != STR_NOT_FOUND) {
        buf_addc(out, TO[n]);
        p->at += 2;
    } else if (c && c == quote) {
        buf_addc(out, c);
        p->at += 2;
    } else if ((n = number(p, 1, 8, 3, &code)) > 0) {
        buf_addc(out, (char)(code & 0xff));
        p->at += 1 + n;
    } else if ((c == 'x' || c == 'X') && (n = number(p, 2, 16, 2, &code)) > 0) {
        buf_addc(out, (char)code);
        p->at += 2 + n;
    } else if (c == 'u' && php_peek(p, 2) == '{') {
        braced_code_point(p, out);
    } else {
        buf_addc(out, '\\');
        p->at++;
        if (c == '{') { /* it opens nothing then */
            buf_addc(out, c);
            p->at++;
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Variables in strings
 */
static void put(const struct php *p, struct buf *out, const struct php_value *v, unsigned *how)
{
    if ((v->kind == PHP_CODE && !(v->how & SETTINGS_ITEM_LOST)) || v->text.n > p->room) {
        *how |= SETTINGS_ITEM_CODE;
        return;
    }
    *how |= SETTINGS_ITEM_EXPANDED | (v->how & SETTINGS_ITEM_LOST);
    if (v->kind == PHP_STRING || v->kind == PHP_NUMBER)
        buf_add(out, v->text);
    else if (v->kind == PHP_BOOL && v->text.p[0] == 't')
        buf_addc(out, '1');
}

/* "$name[key]": the key without quotes, a number, or a variable. */
static void simple_element(struct php *p, struct php_name *name)
{
    size_t begin = ++p->at;
    name->section = php_joined(p, *name);
    name->element = true;
    if (php_peek(p, 0) == '$') {
        name->broken = true;
        p->at++;
    }
    while (php_starts_name(php_peek(p, 0)) || is_digit(php_peek(p, 0)) || php_peek(p, 0) == '-')
        p->at++;
    name->key = str_take(str_skip(p->text, begin), p->at - begin);
    if (php_peek(p, 0) == ']')
        p->at++;
    else
        php_fail(p, begin, "the key in the string is no plain word: PHP wants {$a['b']} here");
}

/* "$name", "$name[key]", "$name->property" */
static struct php_value simple(struct php *p)
{
    size_t begin = p->at++;
    while (php_starts_name(php_peek(p, 0)) || is_digit(php_peek(p, 0)))
        p->at++;
    struct php_name name = { .section = STR(""),
                             .key = str_take(str_skip(p->text, begin), p->at - begin) };
    size_t arrow = php_at(p, "->") ? 2 : php_at(p, "?->") ? 3 : 0;
    if (arrow && php_starts_name(php_peek(p, arrow))) {
        size_t at = p->at += arrow;
        while (php_starts_name(php_peek(p, 0)) || is_digit(php_peek(p, 0)))
            p->at++;
        name.section = name.key;
        name.key = str_take(str_skip(p->text, at), p->at - at);
    } else if (php_peek(p, 0) == '[') {
        simple_element(p, &name);
    }
    return php_lookup(p, name);
}

/* "{$a['b']->c}" and "${name}" */
static struct php_value braced(struct php *p, bool dollar_first)
{
    size_t begin = p->at;
    struct php_value v = { .kind = PHP_CODE };
    if (dollar_first) {
        size_t at = p->at += 2;
        while (php_starts_name(php_peek(p, 0)) || is_digit(php_peek(p, 0)))
            p->at++;
        str word = str_take(str_skip(p->text, at), p->at - at);
        str key = arena_printf(p->r->arena, "$%.*s", STR_ARG(str_take(word, PHP_PATH_MAX)));
        if (php_peek(p, 0) == '}')
            v = php_lookup(p,
                           (struct php_name){ .section = STR(""), .key = key, .broken = !word.n });
    } else {
        p->at++;
        struct php_name name = php_variable(p);
        if (php_peek(p, 0) == '}')
            v = php_lookup(p, name);
    }
    php_skip(p, "}");
    if (!php_eat(p, '}'))
        php_fail(p, begin, "the variable in the string is never closed by }");
    return v;
}

/* The octets up to end, where a string of double quotes or a heredoc with that much indent ends. */
static struct php_value interpolated(struct php *p, size_t end, char quote, size_t indent)
{
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, PHP_STRING_MAX);
    unsigned how = 0;
    size_t whole = p->text.n;
    p->text.n = end; /* nothing inside looks behind it */
    while (p->at < end) {
        char c = p->text.p[p->at], next = php_peek(p, 1);
        if (c == '\\') {
            escape(p, &b, quote);
        } else if ((c == '$' && (php_starts_name(next) || next == '{')) ||
                   (c == '{' && next == '$')) {
            struct php_value v = c == '$' && next != '{' ? simple(p) : braced(p, c == '$');
            put(p, &b, &v, &how);
        } else {
            buf_addc(&b, c);
            p->at++;
            for (size_t i = 0; c == '\n' && i < indent && is_octet_blank(php_peek(p, 0)); i++)
                p->at++;
        }
    }
    if (!p->failed) {
        p->text.n = whole;
        p->at = end;
    }
    return made(p, &b, how);
}

struct php_value php_double(struct php *p)
{
    size_t begin = ++p->at, end = begin;
    bool special = false;
    while (end < p->text.n && p->text.p[end] != '"') {
        special |= p->text.p[end] == '\\' || p->text.p[end] == '$' || p->text.p[end] == '{';
        end += p->text.p[end] == '\\' ? 2 : 1;
    }
    if (end >= p->text.n) {
        php_fail(p, begin - 1, "the string that begins here is never closed");
        return (struct php_value){ .kind = PHP_CODE };
    }
    struct php_value v = special ? interpolated(p, end, '"', 0) : plain(p, begin, end);
    if (!p->failed)
        p->at = end + 1;
    return v;
}

/* ------------------------------------------------------------------------------------------------
 * Heredoc: the word, in quotes or not, then lines, then the word again, blanks before it allowed; as many blanks
 * go from each line.
 */
static bool find_end(const struct php *p, str word, size_t *end, size_t *indent, size_t *behind)
{
    for (size_t line = p->at; line < p->text.n;) {
        size_t at = line;
        while (at < p->text.n && is_octet_blank(p->text.p[at]))
            at++;
        str rest = str_skip(p->text, at);
        if (str_starts(rest, word) &&
            (rest.n == word.n || !(php_starts_name(rest.p[word.n]) || is_digit(rest.p[word.n])))) {
            *end = line;
            *indent = at - line;
            *behind = at + word.n;
            return true;
        }
        size_t n = str_find_octet(rest, '\n');
        if (n == STR_NOT_FOUND)
            return false;
        line = at + n + 1;
    }
    return false;
}

static struct php_value nowdoc(struct php *p, size_t end, size_t indent)
{
    if (!indent)
        return plain(p, p->at, end);
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, PHP_STRING_MAX);
    while (p->at < end) {
        for (size_t i = 0; i < indent && is_octet_blank(php_peek(p, 0)); i++)
            p->at++;
        while (p->at < end && php_peek(p, 0) != '\n')
            buf_addc(&b, p->text.p[p->at++]);
        if (p->at < end)
            buf_addc(&b, p->text.p[p->at++]);
    }
    return made(p, &b, 0);
}

struct php_value php_heredoc(struct php *p)
{
    size_t begin = p->at, end, indent, behind;
    struct php_value v = { .kind = PHP_CODE, .how = SETTINGS_ITEM_CODE };
    p->at += 3;
    while (is_octet_blank(php_peek(p, 0)))
        p->at++;
    char quote = php_peek(p, 0);
    p->at += quote == '\'' || quote == '"';
    str word = php_word(p);
    p->at += word.n && (quote == '\'' || quote == '"');
    size_t line = str_find_octet(str_skip(p->text, p->at), '\n');
    p->at += line == STR_NOT_FOUND ? 0 : line + 1;
    if (!word.n || line == STR_NOT_FOUND || !find_end(p, word, &end, &indent, &behind)) {
        php_fail(p, begin, "the text behind <<< is never closed by its word");
        return v;
    }
    /* The line end before the closing word is not part of the text. */
    size_t last = end > p->at ? end - 1 : end;
    last -= last > p->at && p->text.p[last - 1] == '\r';
    if (quote == '\'') {
        v = nowdoc(p, last, indent);
    } else {
        for (size_t i = 0; i < indent && is_octet_blank(php_peek(p, 0)) && p->at < last; i++)
            p->at++;
        v = interpolated(p, last, '\0', indent);
    }
    if (!p->failed)
        p->at = behind;
    return v;
}
