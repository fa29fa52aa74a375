/* SPDX-License-Identifier: ISC */
/*
 * settings/code_point.h - what the escapes of strings are made of, in whatever language
 */
#ifndef BATON_SETTINGS_CODE_POINT_H
#define BATON_SETTINGS_CODE_POINT_H
#include "base/buf.h"

/* Its UTF-8; what is no code point (a surrogate) too, as octets that are no UTF-8. c < 0x200000. */
static inline void code_point_add(struct buf *out, uint32_t c)
{
    static const unsigned char LEAD[] = { 0, 0xc0, 0xe0, 0xf0 };
    unsigned more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    buf_addc(out, (char)(LEAD[more] | c >> 6 * more));
    while (more-- > 0)
        buf_addc(out, (char)(0x80 | (c >> 6 * more & 0x3f)));
}

/* -1: it is none. */
static inline int hex_digit(char c)
{
    char l = to_lower(c);
    return is_digit(c) ? c - '0' : l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}
#endif
