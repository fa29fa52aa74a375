/* SPDX-License-Identifier: ISC */
/*
 * settings/reading.c - the reading as a whole, and what its readers share
 */
#include "base/err.h"
#include "base/escape.h"
#include "settings/reader.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct name_row FIELD_ROWS[] = {
    { SETTINGS_HOST, STR_INIT("host") },
    { SETTINGS_PORT, STR_INIT("port") },
    { SETTINGS_SECURITY, STR_INIT("security") },
    { SETTINGS_LOGIN, STR_INIT("login") },
    { SETTINGS_USER, STR_INIT("user") },
    { SETTINGS_SECRET, STR_INIT("password") },
    { SETTINGS_FROM, STR_INIT("from") },
    { SETTINGS_HEADER_FROM, STR_INIT("header-from") },
    { SETTINGS_TO, STR_INIT("to") },
    { SETTINGS_HELO, STR_INIT("helo") },
    { SETTINGS_SOURCE, STR_INIT("source") },
    { SETTINGS_VERIFY, STR_INIT("verify") },
    { SETTINGS_CA, STR_INIT("ca-file") },
};
const struct names SETTINGS_FIELD_NAMES = NAMES(FIELD_ROWS);

/* ------------------------------------------------------------------------------------------------
 * Files and variables
 */
void settings_reading_init(struct settings_reading *r, struct arena *a,
                           const struct settings_program *program)
{
    *r = (struct settings_reading){ .arena = a, .program = program };
}

static struct settings_file *add_file(struct settings_reading *r, str path,
                                      const struct settings_file *from)
{
    r->files_full |= r->file_count == SETTINGS_FILES;
    if (r->file_count == SETTINGS_FILES)
        return NULL;
    struct settings_file *f = &r->files[r->file_count++];
    *f = (struct settings_file){ .path = path, .from = from };
    return f;
}

bool settings_give_file(struct settings_reading *r, str path, str text)
{
    struct settings_file *f = add_file(r, path, NULL);
    if (!f)
        return false;
    f->text = text;
    f->answer = SETTINGS_GIVEN;
    return true;
}

const struct settings_file *settings_file_named(struct settings_reading *r, str path,
                                                const struct settings_file *from)
{
    struct settings_file *f = NULL;
    for (size_t i = 0; i < r->file_count && !f; i++)
        if (r->files[i].from == from && str_eq(r->files[i].path, path))
            f = &r->files[i];
    if (!f)
        f = add_file(r, path, from);
    if (!f)
        return NULL;
    r->wishes += f->answer == SETTINGS_WISHED;
    return f->answer == SETTINGS_GIVEN ? f : NULL;
}

const struct settings_file *settings_file_if_there(struct settings_reading *r, str path,
                                                   const struct settings_file *from)
{
    const struct settings_file *f = settings_file_named(r, path, from);
    for (size_t i = 0; i < r->file_count; i++)
        if (r->files[i].from == from && str_eq(r->files[i].path, path))
            r->files[i].optional = true;
    return f;
}

bool settings_variable(struct settings_reading *r, str name, str *value)
{
    struct settings_variable *v = NULL;
    for (size_t i = 0; i < r->variable_count && !v; i++)
        if (str_eq(r->variables[i].name, name))
            v = &r->variables[i];
    if (!v && r->variable_count < SETTINGS_VARIABLES) {
        v = &r->variables[r->variable_count++];
        *v = (struct settings_variable){ .name = name };
    }
    r->variables_full |= !v;
    if (!v)
        return false;
    r->wishes += v->answer == SETTINGS_WISHED;
    if (v->answer == SETTINGS_GIVEN)
        *value = v->value;
    return v->answer == SETTINGS_GIVEN;
}

/* Every so many octets: how many lines end before, and where the one begins that is open there. */
enum { MARK_EVERY = 512 };
struct settings_mark {
    uint32_t lines, begin;
};

static void mark_lines(struct settings_reading *r, struct settings_file *f)
{
    size_t count = f->text.n / MARK_EVERY + 1;
    struct settings_mark *marks = f->text.n < UINT32_MAX
                                      ? arena_alloc(r->arena, count * sizeof *marks)
                                      : NULL;
    struct settings_mark now = { 0, 0 };
    for (size_t at = 0; marks && at <= f->text.n; at++) {
        if (at % MARK_EVERY == 0)
            marks[at / MARK_EVERY] = now;
        if (at < f->text.n && f->text.p[at] == '\n')
            now = (struct settings_mark){ now.lines + 1, (uint32_t)at + 1 };
    }
    f->marks = marks;
}

struct settings_place settings_place_of(const struct settings_file *f, size_t at, size_t n)
{
    size_t end = at < f->text.n ? at : f->text.n, from = f->marks ? end / MARK_EVERY : 0;
    struct settings_mark now = f->marks ? f->marks[from] : (struct settings_mark){ 0, 0 };
    for (size_t i = from * MARK_EVERY; i < end; i++)
        if (f->text.p[i] == '\n')
            now = (struct settings_mark){ now.lines + 1, (uint32_t)i + 1 };
    return (struct settings_place){ .file = f,
                                    .line = now.lines + 1,
                                    .column = (uint32_t)(end - now.begin) + 1,
                                    .at = at,
                                    .n = n };
}

void settings_add_place(const struct settings_place *p, struct buf *out)
{
    if (!p->file)
        return;
    escape_line(p->file->path, out);
    buf_addf(out, ":%u", p->line);
}

bool settings_broken(const struct settings_file *f, size_t at, struct err *e, const char *fmt, ...)
{
    char what[160];
    va_list list;
    struct settings_place p = settings_place_of(f, at, 0);
    va_start(list, fmt);
    vsnprintf(what, sizeof what, fmt, list);
    va_end(list);
    return err_set(e, ERR_SYNTAX, "%.*s:%u:%u: %s", STR_ARG(str_take(f->path, 60)), p.line,
                   p.column, what);
}

/* ------------------------------------------------------------------------------------------------
 * Items and fields
 */
struct settings_item *settings_add_item(struct settings_reading *r, str section, str key, str value,
                                        struct settings_place place, unsigned how)
{
    if (!r->items)
        r->items = arena_table(r->arena, SETTINGS_ITEMS * sizeof *r->items);
    r->items_full |= r->item_count == SETTINGS_ITEMS;
    if (!r->items || r->item_count == SETTINGS_ITEMS)
        return NULL;
    struct settings_item *i = &r->items[r->item_count++];
    *i = (struct settings_item){ section, key, value, how, place, false };
    return i;
}

void settings_key(struct settings_reading *r, str key)
{
    for (size_t i = 0; i < r->key_count; i++)
        if (str_eq(r->keys[i], key))
            return;
    if (r->key_count < SETTINGS_KEYS)
        r->keys[r->key_count++] = key;
}

static struct settings_item *item(struct settings_reading *r, str section, str key,
                                  bool (*same)(str, str))
{
    struct settings_item *last = NULL;
    settings_key(r, key);
    for (size_t i = 0; i < r->item_count; i++) {
        struct settings_item *at = &r->items[i];
        if (same(at->key, key) && (!section.p || same(at->section, section))) {
            at->known = true;
            last = at;
        }
    }
    return last;
}

struct settings_item *settings_item_named(struct settings_reading *r, str section, str key)
{
    return item(r, section, key, str_eq);
}

struct settings_item *settings_item_nocase(struct settings_reading *r, str section, str key)
{
    return item(r, section, key, str_eq_nocase);
}

void settings_said(struct settings_reading *r, enum settings_field field,
                   struct settings_item *said)
{
    if (!said)
        return;
    said->known = true;
    r->said[field] = said;
}

static void take_port(struct settings_reading *r, struct settings_item *said)
{
    uint64_t port;
    if (str_to_u64(str_trim(said->value), UINT16_MAX, &port) && port)
        r->found.attempt.port = (uint16_t)port;
    else
        settings_mistake(r, MISTAKE_PORT_BROKEN, said, STR("the port is no number from 1 to 65535"),
                         STR("write 587 with STARTTLS, or 465 with TLS at once"));
}

void settings_take(struct settings_reading *r, enum settings_field field,
                   struct settings_item *said)
{
    struct smtp_attempt *a = &r->found.attempt;
    if (!said)
        return;
    settings_said(r, field, said);
    if (said->how & SETTINGS_ITEM_CODE && field == SETTINGS_PORT)
        a->port = 0; /* what code makes of it is not the default */
    if (said->how & SETTINGS_ITEM_CODE)
        return;
    switch (field) {
    case SETTINGS_HOST: a->host = str_trim(said->value); break;
    case SETTINGS_PORT: take_port(r, said); break;
    case SETTINGS_USER: a->user = said->value; break;
    case SETTINGS_FROM: a->from = said->value; break;
    case SETTINGS_HEADER_FROM: a->header_from = said->value; break;
    case SETTINGS_TO: a->to = said->value; break;
    case SETTINGS_HELO: a->helo = said->value; break;
    case SETTINGS_SOURCE: (void)!ip_parse(str_trim(said->value), &a->source); break;
    case SETTINGS_CA: r->found.ca_file = said->value; break;
    default: break;
    }
}

void settings_take_secret(struct settings_reading *r, struct settings_item *said)
{
    if (!said)
        return;
    bool known = !(said->how & SETTINGS_ITEM_CODE);
    settings_said(r, SETTINGS_SECRET, said);
    r->found.secret = known ? SETTINGS_SECRET_LITERAL : SETTINGS_SECRET_HIDDEN;
    r->found.secret_text = known ? said->value : STR_NONE;
}

void settings_take_reference(struct settings_reading *r, struct settings_item *said,
                             enum settings_secret kind, str text)
{
    if (!said)
        return;
    settings_said(r, SETTINGS_SECRET, said);
    r->found.secret = kind;
    r->found.secret_text = text;
}

str settings_address(str text)
{
    size_t open = str_rfind_octet(text, '<'), close = str_rfind_octet(text, '>');
    bool both = open != STR_NOT_FOUND && close != STR_NOT_FOUND && close > open;
    return str_trim(both ? str_take(str_skip(text, open + 1), close - open - 1) : text);
}

int settings_truth(str value)
{
    static const str YES[] = { STR_INIT("1"), STR_INIT("yes"), STR_INIT("true"), STR_INIT("on") };
    static const str NO[] = { STR_INIT(""), STR_INIT("0"), STR_INIT("no"), STR_INIT("false"),
                              STR_INIT("off") };
    str word = str_trim(value);
    for (size_t i = 0; i < COUNT_OF(YES); i++)
        if (str_eq_nocase(word, YES[i]))
            return 1;
    for (size_t i = 0; i < COUNT_OF(NO); i++)
        if (str_eq_nocase(word, NO[i]))
            return 0;
    return -1;
}

/* ------------------------------------------------------------------------------------------------
 * The whole
 */
const struct settings_program *settings_program_of_file(str path, str text, struct err *e)
{
    const struct settings_program *p, *best = NULL, *second = NULL;
    unsigned most = 0, next = 0;
    for (size_t i = 0; (p = settings_program_at(i)) != NULL; i++) {
        unsigned points = p->looks ? p->looks(path, text) : 0;
        if (points > most) {
            second = best;
            next = most;
            best = p;
            most = points;
        } else if (points > next) {
            second = p;
            next = points;
        }
    }
    if (most && most > next)
        return best;
    if (most)
        err_set(e, ERR_SYNTAX, "%.*s may be a file of %.*s or of %.*s; say which by --program",
                STR_ARG(str_take(path, 80)), STR_ARG(best->title), STR_ARG(second->title));
    else
        err_set(e, ERR_SYNTAX,
                "%.*s looks like no settings file that Baton knows; say whose it is by --program",
                STR_ARG(str_take(path, 80)));
    return NULL;
}

static void forget(struct settings_reading *r)
{
    r->wishes = r->item_count = r->key_count = r->account_count = r->mistake_count = 0;
    r->items_full = r->files_full = r->variables_full = false;
    r->account_taken = STR_NONE;
    r->found = (struct settings){ .secret = SETTINGS_SECRET_NONE };
    memset(r->said, 0, sizeof r->said);
}

/* Octets before the first that is no UTF-8. */
static size_t utf8_until(str text)
{
    size_t at = 0;
    uint32_t c;
    for (size_t n; at < text.n; at += n) {
        n = (unsigned char)text.p[at] < 0x80 ? 1 : str_utf8_first(str_skip(text, at), &c);
        if (!n)
            break;
    }
    return at;
}

/* Whatever the syntax: most programs cope with these, some do not. Whether CRLF matters is each reader's to say. */
static void look_at_octets(struct settings_reading *r)
{
    const struct settings_file *f = settings_main_file(r);
    size_t plain = utf8_until(f->text);
    struct settings_place p = settings_place_of(f, plain, 0);
    if (str_starts(f->text, STR("\xef\xbb\xbf")))
        settings_mistake(r, MISTAKE_FILE_MARK, NULL,
                         STR("the file begins with a byte order mark, which some programs take for "
                             "a part of the first line"),
                         STR("save it as UTF-8 without BOM"));
    if (plain < f->text.n)
        settings_mistake(r, MISTAKE_FILE_NOT_UTF8, NULL,
                         arena_printf(r->arena,
                                      "the file is not UTF-8: line %u, column %u holds an octet of "
                                      "another character set, such as Latin-1",
                                      p.line, p.column),
                         STR("save it as UTF-8, unless the program wants it otherwise"));
}

/* What was not read might have said something else: nothing is told of a part. */
static bool is_whole(const struct settings_reading *r, struct err *e)
{
    str path = str_take(settings_main_file(r)->path, 60);
    if (r->items_full)
        return err_set(e, ERR_LIMIT,
                       "%.*s: there are more than %d settings in it and the files that it names",
                       STR_ARG(path), SETTINGS_ITEMS);
    return !r->arena->refused ||
           err_set(e, ERR_LIMIT,
                   "%.*s: what it comes to, references and all, is too long to be read",
                   STR_ARG(path));
}

/* Files and variables are often not the mail's: what could be read is told, and that more was named. */
static void look_at_limits(struct settings_reading *r)
{
    if (r->files_full)
        settings_mistake(r, MISTAKE_REFERENCE_LOST, NULL,
                         arena_printf(r->arena,
                                      "more than %d other files are named; those further on were "
                                      "not looked at, and what stands in them is not known",
                                      SETTINGS_FILES - 1),
                         STR("name the file itself that holds the settings for mail"));
    if (r->variables_full)
        settings_mistake(r, MISTAKE_REFERENCE_LOST, NULL,
                         arena_printf(r->arena,
                                      "more than %d variables are named; those further on were "
                                      "taken for not set",
                                      SETTINGS_VARIABLES),
                         STR("give a file that holds the settings for mail alone"));
}

bool settings_read(struct settings_reading *r, struct err *e)
{
    const struct settings_file *f = settings_main_file(r);
    forget(r);
    for (size_t i = 0; i < r->file_count; i++)
        if (r->files[i].answer == SETTINGS_GIVEN && !r->files[i].marks)
            mark_lines(r, &r->files[i]);
    if (!r->program)
        r->program = settings_program_of_file(f->path, f->text, e);
    if (!r->program)
        return false;
    if (!r->program->read)
        return err_set(e, ERR_SYNTAX, "Baton does not read files of %.*s",
                       STR_ARG(r->program->title));
    if (!r->program->read(r, e) || !is_whole(r, e))
        return false;
    if (!r->wishes) {
        settings_look_for_mistakes(r);
        look_at_octets(r);
        look_at_limits(r);
    }
    return is_whole(r, e);
}
