/* SPDX-License-Identifier: ISC */
/*
 * net/stream.h - one connection, in clear or under TLS, on one loop
 * Owns    the socket, the TLS state over memory BIOs, one timer, and every octet not yet written.
 * Leaves  what octets mean to a core, when to give up to its deadline, look-ups to net/resolver.h.
 * Threads A stream lives and dies on its loop's thread. Others name it by id, and only net_post().
 */
#ifndef BATON_NET_STREAM_H
#define BATON_NET_STREAM_H
#include "base/err.h"
#include "base/ip.h"
#include "base/str.h"
#include "net/loop.h"
#include "net/tls.h"
#include "smtp/attempt.h" /* struct smtp_tls_facts */

struct net_stream; /* fields are in stream.c */

struct net_endpoint {
    struct ip address;
    uint16_t port;
    struct ip source; /* IP_NONE: the system picks */
};

/* Can a connection be made from that address: is it one of this machine's? */
bool net_source_usable(const struct ip *source, struct err *e) MUST_CHECK;

enum net_end {
    NET_END_OURS,        /* net_stream_close() */
    NET_END_PEER,        /* the peer closed in order */
    NET_END_TRUNCATED,   /* TLS, and TCP ended without close_notify */
    NET_END_RESET,       /* RST after the connection stood */
    NET_END_REFUSED,     /* RST instead of a connection */
    NET_END_UNREACHABLE, /* no route, or an ICMP error */
    NET_END_SILENT,      /* the system gave up waiting for the peer */
    NET_END_TLS,         /* the handshake, or a record, failed */
    NET_END_FAILED       /* our own failure */
};

/* All are called on the loop's thread, never from inside a net_stream_ call. */
struct net_stream_calls {
    void (*opened)(void *user);             /* connected, or accepted */
    void (*octets)(void *user, str octets); /* clear text; good during the call */
    void (*room)(void *user);               /* unwritten fell below the low mark */
    void (*secured)(void *user, const struct smtp_tls_facts *facts); /* good until closed */
    void (*due)(void *user); /* the deadline passed; it is now unset */
    /* The peer has said its last word in order, and may still listen. True: answers are owed, the stream stays open for
     * them until net_stream_close(). False, or NULL: what waits is written, and closed() follows. */
    bool (*ended)(void *user);
    /* Last, once; free user. why is a sentence, or empty with NET_END_OURS. */
    void (*closed)(void *user, enum net_end end, const struct err *why);
};

struct net_stream_limits {
    size_t high_octets, low_octets; /* unwritten, after encryption; 0: 256 KiB and 64 KiB */
};

/* NULL, with closed never called, when nothing could be begun. A connection that is refused at once
 * was begun all the same. */
struct net_stream *net_stream_connect(struct net_loop *l, const struct net_endpoint *to,
                                      const struct net_stream_limits *limits,
                                      const struct net_stream_calls *calls, void *user,
                                      struct err *e) MUST_CHECK;
net_id net_stream_id(const struct net_stream *s);
struct net_stream *net_stream_find(struct net_loop *l, net_id id);
void net_stream_local(const struct net_stream *s, struct ip *address, uint16_t *port);
void net_stream_peer(const struct net_stream *s, struct ip *address, uint16_t *port);

/* Copies; from opened() on. Above the high mark the stream stops reading until room: a peer that will
 * not read our answers is not given more work. One call may pass the mark by its own length, never by
 * more: who sends without room loses the stream (NET_END_FAILED, ERR_LIMIT). */
void net_stream_send(struct net_stream *s, str octets);
bool net_stream_has_room(const struct net_stream *s);
/* A write failed: what is sent from then on goes nowhere. closed() follows, once the last words were read. */
bool net_stream_broken(const struct net_stream *s);

/* Writes out what waits, then shakes hands as a client; the certificate must show name (a host name
 * or an IP address). The octets that came behind this point in clear were delivered already; those
 * that wait unread are dropped and counted (RFC 3207 section 4.2). t outlives the stream. */
size_t net_stream_secure(struct net_stream *s, struct net_tls_context *t, str name);
/* The same as a server. Send the 220 in the same callback, before this: whatever waits unread while
 * the 220 is unwritten came too early. */
size_t net_stream_secure_server(struct net_stream *s, struct net_tls_context *t);
/* TLS from the first octet, where some that belong to it have come already, behind what was read in clear. */
void net_stream_secure_server_from(struct net_stream *s, struct net_tls_context *t, str first);
/* NULL before net_stream_secure(). done is false until secured(), and stays so when the handshake
 * fails: then the rest is what was seen until there. Good until closed() returns. */
const struct smtp_tls_facts *net_stream_tls(const struct net_stream *s);
bool net_stream_binding(const struct net_stream *s,
                        struct net_tls_binding *out); /* false: no TLS */

void net_stream_deadline(struct net_stream *s, uint64_t at_ms); /* replaces the last one */
/* Nothing more is read until it is let go: for owners who have had enough for now. What TLS holds already may still
 * come. An end of the connection is not seen while it is held. */
void net_stream_hold(struct net_stream *s, bool held);
/* Then closed(), and no other call before it. flush: what waits is written first, and close_notify;
 * for that there is time until the deadline, but 30 s at most. The peer is then given a second to
 * close as well, so that what it still sends does not answer our last words by a reset. */
void net_stream_close(struct net_stream *s, bool flush);

/* A connection that net/acceptor.h took: opened() follows. fd is the stream's from here on, and closed where this fails. */
struct net_stream *net_stream_adopt(struct net_loop *l, int fd,
                                    const struct net_stream_limits *limits,
                                    const struct net_stream_calls *calls, void *user,
                                    struct err *e) MUST_CHECK;

/* A socket that listens, for the mock and the tests. port 0: any; see net_listener_port(). */
struct net_listener;
struct net_listener *net_listener_new(struct net_loop *l, const struct ip *address, uint16_t port,
                                      void (*accepted)(void *user, struct net_listener *from),
                                      void *user, struct err *e) MUST_CHECK;
uint16_t net_listener_port(const struct net_listener *s);
/* Only inside accepted(): takes the waiting connection; opened() follows. */
struct net_stream *net_listener_accept(struct net_listener *s,
                                       const struct net_stream_limits *limits,
                                       const struct net_stream_calls *calls, void *user,
                                       struct err *e) MUST_CHECK;
void net_listener_free(struct net_listener *s);
#endif
