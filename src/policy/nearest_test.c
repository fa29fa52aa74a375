/* SPDX-License-Identifier: ISC */
/*
 * policy/nearest_test.c - small worlds at random: the nearest change is permitted, and nothing smaller is
 *
 * In a world every fact has a handful of values, among them all that a rule can tell apart. So whether a smaller
 * change would do can be looked up by trying all of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "policy/explain.h"
#include "policy/policy_kit.h"

static uint64_t state;
static unsigned pick(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

static const char *const LOGINS[] = { "",
                                      "anna@a.example",
                                      "bob",
                                      "user@your.domain",
                                      "old",
                                      "bob@a.example",
                                      "user@b.example",
                                      "user@host.b.example",
                                      "x@c.example" };
static const char *const FROMS[] = { "",
                                     "anna@a.example",
                                     "bob@a.example",
                                     "user@b.example",
                                     "user@host.b.example",
                                     "user@your.domain",
                                     "x@c.example",
                                     "\"bob\"@A.Example",
                                     "user@B.example." };
static const char *const CLIENTS[] = {
    "192.0.2.0",   "192.0.2.7",    "192.0.2.128", "192.0.1.255",
    "192.0.3.0",   "198.51.100.9", "192.0.2.8",   "192.0.2.6",
    "192.0.2.127", "2001:db8::",   "2001:db8::1", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "192.0.2.200", "2001:db8:5::1"
};
/* Left out of networks that are trusted: a world has some of them. */
static const char *const FORWARDERS[] = { "192.0.2.0", "192.0.2.8", "192.0.2.128", "2001:db8::1" };
static const char *const LISTENERS[] = { "submission", "devices" };
static const char CERT[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
static const char *const CERTS[] = { "", CERT };
static const char *const TO[] = { "x@out.example", "x@a.example", "a%b@a.example",
                                  "\"x\"@A.EXAMPLE.", "\"a@b\"@a.example" };

static void some_conditions(struct buf *b, bool forbid)
{
    static const char *const NETS[] = { "\"192.0.2.0/24\"", "\"192.0.2.0/25\"", "\"192.0.2.7\"",
                                        "\"2001:db8::/32\"",
                                        "{\"192.0.2.128/25\", \"2001:db8::\"}" };
    static const char *const OF_LOGIN[] = { "\"anna@a.example\"", "\"bob\"", "{\"old\", \"bob\"}" };
    static const char *const OF_SENDER[] = { "\"bob@a.example\"", "\"@b.example\"",
                                             "\"@*.b.example\"", "{owned, \"x@c.example\"}",
                                             "owned" };
    unsigned before = (unsigned)b->n;
    while (b->n == before) {
        if (pick(3) == 0)
            buf_addf(b, "login = %s ", OF_LOGIN[pick(3)]);
        if (pick(3) == 0 && !forbid)
            buf_addf(b, "authenticated = true ");
        if (pick(4) == 0)
            buf_addf(b, "tls = %s ", forbid && pick(2) ? "false" : "true");
        if (pick(3) == 0)
            buf_addf(b, "network = %s ", NETS[pick(5)]);
        if (pick(4) == 0)
            buf_addf(b, "listener = \"%s\" ", LISTENERS[pick(2)]);
        if (pick(5) == 0)
            buf_addf(b, "certificate = \"%s\" ", CERT);
        if (pick(4) == 0)
            buf_addf(b, "recipient-domain = \"a.example\" ");
        if (pick(3) == 0)
            buf_addf(b, "sender = %s ", OF_SENDER[pick(forbid ? 3 : 5)]);
        if (pick(5) == 0 && !forbid)
            buf_addf(b, "pop-window = true ");
        if (pick(5) == 0)
            buf_addf(b, "rate = \"5/h\" ");
    }
}

static void some_rules(struct buf *b)
{
    unsigned permits = 1 + pick(4), forbids = pick(3);
    for (unsigned i = 0; i < permits; i++) {
        buf_addf(b, "permit \"p%u\" { ", i);
        some_conditions(b, false);
        buf_addf(b, "}\n");
    }
    for (unsigned i = 0; i < forbids; i++) {
        buf_addf(b, "forbid \"f%u\" { ", i);
        some_conditions(b, true);
        buf_addf(b, "}\n");
    }
    if (pick(2))
        buf_addf(b, "owner \"bob\" { address = {\"bob@a.example\", \"@b.example\"} }\n");
}

/* One value of each fact: indexes into the tables. */
struct world {
    unsigned login, from, client, listener, cert, tls, pop, used, to, author;
};

static struct ip clients[COUNT_OF(CLIENTS)];

static void facts_of(const struct world *w, const struct policy *p, struct policy_facts *f,
                     struct policy_rate rates[8])
{
    *f = (struct policy_facts){ .login = str_from(LOGINS[w->login]),
                                .reverse_path = str_from(FROMS[w->from]),
                                .listener = str_from(LISTENERS[w->listener]),
                                .certificate = str_from(CERTS[w->cert]),
                                .tls = w->tls,
                                .pop_window = w->pop,
                                .forward_path = str_from(TO[w->to]) };
    f->client = clients[w->client];
    if (w->author) {
        f->author.known = POLICY_KNOWN;
        f->author.address = str_from(FROMS[w->author]);
    }
    for (size_t i = 0; i < p->count && i < 8; i++)
        rates[f->rate_count++] = (struct policy_rate){ &p->rules[i], POLICY_KNOWN, w->used, 9 };
    f->rates = rates;
}

static bool is_permitted(const struct world *w, const struct policy *p)
{
    struct policy_facts f;
    struct policy_rate rates[8];
    facts_of(w, p, &f, rates);
    return policy_decide(p, &f).outcome == POLICY_PERMIT;
}

/* Facts that some rule looks at: a change of another makes no difference. */
static unsigned varies;

static void see_what_varies(const struct policy *p)
{
    static const struct {
        enum policy_kind kind;
        enum policy_fact fact;
    } LOOKS_AT[] = { { POLICY_TLS, POLICY_FACT_TLS },
                     { POLICY_LISTENER, POLICY_FACT_LISTENER },
                     { POLICY_CERTIFICATE, POLICY_FACT_CERTIFICATE },
                     { POLICY_POP_WINDOW, POLICY_FACT_POP },
                     { POLICY_NETWORK, POLICY_FACT_CLIENT },
                     { POLICY_RATE, POLICY_FACT_RATE } };
    varies = 1u << POLICY_FACT_LOGIN | 1u << POLICY_FACT_FROM;
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < COUNT_OF(LOOKS_AT); k++)
            if (policy_condition_of(&p->rules[i], LOOKS_AT[k].kind))
                varies |= 1u << LOOKS_AT[k].fact;
}

/* Does it pass with at most so many facts changed, of those from `fact` on? From is reverse-path and author; waiting
 * leaves no rate used up. */
static bool any(const struct policy *p, struct world *w, const struct world *was, unsigned changes,
                unsigned fact)
{
    static const unsigned VALUES[POLICY_FACTS] = { COUNT_OF(LOGINS),  2, COUNT_OF(FROMS), 2, 2, 2,
                                                   COUNT_OF(CLIENTS), 1 };
    unsigned *fields[POLICY_FACTS] = { &w->login, &w->tls, &w->from,   &w->listener,
                                       &w->cert,  &w->pop, &w->client, &w->used };
    while (fact < POLICY_FACTS && !(varies & 1u << fact))
        fact++;
    if (fact == POLICY_FACTS || !changes)
        return is_permitted(w, p);
    bool passes = any(p, w, was, changes, fact + 1);
    unsigned before = *fields[fact], author = w->author;
    for (unsigned v = 0; v < VALUES[fact] && !passes; v++) {
        *fields[fact] = v;
        if (fact == POLICY_FACT_FROM && was->author && v)
            w->author = v;
        if (v != before || w->author != author)
            passes = any(p, w, was, changes - 1, fact + 1);
    }
    *fields[fact] = before;
    w->author = author;
    return passes;
}

/* The smallest that passes, or POLICY_FACTS + 1: small changes are tried before larger ones, and where none of three
 * passes, whether any does. */
static unsigned smallest(const struct policy *p, const struct world *w)
{
    struct world at = *w;
    unsigned least = 0;
    see_what_varies(p);
    while (least <= 3 && !any(p, &at, w, least, 0))
        least++;
    if (least > 3 && !any(p, &at, w, POLICY_FACTS, 0))
        return POLICY_FACTS + 1;
    while (!any(p, &at, w, least, 0))
        least++;
    return least;
}

static void one_pair(unsigned long number)
{
    AUTO(buf_done) struct buf text;
    struct kit k;
    struct policy_facts f;
    struct policy_rate rates[8];
    struct policy_nearest n;
    bool found;
    buf_init(&text, 1 << 16);
    some_rules(&text);
    buf_addc(&text, 0);
    struct policy_forwarder forwarders[COUNT_OF(FORWARDERS)];
    size_t forwarder_count = 0;
    for (size_t i = 0, some = pick(2); i < COUNT_OF(FORWARDERS); i++)
        if (some && pick(2)) {
            assert_true(ip_parse(str_from(FORWARDERS[i]), &forwarders[forwarder_count].ip));
            forwarders[forwarder_count++].why = STR("a gateway");
        }
    if (!kit_try_behind(&k, text.p, forwarders, forwarder_count))
        fail_msg("%s\n%s", k.e.why, text.p);
    struct world w = { pick(COUNT_OF(LOGINS)),
                       pick(COUNT_OF(FROMS)),
                       pick(COUNT_OF(CLIENTS)),
                       pick(2),
                       pick(2),
                       pick(2),
                       pick(2),
                       pick(2) * 9,
                       pick(COUNT_OF(TO)),
                       pick(3) ? 0 : pick(COUNT_OF(FROMS)) };
    const str listeners[] = { STR("submission"), STR("devices") };
    facts_of(&w, k.policy, &f, rates);
    assert_true(policy_nearest(k.policy, &f, listeners, 2, &k.arena, &n, &found, &k.e));
    unsigned wanted = smallest(k.policy, &w);
    if (found != (wanted <= POLICY_FACTS) || (found && n.count != wanted))
        fail_msg("pair %lu: %u changes, not %u\n%s login %s from %s client %s listener %s to %s",
                 number, found ? n.count : 99, wanted, text.p, LOGINS[w.login], FROMS[w.from],
                 CLIENTS[w.client], LISTENERS[w.listener], TO[w.to]);
    if (found) {
        enum policy_outcome o = policy_decide(k.policy, &n.facts).outcome;
        assert_true(o == POLICY_PERMIT || (o == POLICY_ASK && n.changed & 1u << POLICY_FACT_RATE));
    }
    kit_done(&k);
}

static void nothing_smaller_passes(void **unused UNUSED)
{
    const char *more = getenv("BATON_NEAREST_PAIRS");
    unsigned long pairs = more ? strtoul(more, NULL, 10) : 20000;
    state = 20261126;
    for (size_t i = 0; i < COUNT_OF(CLIENTS); i++)
        assert_true(ip_parse(str_from(CLIENTS[i]), &clients[i]));
    for (unsigned long i = 0; i < pairs; i++)
        one_pair(i);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(nothing_smaller_passes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
