/* SPDX-License-Identifier: ISC */
/*
 * settings/postfix_maps.c - tables that Postfix looks keys up in, as far as they are text
 * A table that postmap makes (hash:/path) is read from the text beside it, /path.
 */
#include "settings/postfix.h"

/* Kinds whose file, or the text beside it, has a line a key: "key value". */
static const str TEXTS[] = {
    STR_INIT("hash"), STR_INIT("btree"), STR_INIT("lmdb"),     STR_INIT("cdb"),
    STR_INIT("dbm"),  STR_INIT("sdbm"),  STR_INIT("texthash"),
};

static bool is_text(str kind)
{
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++)
        if (str_eq(TEXTS[i], kind))
            return true;
    return false;
}

/* The next "kind:name" of a list; braces hold a name with blanks and commas together. */
static bool next_map(str *rest, str *kind, str *name)
{
    size_t n = 0, depth = 0;
    while (rest->n && (cf_is_blank(rest->p[0]) || rest->p[0] == ','))
        *rest = str_skip(*rest, 1);
    for (; n < rest->n; n++) {
        depth += rest->p[n] == '{';
        if (rest->p[n] == '}' && depth)
            depth--;
        if (!depth && (cf_is_blank(rest->p[n]) || rest->p[n] == ','))
            break;
    }
    str map = str_take(*rest, n);
    *rest = str_skip(*rest, n);
    *kind = str_cut(&map, ':');
    while (str_eq(*kind, STR("proxy")) && map.p)
        *kind = str_cut(&map, ':');
    *name = map;
    return n > 0;
}

/* ------------------------------------------------------------------------------------------------
 * A file: key, blanks, value, as postmap takes it
 */
enum line_answer { LINE_GOOD, LINE_NO_VALUE, LINE_QUOTE, LINE_NOT_UTF8 };
static const str LINE_WHY[] = {
    STR_INIT(""),
    STR_INIT("there is no blank between the key and what it stands for"),
    STR_INIT("a double quote in the key is not closed"),
    STR_INIT("it is not UTF-8"),
};

static enum line_answer entry_of(const struct cf_line *line, struct postfix_entry *out)
{
    str text = line->text;
    bool quoted = false;
    size_t n = 0;
    for (; n < text.n; n++) {
        if (text.p[n] == '\\' && n + 1 < text.n)
            n++;
        else if (text.p[n] == '"')
            quoted = !quoted;
        else if (cf_is_blank(text.p[n]) && !quoted)
            break;
    }
    str value = cf_trim(str_skip(text, n));
    out->key = str_take(text, n);
    out->key_place = cf_place(line, 0, n);
    out->value = value;
    if (!str_is_utf8(text))
        return LINE_NOT_UTF8;
    if (quoted)
        return LINE_QUOTE;
    if (!value.n)
        return LINE_NO_VALUE;
    out->place = cf_place(line, (size_t)(value.p - text.p), value.n);
    return LINE_GOOD;
}

/* ------------------------------------------------------------------------------------------------
 * Tables that stand in main.cf
 */
enum { LOOKED_THROUGH = 4096 }; /* octets: a value may have tens of thousands of pieces */

/* Where a piece of an item's value stands, if it stands there as it is; else, and of a long value, where that does. */
static struct settings_place inside(const struct settings_item *i, str piece)
{
    struct settings_place p = i->place;
    str written = str_take(str_skip(p.file->text, p.at), p.n);
    size_t at = written.n > LOOKED_THROUGH ? STR_NOT_FOUND : str_find(written, piece);
    if (at == STR_NOT_FOUND || !piece.n)
        return p;
    p.at += at;
    p.column += (uint32_t)at;
    p.n = piece.n;
    return p;
}

static str unbraced(str s)
{
    return s.n > 1 && s.p[0] == '{' && s.p[s.n - 1] == '}'
               ? cf_trim(str_take(str_skip(s, 1), s.n - 2))
               : s;
}

/* "{a=b, {c = d e}}": its entries one after the other. */
static bool next_inline(str *rest, struct postfix_entry *out)
{
    size_t n = 0, depth = 0;
    while (rest->n && (cf_is_blank(rest->p[0]) || rest->p[0] == ','))
        *rest = str_skip(*rest, 1);
    for (; n < rest->n; n++) {
        depth += rest->p[n] == '{';
        if (rest->p[n] == '}' && depth)
            depth--;
        if (!depth && (cf_is_blank(rest->p[n]) || rest->p[n] == ','))
            break;
    }
    str entry = unbraced(str_take(*rest, n));
    *rest = str_skip(*rest, n);
    size_t eq = str_find_octet(entry, '=');
    out->key = cf_trim(str_take(entry, eq == STR_NOT_FOUND ? entry.n : eq));
    out->value = eq == STR_NOT_FOUND ? STR_NONE : cf_trim(str_skip(entry, eq + 1));
    return n > 0;
}

/* ------------------------------------------------------------------------------------------------
 * Walking
 */
struct walk {
    bool (*see)(void *context, const struct postfix_entry *entry);
    /* A line that postmap leaves out; may be NULL. */
    bool (*left_out)(void *context, const struct postfix_entry *entry, str why);
    void *context;
};

/* False: see() has seen enough. *known: all of the table could be seen. */
static bool walk_file(struct postfix *p, str path, const struct walk *w, bool *known)
{
    struct settings_part part = settings_part_named(p->r, path);
    struct cf_lines lines = cf_lines_of(&part, p->r->arena);
    struct cf_line line;
    *known = *known && part.file;
    while (cf_lines_next(&lines, &line)) {
        struct postfix_entry entry = { .key = STR_NONE };
        if (cf_is_blank(line.text.p[0]))
            continue;
        enum line_answer answer = entry_of(&line, &entry);
        if (answer == LINE_GOOD && !w->see(w->context, &entry))
            return false;
        if (answer != LINE_GOOD && w->left_out &&
            !w->left_out(w->context, &entry, LINE_WHY[answer]))
            return false;
    }
    return true;
}

static void walk(struct postfix *p, struct settings_item *maps, const struct walk *w, bool *known)
{
    str rest = maps->value, kind, name;
    size_t files = 0;
    *known = true;
    while (next_map(&rest, &kind, &name)) {
        struct postfix_entry entry = { .key = STR("*"), .key_place = maps->place };
        entry.any = str_eq(kind, STR("static"));
        if (is_text(kind) && files++ == SETTINGS_FILES) {
            /* each is looked for in the whole of the text */
            p->r->files_full = true;
            *known = false;
            return;
        }
        if (is_text(kind)) {
            if (!walk_file(p, name, w, known))
                return;
        } else if (entry.any) {
            entry.value = unbraced(name);
            entry.place = inside(maps, entry.value);
            if (!w->see(w->context, &entry))
                return;
        } else if (str_eq(kind, STR("inline"))) {
            for (str list = unbraced(name); next_inline(&list, &entry);) {
                entry.key_place = inside(maps, entry.key);
                entry.place = inside(maps, entry.value);
                if (!w->see(w->context, &entry))
                    return;
            }
        } else
            *known = false;
    }
}

void postfix_map_each(struct postfix *p, struct settings_item *maps,
                      bool (*see)(void *context, const struct postfix_entry *entry), void *context)
{
    struct walk w = { see, NULL, context };
    bool known;
    walk(p, maps, &w, &known);
}

struct search {
    str key;
    struct postfix_entry *out;
    bool found;
};

static bool is_key(void *context, const struct postfix_entry *entry)
{
    struct search *s = context;
    if (!entry->any && !str_eq_nocase(entry->key, s->key))
        return true;
    *s->out = *entry;
    s->found = true;
    return false;
}

enum postfix_map_answer postfix_map_find(struct postfix *p, struct settings_item *maps, str key,
                                         struct postfix_entry *out)
{
    struct search s = { key, out, false };
    struct walk w = { is_key, NULL, &s };
    bool known;
    if (!key.n)
        return POSTFIX_MAP_NO_KEY;
    walk(p, maps, &w, &known);
    return s.found ? POSTFIX_MAP_FOUND : known ? POSTFIX_MAP_NO_KEY : POSTFIX_MAP_UNKNOWN;
}

str postfix_map_path(struct postfix *p, struct settings_item *maps)
{
    str rest = maps ? maps->value : STR_NONE, kind, name;
    (void)p;
    while (next_map(&rest, &kind, &name))
        if (is_text(kind))
            return name;
    return STR_NONE;
}

struct first_broken {
    struct settings_reading *r;
    struct settings_item *item;
    str *why;
};

static bool goes_by(void *context, const struct postfix_entry *entry)
{
    (void)context;
    (void)entry;
    return true;
}

static bool keep_broken(void *context, const struct postfix_entry *entry, str why)
{
    struct first_broken *b = context;
    b->item = settings_add_item(b->r, STR("table"), STR("line"), STR(""), entry->key_place, 0);
    if (b->item)
        b->item->known = true;
    *b->why = why;
    return false;
}

struct settings_item *postfix_map_broken(struct postfix *p, struct settings_item *maps, str *why)
{
    struct first_broken b = { p->r, NULL, why };
    struct walk w = { goes_by, keep_broken, &b };
    bool known;
    walk(p, maps, &w, &known);
    return b.item;
}
