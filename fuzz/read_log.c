/* SPDX-License-Identifier: ISC */
/* A pasted piece of a log: what is said lies on the page, and a page never holds more than its maximum. */
#include "explain/read.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    arena_init(&memory, 8 << 20);
    str plain = arena_dup(&memory, (str){ (const char *)data, size });
    struct explain_page *p = arena_alloc(&memory, sizeof *p);
    if (!plain.p || !p)
        return 0;
    p->plain = plain;
    p->memory = &memory;
    explain_read_log(p);
    assert(p->count <= EXPLAIN_SAID_MAX);
    for (size_t i = 0; i < p->count; i++)
        assert(p->said[i].form == FORM_LOG &&
               str_find_octet(p->said[i].text, '\n') == STR_NOT_FOUND);
    assert(!p->count || p->form == FORM_LOG);
    arena_done(&memory);
    return 0;
}
