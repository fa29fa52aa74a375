/* SPDX-License-Identifier: ISC */
/* A reply that is found lies in the text, and one that is read has a code or an enhanced status code. */
#include "explain/words.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    arena_init(&memory, 1 << 20);
    str plain = { (const char *)data, size }, rest = plain, line = explain_words_line(&rest);
    struct explain_page p = { .memory = &memory, .plain = plain };
    explain_words_server(&p, plain);
    size_t at = explain_words_find(line);
    if (at != STR_NOT_FOUND) {
        assert(at < line.n);
        str all = explain_words_whole(plain, str_skip(plain, at), &rest);
        assert(all.p >= plain.p && all.p + all.n <= plain.p + plain.n);
        struct explain_said s = { .form = FORM_REPLY };
        if (explain_words_reply(all, &memory, &s))
            assert(s.code || s.enhanced.class);
    }
    arena_done(&memory);
    return 0;
}
