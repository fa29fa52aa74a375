/* SPDX-License-Identifier: ISC */
/*
 * mock/sasl_seen.h - what a login by another mechanism than PLAIN and LOGIN shows
 * Speaks  RFC 2195 section 2 (CRAM-MD5), RFC 7628 section 3.1 (OAUTHBEARER), XOAUTH2 as Google wrote it down.
 */
#ifndef BATON_MOCK_SASL_SEEN_H
#define BATON_MOCK_SASL_SEEN_H
#include "base/str.h"

/* "USER DIGEST"; slices of response. False: it is not of that form. */
bool mock_seen_cram(str response, str *user, str *digest_hex);
/* Is it what that password gives? */
bool mock_seen_cram_is(str challenge, str password, str digest_hex);
/* The user that a token is for; a slice of response. Empty: it names none. */
str mock_seen_token_user(str response);
#endif
