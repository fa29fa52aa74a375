/* SPDX-License-Identifier: ISC */
/* A .env of Python: places lie in the text; what was found can be written into it again, and is then found. */
#include "settings/mail_names.h"
#include "settings/change.h"
#include "settings/reader.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void answer(struct settings_reading *r)
{
    for (size_t i = 0; i < r->variable_count; i++)
        r->variables[i].answer = SETTINGS_ABSENT;
    for (size_t i = 0; i < r->file_count; i++)
        if (r->files[i].answer == SETTINGS_WISHED)
            r->files[i].answer = SETTINGS_ABSENT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct settings_reading r;
    static struct settings_changes c;
    struct arena a;
    struct err e = { .kind = ERR_NONE };
    char *exact = malloc(size + 1);
    assert(exact);
    memcpy(exact, data, size);
    arena_init(&a, 16 << 20);
    settings_reading_init(&r, &a, settings_program_named(STR("python")));
    bool ok = settings_give_file(&r, STR(".env"), (str){ exact, size }) && settings_read(&r, &e);
    for (int i = 0; ok && r.wishes && i < 8; i++) {
        answer(&r);
        ok = settings_read(&r, &e);
    }
    assert(ok || e.why[0]);
    bool host;
    size_t names = mail_names_count(&r, STR_NONE, &host);
    assert(names <= r.item_count && (names > 0 || !host));
    if (ok) {
        struct settings wanted = { .attempt = { .host = STR_INIT("new.example.org"),
                                                .port = size % 2 ? 465 : 587,
                                                .security = size % 2 ? SMTP_SECURITY_TLS
                                                                     : SMTP_SECURITY_STARTTLS,
                                                .from = STR_INIT("a@example.org") },
                                   .secret = SETTINGS_SECRET_LITERAL,
                                   .secret_text = STR_INIT("it's ${x}\\") };
        static const enum settings_secret KINDS[] = { SETTINGS_SECRET_LITERAL, SETTINGS_SECRET_ENV,
                                                      SETTINGS_SECRET_FILE,
                                                      SETTINGS_SECRET_COMMAND };
        wanted.secret = KINDS[size / 2 % 4];
        if (wanted.secret != SETTINGS_SECRET_LITERAL)
            wanted.secret_text = STR("NAME");
        wanted.unverified = size % 3 == 0;
        if (size % 5) {
            wanted.attempt.mechanism = size % 7 ? STR("auto") : STR("PLAIN");
            wanted.attempt.user = STR("tom");
        }
        c.arena = &a;
        if (settings_change(&r, &wanted, &c, &e)) {
            struct buf out;
            buf_init(&out, 1 << 22);
            (void)!settings_changed_text(&c, settings_main_file(&r), &out);
            buf_done(&out);
        }
    }
    arena_done(&a);
    free(exact);
    return 0;
}
