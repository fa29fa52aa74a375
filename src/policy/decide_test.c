/* SPDX-License-Identifier: ISC */
/* Conditions in pairs, rules beside each other, and what is not known yet: each case fails when one of them stops to count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy_kit.h"

#define PRINT "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Who says who it is, and facts that do not fit. */
static const struct {
    const char *text;
    struct policy_facts right, wrong; /* of these only what the condition is about */
} WHO[] = {
    { "login = \"shop\"", { .login = STR_INIT("shop") }, { .login = STR_INIT("shopper") } },
    { "certificate = \"" PRINT "\"",
      { .certificate = STR_INIT(PRINT) },
      { .certificate = STR_INIT(
            "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef") } },
    { "network = \"192.0.2.0/24\"",
      { .client = { .family = IP_V4, .octets = { 192, 0, 2, 9 } } },
      { .client = { .family = IP_V4, .octets = { 192, 0, 3, 9 } } } },
    { "recipient-domain = \"in.example\"",
      { .forward_path = STR_INIT("b@in.example") },
      { .forward_path = STR_INIT("b@out.example") } },
    { "listener = \"inside\"",
      { .listener = STR_INIT("inside") },
      { .listener = STR_INIT("submission") } },
    { "tls = true", { .tls = true }, { .tls = false } },
    { "pop-window = true", { .pop_window = true }, { .pop_window = false } },
    { "sender = \"a@in.example\"",
      { .reverse_path = STR_INIT("a@in.example") },
      { .reverse_path = STR_INIT("a@out.example") } },
};

enum { POP = 6 }; /* where it stands there */

static void take(struct policy_facts *f, size_t i, bool right)
{
    const struct policy_facts *x = right ? &WHO[i].right : &WHO[i].wrong;
    switch (i) {
    case 0: f->login = x->login; break;
    case 1: f->certificate = x->certificate; break;
    case 2: f->client = x->client; break;
    case 3: f->forward_path = x->forward_path; break;
    case 4: f->listener = x->listener; break;
    case 5: f->tls = x->tls; break;
    case POP: f->pop_window = x->pop_window; break;
    default: f->reverse_path = x->reverse_path; break;
    }
}

static struct policy_facts facts_of(size_t i, bool i_right, size_t k, bool k_right)
{
    struct policy_facts f = { .listener = STR("submission"),
                              .reverse_path = STR("x@y.example"),
                              .forward_path = STR("z@elsewhere.example") };
    assert_true(ip_parse(STR("198.51.100.7"), &f.client));
    take(&f, i, i_right);
    take(&f, k, k_right);
    return f;
}

/* Whichever of the two the index finds the rule by, the other counts. */
static void two_conditions_are_both_needed(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(WHO); i++)
        for (size_t k = 0; k < COUNT_OF(WHO); k++) {
            char text[512], other[512]; /* the rules stay slices of them */
            struct kit permits, forbids;
            if (i == k)
                continue;
            snprintf(text, sizeof text, "permit \"p\" { %s %s }", WHO[i].text, WHO[k].text);
            kit_read(&permits, text);
            snprintf(
                other, sizeof other,
                "permit \"all\" { listener = {\"submission\", \"inside\"} } forbid \"f\" { %s %s }",
                WHO[i].text, WHO[k].text);
            bool can_forbid = i != POP && k != POP; /* it only lets in */
            if (can_forbid)
                kit_read(&forbids, other);
            for (unsigned bits = 0; bits < 4; bits++) {
                const struct policy_facts f = facts_of(i, bits & 1, k, bits & 2);
                bool both = bits == 3;
                if ((policy_decide(permits.policy, &f).outcome == POLICY_PERMIT) != both)
                    fail_msg("permit { %s %s }: %u", WHO[i].text, WHO[k].text, bits);
                if (!can_forbid)
                    continue;
                const struct policy_decision d = policy_decide(forbids.policy, &f);
                if ((d.outcome == POLICY_REFUSE) != both || (d.forbid != NULL) != both)
                    fail_msg("forbid { %s %s }: %u", WHO[i].text, WHO[k].text, bits);
            }
            kit_done(&permits);
            if (can_forbid)
                kit_done(&forbids);
        }
}

/* What is left out of what a network trusts is not left out of what one forbids. */
static void a_forbid_holds_for_who_stands_for_others(void **state UNUSED)
{
    struct policy_forwarder bridge = { .why = STR("the bridge docker0 of this machine") };
    struct policy_facts f = { .listener = STR("submission"),
                              .login = STR("x"),
                              .reverse_path = STR("a@b.example"),
                              .forward_path = STR("c@d.example") };
    struct kit k;
    assert_true(ip_parse(STR("172.17.0.1"), &bridge.ip));
    f.client = bridge.ip;
    assert_true(kit_try_behind(
        &k,
        "permit \"net\" { network = \"172.17.0.0/16\" } permit \"x\" { login = \"x\" } "
        "forbid \"no\" { network = \"172.17.0.0/16\" }",
        &bridge, 1));
    assert_int_equal(policy_decide(k.policy, &f).outcome, POLICY_REFUSE);
    assert_non_null(policy_decide(k.policy, &f).forbid);
    kit_done(&k);
}

static const struct {
    const char *from, *author; /* NULL: not known yet */
    bool refused;
} SENDERS[] = {
    { "bad@x.example", NULL, true },
    { "bad@x.example", "good@x.example", true },
    { "good@x.example", NULL, false },
    { "good@x.example", "good@x.example", false },
    { "good@x.example", "bad@x.example", true },
    { "good@x.example", "any@bad.example", true },
    { "good@x.example", "any@below.bad.example", false },
    { "good@x.example", "", false },
    { "any@bad.example", "good@x.example", true },
    { "", NULL, false },
    { "", "bad@x.example", true },
    { "\"b\\ad\"@X.example.", NULL, true },
};

static void a_forbidden_sender_may_be_in_neither_place(void **state UNUSED)
{
    struct kit k;
    kit_read(&k, "permit \"a\" { authenticated = true } forbid \"b\" { sender = "
                 "{\"bad@x.example\", \"@bad.example\"} }");
    for (size_t i = 0; i < COUNT_OF(SENDERS); i++) {
        struct policy_facts f = { .login = STR("anna"),
                                  .reverse_path = str_from(SENDERS[i].from),
                                  .forward_path = STR("c@d.example") };
        if (SENDERS[i].author) {
            f.author.known = POLICY_KNOWN;
            f.author.address = str_from(SENDERS[i].author);
        }
        if ((policy_decide(k.policy, &f).outcome == POLICY_REFUSE) != SENDERS[i].refused)
            fail_msg("%s, %s", SENDERS[i].from, SENDERS[i].author ? SENDERS[i].author : "-");
    }
    kit_done(&k);
}

/* Two lists and SPF; a rule that asks for nothing stands beside. */
enum { NOT, CLEAN, LISTED, FAILED };
static const struct {
    int one, two, spf; /* of SPF: LISTED is that it fails */
    enum policy_outcome outcome;
} LOOKS[] = {
    { CLEAN, CLEAN, CLEAN, POLICY_PERMIT },   { LISTED, CLEAN, CLEAN, POLICY_REFUSE },
    { CLEAN, LISTED, CLEAN, POLICY_REFUSE },  { FAILED, LISTED, CLEAN, POLICY_REFUSE },
    { NOT, LISTED, CLEAN, POLICY_REFUSE },    { LISTED, NOT, NOT, POLICY_REFUSE },
    { LISTED, FAILED, CLEAN, POLICY_REFUSE }, { FAILED, CLEAN, CLEAN, POLICY_DEFER },
    { CLEAN, FAILED, CLEAN, POLICY_DEFER },   { NOT, FAILED, CLEAN, POLICY_ASK },
    { FAILED, NOT, CLEAN, POLICY_ASK },       { CLEAN, NOT, CLEAN, POLICY_ASK },
    { CLEAN, CLEAN, NOT, POLICY_ASK },        { CLEAN, CLEAN, FAILED, POLICY_DEFER },
    { CLEAN, CLEAN, LISTED, POLICY_REFUSE },  { FAILED, CLEAN, LISTED, POLICY_REFUSE },
    { LISTED, CLEAN, FAILED, POLICY_REFUSE }, { FAILED, FAILED, NOT, POLICY_ASK },
};

static enum policy_known known(int state)
{
    return state == NOT ? POLICY_NOT_ASKED : state == FAILED ? POLICY_FAILED : POLICY_KNOWN;
}

static void each_look_counts(void **state UNUSED)
{
    struct kit k;
    kit_read(&k, "permit \"in\" { recipient-domain = \"in.example\" "
                 "unless-listed = {\"one.example\", \"two.example\"} unless-spf = {fail} }");
    for (size_t i = 0; i < COUNT_OF(LOOKS); i++) {
        /* "other": a zone that the rule does not name says nothing */
        const struct policy_listed listed[] = {
            { STR("other.example"), POLICY_KNOWN, true },
            { STR("two.example"), known(LOOKS[i].two), LOOKS[i].two == LISTED },
            { STR("one.example"), known(LOOKS[i].one), LOOKS[i].one == LISTED },
        };
        struct policy_facts f = { .reverse_path = STR("a@b.example"),
                                  .forward_path = STR("c@in.example"),
                                  .listed = listed,
                                  .listed_count = COUNT_OF(listed) };
        f.spf.known = known(LOOKS[i].spf);
        f.spf.result = LOOKS[i].spf == LISTED ? AUTH_FAIL : AUTH_PASS;
        const struct policy_decision d = policy_decide(k.policy, &f);
        if (d.outcome != LOOKS[i].outcome)
            fail_msg("look %zu: outcome %d", i, d.outcome);
        if (d.outcome == POLICY_DEFER)
            assert_int_equal(d.cause, CAUSE_DNS_FAILURE);
    }
    kit_done(&k);
}

/* A forbid that holds for a while: where something may be permitted it is asked for first, and waiting helps. */
static const struct {
    const char *login, *from;
    enum policy_known known;
    unsigned used;
    enum policy_outcome outcome;
} RATES[] = {
    { "x", "a@in.example", POLICY_NOT_ASKED, 0, POLICY_ASK },
    { "x", "a@in.example", POLICY_KNOWN, 1, POLICY_PERMIT },
    { "x", "a@in.example", POLICY_KNOWN, 2, POLICY_DEFER },
    { "x", "a@in.example", POLICY_KNOWN, 3, POLICY_DEFER },
    { "x", "a@in.example", POLICY_FAILED, 0, POLICY_DEFER },
    { "x", "a@out.example", POLICY_NOT_ASKED, 0, POLICY_REFUSE },
    { "x", "a@out.example", POLICY_KNOWN, 3, POLICY_REFUSE },
    { "y", "a@in.example", POLICY_KNOWN, 3, POLICY_PERMIT },
};

static void a_rate_forbids_for_a_while(void **state UNUSED)
{
    struct kit k;
    kit_read(&k, "permit \"in\" { authenticated = true sender = \"@in.example\" } forbid \"much\" "
                 "{ login = \"x\" rate = \"2/h\" }");
    for (size_t i = 0; i < COUNT_OF(RATES); i++) {
        /* another rule's rate is not this one's */
        const struct policy_rate rates[] = {
            { kit_rule(k.policy, "in"), POLICY_KNOWN, 99, 60 },
            { kit_rule(k.policy, "much"), RATES[i].known, RATES[i].used, 60 },
        };
        const struct policy_facts f = { .login = str_from(RATES[i].login),
                                        .reverse_path = str_from(RATES[i].from),
                                        .forward_path = STR("c@d.example"),
                                        .rates = rates,
                                        .rate_count = COUNT_OF(rates) };
        const struct policy_decision d = policy_decide(k.policy, &f);
        if (d.outcome != RATES[i].outcome)
            fail_msg("rate %zu: outcome %d", i, d.outcome);
        if (d.outcome == POLICY_ASK)
            assert_int_equal(d.missing, 1u << POLICY_RATE);
        if (d.outcome == POLICY_DEFER && RATES[i].known == POLICY_KNOWN)
            assert_true(d.forbid == kit_rule(k.policy, "much"));
    }
    kit_done(&k);
}

/* However the index comes by them. */
static void the_first_in_the_file_is_told(void **state UNUSED)
{
    static const char *const RULES[] = {
        "login = \"x\"",
        "network = \"192.0.2.0/24\"",
        "recipient-domain = \"in.example\"",
        "listener = \"inside\"",
    };
    struct policy_facts f = { .listener = STR("inside"),
                              .login = STR("x"),
                              .reverse_path = STR("a@b.example"),
                              .forward_path = STR("c@in.example") };
    assert_true(ip_parse(STR("192.0.2.7"), &f.client));
    for (size_t i = 0; i < COUNT_OF(RULES); i++)
        for (size_t j = 0; j < COUNT_OF(RULES); j++) {
            char text[512];
            struct kit k;
            snprintf(text, sizeof text,
                     "permit \"one\" { %s } permit \"two\" { %s } permit \"three\" { %s }",
                     RULES[i], RULES[j], RULES[i]);
            kit_read(&k, text);
            const struct policy_decision d = policy_decide(k.policy, &f);
            assert_int_equal(d.outcome, POLICY_PERMIT);
            if (d.permit != kit_rule(k.policy, "one"))
                fail_msg("%s: %.*s", text, STR_ARG(d.permit->name));
            kit_done(&k);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_conditions_are_both_needed),
        cmocka_unit_test(a_forbid_holds_for_who_stands_for_others),
        cmocka_unit_test(a_forbidden_sender_may_be_in_neither_place),
        cmocka_unit_test(each_look_counts),
        cmocka_unit_test(a_rate_forbids_for_a_while),
        cmocka_unit_test(the_first_in_the_file_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
