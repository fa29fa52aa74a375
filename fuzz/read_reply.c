/* SPDX-License-Identifier: ISC */
/* Replies in any text: their words are one line, and no longer than the maximum. */
#include "explain/read.h"
#include "explain/words.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    arena_init(&memory, 1 << 20);
    struct explain_page p = { .memory = &memory, .plain = { (const char *)data, size } };
    explain_read_reply(&p);
    for (size_t i = 0; i < p.count; i++) {
        assert(p.said[i].code < 600 && p.said[i].text.n <= EXPLAIN_WORDS_MAX);
        assert(str_find_octet(p.said[i].text, '\n') == STR_NOT_FOUND);
    }
    arena_done(&memory);
    return 0;
}
