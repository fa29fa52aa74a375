/* SPDX-License-Identifier: ISC */
/* A stored document is read or refused with a sentence, and what was read can be judged. */
#include "doctor/report.h"
#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct buf out;
    struct err e = { .kind = ERR_NONE };
    struct doctor_stored *s = calloc(1, sizeof *s);
    assert(s);
    arena_init(&a, 1 << 20);
    buf_init(&out, 1 << 20);
    s->record.arena = &a;
    s->record.dns = dns_known_new(1 << 18);
    assert(s->record.dns);
    if (doctor_stored_read((str){ (const char *)data, size }, s, &e))
        (void)!doctor_stored_verify(s, &out);
    else
        assert(e.kind != ERR_NONE && e.why[0]);
    buf_done(&out);
    arena_done(&a);
    dns_known_free(s->record.dns);
    free(s);
    return 0;
}
