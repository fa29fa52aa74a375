/* SPDX-License-Identifier: ISC */
#include "settings/syntax_ruby.h"
#include "base/err.h"
#include "settings/code_point.h"

enum { VALUE_MAX = 1 << 16, PARTS_MAX = 64, HEREDOCS = 8 };

struct ruby {
    struct settings_reading *r;
    const struct settings_file *f;
    str text;
    size_t at;
    str heredocs[HEREDOCS]; /* words of those whose text begins on the next line */
    size_t heredoc_count;
    struct err *e;
};

struct value {
    bool known, text, lost; /* text: a string */
    str words;
    unsigned how;
};

static char at(const struct ruby *p, size_t ahead)
{
    return p->at + ahead < p->text.n ? p->text.p[p->at + ahead] : '\0';
}

static str rest(const struct ruby *p)
{
    return str_skip(p->text, p->at);
}

static bool is_word_octet(char c)
{
    return is_alnum(c) || c == '_';
}

static void blanks(struct ruby *p)
{
    for (;;) {
        if (at(p, 0) == ' ' || at(p, 0) == '\t' || at(p, 0) == '\r')
            p->at++;
        else if (at(p, 0) == '\\' && at(p, 1) == '\n')
            p->at += 2;
        else
            return;
    }
}

static str word(struct ruby *p)
{
    size_t begin = p->at;
    while (is_word_octet(at(p, 0)))
        p->at++;
    return str_take(str_skip(p->text, begin), p->at - begin);
}

static bool take(struct ruby *p, const char *sign)
{
    blanks(p);
    bool here = str_starts(rest(p), str_from(sign));
    p->at += here ? str_from(sign).n : 0;
    return here;
}

static void to_line_end(struct ruby *p)
{
    size_t n = str_find_octet(rest(p), '\n');
    p->at = n == STR_NOT_FOUND ? p->text.n : p->at + n;
}

/* ------------------------------------------------------------------------------------------------
 * Strings
 */
struct quotes {
    char open, close;
    bool expands; /* "..." %Q(...) %(...) */
    size_t begin; /* behind the opening sign */
};

static char partner(char c)
{
    return c == '(' ? ')' : c == '[' ? ']' : c == '{' ? '}' : c == '<' ? '>' : c;
}

/* A string begins here. */
static bool opens(const struct ruby *p, struct quotes *q)
{
    char c = at(p, 0);
    if (c == '\'' || c == '"' || c == '`') {
        *q = (struct quotes){ c, c, c != '\'', p->at + 1 };
        return true;
    }
    if (c != '%')
        return false;
    bool kind = str_find_octet(STR("qQwWiI"), at(p, 1)) != STR_NOT_FOUND && at(p, 1);
    char open = at(p, kind ? 2 : 1);
    if (!open || is_word_octet(open) || open == ' ' || open == '\n' || open == '=' ||
        (unsigned char)open >= 0x80)
        return false;
    *q = (struct quotes){ open, partner(open), !kind || at(p, 1) == 'Q', p->at + (kind ? 3 : 2) };
    return true;
}

/* Moves behind the closing sign. Strings inside #{} hold quotes of their own kind rarely enough. */
static bool skip_string(struct ruby *p, const struct quotes *q, str *inner)
{
    size_t begin = p->at, depth = 1;
    for (p->at = q->begin; p->at < p->text.n; p->at++) {
        char c = at(p, 0);
        if (c == '\\') {
            p->at++;
        } else if (c == q->close && --depth == 0) {
            *inner = str_take(str_skip(p->text, q->begin), p->at - q->begin);
            p->at++;
            return true;
        } else if (c == q->open && q->open != q->close) {
            depth++;
        }
    }
    return settings_broken(p->f, begin, p->e, "a string is never closed");
}

static str kept(struct ruby *p, const struct buf *b)
{
    return b->n ? arena_dup(p->r->arena, buf_str(b)) : STR("");
}

static uint32_t digits(str s, unsigned base, size_t most, size_t *n)
{
    uint32_t c = 0;
    for (*n = 0; *n < most && *n < s.n; ++*n) {
        unsigned d = (unsigned)hex_digit(s.p[*n]);
        if (d >= base)
            break;
        c = c * base + d;
    }
    return c;
}

/* What stands behind the backslash of "..."; octets read. */
static size_t escape(str s, struct buf *out)
{
    static const char TO[] = "\n\r\t\a\b\f\v\033 \177";
    size_t known = str_find_octet(STR("nrtabfvesD"), s.p[0]), n;
    if (s.p[0] != 'D' && known != STR_NOT_FOUND) {
        buf_addc(out, TO[known]);
        return 1;
    }
    if (s.p[0] >= '0' && s.p[0] <= '7') {
        buf_addc(out, (char)digits(s, 8, 3, &n));
        return n;
    }
    if (s.p[0] == 'x') {
        uint32_t c = digits(str_skip(s, 1), 16, 2, &n);
        if (n)
            buf_addc(out, (char)c);
        return n + 1;
    }
    if (s.p[0] == 'u') {
        bool braces = s.n > 1 && s.p[1] == '{';
        uint32_t c = digits(str_skip(s, braces ? 2 : 1), 16, braces ? 6 : 4, &n);
        if (n && c < 0x110000)
            code_point_add(out, c);
        return n + (braces ? 3 : 1);
    }
    if (s.p[0] != '\n')
        buf_addc(out, s.p[0]);
    return 1;
}

static bool variable(struct ruby *p, str name, struct value *v);

/* ENV['X'] or ENV["X"] inside #{}: the only code there that is known. */
static bool substitute(struct ruby *p, str code, struct buf *out, struct value *v)
{
    struct value x = { .known = false };
    code = str_trim(code);
    if (!str_starts(code, STR("ENV[")) || code.n < 8 || code.p[code.n - 1] != ']')
        return false;
    str name = str_take(str_skip(code, 5), code.n - 7);
    if (!variable(p, name, &x))
        v->how |= SETTINGS_ITEM_LOST;
    buf_add(out, x.words);
    v->how |= SETTINGS_ITEM_EXPANDED;
    return true;
}

/* The string's octets; false: code stands in it. */
static bool decode(struct ruby *p, const struct quotes *q, str inner, struct value *v)
{
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, VALUE_MAX);
    for (size_t i = 0; i < inner.n; i++) {
        char c = inner.p[i], next = i + 1 < inner.n ? inner.p[i + 1] : '\0';
        if (c == '\\' && q->expands && i + 1 < inner.n) {
            i += escape(str_skip(inner, i + 1), &out);
        } else if (c == '\\' && (next == '\\' || next == q->close || next == q->open) &&
                   i + 1 < inner.n) {
            buf_addc(&out, next);
            i++;
        } else if (c == '#' && next == '{' && q->expands) {
            size_t end = str_find_octet(str_skip(inner, i), '}');
            if (end == STR_NOT_FOUND ||
                !substitute(p, str_take(str_skip(inner, i + 2), end - 2), &out, v))
                return false;
            i += end;
        } else if (c == '#' && q->expands && (next == '@' || next == '$')) {
            return false;
        } else {
            buf_addc(&out, c);
        }
    }
    v->words = buf_ok(&out) ? kept(p, &out) : STR_NONE;
    v->how |= SETTINGS_ITEM_QUOTED;
    v->text = true;
    return v->words.p != NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Values
 */
static bool variable(struct ruby *p, str name, struct value *v)
{
    v->words = STR("");
    v->text = settings_variable(p->r, name, &v->words);
    v->how = v->text ? SETTINGS_ITEM_EXPANDED : SETTINGS_ITEM_LOST;
    v->lost = !v->text;
    v->known = true;
    return v->text;
}

/* One string literal; false: broken. */
static bool literal(struct ruby *p, struct value *v)
{
    struct quotes q;
    str inner = STR_NONE;
    if (!opens(p, &q))
        return true;
    bool command = at(p, 0) == '`' || str_find_octet(STR("wWiI"), at(p, 1)) != STR_NOT_FOUND;
    command = command && (at(p, 0) == '`' || at(p, 0) == '%');
    if (!skip_string(p, &q, &inner))
        return false;
    v->known = !command && decode(p, &q, inner, v);
    return true;
}

/* ENV['X'], ENV.fetch('X'), ENV.fetch('X', 'default') */
static bool environment(struct ruby *p, struct value *v)
{
    struct value name = { .known = false }, other = { .known = false };
    bool fetch = take(p, ".fetch(");
    if (!fetch && !take(p, "["))
        return true;
    blanks(p);
    if (!literal(p, &name))
        return false;
    bool second = fetch && take(p, ",");
    blanks(p);
    if (second && !literal(p, &other))
        return false;
    if (!name.known || !take(p, fetch ? ")" : "]") || (second && !other.known))
        return true;
    if (!variable(p, name.words, v) && second)
        *v = other;
    return true;
}

static bool primary(struct ruby *p, struct value *v)
{
    struct quotes q;
    *v = (struct value){ .words = STR_INIT("") };
    blanks(p);
    if (opens(p, &q))
        return literal(p, v);
    if (at(p, 0) == ':' && is_word_octet(at(p, 1))) {
        p->at++;
        v->words = word(p);
        v->known = true;
        return true;
    }
    str name = word(p);
    if (str_eq(name, STR("ENV")))
        return environment(p, v);
    bool number = name.n && is_digit(name.p[0]) && at(p, 0) != '.';
    v->known = number || str_eq(name, STR("true")) || str_eq(name, STR("false")) ||
               str_eq(name, STR("nil"));
    v->words = name;
    return true;
}

static bool falsy(const struct value *v)
{
    return v->lost ||
           (!v->text && (str_eq(v->words, STR("nil")) || str_eq(v->words, STR("false"))));
}

/* Literals side by side, or with + between, are one. */
static bool joined(struct ruby *p, struct value *v)
{
    struct quotes q;
    if (!primary(p, v))
        return false;
    AUTO(buf_wipe_done) struct buf all;
    buf_init(&all, VALUE_MAX);
    bool more = false;
    for (;;) {
        blanks(p);
        bool plus = at(p, 0) == '+';
        if (!v->known || !v->text || !(plus || opens(p, &q)))
            break;
        struct value next;
        p->at += plus;
        if (!primary(p, &next))
            return false;
        if (!more)
            buf_add(&all, v->words);
        more = true;
        v->known = next.known && next.text;
        v->how |= next.how;
        buf_add(&all, next.words);
    }
    if (more)
        v->words = kept(p, &all);
    v->known = v->known && buf_ok(&all) && v->words.p;
    return true;
}

static bool expression(struct ruby *p, struct value *v)
{
    if (!joined(p, v))
        return false;
    while (v->known && take(p, "||")) {
        struct value next;
        if (!joined(p, &next))
            return false;
        if (falsy(v))
            *v = next;
        v->known = v->known && next.known;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * What is passed over
 */
/* <<EOS <<-EOS <<~'EOS': its text begins on the next line. */
static void here_document(struct ruby *p)
{
    size_t from = p->at;
    p->at += 2;
    p->at += at(p, 0) == '-' || at(p, 0) == '~';
    char quote = at(p, 0) == '\'' || at(p, 0) == '"' ? at(p, 0) : '\0';
    p->at += quote != '\0';
    char first = at(p, 0);
    str name = word(p);
    bool good = name.n && (quote ? at(p, 0) == quote : first >= 'A' && first <= 'Z');
    if (!good) {
        p->at = from + 2;
        return;
    }
    p->at += quote != '\0';
    if (p->heredoc_count < HEREDOCS)
        p->heredocs[p->heredoc_count++] = name;
}

/* At a line end: passes the texts of the here-documents that were named on the line. */
static bool here_texts(struct ruby *p)
{
    for (size_t i = 0; i < p->heredoc_count; i++) {
        size_t begin = p->at;
        for (;;) {
            if (p->at >= p->text.n)
                return settings_broken(p->f, begin, p->e, "the text up to %.*s never ends",
                                       STR_ARG(str_take(p->heredocs[i], 32)));
            p->at++;
            size_t line = p->at;
            to_line_end(p);
            str text = str_trim(str_take(str_skip(p->text, line), p->at - line));
            if (str_eq(text, p->heredocs[i]))
                break;
        }
    }
    p->heredoc_count = 0;
    return true;
}

/* To the end of the statement: a line end or ; outside of brackets. */
static bool skip_statement(struct ruby *p)
{
    size_t depth = 0;
    struct quotes q;
    str inner;
    while (p->at < p->text.n) {
        char c = at(p, 0);
        bool ends = c == '\n' || c == ';';
        bool value = p->at && (is_word_octet(p->text.p[p->at - 1]) || p->text.p[p->at - 1] == ')');
        if (c == '\n' && !here_texts(p))
            return false;
        if (ends && depth == 0)
            return true;
        if (c == '#') {
            to_line_end(p);
            continue;
        }
        if (c == '<' && at(p, 1) == '<') {
            here_document(p);
            continue;
        }
        if (!(c == '%' && value) && opens(p, &q)) {
            if (!skip_string(p, &q, &inner))
                return false;
            continue;
        }
        depth += c == '(' || c == '[' || c == '{';
        depth -= depth > 0 && (c == ')' || c == ']' || c == '}');
        p->at++;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Assignments
 */
static bool ends_here(struct ruby *p)
{
    blanks(p);
    char c = at(p, 0);
    return p->at >= p->text.n || c == '\n' || c == ';' || c == '#' ||
           str_starts(rest(p), STR("if ")) || str_starts(rest(p), STR("unless "));
}

static bool assignment(struct ruby *p, str name)
{
    struct value key = { .known = false }, v = { .known = false };
    if (at(p, 0) != '[')
        return true;
    p->at++;
    blanks(p);
    if (at(p, 0) == ':') {
        p->at++;
        key.words = word(p);
        key.known = key.words.n > 0;
    } else if (!literal(p, &key)) {
        return false;
    }
    if (!key.known || !take(p, "]") || !take(p, "=") || at(p, 0) == '=' || at(p, 0) == '~')
        return true;
    blanks(p);
    size_t begin = p->at;
    if (!expression(p, &v))
        return false;
    bool known = v.known && ends_here(p);
    if (!known || v.lost) {
        p->at = known ? p->at : begin;
        if (!skip_statement(p))
            return false;
        v.how = SETTINGS_ITEM_CODE | (v.how & SETTINGS_ITEM_LOST);
    }
    str written = str_trim(str_take(str_skip(p->text, begin), p->at - begin));
    if (v.how & SETTINGS_ITEM_CODE)
        v.words = written;
    if (p->r->item_count < SETTINGS_ITEMS)
        settings_add_item(p->r, name, key.words, v.words, settings_place_of(p->f, begin, written.n),
                          v.how);
    return true;
}

static bool statement(struct ruby *p)
{
    bool begins = p->at == 0 || p->text.p[p->at - 1] == '\n';
    if (begins && str_starts(rest(p), STR("=begin"))) {
        size_t end = str_find(rest(p), STR("\n=end"));
        p->at = end == STR_NOT_FOUND ? p->text.n : p->at + end + 5;
        to_line_end(p);
        return true;
    }
    if (begins && str_starts(rest(p), STR("__END__"))) {
        p->at = p->text.n;
        return true;
    }
    blanks(p);
    return assignment(p, word(p)) && skip_statement(p);
}

bool syntax_ruby_read(struct settings_reading *r, const struct settings_file *f, struct err *e)
{
    struct ruby p = { .r = r, .f = f, .text = f->text, .e = e };
    if (str_starts(p.text, STR("\xef\xbb\xbf")))
        p.at = 3;
    while (p.at < p.text.n) {
        if (!statement(&p))
            return false;
        p.at++;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Values of items
 */
bool syntax_ruby_nil(const struct settings_item *item)
{
    return !item ||
           (!(item->how & (SETTINGS_ITEM_QUOTED | SETTINGS_ITEM_CODE | SETTINGS_ITEM_EXPANDED)) &&
            str_eq(item->value, STR("nil")));
}

bool syntax_ruby_truthy(const struct settings_item *item)
{
    return !syntax_ruby_nil(item) &&
           ((item->how & (SETTINGS_ITEM_QUOTED | SETTINGS_ITEM_EXPANDED)) ||
            !str_eq(item->value, STR("false")));
}

/* before 'NAME' after, in either quotes. */
static bool between(str text, const char *before, str *inner, str *behind)
{
    if (!str_starts(text, str_from(before)))
        return false;
    str quoted = str_trim(str_skip(text, str_from(before).n));
    if (quoted.n < 2 || (quoted.p[0] != '\'' && quoted.p[0] != '"'))
        return false;
    size_t end = str_find_octet(str_skip(quoted, 1), quoted.p[0]);
    if (end == STR_NOT_FOUND)
        return false;
    *inner = str_take(str_skip(quoted, 1), end);
    *behind = str_trim(str_skip(quoted, end + 2));
    return true;
}

bool syntax_ruby_variable(const struct settings_item *item, str *name)
{
    str text = str_take(str_skip(item->place.file->text, item->place.at), item->place.n), behind;
    return (between(text, "ENV[", name, &behind) && str_eq(behind, STR("]"))) ||
           (between(text, "ENV.fetch(", name, &behind) && str_eq(behind, STR(")")));
}

bool syntax_ruby_file(const struct settings_item *item, str *path)
{
    static const char *const CALLS[] = { "File.read(", "IO.read(", "::File.read(" };
    str behind;
    for (size_t i = 0; i < COUNT_OF(CALLS); i++)
        if (item->how & SETTINGS_ITEM_CODE && between(item->value, CALLS[i], path, &behind) &&
            (str_eq(behind, STR(")")) || str_eq(behind, STR(").strip")) ||
             str_eq(behind, STR(").chomp")) || str_eq(behind, STR(").chomp()"))))
            return true;
    return false;
}

void syntax_ruby_quote(struct buf *out, str value)
{
    bool plain = str_is_utf8(value);
    for (size_t i = 0; i < value.n; i++)
        plain = plain && (unsigned char)value.p[i] >= 0x20 && value.p[i] != 0x7f;
    buf_addc(out, plain ? '\'' : '"');
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (plain && (c == '\'' || c == '\\'))
            buf_addf(out, "\\%c", c);
        else if (!plain && !is_alnum((char)c))
            buf_addf(out, "\\x%02X", c);
        else
            buf_addc(out, (char)c);
    }
    buf_addc(out, plain ? '\'' : '"');
}
