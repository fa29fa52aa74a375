/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns/dnsbl.h"
#include "mailauth/zone_script.h"
#include <stdio.h>
#include <string.h>

static struct dns_known *known;
static struct dnsbl_question question;
static struct dnsbl_result result;

static bool core(void *user UNUSED)
{
    return dnsbl_check(known, &question, &result);
}

static void ask_about(const char *ip, const char *zones, const char *script)
{
    static str list[DNSBL_ASKED_MAX];
    question = (struct dnsbl_question){ .zones = list };
    assert_true(ip_parse(str_from(ip), &question.ip));
    for (str rest = str_from(zones); rest.p && rest.n;)
        list[question.zone_count++] = str_cut(&rest, ' ');
    known = dns_known_new(0);
    assert_non_null(known);
    assert_true(zone_script_run(script, known, core, NULL) <= 1); /* all in one round */
}

/* "listed: listed 127.0.0.2 login 'text'", a list each. */
static void describe(struct buf *b)
{
    static const char *const WHY[] = {
        "",           " failed",  " empty",        " everything",
        " rewritten", " refuses", " unknown-code", " not-for-family"
    };
    char text[IP_TEXT_MAX];
    buf_addf(b, "%.*s:", STR_ARG(names_of(&DNSBL_STATE_NAMES, (int)result.state)));
    for (size_t i = 0; i < result.count; i++) {
        const struct dnsbl_answer *a = &result.answers[i];
        buf_addf(b, " %.*s%s", STR_ARG(names_of(&DNSBL_STATE_NAMES, (int)a->state)), WHY[a->why]);
        if (a->why == DNSBL_LOOKUP_FAILED)
            buf_addf(b, " %.*s", STR_ARG(names_of(&DNS_CODE_NAMES, (int)a->code)));
        for (size_t j = 0; j < a->code_count; j++)
            buf_addf(b, " %s%s", ip_text(&a->codes[j], text), a->meanings[j] ? "=" : "");
        buf_addf(b, "%s", a->matters_for_login ? " login" : "");
        if (a->text.n)
            buf_addf(b, " '%.*s'", STR_ARG(a->text));
    }
    buf_addc(b, 0);
}

#define GOOD "2.0.0.127.bl.test A 127.0.0.2\nx.bl.test TXT x\n"
#define ZEN  "2.0.0.127.zen.spamhaus.org A 127.0.0.2\n2.0.0.127.zen.spamhaus.org A 127.0.0.4\n"
#define ME   "192.0.2.99"
#define MY   "99.2.0.192."

static const struct {
    const char *label, *ip, *zones, *script, *comes_to;
} CASES[] = {
    { "not listed", ME, "bl.test", GOOD, "clean: clean" },
    { "listed, with a text", ME, "bl.test",
      GOOD MY "bl.test A 127.0.0.2\n" MY "bl.test TXT see here\n",
      "listed: listed 127.0.0.2 login 'see here'" },
    { "a text alone lists nobody", ME, "bl.test", GOOD MY "bl.test TXT see here\n",
      "clean: clean" },
    { "two codes", ME, "bl.test", GOOD MY "bl.test A 127.0.0.2\n" MY "bl.test A 127.0.1.9\n",
      "listed: listed 127.0.0.2 127.0.1.9 login" },
    { "two codes in another order", ME, "zen.spamhaus.org",
      ZEN MY "zen.spamhaus.org A 127.0.0.4\n" MY "zen.spamhaus.org A 127.0.0.10\n",
      "listed: listed 127.0.0.4= 127.0.0.10= login" },
    { "codes elsewhere in 127/8", ME, "bl.test",
      GOOD MY "bl.test A 127.0.255.9\n" MY "bl.test A 127.255.0.9\n",
      "listed: listed 127.0.255.9 127.255.0.9 login" },
    { "by another name", ME, "bl.test",
      GOOD MY "bl.test CNAME entry.test\nentry.test A 127.0.0.2\n",
      "listed: listed 127.0.0.2 login" },
    /* the list is not what it was */
    { "no test entry", ME, "bl.test", MY "bl.test A 127.0.0.2\n", "error: error empty" },
    { "gone", ME, "bl.test", "", "error: error empty" },
    { "lists everything", ME, "bl.test",
      GOOD "1.0.0.127.bl.test A 127.0.0.2\n" MY "bl.test A 127.0.0.2\n",
      "error: error everything" },
    { "sold, and answers everything", ME, "bl.test",
      "2.0.0.127.bl.test A 203.0.113.5\n1.0.0.127.bl.test A 203.0.113.5\n" MY
      "bl.test A 203.0.113.5\n",
      "error: error rewritten 203.0.113.5" },
    { "its test entry has 127.0.0.1", ME, "bl.test", "2.0.0.127.bl.test A 127.0.0.1\n",
      "clean: clean" },
    { "... for everything, which is a refusal", ME, "bl.test",
      "2.0.0.127.bl.test A 127.0.0.1\n1.0.0.127.bl.test A 127.0.0.1\n" MY "bl.test A 127.0.0.1\n",
      "error: error unknown-code 127.0.0.1" },
    /* the answer is none of the list's */
    { "outside of 127/8", ME, "bl.test", GOOD MY "bl.test A 198.51.100.7\n",
      "error: error rewritten 198.51.100.7" },
    { "... beside one inside", ME, "bl.test",
      GOOD MY "bl.test A 127.0.0.2\n" MY "bl.test A 198.51.100.7\n",
      "error: error rewritten 127.0.0.2 198.51.100.7" },
    { "a resolver that answers for what does not exist", ME, "bl.test",
      GOOD "1.0.0.127.bl.test A 198.51.100.7\n" MY "bl.test A 198.51.100.7\n",
      "error: error rewritten 198.51.100.7" },
    { "127.0.0.1", ME, "bl.test", GOOD MY "bl.test A 127.0.0.1\n",
      "error: error unknown-code 127.0.0.1" },
    { "127.0.0.0", ME, "bl.test", GOOD MY "bl.test A 127.0.0.0\n",
      "error: error unknown-code 127.0.0.0" },
    { "a refusal", ME, "bl.test", GOOD MY "bl.test A 127.255.255.254\n",
      "error: error refuses 127.255.255.254" },
    { "... with its reason", ME, "bl.test",
      GOOD MY "bl.test A 127.255.255.252\n" MY "bl.test TXT not like this\n",
      "error: error refuses 127.255.255.252 'not like this'" },
    { "... of everything", ME, "zen.spamhaus.org",
      "2.0.0.127.zen.spamhaus.org A 127.255.255.254\n1.0.0.127.zen.spamhaus.org A "
      "127.255.255.254\n" MY "zen.spamhaus.org A 127.255.255.254\n",
      "error: error refuses 127.255.255.254" },
    /* look-ups that fail */
    { "SERVFAIL", ME, "bl.test", GOOD MY "bl.test SERVFAIL\n", "error: error failed SERVFAIL" },
    { "REFUSED", ME, "bl.test", GOOD MY "bl.test REFUSED\n", "error: error failed REFUSED" },
    { "a timeout", ME, "bl.test", GOOD MY "bl.test TIMEOUT\n", "error: error failed timeout" },
    { "broken", ME, "bl.test", GOOD MY "bl.test BROKEN\n", "error: error failed broken" },
    { "of the test entry", ME, "bl.test", "2.0.0.127.bl.test SERVFAIL\n" MY "bl.test A 127.0.0.2\n",
      "error: error failed SERVFAIL" },
    { "of what must not be there", ME, "bl.test",
      GOOD "1.0.0.127.bl.test TIMEOUT\n" MY "bl.test A 127.0.0.2\n",
      "error: error failed timeout" },
    { "of the text alone", ME, "bl.test",
      GOOD MY "bl.test A 127.0.0.2\n" MY "bl.test TIMEOUT TXT\n",
      "listed: listed 127.0.0.2 login" },
    /* codes that are known */
    { "a policy", ME, "zen.spamhaus.org", ZEN MY "zen.spamhaus.org A 127.0.0.11\n",
      "listed: listed 127.0.0.11=" },
    { "... beside another code", ME, "zen.spamhaus.org",
      ZEN MY "zen.spamhaus.org A 127.0.0.11\n" MY "zen.spamhaus.org A 127.0.0.4\n",
      "listed: listed 127.0.0.11= 127.0.0.4= login" },
    { "a code that the list does not have", ME, "zen.spamhaus.org",
      ZEN MY "zen.spamhaus.org A 127.0.0.77\n", "error: error unknown-code 127.0.0.77" },
    { "the same octet elsewhere", ME, "zen.spamhaus.org", ZEN MY "zen.spamhaus.org A 127.0.3.2\n",
      "error: error unknown-code 127.0.3.2" },
    { "a zone's name in any case", ME, "ZEN.spamhaus.org", ZEN MY "zen.spamhaus.org A 127.0.0.10\n",
      "listed: listed 127.0.0.10=" },
    /* IPv6 */
    { "IPv6, not listed", "2001:db8::5", "bl.test",
      "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.test A 127.0.0.2\n",
      "clean: clean" },
    { "IPv6, listed", "2001:db8::5", "bl.test",
      "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.test A 127.0.0.2\n"
      "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test A 127.0.0.2\n",
      "listed: listed 127.0.0.2 login" },
    { "IPv6, the IPv4 test entry is not enough", "2001:db8::5", "bl.test", GOOD,
      "error: error empty" },
    { "IPv6, everything is listed", "2001:db8::5", "bl.test",
      "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.test A 127.0.0.2\n"
      "1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.test A 127.0.0.2\n",
      "error: error everything" },
    { "a list without IPv6", "2001:db8::5", "bl.spamcop.net", "", "error: error not-for-family" },
    /* several */
    { "one that lists is enough", ME, "bl.test b.test gone.test",
      GOOD MY "b.test A 127.0.0.2\n2.0.0.127.b.test A 127.0.0.2\n",
      "listed: clean listed 127.0.0.2 login error empty" },
    { "one that cannot tell is too many", ME, "bl.test gone.test", GOOD,
      "error: clean error empty" },
    { "... whichever is asked first", ME, "gone.test bl.test", GOOD, "error: error empty clean" },
    { "... unless it answers the registered alone", ME, "bl.test b.barracudacentral.org", GOOD,
      "clean: clean error empty" },
    { "... and nobody else tells", ME, "b.barracudacentral.org", "", "error: error empty" },
};

static void what_lists_say(void **state UNUSED)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct buf b;
        buf_init(&b, 4096);
        ask_about(CASES[i].ip, CASES[i].zones, CASES[i].script);
        describe(&b);
        if (strcmp(b.p, CASES[i].comes_to) != 0) {
            print_error("%s\n  is     %s\n  wanted %s\n", CASES[i].label, b.p, CASES[i].comes_to);
            wrong++;
        }
        for (size_t j = 0; j < result.count; j++) {
            buf_clear(&b);
            dnsbl_answer_text(&result.answers[j], &b);
            assert_true(b.n > 6 && b.p[b.n - 1] == '.' && b.p[b.n - 2] != '.');
        }
        dns_known_free(known);
        buf_done(&b);
    }
    assert_int_equal(wrong, 0);
}

/* As they come from the net: the core is called again after each, and never tells too early. */
static void one_answer_at_a_time(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct arena memory;
        struct dns_question q;
        struct buf b;
        arena_init(&memory, 1 << 20);
        buf_init(&b, 4096);
        ask_about(CASES[i].ip, CASES[i].zones, CASES[i].script);
        dns_known_free(known);
        known = dns_known_new(0);
        assert_non_null(known);
        while (!core(NULL) && dns_known_next(known, &q)) {
            struct dns_answer a = zone_script_answer(CASES[i].script, &q, &memory);
            assert_true(dns_known_put(known, &a));
        }
        describe(&b);
        assert_string_equal(b.p, CASES[i].comes_to);
        dns_known_free(known);
        buf_done(&b);
        arena_done(&memory);
    }
}

/* Nothing listens: every list of the table is asked, and none is taken for one that lists or clears. */
static void the_whole_table(void **state UNUSED)
{
    static const struct {
        const char *ip;
        size_t at_least;
    } ASKED[] = { { "192.0.2.1", 10 }, { "2001:db8::1", 3 } };
    for (size_t i = 0; i < COUNT_OF(ASKED); i++) {
        ask_about(ASKED[i].ip, "", "");
        assert_in_range(result.count, ASKED[i].at_least, DNSBL_ASKED_MAX);
        assert_int_equal(result.state, DNSBL_ERROR);
        for (size_t j = 0; j < result.count; j++)
            assert_int_equal(result.answers[j].why, DNSBL_LIST_EMPTY);
        dns_known_free(known);
    }
    assert_true(DNSBL_LIST_COUNT <= DNSBL_ASKED_MAX);
    for (size_t i = 0; i < DNSBL_LIST_COUNT; i++) {
        const struct dnsbl_list *list = &DNSBL_LISTS[i];
        assert_ptr_equal(dnsbl_list_of(str_from(list->zone)), list); /* no zone twice */
        assert_true(list->name && list->source && (list->ipv4 || list->ipv6));
        assert_true(!list->delist || str_starts(str_from(list->delist), STR("https://")));
        for (size_t c = 0; c < list->code_count; c++)
            assert_true(list->codes[c].first >= 2 && list->codes[c].last >= list->codes[c].first);
    }
}

static void names_before_the_zone(void **state UNUSED)
{
    static const struct {
        const char *ip, *name;
    } NAMES_OF[] = {
        { "192.0.2.99", "99.2.0.192" },
        { "1.20.255.0", "0.255.20.1" },
        { "9.10.99.100", "100.99.10.9" },
        { "2001:db8:1:2:3:4:567:89ab",
          "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2" },
    };
    char room[DNSBL_NAME_MAX];
    struct ip ip = { .family = IP_NONE };
    assert_int_equal(dnsbl_name_of(&ip, room).n, 0);
    for (size_t i = 0; i < COUNT_OF(NAMES_OF); i++) {
        assert_true(ip_parse(str_from(NAMES_OF[i].ip), &ip));
        assert_true(str_eq(dnsbl_name_of(&ip, room), str_from(NAMES_OF[i].name)));
    }
}

static void addresses_that_no_list_knows(void **state UNUSED)
{
    static const struct {
        const char *ip, *why;
    } ADDRESSES[] = {
        { "127.0.0.2", "loopback" },
        { "::1", "loopback" },
        { "10.1.2.3", "private" },
        { "100.64.0.1", "private" },
        { "fe80::1", "private" },
        { "169.254.1.1", "private" },
        { "0.1.2.3", "reserved" },
        { "192.0.2.1", "reserved" },
        { "255.255.255.255", "reserved" },
        { "::", "reserved" },
        { "2001:db8::1", "reserved" },
        { "ff02::1", "reserved" },
        { "198.18.0.1", "reserved" },
        { "192.0.1.1", NULL },
        { "223.255.255.1", NULL },
        { "2606:4700::1", NULL },
        { "8.8.8.8", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(ADDRESSES); i++) {
        struct ip ip;
        assert_true(ip_parse(str_from(ADDRESSES[i].ip), &ip));
        const char *why = dnsbl_out_of_reach(&ip);
        if (!str_eq(str_from(why), str_from(ADDRESSES[i].why)))
            fail_msg("%s: %s", ADDRESSES[i].ip, why ? why : "nothing");
    }
    assert_non_null(dnsbl_out_of_reach(&(struct ip){ .family = IP_NONE }));
}

static void a_zone_that_is_too_long(void **state UNUSED)
{
    char zone[DNS_NAME_MAX];
    memset(zone, 'a', sizeof zone);
    for (size_t i = 20; i < sizeof zone; i += 20)
        zone[i] = '.';
    zone[250] = 0;
    ask_about("192.0.2.1", zone, "");
    assert_int_equal(result.answers[0].why, DNSBL_LOOKUP_FAILED);
    assert_int_equal(result.answers[0].code, DNS_BROKEN);
    dns_known_free(known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lists_say),
        cmocka_unit_test(one_answer_at_a_time),
        cmocka_unit_test(the_whole_table),
        cmocka_unit_test(names_before_the_zone),
        cmocka_unit_test(addresses_that_no_list_knows),
        cmocka_unit_test(a_zone_that_is_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
