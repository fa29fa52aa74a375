/* SPDX-License-Identifier: ISC */
/*
 * fuzz/settings_change.h - any text as a program's own file: read, changed, read again
 * Owns    the harness of readers that include it: input is files one after the other, cut at the octet 0x1e; the
 *         first is the one named, the others are given in the order in which they are wished for.
 */
#include "settings/change.h"
#include <assert.h>
#include <stdlib.h>

enum { ARENA_MAX = 64 << 20 };

static void places_lie_inside(const struct settings_reading *r)
{
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_place *p = &r->items[i].place;
        assert(!p->file || (p->at <= p->file->text.n && p->n <= p->file->text.n - p->at));
    }
    AUTO(buf_done) struct buf place;
    buf_init(&place, 1 << 16);
    if (r->item_count)
        settings_add_place(&r->items[r->item_count - 1].place, &place);
    for (size_t i = 0; i < r->mistake_count; i++)
        assert(r->mistakes[i].said.n && r->mistakes[i].remedy.n);
}

static void give(struct settings_reading *r, str *more)
{
    for (size_t i = 0; i < r->file_count; i++) {
        struct settings_file *f = &r->files[i];
        if (f->answer != SETTINGS_WISHED)
            continue;
        f->answer = more->p ? SETTINGS_GIVEN : SETTINGS_ABSENT;
        f->text = str_cut(more, '\x1e');
    }
    for (size_t i = 0; i < r->variable_count; i++)
        if (r->variables[i].answer == SETTINGS_WISHED) {
            /* Those of Grafana win over its file, and leave nothing to change in it. */
            bool wins = str_starts(r->variables[i].name, STR("GF_")) &&
                        str_find(r->files[0].text, STR("GF_")) == STR_NOT_FOUND;
            bool given = i % 2 && !wins;
            r->variables[i].answer = given ? SETTINGS_GIVEN : SETTINGS_ABSENT;
            r->variables[i].value = STR("a value");
        }
}

static bool read_all(struct settings_reading *r, str more, struct err *e)
{
    for (int turns = 0; turns < SETTINGS_FILES + SETTINGS_VARIABLES; turns++) {
        if (!settings_read(r, e)) {
            assert(e->why[0]);
            return false;
        }
        places_lie_inside(r);
        if (!r->wishes)
            return true;
        give(r, &more);
    }
    assert(!"it wishes without end");
    return false;
}

static const struct settings WANTED[] = {
    { .attempt = { .host = STR_INIT("mail.example.org"),
                   .port = 587,
                   .security = SMTP_SECURITY_STARTTLS,
                   .mechanism = STR_INIT("auto"),
                   .user = STR_INIT("anna"),
                   .helo = STR_INIT("pc.example.org"),
                   .from = STR_INIT("anna@example.org") },
      .secret = SETTINGS_SECRET_LITERAL,
      .secret_text = STR_INIT("a\"b$c'd\\ e%f#g:h") },
    { .attempt = { .host = STR_INIT("relay.example.org"),
                   .port = 465,
                   .security = SMTP_SECURITY_TLS,
                   .mechanism = STR_INIT("PLAIN"),
                   .user = STR_INIT("o'n a") },
      .secret = SETTINGS_SECRET_COMMAND,
      .secret_text = STR_INIT("print 'it'"),
      .unverified = true },
    { .attempt = { .host = STR_INIT("mail.example.org"),
                   .port = 587,
                   .security = SMTP_SECURITY_STARTTLS,
                   .mechanism = STR_INIT("auto"),
                   .user = STR_INIT("anna") },
      .secret = SETTINGS_SECRET_ASKED }, /* left as it is */
    { .attempt = { .host = STR_INIT("2001:db8::1"), .port = 25, .security = SMTP_SECURITY_NONE },
      .ca_file = STR_INIT("/etc/ca.pem") },
};

/* Does a change touch the octets of this line? */
static bool is_touched(const struct settings_changes *c, const struct settings_file *f,
                       size_t begin, size_t end)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->rows[i].file == f && c->rows[i].at <= end && c->rows[i].at + c->rows[i].n >= begin)
            return true;
    return false;
}

/* All other lines are there still, octet by octet, in their order. */
static void other_lines_stay(const struct settings_changes *c, const struct settings_file *f,
                             str now)
{
    for (str rest = f->text; rest.n;) {
        str line = str_cut(&rest, '\n');
        size_t begin = (size_t)(line.p - f->text.p);
        if (is_touched(c, f, begin, begin + line.n))
            continue;
        bool found = false;
        while (!found && now.p)
            found = str_eq(str_cut(&now, '\n'), line);
        assert(found);
    }
}

/* What holds means the same to a reader that never saw the file before. */
static void means(const struct settings_reading *r, const struct settings *wanted, str text)
{
    struct settings_reading *now = calloc(1, sizeof *now);
    struct err e = { .kind = ERR_NONE };
    if (!now)
        return;
    settings_reading_init(now, r->arena, r->program);
    now->account = r->account;
    bool given = settings_give_file(now, r->files[0].path, text);
    assert(given);
    bool read = read_all(now, STR_NONE, &e);
    assert(read && !settings_differs(now, wanted, SETTINGS_HOST));
    assert(!settings_differs(now, wanted, SETTINGS_PORT));
    assert(!settings_differs(now, wanted, SETTINGS_USER));
    assert(!settings_differs(now, wanted, SETTINGS_SECRET));
    free(now);
}

static void check_texts(const struct settings_reading *r, const struct settings *wanted,
                        const struct settings_changes *c)
{
    for (size_t i = 0; i < r->file_count; i++) {
        AUTO(buf_done) struct buf text;
        buf_init(&text, 4 * SETTINGS_FILE_MAX);
        if (r->files[i].answer != SETTINGS_GIVEN)
            continue;
        bool made = settings_changed_text(c, &r->files[i], &text);
        assert(made);
        other_lines_stay(c, &r->files[i], buf_str(&text));
        if (r->file_count == 1 && !r->variable_count)
            means(r, wanted, buf_str(&text));
    }
}

static void change_all(const struct settings_reading *r)
{
    struct settings_changes *c = calloc(1, sizeof *c);
    for (size_t i = 0; c && i < COUNT_OF(WANTED); i++) {
        struct err e = { .kind = ERR_NONE };
        c->arena = r->arena;
        if (!settings_change(r, &WANTED[i], c, &e))
            assert(e.why[0]);
        else if (!settings_change_holds(r, &WANTED[i], c, &e))
            assert(e.why[0]);
        else
            check_texts(r, &WANTED[i], c);
    }
    free(c);
}

/* What some programs cannot be told, or only in other words. */
static const struct settings WRITTEN[] = {
    { .attempt = { .host = STR_INIT("localhost"), .port = 25, .from_null = true } },
    { .attempt = { .host = STR_INIT("localhost"),
                   .port = 25,
                   .security = SMTP_SECURITY_NONE,
                   .mechanism = STR_INIT("auto"),
                   .user = STR_INIT("anna") },
      .secret = SETTINGS_SECRET_ASKED },
    { .attempt = { .host = STR_INIT("mail.example.org"),
                   .port = 25,
                   .security = SMTP_SECURITY_NONE,
                   .mechanism = STR_INIT("PLAIN"),
                   .user = STR_INIT("anna") },
      .secret = SETTINGS_SECRET_LITERAL,
      .secret_text = STR_INIT("secret") },
    { .attempt = { .host = STR_INIT("2001:db8::1"),
                   .port = 465,
                   .security = SMTP_SECURITY_TLS,
                   .mechanism = STR_INIT("auto"),
                   .user = STR_INIT("anna") },
      .secret = SETTINGS_SECRET_ASKED },
    { .attempt = { .host = STR_INIT("mail.example.org"),
                   .port = 465,
                   .security = SMTP_SECURITY_TLS,
                   .mechanism = STR_INIT("auto"),
                   .user = STR_INIT("#anna") },
      .secret = SETTINGS_SECRET_ASKED },
    { .attempt = { .host = STR_INIT("mail.example.org"),
                   .port = 465,
                   .security = SMTP_SECURITY_TLS,
                   .mechanism = STR_INIT("auto"),
                   .user = STR_INIT("%(anna)s") },
      .secret = SETTINGS_SECRET_ASKED },
    { .attempt = { .host = STR_INIT("mail.example.org"),
                   .port = 465,
                   .security = SMTP_SECURITY_TLS,
                   .mechanism = STR_INIT("auto"),
                   .user = STR_INIT("anna") },
      .secret = SETTINGS_SECRET_LITERAL,
      .secret_text = STR_INIT("two\nlines, ` and \"\"\"") },
    { .attempt = { .host = STR_INIT("%(host)s"), .port = 25, .security = SMTP_SECURITY_NONE } },
    { .attempt = { .host = STR_INIT("mail.example.org"),
                   .port = 25,
                   .security = SMTP_SECURITY_NONE,
                   .from = STR_INIT("\"%(a)s # b\"@example.org") } },
    { .attempt = { .host = STR_INIT("mail.example.org"),
                   .port = 25,
                   .security = SMTP_SECURITY_NONE,
                   .source = { .family = IP_V4, .octets = { 192, 0, 2, 1 } } } },
};

static inline void write_rows(const struct settings_program *p, const struct settings *rows,
                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct err e = { .kind = ERR_NONE };
        struct buf text;
        buf_init(&text, SETTINGS_TEXT_MAX);
        bool good = settings_write(p, &rows[i], &text, &e);
        assert(good == (text.n > 0));
        buf_done(&text);
    }
}

/* What the same row writes, once. */
static inline void write_once(const char *program)
{
    static bool written;
    const struct settings_program *p = settings_program_named(str_from(program));
    if (!written) {
        write_rows(p, WANTED, COUNT_OF(WANTED));
        write_rows(p, WRITTEN, COUNT_OF(WRITTEN));
    }
    written = true;
}

static int fuzz(const char *program, const uint8_t *data, size_t size)
{
    str more = { (const char *)data, size };
    struct err e = { .kind = ERR_NONE };
    struct settings_reading *r = calloc(1, sizeof *r);
    const struct settings_program *p = settings_program_named(str_from(program));
    struct arena a;
    arena_init(&a, ARENA_MAX);
    settings_reading_init(r, &a, p);
    str text = str_cut(&more, '\x1e');
    if (p && p->looks)
        p->looks(STR(""), text);
    if (size && data[0] == '@') { /* "@work" LF: that account is asked for */
        r->account = str_skip(str_cut(&text, '\n'), 1);
        text.p = text.p ? text.p : "";
    }
    bool given = settings_give_file(r, STR("conf"), text);
    assert(given);
    if (read_all(r, more, &e))
        change_all(r);
    arena_done(&a);
    free(r);
    return 0;
}
