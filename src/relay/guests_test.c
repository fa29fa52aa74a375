/* SPDX-License-Identifier: ISC */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "relay/guests.h"

enum { MUCH = 600 << 10, PIECE = 4096 };

static struct net_loop *loop;
static struct relay_guests all;
static unsigned opened, heard, rooms, gone;
static uint64_t deadline_ms; /* from the opening on; 0: none */
static size_t
    sends; /* that much: what there is room for at its opening, and the rest when there is room again */
static size_t sent;
static pthread_t reader;
static int reads = -1; /* the peer's end, for the reader */

static int begin(void **state UNUSED)
{
    struct err e;
    opened = heard = rooms = gone = 0;
    deadline_ms = 0;
    sends = sent = 0;
    loop = net_loop_new(&e);
    return loop ? 0 : -1;
}

static int end(void **state UNUSED)
{
    net_loop_free(loop);
    return 0;
}

/* ---- what the guests are for ---- */

/* A peer that wants so many octets, and then says that it has them. */
static void *read_all(void *user)
{
    static char octets[PIECE];
    size_t wanted = *(size_t *)user;
    for (ssize_t got; wanted > 0 && (got = recv(reads, octets, sizeof octets, 0)) > 0;)
        wanted -= (size_t)got;
    bool said = write(reads, "hello", 5) == 5 && shutdown(reads, SHUT_WR) == 0;
    return said && wanted == 0 ? user : NULL;
}

static void send_more(struct relay_guest *g)
{
    static const char OCTETS[PIECE];
    for (; sent < sends && net_stream_has_room(g->stream); sent += PIECE)
        net_stream_send(g->stream, (str){ OCTETS, PIECE });
}

static void on_opened(struct relay_guest *g)
{
    opened++;
    assert_true(g->of == &all);
    if (deadline_ms)
        net_stream_deadline(g->stream, deadline_ms);
    send_more(g);
    if (sends) {
        assert_true(sent < sends);
        size_t *wanted = all.calls->room ? &sends : &sent;
        assert_int_equal(pthread_create(&reader, NULL, read_all, wanted), 0);
    }
}

static void on_octets(struct relay_guest *g, str octets)
{
    assert_true(str_eq(octets, STR("hello")));
    heard++;
    relay_guest_end(g, true);
}

static void on_room(struct relay_guest *g)
{
    rooms++;
    send_more(g);
}

static void on_gone(struct relay_guest *g)
{
    gone++;
    free(g);
}

static const struct relay_guest_calls CALLS = { on_opened, on_octets, on_room, on_gone },
                                      NO_ROOM = { on_opened, on_octets, NULL, on_gone };

/* The peer's end of a guest that was taken. */
static int take(void)
{
    int fd[2];
    struct relay_guest *g = calloc(1, sizeof *g);
    assert_non_null(g);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd), 0);
    assert_true(relay_guests_take(&all, g, fd[0]));
    return fd[1];
}

static bool is_at_end(int fd)
{
    char octet;
    return read(fd, &octet, 1) == 0;
}

/* ---- the cases ---- */

/* One says something and is let go, one leaves; both make room. The loop ends when nobody is left. */
static void they_come_and_go(void **state UNUSED)
{
    relay_guests_init(&all, loop, &CALLS, 2);
    assert_true(relay_guests_have_room(&all));
    int says = take();
    assert_true(relay_guests_have_room(&all));
    int leaves = take();
    assert_false(relay_guests_have_room(&all));
    assert_int_equal(write(says, "hello", 5), 5);
    assert_int_equal(shutdown(says, SHUT_WR), 0);
    close(leaves);
    net_loop_run(loop);
    assert_int_equal(opened, 2);
    assert_int_equal(heard, 1);
    assert_int_equal(gone, 2);
    assert_int_equal(all.count, 0);
    assert_true(LIST_EMPTY(&all.all));
    assert_true(is_at_end(says));
    close(says);
}

/* Its time is over as it opens. */
static void whose_time_is_over_is_closed(void **state UNUSED)
{
    relay_guests_init(&all, loop, &CALLS, 1);
    deadline_ms = net_loop_now_ms(loop);
    int silent = take();
    net_loop_run(loop);
    assert_int_equal(gone, 1);
    assert_true(relay_guests_have_room(&all));
    assert_true(is_at_end(silent));
    close(silent);
}

static void all_are_ended_together(void **state UNUSED)
{
    int fd[3];
    relay_guests_init(&all, loop, &CALLS, COUNT_OF(fd));
    for (size_t i = 0; i < COUNT_OF(fd); i++)
        fd[i] = take();
    relay_guests_end(&all);
    assert_int_equal(gone, 0); /* later */
    net_loop_run(loop);
    assert_int_equal(gone, COUNT_OF(fd));
    for (size_t i = 0; i < COUNT_OF(fd); i++) {
        assert_true(is_at_end(fd[i]));
        close(fd[i]);
    }
}

static void one_that_cannot_be_taken_is_gone_at_once(void **state UNUSED)
{
    struct relay_guest *g = calloc(1, sizeof *g);
    relay_guests_init(&all, loop, &CALLS, 1);
    assert_non_null(g);
    assert_false(relay_guests_take(&all, g, -1));
    assert_int_equal(gone, 1);
    assert_true(relay_guests_have_room(&all));
    assert_true(LIST_EMPTY(&all.all));
}

/* More than is written at once; without room() nothing follows. */
static void much_waits_for_room(void **state UNUSED)
{
    static const struct relay_guest_calls *const BOTH[] = { &CALLS, &NO_ROOM };
    for (size_t i = 0; i < COUNT_OF(BOTH); i++) {
        void *whole;
        sends = MUCH;
        sent = rooms = heard = 0;
        relay_guests_init(&all, loop, BOTH[i], 1);
        reads = take();
        assert_int_equal(fcntl(reads, F_SETFL, 0), 0); /* it waits for more */
        net_loop_run(loop);
        assert_int_equal(pthread_join(reader, &whole), 0);
        assert_non_null(whole);
        assert_int_equal(heard, 1);
        assert_int_equal(rooms > 0, BOTH[i]->room != NULL);
        assert_int_equal(sent == MUCH, BOTH[i]->room != NULL);
        assert_true(is_at_end(reads));
        close(reads);
    }
    assert_int_equal(gone, COUNT_OF(BOTH));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(they_come_and_go, begin, end),
        cmocka_unit_test_setup_teardown(whose_time_is_over_is_closed, begin, end),
        cmocka_unit_test_setup_teardown(all_are_ended_together, begin, end),
        cmocka_unit_test_setup_teardown(one_that_cannot_be_taken_is_gone_at_once, begin, end),
        cmocka_unit_test_setup_teardown(much_waits_for_room, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
