/* SPDX-License-Identifier: ISC */
/*
 * sasl/server.h - the server's side of AUTH by challenge and response, over GNU SASL
 * Owns    one exchange of SCRAM-SHA-1, SCRAM-SHA-256, their -PLUS, or CRAM-MD5.
 * Speaks  RFC 5802, 7677, 2195.
 * Leaves  PLAIN and LOGIN to smtp/server.h and sasl/password.h; base64 to the session; whether the login is disabled to
 *         the caller.
 */
#ifndef BATON_SASL_SERVER_H
#define BATON_SASL_SERVER_H
#include "sasl/users.h"

struct sasl_server;
enum sasl_server_step { SASL_SERVER_CHALLENGE, SASL_SERVER_DONE, SASL_SERVER_REFUSED };

/* Of the TLS connection, as both ends see it: exported (RFC 9266), or tls-unique (RFC 5929 section 3). */
struct sasl_binding {
    str octets;
    bool exported;
};
/* users outlive it; binding (NULL: none) is copied. A client that could bind, and believes that we cannot, is refused where
 * we can: somebody took -PLUS out of what we offered (RFC 5802 section 6). NULL with e set: not a mechanism of
 * ours, a -PLUS without a binding, or no memory. */
struct sasl_server *sasl_server_new(str mechanism, const struct sasl_users *users,
                                    const struct sasl_binding *binding, struct err *e) MUST_CHECK;
void sasl_server_free(struct sasl_server *s);
AUTO_FREE(sasl_server_freep, struct sasl_server, sasl_server_free)
/* May a step take milliseconds? Then it is a pool's work. One thread at a time. */
bool sasl_server_slow(const struct sasl_server *s);
/* response.p NULL: the client said nothing yet. CHALLENGE and DONE: *out is what to send, not yet encoded, good until the
 * next call (DONE may have a last challenge: then the client answers it with an empty response, and DONE comes again
 * with none). What a client can do wrong is REFUSED, and so is every step after that. */
enum sasl_server_step sasl_server_step(struct sasl_server *s, str response, str *out);
str sasl_server_user(
    const struct sasl_server *s); /* who it claims to be, once it said so; else empty */
#endif
