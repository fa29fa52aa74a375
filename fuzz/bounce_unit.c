/* SPDX-License-Identifier: ISC */
/* One unit of a bounce: names and words are octets of it, on one line; a code is one. */
#include "explain/bounce.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    struct bounce_unit u;
    size_t at = 0;
    str text = { (const char *)data, size };
    arena_init(&memory, 64 << 20);
    str folded = bounce_words(text, 0, false, &memory), lower = arena_dup(&memory, folded);
    for (size_t i = 0; i < lower.n; i++)
        ((char *)lower.p)[i] = to_lower(lower.p[i]);
    bounce_unit_read(folded, lower, text, &memory, &u);
    assert(u.code == 0 || (u.code >= 400 && u.code <= 599));
    assert(u.words.n <= folded.n && u.host.n <= 255);
    assert(!u.answer || u.words.n > 0 || u.code > 0);
    str address = bounce_address_in(text, &at);
    assert(address.n == 0 ||
           (at + address.n <= size && str_find_octet(address, '@') != STR_NOT_FOUND));
    (void)(bounce_line_tells(lower) + bounce_line_of_log(lower) + bounce_line_of_json(lower) +
           bounce_line_ends(lower));
    arena_done(&memory);
    return 0;
}
