/* SPDX-License-Identifier: ISC */
/* An answer that is taken is whole: every record has what its type promises. The first octet picks the
 * type that was asked for; the id is always ours, or hardly anything would be read. */
#include "net/dns_wire.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ID = 0x1234 };

static const enum dns_type TYPES[] = { DNS_A,   DNS_AAAA, DNS_CNAME, DNS_MX,   DNS_NS, DNS_PTR,
                                       DNS_SOA, DNS_SRV,  DNS_TXT,   DNS_TLSA, DNS_DS, DNS_DNSKEY };
static const enum dns_way WAYS[] = { DNS_BY_RESOLVER, DNS_BY_SERVER, DNS_BY_VALIDATOR };

static void is_whole(const struct dns_record *r)
{
    assert(r->name.n < DNS_ESCAPED_MAX && r->data.n <= UINT16_MAX);
    if (r->type == DNS_A)
        assert(r->ip.family == IP_V4);
    if (r->type == DNS_AAAA) /* a mapped address is stored as IPv4 */
        assert(r->ip.family != IP_NONE);
    assert(r->data.n == 0 || r->data.p != NULL);
}

static void beside(const struct dns_record *r, size_t count, enum dns_type one, enum dns_type other)
{
    for (size_t i = 0; i < count; i++) {
        is_whole(&r[i]);
        assert((r[i].type == one || r[i].type == other) && r[i].owner.p);
    }
}

static void read_answer(str message, const struct dns_question *q)
{
    struct arena a;
    struct dns_answer answer = { .count = 0 };
    arena_init(&a, 1 << 20);
    if (net_dns_answer(message, q, ID, &a, &answer) == NET_DNS_ANSWER) {
        assert(answer.code == DNS_OK || answer.count == 0);
        for (size_t i = 0; i < answer.count; i++)
            is_whole(&answer.records[i]);
        beside(answer.authority, answer.authority_count, DNS_NS, DNS_SOA);
        beside(answer.additional, answer.additional_count, DNS_A, DNS_AAAA);
        assert(net_dns_is_ours(message, ID) && answer.canonical.n < DNS_ESCAPED_MAX);
    }
    arena_done(&a);
}

/* A query of ours can be written, and is no answer to itself. */
static void write_query(const struct dns_question *q, bool edns)
{
    struct buf b;
    struct arena a;
    struct dns_answer answer;
    struct err e = { .kind = ERR_NONE };
    buf_init(&b, 4096);
    arena_init(&a, 1 << 16);
    assert(net_dns_query(q, ID, edns, &b, &e));
    assert(net_dns_answer(buf_str(&b), q, ID, &a, &answer) != NET_DNS_ANSWER);
    arena_done(&a);
    buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3 || size > 65536)
        return 0;
    const struct dns_question q = { .name = STR("a.example"),
                                    .type = TYPES[data[0] % COUNT_OF(TYPES)],
                                    .way = WAYS[data[1] / 2 % COUNT_OF(WAYS)] };
    char *message = malloc(size - 1);
    assert(message);
    memcpy(message, data + 1, size - 1);
    message[0] = (char)(ID >> 8);
    message[1] = (char)(ID & 0xff);
    read_answer((str){ message, size - 1 }, &q);
    read_answer((str){ (const char *)data, size }, &q);
    write_query(&q, data[1] & 1);
    free(message);
    return 0;
}
