/* SPDX-License-Identifier: ISC */
#include "doctor/record_script.h"
#include "doctor/report_dns.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

static struct arena arena;
static struct doctor_record record;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    record = (struct doctor_record){ .arena = &arena, .dns = dns_known_new(0) };
    return record.dns ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    dns_known_free(record.dns);
    arena_done(&arena);
    return 0;
}

static const struct said_case {
    const char *row, *want, *of_nobody;
} SAID[] = {
    { "dns example.org MX 10 a.test , 20 b.test", "example.org MX: 10 a.test, 20 b.test",
      "x MX: 2 records" },
    { "dns example.org MX 0 .", "example.org MX: 0 .", "x MX: 1 record" },
    { "dns example.org MX none", "example.org MX: there is no such record",
      "x MX: there is no such record" },
    { "dns example.org A NXDOMAIN", "example.org A: there is no such name",
      "x A: there is no such name" },
    { "dns example.org A SERVFAIL", "example.org A: the server could not find out",
      "x A: the server could not find out" },
    { "dns example.org A REFUSED", "example.org A: the server refused to answer", NULL },
    { "dns example.org A timeout", "example.org A: no answer came", NULL },
    { "dns example.org A broken", "example.org A: the answer could not be read", NULL },
    { "dns@192.0.2.99 example.org A unreachable",
      "example.org A, asked of the name server at 192.0.2.99: there is no way to the server from "
      "here",
      "x A, asked of one name server straight: there is no way to the server from here" },
    { "dns@system mail.example.org A 192.0.2.7",
      "mail.example.org, as this machine's programs see it, hosts file included: 192.0.2.7",
      "x, as this machine's programs see it, hosts file included: 1 record" },
    { "dns@192.0.2.99 example.org TXT \"v=spf1 -all\"",
      "example.org TXT, asked of the name server at 192.0.2.99: \"v=spf1 -all\"",
      "x TXT, asked of one name server straight: 1 record" },
    { "dns@validator example.org TLSA bogus SERVFAIL",
      "example.org TLSA: the server could not find out; its DNSSEC signature is not valid",
      "x TLSA: the server could not find out; its DNSSEC signature is not valid" },
    { "dns example.org A 192.0.2.1 , 192.0.2.2 , 192.0.2.3 , 192.0.2.4 , 192.0.2.5 , 192.0.2.6 , "
      "192.0.2.7 , 192.0.2.8 , 192.0.2.9",
      "example.org A: 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5, 192.0.2.6, "
      "192.0.2.7, 192.0.2.8 and 1 more",
      "x A: 9 records" },
};

static void in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(SAID); i++) {
        begin(NULL);
        script_record(SAID[i].row, &record);
        const struct dns_answer *a = doctor_record_answer(&record, DOCTOR_DNS_ID);
        assert_int_equal(doctor_record_answer_id(&record, a), DOCTOR_DNS_ID);
        str said = doctor_answer_said(a, &arena);
        if (!str_eq(said, str_from(SAID[i].want)))
            fail_msg("%.*s", STR_ARG(said));
        said = doctor_answer_said_of_nobody(a, STR("x"), &arena);
        if (SAID[i].of_nobody && !str_eq(said, str_from(SAID[i].of_nobody)))
            fail_msg("%.*s", STR_ARG(said));
        end(NULL);
    }
}

/* A record of 64 KiB is cut, and says so. */
static void long_record(void **state)
{
    static char octets[65000];
    const struct dns_record r = { .type = DNS_TXT, .data = { octets, sizeof octets } };
    const struct dns_answer a = { .question = { .name = STR_INIT("a.test"), .type = DNS_TXT },
                                  .records = &r,
                                  .count = 1 };
    (void)state;
    str said = doctor_answer_said(&a, &arena);
    assert_true(said.n < 1000 && str_ends_nocase(said, STR(" ...")));
}

static bool same_answer(const struct dns_answer *a, const struct dns_answer *b)
{
    bool same = dns_question_eq(&a->question, &b->question) && a->code == b->code &&
                a->trust == b->trust && a->ttl_s == b->ttl_s && a->took_ms == b->took_ms &&
                ip_eq(&a->server, &b->server) && a->authoritative == b->authoritative &&
                str_eq(a->canonical, b->canonical) && str_eq(a->why_bogus, b->why_bogus) &&
                a->count == b->count && a->authority_count == b->authority_count &&
                a->additional_count == b->additional_count;
    for (size_t i = 0; same && i < a->count; i++)
        same = str_eq(a->records[i].name, b->records[i].name) &&
               str_eq(a->records[i].data, b->records[i].data) &&
               a->records[i].priority == b->records[i].priority &&
               a->records[i].ttl_s == b->records[i].ttl_s &&
               ip_eq(&a->records[i].ip, &b->records[i].ip);
    return same;
}

#define ALL_KINDS                                                                                  \
    "dns example.org MX 10 a\\.b.test , 20 b.test | dns example.org A NXDOMAIN |"                  \
    "dns@192.0.2.99 example.org NS aa ns.example.org | dns@system mail.example.org A 192.0.2.7 |"  \
    "dns@validator example.org TXT secure \"v=spf1 \\255\\034 -all\" | dns . SOA a.test 1 2 |"     \
    "dns@validator b.test TLSA bogus 030101ab | dns c.test AAAA 2001:db8::1"

static void put_one_with_everything(void)
{
    const struct dns_record soa = { .type = DNS_SOA,
                                    .ttl_s = 60,
                                    .owner = STR_INIT("test"),
                                    .name = STR_INIT("ns.test"),
                                    .serial = 7 };
    const struct dns_record glue = { .type = DNS_A,
                                     .owner = STR_INIT("ns.test"),
                                     .ip = script_ip("192.0.2.8") };
    const struct dns_answer a = {
        .question = { .name = STR_INIT("d.test"), .type = DNS_MX },
        .code = DNS_NXDOMAIN,
        .trust = DNS_BOGUS,
        .ttl_s = UINT32_MAX,
        .took_ms = 51,
        .why_bogus = STR_INIT("no signature"),
        .authority = &soa,
        .authority_count = 1,
        .additional = &glue,
        .additional_count = 1,
    };
    assert_true(dns_known_put(record.dns, &a));
}

static void there_and_back(void **state)
{
    struct err e = { .kind = ERR_NONE };
    AUTO(dns_known_freep) struct dns_known *again = dns_known_new(0);
    (void)state;
    script_record(ALL_KINDS, &record);
    put_one_with_everything();
    json_t *list = doctor_dns_document(record.dns);
    if (!doctor_dns_stored_read(list, again, &e))
        fail_msg("%s", e.why);
    assert_int_equal(dns_known_count(again), dns_known_count(record.dns));
    for (size_t i = 0; i < dns_known_count(again); i++)
        if (!same_answer(dns_known_at(record.dns, i), dns_known_at(again, i)))
            fail_msg("answer %zu is another", i);
    const struct dns_answer *last = dns_known_at(again, dns_known_count(again) - 1);
    assert_true(str_eq(last->authority[0].owner, STR("test")) && last->authority[0].serial == 7);
    assert_true(str_eq(last->additional[0].owner, STR("ns.test")));
    json_decref(list);
}

static const struct unread_case {
    const char *key, *value; /* JSON */
} UNREAD[] = {
    { "type", "\"WKS\"" },        { "type", "null" },         { "name", "\"a b\"" },
    { "canonical", "\"a\\tb\"" }, { "way", "\"pigeon\"" },    { "code", "\"MAYBE\"" },
    { "trust", "\"blind\"" },     { "ttl_s", "-1" },          { "ttl_s", "4294967296" },
    { "ttl_s", "1.5" },           { "took_ms", "null" },      { "at", "\"here\"" },
    { "server", "\"192.0.2\"" },  { "records", "null" },      { "records", "[1]" },
    { "records", "[\"300 A\"]" }, { "authority", "[\"x\"]" }, { "additional", "{}" },
};

static void unreadable(void **state)
{
    char want[64];
    (void)state;
    script_record("dns a.test A 192.0.2.1 | dns b.test A 192.0.2.1", &record);
    for (size_t i = 0; i < COUNT_OF(UNREAD); i++) {
        struct err e = { .kind = ERR_NONE };
        AUTO(dns_known_freep) struct dns_known *again = dns_known_new(0);
        json_t *list = doctor_dns_document(record.dns);
        json_object_set_new(json_array_get(list, 1), UNREAD[i].key,
                            json_loads(UNREAD[i].value, JSON_DECODE_ANY, NULL));
        assert_false(doctor_dns_stored_read(list, again, &e));
        snprintf(want, sizeof want, "dns[1]: '%s'", UNREAD[i].key);
        if (!strstr(e.why, want))
            fail_msg("%s for %s", e.why, UNREAD[i].key);
        json_decref(list);
    }
}

/* More than the table holds, a list where there is no table, and no list. */
static void no_room(void **state)
{
    struct err e = { .kind = ERR_NONE };
    AUTO(dns_known_freep) struct dns_known *small = dns_known_new(512);
    (void)state;
    script_record(ALL_KINDS, &record);
    json_t *list = doctor_dns_document(record.dns);
    assert_false(doctor_dns_stored_read(list, small, &e));
    assert_non_null(strstr(e.why, "more answers than fit"));
    assert_false(doctor_dns_stored_read(list, NULL, &e));
    assert_true(doctor_dns_stored_read(NULL, NULL, &e));
    json_decref(list);
    list = doctor_dns_document(NULL);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
}

static void ids(void **state)
{
    char text[DOCTOR_ID_TEXT_MAX];
    (void)state;
    assert_string_equal(doctor_id_text(7, text), "e7");
    assert_string_equal(doctor_id_text(DOCTOR_DNS_ID, text), "d1");
    assert_null(doctor_record_answer(&record, DOCTOR_DNS_ID));
    assert_null(doctor_record_answer(&record, 1));
    assert_int_equal(doctor_record_answer_id(&record, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_words),
        cmocka_unit_test_setup_teardown(long_record, begin, end),
        cmocka_unit_test_setup_teardown(there_and_back, begin, end),
        cmocka_unit_test_setup_teardown(unreadable, begin, end),
        cmocka_unit_test_setup_teardown(no_room, begin, end),
        cmocka_unit_test_setup_teardown(ids, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
