/* SPDX-License-Identifier: ISC */
/*
 * cause/page_markdown.c - the catalogue as Markdown (CommonMark)
 */
#include "cause/page_inside.h"

/* An underscore between letters or digits is no emphasis in CommonMark (section 6.2). */
static bool is_inside_word(str text, size_t at)
{
    return at > 0 && at + 1 < text.n && is_alnum(text.p[at - 1]) && is_alnum(text.p[at + 1]);
}

static void add_text(struct buf *out, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        bool special = str_find_octet(STR("\\`*<>[]|~"), text.p[i]) != STR_NOT_FOUND ||
                       (text.p[i] == '_' && !is_inside_word(text, i));
        if (special)
            buf_addc(out, '\\');
        buf_addc(out, text.p[i]);
    }
}

static void add_step(struct buf *out, size_t number, const struct cause_step *s)
{
    struct page_part parts[PAGE_PARTS];
    buf_addf(out, "%zu. ", number);
    add_text(out, s->text);
    page_parts(s, parts);
    for (size_t i = 0; i < PAGE_PARTS; i++) {
        if (!parts[i].text.n)
            continue;
        buf_addf(out, " *%.*s:* ", STR_ARG(parts[i].name));
        add_text(out, parts[i].text);
    }
    buf_addc(out, '\n');
}

static void add_group(struct buf *out, const struct cause *c, const struct page_group *g)
{
    const struct cause_step *steps[CAUSE_OPERATOR_STEPS];
    size_t n = page_steps(c, g, steps);
    if (n)
        buf_addf(out, "%.*s:\n\n", STR_ARG(g->heading));
    for (size_t i = 0; i < n; i++)
        add_step(out, i + 1, steps[i]);
    if (n)
        buf_addc(out, '\n');
}

static void add_cause(struct buf *out, const struct cause *c, enum cause_server server)
{
    buf_add(out, STR("### "));
    add_text(out, c->title);
    buf_addf(out, "\n\n`%.*s`\n\n", STR_ARG(c->name));
    add_text(out, c->sentence);
    buf_add(out, STR("\n\n"));
    for (size_t i = 0; i < PAGE_GROUPS; i++)
        if (page_shows(&PAGE_GROUP_ROWS[i], server))
            add_group(out, c, &PAGE_GROUP_ROWS[i]);
    buf_add(out, STR("How it is told from others: "));
    add_text(out, c->told_apart);
    if (c->words_only)
        buf_addf(out, " %.*s", STR_ARG(PAGE_WORDS_ONLY));
    buf_add(out, STR("\n\nStandards: "));
    add_text(out, c->standards);
    buf_addf(out, ". Exit status of `baton doctor`: %d.\n\n", c->exit_status);
}

static void add_family(struct buf *out, enum cause_family f, enum cause_server server)
{
    buf_add(out, STR("## "));
    add_text(out, family_title(f));
    buf_addf(out, "\n\nFamily `%.*s`, %s.\n\n", STR_ARG(names_of(&FAMILY_NAMES, (int)f)),
             page_about(f));
    for (unsigned id = CAUSE_NONE + 1; id < CAUSES; id++) {
        const struct cause *c = cause_of((enum cause_id)id);
        if (c->family == f)
            add_cause(out, c, server);
    }
}

bool cause_markdown(const struct cause *only, enum cause_server server, struct buf *out)
{
    if (only) {
        add_cause(out, only, server);
        return buf_ok(out);
    }
    buf_add(out, STR("# Why mail is refused\n\n"
                     "Every cause that Baton knows, by family. `baton doctor` finds a cause by "
                     "experiments,\n`baton explain` in a text; `baton causes ID` prints one of "
                     "these.\n\n"));
    buf_addf(out, "%.*s\n\n", STR_ARG(PAGE_UNDO));
    for (unsigned f = 0; f < FAMILIES; f++)
        add_family(out, (enum cause_family)f, server);
    buf_add(out, STR("## Worth knowing, and no cause\n\n"));
    for (unsigned id = NOTE_NONE + 1; id < NOTES; id++) {
        const struct note *n = note_of((enum finding_note)id);
        buf_addf(out, "- `%.*s`: ", STR_ARG(n->name));
        add_text(out, n->sentence);
        buf_addc(out, '\n');
    }
    return buf_ok(out);
}
