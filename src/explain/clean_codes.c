/* SPDX-License-Identifier: ISC */
/*
 * explain/clean_codes.c - quoted-printable, and the escapes of programming languages
 */
#include "explain/clean_steps.h"

#include <string.h>

enum {
    SOFT_MIN = 60,
    SOFT_MAX = 78,
    DOUBLED_MAX = 8,
    PATH_MAX_OCTETS = 64
}; /* RFC 2045 section 6.7: lines of at most 76 */

static int hex(char c)
{
    if (is_digit(c))
        return c - '0';
    c = to_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex_octet(str s)
{
    if (s.n < 2)
        return -1;
    int high = hex(s.p[0]), low = hex(s.p[1]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Is it clearly quoted-printable? "=20", "=39" stand in logs too ("delay=20.3"), so they count for nothing. */
static bool is_quoted_printable(str in)
{
    size_t soft = 0, codes = 0;
    for (str rest = in; rest.p;) {
        str line = str_cut(&rest, '\n');
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        soft += line.n >= SOFT_MIN && line.n <= SOFT_MAX && line.p[line.n - 1] == '=';
        for (str s = line; s.n;) {
            size_t at = str_find_octet(s, '=');
            if (at == STR_NOT_FOUND)
                break;
            s = str_skip(s, at + 1);
            int o = hex_octet(s);
            bool pair = o >= 0xc2 && s.n > 2 && s.p[2] == '=' && hex_octet(str_skip(s, 3)) >= 0x80;
            codes += pair || str_starts(s, STR("3D")) || (s.n == 2 && o == ' ');
        }
    }
    return soft > 1 || codes > 1 || (soft && codes);
}

bool clean_quoted_printable(str in, struct buf *out)
{
    if (!is_quoted_printable(in))
        return false;
    while (in.n) {
        size_t n = str_find_octet(in, '=');
        buf_add(out, str_take(in, n));
        if (n == STR_NOT_FOUND)
            break;
        in = str_skip(in, n + 1);
        int o = hex_octet(in);
        if (o >= 0) {
            buf_addc(out, (char)o);
            in = str_skip(in, 2);
        } else if (str_starts(in, STR("\r\n")) || str_starts(in, STR("\n"))) {
            in = str_skip(in, in.p[0] == '\r' ? 2 : 1);
        } else {
            buf_addc(out, '=');
        }
    }
    return true;
}

/* What the walk through the escapes knows: what lies before the backslash, and whether the text is clearly a
 * program's ("b'", "\r\n", "\":", "\n5"). */
struct walk {
    str before;
    bool clear;
};

static bool is_clear(str in)
{
    static const char *const SIGNS[] = {
        "b'", "b\"", "\\r\\n", "\":", "\\\"", "\\x", "\\n5", "\\n4"
    };
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++)
        if (str_find(in, str_from(SIGNS[i])) != STR_NOT_FOUND)
            return true;
    return false;
}

/* Is the backslash one of a path: "C:\new", "\\server\name"? */
static bool in_path(str before)
{
    size_t n = 0;
    while (n < before.n && n < PATH_MAX_OCTETS) {
        char c = before.p[before.n - 1 - n];
        if (c == ' ' || c == '"' || c == '\'' || c == '\n' || c == '=')
            break;
        n++;
    }
    str word = str_skip(before, before.n - n);
    return (word.n > 1 && is_alpha(word.p[0]) && word.p[1] == ':' &&
            (word.n == 2 || word.p[2] == '\\')) ||
           str_starts(word, STR("\\\\"));
}

/* Does "\n" here stand for a line's end? A login ("CORP\nina") has letters on both sides. */
static bool ends_line(const struct walk *w, str after)
{
    char c = after.n ? after.p[0] : '\n', last = w->before.n ? w->before.p[w->before.n - 1] : '\n';
    if (in_path(w->before))
        return false;
    if (!is_alnum(c) || is_digit(c) || !is_alnum(last))
        return true;
    return w->clear || (c >= 'A' && c <= 'Z') || str_starts(after, STR("at "));
}

static uint32_t four(str s)
{
    int high = hex_octet(s), low = hex_octet(str_skip(s, 2));
    return high < 0 || low < 0 ? 0 : (uint32_t)(high * 256 + low);
}

/* "\u00e9", "\ud83d\ude00": octets behind the backslash; 0: none. */
static size_t unicode(str s, struct buf *out)
{
    uint32_t c = s.p[0] == 'u' ? four(str_skip(s, 1)) : 0;
    if (!c)
        return 0;
    size_t n = 5;
    if (c >= 0xd800 && c < 0xdc00 && str_starts(str_skip(s, 5), STR("\\u"))) {
        uint32_t low = four(str_skip(s, 7));
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            n = 11;
        }
    }
    clean_add_code_point(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    return n;
}

/* What stands behind a backslash, into out: octets of it; 0: the backslash is one. */
static size_t escape(const struct walk *w, str s, struct buf *out)
{
    if (!s.n)
        return 0;
    switch (s.p[0]) {
    case 'r':
        if (str_starts(s, STR("r\\n"))) {
            buf_addc(out, '\n');
            return 3;
        }
        if (!ends_line(w, str_skip(s, 1)))
            return 0;
        buf_addc(out, '\n');
        return 1;
    case 'n':
        if (!ends_line(w, str_skip(s, 1)))
            return 0;
        buf_addc(out, '\n');
        return 1;
    case 't':
        if (!ends_line(w, str_skip(s, 1)))
            return 0;
        buf_addc(out, '\t');
        return 1;
    case '"':
    case '\'':
    case '/': buf_addc(out, s.p[0]); return 1;
    case 'x': {
        int o = hex_octet(str_skip(s, 1));
        if (o < 0)
            return 0;
        buf_addc(out, (char)o);
        return 3;
    }
    default: return unicode(s, out);
    }
}

/* Octets of backslashes more behind the first one: "\\n", "\\\"" were escaped twice, as JSON in JSON. */
static size_t doubled(str s)
{
    size_t n = 0;
    while (n < DOUBLED_MAX && n < s.n && s.p[n] == '\\')
        n++;
    char c = n < s.n ? s.p[n] : ' ';
    return c == '"' || c == '\'' || c == 'n' || c == 'r' ? n : 0;
}

bool clean_escapes(str in, struct buf *out)
{
    size_t before = out->n, undone = 0;
    bool clear = str_find_octet(in, '\\') != STR_NOT_FOUND && is_clear(in);
    str whole = in;
    while (in.n) {
        size_t at = str_find_octet(in, '\\');
        buf_add(out, str_take(in, at));
        if (at == STR_NOT_FOUND)
            break;
        in = str_skip(in, at + 1);
        struct walk w = { .before = { whole.p, (size_t)(in.p - 1 - whole.p) }, .clear = clear };
        size_t more = doubled(in), n = escape(&w, str_skip(in, more), out);
        if (n)
            in = str_skip(in, more + n);
        else
            buf_addc(out, '\\');
        undone += n;
    }
    if (!undone)
        out->n = before;
    return undone > 0;
}
