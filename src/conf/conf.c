/* SPDX-License-Identifier: ISC */
/*
 * conf/conf.c - octets to tokens, tokens to blocks and entries, each held against its row at once
 *
 * After an error the reader goes on with the next entry, so that one look at the file tells all there is to mend. Where the
 * order of signs is wrong, or a key is nobody's, what follows on that line would be told in terms that are not the file's:
 * of a line one such error is told, the first that was found.
 */
#include "conf/conf.h"
#include "base/buf.h"
#include "base/escape.h"
#include <stdarg.h>
#include <stdio.h>

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_NUMBER,
    TOKEN_TEXT,
    TOKEN_EQUALS,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_BROKEN /* told already */
};
struct token {
    enum token_kind kind;
    struct conf_place place;
    str text;
};

struct reader {
    str rest;
    struct conf_place here;
    struct token now; /* the one to be looked at */
    const struct conf_schema *schema;
    struct arena *a;
    struct conf_file *out;
    uint32_t odd_line;   /* the newest line of which an error of syntax was told; 0: none */
    uint32_t wrong_line; /* the newest with an error that others of syntax may only follow from */
    bool no_memory;
};

/* ------------------------------------------------------------------------------------------------
 * Errors
 */
bool conf_wrong(struct conf_file *out, struct arena *a, struct conf_place place, const char *fmt,
                ...)
{
    char why[400];
    va_list list;
    if (out->error_count == CONF_ERRORS)
        return false;
    va_start(list, fmt);
    vsnprintf(why, sizeof why, fmt, list);
    va_end(list);
    out->errors[out->error_count++] = (struct conf_error){ place, arena_dup(a, str_from(why)) };
    return false;
}

bool conf_first_error(const struct conf_file *f, struct err *e)
{
    const struct conf_error *first = &f->errors[0];
    return err_set(e, ERR_SYNTAX, "%.*s:%u:%u: %.*s", STR_ARG(str_take(f->path, 60)),
                   first->place.line, first->place.column, STR_ARG(first->why));
}

#define WRONG(r, place, ...) conf_wrong((r)->out, (r)->a, place, __VA_ARGS__)

/* May an error of syntax on this line be told? It is the last of its line then. */
static bool is_first_oddity(struct reader *r, struct conf_place at)
{
    if (at.line == r->odd_line || at.line == r->wrong_line)
        return false;
    r->odd_line = at.line;
    return true;
}

#define ODD(r, place, ...)                                                                         \
    do {                                                                                           \
        if (is_first_oddity(r, place))                                                             \
            WRONG(r, place, __VA_ARGS__);                                                          \
    } while (0)

/* No more is told: what would only be for a sentence need not be looked for. */
static bool told_enough(const struct reader *r)
{
    return r->out->error_count == CONF_ERRORS;
}

/* What stands in the file, fit to be shown. */
static str shown(struct reader *r, str text)
{
    if (told_enough(r))
        return STR_NONE;
    AUTO(buf_done) struct buf b;
    buf_init(&b, 400);
    escape_line(str_take(text, 60), &b);
    return arena_dup(r->a, buf_str(&b));
}

/* ------------------------------------------------------------------------------------------------
 * Tokens
 */
static void step(struct reader *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        r->here.column++;
        if (r->rest.p[i] == '\n') {
            r->here.line++;
            r->here.column = 1;
        }
    }
    r->rest = str_skip(r->rest, n);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct reader *r)
{
    while (r->rest.n) {
        size_t n = 0;
        if (r->rest.p[0] == '#')
            while (n < r->rest.n && r->rest.p[n] != '\n')
                n++;
        else if (is_blank(r->rest.p[0]))
            n = 1;
        if (!n)
            return;
        step(r, n);
    }
}

static bool is_word(char c)
{
    return is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/* Which no path, name or address has, and a NUL would end one early. */
static bool has_control(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (((unsigned char)text.p[i] < ' ' && text.p[i] != '\t') || text.p[i] == 0x7f)
            return true;
    return false;
}

/* Up to the closing quote; escapes are undone in a copy. A text that does not end on its line is told where it began,
 * and the reader goes on behind that line. */
static struct token text_token(struct reader *r)
{
    struct token t = { TOKEN_BROKEN, r->here, STR_NONE };
    size_t n = 1;
    bool escaped = false;
    while (n < r->rest.n && r->rest.p[n] != '"' && r->rest.p[n] != '\n') {
        bool escape = r->rest.p[n] == '\\';
        escaped |= escape;
        n += escape && n + 1 < r->rest.n && r->rest.p[n + 1] != '\n' ? 2 : 1;
    }
    if (n >= r->rest.n || r->rest.p[n] != '"') {
        ODD(r, t.place, "the text that begins here does not end on its line; close it with \"");
        step(r, n < r->rest.n ? n : r->rest.n);
        return t;
    }
    t.kind = TOKEN_TEXT;
    t.text = str_take(str_skip(r->rest, 1), n - 1);
    step(r, n + 1);
    if (has_control(t.text)) {
        WRONG(r, t.place, "there is a control character in the text that begins here");
        return (struct token){ TOKEN_BROKEN, t.place, STR_NONE };
    }
    if (!escaped)
        return t;
    char *to = arena_alloc(r->a, t.text.n + 1);
    size_t length = 0;
    r->no_memory |= !to;
    for (size_t i = 0; to && i < t.text.n; i++) {
        if (t.text.p[i] == '\\' && t.text.p[++i] != '"' && t.text.p[i] != '\\') {
            WRONG(r, t.place,
                  "in a text a backslash stands before \" or another backslash only; "
                  "write \\\\ for one");
            return (struct token){ TOKEN_BROKEN, t.place, STR_NONE };
        }
        to[length++] = t.text.p[i];
    }
    t.text = (str){ to, length };
    return t;
}

static struct token word_token(struct reader *r)
{
    struct token t = { TOKEN_NUMBER, r->here, STR_NONE };
    size_t n = 0;
    while (n < r->rest.n && is_word(r->rest.p[n])) {
        if (!is_digit(r->rest.p[n]))
            t.kind = TOKEN_WORD;
        n++;
    }
    t.text = str_take(r->rest, n);
    step(r, n);
    return t;
}

static struct token next_token(struct reader *r)
{
    static const struct {
        char sign;
        enum token_kind kind;
    } SIGNS[] = {
        { '=', TOKEN_EQUALS }, { '{', TOKEN_OPEN }, { '}', TOKEN_CLOSE }, { ',', TOKEN_COMMA }
    };
    skip_blanks(r);
    struct token t = { TOKEN_END, r->here, STR_NONE };
    if (!r->rest.n)
        return t;
    char c = r->rest.p[0];
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++)
        if (SIGNS[i].sign == c) {
            t.kind = SIGNS[i].kind;
            step(r, 1);
            return t;
        }
    if (c == '"')
        return text_token(r);
    if (is_word(c))
        return word_token(r);
    uint32_t point;
    size_t n = str_utf8_first(r->rest, &point);
    str sign = shown(r, str_take(r->rest, n ? n : 1));
    ODD(r, t.place, "'%.*s' does not belong here; texts stand in \"double quotes\"", STR_ARG(sign));
    step(r, n ? n : 1);
    t.kind = TOKEN_BROKEN;
    return t;
}

static void take(struct reader *r)
{
    r->now = next_token(r);
}

/* ------------------------------------------------------------------------------------------------
 * Values against their row
 */
static const char *kinds_in_words(unsigned kinds)
{
    switch (kinds & (CONF_WORD | CONF_NUMBER | CONF_TEXT)) {
    case CONF_WORD: return "a word, without quotes";
    case CONF_NUMBER: return "a number, without quotes";
    case CONF_TEXT: return "a text in double quotes";
    case CONF_WORD | CONF_TEXT: return "a word, or a text in double quotes";
    case CONF_WORD | CONF_NUMBER: return "a word or a number";
    case CONF_NUMBER | CONF_TEXT: return "a number, or a text in double quotes";
    default: return "a value";
    }
}

static bool word_fits(struct reader *r, const struct conf_key *key, const struct conf_value *v)
{
    int value;
    char list[160];
    if (!key->words || names_find(key->words, v->text, &value))
        return true;
    if (told_enough(r))
        return false;
    str near = names_nearest(key->words, v->text), said = shown(r, v->text);
    if (near.n)
        return WRONG(r, v->place, "%.*s cannot be '%.*s'; did you mean %.*s?", STR_ARG(key->name),
                     STR_ARG(said), STR_ARG(near));
    return WRONG(r, v->place, "%.*s cannot be '%.*s'; it is one of %s", STR_ARG(key->name),
                 STR_ARG(said), names_list(key->words, list, sizeof list));
}

static bool number_fits(struct reader *r, const struct conf_key *key, struct conf_value *v)
{
    uint64_t most = key->most ? key->most : UINT64_MAX;
    if (str_to_u64(v->text, most, &v->number) && v->number >= key->least)
        return true;
    return WRONG(r, v->place, "%.*s is a number from %llu to %llu", STR_ARG(key->name),
                 (unsigned long long)key->least, (unsigned long long)most);
}

static bool read_value(struct reader *r, const struct conf_key *key, struct conf_value *v)
{
    static const enum conf_kind KIND_OF[] = {
        [TOKEN_WORD] = CONF_WORD, [TOKEN_NUMBER] = CONF_NUMBER, [TOKEN_TEXT] = CONF_TEXT
    };
    struct token t = r->now;
    bool value = t.kind == TOKEN_WORD || t.kind == TOKEN_NUMBER || t.kind == TOKEN_TEXT;
    if (t.kind == TOKEN_BROKEN)
        return false;
    if (!value)
        return WRONG(r, t.place, "%.*s wants %s behind the =", STR_ARG(key->name),
                     kinds_in_words(key->kinds));
    *v = (struct conf_value){ KIND_OF[t.kind], t.place, t.text, 0 };
    if (!(v->kind & key->kinds)) {
        r->wrong_line = t.place.line;
        return WRONG(r, t.place, "%.*s wants %s", STR_ARG(key->name), kinds_in_words(key->kinds));
    }
    if (v->kind == CONF_WORD && !word_fits(r, key, v))
        return false;
    return v->kind != CONF_NUMBER || number_fits(r, key, v);
}

struct many { /* a list that grows by doubling within the arena */
    struct conf_value *values;
    size_t count, room;
};

static bool add_value(struct reader *r, struct many *m, const struct conf_value *v)
{
    if (m->count == m->room) {
        size_t room = m->room ? m->room * 2 : 4;
        struct conf_value *more = arena_alloc(r->a, room * sizeof *more);
        if (!more)
            return !(r->no_memory = true);
        for (size_t i = 0; i < m->count; i++)
            more[i] = m->values[i];
        m->values = more;
        m->room = room;
    }
    m->values[m->count++] = *v;
    return true;
}

/* "{" value *( [","] value ) [","] "}", with the brace looked at. */
static bool read_list(struct reader *r, const struct conf_key *key, struct many *m)
{
    struct conf_place open = r->now.place;
    bool right = true;
    if (!(key->kinds & CONF_LIST))
        right = WRONG(r, open, "%.*s takes one value, not a list", STR_ARG(key->name));
    for (take(r); r->now.kind != TOKEN_CLOSE; take(r)) {
        struct conf_value v;
        if (r->now.kind == TOKEN_END || r->now.kind == TOKEN_EQUALS || r->now.kind == TOKEN_OPEN)
            return WRONG(r, open, "the list that begins here is not closed with }");
        if (r->now.kind == TOKEN_COMMA)
            continue;
        right = read_value(r, key, &v) && right;
        right = right && add_value(r, m, &v);
    }
    if (right && !m->count)
        right = WRONG(r, open,
                      "%.*s is an empty list, which would mean nobody and be read as "
                      "everybody; leave the key out, or name somebody",
                      STR_ARG(key->name));
    return right;
}

/* ------------------------------------------------------------------------------------------------
 * Entries and blocks
 */
struct entries {
    struct conf_entry *rows;
    size_t count, room;
};

static bool add_entry(struct reader *r, struct entries *all, const struct conf_entry *one)
{
    if (all->count == all->room) {
        size_t room = all->room ? all->room * 2 : 8;
        struct conf_entry *more = arena_alloc(r->a, room * sizeof *more);
        if (!more)
            return !(r->no_memory = true);
        for (size_t i = 0; i < all->count; i++)
            more[i] = all->rows[i];
        all->rows = more;
        all->room = room;
    }
    all->rows[all->count++] = *one;
    return true;
}

static const struct conf_key *key_named(const struct conf_section *s, str name)
{
    for (size_t i = 0; i < s->key_count; i++)
        if (str_eq(s->keys[i].name, name))
            return &s->keys[i];
    return NULL;
}

enum { NAMES_MAX = 64 };

static str nearest_key(const struct conf_section *s, str name)
{
    struct name_row rows[NAMES_MAX];
    size_t n = 0;
    for (; n < s->key_count && n < NAMES_MAX; n++)
        rows[n] = (struct name_row){ (int)n, s->keys[n].name };
    return names_nearest(&(struct names){ rows, n }, name);
}

static const char *foreign(const struct reader *r, str word)
{
    for (size_t i = 0; i < r->schema->foreign_count; i++)
        if (str_eq_nocase(r->schema->foreign[i].word, word))
            return r->schema->foreign[i].here;
    return NULL;
}

static void unknown_key(struct reader *r, const struct conf_section *s, const struct token *word)
{
    if (told_enough(r) || word->place.line == r->odd_line)
        return;
    r->wrong_line = word->place.line;
    const char *here = foreign(r, word->text);
    str near = nearest_key(s, word->text), said = shown(r, word->text);
    str where = s->name.n ? s->name : STR("the file, outside of all blocks,");
    if (here)
        WRONG(r, word->place, "%.*s has no '%.*s'; %s", STR_ARG(where), STR_ARG(said), here);
    else if (near.n)
        WRONG(r, word->place, "%.*s has no '%.*s'; did you mean %.*s?", STR_ARG(where),
              STR_ARG(said), STR_ARG(near));
    else
        WRONG(r, word->place, "%.*s has no '%.*s'", STR_ARG(where), STR_ARG(said));
}

static const struct conf_entry *said_before(const struct entries *all, const struct conf_key *key)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->rows[i].key == key)
            return &all->rows[i];
    return NULL;
}

/* Behind a value that is wrong: up to the next key, or the end of the block. */
static void skip_value(struct reader *r)
{
    unsigned depth = 0;
    for (; r->now.kind != TOKEN_END; take(r)) {
        if (r->now.kind == TOKEN_OPEN)
            depth++;
        else if (r->now.kind == TOKEN_CLOSE && depth-- == 0)
            return;
        else if (depth == 0 && r->now.kind == TOKEN_WORD) {
            skip_blanks(r);
            if (r->rest.n && (r->rest.p[0] == '=' || r->rest.p[0] == '{' || r->rest.p[0] == '"'))
                return;
        }
    }
}

/* KEY "=" value, with the = looked at. */
static void read_entry(struct reader *r, const struct conf_section *s, const struct token *word,
                       struct entries *all)
{
    static const struct conf_key ANY = { .kinds = CONF_WORD | CONF_NUMBER | CONF_TEXT | CONF_LIST };
    const struct conf_key *key = key_named(s, word->text);
    struct conf_entry one = { key, word->place, NULL, 0 };
    struct many values = { NULL, 0, 0 };
    if (!key)
        unknown_key(r, s, word);
    const struct conf_entry *before = key ? said_before(all, key) : NULL;
    if (before)
        WRONG(r, word->place, "%.*s stands in line %u already; there can be one",
              STR_ARG(key->name), before->place.line);
    take(r);
    bool right, list = r->now.kind == TOKEN_OPEN;
    if (list) {
        right = read_list(r, key ? key : &ANY, &values);
    } else {
        struct conf_value v;
        right = read_value(r, key ? key : &ANY, &v) && add_value(r, &values, &v);
    }
    if (!right && !(list && r->now.kind == TOKEN_CLOSE)) {
        skip_value(r);
        return;
    }
    take(r);
    one.values = values.values;
    one.count = values.count;
    if (right && key && !before)
        add_entry(r, all, &one);
}

static const struct conf_section *section_named(const struct conf_schema *s, str name)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->sections[i]->name.n && str_eq(s->sections[i]->name, name))
            return s->sections[i];
    return NULL;
}

static void unknown_section(struct reader *r, const struct token *word)
{
    struct name_row rows[NAMES_MAX];
    size_t n = 0;
    if (told_enough(r) || word->place.line == r->odd_line || word->place.line == r->wrong_line)
        return;
    r->wrong_line = word->place.line;
    const char *here = foreign(r, word->text);
    for (; n < r->schema->count && n < NAMES_MAX; n++)
        rows[n] = (struct name_row){ (int)n, r->schema->sections[n]->name };
    str near = names_nearest(&(struct names){ rows, n }, word->text), said = shown(r, word->text);
    if (here)
        WRONG(r, word->place, "there is no '%.*s'; %s", STR_ARG(said), here);
    else if (near.n)
        WRONG(r, word->place, "there is no block '%.*s'; did you mean %.*s?", STR_ARG(said),
              STR_ARG(near));
    else
        WRONG(r, word->place, "there is no block '%.*s'", STR_ARG(said));
}

static void check_required(struct reader *r, const struct conf_block *b)
{
    for (size_t i = 0; i < b->section->key_count; i++) {
        const struct conf_key *key = &b->section->keys[i];
        if (!key->required || conf_entry(b, key->name))
            continue;
        str label = shown(r, b->label);
        WRONG(r, b->place, "%.*s%s%.*s%s needs %.*s", STR_ARG(b->section->name),
              b->label.p ? " \"" : "", STR_ARG(label), b->label.p ? "\"" : "", STR_ARG(key->name));
    }
}

/* The blocks so far: in their order, and by kind and label, since a file may have tens of thousands. */
struct chain {
    struct conf_block *first, *last;
    const struct conf_block *
        *table; /* open addressing; a power of two of places, at most half of them taken */
    size_t count, room;
};

/* FNV-1a. The file is the operator's own: nobody else chooses its labels. */
static uint64_t mixed(uint64_t h, str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return h;
}

static size_t hash(const struct conf_block *b)
{
    uint64_t h = mixed(mixed(14695981039346656037u, b->section->name), b->label);
    return (size_t)(h ^ (h >> 32));
}

/* The place of b's kind and label: taken by its like, or free. */
static const struct conf_block **place_in(const struct chain *c, const struct conf_block *b)
{
    size_t at = hash(b) & (c->room - 1);
    while (c->table[at] &&
           !(c->table[at]->section == b->section && str_eq(c->table[at]->label, b->label)))
        at = (at + 1) & (c->room - 1);
    return &c->table[at];
}

static bool make_room(struct reader *r, struct chain *c)
{
    struct chain larger = { .room = c->room ? c->room * 2 : 64 };
    if (2 * (c->count + 1) <= c->room)
        return true;
    larger.table = arena_alloc(r->a, larger.room * sizeof(const struct conf_block *));
    if (!larger.table)
        return !(r->no_memory = true);
    for (const struct conf_block *at = c->first; at; at = at->next)
        *place_in(&larger, at) = at;
    c->table = larger.table;
    c->room = larger.room;
    return true;
}

/* The block of the same kind and label that stands there already; NULL: none, and b is added. */
static const struct conf_block *add_block(struct reader *r, struct chain *c,
                                          const struct conf_block *b)
{
    struct conf_block *copy = make_room(r, c) ? arena_alloc(r->a, sizeof *copy) : NULL;
    r->no_memory |= !copy;
    if (!copy)
        return NULL;
    const struct conf_block **place = place_in(c, b);
    const struct conf_block *before = *place;
    if (before)
        return before;
    *copy = *b;
    *place = copy;
    c->count++;
    if (c->last)
        c->last->next = copy;
    else
        c->first = copy;
    c->last = copy;
    return NULL;
}

/* The kind of a block, with its name or brace looked at: another block begins before this one is closed. */
static bool begins_block(const struct reader *r, const struct token *word)
{
    return word->kind == TOKEN_WORD && (r->now.kind == TOKEN_TEXT || r->now.kind == TOKEN_OPEN) &&
           section_named(r->schema, word->text);
}

/* Entries up to the closing brace, which is taken. Where it is missing, up to the next block. */
static void read_entries(struct reader *r, struct conf_block *b)
{
    struct entries all = { NULL, 0, 0 };
    const struct conf_place open = r->now.place;
    take(r);
    while (r->now.kind != TOKEN_CLOSE) {
        struct token word = r->now;
        const str rest = r->rest;
        const struct conf_place here = r->here;
        if (word.kind != TOKEN_END)
            take(r);
        if (word.kind == TOKEN_END || begins_block(r, &word)) {
            WRONG(r, open, "the block that begins here is not closed with }");
            r->now = word;
            r->rest = rest;
            r->here = here;
            break;
        }
        if (word.kind == TOKEN_WORD && r->now.kind == TOKEN_EQUALS)
            read_entry(r, b->section, &word, &all);
        else if (word.kind != TOKEN_BROKEN && word.kind != TOKEN_COMMA)
            ODD(r, word.place, "a key and = belong here, as in port = 587");
    }
    if (r->now.kind == TOKEN_CLOSE)
        take(r);
    b->entries = all.rows;
    b->entry_count = all.count;
}

/* A name without quotes, or another thing that was told of: the brace may stand behind it. */
static void skip_to_brace(struct reader *r, uint32_t line)
{
    while (r->now.place.line == line && r->now.kind != TOKEN_OPEN && r->now.kind != TOKEN_CLOSE &&
           r->now.kind != TOKEN_EQUALS && r->now.kind != TOKEN_END)
        take(r);
}

/* KIND ["label"] "{" ... "}", with what stands behind the kind looked at. */
static void read_block(struct reader *r, const struct token *word, struct chain *c)
{
    static const struct conf_section NOBODY = { .labelled = true };
    const struct conf_section *known = section_named(r->schema, word->text);
    struct conf_block b = { .section = known ? known : &NOBODY, .place = word->place };
    size_t errors = r->out->error_count;
    if (!known)
        unknown_section(r, word);
    if (r->now.kind == TOKEN_TEXT) {
        b.label = r->now.text;
        take(r);
    }
    if (known && known->labelled && !b.label.n)
        ODD(r, word->place, "%.*s needs a name of yours in quotes, as in %.*s \"office\" { ... }",
            STR_ARG(known->name), STR_ARG(known->name));
    if (known && !known->labelled && b.label.p)
        WRONG(r, word->place, "%.*s takes no name", STR_ARG(known->name));
    if (r->now.kind != TOKEN_OPEN && r->now.place.line != word->place.line) {
        ODD(r, word->place, "a { belongs behind this, on the same line or the next");
        return;
    }
    if (r->now.kind != TOKEN_OPEN) {
        ODD(r, r->now.place, "{ belongs here");
        skip_to_brace(r, word->place.line);
    }
    if (r->now.kind != TOKEN_OPEN)
        return;
    read_entries(r, &b);
    if (!known) {
        /* its keys are nobody's: one error tells that */
        r->out->error_count = errors + 1 < r->out->error_count ? errors + 1 : r->out->error_count;
        return;
    }
    const struct conf_block *before = add_block(r, c, &b);
    str label = before ? shown(r, b.label) : STR_NONE;
    if (before)
        WRONG(r, b.place, "%.*s%s%.*s%s stands in line %u already", STR_ARG(known->name),
              b.label.p ? " \"" : "", STR_ARG(label), b.label.p ? "\"" : "", before->place.line);
    if (r->out->error_count == errors) /* else what is missing may stand there, and be wrong */
        check_required(r, &b);
}

static const struct conf_section *outside(const struct conf_schema *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (!s->sections[i]->name.n)
            return s->sections[i];
    return NULL;
}

static void read_all(struct reader *r)
{
    static const struct conf_section NOTHING = { .labelled = false };
    const struct conf_section *top = outside(r->schema);
    struct conf_block file = { .section = top ? top : &NOTHING, .place = { 1, 1 } };
    struct entries all = { NULL, 0, 0 };
    struct chain chain = { .first = NULL };
    take(r);
    while (r->now.kind != TOKEN_END && r->out->error_count < CONF_ERRORS && !r->no_memory) {
        struct token word = r->now;
        take(r);
        if (word.kind == TOKEN_WORD && r->now.kind == TOKEN_EQUALS)
            read_entry(r, file.section, &word, &all);
        else if (word.kind == TOKEN_WORD && key_named(file.section, word.text))
            ODD(r, word.place, "behind %.*s belong = and a value", STR_ARG(word.text));
        else if (word.kind == TOKEN_WORD)
            read_block(r, &word, &chain);
        else if (word.kind != TOKEN_BROKEN)
            ODD(r, word.place, "a key or the name of a block belongs here");
    }
    file.entries = all.rows;
    file.entry_count = all.count;
    file.next = chain.first;
    check_required(r, &file);
    struct conf_block *first = arena_alloc(r->a, sizeof *first);
    if (first)
        *first = file;
    r->no_memory |= !first;
    r->out->blocks = first;
}

bool conf_read(str path, str text, const struct conf_schema *schema, struct arena *a,
               struct conf_file *out, struct err *e)
{
    *out = (struct conf_file){ .path = path };
    if (text.n > CONF_FILE_MAX)
        return err_set(e, ERR_LIMIT, "%.*s is larger than %d MiB", STR_ARG(str_take(path, 80)),
                       CONF_FILE_MAX >> 20);
    struct reader r = { .rest = text, .here = { 1, 1 }, .schema = schema, .a = a, .out = out };
    if (str_starts(r.rest, STR("\xEF\xBB\xBF")))
        r.rest = str_skip(r.rest, 3);
    if (str_starts(text, STR("\xFF\xFE")) || str_starts(text, STR("\xFE\xFF")))
        WRONG(&r, r.here, "the file is in UTF-16; save it as UTF-8");
    else
        read_all(&r);
    if (r.no_memory)
        return err_memory(e, "a rule file");
    return !out->error_count || conf_first_error(out, e);
}

const struct conf_entry *conf_entry(const struct conf_block *b, str key)
{
    for (size_t i = 0; i < b->entry_count; i++)
        if (str_eq(b->entries[i].key->name, key))
            return &b->entries[i];
    return NULL;
}
