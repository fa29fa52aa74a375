/* SPDX-License-Identifier: ISC */
/* net/validator.c - what is believed of libunbound's verdicts */
#include "net/validator.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/escape.h"
#include "net/dns_ask.h"
#include "net/dns_wire.h"
#include "net/inside.h"
#include "net/resolv_conf.h"
#include "net/trust_anchor.h"
#include "net/unbound_loop.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define SYSTEM_ANCHOR "/usr/share/dns/root.key" /* Debian's dns-root-data */
#define MEMORY_OCTETS ((size_t)2 << 20)

/* Keys and delegations of a name and all above it, of which a chain of trust may want any. */
enum { CHAIN_MAX = 2 * 16 };

/* Names whose keys and delegations were asked for ahead, and labels of a name that are worth it. */
enum { PRIMED_MAX = 256, PRIMED_LABELS_MAX = 6 };

/* Do the keys of an anchor's own zone come through, and hold? */
struct anchor {
    struct net_validator *validator;
    str owner;
    enum { UNTRIED, TRIED, GOOD, BAD } state;
    struct net_unbound_ask *ask;
    char why[240]; /* BAD */
};

struct net_validator {
    struct net_loop *loop;
    struct net_validator_options options;
    struct net_resolv_conf resolvers;
    struct net_unbound *unbound; /* NULL until it is needed, or when it cannot be had */
    bool begun;
    struct net_trust_anchors owners;
    struct anchor anchors[NET_TRUST_ANCHORS_MAX];
    char why_not[240];           /* nothing can be validated */
    uint64_t primed[PRIMED_MAX]; /* the last ones, by number */
    size_t primed_next;
    TAILQ_HEAD(, net_validation) open;
};

struct net_validation {
    TAILQ_ENTRY(net_validation) link;
    struct net_validator *validator;
    struct dns_question q;
    struct anchor *anchor;
    struct net_timer *timer;
    struct net_task task; /* goes on in the next turn */
    uint64_t deadline_at;
    struct net_unbound_ask *ask;
    struct net_unbound *again; /* the second look's, with an empty cache */
    bool second;               /* it is on its way or over */
    struct net_dns_ask *chain[CHAIN_MAX];
    unsigned chain_count, chain_open;
    bool held; /* a verdict is there, and waits for the anchor's */
    bool over;
    char why[240]; /* what is told with the answer */
    struct arena memory;
    struct dns_answer answer;
    void (*done)(void *user, struct net_validation *x);
    void *user;
};

/* ---- the end ---- */

static void leave_unbound(struct net_validation *x)
{
    if (x->ask)
        net_unbound_cancel(x->ask);
    x->ask = NULL;
    net_unbound_free(x->again);
    x->again = NULL;
    for (unsigned i = 0; i < x->chain_count; i++)
        net_dns_ask_free(x->chain[i]);
    x->chain_count = 0;
}

void net_validation_free(struct net_validation *x)
{
    if (!x)
        return;
    leave_unbound(x);
    net_task_cancel(x->validator->loop, &x->task);
    net_timer_free(x->timer);
    TAILQ_REMOVE(&x->validator->open, x, link);
    arena_done(&x->memory);
    free(x);
}

const struct dns_answer *net_validation_answer(const struct net_validation *x)
{
    return &x->answer;
}

static void finish(struct net_validation *x)
{
    if (x->over)
        return;
    x->over = true;
    net_timer_at(x->timer, UINT64_MAX);
    x->answer.question = x->q;
    x->answer.server = x->validator->resolvers.servers[0];
    x->answer.why_bogus = str_from(x->why);
    x->done(x->user, x);
}

/* "WHAT (DETAIL)". The detail is escaped, as names from DNS may be in it; it may be what out holds. */
static void tell(char out[240], const char *what, const char *detail)
{
    struct err e;
    struct buf b;
    buf_init(&b, 4 * sizeof(e.why));
    (void)escape_line(str_take(str_from(detail), sizeof(e.why)), &b);
    if (b.n == 0)
        err_set(&e, ERR_SYSTEM, "%s", what);
    else
        err_set(&e, ERR_SYSTEM, "%s (%.*s)", what, STR_ARG(buf_str(&b)));
    memcpy(out, e.why, sizeof(e.why));
    buf_done(&b);
}

/* What is told stays unchecked, without an answer: whoever asked may ask the resolver as it is. */
static void uncheckable(struct net_validation *x, const char *why)
{
    if (why != x->why)
        tell(x->why, why, NULL);
    leave_unbound(x);
    x->held = false;
    x->answer = (struct dns_answer){ .code = DNS_TIMEOUT };
    finish(x);
}

static void on_timer(void *user)
{
    struct net_validation *x = user;
    if (x->answer.trust == DNS_BOGUS)
        tell(x->why, "it looks forged, and there was no time to make sure", x->why);
    else
        tell(x->why, "no answer with checked signatures came in time", NULL);
    uncheckable(x, x->why);
}

/* ---- an anchor's own keys ---- */

/* What waited for it goes on in the next turn, each by itself: any of them may free the others. */
static void settle(struct anchor *a, int state)
{
    struct net_validator *v = a->validator;
    struct net_validation *x;
    a->state = state;
    if (a->ask)
        net_unbound_cancel(a->ask);
    a->ask = NULL;
    TAILQ_FOREACH(x, &v->open, link)
    if (x->held && x->anchor == a)
        net_task_later(v->loop, &x->task);
}

static void on_anchor(void *user, const struct net_unbound_result *r)
{
    struct anchor *a = user;
    a->ask = NULL;
    if (r->secure) {
        settle(a, GOOD);
        return;
    }
    tell(a->why,
         r->bogus
             ? "this resolver's answers cannot be checked: the keys of the trust anchor do not hold"
         : r->rcode != 0 ? "this resolver gives no keys to check signatures by"
                         : "the trust anchor's keys are of a kind that cannot be checked here",
         r->why);
    settle(a, BAD);
}

static void try_anchor(struct anchor *a)
{
    if (a->state != UNTRIED)
        return;
    a->state = TRIED;
    a->ask = net_unbound_ask(a->validator->unbound, a->owner, DNS_DNSKEY, on_anchor, a);
    if (!a->ask) {
        tell(a->why, "the keys of the trust anchor cannot be asked for", NULL);
        a->state = BAD;
    }
}

static bool is_below(str name, str owner)
{
    return owner.n == 0 || str_eq_nocase(name, owner) ||
           (name.n > owner.n && name.p[name.n - owner.n - 1] == '.' &&
            str_ends_nocase(name, owner));
}

/* The nearest above the name. */
static struct anchor *anchor_of(struct net_validator *v, str name)
{
    struct anchor *best = NULL;
    for (size_t i = 0; i < v->owners.count; i++) {
        struct anchor *a = &v->anchors[i];
        if (is_below(name, a->owner) && (!best || a->owner.n > best->owner.n))
            best = a;
    }
    return best;
}

/* ---- making sure that something is bogus ---- */

static void on_result(void *user, const struct net_unbound_result *r);

/* A second look with an empty cache: the first may have lost a message on the way to a key. */
static void look_again(struct net_validation *x)
{
    const struct net_validator *v = x->validator;
    struct err e;
    x->second = true;
    x->again = net_unbound_new(v->loop, &v->resolvers, v->options.port, v->options.trust_anchor,
                               &e);
    x->ask = x->again ? net_unbound_ask(x->again, x->q.name, x->q.type, on_result, x) : NULL;
    if (!x->ask)
        uncheckable(x, "it looks forged, and a second look could not be had");
}

static bool is_failure(enum dns_code code)
{
    return code != DNS_OK && code != DNS_NXDOMAIN;
}

static void on_chain(void *user, struct net_dns_ask *a)
{
    struct net_validation *x = user;
    (void)a;
    if (--x->chain_open > 0)
        return;
    for (unsigned i = 0; i < x->chain_count; i++) {
        const struct dns_answer *key = net_dns_ask_answer(x->chain[i]);
        if (!is_failure(key->code))
            continue;
        tell(x->why, "keys that its signatures rest on cannot be had from this resolver", x->why);
        uncheckable(x, x->why);
        return;
    }
    look_again(x);
}

/* Keys and delegations from the name up to the anchor, asked with checking disabled (RFC 4035 section
 * 3.2.2), so that the resolver does not judge in our place. */
static void ask_for_chain(struct net_validation *x)
{
    static const enum dns_type TYPES[] = { DNS_DNSKEY, DNS_DS };
    const struct net_validator *v = x->validator;
    uint64_t now = net_loop_now_ms(v->loop);
    struct err e;
    str name = x->q.name;
    while (now < x->deadline_at && name.n > x->anchor->owner.n &&
           x->chain_count + COUNT_OF(TYPES) <= CHAIN_MAX) {
        for (size_t i = 0; i < COUNT_OF(TYPES); i++) {
            struct dns_question q = { .name = name, .type = TYPES[i], .way = DNS_BY_VALIDATOR };
            x->chain[x->chain_count] = net_dns_ask_new(
                v->loop, &v->resolvers.servers[0], v->options.port,
                (uint32_t)(x->deadline_at - now), &q, on_chain, x, &e);
            if (x->chain[x->chain_count])
                x->chain_count++;
        }
        str_cut(&name, '.');
    }
    x->chain_open = x->chain_count;
    if (x->chain_open == 0)
        look_again(x);
}

/* ---- foresight ---- */

/* FNV-1a. Two names with one number cost the second its foresight, and nothing else. */
static uint64_t number_of(str name)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < name.n; i++)
        h = (h ^ (unsigned char)to_lower(name.p[i])) * 1099511628211u;
    return h;
}

/* Was it not primed lately? Then it counts as primed. */
static bool note_primed(struct net_validator *v, str name)
{
    uint64_t number = number_of(name);
    for (size_t i = 0; i < PRIMED_MAX; i++)
        if (v->primed[i] == number)
            return false;
    v->primed[v->primed_next++ % PRIMED_MAX] = number;
    return true;
}

/* libunbound climbs the chain of trust a step at a time, and each step is a round trip. What it will want is asked
 * for at once: keys and delegations of the name and of all above it. Names of services are no zones. */
static void prime(struct net_validator *v, str name, str owner)
{
    for (unsigned labels = 0; name.n > owner.n && labels < PRIMED_LABELS_MAX; str_cut(&name, '.')) {
        if (name.p[0] == '_' || !note_primed(v, name))
            continue;
        labels++;
        net_unbound_prime(v->unbound, name, DNS_DS);
        net_unbound_prime(v->unbound, name, DNS_DNSKEY);
    }
}

/* ---- verdicts ---- */

static void judge(struct net_validation *x)
{
    if (x->answer.trust == DNS_SECURE) {
        if (x->anchor->state != GOOD)
            settle(x->anchor, GOOD);
        finish(x);
    } else if (x->anchor->state == TRIED)
        x->held = true;
    else if (x->anchor->state == BAD)
        uncheckable(x, x->anchor->why);
    else if (x->answer.trust != DNS_BOGUS || x->second)
        finish(x);
    else
        ask_for_chain(x);
}

static void take(struct net_validation *x, const struct net_unbound_result *r)
{
    uint16_t id = 0;
    if (r->packet.n >= sizeof(id))
        memcpy(&id, r->packet.p, sizeof(id));
    x->answer = (struct dns_answer){ .code = DNS_SERVFAIL };
    if (r->bogus) {
        tell(x->why, "its signatures do not hold", r->why);
        x->answer.trust = DNS_BOGUS;
    } else if (net_dns_answer(r->packet, &x->q, ntohs(id), &x->memory, &x->answer) !=
               NET_DNS_ANSWER)
        x->answer = (struct dns_answer){ .code = DNS_SERVFAIL };
    else
        x->answer.trust = r->secure ? DNS_SECURE : DNS_UNSIGNED;
}

/* A failure proves nothing, and says nothing of signatures. */
static void on_result(void *user, const struct net_unbound_result *r)
{
    struct net_validation *x = user;
    bool was_bogus = x->answer.trust == DNS_BOGUS;
    x->ask = NULL;
    if (r->bogus || !was_bogus)
        take(x, r);
    if (was_bogus && !r->bogus)
        uncheckable(x, "it looked forged at first, and not at a second look");
    else if (is_failure(x->answer.code) && x->answer.trust != DNS_BOGUS)
        uncheckable(x, "no answer with signatures could be had");
    else
        judge(x);
}

/* ---- being born ---- */

/* Why nothing can be validated, or NULL. */
static const char *begin(struct net_validator *v)
{
    struct err e;
    if (v->begun)
        return v->unbound ? NULL : v->why_not;
    v->begun = true;
    bool ok = net_trust_anchors_read(v->options.trust_anchor, &v->owners, &e);
    if (ok)
        v->unbound = net_unbound_new(v->loop, &v->resolvers, v->options.port,
                                     v->options.trust_anchor, &e);
    if (!v->unbound) {
        memcpy(v->why_not, e.why, sizeof(e.why));
        return v->why_not;
    }
    for (size_t i = 0; i < v->owners.count; i++)
        v->anchors[i] = (struct anchor){ .validator = v, .owner = str_from(v->owners.names[i]) };
    return NULL;
}

static void start(struct net_validation *x)
{
    struct net_validator *v = x->validator;
    const char *why_not = begin(v);
    if (why_not) {
        uncheckable(x, why_not);
        return;
    }
    x->anchor = anchor_of(v, x->q.name);
    if (!x->anchor) {
        uncheckable(x, "no trust anchor stands above this name");
        return;
    }
    try_anchor(x->anchor);
    x->ask = net_unbound_ask(v->unbound, x->q.name, x->q.type, on_result, x);
    if (x->ask)
        prime(v, x->q.name, x->anchor->owner);
    else
        uncheckable(x, "the library that checks signatures does not take this name");
}

static void run_task(struct net_task *t)
{
    struct net_validation *x = NET_TASK_OWNER(t, struct net_validation, task);
    if (!x->held)
        start(x);
    else {
        x->held = false;
        judge(x);
    }
}

struct net_validator *net_validator_new(struct net_loop *l, const struct net_validator_options *o,
                                        struct err *e)
{
    struct net_validator *v = calloc(1, sizeof(*v));
    if (!v) {
        err_memory(e, "the validator");
        return NULL;
    }
    v->loop = l;
    v->options = *o;
    v->resolvers = *o->resolvers;
    if (!v->options.trust_anchor)
        v->options.trust_anchor = SYSTEM_ANCHOR;
    TAILQ_INIT(&v->open);
    return v;
}

void net_validator_free(struct net_validator *v)
{
    if (!v)
        return;
    net_unbound_free(v->unbound);
    free(v);
}

/* Three fifths of the time are for checking: the rest is kept for asking without. */
struct net_validation *net_validator_ask(struct net_validator *v, const struct dns_question *q,
                                         void (*done)(void *user, struct net_validation *x),
                                         void *user, struct err *e)
{
    struct net_validation *x = calloc(1, sizeof(*x));
    if (!x) {
        err_memory(e, "a DNS question");
        return NULL;
    }
    uint64_t now = net_loop_now_ms(v->loop);
    *x =
        (struct net_validation){ .validator = v, .task.run = run_task, .done = done, .user = user };
    arena_init(&x->memory, MEMORY_OCTETS);
    TAILQ_INSERT_TAIL(&v->open, x, link);
    x->q = (struct dns_question){ arena_dup(&x->memory, q->name), q->type, q->way, q->at };
    x->deadline_at = now + (uint64_t)v->options.timeout_ms * 3 / 5;
    x->timer = net_timer_new(v->loop, on_timer, x);
    if (!x->timer || !x->q.name.p) {
        net_validation_free(x);
        err_memory(e, "a DNS question");
        return NULL;
    }
    net_timer_at(x->timer, x->deadline_at);
    net_task_later(v->loop, &x->task);
    return x;
}
