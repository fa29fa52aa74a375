/* SPDX-License-Identifier: ISC */
/* A file of logins: what was read is written so that it reads the same, and each name finds its own login. */
#include "sasl/users.h"
#include "sasl/password.h"
#include <assert.h>

static bool same_keys(const struct sasl_scram_keys *a, const struct sasl_scram_keys *b)
{
    return a->iterations == b->iterations && str_eq(a->salt, b->salt) &&
           str_eq(a->stored_key, b->stored_key) && str_eq(a->server_key, b->server_key);
}

static bool same(const struct sasl_user *a, const struct sasl_user *b)
{
    return str_eq(a->name, b->name) && str_eq(a->hash, b->hash) && str_eq(a->secret, b->secret) &&
           a->disabled == b->disabled && same_keys(&a->sha1, &b->sha1) &&
           same_keys(&a->sha256, &b->sha256);
}

static void count(void *user, const char *why)
{
    assert(why[0]);
    ++*(size_t *)user;
}

/* Without its wrong lines. */
static void read_right(str text)
{
    struct arena a;
    struct err e;
    size_t wrong = 0;
    arena_init(&a, 4 << 20);
    const struct sasl_users *u = sasl_users_read_right(STR("users"), text, &a, count, &wrong, &e);
    for (size_t i = 0; u && i < sasl_users_count(u); i++)
        assert(sasl_users_find(u, sasl_users_at(u, i)->name) == sasl_users_at(u, i));
    arena_done(&a);
}

static void write_and_read(const struct sasl_user *u)
{
    struct buf line;
    struct arena a;
    struct err e;
    buf_init(&line, 4 * SASL_USER_LINE_MAX);
    arena_init(&a, 1 << 20);
    assert(sasl_user_write(u, &line));
    struct sasl_users *again = sasl_users_read(STR("again"), buf_str(&line), &a, &e);
    /* With all its colons written as %3A a line may have become too long. */
    assert(again || e.kind == ERR_LIMIT);
    assert(!again || (sasl_users_count(again) == 1 && same(u, sasl_users_at(again, 0))));
    arena_done(&a);
    buf_done(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct err e;
    struct buf words;
    arena_init(&a, 4 << 20);
    const struct sasl_users *u = sasl_users_read(STR("users"), (str){ (const char *)data, size },
                                                 &a, &e);
    assert(u || e.why[0]);
    if (!u)
        read_right((str){ (const char *)data, size });
    for (size_t i = 0; u && i < sasl_users_count(u); i++) {
        const struct sasl_user *one = sasl_users_at(u, i);
        assert(sasl_users_find(u, one->name) == one);
        (void)!sasl_hash_good(one->hash, &e);
        write_and_read(one);
    }
    if (u) {
        buf_init(&words, 512);
        bool fits = sasl_users_mechanisms(u, true, &words);
        assert(fits && words.n > 0);
        assert(!sasl_users_usual(u) || sasl_users_count(u) > 0);
        (void)sasl_users_derive(u);
        (void)sasl_users_keyed(u, true);
        (void)sasl_users_find(u, STR("nobody"));
        assert(sasl_users_pepper(u));
        buf_done(&words);
    }
    arena_done(&a);
    return 0;
}
