/* SPDX-License-Identifier: ISC */
/* What had nothing to undo is not written. */
#include "explain/clean_steps.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    struct buf out;
    buf_init(&out, 4 * size + 64);
    assert(clean_html(text, &out) || !out.n);
    assert(buf_ok(&out));
    buf_done(&out);
    return 0;
}
