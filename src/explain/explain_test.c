/* SPDX-License-Identifier: ISC */
/*
 * explain/explain_test.c - from texts to causes, and the tables of knowledge
 */
#include "explain/dialect.h"
#include "explain/rows.h"
#include "explain/splits.h"
#include "explain/weigh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MEMORY_MAX = 64 << 20, WEIGHT_MAX = 60 };

static const struct {
    const char *name;
    const struct explain_rows *rows;
} TABLES[] = {
    { "own", &ROWS_OWN },     { "relay", &ROWS_RELAY },   { "login", &ROWS_LOGIN },
    { "path", &ROWS_PATH },   { "sender", &ROWS_SENDER }, { "recipient", &ROWS_RECIPIENT },
    { "tells", &ROWS_TELLS },
};

static bool is_key(str key)
{
    for (size_t i = 0; i < key.n; i++)
        if (to_lower(key.p[i]) != key.p[i])
            return false;
    return key.n >= 3;
}

static void check_row(const char *table, size_t number, const struct explain_row *r)
{
    for (str rest = str_from(r->key); rest.p;) {
        str key = str_cut(&rest, '|');
        if (!is_key(key))
            fail_msg("%s, row %zu: the key '%.*s' is too short or not in lower case", table, number,
                     STR_ARG(key));
    }
    for (size_t i = 0; i < COUNT_OF(r->speaks) && r->speaks[i].cause; i++) {
        int weight = r->speaks[i].weight;
        if (r->speaks[i].cause >= CAUSES || weight > WEIGHT_MAX || weight < -WEIGHT_MAX)
            fail_msg("%s, row %zu: weight %d", table, number, weight);
    }
}

static void test_rows_are_well_made(void **state)
{
    (void)state;
    struct err e;
    for (size_t t = 0; t < COUNT_OF(TABLES); t++)
        for (size_t i = 0; i < TABLES[t].rows->count; i++)
            check_row(TABLES[t].name, i, &TABLES[t].rows->rows[i]);
    AUTO(weigher_freep) struct weigher *w = weigher_new(false);
    assert_non_null(w);
    if (!weigher_check(w, &e))
        fail_msg("%s", e.why);
}

#define NOT_KNOWN FAMILIES

/* Texts in the servers' stock form, and what they come to. open: a family that must be left open beside the answer. */
static const struct text_case {
    const char *name;
    enum cause_family family, open;
    enum cause_id cause;
    const char *text;
} TEXTS[] = {
    /* logged in from the server's own machine: the address is not what is wrong */
    { "Postfix's log, webmail", FAMILY_RELAY_IP_NOT_ALLOWED, FAMILIES, CAUSE_LOGIN_NOT_HONOURED,
      "Nov 26 05:00:00 mx postfix/submission/smtpd[100]: NOQUEUE: reject: RCPT from "
      "localhost[127.0.0.1]: 554 5.7.1 <b@far.example>: Relay access denied; from=<a@near.example> "
      "to=<b@far.example> proto=ESMTP helo=<web> sasl_method=PLAIN sasl_username=a@near.example" },
    { "a letter, and no refusal", NOT_KNOWN, FAMILIES, CAUSE_NONE,
      "Return-Path: <n@shop.example>\nReceived: from a.example by b.example; Sat, 4 Feb 2023 "
      "23:09:17 "
      "+0000\nFrom: Shop <n@shop.example>\nTo: anna@near.example\nSubject: Welcome\nMIME-Version: "
      "1.0\nContent-Type: text/plain\n\nPlease verify your email address before you order." },
    /* relaying refused, bare */
    { "Exim", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "550 relay not permitted" },
    { "Postfix", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "554 5.7.1 <anna@example.org>: Relay access denied" },
    { "in Spanish", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "554 5.7.1 Se ha denegado: retransmisión no permitida" },
    { "Postfix, deferred", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "454 4.7.1 <anna@example.org>: Relay access denied" },
    { "sendmail", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "550 5.7.1 <anna@example.org>... Relaying denied" },
    { "Exchange", FAMILY_AUTH_REQUIRED, FAMILY_RELAY_IP_NOT_ALLOWED, CAUSE_NONE,
      "550 5.7.1 Unable to relay for anna@example.org" },
    { "Stalwart", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "550 5.1.2 Relay not allowed." },
    { "chasquid", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "503 5.7.1 Relay not allowed" },
    { "Haraka", FAMILY_RECIPIENT_UNKNOWN, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "550 I cannot deliver mail for <anna@example.org>" },
    { "qmail", FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, FAMILY_AUTH_REQUIRED, CAUSE_NONE,
      "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)" },
    { "German", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "550 Weiterleitung nicht erlaubt" },
    { "French", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "554 Relais refus\xC3\xA9" },
    { "Russian", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "550 Ретрансляция запрещена" },
    { "Chinese", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "550 不允许中继" },
    /* the domain, the address, the mail check are named */
    { "Exchange, accepted domains", FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, FAMILY_AUTH_REQUIRED,
      CAUSE_NONE, "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain" },
    { "no mail for the domain", FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, NOT_KNOWN,
      CAUSE_DOMAIN_NOT_CONFIGURED, "550 This host does not accept mail for example.org" },
    { "IMail", FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, NOT_KNOWN, CAUSE_NONE,
      "550 not local host example.org, not a gateway" },
    { "Microsoft 365, connector", FAMILY_RELAY_IP_NOT_ALLOWED, NOT_KNOWN, CAUSE_IP_NOT_TRUSTED,
      "550 5.7.64 TenantAttribution; Relay Access Denied [AM0.prod.outlook.com]" },
    { "KumoMTA", FAMILY_RELAY_IP_NOT_ALLOWED, FAMILY_AUTH_REQUIRED, CAUSE_NONE,
      "550 5.7.1 relaying not permitted for 192.0.2.1" },
    { "Google's relay", FAMILY_RELAY_IP_NOT_ALLOWED, NOT_KNOWN, CAUSE_IP_NOT_TRUSTED,
      "550-5.7.1 Invalid credentials for relay [192.0.2.1]. The IP address you've registered does "
      "not match" },
    { "POP first", FAMILY_POP_BEFORE_SMTP, NOT_KNOWN, CAUSE_POP_BEFORE_SMTP,
      "550 5.7.1 Relaying denied: please check your mail before you send" },
    { "cPanel, POP or login", FAMILY_POP_BEFORE_SMTP, FAMILY_AUTH_REQUIRED, CAUSE_NONE,
      "550 (PC) [192.0.2.1] is currently not permitted to relay through this server. Perhaps you "
      "have not "
      "logged into the pop/imap server in the last 30 minutes or do not have SMTP Authentication "
      "turned on" },
    /* a login is asked for */
    { "530", FAMILY_AUTH_REQUIRED, NOT_KNOWN, CAUSE_CLIENT_NEVER_AUTHENTICATES,
      "530 5.7.0 Authentication required" },
    { "hMailServer", FAMILY_AUTH_REQUIRED, NOT_KNOWN, CAUSE_CLIENT_NEVER_AUTHENTICATES,
      "530 SMTP authentication is required." },
    { "Exchange, 5.7.57", FAMILY_AUTH_REQUIRED, NOT_KNOWN, CAUSE_CLIENT_NEVER_AUTHENTICATES,
      "530 5.7.57 Client was not authenticated to send anonymous mail during MAIL FROM" },
    { "not logged in", FAMILY_AUTH_REQUIRED, NOT_KNOWN, CAUSE_NONE,
      "553 5.7.1 <anna@example.org>: Sender address rejected: not logged in" },
    { "503", FAMILY_AUTH_REQUIRED, NOT_KNOWN, CAUSE_NONE,
      "503 5.5.4 Error: send AUTH command first." },
    { "cPanel", FAMILY_AUTH_REQUIRED, NOT_KNOWN, CAUSE_NONE,
      "550-(host.example.org) [192.0.2.1] is not permitted to relay through this server without "
      "authentication" },
    { "Spanish", FAMILY_AUTH_REQUIRED, NOT_KNOWN, CAUSE_NONE,
      "550 Se requiere autenticaci\xC3\xB3n para enviar" },
    /* no relay refusals, whatever the code */
    { "mailbox", FAMILY_RECIPIENT_UNKNOWN, NOT_KNOWN, CAUSE_NONE, "550 5.1.1 User unknown" },
    { "relay table of Postfix", FAMILY_RECIPIENT_UNKNOWN, NOT_KNOWN, CAUSE_NONE,
      "550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown in relay recipient "
      "table" },
    { "Google's advice to use a relay", FAMILY_IP_BLOCKLISTED, NOT_KNOWN, CAUSE_NONE,
      "550-5.7.1 The IP you're using to send mail is not authorized to send email directly to our "
      "servers. "
      "Please use the SMTP relay at your service provider instead." },
    { "group that takes no strangers", FAMILY_OTHER_NOT_RELAY, NOT_KNOWN, CAUSE_NONE,
      "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required" },
    { "Microsoft 365, unknown mailbox", FAMILY_RECIPIENT_UNKNOWN, NOT_KNOWN, CAUSE_NONE,
      "550 5.4.1 Recipient address rejected: Access denied. [AM0.prod.outlook.com]" },
    { "a login refused after all", FAMILY_AUTH_FAILED, NOT_KNOWN, CAUSE_NONE,
      "530 5.7.57 Client not authenticated to send mail. Error: 535 5.7.139 Authentication "
      "unsuccessful, the request did not meet the criteria to be authenticated successfully" },
    { "an open relay that is listed", FAMILY_IP_BLOCKLISTED, NOT_KNOWN, CAUSE_NONE,
      "554 your host is an open relay" },
    { "a server that is none", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "553 this is not an open relay, go away with that" },
    { "a server that is none, the other way round", FAMILY_AUTH_REQUIRED,
      FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE, "550 open relaying is prohibited" },
    { "mail to elsewhere", FAMILY_AUTH_REQUIRED, FAMILY_RELAY_IP_NOT_ALLOWED, CAUSE_NONE,
      "550 Mail to foreign domains not accepted from your host" },
    { "another's mail", FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, NOT_KNOWN, CAUSE_NONE,
      "521 we are not the mail exchanger for that domain" },
    { "local users alone", FAMILY_AUTH_REQUIRED, FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL, CAUSE_NONE,
      "550 local users only" },
    /* a host that is called so says nothing of relaying */
    { "a log of a host that is called relay", FAMILY_OTHER_NOT_RELAY, NOT_KNOWN, CAUSE_NONE,
      "Nov  3 10:11:12 relay postfix/smtp[4711]: 3F2A1C0: to=<b@two.example>, "
      "relay=mx.two.example[203.0.113.9]:25, delay=1, delays=0/0/0/1, dsn=5.0.0, status=bounced "
      "(host mx.two.example[203.0.113.9] said: 554 words that nobody knows (in reply to end of "
      "DATA "
      "command))" },
    { "a name", FAMILY_REVERSE_DNS_OR_HELO, NOT_KNOWN, CAUSE_NONE,
      "Connected to 192.0.2.1 but my name was rejected. Remote host said: 501 5.0.0 Invalid domain "
      "name" },
    { "unknown words for good", FAMILY_OTHER_NOT_RELAY, FAMILY_CONTENT_REJECTED, CAUSE_NONE,
      "550 Wibble wobble" },
    { "unknown words for now", FAMILY_OTHER_NOT_RELAY, FAMILY_GREYLISTED_TEMPORARY, CAUSE_NONE,
      "451 Wibble wobble" },
    /* nothing */
    { "empty", NOT_KNOWN, NOT_KNOWN, CAUSE_NONE, "" },
    { "not of mail", NOT_KNOWN, NOT_KNOWN, CAUSE_NONE, "Segmentation fault (core dumped)" },
    { "a code alone", NOT_KNOWN, NOT_KNOWN, CAUSE_NONE, "550" },
};

static bool leaves_open(const struct explanation *x, enum cause_family f)
{
    for (size_t i = 0; i < x->also_count; i++)
        if (cause_of(x->also[i].cause)->family == f)
            return true;
    return f == NOT_KNOWN;
}

/* False, and said what it came to. */
static bool one_text(struct explainer *x, const struct text_case *c, struct explanation *found)
{
    struct err e;
    struct arena memory;
    arena_init(&memory, MEMORY_MAX);
    assert_true(explain_text(x, str_from(c->text), &memory, found, &e));
    const struct cause *cause = cause_of(found->best.cause);
    assert_int_equal(found->relay, cause && family_is_relay(cause->family));
    assert_true(found->summary.n > 0);
    assert_true(!cause || found->who_refused.n > 0);
    bool right = (cause ? cause->family == c->family : c->family == NOT_KNOWN) &&
                 (c->cause == CAUSE_NONE || found->best.cause == c->cause) &&
                 leaves_open(found, c->open);
    if (!right)
        print_message("  %s: %s with %.2f, %zu left open\n", c->name,
                      cause ? cause->name.p : "not known", found->best.confidence,
                      found->also_count);
    arena_done(&memory);
    return right;
}

static void test_texts(void **state)
{
    (void)state;
    AUTO(explainer_freep) struct explainer *one = explainer_new(false);
    AUTO(explainer_freep) struct explainer *many = explainer_new(true);
    struct explanation *found = malloc(sizeof *found);
    size_t wrong = 0;
    assert_true(one && many && found);
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++)
        wrong += !one_text(one, &TEXTS[i], found) || !one_text(many, &TEXTS[i], found);
    free(found);
    assert_int_equal(wrong, 0);
}

/* One refusal of a page made by hand. */
struct said_row {
    const char *text;
    unsigned code;
    enum smtp_stage stage;
    enum smtp_end end;
    bool aside;
};

static enum cause_family judged(const struct said_row *rows, size_t count, unsigned facts,
                                enum explain_form form, size_t *which)
{
    struct err e;
    struct arena memory;
    arena_init(&memory, MEMORY_MAX);
    AUTO(explainer_freep) struct explainer *x = explainer_new(false);
    struct explain_page *p = arena_alloc(&memory, sizeof *p);
    struct explanation *found = arena_alloc(&memory, sizeof *found);
    assert_true(x && p && found);
    p->form = form;
    p->facts = facts;
    for (size_t i = 0; i < count; i++) {
        struct explain_said *s = explain_say(p, form);
        assert_non_null(s);
        s->text = str_from(rows[i].text);
        s->code = rows[i].code;
        s->stage = rows[i].stage;
        s->end = rows[i].end;
        s->aside = rows[i].aside;
    }
    assert_true(explain_page(x, p, &memory, found, &e));
    const struct cause *c = cause_of(found->best.cause);
    *which = found->said ? (size_t)(found->said - found->page.said) : count;
    enum cause_family family = c ? c->family : NOT_KNOWN;
    arena_done(&memory);
    return family;
}

static const struct page_case {
    const char *name;
    struct said_row rows[3];
    unsigned facts;
    enum explain_form form;
    size_t which;
    enum cause_family family;
} PAGES[] = {
    { .name = "a refused login before a refused recipient",
      .rows = { { "Authentication failed", 535, SMTP_STAGE_AUTH, SMTP_END_REPLY, false },
                { "relay not permitted", 550, SMTP_STAGE_RCPT, SMTP_END_REPLY, false } },
      .form = FORM_TRANSCRIPT,
      .which = 0,
      .family = FAMILY_AUTH_FAILED },
    { .name = "what is aside does not count",
      .rows = { { "Authentication failed", 535, SMTP_STAGE_AUTH, SMTP_END_REPLY, true },
                { "User unknown", 550, SMTP_STAGE_RCPT, SMTP_END_REPLY, false } },
      .form = FORM_TRANSCRIPT,
      .which = 1,
      .family = FAMILY_RECIPIENT_UNKNOWN },
    { .name = "unless there is nothing else",
      .rows = { { "User unknown", 550, SMTP_STAGE_RCPT, SMTP_END_REPLY, true } },
      .form = FORM_TRANSCRIPT,
      .which = 0,
      .family = FAMILY_RECIPIENT_UNKNOWN },
    { .name = "a connection that failed before another was answered",
      .rows = { { "Connection timed out", 0, SMTP_STAGE_CONNECT, SMTP_END_SILENT, false },
                { "User unknown", 550, SMTP_STAGE_RCPT, SMTP_END_REPLY, false } },
      .form = FORM_LOG,
      .which = 1,
      .family = FAMILY_RECIPIENT_UNKNOWN },
    { .name = "later became never",
      .rows = { { "Greylisted, try again later", 451, SMTP_STAGE_RCPT, SMTP_END_REPLY, false },
                { "User unknown", 550, SMTP_STAGE_RCPT, SMTP_END_REPLY, false } },
      .form = FORM_LOG,
      .which = 1,
      .family = FAMILY_RECIPIENT_UNKNOWN },
    { .name = "a bounce at the recipient's server",
      .rows = { { "<anna@example.org>: Relay access denied", 554, SMTP_STAGE_RCPT, SMTP_END_REPLY,
                  false } },
      .facts = FACT_RECIPIENT_AT_BY,
      .form = FORM_BOUNCE,
      .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL },
    { .name = "the same in a program",
      .rows = { { "<anna@example.org>: Relay access denied", 554, SMTP_STAGE_RCPT, SMTP_END_REPLY,
                  false } },
      .facts = FACT_FROM_PROGRAM,
      .form = FORM_LIBRARY,
      .family = FAMILY_AUTH_REQUIRED },
    { .name = "the same for a container",
      .rows = { { "<anna@example.org>: Relay access denied", 554, SMTP_STAGE_RCPT, SMTP_END_REPLY,
                  false } },
      .facts = FACT_SERVER_LOG | FACT_CLIENT_PRIVATE,
      .form = FORM_LOG,
      .family = FAMILY_RELAY_IP_NOT_ALLOWED },
    { .name = "the same for a stranger",
      .rows = { { "<anna@example.org>: Relay access denied", 554, SMTP_STAGE_RCPT, SMTP_END_REPLY,
                  false } },
      .facts = FACT_SERVER_LOG | FACT_CLIENT_PUBLIC,
      .form = FORM_LOG,
      .family = FAMILY_AUTH_REQUIRED },
    { .name = "the same for another server",
      .rows = { { "<anna@example.org>: Relay access denied", 554, SMTP_STAGE_RCPT, SMTP_END_REPLY,
                  false } },
      .facts = FACT_SERVER_LOG | FACT_CLIENT_PUBLIC | FACT_CLIENT_IS_SERVER,
      .form = FORM_LOG,
      .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL },
    { .name = "the last rule of a submission service, for one who never logged in",
      .rows = { { "<anna@example.org>: Recipient address rejected: Access denied", 554,
                  SMTP_STAGE_RCPT, SMTP_END_REPLY, false } },
      .facts = FACT_SERVER_LOG | FACT_CLIENT_PUBLIC | FACT_NO_LOGIN | FACT_SUBMISSION_HOST,
      .form = FORM_LOG,
      .family = FAMILY_AUTH_REQUIRED },
    { .name = "the same words of another service",
      .rows = { { "<anna@example.org>: Recipient address rejected: Access denied", 554,
                  SMTP_STAGE_RCPT, SMTP_END_REPLY, false } },
      .facts = FACT_SERVER_LOG | FACT_CLIENT_PUBLIC | FACT_NO_LOGIN,
      .form = FORM_LOG,
      .family = FAMILY_RECIPIENT_UNKNOWN },
    { .name = "a relay refusal after a login that was taken",
      .rows = { { "<anna@example.org>: Relay access denied", 554, SMTP_STAGE_RCPT, SMTP_END_REPLY,
                  false } },
      .facts = FACT_LOGIN_TAKEN | FACT_FROM_PROGRAM,
      .form = FORM_TRANSCRIPT,
      .family = FAMILY_RELAY_IP_NOT_ALLOWED },
};

static void test_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(PAGES); i++) {
        const struct page_case *c = &PAGES[i];
        size_t count = 0, which;
        while (count < COUNT_OF(c->rows) && c->rows[count].text)
            count++;
        enum cause_family f = judged(c->rows, count, c->facts, c->form, &which);
        if (f != c->family || which != c->which)
            fail_msg("%s: family %d of refusal %zu", c->name, (int)f, which);
    }
}

/* What a stock rule proves is told once the server is recognised by its words. */
static void test_proves_and_splits(void **state)
{
    (void)state;
    struct err e;
    struct arena memory;
    arena_init(&memory, MEMORY_MAX);
    AUTO(explainer_freep) struct explainer *x = explainer_new(false);
    struct explanation *found = arena_alloc(&memory, sizeof *found);
    assert_true(x && found);
    assert_true(explain_text(x, STR("550 relay not permitted"), &memory, found, &e));
    assert_int_equal(found->page.dialect, DIALECT_EXIM);
    assert_int_equal(found->proves_count, 1);
    assert_true(str_find(found->proves[0], STR("four things")) != STR_NOT_FOUND);
    assert_true(found->splits.n > 0);
    assert_true(explain_text(x, STR("550 5.1.1 User unknown"), &memory, found, &e));
    assert_int_equal(found->proves_count, 0);
    assert_false(found->relay);
    /* who refused is a guess where nothing tells it */
    assert_true(str_starts(found->who_refused, STR("most likely the recipient's server")));
    arena_done(&memory);
}

/* Families that texts leave open beside each other most often have a fact that splits them, in either order. */
static void test_splits(void **state)
{
    (void)state;
    static const enum cause_id PAIRS[][2] = {
        { CAUSE_CLIENT_NEVER_AUTHENTICATES, CAUSE_DOMAIN_NOT_CONFIGURED },
        { CAUSE_CLIENT_NEVER_AUTHENTICATES, CAUSE_IP_NOT_TRUSTED },
        { CAUSE_IP_NOT_TRUSTED, CAUSE_DOMAIN_NOT_CONFIGURED },
        { CAUSE_POP_BEFORE_SMTP, CAUSE_CLIENT_NEVER_AUTHENTICATES },
        { CAUSE_WRONG_CREDENTIALS, CAUSE_AUTH_BACKEND_DOWN },
        { CAUSE_SPF_FAIL, CAUSE_DKIM_DMARC_FAIL },
        { CAUSE_TLS_MODE_MISMATCH, CAUSE_EGRESS_PORT_BLOCKED },
    };
    for (size_t i = 0; i < COUNT_OF(PAIRS); i++) {
        str fact = splits_of(PAIRS[i][0], PAIRS[i][1]);
        assert_true(fact.n > 0 && str_eq(fact, splits_of(PAIRS[i][1], PAIRS[i][0])));
    }
    /* a pair of causes comes before the pair of their families */
    assert_true(str_find(splits_of(CAUSE_TLS_MODE_MISMATCH, CAUSE_EGRESS_PORT_BLOCKED),
                         STR("octet")) != STR_NOT_FOUND);
    assert_int_equal(splits_of(CAUSE_MAIL_LOOP, CAUSE_POP_BEFORE_SMTP).n, 0);
    assert_int_equal(splits_of(CAUSE_NONE, CAUSE_POP_BEFORE_SMTP).n, 0);
}

/* Words in lower case come before the name of the host that said them. */
static void test_dialects(void **state)
{
    (void)state;
    static const struct {
        const char *words, *by;
        enum explain_dialect is;
    } CASES[] = {
        { "relay not permitted", "", DIALECT_EXIM },
        { "<bob@example.org>: relay access denied", "", DIALECT_POSTFIX },
        { "<bob@example.org>... relaying denied", "", DIALECT_SENDMAIL },
        { "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "", DIALECT_QMAIL },
        { "5.7.64 tenantattribution; relay access denied", "", DIALECT_MICROSOFT_365 },
        { "relaying not permitted for 192.0.2.1", "", DIALECT_KUMOMTA },
        { "smtp authentication is required.", "", DIALECT_HMAILSERVER },
        { "no", "aspmx.l.google.com", DIALECT_GMAIL },
        { "relay not permitted", "mx.zoho.com", DIALECT_EXIM },
        { "no", "google.com.example", DIALECT_NONE },
        { "", "", DIALECT_NONE },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        if (dialect_of(str_from(CASES[i].words), str_from(CASES[i].by)) != CASES[i].is)
            fail_msg("%s by %s", CASES[i].words, CASES[i].by);
}

/* Memory that ends anywhere is an error, and never an answer made of half the evidence. */
static void test_memory_is_short(void **state)
{
    (void)state;
    AUTO(explainer_freep) struct explainer *x = explainer_new(false);
    struct explanation *found = malloc(sizeof *found);
    assert_true(x && found);
    for (size_t room = 0; room < 400000; room += 71) {
        struct err e = { .kind = ERR_NONE };
        struct arena memory;
        arena_init(&memory, room);
        if (!explain_text(x, STR("550 relay not permitted"), &memory, found, &e))
            assert_int_equal(e.kind, ERR_MEMORY);
        else
            assert_true(found->summary.n > 0 && found->who_refused.n > 0);
        arena_done(&memory);
    }
    free(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_well_made),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_proves_and_splits),
        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_dialects),
        cmocka_unit_test(test_memory_is_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
