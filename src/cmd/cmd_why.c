/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_why.c - baton why: what the relay decided, by which rules, and what would have been permitted
 * The relay gives the record and the rule file of then; both are evaluated here, as baton what-if does it.
 */
#include "base/base64.h"
#include "base/escape.h"
#include "cmd/cmd.h"
#include "cmd/control_client.h"
#include "cmd/output.h"
#include "cmd/verdict_report.h"
#include "policy/protocol.h"
#include "relay/record.h"
#include "relay/rule_file.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { EXIT_REFUSED = 1, TEXT_MAX = 16 << 20, STEPS = 3, STAMP_MAX = 40, LABEL = 9 };

struct flags {
    const char *control;
    bool json;
};

static bool take_control(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->control = value;
    return true;
}
static bool take_json(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct flags *)into)->json = true;
}
const struct command_option WHY_OPTIONS[] = {
    { "control", "PATH", "the relay's control socket (" CONTROL_PATH ")", take_control },
    { "json", NULL, "print the document baton.why/1", take_json },
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * What the relay gives
 */
struct given {
    struct buf record, then, today;
    json_t *done;
};

static void given_done(struct given *g)
{
    buf_done(&g->record);
    buf_done(&g->then);
    buf_done(&g->today);
    json_decref(g->done);
}

static bool take_row(void *user, const json_t *row)
{
    struct given *g = user;
    const struct {
        const char *key;
        struct buf *to;
    } KEYS[] = { { "record", &g->record }, { "rules", &g->then }, { "today", &g->today } };
    for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
        const json_t *value = json_object_get(row, KEYS[i].key);
        str coded = { json_string_value(value), json_string_length(value) };
        if (value && coded.n && !base64_decode(coded, KEYS[i].to))
            return false;
    }
    return true;
}

struct why {
    str id;
    struct relay_record rec;
    struct given given;
    struct arena memory;
    struct rule_file then, today;
    bool kept;                  /* the rules of then; else then are today's */
    bool differs;               /* today's file is another, and can be asked */
    struct policy_decision now; /* what it decides */
    struct verdict_report report;
};

static str told(const struct why *w, const char *key)
{
    const json_t *value = json_object_get(w->given.done, key);
    return (str){ json_string_value(value), json_string_length(value) };
}

static bool read_record(struct why *w, struct err *e)
{
    size_t size;
    return relay_record_read(buf_str(&w->given.record), &w->memory, &w->rec, &size) ||
           err_set(e, ERR_SYNTAX, "the relay's record cannot be read; is it of another version?");
}

/* A rate belongs to a rule of that name; under other rules its number says nothing. */
static struct policy_facts facts_under(const struct policy *p, const struct policy_facts *f,
                                       struct arena *a)
{
    struct policy_facts out = *f;
    struct policy_rate *rates = arena_alloc(a, (p->count + 1) * sizeof *rates);
    out.lists.known = false; /* files are numbered by the rule file that names them */
    out.rates = rates;
    out.rate_count = 0;
    for (size_t i = 0; rates && i < p->count; i++) {
        if (!policy_condition_of(&p->rules[i], POLICY_RATE))
            continue;
        rates[out.rate_count] = (struct policy_rate){ &p->rules[i], POLICY_KNOWN, 0, 0 };
        for (size_t k = 0; k < f->rate_count; k++)
            if (str_eq(f->rates[k].rule->name, p->rules[i].name)) {
                rates[out.rate_count] = f->rates[k];
                rates[out.rate_count].rule = &p->rules[i];
            }
        out.rate_count++;
    }
    return out;
}

/* No rule was asked: there is nothing to evaluate. */
static bool is_own(const struct why *w)
{
    return w->rec.own.n > 0;
}

static bool evaluate(struct why *w, struct err *e)
{
    str file = told(w, "file");
    /* The rules point to it for as long as they live. */
    const char *path =
        arena_printf(&w->memory, "%.*s", STR_ARG(file.n ? file : STR("baton.conf"))).p;
    if (!path)
        return err_memory(e, "the name of the rule file");
    w->kept = json_is_true(json_object_get(w->given.done, "kept"));
    str then = w->kept ? buf_str(&w->given.then) : buf_str(&w->given.today);
    if (!rule_file_of(&w->then, path, then, e) ||
        !relay_record_bind(&w->rec, w->then.file.policy, &w->memory) ||
        !verdict_report_make(&w->report, &w->then.file, &w->rec.facts, &w->memory, e))
        return false;
    struct err unused;
    w->differs = w->kept && w->given.today.n &&
                 rule_file_of(&w->today, path, buf_str(&w->given.today), &unused);
    if (w->differs) {
        const struct policy_facts f = facts_under(w->today.file.policy, &w->rec.facts, &w->memory);
        w->now = policy_decide(w->today.file.policy, &f);
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Words
 */
static const char *stamp(uint64_t at_ms, char out[STAMP_MAX])
{
    time_t at = (time_t)(at_ms / 1000);
    struct tm t;
    if (!gmtime_r(&at, &t) || !strftime(out, STAMP_MAX, "%Y-%m-%dT%H:%M:%SZ", &t))
        out[0] = '\0';
    return out;
}

static void add_path(struct buf *b, const char *before, str path)
{
    buf_addf(b, "%s<", before);
    escape_line(path, b);
    buf_addc(b, '>');
}

static void add_named(struct buf *b, const char *before, str text)
{
    if (!text.n)
        return;
    buf_addf(b, "%s", before);
    escape_line(text, b);
}

/* NULL: no rule of the protocol decided it. */
static const struct policy_protocol *protocol_of(const struct why *w)
{
    str text = w->rec.own;
    str_cut(&text, ' ');
    str enhanced = str_cut(&text, ' ');
    return is_own(w) ? policy_protocol_of(enhanced, text) : NULL;
}

static bool has_mail(const struct why *w)
{
    const struct policy_facts *f = &w->rec.facts;
    return !is_own(w) || f->reverse_path.n || f->forward_path.n;
}

/* A refusal of a login, whose record has the name that was tried. */
static bool is_login(const struct why *w)
{
    return !has_mail(w) && !protocol_of(w);
}

static void add_session(struct buf *b, const struct why *w)
{
    char at[STAMP_MAX], ip[IP_TEXT_MAX];
    const struct policy_facts *f = &w->rec.facts;
    buf_add(b, STR("\nSession  "));
    size_t start = b->n;
    buf_addf(b, "%s from %s", stamp(w->rec.at_ms, at), ip_text(&f->client, ip));
    add_named(b, " at ", f->listener);
    buf_add(b, f->tls ? STR(", TLS") : STR(", no TLS"));
    if (!f->login.n)
        buf_add(b, STR(", no login"));
    add_named(b, is_login(w) ? ", login as " : ", logged in as ", f->login);
    add_named(b, ", EHLO ", w->rec.helo);
    add_named(b, ", certificate ", str_take(f->certificate, 16));
    buf_add(b, f->pop_window ? STR(", in a POP window") : STR(""));
    output_wrap_from(b, start, LABEL);
    if (!has_mail(w))
        return;
    buf_add(b, STR("Mail     "));
    start = b->n;
    add_path(b, "from ", f->reverse_path);
    add_path(b, " to ", f->forward_path);
    if (f->author.known == POLICY_KNOWN)
        add_path(b, ", From: ", f->author.address);
    output_wrap_from(b, start, LABEL);
}

static void add_looked_up(struct buf *b, const struct why *w)
{
    const struct policy_facts *f = &w->rec.facts;
    const char *between = "";
    if (f->spf.known == POLICY_NOT_ASKED && !f->listed_count && !f->rate_count)
        return;
    buf_add(b, STR("Asked    "));
    size_t start = b->n;
    if (f->spf.known != POLICY_NOT_ASKED) {
        buf_addf(b, "SPF: %.*s",
                 STR_ARG(f->spf.known == POLICY_FAILED
                             ? STR("not to be had")
                             : names_of(&AUTH_RESULT_NAMES, (int)f->spf.result)));
        between = ", ";
    }
    for (size_t i = 0; i < f->listed_count; i++) {
        buf_addf(b, "%s", between);
        escape_line(f->listed[i].zone, b);
        buf_add(b, f->listed[i].known != POLICY_KNOWN ? STR(": not to be had")
                   : f->listed[i].listed              ? STR(": listed")
                                                      : STR(": not listed"));
        between = ", ";
    }
    for (size_t i = 0; i < f->rate_count; i++) {
        buf_addf(b, "%s%u recipients counted for \"", between, f->rates[i].used);
        escape_line(f->rates[i].rule->name, b);
        buf_addc(b, '"');
        between = ", ";
    }
    output_wrap_from(b, start, LABEL);
}

/* Where the protocol says what would be right, the steps of "another refusal" say less. */
static const struct cause *cause_with_steps(const struct why *w)
{
    enum cause_id id = is_own(w) ? w->rec.cause : w->report.trace.decision.cause;
    return id == CAUSE_OTHER_NOT_RELAY && protocol_of(w) ? NULL : cause_of(id);
}

static str remedy_of(const struct why *w, enum cause_role role)
{
    const struct policy_protocol *p = protocol_of(w);
    return p && role == ROLE_SENDER ? p->remedy : STR_NONE;
}

static void add_steps_of(struct buf *b, const struct why *w, enum cause_role role, const char *who)
{
    const struct cause *c = cause_with_steps(w);
    const struct cause_step *steps[STEPS];
    struct arena memory;
    str remedy = remedy_of(w, role);
    size_t n = c ? cause_steps(c, role, SERVER_ANY, steps, STEPS) : 0;
    if (!n && !remedy.n)
        return;
    arena_init(&memory, 1 << 18);
    buf_addf(b, "\n%s\n", who);
    if (remedy.n)
        output_sentence(b, 2, remedy);
    for (size_t i = 0; i < n; i++)
        output_sentence(b, 2, cause_step_line(steps[i], &memory));
    arena_done(&memory);
}

static str outcome_words(enum policy_outcome o)
{
    return o == POLICY_PERMIT  ? STR("permit it")
           : o == POLICY_DEFER ? STR("defer it")
           : o == POLICY_ASK   ? STR("look something up first")
                               : STR("refuse it");
}

static bool agrees(const struct why *w)
{
    return w->report.trace.decision.outcome == w->rec.outcome;
}

/* One sentence for each: a line before it. */
static void add_reservation(struct buf *b, str sentence)
{
    buf_addc(b, '\n');
    output_sentence(b, 0, sentence);
}

static void add_reservations(struct buf *b, struct why *w)
{
    const struct policy_decision *d = &w->report.trace.decision;
    if (!w->kept)
        add_reservation(b, STR("The rule file of then is no longer kept: this is what today's "
                               "makes of it."));
    if (!agrees(w))
        add_reservation(b, arena_printf(&w->memory,
                                        "The relay did %.*s then. The record holds not all that "
                                        "was known, or this is another version of Baton.",
                                        STR_ARG(outcome_words(w->rec.outcome))));
    if (!w->rec.facts.lists.known && w->then.list_count)
        add_reservation(b, STR("What the files of recipients held then was not recorded: they were "
                               "looked up as they are today."));
    if (d->outcome == POLICY_PERMIT &&
        !site_route_for(&w->then.file.site, policy_domain_of(w->rec.facts.forward_path)))
        add_reservation(b, STR("The rules permit it, and then no route leads to the recipient's "
                               "domain: it was refused with 550 5.4.4. A route without "
                               "recipient-domain takes all that no other takes."));
    if (w->differs && w->now.outcome != d->outcome)
        add_reservation(b, arena_printf(&w->memory, "Today's rule file would %.*s.",
                                        STR_ARG(outcome_words(w->now.outcome))));
    else if (w->differs && w->now.cause != d->cause)
        add_reservation(b, arena_printf(&w->memory,
                                        "Today's rule file would refuse it for another cause: %.*s "
                                        "[%.*s].",
                                        STR_ARG(cause_of(w->now.cause)->title),
                                        STR_ARG(cause_of(w->now.cause)->name)));
}

static void add_protocol(struct buf *b, const struct why *w)
{
    const struct policy_protocol *p = protocol_of(w);
    size_t start;
    if (!p) {
        output_sentence(b, 2,
                        STR("No rule decided this: it is said before the rules are asked, or "
                            "after they permitted it."));
        return;
    }
    output_sentence(b, 2, STR("No rule decided this, but the protocol."));
    buf_add(b, STR("  "));
    start = b->n;
    buf_addf(b, "%.*s: %.*s", STR_ARG(p->section), STR_ARG(p->rule));
    output_wrap_from(b, start, 2);
}

static bool own_text(const struct why *w, struct buf *b)
{
    const struct cause *c = cause_of(w->rec.cause);
    const char *begin = w->rec.outcome == POLICY_DEFER ? "Not now" : "Refused";
    size_t start = b->n;
    if (c)
        buf_addf(b, "%s: %.*s [%.*s]", begin, STR_ARG(c->title), STR_ARG(c->name));
    else
        buf_addf(b, "%s, by the relay itself", begin);
    output_wrap_from(b, start, 2);
    buf_add(b, STR("  "));
    start = b->n;
    escape_line(w->rec.own, b);
    output_wrap_from(b, start, 6);
    add_protocol(b, w);
    add_session(b, w);
    add_steps_of(b, w, ROLE_SENDER, "Who sends can do this");
    add_steps_of(b, w, ROLE_OPERATOR, "Who runs the relay can do this");
    return buf_ok(b);
}

static bool text(struct why *w, struct buf *b)
{
    if (is_own(w))
        return own_text(w, b);
    verdict_report_answer(&w->report, b);
    add_session(b, w);
    add_looked_up(b, w);
    add_reservations(b, w);
    verdict_report_rules(&w->report, b);
    verdict_report_causes(&w->report, b);
    add_steps_of(b, w, ROLE_SENDER, "Who sends can do this");
    add_steps_of(b, w, ROLE_OPERATOR, "Who runs the relay can do this");
    return buf_ok(b);
}

/* ------------------------------------------------------------------------------------------------
 * JSON: baton.why/1
 */
static json_t *session_json(const struct why *w)
{
    char ip[IP_TEXT_MAX];
    const struct policy_facts *f = &w->rec.facts;
    return json_pack("{s:s,s:o,s:b,s:o,s:o,s:o,s:b,s:o,s:o,s:o}", "client", ip_text(&f->client, ip),
                     "listener", output_str(f->listener), "tls", f->tls, "login",
                     output_str(f->login), "certificate", output_str(f->certificate), "helo",
                     output_str(w->rec.helo), "pop_window", f->pop_window, "from",
                     output_str(f->reverse_path.n ? f->reverse_path : STR("<>")), "to",
                     output_str(f->forward_path), "author",
                     f->author.known == POLICY_KNOWN ? output_str(f->author.address) : json_null());
}

static json_t *looked_up_json(const struct policy_facts *f)
{
    json_t *listed = json_array(), *rates = json_array();
    for (size_t i = 0; i < f->listed_count; i++)
        json_array_append_new(
            listed, json_pack("{s:o,s:o}", "zone", output_str(f->listed[i].zone), "listed",
                              f->listed[i].known == POLICY_KNOWN ? json_boolean(f->listed[i].listed)
                                                                 : json_null()));
    for (size_t i = 0; i < f->rate_count; i++)
        json_array_append_new(rates,
                              json_pack("{s:o,s:I,s:I}", "rule", output_str(f->rates[i].rule->name),
                                        "used", (json_int_t)f->rates[i].used, "again_in_s",
                                        (json_int_t)f->rates[i].again_in_s));
    json_t *spf = f->spf.known == POLICY_KNOWN
                      ? output_str(names_of(&AUTH_RESULT_NAMES, (int)f->spf.result))
                  : f->spf.known == POLICY_FAILED ? json_string("failed")
                                                  : json_null();
    return json_pack("{s:o,s:o,s:o}", "spf", spf, "listed", listed, "rates", rates);
}

static json_t *protocol_json(const struct why *w)
{
    const struct policy_protocol *p = protocol_of(w);
    return p ? json_pack("{s:o,s:o}", "section", output_str(p->section), "rule",
                         output_str(p->rule))
             : json_null();
}

static json_t *steps_json(const struct why *w, enum cause_role role)
{
    const struct cause *c = cause_with_steps(w);
    const struct cause_step *steps[STEPS];
    struct arena memory;
    json_t *all = json_array();
    size_t n = c ? cause_steps(c, role, SERVER_ANY, steps, STEPS) : 0;
    if (remedy_of(w, role).n)
        json_array_append_new(all, output_str(remedy_of(w, role)));
    arena_init(&memory, 1 << 18);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(all, output_str(cause_step_line(steps[i], &memory)));
    arena_done(&memory);
    return all;
}

static json_t *today_json(const struct why *w)
{
    if (!w->differs)
        return json_null();
    const struct cause *c = cause_of(w->now.cause);
    return json_pack("{s:o,s:o,s:o}", "digest", output_str(told(w, "digest_today")), "outcome",
                     output_str(names_of(&OUTCOME_NAMES, (int)w->now.outcome)), "cause",
                     c ? output_str(c->name) : json_null());
}

/* The members of baton.what-if/1 for what no rule decided. */
static json_t *own_body(const struct why *w)
{
    const struct cause *c = cause_of(w->rec.cause);
    str rest = w->rec.own, code = str_cut(&rest, ' '), enhanced = str_cut(&rest, ' ');
    uint64_t number = 0;
    for (size_t i = 0; i < code.n && i < 3; i++)
        number = 10 * number + (uint64_t)(code.p[i] - '0');
    return json_pack(
        "{s:o,s:o,s:o,s:o,s:n,s:n,s:n,s:[],s:{s:I,s:o,s:o},s:[],s:[],s:[]}", "outcome",
        output_str(names_of(&OUTCOME_NAMES, (int)w->rec.outcome)), "digest",
        output_str(told(w, "digest")), "cause", c ? output_str(c->name) : json_null(), "family",
        c ? output_str(names_of(&FAMILY_NAMES, (int)c->family)) : json_null(), "permit", "forbid",
        "by", "missing", "reply", "code", (json_int_t)number, "enhanced", output_str(enhanced),
        "text", output_str(rest), "causes", "rules", "nearest");
}

static bool json(const struct why *w)
{
    char at[STAMP_MAX], id[RELAY_RECORD_ID_MAX];
    const struct cause *c = cause_of(w->rec.cause);
    json_t *body = is_own(w) ? own_body(w) : verdict_report_json(&w->report);
    json_t *root = json_pack(
        "{s:s,s:s,s:s,s:o,s:o,s:{s:o,s:o},s:b,s:o,s:b,s:b,s:o,s:{s:o,s:o}}", "schema",
        "baton.why/1", "id", relay_record_text(w->rec.id, id), "at", stamp(w->rec.at_ms, at),
        "session", session_json(w), "looked_up", looked_up_json(&w->rec.facts), "recorded",
        "outcome", output_str(names_of(&OUTCOME_NAMES, (int)w->rec.outcome)), "cause",
        c ? output_str(c->name) : json_null(), "by_itself", is_own(w), "protocol", protocol_json(w),
        "rules_kept", w->kept, "agrees", is_own(w) || agrees(w), "today", today_json(w), "fix",
        "sender", steps_json(w, ROLE_SENDER), "operator", steps_json(w, ROLE_OPERATOR));
    return output_json_with(root, body);
}

/* ------------------------------------------------------------------------------------------------
 * The command
 */
static int tell(struct why *w, const struct flags *f)
{
    int status = w->rec.outcome == POLICY_PERMIT ? 0 : EXIT_REFUSED;
    if (f->json)
        return json(w) ? status : EXIT_USAGE;
    struct buf b;
    buf_init(&b, TEXT_MAX);
    bool ok = text(w, &b);
    return output_text(&b) && ok ? status : EXIT_USAGE;
}

/* Of a refusal that was pasted whole, "550 5.7.1 ... (why: R7K2M9XQ)", the id; else what was said. */
static str id_in(str said)
{
    static const str MARK = STR_INIT("why:");
    size_t at = str_find_nocase(said, MARK), n = 0;
    if (at == STR_NOT_FOUND)
        return said;
    str id = str_trim(str_skip(said, at + MARK.n));
    while (n < id.n && is_alnum(id.p[n]))
        n++;
    return str_take(id, n);
}

int cmd_why(int argc, char **argv)
{
    struct flags f = { .control = NULL };
    struct why w = { .kept = false };
    struct err e = { .kind = ERR_NONE };
    int rest, status = EXIT_USAGE;
    if (!command_parse(command_named("why"), argc, argv, &f, &rest, &e))
        return command_usage_error("why", &e);
    if (rest != 2) {
        err_set(&e, ERR_SYNTAX, "give one id, as in \"why: R7K2M9XQ\" behind a refusal");
        return command_usage_error("why", &e);
    }
    w.id = id_in(str_from(argv[1]));
    buf_init(&w.given.record, RELAY_RECORD_MAX);
    buf_init(&w.given.then, CONF_FILE_MAX);
    buf_init(&w.given.today, CONF_FILE_MAX);
    arena_init(&w.memory, 64 << 20);
    if (control_ask(f.control, json_pack("{s:s,s:s%}", "do", "why", "id", w.id.p, w.id.n), take_row,
                    &w.given, &w.given.done, &e) &&
        read_record(&w, &e) && (is_own(&w) || evaluate(&w, &e)))
        status = tell(&w, &f);
    else
        fprintf(stderr, "baton why: %s.\n", e.why);
    rule_file_done(&w.then);
    rule_file_done(&w.today);
    arena_done(&w.memory);
    given_done(&w.given);
    return status;
}
