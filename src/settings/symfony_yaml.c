/* SPDX-License-Identifier: ISC */
/*
 * settings/symfony_yaml.c - framework.mailer of config/packages/mailer.yaml
 *
 * Of YAML only what such files are made of is read: blocks of "key: value" by their indent, values on one line,
 * plain or in quotes. Whatever else stands in the file is passed over.
 */
#include "base/buf.h"
#include "settings/symfony_files.h"
#include "settings/syntax_env.h"

enum { LEVELS = 16, LINES = 20000, PATH = 200 };

struct level {
    size_t indent;
    str path; /* "framework.mailer" */
};
struct yaml {
    struct settings_reading *r;
    const struct settings_file *f;
    struct level levels[LEVELS];
    size_t depth;
};

/* "'it''s'", "\"a\\n\"", or plain up to " #". *n: octets as written. */
static str scalar(struct yaml *y, str text, size_t *n, unsigned *how)
{
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, ENV_VALUE_MAX);
    char quote = text.n && (text.p[0] == '\'' || text.p[0] == '"') ? text.p[0] : '\0';
    size_t i = quote != '\0';
    *how = quote ? SETTINGS_ITEM_QUOTED : 0;
    for (; i < text.n; i++) {
        char c = text.p[i], next = i + 1 < text.n ? text.p[i + 1] : '\0';
        if (!quote && c == '#' && i && text.p[i - 1] == ' ')
            break;
        if (quote && c == quote && !(quote == '\'' && next == '\''))
            break;
        if (quote && c == quote)
            i++;
        if (quote == '"' && c == '\\') {
            i++;
            c = next == 'n' ? '\n' : next == 't' ? '\t' : next;
        }
        buf_addc(&b, c);
    }
    i = i < text.n ? i : text.n; /* a backslash may have been the last */
    *n = quote && i < text.n ? i + 1 : i;
    str value = quote ? buf_str(&b) : str_trim(buf_str(&b));
    if (!quote)
        *n = value.n;
    return value.n ? arena_dup(y->r->arena, value) : STR("");
}

static size_t key_length(str line)
{
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] == ':' && (i + 1 == line.n || line.p[i + 1] == ' '))
            return i;
    return STR_NOT_FOUND;
}

/* The block in which a line of that indent stands. */
static str block_of(struct yaml *y, size_t indent)
{
    while (y->depth && y->levels[y->depth - 1].indent >= indent)
        y->depth--;
    return y->depth ? y->levels[y->depth - 1].path : STR("");
}

static void one_line(struct yaml *y, size_t at, str line)
{
    size_t indent = 0, n;
    unsigned how;
    while (indent < line.n && line.p[indent] == ' ')
        indent++;
    str rest = str_trim(str_skip(line, indent));
    size_t colon = key_length(rest);
    if (!rest.n || rest.p[0] == '#' || rest.p[0] == '-' || colon == STR_NOT_FOUND)
        return;
    str section = block_of(y, indent), key = str_take(rest, colon),
        value = str_skip(rest, colon + 1);
    if (key.n > 1 && (key.p[0] == '\'' || key.p[0] == '"'))
        key = str_take(str_skip(key, 1), key.n - 2);
    while (value.n && value.p[0] == ' ')
        value = str_skip(value, 1);
    if (!value.n || value.p[0] == '#') {
        if (y->depth < LEVELS && section.n + key.n < PATH)
            y->levels[y->depth++] =
                (struct level){ indent, arena_printf(y->r->arena, "%.*s%s%.*s", STR_ARG(section),
                                                     section.n ? "." : "", STR_ARG(key)) };
        return;
    }
    size_t begin = at + (size_t)(value.p - line.p);
    str text = scalar(y, value, &n, &how);
    settings_add_item(y->r, section, key, text, settings_place_of(y->f, begin, n), how);
}

/* ------------------------------------------------------------------------------------------------
 * %env(NAME)%, %parameter%, %%
 */
static struct settings_item *variable(struct settings_reading *r, str name)
{
    return settings_item_named(r, STR(""), name);
}

/* False: it holds something that cannot be known here. */
static bool resolve(struct settings_reading *r, const struct settings_item *item, struct buf *out,
                    unsigned *how)
{
    str v = item->value;
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] != '%') {
            buf_addc(out, v.p[i]);
            continue;
        }
        str rest = str_skip(v, i + 1);
        size_t end = 0;
        while (end < rest.n && rest.p[end] != '%' && rest.p[end] != ' ')
            end++;
        if (end == rest.n || rest.p[end] == ' ' || !end) { /* alone, or doubled */
            buf_addc(out, '%');
            i += end < rest.n && rest.p[end] == '%';
            continue;
        }
        str name = str_take(rest, end), value;
        i += end + 1;
        if (!str_starts(name, STR("env(")) || name.p[name.n - 1] != ')') {
            settings_mistake(
                r, MISTAKE_REFERENCE_LOST, item,
                STR("what stands between two % is taken for a parameter of Symfony, and is none "
                    "that this file shows"),
                STR("double each % of a percent code in YAML (%%40), or keep the DSN in .env"));
            return false;
        }
        name = str_take(str_skip(name, 4), name.n - 5);
        size_t colon = str_rfind_octet(name, ':');
        name = colon == STR_NOT_FOUND ? name : str_skip(name, colon + 1);
        const struct settings_item *set = variable(r, name);
        *how |= SETTINGS_ITEM_EXPANDED;
        if (set)
            buf_add(out, set->value);
        else if (settings_variable(r, arena_dup(r->arena, name), &value))
            buf_add(out, value);
        else
            return false;
    }
    return true;
}

static struct settings_item *resolved(struct settings_reading *r, struct settings_item *item)
{
    static const str WHOLE = STR_INIT("%env(");
    item->known = true;
    /* The whole value is one variable: its own place is the better one. */
    if (str_starts(item->value, WHOLE) && str_ends_nocase(item->value, STR(")%"))) {
        str name = str_take(str_skip(item->value, WHOLE.n), item->value.n - WHOLE.n - 2);
        size_t colon = str_rfind_octet(name, ':');
        struct settings_item *set = variable(r, colon == STR_NOT_FOUND ? name
                                                                       : str_skip(name, colon + 1));
        if (set)
            return set;
    }
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, ENV_VALUE_MAX);
    unsigned how = item->how;
    if (resolve(r, item, &b, &how)) {
        item->value = b.n ? arena_dup(r->arena, buf_str(&b)) : STR("");
        item->how = how;
    } else {
        item->how |= SETTINGS_ITEM_CODE;
    }
    return item;
}

/* ------------------------------------------------------------------------------------------------
 * The file
 */
static const char *const MAILERS[] = { "framework.mailer", "when@prod.framework.mailer" };

/* dsn, or the first of several transports. */
static struct settings_item *find_dsn(struct settings_reading *r)
{
    struct settings_item *dsn = NULL;
    for (size_t i = 0; i < COUNT_OF(MAILERS); i++) {
        struct settings_item *at = settings_item_named(r, str_from(MAILERS[i]), STR("dsn"));
        dsn = at ? at : dsn;
    }
    for (size_t i = 0; !dsn && i < r->item_count; i++)
        if (str_eq(r->items[i].section, STR("framework.mailer.transports")))
            dsn = &r->items[i];
    return dsn;
}

static void take_sender(struct settings_reading *r)
{
    static const char *const NAMES[] = { "From", "from" };
    struct settings_item *sender = settings_item_named(r, STR("framework.mailer.envelope"),
                                                       STR("sender")),
                         *from = NULL;
    for (size_t i = 0; i < COUNT_OF(NAMES) && !from; i++)
        from = settings_item_named(r, STR("framework.mailer.headers"), str_from(NAMES[i]));
    if (sender)
        settings_take(r, SETTINGS_FROM, resolved(r, sender));
    if (!from)
        return;
    from = resolved(r, from);
    size_t open = str_rfind_octet(from->value, '<');
    if (open < from->value.n &&
        from->value.p[from->value.n - 1] == '>') /* "Shop <shop@corp.example>" */
        from->value = str_take(str_skip(from->value, open + 1), from->value.n - open - 2);
    settings_take(r, sender ? SETTINGS_HEADER_FROM : SETTINGS_FROM, from);
}

bool symfony_read_yaml(struct settings_reading *r, struct err *e)
{
    const struct settings_file *main = settings_main_file(r);
    struct yaml y = { .r = r, .f = main };
    str env = STR("../../.env");
    const struct settings_file *variables = settings_file_if_there(r, env, main);
    if (variables &&
        (!env_read(r, variables, ENV_SYMFONY, STR(""), e) || !symfony_read_env(r, main, env, e)))
        return false;
    size_t lines = 0;
    for (str rest = main->text; rest.p && lines < LINES; lines++) {
        size_t at = main->text.n - rest.n;
        one_line(&y, at, str_cut(&rest, '\n'));
    }
    struct settings_item *dsn = find_dsn(r);
    if (!dsn)
        return settings_broken(main, 0, e, "there is no framework.mailer.dsn here");
    symfony_take_dsn(r, resolved(r, dsn));
    take_sender(r);
    for (size_t i = 0; i < r->item_count; i++)
        r->items[i].known |= str_find(r->items[i].section, STR("mailer")) == STR_NOT_FOUND;
    return true;
}
