/* SPDX-License-Identifier: ISC */
/*
 * tests/scenario/replies_test.c - a refusal says the same thing on the wire, in baton why and to baton explain
 * Owns    worlds: every condition of permits and of forbids, and pairs of them; sessions drawn from every fact; and what must
 *         hold of each refusal that comes of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/verdict_report.h"
#include "explain/explain.h"
#include "policy/protocol.h"
#include "relay/decide.h"
#include "relay/rates.h"
#include "relay/record.h"
#include "relay/windows.h"

enum { SESSIONS = 250, ARENA = 64 << 20, SEEN = 1 << 16 };

/* ------------------------------------------------------------------------------------------------
 * Rules. Whatever begins with hush- is nobody's business but the operator's.
 */
static const char SITE[] =
    "certificate = \"/etc/baton/cert.pem\"\n"
    "listen \"mx\" { port = 25  security = none }\n"
    "listen \"submission\" { port = 587 }\n"
    "listen \"hush-inside\" { port = 2526  address = \"192.168.9.1\"  auth-in-clear = true }\n"
    "owner \"anna@corp.example\" { address = {\"sales@corp.example\"} }\n"
    "owner \"bob@corp.example\" { address = {\"hush-boss@corp.example\"} }\n"
    "route \"out\" { smarthost = \"smtp.example:465\" }\n";

static const char *const PERMITS[] = {
    "authenticated = true",
    "login = {\"bob@corp.example\", \"hush-carl\"}",
    "tls = true",
    "sender = owned",
    "sender = {\"@corp.example\"}",
    "sender = {owned, \"@hush-shop.example\"}",
    "listener = {\"hush-inside\", \"submission\"}",
    "listener = \"mx\"",
    "certificate = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
    "pop-window = true",
    "network = {\"203.0.113.0/24\", \"2001:db8:77::/48\"}",
    "recipient-domain = {\"corp.example\", \"hush-lab.example\"}",
    "recipients = \"/etc/baton/hush-recipients\"",
    "rate = \"5/h\"",
    "unless-listed = {\"hushhushhushhushhush0123456789.zen.example\", \"bl.example\"}",
    "unless-spf = {fail, none, permerror, softfail}",
};
static const char *const FORBIDS[] = {
    "authenticated = false",
    "authenticated = true",
    "login = {\"anna@corp.example\", \"hush-dora\"}",
    "tls = false",
    "tls = true",
    "sender = {\"bad@evil.example\", \"@hush-rival.example\"}",
    "listener = {\"mx\", \"hush-inside\"}",
    "listener = \"submission\"",
    "certificate = \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"",
    "network = {\"203.0.113.0/24\", \"198.51.100.0/24\"}",
    "recipient-domain = {\"elsewhere.example\", \"hush-rival.example\"}",
    "rate = \"4/d\"",
};
static const str KNOWN[] = { STR_INIT("tom@corp.example"), STR_INIT("hush-eve@corp.example") };
static const struct policy_list LISTS[] = { { STR_INIT("/etc/baton/hush-recipients"), KNOWN,
                                              COUNT_OF(KNOWN) } };
/* The file as it is later, when somebody asks why. */
static const struct policy_list LATER[] = { { STR_INIT("/etc/baton/hush-recipients"), NULL, 0 } };

struct world {
    struct arena arena;
    struct policy_file file;
    char text[4096];
};

static bool read_into(struct world *w, const struct policy_list *lists)
{
    struct err e;
    arena_init(&w->arena, ARENA);
    if (!policy_file_read(STR("rules"), str_from(w->text), &w->arena, &w->file, &e))
        fail_msg("%s\n%s", w->text, e.why);
    /* some are open relays, and would not start: their refusals are to be true all the same */
    if (!policy_file_build(&w->file, lists, w->file.list_count, &w->arena, &e) && !w->file.policy)
        return false;
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Sessions
 */
static uint64_t seed = 0x9E3779B97F4A7C15u;

static unsigned below(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)((seed * 0x2545F4914F6CDD1Du) >> 33) % n;
}

#define ONE_OF(array) str_from((array)[below(COUNT_OF(array))])

struct session {
    struct policy_facts f;
    struct policy_listed listed[2];
    struct policy_rate rates[8];
};

static void draw(struct session *s, const struct policy *p)
{
    static const char *const CLIENTS[] = { "203.0.113.9", "198.51.100.9", "192.0.2.77",
                                           "2001:db8:77::1", "2001:db8:5::1" },
                             *const LOGINS[] = { "", "", "anna@corp.example", "bob@corp.example" },
                             *const LISTENERS[] = { "mx", "submission", "hush-inside" },
                             *const FROM[] = { "",
                                               "anna@corp.example",
                                               "sales@corp.example",
                                               "bad@evil.example",
                                               "x@other.example",
                                               "\"odd <name>\"@other.example" },
                             *const TO[] = { "tom@corp.example", "nobody@corp.example",
                                             "ann@elsewhere.example", "x%y@corp.example",
                                             "q@b\xC3\xBC.example" };
    static const char *const SHOWN[] = {
        "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    };
    static const enum auth_result SPF[] = { AUTH_PASS, AUTH_FAIL, AUTH_NONE, AUTH_PERMERROR };
    *s = (struct session){ .f = { .listener = ONE_OF(LISTENERS),
                                  .login = ONE_OF(LOGINS),
                                  .certificate = ONE_OF(SHOWN),
                                  .tls = below(2),
                                  .pop_window = below(2),
                                  .reverse_path = ONE_OF(FROM),
                                  .forward_path = ONE_OF(TO) } };
    assert_true(ip_parse(ONE_OF(CLIENTS), &s->f.client));
    s->f.author.known = below(2) ? POLICY_KNOWN : POLICY_NOT_ASKED;
    if (s->f.author.known) {
        s->f.author.address = ONE_OF(FROM);
        s->f.author.field = (enum policy_author)below(POLICY_AUTHORS);
    }
    s->f.spf.known = below(3) ? POLICY_KNOWN : POLICY_FAILED;
    s->f.spf.result = SPF[below(COUNT_OF(SPF))];
    s->listed[0].zone = STR("hushhushhushhushhush0123456789.zen.example");
    s->listed[1].zone = STR("bl.example");
    for (size_t i = 0; i < COUNT_OF(s->listed); i++) {
        s->listed[i].known = below(3) ? POLICY_KNOWN : POLICY_FAILED;
        s->listed[i].listed = below(2);
    }
    for (size_t i = 0; i < p->count && s->f.rate_count < COUNT_OF(s->rates); i++)
        if (policy_condition_of(&p->rules[i], POLICY_RATE))
            s->rates[s->f.rate_count++] =
                (struct policy_rate){ &p->rules[i], POLICY_KNOWN, below(2) ? 9 : 0,
                                      (uint32_t[]){ 20, 600, 9000 }[below(3)] };
    s->f.listed = s->listed;
    s->f.listed_count = COUNT_OF(s->listed);
    s->f.rates = s->rates;
}

/* ------------------------------------------------------------------------------------------------
 * What must hold
 */
struct judge {
    const struct world *w;
    const struct session *s;
    struct policy_decision d;
    struct policy_reply r;
    const char *reply; /* all of it, with an id */
};

#define HOLDS(j, condition)                                                                        \
    do {                                                                                           \
        if (!(condition))                                                                          \
            broken(j, #condition);                                                                 \
    } while (0)

static void broken(const struct judge *j, const char *what)
{
    char ip[IP_TEXT_MAX];
    const struct policy_facts *f = &j->s->f;
    fail_msg("%s\n%s\n%s [%s]\nclient %s listener %.*s login %.*s tls %d from <%.*s> to <%.*s> "
             "author %d <%.*s>",
             what, j->w->text, j->reply, cause_of(j->d.cause)->name.p, ip_text(&f->client, ip),
             STR_ARG(f->listener), STR_ARG(f->login), f->tls, STR_ARG(f->reverse_path),
             STR_ARG(f->forward_path), f->author.known, STR_ARG(f->author.address));
}

/* Waited until all counters are empty, and every look-up comes out as well as it can: what is for a while passes then, what
 * is for good does not. */
static bool time_would_help(const struct judge *j)
{
    struct session s = *j->s;
    s.f.rates = s.rates;
    s.f.listed = s.listed;
    for (size_t i = 0; i < s.f.rate_count; i++)
        s.rates[i].used = 0;
    for (size_t i = 0; i < s.f.listed_count; i++)
        if (s.listed[i].known == POLICY_FAILED)
            s.listed[i] = (struct policy_listed){ s.listed[i].zone, POLICY_KNOWN, false };
    if (s.f.spf.known == POLICY_FAILED) {
        s.f.spf.known = POLICY_KNOWN;
        s.f.spf.result = AUTH_PASS;
    }
    return policy_decide(j->w->file.policy, &s.f).outcome == POLICY_PERMIT;
}

static void strength_fits(const struct judge *j)
{
    bool defer = j->d.outcome == POLICY_DEFER;
    HOLDS(j, defer == (j->r.code / 100 == 4));
    HOLDS(j, j->r.enhanced.class == j->r.code / 100);
    HOLDS(j, defer == time_would_help(j));
}

/* The design's list of replies, once more and by itself. */
static void code_fits(const struct judge *j)
{
    static const struct {
        enum cause_id cause;
        const char *codes;
    } ROWS[] = {
        { CAUSE_CLIENT_NEVER_AUTHENTICATES, "530 5.7.0" },
        { CAUSE_MAIL_ONLY_UNDER_TLS, "530 5.7.0" },
        { CAUSE_FROM_NOT_LOGIN, "553 5.7.1" },
        { CAUSE_RATE_LIMITED, "451 4.7.1" },
        { CAUSE_DNS_FAILURE, "451 4.4.3" },
        { CAUSE_RECIPIENT_UNKNOWN, "550 5.1.1" },
        { CAUSE_IP_BLOCKLISTED, "554 5.7.1" },
        { CAUSE_IP_BANNED, "554 5.7.1" },
        { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, "550 5.7.1" },
        { CAUSE_CLIENT_CERTIFICATE_NEEDED, "550 5.7.1" },
        { CAUSE_IP_NOT_TRUSTED, "550 5.7.1" },
        { CAUSE_DOMAIN_NOT_CONFIGURED, "550 5.7.1" },
        { CAUSE_MX_PORT_NOT_SUBMISSION, "550 5.7.1" },
        { CAUSE_POP_BEFORE_SMTP, "550 5.7.1" },
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (ROWS[i].cause == j->d.cause)
            HOLDS(j, strncmp(j->reply, ROWS[i].codes, 9) == 0);
    if (j->d.cause == CAUSE_SPF_FAIL)
        HOLDS(j, strncmp(j->reply, "550 5.7.23", 10) == 0 ||
                     strncmp(j->reply, "550 5.7.24", 10) == 0 ||
                     strncmp(j->reply, "550 5.7.1 ", 10) == 0);
    if (j->d.cause == CAUSE_OTHER_NOT_RELAY)
        HOLDS(j, strstr("550 553", (char[]){ j->reply[0], j->reply[1], j->reply[2], 0 }) != NULL);
}

/* Short, in plain letters, and nothing in it that the client did not say itself. */
static void words_keep_silence(const struct judge *j)
{
    static const char *const SECRETS[] = { "hush", "0123456789", "/24", "/48", "2526" };
    HOLDS(j, strlen(j->reply) <= 230 && strlen(j->r.words) >= 20);
    for (const char *p = j->reply; *p; p++)
        HOLDS(j, *p >= ' ' && *p <= '~');
    for (size_t i = 0; i < COUNT_OF(SECRETS); i++)
        HOLDS(j, !strstr(j->r.words, SECRETS[i]) || (strcmp(SECRETS[i], "2526") == 0 &&
                                                     str_eq(j->s->f.listener, STR("hush-inside"))));
    str login = j->s->f.login, from = j->s->f.reverse_path, author = j->s->f.author.address;
    if (login.n && !str_eq(login, from) && !str_eq(login, author))
        HOLDS(j, str_find(str_from(j->r.words), login) == STR_NOT_FOUND);
}

/* What is said of the session is so. */
static void words_are_true(const struct judge *j)
{
    const struct policy_facts *f = &j->s->f;
    const struct policy_rule *r = j->d.forbid ? j->d.forbid : j->d.permit;
    const char *w = j->r.words;
    bool tls_here = !str_eq(f->listener, STR("mx"));
    HOLDS(j, !strstr(w, "this login") || f->login.n);
    HOLDS(j, !strstr(w, "This login") || f->login.n);
    HOLDS(j, !strstr(w, "Log in first") || !f->login.n);
    HOLDS(j, !strstr(w, "STARTTLS") || (!f->tls && tls_here));
    HOLDS(j, !strstr(w, "at port 587") || !str_eq(f->listener, STR("submission")) ||
                 strstr(w, "not taken at port"));
    HOLDS(j, !strstr(w, "shows no certificate") || !f->certificate.n);
    HOLDS(j, !strstr(w, "The certificate of your") || f->certificate.n);
    HOLDS(j, !strstr(w, "No such recipient here") ||
                 str_eq_nocase(policy_domain_of(f->forward_path), STR("corp.example")));
    HOLDS(j, !strstr(w, "encrypted connection only") || !f->tls);
    if (!j->d.condition || j->d.cause == CAUSE_DNS_FAILURE)
        return;
    /* nothing belongs to a login that is not there */
    HOLDS(j, j->d.cause != CAUSE_FROM_NOT_LOGIN || f->login.n ||
                 (!r->forbids && j->d.condition->count));
    enum policy_truth t = policy_condition_truth(j->w->file.policy, r, j->d.condition, f);
    HOLDS(j, t == (r->forbids ? POLICY_MET : POLICY_UNMET));
}

/* baton explain is asked once about each sentence. */
static void explain_agrees(const struct judge *j, struct explainer *x)
{
    static uint64_t seen[SEEN];
    uint64_t hash = policy_hash(str_from(j->reply), 1) | 1;
    size_t at = (size_t)hash % SEEN;
    while (seen[at] && seen[at] != hash)
        at = (at + 1) % SEEN;
    if (seen[at] == hash)
        return;
    seen[at] = hash;
    struct explanation out;
    struct err e;
    AUTO(arena_done) struct arena memory;
    arena_init(&memory, ARENA);
    assert_true(explain_text(x, str_from(j->reply), &memory, &out, &e));
    if (out.best.cause != j->d.cause)
        print_error("explain says %s\n",
                    out.best.cause ? cause_of(out.best.cause)->name.p : "nothing");
    HOLDS(j, out.best.cause == j->d.cause);
}

/* The record goes to where baton why is, and the files that rules name are others by then. */
static void why_agrees(const struct judge *j, const struct world *later)
{
    static char octets[RELAY_RECORD_MAX];
    struct relay_record rec = { .id = 7,
                                .facts = j->s->f,
                                .outcome = j->d.outcome,
                                .cause = j->d.cause },
                        back;
    struct verdict_report report;
    struct err e;
    size_t size;
    AUTO(arena_done) struct arena memory;
    arena_init(&memory, ARENA);
    policy_lists(j->w->file.policy, rec.facts.forward_path, &rec.facts);
    size_t n = relay_record_write(&rec, octets);
    assert_true(relay_record_read((str){ octets, n }, &memory, &back, &size));
    assert_true(relay_record_bind(&back, later->file.policy, &memory));
    assert_true(verdict_report_make(&report, &later->file, &back.facts, &memory, &e));
    const struct policy_decision *d = &report.trace.decision;
    HOLDS(j, d->outcome == j->d.outcome && d->cause == j->d.cause);
    const struct policy_reply r = policy_reply_of(later->file.policy, d, &back.facts);
    HOLDS(j, strcmp(r.words, j->r.words) == 0 && r.code == j->r.code);
    json_t *all = verdict_report_json(&report);
    const char *first = json_string_value(json_array_get(json_object_get(all, "causes"), 0));
    HOLDS(j, first && str_eq(str_from(first), cause_of(j->d.cause)->name));
    json_decref(all);
}

static size_t refused;

static void judge_world(struct world *w, struct explainer *x)
{
    struct world later;
    if (!read_into(w, LISTS)) {
        arena_done(&w->arena);
        return;
    }
    memcpy(later.text, w->text, sizeof later.text);
    assert_true(read_into(&later, LATER));
    for (int i = 0; i < SESSIONS; i++) {
        struct session s;
        char reply[300];
        draw(&s, w->file.policy);
        struct judge j = { .w = w, .s = &s, .d = policy_decide(w->file.policy, &s.f) };
        assert_int_not_equal(j.d.outcome, POLICY_ASK);
        if (j.d.outcome == POLICY_PERMIT)
            continue;
        refused++;
        j.r = policy_reply_of(w->file.policy, &j.d, &s.f);
        snprintf(reply, sizeof reply, "%u %u.%u.%u %s (why: R7K2M9XQ)", j.r.code,
                 j.r.enhanced.class, j.r.enhanced.subject, j.r.enhanced.detail, j.r.words);
        j.reply = reply;
        strength_fits(&j);
        code_fits(&j);
        words_keep_silence(&j);
        words_are_true(&j);
        explain_agrees(&j, x);
        if (i % 8 == 0)
            why_agrees(&j, &later);
    }
    arena_done(&later.arena);
    arena_done(&w->arena);
}

static bool same_key(const char *a, const char *b)
{
    size_t n = strcspn(a, " ");
    return n == strcspn(b, " ") && strncmp(a, b, n) == 0;
}

static void add_pairs(struct world *w, const char *sort, const char *const *all, size_t count,
                      const char *rest, struct explainer *x)
{
    for (size_t a = 0; a < count; a++)
        for (size_t b = a; b < count; b++) {
            if (a != b && same_key(all[a], all[b]))
                continue;
            snprintf(w->text, sizeof w->text, "%s%s \"hush-one\" { %s %s }\n%s", SITE, sort, all[a],
                     a == b ? "" : all[b], rest);
            judge_world(w, x);
        }
}

static void each_condition_and_each_pair(void **state UNUSED)
{
    static struct world w;
    AUTO(explainer_freep) struct explainer *x = explainer_new(true);
    assert_non_null(x);
    add_pairs(&w, "permit", PERMITS, COUNT_OF(PERMITS), "", x);
    add_pairs(&w, "permit", PERMITS, COUNT_OF(PERMITS),
              "permit \"hush-users\" { authenticated = true  sender = owned  rate = \"6/h\" }\n"
              "permit \"hush-in\" { recipient-domain = \"corp.example\"  recipients = "
              "\"/etc/baton/hush-recipients\" }\n",
              x);
    add_pairs(&w, "forbid", FORBIDS, COUNT_OF(FORBIDS),
              "permit \"hush-all\" { network = {\"0.0.0.0/0\", \"::/0\"} }\n", x);
    add_pairs(&w, "forbid", FORBIDS, COUNT_OF(FORBIDS),
              "permit \"hush-users\" { authenticated = true  rate = \"6/h\" }\n"
              "forbid \"hush-flood\" { rate = \"8/h\" }\n"
              "permit \"hush-in\" { recipient-domain = \"corp.example\"  unless-spf = fail }\n",
              x);
    snprintf(w.text, sizeof w.text, "%sforbid \"a\" { tls = false }\n", SITE);
    judge_world(&w, x);
    assert_true(refused > 40000);
}

/* Permits and forbids, one of each. */
static void permits_beside_forbids(void **state UNUSED)
{
    static struct world w;
    AUTO(explainer_freep) struct explainer *x = explainer_new(true);
    assert_non_null(x);
    for (size_t a = 0; a < COUNT_OF(PERMITS); a++)
        for (size_t b = 0; b < COUNT_OF(FORBIDS); b++) {
            snprintf(w.text, sizeof w.text,
                     "%spermit \"hush-one\" { %s }\nforbid \"hush-two\" { %s }\n", SITE, PERMITS[a],
                     FORBIDS[b]);
            judge_world(&w, x);
        }
}

/* ------------------------------------------------------------------------------------------------
 * What no rule file decides
 */
static bool is_sentence(str s)
{
    return s.n > 10 && s.p[0] >= 'A' && s.p[0] <= 'Z' && s.p[s.n - 1] == '.';
}

/* What a path is wrong in, smtp/path.c says; whatever it is, explain does not take it for another's. */
static void explain_agrees_on(struct explainer *x, const struct policy_protocol *p)
{
    char reply[400];
    struct explanation out;
    struct arena memory;
    struct err e;
    str text = p->text.n ? p->text : STR("the closing quote is missing at octet 9");
    bool closes = str_ends_nocase(text, STR("closing")) || str_ends_nocase(text, STR("moment"));
    str enhanced = p->enhanced.n ? p->enhanced : closes ? STR("4.7.0") : STR("5.5.1");
    arena_init(&memory, ARENA);
    snprintf(reply, sizeof reply, "%s %.*s %.*s (why: R7K2M9XQ)",
             closes                 ? "421"
             : enhanced.p[0] == '4' ? "452"
                                    : "501",
             STR_ARG(enhanced), STR_ARG(text));
    assert_true(explain_text(x, str_from(reply), &memory, &out, &e));
    if (out.best.cause != p->cause)
        fail_msg("%s: %s", reply,
                 cause_of(out.best.cause) ? cause_of(out.best.cause)->name.p : "nothing");
    arena_done(&memory);
}

static void each_refusal_of_the_protocol(void **state UNUSED)
{
    AUTO(explainer_freep) struct explainer *x = explainer_new(true);
    assert_non_null(x);
    for (size_t i = 0; i < POLICY_PROTOCOL_COUNT; i++) {
        const struct policy_protocol *p = &POLICY_PROTOCOL[i];
        assert_true(str_starts(p->section, STR("RFC ")) && is_sentence(p->rule) &&
                    is_sentence(p->remedy));
        assert_ptr_equal(policy_protocol_of(p->enhanced, p->text), p); /* and none hides it */
        explain_agrees_on(x, p);
    }
    assert_null(policy_protocol_of(STR("5.7.1"), STR("Relaying is not permitted")));
    assert_null(policy_protocol_of(STR_NONE, STR_NONE));
}

/* ------------------------------------------------------------------------------------------------
 * The running relay: what its own look-ups, counters and windows come to
 */
static struct relay relay;
static struct relay_worker worker;
static struct relay_config config;
static char dir[64];

static int begin(void **state UNUSED)
{
    struct err e;
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%.40s/replies-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(dir))
        return -1;
    relay = (struct relay){ .rates = relay_rates_new(&e),
                            .windows = relay_windows_open(dir, &e),
                            .records = relay_records_open(dir, 1 << 26, &e) };
    worker = (struct relay_worker){ .relay = &relay };
    worker.looks = relay_looks_new(&worker, &e);
    return relay.rates && relay.windows && relay.records && worker.looks ? 0 : -1;
}

static int end(void **state UNUSED)
{
    char command[128];
    relay_looks_free(worker.looks);
    relay_records_close(relay.records);
    relay_windows_close(relay.windows);
    relay_rates_free(relay.rates);
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    return system(command);
}

static void never(void *user UNUSED, const struct relay_verdict *v UNUSED)
{
    fail();
}

/* A permit with this condition, and a forbid: the reply on the wire is that of baton what-if, with the id behind it. */
static void relay_agrees(struct world *w)
{
    assert_true(read_into(w, LISTS));
    config.rules.file = w->file;
    config.digest = policy_digest(w->file.policy);
    for (int i = 0; i < 40; i++) {
        struct session s;
        struct relay_verdict v;
        char id[RELAY_RECORD_ID_MAX], want[300];
        struct relay_known *k = relay_known_new(&worker);
        draw(&s, w->file.policy);
        for (size_t n = 0; n < s.f.rate_count; n++)
            s.rates[n].used = s.rates[n].again_in_s = 0;
        s.f.pop_window = false;
        const struct policy_decision d = policy_decide(w->file.policy, &s.f);
        assert_true(relay_decide(k, &config, &s.f, STR("client.example"), 0, &v, never, NULL));
        assert_int_equal(v.decision.outcome, d.outcome);
        assert_int_equal(v.decision.cause, d.cause);
        if (d.outcome != POLICY_PERMIT) {
            const struct policy_reply r = policy_reply_of(w->file.policy, &d, &s.f);
            snprintf(want, sizeof want, "%s (why: %s)", r.words, relay_record_text(v.record, id));
            assert_string_equal(v.text, want);
            assert_int_equal(v.code, r.code);
        }
        relay_known_free(k);
    }
    arena_done(&w->arena);
}

static void the_relay_says_what_was_foretold(void **state UNUSED)
{
    static struct world w;
    for (size_t a = 0; a < COUNT_OF(PERMITS); a++)
        for (size_t b = 0; b < COUNT_OF(FORBIDS); b++) {
            if (strncmp(PERMITS[a], "unless", 6) == 0)
                continue; /* they ask others */
            snprintf(w.text, sizeof w.text,
                     "%spermit \"hush-one\" { %s }\nforbid \"hush-two\" { %s }\n", SITE, PERMITS[a],
                     FORBIDS[b]);
            relay_agrees(&w);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_condition_and_each_pair),
        cmocka_unit_test(permits_beside_forbids),
        cmocka_unit_test(each_refusal_of_the_protocol),
        cmocka_unit_test_setup_teardown(the_relay_says_what_was_foretold, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
