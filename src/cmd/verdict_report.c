/* SPDX-License-Identifier: ISC */
#include "cmd/verdict_report.h"
#include "base/escape.h"
#include "cmd/output.h"
#include <stdio.h>

enum { CONDITION_MAX = 16 << 20 };

/* ------------------------------------------------------------------------------------------------
 * Words
 */
static const struct name_row OUTCOME_ROWS[] = { { POLICY_PERMIT, STR_INIT("permit") },
                                                { POLICY_REFUSE, STR_INIT("refuse") },
                                                { POLICY_DEFER, STR_INIT("defer") },
                                                { POLICY_ASK, STR_INIT("ask") } };
const struct names OUTCOME_NAMES = NAMES(OUTCOME_ROWS);
static const struct name_row TRUTH_ROWS[] = { { POLICY_UNMET, STR_INIT("not met") },
                                              { POLICY_MET, STR_INIT("met") },
                                              { POLICY_MISSING, STR_INIT("not looked up") },
                                              { POLICY_BROKEN, STR_INIT("not to be had") } };
static const struct names TRUTHS = NAMES(TRUTH_ROWS);

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
    default:
        buf_add(b, c->owned ? STR("owned") : STR(""));
        buf_add(b, c->owned && c->count ? STR(", ") : STR(""));
        add_list(b, c);
    }
}

static void add_own(struct buf *b, str text, const char *none)
{
    if (text.n)
        escape_line(text, b);
    else
        buf_add(b, str_from(none));
}

/* What a login may send as, besides itself. */
static void add_owned(struct buf *b, const struct policy *p, str login)
{
    enum { SHOWN = 4 };
    size_t n = 0;
    for (size_t i = 0; i < p->owner_count; i++) {
        if (!str_eq_nocase(p->owners[i].login, login))
            continue;
        if (n < SHOWN) {
            buf_add(b, n ? STR(", ") : STR("; it owns "));
            escape_line(p->owners[i].address, b);
        }
        n++;
    }
    if (n > SHOWN)
        buf_addf(b, " and %zu more", n - SHOWN);
    else if (!n)
        buf_add(b, STR("; no owner section names it"));
}

static void add_sender(struct buf *b, const struct verdict_report *a, const struct policy_rule *r,
                       const struct policy_condition *c)
{
    static const char *const FIELDS[POLICY_AUTHORS] = { "From", "Sender", "Resent-From",
                                                        "Resent-Sender" };
    bool author;
    const struct policy_facts *f = a->facts;
    str address = policy_refused_sender(a->file->policy, r, c, f, &author);
    buf_add(b, author ? str_from(FIELDS[f->author.field]) : STR("reverse-path"));
    buf_add(b, STR(" <"));
    escape_line(address, b);
    buf_addc(b, '>');
    if (!c->owned)
        return;
    buf_add(b, STR(", login "));
    add_own(b, f->login, "none");
    if (f->login.n)
        add_owned(b, a->file->policy, f->login);
}

static void add_listed(struct buf *b, const struct policy_facts *f)
{
    const char *between = "on ";
    for (size_t i = 0; i < f->listed_count; i++)
        if (f->listed[i].known == POLICY_KNOWN && f->listed[i].listed) {
            buf_add(b, str_from(between));
            escape_line(f->listed[i].zone, b);
            between = ", ";
        }
}

static void add_rate(struct buf *b, const struct policy_facts *f, const struct policy_rule *r)
{
    for (size_t i = 0; i < f->rate_count; i++)
        if (f->rates[i].rule == r)
            buf_addf(b, "%u counted, again in %u s", f->rates[i].used, f->rates[i].again_in_s);
}

static void add_network(struct buf *b, const struct verdict_report *a)
{
    char ip[IP_TEXT_MAX];
    const struct policy *p = a->file->policy;
    buf_addf(b, "client %s", ip_text(&a->facts->client, ip));
    for (size_t i = 0; i < p->forwarder_count; i++)
        if (ip_eq(&p->forwarders[i].ip, &a->facts->client)) {
            buf_add(b, STR(", left out: it is "));
            escape_line(p->forwarders[i].why, b);
        }
}

/* The fact that a condition was held against, where it was what mattered. */
static void add_fact(struct buf *b, const struct verdict_report *a, const struct policy_rule *r,
                     const struct policy_condition *c)
{
    const struct policy_facts *f = a->facts;
    buf_add(b, STR("  ("));
    switch (c->kind) {
    case POLICY_AUTHENTICATED:
    case POLICY_LOGIN:
        buf_add(b, STR("login "));
        add_own(b, f->login, "none");
        break;
    case POLICY_TLS: buf_add(b, f->tls ? STR("TLS") : STR("no TLS")); break;
    case POLICY_SENDER: add_sender(b, a, r, c); break;
    case POLICY_LISTENER: add_own(b, f->listener, "none"); break;
    case POLICY_CERTIFICATE:
        buf_add(b, STR("certificate "));
        add_own(b, str_take(f->certificate, 16), "none");
        break;
    case POLICY_POP_WINDOW: buf_add(b, f->pop_window ? STR("open") : STR("none open")); break;
    case POLICY_NETWORK: add_network(b, a); break;
    case POLICY_RECIPIENT_DOMAIN:
    case POLICY_RECIPIENTS:
        escape_line(f->forward_path, b);
        if (policy_is_route(policy_local_part_of(f->forward_path)))
            buf_add(b, STR(", a route by its local-part"));
        break;
    case POLICY_UNLESS_LISTED: add_listed(b, f); break;
    case POLICY_UNLESS_SPF:
        buf_addf(b, "SPF: %.*s", STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)f->spf.result)));
        break;
    case POLICY_RATE: add_rate(b, f, r); break;
    case POLICY_KINDS: break;
    }
    buf_addc(b, ')');
}

static void add_rule(struct buf *b, const struct verdict_report *a,
                     const struct policy_rule_trace *t)
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
        const size_t start = b->n;
        add_condition(b, &t->rule->conditions[i]);
        if (t->conditions[i] == POLICY_UNMET ? !t->rule->forbids
                                             : t->truth == POLICY_MET && t->rule->forbids)
            add_fact(b, a, t->rule, &t->rule->conditions[i]);
        output_wrap_from(b, start, 17);
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
        if (!f->reverse_path.n && f->login.n) /* which no person's program does */
            buf_add(b, STR(", as bounces are; or the rule file says in an owner section which "
                           "addresses this login may send as"));
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

static void add_nearest(struct buf *b, const struct verdict_report *a)
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
            size_t start = b->n;
            add_change(b, &a->nearest.facts, (enum policy_fact)fact);
            output_wrap_from(b, start, 2);
        }
}

/* Which rule it was, where it stands, and which condition of it. */
static void add_reason(struct buf *b, const struct verdict_report *a)
{
    const struct policy_decision *d = &a->trace.decision;
    const struct policy_rule *r = d->forbid ? d->forbid : d->permit;
    if (!r) {
        buf_add(b, STR("  there is no permit in the file\n"));
        return;
    }
    const size_t start = b->n;
    buf_add(b, d->forbid ? STR("  by forbid \"") : STR("  the nearest is permit \""));
    escape_line(r->name, b);
    buf_addf(b, "\" (%.*s:%u)", STR_ARG(a->file->conf.path), r->place.line);
    if (d->condition) {
        buf_add(b, d->cause == CAUSE_DNS_FAILURE ? STR(", which hangs on ")
                   : d->forbid                   ? STR(", for ")
                                                 : STR(", for want of "));
        add_condition(b, d->condition);
    }
    output_wrap_from(b, start, 6);
}

void verdict_report_answer(const struct verdict_report *a, struct buf *b)
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
        const struct policy_reply r = policy_reply_of(a->file->policy, d, a->facts);
        const struct cause *c = cause_of(d->cause);
        size_t start = b->n;
        buf_addf(b, "%s: %.*s [%.*s]", d->outcome == POLICY_DEFER ? "Not now" : "Refused",
                 STR_ARG(c->title), STR_ARG(c->name));
        output_wrap_from(b, start, 2);
        start = b->n;
        buf_addf(b, "  %u %u.%u.%u %s", r.code, r.enhanced.class, r.enhanced.subject,
                 r.enhanced.detail, r.words);
        output_wrap_from(b, start, 6);
        add_reason(b, a);
    }
}

void verdict_report_rules(const struct verdict_report *a, struct buf *b)
{
    enum policy_outcome o = a->trace.decision.outcome;
    for (size_t i = 0; i < a->trace.count; i++)
        add_rule(b, a, &a->trace.rules[i]);
    if (o == POLICY_REFUSE || o == POLICY_DEFER)
        add_nearest(b, a);
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
        buf_init(&b, CONDITION_MAX);
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

static json_t *nearest_json(const struct verdict_report *a)
{
    json_t *all = json_array();
    for (unsigned fact = 0; a->has_nearest && fact < POLICY_FACTS; fact++) {
        struct buf b;
        if (!(a->nearest.changed & 1u << fact))
            continue;
        buf_init(&b, CONDITION_MAX);
        add_change(&b, &a->nearest.facts, (enum policy_fact)fact);
        json_array_append_new(all, json_pack("{s:o,s:o}", "fact",
                                             output_str(names_of(&POLICY_FACT_NAMES, (int)fact)),
                                             "change", of_buf(&b)));
    }
    return all;
}

static json_t *reply_json(const struct verdict_report *a)
{
    char enhanced[20];
    const struct policy_decision *d = &a->trace.decision;
    if (d->outcome != POLICY_REFUSE && d->outcome != POLICY_DEFER)
        return json_null();
    const struct policy_reply r = policy_reply_of(a->file->policy, d, a->facts);
    snprintf(enhanced, sizeof enhanced, "%u.%u.%u", r.enhanced.class, r.enhanced.subject,
             r.enhanced.detail);
    return json_pack("{s:i,s:s,s:o}", "code", (int)r.code, "enhanced", enhanced, "text",
                     output_str(str_from(r.words)));
}

/* Every cause that the rules found, the one of the decision first. A permit's cause counts where it does not permit. */
static size_t causes_of(const struct verdict_report *a, enum cause_id out[CAUSES])
{
    bool seen[CAUSES] = { [CAUSE_NONE] = true };
    size_t n = 0;
    enum cause_id first = a->trace.decision.cause;
    if (!seen[first]) {
        seen[first] = true;
        out[n++] = first;
    }
    for (size_t i = 0; first != CAUSE_NONE && i < a->trace.count; i++) {
        const struct policy_rule_trace *t = &a->trace.rules[i];
        if (seen[t->cause] || (!t->rule->forbids && t->truth == POLICY_MET))
            continue;
        seen[t->cause] = true;
        out[n++] = t->cause;
    }
    return n;
}

static json_t *causes_json(const struct verdict_report *a)
{
    enum cause_id causes[CAUSES];
    json_t *all = json_array();
    size_t n = causes_of(a, causes);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(all, output_str(cause_of(causes[i])->name));
    return all;
}

void verdict_report_causes(const struct verdict_report *a, struct buf *b)
{
    enum cause_id causes[CAUSES];
    size_t n = causes_of(a, causes);
    if (n < 2)
        return;
    buf_add(b, STR("\nOther rules would have let it through, but\n"));
    for (size_t i = 1; i < n; i++) {
        size_t start = b->n;
        buf_addf(b, "  %.*s [%.*s]", STR_ARG(cause_of(causes[i])->title),
                 STR_ARG(cause_of(causes[i])->name));
        output_wrap_from(b, start, 4);
    }
}

/* The rule behind a refusal, and its condition; null when permitted. */
static json_t *by_json(const struct verdict_report *a)
{
    const struct policy_decision *d = &a->trace.decision;
    const struct policy_rule *r = d->forbid ? d->forbid : d->permit;
    if (!r || (d->outcome != POLICY_REFUSE && d->outcome != POLICY_DEFER))
        return json_null();
    return json_pack("{s:s,s:o,s:i,s:o}", "sort", r->forbids ? "forbid" : "permit", "name",
                     output_str(r->name), "line", (int)r->place.line, "kind",
                     d->condition
                         ? output_str(names_of(&POLICY_KIND_NAMES, (int)d->condition->kind))
                         : json_null());
}

static json_t *missing_json(unsigned missing)
{
    json_t *all = json_array();
    for (int k = 0; k < POLICY_KINDS; k++)
        if (missing & 1u << k)
            json_array_append_new(all, output_str(names_of(&POLICY_KIND_NAMES, k)));
    return all;
}

json_t *verdict_report_json(const struct verdict_report *a)
{
    const struct policy_decision *d = &a->trace.decision;
    const struct cause *c = cause_of(d->cause);
    char digest[20];
    snprintf(digest, sizeof digest, "%016llx", (unsigned long long)policy_digest(a->file->policy));
    return json_pack(
        "{s:o,s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "outcome",
        output_str(names_of(&OUTCOME_NAMES, (int)d->outcome)), "digest", digest, "cause",
        c ? output_str(c->name) : json_null(), "family",
        c ? output_str(names_of(&FAMILY_NAMES, (int)c->family)) : json_null(), "permit",
        d->permit && d->outcome == POLICY_PERMIT ? output_str(d->permit->name) : json_null(),
        "forbid", d->forbid ? output_str(d->forbid->name) : json_null(), "by", by_json(a),
        "missing", missing_json(d->missing), "reply", reply_json(a), "causes", causes_json(a),
        "rules", rules_json(&a->trace), "nearest", nearest_json(a));
}

bool verdict_report_make(struct verdict_report *a, const struct policy_file *file,
                         const struct policy_facts *facts, struct arena *arena, struct err *e)
{
    *a = (struct verdict_report){ .file = file, .facts = facts };
    return policy_explain(file->policy, facts, arena, &a->trace, e) &&
           policy_nearest(file->policy, facts, file->listener_names, file->listener_count, arena,
                          &a->nearest, &a->has_nearest, e);
}
