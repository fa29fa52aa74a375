/* SPDX-License-Identifier: ISC */
/*
 * sasl/password.h - a password held against what proves it, and the proofs made of one
 * Owns    which hashes are taken, and how much work one may cost.
 * Speaks  crypt(5) over libcrypt, argon2id over libsodium, SCRAM keys (RFC 5802 section 3).
 * Leaves  salts, which are random, to the caller; and all of it is slow by design: a pool's work.
 */
#ifndef BATON_SASL_PASSWORD_H
#define BATON_SASL_PASSWORD_H
#include "sasl/users.h"

enum {
    SASL_HASH_MEMORY_MAX = 256 << 20, /* octets that one check may take */
    SASL_SALT_OCTETS = 16
};
enum sasl_check { SASL_RIGHT, SASL_WRONG, SASL_BROKEN /* the hash cannot be checked here */ };

/* u NULL: no such login; the same work is done as for the usual one, and it is WRONG. A login without hash and secret is
 * checked by its SCRAM keys. Whether it is disabled is not looked at. */
enum sasl_check sasl_password_check(const struct sasl_users *all, const struct sasl_user *u,
                                    str password) MUST_CHECK;
/* False, with why not and the remedy: a kind that is not taken, or one that costs too much. */
bool sasl_hash_good(str hash, struct err *e) MUST_CHECK;

/* All append; salt: SASL_SALT_OCTETS random octets. A password that SASLprep (RFC 4013) forbids has no SCRAM keys. */
bool sasl_hash_argon2id(str password, const unsigned char *salt, struct buf *out, struct err *e);
bool sasl_hash_crypt(str password, const unsigned char *salt, struct buf *out, struct err *e);
/* sha256: of SCRAM-SHA-256, else of SCRAM-SHA-1. The three slices point into room, which holds nothing else. */
/* Is that name what SASLprep makes of it? Clients of SCRAM send it so. */
bool sasl_name_prepared(str name, struct err *e) MUST_CHECK;
enum { SASL_SCRAM_ROOM = 256, SASL_SCRAM_ITERATIONS = 4096 };
bool sasl_scram_keys_make(str password, bool sha256, str salt, unsigned iterations,
                          struct buf *room, struct sasl_scram_keys *out, struct err *e);
/* The same of keys that are at hand as octets. */
bool sasl_scram_keys_write(str salt, str stored_key, str server_key, unsigned iterations,
                           struct buf *room, struct sasl_scram_keys *out);
#endif
