/* SPDX-License-Identifier: ISC */
/* Events of a service: whatever the text is, refusals keep to their maximum and have words. */
#include "explain/bounce.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    arena_init(&memory, 64 << 20);
    struct explain_page p = { .memory = &memory };
    bounce_json_read(&p, (str){ (const char *)data, size });
    assert(p.count <= EXPLAIN_SAID_MAX);
    for (size_t i = 0; i < p.count; i++)
        assert(p.said[i].code == 0 || (p.said[i].code >= 400 && p.said[i].code <= 599));
    arena_done(&memory);
    return 0;
}
