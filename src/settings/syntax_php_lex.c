/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_php_lex.c - PHP source: blanks, comments, names, what is skipped
 */
#include "settings/syntax_php_inner.h"

char php_peek(const struct php *p, size_t ahead)
{
    return p->at + ahead < p->text.n ? p->text.p[p->at + ahead] : '\0';
}

bool php_at(const struct php *p, const char *word)
{
    return str_starts(str_skip(p->text, p->at), str_from(word));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

/* A comment of one line ends in front of "?>", too. */
static void line_comment(struct php *p)
{
    while (p->at < p->text.n && p->text.p[p->at] != '\n' && !php_at(p, "?>"))
        p->at++;
}

void php_space(struct php *p)
{
    while (p->at < p->text.n) {
        char c = p->text.p[p->at];
        if (is_blank(c)) {
            p->at++;
        } else if ((c == '#' && php_peek(p, 1) != '[') || php_at(p, "//")) {
            line_comment(p);
        } else if (php_at(p, "/*")) {
            size_t begin = p->at, end = str_find(str_skip(p->text, p->at + 2), STR("*/"));
            if (end == STR_NOT_FOUND) {
                php_fail(p, begin, "this comment is never closed by */");
                return;
            }
            p->at += end + 4;
        } else {
            return;
        }
    }
}

bool php_starts_name(char c)
{
    return is_alpha(c) || c == '_' || (unsigned char)c >= 0x80;
}

str php_word(struct php *p)
{
    size_t begin = p->at;
    if (!php_starts_name(php_peek(p, 0)) && php_peek(p, 0) != '\\')
        return STR_NONE;
    while (p->at < p->text.n && (php_starts_name(p->text.p[p->at]) || is_digit(p->text.p[p->at]) ||
                                 p->text.p[p->at] == '\\'))
        p->at++;
    return str_take(str_skip(p->text, begin), p->at - begin);
}

bool php_eat(struct php *p, char c)
{
    php_space(p);
    if (php_peek(p, 0) != c || p->at >= p->text.n)
        return false;
    p->at++;
    return true;
}

bool php_is_one_of(str word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n && word.n; i++)
        if (to_lower(word.p[0]) == to_lower(words[i][0]) && str_eq_nocase(word, str_from(words[i])))
            return true;
    return false;
}

/* A string that is not wanted: only its end is looked for. */
static void skip_string(struct php *p)
{
    size_t begin = p->at;
    char quote = p->text.p[p->at++];
    while (p->at < p->text.n && p->text.p[p->at] != quote)
        p->at += p->text.p[p->at] == '\\' ? 2 : 1;
    if (p->at >= p->text.n)
        php_fail(p, begin, "the string that begins here is never closed");
    else
        p->at++;
}

/* The next thing inside what is skipped: a string, a comment, or one octet. */
static void skip_one(struct php *p)
{
    char c = php_peek(p, 0);
    if (c == '\'' || c == '"' || c == '`')
        skip_string(p);
    else if (php_at(p, "<<<"))
        (void)php_heredoc(p);
    else
        p->at++;
}

void php_skip(struct php *p, const char *until)
{
    size_t open = 0;
    for (;;) {
        php_space(p);
        if (p->at >= p->text.n || (!open && php_at(p, "?>")))
            return;
        char c = p->text.p[p->at];
        if (!open && c && str_find_octet(str_from(until), c) != STR_NOT_FOUND)
            return;
        open += c == '(' || c == '[' || c == '{';
        open -= open && (c == ')' || c == ']' || c == '}');
        skip_one(p);
    }
}

void php_skip_brackets(struct php *p)
{
    size_t begin = p->at, open = 0;
    do {
        php_space(p);
        if (p->at >= p->text.n) {
            php_fail(p, begin, "the bracket that opens here is never closed");
            return;
        }
        char c = p->text.p[p->at];
        open += c == '(' || c == '[' || c == '{';
        open -= open && (c == ')' || c == ']' || c == '}');
        skip_one(p);
    } while (open);
}

void php_html(struct php *p)
{
    for (size_t i; (i = str_find(str_skip(p->text, p->at), STR("<?"))) != STR_NOT_FOUND;) {
        p->at += i;
        str rest = str_skip(p->text, p->at);
        if (str_starts_nocase(rest, STR("<?php")) && (rest.n == 5 || is_blank(rest.p[5]))) {
            p->at += 5;
            return;
        }
        p->at += 2;
        if (str_starts(rest, STR("<?="))) {
            p->at++;
            return;
        }
    }
    p->at = p->text.n;
}

bool php_is_only_text(str text)
{
    return str_find_nocase(text, STR("<?php")) == STR_NOT_FOUND;
}
