/* SPDX-License-Identifier: ISC */
#include "domain/tags.h"

enum { NAME_LONGEST = 32 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static str trim_blanks(str s)
{
    while (s.n > 0 && is_blank(s.p[0]))
        s = str_skip(s, 1);
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool domain_tags_begin(str record, str version, str *rest)
{
    if (!str_starts(record, version))
        return false;
    str behind = str_skip(record, version.n);
    while (behind.n > 0 && is_blank(behind.p[0]))
        behind = str_skip(behind, 1);
    if (behind.n > 0 && behind.p[0] != ';')
        return false;
    *rest = str_skip(behind, 1);
    return true;
}

/* sts-ext-name, tlsrpt-ext-name */
static bool is_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]) && (i == 0 || (s.p[i] != '_' && s.p[i] != '-' && s.p[i] != '.')))
            return false;
    return s.n > 0 && s.n <= NAME_LONGEST;
}

/* Visible ASCII; a blank may stand inside, as between the URIs of rua. */
static bool is_value(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] > 0x7e || ((unsigned char)s.p[i] < 0x21 && !is_blank(s.p[i])))
            return false;
    return s.n > 0;
}

bool domain_tags_next(str *rest, str *name, str *value, bool *broken)
{
    if (trim_blanks(*rest).n == 0)
        return false;
    str field = trim_blanks(str_cut(rest, ';'));
    size_t at = str_find_octet(field, '=');
    *name = str_take(field, at == STR_NOT_FOUND ? field.n : at);
    *value = at == STR_NOT_FOUND ? STR_NONE : str_skip(field, at + 1);
    if (at != STR_NOT_FOUND && is_name(*name) && is_value(*value))
        return true;
    *broken = true;
    return false;
}
