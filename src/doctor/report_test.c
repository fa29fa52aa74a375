/* SPDX-License-Identifier: ISC */
#include "base/wrap.h"
#include "doctor/record_script.h"
#include "doctor/report.h"
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ARENA_MAX = 1 << 20, TEXT_MAX = 1 << 20 };

#define E587    "587 220 hello | 587 ehlo STARTTLS | 587+ tls | 587+ ehlo AUTH PLAIN |"
#define OK587   "587+ login PLAIN 235 ok | 587+ PLAIN rcpt 250 ok |"
#define NEVER   E587 "587+ rcpt 550 5.7.1 relay not permitted |" OK587
#define HIDDEN  E587 "587 rcpt 550 5.7.1 relay not permitted |" OK587
#define EXPIRED "587 220 hello | 587 ehlo STARTTLS | 587+ tls expired | 587+ ehlo AUTH PLAIN"

static struct arena arena;
static struct doctor_record record;
static struct doctor_asked asked;
static struct doctor_judgement judgement;
static struct doctor_stats stats;
static struct doctor_report report;

static void begin(const char *asked_words, const char *script)
{
    arena_init(&arena, ARENA_MAX);
    record.arena = &arena;
    record.count = 0;
    script_record(script, &record);
    script_asked(asked_words, &asked);
    judgement = doctor_judge(&asked, &record);
    stats = (struct doctor_stats){ .wall_ms = 1234, .rtt_ms = 20, .connections = 3 };
    stats.source = script_ip("198.51.100.9");
    report = (struct doctor_report){ &asked, &record, &judgement, &stats, NULL, false, NULL };
}

static json_t *document(void)
{
    struct buf b;
    json_error_t e;
    buf_init(&b, TEXT_MAX);
    assert_true(doctor_report_json(&report, &b));
    json_t *o = json_loadb(b.p, b.n, JSON_REJECT_DUPLICATES, &e);
    if (!o)
        fail_msg("line %d: %s", e.line, e.text);
    buf_done(&b);
    return o;
}

/* ------------------------------------------------------------------------------------------------
 * Every key is there: absent is null, never left out
 */
enum kind { NUL = 1, TEXT = 2, NUMBER = 4, BOOLEAN = 8, LIST = 16, OBJECT = 32 };

struct key {
    const char *name;
    unsigned kinds;
    const struct key *inside; /* of the object, or of each member of the list */
};

static const struct key REPLY[] = {
    { "stage", TEXT, NULL },      { "code", NUMBER | NUL, NULL }, { "enhanced", TEXT | NUL, NULL },
    { "text", TEXT | NUL, NULL }, { "sasl", TEXT | NUL, NULL },   { NULL, 0, NULL }
};
static const struct key TLS[] = { { "done", BOOLEAN, NULL },
                                  { "version", TEXT | NUL, NULL },
                                  { "cipher", TEXT | NUL, NULL },
                                  { "verified", BOOLEAN, NULL },
                                  { "reasons", LIST, NULL },
                                  { "names", LIST, NULL },
                                  { "not_after", TEXT | NUL, NULL },
                                  { "key", TEXT | NUL, NULL },
                                  { "signature", TEXT | NUL, NULL },
                                  { "exchange", TEXT | NUL, NULL },
                                  { "certificate_asked", BOOLEAN, NULL },
                                  { "certificate_shown", BOOLEAN, NULL },
                                  { NULL, 0, NULL } };
#define ATTEMPT_KEYS                                                                               \
    { "host", TEXT, NULL }, { "address", TEXT | NUL, NULL }, { "port", NUMBER | NUL, NULL },       \
        { "security", TEXT | NUL, NULL }, { "mechanism", TEXT | NUL, NULL },                       \
        { "user", TEXT | NUL, NULL }, { "repaired_password", BOOLEAN, NULL },                      \
        { "helo", TEXT | NUL, NULL }, { "old_helo", BOOLEAN, NULL },                               \
        { "certificate", BOOLEAN, NULL }, { "source", TEXT | NUL, NULL },                          \
        { "from", TEXT | NUL, NULL }, { "header_from", TEXT | NUL, NULL },                         \
        { "size", NUMBER | NUL, NULL }, { "to", TEXT | NUL, NULL },                                \
        { "reply", OBJECT | NUL, REPLY },                                                          \
    {                                                                                              \
        "tls", OBJECT | NUL, TLS                                                                   \
    }
static const struct key ATTEMPT[] = { ATTEMPT_KEYS, { NULL, 0, NULL } };
static const struct key ASKED[] = { ATTEMPT_KEYS,
                                    { "password_anomalies", LIST, NULL },
                                    { "own_address", TEXT | NUL, NULL },
                                    { "found", TEXT | NUL, NULL },
                                    { "public_ip", TEXT | NUL, NULL },
                                    { "whoami", TEXT | NUL, NULL },
                                    { "dns_private", BOOLEAN, NULL },
                                    { NULL, 0, NULL } };
static const struct key CAUSE[] = { { "cause", TEXT, NULL }, { "family", TEXT, NULL },
                                    { "hop", TEXT, NULL },   { "strength", TEXT, NULL },
                                    { "for", LIST, NULL },   { "against", LIST, NULL },
                                    { NULL, 0, NULL } };
static const struct key FINDING[] = { { "id", TEXT, NULL },
                                      { "summary", TEXT, NULL },
                                      { NULL, 0, NULL } };
static const struct key CELL[] = { { "address", TEXT, NULL },        { "port", NUMBER, NULL },
                                   { "security", TEXT, NULL },       { "login", BOOLEAN, NULL },
                                   { "state", TEXT, NULL },          { "how", TEXT | NUL, NULL },
                                   { "reply", OBJECT | NUL, REPLY }, { NULL, 0, NULL } };
static const struct key SERVED[] = { { "host", TEXT, NULL },     { "address", TEXT | NUL, NULL },
                                     { "named_by", LIST, NULL }, { "asked", BOOLEAN, NULL },
                                     { "state", TEXT, NULL },    { "reply", OBJECT | NUL, REPLY },
                                     { NULL, 0, NULL } };
static const struct key FIX[] = { { "steps", LIST, NULL },
                                  { "diff", TEXT | NUL, NULL },
                                  { "settings", OBJECT, NULL },
                                  { NULL, 0, NULL } };
static const struct key EVIDENCE[] = {
    { "id", TEXT, NULL },   { "probe", TEXT, NULL },       { "attempt", OBJECT | NUL, ATTEMPT },
    { "said", TEXT, NULL }, { "local", TEXT | NUL, NULL }, { "at_ms", NUMBER | NUL, NULL },
    { NULL, 0, NULL }
};
static const struct key DNS[] = { { "id", TEXT, NULL },
                                  { "name", TEXT | NUL, NULL },
                                  { "type", TEXT, NULL },
                                  { "way", TEXT, NULL },
                                  { "at", TEXT | NUL, NULL },
                                  { "code", TEXT, NULL },
                                  { "trust", TEXT, NULL },
                                  { "why_bogus", TEXT | NUL, NULL },
                                  { "ttl_s", NUMBER, NULL },
                                  { "server", TEXT | NUL, NULL },
                                  { "authoritative", BOOLEAN, NULL },
                                  { "canonical", TEXT | NUL, NULL },
                                  { "records", LIST, NULL },
                                  { "authority", LIST, NULL },
                                  { "additional", LIST, NULL },
                                  { "took_ms", NUMBER, NULL },
                                  { NULL, 0, NULL } };
static const struct key STATS[] = {
    { "wall_ms", NUMBER, NULL },      { "rtt_ms", NUMBER | NUL, NULL },
    { "connections", NUMBER, NULL },  { "auth_attempts", NUMBER, NULL },
    { "auth_refused", NUMBER, NULL }, { "refusals_caused", NUMBER, NULL },
    { "data_sent", NUMBER, NULL },    { NULL, 0, NULL }
};
static const struct key DOCUMENT[] = {
    { "schema", TEXT, NULL },         { "verdict", TEXT, NULL },
    { "cause", TEXT | NUL, NULL },    { "family", TEXT | NUL, NULL },
    { "hop", TEXT | NUL, NULL },      { "strength", TEXT | NUL, NULL },
    { "summary", TEXT, NULL },        { "causes", LIST, CAUSE },
    { "findings", LIST, FINDING },    { "asked", OBJECT, ASKED },
    { "config", OBJECT | NUL, NULL }, { "pasted", OBJECT | NUL, NULL },
    { "at_hand", LIST, NULL },        { "works", OBJECT | NUL, ATTEMPT },
    { "cells", LIST, CELL },          { "mx", LIST, SERVED },
    { "fix", OBJECT, FIX },           { "next", TEXT | NUL, NULL },
    { "evidence", LIST, EVIDENCE },   { "dns", LIST, DNS },
    { "stats", OBJECT, STATS },       { NULL, 0, NULL },
};

static unsigned kind_of(const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_NULL: return NUL;
    case JSON_STRING: return TEXT;
    case JSON_INTEGER: return NUMBER;
    case JSON_TRUE:
    case JSON_FALSE: return BOOLEAN;
    case JSON_ARRAY: return LIST;
    case JSON_OBJECT: return OBJECT;
    default: return 0; /* a number with a fraction is none of ours */
    }
}

static void check_keys(const json_t *o, const struct key *keys, const char *where)
{
    size_t count = 0;
    for (const struct key *k = keys; k->name; k++, count++) {
        const json_t *v = json_object_get(o, k->name);
        if (!v)
            fail_msg("%s: no key '%s'", where, k->name);
        if (!(kind_of(v) & k->kinds))
            fail_msg("%s: '%s' is of the wrong kind", where, k->name);
        if (k->inside && json_is_object(v))
            check_keys(v, k->inside, k->name);
        for (size_t i = 0; k->inside && i < json_array_size(v); i++)
            check_keys(json_array_get(v, i), k->inside, k->name);
    }
    if (json_object_size(o) != count)
        fail_msg("%s: a key that nobody knows", where);
}

static const struct report_case {
    const char *label, *asked, *record;
} CASES[] = {
    { "nothing seen", "-", "" },
    { "no such name", "587 starttls -", "lookup" },
    { "accepted", "587 starttls login", E587 OK587 },
    { "accepted, the pasted error is explained",
      "587 starttls login error=550 5.7.1 relay not permitted",
      E587 "587+ rcpt 550 5.7.1 relay not permitted |" OK587 },
    { "proved", "587 starttls - known", NEVER },
    { "proved by a capability", "587 none PLAIN", HIDDEN },
    { "likely", "587 starttls - known", E587 "587+ rcpt 454 4.7.1 relay not permitted |" OK587 },
    { "proved by refused, accepted, refused", "587 starttls - known",
      E587 "587+ rcpt 454 4.7.1 relay |" OK587 "587+ rcpt 454 4.7.1 relay" },
    { "a certificate", "587 starttls PLAIN", EXPIRED },
    { "another From", "587 starttls PLAIN from=<>",
      E587 "587+ login PLAIN 235 | 587+ PLAIN from=<> rcpt 553 5.7.1 no | 587+ PLAIN rcpt 250" },
    { "another source", "25 none - ~",
      "25~ 220 hello | 25~ ehlo SIZE 1 | 25~ rcpt 550 5.7.1 relay | 25 220 hello |"
      "25 ehlo SIZE 1 | 25 rcpt 250" },
    { "the EHLO name", "25 none - helo=localhost",
      "25 220 hello | 25 helo=localhost ehlo 550 5.7.1 no | 25 220 hello | 25 ehlo SIZE 1 |"
      "25 rcpt 250" },
    { "the mode", "587 tls PLAIN", E587 "587! tls failed |" OK587 },
    { "every end", "587 starttls -",
      "587 refused | 587 silent | 587 unreachable | 587 mute | 587 junk | 587 ehlo closed |"
      "587+ tls failed | 587+ tls 454 4.7.0 no | 587+ login PLAIN guarded | 587+ rcpt reset |"
      "587+ mail ours | 587+ data 554 5.7.1 no" },
    { "another form of the user's name", "587 starttls PLAIN user=anna",
      E587 "587+ user=anna login PLAIN 535 5.7.8 no |" OK587 },
    { "the password repaired", "587 starttls PLAIN odd=line-end odd=quotes-around",
      E587 "587+ login PLAIN 535 no | 587+ repaired login PLAIN 235 |"
           "587+ repaired PLAIN rcpt 250" },
    { "mail to the own domain", "25 none - to=bob@example.org",
      "25 220 hello | 25 ehlo SIZE 1 | 25 to=bob@example.org rcpt 550 5.7.1 relay not permitted |"
      "25 to=postmaster@example.org rcpt 550 5.7.1 relay not permitted" },
    { "another server", "25 none - to=bob@example.org",
      "25 220 hello | 25 ehlo SIZE 1 | 25 to=bob@example.org rcpt 550 5.7.1 relay not permitted |"
      "25 at=mx.a.test/192.0.2.9 mx 220 mx.a.test | 25 at=mx.b.test/192.0.2.10 mx silent |"
      "25 at=mx.a.test/192.0.2.9 from=<> to=postmaster@example.org mx rcpt 250 ok |"
      "25 at=mx.a.test/192.0.2.9 from=<> to=bob@example.org mx rcpt 550 5.1.1 no such user" },
    { "an odd password", "587 starttls PLAIN odd=line-end", E587 "587+ login PLAIN 535 no" },
    { "a note, and no cause", "587 starttls PLAIN", E587 "25 220 hello | 25+ tls expired" },
};

static void every_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        print_message("  %s\n", CASES[i].label);
        begin(CASES[i].asked, CASES[i].record);
        json_t *o = document();
        check_keys(o, DOCUMENT, "document");
        json_decref(o);
        arena_done(&arena);
    }
}

static void absent_is_null(void **state)
{
    static const char *const NULLS[] = { "cause", "family", "hop", "strength", "works" };
    static const char *const OF_ATTEMPT[] = { "address", "port",  "security", "mechanism",
                                              "user",    "helo",  "source",   "header_from",
                                              "to",      "reply", "tls" };
    (void)state;
    begin("- to=", "");
    json_t *o = document();
    for (size_t i = 0; i < COUNT_OF(NULLS); i++)
        assert_true(json_is_null(json_object_get(o, NULLS[i])));
    const json_t *a = json_object_get(o, "asked");
    for (size_t i = 0; i < COUNT_OF(OF_ATTEMPT); i++)
        assert_true(json_is_null(json_object_get(a, OF_ATTEMPT[i])));
    json_decref(o);
    arena_done(&arena);
}

/* Anybody may say MAIL: nobody is told that such settings work. */
static void mail_alone_works_for_nobody(void **state)
{
    (void)state;
    begin("587 starttls - unknown to=", E587 "587+ to= mail 250");
    json_t *o = document();
    const json_t *fix = json_object_get(o, "fix");
    assert_true(json_is_null(json_object_get(o, "works")));
    assert_int_equal(json_object_size(json_object_get(fix, "settings")), 0);
    json_decref(o);
    arena_done(&arena);
}

/* ------------------------------------------------------------------------------------------------
 * Read back
 */
static bool read_back(const json_t *o, struct doctor_stored *out, struct err *e)
{
    static struct arena room;
    char *text = json_dumps(o, 0);
    memset(out, 0, sizeof *out);
    arena_done(&room);
    arena_init(&room, ARENA_MAX);
    out->record.arena = &room;
    bool ok = doctor_stored_read(str_from(text), out, e);
    free(text);
    return ok;
}

static bool verifies(const struct doctor_stored *s, char *out, size_t room)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    bool ok = doctor_stored_verify(s, &b);
    snprintf(out, room, "%.*s", STR_ARG(buf_str(&b)));
    buf_done(&b);
    return ok;
}

static struct doctor_stored stored;

static void judged_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char before[512], after[512], said[2048];
        struct err e = { .kind = ERR_NONE };
        print_message("  %s\n", CASES[i].label);
        begin(CASES[i].asked, CASES[i].record);
        json_t *o = document();
        if (!read_back(o, &stored, &e))
            fail_msg("%s", e.why);
        assert_int_equal(stored.record.count, record.count);
        assert_true(verifies(&stored, said, sizeof said));
        stored.asked.pasted = asked.pasted;
        stored.asked.pasted_error = asked.pasted_error; /* the document does not hold it */
        struct doctor_judgement j = doctor_judge(&stored.asked, &stored.record);
        assert_string_equal(script_judgement(&j, after, sizeof after),
                            script_judgement(&judgement, before, sizeof before));
        json_decref(o);
        arena_done(&arena);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Tampered with: what is claimed as proved is not derived again
 */
static json_t *row(json_t *o, size_t id)
{
    return json_array_get(json_object_get(o, "evidence"), id - 1);
}
static json_t *reply_of(json_t *o, size_t id)
{
    return json_object_get(json_object_get(row(o, id), "attempt"), "reply");
}

static void reply_250(json_t *o, size_t id)
{
    json_object_set_new(reply_of(o, id), "code", json_integer(250));
}
static void reply_550(json_t *o, size_t id)
{
    json_object_set_new(reply_of(o, id), "code", json_integer(550));
}
static void reply_450(json_t *o, size_t id)
{
    json_object_set_new(reply_of(o, id), "code", json_integer(450));
}
static void row_away(json_t *o, size_t id)
{
    json_array_remove(json_object_get(o, "evidence"), id - 1);
}
static void more_text(json_t *o, size_t id, const char *more)
{
    char text[256];
    snprintf(text, sizeof text, "%s\n%s",
             json_string_value(json_object_get(reply_of(o, id), "text")), more);
    json_object_set_new(reply_of(o, id), "text", json_string(text));
}
static void auth_added(json_t *o, size_t id)
{
    more_text(o, id, "AUTH PLAIN");
}
static void verified(json_t *o, size_t id)
{
    json_t *tls = json_object_get(json_object_get(row(o, id), "attempt"), "tls");
    json_object_set_new(tls, "verified", json_true());
}
static void other_port(json_t *o, size_t id)
{
    json_object_set_new(json_object_get(row(o, id), "attempt"), "port", json_integer(588));
}
static void other_to(json_t *o, size_t id)
{
    json_object_set_new(json_object_get(row(o, id), "attempt"), "to",
                        json_string("carl@outside.example"));
}
static void logged_in(json_t *o, size_t id)
{
    json_object_set_new(json_object_get(row(o, id), "attempt"), "mechanism", json_string("PLAIN"));
    json_object_set_new(json_object_get(row(o, id), "attempt"), "user", json_string(SCRIPT_OWN));
}
static void claimed_as_proved(json_t *o, size_t index)
{
    json_t *c = json_array_get(json_object_get(o, "causes"), index);
    json_object_set_new(c, "strength", json_string("proved"));
}
static void claimed_as_refused(json_t *o, size_t unused)
{
    (void)unused;
    json_object_set_new(o, "verdict", json_string("refused"));
}
static void another_cause(json_t *o, size_t index)
{
    json_t *c = json_array_get(json_object_get(o, "causes"), index);
    json_object_set_new(c, "cause", json_string("wrong-credentials"));
}

static const struct tamper_case {
    const char *label, *asked, *record;
    void (*tamper)(json_t *o, size_t n);
    size_t n;
} TAMPERED[] = {
    { "the refused reply is 250", "587 starttls - known", NEVER, reply_250, 5 },
    { "the refused reply is temporary", "587 starttls - known", NEVER, reply_450, 5 },
    { "the refused row is gone", "587 starttls - known", NEVER, row_away, 5 },
    { "the accepted reply is 550", "587 starttls - known", NEVER, reply_550, 7 },
    { "the accepted row is gone", "587 starttls - known", NEVER, row_away, 7 },
    { "the refused row is of another port", "587 starttls - known", NEVER, other_port, 5 },
    { "the accepted row is of another recipient", "587 starttls - known", NEVER, other_to, 7 },
    { "the refused row was logged in", "587 starttls - known", NEVER, logged_in, 5 },
    { "AUTH in the EHLO text", "587 none PLAIN", HIDDEN, auth_added, 2 },
    { "the EHLO row is gone", "587 none PLAIN", HIDDEN, row_away, 2 },
    { "the certificate verifies", "587 starttls PLAIN", EXPIRED, verified, 3 },
    { "likely claimed as proved", "587 starttls - known", E587 "587+ rcpt 454 4.7.1 relay |" OK587,
      claimed_as_proved, 0 },
    { "accepted claimed as refused", "587 starttls login", E587 OK587, claimed_as_refused, 0 },
    { "another cause is claimed", "587 starttls - known", NEVER, another_cause, 0 },
};

static void tampered_with(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(TAMPERED); i++) {
        const struct tamper_case *k = &TAMPERED[i];
        char said[2048];
        struct err e = { .kind = ERR_NONE };
        print_message("  %s\n", k->label);
        begin(k->asked, k->record);
        json_t *o = document();
        assert_true(read_back(o, &stored, &e));
        assert_true(verifies(&stored, said, sizeof said));
        k->tamper(o, k->n);
        if (!read_back(o, &stored, &e))
            fail_msg("%s", e.why);
        assert_false(verifies(&stored, said, sizeof said));
        assert_true(strstr(said, "not so") || strstr(said, "stored as refused"));
        json_decref(o);
        arena_done(&arena);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Documents that cannot be read: the error names the place
 */
static void drop_schema(json_t *o)
{
    json_object_set_new(o, "schema", json_string("x/1"));
}
static void drop_verdict(json_t *o)
{
    json_object_set_new(o, "verdict", json_string("maybe"));
}
static void drop_asked(json_t *o)
{
    json_object_del(o, "asked");
}
static void drop_evidence(json_t *o)
{
    json_object_set_new(o, "evidence", json_null());
}
static void bad_probe(json_t *o)
{
    json_object_set_new(row(o, 2), "probe", json_string("x"));
}
static void bad_port(json_t *o)
{
    json_object_set_new(json_object_get(row(o, 2), "attempt"), "port", json_integer(65536));
}
static void bad_address(json_t *o)
{
    json_object_set_new(json_object_get(row(o, 2), "attempt"), "address", json_string("1.2.3"));
}
static void bad_stage(json_t *o)
{
    json_object_set_new(reply_of(o, 2), "stage", json_string("never"));
}
static void bad_end(json_t *o)
{
    json_object_set_new(reply_of(o, 2), "code", json_null());
}
static void bad_code(json_t *o)
{
    json_object_set_new(reply_of(o, 2), "code", json_integer(((json_int_t)1 << 32) + 250));
}
static void bad_reason(json_t *o)
{
    json_t *tls = json_object_get(json_object_get(row(o, 3), "attempt"), "tls");
    json_array_append_new(json_object_get(tls, "reasons"), json_string("ugly"));
}
static void bad_cause(json_t *o)
{
    json_t *c = json_array_get(json_object_get(o, "causes"), 0);
    json_object_set_new(c, "cause", json_string("moon-phase"));
}
static void too_much(json_t *o)
{
    for (int i = 0; i < DOCTOR_EVIDENCE_MAX; i++)
        json_array_append(json_object_get(o, "evidence"), row(o, 1));
}

static const struct unread_case {
    const char *label;
    void (*spoil)(json_t *o);
    const char *want;
} UNREAD[] = {
    { "another schema", drop_schema, "schema" },
    { "another verdict", drop_verdict, "verdict" },
    { "nothing asked", drop_asked, "asked" },
    { "no evidence", drop_evidence, "evidence" },
    { "another probe", bad_probe, "evidence[1]" },
    { "a port over 65535", bad_port, "evidence[1]" },
    { "no address", bad_address, "evidence[1]" },
    { "another stage", bad_stage, "evidence[1]" },
    { "neither code nor end", bad_end, "evidence[1]" },
    { "a code that no reply has", bad_code, "evidence[1]" },
    { "another certificate fault", bad_reason, "evidence[2]" },
    { "another cause", bad_cause, "causes" },
    { "more evidence than fits", too_much, "more evidence than fits" },
};

static void unreadable(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(UNREAD); i++) {
        struct err e = { .kind = ERR_NONE };
        print_message("  %s\n", UNREAD[i].label);
        begin("587 starttls - known", NEVER);
        json_t *o = document();
        UNREAD[i].spoil(o);
        assert_false(read_back(o, &stored, &e));
        if (!strstr(e.why, UNREAD[i].want))
            fail_msg("'%s' does not name %s", e.why, UNREAD[i].want);
        json_decref(o);
        arena_done(&arena);
    }
}

/* Cut anywhere it is refused, not misread. */
static void cut_anywhere(void **state)
{
    struct buf b;
    (void)state;
    begin("25 none -", "25 refused");
    buf_init(&b, TEXT_MAX);
    assert_true(doctor_report_json(&report, &b));
    for (size_t n = 0; n + 2 < b.n; n += 7) {
        struct err e = { .kind = ERR_NONE };
        memset(&stored, 0, sizeof stored);
        stored.record.arena = &arena;
        assert_false(doctor_stored_read(str_take(buf_str(&b), n), &stored, &e));
        assert_true(strstr(e.why, "line") != NULL);
    }
    buf_done(&b);
    arena_done(&arena);
}

/* ------------------------------------------------------------------------------------------------
 * Secrets, and octets that are not fit for a terminal
 */
#define SECRET        "Kestrel-41-harbour"
#define SECRET_BASE64 "S2VzdHJlbC00MS1oYXJib3Vy"

static void text_and_json(struct buf *out)
{
    buf_init(out, TEXT_MAX);
    assert_true(doctor_report_text(&report, out));
    assert_true(doctor_report_json(&report, out));
}

static const char *const ECHOES[] = {
    "587 220 hello " SECRET,
    "587+ ehlo AUTH PLAIN, X-" SECRET,
    "587+ login PLAIN 535 5.7.8 " SECRET " is wrong",
    "587+ login PLAIN 535 5.7.8 " SECRET_BASE64 " is wrong",
    "587+ login PLAIN closed " SECRET,
    "587+ PLAIN rcpt 550 a reply so long that a report breaks it in the middle of a line, and then "
    "says the word " SECRET,
    "587+ tls 454 4.7.0 " SECRET,
};

static void secret_in_a_reply(void **state)
{
    AUTO(secret_mask_freep) struct secret_mask *mask = secret_mask_new(STR(SECRET));
    (void)state;
    assert_non_null(mask);
    for (size_t i = 0; i < COUNT_OF(ECHOES); i++) {
        char script[1024];
        struct buf b;
        print_message("  %s\n", ECHOES[i]);
        snprintf(script, sizeof script, "%s %s", E587, ECHOES[i]);
        begin("587 starttls PLAIN", script);
        text_and_json(&b);
        bool plain = str_find(buf_str(&b), STR(SECRET)) != STR_NOT_FOUND ||
                     str_find(buf_str(&b), STR(SECRET_BASE64)) != STR_NOT_FOUND;
        assert_true(plain); /* without a mask it is there: the test is no illusion */
        buf_done(&b);
        report.mask = mask;
        text_and_json(&b);
        assert_true(str_find(buf_str(&b), STR(SECRET)) == STR_NOT_FOUND);
        assert_true(str_find(buf_str(&b), STR(SECRET_BASE64)) == STR_NOT_FOUND);
        assert_true(str_find(buf_str(&b), STR("[hidden]")) != STR_NOT_FOUND);
        buf_done(&b);
        arena_done(&arena);
    }
}

/* A reply longer than what is told of it, cut inside the secret it repeats. */
static void secret_at_a_cut(void **state)
{
    enum { TOLD = 16 * 1024, KEPT = 5 };
    static char text[TOLD];
    AUTO(secret_mask_freep) struct secret_mask *mask = secret_mask_new(STR(SECRET));
    struct buf b;
    (void)state;
    assert_non_null(mask);
    begin("587 starttls PLAIN", E587 "587+ login PLAIN 535 5.7.8 ~");
    struct doctor_evidence *row = &record.rows[record.count - 1];
    size_t before = str_find(doctor_evidence_said(row, &arena), STR("~"));
    assert_true(before < TOLD - KEPT);
    before -= str_find(row->outcome.text, STR("~"));
    memset(text, 'x', sizeof text);
    memcpy(text + TOLD - KEPT - before, SECRET, sizeof SECRET - 1);
    row->outcome.text = (str){ text, sizeof text };
    text_and_json(&b);
    assert_true(str_find(buf_str(&b), str_take(STR(SECRET), KEPT)) != STR_NOT_FOUND);
    buf_done(&b);
    report.mask = mask;
    text_and_json(&b);
    assert_true(str_find(buf_str(&b), str_take(STR(SECRET), KEPT)) == STR_NOT_FOUND);
    buf_done(&b);
    arena_done(&arena);
}

static void fit_for_a_terminal(void **state)
{
    struct buf b;
    (void)state;
    begin("587 starttls - known", E587 "587+ rcpt 550 5.7.1 \x1b[2J\x07\x9b"
                                       "31m\xe2\x80\xae relay not permitted |" OK587);
    text_and_json(&b);
    for (size_t i = 0; i < b.n; i++)
        assert_true(b.p[i] == '\n' || (unsigned char)b.p[i] >= 0x20);
    assert_true(str_find(buf_str(&b), STR("\xe2\x80\xae")) == STR_NOT_FOUND);
    assert_true(str_is_utf8(buf_str(&b)));
    buf_done(&b);
    arena_done(&arena);
}

/* ------------------------------------------------------------------------------------------------
 * The text: the answer, what to do, the proof, details; "Tested from" always
 */
static const struct text_case {
    const char *label, *asked, *record, *parts[7];
} TEXTS[] = {
    { "proved",
      "587 starttls - known",
      NEVER,
      { "(client-never-authenticates, proved)", "\nDo this\n  1. ", "\nSettings that work\n",
        "\nThe proof\n", "Beside it was seen:", "\nDetails\n",
        "\nTested from 198.51.100.9 in 1.23 s: 3 connections" } },
    { "likely",
      "587 starttls -",
      E587 "587+ mail 530 5.7.0 log in first",
      { "(client-never-authenticates, likely)", "\nWhat it rests on\n", "\nNext\n",
        "\nTested from " } },
    { "accepted",
      "587 starttls login",
      E587 OK587,
      { "Accepted as asked, up to the recipient", "\nSettings that work\n", "\nTested from " } },
    { "accepted without a recipient",
      "587 starttls login to=",
      E587 "587+ login PLAIN 235 | 587+ PLAIN to= mail 250",
      { "Accepted as far as it was tried: without --to", "\nTested from " } },
    { "unknown",
      "25 none -",
      "25 junk",
      { "The cause is not known", "\nNext\n", "\nTested from " } },
    { "no answer",
      "25 none -",
      "25 silent",
      { "(egress-port-blocked, possible)", "\nNext\n", "any security silent (yours) silent",
        "\nTested from " } },
    { "no such name", "587 starttls -", "lookup", { "\nNext\n", "\nTested from " } },
    { "without a cause, the server's words and the next experiment come first",
      "587 starttls PLAIN",
      E587 "587+ login PLAIN 235 | 587+ PLAIN rcpt 451 4.3.0 try later |"
           "587+ PLAIN rcpt 451 4.3.0 try later",
      { "With your settings: MAIL FROM anna@example.org, RCPT TO bob@outside.example: 451",
        "\nNext\n", "\nWhat was seen\n  refused", "\nDetails\n", "refused 451 4.3.0 (yours)" } },
    { "a port that speaks TLS at once is silent in clear, and that is no news",
      "587 starttls PLAIN",
      E587 "587+ login PLAIN 235 | 587+ PLAIN rcpt 451 4.3.0 later | 465 mute | 465! tls |"
           "465! 220 hello | 465! ehlo AUTH PLAIN",
      { "\nWhat was seen\n  refused", "\nDetails\n" } },
    { "a silent port bears the mark, whatever its security",
      "25 starttls -",
      "25 silent",
      { "any security silent (yours) silent" } },
    { "two addresses",
      "587 starttls -",
      "587 silent | 587@2 220 hello | 587@2 ehlo STARTTLS",
      { "\nDetails\n 192.0.2.1 without a login with a login 587 any security silent",
        "192.0.2.2 without a login with a login 587 no encryption not tested not offered *",
        "* inferred from what the server showed" } },
    { "cells",
      "587 starttls - known",
      NEVER,
      { "587 STARTTLS refused 550 5.7.1 (yours) accepted 250 (works)" } },
    { "what works in the user's cell is not what he has",
      "587 starttls login from=x@example.net",
      E587 "587+ login PLAIN 235 | 587+ PLAIN from=x@example.net rcpt 553 no | 587+ PLAIN rcpt 250",
      { "accepted 250 (yours +)", "+ works with another From, and not as you have it" } },
    { "the names make the difference",
      "587 starttls PLAIN helo=laptop",
      E587
      "587+ helo=laptop login PLAIN 235 | 587+ PLAIN helo=laptop rcpt 504 5.5.2 <laptop>: Helo "
      "command rejected: need fully-qualified hostname |"
      "587+ PLAIN helo=pc.example.org rcpt 250",
      { "(ehlo-name-refused", "(with EHLO laptop)", "(with EHLO pc.example.org)" } },
    { "the size makes the difference",
      "587 starttls PLAIN size=500000",
      "587 220 hello | 587 ehlo STARTTLS | 587+ tls | 587+ ehlo AUTH PLAIN, SIZE 65536 |"
      "587+ login PLAIN 235 | 587+ PLAIN size=500000 mail 552 5.3.4 too large | 587+ PLAIN rcpt "
      "250",
      { "(message-too-large, ", "SIZE: messages of at most 65536 octets" } },
    { "two causes",
      "465 tls PLAIN",
      "465! tls expired,wrong-name",
      { "(certificate-expired, proved)", "\n  Also: ", "(certificate-wrong-name, proved)",
        "\nTested from " } },
    { "the server is too old",
      "587 starttls PLAIN",
      "587 220 hello | 587 ehlo STARTTLS | 587+ tls tls-failed no version of TLS in common |"
      "587+ observed TLSv1",
      { "(tls-version-or-cipher, proved)",
        "1. Tell whoever runs the server that port 587 takes no "
        "more than TLSv1",
        "\nTested from " } },
    { "IPv6 is the one that works",
      "25 none -",
      "25 220 hello | 25 ehlo SIZE 1 | 25 rcpt 550 5.7.1 relay not permitted |"
      "25@6 220 hello | 25@6 ehlo SIZE 1 | 25@6 rcpt 250",
      { "(ipv6-differs, proved)", "1. Set the program to IPv6 only", "\nTested from " } },
    { "another house's name",
      "587 starttls PLAIN",
      "587 220 mx.elsewhere.test ESMTP | 587 ehlo STARTTLS |"
      "587+ tls wrong-name names=mx.elsewhere.test",
      { "(wrong-server, likely)", "1. The machine shows a certificate for mx.elsewhere.test. If",
        "\nTested from " } },
    { "a note",
      "587 starttls PLAIN",
      E587 "25 220 hello | 25+ tls expired",
      { "\nNote  ", "\nTested from " } },
};

/* What is told once is not told again, and no line is wider than a terminal. */
static void once_and_narrow(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        struct buf b;
        begin(TEXTS[i].asked, TEXTS[i].record);
        buf_init(&b, TEXT_MAX);
        assert_true(doctor_report_text(&report, &b));
        for (str rest = buf_str(&b); rest.p && rest.n;) {
            str line = str_cut(&rest, '\n');
            if (line.n > WRAP_COLUMNS)
                fail_msg("%s: wider than %d: %.*s", TEXTS[i].label, WRAP_COLUMNS, STR_ARG(line));
        }
        size_t at = str_find(buf_str(&b), STR("What was seen"));
        str seen = at == STR_NOT_FOUND ? STR_NONE : str_skip(buf_str(&b), at);
        size_t first = str_find(seen, STR("try later"));
        if (first != STR_NOT_FOUND)
            assert_true(str_find(str_skip(seen, first + 1), STR("try later")) == STR_NOT_FOUND);
        assert_true(str_find(buf_str(&b), STR("did not come")) == STR_NOT_FOUND);
        buf_done(&b);
        arena_done(&arena);
    }
}

/* Where a line ends is a matter of taste: runs of blanks and line ends are one blank here. */
static void fold(str text, struct buf *out)
{
    buf_init(out, TEXT_MAX);
    for (size_t i = 0; i < text.n; i++) {
        bool blank = text.p[i] == ' ' || text.p[i] == '\n';
        if (!blank)
            buf_addc(out, text.p[i]);
        else if (out->n && out->p[out->n - 1] != ' ')
            buf_addc(out, ' ');
    }
}

static size_t find_folded(str text, const char *part)
{
    struct buf b;
    fold(str_from(part), &b);
    size_t at = str_find(text, str_trim(buf_str(&b)));
    buf_done(&b);
    return at;
}

static void parts_of_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        struct buf b, folded;
        print_message("  %s\n", TEXTS[i].label);
        begin(TEXTS[i].asked, TEXTS[i].record);
        buf_init(&b, TEXT_MAX);
        assert_true(doctor_report_text(&report, &b));
        fold(buf_str(&b), &folded);
        str rest = buf_str(&folded);
        for (size_t k = 0; k < COUNT_OF(TEXTS[i].parts) && TEXTS[i].parts[k]; k++) {
            size_t at = find_folded(rest, TEXTS[i].parts[k]);
            if (at == STR_NOT_FOUND)
                fail_msg("no '%s' (in this place) in\n%.*s", TEXTS[i].parts[k],
                         STR_ARG(buf_str(&b)));
            rest = str_skip(rest, at);
        }
        buf_done(&b);
        buf_done(&folded);
        arena_done(&arena);
    }
}

/* Where the server comes from stands in both, or in none. */
static void a_found_server_is_told(void **state)
{
    (void)state;
    for (int found = 0; found < 2; found++) {
        struct buf b;
        begin("587 starttls - known", NEVER);
        asked.found = found ? STR("No server was named; found by SRV.") : STR_NONE;
        buf_init(&b, TEXT_MAX);
        assert_true(doctor_report_text(&report, &b));
        assert_int_equal(str_find(buf_str(&b), STR("found by SRV.")) != STR_NOT_FOUND, found);
        json_t *o = document();
        assert_int_equal(json_is_string(json_object_get(json_object_get(o, "asked"), "found")),
                         found);
        json_decref(o);
        buf_done(&b);
        arena_done(&arena);
    }
}

/* Colours change nothing but colours. */
static void colours(void **state)
{
    struct buf plain, painted, stripped;
    (void)state;
    begin("587 starttls - known", NEVER);
    buf_init(&plain, TEXT_MAX);
    buf_init(&painted, TEXT_MAX);
    buf_init(&stripped, TEXT_MAX);
    assert_true(doctor_report_text(&report, &plain));
    report.color = true;
    assert_true(doctor_report_text(&report, &painted));
    for (str rest = buf_str(&painted); rest.n;) {
        if (rest.p[0] == '\033') {
            str_cut(&rest, 'm');
            continue;
        }
        buf_addc(&stripped, rest.p[0]);
        rest = str_skip(rest, 1);
    }
    assert_true(painted.n > plain.n);
    assert_true(str_eq(buf_str(&stripped), buf_str(&plain)));
    buf_done(&plain);
    buf_done(&painted);
    buf_done(&stripped);
    arena_done(&arena);
}

static void without_room(void **state)
{
    struct buf b;
    (void)state;
    begin("587 starttls - known", NEVER);
    buf_init(&b, 100);
    assert_false(doctor_report_text(&report, &b));
    buf_clear(&b);
    assert_false(doctor_report_json(&report, &b));
    buf_done(&b);
    arena_done(&arena);
}

/* ------------------------------------------------------------------------------------------------
 * What to do, where the login is at fault
 */
static const struct step_case {
    const char *label, *asked, *record;
    const char *there, *not_there; /* words of the report; NULL: nothing to look for */
} STEPS[] = {
    { "the name that works is told, and no other form of it", "587 starttls PLAIN user=anna",
      E587 "587+ user=anna login PLAIN 535 5.7.8 no |" OK587,
      "Set the user name of the outgoing server to anna@example.org.", "Amazon" },
    { "another cause, and the name", "25 starttls PLAIN user=anna",
      "25 220 hello | 25 ehlo SIZE 1 |" E587 "587+ user=anna login PLAIN 535 no |" OK587,
      "Set the user name of the outgoing server to anna@example.org.", NULL },
    { "beside the port that works no other is named", "587 none login",
      "587 rcpt 554 5.7.1 relay access denied |" E587 OK587,
      "its connection security to STARTTLS: there this server took", "the port to 587." },
    { "what is odd about the password", "587 starttls PLAIN odd=line-end odd=quotes-around",
      E587 "587+ login PLAIN 535 5.7.8 no", "it ends in a line end; it stands between quotes.",
      NULL },
    { "it was odd, and taken", "587 starttls - known odd=line-end",
      E587 "587+ rcpt 550 5.7.1 relay |" OK587, NULL, "line end" },
    { "a step warns of the unsafe way", "587 starttls CRAM-MD5", E587,
      "Careful: 'Normal password' without encryption", NULL },
    { "HELO was answered, not offered", "587 starttls login old-helo",
      E587 "587 220 hello | 587 old-helo ehlo 250 hi | 587 old-helo rcpt 550 5.7.1 relay |" OK587,
      " answered mail.example.org", NULL },
};

static void steps_of_a_login(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(STEPS); i++) {
        const struct step_case *k = &STEPS[i];
        struct buf b, folded;
        print_message("  %s\n", k->label);
        begin(k->asked, k->record);
        buf_init(&b, TEXT_MAX);
        assert_true(doctor_report_text(&report, &b));
        fold(buf_str(&b), &folded);
        if (k->there)
            assert_true(find_folded(buf_str(&folded), k->there) != STR_NOT_FOUND);
        if (k->not_there)
            assert_true(find_folded(buf_str(&folded), k->not_there) == STR_NOT_FOUND);
        buf_done(&folded);
        buf_done(&b);
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key),
        cmocka_unit_test(absent_is_null),
        cmocka_unit_test(mail_alone_works_for_nobody),
        cmocka_unit_test(judged_the_same),
        cmocka_unit_test(tampered_with),
        cmocka_unit_test(unreadable),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(secret_in_a_reply),
        cmocka_unit_test(secret_at_a_cut),
        cmocka_unit_test(fit_for_a_terminal),
        cmocka_unit_test(parts_of_the_text),
        cmocka_unit_test(a_found_server_is_told),
        cmocka_unit_test(once_and_narrow),
        cmocka_unit_test(colours),
        cmocka_unit_test(without_room),
        cmocka_unit_test(steps_of_a_login),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
