/* SPDX-License-Identifier: ISC */
#include "policy/proof.h"
#include "policy/beside.h"
#include "policy/decide.h"

/* ------------------------------------------------------------------------------------------------
 * Whom a network names
 */
static bool is_private_net(const struct ip_net *net)
{
    static const struct {
        const char *text;
    } PRIVATE[] = { { "10.0.0.0/8" },    { "172.16.0.0/12" }, { "192.168.0.0/16" },
                    { "100.64.0.0/10" }, { "127.0.0.0/8" },   { "169.254.0.0/16" },
                    { "fc00::/7" },      { "fe80::/10" },     { "::1" } };
    for (size_t i = 0; i < COUNT_OF(PRIVATE); i++) {
        struct ip_net all;
        if (ip_net_parse(str_from(PRIVATE[i].text), &all, NULL) && all.bits <= net->bits &&
            ip_net_has(&all, &net->base))
            return true;
    }
    return false;
}

/* Prefixes under which a translator or a tunnel brings the IPv4 Internet: a network there is as wide as what it stands for
 * (RFC 6052 section 2.1, RFC 8215, RFC 4380). */
static bool is_wide_behind_translator(const struct ip_net *net)
{
    static const struct {
        const char *text;
        unsigned least;
    } ALL[] = { { "64:ff9b::/96", 112 }, { "64:ff9b:1::/48", 112 }, { "2001::/32", 64 } };
    for (size_t i = 0; i < COUNT_OF(ALL); i++) {
        struct ip_net all;
        if (ip_net_parse(str_from(ALL[i].text), &all, NULL) && ip_net_has(&all, &net->base) &&
            net->bits < ALL[i].least)
            return true;
    }
    return false;
}

bool policy_is_wide(const struct ip_net *net)
{
    if (net->base.family == IP_V6 && is_wide_behind_translator(net))
        return true;
    return !is_private_net(net) && net->bits < (net->base.family == IP_V6 ? 32 : 16);
}

/* The networks of a rule, or none. */
static const struct policy_condition *nets_of(const struct policy_rule *r, size_t *count)
{
    const struct policy_condition *c = policy_condition_of(r, POLICY_NETWORK);
    *count = c ? c->count : 0;
    return c;
}

/* Those by which a permit means somebody. Whoever stands in one is no stranger. NULL: no memory. */
static struct policy_nets *meant_nets(const struct policy *p, struct arena *a)
{
    size_t all = 0, n = 0, count;
    for (size_t r = 0; r < p->count; r++) {
        nets_of(&p->rules[r], &count);
        all += count;
    }
    struct ip_net *nets = arena_alloc(a, (all + 1) * sizeof *nets);
    for (size_t r = 0; nets && r < p->count; r++) {
        const struct policy_condition *c = nets_of(&p->rules[r], &count);
        for (size_t i = 0; !p->rules[r].forbids && i < count; i++)
            if (!policy_is_wide(&c->nets[i]))
                nets[n++] = c->nets[i];
    }
    return nets ? policy_nets_new(nets, n, a) : NULL;
}

struct strangers {
    struct ip *all;
    size_t count;
    const struct policy_nets *meant;
};

static void add_stranger(struct strangers *s, const struct ip *client)
{
    if (!ip_is_loopback(client) && !policy_nets_have(s->meant, client))
        s->all[s->count++] = *client;
}

static void add_beside(struct strangers *s, const struct ip_net *net)
{
    struct ip ip;
    for (int behind = 0; behind < 2; behind++)
        if (policy_beside(net, behind, &ip))
            add_stranger(s, &ip);
}

/* Somewhere on the Internet; in each network of a rule, and beside it on both sides. False: no memory. */
static bool find_strangers(const struct policy *p, struct arena *a, struct strangers *out)
{
    static const char *const SOMEWHERE[] = { "198.18.255.1", "2001:db8:ffff::1" };
    size_t room = COUNT_OF(SOMEWHERE), count;
    struct ip ip;
    for (size_t r = 0; r < p->count; r++) {
        nets_of(&p->rules[r], &count);
        room += 3 * count;
    }
    room += 3 * p->forwarder_count;
    *out = (struct strangers){ arena_alloc(a, room * sizeof *out->all), 0, meant_nets(p, a) };
    if (!out->all || !out->meant)
        return false;
    for (size_t i = 0; i < COUNT_OF(SOMEWHERE); i++)
        if (ip_parse(str_from(SOMEWHERE[i]), &ip))
            add_stranger(out, &ip);
    for (size_t i = 0; i < p->forwarder_count; i++) {
        const struct ip_net alone = { p->forwarders[i].ip,
                                      p->forwarders[i].ip.family == IP_V6 ? 128 : 32 };
        out->all[out->count++] = alone.base; /* anybody, whatever network he lies in */
        add_beside(out, &alone);
    }
    for (size_t r = 0; r < p->count; r++) {
        const struct policy_condition *c = nets_of(&p->rules[r], &count);
        for (size_t i = 0; i < count; i++) {
            add_stranger(out, &c->nets[i].base);
            add_beside(out, &c->nets[i]);
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * One permit
 */
struct proof {
    const struct policy *p;
    const struct policy_listener *listeners;
    size_t count;
    const struct ip *clients; /* addresses of strangers: one of each kind that rules tell apart */
    size_t client_count;
    const struct policy_rule *permit;
    struct policy_facts at;
    unsigned long tries; /* left */
};
enum { TRIES = 4000000 }; /* a few seconds; a file that needs more is refused, not believed */

static const struct ip_net *wide_of(const struct policy_rule *r)
{
    size_t count;
    const struct policy_condition *c = nets_of(r, &count);
    for (size_t i = 0; i < count; i++)
        if (policy_is_wide(&c->nets[i]))
            return &c->nets[i];
    return NULL;
}

/* "*.com" is everybody's; "*.lan" is nobody's on the Internet (RFC 6761, RFC 6762 appendix G, ICANN's .internal). */
static bool is_wide_domain(str word)
{
    static const char *const OURS[] = { "corp",      "example", "home", "internal",
                                        "intranet",  "invalid", "lan",  "local",
                                        "localhost", "private", "test", "localdomain" };
    str label = str_skip(word, 2);
    if (!str_starts(word, STR("*.")) || str_find_octet(label, '.') != STR_NOT_FOUND)
        return false;
    for (size_t i = 0; i < COUNT_OF(OURS); i++)
        if (str_eq_nocase(label, str_from(OURS[i])))
            return false;
    return true;
}

/* The first that names everybody's domains, or none. */
static str wide_domain_of(const struct policy_rule *r)
{
    const struct policy_condition *c = policy_condition_of(r, POLICY_RECIPIENT_DOMAIN);
    for (size_t i = 0; c && i < c->count; i++)
        if (is_wide_domain(c->words[i]))
            return c->words[i];
    return STR_NONE;
}

/* Conditions that no stranger meets, for mail to a foreign domain. */
static bool keeps_strangers_out(const struct policy_rule *r)
{
    static const enum policy_kind KINDS[] = { POLICY_AUTHENTICATED, POLICY_LOGIN,
                                              POLICY_CERTIFICATE, POLICY_POP_WINDOW,
                                              POLICY_RECIPIENTS };
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (policy_condition_of(r, KINDS[i]))
            return true;
    if (policy_condition_of(r, POLICY_RECIPIENT_DOMAIN) && !wide_domain_of(r).n)
        return true;
    return policy_condition_of(r, POLICY_NETWORK) && !wide_of(r);
}

/* Does some rule tell this recipient from others? */
static bool is_told_apart(const struct policy *p, str recipient, bool by_permits)
{
    static const enum policy_kind KINDS[] = { POLICY_RECIPIENT_DOMAIN, POLICY_RECIPIENTS };
    const struct policy_facts to = { .forward_path = recipient };
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < COUNT_OF(KINDS); k++) {
            const struct policy_condition *c = policy_condition_of(&p->rules[i], KINDS[k]);
            if (c && (by_permits || p->rules[i].forbids) &&
                policy_condition_truth(p, &p->rules[i], c, &to) == POLICY_MET)
                return true;
        }
    return false;
}

/* A recipient whom no rule names, so that no forbid of one domain hides what all others are open to; below wide ("*.com")
 * one that no forbid names. Each word and each line of a list takes one name away at most, but a wildcard above them all. */
static bool find_foreign(struct proof *x, struct arena *a)
{
    str wide = wide_domain_of(x->permit), below = str_skip(wide, wide.n ? 2 : 0);
    size_t most = 2;
    for (size_t i = 0; i < x->p->count; i++) {
        const struct policy_condition *c = policy_condition_of(&x->p->rules[i],
                                                               POLICY_RECIPIENT_DOMAIN),
                                      *list = policy_condition_of(&x->p->rules[i],
                                                                  POLICY_RECIPIENTS);
        most += (c ? c->count : 0) + (list ? list->list->addresses->room : 0);
    }
    for (size_t n = 0; n < most; n++) {
        str to = wide.n ? arena_printf(a, "anybody@foreign%zu.%.*s", n, STR_ARG(below))
                        : arena_printf(a, "anybody@foreign.invalid%zu", n);
        x->at.forward_path = to;
        if (!to.p || !is_told_apart(x->p, to, !wide.n))
            return to.p != NULL;
    }
    x->at.forward_path = STR_NONE; /* a forbid takes in all of it */
    return true;
}

static bool passes(struct proof *x)
{
    if (!x->tries)
        return false;
    x->tries--;
    struct policy_decision d = policy_decide(x->p, &x->at);
    return d.outcome == POLICY_PERMIT || d.outcome == POLICY_ASK;
}

static bool with_tls(struct proof *x)
{
    x->at.tls = false;
    if (passes(x))
        return true;
    x->at.tls = true;
    return passes(x);
}

static bool with_listeners(struct proof *x)
{
    for (size_t i = 0; i < x->count; i++) {
        x->at.listener = x->listeners[i].name;
        if (!x->listeners[i].local && with_tls(x))
            return true;
    }
    return false;
}

static str sample_of(const struct policy *p, str word)
{
    for (size_t i = 0; str_starts(word, STR("@")) && i < p->sample_count; i++)
        if (str_eq_nocase(p->samples[i].of, str_skip(word, 1)))
            return p->samples[i].address;
    return word;
}

static bool with_sender(struct proof *x, str address)
{
    x->at.reverse_path = address;
    return with_listeners(x);
}

static bool with_senders(struct proof *x)
{
    const struct policy_condition *c = policy_condition_of(x->permit, POLICY_SENDER);
    for (size_t i = 0; c && i < c->count; i++)
        if (with_sender(x, sample_of(x->p, c->words[i])))
            return true;
    return with_sender(x, STR("stranger@stranger.invalid")) || with_sender(x, STR_NONE);
}

/* Every client that could meet the permit. */
static bool with_clients(struct proof *x)
{
    const struct policy_condition *c = policy_condition_of(x->permit, POLICY_NETWORK);
    for (size_t i = 0; i < x->client_count && x->tries; i++) {
        x->at.client = x->clients[i];
        if ((!c || policy_condition_truth(x->p, x->permit, c, &x->at) == POLICY_MET) &&
            with_senders(x))
            return true;
    }
    return false;
}

static bool tell(const struct proof *x, struct arena *a, struct policy_hole *out, struct err *e)
{
    char client[IP_TEXT_MAX], base[IP_TEXT_MAX];
    const struct ip_net *wide = wide_of(x->permit);
    str domain = wide_domain_of(x->permit);
    *out = (struct policy_hole){ .permit = x->permit, .example = x->at };
    ip_text(&x->at.client, client);
    if (wide)
        out->why = arena_printf(
            a,
            "permit \"%.*s\" lets everybody relay: the network %s/%u is so wide "
            "that it names nobody, and %s is in it",
            STR_ARG(x->permit->name), ip_text(&wide->base, base), wide->bits, client);
    else if (domain.n)
        out->why = arena_printf(a,
                                "permit \"%.*s\" lets everybody relay to %.*s: that is a whole "
                                "part of the Internet, and no domain of yours",
                                STR_ARG(x->permit->name), STR_ARG(domain));
    else
        out->why = arena_printf(a,
                                "permit \"%.*s\" lets everybody relay: it asks for no login, no "
                                "network, no certificate and no recipient-domain",
                                STR_ARG(x->permit->name));
    out->remedy = wide ? STR("name the networks that are yours, none wider than a /16, or add "
                             "authenticated = true")
                  : domain.n
                      ? STR("name the domains that you take mail for, or add authenticated = true")
                      : STR("add authenticated = true, or recipient-domain with the domains that "
                            "you take mail for");
    return (out->why.p) || err_memory(e, "the proof");
}

bool policy_prove(const struct policy *p, const struct policy_listener *listeners, size_t count,
                  struct arena *a, bool *open, struct policy_hole *out, struct err *e)
{
    struct strangers s;
    *open = false;
    if (!find_strangers(p, a, &s))
        return err_memory(e, "the proof");
    struct proof x = { .p = p,
                       .listeners = listeners,
                       .count = count,
                       .clients = s.all,
                       .client_count = s.count,
                       .tries = TRIES };
    for (size_t i = 0; i < p->count; i++) {
        x.permit = &p->rules[i];
        x.at = (struct policy_facts){ .tls = false };
        if (x.permit->forbids || keeps_strangers_out(x.permit))
            continue;
        if (!find_foreign(&x, a))
            return err_memory(e, "the proof");
        if (!x.at.forward_path.n || !with_clients(&x))
            continue;
        const struct policy_decision d = policy_decide(p, &x.at);
        x.permit = d.permit && !d.permit->forbids ? d.permit : x.permit;
        *open = true;
        return tell(&x, a, out, e);
    }
    return x.tries || err_set(e, ERR_LIMIT,
                              "the rules are too many to be proved closed within %d trials; join "
                              "permits that name nobody, or networks of forbids",
                              TRIES);
}
