/* SPDX-License-Identifier: ISC */
/*
 * policy/condition.c - how one condition stands, and what a refusal for want of it is called
 */
#include "policy/rule.h"
#include <string.h>

static enum policy_truth truth(bool met)
{
    return met ? POLICY_MET : POLICY_UNMET;
}

static bool has(const struct policy_condition *c, str text)
{
    if (c->word_set)
        return policy_addresses_have(c->word_set, text);
    for (size_t i = 0; i < c->count; i++)
        if (str_eq_nocase(c->words[i], text))
            return true;
    return false;
}

static bool is_named_net(const struct policy_condition *c, const struct ip *client)
{
    if (c->net_set)
        return policy_nets_have(c->net_set, client);
    for (size_t i = 0; i < c->count; i++)
        if (ip_net_has(&c->nets[i], client))
            return true;
    return false;
}

static bool in_networks(const struct policy *p, const struct policy_condition *c,
                        const struct ip *client)
{
    if (!is_named_net(c, client))
        return false;
    for (size_t i = 0; c->trusts && i < p->forwarder_count; i++)
        if (ip_eq(&p->forwarders[i].ip, client))
            return false;
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Addresses
 */
enum { KEY_MAX = 1200 };

/* Is "login NUL what" in the set? Longer than any that can stand there: it is not. */
static bool owns(const struct policy *p, str login, str before, str what)
{
    char key[KEY_MAX];
    size_t n = 0;
    const str parts[] = { login, { "", 1 }, before, what };
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        for (size_t k = 0; k < parts[i].n; k++) {
            if (n == sizeof key)
                return false;
            key[n++] = parts[i].p[k];
        }
    return policy_addresses_have(p->owned, (str){ key, n });
}

/* user+tag@domain belongs to who owns user@domain. */
static str without_tag(str mailbox, char out[KEY_MAX])
{
    str local = policy_local_part_of(mailbox), domain = policy_domain_of(mailbox);
    size_t plus = str_find_octet(local, '+'), n = 0;
    if (plus == STR_NOT_FOUND || plus == 0 || mailbox.n > KEY_MAX || str_starts(local, STR("\"")))
        return STR_NONE;
    for (size_t i = 0; i < plus; i++)
        out[n++] = local.p[i];
    out[n++] = '@';
    for (size_t i = 0; i < domain.n; i++)
        out[n++] = domain.p[i];
    return (str){ out, n };
}

/* A login that is a mail address owns it. */
static bool is_owned(const struct policy *p, str login, str mailbox)
{
    char plain[KEY_MAX];
    str untagged = without_tag(mailbox, plain), domain = policy_domain_of(mailbox);
    if (!login.n || !domain.n)
        return false;
    return str_eq_nocase(login, mailbox) || owns(p, login, STR_NONE, mailbox) ||
           owns(p, login, STR("@"), domain) ||
           (untagged.n && (str_eq_nocase(login, untagged) || owns(p, login, STR_NONE, untagged)));
}

/* "PREFIXdomain", or "PREFIX*.parent" for one of its parents. */
static bool has_domain(const struct policy_condition *c, const char *prefix, str domain)
{
    char word[KEY_MAX];
    size_t n = str_from(prefix).n;
    if (!domain.n || domain.n + n + 2 > sizeof word)
        return false;
    memcpy(word, prefix, n);
    memcpy(word + n, domain.p, domain.n);
    if (has(c, (str){ word, n + domain.n }))
        return true;
    word[n] = '*';
    for (str rest = domain; c->wildcards && rest.n;) {
        size_t dot = str_find_octet(rest, '.');
        if (dot == STR_NOT_FOUND)
            return false;
        rest = str_skip(rest, dot);
        memcpy(word + n + 1, rest.p, rest.n);
        if (has(c, (str){ word, n + 1 + rest.n }))
            return true;
        rest = str_skip(rest, 1);
    }
    return false;
}

static bool is_named(const struct policy_condition *c, str as_said)
{
    char plain[POLICY_PLAIN_MAX];
    str mailbox = policy_plain(as_said, plain);
    return has(c, mailbox) || has_domain(c, "@", policy_domain_of(mailbox));
}

static bool may_send_as(const struct policy *p, const struct policy_condition *c,
                        const struct policy_facts *f, str as_said)
{
    char plain[POLICY_PLAIN_MAX];
    str mailbox = policy_plain(as_said, plain);
    return (c->owned && is_owned(p, f->login, mailbox)) || is_named(c, mailbox);
}

/* A forbid names senders that may not be, in either place. */
static enum policy_truth forbidden_sender(const struct policy_condition *c,
                                          const struct policy_facts *f)
{
    bool author = f->author.known == POLICY_KNOWN && f->author.address.n;
    return truth((f->reverse_path.n && is_named(c, f->reverse_path)) ||
                 (author && is_named(c, f->author.address)));
}

/* The null reverse-path (RFC 5321 section 4.5.5) is anybody's who has a login, or who may send as somebody. */
static enum policy_truth sender(const struct policy *p, const struct policy_condition *c,
                                const struct policy_facts *f)
{
    bool reverse = f->reverse_path.n ? may_send_as(p, c, f, f->reverse_path)
                                     : (f->login.n > 0 || c->count > 0);
    if (!reverse)
        return POLICY_UNMET;
    if (f->author.known != POLICY_KNOWN || !f->author.address.n)
        return POLICY_MET;
    return truth(may_send_as(p, c, f, f->author.address));
}

/* Mail for a domain, not for what its server might make of a route in the local-part. A forbid means the server, too. */
static bool recipient_domain(const struct policy_rule *rule, const struct policy_condition *c,
                             str forward_path)
{
    str domain = policy_domain_of(forward_path);
    return (rule->forbids || !policy_is_route(policy_local_part_of(forward_path))) &&
           has_domain(c, "", domain);
}

static bool in_list(const struct policy_list_set *list, str forward_path)
{
    char plain[POLICY_PLAIN_MAX];
    return policy_addresses_have(list->addresses, policy_plain(forward_path, plain));
}

static bool has_its_domain(const struct policy_list_set *list, str forward_path)
{
    str domain = policy_domain_of(forward_path);
    return domain.n && policy_addresses_have(list->domains, domain);
}

static bool is_told(const struct policy_list_set *list, const struct policy_facts *f)
{
    return f->lists.known && list->number < POLICY_LISTS_TOLD;
}

static bool is_recipient(const struct policy_condition *c, const struct policy_facts *f)
{
    return is_told(c->list, f) ? f->lists.holds >> c->list->number & 1
                               : in_list(c->list, f->forward_path);
}

bool policy_list_has_domain(const struct policy_condition *c, const struct policy_facts *f)
{
    return is_told(c->list, f) ? f->lists.domain >> c->list->number & 1
                               : has_its_domain(c->list, f->forward_path);
}

void policy_lists(const struct policy *p, str forward_path, struct policy_facts *out)
{
    out->lists.known = true;
    out->lists.holds = out->lists.domain = 0;
    for (size_t i = 0; i < p->list_count && i < POLICY_LISTS_TOLD; i++) {
        out->lists.holds |= (uint16_t)(in_list(&p->lists[i], forward_path) << i);
        out->lists.domain |= (uint16_t)(has_its_domain(&p->lists[i], forward_path) << i);
    }
}

/* ------------------------------------------------------------------------------------------------
 * What must be looked up
 */
static enum policy_truth unless_listed(const struct policy_condition *c,
                                       const struct policy_facts *f)
{
    enum policy_truth whole = POLICY_MET;
    for (size_t i = 0; i < c->count; i++) {
        const struct policy_listed *at = NULL;
        for (size_t k = 0; k < f->listed_count && !at; k++)
            if (str_eq_nocase(f->listed[k].zone, c->words[i]))
                at = &f->listed[k];
        if (!at || at->known == POLICY_NOT_ASKED)
            whole = POLICY_MISSING;
        else if (at->known == POLICY_KNOWN && at->listed)
            return POLICY_UNMET;
        else if (at->known == POLICY_FAILED && whole == POLICY_MET)
            whole = POLICY_BROKEN;
    }
    return whole;
}

static enum policy_truth unless_spf(const struct policy_condition *c, const struct policy_facts *f)
{
    if (f->spf.known == POLICY_NOT_ASKED)
        return POLICY_MISSING;
    if (f->spf.known == POLICY_FAILED)
        return POLICY_BROKEN;
    return truth(!(c->spf & 1u << f->spf.result));
}

static enum policy_truth rate(const struct policy_rule *rule, const struct policy_condition *c,
                              const struct policy_facts *f)
{
    for (size_t i = 0; i < f->rate_count; i++) {
        if (f->rates[i].rule != rule || f->rates[i].known == POLICY_NOT_ASKED)
            continue;
        if (f->rates[i].known == POLICY_FAILED)
            return POLICY_BROKEN;
        return truth((f->rates[i].used < c->limit) !=
                     rule->forbids); /* a forbid holds from there on */
    }
    return POLICY_MISSING;
}

enum policy_truth policy_condition_truth(const struct policy *p, const struct policy_rule *rule,
                                         const struct policy_condition *c,
                                         const struct policy_facts *f)
{
    switch (c->kind) {
    case POLICY_AUTHENTICATED: return truth((f->login.n > 0) == c->wanted);
    case POLICY_LOGIN: return truth(f->login.n && has(c, f->login));
    case POLICY_CERTIFICATE: return truth(f->certificate.n && has(c, f->certificate));
    case POLICY_LISTENER: return truth(has(c, f->listener));
    case POLICY_NETWORK: return truth(in_networks(p, c, &f->client));
    case POLICY_POP_WINDOW: return truth(f->pop_window == c->wanted);
    case POLICY_RECIPIENT_DOMAIN: return truth(recipient_domain(rule, c, f->forward_path));
    case POLICY_TLS: return truth(f->tls == c->wanted);
    case POLICY_SENDER: return rule->forbids ? forbidden_sender(c, f) : sender(p, c, f);
    case POLICY_RECIPIENTS: return truth(is_recipient(c, f));
    case POLICY_UNLESS_LISTED: return unless_listed(c, f);
    case POLICY_UNLESS_SPF: return unless_spf(c, f);
    case POLICY_RATE: return rate(rule, c, f);
    case POLICY_KINDS: break;
    }
    return POLICY_UNMET;
}

const struct policy_condition *policy_condition_of(const struct policy_rule *r, enum policy_kind k)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->conditions[i].kind == k)
            return &r->conditions[i];
    return NULL;
}

str policy_refused_sender(const struct policy *p, const struct policy_rule *r,
                          const struct policy_condition *c, const struct policy_facts *f,
                          bool *author)
{
    bool reverse = r->forbids ? is_named(c, f->reverse_path)
                              : !may_send_as(p, c, f, f->reverse_path);
    *author = !f->reverse_path.n || !reverse;
    return *author ? f->author.address : f->reverse_path;
}

const struct policy_door *policy_door_of(const struct policy *p, str listener)
{
    for (size_t i = 0; i < p->door_count; i++)
        if (str_eq_nocase(p->listeners[i], listener))
            return &p->doors[i];
    return NULL;
}

/* Mail from other servers comes in at port 25; what came in elsewhere took no port for another. */
static enum cause_id cause_of_listener(const struct policy *p, const struct policy_facts *f)
{
    const struct policy_door *door = policy_door_of(p, f->listener);
    return !door || door->port == 25 ? CAUSE_MX_PORT_NOT_SUBMISSION : CAUSE_OTHER_NOT_RELAY;
}

enum cause_id policy_cause_of(const struct policy *p, const struct policy_condition *c,
                              const struct policy_facts *f)
{
    switch (c->kind) {
    case POLICY_AUTHENTICATED: return CAUSE_CLIENT_NEVER_AUTHENTICATES;
    case POLICY_LOGIN:
        return f->login.n ? CAUSE_ACCOUNT_MAY_NOT_SUBMIT : CAUSE_CLIENT_NEVER_AUTHENTICATES;
    case POLICY_CERTIFICATE: return CAUSE_CLIENT_CERTIFICATE_NEEDED;
    case POLICY_LISTENER: return cause_of_listener(p, f);
    case POLICY_NETWORK: return CAUSE_IP_NOT_TRUSTED;
    case POLICY_POP_WINDOW: return CAUSE_POP_BEFORE_SMTP;
    case POLICY_RECIPIENT_DOMAIN: return CAUSE_DOMAIN_NOT_CONFIGURED;
    case POLICY_TLS: return CAUSE_MAIL_ONLY_UNDER_TLS;
    case POLICY_SENDER: /* nobody owns anything who is nobody */
        return c->owned && !c->count && !f->login.n ? CAUSE_CLIENT_NEVER_AUTHENTICATES
                                                    : CAUSE_FROM_NOT_LOGIN;
    case POLICY_RECIPIENTS:
        return policy_list_has_domain(c, f) ? CAUSE_RECIPIENT_UNKNOWN : CAUSE_DOMAIN_NOT_CONFIGURED;
    case POLICY_UNLESS_LISTED: return CAUSE_IP_BLOCKLISTED;
    case POLICY_UNLESS_SPF: return CAUSE_SPF_FAIL;
    case POLICY_RATE: return CAUSE_RATE_LIMITED;
    case POLICY_KINDS: break;
    }
    return CAUSE_NONE;
}
