/* SPDX-License-Identifier: ISC */
/*
 * sasl/mechanism.h - the login methods that can be played, and which of them to play
 * Owns    the table of mechanisms, a column for each thing that sets them apart.
 * Speaks  RFC 4422; PLAIN (4616), LOGIN (no RFC: draft-murchison-sasl-login), CRAM-MD5 (2195),
 *         DIGEST-MD5 (2831), SCRAM (5802, 7677), GSSAPI (4752), EXTERNAL (4422 appendix A), NTLM (no
 *         RFC: MS-SMTPNTLM), OAUTHBEARER (7628), XOAUTH2 (no RFC).
 * Leaves  playing one to sasl/client.h.
 */
#ifndef BATON_SASL_MECHANISM_H
#define BATON_SASL_MECHANISM_H
#include "base/names.h"
#include "smtp/caps.h"

/* What a login is made with. */
enum sasl_credential {
    SASL_PASSWORD = 1 << 0,
    SASL_TOKEN = 1 << 1,       /* of OAuth2 */
    SASL_CERTIFICATE = 1 << 2, /* shown in the TLS handshake, with its key */
    SASL_TICKET = 1 << 3       /* of Kerberos; that there is one is seen when it is used */
};
extern const struct names SASL_CREDENTIAL_NAMES; /* "password" "token" "certificate" "ticket" */

struct sasl_mechanism {
    str name;
    unsigned needs; /* enum sasl_credential */
    bool initial;   /* the client speaks first */
    bool reveals;   /* the server sees the secret itself: only under verified TLS */
    bool
        brittle; /* what it says yields the secret's equal to whoever reads it and computes a while */
    bool slow;   /* a step may take long: key derivation, or other servers that are asked */
    bool binds;    /* to the TLS channel it is played on */
    unsigned rank; /* higher is tried first */
};
/* For guards: not to be played where anybody else may read along, or hold the other end. */
static inline bool sasl_mechanism_gives_away(const struct sasl_mechanism *m)
{
    return m->reveals || m->brittle;
}
const struct sasl_mechanism *sasl_mechanism_find(str name); /* NULL: not one of ours */
/* The names with ", " between; needs: only those that these credentials can play, 0: all. */
const char *sasl_mechanism_list(unsigned credentials, char *out, size_t room);

/* The mechanism to log in with. wanted, if that is one of ours and offered, whatever it needs: what is
 * missing is said when it is played. With wanted empty or "auto": of what the credentials can play the
 * likeliest, a password by PLAIN or LOGIN under verified TLS, else by the strongest that does not reveal
 * it; a token only under verified TLS; then certificate and ticket. NULL: none in common. */
const struct sasl_mechanism *sasl_choose(const struct smtp_caps *offered, str wanted,
                                         unsigned credentials, bool verified_tls);
#endif
