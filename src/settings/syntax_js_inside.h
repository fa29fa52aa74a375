/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_js_inside.h - between the files of settings/syntax_js.h
 */
#ifndef BATON_SETTINGS_SYNTAX_JS_INSIDE_H
#define BATON_SETTINGS_SYNTAX_JS_INSIDE_H
#include "settings/syntax_js.h"

enum js_token_kind {
    JS_END,
    JS_NAME,
    JS_STRING,
    JS_TEMPLATE,
    JS_NUMBER,
    JS_PUNCT,
    JS_REGEX,
    JS_BROKEN
};
enum js_broken { JS_BROKEN_COMMENT, JS_BROKEN_STRING, JS_BROKEN_TEMPLATE };

struct js_token {
    enum js_token_kind kind;
    size_t at, end; /* quotes and all */
    bool newline;   /* a line ended before it */
    enum js_broken broken;
};
struct js_lexer {
    str text;
    size_t at;
    bool
        strict; /* a string that its line cuts off is broken; else the line's rest is passed over */
    enum js_token_kind last_kind;
    char last; /* the last octet of the last token */
};

void js_next(struct js_lexer *lex, struct js_token *t);
static inline str js_text(const struct js_lexer *lex, const struct js_token *t)
{
    return str_take(str_skip(lex->text, t->at), t->end - t->at);
}
/* Most tokens differ in their first octet, and a file has many. */
static inline bool js_is(const struct js_lexer *lex, const struct js_token *t, const char *word)
{
    return t->end > t->at && lex->text.p[t->at] == word[0] &&
           str_eq(js_text(lex, t), str_from(word));
}
/* Where the template's part behind a `${` at `at` ends: at its }. text.n: it does not. */
size_t js_skip_substitution(str text, size_t at);

const struct syntax_js_property *js_property(const struct syntax_js *js, uint32_t object, str key);

/* The expression between begin and end; end 0: as far as it goes. */
void js_evaluate(struct syntax_js *js, size_t begin, size_t end, struct syntax_js_value *out);
#endif
