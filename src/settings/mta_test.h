/* SPDX-License-Identifier: ISC */
/*
 * settings/mta_test.h - what the tests of Postfix, Exim and OpenSMTPD share: a case is a program's files, and what
 * must be read out of them
 */
#ifndef BATON_SETTINGS_MTA_TEST_H
#define BATON_SETTINGS_MTA_TEST_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "settings/change.h"
#include "settings/settings.h"

enum { MTA_FILES = 4, MTA_ARENA = 64 << 20 };

struct mta_file {
    const char *path, *text; /* the first has no path: it is the one that the user named */
};
struct mta_case {
    const char *name;
    struct mta_file files[MTA_FILES];
    const char *account;
    const char *host; /* NULL: the file is broken, and mistakes holds a part of the sentence */
    unsigned port;
    enum smtp_security security;
    const char *mechanism, *user, *secret, *helo; /* NULL: none. secret "?": hidden */
    bool unverified;
    const char *mistakes; /* their names, blank between; those of the settings alone too */
};

static inline void mta_answer(struct settings_reading *r, const struct mta_file *files)
{
    for (size_t i = 0; i < r->file_count; i++) {
        struct settings_file *f = &r->files[i];
        for (size_t k = 1; f->answer == SETTINGS_WISHED && k < MTA_FILES; k++)
            if (files[k].path && str_eq(f->path, str_from(files[k].path))) {
                f->text = str_from(files[k].text);
                f->answer = SETTINGS_GIVEN;
            }
        if (f->answer == SETTINGS_WISHED)
            f->answer = SETTINGS_ABSENT;
    }
    for (size_t i = 0; i < r->variable_count; i++)
        r->variables[i].answer = SETTINGS_ABSENT;
}

static inline bool mta_read(struct settings_reading *r, struct arena *a, const char *program,
                            const struct mta_file *files, const char *account, struct err *e)
{
    settings_reading_init(r, a, settings_program_named(str_from(program)));
    r->account = str_from(account);
    assert_true(settings_give_file(r, STR("file"), str_from(files[0].text)));
    for (int rounds = 0; rounds < 12; rounds++) {
        if (!settings_read(r, e))
            return false;
        if (!r->wishes)
            return true;
        mta_answer(r, files);
    }
    fail_msg("the reading goes on wishing");
    return false;
}

static inline bool mta_same(const char *wanted, str got)
{
    return str_eq(str_from(wanted), got);
}

static inline str mta_mistakes(struct settings_reading *r)
{
    str all = STR("");
    for (size_t i = 0; i < r->mistake_count; i++) {
        const struct settings_mistake *m = &r->mistakes[i];
        assert_true(m->said.n && m->remedy.n);
        all = arena_printf(r->arena, "%.*s%s%.*s", STR_ARG(all), all.n ? " " : "",
                           STR_ARG(m->row->name));
    }
    return all;
}

/* Each item's place holds what it says it does, where nothing was altered. */
static inline void mta_places(const struct settings_reading *r, const char *name)
{
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_item *item = &r->items[i];
        const struct settings_place *p = &item->place;
        struct settings_place same = { 0 };
        assert_non_null(p->file);
        assert_true(p->at + p->n <= p->file->text.n);
        same.line = same.column = 1;
        for (size_t k = 0; k < p->at; k++) {
            same.column++;
            if (p->file->text.p[k] == '\n') {
                same.line++;
                same.column = 1;
            }
        }
        if (same.line != p->line || same.column != p->column)
            fail_msg("%s: %.*s stands at %u:%u, not at %u:%u", name, STR_ARG(item->key), same.line,
                     same.column, p->line, p->column);
    }
}

static inline void mta_check(const struct mta_case *c, struct settings_reading *r)
{
    const struct settings *f = &r->found;
    const struct smtp_attempt *a = &f->attempt;
    str secret = f->secret == SETTINGS_SECRET_HIDDEN ? STR("?") : f->secret_text;
    str mistakes = mta_mistakes(r);
    if (!mta_same(c->host, a->host) || c->port != a->port || c->security != a->security ||
        !mta_same(c->mechanism, a->mechanism) || !mta_same(c->user, a->user) ||
        !mta_same(c->secret, secret) || (c->helo && !mta_same(c->helo, a->helo)) ||
        c->unverified != f->unverified || !mta_same(c->mistakes, mistakes))
        fail_msg("%s: %.*s:%u security %d unverified %d mechanism '%.*s' user '%.*s' secret '%.*s' "
                 "helo '%.*s' mistakes '%.*s'",
                 c->name, STR_ARG(a->host), a->port, a->security, f->unverified,
                 STR_ARG(a->mechanism), STR_ARG(a->user), STR_ARG(secret), STR_ARG(a->helo),
                 STR_ARG(mistakes));
    mta_places(r, c->name);
}

static inline void mta_run(const char *program, const struct mta_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct mta_case *c = &cases[i];
        static struct settings_reading r;
        struct arena a;
        struct err e = { 0 };
        arena_init(&a, MTA_ARENA);
        bool ok = mta_read(&r, &a, program, c->files, c->account, &e);
        if (ok != (c->host != NULL))
            fail_msg("%s: %s", c->name, ok ? "it was read" : e.why);
        if (ok)
            mta_check(c, &r);
        else if (str_find(str_from(e.why), str_from(c->mistakes)) == STR_NOT_FOUND)
            fail_msg("%s: %s", c->name, e.why);
        arena_done(&a);
    }
}

/* What is written is read back as the same, and no mistake is seen in it. */
static inline void mta_round_trip(const char *program, const struct settings *s)
{
    static struct settings_reading r;
    const struct settings_program *p = settings_program_named(str_from(program));
    struct buf out;
    struct arena a;
    struct err e = { 0 };
    buf_init(&out, SETTINGS_TEXT_MAX);
    arena_init(&a, MTA_ARENA);
    if (!settings_write(p, s, &out, &e))
        fail_msg("%s", e.why);
    buf_addc(&out, '\0');
    out.n--;
    struct mta_file files[MTA_FILES] = { { NULL, out.p } };
    if (!mta_read(&r, &a, program, files, NULL, &e))
        fail_msg("%s\n%s", e.why, out.p);
    const struct smtp_attempt *x = &s->attempt, *y = &r.found.attempt;
    if (!str_eq(x->host, y->host) || x->port != y->port || x->security != y->security ||
        smtp_attempt_logs_in(x) != smtp_attempt_logs_in(y) ||
        (smtp_attempt_logs_in(x) &&
         (!str_eq(x->user, y->user) || !str_eq(s->secret_text, r.found.secret_text))) ||
        !str_eq(x->helo, y->helo) || s->unverified != r.found.unverified ||
        !str_eq(s->ca_file, r.found.ca_file) || memcmp(&x->source, &y->source, sizeof x->source))
        fail_msg("%.*s:%u security %d mechanism %.*s user %.*s secret '%.*s' helo %.*s ca %.*s\n%s",
                 STR_ARG(y->host), y->port, y->security, STR_ARG(y->mechanism), STR_ARG(y->user),
                 STR_ARG(r.found.secret_text), STR_ARG(y->helo), STR_ARG(r.found.ca_file), out.p);
    str mistakes = mta_mistakes(&r);
    /* A secret may look like a mistake; then that is all that is seen. */
    if (mistakes.n &&
        !(str_starts(mistakes, STR("secret-")) && str_find_octet(mistakes, ' ') == STR_NOT_FOUND))
        fail_msg("mistakes %.*s in\n%s", STR_ARG(mistakes), out.p);
    assert_ptr_equal(settings_program_of_file(STR(""), str_from(out.p), &e), p);
    arena_done(&a);
    buf_done(&out);
}

static const char *const MTA_SECRETS[] = {
    "plain",
    "$HOME",
    "${x}",
    "$$",
    "it's",
    "a\"b\"",
    "back\\slash\\n",
    "a#b",
    "#first",
    "a b",
    " lead",
    "%40%s",
    "\xc3\xa9t\xc3\xa9",
    "a:b:c",
    ":",
    "x@y/z!",
    "^a^^b",
    "[h]:587",
    "=",
    "a=b",
    "{a}",
    "<b>",
    "a;b,c",
    "*",
    "''",
};
#endif
