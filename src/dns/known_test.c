/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns/known.h"
#include <stdio.h>
#include <string.h>

static struct dns_answer mx_answer(void)
{
    static const struct dns_record MX = { .type = DNS_MX,
                                          .name = STR_INIT("mx.a.example"),
                                          .priority = 10 };
    static const struct dns_record NS = { .type = DNS_NS,
                                          .owner = STR_INIT("a.example"),
                                          .name = STR_INIT("ns.a.example") };
    return (struct dns_answer){ .question = { .name = STR("A.example"), .type = DNS_MX },
                                .ttl_s = 77,
                                .canonical = STR("a.example"),
                                .records = &MX,
                                .count = 1,
                                .authority = &NS,
                                .authority_count = 1 };
}

static void test_missing_is_noted_once_and_then_known(void **state)
{
    (void)state;
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct dns_question q;
    assert_null(dns_known_ask(k, STR("a.example"), DNS_MX));
    assert_null(dns_known_ask(k, STR("a.EXAMPLE"), DNS_MX));
    dns_known_want(k, STR("a.example"), DNS_TXT);
    assert_true(dns_known_next(k, &q));
    assert_true(str_eq(q.name, STR("a.example")) && q.type == DNS_MX);
    assert_true(dns_known_next(k, &q));
    assert_int_equal(q.type, DNS_TXT);
    assert_false(dns_known_next(k, &q));
    assert_int_equal(dns_known_open(k), 2);

    struct dns_answer a = mx_answer();
    assert_true(dns_known_put(k, &a));
    assert_int_equal(dns_known_open(k), 1);
    const struct dns_answer *got = dns_known_ask(k, STR("a.example"), DNS_MX);
    assert_non_null(got);
    assert_ptr_not_equal(got->records, a.records);
    assert_true(str_eq(got->records[0].name, STR("mx.a.example")));
    assert_true(str_eq(got->authority[0].owner, STR("a.example")));
    assert_true(str_eq(got->question.name, STR("a.example")));
    assert_int_equal(dns_known_count(k), 1);
    assert_ptr_equal(dns_known_at(k, 0), got);
    assert_null(dns_known_at(k, 1));
}

static void test_way_and_server_tell_questions_apart(void **state)
{
    (void)state;
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct dns_question q = { .name = STR("a.example"), .type = DNS_MX, .way = DNS_BY_SERVER };
    assert_true(ip_parse(STR("192.0.2.1"), &q.at));
    struct dns_answer a = mx_answer();
    a.question = q;
    assert_true(dns_known_put(k, &a));
    assert_non_null(dns_known_peek(k, &q));
    assert_true(ip_parse(STR("192.0.2.2"), &q.at));
    assert_null(dns_known_peek(k, &q));
    assert_null(dns_known_ask(k, STR("a.example"), DNS_MX));
    /* Peeking notes nothing: only the last one is to be asked. */
    assert_true(dns_known_next(k, &q));
    assert_int_equal(q.way, DNS_BY_RESOLVER);
    assert_false(dns_known_next(k, &q));
}

static void test_the_first_answer_stays(void **state)
{
    (void)state;
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct dns_answer a = mx_answer();
    assert_true(dns_known_put(k, &a));
    a.ttl_s = 1;
    assert_true(dns_known_put(k, &a));
    assert_int_equal(dns_known_count(k), 1);
    assert_int_equal(dns_known_at(k, 0)->ttl_s, 77);
}

static void test_full_tables_answer(void **state)
{
    (void)state;
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    char name[64];
    for (unsigned i = 0; i < DNS_KNOWN_QUESTIONS_MAX; i++) {
        (void)snprintf(name, sizeof name, "n%u.example", i);
        assert_null(dns_known_ask(k, str_from(name), DNS_A));
    }
    const struct dns_answer *a = dns_known_ask(k, STR("one.more.example"), DNS_A);
    assert_non_null(a);
    assert_int_equal(a->code, DNS_BROKEN);
    assert_null(dns_known_ask(k, STR("n7.example"), DNS_A));

    AUTO(dns_known_freep) struct dns_known *small = dns_known_new(2048);
    static char big[4096];
    memset(big, 'x', sizeof big);
    struct dns_record txt = { .type = DNS_TXT, .data = { big, sizeof big } };
    struct dns_answer answer = { .question = { .name = STR("a.example"), .type = DNS_TXT },
                                 .records = &txt,
                                 .count = 1 };
    assert_null(dns_known_ask(small, STR("a.example"), DNS_TXT));
    assert_false(dns_known_put(small, &answer));
    a = dns_known_ask(small, STR("a.example"), DNS_TXT);
    assert_non_null(a);
    assert_int_equal(a->code, DNS_BROKEN);
    assert_int_equal(a->count, 0);
}

/* The answer to a question for the TXT records of name: nothing, and where its CNAMEs end. */
static void put_alias(struct dns_known *k, str name, str end, const struct dns_record *soa)
{
    assert_true(
        dns_known_put(k, &(struct dns_answer){ .question = { .name = name, .type = DNS_TXT },
                                               .canonical = end,
                                               .authority = soa,
                                               .authority_count = soa != NULL }));
}

static void test_aliases_are_followed_to_their_end(void **state)
{
    (void)state;
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct dns_question q;
    struct dns_record soa = { .type = DNS_SOA, .owner = STR("b.example"), .name = STR("ns") };
    put_alias(k, STR("a.example"), STR("x.b.example"), NULL);
    assert_null(dns_known_follow_peek(k, STR("a.example"), DNS_TXT));
    assert_false(dns_known_next(k, &q));
    assert_null(dns_known_follow(k, STR("a.example"), DNS_TXT));
    assert_true(dns_known_next(k, &q));
    assert_true(str_eq(q.name, STR("x.b.example")));
    put_alias(k, STR("x.b.example"), STR("x.b.example"), NULL);
    const struct dns_answer *a = dns_known_follow(k, STR("a.example"), DNS_TXT);
    assert_true(a && str_eq(a->question.name, STR("x.b.example")));
    assert_ptr_equal(dns_known_follow_peek(k, STR("a.example"), DNS_TXT), a);
    /* The zone of the end says that nothing is there; that of the beginning cannot. */
    put_alias(k, STR("c.example"), STR("y.b.example"), &soa);
    a = dns_known_follow(k, STR("c.example"), DNS_TXT);
    assert_true(a && a->code == DNS_OK && str_eq(a->question.name, STR("c.example")));
    put_alias(k, STR("d.b.example"), STR("y.notb.example"), &soa);
    assert_null(dns_known_follow(k, STR("d.b.example"), DNS_TXT));
    /* Round and round. */
    put_alias(k, STR("e.example"), STR("f.example"), NULL);
    put_alias(k, STR("f.example"), STR("e.example"), NULL);
    a = dns_known_follow(k, STR("e.example"), DNS_TXT);
    assert_true(a && a->code == DNS_BROKEN && a->question.type == DNS_TXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_is_noted_once_and_then_known),
        cmocka_unit_test(test_way_and_server_tell_questions_apart),
        cmocka_unit_test(test_the_first_answer_stays),
        cmocka_unit_test(test_full_tables_answer),
        cmocka_unit_test(test_aliases_are_followed_to_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
