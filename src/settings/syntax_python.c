/* SPDX-License-Identifier: ISC */
#include "settings/syntax_python.h"
#include "settings/code_point.h"
#include "settings/syntax_env.h"

struct scan {
    struct settings_reading *r;
    struct python_file *out;
    str text;
    size_t at, end; /* of the logical line */
    unsigned references;
    size_t dotenv; /* items of .env are those before */
};

static char peek(const struct scan *s, size_t ahead)
{
    return s->end - s->at > ahead ? s->text.p[s->at + ahead] : '\0';
}

static bool is_name(char c)
{
    return is_alnum(c) || c == '_';
}

/* ------------------------------------------------------------------------------------------------
 * Where things end
 */
/* Octets of a string's prefix and its quote or quotes; 0: none begins here. */
static size_t opening(str text, size_t at, size_t *prefix, bool *raw, bool *formatted, bool *octets)
{
    size_t i = at;
    *raw = *formatted = *octets = false;
    while (i < text.n && i < at + 2 &&
           str_find_octet(STR("rRbBuUfF"), text.p[i]) != STR_NOT_FOUND) {
        char c = to_lower(text.p[i++]);
        *raw |= c == 'r';
        *formatted |= c == 'f';
        *octets |= c == 'b';
    }
    *prefix = i - at;
    if (i >= text.n || (text.p[i] != '"' && text.p[i] != '\''))
        return 0;
    bool triple = i + 2 < text.n && text.p[i + 1] == text.p[i] && text.p[i + 2] == text.p[i];
    return *prefix + (triple ? 3 : 1);
}

/* The end of the string whose quotes, `quotes` of them, begin at `at`: behind them; STR_NOT_FOUND: it has none. */
static size_t closing(str text, size_t at, size_t quotes)
{
    char q = text.p[at];
    for (size_t i = at + quotes; i < text.n; i++) {
        if (text.p[i] == '\\')
            i++;
        else if (quotes == 1 && text.p[i] == '\n')
            return STR_NOT_FOUND;
        else if (text.p[i] == q &&
                 (quotes == 1 || (i + 2 < text.n && text.p[i + 1] == q && text.p[i + 2] == q)))
            return i + quotes;
    }
    return STR_NOT_FOUND;
}

/* The end of the logical line that begins at `at`: its LF, or the end of the text. Strings and brackets may hold lines. */
static size_t line_end(str text, size_t at, size_t *broken)
{
    size_t depth = 0, prefix;
    bool raw, formatted, octets;
    *broken = STR_NOT_FOUND;
    while (at < text.n) {
        char c = text.p[at];
        size_t n = c == '"' || c == '\'' ? opening(text, at, &prefix, &raw, &formatted, &octets)
                                         : 0;
        if (n) {
            size_t end = closing(text, at, n);
            if (end == STR_NOT_FOUND) {
                *broken = at;
                return text.n;
            }
            at = end;
            continue;
        }
        if (c == '#') {
            while (at < text.n && text.p[at] != '\n')
                at++;
            continue;
        }
        if (c == '\n' && !depth)
            return at;
        depth += c == '(' || c == '[' || c == '{';
        depth -= depth && (c == ')' || c == ']' || c == '}');
        at += c == '\\' && at + 1 < text.n ? 2 : 1;
    }
    return text.n;
}

static void blanks(struct scan *s)
{
    for (;;) {
        char c = peek(s, 0);
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f')
            s->at++;
        else if (c == '\\' && (peek(s, 1) == '\n' || peek(s, 1) == '\r'))
            s->at += 2;
        else if (c == '#')
            while (s->at < s->end && s->text.p[s->at] != '\n')
                s->at++;
        else
            return;
    }
}

/* What does not stand there leaves the place where it is, in front of the blanks. */
static bool sign(struct scan *s, const char *what)
{
    size_t begin = s->at;
    str w = str_from(what);
    blanks(s);
    if (str_starts(str_take(str_skip(s->text, s->at), s->end - s->at), w))
        s->at += w.n;
    else
        s->at = begin;
    return s->at > begin;
}

/* A dotted name: os.environ.get */
static str dotted(struct scan *s)
{
    size_t begin = s->at;
    while (is_name(peek(s, 0)) || (peek(s, 0) == '.' && s->at > begin && is_name(peek(s, 1))))
        s->at++;
    return str_take(str_skip(s->text, begin), s->at - begin);
}

/* ------------------------------------------------------------------------------------------------
 * Strings
 */
/* \x41, \u0041, \U00000041 or \101, the place behind the backslash; octets of it, 0: none. */
static size_t number_escape(str raw, struct buf *out)
{
    size_t want = raw.p[0] == 'x' ? 2 : raw.p[0] == 'u' ? 4 : raw.p[0] == 'U' ? 8 : 0;
    size_t begin = want ? 1 : 0, n = 0, most = want ? want : 3;
    uint32_t c = 0, base = want ? 16 : 8;
    while (n < most && begin + n < raw.n && (unsigned)hex_digit(raw.p[begin + n]) < base)
        c = c * base + (uint32_t)hex_digit(raw.p[begin + n++]);
    if (!n || (want && n < want) || c > 0x10ffff)
        return 0;
    code_point_add(out, c);
    return begin + n;
}

static void unescape(str raw, bool as_is, struct buf *out)
{
    static const char FROM[] = "\\'\"abfnrtv", TO[] = "\\'\"\a\b\f\n\r\t\v";
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '\r' && i + 1 < raw.n && raw.p[i + 1] == '\n')
            continue;
        if (c != '\\' || as_is || i + 1 == raw.n) {
            buf_addc(out, c == '\r' ? '\n' : c);
            continue;
        }
        size_t known = str_find_octet(str_from(FROM), raw.p[i + 1]), n = 0;
        if (known != STR_NOT_FOUND)
            buf_addc(out, TO[known]);
        else if (raw.p[i + 1] != '\n' && (n = number_escape(str_skip(raw, i + 1), out)) == 0) {
            buf_addc(out, '\\');
            buf_addc(out, raw.p[i + 1]);
        }
        i += n ? n : 1;
    }
}

/* One string or more, one behind the other. */
static bool strings(struct scan *s, struct python_value *v)
{
    AUTO(buf_wipe_done) struct buf out;
    bool some = false, code = false;
    buf_init(&out, SETTINGS_TEXT_MAX);
    for (;;) {
        size_t prefix;
        bool raw, formatted, octets;
        blanks(s);
        size_t n = opening(str_take(s->text, s->end), s->at, &prefix, &raw, &formatted, &octets);
        if (!n)
            break;
        size_t begin = s->at + n,
               end = closing(str_take(s->text, s->end), s->at + prefix, n - prefix);
        if (end == STR_NOT_FOUND)
            return false;
        str inside = str_take(str_skip(s->text, begin), end - begin - (n - prefix));
        code |= formatted && str_find_octet(inside, '{') != STR_NOT_FOUND;
        unescape(inside, raw, &out);
        s->at = end;
        some = true;
    }
    if (!some || !buf_ok(&out))
        return false;
    v->kind = code ? PYTHON_CODE : PYTHON_TEXT;
    v->how |= SETTINGS_ITEM_QUOTED;
    v->text = out.n ? arena_dup(s->r->arena, buf_str(&out)) : STR("");
    return v->text.p != NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Expressions
 */
static bool expression(struct scan *s, struct python_value *v, unsigned depth);

static bool look_up(struct scan *s, str name, str *value)
{
    if (++s->references > ENV_REFERENCES)
        return false;
    if (settings_variable(s->r, name, value))
        return true;
    for (size_t i = s->dotenv; i > 0; i--)
        if (str_eq(s->r->items[i - 1].key, name)) {
            *value = s->r->items[i - 1].value;
            return true;
        }
    return false;
}

static bool in_dotenv(const struct scan *s, str name)
{
    for (size_t i = 0; i < s->dotenv; i++)
        if (str_eq(s->r->items[i].key, name))
            return true;
    return false;
}

static bool is_one_of(str name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(name, str_from(list[i])))
            return true;
    return false;
}
#define ONE_OF(name, ...)                                                                          \
    is_one_of(name, (const char *const[]){ __VA_ARGS__ },                                          \
              sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* cast=bool, env.bool: as django-environ and decouple do it. */
static void cast(struct python_value *v, str how)
{
    int truth;
    if (v->kind != PYTHON_TEXT)
        return;
    if (ONE_OF(how, "bool", "strtobool") && (truth = settings_truth(v->text)) >= 0)
        v->kind = truth ? PYTHON_TRUE : PYTHON_FALSE;
    if (ONE_OF(how, "int"))
        v->kind = PYTHON_NUMBER;
}

/* Behind the opening bracket: "NAME" [, default] [, default=x] [, cast=bool]. */
static bool variable(struct scan *s, struct python_value *v, char close, unsigned depth, str as)
{
    struct python_value name = { 0 }, otherwise = { 0 };
    bool has_default = false;
    char end[2] = { close, '\0' };
    if (!expression(s, &name, depth + 1) || name.kind != PYTHON_TEXT)
        return false;
    while (sign(s, ",")) {
        struct python_value given = { 0 };
        blanks(s);
        size_t begin = s->at;
        str word = dotted(s);
        bool named = word.n && sign(s, "=") && peek(s, 0) != '=';
        if (!named)
            s->at = begin;
        blanks(s);
        if (peek(s, 0) == close)
            break;
        if (named && str_eq(word, STR("cast"))) {
            blanks(s);
            as = dotted(s);
            if (!as.n)
                return false;
            continue;
        }
        if (!expression(s, &given, depth + 1))
            return false;
        if (!named || str_eq(word, STR("default"))) {
            otherwise = given;
            has_default = true;
        }
    }
    if (!sign(s, end))
        return false;
    str value;
    bool set = look_up(s, name.text, &value);
    v->kind = PYTHON_TEXT;
    v->how = SETTINGS_ITEM_EXPANDED;
    v->variable = in_dotenv(s, name.text) ? STR("") : name.text;
    v->known = set;
    v->text = set ? value : STR("");
    if (!set && has_default) {
        str variable = v->variable;
        *v = otherwise;
        v->variable = otherwise.kind == PYTHON_TEXT && otherwise.text.n ? STR("") : variable;
        return true;
    }
    if (!set) {
        v->kind = PYTHON_NOTHING;
        v->how |= SETTINGS_ITEM_LOST;
        return true;
    }
    cast(v, as);
    return true;
}

/* .read().strip("\n") and the like, which leave what they are called on. */
static bool trailers(struct scan *s)
{
    while (peek(s, 0) == '.') {
        s->at++;
        str name = dotted(s);
        if (!ONE_OF(name, "read", "strip", "rstrip", "read_text", "decode") || !sign(s, "("))
            return false;
        while (s->at < s->end && peek(s, 0) != ')')
            s->at++;
        if (!sign(s, ")"))
            return false;
    }
    return true;
}

/* open("..."), Path("..."), check_output("..."), the place behind the bracket. */
static bool outside(struct scan *s, struct python_value *v, enum settings_secret from,
                    unsigned depth)
{
    struct python_value what = { 0 };
    if (!expression(s, &what, depth + 1) || what.kind != PYTHON_TEXT)
        return false;
    while (s->at < s->end && peek(s, 0) != ')')
        s->at++;
    if (!sign(s, ")") || !trailers(s))
        return false;
    *v = (struct python_value){ .kind = PYTHON_TEXT, .text = what.text, .from = from };
    return true;
}

static bool call(struct scan *s, str name, struct python_value *v, unsigned depth)
{
    if (ONE_OF(name, "os.environ", "environ") && sign(s, "["))
        return variable(s, v, ']', depth, STR(""));
    if (!sign(s, "("))
        return false;
    if (ONE_OF(name, "os.environ.get", "environ.get", "os.getenv", "getenv", "env", "config",
               "env.str", "env.get_value", "os.environ.setdefault"))
        return variable(s, v, ')', depth, STR(""));
    if (ONE_OF(name, "env.bool", "env.int"))
        return variable(s, v, ')', depth, str_skip(name, 4));
    if (ONE_OF(name, "open"))
        return outside(s, v, SETTINGS_SECRET_FILE, depth);
    if (ONE_OF(name, "Path", "pathlib.Path"))
        return outside(s, v, SETTINGS_SECRET_FILE, depth);
    if (ONE_OF(name, "subprocess.check_output", "check_output", "subprocess.getoutput"))
        return outside(s, v, SETTINGS_SECRET_COMMAND, depth);
    if (ONE_OF(name, "int", "str", "bool")) {
        if (!expression(s, v, depth + 1) || !sign(s, ")"))
            return false;
        if (str_eq(name, STR("bool")) && v->kind == PYTHON_TEXT)
            v->kind = v->text.n ? PYTHON_TRUE : PYTHON_FALSE;
        else if (str_eq(name, STR("int")) && v->kind == PYTHON_TEXT)
            v->kind = PYTHON_NUMBER;
        return true;
    }
    return false;
}

static bool word(struct scan *s, struct python_value *v, unsigned depth)
{
    str name = dotted(s);
    if (str_eq(name, STR("True")) || str_eq(name, STR("False")) || str_eq(name, STR("None"))) {
        v->kind = name.n == 5 ? PYTHON_FALSE : *name.p == 'T' ? PYTHON_TRUE : PYTHON_NOTHING;
        v->text = name;
        return true;
    }
    uint64_t number;
    if (str_to_u64(name, UINT32_MAX, &number)) {
        v->kind = PYTHON_NUMBER;
        v->text = name;
        return true;
    }
    const struct python_name *known = python_named(s->out, name);
    if (known && known->value.kind != PYTHON_CODE && peek(s, 0) != '(' && peek(s, 0) != '[') {
        *v = known->value;
        return true;
    }
    return name.n && call(s, name, v, depth);
}

static bool simple(struct scan *s, struct python_value *v, unsigned depth)
{
    size_t prefix;
    bool raw, formatted, octets;
    blanks(s);
    if (opening(str_take(s->text, s->end), s->at, &prefix, &raw, &formatted, &octets))
        return strings(s, v);
    if (!sign(s, "("))
        return word(s, v, depth);
    if (!expression(s, v, depth + 1))
        return false;
    if (sign(s, ","))
        v->kind = PYTHON_TUPLE;
    return sign(s, ")");
}

/* value, or value == "True" */
static bool expression(struct scan *s, struct python_value *v, unsigned depth)
{
    struct python_value other = { 0 };
    if (depth > PYTHON_DEPTH || !simple(s, v, depth))
        return false;
    if (!sign(s, "=="))
        return true;
    if (!simple(s, &other, depth + 1))
        return false;
    bool same = other.kind == v->kind && str_eq(other.text, v->text);
    str variable = v->variable;
    *v = (struct python_value){ .kind = same ? PYTHON_TRUE : PYTHON_FALSE, .variable = variable };
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * The file
 */
const struct python_name *python_named(const struct python_file *p, str name)
{
    for (size_t i = p->count; i > 0; i--)
        if (str_eq(p->names[i - 1].item->key, name))
            return &p->names[i - 1];
    return NULL;
}

static bool assign(struct scan *s, str name)
{
    struct python_value v = { 0 };
    blanks(s);
    size_t begin = s->at, behind;
    bool ok = expression(s, &v, 0);
    behind = s->at;
    blanks(s);
    if (ok && peek(s, 0) == ',') {
        v.kind = PYTHON_TUPLE;
        behind = s->at + 1;
        s->at++;
        blanks(s);
    }
    if (!ok || s->at < s->end) {
        size_t end = s->end;
        while (end > begin && (s->text.p[end - 1] == ' ' || s->text.p[end - 1] == '\r'))
            end--;
        behind = end;
        v = (struct python_value){ .kind = PYTHON_CODE,
                                   .how = SETTINGS_ITEM_CODE,
                                   .text = str_take(str_skip(s->text, begin), end - begin) };
    }
    if (v.kind == PYTHON_CODE || v.kind == PYTHON_TUPLE)
        v.how |= SETTINGS_ITEM_CODE;
    struct settings_item *item = settings_add_item(
        s->r, STR(""), name, v.text.p ? v.text : STR(""),
        settings_place_of(settings_main_file(s->r), begin, behind - begin), v.how);
    if (!item || s->out->count == PYTHON_NAMES)
        return false;
    s->out->names[s->out->count].item = item;
    s->out->names[s->out->count++].value = v;
    return true;
}

/* NAME = or NAME: type =, the line's own; the name is gone over. */
static str target(struct scan *s)
{
    size_t begin = s->at;
    str name = dotted(s);
    if (sign(s, ":"))
        while (s->at < s->end && peek(s, 0) != '=' && peek(s, 0) != '\n')
            s->at++;
    bool assigned = name.n && !is_digit(*name.p) && sign(s, "=") && peek(s, 0) != '=';
    if (!assigned)
        s->at = begin;
    return assigned ? name : STR("");
}

static bool reads_dotenv(str text)
{
    static const char *const WORDS[] = { "load_dotenv", "environ.Env", "read_env", "decouple",
                                         "Env()" };
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_find(text, str_from(WORDS[i])) != STR_NOT_FOUND)
            return true;
    return false;
}

bool python_read(struct settings_reading *r, const struct settings_file *f, struct python_file *out,
                 struct err *e)
{
    struct scan s = { .r = r, .out = out, .text = f->text };
    out->count = 0;
    out->conditional = STR_NONE;
    if (reads_dotenv(f->text)) {
        const struct settings_file *dotenv = settings_file_named(r, STR(".env"), f);
        if (dotenv && !env_read(r, dotenv, ENV_PYTHON, STR(".env"), e))
            return false;
    }
    s.dotenv = r->item_count;
    for (size_t i = 0; i < s.dotenv; i++)
        r->items[i].known = true;
    s.at = str_starts(f->text, STR("\xef\xbb\xbf")) ? 3 : 0;
    while (s.at < f->text.n) {
        size_t broken;
        s.end = line_end(f->text, s.at, &broken);
        if (broken != STR_NOT_FOUND)
            return settings_broken(f, broken, e, "Python stops here: the string has no end");
        size_t end = s.end;
        bool block = peek(&s, 0) == ' ' || peek(&s, 0) == '\t';
        blanks(&s);
        str name = target(&s);
        if (block && str_starts(name, STR("EMAIL_")))
            out->conditional = name;
        else if (!block && name.n && !assign(&s, name))
            return settings_broken(f, s.at, e, "there are too many names");
        s.at = end + 1;
    }
    return s.references <= ENV_REFERENCES ||
           settings_broken(f, 0, e, "there are too many references to variables");
}

bool python_quote(str value, struct buf *out, struct err *e)
{
    static const char FROM[] = "\\\"\a\b\f\n\r\t\v", TO[] = "\\\"abfnrtv";
    if (!str_is_utf8(value))
        return err_set(e, ERR_SYNTAX, "a Python file cannot hold octets that are not UTF-8");
    buf_addc(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        size_t known = str_find_octet(str_from(FROM), value.p[i]);
        if (known != STR_NOT_FOUND) {
            buf_addc(out, '\\');
            buf_addc(out, TO[known]);
        } else if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
            buf_addf(out, "\\x%02x", (unsigned)value.p[i]);
        else
            buf_addc(out, value.p[i]);
    }
    return buf_addc(out, '"');
}
