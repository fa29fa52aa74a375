/* SPDX-License-Identifier: ISC */
/*
 * policy/nearest.c - the smallest change that is permitted
 *
 * A permit that is to be met fixes which facts must change: those of its conditions that are not met. A forbid that
 * then stands in the way may need one more. So sets of facts are tried by their size, and within a size in the order
 * of enum policy_fact, a login last where there is one already; for each set the values that tell rules apart are tried, and policy_decide() has the last word.
 */
#include "policy/beside.h"
#include "policy/decide.h"
#include "policy/explain.h"

static const struct name_row FACT_ROWS[] = {
    { POLICY_FACT_LOGIN, STR_INIT("login") },
    { POLICY_FACT_TLS, STR_INIT("tls") },
    { POLICY_FACT_FROM, STR_INIT("from") },
    { POLICY_FACT_LISTENER, STR_INIT("listener") },
    { POLICY_FACT_CERTIFICATE, STR_INIT("certificate") },
    { POLICY_FACT_POP, STR_INIT("pop-window") },
    { POLICY_FACT_CLIENT, STR_INIT("client") },
    { POLICY_FACT_RATE, STR_INIT("rate") },
};
const struct names POLICY_FACT_NAMES = NAMES(FACT_ROWS);

#define BIT(fact) (1u << POLICY_FACT_##fact)

struct search {
    const struct policy *p;
    const struct policy_facts *f;
    const str *listeners;
    size_t listener_count;
    const struct policy_rule *permit; /* the one to be met */
    struct policy_facts at;           /* with the changes so far */
    const struct policy_rate *unused; /* rates as they are after waiting */
    size_t unused_count;
    str mailboxes[2]; /* reverse-path and author, as a login is called that is one of them */
    unsigned subset;
    unsigned long tries; /* left */
};
enum { TRIES = 2000000 };

/* ------------------------------------------------------------------------------------------------
 * What must change for one permit
 */
static unsigned fact_of(enum policy_kind k)
{
    switch (k) {
    case POLICY_AUTHENTICATED:
    case POLICY_LOGIN: return BIT(LOGIN);
    case POLICY_TLS: return BIT(TLS);
    case POLICY_LISTENER: return BIT(LISTENER);
    case POLICY_CERTIFICATE: return BIT(CERTIFICATE);
    case POLICY_POP_WINDOW: return BIT(POP);
    case POLICY_NETWORK: return BIT(CLIENT);
    case POLICY_RATE: return BIT(RATE);
    default: return 0; /* not the client's to change */
    }
}

/* The facts without which a permit cannot be met; false: whatever they are, it cannot. A sender may be mended by From
 * or by the login: which of them is left to the search. */
static bool must_change(const struct policy *p, const struct policy_rule *r,
                        const struct policy_facts *f, unsigned *facts)
{
    *facts = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct policy_condition *c = &r->conditions[i];
        enum policy_truth t = policy_condition_truth(p, r, c, f);
        if (t == POLICY_BROKEN)
            return false;
        if (t != POLICY_UNMET || c->kind == POLICY_SENDER)
            continue;
        if (!fact_of(c->kind))
            return false;
        *facts |= fact_of(c->kind);
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Values that tell rules apart, one fact after another
 */
static bool try_from(struct search *s, unsigned fact);

/* All that was to be changed is: does it pass? What nobody has looked up counts as if it came out well. */
static bool passes(struct search *s)
{
    if (!s->tries)
        return false;
    s->tries--;
    struct policy_decision d = policy_decide(s->p, &s->at);
    return d.outcome == POLICY_PERMIT || d.outcome == POLICY_ASK;
}

static bool with_text(struct search *s, str *field, str value, unsigned fact)
{
    str before = *field;
    if (str_eq(before, value))
        return false;
    *field = value;
    if (try_from(s, fact + 1))
        return true;
    *field = before;
    return false;
}

/* Every word of a kind in the permit to be met; where it has no such condition, in all rules. */
static bool with_words(struct search *s, enum policy_kind kind, str *field, unsigned fact)
{
    const struct policy_condition *own = policy_condition_of(s->permit, kind);
    for (size_t i = 0; own && i < own->count; i++)
        if (with_text(s, field, own->words[i], fact))
            return true;
    for (size_t r = 0; !own && r < s->p->count; r++) {
        const struct policy_condition *c = policy_condition_of(&s->p->rules[r], kind);
        for (size_t i = 0; c && i < c->count; i++)
            if (with_text(s, field, c->words[i], fact))
                return true;
    }
    return false;
}

/* An owner of a whole domain is written with its @. */
static bool owns(const struct policy_owned *one, str mailbox)
{
    str domain = policy_domain_of(mailbox);
    return mailbox.n && (str_eq_nocase(one->address, mailbox) ||
                         (str_starts(one->address, STR("@")) &&
                          str_eq_nocase(str_skip(one->address, 1), domain)));
}

/* Logins that own the mailbox; one of its own name, since they own themselves; then those that own something else, that
 * rules name, or that nobody names. */
static bool with_logins(struct search *s, unsigned fact)
{
    for (size_t i = 0; i < s->p->owner_count; i++)
        for (size_t k = 0; k < COUNT_OF(s->mailboxes); k++)
            if (owns(&s->p->owners[i], s->mailboxes[k]) &&
                with_text(s, &s->at.login, s->p->owners[i].login, fact))
                return true;
    for (size_t i = 0; i < COUNT_OF(s->mailboxes); i++)
        if (s->mailboxes[i].n && with_text(s, &s->at.login, s->mailboxes[i], fact))
            return true;
    for (size_t i = 0; i < s->p->owner_count; i++)
        if (with_text(s, &s->at.login, s->p->owners[i].login, fact))
            return true;
    return with_words(s, POLICY_LOGIN, &s->at.login, fact) ||
           with_text(s, &s->at.login, STR("user@your.domain"), fact) ||
           with_text(s, &s->at.login, STR_NONE, fact);
}

/* From is the author too. */
static bool with_sender(struct search *s, str value, unsigned fact)
{
    str author = s->at.author.address;
    if (s->at.author.known == POLICY_KNOWN)
        s->at.author.address = value.n ? value : author;
    if (with_text(s, &s->at.reverse_path, value, fact))
        return true;
    /* the author alone may be what is wrong */
    if (s->at.author.known == POLICY_KNOWN && str_eq(s->at.reverse_path, value) &&
        !str_eq(author, value) && try_from(s, fact + 1))
        return true;
    s->at.author.address = author;
    return false;
}

static bool with_address_of(struct search *s, str word, unsigned fact)
{
    if (!str_starts(word, STR("@")))
        return with_sender(s, word, fact);
    str domain = str_skip(word, 1);
    for (size_t i = 0; i < s->p->sample_count; i++)
        if (str_eq_nocase(s->p->samples[i].of, domain))
            return with_sender(s, s->p->samples[i].address, fact);
    return false;
}

static bool with_senders(struct search *s, unsigned fact)
{
    const struct policy_condition *own = policy_condition_of(s->permit, POLICY_SENDER);
    if (s->at.login.n && with_sender(s, s->at.login, fact))
        return true;
    for (size_t i = 0; i < s->p->owner_count; i++)
        if (str_eq_nocase(s->p->owners[i].login, s->at.login) &&
            with_address_of(s, s->p->owners[i].address, fact))
            return true;
    for (size_t i = 0; own && i < own->count; i++)
        if (with_address_of(s, own->words[i], fact))
            return true;
    return with_sender(s, STR("user@your.domain"), fact) || with_sender(s, STR_NONE, fact);
}

static bool with_listeners(struct search *s, unsigned fact)
{
    for (size_t i = 0; i < s->listener_count; i++)
        if (with_text(s, &s->at.listener, s->listeners[i], fact))
            return true;
    return false;
}

static bool with_client(struct search *s, const struct ip *value, unsigned fact)
{
    struct ip before = s->at.client;
    if (ip_eq(&before, value))
        return false;
    s->at.client = *value;
    if (try_from(s, fact + 1))
        return true;
    s->at.client = before;
    return false;
}

static bool with_beside(struct search *s, const struct ip_net *net, unsigned fact)
{
    struct ip beside;
    return (policy_beside(net, false, &beside) && with_client(s, &beside, fact)) ||
           (policy_beside(net, true, &beside) && with_client(s, &beside, fact));
}

/* In each network of the permit its first address; since a forbid may lie over that, those beside every network of a
 * forbid; and those beside a gateway, which stands for others and may be either. */
static bool with_clients(struct search *s, unsigned fact)
{
    const struct policy_condition *own = policy_condition_of(s->permit, POLICY_NETWORK);
    for (size_t i = 0; own && i < own->count; i++)
        if (with_client(s, &own->nets[i].base, fact))
            return true;
    for (size_t r = 0; r < s->p->count; r++) {
        const struct policy_condition *c = policy_condition_of(&s->p->rules[r], POLICY_NETWORK);
        for (size_t i = 0; c && s->p->rules[r].forbids && i < c->count; i++)
            if (with_beside(s, &c->nets[i], fact))
                return true;
    }
    for (size_t i = 0; i < s->p->forwarder_count; i++) {
        const struct ip *ip = &s->p->forwarders[i].ip;
        const struct ip_net alone = { *ip, ip->family == IP_V6 ? 128 : 32 };
        if (with_beside(s, &alone, fact))
            return true;
    }
    return false;
}

static bool with_switch(struct search *s, bool *field, unsigned fact)
{
    *field = !*field;
    if (try_from(s, fact + 1))
        return true;
    *field = !*field;
    return false;
}

static bool with_rate(struct search *s, unsigned fact)
{
    const struct policy_rate *before = s->at.rates;
    size_t count = s->at.rate_count;
    s->at.rates = s->unused;
    s->at.rate_count = s->unused_count;
    if (try_from(s, fact + 1))
        return true;
    s->at.rates = before;
    s->at.rate_count = count;
    return false;
}

/* The facts of the subset from `fact` on. */
static bool try_from(struct search *s, unsigned fact)
{
    if (!s->tries)
        return false;
    while (fact < POLICY_FACTS && !(s->subset & 1u << fact))
        fact++;
    switch ((enum policy_fact)fact) {
    case POLICY_FACT_LOGIN: return with_logins(s, fact);
    case POLICY_FACT_TLS: return with_switch(s, &s->at.tls, fact);
    case POLICY_FACT_FROM: return with_senders(s, fact);
    case POLICY_FACT_LISTENER: return with_listeners(s, fact);
    case POLICY_FACT_CERTIFICATE:
        return with_words(s, POLICY_CERTIFICATE, &s->at.certificate, fact) ||
               with_text(s, &s->at.certificate, STR_NONE, fact);
    case POLICY_FACT_POP: return with_switch(s, &s->at.pop_window, fact);
    case POLICY_FACT_CLIENT: return with_clients(s, fact);
    case POLICY_FACT_RATE: return with_rate(s, fact);
    case POLICY_FACTS: break;
    }
    return passes(s);
}

/* ------------------------------------------------------------------------------------------------
 * Sets of facts, the smallest first
 */
static unsigned size_of(unsigned set)
{
    return (unsigned)__builtin_popcount(set);
}

/* Who has logged in has no other login at hand: that change comes last then. */
static unsigned rank_of(unsigned set, bool logged_in)
{
    return logged_in && set & BIT(LOGIN) ? (set & ~BIT(LOGIN)) | 1u << POLICY_FACTS : set;
}

/* By size, then by the first fact, the second, ... */
static bool comes_before(unsigned a, unsigned b)
{
    if (size_of(a) != size_of(b))
        return size_of(a) < size_of(b);
    unsigned differ = a ^ b;
    return a & (differ & ~(differ - 1));
}

static void in_order(unsigned sets[1 << POLICY_FACTS], bool logged_in)
{
    for (unsigned n = 0; n < 1u << POLICY_FACTS; n++) {
        unsigned at = n;
        for (; at > 0 && comes_before(rank_of(n, logged_in), rank_of(sets[at - 1], logged_in));
             at--)
            sets[at] = sets[at - 1];
        sets[at] = n;
    }
}

static bool search_set(struct search *s, const unsigned *must)
{
    for (size_t i = 0; i < s->p->count && s->tries; i++) {
        if (s->p->rules[i].forbids || must[i] & ~s->subset)
            continue;
        s->permit = &s->p->rules[i];
        s->at = *s->f;
        if (try_from(s, 0))
            return true;
    }
    return false;
}

static bool wait_for_rates(struct search *s, struct arena *a)
{
    struct policy_rate *all = arena_alloc(a, (s->p->count + 1) * sizeof *all);
    for (size_t i = 0; all && i < s->p->count; i++)
        if (policy_condition_of(&s->p->rules[i], POLICY_RATE))
            all[s->unused_count++] = (struct policy_rate){ &s->p->rules[i], POLICY_KNOWN, 0, 0 };
    s->unused = all;
    return all != NULL;
}

static bool name_mailboxes(struct search *s, struct arena *a)
{
    const struct policy_facts *f = s->f;
    const str all[] = { f->reverse_path,
                        f->author.known == POLICY_KNOWN ? f->author.address : STR_NONE };
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        char plain[POLICY_PLAIN_MAX];
        s->mailboxes[i] = all[i].n ? arena_dup(a, policy_plain(all[i], plain)) : STR_NONE;
        if (all[i].n && !s->mailboxes[i].p)
            return false;
    }
    return true;
}

bool policy_nearest(const struct policy *p, const struct policy_facts *f, const str *listeners,
                    size_t listener_count, struct arena *a, struct policy_nearest *out, bool *found,
                    struct err *e)
{
    unsigned sets[1 << POLICY_FACTS];
    struct search s = {
        .p = p, .f = f, .listeners = listeners, .listener_count = listener_count, .tries = TRIES
    };
    unsigned *must = arena_alloc(a, (p->count + 1) * sizeof *must);
    if (!must || !wait_for_rates(&s, a) || !name_mailboxes(&s, a))
        return err_memory(e, "the nearest change");
    for (size_t i = 0; i < p->count; i++)
        if (!must_change(p, &p->rules[i], f, &must[i]))
            must[i] = UINT32_MAX;
    in_order(sets, f->login.n > 0);
    *found = false;
    *out = (struct policy_nearest){ .gave_up = false };
    for (size_t i = 0; i < COUNT_OF(sets) && !*found; i++) {
        s.subset = sets[i];
        if (!search_set(&s, must))
            continue;
        *found = true;
        *out = (struct policy_nearest){ .changed = s.subset,
                                        .count = size_of(s.subset),
                                        .facts = s.at,
                                        .permit = policy_decide(p, &s.at).permit };
    }
    out->gave_up = !*found && !s.tries;
    return true;
}
