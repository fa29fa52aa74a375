/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mailauth/spf.h"
#include "mailauth/zone_script.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { SCRIPT_MAX = 16384, MEMORY_MAX = 1 << 20 };

struct run {
    struct dns_known *known;
    struct spf_input in;
    struct arena memory;
    struct spf_check check;
    unsigned rounds, calls;
};

static bool core(void *user)
{
    struct run *r = user;
    r->calls++;
    return spf_check(r->known, &r->in, &r->memory, &r->check);
}

static void begin(struct run *r, const char *ip, const char *helo, const char *from)
{
    *r = (struct run){ .known = dns_known_new(0),
                       .in = { .helo = str_from(helo),
                               .from = str_from(from),
                               .receiver = STR("mx.receiver.example"),
                               .now_s = 1234567890 } };
    assert_non_null(r->known);
    assert_true(ip_parse(str_from(ip ? ip : "192.0.2.1"), &r->in.ip));
    arena_init(&r->memory, MEMORY_MAX);
}

static void end(struct run *r)
{
    dns_known_free(r->known);
    arena_done(&r->memory);
}

static bool same(str a, const char *b)
{
    return b ? a.p && str_eq(a, str_from(b)) : a.p == NULL;
}

static void show_steps(const struct run *r)
{
    for (size_t i = 0; i < r->check.step_count; i++) {
        const struct spf_step *s = &r->check.steps[i];
        print_message("  %*s%.*s [%.*s] %.*s: %.*s\n", (int)(2 * s->depth), "", STR_ARG(s->term),
                      STR_ARG(s->target), STR_ARG(names_of(&SPF_WHY_NAMES, (int)s->why)),
                      STR_ARG(s->sentence));
    }
}

static void expect(const char *name, const struct run *r, enum auth_result result, enum spf_why why)
{
    if (r->check.result == result && r->check.why == why)
        return;
    print_message("%s\n  is %.*s (%.*s: %.*s), expected %.*s (%.*s)\n", name,
                  STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)r->check.result)),
                  STR_ARG(names_of(&SPF_WHY_NAMES, (int)r->check.why)), STR_ARG(r->check.sentence),
                  STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)result)),
                  STR_ARG(names_of(&SPF_WHY_NAMES, (int)why)));
    show_steps(r);
    fail();
}

/* ---- one record each, of shop.example ---- */

#pragma GCC diagnostic ignored "-Woverlength-strings"
static const char COMMON[] =
#include "mailauth/spf_zone.inc"
    ;

struct record_case {
    const char *record;
    enum auth_result result;
    enum spf_why why;
    const char *ip; /* NULL: 192.0.2.1 */
};

static const struct record_case RECORDS[] = {
#include "mailauth/spf_records.inc"
};

static void test_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(RECORDS); i++) {
        const struct record_case *c = &RECORDS[i];
        char script[SCRIPT_MAX];
        struct run r;
        snprintf(script, sizeof(script), "shop.example TXT %s\n%s", c->record, COMMON);
        begin(&r, c->ip, "out.shop.example", "ann@shop.example");
        r.rounds = zone_script_run(script, r.known, core, &r);
        assert_int_not_equal(r.rounds, UINT_MAX);
        expect(c->record, &r, c->result, c->why);
        assert_true(r.check.sentence.n > 0);
        assert_null(r.check.explanation.p);
        end(&r);
    }
}

/* ---- a client, a name and an address each, in one world ---- */

static const struct world_case {
    const char *name, *ip, *helo, *from;
    enum auth_result result;
    enum spf_why why;
} WORLD[] = {
    { "sender's domain", "192.0.2.10", "out.x.example", "ann@plain.example", AUTH_PASS,
      SPF_MATCHED },
    { "another client", "192.0.2.11", "out.x.example", "ann@plain.example", AUTH_FAIL,
      SPF_MATCHED },
    { "capitals", "192.0.2.10", "OUT.x.example", "Ann@PLAIN.Example", AUTH_PASS, SPF_MATCHED },
    { "a dot at the end", "192.0.2.10", "out.x.example", "ann@plain.example.", AUTH_PASS,
      SPF_MATCHED },
    { "no local-part", "192.0.2.10", "out.x.example", "@plain.example", AUTH_PASS, SPF_MATCHED },
    { "no at-sign: a domain", "192.0.2.10", "out.x.example", "plain.example", AUTH_PASS,
      SPF_MATCHED },
    { "two at-signs: the last counts", "192.0.2.10", "out.x.example", "ann@y@plain.example",
      AUTH_PASS, SPF_MATCHED },
    { "mapped client", "::ffff:192.0.2.10", "out.x.example", "ann@plain.example", AUTH_PASS,
      SPF_MATCHED },
    { "no reverse-path: HELO", "192.0.2.10", "plain.example", "", AUTH_PASS, SPF_MATCHED },
    { "no reverse-path: HELO of another", "192.0.2.11", "plain.example", "", AUTH_FAIL,
      SPF_MATCHED },
    { "HELO with one label", "192.0.2.10", "localhost", "", AUTH_NONE, SPF_MALFORMED_DOMAIN },
    { "HELO is an address", "192.0.2.10", "[192.0.2.10]", "", AUTH_NONE, SPF_MALFORMED_DOMAIN },
    { "HELO is a bare address", "192.0.2.10", "192.0.2.10", "", AUTH_NONE, SPF_NO_DOMAIN },
    { "HELO is empty", "192.0.2.10", "", "", AUTH_NONE, SPF_MALFORMED_DOMAIN },
    { "address literal", "192.0.2.10", "out.x.example", "ann@[192.0.2.10]", AUTH_NONE,
      SPF_MALFORMED_DOMAIN },
    { "IPv6 address literal", "192.0.2.10", "out.x.example", "ann@[IPv6:2001:db8::1.2.3.4]",
      AUTH_NONE, SPF_MALFORMED_DOMAIN },
    { "one label", "192.0.2.10", "out.x.example", "ann@plain", AUTH_NONE, SPF_MALFORMED_DOMAIN },
    { "empty label", "192.0.2.10", "out.x.example", "ann@plain..example", AUTH_NONE,
      SPF_MALFORMED_DOMAIN },
    { "empty first label", "192.0.2.10", "out.x.example", "ann@.plain.example", AUTH_NONE,
      SPF_MALFORMED_DOMAIN },
    { "two dots at the end", "192.0.2.10", "out.x.example", "ann@plain.example..", AUTH_NONE,
      SPF_MALFORMED_DOMAIN },
    { "label of 63", "192.0.2.10", "out.x.example",
      "ann@abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij123.example", AUTH_PASS,
      SPF_MATCHED },
    { "label of 64", "192.0.2.10", "out.x.example",
      "ann@abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghij1234.example", AUTH_NONE,
      SPF_MALFORMED_DOMAIN },
    { "name of 254", "192.0.2.10", "out.x.example",
      "ann@abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij.abcdefghijabcdefghijabcdefghij"
      "abcdefghijabcdefghij.abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij.abcdefghijabcdef"
      "ghijabcdefghijabcdefghijabcdefghij.abcdefghijabcdefghijabcdefghijabcdef.example.example",
      AUTH_NONE, SPF_MALFORMED_DOMAIN },
    { "no such domain", "192.0.2.10", "out.x.example", "ann@nowhere.example", AUTH_NONE,
      SPF_NO_DOMAIN },
    { "no TXT", "192.0.2.10", "out.x.example", "ann@notxt.example", AUTH_NONE, SPF_NO_RECORD },
    { "other TXT", "192.0.2.10", "out.x.example", "ann@othertxt.example", AUTH_NONE,
      SPF_NO_RECORD },
    { "no space behind the version", "192.0.2.10", "out.x.example", "ann@glued.example", AUTH_NONE,
      SPF_NO_RECORD },
    { "another version", "192.0.2.10", "out.x.example", "ann@version.example", AUTH_NONE,
      SPF_NO_RECORD },
    { "a tab behind the version", "192.0.2.10", "out.x.example", "ann@tabbed.example", AUTH_NONE,
      SPF_NO_RECORD },
    { "a space before the version", "192.0.2.10", "out.x.example", "ann@indented.example",
      AUTH_NONE, SPF_NO_RECORD },
    { "version in capitals", "192.0.2.10", "out.x.example", "ann@loud.example", AUTH_SOFTFAIL,
      SPF_MATCHED },
    { "one among others", "192.0.2.10", "out.x.example", "ann@amongothers.example", AUTH_PASS,
      SPF_MATCHED },
    { "octets in another TXT", "192.0.2.10", "out.x.example", "ann@octets.example", AUTH_PASS,
      SPF_MATCHED },
    { "two records", "192.0.2.10", "out.x.example", "ann@two.example", AUTH_PERMERROR,
      SPF_SEVERAL_RECORDS },
    { "two equal records", "192.0.2.10", "out.x.example", "ann@twins.example", AUTH_PERMERROR,
      SPF_SEVERAL_RECORDS },
    { "two, one of them empty", "192.0.2.10", "out.x.example", "ann@twoempty.example",
      AUTH_PERMERROR, SPF_SEVERAL_RECORDS },
    { "by CNAME", "192.0.2.10", "out.x.example", "ann@alias.example", AUTH_PASS, SPF_MATCHED },
    { "CNAMEs without end", "192.0.2.10", "out.x.example", "ann@cnameloop.example", AUTH_TEMPERROR,
      SPF_DNS_FAILED },
    { "timeout", "192.0.2.10", "out.x.example", "ann@slow.example", AUTH_TEMPERROR,
      SPF_DNS_FAILED },
    { "SERVFAIL", "192.0.2.10", "out.x.example", "ann@servfail.example", AUTH_TEMPERROR,
      SPF_DNS_FAILED },
    { "REFUSED", "192.0.2.10", "out.x.example", "ann@refused.example", AUTH_TEMPERROR,
      SPF_DNS_FAILED },
    { "broken", "192.0.2.10", "out.x.example", "ann@broken.example", AUTH_TEMPERROR,
      SPF_DNS_FAILED },
    { "record of the local-part", "192.0.2.10", "out.x.example", "carol@perlocal.example",
      AUTH_PASS, SPF_MATCHED },
    { "another local-part", "192.0.2.10", "out.x.example", "dave@perlocal.example", AUTH_FAIL,
      SPF_MATCHED },
    { "local-part outside ASCII never matches", "192.0.2.10", "out.x.example",
      "caf\xc3\xa9@perlocal.example", AUTH_FAIL, SPF_MATCHED },
    { "HELO in a macro", "192.0.2.10", "host.perhelo.example", "x@perhelo.example", AUTH_PASS,
      SPF_MATCHED },
    { "HELO in a macro, no name", "192.0.2.10", "a b..c", "x@perhelo.example", AUTH_FAIL,
      SPF_MATCHED },
    { "HELO is an address literal in a macro", "192.0.2.10", "[192.0.2.10]", "x@perhelo.example",
      AUTH_FAIL, SPF_MATCHED },
};

static void test_world(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(WORLD); i++) {
        struct run r;
        begin(&r, WORLD[i].ip, WORLD[i].helo, WORLD[i].from);
        assert_int_not_equal(zone_script_run(COMMON, r.known, core, &r), UINT_MAX);
        expect(WORLD[i].name, &r, WORLD[i].result, WORLD[i].why);
        end(&r);
    }
}

/* ---- macros, seen in an explanation ---- */

static const struct macro_case {
    const char *text;
    const char *explanation;      /* NULL: none */
    const char *ip, *helo, *from; /* NULL: as below */
} MACROS[] = {
#include "mailauth/spf_macros.inc"
};

static void test_macros(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(MACROS); i++) {
        const struct macro_case *c = &MACROS[i];
        char script[SCRIPT_MAX];
        struct run r;
        snprintf(
            script, sizeof(script),
            "deep.shop.example TXT v=spf1 -all exp=why.shop.example\nwhy.shop.example TXT %s\n%s",
            c->text, COMMON);
        begin(&r, c->ip, c->helo ? c->helo : "out.shop.example",
              c->from ? c->from : "strong-bad+x@deep.shop.example");
        assert_int_not_equal(zone_script_run(script, r.known, core, &r), UINT_MAX);
        expect(c->text, &r, AUTH_FAIL, SPF_MATCHED);
        if (!same(r.check.explanation, c->explanation)) {
            print_message("%s\n  is '%.*s', expected '%s'\n", c->text, STR_ARG(r.check.explanation),
                          c->explanation ? c->explanation : "(none)");
            fail();
        }
        end(&r);
    }
}

/* ---- exp= ---- */

static const struct explanation_case {
    const char *from;
    const char *explanation;
    enum auth_result result;
} EXPLANATIONS[] = {
    { "a@exp1.example", "exp1.example says no to 192.0.2.1", AUTH_FAIL },
    { "a@exp-before-all.example", "exp1.example says no to 192.0.2.1", AUTH_FAIL },
    { "a@exp-soft.example", NULL, AUTH_SOFTFAIL },
    { "a@exp-pass.example", NULL, AUTH_PASS },
    { "a@exp-none.example", NULL, AUTH_FAIL },
    { "a@exp-notxt.example", NULL, AUTH_FAIL },
    { "a@exp-slow.example", NULL, AUTH_FAIL },
    { "a@exp-servfail.example", NULL, AUTH_FAIL },
    { "a@exp-two.example", NULL, AUTH_FAIL },
    { "a@exp-octets.example", NULL, AUTH_FAIL },
    { "a@exp-control.example", NULL, AUTH_FAIL },
    { "a@exp-badmacro.example", NULL, AUTH_FAIL },
    { "a@exp-badname.example", NULL, AUTH_FAIL },
    { "a@exp-empty-text.example", "", AUTH_FAIL },
    { "a@exp-macro-name.example", "found by macro", AUTH_FAIL },
    /* The record that decides is the one that explains; one that is included never does. */
    { "a@exp-redirect.example", "exp1.example says no to 192.0.2.1", AUTH_FAIL },
    { "a@exp-redirect-own.example", "exp1.example says no to 192.0.2.1", AUTH_FAIL },
    { "a@exp-redirect-bare.example", NULL, AUTH_FAIL },
    { "a@exp-include.example", "own words", AUTH_FAIL },
    { "a@exp-include-bare.example", NULL, AUTH_FAIL },
    { "a@exp-include-redirect.example", "own words", AUTH_FAIL },
    /* Void look-ups and the ten terms are none of exp's business. */
    { "a@exp-at-limit.example", "own words", AUTH_FAIL },
};

static void test_explanations(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(EXPLANATIONS); i++) {
        const struct explanation_case *c = &EXPLANATIONS[i];
        struct run r;
        begin(&r, "192.0.2.1", "out.shop.example", c->from);
        assert_int_not_equal(zone_script_run(COMMON, r.known, core, &r), UINT_MAX);
        if (r.check.result != c->result || !same(r.check.explanation, c->explanation)) {
            print_message("%s: %.*s, '%.*s'\n", c->from,
                          STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)r.check.result)),
                          STR_ARG(r.check.explanation));
            show_steps(&r);
            fail();
        }
        end(&r);
    }
}

/* ---- counts, round trips, the trace ---- */

static const struct count_case {
    const char *from;
    enum auth_result result;
    unsigned lookups, voids, rounds;
} COUNTS[] = {
    { "a@plain.example", AUTH_FAIL, 0, 0, 1 },
    { "a@chain1.example", AUTH_PASS, 3, 0, 4 },
    { "a@wide.example", AUTH_FAIL, 6, 0, 3 },
    { "a@ten.example", AUTH_PASS, 10, 0, 2 },
    { "a@eleven.example", AUTH_PERMERROR, 11, 0, 2 },
    { "a@ten-nested.example", AUTH_PASS, 10, 0, 2 },
    { "a@eleven-nested.example", AUTH_PERMERROR, 11, 0, 2 },
    { "a@eleven-redirect.example", AUTH_PERMERROR, 11, 0, 2 },
    { "a@match-before-limit.example", AUTH_PASS, 1, 0, 2 },
    { "a@two-void.example", AUTH_NEUTRAL, 2, 2, 2 },
    { "a@three-void.example", AUTH_PERMERROR, 3, 3, 2 },
    { "a@same-void.example", AUTH_PERMERROR, 3, 3, 2 },
    { "a@redirect-gone.example", AUTH_PERMERROR, 1, 1, 2 },
    { "a@void-nested.example", AUTH_PERMERROR, 4, 3, 3 },
    { "a@mx-hosts-void.example", AUTH_SOFTFAIL, 1, 0, 3 },
    { "a@mxten.example", AUTH_PASS, 1, 0, 3 },
    { "a@mxeleven.example", AUTH_PERMERROR, 1, 0, 2 },
    { "a@mxchain.example", AUTH_PASS, 2, 0, 4 },
};

static void test_counts_and_round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(COUNTS); i++) {
        const struct count_case *c = &COUNTS[i];
        struct run r;
        begin(&r, "192.0.2.1", "out.shop.example", c->from);
        r.rounds = zone_script_run(COMMON, r.known, core, &r);
        if (r.check.result != c->result || r.check.lookups != c->lookups ||
            r.check.voids != c->voids || r.rounds != c->rounds) {
            print_message("%s: %.*s (%.*s), %u look-ups, %u void, %u round trips\n", c->from,
                          STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)r.check.result)),
                          STR_ARG(r.check.sentence), r.check.lookups, r.check.voids, r.rounds);
            show_steps(&r);
            fail();
        }
        end(&r);
    }
}

/* What is asked in vain because a match comes first changes nothing; what was asked is bounded. */
static void test_foresight_changes_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(COUNTS); i++) {
        struct run r;
        struct dns_question q;
        begin(&r, "192.0.2.1", "out.shop.example", COUNTS[i].from);
        /* One answer at a time, the oldest question first. */
        unsigned asked = 0;
        while (!core(&r)) {
            struct arena a;
            assert_true(dns_known_next(r.known, &q));
            arena_init(&a, MEMORY_MAX);
            struct dns_answer answer = zone_script_answer(COMMON, &q, &a);
            assert_true(dns_known_put(r.known, &answer));
            arena_done(&a);
            asked++;
        }
        assert_true(asked <= SPF_QUESTIONS_MAX);
        assert_int_equal(r.check.result, COUNTS[i].result);
        assert_int_equal(r.check.lookups, COUNTS[i].lookups);
        assert_int_equal(r.check.voids, COUNTS[i].voids);
        end(&r);
    }
}

static void test_the_trace_is_a_tree(void **state)
{
    (void)state;
    static const struct {
        unsigned depth;
        const char *domain, *term;
        enum spf_why why;
        enum auth_result result;
    } STEPS[] = {
        { 0, "tree.example",
          "v=spf1 ip4:203.0.113.0/24 a:other.example colour=red include:leaf.example -all",
          SPF_MATCHED, AUTH_PASS },
        { 0, "tree.example", "ip4:203.0.113.0/24", SPF_NOT_MATCHED, AUTH_NONE },
        { 0, "tree.example", "a:other.example", SPF_NOT_MATCHED, AUTH_NONE },
        { 0, "tree.example", "colour=red", SPF_IGNORED, AUTH_NONE },
        { 0, "tree.example", "include:leaf.example", SPF_MATCHED, AUTH_PASS },
        { 1, "leaf.example", "v=spf1 ip4:192.0.2.1 ?all", SPF_MATCHED, AUTH_PASS },
        { 1, "leaf.example", "ip4:192.0.2.1", SPF_MATCHED, AUTH_PASS },
    };
    struct run r;
    begin(&r, "192.0.2.1", "out.shop.example", "a@tree.example");
    assert_int_not_equal(zone_script_run(COMMON, r.known, core, &r), UINT_MAX);
    assert_int_equal(r.check.step_count, COUNT_OF(STEPS));
    for (size_t i = 0; i < COUNT_OF(STEPS); i++) {
        const struct spf_step *s = &r.check.steps[i];
        assert_int_equal(s->depth, STEPS[i].depth);
        assert_true(same(s->domain, STEPS[i].domain));
        assert_true(same(s->term, STEPS[i].term));
        assert_int_equal(s->why, STEPS[i].why);
        assert_int_equal(s->result, STEPS[i].result);
        assert_true(s->sentence.n > 0);
    }
    assert_true(same(r.check.steps[2].found, "198.51.100.7"));
    assert_int_equal(r.check.steps[2].lookups, 1);
    assert_true(same(r.check.record, STEPS[0].term));
    assert_true(same(r.check.domain, "tree.example"));
    end(&r);
}

static void test_an_error_says_where(void **state)
{
    (void)state;
    struct run r;
    begin(&r, "192.0.2.1", "out.shop.example", "a@shop.example");
    (void)zone_script_run("shop.example TXT v=spf1 mx ipv4:192.0.2.1 -all\n", r.known, core, &r);
    assert_int_equal(r.check.why, SPF_UNKNOWN_MECHANISM);
    assert_true(same(r.check.sentence, "term 2, 'ipv4:192.0.2.1', is no mechanism that SPF knows; "
                                       "did you mean 'ip4'?"));
    assert_int_equal(r.check.steps[0].at, 10);
    end(&r);
}

static void test_a_huge_record_is_no_permanent_error(void **state)
{
    (void)state;
    static char script[1 << 17];
    size_t n = (size_t)snprintf(script, sizeof(script), "shop.example TXT v=spf1");
    while (n < 65000)
        n += (size_t)snprintf(script + n, sizeof(script) - n, " ip4:203.0.113.%zu", n % 256);
    snprintf(script + n, sizeof(script) - n, " ip4:192.0.2.1 -all\n");
    struct run r;
    begin(&r, "192.0.2.1", "out.shop.example", "a@shop.example");
    (void)zone_script_run(script, r.known, core, &r);
    expect("64 KiB", &r, AUTH_PASS, SPF_MATCHED);
    assert_int_equal(r.check.step_count, SPF_STEPS_MAX);
    assert_true(r.check.steps_left_out > 1000);
    r.memory.max = 100000;
    assert_true(core(&r));
    expect("memory is short", &r, AUTH_TEMPERROR, SPF_TOO_LARGE);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_world),
        cmocka_unit_test(test_macros),
        cmocka_unit_test(test_explanations),
        cmocka_unit_test(test_counts_and_round_trips),
        cmocka_unit_test(test_foresight_changes_nothing),
        cmocka_unit_test(test_the_trace_is_a_tree),
        cmocka_unit_test(test_an_error_says_where),
        cmocka_unit_test(test_a_huge_record_is_no_permanent_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
