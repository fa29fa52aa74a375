/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mailauth/spf_publish.h"
#include "mailauth/zone_script.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char ZONE[] =
    "svc.example TXT v=spf1 ip4:203.0.113.0/25 ip6:2001:db8:5::/48 ?ip4:10.0.0.0/8 "
    "include:more.svc.example ~all\n"
    "more.svc.example TXT v=spf1 ip4:198.51.100.64/26 a:one.svc.example -all\n"
    "noaddress.example TXT v=spf1 a:one.svc.example exists:%{i}.x.example -all\n"
    "mapped.example TXT v=spf1 ip6:::ffff:192.0.2.1 -all\n"
    "macro.example TXT v=spf1 include:%{d}.x.example -all\n"
    "ring.example TXT v=spf1 include:gnir.example -all\n"
    "gnir.example TXT v=spf1 include:ring.example -all\n"
    "wrong.example TXT v=spf1 mx ipv4:192.0.2.1 a/99 include:svc.example -all\n"
    "two.example TXT v=spf1 mx a:one.svc.example -all\n"
    "two.example TXT v=spf1 MX ip4:192.0.2.9 ~all\n"
    "moved.example TXT v=spf1 redirect=plain.example\n"
    "moved.example TXT v=spf1 mx redirect=gone.example -all\n"
    "sent.example TXT v=spf1 redirect=plain.example\n"
    "sent.example TXT v=spf1 redirect=svc.example\n"
    "plain.example TXT v=spf1 mx -all\n"
    "noall.example TXT v=spf1 mx\n"
    "redirected.example TXT v=spf1 redirect=plain.example\n"
    "both.example TXT v=spf1 redirect=plain.example ?all\n"
    "explained.example TXT v=spf1 exp=why.example ip4:192.0.2.0/24 include:svc.example -all x=y\n"
    "soft.example TXT v=spf1 ~include:svc.example ~ip4:192.0.2.0/24 ~all\n"
    "open.example TXT v=spf1 +all\n"
    "notxt.example A 192.0.2.1\n"
    "hasall.example TXT v=spf1 include:svc.example -all\n"
    "hassome.example TXT v=spf1 ip4:203.0.113.0/24 -all\n"
    "hasnone.example TXT v=spf1 mx -all\n"
    "broken.example TXT v=spf1 bogus -all\n"
    "slowsvc.example TXT v=spf1 include:slow.example -all\n"
    "slow.example TIMEOUT\n"
    "behindall.example TXT v=spf1 a -all include:svc.example mx\n"
    "wide.example TXT v=spf1 include:w1.example include:w1.example include:w1.example "
    "include:w1.example include:w1.example -all\n"
    "w1.example TXT v=spf1 include:w2.example include:w2.example include:w2.example "
    "include:w2.example include:w2.example include:w2.example include:w2.example -all\n"
    "w2.example TXT v=spf1 a mx a mx a mx a mx -all\n";

struct run {
    struct dns_known *known;
    struct arena memory;
    str domain;
    struct spf_wish wish;
    struct spf_proposal proposal;
    struct spf_input in;
    str include;
    struct spf_guess guess;
    struct spf_tree tree;
};

static void begin(struct run *r)
{
    *r = (struct run){ .known = dns_known_new(0) };
    assert_non_null(r->known);
    arena_init(&r->memory, 4 << 20);
}
static void end(struct run *r)
{
    dns_known_free(r->known);
    arena_done(&r->memory);
}

static bool propose(void *user)
{
    struct run *r = user;
    return spf_propose(r->known, r->domain, &r->wish, &r->memory, &r->proposal);
}

static const struct proposal_case {
    const char *domain, *include, *address; /* NULL: none */
    bool made, changes;
    const char *record, *left_out;
    unsigned lookups;
    bool lookups_open;
} PROPOSALS[] = {
    { "notxt.example", "svc.example", NULL, true, true, "v=spf1 include:svc.example ~all", "", 3,
      false },
    { "gone.example", NULL, "192.0.2.1", true, true, "v=spf1 ip4:192.0.2.1 ~all", "", 0, false },
    { "plain.example", "svc.example", NULL, true, true, "v=spf1 mx include:svc.example -all", "", 4,
      false },
    { "plain.example", "svc.example", "2001:db8::1", true, true,
      "v=spf1 mx ip6:2001:db8::1 include:svc.example -all", "", 4, false },
    { "plain.example", NULL, NULL, true, false, "v=spf1 mx -all", "", 1, false },
    { "noall.example", "svc.example", NULL, true, true, "v=spf1 mx include:svc.example ~all", "", 4,
      false },
    { "redirected.example", NULL, "192.0.2.1", true, true,
      "v=spf1 ip4:192.0.2.1 redirect=plain.example", "", 2, false },
    { "both.example", NULL, "192.0.2.1", true, true, "v=spf1 ip4:192.0.2.1 ?all", "", 0, false },
    /* what is there is not added again, also when it is there in another form */
    { "explained.example", "SVC.example", "192.0.2.77", true, false,
      "v=spf1 ip4:192.0.2.0/24 include:svc.example -all exp=why.example x=y", "", 3, false },
    { "explained.example", NULL, "192.0.3.77", true, true,
      "v=spf1 ip4:192.0.2.0/24 include:svc.example ip4:192.0.3.77 -all exp=why.example x=y", "", 3,
      false },
    { "soft.example", "svc.example", "192.0.2.77", true, true,
      "v=spf1 ~include:svc.example ~ip4:192.0.2.0/24 ip4:192.0.2.77 include:svc.example ~all", "",
      6, false },
    { "open.example", NULL, NULL, true, false, "v=spf1 ~all", "", 0, false },
    { "behindall.example", NULL, "192.0.2.1", true, true,
      "v=spf1 a include:svc.example mx ip4:192.0.2.1 -all", "", 5, false },
    /* several records become one; the stricter all stays */
    { "two.example", NULL, NULL, true, true, "v=spf1 mx a:one.svc.example ip4:192.0.2.9 -all", "",
      2, false },
    /* ... and a redirect of one of them an include */
    { "moved.example", NULL, NULL, true, true, "v=spf1 include:plain.example mx -all", "", 3,
      false },
    { "sent.example", NULL, NULL, true, true, "v=spf1 include:svc.example redirect=plain.example",
      "", 5, false },
    { "wrong.example", NULL, NULL, true, true, "v=spf1 mx include:svc.example -all",
      "ipv4:192.0.2.1 a/99", 4, false },
    /* nothing replaces what could not be read */
    { "slow.example", "svc.example", NULL, false, false, NULL, "", 0, false },
    { "plain.example", "slow.example", NULL, true, true, "v=spf1 mx include:slow.example -all", "",
      2, true },
    { "plain.example", "macro.example", NULL, true, true, "v=spf1 mx include:macro.example -all",
      "", 3, true },
    { "plain.example", "ring.example", NULL, true, true, "v=spf1 mx include:ring.example -all", "",
      4, true },
    { "plain.example", "broken.example", NULL, true, true, "v=spf1 mx include:broken.example -all",
      "", 2, true },
};

static void test_proposals(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(PROPOSALS); i++) {
        const struct proposal_case *c = &PROPOSALS[i];
        struct run r;
        struct ip ip;
        str include = str_from(c->include);
        begin(&r);
        r.domain = str_from(c->domain);
        r.wish = (struct spf_wish){ &include, c->include != NULL, &ip, c->address != NULL };
        if (c->address)
            assert_true(ip_parse(str_from(c->address), &ip));
        assert_int_not_equal(zone_script_run(ZONE, r.known, propose, &r), UINT_MAX);
        const struct spf_proposal *p = &r.proposal;
        if (p->made != c->made || p->changes != c->changes || p->lookups != c->lookups ||
            p->lookups_open != c->lookups_open || !str_eq(p->record, str_from(c->record)) ||
            !str_eq(p->left_out, str_from(c->left_out))) {
            print_message(
                "%s: made %d, changes %d, '%.*s', left out '%.*s', %u look-ups, open %d\n",
                c->domain, p->made, p->changes, STR_ARG(p->record), STR_ARG(p->left_out),
                p->lookups, p->lookups_open);
            fail();
        }
        end(&r);
    }
}

static bool guess(void *user)
{
    struct run *r = user;
    return spf_guess_by_include(r->known, &r->in, r->include, &r->memory, &r->guess);
}

static const struct guess_case {
    const char *domain, *include;
    bool usable;
    size_t tried, passed;
    enum auth_result result;
    const char *address;
} GUESSES[] = {
    { "hasall.example", "svc.example", true, 3, 3, AUTH_PASS, "203.0.113.0" },
    { "hassome.example", "svc.example", true, 3, 1, AUTH_FAIL, "2001:db8:5::" },
    { "hasnone.example", "svc.example", true, 3, 0, AUTH_FAIL, "203.0.113.0" },
    { "notxt.example", "svc.example", true, 3, 0, AUTH_NONE, "203.0.113.0" },
    { "two.example", "svc.example", true, 3, 0, AUTH_PERMERROR, "203.0.113.0" },
    { "slow.example", "svc.example", true, 3, 0, AUTH_TEMPERROR, "203.0.113.0" },
    { "hasall.example", "noaddress.example", false, 0, 0, AUTH_NONE, NULL },
    { "hasall.example", "mapped.example", false, 0, 0, AUTH_NONE, NULL },
    { "hasall.example", "gone.example", false, 0, 0, AUTH_NONE, NULL },
    { "hasall.example", "slow.example", false, 0, 0, AUTH_NONE, NULL },
    { "hasall.example", "two.example", false, 0, 0, AUTH_NONE, NULL },
    { "hasall.example", "slowsvc.example", false, 0, 0, AUTH_NONE, NULL },
};

static void test_guesses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(GUESSES); i++) {
        const struct guess_case *c = &GUESSES[i];
        struct run r;
        begin(&r);
        r.in.from = str_from(c->domain);
        r.include = str_from(c->include);
        assert_int_not_equal(zone_script_run(ZONE, r.known, guess, &r), UINT_MAX);
        const struct spf_guess *g = &r.guess;
        if (g->usable != c->usable || g->tried != c->tried || g->passed != c->passed) {
            print_message("%s by %s: usable %d, %zu of %zu\n", c->domain, c->include, g->usable,
                          g->passed, g->tried);
            fail();
        }
        if (g->usable) {
            char text[IP_TEXT_MAX];
            assert_int_equal(g->check.result, c->result);
            assert_string_equal(ip_text(&g->address, text), c->address);
        } else
            assert_true(g->sentence.n > 0);
        end(&r);
    }
}

static bool walk(void *user)
{
    struct run *r = user;
    return spf_tree_of(r->known, STR("v=spf1 include:wide.example include:wide.example -all"),
                       &r->tree);
}

static void test_a_wide_tree_has_an_end(void **state)
{
    (void)state;
    struct run r;
    begin(&r);
    assert_int_not_equal(zone_script_run(ZONE, r.known, walk, &r), UINT_MAX);
    assert_true(r.tree.open);
    assert_int_equal(r.tree.lookups, SPF_TREE_TERMS_MAX + 1);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proposals),
        cmocka_unit_test(test_guesses),
        cmocka_unit_test(test_a_wide_tree_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
