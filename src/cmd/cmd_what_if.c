/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_what_if.c - baton what-if: what a rule file says of a session that has not taken place
 */
#include "base/escape.h"
#include "cmd/cmd.h"
#include "cmd/output.h"
#include "cmd/rule_file.h"
#include "policy/explain.h"
#include "policy/reply.h"
#include <stdio.h>
#include <string.h>

enum { EXIT_REFUSED = 1, EXIT_ASKS = 3, ZONES = 16, TEXT_MAX = 16 << 20 };

struct flags {
    const char *rules;
    bool json, client_given, to_given;
    struct policy_facts facts;
    struct policy_listed listed[ZONES];
};

/* ------------------------------------------------------------------------------------------------
 * Flags
 */
#define TEXT_FLAG(name, place)                                                                     \
    static bool take_##name(void *into, const char *value, struct err *e UNUSED)                   \
    {                                                                                              \
        ((struct flags *)into)->place = str_from(value);                                           \
        return true;                                                                               \
    }
TEXT_FLAG(listener, facts.listener)
TEXT_FLAG(login, facts.login)
TEXT_FLAG(certificate, facts.certificate)

#define SWITCH(name, place)                                                                        \
    static bool take_##name(void *into, const char *value UNUSED, struct err *e UNUSED)            \
    {                                                                                              \
        ((struct flags *)into)->place = true;                                                      \
        return true;                                                                               \
    }
SWITCH(json, json)
SWITCH(tls, facts.tls)
SWITCH(pop_window, facts.pop_window)

static bool take_rules(void *into, const char *value, struct err *e UNUSED)
{
    ((struct flags *)into)->rules = value;
    return true;
}

static bool take_client(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    f->client_given = true;
    return ip_parse(str_from(value), &f->facts.client) ||
           err_set(e, ERR_SYNTAX, "--client '%.60s' is no IP address", value);
}

static bool take_from(void *into, const char *value, struct err *e UNUSED)
{
    str s = str_trim(str_from(value));
    ((struct flags *)into)->facts.reverse_path = str_eq(s, STR("<>")) ? STR_NONE : s;
    return true;
}

static bool take_to(void *into, const char *value, struct err *e UNUSED)
{
    struct flags *f = into;
    f->to_given = true;
    f->facts.forward_path = str_trim(str_from(value));
    return true;
}

static bool take_author(void *into, const char *value, struct err *e UNUSED)
{
    struct flags *f = into;
    f->facts.author.known = POLICY_KNOWN;
    f->facts.author.address = str_trim(str_from(value));
    return true;
}

static bool take_spf(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    int result;
    char list[120];
    if (!names_find(&AUTH_RESULT_NAMES, str_from(value), &result))
        return err_set(e, ERR_SYNTAX, "--spf '%.30s' is no result; it is one of %s", value,
                       names_list(&AUTH_RESULT_NAMES, list, sizeof list));
    f->facts.spf.known = POLICY_KNOWN;
    f->facts.spf.result = (enum auth_result)result;
    return true;
}

static bool add_zone(void *into, const char *value, bool listed, struct err *e)
{
    struct flags *f = into;
    if (f->facts.listed_count == ZONES)
        return err_set(e, ERR_LIMIT, "more than %d blocklists", ZONES);
    f->listed[f->facts.listed_count++] = (struct policy_listed){ str_from(value), POLICY_KNOWN,
                                                                 listed };
    return true;
}
static bool take_listed(void *into, const char *value, struct err *e)
{
    return add_zone(into, value, true, e);
}
static bool take_not_listed(void *into, const char *value, struct err *e)
{
    return add_zone(into, value, false, e);
}

const struct command_option WHAT_IF_OPTIONS[] = {
    { "rules", "FILE", "the rule file (/etc/baton/baton.conf)", take_rules },
    { "client", "IP", "the address that the client comes from", take_client },
    { "listener", "NAME", "where it came in; without it the first of the file", take_listener },
    { "login", "USER", "it logged in as this", take_login },
    { "tls", NULL, "the session is encrypted", take_tls },
    { "certificate", "SHA256", "it showed the certificate of this fingerprint", take_certificate },
    { "pop-window", NULL, "it fetched mail a short while ago, or baton allow let it in",
      take_pop_window },
    { "from", "ADDRESS", "the reverse-path; '<>' is the empty one", take_from },
    { "author", "ADDRESS", "From of the message", take_author },
    { "to", "ADDRESS", "the recipient", take_to },
    { "spf", "RESULT", "what SPF says; without it SPF is not looked up yet", take_spf },
    { "listed", "ZONE", "this blocklist has the client's address", take_listed },
    { "not-listed", "ZONE", "this blocklist has it not", take_not_listed },
    { "json", NULL, "print the document baton.what-if/1", take_json },
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * Words
 */
static const struct name_row OUTCOME_ROWS[] = { { POLICY_PERMIT, STR_INIT("permit") },
                                                { POLICY_REFUSE, STR_INIT("refuse") },
                                                { POLICY_DEFER, STR_INIT("defer") },
                                                { POLICY_ASK, STR_INIT("ask") } };
static const struct names OUTCOMES = NAMES(OUTCOME_ROWS);
static const struct name_row TRUTH_ROWS[] = { { POLICY_UNMET, STR_INIT("not met") },
                                              { POLICY_MET, STR_INIT("met") },
                                              { POLICY_MISSING, STR_INIT("not looked up") },
                                              { POLICY_BROKEN, STR_INIT("not to be had") } };
static const struct names TRUTHS = NAMES(TRUTH_ROWS);

struct answer {
    const struct policy_file *file;
    const struct policy_facts *facts;
    struct policy_trace trace;
    struct policy_nearest nearest;
    bool has_nearest;
};

static void add_list(struct buf *b, const struct policy_condition *c)
{
    char ip[IP_TEXT_MAX];
    for (size_t i = 0; i < c->count; i++) {
        buf_add(b, i ? STR(", ") : STR(""));
        if (c->nets)
            buf_addf(b, "%s/%u", ip_text(&c->nets[i].base, ip), c->nets[i].bits);
        else
            escape_line(c->words[i], b);
    }
}

static void add_condition(struct buf *b, const struct policy_condition *c)
{
    buf_addf(b, "%.*s = ", STR_ARG(names_of(&POLICY_KIND_NAMES, (int)c->kind)));
    switch (c->kind) {
    case POLICY_AUTHENTICATED:
    case POLICY_POP_WINDOW:
    case POLICY_TLS: buf_add(b, c->wanted ? STR("true") : STR("false")); break;
    case POLICY_RATE:
        buf_addf(b, "%u/%s", c->limit,
                 c->per_s == 1      ? "s"
                 : c->per_s == 60   ? "m"
                 : c->per_s == 3600 ? "h"
                                    : "d");
        break;
    case POLICY_UNLESS_SPF:
        for (int i = 0, n = 0; i < 32; i++)
            if (c->spf & 1u << i)
                buf_addf(b, "%s%.*s", n++ ? ", " : "", STR_ARG(names_of(&AUTH_RESULT_NAMES, i)));
        break;
    case POLICY_RECIPIENTS: buf_add(b, STR("(a file)")); break;
    default:
        buf_add(b, c->owned ? STR("owned") : STR(""));
        buf_add(b, c->owned && c->count ? STR(", ") : STR(""));
        add_list(b, c);
    }
}

static void add_rule(struct buf *b, const struct answer *a, const struct policy_rule_trace *t)
{
    buf_addf(b, "\n%s \"", t->rule->forbids ? "forbid" : "permit");
    escape_line(t->rule->name, b);
    buf_addf(b, "\"  %.*s:%u  ", STR_ARG(a->file->conf.path), t->rule->place.line);
    if (t->rule->forbids)
        buf_add(b, t->truth == POLICY_MET ? STR("forbids") : STR("does not apply"));
    else if (t->truth == POLICY_UNMET)
        buf_addf(b, "%u change%s away", t->distance, t->distance == 1 ? "" : "s");
    else
        buf_add(b, names_of(&TRUTHS, (int)t->truth));
    buf_addc(b, '\n');
    for (size_t i = 0; i < t->rule->count; i++) {
        buf_addf(b, "  %-15.*s", STR_ARG(names_of(&TRUTHS, (int)t->conditions[i])));
        add_condition(b, &t->rule->conditions[i]);
        buf_addc(b, '\n');
    }
}

/* One fact as it would have to be. */
static void add_change(struct buf *b, const struct policy_facts *f, enum policy_fact fact)
{
    char ip[IP_TEXT_MAX];
    switch (fact) {
    case POLICY_FACT_LOGIN:
        buf_add(b, f->login.n ? STR("log in as ") : STR("do not log in"));
        escape_line(f->login, b);
        break;
    case POLICY_FACT_TLS: buf_add(b, f->tls ? STR("use TLS") : STR("use no TLS")); break;
    case POLICY_FACT_FROM:
        buf_add(b, STR("send from <"));
        escape_line(f->reverse_path, b);
        buf_addc(b, '>');
        break;
    case POLICY_FACT_LISTENER:
        buf_add(b, STR("come in at the listener "));
        escape_line(f->listener, b);
        break;
    case POLICY_FACT_CERTIFICATE:
        buf_add(b, f->certificate.n ? STR("show the certificate ") : STR("show no certificate"));
        buf_add(b, str_take(f->certificate, 16));
        break;
    case POLICY_FACT_POP:
        buf_add(b, STR("fetch mail first (POP), or be let in by baton allow"));
        break;
    case POLICY_FACT_CLIENT: buf_addf(b, "come from %s", ip_text(&f->client, ip)); break;
    case POLICY_FACT_RATE: buf_add(b, STR("wait")); break;
    case POLICY_FACTS: break;
    }
}

static void add_nearest(struct buf *b, const struct answer *a)
{
    if (!a->has_nearest) {
        buf_add(b, a->nearest.gave_up
                       ? STR("\nNo change was found that would be permitted; there was too much to "
                             "try all.\n")
                       : STR("\nNothing that the client could change of itself would be "
                             "permitted.\n"));
        return;
    }
    buf_add(b, STR("\nNearest change (proved by deciding it)\n"));
    for (unsigned fact = 0; fact < POLICY_FACTS; fact++)
        if (a->nearest.changed & 1u << fact) {
            buf_add(b, STR("  "));
            add_change(b, &a->nearest.facts, (enum policy_fact)fact);
            buf_addc(b, '\n');
        }
}

static bool text(const struct answer *a, struct buf *b)
{
    const struct policy_decision *d = &a->trace.decision;
    if (d->outcome == POLICY_PERMIT) {
        buf_add(b, STR("Permitted, by permit \""));
        escape_line(d->permit->name, b);
        buf_add(b, STR("\"\n"));
    } else if (d->outcome == POLICY_ASK) {
        buf_add(b, STR("Something has to be looked up first:"));
        for (int k = 0; k < POLICY_KINDS; k++)
            if (d->missing & 1u << k)
                buf_addf(b, " %.*s", STR_ARG(names_of(&POLICY_KIND_NAMES, k)));
        buf_addc(b, '\n');
    } else {
        const struct policy_reply r = policy_reply_of(d);
        const struct cause *c = cause_of(d->cause);
        buf_addf(b, "%s: %.*s [%.*s]\n  %u %u.%u.%u %.*s\n",
                 d->outcome == POLICY_DEFER ? "Not now" : "Refused", STR_ARG(c->title),
                 STR_ARG(c->name), r.code, r.enhanced.class, r.enhanced.subject, r.enhanced.detail,
                 STR_ARG(r.words));
    }
    for (size_t i = 0; i < a->trace.count; i++)
        add_rule(b, a, &a->trace.rules[i]);
    if (d->outcome == POLICY_REFUSE || d->outcome == POLICY_DEFER)
        add_nearest(b, a);
    return buf_ok(b);
}

/* ------------------------------------------------------------------------------------------------
 * JSON: baton.what-if/1
 */
static json_t *of_buf(struct buf *b)
{
    json_t *j = output_str(buf_str(b));
    buf_done(b);
    return j;
}

static json_t *conditions_json(const struct policy_rule_trace *t)
{
    json_t *all = json_array();
    for (size_t i = 0; i < t->rule->count; i++) {
        struct buf b;
        buf_init(&b, TEXT_MAX);
        add_condition(&b, &t->rule->conditions[i]);
        json_array_append_new(all, json_pack("{s:o,s:o,s:o,s:i}", "kind",
                                             output_str(names_of(&POLICY_KIND_NAMES,
                                                                 (int)t->rule->conditions[i].kind)),
                                             "condition", of_buf(&b), "truth",
                                             output_str(names_of(&TRUTHS, (int)t->conditions[i])),
                                             "line", (int)t->rule->conditions[i].place.line));
    }
    return all;
}

static json_t *rules_json(const struct policy_trace *trace)
{
    json_t *all = json_array();
    for (size_t i = 0; i < trace->count; i++) {
        const struct policy_rule_trace *t = &trace->rules[i];
        json_array_append_new(
            all,
            json_pack("{s:o,s:s,s:i,s:o,s:i,s:o,s:o}", "name", output_str(t->rule->name), "sort",
                      t->rule->forbids ? "forbid" : "permit", "line", (int)t->rule->place.line,
                      "truth", output_str(names_of(&TRUTHS, (int)t->truth)), "distance",
                      (int)t->distance, "cause",
                      t->cause == CAUSE_NONE ? json_null() : output_str(cause_of(t->cause)->name),
                      "conditions", conditions_json(t)));
    }
    return all;
}

static json_t *nearest_json(const struct answer *a)
{
    json_t *all = json_array();
    for (unsigned fact = 0; a->has_nearest && fact < POLICY_FACTS; fact++) {
        struct buf b;
        if (!(a->nearest.changed & 1u << fact))
            continue;
        buf_init(&b, TEXT_MAX);
        add_change(&b, &a->nearest.facts, (enum policy_fact)fact);
        json_array_append_new(all, json_pack("{s:o,s:o}", "fact",
                                             output_str(names_of(&POLICY_FACT_NAMES, (int)fact)),
                                             "change", of_buf(&b)));
    }
    return all;
}

static json_t *reply_json(const struct policy_decision *d)
{
    char enhanced[20];
    if (d->outcome != POLICY_REFUSE && d->outcome != POLICY_DEFER)
        return json_null();
    const struct policy_reply r = policy_reply_of(d);
    snprintf(enhanced, sizeof enhanced, "%u.%u.%u", r.enhanced.class, r.enhanced.subject,
             r.enhanced.detail);
    return json_pack("{s:i,s:s,s:o}", "code", (int)r.code, "enhanced", enhanced, "text",
                     output_str(r.words));
}

static json_t *missing_json(unsigned missing)
{
    json_t *all = json_array();
    for (int k = 0; k < POLICY_KINDS; k++)
        if (missing & 1u << k)
            json_array_append_new(all, output_str(names_of(&POLICY_KIND_NAMES, k)));
    return all;
}

static bool json(const struct answer *a)
{
    const struct policy_decision *d = &a->trace.decision;
    const struct cause *c = cause_of(d->cause);
    char digest[20];
    snprintf(digest, sizeof digest, "%016llx", (unsigned long long)policy_digest(a->file->policy));
    return output_json(json_pack(
        "{s:s,s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "schema", "baton.what-if/1", "outcome",
        output_str(names_of(&OUTCOMES, (int)d->outcome)), "digest", digest, "cause",
        c ? output_str(c->name) : json_null(), "family",
        c ? output_str(names_of(&FAMILY_NAMES, (int)c->family)) : json_null(), "permit",
        d->permit && d->outcome == POLICY_PERMIT ? output_str(d->permit->name) : json_null(),
        "forbid", d->forbid ? output_str(d->forbid->name) : json_null(), "missing",
        missing_json(d->missing), "reply", reply_json(d), "rules", rules_json(&a->trace), "nearest",
        nearest_json(a)));
}

/* ------------------------------------------------------------------------------------------------
 * The command
 */
static bool check_flags(struct flags *f, const struct policy_file *file, struct err *e)
{
    bool known = !f->facts.listener.n;
    for (size_t i = 0; i < file->listener_count; i++)
        known |= str_eq(file->listener_names[i], f->facts.listener);
    if (!known)
        return err_set(e, ERR_SYNTAX, "there is no listener '%.*s' in the rule file",
                       STR_ARG(str_take(f->facts.listener, 60)));
    if (!f->facts.listener.n && file->listener_count)
        f->facts.listener = file->listener_names[0];
    return true;
}

static int answer(struct flags *f, struct rule_file *r, struct err *e)
{
    struct answer a = { .file = &r->file, .facts = &f->facts };
    f->facts.listed = f->listed;
    if (!policy_explain(r->file.policy, &f->facts, &r->arena, &a.trace, e) ||
        !policy_nearest(r->file.policy, &f->facts, r->file.listener_names, r->file.listener_count,
                        &r->arena, &a.nearest, &a.has_nearest, e))
        return EXIT_USAGE;
    enum policy_outcome o = a.trace.decision.outcome;
    int status = o == POLICY_PERMIT ? 0 : o == POLICY_ASK ? EXIT_ASKS : EXIT_REFUSED;
    if (f->json)
        return json(&a) ? status : EXIT_USAGE;
    struct buf b;
    buf_init(&b, TEXT_MAX);
    bool ok = text(&a, &b);
    return output_text(&b) && ok ? status : EXIT_USAGE;
}

int cmd_what_if(int argc, char **argv)
{
    struct flags f = { .rules = "/etc/baton/baton.conf" };
    struct rule_file r = { .list_count = 0 };
    struct err e = { .kind = ERR_NONE };
    int rest, status = EXIT_USAGE;
    if (!command_parse(command_named("what-if"), argc, argv, &f, &rest, &e))
        return command_usage_error("what-if", &e);
    if (rest > 1)
        err_set(&e, ERR_SYNTAX, "'%.60s' is one word too many", argv[1]);
    else if (!f.client_given || !f.to_given)
        err_set(&e, ERR_SYNTAX, "give --client IP and --to ADDRESS at least");
    if (e.kind != ERR_NONE)
        return command_usage_error("what-if", &e);
    if (rule_file_read(&r, f.rules, &e) && check_flags(&f, &r.file, &e))
        status = answer(&f, &r, &e);
    if (status == EXIT_USAGE && !r.file.conf.error_count)
        fprintf(stderr, "baton what-if: %s.\n", e.why);
    rule_file_done(&r);
    return status;
}
