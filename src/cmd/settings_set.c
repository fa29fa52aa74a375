/* SPDX-License-Identifier: ISC */
#include "cmd/settings_set.h"
#include "base/escape.h"
#include "base/secret.h"
#include "cmd/replace_file.h"
#include "cmd/settings_diff.h"
#include "settings/how.h"
#include "settings/shown.h"
#include <string.h>
#include <sys/stat.h>

#define HIDDEN STR("[hidden]")
enum { MEMORY_MAX = 32 << 20, DIFF_MAX = 1 << 21 };

/* What stands in the diff in place of a password: no syntax minds it, none quotes it. */
#define OLD_PASSWORD STR("OLD-PASSWORD")
#define NEW_PASSWORD STR("NEW-PASSWORD")

/* ------------------------------------------------------------------------------------------------
 * What must not be seen of the old text
 */
static bool sounds_secret(str key)
{
    static const str WORDS[] = { STR_INIT("pass"),   STR_INIT("secret"), STR_INIT("token"),
                                 STR_INIT("pwd"),    STR_INIT("auth"),   STR_INIT("cred"),
                                 STR_INIT("apikey"), STR_INIT("_key") };
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_find_nocase(key, WORDS[i]) != STR_NOT_FOUND)
            return true;
    return false;
}

/* "SMTPAuth = true" is no password. */
static bool is_switch(str value)
{
    static const str WORDS[] = { STR_INIT("true"), STR_INIT("false"), STR_INIT("yes"),
                                 STR_INIT("no"),   STR_INIT("on"),    STR_INIT("off") };
    bool is = false;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        is |= str_eq_nocase(value, WORDS[i]);
    return is;
}

static str written_of(const struct settings_item *i)
{
    return str_take(str_skip(i->place.file->text, i->place.at), i->place.n);
}

/* Of the password's own place nothing is secret but where it is a reference that may be told. */
static bool holds_secret(const struct settings_reading *r, const struct settings_item *i)
{
    size_t at, n;
    const struct settings *s = &r->found;
    bool literal = s->secret == SETTINGS_SECRET_LITERAL && s->secret_text.n;
    if (i == r->said[SETTINGS_SECRET])
        return s->secret != SETTINGS_SECRET_ENV ||
               !str_eq(settings_shown_variable(r, s->secret_text), s->secret_text);
    /* What no reader knows may be a password under a misspelt name: it is shown nowhere else either. */
    return !i->known || (sounds_secret(i->key) && !is_switch(i->value)) ||
           (literal && str_eq(i->value, s->secret_text)) ||
           settings_url_secret(written_of(i), &at, &n);
}

/* A URL is shown without what stands in the place of its password; where nothing does, not at all. */
static str shown_of(const struct settings_item *i, struct arena *a)
{
    size_t at, n;
    str raw = written_of(i);
    if (!settings_url_secret(raw, &at, &n))
        return HIDDEN;
    str shown = arena_printf(a, "%.*s%.*s%.*s", STR_ARG(str_take(raw, at)), STR_ARG(HIDDEN),
                             STR_ARG(str_skip(raw, at + n)));
    return shown.p ? shown : HIDDEN;
}

/* Where the next setting of the line begins that is written there, or the line ends. */
static size_t line_goes_on(const struct settings_reading *r, const struct settings_item *i)
{
    size_t behind = i->place.at + i->place.n;
    str rest = str_skip(i->place.file->text, behind);
    size_t end = str_find_octet(rest, '\n');
    end = behind + (end == STR_NOT_FOUND ? rest.n : end);
    for (size_t k = 0; k < r->item_count; k++) {
        const struct settings_place *p = &r->items[k].place;
        if (r->items[k].known && p->file == i->place.file && p->at >= behind && p->at < end)
            return behind; /* and it is hidden, or not, by its own name */
    }
    return end;
}

/* Behind a blank or a comment sign that cut a password off, there is the rest of it. */
static size_t octets_of(const struct settings_reading *r, const struct settings_item *i)
{
    size_t behind = i->place.at + i->place.n;
    if (i != r->said[SETTINGS_SECRET] && !(i->how & SETTINGS_ITEM_CUT))
        return i->place.n;
    size_t end = line_goes_on(r, i);
    for (size_t at = behind; at < end; at++) {
        char c = i->place.file->text.p[at];
        if (is_alnum(c) || (unsigned char)c >= 0x80)
            return end - i->place.at;
    }
    return i->place.n;
}

/* out has room for all items. */
static size_t hide(const struct settings_reading *r, struct arena *a, struct diff_hidden *out)
{
    size_t n = 0;
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_item *k = &r->items[i];
        if (k->place.file && k->place.n && holds_secret(r, k))
            out[n++] = (struct diff_hidden){ k->place.file, k->place.at, octets_of(r, k),
                                             shown_of(k, a) };
    }
    return n;
}

/* The same changes with words in place of the passwords. The rows compare places of the very reading, so it is this one
 * that has another password meanwhile. */
static bool changes_to_show(struct settings_reading *r, const struct settings *wanted,
                            struct settings_changes *out, struct err *e)
{
    str was = r->found.secret_text;
    struct settings words = *wanted;
    if (wanted->secret == SETTINGS_SECRET_LITERAL)
        words.secret_text = settings_differs(r, wanted, SETTINGS_SECRET) ? NEW_PASSWORD
                                                                         : OLD_PASSWORD;
    if (r->found.secret == SETTINGS_SECRET_LITERAL)
        r->found.secret_text = OLD_PASSWORD;
    bool ok = settings_change(r, &words, out, e);
    r->found.secret_text = was;
    return ok;
}

static bool add_diff(struct settings_loaded *l, const struct settings *wanted, struct arena *a,
                     struct buf *out, struct err *e)
{
    struct settings_reading *r = &l->reading;
    bool literal = r->found.secret == SETTINGS_SECRET_LITERAL;
    AUTO(secret_mask_freep)
    struct secret_mask *mask = secret_mask_new(literal ? r->found.secret_text : STR_NONE);
    struct settings_changes *c = arena_alloc(a, sizeof *c);
    struct diff_hidden *hidden = arena_alloc(a, (r->item_count + 1) * sizeof *hidden);
    AUTO(buf_wipe_done) struct buf diff;
    buf_init(&diff, DIFF_MAX);
    if (!mask || !c || !hidden)
        return err_memory(e, "the changes");
    if (wanted->secret == SETTINGS_SECRET_LITERAL && wanted->secret_text.n &&
        !secret_mask_also(mask, wanted->secret_text))
        return err_memory(e, "the changes");
    c->arena = a;
    if (!changes_to_show(r, wanted, c, e))
        return false;
    size_t n = hide(r, a, hidden);
    for (size_t i = 0; i < r->file_count; i++)
        settings_diff(c, &r->files[i], l->at[i].n ? l->at[i] : r->files[i].path, hidden, n, &diff);
    return (buf_ok(&diff) && secret_mask_apply(mask, buf_str(&diff), out)) ||
           err_set(e, ERR_LIMIT, "the changes are too long to be shown");
}

/* ------------------------------------------------------------------------------------------------
 * In place
 */
static void add_done(const struct replaced_file *f, bool open_to_all, struct buf *out)
{
    buf_add(out, STR("changed  "));
    (void)escape_line(str_from(f->path), out);
    buf_add(out, STR("\n         as it was: "));
    (void)escape_line(str_from(f->copy), out);
    buf_addc(out, '\n');
    if (!open_to_all)
        return;
    buf_add(out,
            STR("unsafe   everybody on this computer may read the password in it: chmod 640 "));
    (void)escape_line(str_from(f->path), out);
    buf_addc(out, '\n');
}

static bool readable_by_all(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && (s.st_mode & S_IROTH);
}

static bool write_files(const struct settings_loaded *l, const struct settings *wanted,
                        const struct settings_changes *c, struct arena *a, struct buf *out,
                        struct err *e)
{
    const struct settings_reading *r = &l->reading;
    struct replaced_file *files = arena_alloc(a, REPLACE_FILES * sizeof *files);
    size_t n = 0;
    if (!files)
        return err_memory(e, "the changes");
    for (size_t i = 0; i < r->file_count; i++) {
        AUTO(buf_wipe_done) struct buf text;
        buf_init(&text, SETTINGS_FILE_MAX);
        if (r->files[i].answer != SETTINGS_GIVEN)
            continue;
        if (!settings_changed_text(c, &r->files[i], &text))
            return err_set(e, ERR_LIMIT, "the changes overlap, or a file becomes too long");
        if (str_eq(buf_str(&text), r->files[i].text))
            continue;
        if (!l->at[i].n)
            return err_set(e, ERR_SYNTAX,
                           "standard input cannot be changed in place; name the file");
        if (n == REPLACE_FILES)
            return err_set(e, ERR_LIMIT, "too many files would change");
        str after = arena_dup(a, buf_str(&text));
        if (!after.p)
            return err_memory(e, "the changed file");
        files[n].path = l->at[i].p;
        files[n].before = r->files[i].text;
        files[n++].after = after;
    }
    if (!replace_files(files, n, time(NULL), e))
        return false;
    for (size_t i = 0; i < n; i++)
        add_done(&files[i],
                 wanted->secret == SETTINGS_SECRET_LITERAL && readable_by_all(files[i].path), out);
    str then = settings_how(r->program, SETTINGS_HOW_THEN);
    if (n && then.n)
        buf_addf(out, "then     %.*s\n", STR_ARG(then));
    return buf_ok(out) || err_memory(e, "the report");
}

bool settings_apply(struct settings_loaded *l, const struct settings *wanted, bool in_place,
                    struct buf *out, struct err *e)
{
    AUTO(arena_wipe_done) struct arena a;
    arena_init(&a, MEMORY_MAX);
    struct settings_changes *c = arena_alloc(&a, sizeof *c);
    if (!c)
        return err_memory(e, "the changes");
    c->arena = &a;
    if (!settings_change(&l->reading, wanted, c, e) ||
        !settings_change_holds(&l->reading, wanted, c, e))
        return false;
    if (!c->count)
        return true;
    return in_place ? write_files(l, wanted, c, &a, out, e) : add_diff(l, wanted, &a, out, e);
}
