/* SPDX-License-Identifier: ISC */
#include "doctor/dns_wants.h"
#include "doctor/record_script.h"
#include "doctor/report.h"
#include "doctor/report_html.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ARENA_MAX = 1 << 20 };

#define E587   "587 220 hello | 587 ehlo STARTTLS | 587+ tls | 587+ ehlo AUTH PLAIN LOGIN |"
#define IN587  "587+ login PLAIN 235 ok |"
#define E25    "25 220 hello | 25 ehlo SIZE 1 |"
#define HELLO  "25 220 hello | 25 ehlo 250 mail.example.org Hello here [203.0.113.9] |"
#define TYPO   "from=anna@exampel.org"
#define SPEAKS "587 starttls login asks-all "

/* The sender's domain. */
#define NO_MX                                                                                      \
    "dns exampel.org MX NXDOMAIN | dns exampel.org A NXDOMAIN | dns exampel.org AAAA NXDOMAIN"
#define NULL_MX "dns exampel.org MX 0 . | dns exampel.org A none | dns exampel.org AAAA none"
#define BARE    "dns exampel.org MX none | dns exampel.org A none | dns exampel.org AAAA none"
#define FAILS                                                                                      \
    "dns exampel.org MX SERVFAIL | dns exampel.org A SERVFAIL | dns exampel.org AAAA SERVFAIL"
#define SILENT                                                                                     \
    "dns exampel.org MX timeout | dns exampel.org A timeout | dns exampel.org AAAA timeout"
#define LIVES                                                                                      \
    "dns exampel.org MX 10 mx.exampel.org | dns exampel.org A none | dns exampel.org AAAA none |"  \
    "dns mx.exampel.org A 192.0.2.77 | dns mx.exampel.org AAAA none"
#define NOT_FOUND     "587+ PLAIN " TYPO " mail 550 5.1.8 Sender address rejected: Domain not found |"
#define OTHER_FROM_OK "587+ PLAIN rcpt 250 ok |"
#define VAGUE         "587+ PLAIN " TYPO " mail 550 5.7.1 Sender rejected |"
#define OWNED         "587+ PLAIN " TYPO " mail 553 5.7.1 Sender address rejected: not owned by user anna |"

/* The host. */
#define CORP       "587 starttls login host=mail.corp.arpa "
#define CORP_DNS   "dns mail.corp.arpa A 198.51.100.4 | dns mail.corp.arpa AAAA none |"
#define CORP_SAME  "dns@system mail.corp.arpa A 198.51.100.4 |" CORP_DNS
#define CORP_OTHER "dns@system mail.corp.arpa A 192.0.2.1 |" CORP_DNS
#define ALL_CLOSED "587 refused |"
#define WRONG_NAME "587 220 hello | 587 ehlo STARTTLS | 587+ tls wrong-name names=box.host.test |"
#define FOREIGN                                                                                    \
    "587 220 mx.stranger.example | 587 ehlo STARTTLS | 587+ tls wrong-name "                       \
    "names=mx.stranger.example |"

/* Reverse names of 203.0.113.9. */
#define NO_PTR                                                                                     \
    "25 rcpt 550 5.7.25 Client host rejected: cannot find your reverse hostname, [203.0.113.9] |"
#define PTR_NONE "dns 9.113.0.203.in-addr.arpa PTR NXDOMAIN"
#define PTR_FINE                                                                                   \
    "dns 9.113.0.203.in-addr.arpa PTR mail.here.test | dns mail.here.test A 203.0.113.9 |"         \
    "dns mail.here.test AAAA none"
#define PTR_ELSEWHERE                                                                              \
    "dns 9.113.0.203.in-addr.arpa PTR mail.here.test | dns mail.here.test A 203.0.113.10 |"        \
    "dns mail.here.test AAAA none"
#define PTR_GENERIC                                                                                \
    "dns 9.113.0.203.in-addr.arpa PTR 9-113-0-203.dsl.test | dns 9-113-0-203.dsl.test A "          \
    "203.0.113.9 | dns 9-113-0-203.dsl.test AAAA none"
#define PTR_FAILS "dns 9.113.0.203.in-addr.arpa PTR SERVFAIL"

/* SPF of example.org. */
#define NO_SPF        "25 mail 550 5.7.23 SPF check failed: [203.0.113.9] may not send for example.org |"
#define SPF_DNS(text) "dns example.org TXT \"" text "\""

#define GMAIL        "587 starttls login asks-all host=smtp.gmail.com "
#define SPF_AT_GMAIL E587 IN587 "587+ PLAIN rcpt 550 5.7.23 SPF check failed |"
#define SPF_OF_GMAIL "dns _spf.google.com TXT \"v=spf1 ip4:198.51.100.77 -all\" |"

/* Lists, and their entries for tests. */
#define LISTED_BY                                                                                  \
    "25 rcpt 550 5.7.1 Service unavailable; client [203.0.113.9] blocked using bl.spamcop.net |"
#define COP_TRUE                                                                                   \
    "dns 2.0.0.127.bl.spamcop.net A 127.0.0.2 | dns 1.0.0.127.bl.spamcop.net A NXDOMAIN |"
#define COP_LISTS                                                                                  \
    COP_TRUE "dns 9.113.0.203.bl.spamcop.net A 127.0.0.2 |"                                        \
             "dns 9.113.0.203.bl.spamcop.net TXT \"see there\""
#define COP_CLEAN                                                                                  \
    COP_TRUE "dns 9.113.0.203.bl.spamcop.net A NXDOMAIN |"                                         \
             "dns 9.113.0.203.bl.spamcop.net TXT NXDOMAIN"
#define COP_GONE                                                                                   \
    "dns 2.0.0.127.bl.spamcop.net A NXDOMAIN | dns 1.0.0.127.bl.spamcop.net A NXDOMAIN |"          \
    "dns 9.113.0.203.bl.spamcop.net A NXDOMAIN | dns 9.113.0.203.bl.spamcop.net TXT NXDOMAIN"
#define COP_ALL                                                                                    \
    "dns 2.0.0.127.bl.spamcop.net A 127.0.0.2 | dns 1.0.0.127.bl.spamcop.net A 127.0.0.2 |"        \
    "dns 9.113.0.203.bl.spamcop.net A 127.0.0.2 | dns 9.113.0.203.bl.spamcop.net TXT NXDOMAIN"

static const struct judge_case {
    const char *label, *asked, *record, *want;
    const char *for_it; /* what the first cause rests on; NULL: not looked at */
} CASES[] = {
    /* from-invalid */
    { "the domain does not exist, refused, and another passes", SPEAKS TYPO,
      E587 IN587 NOT_FOUND OTHER_FROM_OK NO_MX, "refused: from-invalid proved; exit 1",
      "e6 e7 d1" },
    { "... null MX", SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK NULL_MX,
      "refused: from-invalid proved; exit 1", "e6 e7 d1" },
    { "... neither MX nor address", SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK BARE,
      "refused: from-invalid proved; exit 1", "e6 e7 d1 d2 d3" },
    { "... the look-up fails", SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK FAILS,
      "refused: from-invalid likely; exit 1; next", "e6 e7" },
    { "... no answer comes", SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK SILENT,
      "refused: from-invalid likely; exit 1; next", "e6 e7" },
    { "... nobody was asked", SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK,
      "refused: from-invalid likely; exit 1; next", "e6 e7" },
    { "... reserved, and no resolver was named", "587 starttls login from=anna@typo.example",
      E587 IN587 "587+ PLAIN from=anna@typo.example mail 550 5.1.8 Domain not found |" OTHER_FROM_OK
                 "dns typo.example MX NXDOMAIN | dns typo.example A NXDOMAIN |"
                 "dns typo.example AAAA NXDOMAIN",
      "refused: from-invalid likely; exit 1; next", "e6 e7" },
    { "... the domain is there after all", SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK LIVES,
      "refused: from-invalid possible; exit 1; next", "e6 e7" },
    { "... refused for now", SPEAKS TYPO,
      E587 IN587 "587+ PLAIN " TYPO
                 " mail 450 4.1.8 Sender address rejected: Domain not found |" OTHER_FROM_OK NO_MX,
      "refused: from-invalid likely; exit 1; next", "e6 e7 d1" },
    { "the domain does not exist, and no other was tried", SPEAKS TYPO, E587 IN587 NOT_FOUND NO_MX,
      "refused: from-invalid likely; exit 1; next", "e6 d1" },
    { "... in words that do not say why", SPEAKS TYPO, E587 IN587 VAGUE NO_MX,
      "refused: from-invalid likely, from-not-login possible; exit 1; next", "e6 d1" },
    { "... and the domain is there", SPEAKS TYPO, E587 IN587 VAGUE LIVES,
      "refused: from-not-login possible; exit 1; next", "e6" },
    { "the domain does not exist, and the words are of owning", SPEAKS TYPO,
      E587 IN587 OWNED OTHER_FROM_OK NO_MX, "refused: from-not-login proved; exit 1", "e6 e7" },
    { "accepted: a dead domain is no cause", SPEAKS TYPO,
      E587 IN587 "587+ PLAIN " TYPO " rcpt 250 ok |" NO_MX, "accepted: exit 0", NULL },

    /* dns-failure */
    { "the server's name does not exist", CORP,
      "lookup | dns@system mail.corp.arpa A NXDOMAIN | dns mail.corp.arpa A NXDOMAIN |"
      "dns mail.corp.arpa AAAA NXDOMAIN",
      "refused: dns-failure likely; exit 6; next", "e1 d1 d2" },
    { "... the resolver fails", CORP,
      "lookup | dns@system mail.corp.arpa A SERVFAIL | dns mail.corp.arpa A timeout |"
      "dns mail.corp.arpa AAAA timeout",
      "refused: dns-failure likely; exit 6; next", "e1 d1 d2" },
    { "... its signatures are bad", CORP,
      "lookup | dns@system mail.corp.arpa A SERVFAIL | dns mail.corp.arpa A SERVFAIL |"
      "dns mail.corp.arpa AAAA SERVFAIL | dns@validator mail.corp.arpa A bogus SERVFAIL",
      "refused: dns-failure likely; exit 6; next", "e1 d1 d2 d4" },
    { "... DNS was not asked", CORP, "lookup", "refused: dns-failure likely; exit 6; next", "e1" },

    /* wrong-server */
    { "a stranger answers, and DNS gives another address", CORP, FOREIGN CORP_OTHER,
      "refused: wrong-server likely, certificate-wrong-name likely; exit 1; next", NULL },
    { "a certificate of another name, and DNS gives a neighbour's address", CORP,
      WRONG_NAME "dns@system mail.corp.arpa A 198.51.7.9 |" CORP_DNS,
      "refused: certificate-wrong-name proved, wrong-server possible; exit 1", NULL },
    { "... a stranger's", CORP, WRONG_NAME CORP_OTHER,
      "refused: certificate-wrong-name proved, wrong-server likely; exit 1", NULL },
    { "nobody answers, and DNS gives another address", CORP, ALL_CLOSED CORP_OTHER,
      "refused: server-down likely, wrong-server possible; exit 4; next", NULL },
    { "... the one here is inside, that of DNS in the world", CORP,
      ALL_CLOSED "dns@system mail.corp.arpa A 10.0.0.7 |" CORP_DNS,
      "refused: server-down likely, wrong-server likely; exit 4; next", NULL },
    { "... both are inside", CORP,
      ALL_CLOSED "dns@system mail.corp.arpa A 10.0.0.7 | dns mail.corp.arpa A 10.0.0.8 |"
                 "dns mail.corp.arpa AAAA none",
      "refused: server-down likely, wrong-server possible; exit 4; next", NULL },
    { "... the same address", CORP, ALL_CLOSED CORP_SAME,
      "refused: server-down likely; exit 4; next", "e1" },
    { "... one of several", CORP,
      ALL_CLOSED "dns@system mail.corp.arpa A 198.51.100.4 | dns mail.corp.arpa A 198.51.100.5 , "
                 "198.51.100.4 | dns mail.corp.arpa AAAA none",
      "refused: server-down likely; exit 4; next", "e1" },
    { "... of the other family alone", CORP,
      ALL_CLOSED "dns@system mail.corp.arpa A 198.51.100.4 | dns mail.corp.arpa A none |"
                 "dns mail.corp.arpa AAAA 2001:db8::4",
      "refused: server-down likely; exit 4; next", "e1" },
    { "... the look-up fails", CORP,
      ALL_CLOSED "dns@system mail.corp.arpa A 192.0.2.1 | dns mail.corp.arpa A SERVFAIL |"
                 "dns mail.corp.arpa AAAA SERVFAIL",
      "refused: server-down likely; exit 4; next", "e1" },
    { "... another resolver was asked", CORP "asks-all", ALL_CLOSED CORP_OTHER,
      "refused: server-down likely, wrong-server possible; exit 4; next", NULL },
    { "another address, and its certificate is the right one",
      CORP "to=", E587 "587+ login PLAIN 535 5.7.8 no |" CORP_OTHER,
      "refused: wrong-credentials likely; exit 5; next", NULL },
    { "another address, and accepted there", CORP, E587 IN587 "587+ PLAIN rcpt 250 |" CORP_OTHER,
      "accepted: exit 0", NULL },

    /* reverse-dns-missing */
    { "the address has no name", "25 none - asks-all", HELLO NO_PTR PTR_NONE,
      "refused: reverse-dns-missing likely; exit 1; next", "e3 d1 e2" },
    { "... one that leads elsewhere", "25 none - asks-all", HELLO NO_PTR PTR_ELSEWHERE,
      "refused: reverse-dns-missing likely; exit 1; next", "e3 d1 e2" },
    { "... one that leads back", "25 none - asks-all", HELLO NO_PTR PTR_FINE,
      "refused: reverse-dns-missing possible; exit 1; next", "e3" },
    { "... one that the provider gave to every address", "25 none - asks-all",
      HELLO NO_PTR PTR_GENERIC, "refused: reverse-dns-missing likely; exit 1; next", "e3" },
    { "... the look-up fails", "25 none - asks-all", HELLO NO_PTR PTR_FAILS,
      "refused: reverse-dns-missing likely; exit 1; next", "e3" },

    /* spf-fail */
    { "SPF fails for our address", "25 none - asks-all",
      HELLO NO_SPF SPF_DNS("v=spf1 ip4:198.51.100.1 -all"),
      "refused: spf-fail likely; exit 1; next", "e3 d1 e2" },
    { "... passes", "25 none - asks-all", HELLO NO_SPF SPF_DNS("v=spf1 ip4:203.0.113.9 -all"),
      "refused: spf-fail possible; exit 1; next", "e3" },
    { "... cannot be found out", "25 none - asks-all", HELLO NO_SPF "dns example.org TXT SERVFAIL",
      "refused: spf-fail likely; exit 1; next", "e3" },
    { "... there is none", "25 none - asks-all", HELLO NO_SPF "dns example.org TXT none",
      "refused: spf-fail likely; exit 1; next", "e3 d1 e2" },
    { "the provider's servers are in it", GMAIL,
      SPF_AT_GMAIL SPF_OF_GMAIL SPF_DNS("v=spf1 include:_spf.google.com -all"),
      "refused: spf-fail possible; exit 1; next", "e6" },
    { "... in an include of it", GMAIL,
      SPF_AT_GMAIL SPF_OF_GMAIL SPF_DNS(
          "v=spf1 include:all.example.org -all") "| dns all.example.org TXT \"v=spf1 "
                                                 "include:_spf.google.com -all\"",
      "refused: spf-fail possible; exit 1; next", "e6" },
    { "... are not", GMAIL, SPF_AT_GMAIL SPF_OF_GMAIL SPF_DNS("v=spf1 ip4:198.51.100.1 -all"),
      "refused: spf-fail likely; exit 1; next", "e6 d2" },
    { "SPF does not fail the words that are of something else", "25 none - asks-all",
      HELLO "25 rcpt 550 5.7.1 relay not permitted |" SPF_DNS("v=spf1 -all"),
      "refused: ip-not-trusted likely; exit 1; next", NULL },

    /* ip-blocklisted */
    { "the list that is named lists us", "25 none - asks-all", HELLO LISTED_BY COP_LISTS,
      "refused: ip-blocklisted likely; exit 1; next", "e3 d3 e2" },
    { "... does not", "25 none - asks-all", HELLO LISTED_BY COP_CLEAN,
      "refused: ip-blocklisted possible; exit 1; next", "e3" },
    { "... is gone", "25 none - asks-all", HELLO LISTED_BY COP_GONE,
      "refused: ip-blocklisted likely; exit 1; next", "e3" },
    { "... lists everything", "25 none - asks-all", HELLO LISTED_BY COP_ALL,
      "refused: ip-blocklisted likely; exit 1; next", "e3" },

    /* dkim-dmarc-fail */
    { "DMARC asks for it", SPEAKS,
      E587 IN587
      "587+ PLAIN rcpt 250 | 587+ PLAIN data 550 5.7.26 DMARC policy of the domain |"
      "dns _dmarc.example.org TXT \"v=DMARC1; p=reject\" | dns _dmarc.org TXT none |"
      "dns example.org A 192.0.2.9 | dns example.org AAAA none | dns example.org MX none",
      "refused: dkim-dmarc-fail likely; exit 1; next", NULL },
};

static struct arena arena;
static struct doctor_record record;
static struct doctor_asked asked;

static const char *rests_on(const struct finding *f, char *out, size_t room)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < FINDING_EVIDENCE && f->for_it[i]; i++) {
        unsigned id = f->for_it[i];
        bool dns = id >= DOCTOR_DNS_ID;
        n += (size_t)snprintf(out + n, room - n, "%s%c%u", i ? " " : "", dns ? 'd' : 'e',
                              dns ? id - DOCTOR_DNS_ID + 1 : id);
    }
    return out;
}

static void begin(const char *asked_words, const char *script)
{
    arena_init(&arena, ARENA_MAX);
    record = (struct doctor_record){ .arena = &arena, .dns = dns_known_new(0) };
    script_record(script, &record);
    script_asked(asked_words, &asked);
}

static void end(void)
{
    dns_known_free(record.dns);
    arena_done(&arena);
}

static void cases(void **state)
{
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char got[512], ids[128];
        begin(CASES[i].asked, CASES[i].record);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        script_judgement(&j, got, sizeof got);
        rests_on(&j.causes[0], ids, sizeof ids);
        bool right = strcmp(got, CASES[i].want) == 0 &&
                     (!CASES[i].for_it || strcmp(ids, CASES[i].for_it) == 0);
        if (!right)
            print_error("%s\n  %s [%s]\n  wanted: %s [%s]\n", CASES[i].label, got, ids,
                        CASES[i].want, CASES[i].for_it ? CASES[i].for_it : "");
        wrong += !right;
        end();
    }
    assert_int_equal(wrong, 0);
}

/* ------------------------------------------------------------------------------------------------
 * What is printed of it
 */
static struct doctor_stats stats;

static struct doctor_report report_on(const struct doctor_judgement *j)
{
    return (struct doctor_report){ &asked, &record, j, &stats, NULL, false, NULL };
}

/* Stored and read back, every case is judged the same. */
static void judged_again(void **state)
{
    struct doctor_stored *s = calloc(1, sizeof *s);
    (void)state;
    assert_non_null(s);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char before[512], after[512];
        struct err e = { .kind = ERR_NONE };
        struct buf b, said;
        begin(CASES[i].asked, CASES[i].record);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        struct doctor_report r = report_on(&j);
        buf_init(&b, 1 << 22);
        buf_init(&said, 1 << 16);
        assert_true(doctor_report_json(&r, &b));
        *s = (struct doctor_stored){ .record = { .arena = &arena, .dns = dns_known_new(0) } };
        if (!doctor_stored_read(buf_str(&b), s, &e))
            fail_msg("%s: %s", CASES[i].label, e.why);
        assert_true(doctor_stored_verify(s, &said));
        struct doctor_judgement again = doctor_judge(&s->asked, &s->record);
        assert_string_equal(script_judgement(&again, after, sizeof after),
                            script_judgement(&j, before, sizeof before));
        dns_known_free(s->record.dns);
        buf_done(&said);
        buf_done(&b);
        end();
    }
    free(s);
}

static const struct step_case {
    const char *asked, *record, *want;
} STEPS[] = {
    { SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK NO_MX, "DNS knows no domain exampel.org" },
    { SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK NULL_MX, "exampel.org says in DNS" },
    { SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK BARE, "exampel.org has neither" },
    { SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK LIVES, "DNS knows exampel.org from here" },
    { CORP,
      "lookup | dns@system mail.corp.arpa A NXDOMAIN | dns mail.corp.arpa A NXDOMAIN |"
      "dns mail.corp.arpa AAAA NXDOMAIN",
      "DNS knows no name mail.corp.arpa" },
    { CORP, "lookup | dns@system mail.corp.arpa A NXDOMAIN |" CORP_DNS,
      "DNS has addresses for mail.corp.arpa" },
    { CORP,
      "lookup | dns@system mail.corp.arpa A SERVFAIL | dns mail.corp.arpa A timeout |"
      "dns mail.corp.arpa AAAA timeout",
      "The resolver itself does not say" },
    { CORP,
      "lookup | dns@system mail.corp.arpa A SERVFAIL | dns mail.corp.arpa A SERVFAIL |"
      "dns mail.corp.arpa AAAA SERVFAIL | dns@validator mail.corp.arpa A bogus SERVFAIL",
      "The DNSSEC signatures of mail.corp.arpa" },
    { CORP, FOREIGN CORP_OTHER,
      "This machine goes to 192.0.2.1 for mail.corp.arpa, and DNS says 198.51.100.4" },
    { "25 none - asks-all", HELLO NO_PTR PTR_NONE, "203.0.113.9 has no name in reverse DNS" },
    { "25 none - asks-all", HELLO NO_PTR PTR_ELSEWHERE, "203.0.113.9 is called mail.here.test" },
    { "25 none - asks-all", HELLO NO_SPF SPF_DNS("v=spf1 ip4:198.51.100.1 -all"),
      "would read: v=spf1 ip4:203.0.113.9 ip4:198.51.100.1 -all" },
    { "25 none - asks-all", HELLO NO_SPF "dns example.org TXT none",
      "would read: v=spf1 ip4:203.0.113.9 ~all" },
    { "25 none - asks-all", HELLO NO_SPF SPF_DNS("v=spf1 nonsense -all"), "has a fault" },
    { GMAIL, SPF_AT_GMAIL SPF_OF_GMAIL SPF_DNS("v=spf1 -all"),
      "would read: v=spf1 include:_spf.google.com -all" },
    { "25 none - asks-all", HELLO LISTED_BY COP_LISTS,
      "203.0.113.9 is on the list bl.spamcop.net" },
};

static void steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(STEPS); i++) {
        str step[DOCTOR_STEPS_MAX];
        bool there = false;
        begin(STEPS[i].asked, STEPS[i].record);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        struct doctor_report r = report_on(&j);
        size_t n = doctor_steps(&r, step);
        for (size_t k = 0; k < n; k++)
            there |= str_find(step[k], str_from(STEPS[i].want)) != STR_NOT_FOUND;
        if (!there)
            fail_msg("no step '%s', but %.*s", STEPS[i].want,
                     STR_ARG(n ? step[0] : STR("none at all")));
        end();
    }
}

/* What is still asked of DNS: one name has an MX and an address, and there is no other. */
static void answer_the_rest(const char *there)
{
    static const struct dns_record MX = { .type = DNS_MX, .name = STR_INIT("mx.b.test") };
    static const struct dns_record A = { .type = DNS_A, .ip = { IP_V4, { 192, 0, 2, 9 }, 0 } };
    struct dns_question q;
    doctor_dns_want(&asked, &record);
    while (dns_known_next(record.dns, &q)) {
        struct dns_answer a = { .question = q, .code = DNS_NXDOMAIN };
        if (str_eq(q.name, str_from(there))) {
            a.code = DNS_OK;
            a.records = q.type == DNS_MX ? &MX : &A;
            a.count = q.type == DNS_MX || q.type == DNS_A;
        }
        assert_true(dns_known_put(record.dns, &a));
        doctor_dns_want(&asked, &record);
    }
}

static const struct {
    const char *asked, *record, *there, *want;
} SLIPS[] = {
    { SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK NO_MX, "exmapel.org",
      "exmapel.org exists: did you mean that?" },
    { CORP,
      "lookup | dns@system mail.corp.arpa A NXDOMAIN | dns mail.corp.arpa A NXDOMAIN |"
      "dns mail.corp.arpa AAAA NXDOMAIN",
      "mail.crop.arpa", "mail.crop.arpa exists: did you mean that?" },
    { CORP,
      "lookup | dns@system mail.corp.arpa A NXDOMAIN | dns mail.corp.arpa A NXDOMAIN |"
      "dns mail.corp.arpa AAAA NXDOMAIN",
      "far.away.arpa", NULL },
    { CORP,
      "lookup | dns@system mail.corp.arpa A SERVFAIL | dns mail.corp.arpa A SERVFAIL |"
      "dns mail.corp.arpa AAAA SERVFAIL",
      "mail.crop.arpa", NULL }, /* nobody said that it does not exist */
};

static void slips(void **state)
{
    const struct doctor_page_options o = { false, STR("1 May 2026, 12:00 UTC"), STR("0.1"), NULL };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(SLIPS); i++) {
        str step[DOCTOR_STEPS_MAX];
        bool there = false, asks = false;
        struct buf page;
        begin(SLIPS[i].asked, SLIPS[i].record);
        answer_the_rest(SLIPS[i].there);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        struct doctor_report r = report_on(&j);
        size_t n = doctor_steps(&r, step);
        for (size_t k = 0; k < n; k++) {
            asks |= str_find(step[k], STR("did you mean")) != STR_NOT_FOUND;
            there |= SLIPS[i].want && str_find(step[k], str_from(SLIPS[i].want)) != STR_NOT_FOUND;
        }
        if (there != (SLIPS[i].want != NULL) || asks != there)
            fail_msg("%s: %.*s", SLIPS[i].there, STR_ARG(n ? step[0] : STR("none at all")));
        buf_init(&page, 1 << 22); /* the anonymous one */
        assert_true(doctor_report_html(&r, &o, &page));
        assert_true(str_find(buf_str(&page), STR("did you mean")) == STR_NOT_FOUND);
        buf_done(&page);
        end();
    }
}

/* No server was named, and none was found. */
static const struct {
    const char *record, *want;
} NOWHERE[] = {
    { "dns corp.arpa MX NXDOMAIN | dns corp.arpa A NXDOMAIN | dns corp.arpa AAAA NXDOMAIN",
      "refused dns-failure likely 6" },
    { "dns corp.arpa MX SERVFAIL | dns corp.arpa A SERVFAIL | dns corp.arpa AAAA SERVFAIL",
      "unknown 3" },
    { "dns corp.arpa MX timeout | dns corp.arpa A NXDOMAIN | dns corp.arpa AAAA NXDOMAIN",
      "unknown 3" },
    { "dns corp.arpa MX 10 mail.corp.arpa", "unknown 3" },
    { "", "unknown 3" },
};

static void nowhere(void **state)
{
    const struct doctor_page_options o = { false, STR("1 May 2026, 12:00 UTC"), STR("0.1"), NULL };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(NOWHERE); i++) {
        char got[80];
        begin("own=anna@corp.arpa", NOWHERE[i].record);
        asked.attempt.host = STR_NONE;
        asked.found = STR("none was found");
        struct doctor_judgement j = doctor_judge(&asked, &record);
        const struct cause *c = j.cause_count ? cause_of(j.causes[0].cause) : NULL;
        snprintf(got, sizeof got, "%.*s%s%.*s%s%.*s %d",
                 STR_ARG(names_of(&VERDICT_NAMES, (int)j.verdict)), c ? " " : "",
                 STR_ARG(c ? c->name : STR_NONE), c ? " " : "",
                 STR_ARG(c ? names_of(&STRENGTH_NAMES, (int)j.causes[0].strength) : STR_NONE),
                 doctor_exit_status(&j));
        if (strcmp(got, NOWHERE[i].want) != 0)
            fail_msg("%s: %s", NOWHERE[i].record, got);
        assert_true(str_find(j.next, STR("--server")) != STR_NOT_FOUND);
        assert_true(!c || doctor_record_answer(&record, j.causes[0].for_it[0]));
        struct doctor_report r = report_on(&j);
        struct buf page;
        buf_init(&page, 1 << 22);
        assert_true(doctor_report_html(&r, &o, &page));
        assert_true(str_find(buf_str(&page), STR("corp.arpa")) == STR_NOT_FOUND);
        assert_true(str_find(buf_str(&page), STR("support")) == STR_NOT_FOUND);
        buf_done(&page);
        end();
    }
}

/* On the anonymous page nothing that DNS named is left: neither what was asked for nor what it said. */
static void about_nobody(void **state)
{
    static const char *const NAMES_OF_SOMEBODY[] = { "exampel",   "corp.arpa",    "in-addr",
                                                     "here.test", "v=spf1 i",     "198.51.100.4",
                                                     "dsl.test",  "spamcop.net A" };
    const struct doctor_page_options o = { false, STR("1 May 2026, 12:00 UTC"), STR("0.1"), NULL };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct buf page;
        begin(CASES[i].asked, CASES[i].record);
        asked.attempt.host = STR(SCRIPT_HOST); /* the server's own name may stay */
        struct doctor_judgement j = doctor_judge(&asked, &record);
        struct doctor_report r = report_on(&j);
        buf_init(&page, 1 << 22);
        assert_true(doctor_report_html(&r, &o, &page));
        for (size_t k = 0; k < COUNT_OF(NAMES_OF_SOMEBODY); k++)
            if (str_find(buf_str(&page), str_from(NAMES_OF_SOMEBODY[k])) != STR_NOT_FOUND)
                fail_msg("%s: the page has '%s'", CASES[i].label, NAMES_OF_SOMEBODY[k]);
        buf_done(&page);
        end();
    }
}

/* Text and document name the answer that the cause rests on. */
static void named(void **state)
{
    struct buf text, json, page;
    const struct doctor_page_options full = { true, STR("1 May 2026"), STR("0.1"), NULL };
    (void)state;
    begin(SPEAKS TYPO, E587 IN587 NOT_FOUND OTHER_FROM_OK NO_MX);
    struct doctor_judgement j = doctor_judge(&asked, &record);
    struct doctor_report r = report_on(&j);
    buf_init(&text, 1 << 20);
    buf_init(&json, 1 << 20);
    buf_init(&page, 1 << 22);
    assert_true(doctor_report_text(&r, &text) && doctor_report_json(&r, &json));
    assert_true(doctor_report_html(&r, &full, &page));
    str line = STR("DNS       exampel.org MX: there is no such name");
    assert_true(str_find(buf_str(&text), line) != STR_NOT_FOUND);
    assert_true(str_find(buf_str(&json), STR("\"probe\": \"dns\"")) != STR_NOT_FOUND);
    assert_true(str_find(buf_str(&json), STR("DNS: exampel.org MX: there is")) != STR_NOT_FOUND);
    assert_true(str_find(buf_str(&page), STR("<li>DNS: exampel.org MX: there is")) !=
                STR_NOT_FOUND);
    assert_true(str_find(buf_str(&page), STR("- DNS: exampel.org MX: there is")) != STR_NOT_FOUND);
    buf_done(&page);
    buf_done(&json);
    buf_done(&text);
    end();
}

static const struct note_case {
    const char *asked, *record;
    enum finding_note want; /* NOTE_NONE: that of the case before is not there */
} NOTE_CASES[] = {
#define POLICY(p)                                                                                  \
    "dns _dmarc.author.test TXT \"v=DMARC1; p=" p "\" | dns _dmarc.test TXT none |"                \
    "dns author.test A 192.0.2.9 | dns author.test AAAA none | dns author.test MX none |"          \
    "dns _dmarc.example.org TXT none | dns _dmarc.org TXT none"
    { SPEAKS "author=x@author.test", E587 IN587 "587+ PLAIN rcpt 250 |" POLICY("reject"),
      NOTE_DMARC_NOT_ALIGNED },
    { SPEAKS "author=x@author.test", E587 IN587 "587+ PLAIN rcpt 250 |" POLICY("none"), NOTE_NONE },
    { "25 none - asks-all public-ip=203.0.113.9",
      HELLO "25 rcpt 550 5.7.1 relay not permitted; not spamcop.net |" COP_LISTS,
      NOTE_ADDRESS_LISTED },
    { "25 none - asks-all public-ip=203.0.113.9",
      HELLO "25 rcpt 550 5.7.1 relay not permitted; not spamcop.net |" COP_CLEAN, NOTE_NONE },
};

static void notes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(NOTE_CASES); i++) {
        enum finding_note want = NOTE_CASES[i].want ? NOTE_CASES[i].want : NOTE_CASES[i - 1].want;
        bool there = false;
        begin(NOTE_CASES[i].asked, NOTE_CASES[i].record);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        for (size_t k = 0; k < j.note_count; k++)
            there |= j.notes[k] == want;
        if (there != (NOTE_CASES[i].want != NOTE_NONE))
            fail_msg("case %zu: the note is %s", i, there ? "there" : "not there");
        end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {

        cmocka_unit_test(cases), cmocka_unit_test(judged_again), cmocka_unit_test(steps),
        cmocka_unit_test(slips), cmocka_unit_test(nowhere),      cmocka_unit_test(about_nobody),
        cmocka_unit_test(named), cmocka_unit_test(notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
