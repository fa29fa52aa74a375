/* SPDX-License-Identifier: ISC */
/*
 * explain/explain.c - from a text to the cause
 */
#include "explain/explain.h"
#include "explain/clean.h"
#include "explain/mask.h"
#include "explain/read.h"
#include "explain/rows.h"

#include <stdlib.h>

struct explainer {
    bool many;
};

struct explainer *explainer_new(bool many)
{
    struct explainer *x = calloc(1, sizeof *x);
    if (x)
        x->many = many;
    return x;
}

void explainer_free(struct explainer *x)
{
    free(x);
}

bool explain_page(struct explainer *x, struct explain_page *page, struct arena *memory,
                  struct explanation *out, struct err *e)
{
    (void)x;
    (void)memory;
    (void)e;
    out->page = *page;
    return true;
}

bool explain_text(struct explainer *x, str octets, struct arena *memory, struct explanation *out,
                  struct err *e)
{
    *out = (struct explanation){ .page.memory = memory };
    size_t hidden;
    str masked = explain_mask(octets, memory, &hidden);
    if (!masked.p)
        return err_set(e, ERR_MEMORY, "no memory for a text of %zu octets", octets.n);
    struct explain_page *p = &out->page;
    if (!explain_clean(masked, memory, &p->plain, &out->cleaned, e))
        return false;
    p->folded = explain_fold(p->plain, memory);
    explain_read_bounce(p);
    explain_read_log(p);
    explain_read_transcript(p);
    explain_read_library(p);
    explain_read_dialog(p);
    explain_read_reply(p);
    explain_read_who(p);
    return explain_page(x, p, memory, out, e);
}
