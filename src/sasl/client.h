/* SPDX-License-Identifier: ISC */
/*
 * sasl/client.h - the client's side of AUTH
 * Owns    one exchange of one mechanism: over GNU SASL, or over our own formats in sasl/oauth.h.
 * Speaks  RFC 4422, and what sasl/mechanism.h lists.
 * Leaves  base64, the "AUTH" command and whether a secret may be sent at all to the caller; so too the
 *         channel binding's octets, which only the end of the TLS connection knows.
 */
#ifndef BATON_SASL_CLIENT_H
#define BATON_SASL_CLIENT_H
#include "base/buf.h"
#include "base/err.h"
#include "sasl/mechanism.h"

/* All that a mechanism may need; empty: not at hand. Octets but NUL. */
struct sasl_login {
    str user; /* for NTLM also "DOMAIN\user" */
    str password;
    str token;        /* of OAuth2, without the word Bearer */
    bool certificate; /* one is shown on this connection */
    str host;         /* the server's name, which a ticket and a digest are made for */
    uint16_t port;    /* 0: not said */
    str exporter;     /* RFC 9266: under TLS 1.3 */
    str unique;       /* RFC 5929 section 3: under TLS 1.2 */
};

struct sasl_client; /* fields are in client.c */
/* The login is copied into memory that sasl_client_free() overwrites. NULL, with a sentence, when the login
 * lacks what the mechanism needs. */
struct sasl_client *sasl_client_new(const struct sasl_mechanism *m, const struct sasl_login *login,
                                    struct err *e) MUST_CHECK;
void sasl_client_free(struct sasl_client *c);
AUTO_FREE(sasl_client_freep, struct sasl_client, sasl_client_free)

/* One step over the decoded challenge; appends the decoded response. False: cancel the exchange, e
 * says why (a malformed challenge, one too many, no ticket). A client is on one thread at a time; a step of
 * a slow mechanism may wait for other machines, so it is not taken on a loop's thread. */
bool sasl_client_step(struct sasl_client *c, str challenge, struct buf *response,
                      struct err *e) MUST_CHECK;

/* Every message of the exchange was said and seen, and what the server's end has to prove was checked
 * (RFC 5802 section 5, RFC 2831 section 2.1.3, RFC 4752 section 3.1). A success that comes before that is none. */
bool sasl_client_complete(const struct sasl_client *c);

/* The error that the server told inside the exchange, as it came: the JSON of OAUTHBEARER and XOAUTH2, or
 * SCRAM's word such as "invalid-proof". Empty: none. At most SASL_SAID_MAX octets; good until the client
 * is freed. The exchange goes on, so that the server can send its refusal. */
enum { SASL_SAID_MAX = 2048 };
str sasl_client_said(const struct sasl_client *c);
#endif
