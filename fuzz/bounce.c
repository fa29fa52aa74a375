/* SPDX-License-Identifier: ISC */
/* Refusals keep to their maximum; each that is judged has words, a code or an end; what they point to is there. */
#include "explain/clean.h"
#include "explain/read.h"
#include "explain/who.h"
#include <assert.h>

static void check(const struct explain_said *s, struct arena *memory)
{
    assert(s->code == 0 || (s->code >= 400 && s->code <= 599));
    assert(s->by.n <= 255 && str_find_octet(s->text, '\n') == STR_NOT_FOUND);
    assert(s->end == SMTP_END_REPLY || s->code == 0);
    assert(explain_who_text(s, memory).p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    arena_init(&memory, 256 << 20);
    struct explain_page p = { .plain = { (const char *)data, size }, .memory = &memory };
    p.folded = explain_fold(p.plain, &memory);
    explain_read_bounce(&p);
    assert(p.count <= EXPLAIN_SAID_MAX);
    assert((p.form == FORM_BOUNCE) == (p.count > 0));
    explain_read_who(&p);
    for (size_t i = 0; i < p.count; i++)
        check(&p.said[i], &memory);
    arena_done(&memory);
    return 0;
}
