/* SPDX-License-Identifier: ISC */
/* Hashes as other programs made them: argon2's own tests, libxcrypt, htpasswd and doveadm. */
#include "sasl/password.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static struct sasl_users *users_of(const char *text)
{
    struct err e;
    arena_init(&arena, 1 << 20);
    struct sasl_users *u = sasl_users_read(STR("users"), str_from(text), &arena, &e);
    if (!u)
        fail_msg("%s", e.why);
    return u;
}

static enum sasl_check check(const char *line, str password)
{
    struct sasl_users *u = users_of(line);
    enum sasl_check got = sasl_password_check(u, sasl_users_at(u, 0), password);
    arena_done(&arena);
    return got;
}

static const struct proof {
    const char *line;
    str password;
} PROOFS[] = {
    { "a:$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
      STR_INIT("password") },
    { "a:$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
      STR_INIT("password") },
    { "a:$y$j75$abcdefgh1234$lY4ZUTJDi.2K6hcfK3luM.RnKkbuxQIOZCvYnzgZZcD",
      STR_INIT("correct horse") },
    { "a:$gy$j75$abcdefgh1234$jqeeKLt0zjVhA9xaIwjbAnF9BubgJGQICA0.OvLF3aC",
      STR_INIT("correct horse") },
    { "a:$7$6U..../....abcdefgh$jFP0rAvW4PheKt8rLHvFg3.VBIBlcxLOfD8BWZworS4",
      STR_INIT("correct horse") },
    { "a:$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", STR_INIT("correct horse") },
    { "a:$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2", STR_INIT("correct horse") },
    { "a:$6$rounds=1000$abcdefgh$"
      "DbXqPck5ABZumVXwcH5eMVHsPZwvQ3jylSxpJmKkZVxcoCiC3N0rPerjHmAqL7r6PK6CIeYnO9.vxpbsevscg/",
      STR_INIT("correct horse") },
    { "a:$6$abcdefgh$yIZAF3gQPvtKZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf/"
      "GV3A8SkFxEPY0T56CcilGrHKLffBsp6dLMG.",
      STR_INIT("correct horse") },
    { "a:$5$abcdefgh$ruMep1ijHnJPZbETDNiumskxcX3kN4lzZd5VlsqE7eB", STR_INIT("correct horse") },
    { "a:{PLAIN}se%3Acret", STR_INIT("se:cret") },
    /* RFC 5802 section 5: "pencil" */
    { "a:{SCRAM-SHA-1}4096,QSXCR+Q6sek8bf92,6dlGYMOdZcOPutkcNY8U2g7vK9Y=,"
      "D+CSWLOshSulAsxiupA+qs2/fTE=",
      STR_INIT("pencil") },
    /* RFC 7677 section 3 */
    { "a:{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"
      "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
      STR_INIT("pencil") },
};

static void right_is_right_and_wrong_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(PROOFS); i++) {
        const struct proof *p = &PROOFS[i];
        char longer[64];
        print_message("%.40s\n", p->line);
        assert_int_equal(check(p->line, p->password), SASL_RIGHT);
        assert_int_equal(check(p->line, str_take(p->password, p->password.n - 1)), SASL_WRONG);
        snprintf(longer, sizeof(longer), "%.*sx", STR_ARG(p->password));
        assert_int_equal(check(p->line, str_from(longer)), SASL_WRONG);
        assert_int_equal(check(p->line, STR("")), SASL_WRONG);
        assert_int_equal(check(p->line, STR_NONE), SASL_WRONG);
        /* C would see only what stands before the NUL. */
        longer[p->password.n] = '\0';
        assert_int_equal(check(p->line, (str){ longer, p->password.n + 1 }), SASL_WRONG);
    }
}

static void nothing_proves_a_login_without_proof(void **state)
{
    (void)state;
    assert_int_equal(check("a:disabled", STR("")), SASL_WRONG);
    assert_int_equal(check("a:disabled", STR("x")), SASL_WRONG);
}

static void who_is_not_there_is_wrong(void **state)
{
    (void)state;
    struct sasl_users *u = users_of("a:{PLAIN}x");
    assert_int_equal(sasl_password_check(u, NULL, STR("x")), SASL_WRONG);
    arena_done(&arena);
    u = users_of("");
    assert_int_equal(sasl_password_check(u, NULL, STR("x")), SASL_WRONG);
    arena_done(&arena);
}

/* Not known, or too much work: nobody's password is called wrong for that. */
static const struct {
    const char *hash, *why; /* NULL: good */
} HASHES[] = {
    { "$argon2id$v=19$m=262144,t=4,p=1$c29tZXNhbHQ$aaaa", NULL },
    { "$argon2id$v=19$m=262145,t=1,p=1$c29tZXNhbHQ$aaaa", "256 MiB" },
    { "$argon2id$v=19$m=262144,t=5,p=1$c29tZXNhbHQ$aaaa", "256 MiB" },
    { "$argon2id$v=19$m=4294967295,t=4294967295,p=1$c29tZXNhbHQ$aaaa", "256 MiB" },
    { "$argon2id$v=19$m=256,t=1,p=17$c29tZXNhbHQ$aaaa", "256 MiB" },
    { "$argon2id$v=16$m=256,t=1,p=1$c29tZXNhbHQ$aaaa", "no kind" },
    { "$argon2id$m=256,t=1,p=1$c29tZXNhbHQ$aaaa", "no kind" },
    { "$argon2id$v=19$m=256,t=1$c29tZXNhbHQ$aaaa", "no kind" },
    { "$argon2d$v=19$m=256,t=1,p=1$c29tZXNhbHQ$aaaa", "no kind" },
    { "$y$j9T$salt$hash", NULL },
    { "$y$jDT$salt$hash", NULL },
    { "$y$jET$salt$hash", "256 MiB" },
    { "$y$j9.zz$salt$hash", "256 MiB" },
    { "$y$j", "no kind" },
    { "$7$CU..../....salt$hash", NULL },
    { "$7$HU..../....salt$hash", "256 MiB" },
    { "$7$C$hash", "no kind" },
    { "$2y$14$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcde", NULL },
    { "$2y$15$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzabcde", "256 MiB" },
    { "$2y$10$abc", "no kind" },
    { "$6$rounds=1000000$salt$hash", NULL },
    { "$6$rounds=1000001$salt$hash", "256 MiB" },
    { "$6$salt$hash", NULL },
    { "$9$salt$hash", "no kind" },
    { "$1$salt$hash", "no kind" },
    { "$apr1$salt$hash", "no kind" },
    { "$6", "no kind" },
    { "$", "no kind" },
    { "", "no kind" },
    { "abJnggxhB/yWI", "no kind" },
};

static void a_hash_has_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(HASHES); i++) {
        struct err e = { .kind = ERR_NONE };
        char line[256];
        bool good = sasl_hash_good(str_from(HASHES[i].hash), &e);
        if (good != !HASHES[i].why || (!good && !strstr(e.why, HASHES[i].why)))
            fail_msg("%s: %s", HASHES[i].hash, good ? "taken" : e.why);
        if (good || HASHES[i].hash[0] != '$')
            continue;
        snprintf(line, sizeof(line), "a:%s", HASHES[i].hash);
        assert_int_equal(check(line, STR("x")), SASL_BROKEN);
    }
}

static const unsigned char SALT[] = "0123456789abcdef";
#define SALT_STR STR("0123456789abcdef")

/* What is made proves what it was made of, and nothing else. */
static void what_is_made_proves(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 4; kind++) {
        struct buf hash, line;
        struct err e;
        struct sasl_user u = { .name = STR_INIT("a") };
        buf_init(&hash, 1024);
        buf_init(&line, 1024);
        str password = STR("p\xc3\xa4ss w\xc3\xb6rd");
        if (kind == 0) {
            assert_true(sasl_hash_argon2id(password, SALT, &hash, &e));
        } else if (kind == 1) {
            assert_true(sasl_hash_crypt(password, SALT, &hash, &e));
        } else {
            assert_true(sasl_scram_keys_make(password, kind == 2, SALT_STR, 5000, &hash,
                                             kind == 2 ? &u.sha256 : &u.sha1, &e));
        }
        if (kind < 2)
            u.hash = buf_str(&hash);
        assert_true(sasl_user_write(&u, &line));
        buf_addc(&line, '\0');
        assert_int_equal(check(line.p, password), SASL_RIGHT);
        assert_int_equal(check(line.p, STR("p\xc3\xa4ss w\xc3\xb6re")), SASL_WRONG);
        buf_done(&hash);
        buf_done(&line);
    }
}

/* The keys of the RFCs' examples. */
static void keys_are_those_of_the_rfc(void **state)
{
    (void)state;
    const str salt = STR("\x41\x25\xc2\x47\xe4\x3a\xb1\xe9\x3c\x6d\xff\x76");
    struct buf room;
    struct sasl_scram_keys k;
    struct err e;
    buf_init(&room, SASL_SCRAM_ROOM);
    assert_true(sasl_scram_keys_make(STR("pencil"), false, salt, 4096, &room, &k, &e));
    assert_true(str_eq(k.salt, STR("QSXCR+Q6sek8bf92")));
    assert_true(str_eq(k.stored_key, STR("6dlGYMOdZcOPutkcNY8U2g7vK9Y=")));
    assert_true(str_eq(k.server_key, STR("D+CSWLOshSulAsxiupA+qs2/fTE=")));
    assert_false(sasl_scram_keys_make(STR("a\x01z"), false, salt, 4096, &room, &k, &e));
    assert_non_null(strstr(e.why, "SASLprep"));
    assert_false(sasl_scram_keys_make(STR("x"), false, salt, 1000001, &room, &k, &e));
    buf_done(&room);
}

static void a_name_is_as_clients_send_it(void **state)
{
    (void)state;
    struct err e;
    assert_true(sasl_name_prepared(STR("anna@mail.example"), &e));
    assert_true(sasl_name_prepared(STR("j\xc3\xbcrgen"), &e));
    assert_false(sasl_name_prepared(STR("ju\xcc\x88rgen"), &e)); /* composed by NFKC */
    assert_false(sasl_name_prepared(STR("a\xc2\xadz"), &e));     /* a soft hyphen goes */
    assert_non_null(strstr(e.why, "SASLprep"));
}

static void a_long_password_is_told(void **state)
{
    (void)state;
    char many[SASL_USER_SECRET_MAX + 2];
    struct buf out;
    struct err e;
    struct sasl_scram_keys k;
    memset(many, 'x', sizeof(many));
    buf_init(&out, 1024);
    assert_false(sasl_hash_crypt((str){ many, 600 }, SALT, &out, &e));
    assert_non_null(strstr(e.why, "--argon2id"));
    assert_false(
        sasl_scram_keys_make((str){ many, sizeof(many) }, true, SALT_STR, 4096, &out, &k, &e));
    assert_true(sasl_hash_crypt((str){ many, 511 }, SALT, &out, &e));
    buf_addc(&out, '\0');
    char line[600];
    snprintf(line, sizeof(line), "a:%s", out.p);
    assert_int_equal(check(line, (str){ many, 511 }), SASL_RIGHT);
    assert_int_equal(check(line, (str){ many, 512 }), SASL_WRONG);
    assert_int_equal(check(line, (str){ many, sizeof(many) }), SASL_WRONG);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_is_right_and_wrong_is_wrong),
        cmocka_unit_test(nothing_proves_a_login_without_proof),
        cmocka_unit_test(who_is_not_there_is_wrong),
        cmocka_unit_test(a_hash_has_bounds),
        cmocka_unit_test(what_is_made_proves),
        cmocka_unit_test(keys_are_those_of_the_rfc),
        cmocka_unit_test(a_name_is_as_clients_send_it),
        cmocka_unit_test(a_long_password_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
