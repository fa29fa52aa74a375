/* SPDX-License-Identifier: ISC */
/* A stream of replies gives the same however it is cut; a reply that was taken keeps its promises. The
 * first octet sets the reader's maximum. */
#include "smtp/reply.h"
#include "base/buf.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void sane(const struct smtp_reply *r, str whole)
{
    char out[SMTP_ENHANCED_MAX];
    struct smtp_enhanced again;
    str rest;
    size_t lines = 1;
    assert(r->code >= 200 && r->code <= 599);
    assert(r->text.n <= whole.n);
    for (size_t i = 0; i < r->text.n; i++)
        lines += r->text.p[i] == '\n';
    assert(r->lines == lines);
    if (r->enhanced.class == 0)
        return;
    assert(r->enhanced.class == r->code / 100);
    assert(smtp_enhanced_read(str_from(smtp_enhanced_text(&r->enhanced, out)), &again, &rest));
    assert(memcmp(&again, &r->enhanced, sizeof again) == 0 && rest.n == 0);
}

/* Everything that a reader tells of the stream, piece octets fed at a time. */
static void tell(str stream, size_t max, size_t piece, struct buf *out)
{
    AUTO(smtp_reader_freep) struct smtp_reader *r = smtp_reader_new(max);
    enum smtp_read got = SMTP_READ_MORE;
    str left = stream;
    assert(r);
    while (left.n > 0 && got != SMTP_READ_BROKEN) {
        size_t used;
        const struct smtp_reply *p = smtp_reader_reply(r);
        got = smtp_reader_feed(r, str_take(left, piece), &used);
        left = str_skip(left, used);
        if (got != SMTP_READ_REPLY)
            continue;
        sane(p, stream);
        buf_addf(out, "%u %u %u %x %zu:", p->code, p->enhanced.class, p->lines, p->deviations,
                 p->text.n);
        buf_add(out, p->text);
    }
    assert((got == SMTP_READ_BROKEN) == (smtp_reader_broken(r) != SMTP_BROKEN_NOT));
    buf_addf(out, "end %d", (int)smtp_reader_broken(r));
    if (got == SMTP_READ_MORE)
        buf_add(out, smtp_reader_seen(r));
}

static void pasted(str text)
{
    struct smtp_reply r;
    char room[64];
    if (!smtp_reply_parse(text, room, sizeof room, &r))
        return;
    assert(r.code >= 200 && r.code <= 599 && r.lines > 0);
    assert(r.text.p == room && r.text.n <= sizeof room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    struct buf first, other;
    size_t max;
    pasted(text);
    if (size == 0)
        return 0;
    max = 8 * (size_t)data[0];
    text = str_skip(text, 1);
    buf_init(&first, SIZE_MAX);
    buf_init(&other, SIZE_MAX);
    tell(text, max, text.n + 1, &first);
    for (size_t piece = 1; piece <= 7; piece += 3) {
        buf_clear(&other);
        tell(text, max, piece, &other);
        assert(str_eq(buf_str(&first), buf_str(&other)));
    }
    buf_done(&first);
    buf_done(&other);
    return 0;
}
