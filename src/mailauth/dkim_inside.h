/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dkim_inside.h - what the files of DKIM say to each other
 */
#ifndef BATON_MAILAUTH_DKIM_INSIDE_H
#define BATON_MAILAUTH_DKIM_INSIDE_H
#include "mailauth/dkim.h"
#include "mailauth/dkim_tags.h"

/* The text of one signature field, by its grammar (RFC 6376 sections 3.5 and 6.1.1). What could be read is there
 * also when something else is wrong. */
bool dkim_signature_read(const struct mail_field *field, const struct dns_idn *idn,
                         struct arena *memory, struct dkim_signature *out,
                         struct dkim_fault *f) MUST_CHECK;

/* The text of one key record (section 3.6.1), and the key in it. */
bool dkim_key_read(str record, struct arena *memory, struct dkim_key *out,
                   struct dkim_fault *f) MUST_CHECK;

/* The two numbers of an RSA key in DER: SubjectPublicKeyInfo (RFC 5280) or RSAPublicKey (RFC 8017), nothing
 * behind it. Big end first, without leading zeros. */
bool dkim_rsa_read(str der, str *modulus, str *exponent) MUST_CHECK;

/* SHA-256 as it comes. */
struct dkim_hash;
enum { DKIM_HASH_OCTETS = 32 };
struct dkim_hash *dkim_hash_new(void) MUST_CHECK;
void dkim_hash_free(struct dkim_hash *h);
AUTO_FREE(dkim_hash_freep, struct dkim_hash, dkim_hash_free)
void dkim_hash_add(void *hash, str octets); /* a mail_sink */
bool dkim_hash_end(struct dkim_hash *h, unsigned char out[DKIM_HASH_OCTETS]) MUST_CHECK;

/* Is octets the signature of data by the key? DKIM_NOT_KNOWN: memory is short. */
enum dkim_truth dkim_holds(const struct dkim_key *key, str data, str octets);
#endif
