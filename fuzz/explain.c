/* SPDX-License-Identifier: ISC */
/* Any octets to their cause: shares are shares, families are told once each, who refused is named when the cause is,
 * and the same text says the same again, with patterns compiled to machine code too. */
#include "explain/explain.h"
#include "explain/weigh.h"
#include <assert.h>
#include <stdlib.h>

enum { MEMORY_MAX = 64 << 20 };

static void check(const struct explanation *x)
{
    bool told[FAMILIES] = { false };
    const struct cause *best = cause_of(x->best.cause);
    assert(x->best.confidence >= 0 && x->best.confidence <= 1.000001);
    assert((x->best.cause != CAUSE_NONE) == (x->best.confidence > 0));
    assert(!best || (x->who_refused.n > 0 && x->about_mail));
    assert(x->summary.n > 0);
    assert(x->also_count <= EXPLAIN_ALSO && x->proves_count <= EXPLAIN_PROVES);
    if (best)
        told[best->family] = true;
    for (size_t i = 0; i < x->also_count; i++) {
        const struct cause *c = cause_of(x->also[i].cause);
        assert(c && !told[c->family] && (!best || x->also[i].confidence <= x->best.confidence));
        told[c->family] = true;
    }
    assert(!x->said || (x->said >= x->page.said && x->said < x->page.said + x->page.count));
}

static enum cause_id cause(struct explainer *x, str text, size_t room, struct explanation *out)
{
    struct arena memory;
    struct err e;
    arena_init(&memory, room);
    (void)matcher_fold(text, &memory); /* as it comes, before it is cleaned */
    enum cause_id id = CAUSE_NONE;
    if (explain_text(x, text, &memory, out, &e)) {
        check(out);
        id = out->best.cause;
    }
    arena_done(&memory);
    return id;
}

static struct explainer *one, *many;

static void forget(void)
{
    explainer_free(one);
    explainer_free(many);
}

/* Once, and before the first input: its patterns take seconds under the sanitizers, and no input is that slow. */
int LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
    struct err e;
    AUTO(weigher_freep) struct weigher *w = weigher_new(false);
    assert(w && weigher_check(w, &e));
    one = explainer_new(false);
    many = explainer_new(true);
    assert(one && many && atexit(forget) == 0);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct explanation out;
    const str text = { (const char *)data, size };
    enum cause_id id = cause(one, text, MEMORY_MAX, &out);
    assert(cause(many, text, MEMORY_MAX, &out) == id);
    for (size_t room = 0; size < 64 && room < 400000; room += 3000) /* memory that ends anywhere */
        (void)cause(one, text, room, &out);
    return 0;
}
