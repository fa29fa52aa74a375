/* SPDX-License-Identifier: ISC */
#include "relay/looks.h"
#include "base/hash.h"
#include "dns/dnsbl.h"
#include "mailauth/spf.h"
#include "net/gather.h"
#include "relay/decide.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { DEADLINE_MS = 4000, QUESTION_MS = 3000 };
enum { KEPT_MAX = 8192, UNDER_WAY_MAX = 512, BUCKETS = 4096, KEY_MAX = 2048 };
/* What came of a look-up is kept as long as DNS says, within these; a failure for a short while. */
enum { LEAST_S = 5, MOST_S = 300, FAILED_S = 10 };
enum { SPF_MEMORY = 1 << 20, TABLE_MEMORY = 1 << 20, WARN_AGAIN_MS = 600000 };

TAILQ_HEAD(look_ups, relay_look_up);
TAILQ_HEAD(waits, relay_wait);

struct relay_look_up {
    TAILQ_ENTRY(relay_look_up) same_hash, age; /* age: the least recently used first */
    struct relay_looks *looks;
    uint64_t hash, until_ms; /* until_ms: of the loop's clock */
    struct relay_look found;
    struct waits waits;
    struct run *run; /* NULL: it is over */
    bool telling;
    size_t key_octets;
    char key[];
};
/* One that is under way. */
struct run {
    struct relay_look_up *of;
    bool is_spf;
    struct ip client;
    str helo, reverse_path, zone, hostname; /* copies in the arena */
    struct arena texts, memory;
    struct dns_known *known;
    struct net_gather *gather;
    struct net_timer *timer;
};
struct relay_looks {
    struct relay_worker *worker;
    uint64_t key[2];
    struct net_asker *asker; /* NULL: nobody was asked yet */
    struct ip resolver;      /* that it asks */
    uint16_t port;
    struct look_ups buckets[BUCKETS], by_age;
    size_t count, under_way;
    uint64_t warned_ms;
};

/* ------------------------------------------------------------------------------------------------
 * The table
 */
static void run_free(struct run *x)
{
    if (!x)
        return;
    net_gather_free(x->gather);
    net_timer_free(x->timer);
    dns_known_free(x->known);
    arena_done(&x->memory);
    arena_done(&x->texts);
    x->of->run = NULL;
    x->of->looks->under_way--;
    free(x);
}

static void look_up_free(struct relay_look_up *u)
{
    struct relay_looks *l = u->looks;
    for (struct relay_wait *w; (w = TAILQ_FIRST(&u->waits));)
        relay_wait_off(w);
    run_free(u->run);
    TAILQ_REMOVE(&l->buckets[u->hash % BUCKETS], u, same_hash);
    TAILQ_REMOVE(&l->by_age, u, age);
    l->count--;
    free(u);
}

struct relay_looks *relay_looks_new(struct relay_worker *w, struct err *e)
{
    struct relay_looks *l = calloc(1, sizeof *l);
    if (!l || getrandom(l->key, sizeof l->key, 0) != (ssize_t)sizeof l->key) {
        free(l);
        err_memory(e, "the look-ups");
        return NULL;
    }
    l->worker = w;
    TAILQ_INIT(&l->by_age);
    for (size_t i = 0; i < BUCKETS; i++)
        TAILQ_INIT(&l->buckets[i]);
    return l;
}

void relay_looks_free(struct relay_looks *l)
{
    if (!l)
        return;
    for (struct relay_look_up *u; (u = TAILQ_FIRST(&l->by_age));)
        look_up_free(u);
    net_asker_free(l->asker);
    free(l);
}

void relay_wait_off(struct relay_wait *w)
{
    if (w->of)
        TAILQ_REMOVE(&w->of->waits, w, link);
    w->of = NULL;
}

static struct relay_look_up *find(struct relay_looks *l, uint64_t hash, str key)
{
    struct relay_look_up *u;
    TAILQ_FOREACH(u, &l->buckets[hash % BUCKETS], same_hash)
    if (u->hash == hash && str_eq((str){ u->key, u->key_octets }, key))
        return u;
    return NULL;
}

/* Those under way stay: there are fewer than the table has room for. */
static void make_room(struct relay_looks *l)
{
    struct relay_look_up *u;
    TAILQ_FOREACH(u, &l->by_age, age)
    if (!u->run && !u->telling) {
        look_up_free(u);
        return;
    }
}

static struct relay_look_up *make(struct relay_looks *l, uint64_t hash, str key)
{
    if (l->count == KEPT_MAX)
        make_room(l);
    struct relay_look_up *u = calloc(1, sizeof *u + key.n);
    if (!u)
        return NULL;
    u->looks = l;
    u->hash = hash;
    u->key_octets = key.n;
    memcpy(u->key, key.p, key.n);
    TAILQ_INIT(&u->waits);
    TAILQ_INSERT_TAIL(&l->buckets[hash % BUCKETS], u, same_hash);
    TAILQ_INSERT_TAIL(&l->by_age, u, age);
    l->count++;
    return u;
}

/* ------------------------------------------------------------------------------------------------
 * One look-up
 */
static uint64_t now_of(const struct relay_looks *l)
{
    return net_loop_now_ms(l->worker->loop);
}

static uint32_t least_ttl(const struct dns_known *k)
{
    uint32_t ttl = MOST_S;
    for (size_t i = 0; i < dns_known_count(k); i++)
        ttl = dns_known_at(k, i)->ttl_s < ttl ? dns_known_at(k, i)->ttl_s : ttl;
    return ttl < LEAST_S ? LEAST_S : ttl;
}

/* Whoever runs the relay has to know: such a list keeps nobody out. */
static void warn_of_list(struct relay_looks *l, const struct dnsbl_answer *a)
{
    uint64_t now = now_of(l);
    if (l->warned_ms && now - l->warned_ms < WARN_AGAIN_MS)
        return;
    AUTO(buf_done) struct buf why;
    l->warned_ms = now;
    buf_init(&why, 1 << 12);
    dnsbl_answer_text(a, &why);
    NET_LOG(l->worker->relay->log, NET_LOG_WARNING, "blocklist-not-believed",
            LOG_STR("zone", a->zone), LOG_STR("why", buf_str(&why)));
}

/* True: *found is known. A list that answers, but whose answers are not to be believed, lists nothing. */
static bool zone_core(struct run *x, struct relay_look *found)
{
    const struct dnsbl_question q = { .ip = x->client, .zones = &x->zone, .zone_count = 1 };
    struct dnsbl_result *r = malloc(sizeof *r);
    if (!r) {
        *found = (struct relay_look){ .known = POLICY_FAILED };
        return true;
    }
    bool told = dnsbl_check(x->known, &q, r);
    if (told) {
        const struct dnsbl_answer *a = &r->answers[0];
        bool failed = !r->count || (a->state == DNSBL_ERROR && a->why == DNSBL_LOOKUP_FAILED);
        *found = (struct relay_look){ .known = failed ? POLICY_FAILED : POLICY_KNOWN,
                                      .listed = !failed && a->state == DNSBL_LISTED };
        if (!failed && a->state == DNSBL_ERROR && a->why != DNSBL_NOT_FOR_FAMILY)
            warn_of_list(x->of->looks, a);
    }
    free(r);
    return told;
}

static bool spf_core(struct run *x, struct relay_look *found)
{
    const struct spf_input in = { .ip = x->client,
                                  .helo = x->helo,
                                  .from = x->reverse_path,
                                  .receiver = x->hostname,
                                  .now_s = relay_now_ms() / 1000 };
    struct spf_check check;
    if (!spf_check(x->known, &in, &x->memory, &check))
        return false;
    *found = (struct relay_look){ .known = check.result == AUTH_TEMPERROR ? POLICY_FAILED
                                                                          : POLICY_KNOWN,
                                  .spf = check.result };
    return true;
}

static bool core(struct run *x, struct relay_look *found)
{
    return x->is_spf ? spf_core(x, found) : zone_core(x, found);
}

static void settle(struct relay_look_up *u, const struct relay_look *found, uint32_t ttl_s)
{
    u->found = *found;
    u->until_ms = now_of(u->looks) + 1000ull * (found->known == POLICY_FAILED ? FAILED_S : ttl_s);
}

/* Those who wait may ask again, or leave, while they are told. */
static void tell(struct relay_look_up *u)
{
    const struct relay_look found = u->found;
    u->telling = true;
    for (struct relay_wait *w; (w = TAILQ_FIRST(&u->waits));) {
        relay_wait_off(w);
        w->done(w, &found);
    }
    u->telling = false;
}

static void answered(void *user)
{
    struct run *x = user;
    struct relay_look_up *u = x->of;
    struct relay_look found;
    if (!core(x, &found)) {
        net_gather_go(x->gather);
        return;
    }
    settle(u, &found, least_ttl(x->known));
    run_free(x);
    tell(u);
}

static void late(void *user)
{
    struct run *x = user;
    net_gather_stop(x->gather);
}

/* ------------------------------------------------------------------------------------------------
 * Beginning one
 */
static bool asker_for(struct relay_looks *l, const struct site *s)
{
    bool same = ip_eq(&l->resolver, &s->resolver) && l->port == s->resolver_port;
    struct err e;
    if (l->asker && !same && !l->under_way) {
        net_asker_free(l->asker);
        l->asker = NULL;
    }
    if (!l->asker) {
        const struct net_gather_options o = { .resolver = s->resolver,
                                              .resolver_port = s->resolver_port,
                                              .timeout_ms = QUESTION_MS };
        l->asker = net_asker_new(l->worker->loop, &o, &e);
        l->resolver = s->resolver;
        l->port = s->resolver_port;
    }
    return l->asker != NULL;
}

static struct run *run_new(struct relay_look_up *u, const struct relay_config *c,
                           const struct run *what)
{
    struct relay_looks *l = u->looks;
    struct err e;
    struct run *x = l->under_way < UNDER_WAY_MAX && asker_for(l, &c->rules.file.site)
                        ? calloc(1, sizeof *x)
                        : NULL;
    if (!x)
        return NULL;
    *x = (struct run){ .of = u, .is_spf = what->is_spf, .client = what->client };
    l->under_way++;
    u->run = x;
    arena_init(&x->texts, 4 * KEY_MAX);
    arena_init(&x->memory, SPF_MEMORY);
    x->helo = arena_dup(&x->texts, what->helo);
    x->reverse_path = arena_dup(&x->texts, what->reverse_path);
    x->zone = arena_dup(&x->texts, what->zone);
    x->hostname = arena_dup(&x->texts, c->rules.file.site.hostname);
    x->known = dns_known_new(TABLE_MEMORY);
    x->timer = net_timer_new(l->worker->loop, late, x);
    x->gather = x->known ? net_gather_of(l->asker, x->known, answered, x, &e) : NULL;
    if (x->gather && x->timer && !x->texts.refused)
        return x;
    run_free(x);
    return NULL;
}

/* True: found at once, or not to be had. */
static bool begin(struct relay_look_up *u, const struct relay_config *c, const struct run *what)
{
    struct relay_look found = { .known = POLICY_FAILED };
    struct run *x = run_new(u, c, what);
    if (!x || core(x, &found)) {
        settle(u, &found, LEAST_S);
        run_free(x);
        return true;
    }
    net_timer_at(x->timer, now_of(u->looks) + DEADLINE_MS);
    net_gather_go(x->gather);
    return false;
}

static bool look(struct relay_looks *l, const struct relay_config *c, str key,
                 const struct run *what, struct relay_look *now, struct relay_wait *w)
{
    uint64_t hash = hash_keyed(l->key, key);
    struct relay_look_up *u = find(l, hash, key);
    bool is_new = !u;
    w->of = NULL;
    if (!u)
        u = make(l, hash, key);
    if (!u) {
        *now = (struct relay_look){ .known = POLICY_FAILED };
        return true;
    }
    TAILQ_REMOVE(&l->by_age, u, age);
    TAILQ_INSERT_TAIL(&l->by_age, u, age);
    bool known = !is_new && !u->run && now_of(l) < u->until_ms;
    if (known || (!u->run && begin(u, c, what))) {
        *now = u->found;
        return true;
    }
    w->of = u;
    TAILQ_INSERT_TAIL(&u->waits, w, link);
    return false;
}

static void add_part(char key[KEY_MAX], size_t *n, str part)
{
    size_t fits = part.n < KEY_MAX - *n ? part.n : KEY_MAX - *n;
    if (fits)
        memcpy(key + *n, part.p, fits);
    *n += fits;
}

static size_t begin_key(char key[KEY_MAX], const char *kind, const struct ip *client)
{
    size_t n = 0;
    add_part(key, &n, str_from(kind));
    add_part(key, &n, (str){ (const char *)client->octets, client->family == IP_V4 ? 4 : 16 });
    return n;
}

bool relay_looks_zone(struct relay_looks *l, const struct relay_config *c, const struct ip *client,
                      str zone, struct relay_look *now, struct relay_wait *w)
{
    char key[KEY_MAX];
    size_t n = begin_key(key, client->family == IP_V4 ? "l4" : "l6", client);
    add_part(key, &n, zone);
    if (client->family == IP_NONE || (dnsbl_list_of(zone) && dnsbl_out_of_reach(client))) {
        *now = (struct relay_look){ .known = POLICY_KNOWN }; /* a public list cannot have it */
        w->of = NULL;
        return true;
    }
    const struct run what = { .client = *client, .zone = zone };
    return look(l, c, (str){ key, n }, &what, now, w);
}

/* A path or a name that is longer than any does not get its answer from a key that was cut. */
bool relay_looks_spf(struct relay_looks *l, const struct relay_config *c, const struct ip *client,
                     str helo, str reverse_path, struct relay_look *now, struct relay_wait *w)
{
    char key[KEY_MAX];
    size_t n = begin_key(key, client->family == IP_V4 ? "s4" : "s6", client);
    if (helo.n + reverse_path.n > KEY_MAX / 2) {
        *now = (struct relay_look){ .known = POLICY_FAILED };
        w->of = NULL;
        return true;
    }
    add_part(key, &n, helo);
    add_part(key, &n, (str){ "", 1 });
    add_part(key, &n, reverse_path);
    const struct run what = {
        .client = *client, .is_spf = true, .helo = helo, .reverse_path = reverse_path
    };
    return look(l, c, (str){ key, n }, &what, now, w);
}
