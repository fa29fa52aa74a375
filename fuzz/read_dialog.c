/* SPDX-License-Identifier: ISC */
/* Boxes in any text: their words are one line; server and user are slices of the text. */
#include "explain/read.h"
#include "explain/words.h"
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
    explain_read_dialog(&p);
    inside(p.server, p.plain);
    inside(p.user, p.plain);
    assert(!p.count || p.form == FORM_DIALOG);
    for (size_t i = 0; i < p.count; i++) {
        assert(p.said[i].text.n <= EXPLAIN_WORDS_MAX);
        assert(str_find_octet(p.said[i].text, '\n') == STR_NOT_FOUND);
    }
    arena_done(&memory);
    return 0;
}
