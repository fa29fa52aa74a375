/* SPDX-License-Identifier: ISC */
#include "settings/syntax_yaml.h"
#include <string.h>
#include <yaml.h>

enum { ANCHORS = 256 };

struct building {
    struct settings_reading *r;
    const struct settings_file *f;
    yaml_parser_t parser;
    size_t nodes;
    struct {
        str name;
        struct yaml *node;
    } anchors[ANCHORS];
    size_t anchor_count;
    size_t begin;     /* behind a byte order mark */
    size_t index, at; /* characters and octets in front of one place; both only grow */
    struct err *e;
};

/* The octet of a character; libyaml counts characters. */
static size_t octet_of(struct building *b, size_t index)
{
    str text = b->f->text;
    while (b->index < index && b->at < text.n) {
        b->at++;
        while (b->at < text.n && ((unsigned char)text.p[b->at] & 0xc0) == 0x80)
            b->at++;
        b->index++;
    }
    return b->at;
}

static bool broken(struct building *b, const char *why)
{
    return settings_broken(b->f, b->at, b->e, "%s", why);
}

static bool next_event(struct building *b, yaml_event_t *event)
{
    if (yaml_parser_parse(&b->parser, event))
        return true;
    if (b->parser.error == YAML_READER_ERROR)
        b->at = b->begin + b->parser.problem_offset;
    else
        octet_of(b, b->parser.problem_mark.index);
    return broken(b, b->parser.problem ? b->parser.problem : "this is no YAML");
}

static struct yaml *new_node(struct building *b, enum yaml_kind kind, const yaml_event_t *event)
{
    struct yaml *y = b->nodes < YAML_NODES ? arena_alloc(b->r->arena, sizeof *y) : NULL;
    size_t at = octet_of(b, event->start_mark.index);
    if (!y) {
        broken(b, "the file holds too much");
        return NULL;
    }
    b->nodes++;
    *y = (struct yaml){ .kind = kind, .at = at };
    return y;
}

static void remember(struct building *b, str name, struct yaml *node)
{
    if (!name.p || b->anchor_count == ANCHORS)
        return;
    b->anchors[b->anchor_count].name = name;
    b->anchors[b->anchor_count++].node = node;
}

/* A copy, since a node stands in one list only; its children are shared. */
static struct yaml *aliased(struct building *b, const yaml_event_t *event)
{
    str name = str_from((const char *)event->data.alias.anchor);
    for (size_t i = b->anchor_count; i > 0; i--)
        if (str_eq(b->anchors[i - 1].name, name)) {
            struct yaml *y = new_node(b, YAML_SCALAR, event);
            if (y) {
                *y = *b->anchors[i - 1].node;
                y->next = NULL;
            }
            return y;
        }
    octet_of(b, event->start_mark.index);
    broken(b, "an alias names no anchor that stands before it");
    return NULL;
}

static struct yaml *scalar(struct building *b, const yaml_event_t *event)
{
    struct yaml *y = new_node(b, YAML_SCALAR, event);
    if (!y)
        return NULL;
    str value = { (const char *)event->data.scalar.value, event->data.scalar.length };
    y->value = value.n ? arena_dup(b->r->arena, value) : STR("");
    y->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
               event->data.scalar.plain_implicit;
    y->tagged = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !y->plain;
    y->n = octet_of(b, event->end_mark.index) - y->at;
    if (!y->value.p) {
        broken(b, "the file holds too much");
        return NULL;
    }
    return y;
}

static struct yaml *node(struct building *b, yaml_event_t *event, unsigned depth);

/* NULL with *end: the collection is at its end. */
static struct yaml *child(struct building *b, unsigned depth, bool *end)
{
    yaml_event_t event;
    if (!next_event(b, &event))
        return NULL;
    *end = event.type == YAML_MAPPING_END_EVENT || event.type == YAML_SEQUENCE_END_EVENT;
    struct yaml *y = *end ? NULL : node(b, &event, depth);
    yaml_event_delete(&event);
    return y;
}

static struct yaml *collection(struct building *b, enum yaml_kind kind, const yaml_event_t *event,
                               unsigned depth)
{
    struct yaml *y = new_node(b, kind, event), **last = y ? &y->first : NULL, *c;
    bool end = false;
    if (y && depth >= YAML_DEPTH) {
        broken(b, "lists and maps stand too deep inside each other");
        return NULL;
    }
    while (y && (c = child(b, depth + 1, &end)) != NULL) {
        *last = c;
        last = &c->next;
    }
    return end ? y : NULL;
}

static struct yaml *node(struct building *b, yaml_event_t *event, unsigned depth)
{
    const yaml_char_t *anchor = NULL;
    struct yaml *y;
    switch (event->type) {
    case YAML_ALIAS_EVENT: return aliased(b, event);
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        y = scalar(b, event);
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        y = collection(b, YAML_MAP, event, depth);
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        y = collection(b, YAML_LIST, event, depth);
        break;
    default: broken(b, "this is no YAML"); return NULL;
    }
    if (y && anchor)
        remember(b, arena_dup(b->r->arena, str_from((const char *)anchor)), y);
    return y;
}

static bool document(struct building *b, const struct yaml **out)
{
    for (;;) {
        yaml_event_t event;
        struct yaml *y = NULL;
        if (!next_event(b, &event))
            return false;
        yaml_event_type_t type = event.type;
        bool begins = type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT;
        bool ends = type == YAML_STREAM_END_EVENT || type == YAML_DOCUMENT_END_EVENT;
        if (!begins && !ends)
            y = node(b, &event, 0);
        yaml_event_delete(&event);
        if (y)
            *out = y;
        if (!begins)
            return y || ends;
    }
}

bool yaml_read(struct settings_reading *r, const struct settings_file *f, const struct yaml **out,
               struct err *e)
{
    struct building *b = arena_alloc(r->arena, sizeof *b);
    *out = NULL;
    if (!b || !yaml_parser_initialize(&b->parser))
        return settings_broken(f, 0, e, "no memory");
    b->r = r;
    b->f = f;
    b->e = e;
    b->begin = b->at = str_starts(f->text, STR("\xef\xbb\xbf")) ? 3 : 0;
    yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
    str text = str_skip(f->text, b->at);
    yaml_parser_set_input_string(&b->parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
    bool ok = document(b, out);
    yaml_parser_delete(&b->parser);
    return ok;
}

static const struct yaml *get(const struct yaml *map, str key, unsigned depth, unsigned *budget)
{
    const struct yaml *merged = NULL;
    if (!map || map->kind != YAML_MAP || depth > 8)
        return NULL;
    for (const struct yaml *k = map->first; k && k->next; k = k->next->next) {
        if (!*budget || !--*budget)
            return NULL;
        if (k->kind != YAML_SCALAR)
            continue;
        if (str_eq(k->value, key))
            return k->next;
        if (!k->plain || !str_eq(k->value, STR("<<")))
            continue;
        if (k->next->kind == YAML_MAP && !merged)
            merged = get(k->next, key, depth + 1, budget);
        for (const struct yaml *m = k->next->kind == YAML_LIST ? k->next->first : NULL;
             m && !merged; m = m->next)
            merged = get(m, key, depth + 1, budget);
    }
    return merged;
}

const struct yaml *yaml_get(const struct yaml *map, str key)
{
    unsigned budget = YAML_NODES;
    return get(map, key, 0, &budget);
}

bool yaml_is_null(const struct yaml *y)
{
    if (y->kind == YAML_SCALAR && y->tagged)
        return !y->value.n;
    return y->kind == YAML_SCALAR && y->plain &&
           (!y->value.n || str_eq(y->value, STR("~")) || str_eq(y->value, STR("null")) ||
            str_eq(y->value, STR("Null")) || str_eq(y->value, STR("NULL")));
}

bool yaml_plain_integer(const struct yaml *y, long long *value)
{
    str s = y->value;
    bool negative = s.n && s.p[0] == '-', changed = s.n && s.p[0] == '+';
    long long sum = 0;
    int base = 10;
    if (y->kind != YAML_SCALAR || !y->plain)
        return false;
    s = str_skip(s, negative || changed);
    if (str_starts(s, STR("0x")) || str_starts(s, STR("0b"))) {
        base = s.p[1] == 'x' ? 16 : 2;
        s = str_skip(s, 2);
        changed = true;
    } else if (s.n > 1 && s.p[0] == '0') {
        base = 8;
        s = str_skip(s, 1);
        changed = true;
    }
    if (!s.n || s.n > 18 || s.p[0] == '_')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = to_lower(s.p[i]);
        int digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
        changed |= c == '_';
        if (c == '_')
            continue;
        if (digit >= base || sum > (1LL << 58) / base)
            return false;
        sum = sum * base + digit;
    }
    *value = negative ? -sum : sum;
    return changed;
}

/* A word that no reader of YAML takes for anything but text. */
static bool is_bare(str value)
{
    static const char *const WORDS[] = {
        "true", "false", "yes", "no", "on", "off", "null", "y", "n"
    };
    if (!value.n || !is_alpha(value.p[0]))
        return false;
    for (size_t i = 0; i < value.n; i++)
        if (!is_alnum(value.p[i]) && str_find_octet(STR("_.@-"), value.p[i]) == STR_NOT_FOUND)
            return false;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_eq_nocase(value, str_from(WORDS[i])))
            return false;
    return true;
}

/* Characters that YAML takes only as an escape, or folds. */
static bool needs_escape(uint32_t c)
{
    return c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
           c == 0xfeff || c == 0xfffe || c == 0xffff;
}

static void escaped(str value, struct buf *out)
{
    buf_addc(out, '"');
    while (value.n) {
        uint32_t c;
        size_t n = str_utf8_first(value, &c);
        if (c == '\n' || c == '\r' || c == '\t')
            buf_add(out, c == '\n' ? STR("\\n") : c == '\r' ? STR("\\r") : STR("\\t"));
        else if (needs_escape(c))
            buf_addf(out, c < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)c);
        else {
            if (c == '"' || c == '\\')
                buf_addc(out, '\\');
            buf_add(out, str_take(value, n));
        }
        value = str_skip(value, n);
    }
    buf_addc(out, '"');
}

bool yaml_quote(str value, struct buf *out, struct err *e)
{
    bool controls = false;
    if (!str_is_utf8(value))
        return err_set(e, ERR_SYNTAX, "a YAML file cannot hold octets that are not UTF-8");
    if (is_bare(value))
        return buf_add(out, value) || true;
    for (str rest = value; rest.n;) {
        uint32_t c;
        size_t n = str_utf8_first(rest, &c);
        controls |= needs_escape(c);
        rest = str_skip(rest, n);
    }
    if (controls) {
        escaped(value, out);
        return true;
    }
    buf_addc(out, '\'');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '\'')
            buf_addc(out, '\'');
        buf_addc(out, value.p[i]);
    }
    buf_addc(out, '\'');
    return true;
}
