/* SPDX-License-Identifier: ISC */
/*
 * explain/log.c - a whole log
 */
#include "explain/log.h"

#include <stdlib.h>

struct explain_log {
    struct explainer *explainer;
    struct explain_log_totals totals;
};

struct explain_log *explain_log_new(struct explainer *x, const struct explain_log_limits *limits)
{
    struct explain_log *g = calloc(1, sizeof *g);
    (void)limits;
    if (g)
        g->explainer = x;
    return g;
}

void explain_log_free(struct explain_log *g)
{
    free(g);
}

bool explain_log_line(struct explain_log *g, str line, struct err *e)
{
    (void)e;
    g->totals.lines++;
    g->totals.octets += line.n + 1;
    return true;
}

void explain_log_settle(struct explain_log *g)
{
    (void)g;
}

const struct explain_log_totals *explain_log_totals(const struct explain_log *g)
{
    return &g->totals;
}

size_t explain_log_groups(struct explain_log *g, size_t from, struct explain_group *out,
                          size_t room)
{
    (void)g;
    (void)from;
    (void)out;
    (void)room;
    return 0;
}
