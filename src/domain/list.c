/* SPDX-License-Identifier: ISC */
#include "domain/list.h"
#include <string.h>

void domain_list_init(struct domain_list *l)
{
    *l = (struct domain_list){ .n = 0 };
}

static void keep(struct domain_list *l, str piece)
{
    size_t room = DOMAIN_LINE_MAX - l->n;
    size_t n = piece.n < room ? piece.n : room;
    l->too_long |= piece.n > room;
    if (n > 0)
        memcpy(l->line + l->n, piece.p, n);
    l->n += n;
}

/* The line in hand is complete. MORE: there is nothing on it. */
static enum domain_line complete(struct domain_list *l, str *text)
{
    static const str MARK = STR_INIT("\xef\xbb\xbf");
    str line = { l->line, l->n };
    bool too_long = l->too_long;
    l->number++;
    l->n = 0;
    l->too_long = false;
    if (l->number == 1 && str_starts(line, MARK))
        line = str_skip(line, MARK.n);
    *text = str_trim(line);
    if (text->n > 0 && text->p[0] == '#')
        return DOMAIN_LINE_MORE;
    return too_long ? DOMAIN_LINE_TOO_LONG : text->n > 0 ? DOMAIN_LINE_TEXT : DOMAIN_LINE_MORE;
}

enum domain_line domain_list_next(struct domain_list *l, str *rest, str *text)
{
    while (rest->n > 0) {
        size_t at = str_find_octet(*rest, '\n');
        keep(l, str_take(*rest, at == STR_NOT_FOUND ? rest->n : at));
        *rest = at == STR_NOT_FOUND ? STR_NONE : str_skip(*rest, at + 1);
        if (at == STR_NOT_FOUND)
            break;
        enum domain_line got = complete(l, text);
        if (got != DOMAIN_LINE_MORE)
            return got;
    }
    return DOMAIN_LINE_MORE;
}

enum domain_line domain_list_end(struct domain_list *l, str *text)
{
    return l->n > 0 || l->too_long ? complete(l, text) : DOMAIN_LINE_MORE;
}

str domain_of_typed(str typed)
{
    str text = str_trim(typed);
    size_t at = str_rfind_octet(text, '@');
    if (at != STR_NOT_FOUND) {
        text = str_skip(text, at + 1);
        if (text.n > 0 && text.p[text.n - 1] == '>')
            text.n--;
    }
    return str_trim(text);
}
