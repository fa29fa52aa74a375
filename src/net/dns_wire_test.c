/* SPDX-License-Identifier: ISC */
/* net/dns_wire_test.c - DNS messages written by hand, whole and spoilt */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/dns_wire.h"
#include <string.h>

#define ID                  0x1234
#define NO_ERROR            "\x81\x80"
#define HEAD(flags, an, ns) "\x12\x34" flags "\0\1\0" an "\0" ns "\0\0"
#define A_EXAMPLE           "\1a\7example\0"
#define IN(type)            "\0" type "\0\1"
#define TTL(s)              "\0\0\0" s
#define AT_12               "\xc0\x0c" /* the name of the question */

static const struct wire_case {
    const char *name;
    enum dns_type type;
    str message;
    enum net_dns_read read;
    enum dns_code code;
    size_t count;
    uint32_t ttl_s;
    const char *canonical;
} CASES[] = {
    { "one address", DNS_A,
      STR_INIT(HEAD(NO_ERROR, "\1", "\0") A_EXAMPLE IN("\1") AT_12 IN("\1")
                   TTL("\x3c") "\0\4\xc0\0\2\1"),
      NET_DNS_ANSWER, DNS_OK, 1, 60, "a.example" },
    { "an address of five octets", DNS_A,
      STR_INIT(HEAD(NO_ERROR, "\1", "\0") A_EXAMPLE IN("\1") AT_12 IN("\1")
                   TTL("\x3c") "\0\5\xc0\0\2\1\1"),
      NET_DNS_STRANGE, DNS_OK, 0, 0, "" },
    { "an IPv6 address of seventeen octets beside another's", DNS_A,
      STR_INIT(HEAD(NO_ERROR, "\2", "\0") A_EXAMPLE IN("\1") AT_12 IN("\1")
                   TTL("\x3c") "\0\4\xc0\0\2\1" AT_12 IN("\x1c")
                       TTL("\x3c") "\0\x11\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
      NET_DNS_STRANGE, DNS_OK, 0, 0, "" },
    { "the smallest TTL counts", DNS_A,
      STR_INIT(HEAD(NO_ERROR, "\2", "\0") A_EXAMPLE IN("\1") AT_12 IN("\1")
                   TTL("\x3c") "\0\4\xc0\0\2\1" AT_12 IN("\1") TTL("\x1e") "\0\4\xc0\0\2\2"),
      NET_DNS_ANSWER, DNS_OK, 2, 30, "a.example" },
    { "upper case in the answer", DNS_A,
      STR_INIT(HEAD(NO_ERROR, "\1", "\0") "\1A\7eXAMPLE\0" IN("\1") AT_12 IN("\1")
                   TTL("\x3c") "\0\4\xc0\0\2\1"),
      NET_DNS_ANSWER, DNS_OK, 1, 60, "a.example" },
    { "CNAME to b.example, and its address", DNS_A,
      STR_INIT(HEAD(NO_ERROR, "\2", "\0") A_EXAMPLE IN("\1") AT_12 IN("\5")
                   TTL("\x0a") "\0\4\1b\xc0\x0e"
                               "\xc0\x27" IN("\1") TTL("\x3c") "\0\4\xc0\0\2\1"),
      NET_DNS_ANSWER, DNS_OK, 1, 10, "b.example" },
    { "CNAME to itself", DNS_A,
      STR_INIT(HEAD(NO_ERROR, "\1", "\0") A_EXAMPLE IN("\1") AT_12 IN("\5")
                   TTL("\x0a") "\0\2\xc0\x0c"),
      NET_DNS_ANSWER, DNS_BROKEN, 0, 0, "" },
    { "CNAME when CNAME is asked", DNS_CNAME,
      STR_INIT(HEAD(NO_ERROR, "\1", "\0") A_EXAMPLE IN("\5") AT_12 IN("\5")
                   TTL("\x0a") "\0\2\xc0\x0c"),
      NET_DNS_ANSWER, DNS_OK, 1, 10, "a.example" },
    { "another name's address", DNS_A,
      STR_INIT(HEAD(NO_ERROR, "\1", "\0") A_EXAMPLE IN("\1") "\1x\xc0\x0e" IN("\1")
                   TTL("\x3c") "\0\4\xc0\0\2\1"),
      NET_DNS_ANSWER, DNS_OK, 0, 0, "a.example" },
    { "NXDOMAIN, the SOA's last field is its time", DNS_A,
      STR_INIT(HEAD("\x81\x83", "\0", "\1") A_EXAMPLE IN("\1") "\xc0\x0e" IN("\6")
                   TTL("\x3c") "\0\x18\xc0\x0e\xc0\x0e\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\x14"),
      NET_DNS_ANSWER, DNS_NXDOMAIN, 0, 20, "a.example" },
    { "SERVFAIL without a question", DNS_A, STR_INIT("\x12\x34\x81\x82\0\0\0\0\0\0\0\0"),
      NET_DNS_ANSWER, DNS_SERVFAIL, 0, 0, "" },
    { "REFUSED", DNS_A, STR_INIT(HEAD("\x81\x85", "\0", "\0") A_EXAMPLE IN("\1")), NET_DNS_ANSWER,
      DNS_REFUSED, 0, 0, "" },
    { "success without a question", DNS_A, STR_INIT("\x12\x34\x81\x80\0\0\0\0\0\0\0\0"),
      NET_DNS_STRANGE, DNS_OK, 0, 0, "" },
    { "another question", DNS_A, STR_INIT(HEAD(NO_ERROR, "\0", "\0") "\1b\7example\0" IN("\1")),
      NET_DNS_STRANGE, DNS_OK, 0, 0, "" },
    { "another type", DNS_A, STR_INIT(HEAD(NO_ERROR, "\0", "\0") A_EXAMPLE IN("\x1c")),
      NET_DNS_STRANGE, DNS_OK, 0, 0, "" },
    { "no answer but a query", DNS_A, STR_INIT(HEAD("\1\0", "\0", "\0") A_EXAMPLE IN("\1")),
      NET_DNS_NOT_OURS, DNS_OK, 0, 0, "" },
    { "another id", DNS_A, STR_INIT("\x12\x35" NO_ERROR "\0\1\0\0\0\0\0\0" A_EXAMPLE IN("\1")),
      NET_DNS_NOT_OURS, DNS_OK, 0, 0, "" },
    { "cut", DNS_A, STR_INIT(HEAD("\x83\x80", "\0", "\0") A_EXAMPLE IN("\1")), NET_DNS_TRUNCATED,
      DNS_OK, 0, 0, "" },
    { "knows no EDNS", DNS_A, STR_INIT("\x12\x34\x81\x81\0\0\0\0\0\0\0\0"), NET_DNS_NO_EDNS,
      DNS_BROKEN, 0, 0, "" },
    { "shorter than a header", DNS_A, STR_INIT("\x12\x34\x81"), NET_DNS_NOT_OURS, DNS_OK, 0, 0,
      "" },
};

static enum net_dns_read read_case(const struct wire_case *row, str message, struct arena *memory,
                                   struct dns_answer *answer)
{
    struct dns_question q = { .name = STR("a.example"), .type = row->type };
    arena_init(memory, 65536);
    *answer = (struct dns_answer){ 0 };
    return net_dns_answer(message, &q, ID, memory, answer);
}

static void answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct wire_case *row = &CASES[i];
        struct arena memory;
        struct dns_answer a;
        print_message("%s\n", row->name);
        assert_int_equal(read_case(row, row->message, &memory, &a), row->read);
        if (row->read == NET_DNS_ANSWER) {
            assert_int_equal(a.code, row->code);
            assert_int_equal(a.count, row->count);
            assert_int_equal(a.ttl_s, row->ttl_s);
            assert_true(str_eq(a.canonical, str_from(row->canonical)));
        }
        arena_done(&memory);
    }
}

/* Cut anywhere, a message is never an answer with records; spoilt anywhere, it never hurts. */
static void spoilt_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct wire_case *row = &CASES[i];
        char copy[256];
        struct arena memory;
        struct dns_answer a;
        for (size_t n = 0; n < row->message.n; n++) {
            if (read_case(row, str_take(row->message, n), &memory, &a) == NET_DNS_ANSWER)
                assert_int_equal(a.count, 0);
            arena_done(&memory);
        }
        for (size_t at = 0; at < row->message.n; at++) {
            memcpy(copy, row->message.p, row->message.n);
            copy[at] = (char)(copy[at] ^ 0xff);
            (void)!read_case(row, (str){ copy, row->message.n }, &memory, &a);
            arena_done(&memory);
        }
    }
}

static void queries(void **state)
{
    (void)state;
    struct dns_question q = { .name = STR("a.example"), .type = DNS_MX };
    struct buf out;
    struct err e;
    buf_init(&out, 512);
    assert_true(net_dns_query(&q, ID, false, &out, &e));
    assert_true(str_eq(buf_str(&out), STR("\x12\x34\1\0\0\1\0\0\0\0\0\0" A_EXAMPLE IN("\x0f"))));
    buf_clear(&out);
    assert_true(net_dns_query(&q, ID, true, &out, &e));
    assert_true(str_ends_nocase(buf_str(&out), STR("\0\0\x29\4\xd0\0\0\0\0\0\0"))); /* OPT, 1232 */
    buf_clear(&out);
    static const str BAD[] = {
        STR_INIT("a..example"),
        STR_INIT("a\0b.example"),
        STR_INIT("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg.example"),
    };
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        q.name = BAD[i];
        assert_false(net_dns_query(&q, ID, true, &out, &e));
        assert_int_equal(out.n, 0);
    }
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(spoilt_messages),
        cmocka_unit_test(queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
