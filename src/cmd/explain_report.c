/* SPDX-License-Identifier: ISC */
/*
 * cmd/explain_report.c - an explanation, written for people and for programs
 */
#include "cmd/explain_report.h"
#include "base/escape.h"
#include "cmd/output.h"

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
