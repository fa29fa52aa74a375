/* SPDX-License-Identifier: ISC */
/*
 * net/tls_pipe.h - one TLS connection as octets in and octets out, without a socket
 * Owns    the OpenSSL connection over its memory BIOs, the facts of the handshake, and the sentence
 *         about what went wrong.
 * Leaves  reading and writing, and how much may wait, to net/stream.c.
 */
#ifndef BATON_NET_TLS_PIPE_H
#define BATON_NET_TLS_PIPE_H
#include "base/buf.h"
#include "base/err.h"
#include "net/tls.h"
#include "smtp/attempt.h"

struct net_tls_pipe;

/* The context's own OpenSSL one, for this file; and whether it may call anything verified. */
struct ssl_ctx_st *net_tls_context_ssl(struct net_tls_context *t);
bool net_tls_context_trusts(const struct net_tls_context *t);
bool net_tls_context_asks(const struct net_tls_context *t); /* for a client certificate */

/* As a client: the certificate must show name, a host name or an IP address. As a server: name is
 * empty. Octets for the peer are added to wire by every call below; wire outlives the pipe. */
struct net_tls_pipe *net_tls_pipe_client(struct net_tls_context *t, str name, struct buf *wire,
                                         struct err *e) MUST_CHECK;
struct net_tls_pipe *net_tls_pipe_server(struct net_tls_context *t, struct buf *wire,
                                         struct err *e) MUST_CHECK;
void net_tls_pipe_free(struct net_tls_pipe *p);

enum net_tls_step {
    NET_TLS_MORE,   /* nothing to be had until more octets come */
    NET_TLS_DONE,   /* the handshake has just completed */
    NET_TLS_OCTETS, /* *n octets of clear text are in room */
    NET_TLS_CLOSED, /* close_notify came */
    NET_TLS_FAILED  /* for good; e says why */
};
bool net_tls_pipe_feed(struct net_tls_pipe *p, str octets); /* false: no memory */
/* Shakes hands, then reads. Call until NET_TLS_MORE, or the last two. */
enum net_tls_step net_tls_pipe_read(struct net_tls_pipe *p, char *room, size_t octets, size_t *n,
                                    struct err *e);
/* What EOF means here: closed, or failed (e says why) while hands were still being shaken; else
 * NET_TLS_MORE: the peer's TLS was cut off. */
enum net_tls_step net_tls_pipe_eof(struct net_tls_pipe *p, struct err *e);

/* At most one record. 0: not possible now, or p has failed and net_tls_pipe_read() says why. */
size_t net_tls_pipe_write(struct net_tls_pipe *p, str clear);
bool net_tls_pipe_done(const struct net_tls_pipe *p);
void net_tls_pipe_shutdown(struct net_tls_pipe *p); /* sends close_notify, once */
/* False before the handshake is done. */
bool net_tls_pipe_binding(const struct net_tls_pipe *p, struct net_tls_binding *out);
const struct smtp_tls_facts *net_tls_pipe_facts(const struct net_tls_pipe *p);
#endif
