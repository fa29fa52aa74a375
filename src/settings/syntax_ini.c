/* SPDX-License-Identifier: ISC */
#include "settings/syntax_ini.h"
#include "base/err.h"

enum { EXPANSIONS = 99, EXPANDED_MAX = 1 << 16 };

struct ini {
    struct settings_reading *r;
    const struct settings_file *f;
    str text;
    size_t at;
    unsigned bits;
    str section;
};

/* ------------------------------------------------------------------------------------------------
 * Blanks as Go sees them: those of ASCII, and of Unicode's White_Space
 */
static size_t blank_first(str s)
{
    uint32_t c;
    size_t n = str_utf8_first(s, &c);
    if (!n)
        return 0;
    bool blank = c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x1680 ||
                 (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
                 c == 0x205f || c == 0x3000;
    return blank ? n : 0;
}

static str trim_left(str s)
{
    for (size_t n; (n = blank_first(s)) != 0;)
        s = str_skip(s, n);
    return s;
}

static str trim(str s)
{
    s = trim_left(s);
    while (s.n) {
        size_t n = 1;
        while (n < 4 && n < s.n && ((unsigned char)s.p[s.n - n] & 0xc0) == 0x80)
            n++;
        if (blank_first(str_skip(s, s.n - n)) != n)
            break;
        s.n -= n;
    }
    return s;
}

/* ------------------------------------------------------------------------------------------------
 * Lines
 */
static size_t find_any(str s, const char *octets)
{
    for (size_t i = 0; i < s.n; i++)
        if (str_find_octet(str_from(octets), s.p[i]) != STR_NOT_FOUND)
            return i;
    return STR_NOT_FOUND;
}

/* The last needle in s: short needles only. */
static size_t find_last(str s, str needle)
{
    for (size_t i = s.n < needle.n ? 0 : s.n - needle.n + 1; i-- > 0;)
        if (str_starts(str_skip(s, i), needle))
            return i;
    return STR_NOT_FOUND;
}

/* The next line with its LF; empty at the end. */
static str next_line(struct ini *p)
{
    str rest = str_skip(p->text, p->at);
    size_t end = str_find_octet(rest, '\n');
    str line = end == STR_NOT_FOUND ? rest : str_take(rest, end + 1);
    p->at += line.n;
    return line;
}

static size_t offset(const struct ini *p, str part)
{
    return (size_t)(part.p - p->text.p);
}

/* ------------------------------------------------------------------------------------------------
 * Values
 */
struct value {
    str text;
    unsigned how;
    size_t at, n;
};

/* Behind an opening `quote`: to the last one on this line, or to the last on the first line that has one. */
static bool read_quoted(struct ini *p, str line, str quote, struct value *v, struct err *e)
{
    str inner = str_skip(line, quote.n);
    size_t begin = offset(p, inner), end = find_last(inner, quote);
    v->how |= SETTINGS_ITEM_QUOTED;
    v->at = offset(p, line);
    if (end != STR_NOT_FOUND) {
        v->text = str_take(inner, end);
        v->n = end + 2 * quote.n;
        return true;
    }
    while (p->at < p->text.n) {
        str next = next_line(p);
        end = find_last(next, quote);
        if (end == STR_NOT_FOUND)
            continue;
        size_t stop = offset(p, next) + end;
        v->text = str_take(str_skip(p->text, begin), stop - begin);
        v->n = stop + quote.n - v->at;
        return true;
    }
    return settings_broken(p->f, v->at, e, "a value is opened by %.*s and never closed",
                           STR_ARG(quote));
}

/* A backslash at the end: the next lines, trimmed, are joined to it as long as they end in one too. */
static bool read_continued(struct ini *p, str line, struct value *v, struct err *e)
{
    AUTO(buf_wipe_done) struct buf all;
    buf_init(&all, SETTINGS_FILE_MAX);
    buf_add(&all, str_take(line, line.n - 1));
    v->at = offset(p, line);
    v->n = line.n;
    v->how |= SETTINGS_ITEM_EXPANDED;
    while (p->at < p->text.n) {
        str next = trim(next_line(p));
        if (!next.n)
            break;
        v->n = offset(p, next) + next.n - v->at;
        bool more = next.p[next.n - 1] == '\\';
        buf_add(&all, str_take(next, next.n - more));
        if (!more)
            break;
    }
    v->text = all.n ? arena_dup(p->r->arena, buf_str(&all)) : STR("");
    return v->text.p || settings_broken(p->f, v->at, e, "a value is too long");
}

static bool surrounded(str s, char quote)
{
    return s.n >= 2 && s.p[0] == quote && str_find_octet(str_skip(s, 1), quote) == s.n - 2;
}

/* What stands behind a comment sign was meant as part of the value where no blank is before the sign; and it has
 * to go with the value where it would end the quotes of another. */
static bool goes_with_value(str whole, size_t comment)
{
    char before = comment ? whole.p[comment - 1] : ' ';
    return (before != ' ' && before != '\t') ||
           find_any(str_skip(whole, comment), "`\"") != STR_NOT_FOUND;
}

static bool read_value(struct ini *p, str line, struct value *v, struct err *e)
{
    str rest = trim_left(line);
    if (rest.n > 3 && str_starts(rest, STR("\"\"\"")))
        return read_quoted(p, rest, STR("\"\"\""), v, e);
    if (str_starts(rest, STR("`")))
        return read_quoted(p, rest, STR("`"), v, e);
    rest = trim(rest);
    if (rest.n && rest.p[rest.n - 1] == '\\' && p->bits & SYNTAX_INI_CONTINUES)
        return read_continued(p, rest, v, e);
    size_t comment = find_any(rest, "#;");
    str whole = rest;
    if (comment != STR_NOT_FOUND) {
        v->how |= SETTINGS_ITEM_CUT;
        rest = trim(str_take(rest, comment));
    }
    v->at = whole.n ? offset(p, whole) : offset(p, line) + (line.n && line.p[0] == ' ');
    v->n = comment != STR_NOT_FOUND && goes_with_value(whole, comment) ? whole.n : rest.n;
    v->text = rest;
    if (surrounded(rest, '"') || surrounded(rest, '\'')) {
        v->how |= SETTINGS_ITEM_QUOTED;
        v->text = str_take(str_skip(rest, 1), rest.n - 2);
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Keys and sections
 */
static bool read_section(struct ini *p, str line, struct err *e)
{
    size_t end = str_rfind_octet(line, ']');
    if (end == STR_NOT_FOUND)
        return settings_broken(p->f, offset(p, line), e, "a section has no closing ]");
    if (end == 1)
        return settings_broken(p->f, offset(p, line), e, "a section has no name");
    p->section = str_take(str_skip(line, 1), end - 1);
    if (str_eq(p->section, STR("DEFAULT")))
        p->section = STR("");
    return true;
}

/* Cuts the key, and whatever ends it, off the line. */
static bool read_key(struct ini *p, str *line, str *key, struct err *e)
{
    size_t at = offset(p, *line), skip = 0;
    str quote = STR("");
    if (line->n > 6 && str_starts(*line, STR("\"\"\"")))
        quote = STR("\"\"\"");
    else if (line->p[0] == '"' || line->p[0] == '`')
        quote = str_take(*line, 1);
    if (quote.n) {
        size_t end = str_find(str_skip(*line, quote.n), quote);
        if (end == STR_NOT_FOUND)
            return settings_broken(p->f, at, e, "a key is opened by a quote and never closed");
        *key = trim(str_take(str_skip(*line, quote.n), end));
        skip = end + 2 * quote.n;
    }
    size_t end = find_any(str_skip(*line, skip), "=:");
    if (end == STR_NOT_FOUND)
        return settings_broken(p->f, at, e, "a line has neither = nor :, and is no section");
    if (!quote.n)
        *key = trim(str_take(*line, end));
    if (!key->n)
        return settings_broken(p->f, at, e, "nothing stands before the = or :");
    *line = str_skip(*line, skip + end + 1);
    return true;
}

static bool read_setting(struct ini *p, str line, struct err *e)
{
    str key = STR_NONE;
    struct value v = { .text = STR_INIT("") };
    if (!read_key(p, &line, &key, e) || !read_value(p, line, &v, e))
        return false;
    if (p->r->item_count == SETTINGS_ITEMS)
        return true;
    settings_add_item(p->r, p->section, key, v.text, settings_place_of(p->f, v.at, v.n), v.how);
    return true;
}

bool syntax_ini_read(struct settings_reading *r, const struct settings_file *f, unsigned bits,
                     struct err *e)
{
    struct ini p = { r, f, f->text, 0, bits, STR_INIT("") };
    if (str_starts(p.text, STR("\xef\xbb\xbf")))
        p.at = 3;
    while (p.at < p.text.n) {
        str line = trim_left(next_line(&p));
        if (!line.n || line.p[0] == '#' || line.p[0] == ';')
            continue;
        if (!(line.p[0] == '[' ? read_section(&p, line, e) : read_setting(&p, line, e)))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * What the program finds
 */
struct settings_item *syntax_ini_item(struct settings_reading *r, str section, str key)
{
    for (;;) {
        struct settings_item *item = settings_item_named(r, section, key);
        size_t dot = str_rfind_octet(section, '.');
        if (item || dot == STR_NOT_FOUND)
            return item;
        section = str_take(section, dot);
    }
}

/* The first %(NAME)s: one or more signs that are no closing parenthesis. One pass: where the next ) has no s
 * behind it, nothing before it can begin one. */
static bool find_reference(str s, size_t *at, str *name)
{
    for (size_t i = 0; i + 1 < s.n;) {
        if (s.p[i] != '%' || s.p[i + 1] != '(') {
            i++;
            continue;
        }
        size_t end = str_find_octet(str_skip(s, i + 2), ')');
        if (end == STR_NOT_FOUND)
            return false;
        if (end > 0 && i + end + 3 < s.n && s.p[i + end + 3] == 's') {
            *at = i;
            *name = str_take(str_skip(s, i + 2), end);
            return true;
        }
        i += end + 2;
    }
    return false;
}

static bool replace_all(struct buf *out, str s, str what, str by)
{
    for (size_t at; (at = str_find(s, what)) != STR_NOT_FOUND; s = str_skip(s, at + what.n)) {
        buf_add(out, str_take(s, at));
        buf_add(out, by);
    }
    buf_add(out, s);
    return buf_ok(out);
}

struct settings_item *syntax_ini_value(struct settings_reading *r, str section, str key)
{
    struct settings_item *item = syntax_ini_item(r, section, key);
    str name;
    size_t at;
    for (int i = 0; item && i < EXPANSIONS && find_reference(item->value, &at, &name); i++) {
        const struct settings_item *other = syntax_ini_item(r, section, name);
        if (!other || other == item)
            other = settings_item_named(r, STR(""), name);
        if (!other)
            break;
        AUTO(buf_wipe_done) struct buf next;
        buf_init(&next, EXPANDED_MAX);
        str whole = str_take(str_skip(item->value, at), name.n + 4);
        if (!replace_all(&next, item->value, whole, other->value))
            break;
        str kept = next.n ? arena_dup(r->arena, buf_str(&next)) : STR("");
        if (!kept.p)
            break;
        item->value = kept;
        item->how |= SETTINGS_ITEM_EXPANDED;
    }
    return item;
}

int syntax_ini_truth(str value)
{
    static const str WORDS[2][10] = {
        { STR_INIT("0"), STR_INIT("f"), STR_INIT("F"), STR_INIT("false"), STR_INIT("FALSE"),
          STR_INIT("False"), STR_INIT("no"), STR_INIT("NO"), STR_INIT("No"), STR_INIT("n") },
        { STR_INIT("1"), STR_INIT("t"), STR_INIT("T"), STR_INIT("true"), STR_INIT("TRUE"),
          STR_INIT("True"), STR_INIT("yes"), STR_INIT("YES"), STR_INIT("Yes"), STR_INIT("y") },
    };
    static const str SWITCHES[2][3] = {
        { STR_INIT("OFF"), STR_INIT("off"), STR_INIT("Off") },
        { STR_INIT("ON"), STR_INIT("on"), STR_INIT("On") },
    };
    for (int truth = 0; truth < 2; truth++) {
        for (size_t i = 0; i < COUNT_OF(WORDS[0]); i++)
            if (str_eq(value, WORDS[truth][i]))
                return truth;
        for (size_t i = 0; i < COUNT_OF(SWITCHES[0]); i++)
            if (str_eq(value, SWITCHES[truth][i]))
                return truth;
    }
    return -1;
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static bool is_bare(str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (!is_alnum(value.p[i]) && str_find_octet(STR("@._+-"), value.p[i]) == STR_NOT_FOUND)
            return false;
    return value.n > 0;
}

bool syntax_ini_quote(struct buf *out, const char *title, str value, struct err *e)
{
    size_t at;
    str name;
    if (find_reference(value, &at, &name))
        return err_set(
            e, ERR_SYNTAX,
            "%s cannot be told a value with %%(...)s in it: it would put another key there", title);
    if (is_bare(value)) {
        buf_add(out, value);
        return true;
    }
    bool lines = str_find_octet(value, '\n') != STR_NOT_FOUND;
    str quote = STR("`");
    if (lines && str_find_octet(value, '`') != STR_NOT_FOUND)
        quote = STR("\"\"\"");
    if (lines && str_find(value, quote) != STR_NOT_FOUND)
        return err_set(
            e, ERR_SYNTAX,
            "%s cannot be told a value with a line end, a backquote and three double quotes",
            title);
    buf_add(out, quote);
    buf_add(out, value);
    buf_add(out, quote);
    return true;
}

bool syntax_ini_quoted(struct arena *a, const char *title, str value, str *out, struct err *e)
{
    AUTO(buf_wipe_done) struct buf text;
    buf_init(&text, SETTINGS_SECRET_MAX + 16);
    if (!syntax_ini_quote(&text, title, value, e))
        return false;
    *out = text.n ? arena_dup(a, buf_str(&text)) : STR_NONE;
    return out->p || err_set(e, ERR_LIMIT, "%s cannot be told a value that is so long", title);
}

/* ------------------------------------------------------------------------------------------------
 * Changing
 */
bool syntax_ini_set(const struct settings_reading *r, struct settings_changes *out,
                    const char *title, str section, const char *key, str value, struct err *e)
{
    str written;
    if (!syntax_ini_quoted(r->arena, title, value, &written, e))
        return false;
    AUTO(buf_wipe_done) struct buf line;
    buf_init(&line, SETTINGS_SECRET_MAX + 256);
    buf_addf(&line, "%s = ", key);
    buf_add(&line, written);
    if (!buf_addc(&line, '\n'))
        return err_set(e, ERR_LIMIT, "a line of %s would be too long", title);
    settings_set(r, out, settings_main_file(r), section, str_from(key), written, buf_str(&line));
    return true;
}

str syntax_ini_new_address(struct arena *a, const struct settings_item *item, str address)
{
    str old = item ? item->value : STR_NONE, bare = settings_address(old);
    if (!bare.n || bare.n == old.n)
        return address;
    size_t at = (size_t)(bare.p - old.p);
    str rest = str_skip(old, at + bare.n);
    str text = arena_printf(a, "%.*s%.*s%.*s", STR_ARG(str_take(old, at)), STR_ARG(address),
                            STR_ARG(rest));
    return text.n ? text : address;
}

bool syntax_ini_add_whole(const struct settings_reading *r, const struct settings *wanted,
                          bool (*write)(const struct settings *, struct buf *, struct err *),
                          struct settings_changes *out, struct err *e)
{
    AUTO(buf_wipe_done) struct buf text;
    buf_init(&text, SETTINGS_TEXT_MAX);
    buf_addc(&text, '\n');
    if (!write(wanted, &text, e))
        return false;
    settings_set(r, out, settings_main_file(r), STR("\n"), STR("\n"), STR(""), buf_str(&text));
    return buf_ok(&text) || err_set(e, ERR_LIMIT, "the new section is too long");
}
