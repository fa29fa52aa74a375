/* SPDX-License-Identifier: ISC */
/*
 * explain/clean_chars.c - charsets, and characters that stand for plain ones
 */
#include "explain/clean_steps.h"

#include <string.h>

enum {
    SAMPLE = 4096, /* octets looked at to tell UTF-16 */
    REPLACEMENT = 0xfffd,
    SEQUENCE_MAX = 64 /* octets of a control sequence; a longer one is none */
};

void clean_add_code_point(struct buf *out, uint32_t c)
{
    if (c < 0x80)
        buf_addc(out, (char)c);
    else if (c < 0x800)
        buf_add(out, (str){ (char[]){ (char)(0xc0 | c >> 6), (char)(0x80 | (c & 63)) }, 2 });
    else if (c < 0x10000)
        buf_add(out, (str){ (char[]){ (char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 63)),
                                      (char)(0x80 | (c & 63)) },
                            3 });
    else
        buf_add(out, (str){ (char[]){ (char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 63)),
                                      (char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63)) },
                            4 });
}

/* 0: not UTF-16; else the offset of the low octet in each pair, 1 (big-endian) or 2 (little-endian). */
static unsigned byte_order(str in)
{
    if (in.n < 4)
        return 0;
    if (in.p[0] == '\xff' && in.p[1] == '\xfe')
        return 2;
    if (in.p[0] == '\xfe' && in.p[1] == '\xff')
        return 1;
    size_t n = (in.n < SAMPLE ? in.n : SAMPLE) & ~(size_t)1, nul[2] = { 0, 0 };
    for (size_t i = 0; i < n; i++)
        nul[i & 1] += !in.p[i];
    if (nul[1] * 3 > n && !nul[0])
        return 2;
    return nul[0] * 3 > n && !nul[1] ? 1 : 0;
}

bool clean_utf16(str in, struct buf *out)
{
    unsigned order = byte_order(in);
    if (!order)
        return false;
    uint32_t high = 0;
    for (size_t i = 0; i + 1 < in.n; i += 2) {
        uint32_t c = (uint32_t)(uint8_t)in.p[i + 2 - order] | (uint32_t)(uint8_t)in.p[i + order - 1]
                                                                  << 8;
        if (c == 0xfeff)
            continue;
        if (c >= 0xdc00 && c < 0xe000) {
            clean_add_code_point(out, high ? 0x10000 + ((high - 0xd800) << 10) + (c - 0xdc00)
                                           : REPLACEMENT);
            high = 0;
            continue;
        }
        if (high)
            clean_add_code_point(out, REPLACEMENT);
        high = c >= 0xd800 && c < 0xdc00 ? c : 0;
        if (!high)
            clean_add_code_point(out, c);
    }
    return true;
}

/* Windows-1252, 0x80 to 0x9f; the rest is ISO-8859-1. */
static const uint16_t WINDOWS[32] = {
    0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
};

/* In a text in a language of western Europe, an octet over 127 stands alone or beside one other. In Chinese,
 * Japanese, Korean or Cyrillic charsets they come in runs. */
static bool is_western(str in)
{
    size_t high = 0, run = 0, in_runs = 0;
    for (size_t i = 0; i < in.n; i++) {
        if ((uint8_t)in.p[i] < 0x80) {
            run = 0;
            continue;
        }
        high++;
        in_runs += ++run > 2;
    }
    return in_runs * 4 <= high;
}

bool clean_charset(str in, struct buf *out)
{
    if (str_is_utf8(in))
        return false;
    size_t whole = 0, broken = 0;
    uint32_t c;
    for (str s = in; s.n;) {
        size_t n = str_utf8_first(s, &c);
        broken += !n;
        whole += n > 1;
        s = str_skip(s, n ? n : 1);
    }
    bool western = whole * 4 <= broken && is_western(in);
    while (in.n) {
        size_t n = western ? 0 : str_utf8_first(in, &c);
        uint8_t o = (uint8_t)in.p[0];
        if (n) {
            buf_add(out, str_take(in, n));
        } else if (o < 0x80) {
            buf_addc(out, (char)o);
        } else if (!western) {
            clean_add_code_point(out, REPLACEMENT);
        } else {
            clean_add_code_point(out, o < 0xa0 ? WINDOWS[o - 0x80] : o);
        }
        in = str_skip(in, n ? n : 1);
    }
    return true;
}

/* Octets of the control sequence at the start (ECMA-48: CSI, OSC, two-octet ones), ESC counted; 0: none. Also what is left of
 * one when ESC was lost: "[0m", "[31;1m". */
static size_t sequence(str s)
{
    size_t i = 0;
    if (s.p[0] == '\x1b') {
        i = 1;
        if (s.n > 1 && s.p[1] == ']') { /* up to BEL or ESC \ */
            for (i = 2; i < s.n && i < SEQUENCE_MAX; i++)
                if (s.p[i] == '\a' || s.p[i] == '\\')
                    return i + 1;
            return 1;
        }
        if (s.n < 2 || s.p[1] != '[')
            return s.n < 2 ? 1 : 2;
    }
    if (i >= s.n || s.p[i] != '[')
        return i;
    size_t digits = ++i;
    while (i < s.n && i < SEQUENCE_MAX && (is_digit(s.p[i]) || s.p[i] == ';' || s.p[i] == '?'))
        i++;
    bool escaped = s.p[0] == '\x1b';
    if (i >= s.n || i == SEQUENCE_MAX)
        return escaped ? 2 : 0;
    if (!escaped) /* only colours, and only when a letter is right behind */
        return s.p[i] == 'm' && i > digits ? i + 1 : 0;
    return i + 1;
}

/* What a character is written as in plain text; NULL: as itself. */
static const char *plain(uint32_t c)
{
    switch (c) {
    case 0xa0:
    case 0x1680:
    case 0x202f:
    case 0x205f:
    case 0x3000:
    case 0xfffc: return " ";
    case 0x85:
    case 0x2028:
    case 0x2029: return "\n";
    case 0xad:
    case 0x180e:
    case 0x2060:
    case 0xfeff: return "";
    case 0x2018:
    case 0x2019:
    case 0x201a:
    case 0x201b:
    case 0x2032:
    case 0x2039:
    case 0x203a:
    case 0xb4: return "'";
    case 0x201c:
    case 0x201d:
    case 0x201e:
    case 0x201f:
    case 0x2033:
    case 0xab:
    case 0xbb:
    case 0x300c:
    case 0x300d:
    case 0x300e:
    case 0x300f: return "\"";
    case 0x2026: return "...";
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212: return "-";
    case 0x3001: return ",";
    case 0x3002: return ".";
    default: break;
    }
    if (c >= 0x2000 && c <= 0x200a)
        return " ";
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
                   (c >= 0x2066 && c <= 0x2069)
               ? ""
               : NULL;
}

static bool add_character(struct buf *out, str octets, uint32_t c)
{
    const char *as = plain(c);
    if (as)
        buf_add(out, str_from(as));
    else if (c >= 0xff01 && c <= 0xff5e) /* full-width ASCII */
        buf_addc(out, (char)(c - 0xff01 + '!'));
    else
        return !buf_add(out, octets);
    return true;
}

static bool is_ordinary(char c)
{
    return (c >= ' ' && c < 0x7f && c != '[') || c == '\n' || c == '\t';
}

bool clean_chars(str in, struct buf *out, bool *coloured, bool *binary)
{
    size_t controls = 0, whole = in.n;
    bool changed = false;
    while (in.n) {
        size_t n = 0;
        while (n < in.n && is_ordinary(in.p[n]))
            n++;
        buf_add(out, str_take(in, n));
        in = str_skip(in, n);
        if (!in.n)
            break;
        uint32_t c;
        n = str_utf8_first(in, &c);
        if (!n)
            n = 1;
        if (n > 1) {
            changed |= add_character(out, str_take(in, n), c);
        } else if (in.p[0] == '\r') {
            changed = true;
            buf_addc(out, '\n');
            n = in.n > 1 && in.p[1] == '\n' ? 2 : 1;
        } else if (in.p[0] == '\x1b' || in.p[0] == '[') {
            n = sequence(in);
            *coloured |= n > 0;
            if (!n)
                buf_addc(out, '[');
            n += !n;
        } else {
            controls++;
            if (in.p[0] && in.p[0] != '\b' && in.p[0] != '\x7f')
                buf_addc(out, ' ');
        }
        in = str_skip(in, n);
    }
    *binary |= controls > 16 && controls * 20 > whole;
    return changed || controls || *coloured;
}
