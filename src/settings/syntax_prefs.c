/* SPDX-License-Identifier: ISC */
#include "settings/syntax_prefs.h"
#include "settings/code_point.h"

enum { VALUE_MAX = 1 << 16 };

struct prefs {
    struct settings_reading *r;
    const struct settings_file *f;
    str text;
    size_t at;
};

static char at(const struct prefs *p, size_t ahead)
{
    return p->at + ahead < p->text.n ? p->text.p[p->at + ahead] : '\0';
}

static void to_line_end(struct prefs *p)
{
    size_t n = str_find_octet(str_skip(p->text, p->at), '\n');
    p->at = n == STR_NOT_FOUND ? p->text.n : p->at + n;
}

/* Blanks and comments. */
static void blanks(struct prefs *p)
{
    for (;;) {
        char c = at(p, 0);
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            p->at++;
        } else if (c == '#' || (c == '/' && at(p, 1) == '/')) {
            to_line_end(p);
        } else if (c == '/' && at(p, 1) == '*') {
            size_t end = str_find(str_skip(p->text, p->at + 2), STR("*/"));
            p->at = end == STR_NOT_FOUND ? p->text.n : p->at + end + 4;
        } else {
            return;
        }
    }
}

static bool take(struct prefs *p, char sign)
{
    blanks(p);
    bool here = at(p, 0) == sign;
    p->at += here;
    return here;
}

/* n hex digits behind the sign in hand; false: they are none. */
static bool code(struct prefs *p, size_t n, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (hex_digit(at(p, 1 + i)) < 0)
            return false;
        *out = *out * 16 + (uint32_t)hex_digit(at(p, 1 + i));
    }
    p->at += n;
    return true;
}

static bool escape(struct prefs *p, struct buf *out)
{
    uint32_t c, low;
    char sign = at(p, 0);
    if (sign == 'n' || sign == 'r')
        return buf_addc(out, sign == 'n' ? '\n' : '\r');
    if (sign == '"' || sign == '\'' || sign == '\\')
        return buf_addc(out, sign);
    if (!(sign == 'x' || sign == 'u') || !code(p, sign == 'x' ? 2 : 4, &c))
        return false;
    if (c >= 0xd800 && c < 0xdc00 && at(p, 1) == '\\' && at(p, 2) == 'u') {
        p->at += 2;
        if (!code(p, 4, &low) || low < 0xdc00 || low >= 0xe000)
            return false;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    code_point_add(out, c);
    return true;
}

/* A text in either quotes; it ends on its own line or not at all. */
static bool text(struct prefs *p, str *value)
{
    char quote = at(p, 0);
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, VALUE_MAX);
    if (quote != '"' && quote != '\'')
        return false;
    for (p->at++; p->at < p->text.n && at(p, 0) != quote; p->at++) {
        bool good = at(p, 0) != '\n';
        if (at(p, 0) == '\\') {
            p->at++;
            good = escape(p, &out);
        } else if (good) {
            buf_addc(&out, at(p, 0));
        }
        if (!good)
            return false;
    }
    *value = out.n ? arena_dup(p->r->arena, buf_str(&out)) : STR("");
    return p->at++ < p->text.n && buf_ok(&out) && value->p;
}

static bool word(struct prefs *p, str *value)
{
    size_t begin = p->at;
    while (is_alnum(at(p, 0)) || at(p, 0) == '-' || at(p, 0) == '+' || at(p, 0) == '_')
        p->at++;
    *value = str_take(str_skip(p->text, begin), p->at - begin);
    return value->n > 0;
}

static bool preference(struct prefs *p)
{
    str name, key, value;
    bool pref = word(p, &name) && (str_eq(name, STR("user_pref")) || str_eq(name, STR("pref")));
    if (!pref || !take(p, '('))
        return false;
    blanks(p);
    if (!text(p, &key) || !take(p, ','))
        return false;
    blanks(p);
    size_t begin = p->at;
    bool quoted = at(p, 0) == '"' || at(p, 0) == '\'';
    if (!(quoted ? text(p, &value) : word(p, &value)))
        return false;
    size_t end = p->at;
    if (!take(p, ')') || !take(p, ';'))
        return false;
    if (p->r->item_count < SETTINGS_ITEMS)
        settings_add_item(p->r, STR(""), key, value, settings_place_of(p->f, begin, end - begin),
                          quoted ? SETTINGS_ITEM_QUOTED : 0);
    return true;
}

void syntax_prefs_read(struct settings_reading *r, const struct settings_file *f)
{
    struct prefs p = { r, f, f->text, 0 };
    for (blanks(&p); p.at < p.text.n; blanks(&p))
        if (!preference(&p))
            to_line_end(&p);
}

void syntax_prefs_quote(struct buf *out, str value)
{
    buf_addc(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            buf_addc(out, '\\');
        buf_addc(out, value.p[i]);
    }
    buf_addc(out, '"');
}
