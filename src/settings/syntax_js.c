/* SPDX-License-Identifier: ISC */
#include "settings/syntax_js.h"
#include "base/err.h"
#include "settings/syntax_js_inside.h"

/* What an open bracket is. */
enum frame_kind { FRAME_OBJECT, FRAME_BLOCK, FRAME_ROUND, FRAME_SQUARE, FRAME_PATTERN };

struct frame {
    enum frame_kind kind;
    uint32_t object; /* FRAME_OBJECT */
    /* FRAME_OBJECT: the property that is being read. */
    bool in_value, whole; /* whole: the value is one object literal and nothing else */
    bool has_object, computed;
    str key;
    size_t key_at, value_at, value_end;
    uint32_t child;
    /* FRAME_ROUND */
    str callee;
    unsigned argument;
    size_t first_at;
    str name;
};

struct parser {
    struct syntax_js *js;
    struct js_lexer lex;
    struct frame frames[SYNTAX_JS_DEPTH];
    size_t depth;
    size_t objects_open;
    str callee_wanted;
    struct js_token before, before2; /* the tokens before the one in hand */
    str declared;                    /* `const NAME` whose = has not come yet */
    str assigned;                    /* `NAME =`, until the statement ends */
    str generic;                     /* `NAME<...>`: the function of a call that is still to come */
    struct err *e;
};

static struct frame *top(struct parser *p)
{
    return p->depth ? &p->frames[p->depth - 1] : NULL;
}

static inline bool is(const struct parser *p, const struct js_token *t, const char *word)
{
    return js_is(&p->lex, t, word);
}

static bool is_word(const struct parser *p, const struct js_token *t, const char *word)
{
    return t->kind == JS_NAME && is(p, t, word);
}

static bool is_any(const struct parser *p, const struct js_token *t, const char *const *words)
{
    for (; *words; words++)
        if (is(p, t, *words))
            return true;
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * Properties
 */
static void end_property(struct parser *p, struct frame *f, bool shorthand)
{
    struct syntax_js *js = p->js;
    if (!f->key.p || f->computed || js->property_count == SYNTAX_JS_PROPERTIES) {
        f->key = STR_NONE;
        f->in_value = f->computed = false;
        return;
    }
    struct syntax_js_property *at = &js->properties[js->property_count++];
    *at = (struct syntax_js_property){ .object = f->object, .key = f->key, .key_at = f->key_at };
    size_t begin = shorthand ? f->key_at : f->value_at;
    size_t end = shorthand ? f->key_at + f->key.n : f->value_end;
    end = end < begin ? begin : end;
    if (f->child && f->whole) {
        at->child = f->child;
        at->value.kind = SYNTAX_JS_OBJECT;
    } else if (f->has_object) {
        at->child = f->child;
        at->value.kind = SYNTAX_JS_CODE;
        at->value.how = SETTINGS_ITEM_CODE;
        at->value.text = str_take(str_skip(p->lex.text, begin), end - begin);
    } else {
        js_evaluate(js, begin, end, &at->value);
    }
    at->place = settings_place_of(js->file, begin, end - begin);
    f->key = STR_NONE;
    f->in_value = false;
}

/* A token directly inside an object literal. */
static void in_object(struct parser *p, struct frame *f, const struct js_token *t)
{
    if (f->in_value) {
        if (is(p, t, ",")) {
            end_property(p, f, false);
            return;
        }
        f->whole = f->whole && f->value_at == 0;
        f->value_at = f->value_at ? f->value_at : t->at;
        f->value_end = t->end;
        return;
    }
    if (is(p, t, ",")) {
        if (f->key.p)
            end_property(p, f, true);
        return;
    }
    if (is(p, t, "...")) {
        p->js->objects[f->object].spreads = true;
        f->computed = f->in_value = true;
        f->key = STR("...");
        f->value_at = t->at;
        return;
    }
    if (f->key.p && is(p, t, ":")) {
        f->in_value = true;
        f->whole = true;
        f->has_object = false;
        f->child = 0;
        f->value_at = f->value_end = 0;
        return;
    }
    if (t->kind == JS_NAME || t->kind == JS_STRING || t->kind == JS_NUMBER) {
        struct syntax_js_value key;
        f->key_at = t->at;
        f->key = js_text(&p->lex, t);
        if (t->kind == JS_STRING) {
            js_evaluate(p->js, t->at, t->end, &key);
            f->key = key.text;
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Brackets
 */
/* A { stands where an expression begins, so that it is an object and no block. */
static bool begins_object(struct parser *p)
{
    static const char *const SIGNS[] = { "(",  ",",  "=",      "[",       "?", "&&",
                                         "||", "??", "return", "default", NULL };
    const struct frame *f = top(p);
    if (p->before.kind == JS_END)
        return true;
    if (is(p, &p->before, ":"))
        return !f || f->kind != FRAME_BLOCK || p->declared.p == NULL;
    return is_any(p, &p->before, SIGNS);
}

static bool push(struct parser *p, struct frame f, size_t at)
{
    if (p->depth == SYNTAX_JS_DEPTH)
        return settings_broken(p->js->file, at, p->e, "brackets lie more than %d deep",
                               SYNTAX_JS_DEPTH);
    p->objects_open += f.kind == FRAME_OBJECT;
    p->frames[p->depth++] = f;
    return true;
}

static str callee_of(const struct parser *p)
{
    if (p->before.kind == JS_NAME)
        return js_text(&p->lex, &p->before);
    return is(p, &p->before, ">") ? p->generic : STR_NONE;
}

static bool open_object(struct parser *p, const struct js_token *t)
{
    struct syntax_js *js = p->js;
    struct frame *f = top(p);
    if (js->object_count == SYNTAX_JS_OBJECTS)
        return push(p, (struct frame){ .kind = FRAME_BLOCK }, t->at);
    struct syntax_js_object *o = &js->objects[js->object_count++];
    *o = (struct syntax_js_object){ .at = t->at, .name = p->assigned };
    for (size_t i = p->depth; i-- > 0 && !o->parent;)
        if (p->frames[i].kind == FRAME_OBJECT && p->frames[i].key.p) {
            o->parent = p->frames[i].object + 1;
            o->key = p->frames[i].key;
            o->name = STR_NONE;
            p->frames[i].has_object = true;
            if (!p->frames[i].child)
                p->frames[i].child = js->object_count;
        }
    if (f && f->kind == FRAME_ROUND) {
        o->callee = f->callee;
        o->argument = f->argument;
    }
    if (is(p, &p->before, "default"))
        o->name = STR("default");
    return push(p, (struct frame){ .kind = FRAME_OBJECT, .object = js->object_count - 1 }, t->at);
}

static bool open_bracket(struct parser *p, const struct js_token *t)
{
    if (is(p, t, "[")) {
        struct frame *f = top(p);
        if (f && f->kind == FRAME_OBJECT && !f->in_value && !f->key.p) {
            f->computed = true;
            f->key = STR("[");
        }
        return push(p, (struct frame){ .kind = FRAME_SQUARE }, t->at);
    }
    if (is(p, t, "("))
        return push(p,
                    (struct frame){ .kind = FRAME_ROUND,
                                    .callee = callee_of(p),
                                    .first_at = t->end,
                                    .name = p->assigned },
                    t->at);
    if (is_word(p, &p->before, "const") || is_word(p, &p->before, "let") ||
        is_word(p, &p->before, "var"))
        return push(p, (struct frame){ .kind = FRAME_PATTERN }, t->at);
    if (begins_object(p))
        return open_object(p, t);
    return push(p, (struct frame){ .kind = FRAME_BLOCK }, t->at);
}

/* An object by its name, or inside such: config.mail.smtp; index and 1. */
static uint32_t object_at(const struct syntax_js *js, struct js_lexer *lex, struct js_token *t)
{
    uint32_t object = t->kind == JS_NAME ? syntax_js_named(js, js_text(lex, t)) : 0;
    js_next(lex, t);
    while (object && str_eq(js_text(lex, t), STR("."))) {
        js_next(lex, t);
        const struct syntax_js_property *p = js_property(js, object - 1, js_text(lex, t));
        object = p ? p->child : 0;
        js_next(lex, t);
    }
    return object;
}

/* A call of the wanted function has ended: what was its first argument? */
static void end_call(struct parser *p, const struct frame *f, size_t end)
{
    struct syntax_js *js = p->js;
    if (!str_eq(f->callee, p->callee_wanted) || !f->callee.n || js->call_count == SYNTAX_JS_CALLS)
        return;
    struct syntax_js_call *c = &js->calls[js->call_count++];
    *c = (struct syntax_js_call){ .name = f->name, .at = f->first_at };
    struct js_lexer lex = { .text = str_take(p->lex.text, end), .at = f->first_at };
    struct js_token t;
    js_next(&lex, &t);
    c->place = settings_place_of(js->file, t.at, t.end - t.at);
    for (uint32_t i = 0; i < js->object_count; i++)
        if (js->objects[i].at == t.at && t.kind != JS_END)
            c->object = i + 1;
    if (c->object)
        return;
    js_evaluate(js, t.at, 0, &c->value);
    c->object = object_at(js, &lex, &t);
}

static bool close_bracket(struct parser *p, const struct js_token *t)
{
    struct frame *f = top(p);
    char sign = p->lex.text.p[t->at];
    bool matches = f && (sign == ')'   ? f->kind == FRAME_ROUND
                         : sign == ']' ? f->kind == FRAME_SQUARE
                                       : f->kind != FRAME_ROUND && f->kind != FRAME_SQUARE);
    if (!matches)
        return !p->objects_open || settings_broken(p->js->file, t->at, p->e,
                                                   "a %c closes what another sign opened", sign);
    if (f->kind == FRAME_OBJECT) {
        if (f->in_value || f->key.p)
            end_property(p, f, !f->in_value);
        struct syntax_js_object *o = &p->js->objects[f->object];
        o->n = t->end - o->at;
        p->objects_open--;
    }
    if (f->kind == FRAME_ROUND)
        end_call(p, f, t->at);
    p->depth--;
    f = top(p);
    if (f && f->kind == FRAME_OBJECT && f->in_value)
        f->value_end = t->end;
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Names
 */
static void add_name(struct parser *p, str name, size_t at)
{
    struct syntax_js *js = p->js;
    if (js->name_count < SYNTAX_JS_NAMES)
        js->names[js->name_count++] = (struct syntax_js_name){ name, at };
}

/* `const { A, B: c } = process.env`: a name that stands for its variable. at points at the key. */
static void in_pattern(struct parser *p, const struct js_token *t)
{
    if (t->kind != JS_NAME)
        return;
    str text = js_text(&p->lex, t);
    if (is(p, &p->before, ":") && p->before2.kind == JS_NAME && p->js->name_count) {
        p->js->names[p->js->name_count - 1].name = text;
        return;
    }
    if (is(p, &p->before, "{") || is(p, &p->before, ","))
        add_name(p, text, t->at);
}

/* A new line begins a statement where a value ended before it. */
static bool ends_value(const struct parser *p)
{
    static const char *const CLOSES[] = { ")", "]", "}", NULL };
    return p->before.kind != JS_PUNCT || is_any(p, &p->before, CLOSES);
}

static void in_statement(struct parser *p, const struct js_token *t)
{
    static const char *const DECLARES[] = { "const", "let", "var", NULL };
    if (t->kind == JS_NAME && p->before.kind == JS_NAME && is_any(p, &p->before, DECLARES)) {
        p->declared = js_text(&p->lex, t);
    } else if (is(p, t, "=")) {
        bool plain = p->before.kind == JS_NAME;
        p->assigned = p->declared.p ? p->declared : plain ? js_text(&p->lex, &p->before) : STR_NONE;
        if (p->assigned.p)
            add_name(p, p->assigned, t->end);
        p->declared = STR_NONE;
    } else if (is(p, t, ";")) {
        p->assigned = p->declared = STR_NONE;
    } else if (t->kind == JS_NAME && t->newline && ends_value(p)) {
        p->assigned = p->declared = STR_NONE;
    }
    if (is(p, t, "<"))
        p->generic = p->before.kind == JS_NAME ? js_text(&p->lex, &p->before) : p->generic;
}

/* ------------------------------------------------------------------------------------------------
 * The whole
 */
static bool one_token(struct parser *p, const struct js_token *t)
{
    struct frame *f = top(p);
    char sign = t->kind == JS_PUNCT && t->end - t->at == 1 ? p->lex.text.p[t->at] : 0;
    bool closes = sign == '}' || sign == ')' || sign == ']';
    if (f && f->kind == FRAME_OBJECT && !closes && !(f->key.p == NULL && sign == '['))
        in_object(p, f, t);
    else if (f && f->kind == FRAME_PATTERN)
        in_pattern(p, t);
    else if (!f || f->kind == FRAME_BLOCK)
        in_statement(p, t);
    else if (f->kind == FRAME_ROUND && sign == ',')
        f->argument++;
    else if (f->kind == FRAME_ROUND || f->kind == FRAME_SQUARE)
        in_statement(p, t);
    if (closes)
        return close_bracket(p, t);
    if (sign == '{' || sign == '(' || sign == '[')
        return open_bracket(p, t);
    return true;
}

static bool broken_token(struct parser *p, const struct js_token *t)
{
    static const char *const WHAT[] = { [JS_BROKEN_COMMENT] = "a comment is never closed",
                                        [JS_BROKEN_STRING] = "a string is never closed",
                                        [JS_BROKEN_TEMPLATE] = "a template is never closed" };
    return settings_broken(p->js->file, t->at, p->e, "%s", WHAT[t->broken]);
}

static bool parse(struct parser *p)
{
    struct js_token t;
    for (;;) {
        p->lex.strict = p->objects_open > 0;
        js_next(&p->lex, &t);
        if (t.kind == JS_BROKEN)
            return broken_token(p, &t);
        if (t.kind == JS_END)
            break;
        if (!one_token(p, &t))
            return false;
        p->before2 = p->before;
        p->before = t;
    }
    if (p->objects_open)
        return settings_broken(p->js->file, p->js->objects[p->frames[p->depth - 1].object].at, p->e,
                               "a bracket is never closed");
    return true;
}

bool syntax_js_read(struct settings_reading *r, const struct settings_file *f, str callee,
                    struct syntax_js *out, struct err *e)
{
    *out = (struct syntax_js){ .r = r, .file = f };
    out->objects = arena_table(r->arena, SYNTAX_JS_OBJECTS * sizeof *out->objects);
    out->properties = arena_table(r->arena, SYNTAX_JS_PROPERTIES * sizeof *out->properties);
    out->names = arena_table(r->arena, SYNTAX_JS_NAMES * sizeof *out->names);
    struct parser *p = arena_alloc(r->arena, sizeof *p);
    if (!out->objects || !out->properties || !out->names || !p)
        return err_set(e, ERR_MEMORY, "no memory for the objects of a file");
    p->js = out;
    p->lex.text = f->text;
    p->callee_wanted = callee;
    p->e = e;
    return parse(p);
}

const struct syntax_js_property *js_property(const struct syntax_js *js, uint32_t object, str key)
{
    for (uint32_t i = js->property_count; i-- > 0;)
        if (js->properties[i].object == object && str_eq(js->properties[i].key, key))
            return &js->properties[i];
    return NULL;
}

const struct syntax_js_property *syntax_js_property(const struct syntax_js *js, uint32_t object,
                                                    const char *key)
{
    return js_property(js, object, str_from(key));
}

uint32_t syntax_js_named(const struct syntax_js *js, str name)
{
    for (uint32_t i = js->object_count; name.n && i-- > 0;)
        if (str_eq(js->objects[i].name, name) && !js->objects[i].callee.n)
            return i + 1;
    return 0;
}

bool syntax_js_truthy(const struct syntax_js_value *v)
{
    switch (v->kind) {
    case SYNTAX_JS_BOOLEAN: return str_eq(v->text, STR("true"));
    case SYNTAX_JS_NUMBER: return !str_eq(v->text, STR("0")) && !str_eq(v->text, STR("NaN"));
    case SYNTAX_JS_STRING: return v->text.n > 0;
    case SYNTAX_JS_OBJECT: return true;
    default: return false;
    }
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
bool syntax_js_quote(struct buf *out, str value)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (c == '"' || c == '\\')
            buf_addf(out, "\\%c", c);
        else if (c == '\n')
            buf_add(out, STR("\\n"));
        else if (c < 0x20 || c == 0x7f)
            buf_addf(out, "\\u%04x", c);
        else
            buf_addc(out, (char)c);
    }
    return buf_addc(out, '"') && str_is_utf8(value);
}

static void add_change(const struct syntax_js *js, struct settings_changes *out, size_t at,
                       size_t n, str text)
{
    str copy = arena_dup(out->arena, text);
    if (out->count == SETTINGS_CHANGES || !copy.p) {
        out->failed = true;
        return;
    }
    out->rows[out->count++] = (struct settings_change){ js->file, at, n, copy };
}

/* The blanks in front of a key that begins its line; nothing where it does not. */
static str indent_of(str text, size_t at)
{
    size_t begin = at;
    while (begin > 0 && (text.p[begin - 1] == ' ' || text.p[begin - 1] == '\t'))
        begin--;
    bool line = begin > 0 && text.p[begin - 1] == '\n';
    return line ? str_take(str_skip(text, begin), at - begin) : STR_NONE;
}

void syntax_js_set(const struct syntax_js *js, struct settings_changes *out, uint32_t object,
                   const char *key, str written)
{
    const struct syntax_js_property *said = syntax_js_property(js, object, key), *last = NULL;
    str text = js->file->text;
    if (said) {
        if (!str_eq(str_take(str_skip(text, said->place.at), said->place.n), written))
            add_change(js, out, said->place.at, said->place.n, written);
        return;
    }
    for (uint32_t i = 0; i < js->property_count; i++)
        if (js->properties[i].object == object)
            last = &js->properties[i];
    const char *quote = last && text.p[last->key_at] == '"' ? "\"" : "";
    AUTO(buf_wipe_done) struct buf line;
    buf_init(&line, SETTINGS_TEXT_MAX);
    str indent = last ? indent_of(text, last->key_at) : STR_NONE;
    if (last)
        buf_add(&line, indent.p ? STR(",\n") : STR(", "));
    buf_add(&line, indent);
    buf_addf(&line, "%s%s%s: ", quote, key, quote);
    buf_add(&line, written);
    if (!last)
        buf_add(&line, js->objects[object].n > 2 ? STR(",") : STR(""));
    out->failed = out->failed || !buf_ok(&line);
    add_change(js, out, last ? last->place.at + last->place.n : js->objects[object].at + 1, 0,
               buf_str(&line));
}
