/* SPDX-License-Identifier: ISC */
/* A message as text: what is not one leaves nothing, and what is one is no larger than its octets allow. */
#include "explain/clean_steps.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf out;
    buf_init(&out, 16 << 20);
    bool taken = clean_message((str){ (const char *)data, size }, &out);
    assert(buf_ok(&out) && (taken ? out.n > 0 : out.n == 0));
    assert(out.n <= 4 * size + 4096);
    buf_done(&out);
    return 0;
}
