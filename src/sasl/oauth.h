/* SPDX-License-Identifier: ISC */
/*
 * sasl/oauth.h - logins by a token
 * Owns    the messages of OAUTHBEARER and XOAUTH2, and the reader of the error that a server sends in a 334.
 * Speaks  RFC 7628 sections 3.1 and 3.2.2; XOAUTH2 as Google and Microsoft describe it.
 * Leaves  where a token comes from to the caller.
 */
#ifndef BATON_SASL_OAUTH_H
#define BATON_SASL_OAUTH_H
#include "base/buf.h"

/* gs2-header and key-value pairs. host empty or port 0: left out. False: out is full, or user or token
 * hold an octet that cannot stand there. */
bool sasl_oauthbearer_write(str user, str token, str host, uint16_t port,
                            struct buf *out) MUST_CHECK;
bool sasl_xoauth2_write(str user, str token, struct buf *out) MUST_CHECK;

enum { SASL_OAUTH_WORD = 128, SASL_OAUTH_ERROR_MAX = 2048 };

/* What the error says; text that is longer than its room is cut. Empty: not said. */
struct sasl_oauth_error {
    char status[SASL_OAUTH_WORD]; /* "invalid_token", or a code of HTTP as text: "401" */
    char scope[SASL_OAUTH_WORD];
    char schemes[SASL_OAUTH_WORD];
    char words[SASL_OAUTH_WORD]; /* of error_description, where there is one */
};
/* False: json is no object, or is longer than SASL_OAUTH_ERROR_MAX. Unknown keys are passed over. */
bool sasl_oauth_error_read(str json, struct sasl_oauth_error *out) MUST_CHECK;
#endif
