/* SPDX-License-Identifier: ISC */
/*
 * relay/brake.c - tokens in four tables of a fixed size
 * A key is a hash under a key of this process: nobody can aim at another's place. It has WAYS places; where all are
 * taken, the one goes that has most tokens, which is the least guilty and the nearest to what a new one would be: a
 * million names, or all addresses of a /48, push one another out, and not the one that is under attack.
 * A wrong login is counted when it is known to be wrong, so tokens may go below nothing by what was under way: that
 * is paid back before the next try.
 */
#include "relay/brake.h"
#include "base/wipe.h"
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { WAYS = 8, PAIR_KNOWN_MS = 7 * 24 * 3600 * 1000 };

enum which { ADDRESS, WIDE, LOGIN, PAIR, TABLES };
static const size_t SETS[TABLES] = {
    [ADDRESS] = 4096, [WIDE] = 2048, [LOGIN] = 4096, [PAIR] = 4096
};
struct pace {
    unsigned tokens;
    uint32_t back_ms;
};

/* Tokens as the time when all will be there again: each that is taken moves it on, and time does the rest. */
struct bucket {
    uint64_t key; /* 0: free */
    uint64_t full_ms;
    uint64_t right_ms;  /* of PAIR: the last right login */
    uint32_t under_way; /* while there is one, the place is kept */
};
struct relay_brake {
    unsigned char key[32];
    struct login_cache *cache;
    pthread_mutex_t lock;          /* of what stands below */
    struct bucket *tables[TABLES]; /* sets times WAYS */
    struct pace paces[TABLES];
};

/* The wide place and the pair follow the address: neighbours are four, and who is known is forgiven twice as much. */
static void set_paces(struct relay_brake *b, const struct pace *address, const struct pace *login)
{
    b->paces[ADDRESS] = *address;
    b->paces[WIDE] = (struct pace){ 4 * address->tokens, (address->back_ms + 3) / 4 };
    b->paces[LOGIN] = *login;
    b->paces[PAIR] = (struct pace){ 2 * address->tokens, address->back_ms };
}

struct relay_brake *relay_brake_new(struct err *e)
{
    struct relay_brake *b;
    bool room = true;

    if (sodium_init() < 0) {
        err_set(e, ERR_SYSTEM, "the library that checks passwords does not start");
        return NULL;
    }
    b = calloc(1, sizeof(*b));
    if (!b) {
        err_memory(e, "the brake on logins");
        return NULL;
    }
    pthread_mutex_init(&b->lock, NULL);
    set_paces(b, &(struct pace){ RELAY_BRAKE_ADDRESS_TOKENS, RELAY_BRAKE_ADDRESS_MS },
              &(struct pace){ RELAY_BRAKE_LOGIN_TOKENS, RELAY_BRAKE_LOGIN_MS });
    for (unsigned i = 0; i < TABLES; i++) {
        b->tables[i] = calloc(SETS[i] * WAYS, sizeof(struct bucket));
        room &= b->tables[i] != NULL;
    }
    if (!room)
        err_memory(e, "the brake on logins");
    else if (getrandom(b->key, sizeof(b->key), 0) != sizeof(b->key))
        err_sys(e, "asking the system for random octets");
    else
        b->cache = login_cache_new(e);
    if (b->cache)
        return b;
    relay_brake_free(b);
    return NULL;
}

void relay_brake_free(struct relay_brake *b)
{
    if (!b)
        return;
    for (unsigned i = 0; i < TABLES; i++)
        free(b->tables[i]);
    login_cache_free(b->cache);
    pthread_mutex_destroy(&b->lock);
    secret_wipe(b->key, sizeof(b->key));
    free(b);
}

static struct pace pace_of(struct relay_brake_pace p)
{
    uint32_t back_ms = (uint32_t)(1000ull * p.in_s / p.count);

    return (struct pace){ p.count, back_ms ? back_ms : 1 };
}

void relay_brake_set(struct relay_brake *b, struct relay_brake_pace address,
                     struct relay_brake_pace login)
{
    const struct pace a = pace_of(address), l = pace_of(login);

    pthread_mutex_lock(&b->lock);
    set_paces(b, &a, &l);
    pthread_mutex_unlock(&b->lock);
}

struct login_cache *relay_brake_cache(struct relay_brake *b)
{
    return b->cache;
}

/* ---- buckets ---- */

/* When the next token will be there; in the past: there is one. */
static uint64_t next_ms(const struct bucket *k, const struct pace *p)
{
    uint64_t others_ms = (uint64_t)(p->tokens - 1) * p->back_ms;

    return k->full_ms > others_ms ? k->full_ms - others_ms : 0;
}

static void take_one(struct bucket *k, const struct pace *p, uint64_t now_ms)
{
    k->full_ms = (k->full_ms > now_ms ? k->full_ms : now_ms) + p->back_ms;
}

static struct bucket *set_of(const struct relay_brake *b, enum which w, uint64_t key)
{
    return &b->tables[w][key % SETS[w] * WAYS];
}

static struct bucket *find(const struct relay_brake *b, enum which w, uint64_t key)
{
    struct bucket *set = set_of(b, w, key);

    for (size_t i = 0; i < WAYS && key != 0; i++)
        if (set[i].key == key)
            return &set[i];
    return NULL;
}

/* Would a be missed less than b? */
static bool goes_before(const struct bucket *a, const struct bucket *b, enum which w)
{
    return w == PAIR ? a->right_ms < b->right_ms : a->full_ms < b->full_ms;
}

/* NULL: all its places are held by tries that are under way. */
static struct bucket *find_or_make(struct relay_brake *b, enum which w, uint64_t key)
{
    struct bucket *set = set_of(b, w, key), *best = find(b, w, key);

    if (best)
        return best;
    for (size_t i = 0; i < WAYS; i++) {
        struct bucket *k = &set[i];
        if (k->key == 0) {
            best = k;
            break;
        }
        if (k->under_way == 0 && (!best || goes_before(k, best, w)))
            best = k;
    }
    if (best)
        *best = (struct bucket){ .key = key };
    return best;
}

/* ---- tries ---- */

/* Never 0. kind keeps the four apart. */
static uint64_t key_of(const struct relay_brake *b, enum which kind, const unsigned char *address,
                       size_t n, str name)
{
    unsigned char digest[32];
    crypto_generichash_state state;
    uint64_t key;
    const unsigned char head[2] = { (unsigned char)kind, (unsigned char)n };

    crypto_generichash_init(&state, b->key, sizeof(b->key), sizeof(digest));
    crypto_generichash_update(&state, head, sizeof(head));
    if (n > 0)
        crypto_generichash_update(&state, address, n);
    if (name.n > 0)
        crypto_generichash_update(&state, (const unsigned char *)name.p, name.n);
    crypto_generichash_final(&state, digest, sizeof(digest));
    memcpy(&key, digest, sizeof(key));
    return key ? key : 1;
}

/* What counts as one place: an IPv4 address, or a /64. */
static size_t place_octets(const struct ip *client)
{
    return client->family == IP_V6 ? 8 : client->family == IP_V4 ? 4 : 0;
}

/* The place holds no more tries, or no more tokens? */
static bool may(const struct bucket *k, const struct pace *p, uint64_t now_ms,
                enum relay_brake_say no, enum relay_brake_say *say, unsigned *wait_s)
{
    if (!k || k->under_way >= RELAY_BRAKE_AT_ONCE) {
        *say = RELAY_BRAKE_BUSY;
        *wait_s = 1;
        return false;
    }
    if (next_ms(k, p) <= now_ms)
        return true;
    *say = no;
    *wait_s = (unsigned)((next_ms(k, p) - now_ms + 999) / 1000);
    return false;
}

/* Who is known there uses the tokens of the pair, as long as it has some. */
static bool begin_own(struct relay_brake *b, struct relay_try *t, uint64_t now_ms)
{
    struct bucket *pair = find(b, PAIR, t->pair);

    if (!pair || now_ms > pair->right_ms + PAIR_KNOWN_MS)
        return false;
    if (next_ms(pair, &b->paces[PAIR]) > now_ms || pair->under_way >= RELAY_BRAKE_AT_ONCE)
        return false;
    pair->under_way++;
    t->own = true;
    return true;
}

static enum relay_brake_say begin_stranger(struct relay_brake *b, struct relay_try *t,
                                           uint64_t now_ms, unsigned *wait_s)
{
    const struct {
        enum which w;
        uint64_t key;
        enum relay_brake_say no;
    } parts[] = { { ADDRESS, t->address, RELAY_BRAKE_ADDRESS },
                  { WIDE, t->wide, RELAY_BRAKE_ADDRESS },
                  { LOGIN, t->login, RELAY_BRAKE_LOGIN } };
    struct bucket *held[COUNT_OF(parts)] = { NULL };
    enum relay_brake_say say = RELAY_BRAKE_GO;

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (parts[i].key == 0)
            continue;
        held[i] = find_or_make(b, parts[i].w, parts[i].key);
        if (!may(held[i], &b->paces[parts[i].w], now_ms, parts[i].no, &say, wait_s))
            return say;
    }
    for (size_t i = 0; i < COUNT_OF(held); i++)
        if (held[i])
            held[i]->under_way++;
    return RELAY_BRAKE_GO;
}

enum relay_brake_say relay_brake_begin(struct relay_brake *b, const struct ip *client, str name,
                                       uint64_t now_ms, struct relay_try *out, unsigned *wait_s)
{
    size_t n = place_octets(client);
    struct relay_try t = { .address = key_of(b, ADDRESS, client->octets, n, STR_NONE) };
    enum relay_brake_say say = RELAY_BRAKE_GO;

    if (client->family == IP_V6)
        t.wide = key_of(b, WIDE, client->octets, 6, STR_NONE);
    if (name.n > 0) {
        t.login = key_of(b, LOGIN, NULL, 0, name);
        t.pair = key_of(b, PAIR, client->octets, n, name);
    }
    *wait_s = 0;
    pthread_mutex_lock(&b->lock);
    if (!begin_own(b, &t, now_ms))
        say = begin_stranger(b, &t, now_ms, wait_s);
    pthread_mutex_unlock(&b->lock);
    *out = say == RELAY_BRAKE_GO ? t : (struct relay_try){ .address = 0 };
    return say;
}

static void give_back(struct relay_brake *b, enum which w, uint64_t key, bool wrong,
                      uint64_t now_ms)
{
    struct bucket *k = find(b, w, key);

    if (!k)
        return;
    if (k->under_way > 0)
        k->under_way--;
    if (wrong)
        take_one(k, &b->paces[w], now_ms);
}

void relay_brake_end(struct relay_brake *b, struct relay_try *t, enum relay_try_end how,
                     uint64_t now_ms)
{
    bool wrong = how == RELAY_TRY_WRONG;

    if (t->address == 0)
        return;
    pthread_mutex_lock(&b->lock);
    if (t->own) {
        give_back(b, PAIR, t->pair, wrong, now_ms);
    } else {
        give_back(b, ADDRESS, t->address, wrong, now_ms);
        give_back(b, WIDE, t->wide, wrong, now_ms);
        give_back(b, LOGIN, t->login, wrong, now_ms);
    }
    if (how == RELAY_TRY_RIGHT && t->pair != 0) {
        struct bucket *pair = find_or_make(b, PAIR, t->pair);
        if (pair)
            pair->right_ms = now_ms;
    }
    pthread_mutex_unlock(&b->lock);
    *t = (struct relay_try){ .address = 0 };
}
