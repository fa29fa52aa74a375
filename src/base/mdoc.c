/* SPDX-License-Identifier: ISC */
#include "base/mdoc.h"

static bool ends_sentence(str text, size_t at)
{
    return at + 2 < text.n && text.p[at] == '.' && text.p[at + 1] == ' ' && text.p[at + 2] >= 'A' &&
           text.p[at + 2] <= 'Z';
}

static void add_octet(char c, bool line_start, struct buf *out)
{
    if (line_start && (c == '.' || c == '\''))
        buf_add(out, STR("\\&"));
    if (c == '\\')
        buf_add(out, STR("\\e"));
    else if (c == '-')
        buf_add(out, STR("\\-"));
    else
        buf_addc(out, c);
}

void mdoc_text(str text, struct buf *out)
{
    bool line_start = true;
    for (size_t i = 0; i < text.n; i++) {
        add_octet(text.p[i], line_start, out);
        line_start = text.p[i] == '\n';
        if (ends_sentence(text, i)) {
            buf_addc(out, '\n');
            line_start = true;
            i++;
        }
    }
}
