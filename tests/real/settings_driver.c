/* SPDX-License-Identifier: ISC */
/*
 * settings_driver - src/settings as it is, for tests/real/settings_kit.py: secrets included
 * Owns    turning words into settings, and a reading into JSON. The commands never show a password; whether one
 *         survives writing and reading can only be told by looking at it.
 *
 * usage: settings_driver write PROGRAM KEY=VALUE...              the text
 *        settings_driver read PROGRAM FILE [account]             what was read, as JSON; PROGRAM "-": by its shape
 *        settings_driver change PROGRAM FILE KEY=VALUE...        {path: new text}; keys not said stay as read
 *
 * Keys are those of struct settings and of its attempt. 1: refused, with the sentence on standard error.
 */
#include "base/buf.h"
#include "base/err.h"
#include "settings/change.h"
#include "settings/reading.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 64 << 20, PATH_ROOM = 4096 };

static int fail(const struct err *e)
{
    fprintf(stderr, "%s\n", e->why);
    return 1;
}

/* ------------------------------------------------------------------------------------------------
 * Words into settings
 */
static bool set(struct settings *s, str key, str value)
{
    struct smtp_attempt *a = &s->attempt;
    const struct {
        const char *key;
        str *to;
    } texts[] = { { "host", &a->host },      { "mechanism", &a->mechanism },
                  { "user", &a->user },      { "helo", &a->helo },
                  { "from", &a->from },      { "header_from", &a->header_from },
                  { "to", &a->to },          { "secret_text", &s->secret_text },
                  { "ca_file", &s->ca_file } };
    int number;
    uint64_t port;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (str_eq(key, str_from(texts[i].key))) {
            *texts[i].to = value;
            return true;
        }
    if (str_eq(key, STR("port")) && str_to_u64(value, UINT16_MAX, &port)) {
        a->port = (uint16_t)port;
        return true;
    }
    if (str_eq(key, STR("security")) && names_find(&SMTP_SECURITY_NAMES, value, &number)) {
        a->security = (enum smtp_security)number;
        return true;
    }
    if (str_eq(key, STR("secret")) && names_find(&SETTINGS_SECRET_NAMES, value, &number)) {
        s->secret = (enum settings_secret)number;
        return true;
    }
    if (str_eq(key, STR("unverified")) || str_eq(key, STR("token"))) {
        *(str_eq(key, STR("token")) ? &s->token : &s->unverified) = str_eq(value, STR("true"));
        return true;
    }
    return str_eq(key, STR("source")) && ip_parse(value, &a->source);
}

static void set_all(struct settings *s, char **words)
{
    for (; *words; words++) {
        str value = str_from(*words), key = str_cut(&value, '=');
        if (!value.p || !set(s, key, value)) {
            fprintf(stderr, "settings_driver: what is '%s'?\n", *words);
            exit(2);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Files and variables
 */
static bool slurp(struct arena *a, const char *path, str *text)
{
    FILE *f = fopen(path, "rb");
    char *p = f ? arena_alloc(a, SETTINGS_FILE_MAX) : NULL;
    if (p)
        *text = (str){ p, fread(p, 1, SETTINGS_FILE_MAX, f) };
    if (f)
        fclose(f);
    return p != NULL;
}

static void path_of(const struct settings_file *f, char *out)
{
    const char *home = getenv("HOME");
    char dir[PATH_ROOM] = "";
    if (f->from && f->path.n && f->path.p[0] != '/')
        path_of(f->from, dir);
    char *slash = strrchr(dir, '/');
    *(slash ? slash + 1 : dir) = '\0';
    if (str_starts(f->path, STR("~/")))
        snprintf(out, PATH_ROOM, "%s%.*s", home ? home : "", STR_ARG(str_skip(f->path, 1)));
    else
        snprintf(out, PATH_ROOM, "%.1000s%.*s", dir, STR_ARG(f->path));
}

static void grant(struct settings_reading *r)
{
    char path[PATH_ROOM];
    for (size_t i = 0; i < r->file_count; i++) {
        struct settings_file *f = &r->files[i];
        if (f->answer != SETTINGS_WISHED)
            continue;
        path_of(f, path);
        f->answer = slurp(r->arena, path, &f->text) ? SETTINGS_GIVEN : SETTINGS_ABSENT;
    }
    for (size_t i = 0; i < r->variable_count; i++) {
        struct settings_variable *v = &r->variables[i];
        if (v->answer != SETTINGS_WISHED)
            continue;
        str name = arena_dup(r->arena, v->name);
        const char *value = name.p ? getenv(name.p) : NULL;
        v->answer = value ? SETTINGS_GIVEN : SETTINGS_ABSENT;
        v->value = str_from(value);
    }
}

static bool read_whole(struct settings_reading *r, const char *program, const char *path,
                       struct err *e)
{
    str text;
    const struct settings_program *p = settings_program_named(str_from(program));
    settings_reading_init(r, r->arena, p);
    if (!p && strcmp(program, "-") != 0)
        return err_set(e, ERR_SYNTAX, "no such program");
    if (!slurp(r->arena, path, &text) || !settings_give_file(r, str_from(path), text))
        return err_set(e, ERR_SYNTAX, "no such file");
    for (int turns = 0; turns < 100; turns++) {
        if (!settings_read(r, e))
            return false;
        if (!r->wishes)
            return true;
        grant(r);
    }
    return err_set(e, ERR_LIMIT, "it wishes without end");
}

/* ------------------------------------------------------------------------------------------------
 * JSON
 */
static json_t *text_of(str s)
{
    json_t *value = json_stringn(s.p ? s.p : "", s.n);
    return value ? value : json_string("(not UTF-8)");
}

static json_t *hex_of(str s)
{
    char *text = calloc(s.n * 2 + 1, 1);
    for (size_t i = 0; text && i < s.n; i++)
        snprintf(text + i * 2, 3, "%02x", (unsigned char)s.p[i]);
    json_t *value = json_string(text ? text : "");
    free(text);
    return value;
}

static json_t *place_of(const struct settings_item *i)
{
    if (!i || !i->place.file)
        return json_null();
    return json_pack("{so si si}", "file", text_of(i->place.file->path), "line", (int)i->place.line,
                     "column", (int)i->place.column);
}

static json_t *items_of(const struct settings_reading *r)
{
    json_t *list = json_array();
    for (size_t n = 0; n < r->item_count; n++) {
        const struct settings_item *i = &r->items[n];
        json_array_append_new(list,
                              json_pack("{so so so so si sb}", "section", text_of(i->section),
                                        "key", text_of(i->key), "value", text_of(i->value), "place",
                                        place_of(i), "how", (int)i->how, "known", (int)i->known));
    }
    return list;
}

static json_t *mistakes_of(const struct settings_reading *r)
{
    json_t *list = json_array();
    for (size_t n = 0; n < r->mistake_count; n++) {
        const struct settings_mistake *m = &r->mistakes[n];
        json_array_append_new(list,
                              json_pack("{so so so so so}", "id", text_of(m->row->name), "sure",
                                        text_of(names_of(&SETTINGS_SURENESS_NAMES, (int)m->sure)),
                                        "said", text_of(m->said), "remedy", text_of(m->remedy),
                                        "place", place_of(m->item)));
    }
    return list;
}

static json_t *said_of(const struct settings_reading *r)
{
    json_t *map = json_object();
    for (int n = 0; n < SETTINGS_FIELDS; n++)
        if (r->said[n]) {
            str name = names_of(&SETTINGS_FIELD_NAMES, n);
            json_object_setn_new(map, name.p, name.n, place_of(r->said[n]));
        }
    return map;
}

static json_t *reading_of(const struct settings_reading *r)
{
    const struct settings *s = &r->found;
    const struct smtp_attempt *a = &s->attempt;
    char source[IP_TEXT_MAX] = "";
    if (a->source.family != IP_NONE)
        ip_text(&a->source, source);
    return json_pack(
        "{so so si so so so so so so so so so so so sb sb so so so so}", "program",
        text_of(r->program->name), "host", text_of(a->host), "port", (int)a->port, "security",
        text_of(names_of(&SMTP_SECURITY_NAMES, (int)a->security)), "mechanism",
        text_of(a->mechanism), "user", text_of(a->user), "helo", text_of(a->helo), "from",
        text_of(a->from), "header_from", text_of(a->header_from), "to", text_of(a->to), "source",
        json_string(source), "secret", text_of(names_of(&SETTINGS_SECRET_NAMES, (int)s->secret)),
        "secret_hex", hex_of(s->secret_text), "ca_file", text_of(s->ca_file), "unverified",
        (int)s->unverified, "token", (int)s->token, "account", text_of(r->account_taken), "said",
        said_of(r), "items", items_of(r), "mistakes", mistakes_of(r));
}

static int print(json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(1));
    json_decref(value);
    return fflush(stdout) ? 2 : 0;
}

/* ------------------------------------------------------------------------------------------------
 * The three verbs
 */
static int write_text(const char *program, char **words)
{
    struct err e = { 0 };
    struct settings s = { 0 };
    const struct settings_program *p = settings_program_named(str_from(program));
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    set_all(&s, words);
    if (!p || !settings_write(p, &s, &out, &e))
        return fail(&e);
    fwrite(out.p, 1, out.n, stdout);
    return 0;
}

static int change_text(struct settings_reading *r, char **words)
{
    struct err e = { 0 };
    struct settings wanted = r->found;
    static struct settings_changes changes;
    json_t *map = json_object();
    changes.arena = r->arena;
    set_all(&wanted, words);
    if (!settings_change(r, &wanted, &changes, &e))
        return json_decref(map), fail(&e);
    for (size_t i = 0; i < r->file_count; i++) {
        AUTO(buf_wipe_done) struct buf out;
        buf_init(&out, SETTINGS_FILE_MAX * 2);
        if (r->files[i].answer != SETTINGS_GIVEN)
            continue;
        if (!settings_changed_text(&changes, &r->files[i], &out))
            return json_decref(map), err_set(&e, ERR_SYNTAX, "changes overlap"), fail(&e);
        str path = r->files[i].path;
        json_object_setn_new(map, path.p, path.n, text_of(buf_str(&out)));
    }
    return print(map);
}

int main(int argc, char **argv)
{
    static struct settings_reading r;
    struct err e = { 0 };
    struct arena a;
    arena_init(&a, ARENA_MAX);
    r.arena = &a;
    if (argc > 2 && strcmp(argv[1], "write") == 0)
        return write_text(argv[2], argv + 3);
    if (argc < 4) {
        fprintf(stderr, "usage: settings_driver write|read|change PROGRAM ...\n");
        return 2;
    }
    if (!read_whole(&r, argv[2], argv[3], &e))
        return fail(&e);
    int status = strcmp(argv[1], "change") == 0 ? change_text(&r, argv + 4) : print(reading_of(&r));
    arena_done(&a);
    return status;
}
