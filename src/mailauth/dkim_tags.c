/* SPDX-License-Identifier: ISC */
#include "mailauth/dkim_tags.h"
#include "base/base64.h"
#include "base/escape.h"
#include <stdarg.h>
#include <stdio.h>

enum { NAME_LONGEST = 253, LABEL_LONGEST = 63 };

bool dkim_fault(struct dkim_fault *f, enum dkim_reason r, const char *fmt, ...)
{
    va_list args;
    f->reason = r;
    va_start(args, fmt);
    (void)vsnprintf(f->sentence, sizeof f->sentence, fmt, args);
    va_end(args);
    return false;
}

str dkim_sentence(const struct dkim_fault *f, struct arena *memory)
{
    str text = str_from(f->sentence), word = text;
    word = str_cut(&word, ' ');
    str made = arena_printf(memory, "%s.", f->sentence);
    char *first = made.p ? (char *)arena_dup(memory, made).p : NULL;
    if (!first)
        return STR_NONE;
    if (str_find_octet(word, '=') == STR_NOT_FOUND)
        *first = to_upper(*first);
    return (str){ first, made.n };
}

static bool is_wsp(char c)
{
    return c == ' ' || c == '\t';
}

static char at(str text, size_t i)
{
    return i < text.n ? text.p[i] : '\0';
}

/* CRLF, or the LF that stands for it in a file: how many octets; 0: neither. */
static size_t line_end(str text, size_t i)
{
    if (at(text, i) == '\n')
        return 1;
    return at(text, i) == '\r' && at(text, i + 1) == '\n' ? 2 : 0;
}

/* [FWS] = [*WSP CRLF] 1*WSP: a line of nothing but blanks is not in it. */
static size_t skip_fws(str text, size_t i)
{
    while (is_wsp(at(text, i)))
        i++;
    size_t end = line_end(text, i);
    if (end == 0 || !is_wsp(at(text, i + end)))
        return i;
    i += end;
    while (is_wsp(at(text, i)))
        i++;
    return i;
}

/* ------------------------------------------------------------------------------------------------
 * The list
 */
struct reader {
    str text;
    size_t i;
    enum dkim_reason syntax;
    struct dkim_fault *f;
};

static bool wrong(struct reader *r, const char *what)
{
    char shown[ESCAPE_SHOWN_MAX];
    str rest = str_take(str_skip(r->text, r->i), 24);
    if (r->i >= r->text.n)
        return dkim_fault(r->f, r->syntax, "%s, at the end of the tags", what);
    return dkim_fault(r->f, r->syntax, "%s, where '%s' stands", what, escape_shown(rest, shown));
}

/* tag-name = ALPHA *(ALPHA / DIGIT / "_") */
static bool read_name(struct reader *r, struct dkim_tag *t)
{
    size_t begin = r->i;
    if (at(r->text, r->i) == ';')
        return wrong(r, "a tag is empty");
    if (!is_alpha(at(r->text, r->i)))
        return wrong(r, "the name of a tag is expected");
    while (is_alnum(at(r->text, r->i)) || at(r->text, r->i) == '_')
        r->i++;
    t->name = str_take(str_skip(r->text, begin), r->i - begin);
    r->i = skip_fws(r->text, r->i);
    if (at(r->text, r->i) != '=')
        return wrong(r, "'=' is expected behind the name of a tag");
    r->i++;
    return true;
}

/* tval and FWS, up to ";" or the end. */
static bool read_value(struct reader *r, struct dkim_tag *t)
{
    size_t begin = r->i;
    while (r->i < r->text.n && r->text.p[r->i] != ';') {
        unsigned char c = (unsigned char)r->text.p[r->i];
        size_t next = skip_fws(r->text, r->i);
        if (next == r->i && (c <= ' ' || c == 0x7f))
            return wrong(r, "a value has a character that it may not have");
        if (next > r->i && line_end(r->text, next) > 0)
            return wrong(r, "a value has a line of blanks alone, or ends with a line end");
        r->i = next > r->i ? next : r->i + 1;
    }
    t->text = str_take(str_skip(r->text, begin), r->i - begin);
    t->value = str_trim(t->text);
    return str_is_utf8(t->text) || wrong(r, "a value is neither ASCII nor UTF-8");
}

static bool add(struct reader *r, struct dkim_tags *out, const struct dkim_tag *t)
{
    for (size_t i = 0; i < out->count; i++)
        if (str_eq(out->at[i].name, t->name))
            return dkim_fault(r->f, r->syntax == DKIM_TAG_SYNTAX ? DKIM_TAG_TWICE : r->syntax,
                              "the tag %.*s= comes twice, which makes all of it void",
                              STR_ARG(str_take(t->name, 20)));
    if (out->count == DKIM_TAGS_MAX)
        return dkim_fault(r->f, r->syntax, "there are more than %d tags", DKIM_TAGS_MAX);
    out->at[out->count++] = *t;
    return true;
}

bool dkim_tags_read(str text, enum dkim_reason syntax, struct dkim_tags *out, struct dkim_fault *f)
{
    struct reader r = { text, 0, syntax, f };
    out->count = 0;
    for (;;) {
        struct dkim_tag t;
        r.i = skip_fws(text, r.i);
        if (r.i == text.n && out->count > 0)
            return true;
        if (!read_name(&r, &t) || !read_value(&r, &t) || !add(&r, out, &t))
            return false;
        if (r.i == text.n)
            return true;
        r.i++; /* the ";" */
    }
}

const struct dkim_tag *dkim_tags_find(const struct dkim_tags *t, const char *name)
{
    for (size_t i = 0; i < t->count; i++)
        if (str_eq(t->at[i].name, str_from(name)))
            return &t->at[i];
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Values
 */
bool dkim_list_next(str *rest, char separator, str *item)
{
    if (!rest->p)
        return false;
    *item = str_trim(str_cut(rest, separator));
    return true;
}

bool dkim_list_has(str list, str word)
{
    for (str rest = list, item; dkim_list_next(&rest, ':', &item);)
        if (str_eq(item, word))
            return true;
    return false;
}

static bool is_word(str s)
{
    bool ok = s.n > 0 && is_alpha(s.p[0]) && is_alnum(s.p[s.n - 1]);
    for (size_t i = 0; ok && i < s.n; i++)
        ok = is_alnum(s.p[i]) || s.p[i] == '-';
    return ok;
}

bool dkim_list_of_words(str list, bool star)
{
    if (list.n == 0)
        return false;
    for (str rest = list, item; dkim_list_next(&rest, ':', &item);)
        if (!is_word(item) && !(star && str_eq(item, STR("*"))))
            return false;
    return true;
}

bool dkim_base64(str text, struct arena *memory, str *out)
{
    struct buf letters, octets;
    buf_init(&letters, text.n + 1);
    buf_init(&octets, text.n + 1);
    for (size_t i = 0; i < text.n; i++)
        if (!is_wsp(text.p[i]) && text.p[i] != '\r' && text.p[i] != '\n')
            buf_addc(&letters, text.p[i]);
    bool ok = letters.n > 0 && buf_ok(&letters) && base64_decode(buf_str(&letters), &octets);
    str copy = ok ? arena_dup(memory, buf_str(&octets)) : STR_NONE;
    buf_done(&letters);
    buf_done(&octets);
    if (copy.p)
        *out = copy;
    return copy.p != NULL;
}

/* "=" and two hex digits, letters in upper case only; -1: not that. */
static int hex_octet(str text, size_t i)
{
    static const char DIGITS[] = "0123456789ABCDEF";
    size_t high = str_find_octet(STR(DIGITS), at(text, i + 1));
    size_t low = str_find_octet(STR(DIGITS), at(text, i + 2));
    if (i + 2 >= text.n || high == STR_NOT_FOUND || low == STR_NOT_FOUND)
        return -1;
    return (int)(high * 16 + low);
}

bool dkim_quoted(str text, struct arena *memory, str *out)
{
    char *room = arena_alloc(memory, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; room && i < text.n; i++) {
        int octet = text.p[i] == '=' ? hex_octet(text, i) : (unsigned char)text.p[i];
        if (octet < 0)
            return false;
        if (text.p[i] == '=')
            i += 2;
        else if (is_wsp(text.p[i]) || text.p[i] == '\r' || text.p[i] == '\n')
            continue;
        room[n++] = (char)octet;
    }
    if (room)
        *out = (str){ room, n };
    return room != NULL;
}

/* also: a character that is taken for a letter, or 0 */
static bool is_let_dig(char c, char also)
{
    return is_alnum(c) || (also && c == also);
}

/* sub-domain = Let-dig [Ldh-str] */
static bool is_label(str s, char also)
{
    bool ok = s.n > 0 && s.n <= LABEL_LONGEST && is_let_dig(s.p[0], also) &&
              is_let_dig(s.p[s.n - 1], also);
    for (size_t i = 0; ok && i < s.n; i++)
        ok = is_let_dig(s.p[i], also) || s.p[i] == '-';
    return ok;
}

static bool is_name(str s, unsigned labels, char also)
{
    unsigned n = 0;
    if (s.n == 0 || s.n > NAME_LONGEST)
        return false;
    for (str rest = s; rest.p; n++)
        if (!is_label(str_cut(&rest, '.'), also))
            return false;
    return n >= labels;
}

static bool read_labels(str text, unsigned labels, char also, const struct dns_idn *idn,
                        struct arena *memory, str *out)
{
    char ascii[DNS_NAME_MAX];
    str name = text;
    if (!str_is_ascii(text)) {
        if (!idn || text.p[text.n - 1] == '.' || !dns_name_from_text(text, idn, ascii, NULL))
            return false;
        name = str_from(ascii);
    }
    if (!is_name(name, labels, also))
        return false;
    char *copy = arena_alloc(memory, name.n + 1);
    for (size_t i = 0; copy && i < name.n; i++)
        copy[i] = to_lower(name.p[i]);
    if (copy)
        *out = (str){ copy, name.n };
    return copy != NULL;
}

bool dkim_name(str text, unsigned labels, const struct dns_idn *idn, struct arena *memory, str *out)
{
    return read_labels(text, labels, '\0', idn, memory, out);
}

bool dkim_selector(str text, const struct dns_idn *idn, struct arena *memory, str *out)
{
    return read_labels(text, 1, '_', idn, memory, out);
}
