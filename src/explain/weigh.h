/* SPDX-License-Identifier: ISC */
/*
 * explain/weigh.h - evidence added up: one refusal against every row of knowledge
 * Owns    the conditions of a row, the prior of each cause, the sums in decibans, and the shares that follow.
 * Leaves  finding words to explain/match.h, which refusal counts to explain/explain.c.
 */
#ifndef BATON_EXPLAIN_WEIGH_H
#define BATON_EXPLAIN_WEIGH_H
#include "explain/explain.h"
#include "explain/match.h"
#include "explain/rows.h"

struct weigher; /* fields are in weigh.c: all tables, their patterns made ready */
struct weigher *weigher_new(bool many) MUST_CHECK;
void weigher_free(struct weigher *w);
AUTO_FREE(weigher_freep, struct weigher, weigher_free)
/* Every pattern compiles. False: the one that does not. */
bool weigher_check(struct weigher *w, struct err *e) MUST_CHECK;

/* What the page as a whole says, once a page: the rows over it that match, on top of the priors. */
struct page_weight {
    int score[CAUSES]; /* decibans */
    struct matcher_text text;
    struct explain_evidence spoke[EXPLAIN_SPOKE];
    size_t spoke_count;
};
bool weigh_page(struct weigher *w, const struct explain_page *p, struct arena *memory,
                struct page_weight *out, struct err *e) MUST_CHECK;

/* What one refusal comes to. */
struct weighed {
    int score[CAUSES];
    double cause[CAUSES], family[FAMILIES]; /* shares; with none they come to 1 */
    double none;                            /* the share of "none of them" */
    enum cause_family best;                 /* the family of the largest share */
    struct explain_evidence spoke[EXPLAIN_SPOKE];
    size_t spoke_count;
};
bool weigh_said(struct weigher *w, const struct explain_page *p, const struct explain_said *s,
                const struct page_weight *page, struct arena *memory, struct weighed *out,
                struct err *e) MUST_CHECK;
/* Scores to shares. */
void weigh_share(struct weighed *w);
/* The likeliest cause of a family. */
enum cause_id weigh_cause_in(const struct weighed *w, enum cause_family f);
/* Does this row speak of such a refusal on such a page, its words aside? */
bool weigh_meets(const struct explain_row *r, const struct explain_page *p,
                 const struct explain_said *s);
#endif
