/* SPDX-License-Identifier: ISC */
/* What becomes of those who wait at a socket when its acceptor goes. */
#include "net/acceptor.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
/* After the others: */
#include <cmocka.h>

static void on_accepted(void *user, int fd, const struct ip *peer, uint16_t port)
{
    assert_int_equal(peer->family, IP_V4);
    assert_int_not_equal(port, 0);
    (*(int *)user)++;
    close(fd);
}

static int client_of(uint16_t port)
{
    const struct sockaddr_in at = { .sin_family = AF_INET,
                                    .sin_port = htons(port),
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

static struct net_loop *loop_new(void)
{
    struct err e;
    struct net_loop *l = net_loop_new(&e);
    assert_non_null(l);
    return l;
}

/* At one of our own they are handed over, since closing it would reset them. */
static void who_waits_at_ours_comes_in(void **state UNUSED)
{
    const struct ip here = { .family = IP_V4, .octets = { 127, 0, 0, 1 } };
    struct net_loop *l = loop_new();
    struct err e;
    int taken = 0;
    struct net_acceptor *a = net_acceptor_new(l, &here, 0, on_accepted, &taken, &e);
    assert_non_null(a);
    int one = client_of(net_acceptor_port(a)), two = client_of(net_acceptor_port(a));
    net_acceptor_start(a);
    net_acceptor_free(a);
    assert_int_equal(taken, 2);
    close(one);
    close(two);
    net_loop_free(l);
}

/* At one that was handed over they wait for whoever listens there next. */
static void who_waits_at_a_shared_one_stays(void **state UNUSED)
{
    struct net_loop *l = loop_new();
    struct err e;
    int taken = 0, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const struct sockaddr_in at = { .sin_family = AF_INET,
                                    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 5), 0);
    struct net_acceptor *a = net_acceptor_share(l, fd, on_accepted, &taken, &e);
    struct net_acceptor *next = net_acceptor_share(l, fd, on_accepted, &taken, &e);
    assert_non_null(a);
    assert_non_null(next);
    int one = client_of(net_acceptor_port(a));
    net_acceptor_start(a);
    net_acceptor_free(a);
    net_acceptor_free(next);
    assert_int_equal(taken, 0);
    int got = accept(fd, NULL, NULL);
    assert_true(got >= 0);
    close(got);
    close(one);
    close(fd);
    net_loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(who_waits_at_ours_comes_in),
                                        cmocka_unit_test(who_waits_at_a_shared_one_stays) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
