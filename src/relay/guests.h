/* SPDX-License-Identifier: ISC */
/*
 * relay/guests.h - the connections of a socket that is not for mail: the control socket's, the metrics'
 * Owns    the list of them, how many there may be, the stream of each, and its end. All on one loop's thread.
 * Leaves  what they say to who has them: a guest is the first field of his own struct.
 */
#ifndef BATON_RELAY_GUESTS_H
#define BATON_RELAY_GUESTS_H
#include "net/stream.h"
#include <sys/queue.h>

struct relay_guests;
struct relay_guest {
    LIST_ENTRY(relay_guest) link;
    struct relay_guests *of;
    struct net_stream *stream;
};
struct relay_guest_calls {
    void (*opened)(struct relay_guest *g); /* set the deadline; when that is over it is closed */
    void (*octets)(struct relay_guest *g, str octets);
    void (*room)(struct relay_guest *g); /* NULL: what is sent fits at once */
    void (*gone)(struct relay_guest *g); /* free it; it is on the list no more */
};
struct relay_guests {
    struct net_loop *loop;
    const struct relay_guest_calls *calls;
    unsigned count, max;
    LIST_HEAD(relay_guest_list, relay_guest) all;
};
void relay_guests_init(struct relay_guests *all, struct net_loop *loop,
                       const struct relay_guest_calls *calls, unsigned max);
bool relay_guests_have_room(const struct relay_guests *all);
/* g and fd are the list's from here on. False: there was no memory, and gone() was called. */
bool relay_guests_take(struct relay_guests *all, struct relay_guest *g, int fd);
void relay_guest_end(struct relay_guest *g, bool flush); /* then gone(), later */
void relay_guests_end(struct relay_guests *all);         /* all of them */
#endif
