/* SPDX-License-Identifier: ISC */
/* What an expression comes to, where that can be known by reading. Whatever is not known is code, as written. */
#include "settings/code_point.h"
#include "settings/syntax_js_inside.h"

enum { NESTED_MAX = 16, VALUE_MAX = 1 << 16, WORK_MAX = 1 << 19, PATTERN_MAX = 4096 };

struct eval {
    struct syntax_js *js;
    struct js_lexer lex;
    struct js_token t;      /* in hand */
    struct js_token ended;  /* the last that was taken */
    unsigned nested, names; /* depth of (), and of names that stand for others */
};

static struct syntax_js_value ternary(struct eval *v);
static struct syntax_js_value primary(struct eval *v);
static void evaluate(struct syntax_js *js, size_t begin, size_t end, unsigned names,
                     struct syntax_js_value *out);

static struct syntax_js_value value_of(enum syntax_js_kind kind, str text, unsigned how)
{
    return (struct syntax_js_value){ .kind = kind, .text = text, .how = how };
}

static struct syntax_js_value code(void)
{
    return value_of(SYNTAX_JS_CODE, STR_NONE, SETTINGS_ITEM_CODE);
}

static void next(struct eval *v)
{
    v->ended = v->t;
    js_next(&v->lex, &v->t);
}

static bool is(const struct eval *v, const char *word)
{
    return v->t.kind != JS_STRING && js_is(&v->lex, &v->t, word);
}

static bool take(struct eval *v, const char *word)
{
    bool here = is(v, word);
    if (here)
        next(v);
    return here;
}

/* ------------------------------------------------------------------------------------------------
 * Strings
 */
/* As a program would send it: half a pair of surrogates is U+FFFD. */
static void add_code_point(struct buf *out, uint32_t c)
{
    code_point_add(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
}

/* Hex digits at the begin of s; how many were read, at most `most`. */
static size_t hex(str s, size_t most, uint32_t *out)
{
    size_t n = 0;
    *out = 0;
    while (n < most && n < s.n && hex_digit(s.p[n]) >= 0 && *out < 0x110000)
        *out = *out * 16 + (uint32_t)hex_digit(s.p[n++]);
    return n;
}

/* Behind \u: four digits, or any in braces. A pair of surrogates is one character. */
static size_t unicode(str s, uint32_t *out)
{
    uint32_t low;
    if (str_starts(s, STR("{"))) {
        size_t n = hex(str_skip(s, 1), 8, out);
        return n && n + 1 < s.n && s.p[n + 1] == '}' && *out < 0x110000 ? n + 2 : 0;
    }
    if (hex(s, 4, out) != 4)
        return 0;
    if (*out < 0xd800 || *out >= 0xdc00 || !str_starts(str_skip(s, 4), STR("\\u")) ||
        hex(str_skip(s, 6), 4, &low) != 4 || low < 0xdc00 || low >= 0xe000)
        return 4;
    *out = 0x10000 + ((*out - 0xd800) << 10) + (low - 0xdc00);
    return 10;
}

/* What stands behind a backslash; octets read. */
static size_t escape(str s, struct buf *out)
{
    static const char FROM[] = "nrtbfv", TO[] = "\n\r\t\b\f\v";
    uint32_t c;
    size_t known = str_find_octet(STR("nrtbfv"), s.p[0]), n = 1;
    if (known < sizeof FROM - 1) {
        buf_addc(out, TO[known]);
    } else if (s.p[0] == '\r' && s.n > 1 && s.p[1] == '\n') {
        n = 2;
    } else if (s.p[0] == '\n') {
        n = 1;
    } else if (s.p[0] == 'x' && hex(str_skip(s, 1), 2, &c) == 2) {
        add_code_point(out, c);
        n = 3;
    } else if (s.p[0] == 'u' && (n = unicode(str_skip(s, 1), &c)) != 0) {
        add_code_point(out, c);
        n++;
    } else if (s.p[0] >= '0' && s.p[0] <= '7') {
        for (c = 0, n = 0; n < 3 && n < s.n && s.p[n] >= '0' && s.p[n] <= '7' && c * 8 < 0x100; n++)
            c = c * 8 + (uint32_t)(s.p[n] - '0');
        add_code_point(out, c);
    } else {
        n = 1;
        buf_addc(out, s.p[0]);
    }
    return n;
}

static bool decode_into(struct buf *out, str inner)
{
    for (size_t i = 0; i < inner.n; i++) {
        if (inner.p[i] == '\\' && i + 1 < inner.n)
            i += escape(str_skip(inner, i + 1), out);
        else
            buf_addc(out, inner.p[i]);
    }
    return buf_ok(out);
}

static str kept(struct arena *a, const struct buf *b)
{
    return b->n ? arena_dup(a, buf_str(b)) : STR("");
}

static str decode(struct arena *a, str inner)
{
    if (str_find_octet(inner, '\\') == STR_NOT_FOUND)
        return inner.n ? inner : STR("");
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, inner.n + 16);
    return decode_into(&out, inner) ? kept(a, &out) : STR_NONE;
}

static struct syntax_js_value string(struct eval *v, str inner)
{
    str text = decode(v->js->r->arena, inner);
    return text.p ? value_of(SYNTAX_JS_STRING, text, SETTINGS_ITEM_QUOTED) : code();
}

/* The end of a template's literal part: at a ${, or the end. */
static size_t literal_end(str s, size_t i)
{
    for (; i < s.n && !(s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == '{'); i++)
        if (s.p[i] == '\\')
            i++;
    return i < s.n ? i : s.n;
}

static struct syntax_js_value template(struct eval *v, str inner, size_t begin)
{
    struct syntax_js_value all = value_of(SYNTAX_JS_STRING, STR(""), SETTINGS_ITEM_QUOTED);
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, VALUE_MAX);
    for (size_t i = 0; i < inner.n;) {
        size_t end = literal_end(inner, i);
        decode_into(&out, str_take(str_skip(inner, i), end - i));
        if (end == inner.n)
            break;
        size_t stop = js_skip_substitution(inner, end + 2);
        struct syntax_js_value part;
        evaluate(v->js, begin + end + 2, begin + stop, v->names + 1, &part);
        if (part.kind == SYNTAX_JS_CODE || part.kind == SYNTAX_JS_OBJECT)
            return code();
        bool nothing = part.kind == SYNTAX_JS_UNDEFINED;
        buf_add(&out, nothing                       ? STR("undefined")
                      : part.kind == SYNTAX_JS_NULL ? STR("null")
                                                    : part.text);
        all.how |= SETTINGS_ITEM_EXPANDED | (part.how & SETTINGS_ITEM_LOST);
        all.variable = part.variable.n ? part.variable : all.variable;
        i = stop + 1;
    }
    all.text = buf_ok(&out) ? kept(v->js->r->arena, &out) : STR_NONE;
    return all.text.p ? all : code();
}

/* ------------------------------------------------------------------------------------------------
 * Numbers
 */
static str digits_of(str s)
{
    size_t n = 0;
    while (n < s.n && is_digit(s.p[n]))
        n++;
    return str_take(s, n);
}

/* "0587", "0x24b", "1_000", "587.0": a whole number in decimal; anything else stays as it is. */
static str whole_number(struct arena *a, str s)
{
    uint64_t n = 0;
    uint32_t c;
    AUTO(buf_done) struct buf clean;
    buf_init(&clean, 64);
    if (s.n > 2 && s.p[0] == '0' && to_lower(s.p[1]) == 'x' && s.n < 8 &&
        hex(str_skip(s, 2), 6, &c) == s.n - 2)
        return arena_printf(a, "%u", c);
    for (size_t i = 0; i < s.n && i < 40; i++)
        if (s.p[i] != '_')
            buf_addc(&clean, s.p[i]);
    str text = buf_str(&clean), digits = digits_of(text), rest = str_skip(text, digits.n);
    bool zeros = str_starts(rest, STR(".")) && str_trim(rest).n == rest.n;
    for (size_t i = 1; i < rest.n; i++)
        zeros = zeros && rest.p[i] == '0';
    if (s.n > 40 || (rest.n && !zeros) || !str_to_u64(digits, UINT32_MAX, &n))
        return s;
    return arena_printf(a, "%llu", (unsigned long long)n);
}

/* Number(x), +x: the whole text; parseInt(x): the digits at its begin. */
static struct syntax_js_value to_number(struct eval *v, struct syntax_js_value x, bool whole)
{
    if (x.kind == SYNTAX_JS_CODE || x.kind == SYNTAX_JS_OBJECT)
        return code();
    str text = str_trim(x.text), digits = digits_of(text);
    uint64_t n;
    if (x.kind == SYNTAX_JS_BOOLEAN && whole)
        text = digits = str_eq(x.text, STR("true")) ? STR("1") : STR("0");
    if (x.kind == SYNTAX_JS_NULL || (x.kind == SYNTAX_JS_STRING && !text.n))
        digits = whole ? STR("0") : STR("");
    x.kind = SYNTAX_JS_NUMBER;
    x.how &= ~(unsigned)SETTINGS_ITEM_QUOTED;
    bool good = digits.n && (!whole || digits.n == text.n || !text.n) &&
                str_to_u64(digits, UINT32_MAX, &n);
    x.text = good ? arena_printf(v->js->r->arena, "%llu", (unsigned long long)n) : STR("NaN");
    return x;
}

static struct syntax_js_value boolean(bool truth, unsigned how, str variable)
{
    struct syntax_js_value b = value_of(SYNTAX_JS_BOOLEAN, truth ? STR("true") : STR("false"),
                                        how & ~(unsigned)SETTINGS_ITEM_QUOTED);
    b.variable = variable;
    return b;
}

/* ------------------------------------------------------------------------------------------------
 * Names and calls
 */
static struct syntax_js_value variable(struct eval *v, str name)
{
    struct syntax_js_value x = value_of(SYNTAX_JS_UNDEFINED, STR_NONE, SETTINGS_ITEM_LOST);
    x.variable = name;
    if (settings_variable(v->js->r, name, &x.text)) {
        x.kind = SYNTAX_JS_STRING;
        x.how = SETTINGS_ITEM_EXPANDED;
    }
    return x;
}

/* A property of an object above: config.smtp.host. */
static const struct syntax_js_property *member(struct eval *v, str path)
{
    struct syntax_js *js = v->js;
    uint32_t object = syntax_js_named(js, str_cut(&path, '.'));
    js->work += js->object_count;
    while (object && path.p && js->work < WORK_MAX) {
        str key = str_cut(&path, '.');
        const struct syntax_js_property *found = js_property(js, object - 1, key);
        js->work += js->property_count;
        if (!path.p)
            return found;
        object = found ? found->child : 0;
    }
    return NULL;
}

/* A name that a value was given to above, or that was taken out of process.env. */
static struct syntax_js_value named(struct eval *v, str name, size_t before)
{
    struct syntax_js *js = v->js;
    struct syntax_js_value out = code();
    js->work += js->name_count;
    for (uint32_t i = js->name_count; i-- > 0 && v->names < NESTED_MAX && js->work < WORK_MAX;) {
        const struct syntax_js_name *n = &js->names[i];
        if (n->at >= before || !str_eq(n->name, name))
            continue;
        evaluate(js, n->at, 0, v->names + 1, &out);
        return out;
    }
    return out;
}

static bool is_environment(str path)
{
    static const str PATHS[] = { STR_INIT("process.env"), STR_INIT("import.meta.env"),
                                 STR_INIT("Bun.env") };
    for (size_t i = 0; i < COUNT_OF(PATHS); i++)
        if (str_eq(path, PATHS[i]))
            return true;
    return false;
}

static struct syntax_js_value call(struct eval *v, str path)
{
    struct syntax_js_value x = value_of(SYNTAX_JS_UNDEFINED, STR_NONE, 0), second = x;
    if (!is(v, ")"))
        x = ternary(v);
    if (take(v, ","))
        second = ternary(v);
    if (!take(v, ")"))
        return code();
    if (str_eq(path, STR("Number")))
        return to_number(v, x, true);
    if (str_eq(path, STR("parseInt")) || str_eq(path, STR("Number.parseInt")))
        return to_number(v, x, false);
    if (str_eq(path, STR("Boolean")))
        return x.kind == SYNTAX_JS_CODE ? x : boolean(syntax_js_truthy(&x), x.how, x.variable);
    if (str_eq(path, STR("String")) && x.kind != SYNTAX_JS_CODE && x.kind != SYNTAX_JS_UNDEFINED) {
        x.kind = SYNTAX_JS_STRING;
        return x;
    }
    if (str_eq(path, STR("Deno.env.get")) && x.kind == SYNTAX_JS_STRING)
        return variable(v, x.text);
    if ((str_eq(path, STR("env")) || str_eq(path, STR("env.int")) ||
         str_eq(path, STR("env.bool"))) &&
        x.kind == SYNTAX_JS_STRING) {
        struct syntax_js_value y = variable(v, x.text);
        if (y.kind == SYNTAX_JS_UNDEFINED)
            return second.kind == SYNTAX_JS_UNDEFINED ? y : second;
        if (str_eq(path, STR("env.int")))
            return to_number(v, y, false);
        if (str_eq(path, STR("env.bool")))
            return boolean(str_eq(y.text, STR("true")), y.how, y.variable);
        return y;
    }
    return code();
}

/* A name, and what is taken from it by . and []. */
static struct syntax_js_value path(struct eval *v)
{
    AUTO(buf_done) struct buf text;
    buf_init(&text, 256);
    str first = js_text(&v->lex, &v->t);
    size_t begin = v->t.at;
    bool environment = false;
    buf_add(&text, first);
    next(v);
    for (;;) {
        environment = is_environment(buf_str(&text));
        if (is(v, ".") || is(v, "?.")) {
            next(v);
            if (v->t.kind != JS_NAME)
                return code();
            str key = js_text(&v->lex, &v->t);
            next(v);
            if (environment)
                return variable(v, key);
            buf_addf(&text, ".%.*s", STR_ARG(key));
        } else if (is(v, "[") && environment) {
            next(v);
            struct syntax_js_value key = v->t.kind == JS_STRING ? primary(v) : code();
            return key.kind == SYNTAX_JS_STRING && take(v, "]") ? variable(v, key.text) : code();
        } else {
            break;
        }
    }
    if (!buf_ok(&text) || (take(v, "(") && v->nested >= NESTED_MAX))
        return code();
    if (v->ended.kind == JS_PUNCT && str_eq(js_text(&v->lex, &v->ended), STR("("))) {
        v->nested++;
        struct syntax_js_value x = call(v, buf_str(&text));
        v->nested--;
        return x;
    }
    if (str_find_octet(buf_str(&text), '.') == STR_NOT_FOUND)
        return named(v, first, begin);
    const struct syntax_js_property *p = member(v, buf_str(&text));
    return p && p->value.kind != SYNTAX_JS_OBJECT ? p->value : code();
}

/* ------------------------------------------------------------------------------------------------
 * Expressions
 */
static struct syntax_js_value primary(struct eval *v)
{
    struct js_token t = v->t;
    str text = js_text(&v->lex, &t);
    struct syntax_js_value x = code();
    switch (t.kind) {
    case JS_STRING: next(v); return string(v, str_take(str_skip(text, 1), text.n - 2));
    case JS_TEMPLATE:
        next(v);
        return template(v, str_take(str_skip(text, 1), text.n - 2), t.at + 1);
    case JS_NUMBER:
        next(v);
        return value_of(SYNTAX_JS_NUMBER, whole_number(v->js->r->arena, text), 0);
    case JS_PUNCT:
        if (!is(v, "(") || v->nested >= NESTED_MAX)
            return x;
        next(v);
        v->nested++;
        x = ternary(v);
        v->nested--;
        return take(v, ")") ? x : code();
    case JS_NAME: break;
    default: return x;
    }
    bool truth = take(v, "true");
    if (truth || take(v, "false"))
        return value_of(SYNTAX_JS_BOOLEAN, truth ? STR("true") : STR("false"), 0);
    if (take(v, "null"))
        return value_of(SYNTAX_JS_NULL, STR("null"), 0);
    if (take(v, "undefined"))
        return value_of(SYNTAX_JS_UNDEFINED, STR_NONE, 0);
    return path(v);
}

/* What TypeScript says of a value's type, and methods that leave it a string. */
static struct syntax_js_value postfix(struct eval *v)
{
    struct syntax_js_value x = primary(v);
    for (;;) {
        if (is(v, "as") || is(v, "satisfies")) {
            next(v);
            while (v->t.kind == JS_NAME || is(v, ".")) {
                next(v);
                if (v->t.newline)
                    break;
            }
        } else if (is(v, "!") && !v->t.newline) {
            next(v);
        } else if (is(v, ".") && x.kind == SYNTAX_JS_STRING) {
            next(v);
            bool trim = is(v, "trim"), same = is(v, "toString");
            next(v);
            if ((!trim && !same) || !take(v, "(") || !take(v, ")"))
                return code();
            x.text = trim ? str_trim(x.text) : x.text;
        } else {
            return x;
        }
    }
}

static struct syntax_js_value unary(struct eval *v)
{
    bool not_it = false, number = false, logical = false;
    while (is(v, "!") || is(v, "+")) {
        not_it = is(v, "!") ? !not_it : not_it;
        logical = logical || is(v, "!");
        number = number || is(v, "+");
        next(v);
    }
    struct syntax_js_value x = postfix(v);
    if (x.kind == SYNTAX_JS_CODE)
        return x;
    if (logical)
        return boolean(syntax_js_truthy(&x) != not_it, x.how, x.variable);
    return number ? to_number(v, x, true) : x;
}

static struct syntax_js_value sum(struct eval *v)
{
    struct syntax_js_value x = unary(v);
    if (!is(v, "+"))
        return x;
    bool known = x.kind == SYNTAX_JS_STRING;
    AUTO(buf_wipe_done) struct buf all;
    buf_init(&all, VALUE_MAX);
    buf_add(&all, known ? x.text : STR(""));
    while (take(v, "+")) {
        struct syntax_js_value y = unary(v);
        known = known && y.kind == SYNTAX_JS_STRING;
        buf_add(&all, known ? y.text : STR(""));
        x.how |= y.how | SETTINGS_ITEM_EXPANDED;
        x.variable = y.variable.n ? y.variable : x.variable;
    }
    x.text = known && buf_ok(&all) ? kept(v->js->r->arena, &all) : STR_NONE;
    return x.text.p ? x : code();
}

static struct syntax_js_value compared(struct eval *v)
{
    struct syntax_js_value x = sum(v);
    bool equal = is(v, "===") || is(v, "=="), differ = is(v, "!==") || is(v, "!=");
    bool loose = is(v, "==") || is(v, "!=");
    if (!equal && !differ)
        return x;
    next(v);
    struct syntax_js_value y = sum(v);
    if (x.kind == SYNTAX_JS_CODE || y.kind == SYNTAX_JS_CODE)
        return code();
    bool same = (x.kind == y.kind || (loose && x.text.n && y.text.n)) && str_eq(x.text, y.text);
    return boolean(same == equal, x.how | y.how, x.variable.n ? x.variable : y.variable);
}

/* a || b, a ?? b, a && b: the one that is taken. A variable that is not known counts as not there. */
static struct syntax_js_value chosen(struct eval *v)
{
    struct syntax_js_value x = compared(v);
    for (;;) {
        bool or = is(v, "||"), null = is(v, "??"), and = is(v, "&&");
        if (! or &&!null && !and)
            return x;
        next(v);
        struct syntax_js_value y = compared(v);
        bool nothing = x.kind == SYNTAX_JS_UNDEFINED || x.kind == SYNTAX_JS_NULL;
        bool second = null ? nothing : or ? !syntax_js_truthy(&x) : syntax_js_truthy(&x);
        if (x.kind == SYNTAX_JS_CODE)
            return x;
        if (second && y.kind != SYNTAX_JS_CODE && !y.variable.n) {
            y.variable = x.variable;
            y.how |= SETTINGS_ITEM_EXPANDED;
        }
        x = second ? y : x;
    }
}

static struct syntax_js_value ternary(struct eval *v)
{
    struct syntax_js_value x = chosen(v);
    if (!is(v, "?") || v->nested >= NESTED_MAX)
        return x;
    next(v);
    v->nested++;
    struct syntax_js_value yes = ternary(v);
    bool colon = take(v, ":");
    struct syntax_js_value no = colon ? ternary(v) : code();
    v->nested--;
    if (x.kind == SYNTAX_JS_CODE || !colon)
        return code();
    struct syntax_js_value taken = syntax_js_truthy(&x) ? yes : no;
    taken.how |= x.how & SETTINGS_ITEM_LOST ? SETTINGS_ITEM_EXPANDED : 0;
    taken.variable = taken.variable.n ? taken.variable : x.variable;
    return taken;
}

/* `const { NAME } = process.env`: at the name itself. */
static bool taken_out(struct eval *v, struct syntax_js_value *out)
{
    str text = v->lex.text, name = js_text(&v->lex, &v->t);
    size_t close = str_find_octet(str_take(str_skip(text, v->t.at), PATTERN_MAX), '}');
    if (v->t.kind != JS_NAME || close == STR_NOT_FOUND)
        return false;
    struct js_lexer behind = { .text = text, .at = v->t.at + close + 1 };
    struct js_token t[4];
    for (size_t i = 0; i < COUNT_OF(t); i++)
        js_next(&behind, &t[i]);
    if (!str_eq(js_text(&behind, &t[0]), STR("=")) ||
        !str_eq(js_text(&behind, &t[1]), STR("process")) ||
        !str_eq(js_text(&behind, &t[3]), STR("env")))
        return false;
    next(v);
    *out = variable(v, name);
    if (take(v, ":"))
        next(v);
    if (out->kind == SYNTAX_JS_UNDEFINED && take(v, "=")) {
        str missing = out->variable;
        *out = ternary(v);
        out->variable = missing;
    }
    return true;
}

static void evaluate(struct syntax_js *js, size_t begin, size_t end, unsigned names,
                     struct syntax_js_value *out)
{
    str text = js->file->text;
    struct eval v = { .js = js, .names = names };
    v.lex.text = end ? str_take(text, end) : text;
    v.lex.at = begin;
    *out = code();
    if (names > NESTED_MAX || js->work > WORK_MAX)
        return;
    next(&v);
    size_t first = v.t.at;
    js->work += names ? PATTERN_MAX / 8 : 0;
    if (!end && v.t.kind == JS_NAME && taken_out(&v, out))
        return;
    struct syntax_js_value x = ternary(&v);
    js->work += names ? v.lex.at - begin : 0;
    bool ends = v.t.kind == JS_END ||
                (!end && (is(&v, ";") || is(&v, ",") || is(&v, ")") || is(&v, "}") || v.t.newline));
    *out = ends ? x : code();
    if (out->kind == SYNTAX_JS_CODE && end > first)
        out->text = str_trim(str_take(str_skip(text, first), end - first));
}

void js_evaluate(struct syntax_js *js, size_t begin, size_t end, struct syntax_js_value *out)
{
    evaluate(js, begin, end, 0, out);
}
