/* SPDX-License-Identifier: ISC */
/* net/stream_accept.h - between net/listener.c and net/stream.c: the connection that waits becomes a stream */
#ifndef BATON_NET_STREAM_ACCEPT_H
#define BATON_NET_STREAM_ACCEPT_H
#include "net/stream.h"

struct uv_tcp_s; /* uv_tcp_t, of the socket that listens */
struct net_stream *net_stream_accept(struct net_loop *l, struct uv_tcp_s *listener,
                                     const struct net_stream_limits *limits,
                                     const struct net_stream_calls *calls, void *user,
                                     struct err *e) MUST_CHECK;
#endif
