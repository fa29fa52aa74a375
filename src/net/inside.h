/* SPDX-License-Identifier: ISC */
/*
 * net/inside.h - what the files of net share with each other and with nobody else
 * Owns    work put off to the next turn of the loop, the register of streams, room to read into,
 *         and addresses as the system's calls want them.
 */
#ifndef BATON_NET_INSIDE_H
#define BATON_NET_INSIDE_H
#include "base/ip.h"
#include "net/loop.h"
#include <sys/queue.h>
#include <uv.h>

/* Work for the next turn. Lies inside the thing it is about; whoever owns that thing cancels the task
 * before freeing it. */
struct net_task {
    TAILQ_ENTRY(net_task) link;
    void (*run)(struct net_task *t);
    bool waiting;
};
#define NET_TASK_OWNER(task, type, member) ((type *)((char *)(task)-offsetof(type, member)))
void net_task_later(struct net_loop *l, struct net_task *t); /* once, however often it is called */
void net_task_cancel(struct net_loop *l, struct net_task *t);

/* The register: a stream enters when it is born and leaves before it is freed. */
bool net_loop_enter(struct net_loop *l, struct net_stream *s, net_id *id) MUST_CHECK;
void net_loop_leave(struct net_loop *l, net_id id);
struct net_stream *net_loop_at(const struct net_loop *l, net_id id);
void *net_stream_user(const struct net_stream *s);

/* One piece of room for what comes from a socket, one for what TLS makes of it: each read on the loop
 * uses them anew, so their octets are good until the callback returns. As long as a TLS record's
 * content may be (RFC 8446 section 5.1), so that no memory BIO has to grow far beyond that. */
#define NET_ROOM_OCTETS 16384
char *net_loop_socket_room(struct net_loop *l);
char *net_loop_clear_room(struct net_loop *l);

/* "WHAT: connection refused", kind ERR_SYSTEM. rc is a code of libuv; false. */
bool net_err_uv(struct err *e, int rc, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* False: no address. */
bool net_sockaddr_of(const struct ip *ip, uint16_t port, struct sockaddr_storage *out) MUST_CHECK;
bool net_sockaddr_read(const struct sockaddr *sa, struct ip *ip, uint16_t *port);
#endif
