/* SPDX-License-Identifier: ISC */
/*
 * bench/tls_load.c - mail programs that connect anew for each message, beside what OpenSSL alone can do
 * Owns    three kinds of load: bare handshakes against a server of its own, whole sessions (TLS from the start, AUTH PLAIN,
 *         one message) against a relay, and sessions that stay open and say nothing.
 * Leaves  starting the relay, and its memory, to bench/relay. Nothing is resumed: each session is a new one.
 *
 *   tls_load bare PEM SECONDS PARALLEL             handshakes a second with the certificate and key in PEM, on loopback
 *   tls_load mail ADDRESS PORT SECONDS PARALLEL USER PASSWORD OCTETS
 *   tls_load idle ADDRESS PORT COUNT               prints "ready", then waits for the end of standard input
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PARALLEL_MAX = 1000, REPLY_MAX = 4096, A_SOURCE_HAS = 400, SERVERS = 16 };

static atomic_ulong done_count, failed_count;
static atomic_bool over;
static SSL_CTX *client_context;
static struct sockaddr_in target;
static char login[512], *message;
static size_t message_octets;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void give_up(const char *what)
{
    fprintf(stderr, "tls_load: %s: %s\n", what, strerror(errno));
    ERR_print_errors_fp(stderr);
    exit(1);
}

static struct sockaddr_in address_of(const char *address, unsigned port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    if (inet_pton(AF_INET, address, &a.sin_addr) != 1)
        give_up(address);
    return a;
}

/* ------------------------------------------------------------------------------------------------
 * One session of a client
 */
static int connect_from(unsigned source)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0)
        give_up("socket");
    if (source) {
        struct sockaddr_in from = { .sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(0x7f280000u + source) };
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        if (bind(fd, (struct sockaddr *)&from, sizeof from))
            give_up("bind");
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&target, sizeof target)) {
        close(fd);
        return -1;
    }
    return fd;
}

static SSL *shake_hands(int fd)
{
    SSL *ssl = SSL_new(client_context);
    if (!ssl || !SSL_set_fd(ssl, fd))
        give_up("SSL_new");
    if (SSL_connect(ssl) != 1) {
        SSL_free(ssl);
        ERR_clear_error();
        return NULL;
    }
    return ssl;
}

/* Whether the reply, all of its lines, begins with that digit. */
static bool replies(SSL *ssl, char digit)
{
    char text[REPLY_MAX];
    size_t have = 0;
    while (have < sizeof text) {
        int n = SSL_read(ssl, text + have, (int)(sizeof text - have));
        if (n <= 0)
            return false;
        have += (size_t)n;
        if (text[have - 1] != '\n')
            continue;
        size_t line = have - 1;
        while (line && text[line - 1] != '\n')
            line--;
        if (have - line >= 4 && text[line + 3] == ' ')
            return text[line] == digit;
    }
    return false;
}

static bool says(SSL *ssl, const char *octets, size_t n, char digit)
{
    return SSL_write(ssl, octets, (int)n) == (int)n && replies(ssl, digit);
}

/* As most programs do it: a command, its reply, the next. */
static bool mail_on(SSL *ssl)
{
    static const struct {
        const char *words;
        char digit;
    } STEPS[] = { { "EHLO load.example\r\n", '2' },
                  { login, '2' },
                  { "MAIL FROM:<load@bench.example>\r\n", '2' },
                  { "RCPT TO:<b@next.example>\r\n", '2' },
                  { "DATA\r\n", '3' } };
    if (!replies(ssl, '2'))
        return false;
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++)
        if (!says(ssl, STEPS[i].words, strlen(STEPS[i].words), STEPS[i].digit))
            return false;
    return says(ssl, message, message_octets, '2') && says(ssl, "QUIT\r\n", 6, '2');
}

static void *sessions(void *whole)
{
    while (!over) {
        int fd = connect_from(0);
        SSL *ssl = fd < 0 ? NULL : shake_hands(fd);
        bool well = ssl && (!whole || mail_on(ssl));
        if (well)
            SSL_shutdown(ssl);
        SSL_free(ssl);
        if (fd >= 0)
            close(fd);
        if (!over)
            atomic_fetch_add(well ? &done_count : &failed_count, 1);
    }
    return NULL;
}

/* Runs so many at a time for so many seconds, after half a second in which all of them begin. */
static void load(double seconds, unsigned parallel, bool whole, const char *what)
{
    pthread_t threads[PARALLEL_MAX];
    for (unsigned i = 0; i < parallel; i++)
        if (pthread_create(&threads[i], NULL, sessions, whole ? (void *)login : NULL))
            give_up("pthread_create");
    usleep(500 * 1000);
    double began = now_s();
    unsigned long before = done_count;
    usleep((useconds_t)(seconds * 1e6));
    unsigned long count = done_count - before;
    double took = now_s() - began;
    over = true;
    for (unsigned i = 0; i < parallel; i++)
        pthread_join(threads[i], NULL);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    double cpu_ms = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
                    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
    printf("%.1f %s/s %lu done %lu failed %.3f ms of ours each\n", (double)count / took, what,
           (unsigned long)done_count, (unsigned long)failed_count,
           done_count ? cpu_ms / (double)done_count : 0);
}

/* ------------------------------------------------------------------------------------------------
 * A server that does nothing but shake hands
 */
struct bare {
    int fd;
    const char *pem;
};

static void *serve(void *arg)
{
    const struct bare *b = arg;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context || SSL_CTX_use_certificate_chain_file(context, b->pem) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, b->pem, SSL_FILETYPE_PEM) != 1)
        give_up(b->pem);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    for (;;) {
        int fd = accept4(b->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        SSL *ssl = SSL_new(context);
        char octet;
        if (ssl && SSL_set_fd(ssl, fd) && SSL_accept(ssl) == 1)
            SSL_read(ssl, &octet, 1); /* until the client has closed */
        ERR_clear_error();
        SSL_free(ssl);
        close(fd);
    }
    return NULL;
}

static void bare(const char *pem, double seconds, unsigned parallel)
{
    struct bare b = { socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), pem };
    socklen_t n = sizeof target;
    target = address_of("127.0.0.1", 0);
    if (b.fd < 0 || bind(b.fd, (struct sockaddr *)&target, sizeof target) || listen(b.fd, 1024) ||
        getsockname(b.fd, (struct sockaddr *)&target, &n))
        give_up("listen");
    for (int i = 0; i < SERVERS; i++) {
        pthread_t t;
        if (pthread_create(&t, NULL, serve, &b))
            give_up("pthread_create");
    }
    load(seconds, parallel, false, "handshakes");
}

/* ------------------------------------------------------------------------------------------------
 * Whole sessions
 */
static void make_login(const char *user, const char *password)
{
    unsigned char plain[256], text[400];
    int n = snprintf((char *)plain, sizeof plain, "%c%s%c%s", 0, user, 0, password);
    if (n < 0 || n >= (int)sizeof plain)
        give_up("the login is too long");
    EVP_EncodeBlock(text, plain, n);
    snprintf(login, sizeof login, "AUTH PLAIN %s\r\n", (char *)text);
}

static void make_message(size_t octets)
{
    static const char HEAD[] =
        "From: load@bench.example\r\nTo: b@next.example\r\nSubject: load\r\n"
        "Date: Thu, 26 Nov 2026 12:00:00 +0000\r\nMessage-ID: <1@bench.example>\r\n\r\n";
    static const char LINE[] =
        "All work and no play makes a benchmark, and nothing else, dull. 01234567\r\n";
    message = malloc(sizeof HEAD + octets + sizeof LINE + 8);
    if (!message)
        give_up("malloc");
    size_t n = sizeof HEAD - 1;
    memcpy(message, HEAD, n);
    for (; n < octets; n += sizeof LINE - 1)
        memcpy(message + n, LINE, sizeof LINE - 1);
    memcpy(message + n, ".\r\n", 3);
    message_octets = n + 3;
}

static void idle(unsigned count)
{
    SSL **all = calloc(count, sizeof(SSL *));
    if (!all)
        give_up("calloc");
    for (unsigned i = 0; i < count; i++) {
        int fd = connect_from(1 + i / A_SOURCE_HAS);
        all[i] = fd < 0 ? NULL : shake_hands(fd);
        if (!all[i] || !replies(all[i], '2') || !says(all[i], "EHLO idle.example\r\n", 19, '2')) {
            fprintf(stderr, "tls_load: session %u is not taken: %s\n", i, strerror(errno));
            exit(1);
        }
    }
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF) {
    }
    /* Each is still there: it answers. */
    unsigned alive = 0;
    for (unsigned i = 0; i < count; i++)
        alive += says(all[i], "NOOP\r\n", 6, '2');
    printf("%u of %u answer\n", alive, count);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    if (!getrlimit(RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    client_context = SSL_CTX_new(TLS_client_method());
    if (!client_context)
        give_up("SSL_CTX_new");
    SSL_CTX_set_session_cache_mode(client_context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(client_context, SSL_MODE_RELEASE_BUFFERS);
    if (argc == 5 && strcmp(argv[1], "bare") == 0) {
        bare(argv[2], strtod(argv[3], NULL), (unsigned)strtoul(argv[4], NULL, 10) % PARALLEL_MAX);
    } else if (argc == 9 && strcmp(argv[1], "mail") == 0) {
        target = address_of(argv[2], (unsigned)strtoul(argv[3], NULL, 10));
        make_login(argv[6], argv[7]);
        make_message(strtoul(argv[8], NULL, 10));
        load(strtod(argv[4], NULL), (unsigned)strtoul(argv[5], NULL, 10) % PARALLEL_MAX, true,
             "sessions");
    } else if (argc == 5 && strcmp(argv[1], "idle") == 0) {
        target = address_of(argv[2], (unsigned)strtoul(argv[3], NULL, 10));
        idle((unsigned)strtoul(argv[4], NULL, 10));
    } else {
        fputs("usage: tls_load bare PEM SECONDS PARALLEL\n"
              "       tls_load mail ADDRESS PORT SECONDS PARALLEL USER PASSWORD OCTETS\n"
              "       tls_load idle ADDRESS PORT COUNT\n",
              stderr);
        return 2;
    }
    return 0;
}
