/* SPDX-License-Identifier: ISC */
/*
 * cause/page_inside.h - what the three forms of a page share: plain text, Markdown, mdoc
 * Owns    the groups of steps and their order, the names of a step's parts.
 */
#ifndef BATON_CAUSE_PAGE_INSIDE_H
#define BATON_CAUSE_PAGE_INSIDE_H
#include "cause/page.h"

/* A group of steps: a role, and whose words. */
struct page_group {
    enum cause_role role;
    enum cause_server server;
    str heading;
};
enum { PAGE_GROUPS = 1 + SERVER_KINDS };
extern const struct page_group PAGE_GROUP_ROWS[PAGE_GROUPS]; /* in the order of a page */

/* The steps of a group, without those that hold for every server where it has a server's own. Returns how many. */
size_t page_steps(const struct cause *c, const struct page_group *g,
                  const struct cause_step *out[CAUSE_OPERATOR_STEPS]);
/* Is the group on a page that shows one server's words only? SERVER_ANY: it shows all. */
bool page_shows(const struct page_group *g, enum cause_server only);

/* A part of a step behind its text. */
enum { PAGE_PARTS = 3 };
struct page_part {
    str name; /* "Undo" */
    str text; /* empty: this step has none */
};
void page_parts(const struct cause_step *s, struct page_part out[PAGE_PARTS]);

str page_family(const struct cause *c);
const char *page_about(enum cause_family f); /* "about relaying" */
extern const str PAGE_WORDS_ONLY;            /* of causes known from words only, a sentence */
extern const str PAGE_UNDO; /* that an operator's step without undo changes nothing */
#endif
