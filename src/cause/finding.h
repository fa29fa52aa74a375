/* SPDX-License-Identifier: ISC */
/*
 * cause/finding.h - a cause that somebody found, how sure that is, and by what
 * Owns    the finding value: strength, hop, evidence for it and evidence that rules its neighbours out.
 */
#ifndef BATON_CAUSE_FINDING_H
#define BATON_CAUSE_FINDING_H
#include "cause/cause.h"

enum finding_strength { STRENGTH_NONE, STRENGTH_POSSIBLE, STRENGTH_LIKELY, STRENGTH_PROVED };
extern const struct names STRENGTH_NAMES; /* "possible" "likely" "proved" */

/* Who refused. */
enum finding_hop { HOP_NONE, HOP_CLIENT, HOP_SUBMISSION, HOP_NEXT, HOP_RECIPIENT };
extern const struct names HOP_NAMES; /* "client" "submission" "next" "recipient" */

#define FINDING_EVIDENCE 8
/* Evidence is numbered by the run that gathered it, from 1; 0 ends the list. */
struct finding {
    enum cause_id cause;
    enum finding_strength strength;
    enum finding_hop hop;
    unsigned for_it[FINDING_EVIDENCE];
    unsigned against_neighbours[FINDING_EVIDENCE];
};

/* Adds an evidence number once; a full list or number 0 is left alone. */
void finding_for(struct finding *f, unsigned evidence);
void finding_against(struct finding *f, unsigned evidence);
/* Sets the strength, held down to likely for causes known only from words. */
void finding_set_strength(struct finding *f, enum finding_strength s);
#endif
