/* SPDX-License-Identifier: ISC */
/*
 * tests/live/certs.h - certificates made in memory, good ones and every bad kind
 * Owns    the PEM texts, until test_certs_free().
 */
#ifndef BATON_TESTS_LIVE_CERTS_H
#define BATON_TESTS_LIVE_CERTS_H
#include "base/str.h"

enum test_cert_kind {
    TEST_CERT_GOOD,       /* mail.example, 127.0.0.1 and ::1, by the authority of test_certs_ca() */
    TEST_CERT_EXPIRED,    /* the same, but yesterday was its last day */
    TEST_CERT_FUTURE,     /* tomorrow is its first day */
    TEST_CERT_SELF,       /* signed by itself */
    TEST_CERT_UNKNOWN,    /* by an authority nobody trusts */
    TEST_CERT_OTHER_NAME, /* other.example */
    TEST_CERT_WILDCARD,   /* *.example.org */
    TEST_CERT_PART_WILDCARD, /* ma*.example.org */
    TEST_CERT_NUL,           /* "mail.example", NUL, ".evil.example" in one name */
    TEST_CERT_BLANK,         /* "mail.example other.example" in one name */
    TEST_CERT_EXPIRED_OTHER, /* unknown authority, other name and expired, all at once */
    TEST_CERT_KINDS
};

struct test_certs;
struct test_certs *test_certs_new(void); /* aborts the test when OpenSSL fails */
void test_certs_free(struct test_certs *c);
str test_certs_ca(const struct test_certs *c);                           /* to be trusted */
str test_certs_chain(const struct test_certs *c, enum test_cert_kind k); /* leaf, then issuer */
str test_certs_key(const struct test_certs *c, enum test_cert_kind k);
#endif
