/* SPDX-License-Identifier: ISC */
/* Replies in what libraries print: their words are one line; the server is a slice of the text. */
#include "explain/read.h"
#include "explain/words.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    arena_init(&memory, 1 << 20);
    struct explain_page p = { .memory = &memory, .plain = { (const char *)data, size } };
    explain_read_library(&p);
    assert(p.form == FORM_LIBRARY || (!p.count && !p.facts));
    assert(!p.server.n || (p.server.p >= p.plain.p && p.server.p + p.server.n <= p.plain.p + size));
    for (size_t i = 0; i < p.count; i++) {
        assert(!p.said[i].code || (p.said[i].code >= 400 && p.said[i].code < 600));
        assert(p.said[i].text.n <= EXPLAIN_WORDS_MAX &&
               str_find_octet(p.said[i].text, '\n') == STR_NOT_FOUND);
    }
    arena_done(&memory);
    return 0;
}
