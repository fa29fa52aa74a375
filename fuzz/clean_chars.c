/* SPDX-License-Identifier: ISC */
/* Each step makes UTF-8, or leaves what it was given. */
#include "explain/clean_steps.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    struct buf out;
    buf_init(&out, 4 * size + 64);
    bool coloured = false, binary = false;
    if (clean_utf16(text, &out))
        assert(str_is_utf8(buf_str(&out)));
    buf_clear(&out);
    if (clean_charset(text, &out))
        assert(str_is_utf8(buf_str(&out)));
    buf_clear(&out);
    clean_chars(text, &out, &coloured, &binary);
    assert(buf_ok(&out));
    buf_done(&out);
    return 0;
}
