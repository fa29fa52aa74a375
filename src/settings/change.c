/* SPDX-License-Identifier: ISC */
#include "settings/change.h"
#include "base/buf.h"
#include "base/err.h"
#include <string.h>

/* What is there already is not added again: several items may stand on one line that goes. */
static void add(struct settings_changes *out, const struct settings_file *f, size_t at, size_t n,
                str text)
{
    str copy = text.n ? arena_dup(out->arena, text) : STR("");
    for (size_t i = 0; n && i < out->count; i++)
        if (out->rows[i].file == f && out->rows[i].at == at && out->rows[i].n == n &&
            str_eq(out->rows[i].text, text))
            return;
    if (out->count == SETTINGS_CHANGES || !copy.p) {
        out->failed = true;
        return;
    }
    out->rows[out->count++] = (struct settings_change){ f, at, n, copy };
}

static size_t line_begin(str text, size_t at)
{
    while (at > 0 && text.p[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(str text, size_t at)
{
    while (at < text.n && text.p[at] != '\n')
        at++;
    return at < text.n ? at + 1 : at;
}

/* Of files as Windows has them each line ends in CRLF. */
static str line_end_of(str text)
{
    size_t lf = str_find_octet(text, '\n');
    return lf != STR_NOT_FOUND && lf > 0 && text.p[lf - 1] == '\r' ? STR("\r\n") : STR("\n");
}

/* Something is put there already, and it ends its line. */
static bool is_ended(const struct settings_changes *out, const struct settings_file *f, size_t at)
{
    for (size_t i = 0; i < out->count; i++) {
        const struct settings_change *c = &out->rows[i];
        if (c->file == f && c->at == at && !c->n && c->text.n && c->text.p[c->text.n - 1] == '\n')
            return true;
    }
    return false;
}

/* Puts whole lines in front of `at`, where a line begins or the text ends. */
static void add_line(struct settings_changes *out, const struct settings_file *f, size_t at,
                     str line)
{
    str ends = line_end_of(f->text);
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, SETTINGS_TEXT_MAX);
    if (at && f->text.p[at - 1] != '\n' && !is_ended(out, f, at))
        buf_add(&b, ends);
    for (str rest = line; rest.n;) {
        buf_add(&b, str_cut(&rest, '\n'));
        buf_add(&b, ends);
    }
    if (buf_ok(&b))
        add(out, f, at, 0, buf_str(&b));
    else
        out->failed = true;
}

/* The last of section and key; the last of the section. */
static const struct settings_item *last_item(const struct settings_reading *r, str section,
                                             const str *key)
{
    const struct settings_item *last = NULL;
    for (size_t i = 0; i < r->item_count; i++)
        if (str_eq(r->items[i].section, section) && (!key || str_eq(r->items[i].key, *key)))
            last = &r->items[i];
    return last;
}

void settings_set_item(struct settings_changes *out, const struct settings_item *item, str written)
{
    if (!item || !item->place.file)
        return;
    const struct settings_place *p = &item->place;
    if (!str_eq(str_take(str_skip(p->file->text, p->at), p->n), written))
        add(out, p->file, p->at, p->n, written);
}

void settings_unset_item(struct settings_changes *out, const struct settings_item *item)
{
    if (!item || !item->place.file)
        return;
    str text = item->place.file->text;
    size_t begin = line_begin(text, item->place.at);
    add(out, item->place.file, begin, line_end(text, item->place.at + item->place.n) - begin,
        STR(""));
}

void settings_add_behind(struct settings_changes *out, const struct settings_item *item, str line)
{
    const struct settings_place *p = &item->place;
    add_line(out, p->file, line_end(p->file->text, p->at + p->n), line);
}

void settings_set(const struct settings_reading *r, struct settings_changes *out,
                  const struct settings_file *f, str section, str key, str written, str line)
{
    const struct settings_item *said = last_item(r, section, &key);
    if (said) {
        settings_set_item(out, said, written);
        return;
    }
    if (!line.p)
        return;
    const struct settings_item *behind = last_item(r, section, NULL);
    if (behind && behind->place.file == f)
        settings_add_behind(out, behind, line);
    else
        add_line(out, f, f->text.n, line);
}

void settings_unset(const struct settings_reading *r, struct settings_changes *out, str section,
                    str key)
{
    for (size_t i = 0; i < r->item_count; i++)
        if (str_eq(r->items[i].section, section) && str_eq(r->items[i].key, key))
            settings_unset_item(out, &r->items[i]);
}

bool settings_differs(const struct settings_reading *r, const struct settings *wanted,
                      enum settings_field field)
{
    const struct smtp_attempt *a = &r->found.attempt, *b = &wanted->attempt;
    switch (field) {
    case SETTINGS_HOST: return !str_eq_nocase(a->host, b->host);
    case SETTINGS_PORT: return a->port != b->port;
    case SETTINGS_SECURITY: return a->security != b->security;
    case SETTINGS_LOGIN: return !str_eq_nocase(a->mechanism, b->mechanism);
    case SETTINGS_USER: return !str_eq(a->user, b->user);
    case SETTINGS_SECRET:
        return wanted->secret != SETTINGS_SECRET_ASKED &&
               (wanted->secret != r->found.secret ||
                !str_eq(wanted->secret_text, r->found.secret_text));
    case SETTINGS_FROM: return !str_eq(a->from, b->from) || a->from_null != b->from_null;
    case SETTINGS_HEADER_FROM: return !str_eq(a->header_from, b->header_from);
    case SETTINGS_TO: return !str_eq(a->to, b->to);
    case SETTINGS_HELO: return !str_eq(a->helo, b->helo);
    case SETTINGS_SOURCE: return memcmp(&a->source, &b->source, sizeof a->source) != 0;
    case SETTINGS_VERIFY: return r->found.unverified != wanted->unverified;
    case SETTINGS_CA: return !str_eq(r->found.ca_file, wanted->ca_file);
    default: return false;
    }
}

bool settings_change(const struct settings_reading *r, const struct settings *wanted,
                     struct settings_changes *out, struct err *e)
{
    out->count = 0;
    out->failed = false;
    if (!r->program->change)
        return err_set(e, ERR_SYNTAX, "the lines of %.*s cannot be changed in place",
                       STR_ARG(r->program->title));
    if (!r->program->change(r, wanted, out, e))
        return false;
    return !out->failed || err_set(e, ERR_LIMIT, "too many lines would have to be changed");
}

bool settings_changed_text(const struct settings_changes *c, const struct settings_file *f,
                           struct buf *out)
{
    size_t at = 0;
    bool used[SETTINGS_CHANGES] = { false };
    for (;;) {
        size_t next = SETTINGS_CHANGES;
        for (size_t i = 0; i < c->count; i++)
            if (c->rows[i].file == f && !used[i] &&
                (next == SETTINGS_CHANGES || c->rows[i].at < c->rows[next].at))
                next = i;
        if (next == SETTINGS_CHANGES)
            break;
        const struct settings_change *row = &c->rows[next];
        used[next] = true;
        if (row->at < at)
            return false;
        buf_add(out, str_take(str_skip(f->text, at), row->at - at));
        buf_add(out, row->text);
        at = row->at + row->n;
    }
    buf_add(out, str_skip(f->text, at));
    return buf_ok(out);
}

/* ------------------------------------------------------------------------------------------------
 * Reading back
 */
/* The file of r that another reading's is; NULL: r never had it. */
static const struct settings_file *same_file(const struct settings_reading *r,
                                             const struct settings_file *f)
{
    const struct settings_file *from = f->from ? same_file(r, f->from) : NULL;
    for (size_t i = 0; i < r->file_count; i++)
        if (str_eq(r->files[i].path, f->path) && r->files[i].from == from)
            return &r->files[i];
    return NULL;
}

static bool give_again(const struct settings_reading *r, const struct settings_changes *c,
                       struct settings_file *f)
{
    const struct settings_file *was = same_file(r, f);
    f->answer = was ? was->answer : SETTINGS_ABSENT;
    if (f->answer != SETTINGS_GIVEN)
        return true;
    AUTO(buf_wipe_done) struct buf text;
    buf_init(&text, SETTINGS_FILE_MAX);
    if (!settings_changed_text(c, was, &text))
        return false;
    f->text = arena_dup(c->arena, buf_str(&text));
    return f->text.p != NULL;
}

static void set_again(const struct settings_reading *r, struct settings_variable *v)
{
    v->answer = SETTINGS_ABSENT;
    for (size_t i = 0; i < r->variable_count; i++)
        if (str_eq(r->variables[i].name, v->name))
            *v = r->variables[i];
}

static bool read_again(const struct settings_reading *r, const struct settings_changes *c,
                       struct settings_reading *now, struct err *e)
{
    settings_reading_init(now, c->arena, r->program);
    now->account = r->account;
    if (!settings_give_file(now, r->files[0].path, STR("")) || !give_again(r, c, &now->files[0]))
        return err_set(e, ERR_LIMIT, "the changes overlap, or the file becomes too long");
    do {
        if (!settings_read(now, e))
            return false;
        for (size_t i = 0; i < now->file_count; i++)
            if (now->files[i].answer == SETTINGS_WISHED && !give_again(r, c, &now->files[i]))
                return err_set(e, ERR_LIMIT, "the changes overlap, or a file becomes too long");
        for (size_t i = 0; i < now->variable_count; i++)
            if (now->variables[i].answer == SETTINGS_WISHED)
                set_again(r, &now->variables[i]);
    } while (now->wishes);
    return true;
}

bool settings_change_holds(const struct settings_reading *r, const struct settings *wanted,
                           const struct settings_changes *c, struct err *e)
{
    struct settings_reading *now = arena_alloc(c->arena, sizeof *now);
    struct settings full = *wanted;
    if (full.secret == SETTINGS_SECRET_ASKED) {
        full.secret = r->found.secret;
        full.secret_text = r->found.secret_text;
    }
    if (!now)
        return err_memory(e, "the changed file");
    if (!read_again(r, c, now, e))
        return false;
    /* any method will do where any was asked for */
    if (str_eq(full.attempt.mechanism, STR("auto")) && smtp_attempt_logs_in(&now->found.attempt))
        full.attempt.mechanism = now->found.attempt.mechanism;
    /* encryption that was at will may become a condition with a login, where nothing else was asked for */
    if (full.attempt.security == SMTP_SECURITY_AUTO &&
        r->found.attempt.security == SMTP_SECURITY_AUTO &&
        now->found.attempt.security == SMTP_SECURITY_STARTTLS)
        full.attempt.security = SMTP_SECURITY_STARTTLS;
    for (int f = 0; f < SETTINGS_FIELDS; f++)
        if (settings_differs(now, &full, (enum settings_field)f))
            return err_set(e, ERR_SYNTAX,
                           "%.*s cannot be told this in that file by changing it: the %.*s would "
                           "not be as wanted",
                           STR_ARG(r->program->title), STR_ARG(names_of(&SETTINGS_FIELD_NAMES, f)));
    return true;
}
