/* SPDX-License-Identifier: ISC */
/*
 * cause/page.c - one cause as plain text, and the list of all
 */
#include "base/wrap.h"
#include "cause/page_inside.h"

enum { STEP_INDENT = 5, PART_INDENT = 7 };

/* The first line begins with lead, the others with as many blanks. */
static void add_wrapped(struct buf *out, str lead, str text)
{
    buf_add(out, lead);
    wrap_words(out, lead.n, lead.n, text);
}

static void add_step(struct buf *out, size_t number, const struct cause_step *s)
{
    struct page_part parts[PAGE_PARTS];
    buf_addf(out, "%3zu. ", number);
    wrap_words(out, STEP_INDENT, STEP_INDENT, s->text);
    page_parts(s, parts);
    for (size_t i = 0; i < PAGE_PARTS; i++) {
        if (!parts[i].text.n)
            continue;
        buf_addf(out, "%*s%.*s: ", STEP_INDENT, "", STR_ARG(parts[i].name));
        wrap_words(out, PART_INDENT + parts[i].name.n, PART_INDENT, parts[i].text);
    }
}

static void add_group(struct buf *out, const struct cause *c, const struct page_group *g)
{
    const struct cause_step *steps[CAUSE_OPERATOR_STEPS];
    size_t n = page_steps(c, g, steps);
    if (n)
        buf_addf(out, "\n%.*s:\n", STR_ARG(g->heading));
    for (size_t i = 0; i < n; i++)
        add_step(out, i + 1, steps[i]);
}

bool cause_page(const struct cause *c, enum cause_server server, struct buf *out)
{
    buf_addf(out, "%.*s\n(%.*s, family %.*s, %s)\n\n", STR_ARG(c->title), STR_ARG(c->name),
             STR_ARG(page_family(c)), page_about(c->family));
    add_wrapped(out, STR(""), c->sentence);
    for (size_t i = 0; i < PAGE_GROUPS; i++)
        if (page_shows(&PAGE_GROUP_ROWS[i], server))
            add_group(out, c, &PAGE_GROUP_ROWS[i]);
    buf_addf(out, "\n%.*s\n", STR_ARG(PAGE_UNDO));
    buf_add(out, STR("\nHow it is told from others:\n"));
    add_wrapped(out, STR("  "), c->told_apart);
    if (c->words_only)
        add_wrapped(out, STR("  "), PAGE_WORDS_ONLY);
    buf_add(out, STR("\nStandards:\n"));
    add_wrapped(out, STR("  "), c->standards);
    buf_addf(out, "\nExit status of baton doctor: %d\n", c->exit_status);
    return buf_ok(out);
}

static void add_family(struct buf *out, enum cause_family f)
{
    buf_addf(out, "%s%.*s (%.*s)\n", out->n ? "\n" : "", STR_ARG(family_title(f)),
             STR_ARG(names_of(&FAMILY_NAMES, (int)f)));
    for (unsigned id = CAUSE_NONE + 1; id < CAUSES; id++) {
        const struct cause *c = cause_of((enum cause_id)id);
        if (c->family == f)
            buf_addf(out, "  %-28.*s %.*s\n", STR_ARG(c->name), STR_ARG(c->title));
    }
}

bool cause_list(enum cause_family only, struct buf *out)
{
    for (unsigned f = 0; f < FAMILIES; f++)
        if (only == FAMILIES || only == (enum cause_family)f)
            add_family(out, (enum cause_family)f);
    return buf_ok(out);
}
