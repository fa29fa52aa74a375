/* SPDX-License-Identifier: ISC */
#include "relay/guests.h"

static void on_opened(void *user)
{
    struct relay_guest *g = user;
    g->of->calls->opened(g);
}

static void on_octets(void *user, str octets)
{
    struct relay_guest *g = user;
    g->of->calls->octets(g, octets);
}

static void on_room(void *user)
{
    struct relay_guest *g = user;
    if (g->of->calls->room)
        g->of->calls->room(g);
}

static void on_due(void *user)
{
    relay_guest_end(user, false);
}

static void on_closed(void *user, enum net_end end UNUSED, const struct err *why UNUSED)
{
    struct relay_guest *g = user;
    LIST_REMOVE(g, link);
    g->of->count--;
    g->of->calls->gone(g);
}

static const struct net_stream_calls CALLS = {
    .opened = on_opened,
    .octets = on_octets,
    .room = on_room,
    .due = on_due,
    .closed = on_closed,
};

void relay_guests_init(struct relay_guests *all, struct net_loop *loop,
                       const struct relay_guest_calls *calls, unsigned max)
{
    *all = (struct relay_guests){ .loop = loop, .calls = calls, .max = max };
    LIST_INIT(&all->all);
}

bool relay_guests_have_room(const struct relay_guests *all)
{
    return all->count < all->max;
}

bool relay_guests_take(struct relay_guests *all, struct relay_guest *g, int fd)
{
    struct err e;
    g->of = all;
    g->stream = net_stream_adopt(all->loop, fd, NULL, &CALLS, g, &e);
    if (!g->stream) {
        all->calls->gone(g);
        return false;
    }
    LIST_INSERT_HEAD(&all->all, g, link);
    all->count++;
    return true;
}

void relay_guest_end(struct relay_guest *g, bool flush)
{
    net_stream_close(g->stream, flush);
}

void relay_guests_end(struct relay_guests *all)
{
    struct relay_guest *g = LIST_FIRST(&all->all), *next;
    for (; g; g = next) {
        next = LIST_NEXT(g, link);
        relay_guest_end(g, false);
    }
}
