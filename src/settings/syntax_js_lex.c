/* SPDX-License-Identifier: ISC */
/* The words of JavaScript (ECMA-262 section 12), as far as finding object literals needs them. */
#include "settings/syntax_js_inside.h"

enum { TEMPLATE_DEPTH = 32 };

static char at(str s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

static bool is_name(char c)
{
    return is_alnum(c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static size_t line_end(str s, size_t i)
{
    size_t n = str_find_octet(str_skip(s, i), '\n');
    return n == STR_NOT_FOUND ? s.n : i + n;
}

/* Passes blanks and comments. False: a comment that is never closed begins at lex->at. */
static bool skip_blanks(struct js_lexer *lex, bool *newline)
{
    str s = lex->text;
    for (;;) {
        char c = at(s, lex->at);
        if (lex->at >= s.n) {
            return true;
        } else if (c == '\n' || c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f') {
            *newline = *newline || c == '\n';
            lex->at++;
        } else if (str_starts(str_skip(s, lex->at), STR("\xef\xbb\xbf"))) {
            lex->at += 3;
        } else if (str_starts(str_skip(s, lex->at), STR("\xc2\xa0"))) {
            lex->at += 2;
        } else if (c == '/' && at(s, lex->at + 1) == '/') {
            lex->at = line_end(s, lex->at);
        } else if (lex->at == 0 && c == '#' && at(s, 1) == '!') {
            lex->at = line_end(s, 0);
        } else if (c == '/' && at(s, lex->at + 1) == '*') {
            size_t end = str_find(str_skip(s, lex->at + 2), STR("*/"));
            if (end == STR_NOT_FOUND)
                return false;
            *newline = *newline ||
                       str_find_octet(str_take(str_skip(s, lex->at), end), '\n') != STR_NOT_FOUND;
            lex->at += end + 4;
        } else {
            return true;
        }
    }
}

/* Behind the closing quote of a string that begins at i; 0: its line ends first. */
static size_t string_end(str s, size_t i)
{
    char quote = s.p[i++];
    for (; i < s.n && s.p[i] != quote; i++) {
        if (s.p[i] == '\\')
            i += at(s, i + 1) == '\r' && at(s, i + 2) == '\n' ? 2 : 1;
        else if (s.p[i] == '\n')
            return 0;
    }
    return i < s.n ? i + 1 : 0;
}

/* Walks through templates and the code in their ${}, from the begin of either; depth in `open`, where a
 * template is marked by 0, and code by the number of its open { and 1. */
static size_t walk(str s, size_t i, unsigned first)
{
    unsigned open[TEMPLATE_DEPTH] = { first };
    size_t depth = 1;
    while (i < s.n && depth > 0) {
        unsigned *top = &open[depth - 1];
        char c = s.p[i];
        bool code = *top > 0, enters = code ? c == '`' : c == '$' && at(s, i + 1) == '{';
        if (enters && depth == TEMPLATE_DEPTH)
            return 0;
        if (c == '\\' && !code) {
            i += 2;
            continue;
        }
        if (enters) {
            open[depth++] = code ? 0 : 1;
            i += code ? 1 : 2;
            continue;
        }
        if (code && (c == '"' || c == '\'')) {
            size_t end = string_end(s, i);
            i = end ? end : i + 1;
            continue;
        }
        *top += code && c == '{';
        *top -= code && c == '}';
        depth -= code ? *top == 0 : c == '`';
        i++;
    }
    return depth == 0 ? i : 0;
}

size_t js_skip_substitution(str text, size_t begin)
{
    size_t end = walk(text, begin, 1);
    return end ? end - 1 : text.n;
}

/* A / begins a regular expression where no value ended before it. */
static size_t regex_end(const struct js_lexer *lex)
{
    str s = lex->text;
    bool set = false, value = lex->last_kind == JS_NUMBER || lex->last_kind == JS_STRING ||
                              lex->last_kind == JS_TEMPLATE || lex->last_kind == JS_NAME ||
                              (lex->last_kind == JS_PUNCT &&
                               str_find_octet(STR(")]}"), lex->last) != STR_NOT_FOUND);
    if (value)
        return 0;
    for (size_t i = lex->at + 1; i < s.n && s.p[i] != '\n'; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '/' && !set)
            return i + 1;
        else
            set = s.p[i] == '[' || (set && s.p[i] != ']');
    }
    return line_end(s, lex->at);
}

static size_t punct_end(str s, size_t i)
{
    static const str SIGNS[] = { STR_INIT("==="), STR_INIT("!=="), STR_INIT("..."), STR_INIT("=>"),
                                 STR_INIT("=="),  STR_INIT("!="),  STR_INIT("??"),  STR_INIT("||"),
                                 STR_INIT("&&"),  STR_INIT("?."),  STR_INIT("<="),  STR_INIT(">="),
                                 STR_INIT("+="),  STR_INIT("++") };
    bool longer = i + 1 < s.n && str_find_octet(STR("=.>?|&+"), s.p[i + 1]) != STR_NOT_FOUND;
    for (size_t k = 0; longer && k < COUNT_OF(SIGNS); k++)
        if (s.p[i] == SIGNS[k].p[0] && str_starts(str_skip(s, i), SIGNS[k]))
            return i + SIGNS[k].n;
    return i + 1;
}

static void broken(struct js_token *t, enum js_broken why)
{
    t->kind = JS_BROKEN;
    t->broken = why;
}

static void next_quoted(struct js_lexer *lex, struct js_token *t)
{
    t->end = string_end(lex->text, lex->at);
    t->kind = JS_STRING;
    if (!t->end && lex->strict) {
        broken(t, JS_BROKEN_STRING);
    } else if (!t->end) { /* no code: text between tags, most likely */
        t->kind = JS_REGEX;
        t->end = line_end(lex->text, lex->at);
    }
}

void js_next(struct js_lexer *lex, struct js_token *t)
{
    *t = (struct js_token){ .kind = JS_END };
    bool blanks = skip_blanks(lex, &t->newline);
    str s = lex->text;
    t->at = t->end = lex->at;
    char c = at(s, lex->at);
    if (!blanks) {
        broken(t, JS_BROKEN_COMMENT);
    } else if (lex->at >= s.n) {
        return;
    } else if (c == '"' || c == '\'') {
        next_quoted(lex, t);
    } else if (c == '`') {
        t->kind = JS_TEMPLATE;
        t->end = walk(s, lex->at + 1, 0);
        if (!t->end)
            broken(t, JS_BROKEN_TEMPLATE);
    } else if (is_digit(c) || (c == '.' && is_digit(at(s, lex->at + 1)))) {
        t->kind = JS_NUMBER;
        while (is_name(at(s, t->end)) || at(s, t->end) == '.')
            t->end++;
    } else if (is_name(c) || c == '#' || c == '@') {
        t->kind = JS_NAME;
        t->end++;
        while (is_name(at(s, t->end)))
            t->end++;
    } else if (c == '/' && (t->end = regex_end(lex)) != 0) {
        t->kind = JS_REGEX;
    } else {
        t->kind = JS_PUNCT;
        t->end = punct_end(s, lex->at);
    }
    if (t->kind == JS_BROKEN)
        return;
    lex->at = t->end;
    lex->last_kind = t->kind;
    lex->last = t->end ? s.p[t->end - 1] : '\0';
}
