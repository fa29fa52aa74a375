/* SPDX-License-Identifier: ISC */
/* mailauth/spf_macro.c - macro-string, RFC 7208 section 7 */
#include "mailauth/spf_record.h"
#include <string.h>

enum { PARTS_ALL = 0, PARTS_MANY = 1000 };

struct macro {
    char letter;  /* lower case; 0: a literal */
    bool escapes; /* an upper-case letter (7.3) */
    bool reverses;
    unsigned parts; /* from the right; PARTS_ALL */
    str delimiters; /* empty: "." */
    str literal;    /* what stands for %%, %_ and %-, or a run of other text */
};

static bool is_delimiter(char c)
{
    return memchr(".-+,/_=", c, 7) != NULL;
}

/* macro-expand in braces; text begins behind "%{". */
static const char *read_braces(str *text, struct macro *m)
{
    size_t i = 0;
    if (text->n == 0 || !is_alpha(text->p[0]))
        return "%{ without a letter behind it";
    m->letter = to_lower(text->p[0]);
    m->escapes = m->letter != text->p[0];
    if (memchr("slodiphcrtv", m->letter, 11) == NULL)
        return "there is no macro of this letter";
    size_t digits = ++i;
    for (; i < text->n && is_digit(text->p[i]); i++)
        if (m->parts < PARTS_MANY)
            m->parts = m->parts * 10 + (unsigned)(text->p[i] - '0');
    if (i > digits && m->parts == 0)
        return "a macro cannot keep 0 parts";
    if (i < text->n && to_lower(text->p[i]) == 'r') {
        m->reverses = true;
        i++;
    }
    size_t from = i;
    while (i < text->n && is_delimiter(text->p[i]))
        i++;
    m->delimiters = str_take(str_skip(*text, from), i - from);
    if (i == text->n || text->p[i] != '}')
        return "a macro without its closing brace, or with something strange before it";
    *text = str_skip(*text, i + 1);
    return NULL;
}

/* Cuts one macro, or one run of literal text, off. NULL: well. */
static const char *read_one(str *text, struct macro *m)
{
    *m = (struct macro){ 0 };
    if (text->p[0] != '%') {
        size_t n = str_find_octet(*text, '%');
        m->literal = str_take(*text, n == STR_NOT_FOUND ? text->n : n);
        *text = str_skip(*text, m->literal.n);
        return NULL;
    }
    char next = text->n > 1 ? text->p[1] : 0;
    *text = str_skip(*text, 2);
    switch (next) {
    case '{': return read_braces(text, m);
    case '%': m->literal = STR("%"); return NULL;
    case '_': m->literal = STR(" "); return NULL;
    case '-': m->literal = STR("%20"); return NULL;
    default: return "a % that is followed by none of { % _ -";
    }
}

const char *spf_macro_wrong(str text, enum spf_place place)
{
    while (text.n > 0) {
        struct macro m;
        const char *wrong = read_one(&text, &m);
        if (wrong)
            return wrong;
        if (place == SPF_IN_DOMAIN && m.letter && memchr("crt", m.letter, 3))
            return "the macros c, r and t are for explanations alone";
    }
    return NULL;
}

bool spf_macro_uses(str text, char letter)
{
    while (text.n > 0) {
        struct macro m;
        if (read_one(&text, &m))
            return false;
        if (m.letter == letter)
            return true;
    }
    return false;
}

/* RFC 3986 section 2.3: all but unreserved characters. */
static void add_escaped(str s, struct buf *out)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (is_alnum(c) || (c && strchr("-._~", c)))
            buf_addc(out, c);
        else
            buf_addf(out, "%%%02X", (unsigned)(unsigned char)c);
    }
}

static bool cuts(const struct macro *m, char c)
{
    return m->delimiters.n > 0 ? str_find_octet(m->delimiters, c) != STR_NOT_FOUND : c == '.';
}

static size_t part_end(const struct macro *m, str value, size_t from)
{
    while (from < value.n && !cuts(m, value.p[from]))
        from++;
    return from;
}

static size_t part_start(const struct macro *m, str value, size_t end)
{
    while (end > 0 && !cuts(m, value.p[end - 1]))
        end--;
    return end;
}

static size_t parts_of(const struct macro *m, str value)
{
    size_t n = 1;
    for (size_t i = 0; i < value.n; i++)
        n += cuts(m, value.p[i]);
    return n;
}

/* Parts in their order or in reverse, of them the last `parts`, with dots between. */
static void add_value(const struct macro *m, str value, struct buf *out)
{
    size_t count = parts_of(m, value);
    size_t skipped = m->parts != PARTS_ALL && m->parts < count ? count - m->parts : 0;
    size_t at = m->reverses ? value.n : 0;
    for (size_t i = 0; i < count && buf_ok(out); i++) {
        size_t start = m->reverses ? part_start(m, value, at) : at;
        size_t end = m->reverses ? at : part_end(m, value, at);
        str part = str_take(str_skip(value, start), end - start);
        at = m->reverses ? (start > 0 ? start - 1 : 0) : end + 1;
        if (i < skipped)
            continue;
        if (i > skipped)
            buf_addc(out, '.');
        if (m->escapes)
            add_escaped(part, out);
        else
            buf_add(out, part);
    }
}

bool spf_macro_expand(str text, const struct spf_values *v, struct buf *out)
{
    while (text.n > 0 && buf_ok(out)) {
        struct macro m;
        if (read_one(&text, &m))
            return false;
        if (!m.letter)
            buf_add(out, m.literal);
        else
            add_value(&m, v->of[m.letter - 'a'], out);
    }
    return buf_ok(out);
}
