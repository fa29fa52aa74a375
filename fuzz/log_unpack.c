/* SPDX-License-Identifier: ISC */
/* However the octets of a file are cut, the same comes out, and the same is said about its end. */
#include "cmd/log_unpack.h"
#include "base/buf.h"
#include <assert.h>
#include <string.h>

enum { OUT_MAX = 64 << 20 };

static bool keep(void *user, str octets, struct err *e)
{
    (void)e;
    assert(octets.n > 0);
    return buf_add(user, octets);
}

static bool unpack(str octets, size_t step, struct buf *out, struct err *e)
{
    AUTO(log_unpack_freep) struct log_unpack *u = log_unpack_new(keep, out);
    bool ok = u != NULL;
    assert(u);
    *e = (struct err){ .why = "" };
    while (ok && octets.n) {
        str piece = str_take(octets, step);
        ok = log_unpack_feed(u, piece, e);
        octets = str_skip(octets, piece.n);
    }
    ok = ok && log_unpack_end(u, e);
    assert(log_unpack_octets(u) == out->n || !buf_ok(out));
    assert(log_unpack_is_packed(u) || ok || !out->n);
    assert(ok == (e->kind == ERR_NONE));
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf whole, pieces;
    struct err e, again;
    str octets = { (const char *)data, size };
    buf_init(&whole, OUT_MAX);
    buf_init(&pieces, OUT_MAX);
    bool ok = unpack(octets, size ? size : 1, &whole, &e);
    bool too = unpack(octets, 1 + size % 7, &pieces, &again);
    assert(ok == too);
    assert(str_eq(buf_str(&whole), buf_str(&pieces)) && strcmp(e.why, again.why) == 0);
    buf_done(&whole);
    buf_done(&pieces);
    return 0;
}
