/* SPDX-License-Identifier: ISC */
/*
 * cause/page_mdoc.c - the catalogue as sections of a manual page
 */
#include "base/mdoc.h"
#include "cause/page_inside.h"

static void add_line(struct buf *out, str text)
{
    mdoc_text(text, out);
    buf_addc(out, '\n');
}

/* A heading's words are no macros: it is one quoted argument. */
static void add_heading(struct buf *out, const char *macro, str text)
{
    buf_addf(out, ".%s \"", macro);
    mdoc_text(text, out);
    buf_add(out, STR("\"\n"));
}

static void add_step(struct buf *out, const struct cause_step *s)
{
    struct page_part parts[PAGE_PARTS];
    buf_add(out, STR(".It\n"));
    add_line(out, s->text);
    page_parts(s, parts);
    for (size_t i = 0; i < PAGE_PARTS; i++) {
        if (!parts[i].text.n)
            continue;
        buf_addf(out, ".Em %.*s :\n", STR_ARG(parts[i].name));
        add_line(out, parts[i].text);
    }
}

static void add_group(struct buf *out, const struct cause *c, const struct page_group *g)
{
    const struct cause_step *steps[CAUSE_OPERATOR_STEPS];
    size_t n = page_steps(c, g, steps);
    if (!n)
        return;
    buf_addf(out, ".Pp\n%.*s:\n.Bl -enum -compact\n", STR_ARG(g->heading));
    for (size_t i = 0; i < n; i++)
        add_step(out, steps[i]);
    buf_add(out, STR(".El\n"));
}

static void add_cause(struct buf *out, const struct cause *c)
{
    add_heading(out, "Ss", c->title);
    buf_add(out, STR(".Sy "));
    add_line(out, c->name);
    buf_add(out, STR(".Pp\n"));
    add_line(out, c->sentence);
    for (size_t i = 0; i < PAGE_GROUPS; i++)
        add_group(out, c, &PAGE_GROUP_ROWS[i]);
    buf_add(out, STR(".Pp\nHow it is told from others: "));
    add_line(out, c->told_apart);
    if (c->words_only)
        add_line(out, PAGE_WORDS_ONLY);
    buf_add(out, STR(".Pp\nStandards: "));
    mdoc_text(c->standards, out);
    buf_addf(out, ".\nExit status of the doctor: %d.\n", c->exit_status);
}

static void add_family(struct buf *out, enum cause_family f)
{
    add_heading(out, "Sh", family_title(f));
    buf_add(out, STR("Family "));
    mdoc_text(names_of(&FAMILY_NAMES, (int)f), out);
    buf_addf(out, ", %s.\n", page_about(f));
    for (unsigned id = CAUSE_NONE + 1; id < CAUSES; id++) {
        const struct cause *c = cause_of((enum cause_id)id);
        if (c->family == f)
            add_cause(out, c);
    }
}

bool cause_mdoc(struct buf *out)
{
    for (unsigned f = 0; f < FAMILIES; f++)
        add_family(out, (enum cause_family)f);
    add_heading(out, "Sh", STR("Worth knowing, and no cause"));
    buf_add(out, STR(".Bl -tag -width Ds\n"));
    for (unsigned id = NOTE_NONE + 1; id < NOTES; id++) {
        const struct note *n = note_of((enum finding_note)id);
        buf_add(out, STR(".It Sy "));
        add_line(out, n->name);
        add_line(out, n->sentence);
    }
    buf_add(out, STR(".El\n"));
    return buf_ok(out);
}
