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

bool policy_is_wide(const struct ip_net *net)
{
    return !is_private_net(net) && net->bits < (net->base.family == IP_V6 ? 32 : 16);
}

/* Does an address stand in a network by which a permit means somebody? Then it is no stranger's. */
static bool is_meant(const struct policy *p, const struct ip *client)
{
    for (size_t r = 0; r < p->count; r++) {
        const struct policy_condition *c = p->rules[r].forbids
                                               ? NULL
                                               : policy_condition_of(&p->rules[r], POLICY_NETWORK);
        for (size_t i = 0; c && i < c->count; i++)
            if (!policy_is_wide(&c->nets[i]) && ip_net_has(&c->nets[i], client))
                return true;
    }
    return ip_is_loopback(client);
}

/* ------------------------------------------------------------------------------------------------
 * One permit
 */
struct proof {
    const struct policy *p;
    const struct policy_listener *listeners;
    size_t count;
    const struct policy_rule *permit;
    struct policy_facts at;
};

/* Conditions that no stranger meets, for mail to a foreign domain. */
static bool keeps_strangers_out(const struct policy_rule *r)
{
    static const enum policy_kind KINDS[] = { POLICY_AUTHENTICATED,    POLICY_LOGIN,
                                              POLICY_CERTIFICATE,      POLICY_POP_WINDOW,
                                              POLICY_RECIPIENT_DOMAIN, POLICY_RECIPIENTS };
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (policy_condition_of(r, KINDS[i]))
            return true;
    return false;
}

static bool passes(const struct proof *x)
{
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

static bool with_client(struct proof *x, const struct ip *client)
{
    x->at.client = *client;
    return !is_meant(x->p, client) && with_senders(x);
}

/* Somewhere on the Internet; in each wide network; beside each network of a rule. */
static bool with_clients(struct proof *x)
{
    static const char *const SOMEWHERE[] = { "198.18.255.1", "2001:db8:ffff::1" };
    for (size_t i = 0; i < COUNT_OF(SOMEWHERE); i++) {
        struct ip client;
        if (ip_parse(str_from(SOMEWHERE[i]), &client) && with_client(x, &client))
            return true;
    }
    for (size_t r = 0; r < x->p->count; r++) {
        const struct policy_condition *c = policy_condition_of(&x->p->rules[r], POLICY_NETWORK);
        for (size_t i = 0; c && i < c->count; i++) {
            struct ip beside;
            if (with_client(x, &c->nets[i].base) ||
                (policy_beside(&c->nets[i], false, &beside) && with_client(x, &beside)) ||
                (policy_beside(&c->nets[i], true, &beside) && with_client(x, &beside)))
                return true;
        }
    }
    return false;
}

static const struct ip_net *wide_of(const struct policy_rule *r)
{
    const struct policy_condition *c = policy_condition_of(r, POLICY_NETWORK);
    for (size_t i = 0; c && i < c->count; i++)
        if (policy_is_wide(&c->nets[i]))
            return &c->nets[i];
    return NULL;
}

static bool tell(const struct proof *x, struct arena *a, struct policy_hole *out, struct err *e)
{
    char client[IP_TEXT_MAX], base[IP_TEXT_MAX];
    const struct ip_net *wide = wide_of(x->permit);
    *out = (struct policy_hole){ .permit = x->permit, .example = x->at };
    ip_text(&x->at.client, client);
    if (wide)
        out->why = arena_printf(
            a,
            "permit \"%.*s\" lets everybody relay: the network %s/%u is so wide "
            "that it names nobody, and %s is in it",
            STR_ARG(x->permit->name), ip_text(&wide->base, base), wide->bits, client);
    else
        out->why = arena_printf(a,
                                "permit \"%.*s\" lets everybody relay: it asks for no login, no "
                                "network, no certificate and no recipient-domain",
                                STR_ARG(x->permit->name));
    out->remedy = wide ? STR("name the networks that are yours, none wider than a /16, or add "
                             "authenticated = true")
                       : STR("add authenticated = true, or recipient-domain with the domains that "
                             "you take mail for");
    return (out->why.p) || err_memory(e, "the proof");
}

bool policy_prove(const struct policy *p, const struct policy_listener *listeners, size_t count,
                  struct arena *a, bool *open, struct policy_hole *out, struct err *e)
{
    struct proof x = { .p = p, .listeners = listeners, .count = count };
    *open = false;
    for (size_t i = 0; i < p->count; i++) {
        x.permit = &p->rules[i];
        x.at = (struct policy_facts){ .forward_path = STR("anybody@foreign.invalid") };
        if (x.permit->forbids || keeps_strangers_out(x.permit) || !with_clients(&x))
            continue;
        const struct policy_decision d = policy_decide(p, &x.at);
        x.permit = d.permit && !d.permit->forbids ? d.permit : x.permit;
        *open = true;
        return tell(&x, a, out, e);
    }
    return true;
}
