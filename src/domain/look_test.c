/* SPDX-License-Identifier: ISC */
/* domain/look_test.c - a whole domain: what is found, how it is told, in how many rounds */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/facts.h"
#include "domain/script.h"
#include <stdlib.h>

/* 2026-11-26 14:10 UTC */
enum { NOW_S = 1795702200 };

struct run {
    struct domain_input in;
    struct arena memory, spf;
    struct domain_look look;
    struct domain_facts facts;
    struct script_rounds rounds;
};

static bool core(struct dns_known *k, void *user)
{
    struct run *r = user;
    return domain_look(k, &r->in, &r->look);
}

static struct run *run_new(struct dns_known *k, const char *const *lines,
                           const struct web_page *page)
{
    struct run *r = calloc(1, sizeof(*r));
    assert_non_null(r);
    arena_init(&r->memory, (size_t)1 << 20);
    arena_init(&r->spf, (size_t)1 << 20);
    r->in = (struct domain_input){ .domain = STR("a.test"),
                                   .now_s = NOW_S,
                                   .private_too = true,
                                   .straight = true,
                                   .validate = true,
                                   .spf_memory = &r->spf,
                                   .policy = page };
    r->rounds = script_run(k, lines, core, r);
    assert_true(domain_facts(&r->look, NOW_S, 0, &r->memory, &r->facts));
    return r;
}

static void run_free(struct run *r)
{
    arena_done(&r->memory);
    arena_done(&r->spf);
    free(r);
}

static const struct domain_fact *fact_of(const struct run *r, const char *id, const char *about)
{
    for (size_t i = 0; i < r->facts.count; i++)
        if (str_eq(r->facts.rows[i].id, str_from(id)) &&
            (!about || str_eq(r->facts.rows[i].about, str_from(about))))
            return &r->facts.rows[i];
    return NULL;
}

static bool has_line(const str *lines, size_t count, const char *part)
{
    for (size_t i = 0; i < count; i++)
        if (str_find(lines[i], str_from(part)) != STR_NOT_FOUND)
            return true;
    return false;
}

#define SERVERS                                                                                    \
    "a.test SOA 7", "test SOA 1", "test NS ns.nic.test", "ns.nic.test A 203.0.113.1",              \
        "ns1.b.test A 203.0.113.11", "ns2.b.test A 203.0.113.12",                                  \
        "a.test NS ns1.b.test | ns2.b.test",                                                       \
        "@203.0.113.1 a.test NS auth a.test NS ns1.b.test | auth a.test NS ns2.b.test",            \
        "@203.0.113.11 a.test NS -aa ns1.b.test | ns2.b.test",                                     \
        "@203.0.113.12 a.test NS -aa ns1.b.test | ns2.b.test", "@203.0.113.11 a.test SOA -aa 8",   \
        "@203.0.113.12 a.test SOA -aa 8", "@203.0.113.11 a.test MX -aa 10 mx.a.test",              \
        "@203.0.113.12 a.test MX -aa 10 mx.a.test"
#define TLSA_FINE "3 1 1 0102030405060708091011121314151617181920212223242526272829303132"

static const char *const GOOD[] = {
    SERVERS,
    "a.test MX 10 mx.a.test",
    "mx.a.test A 203.0.113.25",
    "25.113.0.203.in-addr.arpa PTR out.a.test",
    "out.a.test A 203.0.113.25",
    "a.test TXT v=spf1 mx include:spf.b.test -all | other",
    "spf.b.test TXT v=spf1 ip4:203.0.113.0/24 -all",
    "_dmarc.a.test TXT v=DMARC1; p=reject",
    "_mta-sts.a.test TXT v=STSv1; id=1",
    "_smtp._tls.a.test TXT v=TLSRPTv1; rua=mailto:r@a.test",
    "_submissions._tcp.a.test SRV 0 1 465 mx.a.test",
    "_imap._tcp.a.test SRV 0 0 0 .",
    "@validator a.test SOA -secure 7",
    "@validator a.test MX -secure 10 mx.a.test",
    "@validator _25._tcp.mx.a.test TLSA -secure " TLSA_FINE,
    NULL,
};

static void test_all_is_well_in_few_rounds(void **state)
{
    (void)state;
    const struct web_page page = {
        .outcome = WEB_OK,
        .body = STR("version: STSv1\nmode: enforce\nmx: mx.a.test\nmax_age: 604800\n")
    };
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct run *r = run_new(k, GOOD, &page);
    for (size_t i = 0; i < r->facts.count; i++)
        if (r->facts.rows[i].verdict != DOMAIN_OK)
            fail_msg("%.*s of %.*s: %.*s", STR_ARG(r->facts.rows[i].id),
                     STR_ARG(r->facts.rows[i].about), STR_ARG(r->facts.rows[i].text));
    assert_int_equal(r->facts.verdict, DOMAIN_OK);
    static const char *const IDS[] = { "mx",      "mail-host", "reverse", "delegation",
                                       "change",  "dnssec",    "dane",    "mta-sts",
                                       "tls-rpt", "spf",       "dmarc",   "service" };
    for (size_t i = 0; i < COUNT_OF(IDS); i++)
        if (!fact_of(r, IDS[i], NULL))
            fail_msg("nothing is said of %s", IDS[i]);
    /* MX, its address, the address' name, that name's address. */
    assert_int_equal(r->rounds.resolver, 4);
    assert_int_equal(r->look.dane[0].state, DOMAIN_DANE_USED);
    assert_int_equal(r->look.services[0].hosts[0].port, 465);
    assert_true(
        has_line(fact_of(r, "mx", NULL)->evidence, 1, "MX of a.test: 10 mx.a.test (TTL 3600"));
    run_free(r);
}

struct row {
    const char *label;
    const char *lines[24];
    const char *id, *about; /* the fact */
    enum domain_verdict verdict, whole;
    const char *says, *paste; /* parts of its text and of a line to paste; NULL: any */
};

static const struct row ROWS[] = {
    { "nothing at all",
      { "b.test A 203.0.113.1" },
      "mx",
      "a.test",
      DOMAIN_WRONG,
      DOMAIN_WRONG,
      "does not exist",
      NULL },
    { "the resolver fails",
      { "a.test MX -servfail" },
      "mx",
      "a.test",
      DOMAIN_NOT_KNOWN,
      DOMAIN_NOT_KNOWN,
      "SERVFAIL",
      NULL },
    { "no mail hosts",
      { "a.test TXT x" },
      "mx",
      "a.test",
      DOMAIN_WRONG,
      DOMAIN_WRONG,
      "neither an MX",
      "a.test. 3600 IN MX 10 mail.a.test." },
    { "null MX", { "a.test MX 0 ." }, "mx", "a.test", DOMAIN_OK, DOMAIN_WARNING, "no mail", NULL },
    { "null MX wants an SPF record that lets nobody",
      { "a.test MX 0 .", "a.test TXT x" },
      "spf",
      "a.test",
      DOMAIN_WARNING,
      DOMAIN_WARNING,
      "no SPF",
      "a.test. 3600 IN TXT \"v=spf1 -all\"" },
    { "the dot is missing",
      { "a.test MX 10 mx.a.test.a.test" },
      "mail-host",
      "mx.a.test.a.test",
      DOMAIN_WRONG,
      DOMAIN_WRONG,
      "dot behind it is missing",
      "a.test. 3600 IN MX 10 mx.a.test." },
    { "a mail host that is an alias",
      { "a.test MX 10 mx.a.test", "mx.a.test A -chain=real.b.test 203.0.113.25" },
      "mail-host",
      "mx.a.test",
      DOMAIN_WARNING,
      DOMAIN_WARNING,
      "alias",
      "a.test. 3600 IN MX 10 real.b.test." },
    { "an address as mail host",
      { "a.test MX 10 203.0.113.25" },
      "mail-host",
      "203.0.113.25",
      DOMAIN_WRONG,
      DOMAIN_WRONG,
      "IP address",
      "mail.a.test. 3600 IN A 203.0.113.25" },
    { "no name of the address",
      { "a.test MX 10 mx.a.test", "mx.a.test A 203.0.113.25" },
      "reverse",
      "203.0.113.25",
      DOMAIN_WARNING,
      DOMAIN_WARNING,
      "no name",
      "25.113.0.203.in-addr.arpa. 3600 IN PTR mx.a.test." },
    { "a name that every customer gets",
      { "a.test MX 10 mx.a.test", "mx.a.test A 203.0.113.25",
        "25.113.0.203.in-addr.arpa PTR dyn-203-0-113-25.b.test",
        "dyn-203-0-113-25.b.test A 203.0.113.25" },
      "reverse",
      "203.0.113.25",
      DOMAIN_WARNING,
      DOMAIN_WARNING,
      "has the address in it",
      NULL },
    { "a change that is on its way",
      { SERVERS, "a.test MX -ttl=1320 10 old.test" },
      "change",
      "a.test",
      DOMAIN_WARNING,
      DOMAIN_WRONG,
      "until about 14:32, in 22 minutes",
      NULL },
    { "a change that takes days",
      { SERVERS, "a.test MX -ttl=60000 10 old.test", "a.test NS -ttl=60000 ns1.b.test" },
      "change",
      "a.test",
      DOMAIN_WARNING,
      DOMAIN_WRONG,
      "until about 06:50, in 17 hours",
      NULL },
    { "several SPF records",
      { "a.test TXT v=spf1 -all | v=spf1 mx -all" },
      "spf",
      "a.test",
      DOMAIN_WRONG,
      DOMAIN_WRONG,
      "more than one",
      NULL },
    { "an SPF record that cannot be read",
      { "a.test TXT v=spf1 mxx -all" },
      "spf",
      "a.test",
      DOMAIN_WRONG,
      DOMAIN_WRONG,
      "broken",
      NULL },
    { "an SPF record that lets everybody",
      { "a.test TXT v=spf1 +all", "a.test MX 0 ." },
      "spf",
      "a.test",
      DOMAIN_WARNING,
      DOMAIN_WARNING,
      "everybody",
      "\"v=spf1 -all\"" },
    { "an SPF record without an end",
      { "a.test TXT v=spf1 ip4:203.0.113.1", "a.test MX 0 ." },
      "spf",
      "a.test",
      DOMAIN_WARNING,
      DOMAIN_WARNING,
      "~all or -all",
      NULL },
    { "SPF cannot be looked up",
      { "a.test MX 0 .", "a.test TXT -timeout" },
      "spf",
      "a.test",
      DOMAIN_NOT_KNOWN,
      DOMAIN_NOT_KNOWN,
      "in time",
      NULL },
    { "an SPF record that cannot be followed",
      { "a.test MX 0 .", "a.test TXT v=spf1 include:spf.b.test -all", "spf.b.test TXT -servfail" },
      "spf",
      "a.test",
      DOMAIN_NOT_KNOWN,
      DOMAIN_NOT_KNOWN,
      "could not be followed",
      NULL },
    { "no DMARC record",
      { "a.test MX 0 .", "a.test TXT v=spf1 -all" },
      "dmarc",
      "a.test",
      DOMAIN_WARNING,
      DOMAIN_WARNING,
      "no DMARC",
      "_dmarc.a.test. 3600 IN TXT \"v=DMARC1" },
    { "broken signatures",
      { "a.test MX -servfail", "@validator a.test SOA -secure 7",
        "@validator a.test MX -bogus -servfail" },
      "dnssec",
      "a.test",
      DOMAIN_WRONG,
      DOMAIN_WRONG,
      "bogus",
      NULL },
    { "TLSA records, and the MX cannot be checked",
      { "a.test MX 10 mx.a.test", "mx.a.test A 203.0.113.25", "@validator a.test MX 10 mx.a.test",
        "@validator _25._tcp.mx.a.test TLSA -secure " TLSA_FINE },
      "dane",
      "mx.a.test",
      DOMAIN_NOT_KNOWN,
      DOMAIN_WARNING,
      "cannot be checked",
      NULL },
    { "TLSA records that nobody heeds",
      { "a.test MX 10 mx.a.test", "mx.a.test A 203.0.113.25",
        "@validator a.test MX -unsigned 10 mx.a.test",
        "@validator _25._tcp.mx.a.test TLSA -secure " TLSA_FINE },
      "dane",
      "mx.a.test",
      DOMAIN_WARNING,
      DOMAIN_WARNING,
      "nobody heeds",
      NULL },
    { "TLSA records of no use",
      { "a.test MX 10 mx.a.test", "mx.a.test A 203.0.113.25",
        "@validator a.test MX -secure 10 mx.a.test",
        "@validator _25._tcp.mx.a.test TLSA -secure 1 1 1 0102" },
      "dane",
      "mx.a.test",
      DOMAIN_WARNING,
      DOMAIN_WARNING,
      "None of the TLSA",
      NULL },
    { "TLSA records with broken signatures",
      { "a.test MX 10 mx.a.test", "mx.a.test A 203.0.113.25",
        "@validator a.test MX -secure 10 mx.a.test",
        "@validator _25._tcp.mx.a.test TLSA -bogus -servfail" },
      "dane",
      "mx.a.test",
      DOMAIN_WRONG,
      DOMAIN_WRONG,
      "hold their mail back",
      NULL },
    { "a malformed MTA-STS record",
      { "a.test MX 0 .", "_mta-sts.a.test TXT v=STSv1" },
      "mta-sts",
      "a.test",
      DOMAIN_WRONG,
      DOMAIN_WRONG,
      "malformed",
      "_mta-sts.a.test. 3600 IN TXT \"v=STSv1; id=1795702200\"" },
    { "an MTA-STS policy that was not fetched",
      { "a.test MX 0 .", "a.test TXT v=spf1 -all", "_dmarc.a.test TXT v=DMARC1; p=reject",
        "_mta-sts.a.test TXT v=STSv1; id=1", SERVERS },
      "mta-sts",
      "a.test",
      DOMAIN_NOT_KNOWN,
      DOMAIN_WARNING,
      "not fetched",
      NULL },
    { "a malformed TLS-RPT record",
      { "a.test MX 0 .", "_smtp._tls.a.test TXT v=TLSRPTv1; rua=nobody" },
      "tls-rpt",
      "a.test",
      DOMAIN_WARNING,
      DOMAIN_WARNING,
      "malformed",
      "rua=mailto:postmaster@a.test" },
    { "a mail program's server that does not exist",
      { "a.test MX 0 .", "_submission._tcp.a.test SRV 0 1 587 gone.a.test" },
      "service",
      "_submission._tcp",
      DOMAIN_WRONG,
      DOMAIN_WRONG,
      "does not exist",
      NULL },
};

static void check_row(const struct row *w, const struct run *r)
{
    const struct domain_fact *fact = fact_of(r, w->id, w->about);
    if (!fact)
        fail_msg("%s: nothing is said of it", w->label);
    if (fact->verdict != w->verdict)
        fail_msg("%s: %d: %.*s", w->label, fact->verdict, STR_ARG(fact->text));
    if (w->says && str_find(fact->text, str_from(w->says)) == STR_NOT_FOUND)
        fail_msg("%s: '%.*s'", w->label, STR_ARG(fact->text));
    if (w->paste && !has_line(fact->paste, fact->paste_count, w->paste))
        fail_msg("%s: there is no line '%s' to paste, but '%.*s'", w->label, w->paste,
                 STR_ARG(fact->paste[0]));
    if (r->facts.verdict != w->whole)
        fail_msg("%s: on the whole %d", w->label, r->facts.verdict);
    if (r->rounds.resolver > 5)
        fail_msg("%s: %u rounds", w->label, r->rounds.resolver);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
        struct run *r = run_new(k, ROWS[i].lines, NULL);
        check_row(&ROWS[i], r);
        run_free(r);
    }
}

static void test_policies(void **state)
{
    (void)state;
    static const struct {
        struct web_page page;
        enum domain_verdict verdict;
        const char *says;
    } PAGES[] = {
        { { .outcome = WEB_OK,
            .body = STR_INIT("version: STSv1\nmode: enforce\nmx: *.a.test\nmax_age: 9\n") },
          DOMAIN_OK,
          "9 seconds" },
        { { .outcome = WEB_OK,
            .body = STR_INIT("version: STSv1\nmode: enforce\nmx: x.test\nmax_age: 9\n") },
          DOMAIN_WRONG,
          "mx.a.test is not in the policy" },
        { { .outcome = WEB_OK,
            .body = STR_INIT("version: STSv1\nmode: testing\nmx: x.test\nmax_age: 9\n") },
          DOMAIN_WARNING,
          "mx.a.test is not in the policy" },
        { { .outcome = WEB_OK, .body = STR_INIT("version: STSv1\n<html>") },
          DOMAIN_WRONG,
          "line 2" },
        { { .outcome = WEB_NOT_FOUND, .why = "status 404" }, DOMAIN_WRONG, "404" },
        { { .outcome = WEB_CERTIFICATE, .why = "self-signed" }, DOMAIN_WRONG, "self-signed" },
        { { .outcome = WEB_TIMEOUT, .why = "silence" }, DOMAIN_NOT_KNOWN, "silence" },
    };
    for (size_t i = 0; i < COUNT_OF(PAGES); i++) {
        AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
        struct run *r = run_new(k, GOOD, &PAGES[i].page);
        const struct domain_fact *fact = fact_of(r, "mta-sts", NULL);
        assert_non_null(fact);
        if (fact->verdict != PAGES[i].verdict ||
            str_find(fact->text, str_from(PAGES[i].says)) == STR_NOT_FOUND)
            fail_msg("page %zu: %d: %.*s", i, fact->verdict, STR_ARG(fact->text));
        run_free(r);
    }
}

static void test_reserved_names_are_not_asked_for(void **state)
{
    (void)state;
    struct run *r = calloc(1, sizeof(*r));
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    struct dns_question q;
    assert_non_null(r);
    arena_init(&r->memory, (size_t)1 << 20);
    r->in = (struct domain_input){ .domain = STR("a.test") };
    assert_true(core(k, r));
    assert_false(dns_known_next(k, &q));
    assert_true(domain_facts(&r->look, NOW_S, 0, &r->memory, &r->facts));
    assert_int_equal(r->facts.verdict, DOMAIN_NOT_KNOWN);
    run_free(r);
}

static void test_dkim_keys_of_selectors(void **state)
{
    (void)state;
    static const str SELECTORS[] = { STR_INIT("good"), STR_INIT("gone"), STR_INIT("late") };
    static const char *const LINES[] = { "a.test MX 0 .",
                                         "good._domainkey.a.test TXT v=DKIM1; k=ed25519; "
                                         "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                                         "late._domainkey.a.test TXT -timeout", NULL };
    struct run *r = calloc(1, sizeof(*r));
    AUTO(dns_known_freep) struct dns_known *k = dns_known_new(0);
    assert_non_null(r);
    arena_init(&r->memory, (size_t)1 << 20);
    arena_init(&r->spf, (size_t)1 << 20);
    r->in = (struct domain_input){ .domain = STR("a.test"),
                                   .private_too = true,
                                   .selectors = SELECTORS,
                                   .selector_count = 3,
                                   .dkim_memory = &r->spf };
    (void)script_run(k, LINES, core, r);
    assert_true(domain_facts(&r->look, NOW_S, 0, &r->memory, &r->facts));
    assert_int_equal(fact_of(r, "dkim", "good._domainkey.a.test")->verdict, DOMAIN_OK);
    assert_int_equal(fact_of(r, "dkim", "gone._domainkey.a.test")->verdict, DOMAIN_WRONG);
    assert_int_equal(fact_of(r, "dkim", "late._domainkey.a.test")->verdict, DOMAIN_NOT_KNOWN);
    run_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_is_well_in_few_rounds),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_policies),
        cmocka_unit_test(test_reserved_names_are_not_asked_for),
        cmocka_unit_test(test_dkim_keys_of_selectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
