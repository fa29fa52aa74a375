/* SPDX-License-Identifier: ISC */
/*
 * mock/inside.h - what the two files of the mock server share with each other and with nobody else
 * Owns    the server's own fields. mock.c makes and ends it, visit.c plays one connection.
 */
#ifndef BATON_MOCK_INSIDE_H
#define BATON_MOCK_INSIDE_H
#include "base/arena.h"
#include "base/buf.h"
#include "mock/play.h"
#include "net/stream.h"

struct mock_visit; /* one connection, from accepted() to closed() */

struct mock_listening {
    struct mock_server *mock;
    struct net_listener *listener;
    enum mock_door_kind kind;
};

struct mock_server {
    struct net_loop *loop;
    const struct mock_play *play;
    const struct mock_flavour *flavour;
    struct mock_options options; /* slices live in settings, the password in password */
    struct arena settings;
    struct buf password;
    str domain;      /* the one whose mail it takes from strangers */
    str own_address; /* the login's */
    str ca_pem;
    struct net_tls_context *tls;
    unsigned door_count;
    struct mock_listening doors[MOCK_DOORS];
    struct mock_counts counts;
    struct mock_visit *visits;
    bool gone; /* mock_free() was called: the last visit takes the rest with it */
};

/* Takes the connection that waits at the door. */
void mock_visit_accept(struct mock_server *m, const struct mock_listening *door);
void mock_visit_close_all(
    struct mock_server *m);               /* without flushing; each ends later, on the loop */
void mock_destroy(struct mock_server *m); /* in mock.c; when the last visit of a gone mock ended */
#endif
