/* SPDX-License-Identifier: ISC */
/* tests/live/dns_server.c - a DNS server that does what a table says */
#include "dns_server.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct rsa_st RSA;
typedef struct dsa_st DSA;
#include <ldns/ldns.h>

struct test_dns_server {
    const struct test_dns_row *rows;
    size_t count;
    int udp, tcp, stop[2];
    uint16_t port;
    pthread_t thread;
    atomic_uint queries;
    bool *lost; /* a row's first query */
};

static const struct test_dns_row *find(const struct test_dns_server *s, const ldns_rr *question)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct test_dns_row *row = &s->rows[i];
        ldns_rdf *name = ldns_dname_new_frm_str(row->name);
        bool same = ldns_dname_compare(name, ldns_rr_owner(question)) == 0 &&
                    (row->type == 0 || (ldns_rr_type)row->type == ldns_rr_get_type(question));
        ldns_rdf_deep_free(name);
        if (same)
            return row;
    }
    return NULL;
}

/* NULL: NXDOMAIN, without anything. */
static ldns_pkt *answer_of(const ldns_pkt *query, const struct test_dns_row *row)
{
    ldns_pkt *pkt = ldns_pkt_new();
    ldns_pkt_set_id(pkt, ldns_pkt_id(query));
    ldns_pkt_set_qr(pkt, true);
    ldns_pkt_set_rcode(pkt, (uint8_t)(row ? row->rcode : LDNS_RCODE_NXDOMAIN));
    ldns_rr *question = ldns_rr_clone(ldns_rr_list_rr(ldns_pkt_question(query), 0));
    if (row && row->how == TEST_DNS_ASTRAY)
        ldns_rr_set_type(question, LDNS_RR_TYPE_HINFO);
    ldns_pkt_push_rr(pkt, LDNS_SECTION_QUESTION, question);
    for (size_t i = 0; row && i < COUNT_OF(row->rrs) && row->rrs[i]; i++) {
        ldns_rr *rr = NULL;
        if (ldns_rr_new_frm_str(&rr, row->rrs[i], 0, NULL, NULL) != LDNS_STATUS_OK)
            abort();
        bool negative = ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA;
        ldns_pkt_push_rr(pkt, negative ? LDNS_SECTION_AUTHORITY : LDNS_SECTION_ANSWER, rr);
    }
    return pkt;
}

static ldns_pkt *bare(const ldns_pkt *query, ldns_pkt_rcode rcode, bool cut)
{
    struct test_dns_row row = { .rcode = rcode };
    ldns_pkt *pkt = answer_of(query, &row);
    ldns_pkt_set_tc(pkt, cut);
    return pkt;
}

/* Sends, and frees, a message. over: the socket of TCP, or -1. */
static void send_pkt(struct test_dns_server *s, ldns_pkt *pkt, const struct sockaddr_in *to,
                     int over)
{
    uint8_t *octets = NULL;
    size_t n = 0;
    if (ldns_pkt2wire(&octets, pkt, &n) != LDNS_STATUS_OK)
        abort();
    if (over < 0) {
        (void)!sendto(s->udp, octets, n, 0, (const struct sockaddr *)to, sizeof(*to));
    } else {
        uint8_t length[2] = { (uint8_t)(n >> 8), (uint8_t)n };
        (void)!send(over, length, 2, MSG_NOSIGNAL);
        for (size_t i = 0; i < n; i++) /* in pieces, as a network may bring it */
            (void)!send(over, octets + i, 1, MSG_NOSIGNAL);
    }
    free(octets);
    ldns_pkt_free(pkt);
}

static void send_forged(struct test_dns_server *s, const ldns_pkt *query,
                        const struct sockaddr_in *to)
{
    struct test_dns_row lie = { .rrs = { "forged.example. 60 IN A 203.0.113.66" } };
    for (uint16_t other = 1; other <= 3; other++) {
        ldns_pkt *pkt = answer_of(query, &lie);
        ldns_pkt_set_id(pkt, (uint16_t)(ldns_pkt_id(query) + other));
        send_pkt(s, pkt, to, -1);
    }
}

static void send_garbage(struct test_dns_server *s, const ldns_pkt *query,
                         const struct sockaddr_in *to)
{
    uint8_t octets[40];
    memset(octets, 0xff, sizeof(octets));
    octets[0] = (uint8_t)(ldns_pkt_id(query) >> 8);
    octets[1] = (uint8_t)ldns_pkt_id(query);
    octets[2] = 0x80; /* an answer, not cut */
    (void)!sendto(s->udp, octets, sizeof(octets), 0, (const struct sockaddr *)to, sizeof(*to));
}

static void over_udp(struct test_dns_server *s, const ldns_pkt *query, const struct sockaddr_in *to)
{
    const struct test_dns_row *row = find(s, ldns_rr_list_rr(ldns_pkt_question(query), 0));
    bool edns = ldns_pkt_edns(query);
    switch (row ? row->how : TEST_DNS_ANSWER) {
    case TEST_DNS_SILENT: return;
    case TEST_DNS_DROPS_EDNS:
        if (edns)
            return;
        break;
    case TEST_DNS_LATE:
        if (!s->lost[row - s->rows]) {
            s->lost[row - s->rows] = true;
            return;
        }
        break;
    case TEST_DNS_GARBAGE: send_garbage(s, query, to); return;
    case TEST_DNS_FORGED: send_forged(s, query, to); break;
    case TEST_DNS_CUT:
    case TEST_DNS_CUT_CLOSED:
    case TEST_DNS_CUT_AGAIN: send_pkt(s, bare(query, LDNS_RCODE_NOERROR, true), to, -1); return;
    case TEST_DNS_HATES_EDNS:
        if (edns) {
            send_pkt(s, bare(query, LDNS_RCODE_FORMERR, false), to, -1);
            return;
        }
        break;
    case TEST_DNS_ANSWER:
    case TEST_DNS_ASTRAY: break;
    }
    send_pkt(s, answer_of(query, row), to, -1);
}

static void over_tcp(struct test_dns_server *s, const ldns_pkt *query, int fd)
{
    const struct test_dns_row *row = find(s, ldns_rr_list_rr(ldns_pkt_question(query), 0));
    if (row && row->how == TEST_DNS_CUT_CLOSED)
        return;
    bool cut = row && row->how == TEST_DNS_CUT_AGAIN;
    send_pkt(s, cut ? bare(query, LDNS_RCODE_NOERROR, true) : answer_of(query, row), NULL, fd);
}

static void take_udp(struct test_dns_server *s)
{
    uint8_t octets[1024];
    struct sockaddr_in from;
    socklen_t from_n = sizeof(from);
    ldns_pkt *query = NULL;
    ssize_t n = recvfrom(s->udp, octets, sizeof(octets), 0, (struct sockaddr *)&from, &from_n);
    if (n <= 0 || ldns_wire2pkt(&query, octets, (size_t)n) != LDNS_STATUS_OK)
        return;
    atomic_fetch_add(&s->queries, 1);
    over_udp(s, query, &from);
    ldns_pkt_free(query);
}

static void take_tcp(struct test_dns_server *s)
{
    uint8_t octets[1024];
    ldns_pkt *query = NULL;
    int fd = accept(s->tcp, NULL, NULL);
    if (fd < 0)
        return;
    if (recv(fd, octets, 2, MSG_WAITALL) == 2) {
        size_t n = (size_t)octets[0] << 8 | octets[1];
        if (n <= sizeof(octets) && recv(fd, octets, n, MSG_WAITALL) == (ssize_t)n &&
            ldns_wire2pkt(&query, octets, n) == LDNS_STATUS_OK)
            over_tcp(s, query, fd);
    }
    ldns_pkt_free(query);
    close(fd);
}

static void *run(void *user)
{
    struct test_dns_server *s = user;
    struct pollfd fds[] = { { s->udp, POLLIN, 0 },
                            { s->tcp, POLLIN, 0 },
                            { s->stop[0], POLLIN, 0 } };
    while (poll(fds, COUNT_OF(fds), -1) > 0 && !fds[2].revents) {
        if (fds[0].revents)
            take_udp(s);
        if (fds[1].revents)
            take_tcp(s);
    }
    return NULL;
}

/* A port that is free for both. */
static bool bind_both(struct test_dns_server *s)
{
    struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof(sa);
    s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    s->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(s->tcp, (struct sockaddr *)&sa, n) == 0 && listen(s->tcp, 8) == 0 &&
        getsockname(s->tcp, (struct sockaddr *)&sa, &n) == 0 &&
        bind(s->udp, (struct sockaddr *)&sa, n) == 0) {
        s->port = ntohs(sa.sin_port);
        return true;
    }
    close(s->udp);
    close(s->tcp);
    return false;
}

struct test_dns_server *test_dns_new(const struct test_dns_row *rows, size_t count)
{
    struct test_dns_server *s = calloc(1, sizeof(*s));
    if (!s)
        abort();
    s->rows = rows;
    s->count = count;
    s->lost = calloc(count, sizeof(*s->lost));
    while (!bind_both(s))
        ;
    if (!s->lost || pipe(s->stop) != 0 || pthread_create(&s->thread, NULL, run, s) != 0)
        abort();
    return s;
}

uint16_t test_dns_port(const struct test_dns_server *s)
{
    return s->port;
}

unsigned test_dns_queries(const struct test_dns_server *s)
{
    return atomic_load(&s->queries);
}

void test_dns_free(struct test_dns_server *s)
{
    close(s->stop[1]);
    pthread_join(s->thread, NULL);
    close(s->stop[0]);
    close(s->udp);
    close(s->tcp);
    free(s->lost);
    free(s);
}
