/* SPDX-License-Identifier: ISC */
#include "settings/parts.h"

str settings_heading(str line)
{
    str path = str_trim(line);
    if (!str_starts(path, STR("# /")))
        return STR_NONE;
    path = str_skip(path, 2);
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        if (c == ':' || c == ' ')
            return str_take(path, i);
        if (!is_alnum(c) && str_find_octet(STR("/._-+"), c) == STR_NOT_FOUND)
            return STR_NONE;
    }
    return path;
}

static str line_at(str text, size_t at)
{
    str rest = str_skip(text, at);
    return str_cut(&rest, '\n');
}

static size_t next_line(str text, size_t at)
{
    size_t n = str_find_octet(str_skip(text, at), '\n');
    return n == STR_NOT_FOUND ? text.n : at + n + 1;
}

/* Where the first line from at on begins that is neither blank nor a comment. */
static size_t content_behind(str text, size_t at)
{
    for (; at < text.n; at = next_line(text, at)) {
        str line = str_trim(line_at(text, at));
        if (line.n && line.p[0] != '#')
            break;
    }
    return at;
}

struct settings_part settings_main_part(const struct settings_reading *r, bool (*own)(str line))
{
    const struct settings_file *f = settings_main_file(r);
    size_t content = 0;
    for (size_t at = 0; at < f->text.n; at = next_line(f->text, at)) {
        if (f->text.p[at] != '#' || !at || !settings_heading(line_at(f->text, at)).n)
            continue;
        if (content <= at)
            content = content_behind(f->text, at);
        if (content < f->text.n && !own(line_at(f->text, content)))
            return (struct settings_part){ f, 0, at };
    }
    return (struct settings_part){ f, 0, f->text.n };
}

static bool is_path(str heading, str path)
{
    if (!heading.n || str_starts(path, STR("/")))
        return heading.n && str_eq(heading, path);
    return heading.n > path.n && heading.p[heading.n - path.n - 1] == '/' &&
           str_eq(str_skip(heading, heading.n - path.n), path);
}

struct settings_part settings_part_named(struct settings_reading *r, str path)
{
    const struct settings_file *f = settings_main_file(r);
    str text = f->text;
    for (size_t at = 0; at < text.n; at = next_line(text, at)) {
        if (text.p[at] != '#' || !is_path(settings_heading(line_at(text, at)), path))
            continue;
        size_t begin = next_line(text, at), end = begin;
        while (end < text.n && (text.p[end] != '#' || !settings_heading(line_at(text, end)).n))
            end = next_line(text, end);
        return (struct settings_part){ f, begin, end };
    }
    f = settings_file_named(r, path, f);
    return f ? (struct settings_part){ f, 0, f->text.n } : (struct settings_part){ NULL, 0, 0 };
}
