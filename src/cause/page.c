/* SPDX-License-Identifier: ISC */
#include "cause/page.h"
#include "base/wrap.h"
#include <stddef.h>

static str family_name(const struct cause *c)
{
    return names_of(&FAMILY_NAMES, (int)c->family);
}

static const char *about(const struct cause *c)
{
    return family_is_relay(c->family) ? "about relaying" : "not about relaying";
}

/* The first line begins with lead, the others with as many blanks. */
static void add_wrapped(struct buf *out, str lead, str text)
{
    buf_add(out, lead);
    wrap_words(out, lead.n, lead.n, text);
}

/* The groups of steps that a page has, in this order: a role, and whose words. */
static const struct group {
    enum cause_role role;
    enum cause_server server;
    str heading;
} GROUPS[] = {
    { ROLE_SENDER, SERVER_ANY, STR_INIT("If you send the mail") },
    { ROLE_OPERATOR, SERVER_ANY, STR_INIT("If you run the server") },
    { ROLE_OPERATOR, SERVER_POSTFIX, STR_INIT("With Postfix") },
    { ROLE_OPERATOR, SERVER_EXIM, STR_INIT("With Exim") },
    { ROLE_OPERATOR, SERVER_OPENSMTPD, STR_INIT("With OpenSMTPD") },
    { ROLE_OPERATOR, SERVER_EXCHANGE, STR_INIT("With Exchange") },
    { ROLE_OPERATOR, SERVER_MICROSOFT_365, STR_INIT("With Microsoft 365") },
    { ROLE_OPERATOR, SERVER_CPANEL, STR_INIT("With cPanel and WHM") },
    { ROLE_OPERATOR, SERVER_PLESK, STR_INIT("With Plesk") },
};

/* The parts of a step behind its text. */
static const struct part {
    str name;
    size_t at; /* of a str in struct cause_step */
} PARTS[] = {
    { STR_INIT("Check"), offsetof(struct cause_step, check) },
    { STR_INIT("Undo"), offsetof(struct cause_step, undo) },
    { STR_INIT("Careful"), offsetof(struct cause_step, warning) },
};

static str part_of(const struct cause_step *s, const struct part *p)
{
    return *(const str *)((const char *)s + p->at);
}

/* The steps of one group, those that hold for every server left out where the group has its own. */
static size_t steps_of(const struct cause *c, const struct group *g,
                       const struct cause_step *out[CAUSE_OPERATOR_STEPS])
{
    size_t n = cause_steps(c, g->role, g->server, out, CAUSE_OPERATOR_STEPS), own = 0;
    while (own < n && out[own]->server == g->server)
        own++;
    return own;
}

static bool is_shown(const struct group *g, enum cause_server only)
{
    return g->server == SERVER_ANY || only == SERVER_ANY || only == g->server;
}

static void add_steps(struct buf *out, const struct cause *c, const struct group *g)
{
    const struct cause_step *steps[CAUSE_OPERATOR_STEPS];
    size_t n = steps_of(c, g, steps);
    if (n)
        buf_addf(out, "\n%.*s:\n", STR_ARG(g->heading));
    for (size_t i = 0; i < n; i++) {
        buf_addf(out, "%3zu. ", i + 1);
        wrap_words(out, 5, 5, steps[i]->text);
        for (size_t k = 0; k < COUNT_OF(PARTS); k++) {
            str text = part_of(steps[i], &PARTS[k]);
            if (!text.n)
                continue;
            buf_addf(out, "     %.*s: ", STR_ARG(PARTS[k].name));
            wrap_words(out, 7 + PARTS[k].name.n, 7, text);
        }
    }
}

bool cause_page(const struct cause *c, enum cause_server server, struct buf *out)
{
    buf_addf(out, "%.*s\n(%.*s, family %.*s, %s)\n\n", STR_ARG(c->title), STR_ARG(c->name),
             STR_ARG(family_name(c)), about(c));
    add_wrapped(out, STR(""), c->sentence);
    for (size_t i = 0; i < COUNT_OF(GROUPS); i++)
        if (is_shown(&GROUPS[i], server))
            add_steps(out, c, &GROUPS[i]);
    buf_add(out, STR("\nHow it is told from others:\n"));
    add_wrapped(out, STR("  "), c->told_apart);
    if (c->words_only)
        add_wrapped(out, STR("  "),
                    STR("It is known from the words of a reply only: never more than likely."));
    buf_add(out, STR("\nStandards:\n"));
    add_wrapped(out, STR("  "), c->standards);
    buf_addf(out, "\nExit status of baton doctor: %d\n", c->exit_status);
    return buf_ok(out);
}

/* An underscore between letters or digits is no emphasis in CommonMark (section 6.2). */
static bool is_inside_word(str text, size_t at)
{
    return at > 0 && at + 1 < text.n && is_alnum(text.p[at - 1]) && is_alnum(text.p[at + 1]);
}

static void add_markdown(struct buf *out, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        bool special = str_find_octet(STR("\\`*<>[]|~"), text.p[i]) != STR_NOT_FOUND ||
                       (text.p[i] == '_' && !is_inside_word(text, i));
        if (special)
            buf_addc(out, '\\');
        buf_addc(out, text.p[i]);
    }
}

static void add_markdown_steps(struct buf *out, const struct cause *c, const struct group *g)
{
    const struct cause_step *steps[CAUSE_OPERATOR_STEPS];
    size_t n = steps_of(c, g, steps);
    if (n)
        buf_addf(out, "%.*s:\n\n", STR_ARG(g->heading));
    for (size_t i = 0; i < n; i++) {
        buf_addf(out, "%zu. ", i + 1);
        add_markdown(out, steps[i]->text);
        for (size_t k = 0; k < COUNT_OF(PARTS); k++) {
            str text = part_of(steps[i], &PARTS[k]);
            if (!text.n)
                continue;
            buf_addf(out, " *%.*s:* ", STR_ARG(PARTS[k].name));
            add_markdown(out, text);
        }
        buf_addc(out, '\n');
    }
    if (n)
        buf_addc(out, '\n');
}

static void add_markdown_cause(struct buf *out, const struct cause *c)
{
    buf_add(out, STR("### "));
    add_markdown(out, c->title);
    buf_addf(out, "\n\n`%.*s`\n\n", STR_ARG(c->name));
    add_markdown(out, c->sentence);
    buf_add(out, STR("\n\n"));
    for (size_t i = 0; i < COUNT_OF(GROUPS); i++)
        add_markdown_steps(out, c, &GROUPS[i]);
    buf_add(out, STR("How it is told from others: "));
    add_markdown(out, c->told_apart);
    if (c->words_only)
        buf_add(out, STR(" It is known from the words of a reply only: never more than likely."));
    buf_add(out, STR("\n\nStandards: "));
    add_markdown(out, c->standards);
    buf_addf(out, ". Exit status of `baton doctor`: %d.\n\n", c->exit_status);
}

static void add_markdown_family(struct buf *out, enum cause_family f)
{
    bool headed = false;
    for (unsigned id = CAUSE_NONE + 1; id < CAUSES; id++) {
        const struct cause *c = cause_of((enum cause_id)id);
        if (c->family != f)
            continue;
        if (!headed) {
            buf_add(out, STR("## "));
            add_markdown(out, family_title(f));
            buf_addf(out, "\n\nFamily `%.*s`, %s.\n\n", STR_ARG(family_name(c)), about(c));
            headed = true;
        }
        add_markdown_cause(out, c);
    }
}

bool cause_markdown(struct buf *out)
{
    buf_add(out, STR("# Why mail is refused\n\n"
                     "Every cause that Baton knows, by family. `baton doctor` finds a cause by "
                     "experiments;\n`baton cause ID` prints one of these.\n\n"));
    for (unsigned f = 0; f < FAMILIES; f++)
        add_markdown_family(out, (enum cause_family)f);
    buf_add(out, STR("## Worth knowing, and no cause\n\n"));
    for (unsigned id = NOTE_NONE + 1; id < NOTES; id++) {
        const struct note *n = note_of((enum finding_note)id);
        buf_addf(out, "- `%.*s`: ", STR_ARG(n->name));
        add_markdown(out, n->sentence);
        buf_addc(out, '\n');
    }
    return buf_ok(out);
}
