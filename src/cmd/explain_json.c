/* SPDX-License-Identifier: ISC */
/*
 * cmd/explain_json.c - an explanation as the document baton.explain/1
 */
#include "cmd/explain_report.h"
#include "cmd/output.h"

static json_t *family_name(enum cause_id cause)
{
    const struct cause *c = cause_of(cause);
    return c ? output_str(names_of(&FAMILY_NAMES, (int)c->family)) : json_null();
}

static json_t *cause_name(enum cause_id cause)
{
    const struct cause *c = cause_of(cause);
    return c ? output_str(c->name) : json_null();
}

/* Of confidences the third decimal is noise. */
static json_t *share(double confidence)
{
    return json_real((double)(int)(confidence * 1000 + 0.5) / 1000);
}

/* Families beside the answer's own, each once. */
static json_t *also(const struct explanation *x)
{
    json_t *list = json_array();
    const struct cause *best = cause_of(x->best.cause);
    bool told[FAMILIES] = { false };
    if (best)
        told[best->family] = true;
    for (size_t i = 0; x->about_mail && i < x->also_count; i++) {
        const struct cause *c = cause_of(x->also[i].cause);
        if (!c || told[c->family])
            continue;
        told[c->family] = true;
        json_array_append_new(list, family_name(c->id));
    }
    return list;
}

static json_t *others(const struct explanation *x)
{
    json_t *list = json_array();
    for (size_t i = 0; x->about_mail && i < x->also_count; i++)
        json_array_append_new(list,
                              json_pack("{s:o,s:o,s:o}", "cause", cause_name(x->also[i].cause),
                                        "family", family_name(x->also[i].cause), "confidence",
                                        share(x->also[i].confidence)));
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

static json_t *list_of(const str *rows, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, output_str(rows[i]));
    return list;
}

/* settings: that of --for, as the doctor's document has them; null: none were asked for, or none can be written. */
static json_t *fix(const struct explanation *x, const struct explain_for *f, struct arena *memory)
{
    str rows[EXPLAIN_STEPS];
    bool written = f && f->text.n;
    json_t *settings = written ? json_object() : json_null();
    if (written)
        json_object_set_new(settings, f->program->name.p, output_lines(f->text));
    return json_pack("{s:o,s:o,s:o}", "steps",
                     list_of(rows, explain_steps(x, memory, rows, EXPLAIN_STEPS)), "settings",
                     settings, "basis", f ? output_str(f->basis) : json_null());
}

/* What the text shows of the settings of whoever submitted. */
static json_t *settings(const struct explain_page *p)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "server", output_str(p->server), "port",
                     p->port ? json_integer(p->port) : json_null(), "security",
                     p->security == SMTP_SECURITY_AUTO
                         ? json_null()
                         : output_str(names_of(&SMTP_SECURITY_NAMES, (int)p->security)),
                     "mechanism", output_str(p->mechanism), "user", output_str(p->user), "helo",
                     output_str(p->helo), "from", output_str(p->from), "to", output_str(p->to));
}

bool explain_report_json(const struct explanation *x, const struct explain_for *f,
                         struct arena *memory)
{
    const struct explain_page *p = &x->page;
    json_t *root = json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "schema",
                             "baton.explain/1", "cause", cause_name(x->best.cause), "family",
                             family_name(x->best.cause), "confidence", share(x->best.confidence),
                             "also", also(x), "hop", output_str(names_of(&HOP_NAMES, (int)x->hop)),
                             "who_refused", output_str(x->who_refused), "reply", reply(x->said),
                             "summary", output_str(x->summary), "fix", fix(x, f, memory));
    json_t *more = json_pack("{s:o,s:o,s:o,s:o,s:o,s:b,s:o,s:I}", "others", others(x), "splits",
                             output_str(x->splits), "proves", list_of(x->proves, x->proves_count),
                             "form", output_str(names_of(&FORM_NAMES, (int)p->form)), "dialect",
                             output_str(names_of(&DIALECT_NAMES, (int)p->dialect)), "about_mail",
                             x->about_mail, "settings", settings(p), "hidden",
                             (json_int_t)x->hidden);
    if (!root || !more || json_object_update(root, more)) {
        json_decref(root);
        root = NULL;
    }
    json_decref(more);
    return output_json(root);
}
