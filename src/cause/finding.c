/* SPDX-License-Identifier: ISC */
#include "cause/finding.h"

static const struct name_row STRENGTH_ROWS[] = {
    { STRENGTH_POSSIBLE, STR_INIT("possible") },
    { STRENGTH_LIKELY, STR_INIT("likely") },
    { STRENGTH_PROVED, STR_INIT("proved") },
};
const struct names STRENGTH_NAMES = NAMES(STRENGTH_ROWS);

static const struct name_row HOP_ROWS[] = {
    { HOP_CLIENT, STR_INIT("client") },
    { HOP_SUBMISSION, STR_INIT("submission") },
    { HOP_NEXT, STR_INIT("next") },
    { HOP_RECIPIENT, STR_INIT("recipient") },
};
const struct names HOP_NAMES = NAMES(HOP_ROWS);

static void add_once(unsigned list[FINDING_EVIDENCE], unsigned evidence)
{
    for (size_t i = 0; evidence && i < FINDING_EVIDENCE; i++) {
        if (list[i] == evidence)
            return;
        if (!list[i]) {
            list[i] = evidence;
            return;
        }
    }
}

void finding_for(struct finding *f, unsigned evidence)
{
    add_once(f->for_it, evidence);
}

void finding_against(struct finding *f, unsigned evidence)
{
    add_once(f->against_neighbours, evidence);
}

void finding_set_strength(struct finding *f, enum finding_strength s)
{
    const struct cause *c = cause_of(f->cause);
    f->strength = c && c->words_only && s > STRENGTH_LIKELY ? STRENGTH_LIKELY : s;
}
