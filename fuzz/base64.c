/* SPDX-License-Identifier: ISC */
/* What base64_decode() takes, it takes in one text only; what base64_encode() writes comes back. */
#include "base/base64.h"
#include <assert.h>

static void decodes(str text)
{
    AUTO(buf_done) struct buf octets, again;
    buf_init(&octets, text.n + 1);
    buf_init(&again, text.n);
    buf_addc(&octets, '>');
    if (!base64_decode(text, &octets)) {
        assert(str_eq(buf_str(&octets), STR(">")) && buf_ok(&octets));
        return;
    }
    assert(base64_encode(str_skip(buf_str(&octets), 1), &again));
    assert(str_eq(buf_str(&again), text));
}

static void encodes(str octets)
{
    AUTO(buf_done) struct buf text, again;
    buf_init(&text, octets.n * 2 + 4);
    buf_init(&again, octets.n);
    assert(base64_encode(octets, &text));
    assert(base64_decode(buf_str(&text), &again));
    assert(str_eq(buf_str(&again), octets));
}

/* A maximum that is too small is an answer, never an overrun, and leaves nothing half done. */
static void keeps_to_the_maximum(str octets)
{
    AUTO(buf_done) struct buf small;
    buf_init(&small, octets.n);
    if (!base64_encode(octets, &small))
        assert(small.n == 0 && !buf_ok(&small));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str octets = { (const char *)data, size };
    decodes(octets);
    encodes(octets);
    keeps_to_the_maximum(octets);
    return 0;
}
