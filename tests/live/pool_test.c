/* SPDX-License-Identifier: ISC */
/* tests/live/pool_test.c - slow work beside the loop: a full line, a stream that goes meanwhile, an end while busy */
#include "net/pool.h"
#include "net/stream.h"
#include "peer.h"
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <time.h>

#include <cmocka.h>

struct world {
    struct net_loop *loop;
    struct net_pool *pool;
    struct net_timer *awake; /* a post alone keeps no loop running */
    sem_t started, gate;
    atomic_uint worked;
    unsigned told, wanted;
    pthread_t at;
    struct net_stream *last;
};

static void nothing(void *user)
{
    (void)user;
}

static void begin(struct world *w, unsigned threads, unsigned line)
{
    struct err e;
    w->loop = net_loop_new(&e);
    assert_non_null(w->loop);
    w->awake = net_timer_new(w->loop, nothing, w);
    assert_non_null(w->awake);
    net_timer_at(w->awake, net_loop_now_ms(w->loop) + 60000);
    w->pool = net_pool_new(threads, line, &e);
    assert_non_null(w->pool);
    sem_init(&w->started, 0, 0);
    sem_init(&w->gate, 0, 0);
    w->at = pthread_self();
}

static void end(struct world *w)
{
    net_pool_free(w->pool);
    net_timer_free(w->awake);
    net_loop_free(w->loop);
    sem_destroy(&w->started);
    sem_destroy(&w->gate);
}

static void work(void *user)
{
    struct world *w = user;
    assert_false(pthread_equal(pthread_self(), w->at));
    atomic_fetch_add(&w->worked, 1);
}

static void work_gated(void *user)
{
    struct world *w = user;
    sem_post(&w->started);
    sem_wait(&w->gate);
    work(user);
}

static void told(struct net_stream *s, void *user)
{
    struct world *w = user;
    assert_true(pthread_equal(pthread_self(), w->at));
    w->last = s;
    if (++w->told == w->wanted)
        net_loop_stop(w->loop);
}

static const net_id NOBODY = { 0, 0 };

static void all_are_worked_and_told(void **state)
{
    (void)state;
    struct world w = { .wanted = 1000 };
    begin(&w, 3, 1000);
    for (unsigned i = 0; i < w.wanted; i++)
        assert_true(net_pool_run(w.pool, work, w.loop, NOBODY, told, &w));
    net_loop_run(w.loop);
    assert_int_equal(w.told, 1000);
    assert_int_equal(w.worked, 1000);
    assert_null(w.last);
    end(&w);
}

/* The one that is worked on stands in no line. What is refused is neither worked nor told. */
static void a_full_line_refuses(void **state)
{
    (void)state;
    struct world w = { .wanted = 3 };
    begin(&w, 1, 2);
    assert_true(net_pool_run(w.pool, work_gated, w.loop, NOBODY, told, &w));
    sem_wait(&w.started);
    assert_true(net_pool_run(w.pool, work, w.loop, NOBODY, told, &w));
    assert_true(net_pool_run(w.pool, work, w.loop, NOBODY, told, &w));
    assert_false(net_pool_run(w.pool, work, w.loop, NOBODY, told, &w));
    sem_post(&w.gate);
    net_loop_run(w.loop);
    assert_int_equal(w.told, 3);
    assert_int_equal(w.worked, 3);
    w.wanted = 4; /* there is room again */
    assert_true(net_pool_run(w.pool, work, w.loop, NOBODY, told, &w));
    net_loop_run(w.loop);
    assert_int_equal(w.worked, 4);
    end(&w);
}

static void closed(void *user, enum net_end how, const struct err *why)
{
    (void)how;
    (void)why;
    sem_post(&((struct world *)user)->gate); /* only now may the work end */
}

static void octets(void *user, str given)
{
    (void)user;
    (void)given;
}

static void told_and_closes(struct net_stream *s, void *user)
{
    struct world *w = user;
    w->last = s;
    w->told++;
    assert_non_null(s);
    assert_true(net_pool_run(w->pool, work_gated, w->loop, net_stream_id(s), told, w));
    net_stream_close(s, false);
}

/* First the stream stands, and is given. Then it goes while the work is under way. */
static void a_stream_that_is_gone_is_none(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = { { TEST_DONE, { NULL, 0 } } };
    static const struct net_stream_calls CALLS = {
        .opened = nothing, .octets = octets, .room = nothing, .due = nothing, .closed = closed
    };
    struct world w = { .wanted = 2 };
    struct err e;
    begin(&w, 1, 4);
    struct test_peer *peer = test_peer_new(SCRIPT, NULL, TEST_CERT_GOOD, TEST_TLS_ANY, IP_V4);
    const struct net_endpoint to = { .address = test_loopback(IP_V4),
                                     .port = test_peer_port(peer) };
    struct net_stream *s = net_stream_connect(w.loop, &to, NULL, &CALLS, &w, &e);
    assert_non_null(s);
    assert_true(net_pool_run(w.pool, work, w.loop, net_stream_id(s), told_and_closes, &w));
    net_loop_run(w.loop);
    assert_int_equal(w.told, 2);
    assert_int_equal(w.worked, 2);
    assert_null(w.last);
    test_peer_join(peer);
    test_peer_free(peer);
    end(&w);
}

static void work_a_while(void *user)
{
    nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    work(user);
}

static void what_waits_runs_before_the_end(void **state)
{
    (void)state;
    struct world w = { .wanted = 20 };
    begin(&w, 2, 64);
    for (unsigned i = 0; i < w.wanted; i++)
        assert_true(net_pool_run(w.pool, work_a_while, w.loop, NOBODY, told, &w));
    net_pool_free(w.pool);
    assert_int_equal(w.worked, 20);
    w.pool = NULL;
    net_loop_run(w.loop);
    assert_int_equal(w.told, 20);
    end(&w);
}

static void sizes_have_bounds(void **state)
{
    (void)state;
    struct err e;
    assert_null(net_pool_new(0, 1, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    assert_null(net_pool_new(1, 0, &e));
    assert_null(net_pool_new(100000, 1, &e));
    assert_null(net_pool_new(1, 10000000, &e));
    net_pool_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_worked_and_told),
        cmocka_unit_test(a_full_line_refuses),
        cmocka_unit_test(a_stream_that_is_gone_is_none),
        cmocka_unit_test(what_waits_runs_before_the_end),
        cmocka_unit_test(sizes_have_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
