/* SPDX-License-Identifier: ISC */
/* tests/live/loop_test.c - timers, posts from other threads, and ids that outlive their streams */
#include "net/loop.h"
#include "net/stream.h"
#include "peer.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define POSTS 1000

struct tally {
    struct net_loop *loop;
    struct net_timer *timer;
    unsigned seen;
    bool ordered;
    struct net_stream *last;
};

static void on_due(void *user)
{
    struct tally *t = user;
    t->seen++;
}

static void timer_fires_once(void **state)
{
    (void)state;
    struct err e;
    struct tally t = { .loop = net_loop_new(&e) };
    assert_non_null(t.loop);
    t.timer = net_timer_new(t.loop, on_due, &t);
    net_timer_at(t.timer, net_loop_now_ms(t.loop) + 1);
    net_loop_run(t.loop);
    assert_int_equal(t.seen, 1);
    net_timer_at(t.timer, net_loop_now_ms(t.loop) + 1);
    net_timer_at(t.timer, UINT64_MAX);
    net_loop_run(t.loop);
    assert_int_equal(t.seen, 1);
    net_timer_at(t.timer, 0); /* long past: at once, but not before the loop runs */
    assert_int_equal(t.seen, 1);
    net_timer_free(t.timer);
    net_loop_run(t.loop);
    assert_int_equal(t.seen, 1);
    net_loop_free(t.loop);
}

struct numbered {
    struct tally *tally;
    unsigned number;
};

static void on_post(struct net_stream *s, void *user)
{
    struct numbered *n = user;
    n->tally->last = s;
    n->tally->ordered &= n->number == n->tally->seen;
    if (++n->tally->seen == POSTS)
        net_timer_at(n->tally->timer, UINT64_MAX);
}

static struct numbered NUMBERED[POSTS];

static void *post_all(void *user)
{
    struct tally *t = user;
    for (unsigned i = 0; i < POSTS; i++) {
        NUMBERED[i] = (struct numbered){ t, i };
        if (!net_post(t->loop, (net_id){ 7, 7 }, on_post, &NUMBERED[i]))
            break;
    }
    return NULL;
}

static void posts_keep_their_order(void **state)
{
    (void)state;
    struct err e;
    struct tally t = { .loop = net_loop_new(&e), .ordered = true };
    t.timer = net_timer_new(t.loop, on_due, &t);
    net_timer_at(t.timer, net_loop_now_ms(t.loop) + 20000); /* keeps the loop awake */
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, post_all, &t), 0);
    net_loop_run(t.loop);
    pthread_join(thread, NULL);
    assert_int_equal(t.seen, POSTS);
    assert_true(t.ordered);
    assert_null(t.last); /* an id that names no stream */
    net_timer_free(t.timer);
    net_loop_free(t.loop);
}

/* What is posted after the last run is not lost: the loop's end runs it. */
static void late_posts_run_at_the_end(void **state)
{
    (void)state;
    struct err e;
    struct tally t = { .loop = net_loop_new(&e), .ordered = true };
    struct numbered one = { &t, 0 };
    assert_true(net_post(t.loop, (net_id){ 0, 0 }, on_post, &one));
    net_loop_free(t.loop);
    assert_int_equal(t.seen, 1);
}

static void on_stream_closed(void *user, enum net_end end, const struct err *why)
{
    struct tally *t = user;
    (void)end;
    (void)why;
    t->seen++;
}

static void stop_at_open(void *user)
{
    struct tally *t = user;
    net_loop_stop(t->loop);
}

static void ids_outlive_streams(void **state)
{
    (void)state;
    struct err e;
    static const struct test_step SCRIPT[] = { { TEST_DONE, STR_INIT("") } };
    struct test_peer *peer = test_peer_new(SCRIPT, NULL, 0, TEST_TLS_ANY, IP_V4);
    struct tally t = { .loop = net_loop_new(&e) };
    const struct net_stream_calls calls = { .opened = stop_at_open, .closed = on_stream_closed };
    struct net_endpoint to = { .address = test_loopback(IP_V4), .port = test_peer_port(peer) };
    struct net_stream *s = net_stream_connect(t.loop, &to, NULL, &calls, &t, &e);
    assert_non_null(s);
    net_id id = net_stream_id(s);
    assert_ptr_equal(net_stream_find(t.loop, id), s);
    assert_null(net_stream_find(t.loop, (net_id){ id.slot, id.generation + 1 }));
    assert_null(net_stream_find(t.loop, (net_id){ 0, 0 }));
    net_loop_run(t.loop); /* stops inside opened() */
    net_stream_close(s, false);
    assert_int_equal(t.seen, 0); /* never from inside the call */
    net_loop_run(t.loop);
    assert_int_equal(t.seen, 1);
    assert_null(net_stream_find(t.loop, id));
    net_loop_free(t.loop);
    test_peer_free(peer);
}

static void freeing_the_loop_closes_streams(void **state)
{
    (void)state;
    struct err e;
    static const struct test_step SCRIPT[] = { { TEST_DONE, STR_INIT("") } };
    struct test_peer *peer = test_peer_new(SCRIPT, NULL, 0, TEST_TLS_ANY, IP_V4);
    struct tally t = { .loop = net_loop_new(&e) };
    const struct net_stream_calls calls = { .opened = stop_at_open, .closed = on_stream_closed };
    struct net_endpoint to = { .address = test_loopback(IP_V4), .port = test_peer_port(peer) };
    assert_non_null(net_stream_connect(t.loop, &to, NULL, &calls, &t, &e));
    net_loop_run(t.loop);
    net_loop_free(t.loop);
    assert_int_equal(t.seen, 1);
    test_peer_free(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timer_fires_once),
        cmocka_unit_test(posts_keep_their_order),
        cmocka_unit_test(late_posts_run_at_the_end),
        cmocka_unit_test(ids_outlive_streams),
        cmocka_unit_test(freeing_the_loop_closes_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
