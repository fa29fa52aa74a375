/* SPDX-License-Identifier: ISC */
/*
 * settings/postfix_main.c - main.cf: its parameters, and their values as Postfix sees them
 */
#include "base/err.h"
#include "settings/postfix.h"
#include <string.h>

enum { DEPTH = 20 };

/* What Postfix takes where nothing is said, as far as sending to a relay asks for it. */
static const struct {
    str key, value;
} DEFAULTS[] = {
    { STR_INIT("config_directory"), STR_INIT("/etc/postfix") },
    { STR_INIT("daemon_directory"), STR_INIT("/usr/lib/postfix/sbin") },
    { STR_INIT("data_directory"), STR_INIT("/var/lib/postfix") },
    { STR_INIT("default_database_type"), STR_INIT("hash") },
    { STR_INIT("default_transport"), STR_INIT("smtp") },
    { STR_INIT("disable_dns_lookups"), STR_INIT("no") },
    { STR_INIT("mail_name"), STR_INIT("Postfix") },
    { STR_INIT("myorigin"), STR_INIT("$myhostname") },
    { STR_INIT("queue_directory"), STR_INIT("/var/spool/postfix") },
    { STR_INIT("smtp_helo_name"), STR_INIT("$myhostname") },
    { STR_INIT("smtp_sasl_auth_enable"), STR_INIT("no") },
    { STR_INIT("smtp_sasl_security_options"), STR_INIT("noplaintext, noanonymous") },
    { STR_INIT("smtp_sasl_tls_security_options"), STR_INIT("$smtp_sasl_security_options") },
    { STR_INIT("smtp_sasl_tls_verified_security_options"),
      STR_INIT("$smtp_sasl_tls_security_options") },
    { STR_INIT("smtp_sasl_type"), STR_INIT("cyrus") },
    { STR_INIT("smtp_sender_dependent_authentication"), STR_INIT("no") },
    { STR_INIT("smtp_tcp_port"), STR_INIT("smtp") },
    { STR_INIT("smtp_tls_enforce_peername"), STR_INIT("yes") },
    { STR_INIT("smtp_tls_wrappermode"), STR_INIT("no") },
};

/* ------------------------------------------------------------------------------------------------
 * The file
 */
static bool is_name(char c)
{
    return is_alnum(c) || c == '_';
}

static uint16_t *slot_of(struct postfix *p, str key)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < key.n; i++)
        hash = (hash ^ (unsigned char)key.p[i]) * 16777619u;
    size_t at = hash % POSTFIX_SLOTS;
    while (p->slots[at] && !str_eq(p->r->items[p->slots[at] - 1].key, key))
        at = (at + 1) % POSTFIX_SLOTS;
    return &p->slots[at];
}

static void twice(struct postfix *p, const struct settings_item *before,
                  const struct settings_item *now)
{
    if (str_eq(before->value, now->value))
        return;
    settings_mistake(p->r, MISTAKE_KEY_TWICE, now,
                     arena_printf(p->r->arena,
                                  "%.*s is set in line %u too, and Postfix takes this later one",
                                  STR_ARG(str_take(now->key, 80)), before->place.line),
                     STR("keep one of the two lines"));
}

static bool add_parameter(struct postfix *p, const struct cf_line *line, struct err *e)
{
    str rest = line->text, name;
    size_t n = 0;
    while (n < rest.n && !cf_is_blank(rest.p[n]) && rest.p[n] != '=')
        n++;
    name = str_take(rest, n);
    while (n < rest.n && cf_is_blank(rest.p[n]))
        n++;
    if (n == rest.n || rest.p[n] != '=' || !name.n)
        return settings_broken(
            line->file, line->at, e,
            "this line has no '=' behind a name; Postfix does not start with it");
    rest = str_skip(rest, n + 1);
    str value = cf_trim(rest);
    size_t from = value.n ? (size_t)(value.p - line->text.p) : line->text.n - rest.n;
    struct settings_item *i = settings_add_item(p->r, STR(""), name, value,
                                                cf_place(line, from, value.n), 0);
    if (!i)
        return true;
    uint16_t *slot = slot_of(p, name);
    if (*slot)
        twice(p, &p->r->items[*slot - 1], i);
    *slot = (uint16_t)(i - p->r->items + 1);
    i->known = postfix_is_parameter(name);
    return true;
}

static void indented_first(struct postfix *p, const struct cf_line *line)
{
    struct settings_item *i = settings_add_item(p->r, STR("line"), STR("main.cf"), STR(""),
                                                cf_place(line, 0, line->text.n), 0);
    if (i)
        i->known = true;
    settings_mistake(p->r, MISTAKE_LINE_BROKEN, i,
                     STR("the first line begins with a blank, so Postfix passes over it"),
                     STR("begin the line without a blank"));
}

bool postfix_main(struct postfix *p, struct err *e)
{
    struct cf_line line;
    struct cf_lines lines = cf_lines_of(&p->main, p->r->arena);
    p->slots = arena_table(p->r->arena, POSTFIX_SLOTS * sizeof *p->slots);
    if (!p->slots)
        return err_memory(e, "reading main.cf");
    while (cf_lines_next(&lines, &line)) {
        if (cf_is_blank(line.text.p[0]))
            indented_first(p, &line);
        else if (!add_parameter(p, &line, e))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * References
 */
struct expansion {
    struct postfix *p;
    struct buf *out;
    unsigned how;
};
static void expand(struct expansion *x, str text, unsigned depth);

static struct settings_item *raw_item(struct postfix *p, str key)
{
    struct settings_item *found = NULL;
    for (size_t i = 0; i < p->option_count; i++)
        if (str_eq(p->options[i]->key, key))
            found = p->options[i];
    if (found)
        return found;
    uint16_t slot = *slot_of(p, key);
    return slot ? &p->r->items[slot - 1] : NULL;
}

static const str *default_of(str key)
{
    for (size_t i = 0; i < COUNT_OF(DEFAULTS); i++)
        if (str_eq(DEFAULTS[i].key, key))
            return &DEFAULTS[i].value;
    return NULL;
}

/* The value of a name, expanded, behind out. False: Postfix knows it, and Baton does not. Sets *defined. */
static bool put_value(struct expansion *x, str name, unsigned depth, bool *defined)
{
    const struct settings_item *i = raw_item(x->p, name);
    const str *own = i ? NULL : default_of(name);
    *defined = true;
    if (i || own) {
        expand(x, i ? i->value : *own, depth + 1);
        return true;
    }
    if (str_eq(name, STR("mydomain"))) {
        size_t from = x->out->n;
        bool known = put_value(x, STR("myhostname"), depth + 1, defined);
        str host = str_skip(buf_str(x->out), from);
        size_t dot = str_find_octet(host, '.');
        if (known && dot != STR_NOT_FOUND) {
            str domain = arena_dup(x->p->r->arena, str_skip(host, dot + 1));
            x->out->n = from;
            buf_add(x->out, domain);
        }
        return known;
    }
    *defined = postfix_is_parameter(name);
    return !*defined;
}

/* The text inside of { } at the front of s; what stands behind it into *rest. */
static bool braced(str s, str *inside, str *rest)
{
    size_t depth = 0;
    for (size_t i = 0; i < s.n; i++) {
        depth += s.p[i] == '{';
        if (s.p[i] != '}' || --depth)
            continue;
        *inside = cf_trim(str_take(str_skip(s, 1), i - 1));
        *rest = cf_trim(str_skip(s, i + 1));
        return true;
    }
    return false;
}

/* What stands behind the condition: "?value", ":value", "?{value}:{value}". */
static str chosen(str choice, bool holds)
{
    str yes = STR_NONE, no = STR_NONE, rest;
    char kind = choice.n ? choice.p[0] : '\0';
    choice = cf_trim(str_skip(choice, 1));
    if (kind == ':')
        no = choice.n && choice.p[0] == '{' && braced(choice, &no, &rest) ? no : choice;
    else if (choice.n && choice.p[0] == '{' && braced(choice, &yes, &rest)) {
        if (rest.n && rest.p[0] == ':') {
            rest = cf_trim(str_skip(rest, 1));
            no = rest.n && rest.p[0] == '{' && braced(rest, &no, &choice) ? no : rest;
        }
    } else
        yes = choice;
    return holds ? yes : no;
}

static bool compares(str a, str op, str b)
{
    uint64_t x, y;
    int by;
    if (str_to_u64(a, UINT64_MAX, &x) && str_to_u64(b, UINT64_MAX, &y))
        by = x < y ? -1 : x > y;
    else {
        by = memcmp(a.n ? a.p : "", b.n ? b.p : "", a.n < b.n ? a.n : b.n);
        by = by ? by : a.n < b.n ? -1 : a.n > b.n;
    }
    return (str_eq(op, STR("==")) && by == 0) || (str_eq(op, STR("!=")) && by != 0) ||
           (str_eq(op, STR("<")) && by < 0) || (str_eq(op, STR("<=")) && by <= 0) ||
           (str_eq(op, STR(">")) && by > 0) || (str_eq(op, STR(">=")) && by >= 0);
}

/* What text gives, without putting it out. */
static str aside(struct expansion *x, str text, unsigned depth)
{
    size_t from = x->out->n;
    expand(x, text, depth + 1);
    str copy = arena_dup(x->p->r->arena, str_skip(buf_str(x->out), from));
    x->out->n = from;
    x->p->steps -= copy.n < x->p->steps ? copy.n : x->p->steps;
    return copy;
}

/* "{a} == {b}?{yes}:{no}" */
static void relation(struct expansion *x, str text, unsigned depth)
{
    str a, b, rest, op;
    if (!braced(text, &a, &rest)) {
        x->how |= SETTINGS_ITEM_LOST;
        return;
    }
    size_t n = 0;
    while (n < rest.n && rest.p[n] != '{')
        n++;
    op = cf_trim(str_take(rest, n));
    if (!braced(str_skip(rest, n), &b, &rest)) {
        x->how |= SETTINGS_ITEM_LOST;
        return;
    }
    a = aside(x, a, depth);
    b = aside(x, b, depth);
    expand(x, chosen(rest, compares(a, op, b)), depth + 1);
}

static void reference(struct expansion *x, str inside, unsigned depth)
{
    bool defined;
    size_t n = 0, from = x->out->n;
    inside = cf_trim(inside);
    if (inside.n && inside.p[0] == '{') {
        relation(x, inside, depth);
        return;
    }
    while (n < inside.n && (is_name(inside.p[n]) || inside.p[n] == '.'))
        n++;
    str name = str_take(inside, n), choice = cf_trim(str_skip(inside, n));
    if (!name.n) {
        x->how |= SETTINGS_ITEM_LOST;
        return;
    }
    bool known = put_value(x, name, depth, &defined);
    if (choice.n) {
        bool holds = !known || x->out->n > from;
        x->out->n = from;
        expand(x, chosen(choice, holds), depth + 1);
    } else if (!defined)
        x->how |= SETTINGS_ITEM_LOST;
    if (!known)
        x->how |= SETTINGS_ITEM_CODE;
}

static size_t closing(str text, size_t at)
{
    char open = text.p[at], close = open == '{' ? '}' : ')';
    size_t depth = 0;
    for (; at < text.n; at++) {
        depth += text.p[at] == open;
        if (text.p[at] == close && !--depth)
            return at;
    }
    return STR_NOT_FOUND;
}

static void expand(struct expansion *x, str text, unsigned depth)
{
    if (depth > DEPTH) {
        x->how |= SETTINGS_ITEM_LOST;
        return;
    }
    for (size_t i = 0; i < text.n; i++) {
        if (!x->p->steps) {
            x->how |= SETTINGS_ITEM_LOST;
            return;
        }
        x->p->steps--;
        char next = i + 1 < text.n ? text.p[i + 1] : '\0';
        if (text.p[i] != '$' || next == '$') {
            buf_addc(x->out, text.p[i]);
            i += text.p[i] == '$';
            continue;
        }
        x->how |= SETTINGS_ITEM_EXPANDED;
        size_t end = i + 1;
        if (next == '{' || next == '(') {
            end = closing(text, i + 1);
            if (end == STR_NOT_FOUND) {
                x->how |= SETTINGS_ITEM_LOST;
                return;
            }
            reference(x, str_take(str_skip(text, i + 2), end - i - 2), depth);
            i = end;
            continue;
        }
        while (end < text.n && is_name(text.p[end]))
            end++;
        reference(x, str_take(str_skip(text, i + 1), end - i - 1), depth);
        i = end - 1;
    }
}

static str expanded(struct postfix *p, str text, unsigned *how)
{
    AUTO(buf_done) struct buf out;
    buf_init(&out, POSTFIX_VALUE_MAX);
    struct expansion x = { p, &out, 0 };
    expand(&x, text, 0);
    if (!buf_ok(&out))
        x.how |= SETTINGS_ITEM_LOST;
    *how |= x.how;
    return arena_dup(p->r->arena, cf_trim(buf_str(&out)));
}

struct settings_item *postfix_item(struct postfix *p, str key)
{
    struct settings_item *i = raw_item(p, key);
    if (!i || i->how || str_find_octet(i->value, '$') == STR_NOT_FOUND)
        return i;
    /* Expanded values are read by nobody's reference again: one that holds a $ now came from $$. */
    i->value = expanded(p, i->value, &i->how);
    return i;
}

str postfix_value(struct postfix *p, str key)
{
    const struct settings_item *i = postfix_item(p, key);
    if (i)
        return i->value;
    const str *own = default_of(key);
    unsigned how = 0;
    return own ? expanded(p, *own, &how) : STR("");
}

bool postfix_yes(struct postfix *p, str key)
{
    return str_eq_nocase(postfix_value(p, key), STR("yes"));
}
