/* SPDX-License-Identifier: ISC */
#include "base/wrap.h"

static size_t columns(str word)
{
    size_t n = 0;
    for (size_t i = 0; i < word.n; i++)
        n += ((unsigned char)word.p[i] & 0xC0) != 0x80;
    return n;
}

void wrap_words(struct buf *out, size_t column, size_t indent, str text)
{
    bool begins = true;
    while (text.n) {
        str word = str_cut(&text, ' ');
        size_t width = columns(word);
        if (!begins && column + 1 + width > WRAP_COLUMNS) {
            buf_addf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!begins) {
            buf_addc(out, ' ');
            column++;
        }
        buf_add(out, word);
        column += width;
        begins = false;
    }
    buf_addc(out, '\n');
}
