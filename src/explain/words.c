/* SPDX-License-Identifier: ISC */
/*
 * explain/words.c - a reply that stands somewhere in a text
 */
#include "explain/words.h"
#include "smtp/path.h"

#include <string.h>

enum { MAILBOX_MAX = 320 }; /* RFC 5321 section 4.5.3.1: 64 + "@" + 255 */

bool explain_words_code(str text, unsigned *code, bool *more, str *rest)
{
    if (text.n < 3 || text.p[0] < '2' || text.p[0] > '5' || !is_digit(text.p[1]) ||
        !is_digit(text.p[2]))
        return false;
    char after = text.n > 3 ? text.p[3] : '\n';
    if (is_alnum(after) || after == '.' || after == '_' || after == '@')
        return false;
    *code = (unsigned)((text.p[0] - '0') * 100 + (text.p[1] - '0') * 10 + (text.p[2] - '0'));
    *more = after == '-';
    *rest = str_skip(text, after == '-' || after == ' ' || after == '\t' ? 4 : 3);
    return true;
}

static bool number(str *s, unsigned *out)
{
    size_t n = 0;
    unsigned v = 0;
    for (; n < s->n && n < 3 && is_digit(s->p[n]); n++)
        v = v * 10 + (unsigned)(s->p[n] - '0');
    if (!n)
        return false;
    *out = v;
    *s = str_skip(*s, n);
    return true;
}

static bool octet(str *s, char c)
{
    if (!s->n || s->p[0] != c)
        return false;
    *s = str_skip(*s, 1);
    return true;
}

bool explain_words_enhanced(str text, struct smtp_enhanced *out, str *rest)
{
    struct smtp_enhanced x = { 0 };
    str s = text;
    char close = octet(&s, '(') ? ')' : octet(&s, '[') ? ']' : '\0';
    octet(&s, '#');
    if (!number(&s, &x.class) || (x.class != 2 && x.class != 4 && x.class != 5) ||
        !octet(&s, '.') || !number(&s, &x.subject) || !octet(&s, '.') || !number(&s, &x.detail) ||
        (close && !octet(&s, close)))
        return false;
    if (s.n &&
        (is_alnum(s.p[0]) || s.p[0] == '_' || (s.p[0] == '.' && s.n > 1 && is_digit(s.p[1]))))
        return false; /* a version, or an address */
    if (s.n && (s.p[0] == ':' || s.p[0] == '-' || s.p[0] == ';'))
        s = str_skip(s, 1);
    *out = x;
    *rest = s;
    return true;
}

str explain_words_line(str *rest)
{
    str line = str_cut(rest, '\n');
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

str explain_words_to_line_end(str text)
{
    size_t end = str_find_octet(text, '\n');
    return end == STR_NOT_FOUND ? text : str_take(text, end);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* What stands before the words of each line, and may be repeated inside of a line that was joined. */
struct head {
    unsigned code;
    bool many; /* "550-" was seen */
    struct smtp_enhanced enhanced;
};

static bool same(const struct smtp_enhanced *a, const struct smtp_enhanced *b)
{
    return a->class == b->class && a->subject == b->subject && a->detail == b->detail;
}

static str skip_blanks(str s)
{
    while (s.n && is_blank(s.p[0]))
        s = str_skip(s, 1);
    return s;
}

/* Without the reply's own code and enhanced status code, where they are repeated at a line's start, or where lines
 * were joined: "550-5.7.1 of", "550 5.7.1 of", and behind "550-" "550 of". */
static str skip_repeated(const struct head *h, str s, bool line_start)
{
    unsigned code;
    bool more;
    str rest;
    struct smtp_enhanced x;
    if (h->code && explain_words_code(s, &code, &more, &rest) && code == h->code) {
        str words = skip_blanks(rest);
        if (explain_words_enhanced(words, &x, &words) && same(&x, &h->enhanced))
            return skip_blanks(words);
        if (more || h->many || line_start)
            return skip_blanks(rest);
    }
    if (line_start && h->enhanced.class && explain_words_enhanced(s, &x, &rest) &&
        same(&x, &h->enhanced))
        return skip_blanks(rest);
    return s;
}

static str fold(const struct head *h, str s, struct arena *memory)
{
    size_t room = s.n < EXPLAIN_WORDS_MAX ? s.n : EXPLAIN_WORDS_MAX;
    char *out = arena_alloc(memory, room + 1);
    if (!out)
        return STR_NONE;
    size_t n = 0;
    while (s.n && n < room) {
        if (!is_blank(s.p[0])) {
            out[n++] = s.p[0];
            s = str_skip(s, 1);
            continue;
        }
        bool line_start = false;
        for (; s.n && is_blank(s.p[0]); s = str_skip(s, 1))
            line_start |= s.p[0] == '\n';
        if (h)
            s = skip_repeated(h, s, line_start);
        if (n)
            out[n++] = ' ';
    }
    while (n && s.n && ((unsigned char)out[n - 1] & 0xc0) == 0x80)
        n--; /* cut: not in the middle of a character */
    if (n && s.n && ((unsigned char)out[n - 1] & 0x80))
        n--;
    while (n && out[n - 1] == ' ')
        n--;
    return (str){ out, n };
}

str explain_words_fold(str text, struct arena *memory)
{
    return fold(NULL, text, memory);
}

str explain_words_mailbox(str text)
{
    size_t open = str_find_octet(text, '<');
    if (open == STR_NOT_FOUND)
        return STR_NONE;
    str inside = str_take(str_skip(text, open + 1), MAILBOX_MAX + 1);
    size_t close = str_find_octet(inside, '>');
    if (close == STR_NOT_FOUND || !close)
        return STR_NONE;
    struct smtp_mailbox m;
    inside = str_take(inside, close);
    return smtp_mailbox_parse(inside, &m, NULL) ? inside : STR_NONE;
}

/* Postfix and many like it begin with the address that the words are about. */
static void addresses(struct explain_said *s)
{
    if (!s->text.n || s->text.p[0] != '<')
        return;
    str mailbox = explain_words_mailbox(s->text);
    if (!mailbox.n)
        return;
    if (str_find_nocase(s->text, STR("sender")) != STR_NOT_FOUND)
        s->sender = mailbox;
    else if (str_find_nocase(s->text, STR("recipient")) != STR_NOT_FOUND ||
             str_find_nocase(s->text, STR("relay")) != STR_NOT_FOUND ||
             str_find_nocase(s->text, STR("user")) != STR_NOT_FOUND)
        s->recipient = mailbox;
}

/* Without what programs put between a code and its words: "550, b'no'", "550, response: no", "550): no". */
static str unwrapped(str s)
{
    for (;;) {
        while (s.n && (s.p[0] == ':' || s.p[0] == ';' || s.p[0] == ',' || s.p[0] == ')' ||
                       s.p[0] == ']' || s.p[0] == '"' || s.p[0] == '\'' || is_blank(s.p[0])))
            s = str_skip(s, 1);
        if (s.n > 1 && (s.p[0] == 'b' || s.p[0] == 'u') && (s.p[1] == '\'' || s.p[1] == '"'))
            s = str_skip(s, 1);
        else if (str_starts_nocase(s, STR("response:")))
            s = str_skip(s, 9);
        else if (str_starts_nocase(s, STR("with message")))
            s = str_skip(s, 12);
        else
            return s;
    }
}

bool explain_words_reply(str text, struct arena *memory, struct explain_said *s)
{
    struct head h = { 0 };
    str rest = text = str_trim(text);
    bool coded = explain_words_code(text, &h.code, &h.many, &rest);
    rest = skip_blanks(rest);
    bool enhanced = explain_words_enhanced(rest, &h.enhanced, &rest);
    if (!coded && !enhanced)
        return false;
    rest = unwrapped(rest);
    if (!enhanced && explain_words_enhanced(rest, &h.enhanced, &rest)) /* "550, b'5.7.1 no'" */
        rest = unwrapped(rest);
    s->end = SMTP_END_REPLY;
    s->code = h.code;
    s->enhanced = h.enhanced;
    s->text = fold(&h, rest, memory);
    addresses(s);
    return true;
}
