/* SPDX-License-Identifier: ISC */
#include "base/base64.h"

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One to three octets to four characters. */
static bool encode_group(str octets, struct buf *out)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 3; i++)
        bits = bits << 8 | (i < octets.n ? (unsigned char)octets.p[i] : 0);
    char text[4];
    for (size_t i = 0; i < 4; i++)
        text[i] = i <= octets.n ? ALPHABET[bits >> (18 - 6 * i) & 63] : '=';
    return buf_add(out, (str){ text, sizeof text });
}

bool base64_encode(str octets, struct buf *out)
{
    size_t before = out->n;
    while (octets.n) {
        if (!encode_group(str_take(octets, 3), out)) {
            out->n = before;
            return false;
        }
        octets = str_skip(octets, 3);
    }
    return buf_ok(out);
}

/* Four characters to three octets, fewer where padding says so; false for what is not base64. The
 * bits that padding leaves over must be zero (RFC 4648 section 3.5), so that every value has one
 * text only. */
static bool decode_group(str text, bool last, char octets[3], size_t *count)
{
    size_t letters = 4;
    if (last && text.p[3] == '=')
        letters = text.p[2] == '=' ? 2 : 3;
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = i < letters ? value_of(text.p[i]) : 0;
        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t)value;
    }
    *count = letters - 1;
    if (bits & ((1u << 8 * (3 - *count)) - 1))
        return false;
    for (size_t i = 0; i < 3; i++)
        octets[i] = (char)(bits >> (16 - 8 * i) & 0xff);
    return true;
}

bool base64_decode(str text, struct buf *out)
{
    size_t before = out->n;
    if (text.n % 4 != 0)
        return false;
    while (text.n) {
        char octets[3];
        size_t count = 0;
        if (!decode_group(text, text.n == 4, octets, &count) ||
            !buf_add(out, (str){ octets, count })) {
            out->n = before;
            return false;
        }
        text = str_skip(text, 4);
    }
    return buf_ok(out);
}
