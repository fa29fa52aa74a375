/* SPDX-License-Identifier: ISC */
#include "doctor/record_script.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ARENA_MAX = 1 << 20 };

static struct doctor_record record;
static struct arena arena;

static void begin(const char *script)
{
    arena_init(&arena, ARENA_MAX);
    record.arena = &arena;
    record.count = 0;
    script_record(script, &record);
}

/* An attempt in the words of script_asked(), at the first address. */
static struct smtp_attempt attempt(const char *text)
{
    struct doctor_asked asked;
    script_asked(text, &asked);
    asked.attempt.address = script_ip("192.0.2.1");
    return asked.attempt;
}

static const char *settled_words(const struct doctor_settled *s, char *out, size_t room)
{
    snprintf(out, room, "%.*s%s%s%s e%u", STR_ARG(names_of(&STATE_NAMES, (int)s->state)),
             s->played ? " played" : "", s->temporary ? " temporary" : "",
             s->unsteady ? " unsteady" : "", s->by ? s->by->id : 0);
    return out;
}

/* ------------------------------------------------------------------------------------------------
 * One attempt
 */
#define CLEAR_587 "587 220 hello | 587 ehlo STARTTLS"
#define TLS_587   CLEAR_587 " | 587+ tls | 587+ ehlo AUTH PLAIN LOGIN"
#define TLS_465   "465! tls | 465! 220 hello | 465! ehlo AUTH PLAIN"

static const struct settle_case {
    const char *label, *record, *attempt, *want;
} CASES[] = {
    { "nothing seen", "", "587 starttls -", "not-tested e0" },
    { "another port was seen", TLS_465, "587 starttls -", "not-tested e0" },
    { "the other address was seen", "587@2 refused", "587 starttls -", "not-tested e0" },
    { "another source was seen", "587~ refused", "587 starttls -", "not-tested e0" },
    { "the same source", "587~ refused", "587 starttls - ~", "closed played e1" },

    { "closed", "587 refused", "587 none -", "closed played e1" },
    { "closed, though another way in was asked", "587 refused", "587 tls -", "closed e1" },
    { "no way there", "587 unreachable", "587 none -", "closed played e1" },
    { "silent", "587 silent", "587 starttls -", "silent played e1" },
    { "connected, and no greeting", "587 mute", "587 none -", "silent played e1" },
    { "no greeting in clear says nothing about TLS", "587 mute", "587 tls -", "not-tested e0" },
    { "octets that are no reply", "587 junk", "587 none -", "refused played e1" },
    { "greeted with a refusal", "587 554 no", "587 none -", "refused played e1" },
    { "greeted with a temporary refusal", "587 421 busy", "587 none -",
      "refused played temporary e1" },
    { "the newest greeting counts", "587 421 busy | 587 220 hello | 587 ehlo | 587 rcpt 250",
      "587 none -", "accepted played e4" },
    { "greeted in clear: no ClientHello first", "587 220 hello", "587 tls -", "not-offered e1" },
    { "shaken hands at once: no greeting in clear", TLS_465, "465 none -", "not-offered e2" },
    { "shaken hands at once: no STARTTLS", TLS_465, "465 starttls -", "not-offered e2" },
    { "ClientHello to a port in clear", "587 220 hello | 587! tls failed", "587 tls -",
      "refused played e2" },
    { "greeting under TLS is a refusal", "465! tls | 465! 554 no", "465 tls -",
      "refused played e2" },

    { "EHLO refused", "587 220 hello | 587 ehlo 550 no", "587 none -", "refused played e2" },
    { "EHLO refused for another name", "587 220 hello | 587 helo=x ehlo 550 no",
      "587 none - helo=y", "not-tested e0" },
    { "EHLO refused in clear stops STARTTLS too", "587 220 hello | 587 ehlo 550 no",
      "587 starttls -", "refused played e2" },
    { "EHLO refused under TLS leaves the way in clear",
      CLEAR_587 " | 587+ tls | 587+ ehlo 550 no | 587 rcpt 250", "587 none -",
      "accepted played e5" },

    { "STARTTLS not offered", "587 220 hello | 587 ehlo", "587 starttls -", "not-offered e2" },
    { "STARTTLS offered and not gone through", CLEAR_587, "587 starttls -", "not-tested e0" },
    { "STARTTLS refused", CLEAR_587 " | 587+ tls 454 4.7.0 no TLS now", "587 starttls -",
      "refused played temporary e3" },
    { "handshake failed", CLEAR_587 " | 587+ tls failed", "587 starttls -", "refused played e3" },
    { "certificate does not verify", CLEAR_587 " | 587+ tls expired | 587+ rcpt 250",
      "587 starttls -", "refused played e3" },
    { "a good handshake outweighs a later bad one", TLS_587 " | 587+ tls failed | 587+ rcpt 250",
      "587 starttls -", "accepted played e6" },

    { "AUTH not offered", TLS_587 " | 587+ tls", "587 none PLAIN", "not-offered e2" },
    { "this mechanism is not offered", TLS_587, "587 starttls CRAM-MD5", "not-offered e4" },
    { "any mechanism, and some are offered", TLS_587, "587 starttls login", "not-tested e0" },
    { "login refused", TLS_587 " | 587+ login PLAIN 535 5.7.8 no", "587 starttls login",
      "refused played e5" },
    { "login refused by another mechanism", TLS_587 " | 587+ login LOGIN 535 no",
      "587 starttls PLAIN", "not-tested e0" },
    { "login refused on another layer", TLS_587 " | 587 login PLAIN 535 no", "587 starttls PLAIN",
      "not-tested e0" },
    { "connection lost inside AUTH", TLS_587 " | 587+ login PLAIN closed", "587 starttls PLAIN",
      "refused played e5" },
    { "a guard forbade the login", TLS_587 " | 587+ login PLAIN guarded", "587 starttls PLAIN",
      "not-tested e0" },
    { "logged in, and no trial", TLS_587 " | 587+ login PLAIN 235 ok", "587 starttls PLAIN",
      "not-tested e0" },
    { "the newest login counts",
      TLS_587 " | 587+ login PLAIN 235 ok | 587+ PLAIN rcpt 250 | 587+ login PLAIN 535 no",
      "587 starttls PLAIN", "refused played e7" },

    { "accepted", TLS_587 " | 587+ rcpt 250", "587 starttls -", "accepted played e5" },
    { "refused", TLS_587 " | 587+ rcpt 550 5.7.1 relay", "587 starttls -", "refused played e5" },
    { "refused for now", TLS_587 " | 587+ rcpt 454 4.7.1 relay", "587 starttls -",
      "refused played temporary e5" },
    { "another recipient", TLS_587 " | 587+ to=carl@outside.example rcpt 250", "587 starttls -",
      "not-tested e0" },
    { "another reverse-path", TLS_587 " | 587+ from=x@example.org rcpt 250", "587 starttls -",
      "not-tested e0" },
    { "the empty reverse-path is not an empty one", TLS_587 " | 587+ from=<> rcpt 250",
      "587 starttls - from=", "not-tested e0" },
    { "another EHLO name", TLS_587 " | 587+ rcpt 250", "587 starttls - helo=x.example",
      "not-tested e0" },
    { "the EHLO name asked for", TLS_587 " | 587+ helo=x.example rcpt 250",
      "587 starttls - helo=x.example", "accepted played e5" },
    { "with a login is not without", TLS_587 " | 587+ login PLAIN 235 | 587+ PLAIN rcpt 250",
      "587 starttls -", "not-tested e0" },
    { "without a login is not with", TLS_587 " | 587+ rcpt 250", "587 starttls login",
      "not-tested e0" },
    { "on another layer", TLS_587 " | 587 rcpt 250", "587 starttls -", "not-tested e0" },
    { "connection lost under RCPT", TLS_587 " | 587+ rcpt closed", "587 starttls -",
      "refused played e5" },
    { "our own failure is no answer", TLS_587 " | 587+ rcpt ours", "587 starttls -",
      "not-tested e0" },
    { "refused after DATA outweighs RCPT", TLS_587 " | 587+ rcpt 250 | 587+ data 550 5.7.1 no",
      "587 starttls -", "refused played e6" },

    { "refused, then accepted", TLS_587 " | 587+ rcpt 450 no | 587+ rcpt 250", "587 starttls -",
      "accepted played unsteady e6" },
    { "accepted, then refused", TLS_587 " | 587+ rcpt 250 | 587+ rcpt 550 no", "587 starttls -",
      "refused played unsteady e6" },
    { "temporary: refused, accepted elsewhere, refused",
      TLS_587 " | 587+ rcpt 450 no | 587+ from=x@example.org rcpt 250 | 587+ rcpt 450 no",
      "587 starttls -", "refused played e7" },
    { "temporary: accepted elsewhere before, refused twice",
      TLS_587 " | 587+ from=x@example.org rcpt 250 | 587+ rcpt 450 no | 587+ rcpt 450 no",
      "587 starttls -", "refused played temporary e7" },
    { "temporary: refused between two acceptances",
      TLS_587 " | 587+ from=x@example.org rcpt 250 | 587+ rcpt 450 no"
              " | 587+ from=x@example.org rcpt 250",
      "587 starttls -", "refused played temporary e6" },
};

static void one_attempt(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct settle_case *k = &CASES[i];
        char got[128];
        print_message("  %s\n", k->label);
        begin(k->record);
        struct smtp_attempt x = attempt(k->attempt);
        struct doctor_settled s = doctor_settle(&record, &x);
        assert_string_equal(settled_words(&s, got, sizeof got), k->want);
        assert_int_equal(doctor_settled_stops(&s),
                         s.state != STATE_ACCEPTED && s.state != STATE_NOT_TESTED);
        arena_done(&arena);
    }
}

/* ------------------------------------------------------------------------------------------------
 * A port under every security
 */
static const struct settle_case PORTS[] = {
    { "accepted somewhere", TLS_587 " | 587 rcpt 530 no | 587+ rcpt 250", "587 -",
      "accepted played e6" },
    { "not tested is more hopeful than refused", CLEAR_587 " | 587 rcpt 550 no", "587 -",
      "not-tested e0" },
    { "refused says more than not offered", CLEAR_587 " | 587+ tls failed", "587 login",
      "refused played e3" },
    { "closed", "587 refused", "587 login", "closed played e1" },
    { "silent", "25 silent", "25 -", "silent played e1" },
    { "no login on any layer", "25 220 hello | 25 ehlo STARTTLS | 25+ tls | 25+ ehlo", "25 login",
      "not-offered e4" },
    { "nothing seen", "", "25 -", "not-tested e0" },
};

static void one_port(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(PORTS); i++) {
        const struct settle_case *k = &PORTS[i];
        char got[128];
        print_message("  %s\n", k->label);
        begin(k->record);
        struct smtp_attempt x = attempt(k->attempt);
        struct doctor_settled s = doctor_settle_port(&record, &x);
        assert_string_equal(settled_words(&s, got, sizeof got), k->want);
        arena_done(&arena);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Asked against tried
 */
static const struct difference_case {
    const char *label, *asked, *tried;
    unsigned want;
} DIFFERENCES[] = {
    { "the same", "587 starttls PLAIN", "587 starttls PLAIN", 0 },
    { "nothing was said", "-", "465 tls -", 0 },
    { "any port, any security, any mechanism", "login", "465 tls PLAIN", 0 },
    { "port", "25 none -", "587 none -", DIFFERS_PORT },
    { "security", "587 none -", "587 starttls -", DIFFERS_SECURITY },
    { "a login where none was asked", "587 none -", "587 none PLAIN", DIFFERS_LOGIN },
    { "no login where one was asked", "587 none PLAIN", "587 none -", DIFFERS_LOGIN },
    { "mechanism", "587 none CRAM-MD5", "587 none PLAIN", DIFFERS_MECHANISM },
    { "reverse-path", "587 none - from=x@example.org", "587 none -", DIFFERS_FROM },
    { "empty reverse-path", "587 none - from=<>", "587 none -", DIFFERS_FROM },
    { "source", "587 none - ~", "587 none -", DIFFERS_SOURCE },
    { "EHLO name", "587 none - helo=x", "587 none - helo=y", DIFFERS_HELO },
    { "any EHLO name", "587 none -", "587 none - helo=y", 0 },
    { "recipient", "587 none -", "587 none - to=x@y.example", DIFFERS_TO },
    { "everything", "25 none - from=x@example.org helo=x ~", "587 starttls PLAIN helo=y to=",
      DIFFERS_PORT | DIFFERS_SECURITY | DIFFERS_LOGIN | DIFFERS_FROM | DIFFERS_SOURCE |
          DIFFERS_HELO | DIFFERS_TO },
};

static void differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(DIFFERENCES); i++) {
        const struct difference_case *k = &DIFFERENCES[i];
        print_message("  %s\n", k->label);
        struct smtp_attempt a = attempt(k->asked), x = attempt(k->tried);
        assert_int_equal(doctor_differences(&a, &x), k->want);
        assert_int_equal(doctor_conforms(&a, &x), k->want == 0);
        for (unsigned d = 1; d <= DIFFERS_TO; d <<= 1) { /* undoing one leaves the others */
            struct smtp_attempt y = doctor_undo(&x, &a, (enum doctor_difference)d);
            if (k->want & d)
                assert_int_equal(doctor_differences(&a, &y), k->want & ~d);
        }
    }
    struct smtp_attempt a = attempt("587 none PLAIN"), x = a;
    a.mechanism = STR("plain");
    assert_int_equal(doctor_differences(&a, &x), 0);
}

/* Undoing a login takes the user away with it. */
static void undoing_a_login(void **state)
{
    (void)state;
    struct smtp_attempt a = attempt("587 starttls -"), x = attempt("587 starttls PLAIN");
    struct smtp_attempt y = doctor_undo(&x, &a, DIFFERS_LOGIN);
    assert_false(smtp_attempt_logs_in(&y));
    assert_int_equal(y.user.n, 0);
    y = doctor_undo(&a, &x, DIFFERS_LOGIN);
    assert_true(str_eq(y.mechanism, STR("PLAIN")) && str_eq(y.user, STR(SCRIPT_OWN)));
}

/* ------------------------------------------------------------------------------------------------
 * The best accepted attempt
 */
static const struct best_case {
    const char *label, *record, *asked;
    unsigned want; /* evidence id; 0: none */
} BEST[] = {
    { "none", TLS_587 " | 587+ rcpt 550 no", "587 starttls -", 0 },
    { "the only one", TLS_587 " | 587+ rcpt 250", "587 none -", 5 },
    { "the one that conforms", TLS_587 " | 587 rcpt 250 | 587+ rcpt 250", "587 starttls -", 6 },
    { "the first of two alike", TLS_587 " | 587+ rcpt 250 | 587+ rcpt 250", "587 starttls -", 5 },
    { "another port weighs more than security and login",
      TLS_587 " | 587+ login PLAIN 235 | 25 220 hello | 25 ehlo | 25 rcpt 250"
              " | 587+ PLAIN rcpt 250",
      "587 none -", 9 },
    { "another recipient is no answer", TLS_587 " | 587+ to=x@y.example rcpt 250", "587 starttls -",
      0 },
    { "refused later is not accepted", TLS_587 " | 587+ rcpt 250 | 587+ rcpt 550 no",
      "587 starttls -", 0 },
    { "under a certificate that does not verify", CLEAR_587 " | 587+ tls expired | 587+ rcpt 250",
      "587 starttls -", 0 },
    { "refused after DATA", TLS_587 " | 587+ rcpt 250 | 587+ data 550 no", "587 starttls -", 0 },
};

static void best_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(BEST); i++) {
        print_message("  %s\n", BEST[i].label);
        begin(BEST[i].record);
        struct smtp_attempt a = attempt(BEST[i].asked);
        const struct doctor_evidence *ev = doctor_best_accepted(&record, &a);
        assert_int_equal(ev ? ev->id : 0, BEST[i].want);
        arena_done(&arena);
    }
}

/* ------------------------------------------------------------------------------------------------
 * The record itself
 */
static void record_has_a_maximum(void **state)
{
    (void)state;
    begin("");
    for (unsigned i = 1; i <= DOCTOR_EVIDENCE_MAX; i++) {
        script_row(STR("587 220 hello"), &record);
        assert_int_equal(record.rows[i - 1].id, i);
    }
    struct doctor_evidence one = record.rows[0];
    assert_null(doctor_record_add(&record, PROBE_GREETING, &one.attempt, &one.outcome));
    assert_int_equal(record.count, DOCTOR_EVIDENCE_MAX);
    assert_null(doctor_record_row(&record, 0));
    assert_null(doctor_record_row(&record, DOCTOR_EVIDENCE_MAX + 1));
    arena_done(&arena);
}

/* A row that finds no memory is left out whole. */
static void record_without_memory(void **state)
{
    (void)state;
    struct smtp_attempt a = attempt("587 none -");
    struct smtp_outcome o = { .code = 220, .text = STR_INIT("hello") };
    arena_init(&arena, 16);
    record.arena = &arena;
    record.count = 0;
    assert_null(doctor_record_add(&record, PROBE_GREETING, &a, &o));
    assert_int_equal(record.count, 0);
    arena_done(&arena);
}

static void record_copies(void **state)
{
    (void)state;
    char text[] = "250-mail.example.org";
    struct smtp_attempt a = attempt("587 none -");
    struct smtp_outcome o = { .stage = SMTP_STAGE_EHLO, .code = 250, .text = str_from(text) };
    begin("");
    const struct doctor_evidence *ev = doctor_record_add(&record, PROBE_CAPABILITIES, &a, &o);
    memset(text, 'x', sizeof text - 1);
    assert_true(str_eq(ev->outcome.text, STR("250-mail.example.org")));
    arena_done(&arena);
}

/* ------------------------------------------------------------------------------------------------
 * What a row says to a person
 */
static const struct said_case {
    const char *row, *want;
} SAID[] = {
    { "587 220 mail ready",
      "mail.example.org (192.0.2.1) port 587, no encryption: the greeting was answered "
      "220 mail ready" },
    { "587 mute",
      "mail.example.org (192.0.2.1) port 587, no encryption: the greeting did not come: "
      "words of the system" },
    { "587 refused",
      "mail.example.org (192.0.2.1) port 587, no encryption: the connection was refused: "
      "words of the system" },
    { "587 silent",
      "mail.example.org (192.0.2.1) port 587, no encryption: the connection was not answered: "
      "words of the system" },
    { "587+ tls expired,wrong-name",
      "mail.example.org (192.0.2.1) port 587, STARTTLS: the TLS handshake TLSv1.3, "
      "certificate does "
      "not verify: expired, wrong-name; it is for mail.example.org other.example.org, until "
      "2027-01-01T00:00:00Z" },
    { "587 ehlo STARTTLS, AUTH PLAIN LOGIN",
      "mail.example.org (192.0.2.1) port 587, no encryption: EHLO offers STARTTLS and "
      "login by PLAIN LOGIN" },
    { "587+ ehlo SIZE 1", "mail.example.org (192.0.2.1) port 587, STARTTLS: EHLO offers "
                          "no login" },
    { "587+ login PLAIN 535 5.7.8 no",
      "mail.example.org (192.0.2.1) port 587, STARTTLS, login by PLAIN as anna@example.org: the "
      "login was answered 535 5.7.8 no" },
    { "587+ from=<> rcpt 550 a\x1b[31mb",
      "mail.example.org (192.0.2.1) port 587, STARTTLS, no login: MAIL FROM <>, RCPT TO "
      "bob@outside.example: 550 a\\x1B[31mb" },
    { "587+ size=68 mail 552 no",
      "mail.example.org (192.0.2.1) port 587, STARTTLS, no login: MAIL FROM anna@example.org "
      "(68 octets): 552 no" },
};

static void said(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(SAID); i++) {
        print_message("  %s\n", SAID[i].row);
        begin(SAID[i].row);
        str text = doctor_evidence_said(&record.rows[0], &arena);
        char copy[512];
        snprintf(copy, sizeof copy, "%.*s", STR_ARG(text));
        assert_string_equal(copy, SAID[i].want);
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_attempt),
        cmocka_unit_test(one_port),
        cmocka_unit_test(differences),
        cmocka_unit_test(undoing_a_login),
        cmocka_unit_test(best_accepted),
        cmocka_unit_test(record_has_a_maximum),
        cmocka_unit_test(record_without_memory),
        cmocka_unit_test(record_copies),
        cmocka_unit_test(said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
