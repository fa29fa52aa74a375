/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "relay/relay.h"
#include "relay/testing.h"
#include <errno.h>

/* A rule file of what all have, where % stands for the directory, and more. */
static void put_rules(const char *more)
{
    char text[2000];
    size_t n = (size_t)snprintf(text, sizeof text, "users = \"%s/users\"\nlogins = \"%s\"\n",
                                testing_dir, testing_dir);
    for (; *more && n + sizeof testing_dir < sizeof text; more++)
        if (*more == '%')
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", testing_dir);
        else
            text[n++] = *more;
    text[n] = 0;
    testing_put("rules", text);
}

#define NAMED "hostname = \"relay.example\"\n"
#define DOOR  "listen \"in\" { port = 25  security = none }\n"

static struct relay_config *loaded(const char *more, unsigned workers)
{
    struct err e;
    put_rules(more);
    struct relay_config *c = relay_config_load(testing_rules, workers, NULL, &e);
    if (!c)
        fail_msg("%s\n%s", more, e.why);
    return c;
}

static struct err failed(const char *more)
{
    struct err e = { 0 };
    put_rules(more);
    struct relay_config *c = relay_config_load(testing_rules, 1, NULL, &e);
    if (c)
        fail_msg("this is right: %s", more);
    return e;
}

/* ---- who we are ---- */

static void the_name_is_said_or_the_machines(void **state UNUSED)
{
    char own[256] = "";
    struct relay_config *c = loaded(NAMED DOOR, 1);
    assert_true(str_eq(buf_str(&c->hostname), STR("relay.example")));
    relay_config_drop(c);
    assert_int_equal(gethostname(own, sizeof own - 1), 0);
    if (!*own)
        return;
    c = loaded(DOOR, 1);
    assert_true(str_eq(buf_str(&c->hostname), str_from(own)));
    relay_config_drop(c);
}

static void workers_are_said_counted_or_kept(void **state UNUSED)
{
    struct relay_config *c = loaded(NAMED DOOR "loops = 3\n", 0);
    assert_int_equal(c->workers, 3);
    relay_config_drop(c);
    c = loaded(NAMED DOOR "loops = 3\n", 5);
    assert_int_equal(c->workers, 5);
    relay_config_drop(c);
    long machine = sysconf(_SC_NPROCESSORS_ONLN);
    c = loaded(NAMED DOOR, 0);
    assert_int_equal(c->workers, machine < 1 ? 1 : machine > 256 ? 256 : machine);
    relay_config_drop(c);
}

/* ---- what is no configuration ---- */

static void what_is_wrong_is_named(void **state UNUSED)
{
    static const struct {
        const char *rules, *why;
    } CASES[] = {
        { NAMED, ": it has no listener; say listen" },
        { NAMED DOOR "permit \"all\" { }\n", "rules:5:1: " },
        { NAMED DOOR "permit \"all\" { network = \"0.0.0.0/0\" }\n", "rules:5: " },
        { NAMED "listen \"s\" { port = 465  security = tls }\n",
          "rules:4: listen \"s\" begins with TLS, and there is no certificate" },
        { NAMED DOOR "certificate = \"%/none\"\nkey = \"%/rules\"\n", "certificate: opening '" },
        { NAMED DOOR "certificate = \"%/rules\"\nkey = \"%/none\"\n", "key: opening '" },
        { NAMED DOOR "certificate = \"%/rules\"\nkey = \"%/rules\"\nclient-ca = \"%/none\"\n",
          "client-ca: opening '" },
        { NAMED DOOR "certificate = \"%/rules\"\nkey = \"%/rules\"\n", "/rules: " },
        { NAMED DOOR "route \"x\" { smarthost = \"x.example\"  login = \"none\" }\n",
          "the login of route x: opening '" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct err e = failed(CASES[i].rules);
        if (!strstr(e.why, CASES[i].why))
            fail_msg("%s\n%s", CASES[i].rules, e.why);
    }
    struct err e = failed(NAMED DOOR
                          "route \"x\" { smarthost = \"x.example\"  login = \"none\" }\n");
    assert_true(e.kind == ERR_SYSTEM && e.sys_errno == ENOENT);
    assert_non_null(strstr(e.why, "the user in its first line"));
    assert_null(relay_config_load("/nonexistent/rules", 1, NULL, &e));
    assert_true(e.kind == ERR_SYSTEM && e.sys_errno == ENOENT);
}

/* Not the file whose name is its beginning: here that of a directory, which would be another error. */
static void a_path_longer_than_any_is_an_error(void **state UNUSED)
{
    static const size_t LENGTHS[] = { 4096, 4097, 5000 };
    for (size_t i = 0; i < COUNT_OF(LENGTHS); i++) {
        static char rules[6000];
        struct err e;
        size_t from = (size_t)snprintf(rules, sizeof rules, DOOR "users = \"");
        for (size_t n = 0; n < LENGTHS[i]; n++)
            rules[from + n] = n % 2 ? '/' : '.';
        snprintf(rules + from + LENGTHS[i], sizeof rules - from - LENGTHS[i], "\"\n");
        testing_put("rules", rules);
        assert_null(relay_config_load(testing_rules, 1, NULL, &e));
        assert_int_equal(e.kind, ERR_LIMIT);
        assert_non_null(strstr(e.why, "longer than 4095 octets"));
    }
}

/* ---- logins that are taken ---- */

static void logins_come_from_the_file_of_users(void **state UNUSED)
{
    char users[TESTING_PATH_MAX];
    snprintf(users, sizeof users, "%s/users", testing_dir);
    struct relay_config *c = loaded(NAMED DOOR, 1);
    assert_null(c->users);
    assert_true(c->mechanisms_tls.n == 0 && c->mechanisms_clear.n == 0);
    relay_config_drop(c);
    testing_put("users", "anna:{PLAIN}secret\n");
    c = loaded(NAMED DOOR, 1);
    assert_non_null(sasl_users_find(c->users, STR("anna")));
    assert_true(str_find(buf_str(&c->mechanisms_tls), STR("SCRAM-SHA-256-PLUS")) != STR_NOT_FOUND);
    assert_true(c->mechanisms_clear.n > 0 && c->mechanisms_clear.n < c->mechanisms_tls.n);
    relay_config_drop(c);
    assert_int_equal(unlink(users), 0);
    assert_int_equal(mkdir(users, 0700), 0);
    const struct err e = failed(NAMED DOOR);
    assert_int_equal(e.kind, ERR_SYSTEM);
    assert_non_null(strstr(e.why, "/users': Is a directory"));
    assert_int_equal(rmdir(users), 0);
    testing_put("users", "anna:{PLAIN}secret\nanna:{PLAIN}other\n");
    assert_non_null(strstr(failed(NAMED DOOR).why, "users:2"));
}

static void a_file_that_others_may_read_is_open(void **state UNUSED)
{
    static const struct {
        mode_t mode;
        bool open;
    } CASES[] = {
        { 0600, false }, { 0660, false }, { 0604, true }, { 0602, true }, { 0644, true }
    };
    testing_put("secret", "x");
    snprintf(testing_rules, sizeof testing_rules, "%s/secret", testing_dir);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        assert_int_equal(chmod(testing_rules, CASES[i].mode), 0);
        assert_int_equal(relay_config_is_open_to_all(str_from(testing_rules)), CASES[i].open);
    }
    assert_false(relay_config_is_open_to_all(STR("/nonexistent/secret")));
    assert_false(relay_config_is_open_to_all(STR("")));
}

/* ---- logins that we use ---- */

static const char ROUTES[] = NAMED DOOR
    "route \"a\" { smarthost = \"a.example\"  login = \"one\"  recipient-domain = "
    "\"a.example\" }\n"
    "route \"b\" { smarthost = \"b.example\"  login = \"one\"  recipient-domain = "
    "\"b.example\" }\n"
    "route \"c\" { smarthost = \"c.example\"  recipient-domain = \"c.example\" }\n"
    "route \"d\" { smarthost = \"d.example\"  login = \"two\" }\n";

static void each_route_has_the_login_of_its_file(void **state UNUSED)
{
    testing_put("one", "anna\r\npass word \r\n");
    testing_put("two", "bob\nhidden\nPLAIN\nand more\n");
    struct relay_config *c = loaded(ROUTES, 1);
    const struct site_route *routes = c->rules.file.site.routes;
    assert_int_equal(c->secret_count, 2);
    const struct relay_secret *one = relay_config_secret(c, routes[0].login),
                              *two = relay_config_secret(c, routes[3].login);
    assert_true(one && two && one != two);
    assert_true(relay_config_secret(c, routes[1].login) == one);
    assert_null(routes[2].login);
    assert_true(str_eq(one->user, STR("anna")) && str_eq(one->password, STR("pass word ")));
    assert_int_equal(one->mechanism.n, 0);
    assert_true(str_eq(two->user, STR("bob")) && str_eq(two->password, STR("hidden")));
    assert_true(str_eq(two->mechanism, STR("PLAIN")));
    const struct site_login other = { STR_INIT("three"), STR_INIT("/nonexistent/three") };
    assert_null(relay_config_secret(c, &other));
    relay_config_drop(c);
    /* without a route there is none */
    c = loaded(NAMED DOOR, 1);
    assert_int_equal(c->secret_count, 0);
    relay_config_drop(c);
}

static void half_a_login_is_none(void **state UNUSED)
{
    static const char *const HALVES[] = {
        "", "anna", "anna\n", "anna\n\n", "\nsecret\n", "\r\nx\n"
    };
    testing_put("two", "bob\nhidden\n");
    for (size_t i = 0; i < COUNT_OF(HALVES); i++) {
        testing_put("one", HALVES[i]);
        const struct err e = failed(ROUTES);
        assert_int_equal(e.kind, ERR_SYNTAX);
        assert_non_null(strstr(e.why, "/one: the first line is to be the user"));
    }
}

/* ---- in force ---- */

static void it_lives_as_long_as_it_is_held(void **state UNUSED)
{
    struct relay r = { .config = loaded(NAMED DOOR, 1) };
    pthread_mutex_init(&r.config_lock, NULL);
    assert_int_equal(atomic_load(&r.config->held), 1);
    assert_true(relay_config_hold(&r) == r.config);
    assert_int_equal(atomic_load(&r.config->held), 2);
    relay_config_drop(r.config);
    assert_int_equal(atomic_load(&r.config->held), 1);
    assert_true(str_eq(buf_str(&r.config->hostname), STR("relay.example")));
    relay_config_drop(r.config);
    relay_config_drop(NULL);
    pthread_mutex_destroy(&r.config_lock);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_name_is_said_or_the_machines, testing_begin,
                                        testing_end),
        cmocka_unit_test_setup_teardown(workers_are_said_counted_or_kept, testing_begin,
                                        testing_end),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_named, testing_begin, testing_end),
        cmocka_unit_test_setup_teardown(a_path_longer_than_any_is_an_error, testing_begin,
                                        testing_end),
        cmocka_unit_test_setup_teardown(logins_come_from_the_file_of_users, testing_begin,
                                        testing_end),
        cmocka_unit_test_setup_teardown(a_file_that_others_may_read_is_open, testing_begin,
                                        testing_end),
        cmocka_unit_test_setup_teardown(each_route_has_the_login_of_its_file, testing_begin,
                                        testing_end),
        cmocka_unit_test_setup_teardown(half_a_login_is_none, testing_begin, testing_end),
        cmocka_unit_test_setup_teardown(it_lives_as_long_as_it_is_held, testing_begin, testing_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
