/* SPDX-License-Identifier: ISC */
#include "settings/cf_lines.h"
#include "base/buf.h"

struct cf_lines cf_lines_of(const struct settings_part *part, struct arena *a)
{
    struct cf_lines l = { .arena = a, .part = *part, .at = part->at, .line = 1 };
    for (size_t i = 0; part->file && i < part->at; i++)
        l.line += part->file->text.p[i] == '\n';
    return l;
}

str cf_trim(str s)
{
    while (s.n && cf_is_blank(s.p[0]))
        s = str_skip(s, 1);
    while (s.n && cf_is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

str cf_word(str *rest)
{
    size_t n = 0;
    while (n < rest->n && !cf_is_blank(rest->p[n]))
        n++;
    str word = str_take(*rest, n);
    while (n < rest->n && cf_is_blank(rest->p[n]))
        n++;
    *rest = str_skip(*rest, n);
    return word;
}

/* The physical line at `at`, without its LF. */
static str line_at(str text, size_t at, size_t end)
{
    str rest = str_take(str_skip(text, at), end - at);
    return str_cut(&rest, '\n');
}

static bool counts(str line)
{
    str content = cf_trim(line);
    return content.n && content.p[0] != '#';
}

static bool goes_on(str line)
{
    return line.n && cf_is_blank(line.p[0]);
}

bool cf_lines_next(struct cf_lines *l, struct cf_line *out)
{
    str text = l->part.file ? l->part.file->text : STR_NONE, line;
    size_t end = l->part.end;
    for (;; l->at += line.n + 1, l->line++) {
        if (l->at >= end)
            return false;
        line = line_at(text, l->at, end);
        if (counts(line))
            break;
    }
    *out = (struct cf_line){ l->part.file, line, l->at, l->at, l->line };
    size_t at = l->at + line.n + 1, length = line.n;
    uint32_t number = l->line + 1, parts = 1;
    l->at = at;
    l->line = number;
    for (; at < end; at += line.n + 1, number++) {
        line = line_at(text, at, end);
        if (!counts(line))
            continue;
        if (!goes_on(line))
            break;
        length += line.n;
        parts++;
        l->at = at + line.n + 1;
        l->line = number + 1;
    }
    out->end = l->at < end ? l->at : end;
    if (parts == 1)
        return true;
    char *joined = arena_alloc(l->arena, length);
    if (!joined)
        return false;
    size_t n = 0;
    for (at = out->at; at < out->end; at += line.n + 1) {
        line = line_at(text, at, end);
        bool taken = counts(line);
        for (size_t i = 0; taken && i < line.n; i++)
            joined[n++] = line.p[i];
    }
    out->text = (str){ joined, n };
    return true;
}

/* Where octet `from` of the joined text stands in the file. */
static size_t source_of(const struct cf_line *l, size_t from, uint32_t *number, size_t *begin)
{
    str text = l->file->text;
    size_t at = l->at, left = from;
    *number = l->line;
    for (;; (*number)++) {
        str line = line_at(text, at, l->end);
        *begin = at;
        if (counts(line)) {
            if (left < line.n || at + line.n + 1 >= l->end)
                return at + (left < line.n ? left : line.n);
            left -= line.n;
        }
        at += line.n + 1;
        if (at >= l->end)
            return l->end;
    }
}

struct settings_place cf_place(const struct cf_line *l, size_t from, size_t n)
{
    uint32_t line, unused;
    size_t begin, other;
    size_t at = source_of(l, from, &line, &begin);
    size_t end = n ? source_of(l, from + n - 1, &unused, &other) + 1 : at;
    return (struct settings_place){ l->file, line, (uint32_t)(at - begin) + 1, at, end - at };
}
