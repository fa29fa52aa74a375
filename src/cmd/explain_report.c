/* SPDX-License-Identifier: ISC */
/*
 * cmd/explain_report.c - an explanation, written for people and for programs
 */
#include "cmd/explain_report.h"
#include "base/escape.h"
#include "cmd/output.h"
#include "explain/rows.h"

enum { STEPS = CAUSE_OPERATOR_STEPS, TEXT_MAX = 1 << 20 };

static json_t *family_name(enum cause_id cause)
{
    const struct cause *c = cause_of(cause);
    return c ? output_str(names_of(&FAMILY_NAMES, (int)c->family)) : json_null();
}

/* Families beside the answer's own, each once. */
static json_t *also(const struct explanation *x)
{
    json_t *list = json_array();
    const struct cause *best = cause_of(x->best.cause);
    bool told[FAMILIES] = { false };
    if (best)
        told[best->family] = true;
    for (size_t i = 0; i < x->also_count; i++) {
        const struct cause *c = cause_of(x->also[i].cause);
        if (!c || told[c->family])
            continue;
        told[c->family] = true;
        json_array_append_new(list, family_name(c->id));
    }
    return list;
}

static json_t *reply(const struct explain_said *s)
{
    char room[SMTP_ENHANCED_MAX];
    if (!s)
        return json_null();
    return json_pack(
        "{s:o,s:o,s:o,s:o}", "stage", output_str(names_of(&SMTP_STAGE_NAMES, (int)s->stage)),
        "code", s->code ? json_integer(s->code) : json_null(), "enhanced",
        s->enhanced.class ? output_word(smtp_enhanced_text(&s->enhanced, room)) : json_null(),
        "text", output_str(s->text));
}

static json_t *steps(const struct explanation *x, struct arena *memory)
{
    str rows[STEPS];
    json_t *list = json_array();
    size_t n = explain_steps(x, memory, rows, STEPS);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, output_str(rows[i]));
    return json_pack("{s:o}", "steps", list);
}

bool explain_report_json(const struct explanation *x, struct arena *memory)
{
    const struct cause *c = cause_of(x->best.cause);
    json_t *root = json_pack("{s:s,s:o,s:o,s:f,s:o,s:o,s:o,s:o,s:o,s:o}", "schema",
                             "baton.explain/1", "cause", c ? output_str(c->name) : json_null(),
                             "family", family_name(x->best.cause), "confidence", x->best.confidence,
                             "also", also(x), "hop", output_str(names_of(&HOP_NAMES, (int)x->hop)),
                             "who_refused", output_str(x->who_refused), "reply", reply(x->said),
                             "summary", output_str(x->summary), "fix", steps(x, memory));
    return output_json(root);
}

bool explain_report_text(const struct explanation *x, struct arena *memory)
{
    struct buf b;
    str rows[STEPS];
    const struct cause *c = cause_of(x->best.cause);
    buf_init(&b, TEXT_MAX);
    if (!c)
        buf_add(&b, STR("The cause is not known.\n"));
    else
        buf_addf(&b, "%.*s [%.*s]\n", STR_ARG(c->title), STR_ARG(c->name));
    size_t n = explain_steps(x, memory, rows, STEPS);
    for (size_t i = 0; i < n; i++)
        output_sentence(&b, 2, rows[i]);
    return output_text(&b);
}

static void add_guess(struct buf *b, const struct explain_guess *g)
{
    const struct cause *c = cause_of(g->cause);
    if (c)
        buf_addf(b, "  %5.1f %%  %.*s (%.*s)\n", g->confidence * 100,
                 STR_ARG(names_of(&FAMILY_NAMES, (int)c->family)), STR_ARG(c->name));
}

static void add_evidence(struct buf *b, const struct explain_evidence *v)
{
    const struct explain_row *r = v->row;
    buf_add(b, STR("  \""));
    escape_line(str_take(v->words.n ? v->words : str_from(r->key ? r->key : "(no words)"), 70), b);
    buf_add(b, STR("\""));
    for (size_t i = 0; i < COUNT_OF(r->speaks) && r->speaks[i].cause; i++)
        buf_addf(b, " %.*s%+d", STR_ARG(cause_of(r->speaks[i].cause)->name), r->speaks[i].weight);
    buf_add(b, STR("\n"));
}

static void add_said(struct buf *b, const struct explain_said *s)
{
    char room[SMTP_ENHANCED_MAX];
    buf_addf(b, "  %.*s: hop %.*s, stage %.*s, code %u, %s, \"",
             STR_ARG(names_of(&FORM_NAMES, (int)s->form)),
             STR_ARG(names_of(&HOP_NAMES, (int)s->hop)),
             STR_ARG(names_of(&SMTP_STAGE_NAMES, (int)s->stage)), s->code,
             s->enhanced.class ? smtp_enhanced_text(&s->enhanced, room) : "-");
    escape_line(str_take(s->text, 200), b);
    buf_addf(b, "\"%s\n", s->aside ? " (aside)" : "");
}

bool explain_report_why(const struct explanation *x)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    buf_add(&b, STR("\nShares:\n"));
    add_guess(&b, &x->best);
    for (size_t i = 0; i < x->also_count; i++)
        add_guess(&b, &x->also[i]);
    buf_addf(&b, "\nRead: form %.*s, dialect %.*s, facts %#x\n",
             STR_ARG(names_of(&FORM_NAMES, (int)x->page.form)),
             STR_ARG(names_of(&DIALECT_NAMES, (int)x->page.dialect)), x->page.facts);
    for (size_t i = 0; i < x->page.count; i++)
        add_said(&b, &x->page.said[i]);
    buf_add(&b, STR("\nEvidence, in decibans (10: ten to one):\n"));
    for (size_t i = 0; i < x->spoke_count; i++)
        add_evidence(&b, &x->spoke[i]);
    return output_text(&b);
}
