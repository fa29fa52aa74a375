/* SPDX-License-Identifier: ISC */
#include "settings/change.h"
#include "base/err.h"
#include <string.h>

static void add(struct settings_changes *out, const struct settings_file *f, size_t at, size_t n,
                str text)
{
    str copy = text.n ? arena_dup(out->arena, text) : STR("");
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

void settings_set(const struct settings_reading *r, struct settings_changes *out,
                  const struct settings_file *f, str section, str key, str written, str line)
{
    const struct settings_item *said = last_item(r, section, &key);
    if (said) {
        str now = str_take(str_skip(said->place.file->text, said->place.at), said->place.n);
        if (!str_eq(now, written))
            add(out, said->place.file, said->place.at, said->place.n, written);
        return;
    }
    if (!line.p)
        return;
    const struct settings_item *behind = last_item(r, section, NULL);
    if (behind && behind->place.file == f) {
        size_t end = line_end(f->text, behind->place.at + behind->place.n);
        bool open = end && f->text.p[end - 1] != '\n';
        add(out, f, end, 0, open ? arena_printf(out->arena, "\n%.*s", STR_ARG(line)) : line);
        return;
    }
    bool open = f->text.n && f->text.p[f->text.n - 1] != '\n';
    add(out, f, f->text.n, 0, open ? arena_printf(out->arena, "\n%.*s", STR_ARG(line)) : line);
}

void settings_unset(const struct settings_reading *r, struct settings_changes *out, str section,
                    str key)
{
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_item *at = &r->items[i];
        if (!str_eq(at->section, section) || !str_eq(at->key, key))
            continue;
        str text = at->place.file->text;
        size_t begin = line_begin(text, at->place.at);
        add(out, at->place.file, begin, line_end(text, at->place.at + at->place.n) - begin,
            STR(""));
    }
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
