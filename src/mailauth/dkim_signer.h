/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dkim_signer.h - signs for the tests of DKIM whatever they ask for, also what no signer should
 * Owns    keys that are made at the start of a test, and the records of them.
 */
#ifndef BATON_MAILAUTH_DKIM_SIGNER_H
#define BATON_MAILAUTH_DKIM_SIGNER_H
#include "base/buf.h"

enum dkim_signer_key { SIGNER_RSA, SIGNER_RSA_1024, SIGNER_RSA_768, SIGNER_ED25519, SIGNER_KEYS };

bool dkim_signer_begin(void) MUST_CHECK;
void dkim_signer_end(void);
/* The public half in base64: SubjectPublicKeyInfo, or bare (RSAPublicKey, the 32 octets of Ed25519). */
bool dkim_signer_public(enum dkim_signer_key key, bool bare, struct buf *out) MUST_CHECK;
/* The message with a DKIM-Signature on top of it. tags: with "@" in the places of the values of bh= and b=; c=, h=
 * and l= are taken from it as they are, nothing else is read. */
bool dkim_signer_sign(enum dkim_signer_key key, const char *tags, str message,
                      struct buf *out) MUST_CHECK;
#endif
