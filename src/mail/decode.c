/* SPDX-License-Identifier: ISC */
#include "mail/decode.h"
#include "base/names.h"
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * Encodings of bodies
 */
static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

str mail_base64(str text, struct arena *memory)
{
    char *out = arena_alloc(memory, text.n / 4 * 3 + 4);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned have = 0;
    if (!out)
        return STR_NONE;
    for (size_t i = 0; i < text.n; i++) {
        int value = base64_value(text.p[i]);
        if (text.p[i] == '=')
            have = 0; /* the group ends; another encoded piece may follow */
        if (value < 0)
            continue;
        bits = bits << 6 | (uint32_t)value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (char)(bits >> have & 0xff);
        }
    }
    return (str){ out, n };
}

static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    c = to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The octet of two hexadecimal digits at the start of text, or -1. */
static int hex_octet(str text)
{
    if (text.n < 2)
        return -1;
    int high = hex_value(text.p[0]), low = hex_value(text.p[1]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Octets of a soft line end behind "=" (blanks may stand before it, RFC 2045 section 6.7 rule 3); 0: it is none. */
static size_t soft_line_end(str text)
{
    size_t i = 0;
    while (i < text.n && i < 80 && (text.p[i] == ' ' || text.p[i] == '\t'))
        i++;
    if (i < text.n && text.p[i] == '\r')
        i++;
    if (i < text.n && text.p[i] == '\n')
        return i + 1;
    return i == text.n ? i : 0;
}

str mail_quoted_printable(str text, struct arena *memory)
{
    char *out = arena_alloc(memory, text.n + 1);
    size_t n = 0, skip;
    if (!out)
        return STR_NONE;
    for (size_t i = 0; i < text.n;) {
        str behind = str_skip(text, i + 1);
        int octet = text.p[i] == '=' ? hex_octet(behind) : -1;
        if (octet >= 0) {
            out[n++] = (char)octet;
            i += 3;
        } else if (text.p[i] == '=' && (behind.n == 0 || (skip = soft_line_end(behind)) > 0)) {
            i += 1 + (behind.n == 0 ? 0 : skip);
        } else {
            out[n++] = text.p[i++];
        }
    }
    return (str){ out, n };
}

/* ------------------------------------------------------------------------------------------------
 * Charsets
 */
enum charset { CHARSET_UTF_8, CHARSET_LATIN_1, CHARSET_LATIN_9, CHARSET_1251, CHARSET_KOI8_R };

static const struct name_row CHARSET_ROWS[] = {
    { CHARSET_UTF_8, STR_INIT("utf-8") },        { CHARSET_UTF_8, STR_INIT("utf8") },
    { CHARSET_UTF_8, STR_INIT("us-ascii") },     { CHARSET_UTF_8, STR_INIT("ascii") },
    { CHARSET_LATIN_1, STR_INIT("iso-8859-1") }, { CHARSET_LATIN_1, STR_INIT("iso8859-1") },
    { CHARSET_LATIN_1, STR_INIT("latin1") },     { CHARSET_LATIN_1, STR_INIT("windows-1252") },
    { CHARSET_LATIN_1, STR_INIT("cp1252") },     { CHARSET_LATIN_9, STR_INIT("iso-8859-15") },
    { CHARSET_LATIN_9, STR_INIT("iso8859-15") }, { CHARSET_LATIN_9, STR_INIT("latin9") },
    { CHARSET_1251, STR_INIT("windows-1251") },  { CHARSET_1251, STR_INIT("cp1251") },
    { CHARSET_KOI8_R, STR_INIT("koi8-r") },
};
static const struct names CHARSETS = NAMES(CHARSET_ROWS);

/* 0x80 to 0x9f of Windows-1252; what says ISO-8859-1 and uses them means these, as programs have long agreed. */
static const uint16_t UPPER_1252[32] = {
    0x20ac, 0x81,   0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8d,   0x017d, 0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d,   0x017e, 0x0178,
};
static const uint16_t UPPER_1251[64] = {
    0x0402, 0x0403, 0x201a, 0x0453, 0x201e, 0x2026, 0x2020, 0x2021, 0x20ac, 0x2030, 0x0409,
    0x2039, 0x040a, 0x040c, 0x040b, 0x040f, 0x0452, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x98,   0x2122, 0x0459, 0x203a, 0x045a, 0x045c, 0x045b, 0x045f, 0xa0,
    0x040e, 0x045e, 0x0408, 0xa4,   0x0490, 0xa6,   0xa7,   0x0401, 0xa9,   0x0404, 0xab,
    0xac,   0xad,   0xae,   0x0407, 0xb0,   0xb1,   0x0406, 0x0456, 0x0491, 0xb5,   0xb6,
    0xb7,   0x0451, 0x2116, 0x0454, 0xbb,   0x0458, 0x0405, 0x0455, 0x0457,
};
/* Letters of KOI8-R from 0xc0 on, counted from U+0430 (small) in the order of RFC 1489. */
static const uint8_t KOI8_LETTERS[32] = {
    30, 0,  1,  22, 4,  5,  20, 3, 21, 8,  9, 10, 11, 12, 13, 14,
    15, 31, 16, 17, 18, 19, 6,  2, 28, 27, 7, 24, 29, 25, 23, 26,
};

static uint32_t code_point(enum charset c, unsigned octet)
{
    if (octet < 0x80)
        return octet;
    switch (c) {
    case CHARSET_1251: return octet >= 0xc0 ? 0x0410 + octet - 0xc0 : UPPER_1251[octet - 0x80];
    case CHARSET_KOI8_R:
        if (octet >= 0xe0)
            return 0x0410u + KOI8_LETTERS[octet - 0xe0];
        if (octet >= 0xc0)
            return 0x0430u + KOI8_LETTERS[octet - 0xc0];
        return octet == 0xa3 ? 0x0451 : octet == 0xb3 ? 0x0401 : octet == 0x9a ? 0xa0 : 0x2500;
    case CHARSET_LATIN_9:
        if (octet == 0xa4)
            return 0x20ac;
        break;
    case CHARSET_LATIN_1:
    case CHARSET_UTF_8: break;
    }
    return octet < 0xa0 ? UPPER_1252[octet - 0x80] : octet;
}

/* Every code point above is below U+FFFF: three octets at most. */
static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
}

bool mail_charset_known(str charset)
{
    int which;
    return charset.n == 0 || names_find(&CHARSETS, charset, &which);
}

str mail_utf8(str octets, str charset, struct arena *memory)
{
    int which = CHARSET_UTF_8;
    if (octets.n == 0 || (charset.n > 0 && !names_find(&CHARSETS, charset, &which)) ||
        which == CHARSET_UTF_8 || str_is_utf8(octets))
        return octets;
    size_t above = 0, n = 0;
    for (size_t i = 0; i < octets.n; i++)
        above += (unsigned char)octets.p[i] >= 0x80;
    char *out = arena_alloc(memory, octets.n + 2 * above);
    if (!out)
        return STR_NONE;
    for (size_t i = 0; i < octets.n; i++)
        n += put_utf8(out + n, code_point((enum charset)which, (unsigned char)octets.p[i]));
    return (str){ out, n };
}

/* ------------------------------------------------------------------------------------------------
 * Encoded words (RFC 2047): "=?charset?B?text?=", several in a row
 */
struct word {
    str charset, text, rest;
    char encoding; /* 'b' or 'q' */
};

/* The part up to "?", without blanks in it; false: there is no such end. Each "?" ends a search, so that text full of
 * beginnings is read a fixed number of times. */
static bool until_mark(str *rest, str *out)
{
    size_t i = 0;
    while (i < rest->n && rest->p[i] != '?' && rest->p[i] != '\n')
        i++;
    if (i == rest->n || rest->p[i] != '?')
        return false;
    *out = str_take(*rest, i);
    *rest = str_skip(*rest, i + 1);
    return true;
}

static bool read_word(str text, struct word *w)
{
    str rest = text, encoding;
    if (!str_starts(text, STR("=?")))
        return false;
    rest = str_skip(text, 2);
    if (!until_mark(&rest, &w->charset) || !until_mark(&rest, &encoding) || encoding.n != 1 ||
        !until_mark(&rest, &w->text) || rest.n == 0 || rest.p[0] != '=')
        return false;
    w->encoding = to_lower(encoding.p[0]);
    w->charset = str_take(w->charset, str_find_octet(w->charset, '*')); /* RFC 2231 section 5 */
    w->rest = str_skip(rest, 1);
    return w->encoding == 'b' || w->encoding == 'q';
}

static str word_octets(const struct word *w, struct arena *memory)
{
    if (w->encoding == 'b')
        return mail_base64(w->text, memory);
    str copy = arena_dup(memory, w->text);
    for (size_t i = 0; copy.p && i < copy.n; i++)
        if (copy.p[i] == '_')
            ((char *)copy.p)[i] = ' ';
    return copy.p ? mail_quoted_printable(copy, memory) : copy;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static str skip_blanks(str s)
{
    size_t i = 0;
    while (i < s.n && is_blank(s.p[i]))
        i++;
    return str_skip(s, i);
}

/* Words of one charset that follow each other are one text: programs cut characters in two. The octets of all of
 * them are put behind each other in room, which holds more than they can be. */
static str joined_words(struct word *w, char *room, struct arena *memory)
{
    struct word next;
    size_t n = 0;
    for (;;) {
        str octets = word_octets(w, memory);
        if (!octets.p)
            return STR_NONE;
        if (octets.n > 0)
            memcpy(room + n, octets.p, octets.n);
        n += octets.n;
        if (!read_word(skip_blanks(w->rest), &next) || !str_eq_nocase(next.charset, w->charset))
            break;
        *w = next;
    }
    return mail_utf8((str){ room, n }, w->charset, memory);
}

/* A line end that is encoded is a blank: the field is one line, whoever wrote it. */
static size_t add_on_one_line(char *out, str text)
{
    for (size_t i = 0; i < text.n; i++)
        out[i] = text.p[i] == '\r' || text.p[i] == '\n' ? ' ' : text.p[i];
    return text.n;
}

/* What stands between two encoded words is not shown when it is blank (section 6.2). */
static str decode_words(str value, struct arena *memory)
{
    char *out = arena_alloc(memory, value.n * 3 + 1), *room = arena_alloc(memory, value.n + 1);
    size_t n = 0;
    if (!out || !room)
        return STR_NONE;
    while (value.n > 0) {
        struct word w;
        if (read_word(value, &w)) {
            str text = joined_words(&w, room, memory);
            if (!text.p)
                return STR_NONE;
            n += add_on_one_line(out + n, text);
            str behind = skip_blanks(w.rest);
            value = str_starts(behind, STR("=?")) ? behind : w.rest;
            continue;
        }
        char c = value.p[0];
        bool fold = c == '\r' || c == '\n';
        if (!fold)
            out[n++] = c;
        value = str_skip(value, 1);
    }
    return str_trim((str){ out, n });
}

static str unfolded(str value, struct arena *memory)
{
    char *out = arena_alloc(memory, value.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < value.n; i++)
        if (value.p[i] != '\r' && value.p[i] != '\n')
            out[n++] = value.p[i];
    return out ? str_trim((str){ out, n }) : STR_NONE;
}

str mail_words(str value, struct arena *memory)
{
    str plain = str_trim(value);
    if (str_find(plain, STR("=?")) != STR_NOT_FOUND)
        return decode_words(plain, memory);
    if (str_find_octet(plain, '\n') != STR_NOT_FOUND)
        return unfolded(plain, memory);
    return plain.p ? plain : STR("");
}

/* ------------------------------------------------------------------------------------------------
 * Parameters
 */
/* What stands up to the next ";" outside of quotes and comments. */
static str cut_parameter(str *rest)
{
    bool quoted = false;
    unsigned comment = 0;
    for (size_t i = 0; i < rest->n; i++) {
        char c = rest->p[i];
        if (c == '\\' && (quoted || comment))
            i++;
        else if (c == '"' && !comment)
            quoted = !quoted;
        else if (c == '(' && !quoted)
            comment++;
        else if (c == ')' && comment)
            comment--;
        else if (c == ';' && !quoted && !comment) {
            str piece = str_take(*rest, i);
            *rest = str_skip(*rest, i + 1);
            return piece;
        }
    }
    str piece = *rest;
    *rest = STR_NONE;
    return piece;
}

/* Without quotes and what is escaped in them; without a comment behind a bare word. */
static str unquoted(str text, struct arena *memory)
{
    text = str_trim(text);
    char *out = arena_alloc(memory, text.n + 1);
    size_t n = 0;
    bool quoted = text.n > 0 && text.p[0] == '"';
    if (!out)
        return STR_NONE;
    for (size_t i = quoted; i < text.n; i++) {
        char c = text.p[i];
        if (quoted ? c == '"' : is_blank(c) || c == '(')
            break;
        if (quoted && c == '\\' && i + 1 < text.n)
            c = text.p[++i];
        if (c != '\r' && c != '\n')
            out[n++] = c;
    }
    return (str){ out, n };
}

/* One parameter, and what its name says of it: "name*2*". */
struct piece {
    uint64_t section;
    bool in_sections, encoded;
    str value;
};

static bool read_piece(str text, str name, struct piece *out)
{
    size_t equals = str_find_octet(text, '=');
    if (equals == STR_NOT_FOUND)
        return false;
    str key = str_trim(str_take(text, equals));
    if (!str_starts_nocase(key, name))
        return false;
    *out = (struct piece){ .value = str_skip(text, equals + 1) };
    key = str_skip(key, name.n);
    if (key.n > 1 && key.p[key.n - 1] == '*' && key.p[0] == '*') {
        out->encoded = true;
        key.n--;
    } else if (str_eq(key, STR("*"))) {
        out->encoded = true;
        key = STR_NONE;
    }
    if (key.n == 0)
        return true;
    out->in_sections = true;
    return key.p[0] == '*' && str_to_u64(str_skip(key, 1), 999, &out->section);
}

static str percent_decoded(str text, struct arena *memory)
{
    char *out = arena_alloc(memory, text.n + 1);
    size_t n = 0;
    for (size_t i = 0; out && i < text.n; i++) {
        int octet = text.p[i] == '%' ? hex_octet(str_skip(text, i + 1)) : -1;
        out[n++] = octet < 0 ? text.p[i] : (char)octet;
        i += octet < 0 ? 0 : 2;
    }
    return out ? (str){ out, n } : STR_NONE;
}

/* "charset'language'text" (RFC 2231 section 4): only the first piece has the first two. */
static str piece_octets(const struct piece *p, bool first, str *charset, struct arena *memory)
{
    str text = unquoted(p->value, memory);
    if (!text.p || !p->encoded)
        return text;
    if (first) {
        str rest = text, set = str_cut(&rest, '\'');
        if (rest.p)
            str_cut(&rest, '\'');
        if (rest.p) {
            *charset = set;
            text = rest;
        }
    }
    return percent_decoded(text, memory);
}

enum { SECTIONS_MAX = 32 };

/* Pieces in the order of their numbers; the first that is missing ends them. */
static str joined_sections(str value, str name, struct arena *memory)
{
    char *room = arena_alloc(memory, value.n + 1);
    str charset = STR_NONE;
    size_t n = 0;
    for (uint64_t want = 0; room && want < SECTIONS_MAX; want++) {
        struct piece p;
        bool found = false;
        for (str rest = value; rest.p && !found;)
            found = read_piece(cut_parameter(&rest), name, &p) && p.in_sections &&
                    p.section == want;
        if (!found)
            break;
        str octets = piece_octets(&p, want == 0, &charset, memory);
        if (!octets.p)
            return STR_NONE;
        memcpy(room + n, octets.p, octets.n);
        n += octets.n;
    }
    return room ? mail_utf8((str){ room, n }, charset, memory) : STR_NONE;
}

str mail_parameter(str value, str name, struct arena *memory)
{
    bool sections = false;
    cut_parameter(&value);
    for (str rest = value; rest.p;) {
        struct piece p;
        str charset = STR_NONE;
        if (!read_piece(cut_parameter(&rest), name, &p))
            continue;
        if (p.in_sections) {
            sections = true;
            continue;
        }
        str text = piece_octets(&p, true, &charset, memory);
        if (!text.p)
            return text;
        return p.encoded ? mail_utf8(text, charset, memory) : mail_words(text, memory);
    }
    return sections ? joined_sections(value, name, memory) : STR_NONE;
}

str mail_plain_value(str value, struct arena *memory)
{
    str first = cut_parameter(&value);
    char *out = arena_alloc(memory, first.n + 1);
    size_t n = 0, comments = 0;
    for (size_t i = 0; out && i < first.n && !(n > 0 && first.p[i] == '('); i++) {
        comments += first.p[i] == '(';
        if (comments == 0 && !is_blank(first.p[i]))
            out[n++] = to_lower(first.p[i]);
        comments -= comments > 0 && first.p[i] == ')';
    }
    return out ? (str){ out, n } : STR_NONE;
}
