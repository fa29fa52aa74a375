/* SPDX-License-Identifier: ISC */
/*
 * tests/live/peer.h - the other end of a connection, as a script
 * Owns    a thread with a socket that takes one connection and plays a table of steps on it, and all
 *         that it heard. Written with plain blocking sockets, on purpose unlike what it tests.
 * Leaves  what should have been heard to the test. A peer left waiting gives up after 20 s.
 */
#ifndef BATON_TESTS_LIVE_PEER_H
#define BATON_TESTS_LIVE_PEER_H
#include "base/ip.h"
#include "certs.h"

enum test_do {
    TEST_DONE,  /* the end of a script: reads until the other end closes */
    TEST_SEND,  /* all of text at once */
    TEST_DRIP,  /* text, an octet a segment */
    TEST_HEAR,  /* reads a line; it must begin with text */
    TEST_TLS,   /* shakes hands as a server */
    TEST_FLOOD, /* text again and again, 1 MiB of it, or until the other end has had enough */
    TEST_CLOSE, /* close_notify where there is TLS, then FIN; reads the rest */
    TEST_CUT,   /* FIN and no close_notify; reads the rest */
    TEST_RESET, /* RST */
    TEST_HALF,  /* FIN, and on with the script: reads still work */
    TEST_MARK,  /* lets test_peer_wait() return */
    TEST_PAUSE  /* reads nothing until the test calls test_peer_go_on() */
};
struct test_step {
    enum test_do what;
    str text;
};

enum test_tls { TEST_TLS_ANY, TEST_TLS_OLD /* 1.1 at most */, TEST_TLS_12 };

struct test_peer;
/* script ends in TEST_DONE, and outlives the peer, as do certs. family: of the loopback address. */
struct test_peer *test_peer_new(const struct test_step *script, const struct test_certs *certs,
                                enum test_cert_kind kind, enum test_tls tls, enum ip_family family);
uint16_t test_peer_port(const struct test_peer *p);
void test_peer_go_on(struct test_peer *p);
void test_peer_wait(struct test_peer *p); /* blocks until the script comes to TEST_MARK */
/* Waits for the script's end. Then: all that was heard, decrypted, in order; and of it, what came in clear. */
void test_peer_join(struct test_peer *p);
str test_peer_heard(const struct test_peer *p);
str test_peer_heard_clear(const struct test_peer *p);
bool test_peer_said_goodbye(const struct test_peer *p); /* close_notify came */
bool test_peer_was_reset(const struct test_peer *p);    /* RST came */
const char *
test_peer_complaint(const struct test_peer *p); /* "": the script was played as written */
void test_peer_free(struct test_peer *p);

struct ip test_loopback(enum ip_family family);
bool test_has_ipv6(void);
#endif
