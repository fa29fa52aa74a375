/* SPDX-License-Identifier: ISC */
/*
 * net/tls_facts.h - what a handshake and its certificate showed, as plain values
 * Owns    the facts of one connection and the memory of their text.
 * Speaks  RFC 5280 (certificates), RFC 6125 section 6 (which names count).
 */
#ifndef BATON_NET_TLS_FACTS_H
#define BATON_NET_TLS_FACTS_H
#include "base/arena.h"
#include "smtp/attempt.h"
#include <openssl/ssl.h>

struct net_tls_facts {
    struct smtp_tls_facts facts;
    struct arena memory;
};
void net_tls_facts_init(struct net_tls_facts *f);
void net_tls_facts_done(struct net_tls_facts *f);

/* Before the handshake: ssl reports to f every fault of the peer's certificate, each reason once, in
 * the order in which OpenSSL finds them (chain, name, dates), and lets the handshake go on. */
void net_tls_facts_watch(struct net_tls_facts *f, SSL *ssl);
/* After it, completed or not. trusted: this context may call a certificate verified at all. */
void net_tls_facts_read(struct net_tls_facts *f, const SSL *ssl, bool completed, bool trusted);
/* The reason a verification error belongs to; several of OpenSSL's codes tell one story. */
enum smtp_cert_reason net_tls_reason_of(int x509_error);
#endif
