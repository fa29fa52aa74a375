/* SPDX-License-Identifier: ISC */
#include "base/str.h"
#include <string.h>

str str_from(const char *nul_terminated)
{
    return nul_terminated ? (str){ nul_terminated, strlen(nul_terminated) } : STR_NONE;
}

bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_nocase(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (to_lower(a.p[i]) != to_lower(b.p[i]))
            return false;
    return true;
}

bool str_starts(str s, str prefix)
{
    return s.n >= prefix.n && str_eq(str_take(s, prefix.n), prefix);
}

bool str_starts_nocase(str s, str prefix)
{
    return s.n >= prefix.n && str_eq_nocase(str_take(s, prefix.n), prefix);
}

bool str_ends_nocase(str s, str suffix)
{
    return s.n >= suffix.n && str_eq_nocase(str_skip(s, s.n - suffix.n), suffix);
}

size_t str_find(str s, str needle)
{
    if (needle.n == 0)
        return 0;
    const char *at = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
    return at ? (size_t)(at - s.p) : STR_NOT_FOUND;
}

size_t str_find_nocase(str s, str needle)
{
    for (size_t i = 0; needle.n <= s.n && i <= s.n - needle.n; i++)
        if (str_starts_nocase(str_skip(s, i), needle))
            return i;
    return STR_NOT_FOUND;
}

size_t str_find_octet(str s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? (size_t)(at - s.p) : STR_NOT_FOUND;
}

size_t str_rfind_octet(str s, char c)
{
    const char *at = s.n ? memrchr(s.p, c, s.n) : NULL;
    return at ? (size_t)(at - s.p) : STR_NOT_FOUND;
}

/* Adding nothing to a null pointer is undefined in C, so an empty skip returns s as it is. */
str str_skip(str s, size_t n)
{
    if (n == 0 || s.n == 0)
        return s;
    return n < s.n ? (str){ s.p + n, s.n - n } : (str){ s.p + s.n, 0 };
}

str str_take(str s, size_t n)
{
    return (str){ s.p, n < s.n ? n : s.n };
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str s)
{
    while (s.n && is_blank(s.p[0]))
        s = str_skip(s, 1);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

str str_cut(str *rest, char sep)
{
    str whole = *rest;
    size_t at = str_find_octet(whole, sep);
    if (at == STR_NOT_FOUND) {
        *rest = STR_NONE;
        return whole;
    }
    *rest = str_skip(whole, at + 1);
    return str_take(whole, at);
}

bool str_to_u64(str s, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.p[i]))
            return false;
        unsigned digit = (unsigned)(s.p[i] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (s.n == 0 || value > max)
        return false;
    *out = value;
    return true;
}

bool str_is_ascii(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] > 0x7f)
            return false;
    return true;
}

/* UTF8-1 to UTF8-4 of RFC 3629 section 4: how many octets follow the first, which bits of it count,
 * and the smallest value that may be written at this length. */
static const struct utf8_length {
    unsigned char lead_mask, lead, follow;
    uint32_t least;
} UTF8_LENGTHS[] = {
    { 0x80, 0x00, 0, 0x0 },
    { 0xe0, 0xc0, 1, 0x80 },
    { 0xf0, 0xe0, 2, 0x800 },
    { 0xf8, 0xf0, 3, 0x10000 },
};

static size_t utf8_read(str s, const struct utf8_length *length, uint32_t *code_point)
{
    uint32_t value = (unsigned char)s.p[0] & (unsigned char)~length->lead_mask;
    if (s.n <= length->follow)
        return 0;
    for (size_t i = 1; i <= length->follow; i++) {
        unsigned char octet = (unsigned char)s.p[i];
        if ((octet & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (octet & 0x3f);
    }
    if (value < length->least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *code_point = value;
    return length->follow + 1u;
}

size_t str_utf8_first(str s, uint32_t *code_point)
{
    for (size_t i = 0; s.n && i < COUNT_OF(UTF8_LENGTHS); i++)
        if (((unsigned char)s.p[0] & UTF8_LENGTHS[i].lead_mask) == UTF8_LENGTHS[i].lead)
            return utf8_read(s, &UTF8_LENGTHS[i], code_point);
    return 0;
}

bool str_is_utf8(str s)
{
    while (s.n) {
        uint32_t code_point;
        size_t length = str_utf8_first(s, &code_point);
        if (length == 0)
            return false;
        s = str_skip(s, length);
    }
    return true;
}
