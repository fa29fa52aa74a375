/* SPDX-License-Identifier: ISC */
/* Fields lie in the message one behind another, each made of its name, a colon and its value; both canonical
 * forms of a field and of the body are what they are by their rules, in whatever pieces they come. */
#include "base/buf.h"
#include "mail/canonical.h"
#include <assert.h>
#include <string.h>

static void take(void *user, str octets)
{
    buf_add(user, octets);
}

static void check_field(const struct mail_field *f, bool unix_lines)
{
    struct buf out;
    buf_init(&out, 16 << 20);
    mail_canonical_field(MAIL_RELAXED, f, unix_lines, (struct mail_sink){ take, &out });
    assert(buf_ok(&out) && out.n > f->name.n && out.p[f->name.n] == ':');
    assert(str_find(buf_str(&out), STR("  ")) == STR_NOT_FOUND);
    assert(out.p[out.n - 1] != ' ' && out.p[f->name.n + (out.n > f->name.n + 1)] != ' ');
    buf_clear(&out);
    mail_canonical_field(MAIL_SIMPLE, f, unix_lines, (struct mail_sink){ take, &out });
    assert(unix_lines || str_eq(buf_str(&out), f->whole));
    buf_done(&out);
}

static void canonical(struct buf *out, enum mail_form form, const struct mail_header *h,
                      size_t piece, uint64_t limit)
{
    struct mail_body b;
    buf_clear(out);
    mail_body_begin(&b, form, h->unix_lines, limit, (struct mail_sink){ take, out });
    for (str rest = h->body; rest.n > 0; rest = str_skip(rest, piece))
        mail_body_feed(&b, str_take(rest, piece));
    mail_body_end(&b);
    assert(out->n == (b.total < limit ? b.total : limit));
}

static void check_body(const struct mail_header *h, enum mail_form form)
{
    struct buf whole, pieces;
    buf_init(&whole, 16 << 20);
    buf_init(&pieces, 16 << 20);
    canonical(&whole, form, h, SIZE_MAX, UINT64_MAX);
    canonical(&pieces, form, h, 1, UINT64_MAX);
    assert(str_eq(buf_str(&whole), buf_str(&pieces)));
    assert(whole.n == 0 || memcmp(whole.p + whole.n - 2, "\r\n", 2) == 0);
    assert(whole.n > 0 || form == MAIL_RELAXED);
    assert(form == MAIL_SIMPLE || str_find(buf_str(&whole), STR("  ")) == STR_NOT_FOUND);
    canonical(&pieces, form, h, 7, 5);
    assert(str_eq(buf_str(&pieces), str_take(buf_str(&whole), 5)));
    buf_done(&whole);
    buf_done(&pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    struct mail_header h;
    str text = { (const char *)data, size };
    arena_init(&memory, 4 << 20);
    if (mail_header_read(text, &memory, &h, NULL)) {
        const char *at = text.p;
        for (size_t i = 0; i < h.count; i++) {
            const struct mail_field *f = &h.fields[i];
            assert(f->whole.p >= at && f->whole.p + f->whole.n <= text.p + text.n);
            assert(f->name.n > 0 && f->value.p[-1] == ':');
            at = f->whole.p + f->whole.n;
            check_field(f, h.unix_lines);
            if (i < 8) {
                assert(mail_header_count(&h, f->name) >= 1);
                assert(mail_header_first(&h, f->name) <= f);
            }
        }
        assert(h.body.n == 0 || h.body.p + h.body.n == text.p + text.n);
        assert(!mail_header_first(&h, STR("no:name")) && mail_header_count(&h, STR("")) == 0);
        check_body(&h, MAIL_SIMPLE);
        check_body(&h, MAIL_RELAXED);
    }
    arena_done(&memory);
    return 0;
}
