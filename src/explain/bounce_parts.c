/* SPDX-License-Identifier: ISC */
/*
 * explain/bounce_parts.c - codes, words, names and addresses in what a bounce says
 */
#include "explain/bounce.h"
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * Codes and words
 */
bool bounce_is_code(str s)
{
    return s.n >= 3 && s.p[0] >= '4' && s.p[0] <= '5' && s.p[1] >= '0' && s.p[1] <= '9' &&
           is_digit(s.p[2]) && (s.n == 3 || !is_alnum(s.p[3]));
}

str bounce_skip_blanks(str s)
{
    size_t i = 0;
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
        i++;
    return str_skip(s, i);
}

/* "5.7.1", also with a hash before it or punctuation behind. */
bool bounce_enhanced_at(str text, struct smtp_enhanced *out, str *rest)
{
    bool hash = str_starts(text, STR("#")) || str_starts(text, STR("("));
    if (smtp_enhanced_read(str_skip(text, hash), out, rest))
        return true;
    size_t n = hash;
    while (n < text.n && n < 12 && (is_digit(text.p[n]) || text.p[n] == '.'))
        n++;
    str number = str_skip(str_take(text, n), hash);
    str behind;
    if (number.n > 0 && number.p[number.n - 1] == '.')
        number.n--;
    if (!smtp_enhanced_read(number, out, &behind) || (n < text.n && is_alnum(text.p[n])))
        return false;
    *rest = str_skip(text, n);
    if (rest->n > 0 && strchr(":;,)]>'\"-", rest->p[0]))
        *rest = str_skip(*rest, 1);
    return true;
}

bool bounce_code_read(str text, unsigned *code, struct smtp_enhanced *enhanced, str *rest)
{
    text = bounce_skip_blanks(text);
    if (!bounce_is_code(text))
        return false;
    *code = (unsigned)((text.p[0] - '0') * 100 + (text.p[1] - '0') * 10 + (text.p[2] - '0'));
    str behind = str_skip(text, 3);
    if (behind.n > 0 && strchr("-:,.;", behind.p[0]))
        behind = str_skip(behind, 1);
    behind = bounce_skip_blanks(behind);
    *rest = behind;
    if (str_starts(behind, STR("- ")))
        behind = str_skip(behind, 2);
    if (bounce_enhanced_at(behind, enhanced, &behind))
        *rest = bounce_skip_blanks(behind);
    return true;
}

/* How much of a code stands at the start of text: "550-5.7.1 ", "550 5.7.1 ", "550-". */
static size_t code_again(str text, str digits, bool many)
{
    struct smtp_enhanced x;
    str rest;
    if (!str_starts(text, digits) || text.n < 4 || (text.p[3] != '-' && text.p[3] != ' '))
        return 0;
    str behind = str_skip(text, 4);
    if (bounce_enhanced_at(behind, &x, &rest))
        return text.n - rest.n;
    return text.p[3] == '-' || many ? 4 : 0;
}

str bounce_words(str answer, unsigned code, bool many, struct arena *memory)
{
    char number[3] = { (char)('0' + code / 100 % 10), (char)('0' + code / 10 % 10),
                       (char)('0' + code % 10) };
    str digits = { number, code ? 3 : 0 };
    char *out = arena_alloc(memory, answer.n + 1);
    size_t n = 0;
    answer = str_trim(answer);
    for (size_t i = 0; out && i < answer.n;) {
        bool begins = i == 0 || answer.p[i - 1] == ' ' || answer.p[i - 1] == '\n';
        size_t again = begins && digits.n ? code_again(str_skip(answer, i), digits, many) : 0;
        if (again > 0) {
            many = many || answer.p[i + 3] == '-';
            i += again;
            continue;
        }
        char c = answer.p[i++];
        bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!blank)
            out[n++] = c;
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    return out ? str_trim((str){ out, n }) : STR_NONE;
}

/* ------------------------------------------------------------------------------------------------
 * Names and addresses
 */
static bool is_host_octet(char c)
{
    return is_alnum(c) || c == '.' || c == '-' || c == '_';
}

str bounce_host_at(str text)
{
    size_t n = 0, dots = 0;
    while (n < text.n && n < 255 && is_host_octet(text.p[n]))
        dots += text.p[n++] == '.';
    str host = str_take(text, n);
    while (host.n > 0 && host.p[host.n - 1] == '.') {
        host.n--;
        dots--;
    }
    return host.n > 0 && dots > 0 && is_alnum(host.p[0]) ? host : STR_NONE;
}

static bool is_address_octet(char c)
{
    return c > ' ' && c != '<' && c != '>' && c != '(' && c != ')' && c != '"' && c != ',' &&
           c != ';' && c != ':' && c != '[' && c != ']' && c != '\'' && c != 0x7f;
}

/* The octets before at are a full-width colon, bracket or blank, as Chinese and Japanese put them before an address. */
static bool wide_mark_before(str text, size_t at)
{
    return at >= 3 && (str_starts(str_skip(text, at - 3), STR("\xef\xbc")) ||
                       str_starts(str_skip(text, at - 3), STR("\xe3\x80")));
}

str bounce_address_in(str text, size_t *at)
{
    for (size_t from = 0; from < text.n;) {
        size_t mark = str_find_octet(str_skip(text, from), '@');
        if (mark == STR_NOT_FOUND)
            break;
        mark += from;
        size_t begin = mark, end = mark + 1;
        while (begin > from && mark - begin < 64 && !wide_mark_before(text, begin) &&
               (is_address_octet(text.p[begin - 1]) || (unsigned char)text.p[begin - 1] >= 0x80))
            begin--;
        while (end < text.n && end - mark < 255 &&
               (is_host_octet(text.p[end]) || (unsigned char)text.p[end] >= 0x80))
            end++;
        while (end > mark + 1 && (text.p[end - 1] == '.' || text.p[end - 1] == '-'))
            end--;
        if (begin < mark && end > mark + 1) {
            *at = begin;
            return str_skip(str_take(text, end), begin);
        }
        from = mark + 1;
    }
    return STR_NONE;
}

static bool ip_at(str text, struct ip *out, size_t *used)
{
    size_t n = 0;
    while (n < text.n && n < 46 &&
           (is_digit(text.p[n]) || text.p[n] == '.' || text.p[n] == ':' ||
            (to_lower(text.p[n]) >= 'a' && to_lower(text.p[n]) <= 'f')))
        n++;
    while (n > 0 && (text.p[n - 1] == '.' || text.p[n - 1] == ':'))
        n--;
    *used = n;
    return n > 3 && ip_parse(str_take(text, n), out);
}

/* A host and its address: "mx.corp.example[192.0.2.1]", "mx.corp.example. [192.0.2.1]", "mx.corp.example (192.0.2.1)",
 * an address alone, in brackets or not. */
bool bounce_server_read(str text, struct bounce_unit *u)
{
    struct ip ip = { .family = IP_NONE };
    size_t used;
    text = bounce_skip_blanks(text);
    str bare = str_skip(text,
                        text.n > 0 && (text.p[0] == '[' || text.p[0] == '<' || text.p[0] == '('));
    if (ip_at(bare, &ip, &used)) {
        u->address = ip;
        u->host = STR_NONE;
        return true;
    }
    str host = bounce_host_at(bare);
    if (host.n == 0)
        return false;
    str rest = str_skip(bare, host.n);
    while (rest.n > 0 && (rest.p[0] == '.' || rest.p[0] == ' ' || rest.p[0] == ':'))
        rest = str_skip(rest, 1);
    u->host = host;
    u->address = (struct ip){ .family = IP_NONE };
    if (rest.n > 0 && (rest.p[0] == '[' || rest.p[0] == '(') &&
        ip_at(str_skip(rest, 1), &ip, &used))
        u->address = ip;
    return true;
}
