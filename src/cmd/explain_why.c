/* SPDX-License-Identifier: ISC */
/*
 * cmd/explain_why.c - what an explanation rests on: what was read out of the text, and which rows spoke
 */
#include "base/escape.h"
#include "cmd/explain_report.h"
#include "cmd/output.h"
#include "explain/rows.h"

enum { TEXT_MAX = 1 << 20 };

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
