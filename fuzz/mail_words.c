/* SPDX-License-Identifier: ISC */
/* A field's value: the first octet says which of the readers' charsets, the rest is what they get. */
#include "mail/decode.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const str CHARSETS[] = { STR_INIT("utf-8"),       STR_INIT("iso-8859-1"),
                                    STR_INIT("iso-8859-15"), STR_INIT("cp1251"),
                                    STR_INIT("koi8-r"),      STR_INIT("big5") };
    struct arena memory;
    if (size == 0)
        return 0;
    str charset = CHARSETS[data[0] % COUNT_OF(CHARSETS)];
    str text = { (const char *)data + 1, size - 1 };
    arena_init(&memory, 64 << 20);
    str out = mail_utf8(text, charset, &memory);
    assert(out.n >= text.n && (data[0] % COUNT_OF(CHARSETS) == 0 ||
                               data[0] % COUNT_OF(CHARSETS) == 5 || str_is_utf8(out)));
    assert(mail_charset_known(charset) == (data[0] % COUNT_OF(CHARSETS) != 5));
    out = mail_words(text, &memory);
    assert(out.p && out.n <= 3 * text.n && str_find_octet(out, '\n') == STR_NOT_FOUND);
    assert(mail_parameter(text, STR("name"), &memory).n <= 3 * text.n);
    assert(mail_plain_value(text, &memory).n <= text.n);
    assert(mail_base64(text, &memory).n <= text.n &&
           mail_quoted_printable(text, &memory).n <= text.n);
    arena_done(&memory);
    return 0;
}
