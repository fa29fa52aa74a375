/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "relay/decide.h"
#include "relay/rates.h"
#include "relay/record.h"
#include "relay/windows.h"

static const char RULES[] =
    "listen \"submission\" { port = 587 }\n"
    "permit \"users\" { authenticated = true  sender = owned  rate = \"3/h\" }\n"
    "permit \"pop\" { pop-window = true }\n"
    "permit \"in\" { recipient-domain = \"corp.example\"  unless-spf = fail }\n"
    "forbid \"flood\" { login = {\"bob@corp.example\"}  rate = \"2/h\" }\n";

static char dir[64];
static struct relay relay;
static struct relay_worker worker;
static struct relay_config config;

static int begin(void **state UNUSED)
{
    struct err e;
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%.40s/decide-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(dir))
        return -1;
    arena_init(&config.rules.arena, 1 << 20);
    if (!policy_file_read(STR("rules"), STR(RULES), &config.rules.arena, &config.rules.file, &e) ||
        !policy_file_build(&config.rules.file, NULL, 0, &config.rules.arena, &e))
        fail_msg("%s", e.why);
    config.digest = policy_digest(config.rules.file.policy);
    relay = (struct relay){ .rates = relay_rates_new(&e),
                            .windows = relay_windows_open(dir, &e),
                            .records = relay_records_open(dir, 1 << 20, &e) };
    worker = (struct relay_worker){ .relay = &relay };
    worker.looks = relay_looks_new(&worker, &e);
    return relay.rates && relay.windows && relay.records && worker.looks ? 0 : -1;
}

static int end(void **state UNUSED)
{
    char command[128];
    relay_looks_free(worker.looks);
    relay_records_close(relay.records);
    relay_windows_close(relay.windows);
    relay_rates_free(relay.rates);
    arena_done(&config.rules.arena);
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    return system(command);
}

static struct policy_facts facts_of(const char *login, const char *from, const char *to)
{
    struct policy_facts f = { .listener = STR("submission"),
                              .login = str_from(login),
                              .tls = true,
                              .reverse_path = str_from(from),
                              .forward_path = str_from(to) };
    if (!ip_parse(STR("198.51.100.7"), &f.client))
        fail();
    return f;
}

static void never(void *user UNUSED, const struct relay_verdict *v UNUSED)
{
    fail();
}

static struct relay_verdict decided(struct relay_known *k, const struct policy_facts *f,
                                    unsigned count)
{
    struct relay_verdict v;
    assert_true(relay_decide(k, &config, f, STR("client.example"), count, &v, never, NULL));
    return v;
}

static void the_reply_has_the_id_of_its_record(void **state UNUSED)
{
    AUTO(arena_done) struct arena a;
    struct relay_record rec;
    struct err e;
    char id[RELAY_RECORD_ID_MAX];
    struct relay_known *k = relay_known_new(&worker);
    const struct policy_facts f = facts_of("anna@corp.example", "bob@corp.example",
                                           "tom@elsewhere.example");
    struct relay_verdict v = decided(k, &f, 1);
    assert_int_equal(v.decision.outcome, POLICY_REFUSE);
    assert_int_equal(v.code, 553);
    assert_true(v.enhanced.class == 5 && v.enhanced.subject == 7 && v.enhanced.detail == 1);
    assert_non_null(strstr(v.text, relay_record_text(v.record, id)));
    arena_init(&a, 1 << 20);
    assert_true(relay_records_find(relay.records, v.record, &a, &rec, &e));
    assert_true(rec.digest == config.digest && rec.cause == CAUSE_FROM_NOT_LOGIN);
    assert_true(str_eq(rec.facts.login, f.login) && str_eq(rec.helo, STR("client.example")));
    relay_known_free(k);
}

static void a_rate_counts_what_is_permitted(void **state UNUSED)
{
    struct relay_known *k = relay_known_new(&worker), *other = relay_known_new(&worker);
    struct policy_facts f = facts_of("anna@corp.example", "anna@corp.example",
                                     "tom@elsewhere.example");
    const struct policy_facts wrong = facts_of("anna@corp.example", "bob@corp.example",
                                               "tom@elsewhere.example");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(decided(k, &wrong, 1).decision.outcome, POLICY_REFUSE); /* costs nothing */
        assert_int_equal(decided(k, &f, 1).code, 250);
    }
    struct relay_verdict v = decided(k, &f, 1);
    assert_int_equal(v.decision.outcome, POLICY_DEFER);
    assert_int_equal(v.code, 451);
    assert_true(v.enhanced.class == 4 && v.enhanced.subject == 7 && v.enhanced.detail == 1);
    assert_non_null(strstr(v.text, "again in "));
    assert_int_equal(decided(other, &f, 1).code, 451); /* in whatever session */
    /* what RCPT counted is not held against the end of data, and that counts nothing */
    f.author.known = POLICY_KNOWN;
    f.author.address = f.reverse_path;
    assert_int_equal(decided(k, &f, 0).code, 250);
    relay_known_forget(k);
    assert_int_equal(decided(k, &f, 0).code, 451);
    relay_known_free(k);
    relay_known_free(other);
}

/* A forbid counts too, and a permit that it stops counts nothing. */
static void a_rate_of_a_forbid_counts(void **state UNUSED)
{
    struct relay_known *k = relay_known_new(&worker);
    const struct policy_facts f = facts_of("bob@corp.example", "bob@corp.example",
                                           "tom@elsewhere.example");
    assert_int_equal(decided(k, &f, 1).code, 250);
    assert_int_equal(decided(k, &f, 1).code, 250);
    struct relay_verdict v = decided(k, &f, 1);
    assert_int_equal(v.code, 451);
    assert_true(v.decision.forbid && str_eq(v.decision.forbid->name, STR("flood")));
    uint32_t used, again;
    const struct relay_rate_key key = { STR("users"), f.login, &f.client, 3, 3600 };
    relay_rates_used(relay.rates, &key, relay_now_ms(), &used, &again);
    assert_int_equal(used, 2);
    relay_known_free(k);
}

static void a_window_opens_and_closes(void **state UNUSED)
{
    struct err e;
    bool had;
    struct relay_known *k = relay_known_new(&worker);
    const struct policy_facts f = facts_of("", "a@b.example", "tom@elsewhere.example");
    assert_int_equal(decided(k, &f, 1).code, 530);
    assert_true(relay_windows_allow(relay.windows, &f.client, relay_now_ms() + 60000,
                                    relay_now_ms(), STR_NONE, &e));
    assert_int_equal(decided(k, &f, 1).code, 250);
    assert_true(relay_windows_end(relay.windows, &f.client, relay_now_ms(), &had, &e));
    assert_int_equal(decided(k, &f, 1).code, 530);
    relay_known_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_reply_has_the_id_of_its_record, begin, end),
        cmocka_unit_test_setup_teardown(a_rate_counts_what_is_permitted, begin, end),
        cmocka_unit_test_setup_teardown(a_rate_of_a_forbid_counts, begin, end),
        cmocka_unit_test_setup_teardown(a_window_opens_and_closes, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
