/* SPDX-License-Identifier: ISC */
#include "settings/quote.h"

/* Within the shell's single quotes every octet stands for itself, and a quote cannot stand at all. */
void quote_shell(struct buf *out, str value)
{
    buf_addc(out, '\'');
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '\'')
            buf_add(out, STR("'\\''"));
        else
            buf_addc(out, value.p[i]);
    }
    buf_addc(out, '\'');
}

static void quote_with_backslash(struct buf *out, str value, char quote)
{
    buf_addc(out, quote);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == quote || value.p[i] == '\\')
            buf_addc(out, '\\');
        buf_addc(out, value.p[i]);
    }
    buf_addc(out, quote);
}

void quote_php(struct buf *out, str value)
{
    quote_with_backslash(out, value, '\'');
}

void quote_double(struct buf *out, str value)
{
    quote_with_backslash(out, value, '"');
}
