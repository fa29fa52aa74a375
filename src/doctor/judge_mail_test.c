/* SPDX-License-Identifier: ISC */
/* What is judged of mail that MAIL, RCPT or the message refuses. The usual cases, and what holds for all of
 * them, are in judge_test.c. */
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
#define OK587  IN587 "587+ PLAIN rcpt 250 ok |"
#define BARE25 "25 220 hello | 25 ehlo SIZE 1 |"
#define RELAY  "550 5.7.1 relay not permitted |"
#define LARGE587                                                                                   \
    "587 220 hello | 587 ehlo STARTTLS | 587+ tls | 587+ ehlo AUTH PLAIN LOGIN, SIZE 1000 |"
#define OTHER "587+ PLAIN from=x@example.net "

static const struct judge_case {
    const char *label, *asked, *record, *want;
} CASES[] = {
    /* from-invalid */
    { "unqualified, and the server says so", "587 starttls PLAIN from=root",
      E587 IN587 "587+ PLAIN from=root mail 553 5.1.7 no | 587+ PLAIN rcpt 250",
      "refused: from-invalid proved; exit 1" },
    { "... for now", "587 starttls PLAIN from=root",
      E587 IN587 "587+ PLAIN from=root mail 451 4.1.7 no | 587+ PLAIN rcpt 250",
      "refused: from-invalid likely; exit 1; next" },
    { "two at-signs", "587 starttls PLAIN from=anna@@example.org",
      E587 IN587
      "587+ PLAIN from=anna@@example.org mail 501 Syntax error in address | 587+ PLAIN rcpt 250",
      "refused: from-invalid proved; exit 1" },
    { "no dot", "587 starttls PLAIN from=anna@exampleorg",
      E587 IN587 "587+ PLAIN from=anna@exampleorg rcpt 450 4.1.8 <anna@exampleorg>: Sender address "
                 "rejected: Domain not found | 587+ PLAIN rcpt 250",
      "refused: from-invalid likely; exit 1; next" },
    { "a whole address in a domain that is not there", "587 starttls PLAIN from=x@example.net",
      E587 IN587 OTHER "rcpt 550 5.1.8 no | 587+ PLAIN rcpt 250",
      "refused: from-invalid likely; exit 1; next" },
    { "... as a stranger", "25 none - from=x@example.net",
      BARE25 "25 from=x@example.net mail 550 5.1.8 no",
      "refused: from-invalid likely; exit 1; next" },
    { "letters outside ASCII, and no SMTPUTF8", "587 starttls PLAIN from=änne@example.net",
      E587 IN587 "587+ PLAIN from=änne@example.net mail not-offered | 587+ PLAIN rcpt 250",
      "refused: from-invalid proved; exit 1" },
    { "... and nothing accepted", "587 starttls PLAIN from=änne@example.net",
      E587 IN587 "587+ PLAIN from=änne@example.net mail not-offered",
      "refused: from-invalid likely; exit 1; next" },
    { "... in the recipient", "587 starttls PLAIN to=änne@example.net",
      E587 IN587 "587+ PLAIN to=änne@example.net mail not-offered", "unknown: exit 3; next" },

    /* whose address */
    { "another's, and nothing accepted", "587 starttls PLAIN from=x@example.net",
      E587 IN587 OTHER "rcpt 553 5.7.1 not owned by that user",
      "refused: from-not-login likely; exit 1; next" },
    { "the login's own", "587 starttls PLAIN",
      E587 IN587 "587+ PLAIN rcpt 553 5.7.1 not owned by that user",
      "refused: own-address-refused likely; exit 1; next" },
    { "... refused as sender, and nobody says why", "587 starttls PLAIN",
      E587 IN587 "587+ PLAIN mail 530 Sender rejected",
      "refused: own-address-refused possible; exit 1; next" },
    { "... of another's", "587 starttls PLAIN from=x@example.net",
      E587 IN587 OTHER "mail 530 Sender rejected",
      "refused: from-not-login possible; exit 1; next" },
    { "... at RCPT, where the recipient may be the reason", "587 starttls PLAIN",
      E587 IN587 "587+ PLAIN rcpt 530 Sender rejected", "unknown: exit 3; next" },
    { "another's, and then the login's own", "587 starttls PLAIN from=x@example.net",
      E587 IN587 OTHER "rcpt 553 5.7.1 not owned by it | 587+ PLAIN rcpt 553 5.7.1 not owned by it",
      "refused: from-not-login likely, own-address-refused likely; exit 1; next" },
    { "as a stranger", "25 none -", BARE25 "25 rcpt 553 5.7.1 not owned by that user",
      "unknown: exit 3; next" },
    { "not confirmed with the service", "587 starttls PLAIN from=x@example.net",
      E587 IN587 OTHER "mail 554 Message rejected: the address is not verified |"
                       "587+ PLAIN rcpt 250",
      "refused: sender-unverified likely; exit 1; next" },
    { "... and the own one too", "587 starttls PLAIN",
      E587 IN587 "587+ PLAIN rcpt 550 Sender verify failed",
      "refused: sender-unverified likely; exit 1; next" },

    /* by words */
    { "a blocklist", "25 none -", BARE25 "25 rcpt 554 5.7.1 Client blocked using zen.example.org",
      "refused: ip-blocklisted likely; exit 1; next" },
    { "... in place of a greeting", "25 none -", "25 554 5.7.1 192.0.2.9 is on a blocklist",
      "refused: ip-blocklisted likely; exit 1; next" },
    { "... on a port that was not asked", "587 starttls - known",
      "25 554 5.7.1 192.0.2.9 is on a blocklist |" E587 "587+ rcpt 550 5.7.1 no",
      "refused: client-never-authenticates possible; exit 1; next" },
    { "... of a stranger, and the program logs in", "587 starttls PLAIN",
      E587 "587+ rcpt 554 5.7.1 on a blocklist |" IN587 "587+ PLAIN rcpt 554 5.7.1 no",
      "unknown: exit 3; next" },
    { "... of a stranger, and a login passes", "587 starttls - known",
      E587 "587+ rcpt 554 5.7.1 on a blocklist |" OK587,
      "refused: client-never-authenticates likely; exit 1; next" },
    { "too much", "587 starttls PLAIN", E587 IN587 "587+ PLAIN rcpt 450 4.7.1 Rate limit reached",
      "refused: rate-limited likely; exit 1; next" },
    { "... at the greeting", "25 none -", "25 421 4.7.0 Too many connections",
      "refused: rate-limited likely; exit 1; next" },
    { "... and then not", "25 none -", "25 421 4.7.0 Too many connections |" BARE25 "25 rcpt 250",
      "accepted: exit 0" },
    { "full", "587 starttls PLAIN", E587 IN587 "587+ PLAIN rcpt 452 4.2.2 Mailbox full",
      "refused: mailbox-full likely; exit 1; next" },
    { "SPF", "25 none -", BARE25 "25 rcpt 550 5.7.23 SPF validation failed",
      "refused: spf-fail likely; exit 1; next" },
    { "too large", "587 starttls PLAIN", E587 IN587 "587+ PLAIN mail 552 5.3.4 no",
      "refused: message-too-large likely; exit 1; next" },
    { "spam", "587 starttls login", E587 OK587 "587+ PLAIN data 550 5.7.1 spam",
      "refused: content-rejected likely; exit 1; next" },
    { "DMARC", "587 starttls login", E587 OK587 "587+ PLAIN data 550 5.7.26 unauthenticated mail",
      "refused: dkim-dmarc-fail likely; exit 1; next" },
    { "a loop", "587 starttls login", E587 OK587 "587+ PLAIN data 554 5.4.6 Too many hops",
      "refused: mail-loop likely; exit 1; next" },
    { "after a login, greylisted", "587 starttls login",
      E587 IN587 "587+ PLAIN rcpt 451 4.7.1 Greylisting in action",
      "refused: greylisted-temporary likely; exit 1; next" },

    /* after DATA */
    { "another author, and then the own one", "587 starttls login author=x@example.net",
      E587 OK587 "587+ PLAIN author=x@example.net data 550 5.7.60 no permission to send as this |"
                 "587+ PLAIN author=anna@example.org data 250 ok",
      "refused: from-not-login proved; exit 1" },
    { "... in words that say nothing", "587 starttls login author=x@example.net",
      E587 OK587 "587+ PLAIN author=x@example.net data 550 5.7.1 no |"
                 "587+ PLAIN author=anna@example.org data 250 ok",
      "refused: from-not-login likely; exit 1; next" },
    { "... in words about the signature", "587 starttls login author=x@example.net",
      E587 OK587 "587+ PLAIN author=x@example.net data 550 5.7.1 DMARC says no |"
                 "587+ PLAIN author=anna@example.org data 250 ok",
      "refused: dkim-dmarc-fail likely; exit 1; next" },
    { "... and the own one is refused too", "587 starttls login author=x@example.net",
      E587 OK587 "587+ PLAIN author=x@example.net data 550 5.7.1 no |"
                 "587+ PLAIN author=anna@example.org data 550 5.7.1 no",
      "unknown: exit 3; next" },
    { "... and the own one was not sent", "587 starttls login author=x@example.net",
      E587 OK587 "587+ PLAIN author=x@example.net data 554 5.2.0 SendAsDenied",
      "refused: from-not-login likely; exit 1; next" },
    { "... of the own one", "587 starttls login",
      E587 OK587 "587+ PLAIN data 554 5.2.0 SendAsDenied",
      "refused: own-address-refused likely; exit 1; next" },
    { "... and the own one was taken up to RCPT alone", "587 starttls login from=x@example.net",
      E587 IN587 OTHER "rcpt 250 |" OTHER "data 554 5.2.0 SendAsDenied | 587+ PLAIN rcpt 250",
      "refused: from-not-login likely; exit 1; next" },
    { "... it is taken", "587 starttls login author=x@example.net",
      E587 OK587 "587+ PLAIN author=x@example.net data 250 ok", "accepted: exit 0" },
    { "... reverse-path and author, one and the same", "587 starttls login from=x@example.net",
      E587 IN587 OTHER "rcpt 250 |" OTHER "data 554 5.2.0 SendAsDenied | 587+ PLAIN data 250",
      "refused: from-not-login proved; exit 1" },
    { "... reverse-path and author, each another's",
      "587 starttls login from=x@example.net author=y@example.net",
      E587 IN587 OTHER "rcpt 250 |" OTHER "author=y@example.net data 554 5.2.0 SendAsDenied |"
                       "587+ PLAIN author=anna@example.org data 250",
      "refused: from-not-login proved; exit 1" },

    /* message-too-large */
    { "larger than EHLO says", "587 starttls login size=2000", LARGE587 OK587,
      "refused: message-too-large proved; exit 1" },
    { "... not larger", "587 starttls login size=1000",
      LARGE587 IN587 "587+ PLAIN size=1000 rcpt 250", "accepted: exit 0" },
    { "... no limit is said", "587 starttls login size=2000",
      E587 IN587 "587+ PLAIN size=2000 rcpt 250", "accepted: exit 0" },
    { "... the smaller one is refused too", "587 starttls login size=2000",
      LARGE587 IN587 "587+ PLAIN rcpt " RELAY, "refused: login-not-honoured likely; exit 1; next" },
    { "larger than MAIL takes", "587 starttls login size=2000",
      E587 IN587 "587+ PLAIN size=2000 mail 552 5.3.4 no | 587+ PLAIN rcpt 250",
      "refused: message-too-large proved; exit 1" },
    { "... for now", "587 starttls login size=2000",
      E587 IN587 "587+ PLAIN size=2000 mail 452 4.3.4 no | 587+ PLAIN rcpt 250",
      "refused: message-too-large likely; exit 1; next" },
    { "... in other words", "587 starttls login size=2000",
      E587 IN587 "587+ PLAIN size=2000 mail 550 5.7.1 no | 587+ PLAIN rcpt 250",
      "unknown: exit 3; next" },
    { "... the message of a test says nothing of a large one", "587 starttls login size=2000",
      E587 IN587 "587+ PLAIN size=2000 mail 552 5.3.4 no | 587+ PLAIN rcpt 250 |"
                 "587+ PLAIN data 250",
      "refused: message-too-large proved; exit 1" },

    /* inside, port 25 takes what the login was refused for: that is no trouble of the login */
    { "to a user of the server, refused on 587 and taken on 25",
      "587 starttls PLAIN to=bob@example.org",
      E587 BARE25 IN587 "587+ PLAIN to=bob@example.org rcpt 450 4.7.1 no |"
                        "25 to=bob@example.org rcpt 250",
      "unknown: exit 3; next" },
    { "... and no port was asked", "PLAIN to=bob@example.org",
      E587 BARE25 IN587 "587+ PLAIN to=bob@example.org rcpt 450 4.7.1 no |"
                        "25 to=bob@example.org rcpt 250",
      "unknown: exit 3; next" },

    /* answers that vary */
    { "as asked, taken and then refused", "587 starttls login",
      E587 OK587 "587+ PLAIN rcpt 550 5.7.1 no", "unknown: exit 3; next" },
    { "... refused and then taken", "587 starttls login",
      E587 IN587 "587+ PLAIN rcpt 450 4.7.1 no | 587+ PLAIN rcpt 250", "unknown: exit 3; next" },
    { "... taken, and refused once the message comes", "587 starttls login",
      E587 OK587 "587+ PLAIN message rcpt 450 4.7.1 no", "unknown: exit 3; next" },
    { "... refused, and taken with the message", "587 starttls login",
      E587 IN587 "587+ PLAIN rcpt 450 4.7.1 no | 587+ PLAIN data 250", "unknown: exit 3; next" },
    { "... taken twice", "587 starttls login", E587 OK587 "587+ PLAIN rcpt 250",
      "accepted: exit 0" },
    { "... refused as relaying, and then taken", "587 starttls login",
      E587 OK587 "587+ PLAIN rcpt " RELAY, "unknown: exit 3; next" },
    { "another's address, and what was taken is refused later",
      "587 starttls PLAIN from=x@example.net",
      E587 IN587 OTHER "rcpt 553 5.7.1 not owned by it | 587+ PLAIN rcpt 250 |"
                       "587+ PLAIN rcpt 553 5.7.1 not owned by it | 587+ PLAIN rcpt 250",
      "refused: from-not-login possible; exit 1; next" },
    { "... in words that say nothing, refused again", "587 starttls PLAIN from=x@example.net",
      E587 IN587 OTHER "rcpt 550 5.7.1 Access denied | 587+ PLAIN rcpt 250 |" OTHER
                       "rcpt 550 5.7.1 Access denied",
      "refused: from-not-login likely; exit 1; next" },
    { "... in words that say nothing, and not again", "587 starttls PLAIN from=x@example.net",
      E587 IN587 OTHER "rcpt 550 5.7.1 Access denied | 587+ PLAIN rcpt 250",
      "refused: from-not-login possible; exit 1; next" },
    { "not logged in, and what was taken is refused later", "587 starttls - known",
      E587 "587+ rcpt " RELAY OK587 "587+ PLAIN rcpt 550 5.7.1 no | 587+ PLAIN rcpt 250",
      "refused: client-never-authenticates possible; exit 1; next" },

    /* domain-not-configured */
    { "the own domain is not served, nor is postmaster", "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt " RELAY "25 to=postmaster@example.org rcpt " RELAY,
      "refused: domain-not-configured likely; exit 1; next" },
    { "... postmaster was not asked", "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt " RELAY,
      "refused: domain-not-configured possible; exit 1; next" },
    { "... postmaster is taken", "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt " RELAY "25 to=postmaster@example.org rcpt 250",
      "refused: recipient-unknown likely; exit 1; next" },
    { "... postmaster is taken, and the words are about the mailbox",
      "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt 550 5.1.1 no | 25 to=postmaster@example.org rcpt 250",
      "refused: recipient-unknown proved; exit 1" },
    { "... postmaster is taken, and the words say nothing", "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt 550 5.7.1 no | 25 to=postmaster@example.org rcpt 250",
      "refused: recipient-unknown possible; exit 1; next" },
    { "... postmaster is taken, and the mailbox is full", "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt 552 5.2.2 no | 25 to=postmaster@example.org rcpt 250",
      "refused: mailbox-full likely; exit 1; next" },
    { "... and who logs in is told of relaying", "587 starttls PLAIN to=bob@example.org",
      E587 IN587 "587+ PLAIN to=bob@example.org rcpt " RELAY BARE25
                 "25 to=postmaster@example.org rcpt 250",
      "refused: recipient-unknown possible; exit 1; next" },
    { "... in other words", "25 none - to=bob@example.org",
      BARE25 "25 to=bob@example.org rcpt 550 5.7.1 no | 25 to=postmaster@example.org rcpt 550 no",
      "unknown: exit 3; next" },
    { "somebody elsewhere writes to the domain of the server's name",
      "25 none - from=x@elsewhere.example own=x@elsewhere.example to=bob@example.org",
      BARE25 "25 from=x@elsewhere.example to=bob@example.org rcpt " RELAY,
      "refused: domain-not-configured likely; exit 1; next" },
    { "... in OpenSMTPD's words, which may mean the mailbox",
      "25 none - from=x@elsewhere.example own=x@elsewhere.example to=bob@example.org",
      BARE25 "25 from=x@elsewhere.example to=bob@example.org rcpt 550 Invalid recipient",
      "refused: domain-not-configured possible; exit 1; next" },
    { "... to another domain",
      "25 none - from=x@elsewhere.example own=x@elsewhere.example to=bob@ample.org",
      BARE25 "25 from=x@elsewhere.example to=bob@ample.org rcpt " RELAY,
      "refused: ip-not-trusted likely; exit 1; next" },
    { "... another domain", "25 none -", BARE25 "25 rcpt " RELAY,
      "refused: ip-not-trusted likely; exit 1; next" },
};

static struct arena arena;
static struct doctor_record record;
static struct doctor_asked asked;

static struct doctor_judgement judge(const struct judge_case *k)
{
    arena_init(&arena, ARENA_MAX);
    record.arena = &arena;
    record.count = 0;
    script_record(k->record, &record);
    script_asked(k->asked, &asked);
    return doctor_judge(&asked, &record);
}

static void every_case(void **state)
{
    char got[512];
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct doctor_judgement j = judge(&CASES[i]);
        script_judgement(&j, got, sizeof got);
        if (strcmp(got, CASES[i].want) != 0) {
            print_error("%s\n  is     %s\n  wanted %s\n", CASES[i].label, got, CASES[i].want);
            wrong++;
        }
        for (size_t k = 0; k < j.cause_count; k++)
            assert_int_not_equal(j.causes[k].for_it[0], 0);
        arena_done(&arena);
    }
    assert_int_equal(wrong, 0);
}

/* ------------------------------------------------------------------------------------------------
 * Worth saying beside the cause. The usual server has a public address.
 */
static const struct note_case {
    const char *label, *asked, *record;
    enum finding_note want; /* NOTE_NONE: none */
} NOTES_CASES[] = {
    { "steady", "587 starttls login", E587 OK587 "587+ PLAIN rcpt 250", NOTE_NONE },
    { "unsteady", "587 starttls login", E587 OK587 "587+ PLAIN rcpt 550 5.7.1 no", NOTE_UNSTEADY },
    { "a stranger is taken", "587 starttls -", E587 "587+ rcpt 250", NOTE_OPEN_RELAY },
    { "... for the own domain", "587 starttls - to=bob@example.org",
      E587 "587+ to=bob@example.org rcpt 250", NOTE_NONE },
    { "... where nobody logs in", "25 none -", BARE25 "25 rcpt 250", NOTE_NONE },
    { "... as far as MAIL", "587 starttls - to=", E587 "587+ to= mail 250", NOTE_NONE },
    { "a login is taken", "587 starttls login", E587 OK587, NOTE_NONE },
    { "refused for good, as for now", "25 none -", BARE25 "25 rcpt 454 4.7.1 Relay access denied",
      NOTE_REPLY_CONTRADICTS_RULE },
    { "... greylisted by a relay", "25 none -", BARE25 "25 rcpt 451 4.7.1 relay is greylisted",
      NOTE_NONE },
    { "refused for now", "25 none -", BARE25 "25 rcpt 451 4.3.0 try again later", NOTE_NONE },
    { "... as for good", "25 none -", BARE25 "25 rcpt 550 try again later",
      NOTE_REPLY_CONTRADICTS_RULE },
    { "4 and 5 in one reply", "25 none -", BARE25 "25 rcpt 450 5.7.1 no",
      NOTE_REPLY_CONTRADICTS_RULE },
    { "a login is asked for where none is offered", "25 none -", BARE25 "25 rcpt 530 5.7.0 no",
      NOTE_REPLY_CONTRADICTS_RULE },
    { "... where one is offered", "587 starttls -", E587 "587+ rcpt 530 5.7.0 no", NOTE_NONE },
    { "refused", "25 none -", BARE25 "25 rcpt " RELAY, NOTE_NONE },
};

static void notes(void **state)
{
    static const enum finding_note OURS[] = { NOTE_UNSTEADY, NOTE_OPEN_RELAY,
                                              NOTE_REPLY_CONTRADICTS_RULE };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(NOTES_CASES); i++) {
        const struct note_case *k = &NOTES_CASES[i];
        const struct judge_case c = { k->label, k->asked, k->record, NULL };
        print_message("  %s\n", k->label);
        struct doctor_judgement j = judge(&c);
        for (size_t n = 0; n < COUNT_OF(OURS); n++) {
            unsigned times = 0;
            for (size_t m = 0; m < j.note_count; m++)
                times += j.notes[m] == OURS[n];
            assert_int_equal(times, OURS[n] == k->want);
        }
        arena_done(&arena);
    }
}

/* In a network of one's own a stranger may be known by address. */
static void open_relay_is_seen_from_outside(void **state)
{
    static const char *const ADDRESSES[] = { "127.0.0.1", "10.1.2.3", "::1", "fd00::1" };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ADDRESSES); i++) {
        const struct judge_case c = { "", "587 starttls -", E587 "587+ rcpt 250", NULL };
        judge(&c);
        for (size_t k = 0; k < record.count; k++)
            record.rows[k].attempt.address = script_ip(ADDRESSES[i]);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        for (size_t m = 0; m < j.note_count; m++)
            assert_int_not_equal(j.notes[m], NOTE_OPEN_RELAY);
        arena_done(&arena);
    }
}

/* An acceptance is sure once a message was taken. */
static void how_sure_an_acceptance_is(void **state)
{
    static const struct {
        const char *record;
        enum finding_strength want;
        bool next;
    } K[] = {
        { E587 OK587, STRENGTH_LIKELY, true },
        { E587 OK587 "587+ PLAIN data 250", STRENGTH_PROVED, false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(K); i++) {
        const struct judge_case c = { "", "587 starttls login", K[i].record, NULL };
        struct doctor_judgement j = judge(&c);
        assert_int_equal(j.verdict, VERDICT_ACCEPTED);
        assert_int_equal(doctor_judgement_strength(&j), K[i].want);
        assert_int_equal(j.next.n > 0, K[i].next);
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
        cmocka_unit_test(notes),
        cmocka_unit_test(open_relay_is_seen_from_outside),
        cmocka_unit_test(how_sure_an_acceptance_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
