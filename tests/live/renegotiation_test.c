/* SPDX-License-Identifier: ISC */
/*
 * tests/live/renegotiation_test.c - a server that asks for one handshake after another, and never reads
 * TLS answers each HelloRequest with an alert by itself: those must not pile up without end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certs.h"
#include "net/stream.h"
#include "peer.h"
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define LOOK_MS    50
#define PATIENCE_S 20

static struct test_certs *certs;

/* ---- the server ---- */

static SSL_CTX *context(void)
{
    str chain = test_certs_chain(certs, TEST_CERT_GOOD),
        key = test_certs_key(certs, TEST_CERT_GOOD);
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    BIO *bio = BIO_new_mem_buf(chain.p, (int)chain.n);
    X509 *leaf = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    BIO_free(bio);
    bio = BIO_new_mem_buf(key.p, (int)key.n);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    assert_int_equal(SSL_CTX_use_certificate(ctx, leaf), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(ctx, pkey), 1);
    SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    X509_free(leaf);
    EVP_PKEY_free(pkey);
    return ctx;
}

/* Until the client goes, or takes no more. */
static void *serve(void *listener)
{
    const struct timeval patience = { .tv_sec = PATIENCE_S };
    int fd = accept(*(int *)listener, NULL, NULL);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    SSL_CTX *ctx = context();
    SSL *ssl = SSL_new(ctx);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) == 1)
        while (SSL_renegotiate(ssl) == 1 && SSL_do_handshake(ssl) == 1)
            ;
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    close(fd);
    return NULL;
}

static int listen_anywhere(uint16_t *port)
{
    const int little = 4096;
    struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof(sa);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &n), 0);
    *port = ntohs(sa.sin_port);
    return fd;
}

/* ---- the client ---- */

struct client {
    struct net_loop *loop;
    struct net_stream *stream;
    struct net_tls_context *tls;
    struct net_timer *timer;
    unsigned looks, closed;
    bool held;
};

static void opened(void *user)
{
    struct client *c = user;
    net_stream_secure(c->stream, c->tls, STR("mail.example"));
}

static void ignore_octets(void *user, str octets)
{
    (void)user, (void)octets;
}

static void ignore(void *user)
{
    (void)user;
}

static void secured(void *user, const struct smtp_tls_facts *facts)
{
    struct client *c = user;
    assert_true(facts->verified);
    net_timer_at(c->timer, net_loop_now_ms(c->loop) + LOOK_MS);
}

static void closed(void *user, enum net_end end, const struct err *why)
{
    struct client *c = user;
    (void)end, (void)why;
    c->closed++;
}

static const struct net_stream_calls CALLS = { opened, ignore_octets, ignore, secured,
                                               ignore, NULL,          closed };

/* The client has said nothing; when there is no room all the same, it waits with reading, too. */
static void look(void *user)
{
    struct client *c = user;
    c->held = !net_stream_has_room(c->stream);
    if (c->held || c->closed || ++c->looks > PATIENCE_S * 1000 / LOOK_MS)
        net_stream_close(c->stream, false);
    else
        net_timer_at(c->timer, net_loop_now_ms(c->loop) + LOOK_MS);
}

static void the_answers_do_not_pile_up(void **state)
{
    (void)state;
    static const struct net_stream_limits NARROW = { 16384, 4096 };
    struct err e;
    struct net_tls_trust trust = { .ca_pem = test_certs_ca(certs) };
    struct client c = { .loop = net_loop_new(&e), .tls = net_tls_client_new(&trust, &e) };
    struct net_endpoint to = { .address = test_loopback(IP_V4) };
    pthread_t server;
    int listener = listen_anywhere(&to.port);
    assert_int_equal(pthread_create(&server, NULL, serve, &listener), 0);
    c.timer = net_timer_new(c.loop, look, &c);
    c.stream = net_stream_connect(c.loop, &to, &NARROW, &CALLS, &c, &e);
    assert_non_null(c.stream);
    net_loop_run(c.loop);
    assert_int_equal(c.closed, 1);
    assert_true(c.held);
    net_timer_free(c.timer);
    net_loop_free(c.loop);
    net_tls_context_free(c.tls);
    pthread_join(server, NULL);
    close(listener);
}

int main(void)
{
    certs = test_certs_new();
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_answers_do_not_pile_up) };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_certs_free(certs);
    return failed;
}
