/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/forwarders.h"
#include "relay/rule_file.h"
#include "relay/testing.h"
#include <errno.h>

#define DOOR "listen \"in\" { port = 25 }\n"

struct told {
    unsigned count, lines[4];
    char last[300];
};

static void note(void *user, str of, struct conf_place place, str why)
{
    struct told *t = user;
    assert_true(str_eq(of, str_from(testing_rules)));
    assert_true(t->count < COUNT_OF(t->lines));
    t->lines[t->count++] = place.line;
    snprintf(t->last, sizeof t->last, "%.*s", STR_ARG(why));
}

static bool holds(const struct rule_file *r, const char *address)
{
    struct policy_facts f = { .tls = false };
    policy_lists(r->file.policy, str_from(address), &f);
    return f.lists.holds & 1;
}

/* A permit by the file of that name, and one by another. */
static const char *rules_of(const char *one, const char *other)
{
    static char text[1000];
    snprintf(text, sizeof text,
             DOOR
             "permit \"a\" { recipients = \"%s/%s\" }\npermit \"b\" { recipients = \"%s/%s\" }\n",
             testing_dir, one, testing_dir, other);
    return text;
}

static void lists_are_read_as_recipients_are_said(void **state UNUSED)
{
    struct rule_file r;
    struct err e;
    char mine[TESTING_PATH_MAX];
    testing_put("list", "# ours\nanna@corp.example\n\"bob\"@b\xC3\xBC"
                        "cher.example\n");
    testing_put("other", "carl@corp.example\n");
    testing_put("rules", rules_of("list", "other"));
    memcpy(mine, testing_rules, sizeof mine);
    if (!rule_file_read(&r, mine, &e))
        fail_msg("%s", e.why);
    memset(mine, 'x', sizeof mine - 1); /* the name is ours no longer */
    assert_true(str_eq(r.file.conf.path, str_from(testing_rules)));
    assert_int_equal(r.list_count, 2);
    assert_true(holds(&r, "anna@corp.example"));
    assert_true(holds(&r, "bob@xn--bcher-kva.example"));
    assert_false(holds(&r, "carl@corp.example"));
    rule_file_done(&r);
}

/* Each is told at the line that names it, and the reason of the system is with the error. */
static void lists_that_are_not_there(void **state UNUSED)
{
    struct rule_file r;
    struct err e;
    struct told errors = { .count = 0 }, warnings = { .count = 0 };
    testing_put("rules", rules_of("none", "gone"));
    assert_false(rule_file_read(&r, testing_rules, &e));
    assert_int_equal(e.kind, ERR_SYSTEM);
    assert_int_equal(e.sys_errno, ENOENT);
    rule_file_tell_errors(&r, note, &errors);
    assert_int_equal(errors.count, 2);
    assert_true(errors.lines[0] == 2 && errors.lines[1] == 3);
    assert_non_null(strstr(errors.last, "/gone': No such file or directory"));
    assert_non_null(strstr(errors.last, "one address a line"));
    rule_file_tell_warnings(&r, note, &warnings);
    assert_int_equal(warnings.count, 0);
    rule_file_done(&r);
    /* what stands behind one that is not there is read all the same */
    testing_put("list", "anna@corp.example\n");
    testing_put("rules", rules_of("none", "list"));
    assert_false(rule_file_read(&r, testing_rules, &e));
    errors.count = 0;
    rule_file_tell_errors(&r, note, &errors);
    assert_int_equal(errors.count, 1);
    assert_int_equal(r.list_count, 2);
    rule_file_done(&r);
    /* of a text that was kept they are empty */
    if (!rule_file_of(&r, testing_rules, str_from(rules_of("list", "none")), &e))
        fail_msg("%s", e.why);
    assert_true(holds(&r, "anna@corp.example"));
    assert_int_equal(r.list_count, 2);
    rule_file_done(&r);
}

static void what_is_wrong_or_may_surprise_is_told(void **state UNUSED)
{
    struct rule_file r;
    struct err e;
    struct told errors = { .count = 0 }, warnings = { .count = 0 };
    assert_false(rule_file_read(&r, testing_rules, &e)); /* there is no such file */
    assert_true(e.kind == ERR_SYSTEM && e.sys_errno == ENOENT);
    rule_file_done(&r);
    testing_put("rules", DOOR "permit \"a\" { nonsense = 1 }\npermit \"b\" { network = \"x\" }\n");
    assert_false(rule_file_read(&r, testing_rules, &e));
    assert_int_equal(e.kind, ERR_SYNTAX);
    rule_file_tell_errors(&r, note, &errors);
    assert_true(errors.count >= 1 && errors.lines[0] == 2);
    rule_file_done(&r);
    /* what is wrong with the site, and with the rules */
    testing_put("rules", "metrics = \"192.0.2.1\"\n" DOOR "permit \"a\" { network = \"x\" }\n");
    assert_false(rule_file_read(&r, testing_rules, &e));
    assert_int_equal(e.kind, ERR_SYNTAX);
    errors.count = 0;
    rule_file_tell_errors(&r, note, &errors);
    assert_int_equal(errors.count, 2);
    assert_true(errors.lines[0] == 1 && errors.lines[1] == 3);
    rule_file_done(&r);
    /* no certificate, and no route */
    testing_put("rules", DOOR "permit \"a\" { authenticated = true }\n");
    if (!rule_file_read(&r, testing_rules, &e))
        fail_msg("%s", e.why);
    rule_file_tell_warnings(&r, note, &warnings);
    assert_int_equal(warnings.count, 2);
    assert_non_null(strstr(warnings.last, "there is no route"));
    rule_file_done(&r);
}

/* What was found on the machine goes with the text, as far as the rules hang on it. */
static void what_was_kept_makes_the_same_rules(void **state UNUSED)
{
    static const char TEXT[] = DOOR "permit \"a\" { network = \"203.0.113.0/24\" }\n";
    static const char FOUND[] = "#! forwarder 203.0.113.1 the default gateway\n";
    static const char NO_USE[] = "#! forwarder nonsense x\n#! forwarder 192.0.2.9 the bridge br-1\n"
                                 "# no forward 203.0.113.2 x";
    struct rule_file r, again, without;
    struct err e;
    struct buf kept;
    struct ip gateway;
    char text[1000];
    snprintf(text, sizeof text, "%s%s%s", TEXT, FOUND, NO_USE);
    assert_true(ip_parse(STR("203.0.113.1"), &gateway));
    assert_true(rule_file_of(&r, testing_rules, str_from(text), &e));
    assert_int_equal(r.file.forwarder_count, 2);
    assert_true(ip_eq(&r.file.forwarders[0].ip, &gateway));
    assert_true(str_eq(r.file.forwarders[0].why, STR("the default gateway")));
    assert_true(str_eq(r.file.forwarders[1].why, STR("the bridge br-1")));
    assert_true(rule_file_kept(&r, &kept));
    snprintf(text, sizeof text, "%s%s%s\n%s", TEXT, FOUND, NO_USE, FOUND);
    assert_true(str_eq(buf_str(&kept), str_from(text)));
    assert_true(rule_file_of(&again, testing_rules, buf_str(&kept), &e));
    buf_done(&kept);
    assert_true(rule_file_of(&without, testing_rules, str_from(TEXT), &e));
    assert_int_equal(without.file.forwarder_count, 0);
    assert_true(policy_digest(r.file.policy) == policy_digest(again.file.policy));
    assert_true(policy_digest(r.file.policy) != policy_digest(without.file.policy));
    assert_true(rule_file_kept(&without, &kept));
    assert_true(str_eq(buf_str(&kept), STR(TEXT)));
    buf_done(&kept);
    rule_file_done(&without);
    assert_true(rule_file_of(&without, testing_rules, STR(""), &e));
    assert_true(rule_file_kept(&without, &kept) && kept.n == 0);
    buf_done(&kept);
    rule_file_done(&without);
    rule_file_done(&again);
    rule_file_done(&r);
}

static void no_more_of_either_than_there_may_be(void **state UNUSED)
{
    struct rule_file r;
    struct err e;
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_add(&text, STR(DOOR));
    for (unsigned i = 0; i < NET_FORWARDERS_MAX + 1; i++)
        buf_addf(&text, "#! forwarder 10.0.%u.%u x\n", i / 256, i % 256);
    assert_true(rule_file_of(&r, testing_rules, buf_str(&text), &e));
    assert_int_equal(r.file.forwarder_count, NET_FORWARDERS_MAX);
    rule_file_done(&r);
    buf_done(&text);
    str large = { calloc(1, RULE_FILE_KEPT_MAX + 1), RULE_FILE_KEPT_MAX + 1 };
    assert_non_null(large.p);
    assert_false(rule_file_of(&r, testing_rules, large, &e));
    rule_file_done(&r);
    free((void *)(uintptr_t)large.p);
}

static void forwarders_are_those_of_this_machine(void **state UNUSED)
{
    const struct net_forwarder *all;
    struct rule_file r;
    struct err e;
    testing_put("rules", DOOR);
    if (!rule_file_read(&r, testing_rules, &e))
        fail_msg("%s", e.why);
    size_t count = net_forwarders(&all);
    assert_int_equal(r.file.forwarder_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_true(ip_eq(&r.file.forwarders[i].ip, &all[i].ip));
        assert_true(str_eq(r.file.forwarders[i].why, str_from(all[i].why)));
    }
    rule_file_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_are_read_as_recipients_are_said, testing_begin,
                                        testing_end),
        cmocka_unit_test_setup_teardown(lists_that_are_not_there, testing_begin, testing_end),
        cmocka_unit_test_setup_teardown(what_is_wrong_or_may_surprise_is_told, testing_begin,
                                        testing_end),
        cmocka_unit_test_setup_teardown(what_was_kept_makes_the_same_rules, testing_begin,
                                        testing_end),
        cmocka_unit_test_setup_teardown(no_more_of_either_than_there_may_be, testing_begin,
                                        testing_end),
        cmocka_unit_test_setup_teardown(forwarders_are_those_of_this_machine, testing_begin,
                                        testing_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
