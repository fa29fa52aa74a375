/* SPDX-License-Identifier: ISC */
#include "relay/login_cache.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct login_cache *cache;
static const struct sasl_user ANNA = { .name = STR_INIT("anna"), .hash = STR_INIT("$6$a$b") };

static enum login_known ask(str name, const struct sasl_user *u, str password, uint64_t now_ms)
{
    unsigned char digest[LOGIN_CACHE_DIGEST];
    login_cache_digest(cache, name, u, password, digest);
    return login_cache_ask(cache, digest, now_ms);
}

static void keep(str name, const struct sasl_user *u, str password, bool right, uint64_t now_ms)
{
    unsigned char digest[LOGIN_CACHE_DIGEST];
    login_cache_digest(cache, name, u, password, digest);
    login_cache_keep(cache, digest, right, now_ms);
}

static int begin(void **state)
{
    (void)state;
    struct err e;
    cache = login_cache_new(&e);
    return cache ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    login_cache_free(cache);
    return 0;
}

static void known_for_a_while(void **state)
{
    (void)state;
    assert_int_equal(ask(STR("anna"), &ANNA, STR("x"), 1000), LOGIN_UNKNOWN);
    keep(STR("anna"), &ANNA, STR("x"), true, 1000);
    keep(STR("anna"), &ANNA, STR("y"), false, 1000);
    assert_int_equal(ask(STR("anna"), &ANNA, STR("x"), 1000 + LOGIN_CACHE_RIGHT_MS - 1),
                     LOGIN_RIGHT);
    assert_int_equal(ask(STR("anna"), &ANNA, STR("x"), 1000 + LOGIN_CACHE_RIGHT_MS), LOGIN_UNKNOWN);
    assert_int_equal(ask(STR("anna"), &ANNA, STR("y"), 1000 + LOGIN_CACHE_WRONG_MS - 1),
                     LOGIN_WRONG);
    assert_int_equal(ask(STR("anna"), &ANNA, STR("y"), 1000 + LOGIN_CACHE_WRONG_MS), LOGIN_UNKNOWN);
}

/* Nothing but the same login with the same password and the same proof is known. */
static void another_is_not_known(void **state)
{
    (void)state;
    struct sasl_user other = ANNA;
    keep(STR("anna"), &ANNA, STR("x"), true, 1000);
    assert_int_equal(ask(STR("anna"), &ANNA, STR("x"), 1000), LOGIN_RIGHT);
    assert_int_equal(ask(STR("ann"), &ANNA, STR("ax"), 1000), LOGIN_UNKNOWN);
    assert_int_equal(ask(STR("annax"), &ANNA, STR(""), 1000), LOGIN_UNKNOWN);
    assert_int_equal(ask(STR("anna"), NULL, STR("x"), 1000), LOGIN_UNKNOWN);
    other.hash = STR("$6$a$c"); /* a new password: after a reload the old one is not right */
    assert_int_equal(ask(STR("anna"), &other, STR("x"), 1000), LOGIN_UNKNOWN);
    other = ANNA;
    other.secret = STR("x");
    assert_int_equal(ask(STR("anna"), &other, STR("x"), 1000), LOGIN_UNKNOWN);
    other = ANNA;
    other.sha256.stored_key = STR("k");
    assert_int_equal(ask(STR("anna"), &other, STR("x"), 1000), LOGIN_UNKNOWN);
    other = ANNA;
    other.sha1.stored_key = STR("k");
    assert_int_equal(ask(STR("anna"), &other, STR("x"), 1000), LOGIN_UNKNOWN);
}

static void digests_differ_by_name(void **state)
{
    (void)state;
    keep(STR("anna"), &ANNA, STR("x"), true, 1000);
    assert_int_equal(ask(STR("berta"), &ANNA, STR("x"), 1000), LOGIN_UNKNOWN);
    keep(STR("nobody"), NULL, STR("x"), false, 1000);
    assert_int_equal(ask(STR("nobody"), &(struct sasl_user){ .line = 1 }, STR("x"), 1000),
                     LOGIN_UNKNOWN);
}

/* Five that share one place for four: that which would be forgotten first goes, and the same one takes its own again. */
static void the_oldest_makes_room(void **state)
{
    (void)state;
    unsigned char digests[5][LOGIN_CACHE_DIGEST] = { { 0 } };
    static const unsigned ORDER[] = { 1, 0, 2, 3 };
    for (unsigned i = 0; i < 5; i++)
        digests[i][LOGIN_CACHE_DIGEST - 1] = (unsigned char)(i + 1);
    for (unsigned i = 0; i < 4; i++)
        login_cache_keep(cache, digests[ORDER[i]], true, 1000 + i);
    login_cache_keep(cache, digests[0], true, 2000);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(login_cache_ask(cache, digests[i], 2000), LOGIN_RIGHT);
    login_cache_keep(cache, digests[4], true, 2001);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(login_cache_ask(cache, digests[i], 2001),
                         i == 1 ? LOGIN_UNKNOWN : LOGIN_RIGHT);
    login_cache_keep(cache, digests[1], true, 2002);
    assert_int_equal(login_cache_ask(cache, digests[2], 2002), LOGIN_UNKNOWN);
}

static void another_process_knows_nothing(void **state)
{
    (void)state;
    struct err e;
    unsigned char one[LOGIN_CACHE_DIGEST], two[LOGIN_CACHE_DIGEST];
    struct login_cache *second = login_cache_new(&e);
    login_cache_digest(cache, STR("anna"), &ANNA, STR("x"), one);
    login_cache_digest(second, STR("anna"), &ANNA, STR("x"), two);
    assert_memory_not_equal(one, two, sizeof(one));
    login_cache_free(second);
}

/* A flood of wrong ones pushes out no right one. */
static void a_flood_leaves_the_right(void **state)
{
    (void)state;
    char password[32];
    keep(STR("anna"), &ANNA, STR("x"), true, 1000);
    for (unsigned i = 0; i < 200000; i++) {
        snprintf(password, sizeof(password), "p%u", i);
        keep(STR("anna"), &ANNA, str_from(password), false, 1000);
    }
    assert_int_equal(ask(STR("anna"), &ANNA, STR("x"), 1000), LOGIN_RIGHT);
    assert_int_equal(ask(STR("anna"), &ANNA, str_from(password), 1000), LOGIN_WRONG);
    unsigned known = 0;
    for (unsigned i = 0; i < 200000; i++) {
        snprintf(password, sizeof(password), "p%u", i);
        known += ask(STR("anna"), &ANNA, str_from(password), 1000) == LOGIN_WRONG;
    }
    assert_in_range(known, 1000, 8192);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(known_for_a_while, begin, end),
        cmocka_unit_test_setup_teardown(another_is_not_known, begin, end),
        cmocka_unit_test_setup_teardown(digests_differ_by_name, begin, end),
        cmocka_unit_test_setup_teardown(the_oldest_makes_room, begin, end),
        cmocka_unit_test_setup_teardown(another_process_knows_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_flood_leaves_the_right, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
