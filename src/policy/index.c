/* SPDX-License-Identifier: ISC */
#include "policy/index.h"
#include "policy/nets.h"

/* A rule under one key, of which the hash alone is kept. */
struct place {
    const struct policy_rule *rule; /* NULL: free */
    uint64_t hash;
    struct place *more; /* rules under the same key: a thousand may share a login or a network */
};
struct policy_index {
    struct place *table; /* open addressing; a key stands once */
    struct place *spare; /* as many as there are rules under keys */
    size_t room;
    const struct policy_rule **others; /* under no key */
    size_t other_count;
    struct policy_lengths lengths;      /* of networks */
    bool logins, certificates, domains; /* some rule stands under one */
    size_t below_most; /* octets of the longest domain in a "*.domain"; 0: there is none */
};

enum { KEY_LOGIN = 1, KEY_CERTIFICATE, KEY_DOMAIN, KEY_BELOW };

static uint64_t key_of_text(unsigned kind, str text)
{
    return policy_hash(text, kind * 0x9E3779B97F4A7C15u);
}

static void put(struct policy_index *x, uint64_t hash, const struct policy_rule *rule)
{
    size_t at = (size_t)hash & (x->room - 1);
    while (x->table[at].rule && x->table[at].hash != hash)
        at = (at + 1) & (x->room - 1);
    struct place *first = &x->table[at], *second = NULL;
    if (first->rule) {
        second = x->spare++;
        *second = *first;
    }
    *first = (struct place){ rule, hash, second };
}

const struct policy_condition *policy_index_whom(const struct policy_rule *r)
{
    static const enum policy_kind ORDER[] = { POLICY_LOGIN, POLICY_CERTIFICATE,
                                              POLICY_RECIPIENT_DOMAIN, POLICY_NETWORK };
    for (size_t i = 0; i < COUNT_OF(ORDER); i++) {
        const struct policy_condition *c = policy_condition_of(r, ORDER[i]);
        if (c)
            return c;
    }
    return NULL;
}

static void file_under_domain(struct policy_index *x, str domain, const struct policy_rule *r)
{
    bool below = str_starts(domain, STR("*."));
    x->domains = true;
    if (below && domain.n - 2 > x->below_most)
        x->below_most = domain.n - 2;
    put(x, key_of_text(below ? KEY_BELOW : KEY_DOMAIN, below ? str_skip(domain, 2) : domain), r);
}

static void file_under_net(struct policy_index *x, const struct ip_net *net,
                           const struct policy_rule *r)
{
    policy_lengths_add(&x->lengths, net);
    put(x, policy_prefix_hash(&net->base, net->bits), r);
}

static void file_under_word(struct policy_index *x, enum policy_kind kind, str word,
                            const struct policy_rule *r)
{
    x->logins |= kind == POLICY_LOGIN;
    x->certificates |= kind == POLICY_CERTIFICATE;
    put(x, key_of_text(kind == POLICY_LOGIN ? KEY_LOGIN : KEY_CERTIFICATE, word), r);
}

static void file(struct policy_index *x, const struct policy_rule *r)
{
    const struct policy_condition *c = policy_index_whom(r);
    for (size_t i = 0; c && i < c->count; i++) {
        if (c->kind == POLICY_NETWORK)
            file_under_net(x, &c->nets[i], r);
        else if (c->kind == POLICY_RECIPIENT_DOMAIN)
            file_under_domain(x, c->words[i], r);
        else
            file_under_word(x, c->kind, c->words[i], r);
    }
    if (!c)
        x->others[x->other_count++] = r;
}

struct policy_index *policy_index_new(const struct policy_rule *const *rules, size_t count,
                                      struct arena *a)
{
    struct policy_index *x = arena_alloc(a, sizeof *x);
    size_t keys = 0, others = 0;
    for (size_t i = 0; i < count; i++) {
        const struct policy_condition *c = policy_index_whom(rules[i]);
        keys += c ? c->count : 0;
        others += !c;
    }
    if (!x)
        return NULL;
    for (x->room = 8; x->room < 2 * keys;)
        x->room *= 2;
    x->table = arena_alloc(a, x->room * sizeof *x->table);
    x->spare = arena_alloc(a, (keys + 1) * sizeof *x->spare);
    x->others = arena_alloc(a, (others + 1) * sizeof(const struct policy_rule *));
    if (!x->table || !x->spare || !x->others)
        return NULL;
    for (size_t i = 0; i < count; i++)
        file(x, rules[i]);
    return x;
}

typedef bool each_rule(const struct policy_rule *rule, void *context);

static bool under(const struct policy_index *x, uint64_t hash, each_rule *each, void *context)
{
    size_t at = (size_t)hash & (x->room - 1);
    while (x->table[at].rule && x->table[at].hash != hash)
        at = (at + 1) & (x->room - 1);
    if (!x->table[at].rule)
        return true;
    for (const struct place *p = &x->table[at]; p; p = p->more)
        if (!each(p->rule, context))
            return false;
    return true;
}

static bool under_domains(const struct policy_index *x, str domain, each_rule *each, void *context)
{
    if (!domain.n || !x->domains)
        return true;
    if (!under(x, key_of_text(KEY_DOMAIN, domain), each, context))
        return false;
    for (str rest = domain; x->below_most && rest.n;) {
        str_cut(&rest, '.');
        if (rest.n && rest.n <= x->below_most &&
            !under(x, key_of_text(KEY_BELOW, rest), each, context))
            return false;
    }
    return true;
}

static bool under_networks(const struct policy_index *x, const struct ip *client, each_rule *each,
                           void *context)
{
    for (unsigned bits = 0; (bits = policy_lengths_next(&x->lengths, client->family, bits)) < 255;
         bits++)
        if (!under(x, policy_prefix_hash(client, bits), each, context))
            return false;
    return true;
}

void policy_index_each(const struct policy_index *x, const struct policy_facts *f,
                       bool (*each)(const struct policy_rule *rule, void *context), void *context)
{
    for (size_t i = 0; i < x->other_count; i++)
        if (!each(x->others[i], context))
            return;
    if (x->logins && f->login.n && !under(x, key_of_text(KEY_LOGIN, f->login), each, context))
        return;
    if (x->certificates && f->certificate.n &&
        !under(x, key_of_text(KEY_CERTIFICATE, f->certificate), each, context))
        return;
    if (under_domains(x, policy_domain_of(f->forward_path), each, context))
        under_networks(x, &f->client, each, context);
}
