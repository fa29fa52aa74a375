/* SPDX-License-Identifier: ISC */
/* tests/live/looks_test.c - decisions that have to ask DNS, against a name server of a table */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dns_server.h"
#include "relay/decide.h"
#include "relay/rates.h"
#include "relay/record.h"
#include "relay/windows.h"

#define SOA       "example. 300 IN SOA ns.example. root.example. 1 2 3 4 30"
#define ROW(n, t) n, t, TEST_DNS_ANSWER
#define A_LIST(zone)                                                                               \
    { ROW("2.0.0.127." zone ".", DNS_A), 0, { "2.0.0.127." zone ". 60 IN A 127.0.0.2" } },         \
        { ROW("1.0.0.127." zone ".", 0), 3, { SOA } },                                             \
    {                                                                                              \
        ROW("2.0.0.127." zone ".", 0), 0,                                                          \
        {                                                                                          \
            SOA                                                                                    \
        }                                                                                          \
    }

static const struct test_dns_row ROWS[] = {
    A_LIST("good.example"),
    { ROW("7.100.51.198.good.example.", DNS_A),
      0,
      { "7.100.51.198.good.example. 60 IN A 127.0.0.2" } },
    { ROW("7.100.51.198.good.example.", 0), 0, { SOA } },
    { ROW("8.100.51.198.good.example.", 0), 3, { SOA } },
    A_LIST("refuses.example"),
    { ROW("7.100.51.198.refuses.example.", DNS_A),
      0,
      { "7.100.51.198.refuses.example. 60 IN A 127.255.255.254" } },
    { ROW("7.100.51.198.refuses.example.", 0), 0, { SOA } },
    /* gone, and its new owner's name server answers everything */
    { ROW("2.0.0.127.gone.example.", DNS_A), 0, { "2.0.0.127.gone.example. 60 IN A 127.0.0.2" } },
    { ROW("1.0.0.127.gone.example.", DNS_A), 0, { "1.0.0.127.gone.example. 60 IN A 127.0.0.2" } },
    { ROW("7.100.51.198.gone.example.", DNS_A),
      0,
      { "7.100.51.198.gone.example. 60 IN A 127.0.0.2" } },
    { ROW("2.0.0.127.gone.example.", 0), 0, { SOA } },
    { ROW("1.0.0.127.gone.example.", 0), 0, { SOA } },
    { ROW("7.100.51.198.gone.example.", 0), 0, { SOA } },
    A_LIST("sick.example"),
    { ROW("7.100.51.198.sick.example.", 0), 2, { NULL } },
    { ROW("fail.example.", DNS_TXT), 0, { "fail.example. 60 IN TXT \"v=spf1 -all\"" } },
    { ROW("pass.example.", DNS_TXT),
      0,
      { "pass.example. 60 IN TXT \"v=spf1 ip4:198.51.100.0/24 -all\"" } },
    { ROW("temp.example.", 0), 2, { NULL } },
    { ROW("none.example.", 0), 0, { SOA } },
    { ROW("pass6.example.", DNS_TXT),
      0,
      { "pass6.example. 60 IN TXT \"v=spf1 ip6:2001:db8::1 -all\"" } },
    A_LIST("silent.example"),
    { "7.100.51.198.silent.example.", 0, TEST_DNS_SILENT, 0, { NULL } },
};

/* What another server says, of a list that the first knows too. */
static const struct test_dns_row OTHERS[] = {
    A_LIST("good.example"),
    { ROW("9.100.51.198.good.example.", DNS_A),
      0,
      { "9.100.51.198.good.example. 60 IN A 127.0.0.2" } },
    { ROW("9.100.51.198.good.example.", 0), 0, { SOA } },
};

static char dir[64];
static FILE *logged;
static struct test_dns_server *server;
static struct net_loop *loop;
static struct relay relay;
static struct relay_worker worker;
static struct relay_config config;

static void read_rules_at(const struct test_dns_server *resolver, const char *rules)
{
    static char text[4096];
    struct err e;
    int n = snprintf(text, sizeof text,
                     "resolver = \"127.0.0.1:%u\"\nlisten \"in\" { port = 25 }\n%s",
                     test_dns_port(resolver), rules);
    assert_true(n > 0 && (size_t)n < sizeof text);
    arena_done(&config.rules.arena);
    arena_init(&config.rules.arena, 1 << 20);
    if (!policy_file_read(STR("rules"), str_from(text), &config.rules.arena, &config.rules.file,
                          &e) ||
        !policy_file_build(&config.rules.file, NULL, 0, &config.rules.arena, &e))
        fail_msg("%s", e.why);
    config.digest = policy_digest(config.rules.file.policy);
}

static void read_rules(const char *rules)
{
    read_rules_at(server, rules);
}

static int begin(void **state UNUSED)
{
    struct err e;
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%.40s/looks-XXXXXX", tmp ? tmp : "/tmp");
    server = test_dns_new(ROWS, COUNT_OF(ROWS));
    loop = net_loop_new(&e);
    logged = tmpfile();
    if (!server || !loop || !logged || !mkdtemp(dir))
        return -1;
    relay = (struct relay){ .log = net_log_new(fileno(logged), false, NET_LOG_INFO, &e),
                            .rates = relay_rates_new(&e),
                            .windows = relay_windows_open(dir, &e),
                            .records = relay_records_open(dir, 1 << 20, &e) };
    worker = (struct relay_worker){ .relay = &relay, .loop = loop };
    worker.looks = relay_looks_new(&worker, &e);
    return relay.log && relay.rates && relay.windows && relay.records && worker.looks ? 0 : -1;
}

static int end(void **state UNUSED)
{
    char command[128];
    relay_looks_free(worker.looks);
    relay_records_close(relay.records);
    relay_windows_close(relay.windows);
    relay_rates_free(relay.rates);
    net_log_free(relay.log);
    fclose(logged);
    arena_done(&config.rules.arena);
    net_loop_free(loop);
    test_dns_free(server);
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    return system(command);
}

/* Sessions that ask at the same time. */
struct session {
    struct relay_known *known;
    struct policy_facts facts;
    struct relay_verdict verdict;
    bool over;
};
static size_t open_sessions;

static void done(void *user, const struct relay_verdict *v)
{
    struct session *s = user;
    assert_false(s->over);
    s->verdict = *v;
    s->over = true;
    if (--open_sessions == 0)
        net_loop_stop(loop);
}

static void ask_as(struct session *s, const char *client, const char *helo, const char *from)
{
    s->over = false;
    if (!s->known)
        s->known = relay_known_new(&worker);
    s->facts = (struct policy_facts){ .listener = STR("in"),
                                      .reverse_path = str_from(from),
                                      .forward_path = STR("anna@corp.example") };
    assert_true(s->known && ip_parse(str_from(client), &s->facts.client));
    if (relay_decide(s->known, &config, &s->facts, str_from(helo), 1, &s->verdict, done, s))
        s->over = true;
    else
        open_sessions++;
}

static void ask(struct session *s, const char *client, const char *from)
{
    ask_as(s, client, "none.example", from);
}

static unsigned code_as(const char *client, const char *helo, const char *from)
{
    struct session s = { .known = NULL };
    ask_as(&s, client, helo, from);
    if (open_sessions)
        net_loop_run(loop);
    assert_true(s.over);
    relay_known_free(s.known);
    return s.verdict.code;
}

static unsigned code_for(const char *client, const char *from)
{
    return code_as(client, "none.example", from);
}

static void lists_are_believed_while_their_tests_hold(void **state UNUSED)
{
    static const struct {
        const char *zone, *client;
        unsigned code;
    } CASES[] = {
        { "good.example", "198.51.100.7", 554 },    { "good.example", "198.51.100.8", 250 },
        { "refuses.example", "198.51.100.7", 250 }, { "gone.example", "198.51.100.7", 250 },
        { "sick.example", "198.51.100.7", 451 },    { "silent.example", "198.51.100.7", 451 },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char rules[200];
        snprintf(rules, sizeof rules,
                 "permit \"in\" { recipient-domain = \"corp.example\" unless-listed = \"%s\" }",
                 CASES[i].zone);
        read_rules(rules);
        unsigned code = code_for(CASES[i].client, "x@none.example");
        if (code != CASES[i].code)
            fail_msg("%s of %s: %u", CASES[i].client, CASES[i].zone, code);
    }
}

static void spf_is_asked_when_it_matters(void **state UNUSED)
{
    static const struct {
        const char *from;
        unsigned code;
    } CASES[] = { { "x@fail.example", 550 },
                  { "x@pass.example", 250 },
                  { "x@none.example", 250 },
                  { "x@temp.example", 451 },
                  { "", 250 } };
    read_rules("permit \"in\" { recipient-domain = \"corp.example\" unless-spf = fail }");
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        unsigned code = code_for("198.51.100.7", CASES[i].from);
        if (code != CASES[i].code)
            fail_msg("%s: %u", CASES[i].from, code);
    }
    /* nothing is asked where nothing hangs on it */
    read_rules("permit \"in\" { recipient-domain = \"corp.example\" unless-spf = fail }"
               "forbid \"ban\" { network = \"198.51.100.9\" }");
    unsigned before = test_dns_queries(server);
    assert_int_equal(code_for("198.51.100.9", "x@temp.example"), 554);
    assert_int_equal(test_dns_queries(server), before);
}

/* A flood from one address: those at the same time share one look-up, those behind it what came of it. */
static void the_same_is_asked_once(void **state UNUSED)
{
    enum { FLOOD = 200 };
    static struct session all[FLOOD];
    read_rules("permit \"in\" { recipient-domain = \"corp.example\" unless-spf = fail "
               "unless-listed = \"good.example\" }");
    for (size_t i = 0; i < FLOOD; i++)
        ask(&all[i], "198.51.100.7", "x@pass.example");
    /* some go away while it is looked up */
    for (size_t i = 0; i < FLOOD; i += 10) {
        relay_known_free(all[i].known);
        open_sessions--;
    }
    net_loop_run(loop);
    unsigned queries = test_dns_queries(server);
    assert_true(queries <= 6); /* SPF; address, its text, and the two tests of the list */
    for (size_t i = 0; i < FLOOD; i++) {
        assert_int_equal(all[i].over, i % 10 != 0);
        if (all[i].over) {
            assert_int_equal(all[i].verdict.code, 554);
            relay_known_free(all[i].known);
        }
    }
    assert_int_equal(code_for("198.51.100.7", "x@pass.example"), 554);
    assert_int_equal(test_dns_queries(server), queries);
}

/* Each answer is that of who asked: by all of an address, by both names. */
static void nobody_gets_anothers_answer(void **state UNUSED)
{
    static char long_path[1200];
    static const struct {
        const char *client, *helo, *from;
        unsigned code;
    } CASES[] = { { "2001:db8::1", "none.example", "x@pass6.example", 250 },
                  { "2001:db8::2", "none.example", "x@pass6.example", 550 },
                  { "198.51.100.7", "pass.example", "", 250 },
                  { "198.51.100.7", "fail.example", "", 550 },
                  { "198.51.101.7", "pass.example", "", 550 },
                  { "198.51.100.7", "fail.example", "x@pass.example", 250 } };
    read_rules("permit \"in\" { recipient-domain = \"corp.example\" unless-spf = fail }");
    for (size_t i = 0; i < 2 * COUNT_OF(CASES); i++) { /* looked up, and as it is kept */
        const size_t at = i % COUNT_OF(CASES);
        unsigned code = code_as(CASES[at].client, CASES[at].helo, CASES[at].from);
        if (code != CASES[at].code)
            fail_msg("%s, %s, %s: %u", CASES[at].client, CASES[at].helo, CASES[at].from, code);
    }
    /* a path that would be cut in the key is not asked about, or it would be refused */
    memset(long_path, 'x', sizeof long_path - 1);
    memcpy(long_path + sizeof long_path - 15, "@pass6.example", 15);
    assert_int_equal(code_for("198.51.100.7", long_path), 451);
}

/* A public list has no address that is private, so it is not asked. */
static void what_no_list_can_have_is_not_asked(void **state UNUSED)
{
    read_rules("permit \"in\" { recipient-domain = \"corp.example\" unless-listed = "
               "\"zen.spamhaus.org\" }");
    assert_int_equal(code_for("192.168.7.7", "x@none.example"), 250);
    assert_int_equal(test_dns_queries(server), 0);
}

static unsigned times_logged(const char *what)
{
    char line[2000];
    unsigned n = 0;
    net_log_flush(relay.log);
    rewind(logged);
    while (fgets(line, sizeof line, logged))
        n += strstr(line, what) != NULL;
    return n;
}

/* Whoever runs the relay is told of a list that keeps nobody out, and not at each client. */
static void a_list_that_is_not_believed_is_told_once(void **state UNUSED)
{
    static const struct {
        const char *zone;
        unsigned told;
    } CASES[] = { { "good.example", 0 },
                  { "sick.example", 0 },
                  { "refuses.example", 1 },
                  { "gone.example", 1 } };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char rules[200];
        snprintf(rules, sizeof rules,
                 "permit \"in\" { recipient-domain = \"corp.example\" unless-listed = \"%s\" }",
                 CASES[i].zone);
        read_rules(rules);
        code_for("198.51.100.7", "x@none.example");
        assert_int_equal(times_logged("blocklist-not-believed"), CASES[i].told);
    }
    assert_int_equal(times_logged("event=blocklist-not-believed zone=refuses.example why="), 1);
}

/* Another resolver by a reload: who is new is asked for there. Each server lists another client. */
static void the_resolver_of_now_is_asked(void **state UNUSED)
{
    static const char RULES[] =
        "permit \"in\" { recipient-domain = \"corp.example\" unless-listed = \"good.example\" }";
    struct test_dns_server *other = test_dns_new(OTHERS, COUNT_OF(OTHERS));
    assert_non_null(other);
    read_rules(RULES);
    assert_int_equal(code_for("198.51.100.8", "x@none.example"), 250);
    assert_int_equal(test_dns_queries(other), 0);
    read_rules_at(other, RULES);
    assert_int_equal(code_for("198.51.100.9", "x@none.example"), 554);
    read_rules(RULES);
    assert_int_equal(code_for("198.51.100.7", "x@none.example"), 554);
    test_dns_free(other);
}

/* More clients than the table of look-ups has room for: nobody gets another's answer, and who was looked up long ago is
 * looked up again. */
static void the_table_is_bounded(void **state UNUSED)
{
    enum { MANY = 9000, AT_ONCE = 100 };
    static struct session all[AT_ONCE];
    read_rules(
        "permit \"in\" { recipient-domain = \"corp.example\" unless-listed = \"good.example\" }");
    assert_int_equal(code_for("198.51.100.8", "x@none.example"), 250);
    for (int i = 0; i < MANY; i += AT_ONCE) {
        for (int k = 0; k < AT_ONCE; k++) {
            char client[20];
            snprintf(client, sizeof client, "203.0.%d.%d", (i + k) / 250, (i + k) % 250);
            ask(&all[k], client, "x@none.example");
        }
        if (open_sessions)
            net_loop_run(loop);
        for (int k = 0; k < AT_ONCE; k++) {
            assert_true(all[k].over);
            assert_int_not_equal(all[k].verdict.code, 554);
            relay_known_free(all[k].known);
            all[k].known = NULL;
        }
        assert_int_equal(code_for("198.51.100.7", "x@none.example"), 554);
    }
    unsigned before = test_dns_queries(server);
    assert_int_equal(code_for("198.51.100.8", "x@none.example"), 250);
    assert_true(test_dns_queries(server) > before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_are_believed_while_their_tests_hold, begin, end),
        cmocka_unit_test_setup_teardown(spf_is_asked_when_it_matters, begin, end),
        cmocka_unit_test_setup_teardown(the_same_is_asked_once, begin, end),
        cmocka_unit_test_setup_teardown(nobody_gets_anothers_answer, begin, end),
        cmocka_unit_test_setup_teardown(what_no_list_can_have_is_not_asked, begin, end),
        cmocka_unit_test_setup_teardown(a_list_that_is_not_believed_is_told_once, begin, end),
        cmocka_unit_test_setup_teardown(the_resolver_of_now_is_asked, begin, end),
        cmocka_unit_test_setup_teardown(the_table_is_bounded, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
