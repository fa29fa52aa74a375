/* SPDX-License-Identifier: ISC */
#include "cmd/spf_report.h"
#include "base/escape.h"
#include "base/wrap.h"
#include "cmd/output.h"
#include "mailauth/spf_record.h"
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LABEL_COLUMNS = 13,
    LINE_OCTETS = 1 << 18,
    STRING_OCTETS = 255,
    EXIT_BAD = 1,
    EXIT_UNKNOWN = 3
};

/* Some of the provider's addresses pass and some do not: nothing can be said of the mail. */
static bool is_mixed(const struct spf_report *r)
{
    return !r->has_address && r->guess && r->guess->usable && r->guess->passed > 0 &&
           r->guess->passed < r->guess->tried;
}

static bool is_known(const struct spf_report *r)
{
    return r->check && !is_mixed(r) && r->check->result != AUTH_TEMPERROR;
}

int spf_report_status(const struct spf_report *r)
{
    if (!is_known(r))
        return EXIT_UNKNOWN;
    return r->check->result == AUTH_PASS ? 0 : EXIT_BAD;
}

/* ------------------------------------------------------------------------------------------------
 * For a person
 */
static void row(struct buf *out, const char *label, str text)
{
    struct buf shown;
    buf_init(&shown, LINE_OCTETS);
    escape_line(text, &shown);
    buf_addf(out, "  %-*s", LABEL_COLUMNS - 2, label);
    wrap_words(out, LABEL_COLUMNS, LABEL_COLUMNS, buf_str(&shown));
    buf_done(&shown);
}

static void rowf(struct buf *out, const char *label, const char *fmt, ...) PRINTF_LIKE(3, 4);
static void rowf(struct buf *out, const char *label, const char *fmt, ...)
{
    char text[4096];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    row(out, label, str_take((str){ text, sizeof(text) - 1 }, n > 0 ? (size_t)n : 0));
}

static const struct {
    enum auth_result result;
    const char *words; /* "ADDRESS words DOMAIN" */
} MEANINGS[] = {
    { AUTH_PASS, "may send mail for" },
    { AUTH_FAIL, "may not send mail for" },
    { AUTH_SOFTFAIL, "probably may not send mail for" },
    { AUTH_NEUTRAL, "is neither named nor ruled out as a sender for" },
    { AUTH_NONE, "cannot be checked: nothing is published for" },
    { AUTH_TEMPERROR, "could not be checked now: a look-up failed for" },
    { AUTH_PERMERROR, "cannot be checked: the record is broken that is published for" },
};

static const char *meaning(enum auth_result result)
{
    for (size_t i = 0; i < COUNT_OF(MEANINGS); i++)
        if (MEANINGS[i].result == result)
            return MEANINGS[i].words;
    return "";
}

static void answer_address(const struct spf_report *r, struct buf *out)
{
    char text[IP_TEXT_MAX];
    const struct spf_check *c = r->check;
    rowf(out, "SPF", "%.*s: %s %s %.*s", STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)c->result)),
         ip_text(&r->in->ip, text), meaning(c->result), STR_ARG(c->domain));
}

static void answer_anybody(const struct spf_report *r, struct buf *out)
{
    rowf(out, "SPF", "%.*s: mail from any address %s %.*s",
         STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)r->check->result)), meaning(r->check->result),
         STR_ARG(r->check->domain));
}

static void answer_provider(const struct spf_report *r, struct buf *out)
{
    char text[IP_TEXT_MAX];
    const struct spf_guess *g = r->guess;
    if (!g) {
        rowf(out, "SPF",
             "not known: which address the mail leaves from is not known. Say --ip ADDRESS, the "
             "server "
             "that you submit to (--server HOST), the provider's record (--include DOMAIN), or a "
             "message that arrived (--received FILE)");
        return;
    }
    if (!g->usable) {
        rowf(out, "SPF", "not known: %.*s (%.*s)", STR_ARG(g->sentence), STR_ARG(r->include));
        return;
    }
    if (is_mixed(r))
        rowf(out, "SPF",
             "not known: of %zu addresses that %.*s lists, %zu may send mail for %.*s and %zu "
             "may not",
             g->tried, STR_ARG(r->include), g->passed, STR_ARG(spf_domain(r->in)),
             g->tried - g->passed);
    else
        rowf(out, "SPF", "%s%.*s: mail that leaves by %.*s %s %.*s",
             g->check.result == AUTH_TEMPERROR ? "" : "likely ",
             STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)g->check.result)),
             STR_ARG(r->provider.n ? r->provider : r->include), meaning(g->check.result),
             STR_ARG(g->check.domain));
    rowf(out, "tried", "%zu of the addresses that %.*s lists, %s first", g->tried,
         STR_ARG(r->include), ip_text(&g->address, text));
}

static const char *outcome(const struct spf_step *s)
{
    if (s->result != AUTH_NONE || s->kind == SPF_STEP_RECORD)
        return NULL;
    return s->why == SPF_IGNORED ? "ignored" : s->kind == SPF_STEP_MODIFIER ? "" : "no match";
}

static void tree_line(const struct spf_step *s, struct buf *out)
{
    size_t indent = 2 + 4 * (size_t)s->depth + (s->kind == SPF_STEP_RECORD ? 0 : 2);
    struct buf shown;
    const char *how = outcome(s);
    buf_init(&shown, LINE_OCTETS);
    if (s->kind == SPF_STEP_RECORD) {
        escape_line(s->domain, &shown);
        buf_add(&shown, s->term.n ? STR("  ") : STR(""));
    }
    escape_line(str_take(s->term, 2000), &shown);
    if (s->target.n > 0 && s->kind != SPF_STEP_RECORD) {
        buf_add(&shown, STR("  ["));
        escape_line(s->target, &shown);
        buf_addc(&shown, ']');
    }
    buf_addf(out, "%*s", (int)indent, "");
    wrap_words(out, indent, indent + 2, buf_str(&shown));
    buf_clear(&shown);
    str name = how ? str_from(how) : names_of(&AUTH_RESULT_NAMES, (int)s->result);
    buf_add(&shown, name);
    buf_add(&shown, name.n ? STR(": ") : STR(""));
    escape_line(s->sentence, &shown);
    if (s->found.n > 0) {
        buf_add(&shown, STR(" (found: "));
        escape_line(s->found, &shown);
        buf_addc(&shown, ')');
    }
    buf_addf(out, "%*s", (int)indent + 4, "");
    wrap_words(out, indent + 4, indent + 4, buf_str(&shown));
    buf_done(&shown);
}

static void tree(const struct spf_check *c, struct buf *out)
{
    buf_add(out, STR("\nStep by step:\n"));
    for (size_t i = 0; i < c->step_count; i++)
        tree_line(&c->steps[i], out);
    if (c->steps_left_out > 0)
        buf_addf(out, "  and %zu steps more\n", c->steps_left_out);
}

/* ---- what to do ---- */

static const struct {
    enum spf_why why;
    const char *todo;
} TODO[] = {
    { SPF_SEVERAL_RECORDS,
      "Delete all SPF records of the domain but one, and put into that one what the "
      "others say." },
    { SPF_STRANGE_OCTET,
      "Write the record again in plain ASCII: such signs come from word processors." },
    { SPF_TOO_MANY_LOOKUPS,
      "Take terms out until ten are left that ask DNS: services that no longer send "
      "for the domain, mx and a where the address can be written as ip4." },
    { SPF_TOO_MANY_VOIDS, "Take out the terms whose names no longer exist." },
    { SPF_TOO_MANY_MX, "Name the servers that send with ip4 or a, in place of mx." },
    { SPF_INCLUDE_WITHOUT_RECORD,
      "Ask the service for the right name to include, or take the term out." },
    { SPF_REDIRECT_WITHOUT_RECORD, "Put the right name behind redirect=, or take it out." },
    { SPF_LOOP, "Take one of the two terms out that lead to each other." },
    { SPF_DNS_FAILED,
      "Try again later; if it stays so, whoever runs the DNS of that name must look." },
    { SPF_NO_DOMAIN, "Look whether the domain is spelt right." },
    { SPF_MALFORMED_DOMAIN, "Give a mail address with a full domain." },
};

static const char *todo_of(const struct spf_check *c)
{
    for (size_t i = 0; i < COUNT_OF(TODO); i++)
        if (TODO[i].why == c->why)
            return TODO[i].todo;
    if (c->result == AUTH_PERMERROR)
        return "Correct the term: receivers stop at it, and may refuse all mail of the domain.";
    return NULL;
}

static void publish(const struct spf_report *r, struct buf *out)
{
    const struct spf_proposal *p = r->proposal;
    if (!p || !p->made || !p->changes)
        return;
    const char *whose = r->has_address && r->check->result != AUTH_PASS
                            ? "if this address is one of yours: "
                            : "";
    rowf(out, "publish", "%sthis record%s", whose,
         p->records == 0   ? ":"
         : p->records == 1 ? ", in place of the one that is there:"
                           : ", in place of all that are there:");
    buf_add(out, STR("\n      "));
    output_txt_record(out, spf_domain(r->in), p->record);
    buf_addc(out, '\n');
    if (p->records == 0)
        row(out, "", STR("Add every other server that sends mail for the domain before ~all."));
    if (p->left_out.n > 0)
        rowf(out, "left out", "'%.*s': no SPF; put it back in its right form",
             STR_ARG(p->left_out));
    rowf(out, "costs", "%s%u of %d look-ups%s", p->lookups_open ? "at least " : "", p->lookups,
         SPF_LOOKUPS_MAX,
         p->lookups > SPF_LOOKUPS_MAX
             ? ": too many. Receivers stop at ten and call the record broken; take a term out first"
             : "");
}

static str record_of(const struct spf_report *r)
{
    return r->check ? r->check->record : r->survey ? r->survey->record : STR_NONE;
}

static void warnings(const struct spf_report *r, struct buf *out)
{
    struct spf_outline o;
    struct spf_fault unused;
    str record = record_of(r);
    if (record.n == 0 || !spf_outline_of(record, &o, &unused))
        return;
    if (o.has_all && o.all.qualifier == AUTH_PASS)
        row(out, "note",
            STR("+all lets everybody in the world send for the domain; end with ~all or -all"));
    if (!o.has_all && !o.has_redirect)
        row(out, "note", STR("the record does not end with all: of other servers it says nothing"));
    if (o.has_all && o.has_redirect)
        row(out, "note", STR("redirect= is ignored beside all"));
    if (o.has_all && o.all.number < o.terms - o.has_exp - o.has_redirect)
        row(out, "note", STR("what stands behind all is never looked at"));
}

static void asked_row(const struct spf_check *c, struct buf *out)
{
    if (c->voids > 0)
        rowf(out, "asked DNS",
             "by %u of at most %d terms; %u of them found nothing (at most %d may)", c->lookups,
             SPF_LOOKUPS_MAX, c->voids, SPF_VOIDS_MAX);
    else
        rowf(out, "asked DNS", "by %u of at most %d terms", c->lookups, SPF_LOOKUPS_MAX);
}

/* What the whole record costs a receiver at most. */
static void costs_row(const struct spf_tree *t, struct buf *out)
{
    bool more = t->lookups > SPF_LOOKUPS_MAX;
    rowf(out, "costs", "%s%u of %d look-ups%s", t->open ? "at least " : "", t->lookups,
         SPF_LOOKUPS_MAX,
         more ? ": too many. Receivers that come to the eleventh call the record broken" : "");
}

bool spf_report_text(const struct spf_report *r, struct buf *out)
{
    const struct spf_check *c = r->check;
    if (r->has_address)
        answer_address(r, out);
    else if (r->survey && r->survey->settled)
        answer_anybody(r, out);
    else
        answer_provider(r, out);
    if (r->taken_from.n > 0)
        row(out, "taken from", r->taken_from);
    if (c && !is_mixed(r)) {
        row(out, "why", c->sentence);
        if (c->explanation.p)
            row(out, "they say", c->explanation);
    }
    if (record_of(r).n > 0)
        row(out, "record", record_of(r));
    if (c)
        asked_row(c, out);
    else if (r->survey)
        costs_row(&r->survey->tree, out);
    warnings(r, out);
    if (c && todo_of(c))
        row(out, "do", str_from(todo_of(c)));
    publish(r, out);
    if (r->verbose && c)
        tree(c, out);
    return buf_ok(out);
}

/* ------------------------------------------------------------------------------------------------
 * For a program
 */
static json_t *name_of(const struct names *t, int value)
{
    return output_str(names_of(t, value));
}
static json_t *ip_of(const struct ip *ip)
{
    char text[IP_TEXT_MAX];
    return output_str(str_from(ip_text(ip, text)));
}

static json_t *step_json(const struct spf_step *s)
{
    bool record = s->kind == SPF_STEP_RECORD;
    json_t *result = record || s->result != AUTH_NONE ? name_of(&AUTH_RESULT_NAMES, (int)s->result)
                                                      : json_null();
    return json_pack("{s:o, s:I, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:I}", "kind",
                     name_of(&SPF_STEP_NAMES, (int)s->kind), "depth", (json_int_t)s->depth,
                     "domain", output_str(s->domain), "term", output_str(s->term), "position",
                     (json_int_t)s->at, "target", output_str(s->target), "outcome",
                     name_of(&SPF_WHY_NAMES, (int)s->why), "result", result, "found",
                     output_str(s->found), "sentence", output_str(s->sentence), "lookups",
                     (json_int_t)s->lookups);
}

static json_t *trace_json(const struct spf_check *c)
{
    json_t *trace = json_array();
    for (size_t i = 0; c && i < c->step_count; i++)
        json_array_append_new(trace, step_json(&c->steps[i]));
    return trace;
}

static json_t *publish_json(const struct spf_proposal *p)
{
    if (!p || !p->made || !p->changes)
        return json_null();
    return json_pack("{s:o, s:I, s:b, s:o, s:I}", "record", output_str(p->record), "lookups",
                     (json_int_t)p->lookups, "lookups_complete", !p->lookups_open, "left_out",
                     output_str(p->left_out), "replaces", (json_int_t)p->records);
}

static json_t *guess_json(const struct spf_report *r)
{
    if (!r->guess)
        return json_null();
    return json_pack("{s:o, s:o, s:b, s:o, s:I, s:I}", "provider", output_str(r->provider),
                     "include", output_str(r->include), "usable", r->guess->usable, "sentence",
                     output_str(r->guess->sentence), "tried", (json_int_t)r->guess->tried, "passed",
                     (json_int_t)r->guess->passed);
}

static json_t *strength_json(const struct spf_report *r)
{
    if (!r->check || is_mixed(r))
        return json_null();
    bool sure = (r->has_address && r->taken_from.n == 0) || (r->survey && r->survey->settled);
    return json_string(sure ? "proved" : "likely");
}

bool spf_report_json(const struct spf_report *r, struct buf *out)
{
    static const struct spf_check NOTHING;
    const struct spf_check *c = r->check ? r->check : &NOTHING;
    bool said = r->check && !is_mixed(r);
    const struct spf_tree *tree = !r->check && r->survey ? &r->survey->tree : NULL;
    const struct ip *ip = r->has_address ? &r->in->ip : r->guess ? &r->guess->address : &r->in->ip;
    json_t *root = json_pack(
        "{s:s, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, "
        "s:o}",
        "schema", "baton.spf/1", "result",
        said ? name_of(&AUTH_RESULT_NAMES, (int)c->result) : json_null(), "explanation",
        c->explanation.p && c->explanation.n == 0 ? json_string("") : output_str(c->explanation),
        "lookups", (json_int_t)(tree ? tree->lookups : c->lookups), "voids", (json_int_t)c->voids,
        "reason", said ? name_of(&SPF_WHY_NAMES, (int)c->why) : json_null(), "sentence",
        said ? output_str(c->sentence) : json_null(), "strength", strength_json(r), "domain",
        output_str(spf_domain(r->in)), "ip", ip_of(ip), "helo", output_str(r->in->helo), "record",
        output_str(record_of(r)), "received", output_str(r->taken_from), "by_provider",
        guess_json(r), "publish", publish_json(r->proposal), "steps_left_out",
        (json_int_t)c->steps_left_out, "trace", trace_json(r->check), "lookups_complete",
        tree ? json_boolean(!tree->open) : json_null());
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    bool ok = text && buf_add(out, str_from(text)) && buf_addc(out, '\n');
    free(text);
    json_decref(root);
    return ok;
}
