/* SPDX-License-Identifier: ISC */
/* However the octets are cut, both passes find and write the same; what is written is ASCII, no line of it is longer than the
 * longest was or a 998'th octet, and it needs no change any more. */
#include "mail/seven_bit.h"
#include <assert.h>
#include <string.h>

static struct mail_7bit_facts look(struct mail_7bit *c, str text, size_t piece)
{
    struct mail_7bit_facts f;
    for (size_t at = 0; at < text.n; at += piece)
        mail_7bit_look(c, str_take(str_skip(text, at), piece));
    mail_7bit_looked(c, &f);
    return f;
}

static void convert(struct mail_7bit *c, str text, size_t piece, struct buf *out)
{
    for (size_t at = 0; at < text.n; at += piece)
        assert(mail_7bit_write(c, str_take(str_skip(text, at), piece), out));
    assert(mail_7bit_write_end(c, out));
}

static size_t longest_line(str text)
{
    size_t most = 0;
    for (size_t end; text.n > 0; text = str_skip(text, end == STR_NOT_FOUND ? text.n : end + 2)) {
        end = str_find(text, STR("\r\n"));
        size_t n = end == STR_NOT_FOUND ? text.n : end;
        most = n > most ? n : most;
    }
    return most;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf a, b;
    if (size < 1 || size > MAIL_7BIT_PIECE)
        return 0;
    str text = { (const char *)data + 1, size - 1 };
    struct mail_7bit *one = mail_7bit_new(), *two = mail_7bit_new();
    assert(one && two);
    buf_init(&a, MAIL_7BIT_OUT_MAX);
    buf_init(&b, MAIL_7BIT_OUT_MAX);
    struct mail_7bit_facts f = look(one, text, size), g = look(two, text, 1 + data[0]);
    assert(f.needed == !str_is_ascii(text) && f.needed == g.needed && f.header == g.header);
    assert(f.parts == g.parts && f.parts <= MAIL_7BIT_PARTS_MAX && f.dropped == g.dropped);
    assert(str_eq(f.refused, g.refused) && f.converted == g.converted && f.converted <= f.parts);
    if (f.needed && f.refused.n == 0) {
        convert(one, text, size, &a);
        convert(two, text, 256 - data[0], &b);
        assert(str_eq(buf_str(&a), buf_str(&b)) && str_is_ascii(buf_str(&a)));
        size_t was = longest_line(text), is = longest_line(buf_str(&a));
        assert(is <= was || is <= 998);
        mail_7bit_free(two);
        two = mail_7bit_new();
        assert(two);
        g = look(two, buf_str(&a), size);
        assert(!g.needed && g.refused.n == 0 && g.parts == f.parts);
    }
    buf_done(&a);
    buf_done(&b);
    mail_7bit_free(one);
    mail_7bit_free(two);
    return 0;
}
