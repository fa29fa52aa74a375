/* SPDX-License-Identifier: ISC */
/* A cleaned text is UTF-8 and no longer than the maximum; the memory it is given may be too short. */
#include "explain/clean.h"
#include "explain/said.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    arena_init(&memory, size && data[size - 1] == '\n' ? 32 : 1 << 20);
    str plain;
    unsigned cleaned;
    if (explain_clean((str){ (const char *)data, size }, &memory, &plain, &cleaned, NULL)) {
        assert(plain.n <= EXPLAIN_TEXT_MAX && str_is_utf8(plain));
        str folded = explain_fold(plain, &memory);
        assert(folded.n <= plain.n && str_find_octet(folded, '\n') == STR_NOT_FOUND);
    }
    arena_done(&memory);
    return 0;
}
