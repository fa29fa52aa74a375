/* SPDX-License-Identifier: ISC */
/*
 * fuzz/mta.h - what the harnesses of Postfix, Exim and OpenSMTPD share
 * The input is the main file, then the files that are wished for, in that order, each behind an octet 1e. A last
 * one that begins with "account " is the account that is asked for.
 * What holds for every text: places lie in their files, no sentence holds the password, and a change that is made
 * gives a text that can be read.
 */
#ifndef BATON_FUZZ_MTA_H
#define BATON_FUZZ_MTA_H
#include "base/arena.h"
#include "settings/change.h"
#include "settings/settings.h"
#include <stdlib.h>

enum { MTA_MEMORY = 64 << 20, MTA_ROUNDS = 30 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool read_all(struct settings_reading *r, const str *parts, size_t count)
{
    struct err e;
    for (int round = 0; round < MTA_ROUNDS; round++) {
        if (!settings_read(r, &e))
            return false;
        if (!r->wishes)
            return true;
        for (size_t i = 1; i < r->file_count; i++) {
            struct settings_file *f = &r->files[i];
            f->answer = i < count ? SETTINGS_GIVEN : SETTINGS_ABSENT;
            f->text = i < count ? parts[i] : STR_NONE;
        }
        for (size_t i = 0; i < r->variable_count; i++)
            r->variables[i].answer = SETTINGS_ABSENT;
    }
    abort();
}

static void places_lie_inside(const struct settings_reading *r)
{
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_place *p = &r->items[i].place;
        must(p->file && p->at + p->n <= p->file->text.n && p->line && p->column);
    }
}

static void nothing_is_told(const struct settings_reading *r)
{
    str secret = r->found.secret == SETTINGS_SECRET_LITERAL ? r->found.secret_text : STR_NONE;
    if (secret.n < 8 || str_find_octet(secret, '!') == STR_NOT_FOUND)
        return;
    for (size_t i = 0; i < r->mistake_count; i++) {
        must(str_find(r->mistakes[i].said, secret) == STR_NOT_FOUND);
        must(str_find(r->mistakes[i].remedy, secret) == STR_NOT_FOUND);
    }
}

static void changed(const struct settings_reading *r, struct arena *a)
{
    struct settings wanted = {
        .attempt = { .host = STR_INIT("mail.corp.test"),
                     .port = 465,
                     .security = SMTP_SECURITY_TLS,
                     .mechanism = STR_INIT("auto"),
                     .user = STR_INIT("anna"),
                     .helo = STR_INIT("pc.corp.test") },
        .secret = SETTINGS_SECRET_LITERAL,
        .secret_text = STR_INIT("a#b'c\"d e"),
    };
    static struct settings_changes c;
    struct err e;
    c.arena = a;
    if (!settings_change(r, &wanted, &c, &e))
        return;
    AUTO(buf_done) struct buf out;
    buf_init(&out, 4 << 20);
    must(settings_changed_text(&c, &r->files[0], &out));
}

static void mta_one(const char *program, const uint8_t *data, size_t size)
{
    static struct settings_reading r;
    str rest = { (const char *)data, size }, parts[SETTINGS_FILES];
    struct arena a;
    size_t count = 0;
    while (rest.p && count < SETTINGS_FILES)
        parts[count++] = str_cut(&rest, '\x1e');
    const struct settings_program *p = settings_program_named(str_from(program));
    p->looks(STR(""), parts[0]);
    arena_init(&a, MTA_MEMORY);
    settings_reading_init(&r, &a, p);
    if (count > 1 && str_starts(parts[count - 1], STR("account ")))
        r.account = str_skip(parts[--count], 8);
    must(settings_give_file(&r, STR("file"), parts[0]));
    if (read_all(&r, parts, count)) {
        places_lie_inside(&r);
        nothing_is_told(&r);
        changed(&r, &a);
    }
    arena_done(&a);
}
#endif
