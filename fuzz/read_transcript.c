/* SPDX-License-Identifier: ISC */
/* Conversations in any text: settings are slices of it, opposites of facts are not both there for the login. */
#include "explain/read.h"
#include <assert.h>

static void inside(str s, str text)
{
    assert(!s.n || (s.p >= text.p && s.p + s.n <= text.p + text.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    arena_init(&memory, 1 << 20);
    struct explain_page p = { .memory = &memory, .plain = { (const char *)data, size } };
    explain_read_transcript(&p);
    inside(p.server, p.plain);
    inside(p.helo, p.plain);
    inside(p.from, p.plain);
    inside(p.to, p.plain);
    inside(p.mechanism, p.plain);
    for (size_t i = 0; i < p.count; i++)
        assert(p.said[i].code >= 400 && p.said[i].code < 600 && p.said[i].form == FORM_TRANSCRIPT);
    arena_done(&memory);
    return 0;
}
