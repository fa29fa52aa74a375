/* SPDX-License-Identifier: ISC */
/* tests/live/resolver_test.c - the resolver against a DNS server of a table */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "dns_server.h"
#include "net/resolver.h"
#include "peer.h"
#include "ports.h"
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#define SOA "example. 300 IN SOA ns.example. root.example. 1 2 3 4 30"

static const struct test_dns_row ROWS[] = {
    { "a.example.",
      DNS_A,
      TEST_DNS_ANSWER,
      0,
      { "a.example. 60 IN A 192.0.2.1", "a.example. 40 IN A 192.0.2.2" } },
    { "a.example.", 0, TEST_DNS_ANSWER, 0, { SOA } },
    { "dual.example.", DNS_A, TEST_DNS_ANSWER, 0, { "dual.example. 60 IN A 192.0.2.3" } },
    { "dual.example.", DNS_AAAA, TEST_DNS_ANSWER, 0, { "dual.example. 50 IN AAAA 2001:db8::3" } },
    { "six.example.", DNS_AAAA, TEST_DNS_ANSWER, 0, { "six.example. 50 IN AAAA 2001:db8::6" } },
    { "six.example.", DNS_A, TEST_DNS_ANSWER, 0, { SOA } },
    { "half.example.", DNS_A, TEST_DNS_ANSWER, 0, { "half.example. 60 IN A 192.0.2.4" } },
    { "half.example.", DNS_AAAA, TEST_DNS_ANSWER, 2, { NULL } },
    { "sick.example.", DNS_A, TEST_DNS_ANSWER, 2, { NULL } },
    { "sick.example.", DNS_AAAA, TEST_DNS_ANSWER, 0, { SOA } },
    { "empty.example.", 0, TEST_DNS_ANSWER, 0, { SOA } },
    { "gone.example.", 0, TEST_DNS_ANSWER, 3, { SOA } },
    { "refused.example.", 0, TEST_DNS_ANSWER, 5, { NULL } },
    { "silent.example.", 0, TEST_DNS_SILENT, 0, { NULL } },
    { "late.example.", DNS_A, TEST_DNS_LATE, 0, { "late.example. 60 IN A 192.0.2.5" } },
    { "forged.example.", DNS_A, TEST_DNS_FORGED, 0, { "forged.example. 60 IN A 192.0.2.6" } },
    { "astray.example.", 0, TEST_DNS_ASTRAY, 0, { "astray.example. 60 IN A 192.0.2.7" } },
    { "garbage.example.", 0, TEST_DNS_GARBAGE, 0, { NULL } },
    { "cut.example.", DNS_A, TEST_DNS_CUT, 0, { "cut.example. 60 IN A 192.0.2.8" } },
    { "cut-closed.example.", 0, TEST_DNS_CUT_CLOSED, 0, { NULL } },
    { "cut-again.example.", 0, TEST_DNS_CUT_AGAIN, 0, { NULL } },
    { "old.example.", DNS_A, TEST_DNS_HATES_EDNS, 0, { "old.example. 60 IN A 192.0.2.9" } },
    { "firewalled.example.",
      DNS_A,
      TEST_DNS_DROPS_EDNS,
      0,
      { "firewalled.example. 60 IN A 192.0.2.10" } },
    { "alias.example.",
      0,
      TEST_DNS_ANSWER,
      0,
      { "alias.example. 9 IN CNAME b.example.", "b.example. 60 IN CNAME C.example.",
        "c.example. 60 IN A 192.0.2.11" } },
    { "dangling.example.",
      0,
      TEST_DNS_ANSWER,
      0,
      { "dangling.example. 9 IN CNAME elsewhere.example." } },
    { "round.example.",
      0,
      TEST_DNS_ANSWER,
      0,
      { "round.example. 9 IN CNAME b.example.", "b.example. 60 IN CNAME round.example." } },
    { "mx.example.",
      DNS_MX,
      TEST_DNS_ANSWER,
      0,
      { "mx.example. 60 IN MX 10 Mail.example.", "mx.example. 60 IN MX 20 backup.example." } },
    { "nullmx.example.", DNS_MX, TEST_DNS_ANSWER, 0, { "nullmx.example. 60 IN MX 0 ." } },
    { "txt.example.",
      DNS_TXT,
      TEST_DNS_ANSWER,
      0,
      { "txt.example. 60 IN TXT \"v=spf1 \" \"-all\"" } },
    { "_submission._tcp.srv.example.",
      DNS_SRV,
      TEST_DNS_ANSWER,
      0,
      { "_submission._tcp.srv.example. 60 IN SRV 1 2 587 mail.example." } },
    { "_25._tcp.tlsa.example.",
      DNS_TLSA,
      TEST_DNS_ANSWER,
      0,
      { "_25._tcp.tlsa.example. 60 IN TLSA 3 1 1 "
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" } },
    { "1.2.0.192.in-addr.arpa.",
      DNS_PTR,
      TEST_DNS_ANSWER,
      0,
      { "1.2.0.192.in-addr.arpa. 60 IN PTR mail.example." } },
};

struct lookup {
    struct net_loop *loop;
    struct net_resolver *resolver, *free_in_done;
    struct buf words;
    unsigned done;
    enum dns_code code;
    size_t count;
};

static void add_record(struct buf *b, const struct dns_record *r)
{
    char text[IP_TEXT_MAX];
    buf_addf(b, " %.*s", STR_ARG(names_of(&DNS_TYPE_NAMES, (int)r->type)));
    if (r->ip.family != IP_NONE)
        buf_addf(b, ":%s", ip_text(&r->ip, text));
    if (r->type == DNS_MX || r->type == DNS_SRV)
        buf_addf(b, ":%u", r->priority);
    if (r->type == DNS_SRV)
        buf_addf(b, ":%u:%u", r->weight, r->port);
    if (r->type == DNS_TLSA)
        buf_addf(b, ":%zu:%02x%02x%02x%02x", r->data.n, r->data.p[0], r->data.p[1], r->data.p[2],
                 r->data.p[3]);
    if (r->type == DNS_TXT)
        buf_addf(b, ":%.*s", STR_ARG(r->data));
    if (r->name.p)
        buf_addf(b, ":%.*s", STR_ARG(r->name));
}

static void on_done(void *user, const struct dns_answer *a)
{
    struct lookup *k = user;
    k->done++;
    k->code = a->code;
    k->count = a->count;
    assert_int_equal(a->trust, DNS_UNCHECKED);
    buf_addf(&k->words, "%.*s %u %.*s", STR_ARG(names_of(&DNS_CODE_NAMES, (int)a->code)), a->ttl_s,
             STR_ARG(a->canonical));
    for (size_t i = 0; i < a->count; i++)
        add_record(&k->words, &a->records[i]);
    net_resolver_free(k->free_in_done);
    if (k->free_in_done)
        k->resolver = NULL;
}

static void begin(struct lookup *k, uint16_t port, uint32_t timeout_ms)
{
    struct err e;
    struct net_resolver_options o = { .port = port, .timeout_ms = timeout_ms };
    if (port)
        o.server = test_loopback(IP_V4);
    *k = (struct lookup){ .loop = net_loop_new(&e) };
    k->resolver = net_resolver_new(k->loop, &o, &e);
    assert_non_null(k->resolver);
    buf_init(&k->words, 4096);
}

static void end(struct lookup *k)
{
    net_resolver_free(k->resolver);
    net_loop_free(k->loop);
    buf_done(&k->words);
}

static void assert_words(const struct lookup *k, const char *name, const char *want)
{
    assert_int_equal(k->done, 1);
    if (!str_eq(buf_str(&k->words), str_from(want)))
        fail_msg("%s: %.*s, not %s", name, STR_ARG(buf_str(&k->words)), want);
}

static const struct ask_case {
    const char *name;
    enum dns_type type;
    const char *words;
    uint32_t timeout_ms; /* 0: as usual */
} ASKED[] = {
    { "a.example", DNS_A, "NOERROR 40 a.example A:192.0.2.1 A:192.0.2.2", 0 },
    { "A.Example", DNS_A, "NOERROR 40 a.example A:192.0.2.1 A:192.0.2.2", 0 },
    { "a.example", DNS_AAAA, "NOERROR 30 a.example", 0 },
    { "gone.example", DNS_A, "NXDOMAIN 30 gone.example", 0 },
    { "sick.example", DNS_A, "SERVFAIL 0 ", 0 },
    { "refused.example", DNS_A, "REFUSED 0 ", 0 },
    { "silent.example", DNS_A, "timeout 0 ", 50 },
    { "late.example", DNS_A, "NOERROR 60 late.example A:192.0.2.5", 0 },
    { "forged.example", DNS_A, "NOERROR 60 forged.example A:192.0.2.6", 0 },
    { "astray.example", DNS_A, "broken 0 ", 1000 },
    { "garbage.example", DNS_A, "broken 0 ", 1000 },
    { "cut.example", DNS_A, "NOERROR 60 cut.example A:192.0.2.8", 0 },
    { "cut-closed.example", DNS_A, "broken 0 ", 0 },
    { "cut-again.example", DNS_A, "broken 0 ", 0 },
    { "old.example", DNS_A, "NOERROR 60 old.example A:192.0.2.9", 0 },
    { "firewalled.example", DNS_A, "NOERROR 60 firewalled.example A:192.0.2.10", 0 },
    { "alias.example", DNS_A, "NOERROR 9 c.example A:192.0.2.11", 0 },
    { "alias.example", DNS_CNAME, "NOERROR 9 alias.example CNAME:b.example", 0 },
    { "dangling.example", DNS_A, "NOERROR 9 elsewhere.example", 0 },
    { "round.example", DNS_A, "broken 0 ", 0 },
    { "mx.example", DNS_MX, "NOERROR 60 mx.example MX:10:mail.example MX:20:backup.example", 0 },
    { "nullmx.example", DNS_MX, "NOERROR 60 nullmx.example MX:0:", 0 },
    { "txt.example", DNS_TXT, "NOERROR 60 txt.example TXT:v=spf1 -all", 0 },
    { "_submission._tcp.srv.example", DNS_SRV,
      "NOERROR 60 _submission._tcp.srv.example SRV:1:2:587:mail.example", 0 },
    { "_25._tcp.tlsa.example", DNS_TLSA, "NOERROR 60 _25._tcp.tlsa.example TLSA:35:03010101", 0 },
    { "1.2.0.192.in-addr.arpa", DNS_PTR, "NOERROR 60 1.2.0.192.in-addr.arpa PTR:mail.example", 0 },
};

static void one_server_is_asked(void **state)
{
    struct test_dns_server *server = *state;
    for (size_t i = 0; i < COUNT_OF(ASKED); i++) {
        struct lookup k;
        struct err e;
        struct dns_question q = { .name = str_from(ASKED[i].name), .type = ASKED[i].type };
        begin(&k, test_dns_port(server), ASKED[i].timeout_ms ? ASKED[i].timeout_ms : 20000);
        assert_true(net_resolver_ask(k.resolver, &q, on_done, &k, &e));
        assert_int_equal(k.done, 0); /* never from inside the call */
        net_loop_run(k.loop);
        assert_words(&k, ASKED[i].name, ASKED[i].words);
        end(&k);
    }
}

static const struct address_case {
    const char *host, *words;
    bool server;
    uint32_t timeout_ms;
} ADDRESSES[] = {
    { "dual.example", "NOERROR 50 dual.example A:192.0.2.3 AAAA:2001:db8::3", true, 0 },
    { "a.example", "NOERROR 30 a.example A:192.0.2.1 A:192.0.2.2", true, 0 },
    { "six.example", "NOERROR 30 six.example AAAA:2001:db8::6", true, 0 },
    { "half.example", "NOERROR 60 half.example A:192.0.2.4", true, 0 },
    { "sick.example", "SERVFAIL 30 sick.example", true, 0 },
    { "empty.example", "NOERROR 30 empty.example", true, 0 },
    { "gone.example", "NXDOMAIN 30 gone.example", true, 0 },
    { "silent.example", "timeout 0 silent.example", true, 50 },
    { "alias.example", "NOERROR 9 c.example A:192.0.2.11", true, 0 },
    { "192.0.2.1", "NOERROR 0 192.0.2.1 A:192.0.2.1", true, 0 },
    { "192.0.2.1", "NOERROR 0 192.0.2.1 A:192.0.2.1", false, 0 },
    { "[192.0.2.1]", "NOERROR 0 [192.0.2.1] A:192.0.2.1", false, 0 },
    { "2001:db8::1", "NOERROR 0 2001:db8::1 AAAA:2001:db8::1", false, 0 },
    { "[2001:db8::1]", "NOERROR 0 [2001:db8::1] AAAA:2001:db8::1", false, 0 },
    { "[IPv6:2001:db8::1]", "NOERROR 0 [IPv6:2001:db8::1] AAAA:2001:db8::1", false, 0 },
};

static void addresses_of_hosts(void **state)
{
    struct test_dns_server *server = *state;
    for (size_t i = 0; i < COUNT_OF(ADDRESSES); i++) {
        const struct address_case *row = &ADDRESSES[i];
        struct lookup k;
        struct err e;
        begin(&k, row->server ? test_dns_port(server) : 0,
              row->timeout_ms ? row->timeout_ms : 20000);
        assert_true(net_resolver_addresses(k.resolver, str_from(row->host), on_done, &k, &e));
        assert_int_equal(k.done, 0);
        net_loop_run(k.loop);
        assert_words(&k, row->host, row->words);
        end(&k);
    }
}

/* The one name that every system knows without a network. */
static void the_systems_way(void **state)
{
    (void)state;
    struct lookup k;
    struct err e;
    begin(&k, 0, 20000);
    assert_true(net_resolver_addresses(k.resolver, STR("localhost"), on_done, &k, &e));
    assert_int_equal(k.done, 0);
    net_loop_run(k.loop);
    assert_int_equal(k.done, 1);
    assert_int_equal(k.code, DNS_OK);
    assert_in_range(k.count, 1, 2); /* of each kind one: nothing twice */
    end(&k);
}

static void nobody_is_there(void **state)
{
    (void)state;
    struct lookup k;
    struct err e;
    begin(&k, test_free_port(), 50);
    assert_true(net_resolver_addresses(k.resolver, STR("a.example"), on_done, &k, &e));
    net_loop_run(k.loop);
    assert_words(&k, "a.example", "timeout 0 a.example");
    end(&k);
}

static void three_tries(void **state)
{
    struct test_dns_server *server = *state;
    struct lookup k;
    struct err e;
    struct dns_question q = { .name = STR("silent.example"), .type = DNS_A };
    unsigned before = test_dns_queries(server);
    begin(&k, test_dns_port(server), 2500);
    assert_true(net_resolver_ask(k.resolver, &q, on_done, &k, &e));
    net_loop_run(k.loop);
    assert_words(&k, "silent.example", "timeout 0 ");
    assert_in_range(test_dns_queries(server) - before, 2, 3);
    end(&k);
}

static void bad_questions_are_told(void **state)
{
    struct test_dns_server *server = *state;
    static const str BAD[] = { STR_INIT("a..example"), STR_INIT("a\0b") };
    struct lookup k;
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        struct err e = { 0 };
        struct dns_question q = { .name = BAD[i], .type = DNS_A };
        begin(&k, test_dns_port(server), 20000);
        assert_false(net_resolver_ask(k.resolver, &q, on_done, &k, &e));
        assert_true(strlen(e.why) > 0);
        assert_false(net_resolver_addresses(k.resolver, BAD[i], on_done, &k, &e));
        assert_false(net_resolver_addresses(k.resolver, STR_NONE, on_done, &k, &e));
        net_loop_run(k.loop);
        assert_int_equal(k.done, 0);
        end(&k);
    }
    struct err e = { 0 };
    struct dns_question q = { .name = STR("a.example"), .type = DNS_A };
    begin(&k, 0, 20000);
    assert_false(net_resolver_ask(k.resolver, &q, on_done, &k, &e)); /* there is no one server */
    end(&k);
}

static void stop(void *user)
{
    struct lookup *k = user;
    net_loop_stop(k->loop);
}

/* Whatever is under way when the resolver goes is dropped, and nothing comes of it. */
static void freed_with_open_questions(void **state)
{
    struct test_dns_server *server = *state;
    struct err e;
    for (int turn = 0; turn < 2; turn++) {
        struct lookup k;
        struct dns_question slow = { .name = STR("silent.example"), .type = DNS_A },
                            cut = { .name = STR("cut.example"), .type = DNS_A };
        begin(&k, test_dns_port(server), 20000);
        assert_true(net_resolver_ask(k.resolver, &slow, on_done, &k, &e));
        assert_true(net_resolver_ask(k.resolver, &cut, on_done, &k, &e));
        assert_true(net_resolver_addresses(k.resolver, STR("192.0.2.1"), on_done, &k, &e));
        struct net_timer *timer = net_timer_new(k.loop, stop, &k);
        net_timer_at(timer, 0);
        if (turn)
            net_loop_run(k.loop);
        unsigned done = k.done;
        net_timer_free(timer);
        net_resolver_free(k.resolver);
        k.resolver = NULL;
        net_loop_run(k.loop);
        assert_int_equal(k.done, done);
        end(&k);
    }
    struct lookup k;
    begin(&k, 0, 20000);
    assert_true(net_resolver_addresses(k.resolver, STR("localhost"), on_done, &k, &e));
    net_resolver_free(k.resolver);
    k.resolver = NULL;
    net_loop_run(k.loop);
    assert_int_equal(k.done, 0);
    end(&k);
}

static void freed_inside_done(void **state)
{
    struct test_dns_server *server = *state;
    static const char *const HOSTS[] = { "dual.example", "192.0.2.1", "localhost" };
    for (size_t i = 0; i < COUNT_OF(HOSTS); i++) {
        struct lookup k;
        struct err e;
        begin(&k, i < 2 ? test_dns_port(server) : 0, 20000);
        k.free_in_done = k.resolver;
        assert_true(net_resolver_addresses(k.resolver, str_from(HOSTS[i]), on_done, &k, &e));
        if (i < 2)
            assert_true(net_resolver_addresses(k.resolver, STR("silent.example"), on_done, &k, &e));
        net_loop_run(k.loop);
        assert_int_equal(k.done, 1);
        end(&k);
    }
}

static int start_server(void **state)
{
    *state = test_dns_new(ROWS, COUNT_OF(ROWS));
    return 0;
}

static int stop_server(void **state)
{
    test_dns_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_server_is_asked),
        cmocka_unit_test(addresses_of_hosts),
        cmocka_unit_test(the_systems_way),
        cmocka_unit_test(nobody_is_there),
        cmocka_unit_test(three_tries),
        cmocka_unit_test(bad_questions_are_told),
        cmocka_unit_test(freed_with_open_questions),
        cmocka_unit_test(freed_inside_done),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
