/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy_kit.h"

/* The rule file of an office: people who log in, printers, a website, and mail for its own domain. */
static const char OFFICE[] =
    "permit \"users\"    { authenticated = true  sender = owned  rate = \"300/h\" }\n"
    "permit \"printers\" { listener = \"devices\"  network = {\"192.168.1.0/24\", \"fd00:1::/64\"} "
    "}\n"
    "permit \"inbound\"  { recipient-domain = {\"corp.example\", \"*.corp.example\"}\n"
    "                      unless-listed = {\"zen.example\"}  unless-spf = {fail} }\n"
    "permit \"shop\"     { login = \"shop\"  sender = {\"@shop.example\"}  tls = true }\n"
    "permit \"pop\"      { pop-window = true  network = \"198.51.100.0/24\" }\n"
    "forbid \"banned\"   { network = {\"203.0.113.66\", \"2001:db8:bad::/48\"} }\n"
    "forbid \"left\"     { login = {\"old\"} }\n"
    "owner \"anna@corp.example\" { address = {\"info@corp.example\", \"@sales.example\"} }\n"
    "owner \"bob\" { address = \"bob@corp.example\" }\n";

struct session {
    const char *what;
    const char *client, *listener, *login, *from, *to, *author;
    bool tls, pop;
    enum policy_known listed_known, spf_known, rate_known;
    bool listed;
    enum auth_result spf;
    unsigned used;
    enum policy_outcome outcome;
    const char *rule, *cause; /* NULL: none */
    unsigned missing;
};
#define OUT     "tom@elsewhere.example"
#define ANNA    "anna@corp.example"
#define RATE(n) .rate_known = POLICY_KNOWN, .used = (n)
#define CLEAN   .listed_known = POLICY_KNOWN, .spf_known = POLICY_KNOWN, .spf = AUTH_PASS
#define BIT(k)  (1u << POLICY_##k)

static const struct session SESSIONS[] = {
    /* people */
    { .what = "no login",
      .from = ANNA,
      .to = OUT,
      .outcome = POLICY_REFUSE,
      .cause = "client-never-authenticates" },
    { .what = "a login, rate not asked",
      .login = ANNA,
      .from = ANNA,
      .to = OUT,
      .outcome = POLICY_ASK,
      .missing = BIT(RATE),
      .rule = "users" },
    { .what = "a login",
      .login = ANNA,
      .from = ANNA,
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "in other letters",
      .login = ANNA,
      .from = "Anna@CORP.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "with a tag",
      .login = ANNA,
      .from = "anna+x@corp.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "a dot behind the domain",
      .login = ANNA,
      .from = "anna@corp.example.",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "quotes that it needs not",
      .login = ANNA,
      .from = "\"anna\"@corp.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "quotes, a backslash, a tag and a dot",
      .login = ANNA,
      .from = "\"an\\na+x\"@Corp.Example.",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "quotes that make it another's",
      .login = ANNA,
      .from = "\"anna \"@corp.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_REFUSE,
      .cause = "from-not-login" },
    { .what = "an author in quotes",
      .login = ANNA,
      .from = ANNA,
      .author = "\"info\"@corp.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "an own domain with a dot",
      .login = ANNA,
      .from = "\"a b\"@sales.example.",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "an alias",
      .login = ANNA,
      .from = "info@corp.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "an alias with a tag",
      .login = ANNA,
      .from = "info+a+b@corp.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "an own domain",
      .login = ANNA,
      .from = "any@sales.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "below an own domain",
      .login = ANNA,
      .from = "any@x.sales.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_REFUSE,
      .cause = "from-not-login" },
    { .what = "null reverse-path",
      .login = ANNA,
      .from = "",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "another's address",
      .login = ANNA,
      .from = "bob@corp.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_REFUSE,
      .cause = "from-not-login" },
    { .what = "author of another",
      .login = ANNA,
      .from = ANNA,
      .author = "bob@corp.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_REFUSE,
      .cause = "from-not-login" },
    { .what = "author of one's own",
      .login = ANNA,
      .from = ANNA,
      .author = "info@corp.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "null reverse-path, author of another",
      .login = ANNA,
      .from = "",
      .author = "bob@corp.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_REFUSE,
      .cause = "from-not-login" },
    { .what = "a login that is no address",
      .login = "bob",
      .from = "bob@corp.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "a sender without domain",
      .login = "bob",
      .from = "bob",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_REFUSE,
      .cause = "from-not-login" },
    { .what = "one below the rate",
      .login = ANNA,
      .from = ANNA,
      .to = OUT,
      RATE(299),
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "at the rate",
      .login = ANNA,
      .from = ANNA,
      .to = OUT,
      RATE(300),
      .outcome = POLICY_DEFER,
      .cause = "rate-limited" },
    { .what = "rate not to be had",
      .login = ANNA,
      .from = ANNA,
      .to = OUT,
      .rate_known = POLICY_FAILED,
      .outcome = POLICY_DEFER,
      .cause = "dns-failure",
      .rule = "users" },
    { .what = "the shop in clear",
      .login = "shop",
      .from = "a@shop.example",
      .to = OUT,
      RATE(0),
      .outcome = POLICY_REFUSE,
      .cause = "mail-only-under-tls" },
    { .what = "the shop",
      .login = "shop",
      .from = "a@shop.example",
      .to = OUT,
      .tls = true,
      .outcome = POLICY_PERMIT,
      .rule = "shop" },
    { .what = "somebody who left",
      .login = "old",
      .from = ANNA,
      .to = OUT,
      RATE(0),
      .outcome = POLICY_REFUSE,
      .rule = "left",
      .cause = "account-may-not-submit" },
    /* devices */
    { .what = "a printer",
      .client = "192.168.1.40",
      .listener = "devices",
      .from = "scan@x.example",
      .to = OUT,
      .outcome = POLICY_PERMIT,
      .rule = "printers" },
    { .what = "a printer by IPv6",
      .client = "fd00:1::40",
      .listener = "devices",
      .from = "scan@x.example",
      .to = OUT,
      .outcome = POLICY_PERMIT,
      .rule = "printers" },
    { .what = "a mapped address",
      .client = "::ffff:192.168.1.40",
      .listener = "devices",
      .from = "scan@x.example",
      .to = OUT,
      .outcome = POLICY_PERMIT,
      .rule = "printers" },
    { .what = "a printer at another door",
      .client = "192.168.1.40",
      .from = "scan@x.example",
      .to = OUT,
      .outcome = POLICY_REFUSE,
      .cause = "client-never-authenticates" },
    { .what = "next door",
      .client = "192.168.2.40",
      .listener = "devices",
      .from = "scan@x.example",
      .to = OUT,
      .outcome = POLICY_REFUSE,
      .cause = "client-never-authenticates" },
    { .what = "a POP window",
      .client = "198.51.100.9",
      .pop = true,
      .from = "x@y.example",
      .to = OUT,
      .outcome = POLICY_PERMIT,
      .rule = "pop" },
    { .what = "a POP window elsewhere",
      .client = "198.51.101.9",
      .pop = true,
      .from = "x@y.example",
      .to = OUT,
      .outcome = POLICY_REFUSE },
    /* mail from outside */
    { .what = "inbound, nothing asked",
      .from = "x@y.example",
      .to = ANNA,
      .outcome = POLICY_ASK,
      .missing = BIT(UNLESS_LISTED) | BIT(UNLESS_SPF),
      .rule = "inbound" },
    { .what = "inbound",
      .from = "x@y.example",
      .to = ANNA,
      CLEAN,
      .outcome = POLICY_PERMIT,
      .rule = "inbound" },
    { .what = "inbound with a dot",
      .from = "x@y.example",
      .to = "anna@Corp.Example.",
      CLEAN,
      .outcome = POLICY_PERMIT,
      .rule = "inbound" },
    { .what = "inbound in quotes",
      .from = "x@y.example",
      .to = "\"anna\"@corp.example",
      CLEAN,
      .outcome = POLICY_PERMIT,
      .rule = "inbound" },
    { .what = "an address literal is no domain of ours",
      .from = "x@y.example",
      .to = "anna@[192.0.2.1]",
      CLEAN,
      .outcome = POLICY_REFUSE },
    { .what = "two dots are no domain of ours",
      .from = "x@y.example",
      .to = "anna@corp.example..",
      CLEAN,
      .outcome = POLICY_REFUSE },
    { .what = "inbound below",
      .from = "x@y.example",
      .to = "a@b.corp.example",
      CLEAN,
      .outcome = POLICY_PERMIT,
      .rule = "inbound" },
    { .what = "a bounce inbound",
      .from = "",
      .to = ANNA,
      CLEAN,
      .outcome = POLICY_PERMIT,
      .rule = "inbound" },
    { .what = "listed",
      .from = "x@y.example",
      .to = ANNA,
      .listed_known = POLICY_KNOWN,
      .listed = true,
      .spf_known = POLICY_KNOWN,
      .spf = AUTH_PASS,
      .outcome = POLICY_REFUSE,
      .cause = "ip-blocklisted" },
    { .what = "listed, SPF not asked",
      .from = "x@y.example",
      .to = ANNA,
      .listed_known = POLICY_KNOWN,
      .listed = true,
      .outcome = POLICY_REFUSE,
      .cause = "ip-blocklisted" },
    { .what = "SPF fails",
      .from = "x@y.example",
      .to = ANNA,
      .listed_known = POLICY_KNOWN,
      .spf_known = POLICY_KNOWN,
      .spf = AUTH_FAIL,
      .outcome = POLICY_REFUSE,
      .cause = "spf-fail" },
    { .what = "SPF soft",
      .from = "x@y.example",
      .to = ANNA,
      .listed_known = POLICY_KNOWN,
      .spf_known = POLICY_KNOWN,
      .spf = AUTH_SOFTFAIL,
      .outcome = POLICY_PERMIT,
      .rule = "inbound" },
    { .what = "a list that is silent",
      .from = "x@y.example",
      .to = ANNA,
      .listed_known = POLICY_FAILED,
      .spf_known = POLICY_KNOWN,
      .spf = AUTH_PASS,
      .outcome = POLICY_DEFER,
      .cause = "dns-failure",
      .rule = "inbound" },
    { .what = "a login is not asked about lists",
      .login = ANNA,
      .from = ANNA,
      .to = ANNA,
      RATE(0),
      .listed_known = POLICY_KNOWN,
      .listed = true,
      .outcome = POLICY_PERMIT,
      .rule = "users" },
    { .what = "a percent hack",
      .from = "x@y.example",
      .to = "tom%elsewhere.example@corp.example",
      CLEAN,
      .outcome = POLICY_REFUSE },
    { .what = "a quoted at-sign",
      .from = "x@y.example",
      .to = "\"tom@elsewhere.example\"@corp.example",
      CLEAN,
      .outcome = POLICY_REFUSE },
    { .what = "a bang path",
      .from = "x@y.example",
      .to = "elsewhere.example!tom@corp.example",
      CLEAN,
      .outcome = POLICY_REFUSE },
    { .what = "a source route",
      .from = "x@y.example",
      .to = "@corp.example:tom@elsewhere.example",
      CLEAN,
      .outcome = POLICY_REFUSE },
    { .what = "near the domain",
      .from = "x@y.example",
      .to = "a@notcorp.example",
      CLEAN,
      .outcome = POLICY_REFUSE },
    { .what = "no domain",
      .from = "x@y.example",
      .to = "postmaster",
      CLEAN,
      .outcome = POLICY_REFUSE },
    { .what = "a ban goes before",
      .client = "203.0.113.66",
      .login = ANNA,
      .from = ANNA,
      .to = OUT,
      RATE(0),
      .outcome = POLICY_REFUSE,
      .rule = "banned",
      .cause = "ip-banned" },
    { .what = "a ban by IPv6",
      .client = "2001:db8:bad:1::5",
      .from = "x@y.example",
      .to = ANNA,
      CLEAN,
      .outcome = POLICY_REFUSE,
      .rule = "banned",
      .cause = "ip-banned" },
    { .what = "beside a ban",
      .client = "203.0.113.67",
      .from = "x@y.example",
      .to = ANNA,
      CLEAN,
      .outcome = POLICY_PERMIT,
      .rule = "inbound" },
};

static void facts_of(const struct session *s, const struct policy *p, struct policy_facts *f,
                     struct policy_listed *listed, struct policy_rate *rate)
{
    *f = (struct policy_facts){ .listener = str_from(s->listener ? s->listener : "submission"),
                                .login = str_from(s->login),
                                .tls = s->tls,
                                .pop_window = s->pop,
                                .reverse_path = str_from(s->from),
                                .forward_path = str_from(s->to) };
    assert_true(ip_parse(str_from(s->client ? s->client : "198.51.100.7"), &f->client));
    f->author.known = s->author ? POLICY_KNOWN : POLICY_NOT_ASKED;
    f->author.address = str_from(s->author);
    f->spf.known = s->spf_known;
    f->spf.result = s->spf;
    *listed = (struct policy_listed){ STR("zen.example"), s->listed_known, s->listed };
    *rate = (struct policy_rate){ kit_rule(p, "users"), s->rate_known, s->used, 60 };
    f->listed = listed;
    f->rates = rate;
    f->listed_count = f->rate_count = 1;
}

static void sessions_are_decided(void **state UNUSED)
{
    struct kit k;
    kit_read(&k, OFFICE);
    for (size_t i = 0; i < COUNT_OF(SESSIONS); i++) {
        const struct session *s = &SESSIONS[i];
        struct policy_facts f;
        struct policy_listed listed;
        struct policy_rate rate;
        facts_of(s, k.policy, &f, &listed, &rate);
        struct policy_decision d = policy_decide(k.policy, &f);
        const struct policy_rule *rule = d.forbid ? d.forbid : d.permit;
        if (d.outcome != s->outcome || d.missing != s->missing)
            fail_msg("%s: outcome %d, missing %u", s->what, d.outcome, d.missing);
        if (s->rule && (!rule || !str_eq(rule->name, str_from(s->rule))))
            fail_msg("%s: by %.*s", s->what, STR_ARG(rule ? rule->name : STR("nothing")));
        if (s->cause && !str_eq(cause_of(d.cause)->name, str_from(s->cause)))
            fail_msg("%s: %.*s", s->what, STR_ARG(cause_of(d.cause)->name));
        assert_int_equal(d.cause == CAUSE_NONE,
                         d.outcome == POLICY_PERMIT || d.outcome == POLICY_ASK);
    }
    kit_done(&k);
}

static const struct {
    const char *text, *holds;
} WRONG[] = {
    { "permit \"a\" { }", "it would make an open relay" },
    { "forbid \"a\" { }", "it would forbid everything" },
    { "permit \"a\" { authenticated = false }", "authenticated cannot be 'false'" },
    { "permit \"a\" { network = \"192.0.2.1/24\" }", "1:24" },
    { "permit \"a\" { network = \"zebra\" }", "zebra" },
    { "permit \"a\" { listener = \"zebra\" }", "no listener of this name" },
    { "permit \"a\" { certificate = \"ab:cd\" }", "64 hexadecimal digits" },
    { "permit \"a\" { recipient-domain = \"*\" }", "this is no domain" },
    { "permit \"a\" { recipient-domain = \"*.\" }", "this is no domain" },
    { "permit \"a\" { recipient-domain = \"a..b\" }", "this is no domain" },
    { "permit \"a\" { login = \"\" }", "a login has a name" },
    { "permit \"a\" { login = \"x\" sender = \"x\" }", "this is no address" },
    { "permit \"a\" { login = \"x\" sender = ownd }", "did you mean owned?" },
    { "permit \"a\" { login = \"x\" rate = \"5\" }", "300/h" },
    { "permit \"a\" { login = \"x\" rate = \"0/h\" }", "300/h" },
    { "permit \"a\" { login = \"x\" rate = \"5/y\" }", "300/h" },
    { "permit \"a\" { login = \"x\" unless-spf = {softfial} }", "did you mean softfail?" },
    { "permit \"a\" { login = \"x\" recipients = \"/nowhere\" }", "was not read" },
    { "permit \"a\" { logn = \"x\" }", "did you mean login?" },
    { "forbid \"a\" { unless-listed = \"x.example\" }", "forbid has no 'unless-listed'" },
    { "owner \"a\" { address = \"zebra\" }", "this is no address" },
    { "owner \"a\" { address = \"*@corp.example\" }", "written \"@example.org\", without a *" },
    { "permit \"a\" { login = \"x\" sender = \"*@corp.example\" }",
      "written \"@example.org\", without a *" },
    { "permit \"a\" { listener = \"submision\" }", "did you mean \"submission\"?" },
};

static void wrong_rules_are_told(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
        struct kit k;
        if (kit_try(&k, WRONG[i].text))
            fail_msg("%s: is taken", WRONG[i].text);
        if (!strstr(k.e.why, WRONG[i].holds))
            fail_msg("%s: %s", WRONG[i].text, k.e.why);
        kit_done(&k);
    }
}

static void the_digest_is_of_what_is_meant(void **state UNUSED)
{
    struct kit a, b, c;
    kit_read(&a, "permit \"a\" { login = \"x\" tls = true }");
    kit_read(&b, "# said otherwise\npermit \"a\"\n{\n  login = {\"x\",}\n  tls = true\n}\n");
    kit_read(&c, "permit \"a\" { login = \"y\" tls = true }");
    assert_true(policy_digest(a.policy) == policy_digest(b.policy));
    assert_true(policy_digest(a.policy) != policy_digest(c.policy));
    kit_done(&a);
    kit_done(&b);
    kit_done(&c);
}

/* A container's bridge and a gateway show strangers as themselves: they are nobody that a network alone trusts. */
static const struct {
    const char *text, *client;
    enum policy_outcome outcome; /* POLICY_ASK: the file is refused */
    unsigned warnings;
} BEHIND[] = {
    { "permit \"a\" { network = \"172.17.0.0/16\" }", "172.17.0.1", POLICY_REFUSE, 1 },
    { "permit \"a\" { network = \"172.17.0.0/16\" }", "::ffff:172.17.0.1", POLICY_REFUSE, 1 },
    { "permit \"a\" { network = \"172.17.0.0/16\" }", "172.17.0.2", POLICY_PERMIT, 1 },
    { "permit \"a\" { network = \"172.17.0.0/16\" listener = \"submission\" }", "172.17.0.1",
      POLICY_REFUSE, 1 },
    { "permit \"a\" { network = {\"172.17.0.0/16\", \"10.0.0.0/8\", \"10.1.0.0/16\", "
      "\"10.2.0.0/16\", \"10.3.0.0/16\", \"10.4.0.0/16\", \"10.5.0.0/16\"} }",
      "172.17.0.1", POLICY_REFUSE, 1 }, /* looked up, not walked */
    { "permit \"a\" { network = {\"172.17.0.1\", \"172.17.0.2\"} }", "172.17.0.1", POLICY_REFUSE,
      1 },
    { "permit \"a\" { network = {\"172.17.0.1\", \"172.17.0.2\"} }", "172.17.0.2", POLICY_PERMIT,
      1 },
    { "permit \"a\" { network = \"172.17.0.1\" }", "172.17.0.1", POLICY_ASK, 0 },
    { "permit \"a\" { network = {\"172.17.0.1\", \"fd00::1\"} }", "fd00::1", POLICY_ASK, 0 },
    { "permit \"a\" { network = \"fd00::/64\" }", "fd00::1", POLICY_REFUSE, 1 },
    { "permit \"a\" { network = \"fd00::/64\" }", "fd00::2", POLICY_PERMIT, 1 },
    /* where something else says who it is, or where it may go, the address may be shared */
    { "permit \"a\" { network = \"172.17.0.1\" login = \"x\" }", "172.17.0.1", POLICY_PERMIT, 0 },
    { "permit \"a\" { network = \"172.17.0.1\" recipient-domain = \"elsewhere.example\" }",
      "172.17.0.1", POLICY_PERMIT, 0 },
    /* a forbid holds for it too */
    { "permit \"a\" { login = \"x\" } forbid \"b\" { network = \"172.17.0.0/16\" }", "172.17.0.1",
      POLICY_REFUSE, 0 },
    { "permit \"a\" { network = \"192.0.2.0/24\" }", "192.0.2.1", POLICY_PERMIT, 0 },
    /* nobody but this machine, and whatever hands on connections on it */
    { "permit \"a\" { network = \"127.0.0.1\" }", "127.0.0.1", POLICY_PERMIT, 1 },
    { "permit \"a\" { network = {\"127.0.0.0/8\", \"::1\"} }", "::1", POLICY_PERMIT, 2 },
    { "permit \"a\" { network = \"127.0.0.1\" login = \"x\" }", "127.0.0.1", POLICY_PERMIT, 0 },
};

static void what_stands_for_others_is_left_out(void **state UNUSED)
{
    struct policy_forwarder forwarders[] = { { .why = STR("the bridge docker0 of this machine") },
                                             { .why = STR("the default gateway") } };
    assert_true(ip_parse(STR("172.17.0.1"), &forwarders[0].ip));
    assert_true(ip_parse(STR("fd00::1"), &forwarders[1].ip));
    for (size_t i = 0; i < COUNT_OF(BEHIND); i++) {
        struct kit k;
        struct policy_facts f = { .listener = STR("submission"),
                                  .login = STR("x"),
                                  .reverse_path = STR("a@b.example"),
                                  .forward_path = STR("tom@elsewhere.example") };
        if (!strstr(BEHIND[i].text, "login"))
            f.login = STR_NONE;
        assert_true(ip_parse(str_from(BEHIND[i].client), &f.client));
        bool taken = kit_try_behind(&k, BEHIND[i].text, forwarders, COUNT_OF(forwarders));
        if (taken != (BEHIND[i].outcome != POLICY_ASK))
            fail_msg("%s is %s", BEHIND[i].text, taken ? "taken" : k.e.why);
        if (!taken)
            assert_non_null(strstr(k.e.why, "stands for others"));
        size_t warnings = 0;
        if (taken)
            policy_warnings(k.policy, &warnings);
        if (taken && policy_decide(k.policy, &f).outcome != BEHIND[i].outcome)
            fail_msg("%s: %s", BEHIND[i].text, BEHIND[i].client);
        if (warnings != BEHIND[i].warnings)
            fail_msg("%s: %zu warnings", BEHIND[i].text, warnings);
        kit_done(&k);
    }
    /* another machine, other rules: the digest tells */
    struct kit here, there;
    assert_true(kit_try_behind(&here, BEHIND[0].text, forwarders, 2) &&
                kit_try_behind(&there, BEHIND[0].text, NULL, 0));
    assert_true(policy_digest(here.policy) != policy_digest(there.policy));
    kit_done(&there);
    assert_true(kit_try_behind(&there, BEHIND[0].text, forwarders,
                               1)); /* the other is in none of its networks */
    assert_true(policy_digest(here.policy) == policy_digest(there.policy));
    kit_done(&here);
    kit_done(&there);
}

/* A permit for a domain is not for what its server might make of a route; a forbid of it is for all that goes there. */
static void a_route_is_no_way_round_a_forbid(void **state UNUSED)
{
    static const char *const TO[] = { "tom@no.example", "a%b@no.example", "\"a@b\"@no.example",
                                      "a!b@NO.example.", "a:b@x.no.example" };
    struct kit k;
    kit_read(&k, "permit \"a\" { authenticated = true } "
                 "forbid \"b\" { recipient-domain = {\"no.example\" \"*.no.example\"} }");
    for (size_t i = 0; i < COUNT_OF(TO); i++) {
        const struct policy_facts f = { .login = STR("anna"), .forward_path = str_from(TO[i]) };
        const struct policy_decision d = policy_decide(k.policy, &f);
        assert_int_equal(d.outcome, POLICY_REFUSE);
        assert_non_null(d.forbid);
    }
    kit_done(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_route_is_no_way_round_a_forbid),

        cmocka_unit_test(sessions_are_decided),
        cmocka_unit_test(wrong_rules_are_told),
        cmocka_unit_test(what_stands_for_others_is_left_out),
        cmocka_unit_test(the_digest_is_of_what_is_meant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
