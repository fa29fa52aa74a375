/* SPDX-License-Identifier: ISC */
/* The mask of a pasted text: what is left is a part of the text, in its order. */
#include "explain/mask.h"
#include <assert.h>
#include <string.h>

/* Every octet of the copy is the text's next, or belongs to a "[hidden]" in place of some of them. */
static void is_part(str copy, str text)
{
    size_t at = 0;
    for (size_t i = 0; i < copy.n;) {
        if (at < text.n && copy.p[i] == text.p[at]) {
            i++;
            at++;
            continue;
        }
        /* the text may hold the word's own first octets: go back to its beginning */
        while (i > 0 && !str_starts(str_skip(copy, i), STR("[hidden]"))) {
            i--;
            assert(at > 0);
            at--;
        }
        assert(str_starts(str_skip(copy, i), STR("[hidden]")));
        return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    struct arena memory;
    size_t count;
    arena_init(&memory, 16 << 20);
    str copy = explain_mask(text, &memory, &count);
    assert(copy.p);
    assert(count > 0 || str_eq(copy, text));
    is_part(copy, text);
    arena_done(&memory);
    return 0;
}
