/* SPDX-License-Identifier: ISC */
/*
 * base/password_shape.c - one pass after another over the octets, each undoing one kind of damage
 *
 * Every pass finds and repairs alike: an anomaly is there when its pass changes something. So what is named
 * and what is repaired cannot drift apart.
 */
#include "base/password_shape.h"
#include "base/base64.h"
#include <string.h>

static const struct name_row ROWS[] = {
    { PASSWORD_LINE_END, STR_INIT("line-end") },
    { PASSWORD_BLANK_AT_END, STR_INIT("blank-at-an-end") },
    { PASSWORD_QUOTED, STR_INIT("quotes-around") },
    { PASSWORD_ODD_BLANK, STR_INIT("no-break-space") },
    { PASSWORD_INVISIBLE, STR_INIT("invisible-character") },
    { PASSWORD_CONTROL, STR_INIT("control-character") },
    { PASSWORD_NOT_UTF8, STR_INIT("not-utf8") },
    { PASSWORD_MOJIBAKE, STR_INIT("encoded-twice") },
    { PASSWORD_TYPOGRAPHIC, STR_INIT("typographic-mark") },
    { PASSWORD_BASE64_OF_LINE, STR_INIT("base64-of-a-line") },
    { PASSWORD_DECOMPOSED, STR_INIT("accent-apart") },
    { PASSWORD_DOLLAR, STR_INIT("dollar-sign") },
    { PASSWORD_DOUBLE_DOLLAR, STR_INIT("double-dollar-sign") },
    { PASSWORD_PERCENT, STR_INIT("percent-code") },
    { PASSWORD_BASE64, STR_INIT("base64") },
};
const struct names PASSWORD_ANOMALY_NAMES = NAMES(ROWS);

static const struct {
    enum password_anomaly a;
    str words;
} WORDS[] = {
    { PASSWORD_LINE_END, STR_INIT("it ends in a line end") },
    { PASSWORD_BLANK_AT_END, STR_INIT("it begins or ends with a blank") },
    { PASSWORD_QUOTED, STR_INIT("it stands between quotes") },
    { PASSWORD_ODD_BLANK, STR_INIT("it holds a no-break space") },
    { PASSWORD_INVISIBLE, STR_INIT("it holds a character that cannot be seen") },
    { PASSWORD_CONTROL, STR_INIT("it holds a control character") },
    { PASSWORD_NOT_UTF8, STR_INIT("it is not UTF-8, but an older charset such as Latin-1") },
    { PASSWORD_MOJIBAKE, STR_INIT("its letters were encoded twice") },
    { PASSWORD_TYPOGRAPHIC, STR_INIT("it holds a quote or dash as a word processor sets it") },
    { PASSWORD_BASE64_OF_LINE, STR_INIT("it is base64 of a text that ends in a line end") },
    { PASSWORD_DECOMPOSED, STR_INIT("a letter and its accent are two characters") },
    { PASSWORD_DOLLAR, STR_INIT("it holds a $, which shells and compose files read") },
    { PASSWORD_DOUBLE_DOLLAR, STR_INIT("it holds $$, which a compose file makes one $") },
    { PASSWORD_PERCENT, STR_INIT("it holds % and two digits, as text in a URL does") },
    { PASSWORD_BASE64, STR_INIT("it is base64 of a text") },
};

str password_anomaly_words(enum password_anomaly a)
{
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (WORDS[i].a == a)
            return WORDS[i].words;
    return STR_NONE;
}

/* ------------------------------------------------------------------------------------------------
 * Octets
 */
static bool is_line_end(char c)
{
    return c == '\r' || c == '\n';
}

static void undo_line_end(str in, struct buf *out)
{
    while (in.n && is_line_end(in.p[in.n - 1]))
        in.n--;
    buf_add(out, in);
}

static void undo_blank_at_end(str in, struct buf *out)
{
    while (in.n && (in.p[0] == ' ' || in.p[0] == '\t'))
        in = str_skip(in, 1);
    while (in.n && (in.p[in.n - 1] == ' ' || in.p[in.n - 1] == '\t'))
        in.n--;
    buf_add(out, in);
}

static void undo_control(str in, struct buf *out)
{
    for (size_t i = 0; i < in.n; i++)
        if ((unsigned char)in.p[i] >= ' ' && in.p[i] != 0x7f)
            buf_addc(out, in.p[i]);
}

static void undo_quoted(str in, struct buf *out)
{
    bool quoted = in.n > 2 && in.p[0] == in.p[in.n - 1] && memchr("\"'`", in.p[0], 3);
    buf_add(out, quoted ? str_take(str_skip(in, 1), in.n - 2) : in);
}

static void undo_double_dollar(str in, struct buf *out)
{
    for (size_t i = 0; i < in.n; i++) {
        buf_addc(out, in.p[i]);
        i += in.p[i] == '$' && i + 1 < in.n && in.p[i + 1] == '$';
    }
}

static int hex_digit(char c)
{
    return is_digit(c)                                ? c - '0'
           : to_lower(c) >= 'a' && to_lower(c) <= 'f' ? to_lower(c) - 'a' + 10
                                                      : -1;
}

/* RFC 3986 section 2.1; only where the octet could not have stood in the URL itself. */
static void undo_percent(str in, struct buf *out)
{
    for (size_t i = 0; i < in.n; i++) {
        int high = i + 2 < in.n && in.p[i] == '%' ? hex_digit(in.p[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(in.p[i + 2]) : -1;
        char octet = (char)(high * 16 + low);
        bool coded = low >= 0 && high >= 2 && !is_alnum(octet);
        buf_addc(out, coded ? octet : in.p[i]);
        i += coded ? 2 : 0;
    }
}

/* ------------------------------------------------------------------------------------------------
 * Characters
 */
static void add_code_point(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_addc(out, (char)c);
    } else if (c < 0x800) {
        buf_addc(out, (char)(0xc0 | c >> 6));
        buf_addc(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_addc(out, (char)(0xe0 | c >> 12));
        buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_addc(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_addc(out, (char)(0xf0 | c >> 18));
        buf_addc(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_addc(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_addc(out, (char)(0x80 | (c & 0x3f)));
    }
}

static void undo_not_utf8(str in, struct buf *out)
{
    if (str_is_utf8(in)) {
        buf_add(out, in);
        return;
    }
    for (size_t i = 0; i < in.n; i++)
        add_code_point(out, (unsigned char)in.p[i]);
}

/* Windows-1252 where it differs from Latin-1: 0x80 to 0x9f; 0 where it has nothing. */
static const uint16_t CP1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

/* The octet that a character was read from, as Latin-1 or Windows-1252; -1: from none. */
static int octet_of(uint32_t c)
{
    for (int i = 0; i < 32; i++)
        if (CP1252[i] && CP1252[i] == c)
            return 0x80 + i;
    return c < 0x100 ? (int)c : -1;
}

static void undo_mojibake(str in, struct buf *out)
{
    struct buf octets;
    bool all = !str_is_ascii(in);
    buf_init(&octets, in.n);
    for (str rest = in; all && rest.n;) {
        uint32_t c = 0;
        size_t n = str_utf8_first(rest, &c);
        int octet = n ? octet_of(c) : -1;
        all = octet >= 0 && buf_addc(&octets, (char)octet);
        rest = str_skip(rest, n);
    }
    all = all && !str_is_ascii(buf_str(&octets)) && str_is_utf8(buf_str(&octets));
    buf_add(out, all ? buf_str(&octets) : in);
    buf_wipe_done(&octets);
}

static bool is_odd_blank(uint32_t c)
{
    return c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f || c == 0x3000;
}
static bool is_invisible(uint32_t c)
{
    return c == 0xad || c == 0x34f || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xfe00 && c <= 0xfe0f);
}
static uint32_t plain_mark(uint32_t c)
{
    if (c == 0x2018 || c == 0x2019 || c == 0x201a || c == 0x201b || c == 0x2032)
        return '\'';
    if (c == 0x201c || c == 0x201d || c == 0x201e || c == 0x201f || c == 0x2033)
        return '"';
    return c >= 0x2010 && c <= 0x2015 ? '-' : c;
}

/* Each character through one function; one that gives 0 is dropped. What is no UTF-8 stays. */
static void map_characters(str in, struct buf *out, uint32_t (*map)(uint32_t c))
{
    if (!str_is_utf8(in)) {
        buf_add(out, in);
        return;
    }
    for (str rest = in; rest.n;) {
        uint32_t c = 0;
        size_t n = str_utf8_first(rest, &c);
        uint32_t to = map(c);
        if (to)
            add_code_point(out, to);
        rest = str_skip(rest, n);
    }
}
static uint32_t map_odd_blank(uint32_t c)
{
    return is_odd_blank(c) ? ' ' : c;
}
static uint32_t map_invisible(uint32_t c)
{
    return is_invisible(c) ? 0 : c;
}
static void undo_odd_blank(str in, struct buf *out)
{
    map_characters(in, out, map_odd_blank);
}
static void undo_invisible(str in, struct buf *out)
{
    map_characters(in, out, map_invisible);
}
static void undo_typographic(str in, struct buf *out)
{
    map_characters(in, out, plain_mark);
}

/* Letters and what they become with a mark behind them: the Latin ones that keyboards have. */
static const struct {
    uint32_t mark;
    str bases, composed; /* composed: two octets of UTF-8 each */
} MARKS[] = {
    { 0x300, STR_INIT("AEIOUaeiou"), STR_INIT("ÀÈÌÒÙàèìòù") },
    { 0x301, STR_INIT("ACEILNORSUYZaceilnorsuyz"), STR_INIT("ÁĆÉÍĹŃÓŔŚÚÝŹáćéíĺńóŕśúýź") },
    { 0x302, STR_INIT("ACEGHIJOSUWYaceghijosuwy"), STR_INIT("ÂĈÊĜĤÎĴÔŜÛŴŶâĉêĝĥîĵôŝûŵŷ") },
    { 0x303, STR_INIT("AINOUainou"), STR_INIT("ÃĨÑÕŨãĩñõũ") },
    { 0x306, STR_INIT("AEGIOUaegiou"), STR_INIT("ĂĔĞĬŎŬăĕğĭŏŭ") },
    { 0x308, STR_INIT("AEIOUYaeiouy"), STR_INIT("ÄËÏÖÜŸäëïöüÿ") },
    { 0x30a, STR_INIT("AUau"), STR_INIT("ÅŮåů") },
    { 0x30b, STR_INIT("OUou"), STR_INIT("ŐŰőű") },
    { 0x30c, STR_INIT("CDELNRSTZcdelnrstz"), STR_INIT("ČĎĚĽŇŘŠŤŽčďěľňřšťž") },
    { 0x327, STR_INIT("CGKLNRSTcgklnrst"), STR_INIT("ÇĢĶĻŅŖŞŢçģķļņŗşţ") },
    { 0x328, STR_INIT("AEIUaeiu"), STR_INIT("ĄĘĮŲąęįų") },
};

/* The letter and the mark as one; empty: there is none in the table. */
static str compose(char base, uint32_t mark)
{
    for (size_t i = 0; i < COUNT_OF(MARKS); i++) {
        size_t at = MARKS[i].mark == mark ? str_find_octet(MARKS[i].bases, base) : STR_NOT_FOUND;
        if (at != STR_NOT_FOUND)
            return str_take(str_skip(MARKS[i].composed, 2 * at), 2);
    }
    return STR_NONE;
}

static void undo_decomposed(str in, struct buf *out)
{
    for (size_t i = 0; i < in.n; i++) {
        uint32_t mark = 0;
        size_t n = is_alpha(in.p[i]) ? str_utf8_first(str_skip(in, i + 1), &mark) : 0;
        str whole = n ? compose(in.p[i], mark) : STR_NONE;
        if (whole.n)
            buf_add(out, whole);
        else
            buf_addc(out, in.p[i]);
        i += whole.n ? n : 0;
    }
}

/* ------------------------------------------------------------------------------------------------
 * Base64
 */
enum { BASE64_LEAST = 12, BASE64_OF_LINE_LEAST = 8 };

/* Text of one line, with or without its end, and of some length: chance gives no such thing. */
static void undo_base64_of(str in, struct buf *out, bool with_line_end)
{
    struct buf text;
    buf_init(&text, in.n);
    bool whole = in.n % 4 == 0 && in.n >= (with_line_end ? BASE64_OF_LINE_LEAST : BASE64_LEAST) &&
                 base64_decode(in, &text);
    str line = buf_str(&text);
    size_t length = line.n;
    while (line.n && is_line_end(line.p[line.n - 1]))
        line.n--;
    whole = whole && line.n && (length > line.n) == with_line_end;
    for (size_t i = 0; whole && i < line.n; i++)
        whole = line.p[i] >= ' ' && line.p[i] <= '~';
    buf_add(out, whole ? line : in);
    buf_wipe_done(&text);
}
static void undo_base64_of_line(str in, struct buf *out)
{
    undo_base64_of(in, out, true);
}
static void undo_base64(str in, struct buf *out)
{
    undo_base64_of(in, out, false);
}

/* ------------------------------------------------------------------------------------------------
 * All of them
 */
static const struct pass {
    enum password_anomaly a;
    void (*undo)(str in, struct buf *out);
} PASSES[] = {
    /* in this order: a line end hides a quote, and a quote a blank */
    { PASSWORD_LINE_END, undo_line_end },     { PASSWORD_NOT_UTF8, undo_not_utf8 },
    { PASSWORD_MOJIBAKE, undo_mojibake },     { PASSWORD_INVISIBLE, undo_invisible },
    { PASSWORD_ODD_BLANK, undo_odd_blank },   { PASSWORD_BLANK_AT_END, undo_blank_at_end },
    { PASSWORD_CONTROL, undo_control },       { PASSWORD_TYPOGRAPHIC, undo_typographic },
    { PASSWORD_QUOTED, undo_quoted },         { PASSWORD_BASE64_OF_LINE, undo_base64_of_line },
    { PASSWORD_DECOMPOSED, undo_decomposed }, { PASSWORD_DOUBLE_DOLLAR, undo_double_dollar },
    { PASSWORD_PERCENT, undo_percent },       { PASSWORD_BASE64, undo_base64 },
};

/* A shell, or a compose file, reads what follows such a $ as a name (POSIX.1-2017, shell 2.6). */
static bool has_dollar(str s)
{
    for (size_t i = 0; i + 1 < s.n; i++)
        if (s.p[i] == '$' && (is_alnum(s.p[i + 1]) || memchr("_{(@*#?-!", s.p[i + 1], 9)))
            return true;
    return false;
}

/* Each pass of the set over the result of the one before. The anomalies found; out gets what is left. */
static unsigned undo_all(str password, unsigned which, struct buf *out)
{
    struct buf now, next;
    unsigned found = 0;
    size_t room = 2 * password.n + 1; /* Latin-1 as UTF-8 is twice as long at most */
    buf_init(&now, room);
    buf_add(&now, password);
    for (size_t i = 0; i < COUNT_OF(PASSES); i++) {
        if (!(which & PASSES[i].a))
            continue;
        buf_init(&next, room);
        PASSES[i].undo(buf_str(&now), &next);
        if (buf_ok(&next) && !str_eq(buf_str(&now), buf_str(&next)))
            found |= PASSES[i].a;
        buf_wipe_done(&now);
        now = next;
    }
    if (out)
        buf_add(out, buf_str(&now));
    buf_wipe_done(&now);
    return found;
}

unsigned password_anomalies(str password)
{
    unsigned found = undo_all(password, ~0u, NULL);
    return found | (has_dollar(password) ? PASSWORD_DOLLAR : 0);
}

bool password_repair(str password, struct buf *out)
{
    unsigned found = password_anomalies(password);
    unsigned which = found & PASSWORD_STRONG ? PASSWORD_STRONG : ~PASSWORD_STRONG;
    struct buf repaired;
    buf_init(&repaired, 2 * password.n + 1);
    bool ok = undo_all(password, which, &repaired) && buf_ok(&repaired) && repaired.n &&
              !memchr(repaired.p, 0, repaired.n) && repaired.n <= out->max - out->n &&
              buf_add(out, buf_str(&repaired));
    buf_wipe_done(&repaired);
    return ok;
}
