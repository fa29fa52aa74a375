/* SPDX-License-Identifier: ISC */
/*
 * explain/clean_html.c - the text of a page's source
 *
 * Only tags by their known names are taken out, so that "<user@example.org>" stays what it is.
 */
#include "explain/clean_steps.h"

#include <string.h>

enum { TAG_MAX = 4096, COMMENT_MAX = 512, ENTITY_MAX = 12 };

enum does { DROP, LINE, BLANK, HIDE, PRE, WHOLE };
static const struct tag {
    const char *name;
    enum does does;
} TAGS[] = {
    { "html", WHOLE },    { "body", WHOLE },    { "head", LINE },     { "br", LINE },
    { "p", LINE },        { "div", LINE },      { "tr", LINE },       { "li", LINE },
    { "ul", LINE },       { "ol", LINE },       { "table", LINE },    { "blockquote", LINE },
    { "h1", LINE },       { "h2", LINE },       { "h3", LINE },       { "h4", LINE },
    { "h5", LINE },       { "h6", LINE },       { "hr", LINE },       { "title", LINE },
    { "dt", LINE },       { "dd", LINE },       { "dl", LINE },       { "section", LINE },
    { "pre", PRE },       { "td", BLANK },      { "th", BLANK },      { "script", HIDE },
    { "style", HIDE },    { "span", DROP },     { "font", DROP },     { "b", DROP },
    { "strong", DROP },   { "em", DROP },       { "i", DROP },        { "u", DROP },
    { "a", DROP },        { "code", DROP },     { "tt", DROP },       { "kbd", DROP },
    { "samp", DROP },     { "small", DROP },    { "sub", DROP },      { "sup", DROP },
    { "img", DROP },      { "meta", DROP },     { "link", DROP },     { "tbody", DROP },
    { "thead", DROP },    { "center", LINE },   { "abbr", DROP },     { "mark", DROP },
    { "wbr", DROP },      { "nobr", DROP },     { "button", DROP },   { "input", DROP },
    { "label", DROP },    { "form", DROP },     { "article", LINE },  { "o:p", DROP },
    { "del", DROP },      { "ins", DROP },      { "s", DROP },        { "strike", DROP },
    { "q", DROP },        { "cite", DROP },     { "main", LINE },     { "header", LINE },
    { "footer", LINE },   { "nav", LINE },      { "svg", DROP },      { "colgroup", DROP },
    { "col", DROP },      { "big", DROP },      { "details", LINE },  { "summary", LINE },
    { "caption", LINE },  { "textarea", LINE }, { "fieldset", LINE }, { "legend", LINE },
    { "noscript", DROP }, { "!doctype", DROP }, { "![endif]", DROP }, { "iframe", DROP },
};

static const struct entity {
    const char *name;
    uint16_t code_point;
} ENTITIES[] = {
    { "lt", '<' },        { "gt", '>' },       { "amp", '&' },     { "quot", '"' },
    { "apos", '\'' },     { "nbsp", ' ' },     { "laquo", '"' },   { "raquo", '"' },
    { "lsquo", '\'' },    { "rsquo", '\'' },   { "ldquo", '"' },   { "rdquo", '"' },
    { "bdquo", '"' },     { "sbquo", '\'' },   { "ndash", '-' },   { "mdash", '-' },
    { "hellip", 0x2026 }, { "middot", 0xb7 },  { "bull", 0x2022 }, { "copy", 0xa9 },
    { "reg", 0xae },      { "deg", 0xb0 },     { "euro", 0x20ac }, { "shy", 0xad },
    { "zwnj", 0x200c },   { "iexcl", 0xa1 },   { "iquest", 0xbf }, { "szlig", 0xdf },
    { "agrave", 0xe0 },   { "aacute", 0xe1 },  { "acirc", 0xe2 },  { "atilde", 0xe3 },
    { "auml", 0xe4 },     { "aring", 0xe5 },   { "aelig", 0xe6 },  { "ccedil", 0xe7 },
    { "egrave", 0xe8 },   { "eacute", 0xe9 },  { "ecirc", 0xea },  { "euml", 0xeb },
    { "igrave", 0xec },   { "iacute", 0xed },  { "icirc", 0xee },  { "iuml", 0xef },
    { "ntilde", 0xf1 },   { "ograve", 0xf2 },  { "oacute", 0xf3 }, { "ocirc", 0xf4 },
    { "otilde", 0xf5 },   { "ouml", 0xf6 },    { "oslash", 0xf8 }, { "ugrave", 0xf9 },
    { "uacute", 0xfa },   { "ucirc", 0xfb },   { "uuml", 0xfc },   { "Auml", 0xc4 },
    { "Ouml", 0xd6 },     { "Uuml", 0xdc },    { "Eacute", 0xc9 }, { "Egrave", 0xc8 },
    { "Agrave", 0xc0 },   { "Aring", 0xc5 },   { "Oslash", 0xd8 }, { "Ntilde", 0xd1 },
    { "Ccedil", 0xc7 },   { "NewLine", '\n' }, { "Tab", '\t' },    { "colon", ':' },
    { "commat", '@' },    { "period", '.' },   { "lbrack", '[' },  { "rbrack", ']' },
    { "lpar", '(' },      { "rpar", ')' },     { "num", '#' },     { "sol", '/' },
};

/* The tag at "<"; *n: its octets. NULL: none that we know. */
static const struct tag *tag_at(str s, size_t *n, bool *closes)
{
    str at = str_skip(s, 1);
    *closes = at.n && at.p[0] == '/';
    at = str_skip(at, *closes);
    size_t end = 0;
    while (end < at.n && end < 12 &&
           (is_alnum(at.p[end]) || at.p[end] == ':' || at.p[end] == '!' || at.p[end] == '[' ||
            at.p[end] == ']'))
        end++;
    char after = end < at.n ? at.p[end] : '\0';
    if (!end || (after != '>' && after != ' ' && after != '/' && after != '\n' && after != '\t'))
        return NULL;
    const struct tag *tag = NULL;
    for (size_t i = 0; i < COUNT_OF(TAGS) && !tag; i++)
        if (to_lower(at.p[0]) == TAGS[i].name[0] &&
            str_eq_nocase(str_take(at, end), str_from(TAGS[i].name)))
            tag = &TAGS[i];
    for (; tag && end < at.n && end < TAG_MAX && at.p[end] != '<'; end++)
        if (at.p[end] == '>') {
            *n = (size_t)(at.p + end + 1 - s.p);
            return tag;
        }
    return NULL;
}

/* The character of the entity at "&"; *n: its octets. "&amp;lt;" is "&lt;" that was written twice. 0: none. */
static uint32_t entity_at(str s, size_t *n)
{
    size_t skip = 1;
    while (str_starts(str_skip(s, skip), STR("amp;")) && skip < 16)
        skip += 4;
    str name = str_take(str_skip(s, skip), ENTITY_MAX);
    size_t end = str_find_octet(name, ';');
    if (end != STR_NOT_FOUND) {
        str inside = str_take(name, end);
        *n = skip + end + 1;
        uint32_t c = 0;
        if (inside.n > 1 && inside.p[0] == '#') {
            bool hex = to_lower(inside.p[1]) == 'x';
            for (size_t i = hex ? 2 : 1; i < inside.n; i++) {
                char d = to_lower(inside.p[i]);
                if (!is_digit(d) && !(hex && d >= 'a' && d <= 'f'))
                    return 0;
                c = c * (hex ? 16 : 10) + (uint32_t)(is_digit(d) ? d - '0' : d - 'a' + 10);
            }
            return c > 8 && c < 0x110000 && (c < 0xd800 || c > 0xdfff) ? c : 0;
        }
        for (size_t i = 0; i < COUNT_OF(ENTITIES); i++)
            if (str_eq(inside, str_from(ENTITIES[i].name)))
                return ENTITIES[i].code_point;
    }
    *n = skip;
    return skip > 1 ? '&' : 0;
}

/* What the walk has come to. hidden[]: "</script", "</style" are not looked for again once they were not there. */
struct walk {
    struct buf *out;
    bool whole, pre, no_script, no_style;
    size_t undone;
};

/* Octets up to the end of what a script or a style sheet says; 0: it has no end. */
static size_t hidden(struct walk *w, str after, const char *name)
{
    bool script = name[1] == 'c';
    if (script ? w->no_script : w->no_style)
        return 0;
    size_t end = str_find_nocase(after, script ? STR("</script") : STR("</style"));
    if (end != STR_NOT_FOUND)
        return end;
    *(script ? &w->no_script : &w->no_style) = true;
    return 0;
}

static size_t tag(struct walk *w, str s)
{
    size_t n;
    bool closes;
    if (str_starts(s, STR("<!--"))) {
        size_t end = str_find(str_take(s, COMMENT_MAX), STR("-->"));
        if (end != STR_NOT_FOUND) {
            w->undone++;
            return end + 3;
        }
    }
    const struct tag *t = tag_at(s, &n, &closes);
    if (!t) {
        buf_addc(w->out, '<');
        return 1;
    }
    w->undone++;
    switch (t->does) {
    case DROP: break;
    case LINE: buf_addc(w->out, '\n'); break;
    case BLANK: buf_addc(w->out, ' '); break;
    case WHOLE:
        w->whole = true;
        buf_addc(w->out, '\n');
        break;
    case PRE:
        w->pre = !closes;
        buf_addc(w->out, '\n');
        break;
    case HIDE: n += closes ? 0 : hidden(w, str_skip(s, n), t->name); break;
    }
    return n;
}

bool clean_html(str in, struct buf *out)
{
    size_t before = out->n;
    struct walk w = { .out = out };
    while (in.n) {
        size_t n = 0;
        while (n < in.n && in.p[n] != '<' && in.p[n] != '&' && !(w.whole && in.p[n] == '\n'))
            n++;
        buf_add(out, str_take(in, n));
        in = str_skip(in, n);
        if (!in.n)
            break;
        if (in.p[0] == '<') {
            n = tag(&w, in);
        } else if (in.p[0] == '\n') { /* in a whole page, a blank */
            buf_addc(out, w.pre ? '\n' : ' ');
            n = 1;
        } else {
            uint32_t c = entity_at(in, &n);
            w.undone += c > 0;
            clean_add_code_point(out, c ? c : '&');
            n = c ? n : 1;
        }
        in = str_skip(in, n);
    }
    if (!w.undone)
        out->n = before;
    return w.undone > 0;
}
