/* SPDX-License-Identifier: ISC */
/* tests/live/peer.c - a server of a script */
#include "peer.h"
#include "base/buf.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_S   20
#define HEARD_MAX    ((size_t)64 << 20)
#define FLOOD_OCTETS ((size_t)1 << 20)

struct test_peer {
    const struct test_step *script;
    int listening, fd;
    uint16_t port;
    pthread_t thread;
    bool joined;
    sem_t go_on, mark;
    SSL_CTX *ctx;
    SSL *ssl;
    struct buf heard, clear;
    size_t read_at; /* of heard: the next line to be looked at */
    bool eof, goodbye, reset;
    char complaint[256];
};

struct ip test_loopback(enum ip_family family)
{
    struct ip ip = { .family = family };
    if (family == IP_V4)
        memcpy(ip.octets, "\x7f\0\0\1", 4);
    else
        ip.octets[15] = 1;
    return ip;
}

bool test_has_ipv6(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 sa = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    bool ok = fd >= 0 && bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static void complain(struct test_peer *p, const char *what, str wanted)
{
    if (p->complaint[0])
        return;
    str rest = str_skip(buf_str(&p->heard), p->read_at);
    snprintf(p->complaint, sizeof(p->complaint), "%s '%.*s', heard '%.*s'", what, STR_ARG(wanted),
             (int)(rest.n < 100 ? rest.n : 100), rest.n > 0 ? rest.p : "");
}

/* ---- octets ---- */

/* False: nothing more will come. */
static bool hear_more(struct test_peer *p)
{
    char room[16384];
    ssize_t n;
    if (p->eof)
        return false;
    ERR_clear_error();
    if (p->ssl)
        n = SSL_read(p->ssl, room, sizeof(room));
    else
        n = recv(p->fd, room, sizeof(room), 0);
    if (n > 0) {
        buf_add(&p->heard, (str){ room, (size_t)n });
        if (!p->ssl)
            buf_add(&p->clear, (str){ room, (size_t)n });
        return true;
    }
    p->eof = true;
    p->reset |= errno == ECONNRESET;
    p->goodbye |= p->ssl && (SSL_get_shutdown(p->ssl) & SSL_RECEIVED_SHUTDOWN);
    return false;
}

/* What was looked through is not looked through again: a line may be as long as a message. */
static void hear_line(struct test_peer *p, str wanted)
{
    size_t looked = p->read_at;
    for (;;) {
        str rest = str_skip(buf_str(&p->heard), looked);
        size_t end = str_find_octet(rest, '\n');
        if (end != STR_NOT_FOUND) {
            if (!str_starts(str_skip(buf_str(&p->heard), p->read_at), wanted))
                complain(p, "waited for", wanted);
            p->read_at = looked + end + 1;
            return;
        }
        looked += rest.n;
        if (!hear_more(p)) {
            complain(p, "connection ended; waited for", wanted);
            return;
        }
    }
}

static bool say(struct test_peer *p, str octets)
{
    while (octets.n > 0) {
        ssize_t n = p->ssl ? SSL_write(p->ssl, octets.p, (int)octets.n)
                           : send(p->fd, octets.p, octets.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        octets = str_skip(octets, (size_t)n);
    }
    return true;
}

static void drip(struct test_peer *p, str octets)
{
    for (size_t i = 0; i < octets.n; i++) {
        say(p, (str){ octets.p + i, 1 });
        usleep(500);
    }
}

static void flood(struct test_peer *p, str octets)
{
    for (size_t sent = 0; sent < FLOOD_OCTETS && say(p, octets);)
        sent += octets.n;
}

static void shake(struct test_peer *p)
{
    p->ssl = SSL_new(p->ctx);
    SSL_set_fd(p->ssl, p->fd);
    if (SSL_accept(p->ssl) != 1)
        p->eof = true; /* the test sees its own end of the handshake */
}

static void reset(struct test_peer *p)
{
    struct linger now = { 1, 0 };
    setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(p->fd);
    p->fd = -1;
}

/* ---- the script ---- */

static bool play(struct test_peer *p, const struct test_step *step)
{
    switch (step->what) {
    case TEST_SEND: say(p, step->text); return true;
    case TEST_DRIP: drip(p, step->text); return true;
    case TEST_HEAR: hear_line(p, step->text); return true;
    case TEST_TLS: shake(p); return true;
    case TEST_FLOOD: flood(p, step->text); return true;
    case TEST_PAUSE: sem_wait(&p->go_on); return true;
    case TEST_MARK: sem_post(&p->mark); return true;
    case TEST_RESET: reset(p); return false;
    case TEST_HALF: shutdown(p->fd, SHUT_WR); return true;
    case TEST_CLOSE:
        if (p->ssl && !p->eof)
            SSL_shutdown(p->ssl);
        shutdown(p->fd, SHUT_WR);
        return false;
    case TEST_CUT: shutdown(p->fd, SHUT_WR); return false;
    case TEST_DONE: return false;
    }
    return false;
}

static void *run(void *user)
{
    struct test_peer *p = user;
    struct timeval patience = { PATIENCE_S, 0 };
    struct pollfd ready = { p->listening, POLLIN, 0 };
    int on = 1;
    if (poll(&ready, 1, PATIENCE_S * 1000) != 1) {
        complain(p, "nobody connected", STR_NONE);
        return NULL;
    }
    p->fd = accept(p->listening, NULL, NULL);
    setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(p->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    for (const struct test_step *step = p->script; play(p, step); step++)
        ;
    if (p->fd < 0)
        return NULL;
    while (hear_more(p))
        ;
    SSL_free(p->ssl);
    p->ssl = NULL;
    close(p->fd);
    p->fd = -1;
    return NULL;
}

/* ---- being born ---- */

static SSL_CTX *context(const struct test_certs *certs, enum test_cert_kind kind, enum test_tls tls)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    str chain = test_certs_chain(certs, kind), key = test_certs_key(certs, kind);
    BIO *chain_bio = BIO_new_mem_buf(chain.p, (int)chain.n);
    BIO *key_bio = BIO_new_mem_buf(key.p, (int)key.n);
    X509 *leaf = PEM_read_bio_X509(chain_bio, NULL, NULL, NULL);
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);
    SSL_CTX_use_certificate(ctx, leaf);
    SSL_CTX_use_PrivateKey(ctx, pkey);
    for (X509 *next; (next = PEM_read_bio_X509(chain_bio, NULL, NULL, NULL));)
        SSL_CTX_add0_chain_cert(ctx, next);
    if (tls == TEST_TLS_OLD) {
        SSL_CTX_set_security_level(ctx, 0);
        SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
        SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
    } else if (tls == TEST_TLS_12) {
        SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
    }
    X509_free(leaf);
    EVP_PKEY_free(pkey);
    BIO_free(chain_bio);
    BIO_free(key_bio);
    return ctx;
}

static int listen_on(enum ip_family family, uint16_t *port)
{
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr *sa = family == IP_V6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4;
    socklen_t n = family == IP_V6 ? sizeof(v6) : sizeof(v4);
    int fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, sa, n) != 0 || listen(fd, 8) != 0 || getsockname(fd, sa, &n) != 0)
        abort();
    *port = ntohs(family == IP_V6 ? v6.sin6_port : v4.sin_port);
    return fd;
}

struct test_peer *test_peer_new(const struct test_step *script, const struct test_certs *certs,
                                enum test_cert_kind kind, enum test_tls tls, enum ip_family family)
{
    struct test_peer *p = calloc(1, sizeof(*p));
    if (!p)
        abort();
    signal(SIGPIPE, SIG_IGN);
    p->script = script;
    p->fd = -1;
    p->listening = listen_on(family, &p->port);
    p->ctx = certs ? context(certs, kind, tls) : NULL;
    sem_init(&p->go_on, 0, 0);
    sem_init(&p->mark, 0, 0);
    buf_init(&p->heard, HEARD_MAX);
    buf_init(&p->clear, HEARD_MAX);
    if (pthread_create(&p->thread, NULL, run, p) != 0)
        abort();
    return p;
}

uint16_t test_peer_port(const struct test_peer *p)
{
    return p->port;
}

void test_peer_go_on(struct test_peer *p)
{
    sem_post(&p->go_on);
}

void test_peer_wait(struct test_peer *p)
{
    sem_wait(&p->mark);
}

void test_peer_join(struct test_peer *p)
{
    if (!p->joined)
        pthread_join(p->thread, NULL);
    p->joined = true;
}

str test_peer_heard(const struct test_peer *p)
{
    return buf_str(&p->heard);
}

str test_peer_heard_clear(const struct test_peer *p)
{
    return buf_str(&p->clear);
}

bool test_peer_said_goodbye(const struct test_peer *p)
{
    return p->goodbye;
}

bool test_peer_was_reset(const struct test_peer *p)
{
    return p->reset;
}

const char *test_peer_complaint(const struct test_peer *p)
{
    return p->complaint;
}

void test_peer_free(struct test_peer *p)
{
    if (!p)
        return;
    test_peer_join(p);
    close(p->listening);
    SSL_free(p->ssl);
    SSL_CTX_free(p->ctx);
    sem_destroy(&p->go_on);
    sem_destroy(&p->mark);
    buf_done(&p->heard);
    buf_done(&p->clear);
    free(p);
}
