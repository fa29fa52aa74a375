/* SPDX-License-Identifier: ISC */
/*
 * sasl/client.h - the client's side of AUTH
 * Owns    one exchange of one mechanism, over GNU SASL.
 * Speaks  RFC 4422; PLAIN (4616), LOGIN (no RFC: draft-murchison-sasl-login), CRAM-MD5 (2195).
 * Leaves  base64, the "AUTH" command and whether a password may be sent at all to the caller.
 */
#ifndef BATON_SASL_CLIENT_H
#define BATON_SASL_CLIENT_H
#include "base/buf.h"
#include "base/err.h"
#include "smtp/caps.h"

struct sasl_login {
    str user;
    str password; /* any octets but NUL */
};

/* A mechanism this program can play. */
struct sasl_mechanism {
    str name;
    bool initial;  /* the client speaks first */
    bool reveals;  /* the server sees the password itself: only under verified TLS */
    unsigned rank; /* strength, higher is stronger */
};
const struct sasl_mechanism *sasl_mechanism_find(str name); /* NULL: not one of ours */
/* "PLAIN, LOGIN, CRAM-MD5" */
const char *sasl_mechanism_list(char *out, size_t room);

/* The mechanism to log in with: wanted, if that is one of ours and offered; with wanted empty or
 * "auto": PLAIN or LOGIN under verified TLS, else the strongest that does not reveal the password.
 * NULL: none in common. */
const struct sasl_mechanism *sasl_choose(const struct smtp_caps *offered, str wanted,
                                         bool verified_tls);

struct sasl_client; /* fields are in client.c */
/* The password is copied into memory that sasl_client_free() overwrites. */
struct sasl_client *sasl_client_new(const struct sasl_mechanism *m, const struct sasl_login *login,
                                    struct err *e) MUST_CHECK;
void sasl_client_free(struct sasl_client *c);
AUTO_FREE(sasl_client_freep, struct sasl_client, sasl_client_free)

/* One step over the decoded challenge; appends the decoded response. False: cancel the exchange, e
 * says why (a malformed challenge, or one too many). */
bool sasl_client_step(struct sasl_client *c, str challenge, struct buf *response,
                      struct err *e) MUST_CHECK;
#endif
