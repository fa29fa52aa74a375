/* SPDX-License-Identifier: ISC */
/*
 * explain/log_words.c - the words of a refusal: put in order for the judge, and as a number that tells wordings apart
 */
#include "explain/log_hash.h"
#include "explain/log_scan.h"

#include <string.h>

/* "550-5.7.1 ", "550 5.7.1 " or "550-" before a later line of the same reply. */
static size_t code_again(str at, const struct log_line *l)
{
    unsigned code;
    str rest = at, behind;
    struct smtp_enhanced x;
    if (!l->code || !scan_number(&rest, 3, &code) || code != l->code || !rest.n)
        return 0;
    bool dash = rest.p[0] == '-';
    if (!dash && rest.p[0] != ' ')
        return 0;
    rest = str_skip(rest, 1);
    if (smtp_enhanced_read(rest, &x, &behind) && x.class == code / 100)
        return at.n - behind.n;
    return dash ? at.n - rest.n : 0;
}

/* qmail-send writes blanks as "_" and line ends as "/". */
static bool qmail_blank(str at)
{
    return at.p[0] == '_' || (at.p[0] == '/' && (at.n == 1 || (at.p[1] >= 'A' && at.p[1] <= 'Z')));
}

str log_line_words(const struct log_line *l, struct arena *memory)
{
    str s = l->words;
    char *out = arena_alloc(memory, s.n + 1);
    size_t n = 0;
    bool start = true; /* of a word */
    if (!out)
        return STR_NONE;
    for (size_t i = 0; i < s.n;) {
        bool exim_end = s.p[i] == '\\' && i + 1 < s.n && s.p[i + 1] == 'n';
        bool qmail = l->dialect == DIALECT_QMAIL && qmail_blank(str_skip(s, i));
        if (exim_end || qmail || s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n' ||
            s.p[i] == '\r') {
            i += exim_end ? 2 : 1;
            start = true;
            continue;
        }
        size_t again = start && n ? code_again(str_skip(s, i), l) : 0;
        if (again) {
            i += again;
            continue;
        }
        if (start && n)
            out[n++] = ' ';
        start = false;
        out[n++] = s.p[i++];
    }
    return (str){ out, n };
}

/* ---- one number for one wording ---- */

enum kind { PLAIN, DOT, DIGIT, AT, OPEN, END };

static enum kind kind_of(char c)
{
    if (c == ' ' || c == '\t' || c == ',' || c == ';' || c == '(' || c == ')' || c == '"' ||
        c == '\'' || c == '=' || c == '_')
        return END;
    if (c == '<' || c == '[')
        return OPEN;
    if (is_digit(c))
        return DIGIT;
    return c == '.' ? DOT : c == '@' ? AT : PLAIN;
}

/* Domains of which rows of knowledge know more than that they are one: whoever takes mail for them does so alone. */
static bool is_provider(str mailbox)
{
    static const str NAMES[] = {
        STR_INIT("gmail."),    STR_INIT("googlemail."), STR_INIT("hotmail."),
        STR_INIT("outlook."),  STR_INIT("live."),       STR_INIT("yahoo."),
        STR_INIT("aol."),      STR_INIT("gmx."),        STR_INIT("web.de"),
        STR_INIT("icloud."),   STR_INIT("me.com"),      STR_INIT("qq.com"),
        STR_INIT("163.com"),   STR_INIT("126.com"),     STR_INIT("mail.ru"),
        STR_INIT("yandex."),   STR_INIT("libero.it"),   STR_INIT("orange.fr"),
        STR_INIT("free.fr"),   STR_INIT("t-online."),   STR_INIT("comcast."),
        STR_INIT("freemail."), STR_INIT("protonmail."), STR_INIT("proton."),
        STR_INIT("msn.com"),   STR_INIT("freenet."),    STR_INIT("wp.pl"),
        STR_INIT("seznam."),   STR_INIT("naver."),      STR_INIT("rediffmail.")
    };
    str domain = log_domain_of(mailbox);
    for (size_t i = 0; domain.n && i < COUNT_OF(NAMES); i++)
        if (str_starts_nocase(domain, NAMES[i]))
            return true;
    return false;
}

/* A word as itself; those with a digit, an at-sign or a dot inside stand for their kind. */
static uint64_t hash_word(str word, const bool *has, uint64_t h)
{
    if (has[AT])
        return hash_mix(h, is_provider(word) ? 'P' : '@');
    if (has[DOT] && has[PLAIN])
        return hash_mix(h, '.');
    if (has[DIGIT])
        return hash_mix(h, '#');
    return hash_str(word, h);
}

uint64_t log_words_hash(str words, uint64_t seed)
{
    uint64_t h = seed;
    size_t i = 0;
    while (i < words.n) {
        size_t start = i;
        bool has[OPEN] = { false };
        enum kind k = PLAIN;
        for (; i < words.n && (k = kind_of(words.p[i])) < OPEN; i++)
            /* a dot inside a word makes it a name; at its end it is a full stop */
            has[k] |= k != DOT || (i > start && i + 1 < words.n && is_alnum(words.p[i + 1]));
        if (i > start)
            h = hash_word((str){ words.p + start, i - start }, has, h);
        if (i < words.n && k == OPEN) {
            char close = words.p[i] == '<' ? '>' : ']';
            const char *end = memchr(words.p + i, close, words.n - i);
            if (end) {
                str inside = { words.p + i, (size_t)(end - words.p) - i };
                h = hash_mix(h, (unsigned char)close + (is_provider(inside) ? 'P' : 0U));
                i += inside.n;
            }
        }
        i++;
    }
    return h;
}
