/* SPDX-License-Identifier: ISC */
/*
 * explain/clean_lines.c - what stands before lines that were quoted, or shown by another program
 */
#include "explain/clean_steps.h"

#include <string.h>

enum { NAME_MAX_OCTETS = 64 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static str skip_blanks(str s)
{
    while (s.n && is_blank(s.p[0]))
        s = str_skip(s, 1);
    return s;
}

/* ">" stands before what a client said, too: curl, sendmail's transcripts. */
static bool is_said_by_client(str s)
{
    static const char *const VERBS[] = { "EHLO", "HELO", "LHLO", "MAIL",     "RCPT", "DATA",
                                         "QUIT", "RSET", "AUTH", "STARTTLS", "NOOP" };
    s = skip_blanks(s);
    for (size_t i = 0; i < COUNT_OF(VERBS); i++)
        if (str_starts_nocase(s, str_from(VERBS[i])))
            return true;
    return false;
}

/* "< 550", "<<< 550": a transcript in which ">" is the other side. */
static bool is_transcript(str in)
{
    while (in.p) {
        str line = skip_blanks(str_cut(&in, '\n'));
        size_t n = 0;
        while (n < line.n && line.p[n] == '<')
            n++;
        line = skip_blanks(str_skip(line, n));
        if (n && line.n > 3 && line.p[0] >= '2' && line.p[0] <= '5' && is_digit(line.p[1]) &&
            is_digit(line.p[2]) && !is_digit(line.p[3]))
            return true;
    }
    return false;
}

static str unquoted(str line)
{
    str s = skip_blanks(line);
    if (!s.n || s.p[0] != '>' || is_said_by_client(str_skip(s, 1)) || str_starts(s, STR(">>> ")))
        return line;
    while (s.n && s.p[0] == '>')
        s = s.n > 1 && is_blank(s.p[1]) ? str_skip(s, 2) : str_skip(s, 1);
    return s;
}

/* "| " before every line, as some pages quote. */
static bool is_barred(str in)
{
    size_t lines = 0, barred = 0;
    while (in.p) {
        str line = skip_blanks(str_cut(&in, '\n'));
        lines += line.n > 0;
        barred += line.n > 0 && line.p[0] == '|';
    }
    return barred > 1 && barred == lines;
}

bool clean_quotes(str in, struct buf *out)
{
    size_t before = out->n;
    bool transcript = is_transcript(in), barred = is_barred(in), undone = false;
    for (str rest = in; rest.p;) {
        str line = str_cut(&rest, '\n');
        str kept = transcript ? line : unquoted(line);
        if (barred && skip_blanks(line).n)
            kept = skip_blanks(str_skip(skip_blanks(line), 1));
        undone |= kept.p != line.p;
        buf_add(out, kept);
        if (rest.p)
            buf_addc(out, '\n');
    }
    if (!undone)
        out->n = before;
    return undone;
}

/* "mail_1  | ", "postfix-1  | ": what docker compose puts before a line. */
static str without_service(str line)
{
    size_t n = 0;
    bool told = false;
    while (n < line.n && n < NAME_MAX_OCTETS &&
           (is_alnum(line.p[n]) || line.p[n] == '_' || line.p[n] == '-' || line.p[n] == '.'))
        n++;
    str after = str_skip(line, n);
    size_t blanks = after.n - skip_blanks(after).n;
    told = blanks > 1 ||
           (n > 2 && is_digit(line.p[n - 1]) && (line.p[n - 2] == '_' || line.p[n - 2] == '-'));
    after = skip_blanks(after);
    return n && told && blanks && after.n > 1 && after.p[0] == '|' && after.p[1] == ' '
               ? str_skip(after, 2)
               : line;
}

/* "2024-01-02T03:04:05.678901234Z stdout F ": what Kubernetes writes (the CRI log format). */
static str without_cri(str line)
{
    size_t blank = str_find_octet(str_take(line, 40), ' ');
    if (blank == STR_NOT_FOUND || blank < 20 || line.p[10] != 'T')
        return line;
    str after = str_skip(line, blank + 1);
    if (!str_starts(after, STR("stdout ")) && !str_starts(after, STR("stderr ")))
        return line;
    after = str_skip(after, 7);
    return after.n > 1 && (after.p[0] == 'F' || after.p[0] == 'P') && after.p[1] == ' '
               ? str_skip(after, 2)
               : line;
}

/* {"log":"...\n","stream":"stdout","time":"..."}: what docker's json-file driver writes. */
static str without_json(str line)
{
    const str open = STR("{\"log\":\"");
    if (!str_starts(line, open))
        return line;
    str s = str_skip(line, open.n);
    size_t end = str_find(s, STR("\",\"stream\":"));
    if (end == STR_NOT_FOUND)
        return line;
    s = str_take(s, end);
    if (s.n > 1 && s.p[s.n - 2] == '\\' && s.p[s.n - 1] == 'n')
        s.n -= 2;
    return s;
}

static str without_prompt(str line)
{
    str s = skip_blanks(line);
    return str_starts(s, STR("$ ")) ? str_skip(s, 2) : line;
}

/* A number before the line, as listings have; what follows it into *after. */
static bool numbered(str line, uint64_t *number, str *after)
{
    str s = skip_blanks(line);
    size_t n = 0;
    while (n < s.n && n < 6 && is_digit(s.p[n]))
        n++;
    if (!n || !str_to_u64(str_take(s, n), 999999, number))
        return false;
    s = str_skip(s, n);
    if (s.n && s.p[0] != '.' && s.p[0] != ':' && s.p[0] != ')' && s.p[0] != '|' &&
        !is_blank(s.p[0]))
        return false;
    if (s.n && !is_blank(s.p[0]))
        s = str_skip(s, 1);
    *after = s.n && is_blank(s.p[0]) ? str_skip(s, 1) : s;
    return true;
}

/* Do all lines have numbers that count up? */
static bool is_listing(str in)
{
    uint64_t last = 0, number;
    size_t lines = 0;
    while (in.p) {
        str after, line = str_cut(&in, '\n');
        if (!skip_blanks(line).n)
            continue;
        if (!numbered(line, &number, &after) || (lines && number != last + 1))
            return false;
        last = number;
        lines++;
    }
    return lines > 2;
}

bool clean_prefixes(str in, struct buf *out)
{
    size_t before = out->n;
    bool undone = false, listing = is_listing(in);
    for (str rest = in; rest.p;) {
        str line = str_cut(&rest, '\n'), kept = line;
        uint64_t number;
        if (listing && !numbered(line, &number, &kept))
            kept = line;
        kept = without_prompt(without_json(without_cri(without_service(kept))));
        undone |= kept.p != line.p || kept.n != line.n;
        buf_add(out, kept);
        if (rest.p)
            buf_addc(out, '\n');
    }
    if (!undone)
        out->n = before;
    return undone;
}
