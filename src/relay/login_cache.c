/* SPDX-License-Identifier: ISC */
/*
 * relay/login_cache.c - two tables of digests, of right ones and of wrong ones
 * A digest has WAYS places, named by its first octets; the one of them that is over soonest makes room. Right and
 * wrong do not share a table: whoever tries a million passwords pushes nobody out who logs in right.
 */
#include "relay/login_cache.h"
#include "base/wipe.h"
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { WAYS = 4, SETS = 2048 };

struct entry {
    unsigned char digest[LOGIN_CACHE_DIGEST];
    uint64_t until_ms; /* 0: free */
};
struct login_cache {
    unsigned char key[32];
    pthread_mutex_t lock; /* of what stands below */
    struct entry right[SETS][WAYS], wrong[SETS][WAYS];
};

struct login_cache *login_cache_new(struct err *e)
{
    struct login_cache *c;

    if (sodium_init() < 0) {
        err_set(e, ERR_SYSTEM, "the library that checks passwords does not start");
        return NULL;
    }
    c = calloc(1, sizeof(*c));
    if (!c) {
        err_memory(e, "what is known of logins");
        return NULL;
    }
    if (getrandom(c->key, sizeof(c->key), 0) != sizeof(c->key)) {
        err_sys(e, "asking the system for random octets");
        free(c);
        return NULL;
    }
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

void login_cache_free(struct login_cache *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    secret_wipe(c->key, sizeof(c->key));
    free(c);
}

/* Length first: no two lists of parts are the same octets. */
static void add(crypto_generichash_state *state, str part)
{
    uint64_t n = part.n;

    crypto_generichash_update(state, (const unsigned char *)&n, sizeof(n));
    if (n > 0)
        crypto_generichash_update(state, (const unsigned char *)part.p, n);
}

void login_cache_digest(const struct login_cache *c, str name, const struct sasl_user *u,
                        str password, unsigned char out[LOGIN_CACHE_DIGEST])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, c->key, sizeof(c->key), LOGIN_CACHE_DIGEST);
    add(&state, name);
    add(&state, password);
    add(&state, u ? u->hash : STR_NONE);
    add(&state, u ? u->secret : STR_NONE);
    add(&state, u ? u->sha1.stored_key : STR_NONE);
    add(&state, u ? u->sha256.stored_key : STR_NONE);
    add(&state, u ? STR("known") : STR_NONE);
    crypto_generichash_final(&state, out, LOGIN_CACHE_DIGEST);
    secret_wipe(&state, sizeof(state));
}

static size_t set_of(const unsigned char *digest)
{
    return (digest[0] | (size_t)digest[1] << 8) % SETS;
}

static bool find(const struct entry *ways, const unsigned char *digest, uint64_t now_ms)
{
    for (size_t i = 0; i < WAYS; i++)
        if (ways[i].until_ms > now_ms &&
            sodium_memcmp(ways[i].digest, digest, LOGIN_CACHE_DIGEST) == 0)
            return true;
    return false;
}

enum login_known login_cache_ask(struct login_cache *c,
                                 const unsigned char digest[LOGIN_CACHE_DIGEST], uint64_t now_ms)
{
    size_t at = set_of(digest);
    enum login_known known;

    pthread_mutex_lock(&c->lock);
    known = find(c->right[at], digest, now_ms)   ? LOGIN_RIGHT
            : find(c->wrong[at], digest, now_ms) ? LOGIN_WRONG
                                                 : LOGIN_UNKNOWN;
    pthread_mutex_unlock(&c->lock);
    return known;
}

/* Its own place, or that which is over soonest. */
static struct entry *place(struct entry *ways, const unsigned char *digest)
{
    struct entry *best = &ways[0];

    for (size_t i = 0; i < WAYS; i++) {
        if (memcmp(ways[i].digest, digest, LOGIN_CACHE_DIGEST) == 0)
            return &ways[i];
        if (ways[i].until_ms < best->until_ms)
            best = &ways[i];
    }
    return best;
}

void login_cache_keep(struct login_cache *c, const unsigned char digest[LOGIN_CACHE_DIGEST],
                      bool right, uint64_t now_ms)
{
    size_t at = set_of(digest);

    pthread_mutex_lock(&c->lock);
    struct entry *e = place(right ? c->right[at] : c->wrong[at], digest);
    memcpy(e->digest, digest, LOGIN_CACHE_DIGEST);
    e->until_ms = now_ms + (right ? LOGIN_CACHE_RIGHT_MS : LOGIN_CACHE_WRONG_MS);
    pthread_mutex_unlock(&c->lock);
}
