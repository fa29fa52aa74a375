/* SPDX-License-Identifier: ISC */
#include "sasl/users.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEY20  "AAECAwQFBgcICQoLDA0ODxAREhM="
#define KEY32  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define SALT   "QSXCR+Q6sek8bf92"
#define SHA1   ":{SCRAM-SHA-1}4096," SALT "," KEY20 "," KEY20
#define SHA256 ":{SCRAM-SHA-256}8192," SALT "," KEY32 "," KEY32

static struct sasl_users *read_users(struct arena *a, const char *text, struct err *e)
{
    arena_init(a, 1 << 20);
    return sasl_users_read(STR("users"), str_from(text), a, e);
}

/* What is written reads the same, and is written the same again; then what it says of the mechanisms. */
static const struct line {
    const char *text, *written; /* NULL: as it is */
    const char *name, *hash, *secret;
    unsigned sha1, sha256;
    bool disabled;
} LINES[] = {
    { "alice:$y$j9T$salt$hash", NULL, "alice", "$y$j9T$salt$hash", "", 0, 0, false },
    { "a@b.example:{PLAIN}pass word", NULL, "a@b.example", "", "pass word", 0, 0, false },
    { "a:{plain}x", "a:{PLAIN}x", "a", "", "x", 0, 0, false },
    { "a:{PLAIN}x%3Ay%25z%0a", "a:{PLAIN}x%3Ay%25z%0A", "a", "", "x:y%z\n", 0, 0, false },
    { "a:{PLAIN} x ", "a:{PLAIN}%20x%20", "a", "", " x ", 0, 0, false },
    { "a:{PLAIN}$1$2", NULL, "a", "", "$1$2", 0, 0, false },
    { "a%3Ab:{PLAIN}x", NULL, "a:b", "", "x", 0, 0, false },
    { "%23a#b:{PLAIN}#x", NULL, "#a#b", "", "#x", 0, 0, false },
    { "%61:{PLAIN}x", "a:{PLAIN}x", "a", "", "x", 0, 0, false },
    { "j\xc3\xbcrgen:{PLAIN}x", NULL, "j\xc3\xbcrgen", "", "x", 0, 0, false },
    { "a:{SHA512-CRYPT}$6$s$h", "a:$6$s$h", "a", "$6$s$h", "", 0, 0, false },
    { "a:{argon2id}$argon2id$v", "a:$argon2id$v", "a", "$argon2id$v", "", 0, 0, false },
    { "%EF\xbb\xbfjo:{PLAIN}x", NULL, "\xef\xbb\xbfjo", "", "x", 0, 0,
      false }, /* no mark of a file */
    { "a" SHA1, NULL, "a", "", "", 4096, 0, false },
    { "a" SHA256, NULL, "a", "", "", 0, 8192, false },
    { "a" SHA256 ":{PLAIN}x:$6$s$h" SHA1, "a:$6$s$h" SHA1 SHA256 ":{PLAIN}x", "a", "$6$s$h", "x",
      4096, 8192, false },
    { "a:disabled:$6$s$h", "a:$6$s$h:disabled", "a", "$6$s$h", "", 0, 0, true },
    { "a:disabled", NULL, "a", "", "", 0, 0, true },
};

static void lines_are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(LINES); i++) {
        const struct line *l = &LINES[i];
        struct arena a;
        struct err e = { .kind = ERR_NONE };
        struct buf out;
        struct sasl_users *u = read_users(&a, l->text, &e);
        if (!u)
            fail_msg("%s: %s", l->text, e.why);
        const struct sasl_user *row = sasl_users_find(u, str_from(l->name));
        assert_non_null(row);
        assert_ptr_equal(row, sasl_users_at(u, 0));
        assert_true(str_eq(row->name, str_from(l->name)));
        assert_true(str_eq(row->hash, str_from(l->hash)));
        assert_true(str_eq(row->secret, str_from(l->secret)));
        assert_int_equal(row->sha1.iterations, l->sha1);
        assert_int_equal(row->sha256.iterations, l->sha256);
        assert_int_equal(row->disabled, l->disabled);
        buf_init(&out, 4096);
        assert_true(sasl_user_write(row, &out));
        out.p[out.n - 1] = '\0';
        assert_string_equal(out.p, l->written ? l->written : l->text);
        buf_done(&out);
        arena_done(&a);
    }
}

static void keys_are_the_slices(void **state)
{
    (void)state;
    struct arena a;
    struct err e;
    struct sasl_users *u = read_users(&a, "a" SHA1 SHA256, &e);
    const struct sasl_user *row = sasl_users_at(u, 0);
    assert_true(str_eq(row->sha1.salt, STR(SALT)));
    assert_true(str_eq(row->sha1.stored_key, STR(KEY20)));
    assert_true(str_eq(row->sha256.server_key, STR(KEY32)));
    arena_done(&a);
}

static const struct bad {
    const char *text, *why; /* part of the sentence */
} BAD[] = {
    { "a:$6$s$h\nb", "users:2: there is no colon" },
    { "#\n\n:$6$s$h", "users:3: the name of the login is empty" },
    { " a:$6$s$h", "users:1: the line begins with a blank" },
    { "a:", "nothing stands between two colons" },
    { "a:$6$s$h:", "nothing stands between two colons" },
    { "a:secret", "baton user add" },
    { "a:$6$s$h:19000:0:99999:7:::", "keep NAME:HASH alone" },
    { "a:{PLAIN}x:1000:1000::/home/a:/bin/sh", "keep NAME:HASH alone" },
    { "a:{SHA512-CRYPT}$6$s$h:1000", "keep NAME:HASH alone" },
    { "a:*", "write NAME:disabled" },
    { "a:!$6$s$h:19000:0:99999:7:::", "write NAME:disabled" },
    { "a:{MD5}secret", "no kind of proof" },
    { "a:{CRYPT}secret", "no kind of proof" },
    { "a:{MD5}$6$s$h", "no kind of proof" },
    { " a:{PLAIN}x", "begins with a blank" },
    { "\ta:{PLAIN}x", "begins with a blank" },
    { "a:{PLAIN", "empty" },
    { "a:{PLAIN}", "is empty" },
    { "a:{PLAIN}%zz", "percent sign" },
    { "a:{PLAIN}%4", "percent sign" },
    { "a:{PLAIN}x%00", "NUL" },
    { "a%:{PLAIN}x", "percent sign" },
    { "a%0a:{PLAIN}x", "control character" },
    { "a%7F:{PLAIN}x", "control character" },
    { "a%ff:{PLAIN}x", "not UTF-8" },
    { "a\xff:{PLAIN}x", "not UTF-8" },
    { "a:$6$s h$h", "holds a blank" },
    { "a:$6$s\xc3\xa4$h", "outside ASCII" },
    { "a:$6$s$h:$6$s$h", "two of hash" },
    { "a:{PLAIN}x:{PLAIN}x", "two of {PLAIN}" },
    { "a" SHA1 SHA1, "two of {SCRAM-SHA-1}" },
    { "a" SHA256 SHA256, "two of {SCRAM-SHA-256}" },
    { "a:{SCRAM-SHA-1}4095," SALT "," KEY20 "," KEY20, "no number from 4096" },
    { "a:{SCRAM-SHA-1}1000001," SALT "," KEY20 "," KEY20, "to 1000000" },
    { "a:{SCRAM-SHA-1}x," SALT "," KEY20 "," KEY20, "no number" },
    { "a:{SCRAM-SHA-1}4096," SALT "," KEY20 "," KEY32, "not ITERATIONS" },
    { "a:{SCRAM-SHA-256}4096," SALT "," KEY20 "," KEY32, "not ITERATIONS" },
    { "a:{SCRAM-SHA-1}4096,," KEY20 "," KEY20, "not ITERATIONS" },
    { "a:{SCRAM-SHA-1}4096," SALT "," KEY20, "not ITERATIONS" },
    { "a:{SCRAM-SHA-1}4096," SALT "," KEY20 "," KEY20 "," KEY20, "not ITERATIONS" },
    { "a:{SCRAM-SHA-1}", "not ITERATIONS" },
    { "a:{PLAIN}x\nb:{PLAIN}x\r\na:{PLAIN}y", "users:3: the login 'a' stands in line 1 already" },
    { "Anna@a.example:{PLAIN}x\nanna@A.example:{PLAIN}y",
      "users:2: the login 'anna@A.example' stands in line 1 already" },
};

static void bad_lines_name_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        struct arena a;
        struct err e = { .kind = ERR_NONE };
        if (read_users(&a, BAD[i].text, &e))
            fail_msg("taken: %s", BAD[i].text);
        if (!strstr(e.why, BAD[i].why) || strncmp(e.why, "users:", 6) != 0)
            fail_msg("%s: %s", BAD[i].text, e.why);
        if (strstr(e.why, "secret:") || strstr(e.why, KEY20))
            fail_msg("shows too much: %s", e.why);
        arena_done(&a);
    }
}

static void too_long_is_told(void **state)
{
    (void)state;
    static const struct {
        size_t name, hash, secret;
        const char *why;
    } LONG[] = {
        { SASL_USER_NAME_MAX, 1, 0, NULL },
        { SASL_USER_NAME_MAX + 1, 1, 0, "name of the login is longer than 320" },
        { 1, SASL_USER_HASH_MAX, 0, NULL },
        { 1, SASL_USER_HASH_MAX + 1, 0, "hash is longer than 512" },
        { 1, 0, SASL_USER_SECRET_MAX, NULL },
        { 1, 0, SASL_USER_SECRET_MAX + 1, "longer than 1024" },
        { 1, SASL_USER_LINE_MAX, 0, "line is longer than 8192" },
    };
    for (size_t i = 0; i < COUNT_OF(LONG); i++) {
        struct arena a;
        struct err e = { .kind = ERR_NONE };
        struct buf b;
        buf_init(&b, 1 << 16);
        for (size_t n = 0; n < LONG[i].name; n++)
            buf_addc(&b, 'n');
        buf_add(&b, LONG[i].hash > 0 ? STR(":") : STR(":{PLAIN}"));
        for (size_t n = 0; n < LONG[i].hash + LONG[i].secret; n++)
            buf_addc(&b, '$');
        arena_init(&a, 1 << 20);
        struct sasl_users *u = sasl_users_read(STR("users"), buf_str(&b), &a, &e);
        if (LONG[i].why) {
            assert_null(u);
            assert_non_null(strstr(e.why, LONG[i].why));
        } else {
            assert_non_null(u);
        }
        arena_done(&a);
        buf_done(&b);
    }
}

static const struct offer {
    const char *text, *plain, *bound;
    bool derive;
} OFFERS[] = {
    { "", "PLAIN LOGIN", "PLAIN LOGIN", false },
    { "a:$6$s$h", "PLAIN LOGIN", "PLAIN LOGIN", false },
    { "a" SHA1 "\nb" SHA1, "SCRAM-SHA-1 PLAIN LOGIN", "SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN LOGIN",
      false },
    { "a" SHA1 "\nb:$6$s$h", "PLAIN LOGIN", "PLAIN LOGIN", false },
    { "a" SHA1 SHA256 "\nb" SHA256, "SCRAM-SHA-256 PLAIN LOGIN",
      "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN", false },
    { "a" SHA256 "\nb:{PLAIN}x", "SCRAM-SHA-256 PLAIN LOGIN",
      "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN", true },
    { "a:{PLAIN}x", "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN",
      "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN", true },
    { "a" SHA1 SHA256 ":{PLAIN}x", "SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN",
      "SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN", false },
    { "a" SHA1 "\nb:$6$s$h:disabled", "SCRAM-SHA-1 PLAIN LOGIN",
      "SCRAM-SHA-1-PLUS SCRAM-SHA-1 PLAIN LOGIN", false },
    { "a" SHA1 ":disabled", "PLAIN LOGIN", "PLAIN LOGIN", false },
};

static void offered_is_what_all_can(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(OFFERS); i++) {
        struct arena a;
        struct err e;
        struct buf out;
        struct sasl_users *u = read_users(&a, OFFERS[i].text, &e);
        assert_non_null(u);
        for (unsigned bound = 0; bound < 2; bound++) {
            buf_init(&out, 4096);
            assert_true(sasl_users_mechanisms(u, bound, &out));
            buf_addc(&out, '\0');
            assert_string_equal(out.p, bound ? OFFERS[i].bound : OFFERS[i].plain);
            buf_done(&out);
        }
        assert_int_equal(sasl_users_derive(u), OFFERS[i].derive);
        arena_done(&a);
    }
}

/* Which work an unknown name costs: that of most, whatever its salt. */
static void the_usual_is_what_most_have(void **state)
{
    (void)state;
    static const struct {
        const char *text, *usual;
    } CASES[] = {
        { "a:$6$s$h\nb:$y$j9T$s$h\nc:$y$j9T$t$h\nd:$6$t$h\ne:$6$u$h", "a" },
        { "a:$6$s$h\nb:$y$j9T$s$h\nc:$y$j9T$t$h", "b" },
        { "a:$6$rounds=9$s$h\nb:$6$s$h\nc:$6$t$h", "b" },
        { "a:$argon2id$v=19$m=9,t=1,p=1$s$h\nb:$argon2id$v=19$m=8,t=1,p=1$s$h\nc:$argon2id$v=19$m="
          "8,t=1,p=1$t$h",
          "b" },
        { "a:{PLAIN}x\nb:{PLAIN}y\nc:$6$s$h", "a" },
        { "c:disabled\na" SHA1 "\nb" SHA256 "\nd" SHA256, "b" },
        { "c:disabled\na" SHA1, "a" },
        { "a:$6$s$h\nb:$y$j9T$s$h", "a" },
        { "a:$y$j9T$s$h\nb:$y$jAT$s$h\nc:$y$jAT$t$h", "b" },
        { "a:$gy$j9T$s$h\nb:$gy$jAT$s$h\nc:$gy$jAT$t$h", "b" },
        { "a:$2b$10$s\nb:$2b$05$s\nc:$2b$05$t", "b" },
        { "a:$argon2id\nb:$6\nc:$y", "a" },
        /* of more kinds than are told apart, one of the first */
        { "a:$6$rounds=1$s$h\nb:$6$rounds=2$s$h\nc:$6$rounds=3$s$h\nd:$6$rounds=4$s$h\n"
          "e:$6$rounds=5$s$h\nf:$6$rounds=6$s$h\ng:$6$rounds=7$s$h\nh:$6$rounds=8$s$h\n"
          "i:$6$rounds=9$s$h\nj:$6$rounds=10$s$h\nk:$6$rounds=11$s$h\nl:$6$rounds=12$s$h\n"
          "m:$6$rounds=13$s$h\nn:$6$rounds=14$s$h\no:$6$rounds=15$s$h\np:$6$rounds=16$s$h\n"
          "q:$6$rounds=17$s$h\nr:$6$rounds=17$s$h\ns:$6$rounds=17$s$h\nt:$6$rounds=2$t$h",
          "b" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct arena a;
        struct err e;
        struct sasl_users *u = read_users(&a, CASES[i].text, &e);
        assert_non_null(u);
        assert_true(str_eq(sasl_users_usual(u)->name, str_from(CASES[i].usual)));
        arena_done(&a);
    }
}

/* Whose salt and iterations an unknown name is shown: the first that has such keys, disabled or not. */
static void the_first_with_keys_is_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text, *sha1, *sha256;
    } CASES[] = {
        { "a:$6$s$h\nb" SHA1 "\nc" SHA1 "\nd" SHA256 "\ne" SHA256, "b", "d" },
        { "a:disabled" SHA256 SHA1 "\nb" SHA1 SHA256, "a", "a" },
        { "a:$6$s$h", NULL, NULL },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct arena a;
        struct err e;
        const struct sasl_users *u = read_users(&a, CASES[i].text, &e);
        const char *want[] = { CASES[i].sha1, CASES[i].sha256 };
        assert_non_null(u);
        for (int k = 0; k < 2; k++) {
            const struct sasl_user *row = sasl_users_keyed(u, k);
            assert_int_equal(row != NULL, want[k] != NULL);
            assert_true(!row || str_eq(row->name, str_from(want[k])));
        }
        arena_done(&a);
    }
}

static void pepper_of(const char *text, unsigned char out[32])
{
    struct arena a;
    struct err e;
    const struct sasl_users *u = read_users(&a, text, &e);
    assert_non_null(u);
    memcpy(out, sasl_users_pepper(u), 32);
    arena_done(&a);
}

/* The salts of unknown names hang on the first proof in the file, and on no other. */
static void the_first_proof_is_the_pepper(void **state)
{
    (void)state;
    static const struct {
        const char *one, *other;
        bool same;
    } CASES[] = {
        { "a:{PLAIN}x", "a:{PLAIN}x\nb:{PLAIN}y", true },
        { "a:{PLAIN}x", "b:disabled\na:{PLAIN}x", true },
        { "a:{PLAIN}x", "a:{PLAIN}y", false },
        { "a:{PLAIN}x", "b:disabled", false },
        { "a:$6$s$h", "a:$6$s$i", false },
        { "a:$6$s$h:{PLAIN}x", "a:$6$s$i:{PLAIN}x", true },
        { "a" SHA1 ":{PLAIN}x", "a" SHA1 ":{PLAIN}y", true },
        { "a" SHA256 ":{PLAIN}x", "a" SHA256 ":{PLAIN}y", true },
        { "a" SHA256 SHA1, "a" SHA1, false },
        { "a:$6$s$h", "a" SHA1, false },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        unsigned char one[32], other[32];
        pepper_of(CASES[i].one, one);
        pepper_of(CASES[i].other, other);
        if ((memcmp(one, other, 32) == 0) != CASES[i].same)
            fail_msg("%s and %s", CASES[i].one, CASES[i].other);
    }
}

/* What stands behind the end belongs to no name and no password. */
static void the_end_is_the_end(void **state)
{
    (void)state;
    static const str TEXT = STR_INIT("a:{PLAIN}x%41");
    for (size_t n = TEXT.n; n > TEXT.n - 4; n--) {
        struct arena a;
        struct err e;
        arena_init(&a, 1 << 20);
        const struct sasl_users *u = sasl_users_read(STR("users"), str_take(TEXT, n), &a, &e);
        assert_int_equal(u != NULL, n == TEXT.n || n == TEXT.n - 3);
        if (u)
            assert_true(str_eq(sasl_users_at(u, 0)->secret, n == TEXT.n ? STR("xA") : STR("x")));
        arena_done(&a);
    }
}

static void beyond_a_million_is_told(void **state)
{
    (void)state;
    struct buf text;
    struct arena a;
    struct err e = { .kind = ERR_NONE };
    buf_init(&text, 64 << 20);
    for (unsigned i = 0; i <= SASL_USERS_MAX; i++)
        buf_addf(&text, "%u:$6\n", i);
    assert_true(buf_ok(&text));
    arena_init(&a, 1 << 20);
    assert_null(sasl_users_read(STR("users"), buf_str(&text), &a, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    assert_string_equal(e.why, "users: there are more than 1000000 logins");
    arena_done(&a);
    buf_done(&text);
}

static void no_login_is_no_error(void **state)
{
    (void)state;
    struct arena a;
    struct err e;
    const struct sasl_users *u = read_users(&a, "# nobody yet\n\n \t\n", &e);
    assert_non_null(u);
    assert_int_equal(sasl_users_count(u), 0);
    assert_null(sasl_users_usual(u));
    arena_done(&a);
}

static void a_hundred_thousand_are_found(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    struct buf text;
    struct arena a;
    struct err e;
    char name[64];
    buf_init(&text, 64 << 20);
    buf_add(&text, STR("\xef\xbb\xbf# ours\r\n"));
    for (unsigned i = 0; i < MANY; i++)
        buf_addf(&text, "user%u@example.org:$6$salt$hash%u\r\n", i, i);
    assert_true(buf_ok(&text));
    arena_init(&a, 256 << 20);
    struct sasl_users *u = sasl_users_read(STR("users"), buf_str(&text), &a, &e);
    assert_non_null(u);
    assert_int_equal(sasl_users_count(u), MANY);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof(name), "user%u@example.org", i);
        const struct sasl_user *row = sasl_users_find(u, str_from(name));
        assert_non_null(row);
        assert_int_equal(row->line, i + 2);
        assert_null(sasl_users_find(u, str_from(name + 1)));
    }
    assert_null(sasl_users_at(u, MANY));
    arena_done(&a);
    arena_init(&a, 1000); /* no room is an error, not a crash */
    assert_null(sasl_users_read(STR("users"), buf_str(&text), &a, &e));
    assert_int_equal(e.kind, ERR_MEMORY);
    arena_done(&a);
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read_and_written),
        cmocka_unit_test(keys_are_the_slices),
        cmocka_unit_test(bad_lines_name_their_place),
        cmocka_unit_test(too_long_is_told),
        cmocka_unit_test(offered_is_what_all_can),
        cmocka_unit_test(the_usual_is_what_most_have),
        cmocka_unit_test(the_first_with_keys_is_shown),
        cmocka_unit_test(the_first_proof_is_the_pepper),
        cmocka_unit_test(the_end_is_the_end),
        cmocka_unit_test(beyond_a_million_is_told),
        cmocka_unit_test(no_login_is_no_error),
        cmocka_unit_test(a_hundred_thousand_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
