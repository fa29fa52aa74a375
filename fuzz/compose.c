/* SPDX-License-Identifier: ISC */
/* A compose file, behind a NUL its .env; places lie in the text. Whatever is quoted for YAML is read again as it was. */
#include "settings/change.h"
#include "settings/syntax_yaml.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void answer(struct settings_reading *r, str dotenv)
{
    for (size_t i = 0; i < r->variable_count; i++) {
        r->variables[i].answer = i % 2 ? SETTINGS_GIVEN : SETTINGS_ABSENT;
        r->variables[i].value = STR("v");
    }
    for (size_t i = 1; i < r->file_count; i++) {
        if (r->files[i].answer != SETTINGS_WISHED)
            continue;
        r->files[i].answer = dotenv.p ? SETTINGS_GIVEN : SETTINGS_ABSENT;
        r->files[i].text = dotenv;
    }
}

static void quoted_again(str value)
{
    static struct settings_reading r;
    struct arena a;
    struct buf text;
    struct err e = { .kind = ERR_NONE };
    const struct yaml *root;
    arena_init(&a, 4 << 20);
    buf_init(&text, 1 << 20);
    buf_add(&text, STR("k: "));
    if (yaml_quote(value, &text, &e)) {
        settings_reading_init(&r, &a, NULL);
        bool given = settings_give_file(&r, STR("x"), buf_str(&text));
        bool ok = given && yaml_read(&r, &r.files[0], &root, &e);
        const struct yaml *k = ok ? yaml_get(root, STR("k")) : NULL;
        assert(k && str_eq(k->value, value));
    } else
        assert(!str_is_utf8(value));
    buf_done(&text);
    arena_done(&a);
}

static void change(struct settings_reading *r, struct arena *a, size_t size)
{
    static struct settings_changes c;
    struct settings wanted = { .attempt = { .host = STR_INIT("new.example.org"),
                                            .port = 465,
                                            .security = SMTP_SECURITY_TLS,
                                            .mechanism = STR_INIT("auto"),
                                            .user = STR_INIT("tom") },
                               .secret = size % 2 ? SETTINGS_SECRET_LITERAL : SETTINGS_SECRET_ENV,
                               .secret_text = STR_INIT("x") };
    static const enum settings_secret KINDS[] = { SETTINGS_SECRET_LITERAL, SETTINGS_SECRET_ENV,
                                                  SETTINGS_SECRET_FILE, SETTINGS_SECRET_ASKED };
    struct settings written = wanted;
    struct buf out;
    struct err e = { .kind = ERR_NONE };
    c.arena = a;
    buf_init(&out, 1 << 22);
    if (settings_change(r, &wanted, &c, &e))
        (void)!settings_changed_text(&c, settings_main_file(r), &out);
    written.secret = KINDS[size % 4];
    written.secret_text = size % 8 < 4 ? STR("NAME") : STR("a $b'");
    written.unverified = size % 3 == 0;
    written.attempt.mechanism = size % 5 ? STR("auto") : STR("PLAIN");
    buf_clear(&out);
    if (!settings_write(r->program, &written, &out, &e))
        assert(e.why[0]);
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct settings_reading r;
    struct arena a;
    struct err e = { .kind = ERR_NONE };
    char *exact = malloc(size + 1);
    assert(exact);
    memcpy(exact, data, size);
    str rest = { exact, size }, text = str_cut(&rest, '\0');
    arena_init(&a, 16 << 20);
    settings_reading_init(&r, &a, settings_program_named(STR("compose")));
    bool ok = settings_give_file(&r, STR("compose.yaml"), text) && settings_read(&r, &e);
    for (int i = 0; ok && r.wishes && i < 8; i++) {
        answer(&r, rest);
        ok = settings_read(&r, &e);
    }
    assert(ok || e.why[0]);
    (void)!settings_program_of_file(STR("compose.yaml"), text, &e);
    for (size_t i = 0; ok && i < r.item_count; i++) {
        const struct settings_place *p = &r.items[i].place;
        assert(!p->file || (p->at <= p->file->text.n && p->n <= p->file->text.n - p->at));
    }
    if (ok)
        change(&r, &a, size);
    if (size < 512)
        quoted_again(text);
    arena_done(&a);
    free(exact);
    return 0;
}
