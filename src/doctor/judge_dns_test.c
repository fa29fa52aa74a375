/* SPDX-License-Identifier: ISC */
#include "doctor/record_script.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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
    { "nobody answers, and DNS gives another address", CORP, ALL_CLOSED CORP_OTHER,
      "refused: server-down likely, wrong-server likely; exit 4; next", NULL },
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
    { "SPF does not fail the words that are of something else", "25 none - asks-all",
      HELLO "25 rcpt 550 5.7.1 relay not permitted |" SPF_DNS("v=spf1 -all"),
      "refused: ip-not-trusted likely; exit 1; next", NULL },

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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
