/* SPDX-License-Identifier: ISC */
/*
 * tests/live/dns_server.h - a DNS server that does what a table says
 * Owns    a thread with a UDP and a TCP socket on one loopback port.
 */
#ifndef BATON_TESTS_LIVE_DNS_SERVER_H
#define BATON_TESTS_LIVE_DNS_SERVER_H
#include "dns/dns.h"

enum test_dns {
    TEST_DNS_ANSWER,
    TEST_DNS_SILENT,     /* no answer, ever */
    TEST_DNS_LATE,       /* the first query is lost */
    TEST_DNS_FORGED,     /* first false answers under other ids, then the true one */
    TEST_DNS_ASTRAY,     /* only the answer to another question */
    TEST_DNS_GARBAGE,    /* the right id, and then noise */
    TEST_DNS_CUT,        /* over UDP cut; whole over TCP */
    TEST_DNS_CUT_CLOSED, /* over UDP cut; TCP closes without a word */
    TEST_DNS_CUT_AGAIN,  /* cut over TCP too */
    TEST_DNS_HATES_EDNS, /* FORMERR to a query with OPT */
    TEST_DNS_DROPS_EDNS  /* silent to a query with OPT */
};

/* Rows for one name and type are answered together; type 0 is every type. rr NULL: none. */
struct test_dns_row {
    const char *name;
    enum dns_type type;
    enum test_dns how;
    unsigned rcode;
    const char *rrs[8]; /* in zone file form, absolute names */
};

struct test_dns_server;
struct test_dns_server *test_dns_new(const struct test_dns_row *rows, size_t count);
uint16_t test_dns_port(const struct test_dns_server *s);
unsigned test_dns_queries(const struct test_dns_server *s); /* so far, over UDP */
void test_dns_free(struct test_dns_server *s);
#endif
