/* SPDX-License-Identifier: ISC */
/* Whatever a DMARC record says: it is read to an end, its problems can be told, and what is written in its place
 * is a record without a fault. */
#include "mailauth/dmarc_record.h"
#include <assert.h>

static bool within(str part, str whole)
{
    return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void tell(const struct dmarc_record *r, str text)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < r->problem_count; i++) {
        assert(within(r->problems[i].value, text));
        buf_clear(&b);
        dmarc_problem_text(&r->problems[i], &b);
        assert(b.n && str_is_utf8(buf_str(&b)) &&
               str_find_octet(buf_str(&b), '\n') == STR_NOT_FOUND);
    }
    buf_done(&b);
}

static void write_again(const struct dmarc_record *r)
{
    static struct dmarc_record again;
    struct buf b;
    buf_init(&b, 1 << 20);
    if (dmarc_record_write(r, &b)) {
        assert(dmarc_is_record(buf_str(&b)));
        dmarc_record_read(buf_str(&b), &again);
        assert(again.applies && again.problem_count == 0);
        assert(again.sp == r->sp && again.np == r->np && again.psd == r->psd);
        assert(again.dkim_strict == r->dkim_strict && again.spf_strict == r->spf_strict);
    }
    buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dmarc_record r;
    str text = { (const char *)data, size };
    assert(!dmarc_is_record(text) || !dmarc_is_nearly(text));
    dmarc_record_read(text, &r);
    assert(!(r.applies && r.broken) && (!r.applies || r.p != DMARC_UNSAID));
    assert(within(r.rua, text) && within(r.ruf, text) && within(r.fo, text));
    tell(&r, text);
    write_again(&r);
    return 0;
}
