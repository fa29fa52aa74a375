/* SPDX-License-Identifier: ISC */
#include "relay/rates.h"
#include "base/hash.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* The slot of now is not over, so that a window takes in one more than it has parts. */
enum { PARTS = 16, SLOTS = PARTS + 1, SHARDS = 32, FIRST = 64, ROOM_MAX = (1 << 19) / SHARDS };
enum { TRIED_FOR_ROOM = 16 };

struct entry {
    uint64_t hash; /* 0: free */
    uint64_t slot; /* the last that was counted in */
    uint32_t limit, per_s;
    uint32_t counts[SLOTS]; /* of slot n at n % SLOTS */
};
struct shard {
    pthread_mutex_t lock;
    struct entry *table; /* open addressing */
    size_t room, count;  /* room: a power of two, or 0 */
    uint64_t random;
};
enum { LOGINS, ADDRESSES, KINDS };
struct relay_rates {
    uint64_t key[2];
    struct shard shards[KINDS][SHARDS];
};

struct relay_rates *relay_rates_new(struct err *e)
{
    struct relay_rates *r = calloc(1, sizeof *r);
    if (!r || getrandom(r->key, sizeof r->key, 0) != (ssize_t)sizeof r->key) {
        free(r);
        err_memory(e, "the rates");
        return NULL;
    }
    for (size_t k = 0; k < KINDS; k++)
        for (size_t i = 0; i < SHARDS; i++) {
            pthread_mutex_init(&r->shards[k][i].lock, NULL);
            r->shards[k][i].random = r->key[0] + i;
        }
    return r;
}

void relay_rates_free(struct relay_rates *r)
{
    for (size_t k = 0; r && k < KINDS; k++)
        for (size_t i = 0; i < SHARDS; i++) {
            pthread_mutex_destroy(&r->shards[k][i].lock);
            free(r->shards[k][i].table);
        }
    free(r);
}

/* ------------------------------------------------------------------------------------------------
 * Keys
 */
enum { KEY_MAX = 1024 };

static size_t put(char *key, size_t n, const void *octets, size_t count)
{
    if (count > KEY_MAX - n)
        count = KEY_MAX - n;
    if (count)
        memcpy(key + n, octets, count);
    return n + count;
}

/* Longer names than there are stand for their beginning: they count together. Logins are alike in any case. */
static uint64_t hash_of(const struct relay_rates *r, const struct relay_rate_key *k)
{
    char key[KEY_MAX];
    size_t n = put(key, 0, &k->per_s, sizeof k->per_s);
    n = put(key, n, k->rule.p, k->rule.n < KEY_MAX / 2 ? k->rule.n : KEY_MAX / 2);
    n = put(key, n, "", 1);
    if (k->login.n) {
        size_t from = n;
        n = put(key, n, k->login.p, k->login.n);
        for (size_t i = from; i < n; i++)
            key[i] = to_lower(key[i]);
    } else if (k->client->family == IP_V4)
        n = put(key, n, k->client->octets, 4);
    else
        n = put(key, n, k->client->octets, ip_is_near(k->client) ? 16 : 8);
    uint64_t h = hash_keyed(r->key, (str){ key, n });
    return h ? h : 1;
}

static struct shard *shard_of(struct relay_rates *r, const struct relay_rate_key *k, uint64_t hash)
{
    return &r->shards[k->login.n ? LOGINS : ADDRESSES][hash >> 59];
}

/* ------------------------------------------------------------------------------------------------
 * Windows
 */
static uint64_t slot_of(uint32_t per_s, uint64_t now_ms)
{
    return now_ms * PARTS / (per_s * 1000ull);
}

/* Forgets what has left the window. A clock that was set back far begins anew. */
static void move(struct entry *x, uint64_t slot)
{
    if (slot + SLOTS < x->slot || slot >= x->slot + SLOTS) {
        memset(x->counts, 0, sizeof x->counts);
        x->slot = slot;
    }
    while (x->slot < slot)
        x->counts[++x->slot % SLOTS] = 0;
}

static uint32_t used_of(const struct entry *x)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < SLOTS; i++)
        sum += x->counts[i];
    return sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
}

/* The oldest slots leave first; slot n has left when slot n + SLOTS begins. */
static uint32_t again_in_s(const struct entry *x, uint32_t limit, uint64_t now_ms)
{
    uint64_t used = used_of(x), part_ms = x->per_s * 1000ull;
    for (uint64_t n = x->slot + 1 > SLOTS ? x->slot + 1 - SLOTS : 0; used >= limit && n <= x->slot;
         n++) {
        used -= x->counts[n % SLOTS];
        if (used >= limit)
            continue;
        uint64_t free_ms = ((n + SLOTS) * part_ms + PARTS - 1) / PARTS;
        return free_ms > now_ms ? (uint32_t)((free_ms - now_ms + 999) / 1000) : 1;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * The table
 */
static struct entry *place_of(const struct shard *s, uint64_t hash)
{
    size_t at = (size_t)hash & (s->room - 1);
    while (s->table[at].hash && s->table[at].hash != hash)
        at = (at + 1) & (s->room - 1);
    return &s->table[at];
}

static struct entry *find(const struct shard *s, uint64_t hash)
{
    struct entry *x = s->room ? place_of(s, hash) : NULL;
    return x && x->hash ? x : NULL;
}

static bool grow(struct shard *s)
{
    struct shard wider = { .room = s->room ? 2 * s->room : FIRST, .count = s->count };
    wider.table = calloc(wider.room, sizeof *wider.table);
    if (!wider.table)
        return false;
    for (size_t i = 0; i < s->room; i++)
        if (s->table[i].hash)
            *place_of(&wider, s->table[i].hash) = s->table[i];
    free(s->table);
    s->table = wider.table;
    s->room = wider.room;
    return true;
}

/* Those behind it that would have stood here move up. */
static void take_out(struct shard *s, size_t hole)
{
    for (size_t at = (hole + 1) & (s->room - 1); s->table[at].hash; at = (at + 1) & (s->room - 1)) {
        size_t home = (size_t)s->table[at].hash & (s->room - 1);
        if (((at - home) & (s->room - 1)) < ((at - hole) & (s->room - 1)))
            continue;
        s->table[hole] = s->table[at];
        hole = at;
    }
    s->table[hole].hash = 0;
    s->count--;
}

/* How much would be lost with it: the part of its limit that is used, in thousandths; of as much, the older one less. */
static uint64_t worth_of(struct entry *x, uint64_t now_ms)
{
    uint64_t slot = slot_of(x->per_s, now_ms);
    move(x, slot > x->slot ? slot : x->slot);
    uint64_t part = used_of(x) * 1000ull / x->limit;
    return part << 32 | (x->slot & UINT32_MAX);
}

static void make_room(struct shard *s, uint64_t now_ms)
{
    size_t least = 0;
    uint64_t worth = UINT64_MAX;
    for (unsigned tried = 0; tried < TRIED_FOR_ROOM;) {
        s->random = s->random * 6364136223846793005u + 1442695040888963407u;
        size_t at = (size_t)(s->random >> 20) & (s->room - 1);
        if (!s->table[at].hash)
            continue;
        uint64_t w = worth_of(&s->table[at], now_ms);
        if (w < worth) {
            worth = w;
            least = at;
        }
        tried++;
    }
    take_out(s, least);
}

/* NULL: no memory. */
static struct entry *make(struct shard *s, uint64_t hash, const struct relay_rate_key *k,
                          uint64_t now_ms)
{
    if (8 * s->count >= 7 * s->room) {
        if (s->room == ROOM_MAX)
            make_room(s, now_ms);
        else if (!grow(s))
            return NULL;
    }
    struct entry *x = place_of(s, hash);
    *x = (struct entry){
        .hash = hash, .slot = slot_of(k->per_s, now_ms), .limit = k->limit, .per_s = k->per_s
    };
    s->count++;
    return x;
}

/* ------------------------------------------------------------------------------------------------
 * Asked from outside
 */
void relay_rates_used(struct relay_rates *r, const struct relay_rate_key *k, uint64_t now_ms,
                      uint32_t *used, uint32_t *again)
{
    uint64_t hash = hash_of(r, k);
    struct shard *s = shard_of(r, k, hash);
    *used = *again = 0;
    pthread_mutex_lock(&s->lock);
    struct entry *x = find(s, hash);
    if (x) {
        move(x, slot_of(k->per_s, now_ms));
        *used = used_of(x);
        *again = again_in_s(x, k->limit, now_ms);
    }
    pthread_mutex_unlock(&s->lock);
}

bool relay_rates_take(struct relay_rates *r, const struct relay_rate_key *k, uint64_t now_ms,
                      uint32_t count)
{
    uint64_t hash = hash_of(r, k);
    struct shard *s = shard_of(r, k, hash);
    pthread_mutex_lock(&s->lock);
    struct entry *x = find(s, hash);
    if (!x)
        x = make(s, hash, k, now_ms);
    bool below = false;
    if (x) {
        move(x, slot_of(k->per_s, now_ms));
        x->limit = k->limit;
        below = used_of(x) < k->limit;
        uint32_t *now = &x->counts[x->slot % SLOTS];
        if (below)
            *now = count < UINT32_MAX - *now ? *now + count : UINT32_MAX;
    }
    pthread_mutex_unlock(&s->lock);
    return below;
}

void relay_rates_give_back(struct relay_rates *r, const struct relay_rate_key *k, uint64_t now_ms,
                           uint32_t count)
{
    uint64_t hash = hash_of(r, k);
    struct shard *s = shard_of(r, k, hash);
    pthread_mutex_lock(&s->lock);
    struct entry *x = find(s, hash);
    if (x) {
        move(x, slot_of(k->per_s, now_ms));
        uint32_t *now = &x->counts[x->slot % SLOTS];
        *now = *now > count ? *now - count : 0;
    }
    pthread_mutex_unlock(&s->lock);
}
