/* SPDX-License-Identifier: ISC */
/* Whatever octets come, what is shown is sound UTF-8 without controls, and escaping it again changes
 * nothing. */
#include "base/escape.h"
#include <assert.h>
#include <string.h>

static void is_fit(str shown, bool may_have_lf)
{
    assert(str_is_utf8(shown));
    for (size_t i = 0; i < shown.n; i++) {
        unsigned char c = (unsigned char)shown.p[i];
        assert((c >= ' ' && c != 0x7f) || (may_have_lf && c == '\n'));
    }
    assert(str_find(shown, STR("\xe2\x80\xae")) == STR_NOT_FOUND); /* right-to-left override */
    assert(str_find(shown, STR("\xc2\x9b")) == STR_NOT_FOUND);     /* C1: CSI */
}

static void check(bool (*escape)(str, struct buf *), str octets, bool may_have_lf)
{
    AUTO(buf_done) struct buf once, twice;
    buf_init(&once, 4 * octets.n);
    buf_init(&twice, 4 * octets.n);
    assert(escape(octets, &once));
    is_fit(buf_str(&once), may_have_lf);
    assert(escape(buf_str(&once), &twice));
    assert(str_eq(buf_str(&once), buf_str(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str octets = { (const char *)data, size };
    char shown[ESCAPE_SHOWN_MAX];
    check(escape_line, octets, false);
    check(escape_text, octets, true);
    is_fit(str_from(escape_shown(octets, shown)), false);
    return 0;
}
