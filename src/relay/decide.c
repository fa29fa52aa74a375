/* SPDX-License-Identifier: ISC */
#include "relay/decide.h"
#include "relay/looks.h"
#include "relay/rates.h"
#include "relay/record.h"
#include "relay/windows.h"
#include <stdio.h>
#include <stdlib.h>

enum { ZONES = RELAY_RECORD_LISTED_MAX, RATES = 64, TAKEN = 16, ROUNDS = 256 };

/* Of a session that asked for something; most never do. */
struct looked {
    struct relay_known *known;
    struct policy_listed listed[ZONES]; /* zones are the policy's */
    struct zone_wait {
        struct relay_wait wait;
        struct looked *looked;
    } zones[ZONES];
    size_t count;
    struct relay_wait spf_wait;
    enum policy_known spf;
    enum auth_result spf_result;
};
struct relay_known {
    struct relay_worker *worker;
    const struct relay_config *config;      /* that the zones are of */
    struct looked *looked;                  /* NULL: nothing yet */
    const struct policy_rule *taken[TAKEN]; /* counted for this mail transaction already */
    size_t taken_count;
    /* one decision that waits */
    const struct policy_facts *facts;
    str helo;
    unsigned count, open;
    void (*done)(void *user, const struct relay_verdict *v);
    void *user;
};

struct relay_known *relay_known_new(struct relay_worker *w)
{
    struct relay_known *k = calloc(1, sizeof *k);
    if (k)
        k->worker = w;
    return k;
}

static void call_off(struct relay_known *k)
{
    for (size_t i = 0; k->looked && i < k->looked->count; i++)
        relay_wait_off(&k->looked->zones[i].wait);
    if (k->looked)
        relay_wait_off(&k->looked->spf_wait);
    k->open = 0;
}

void relay_known_free(struct relay_known *k)
{
    if (!k)
        return;
    call_off(k);
    free(k->looked);
    free(k);
}

void relay_known_forget(struct relay_known *k)
{
    k->taken_count = 0;
    if (k->looked)
        k->looked->spf = POLICY_NOT_ASKED;
}

/* ------------------------------------------------------------------------------------------------
 * One decision
 */
struct deciding {
    struct relay_known *k;
    const struct policy *p;
    struct policy_facts f;
    struct policy_rate rates[RATES];
    struct policy_decision d;
    uint64_t now_ms;
    unsigned count;
};

static struct relay_rate_key key_of(const struct deciding *x, const struct policy_rule *r)
{
    const struct policy_condition *c = policy_condition_of(r, POLICY_RATE);
    return (struct relay_rate_key){ r->name, x->f.login, &x->f.client, c->limit, c->per_s };
}

static bool was_taken(const struct relay_known *k, const struct policy_rule *r)
{
    for (size_t i = 0; i < k->taken_count; i++)
        if (k->taken[i] == r)
            return true;
    return false;
}

static struct policy_rate *rate_of(struct deciding *x, const struct policy_rule *r)
{
    for (size_t i = 0; i < x->f.rate_count; i++)
        if (x->rates[i].rule == r)
            return &x->rates[i];
    return NULL;
}

/* What this mail has counted itself is not held against it at its end. */
static bool ask_rate(struct deciding *x, const struct policy_rule *r)
{
    struct policy_rate *rate = rate_of(x, r);
    if (!rate && x->f.rate_count == RATES)
        return false;
    if (!rate)
        rate = &x->rates[x->f.rate_count++];
    *rate = (struct policy_rate){ .rule = r, .known = POLICY_KNOWN };
    if (x->count || !was_taken(x->k, r)) {
        const struct relay_rate_key key = key_of(x, r);
        relay_rates_used(x->k->worker->relay->rates, &key, x->now_ms, &rate->used,
                         &rate->again_in_s);
    }
    return true;
}

static bool is_counted(const struct deciding *x, const struct policy_rule *r)
{
    return r->forbids || r == x->d.permit;
}

static void give_back(struct deciding *x, size_t until)
{
    for (size_t i = 0; i < until; i++)
        if (is_counted(x, x->rates[i].rule)) {
            const struct relay_rate_key key = key_of(x, x->rates[i].rule);
            relay_rates_give_back(x->k->worker->relay->rates, &key, x->now_ms, x->count);
        }
}

/* Counts for the permit, and for every forbid with a rate that was asked. False: another was faster, and one of them is used
 * up: it was asked again. */
static bool take_rates(struct deciding *x)
{
    struct relay_known *k = x->k;
    for (size_t i = 0; x->count && i < x->f.rate_count; i++) {
        const struct policy_rule *r = x->rates[i].rule;
        if (!is_counted(x, r))
            continue;
        const struct relay_rate_key key = key_of(x, r);
        if (!relay_rates_take(k->worker->relay->rates, &key, x->now_ms, x->count)) {
            give_back(x, i);
            ask_rate(x, r);
            return x->rates[i].used < key.limit; /* there is no memory to count in */
        }
        if (!was_taken(k, r) && k->taken_count < TAKEN)
            k->taken[k->taken_count++] = r;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * What others know
 */
static void resume(struct relay_known *k);

static void answered(struct relay_known *k)
{
    if (--k->open == 0)
        resume(k);
}

static void zone_done(struct relay_wait *w, const struct relay_look *l)
{
    struct zone_wait *z = (struct zone_wait *)w; /* its first member */
    struct policy_listed *at = &z->looked->listed[z - z->looked->zones];
    at->known = l->known;
    at->listed = l->listed;
    answered(z->looked->known);
}

static void spf_done(struct relay_wait *w, const struct relay_look *l)
{
    struct looked *x = (struct looked *)((char *)w - offsetof(struct looked, spf_wait));
    x->spf = l->known;
    x->spf_result = l->spf;
    answered(x->known);
}

static struct looked *looked_of(struct relay_known *k, const struct relay_config *c)
{
    if (!k->looked) {
        k->looked = calloc(1, sizeof *k->looked);
        if (k->looked)
            k->looked->known = k;
    }
    if (k->looked && k->config != c)
        k->looked->count = 0;
    k->config = c;
    return k->looked;
}

static bool has_zone(const struct looked *x, str zone)
{
    for (size_t i = 0; i < x->count; i++)
        if (str_eq_nocase(x->listed[i].zone, zone))
            return true;
    return false;
}

/* False: more lists than one record takes. */
static bool ask_zone(struct deciding *x, struct looked *l, const struct relay_config *c, str zone)
{
    struct relay_look now;
    if (has_zone(l, zone))
        return true;
    if (l->count == ZONES)
        return false;
    size_t i = l->count++;
    l->zones[i] = (struct zone_wait){ { .done = zone_done }, l };
    l->listed[i] = (struct policy_listed){ .zone = zone };
    if (!relay_looks_zone(x->k->worker->looks, c, &x->f.client, zone, &now, &l->zones[i].wait)) {
        x->k->open++;
        return true;
    }
    l->listed[i].known = now.known;
    l->listed[i].listed = now.listed;
    return true;
}

static void ask_spf(struct deciding *x, struct looked *l, const struct relay_config *c, str helo)
{
    struct relay_look now;
    l->spf_wait = (struct relay_wait){ .done = spf_done };
    if (!relay_looks_spf(x->k->worker->looks, c, &x->f.client, helo, x->f.reverse_path, &now,
                         &l->spf_wait)) {
        x->k->open++;
        return;
    }
    l->spf = now.known;
    l->spf_result = now.spf;
}

static void show_looked(struct deciding *x)
{
    const struct looked *l = x->k->looked;
    if (!l)
        return;
    x->f.listed = l->listed;
    x->f.listed_count = l->count;
    x->f.spf.known = l->spf;
    x->f.spf.result = l->spf_result;
}

/* All that one rule misses, at once. False: it cannot be asked. */
static bool ask(struct deciding *x, const struct relay_config *c, str helo)
{
    const struct policy_rule *r = x->d.permit;
    unsigned missing = x->d.missing;
    if (missing & 1u << POLICY_RATE && !ask_rate(x, r))
        return false;
    if (!(missing & (1u << POLICY_UNLESS_LISTED | 1u << POLICY_UNLESS_SPF)))
        return true;
    struct looked *l = looked_of(x->k, c);
    const struct policy_condition *lists = policy_condition_of(r, POLICY_UNLESS_LISTED);
    if (!l)
        return false;
    for (size_t i = 0; missing & 1u << POLICY_UNLESS_LISTED && lists && i < lists->count; i++)
        if (!ask_zone(x, l, c, lists->words[i]))
            return false;
    if (missing & 1u << POLICY_UNLESS_SPF)
        ask_spf(x, l, c, helo);
    show_looked(x);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * The verdict
 */
static void conclude(struct deciding *x, const struct relay_config *c, str helo,
                     struct relay_verdict *v)
{
    char id[RELAY_RECORD_ID_MAX];
    struct relay_worker *w = x->k->worker;
    policy_lists(x->p, x->f.forward_path, &x->f);
    const struct relay_record rec = { .digest = c->digest,
                                      .at_ms = x->now_ms,
                                      .facts = x->f,
                                      .outcome = x->d.outcome,
                                      .cause = x->d.cause,
                                      .helo = helo };
    v->decision = x->d;
    v->record = relay_records_add(w->relay->records, &rec);
    relay_record_text(v->record, id);
    if (x->d.outcome == POLICY_PERMIT) {
        v->code = 250;
        v->enhanced = (struct smtp_enhanced){ 2, 1, 5 };
        snprintf(v->text, sizeof v->text, "OK");
        return;
    }
    const struct policy_reply reply = policy_reply_of(x->p, &x->d, &x->f);
    v->code = reply.code;
    v->enhanced = reply.enhanced;
    snprintf(v->text, sizeof v->text, "%s (why: %s)", reply.words, id);
}

/* True: *v is the verdict; false: something is being looked up. */
static bool decide(struct relay_known *k, const struct relay_config *c,
                   const struct policy_facts *facts, str helo, unsigned count,
                   struct relay_verdict *v)
{
    struct relay *r = k->worker->relay;
    struct deciding x = {
        .k = k, .p = c->rules.file.policy, .f = *facts, .now_ms = relay_now_ms(), .count = count
    };
    x.f.pop_window = relay_windows_has(r->windows, &facts->client, x.now_ms);
    x.f.rates = x.rates;
    x.f.rate_count = 0;
    show_looked(&x);
    for (int round = 0;; round++) {
        x.d = policy_decide(x.p, &x.f);
        bool asks = x.d.outcome == POLICY_ASK;
        if (round == ROUNDS || (asks && !ask(&x, c, helo))) {
            x.d = (struct policy_decision){ .outcome = POLICY_DEFER,
                                            .permit = x.d.permit,
                                            .cause = CAUSE_DNS_FAILURE };
            break;
        }
        if (asks && k->open)
            return false;
        if (!asks && (x.d.outcome != POLICY_PERMIT || take_rates(&x)))
            break;
    }
    conclude(&x, c, helo, v);
    return true;
}

static void resume(struct relay_known *k)
{
    struct relay_verdict v;
    if (decide(k, k->config, k->facts, k->helo, k->count, &v))
        k->done(k->user, &v); /* may free k */
}

bool relay_decide(struct relay_known *k, const struct relay_config *c,
                  const struct policy_facts *facts, str helo, unsigned count,
                  struct relay_verdict *now,
                  void (*done)(void *user, const struct relay_verdict *v), void *user)
{
    k->facts = facts;
    k->helo = helo;
    k->count = count;
    k->done = done;
    k->user = user;
    if (k->config != c && k->looked) {
        call_off(k);
        k->looked->count = 0;
    }
    k->config = c;
    return decide(k, c, facts, helo, count, now);
}
