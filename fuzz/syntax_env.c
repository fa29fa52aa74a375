/* SPDX-License-Identifier: ISC */
/* The first octet chooses the dialect, the second whether variables are known. Places lie in the text, values are no
 * longer than their maximum, and what is written of a value that was read is read again as that. */
#include "settings/syntax_env.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void again(enum env_dialect d, str value)
{
    static struct settings_reading r;
    struct arena a;
    struct buf out;
    struct err e;
    arena_init(&a, 4 << 20);
    buf_init(&out, 1 << 20);
    buf_add(&out, STR("K="));
    if (env_quote(d, value, &out, &e)) {
        buf_add(&out, STR("\nL='x'\n"));
        settings_reading_init(&r, &a, NULL);
        bool given = settings_give_file(&r, STR(".env"), buf_str(&out));
        bool ok = given && env_read(&r, &r.files[0], d, STR(""), &e);
        assert(ok);
        const struct settings_item *k = settings_item_named(&r, STR(""), STR("K"));
        assert(k && str_eq(k->value, value) && r.mistake_count == 0);
    }
    buf_done(&out);
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct settings_reading r;
    struct arena a;
    struct err e = { .kind = ERR_NONE };
    if (size < 2)
        return 0;
    enum env_dialect d = (enum env_dialect)(data[0] % ENV_DIALECTS);
    char *exact = malloc(size);
    assert(exact);
    memcpy(exact, data + 2, size - 2);
    arena_init(&a, 8 << 20);
    settings_reading_init(&r, &a, NULL);
    bool ok = settings_give_file(&r, STR(".env"), (str){ exact, size - 2 });
    for (unsigned turn = 0; ok && turn < 2; turn++) {
        r.item_count = r.mistake_count = 0;
        ok = env_read(&r, &r.files[0], d, STR("s"), &e);
        for (size_t i = 0; i < r.variable_count; i++) {
            r.variables[i].answer = data[1] % 2 ? SETTINGS_GIVEN : SETTINGS_ABSENT;
            r.variables[i].value = STR("it's $x");
        }
    }
    assert(ok || e.why[0]);
    for (size_t i = 0; ok && i < r.item_count; i++) {
        const struct settings_place *p = &r.items[i].place;
        assert(p->at <= size - 2 && p->n <= size - 2 - p->at && p->line && p->column);
        assert(r.items[i].value.n <= ENV_VALUE_MAX);
        if (i < 8 && r.items[i].value.n < 512)
            again(d, r.items[i].value);
    }
    arena_done(&a);
    free(exact);
    return 0;
}
