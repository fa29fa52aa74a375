/* SPDX-License-Identifier: ISC */
/*
 * net/tls.h - TLS contexts: what we trust, and what we show
 * Owns    one OpenSSL context a thread and its default policy.
 * Leaves  the handshake to net/stream.h, and what a failed verification means to the caller: the
 *         handshake goes on, the facts say verified = false with every reason in order.
 */
#ifndef BATON_NET_TLS_H
#define BATON_NET_TLS_H
#include "base/err.h"
#include "base/str.h"

struct net_tls_context;

/* Octets that name one TLS connection, the same at both ends (RFC 5056): of TLS 1.3 those that RFC 9266
 * section 2 exports, of TLS 1.2 the first Finished message (RFC 5929 section 3). */
enum { NET_TLS_BINDING_OCTETS = 64 };
struct net_tls_binding {
    char octets[NET_TLS_BINDING_OCTETS];
    size_t n;
    bool exported;
};

struct net_tls_trust {
    const char *ca_file;   /* NULL: none; adds to the system's hashed directory */
    str ca_pem;            /* or the same as text, for tests and the demo */
    bool system;           /* trust the system's directory */
    const char *cert_file; /* client certificate and its key; NULL: none */
    const char *key_file;
    bool observe; /* only to look at a server that fails by the default policy: TLS 1.0 and weak
                     keys are taken, and the facts never say verified */
};
/* For connecting: TLS 1.2 or later, security level of the system's policy. The system's directory is
 * read when a certificate is verified, not here. */
struct net_tls_context *net_tls_client_new(const struct net_tls_trust *t, struct err *e) MUST_CHECK;
/* For accepting: certificate chain and key as PEM text. */
struct net_tls_context *net_tls_server_new(str chain_pem, str key_pem, struct err *e) MUST_CHECK;
/* The time of the certificate that is shown is over, or has not begun. */
bool net_tls_server_is_stale(const struct net_tls_context *t);
/* The server then asks for a client certificate and takes connections without one: the facts say verified
 * where one of that authority was shown. Without an authority (empty) none is verified, and each is told apart by its
 * fingerprint. */
bool net_tls_server_ask(struct net_tls_context *t, str ca_pem, struct err *e) MUST_CHECK;
/* What makes session tickets: who has the same takes up each other's sessions. Secret. */
struct net_tls_tickets {
    unsigned char octets[80];
};
bool net_tls_tickets_new(struct net_tls_tickets *out, struct err *e) MUST_CHECK;
/* Sessions may be resumed by a ticket (RFC 8446 section 2.2, RFC 5077), at every context with these keys and that name,
 * of at most 32 octets. Who asks for certificates takes another name than who does not. */
bool net_tls_server_resume(struct net_tls_context *t, const struct net_tls_tickets *keys, str name,
                           struct err *e);
/* For the mock: TLS 1.0 and 1.1 and nothing later. */
bool net_tls_server_old(struct net_tls_context *t, struct err *e) MUST_CHECK;
void net_tls_context_free(struct net_tls_context *t);
AUTO_FREE(net_tls_context_freep, struct net_tls_context, net_tls_context_free)
#endif
