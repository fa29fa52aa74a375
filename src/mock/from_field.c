/* SPDX-License-Identifier: ISC */
#include "mock/from_field.h"

enum { DEEPEST = 16 }; /* comments inside comments */

/* The next line of the header, without its line end; false: the header is over. */
static bool next_line(str *rest, str *line)
{
    if (rest->p == NULL || rest->n == 0)
        return false;
    *line = str_cut(rest, '\n');
    if (line->n > 0 && line->p[line->n - 1] == '\r')
        line->n--;
    return line->n > 0;
}

/* "From", blanks (RFC 5322 section 4.5 still allows them), ":". */
static bool is_from(str line, str *value)
{
    str name = str_cut(&line, ':');
    *value = line;
    return line.p && str_eq_nocase(str_trim(name), STR("From")) && name.n >= 4 &&
           name.p[0] != ' ' && name.p[0] != '\t';
}

/* Reads the value of the field octet by octet, over its folds. */
struct reader {
    char *room;
    size_t n;
    unsigned depth; /* of comments */
    bool quoted, escaped;
    bool bracket; /* inside <...> */
    bool over;    /* the address is whole */
    bool broken;  /* too long, or too deep */
};

static void keep(struct reader *r, char c)
{
    if (r->n == MOCK_FROM_MAX)
        r->broken = true;
    else
        r->room[r->n++] = c;
}

static void in_comment(struct reader *r, char c)
{
    if (c == '(' && ++r->depth > DEEPEST)
        r->broken = true;
    else if (c == ')')
        r->depth--;
}

static void plain(struct reader *r, char c)
{
    switch (c) {
    case '(': r->depth = 1; break;
    case '<': /* what stood before was a display name */
        r->bracket = true;
        r->n = 0;
        break;
    case '>': r->over = r->bracket; break;
    case ',':
    case ';': r->over = !r->bracket; break; /* the next author, or the end of a group */
    case ':':
        if (r->bracket)
            keep(r, c);
        else
            r->n = 0; /* the name of a group */
        break;
    case ' ':
    case '\t': break;
    case '"': r->quoted = true; /* fall through */
    default: keep(r, c); break;
    }
}

static void take(struct reader *r, char c)
{
    if (r->escaped) {
        r->escaped = false;
        if (!r->depth)
            keep(r, c);
    } else if (c == '\\' && (r->quoted || r->depth)) {
        r->escaped = true;
        if (!r->depth)
            keep(r, c);
    } else if (r->quoted) {
        r->quoted = c != '"';
        keep(r, c);
    } else if (r->depth) {
        in_comment(r, c);
    } else {
        plain(r, c);
    }
}

static void take_all(struct reader *r, str text)
{
    for (size_t i = 0; i < text.n && !r->over && !r->broken; i++)
        take(r, text.p[i]);
}

str mock_from_field(str data, char room[MOCK_FROM_MAX])
{
    str line, value;
    while (next_line(&data, &line)) {
        if (!is_from(line, &value))
            continue;
        struct reader r = { .room = room };
        take_all(&r, value);
        while (!r.over && next_line(&data, &line) && (line.p[0] == ' ' || line.p[0] == '\t'))
            take_all(&r, line);
        str found = { room, r.n };
        return r.broken || str_find_octet(found, '@') == STR_NOT_FOUND ? STR_NONE : found;
    }
    return STR_NONE;
}
