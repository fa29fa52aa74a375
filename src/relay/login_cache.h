/* SPDX-License-Identifier: ISC */
/*
 * relay/login_cache.h - passwords that were right a moment ago, and wrong ones that were tried before
 * Owns    keyed hashes (BLAKE2b under a key of this process) of login, password and what proves it, in tables that never
 *         grow; never a password. A login whose proof was changed is another one: a reload forgets by itself what it
 *         changed, and nothing else.
 * Threads Any; it locks itself.
 */
#ifndef BATON_RELAY_LOGIN_CACHE_H
#define BATON_RELAY_LOGIN_CACHE_H
#include "base/err.h"
#include "sasl/users.h"

enum {
    LOGIN_CACHE_RIGHT_MS = 30000,
    LOGIN_CACHE_WRONG_MS = 600000, /* a mail program tries its stale password every few minutes */
    LOGIN_CACHE_DIGEST = 32
};

struct login_cache;
struct login_cache *login_cache_new(struct err *e) MUST_CHECK;
void login_cache_free(struct login_cache *c);

/* u: the login of that name, NULL: there is none. */
void login_cache_digest(const struct login_cache *c, str name, const struct sasl_user *u,
                        str password, unsigned char out[LOGIN_CACHE_DIGEST]);
enum login_known { LOGIN_UNKNOWN, LOGIN_RIGHT, LOGIN_WRONG };
enum login_known login_cache_ask(struct login_cache *c,
                                 const unsigned char digest[LOGIN_CACHE_DIGEST], uint64_t now_ms);
void login_cache_keep(struct login_cache *c, const unsigned char digest[LOGIN_CACHE_DIGEST],
                      bool right, uint64_t now_ms);
#endif
