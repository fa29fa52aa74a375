/* SPDX-License-Identifier: ISC */
/* A header whose author is replaced names nobody else, is replaced into itself the second time, and its body stays. */
#include "mail/rewrite.h"
#include "mail/from.h"
#include "mail/submission.h"
#include <assert.h>

#define NEW "scan@example.org"

static void rewrite(str header, bool keep, struct arena *memory, struct buf *out)
{
    const struct mail_rewrite how = { .from = STR(NEW), .keep_reply_to = keep };
    struct mail_rewritten done;
    struct mail_header h, after;
    struct mail_from from;
    struct err e;
    if (!mail_header_read(header, memory, &h, &e))
        return;
    assert(mail_rewrite_from(header, &h, &how, out, &done));
    assert(out->n >= h.body.n && str_eq(str_skip(buf_str(out), out->n - h.body.n), h.body));
    if (!mail_header_read(buf_str(out), memory, &after, &e) ||
        !mail_from_read(&after, memory, &from))
        return;
    assert(done.signatures == 0 || !mail_header_first(&after, STR("DKIM-Signature")));
    for (size_t i = 0; i < from.count && from.trouble == 0; i++)
        assert(str_eq_nocase(from.authors[i].address, STR(NEW)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    struct buf once, twice, without, added;
    struct mail_header h;
    struct err e;
    if (size == 0 || size > 1 << 16)
        return 0;
    str header = { (const char *)data + 1, size - 1 };
    arena_init(&memory, (size_t)64 << 20);
    buf_init(&once, (size_t)16 << 20);
    buf_init(&twice, (size_t)16 << 20);
    buf_init(&without, size);
    buf_init(&added, 4096);
    rewrite(header, data[0] & 1, &memory, &once);
    if (once.n > 0)
        rewrite(buf_str(&once), false, &memory, &twice);
    if (mail_header_read(header, &memory, &h, &e)) {
        (void)mail_is_looping(&h, STR("relay.example"));
        assert(mail_submission_add(&h, STR("anna@corp.example"), STR("D"), STR("u"),
                                   STR("relay.example"), &added));
        assert(mail_without_return_path(header, &h, &without) && without.n <= header.n);
        assert(mail_header_read(buf_str(&without), &memory, &h, &e));
        assert(!mail_header_first(&h, STR("Return-Path")) || h.unix_lines ||
               h.odd & MAIL_NOT_A_FIELD);
    }
    buf_done(&once);
    buf_done(&twice);
    buf_done(&without);
    buf_done(&added);
    arena_done(&memory);
    return 0;
}
