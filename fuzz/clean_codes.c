/* SPDX-License-Identifier: ISC */
/* Decoding never grows a text. */
#include "explain/clean_steps.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    struct buf out;
    buf_init(&out, 4 * size + 64);
    assert(clean_quoted_printable(text, &out) || !out.n);
    assert(out.n <= size);
    buf_clear(&out);
    assert(clean_escapes(text, &out) || !out.n);
    assert(out.n <= size);
    assert(buf_ok(&out));
    buf_done(&out);
    return 0;
}
