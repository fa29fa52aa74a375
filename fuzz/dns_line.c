/* SPDX-License-Identifier: ISC */
/* A line is a record or none; what was read and written is read again as the same. */
#include "base/arena.h"
#include "dns/record_text.h"
#include <assert.h>

static void write_line(const struct dns_record *r, struct buf *out)
{
    buf_init(out, 1 << 20);
    assert(dns_record_text(r, out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct dns_record r, again;
    struct buf once, twice;
    arena_init(&a, 1 << 20);
    if (size < 1 << 14 && dns_record_from_text((str){ (const char *)data, size }, &a, &r)) {
        write_line(&r, &once);
        assert(str_is_ascii(buf_str(&once)) || r.name.n || r.owner.n);
        assert(dns_record_from_text(buf_str(&once), &a, &again));
        write_line(&again, &twice);
        assert(str_eq(buf_str(&once), buf_str(&twice)));
        buf_done(&once);
        buf_done(&twice);
    }
    arena_done(&a);
    return 0;
}
